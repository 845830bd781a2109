package inverted

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/internal/mapped"
	"overt/search"
)

// A segment is an immutable file of items of one label.
type segment struct {
	name  string // "" when it is in memory alone
	path  string
	sec   [sections][]byte
	meta  meta
	label string // key
	multi map[byte]multi
	cols  [columns][]byte
	unmap func() error
	zstd  *zstd.Decoder

	users   atomic.Int64 // snapshots that hold it
	dropped atomic.Bool  // no longer listed: the last user removes the file
}

type multi struct{ starts, values []byte }

// A part is a segment with what was dropped of it since it was written.
type part struct {
	*segment
	dead  mask // nil when nothing is
	file  string
	alive int
	runs  []runStats // of what is alive
}

func openSegment(dir, name string, dec *zstd.Decoder) (*segment, error) {
	path := filepath.Join(dir, name)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, overt.Errorf(overt.Invalid, path, "the list names it and it is gone; delete the index and it is built again")
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "open a segment of the search index: %w", err)
	}
	defer f.Close()
	data, unmap, err := mapped.File(f)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	s, err := readSegment(data, dec)
	if err != nil {
		return nil, errors.Join(overt.Errorf(overt.Invalid, path, "%w; delete the index and it is built again", err), unmap())
	}
	s.name, s.path, s.unmap = name, path, unmap
	return s, nil
}

// readSegment checks the bytes of a segment.
func readSegment(data []byte, dec *zstd.Decoder) (*segment, error) {
	s := &segment{zstd: dec, unmap: func() error { return nil }, multi: map[byte]multi{}}
	var err error
	if s.sec, err = readSections(data); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(s.sec[secMeta], &s.meta); err != nil {
		return nil, fmt.Errorf("what it says of itself cannot be read: %w", err)
	}
	n := s.meta.Items
	if n <= 0 || n > maxItems || s.meta.Keys <= 0 || len(s.sec[secBlocks]) != (s.meta.Keys+perBlock-1)/perBlock*16 || len(s.sec[secTexts])%16 != 0 {
		return nil, errors.New("its counts do not fit its size")
	}
	for f, span := range s.meta.Fields {
		if len(f) != 1 || span[0] < 0 || span[0] >= span[1] || span[1] > s.meta.Keys {
			return nil, fmt.Errorf("its field %q has no keys", f)
		}
	}
	rest := s.sec[secColumns]
	take := func(n int) (out []byte) {
		if n < 0 || len(rest) < n*4 {
			err = errors.New("its columns are too short")
			return nil
		}
		out, rest = rest[:n*4:n*4], rest[n*4:]
		return out
	}
	for c := range s.cols {
		s.cols[c] = take(n)
	}
	for _, field := range []byte{keyYear, keyEntity} {
		s.multi[field] = multi{take(n + 1), take(s.meta.Multi[string(field)])}
	}
	s.label = s.meta.Label.Key()
	return s, err
}

func (s *segment) hold() { s.users.Add(1) }

// release lets go of a segment; the last one who does closes it, and removes it
// when it was replaced.
func (s *segment) release() error {
	if s.users.Add(-1) > 0 {
		return nil
	}
	err := s.unmap()
	if s.dropped.Load() && s.path != "" {
		err = errors.Join(err, os.Remove(s.path))
	}
	return err
}

func number(col []byte, i uint32) uint32 { return binary.LittleEndian.Uint32(col[i*4:]) }

// with gives the segment as a part from which the mask's items are gone.
func (s *segment) with(dead mask, file string) *part {
	p := &part{segment: s, dead: dead, file: file, alive: s.meta.Items, runs: s.meta.Runs}
	if dead == nil {
		return p
	}
	p.runs = append([]runStats(nil), p.runs...)
	for d := range uint32(s.meta.Items) {
		if dead.has(d) {
			r := &p.runs[number(s.cols[colRun], d)]
			r.Items--
			r.Words -= int64(number(s.cols[colWords], d))
			p.alive--
		}
	}
	return p
}

// A cursor over keys stands on one of them.
type keys struct {
	s      *segment
	n      int // number of the key
	at     int // byte behind it
	key    []byte
	common int
	post   uint64 // where its posting list begins
	size   uint32
}

// at stands on key number n; ok is false behind the last one.
func (s *segment) at(n int) (k keys, ok bool) {
	k = keys{s: s}
	if n < 0 || n >= s.meta.Keys {
		return k, false
	}
	k.block(n / perBlock)
	for k.n < n {
		k.next()
	}
	return k, true
}

func (k *keys) block(b int) {
	k.n = b*perBlock - 1
	k.at = int(binary.LittleEndian.Uint64(k.s.sec[secBlocks][b*16:]))
	k.post, k.size = binary.LittleEndian.Uint64(k.s.sec[secBlocks][b*16+8:]), 0
	k.key = k.key[:0]
	k.next()
}

// next goes to the next key; false at the end.
func (k *keys) next() bool {
	if k.n+1 >= k.s.meta.Keys {
		return false
	}
	k.n++
	k.post += uint64(k.size)
	data := k.s.sec[secKeys]
	common, at := uvarint(data, k.at)
	rest, at := uvarint(data, at)
	k.common = int(common)
	k.key = append(k.key[:common], data[at:at+int(rest)]...)
	k.size, k.at = uvarint(data, at+int(rest))
	return true
}

// pass goes to the next key that shares fewer than so many bytes with this one;
// false at the end. common tells how many.
func (k *keys) pass(shared int) bool {
	if shared > len(k.key) {
		return k.next()
	}
	for b, last := k.n/perBlock+1, k.n/perBlock; ; b++ { // blocks that begin alike are jumped
		if b*perBlock >= k.s.meta.Keys || !bytes.HasPrefix(k.s.first(b), k.key[:shared]) {
			if b-1 > last {
				k.jump(b - 1)
			}
			break
		}
	}
	data := k.s.sec[secKeys]
	for k.n+1 < k.s.meta.Keys {
		k.n++
		k.post += uint64(k.size)
		common, at := uvarint(data, k.at)
		rest, at := uvarint(data, at)
		k.size, k.at = uvarint(data, at+int(rest))
		if common == 0 && k.n%perBlock == 0 { // a block begins whole
			for key := data[at:]; int(common) < min(int(rest), len(k.key)) && key[common] == k.key[common]; {
				common++
			}
			if int(common) >= shared {
				continue
			}
			k.key = append(k.key[:0], data[at:at+int(rest)]...)
		} else if int(common) >= shared {
			continue
		} else {
			k.key = append(k.key[:common], data[at:at+int(rest)]...)
		}
		k.common = int(common)
		return true
	}
	return false
}

// jump goes to the first key of a block and keeps the bytes of this one.
func (k *keys) jump(b int) {
	k.n = b*perBlock - 1
	k.at = int(binary.LittleEndian.Uint64(k.s.sec[secBlocks][b*16:]))
	k.post, k.size = binary.LittleEndian.Uint64(k.s.sec[secBlocks][b*16+8:]), 0
}

func (k *keys) posting() posting {
	return posting(k.s.sec[secPostings][k.post : k.post+uint64(k.size)])
}

// seek stands on the first key that is not below the given one.
func (s *segment) seek(key []byte) (k keys, ok bool) {
	blocks := len(s.sec[secBlocks]) / 16
	b := sort.Search(blocks, func(i int) bool { return bytes.Compare(s.first(i), key) > 0 })
	k = keys{s: s}
	k.block(max(b-1, 0))
	for bytes.Compare(k.key, key) < 0 {
		if !k.next() {
			return k, false
		}
	}
	return k, true
}

// first is the first key of a block, which is whole.
func (s *segment) first(block int) []byte {
	data := s.sec[secKeys]
	at := int(binary.LittleEndian.Uint64(s.sec[secBlocks][block*16:]))
	_, at = uvarint(data, at)
	size, at := uvarint(data, at)
	return data[at : at+int(size)]
}

// find gives the list of a key, nil when there is none.
func (s *segment) find(key []byte) posting {
	if k, ok := s.seek(key); ok && bytes.Equal(k.key, key) {
		return k.posting()
	}
	return nil
}

// field tells the numbers of a field's first key and of the one behind its last.
func (s *segment) field(f byte) (from, to int) {
	span := s.meta.Fields[string(f)]
	return span[0], span[1]
}

// prefixed yields the keys that begin with prefix, ascending.
func (s *segment) prefixed(prefix []byte, yield func(k *keys)) {
	k, ok := s.seek(prefix)
	for ; ok && bytes.HasPrefix(k.key, prefix); ok = k.next() {
		yield(&k)
	}
}

// id is the id of an item.
func (s *segment) id(doc uint32) string {
	from, _ := s.field(keyID)
	k, _ := s.at(from + int(number(s.cols[colRank], doc)) - 1)
	return string(k.key[1 : len(k.key)-5])
}

func (s *segment) run(doc uint32) overt.RunID {
	return s.meta.Runs[number(s.cols[colRun], doc)].Run
}

// compressed is a block of records as it lies in the file.
func (s *segment) compressed(block int) []byte {
	table := s.sec[secTexts]
	from, end := binary.LittleEndian.Uint64(table[block*16+8:]), uint64(len(s.sec[secRecords]))
	if (block+1)*16 < len(table) {
		end = binary.LittleEndian.Uint64(table[block*16+24:])
	}
	return s.sec[secRecords][from:end]
}

// records decompresses a block, and tells its first item.
func (s *segment) records(block int) (data []byte, first uint32, err error) {
	data, err = s.zstd.DecodeAll(s.compressed(block), nil)
	return data, uint32(binary.LittleEndian.Uint64(s.sec[secTexts][block*16:])), err
}

// item reads an item back.
func (s *segment) item(doc uint32) (it search.Item, err error) {
	table := s.sec[secTexts]
	block := sort.Search(len(table)/16, func(i int) bool { return binary.LittleEndian.Uint64(table[i*16:]) > uint64(doc) }) - 1
	data, first, err := s.records(block)
	if err != nil {
		return it, fmt.Errorf("read item %d of %s: %w", doc, s.name, err)
	}
	at := 0
	for ; ; first++ {
		var size uint32
		size, at = uvarint(data, at)
		if first == doc {
			if err := json.Unmarshal(data[at:at+int(size)], &it); err != nil {
				return it, fmt.Errorf("read item %d of %s: %w", doc, s.name, err)
			}
			return it, nil
		}
		at += int(size)
	}
}
