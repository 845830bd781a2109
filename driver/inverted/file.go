package inverted

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/policy"
)

const (
	magic     = "OVTPOST1"
	perBlock  = 32       // keys
	textBlock = 32 << 10 // bytes of records that are compressed together
)

// The sections of a segment file, in their order.
const (
	secRecords = iota // blocks of records, compressed
	secPostings
	secKeys
	secBlocks // of keys: u64 where it begins in keys, u64 its first posting list
	secTexts  // blocks of records: u64 first item, u64 where it begins
	secColumns
	secMeta
	sections
)

// The columns: u32 for each item. Those of values hold the number of the value
// among the keys of its field, from 1, 0 for none.
const (
	colRun = iota // number in meta.Runs
	colKind
	colWords
	colPage
	colRank // number of the item's id among ids
	colType
	colLanguage
	colSchema
	columns
)

// Fields of keys: the first byte of each.
const (
	keyText     = 'a' // counted, with positions; so are title, name and as written
	keyDate     = 'd'
	keyEntity   = 'e'
	keyID       = 'i' // id, NUL, run as 4 bytes: one item each
	keyIdent    = 'k'
	keyLanguage = 'l'
	keyKind     = 'm' // type: the family of media
	keyName     = 'n'
	keyDocument = 'o'
	keySchema   = 'q'
	keyWhole    = 's' // a name as Suggest compares it
	keyTitle    = 't'
	keyExact    = 'x' // field, folded, NUL, as written
	keyYear     = 'y'
)

func counted(key []byte) bool {
	return key[0] == keyText || key[0] == keyName || key[0] == keyTitle || key[0] == keyExact
}

// meta is what is known of a segment before any of it is read.
type meta struct {
	Label  policy.Label      `json:"label"`
	Items  int               `json:"items"`
	Keys   int               `json:"keys"`
	Runs   []runStats        `json:"runs"`   // ascending by run and until
	Fields map[string][2]int `json:"fields"` // first key of each field, and the one behind the last
	Multi  map[string]int    `json:"multi"`  // numbers in the lists of years and entities
}

// A runStats counts the items of one run that the same other run took the place
// of, if any did.
type runStats struct {
	Run   overt.RunID `json:"run"`
	Until overt.RunID `json:"until,omitempty"`
	Items int64       `json:"items"`
	Words int64       `json:"words"`
}

func (r runStats) compare(o runStats) int {
	return cmp.Or(cmp.Compare(r.Run, o.Run), cmp.Compare(r.Until, o.Until))
}

type section struct {
	at, size uint64
	sum      uint32
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A fileWriter writes a segment: records first, then keys in ascending order.
type fileWriter struct {
	w        *bufio.Writer
	zstd     *zstd.Encoder
	at       uint64
	sum      uint32
	sections [sections]section
	open     int // section that is being written

	meta    meta
	cols    [columns][]uint32
	multi   map[byte]*pairs
	records []byte
	first   int // item that the open block begins with
	texts   []byte
	keys    []byte
	blocks  []byte
	post    uint64
	last    []byte
	buf     []byte
}

// pairs are the values of items that may have several: by value, then item.
type pairs struct{ docs, values []uint32 }

func newFileWriter(w io.Writer, enc *zstd.Encoder, label policy.Label) *fileWriter {
	f := &fileWriter{w: bufio.NewWriterSize(w, 1<<16), zstd: enc}
	f.meta = meta{Label: label, Fields: map[string][2]int{}, Multi: map[string]int{}}
	f.multi = map[byte]*pairs{keyYear: {}, keyEntity: {}}
	return f
}

func (f *fileWriter) write(b []byte) {
	f.at += uint64(len(b))
	f.sum = crc32.Update(f.sum, castagnoli, b)
	f.w.Write(b) // its error is kept and told by Flush
}

// next ends a section.
func (f *fileWriter) next() {
	s := &f.sections[f.open]
	s.size, s.sum = f.at-s.at, f.sum
	f.sum = 0
	if f.open++; f.open < sections {
		f.sections[f.open].at = f.at
	}
}

// record takes the next item: its bytes, and the columns known by then.
func (f *fileWriter) record(data []byte, run, kind, words, page uint32) {
	f.column(run, kind, words, page)
	f.records = binary.AppendUvarint(f.records, uint64(len(data)))
	f.records = append(f.records, data...)
	if len(f.records) >= textBlock {
		f.flushRecords()
	}
}

func (f *fileWriter) column(run, kind, words, page uint32) {
	for c, v := range []uint32{run, kind, words, page} {
		f.cols[c] = append(f.cols[c], v)
	}
	f.meta.Items++
}

func (f *fileWriter) flushRecords() {
	if len(f.records) > 0 {
		f.block(f.zstd.EncodeAll(f.records, nil), f.meta.Items-f.first)
		f.records = f.records[:0]
	}
}

// block takes a compressed block of so many records whose columns are there.
func (f *fileWriter) block(data []byte, n int) {
	f.texts = binary.LittleEndian.AppendUint64(f.texts, uint64(f.first))
	f.texts = binary.LittleEndian.AppendUint64(f.texts, f.at)
	f.write(data)
	f.first += n
}

// endRecords says that all items are known.
func (f *fileWriter) endRecords() {
	f.flushRecords()
	f.next()
	f.post = 0
	for c := colRank; c < columns; c++ {
		f.cols[c] = make([]uint32, f.meta.Items)
	}
}

// key takes the next key and its items.
func (f *fileWriter) key(key []byte, l *list) {
	n := f.meta.Keys
	common := 0
	if n%perBlock == 0 {
		f.blocks = binary.LittleEndian.AppendUint64(f.blocks, uint64(len(f.keys)))
		f.blocks = binary.LittleEndian.AppendUint64(f.blocks, f.post)
	} else {
		for common < min(len(key), len(f.last)) && key[common] == f.last[common] {
			common++
		}
	}
	f.buf = l.encode(f.buf[:0], counted(key))
	f.keys = binary.AppendUvarint(f.keys, uint64(common))
	f.keys = binary.AppendUvarint(f.keys, uint64(len(key)-common))
	f.keys = append(f.keys, key[common:]...)
	f.keys = binary.AppendUvarint(f.keys, uint64(len(f.buf)))
	f.post += uint64(len(f.buf))
	f.write(f.buf)
	f.last = append(f.last[:0], key...)
	field := string(key[:1])
	span, ok := f.meta.Fields[field]
	if !ok {
		span[0] = n
	}
	f.meta.Fields[field] = [2]int{span[0], n + 1}
	f.meta.Keys++
	f.fill(key[0], uint32(n-span[0]), posting(f.buf))
}

// fill puts the number of a value into the columns of the items that have it.
func (f *fileWriter) fill(field byte, n uint32, p posting) {
	col := map[byte]int{keyID: colRank, keyKind: colType, keyLanguage: colLanguage, keySchema: colSchema}
	if c, ok := col[field]; ok {
		for _, d := range p.docs(nil, nil) {
			f.cols[c][d] = n + 1
		}
	}
	if m := f.multi[field]; m != nil {
		from := len(m.docs)
		m.docs = p.docs(m.docs, nil)
		for range len(m.docs) - from {
			m.values = append(m.values, n)
		}
	}
}

// finish writes what is left and the table of sections. The last 8 bytes of a
// file are the magic.
func (f *fileWriter) finish() error {
	f.next()
	f.write(f.keys)
	f.next()
	f.write(f.blocks)
	f.next()
	f.write(f.texts)
	f.next()
	for _, c := range f.cols {
		f.numbers(c)
	}
	for _, field := range []byte{keyYear, keyEntity} {
		f.lists(field)
	}
	f.next()
	data, err := json.Marshal(f.meta)
	if err != nil {
		return err
	}
	f.write(data)
	f.next()
	var end []byte
	for _, s := range f.sections {
		end = binary.LittleEndian.AppendUint64(end, s.at)
		end = binary.LittleEndian.AppendUint64(end, s.size)
		end = binary.LittleEndian.AppendUint32(end, s.sum)
	}
	end = binary.LittleEndian.AppendUint32(end, crc32.Checksum(end, castagnoli))
	f.write(append(end, magic...))
	return f.w.Flush()
}

func (f *fileWriter) numbers(list []uint32) {
	f.buf = f.buf[:0]
	for _, v := range list {
		f.buf = binary.LittleEndian.AppendUint32(f.buf, v)
	}
	f.write(f.buf)
}

// lists writes values by item: where each item's begin, one number more than
// items, then all of them.
func (f *fileWriter) lists(field byte) {
	m := f.multi[field]
	starts := make([]uint32, f.meta.Items+1)
	for _, d := range m.docs {
		starts[d+1]++
	}
	for i := range f.meta.Items {
		starts[i+1] += starts[i]
	}
	values, next := make([]uint32, len(m.docs)), slices.Clone(starts)
	for i, d := range m.docs {
		values[next[d]] = m.values[i]
		next[d]++
	}
	f.meta.Multi[string(field)] = len(values)
	f.numbers(starts)
	f.numbers(values)
}

// readSections checks a segment file and gives its sections.
func readSections(data []byte) (out [sections][]byte, err error) {
	tail := sections*20 + 4 + len(magic)
	if len(data) < tail || !bytes.HasSuffix(data, []byte(magic)) {
		return out, errors.New("it is no segment of a search index of this version, or was cut off")
	}
	table := data[len(data)-tail:]
	if crc32.Checksum(table[:sections*20], castagnoli) != binary.LittleEndian.Uint32(table[sections*20:]) {
		return out, errors.New("its table of sections is damaged")
	}
	for i := range out {
		at, size := binary.LittleEndian.Uint64(table[i*20:]), binary.LittleEndian.Uint64(table[i*20+8:])
		if at > uint64(len(data)) || size > uint64(len(data))-at {
			return out, fmt.Errorf("section %d reaches beyond the file", i)
		}
		out[i] = data[at : at+size : at+size]
		if crc32.Checksum(out[i], castagnoli) != binary.LittleEndian.Uint32(table[i*20+16:]) {
			return out, fmt.Errorf("section %d is damaged", i)
		}
	}
	return out, nil
}

// syncFile writes a file whole: under another name first, synced, then renamed.
func syncFile(dir, name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return err
	}
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), dir+string(os.PathSeparator)+name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
