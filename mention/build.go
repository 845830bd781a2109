package mention

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"

	"overt"
	"overt/internal/durable"
	"overt/internal/extsort"
	"overt/internal/section"
)

// A Config says how a names file is built. The zero value works.
type Config struct {
	// Fingerprint is kept in the file: what it was built from.
	Fingerprint string
	// Refused, if set, is told each name that is not admitted, and why: one of
	// the errors of this package.
	Refused func(Entry, error)
	// Memory for sorting, in bytes; 0 is 64 MiB. The words and the steps between
	// them are held beside it, about 24 bytes for each different name.
	Memory int
}

// Build writes a file of names, whole or not at all, and gives the number of
// different names and entities admitted. The same entries in any order give
// the same bytes. An entry of an unknown kind ends it. Errors: invalid;
// unavailable.
func Build(path string, entries iter.Seq[Entry], c Config) (int64, error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*.tmp")
	if err != nil {
		return 0, overt.Errorf(overt.Unavailable, path, "make a file for names: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already, when renamed
	sorter := extsort.New(dir, c.Memory)
	b := newBuild()
	err = gather(sorter, entries, c.Refused)
	if err == nil {
		err = b.read(sorter)
	}
	err = errors.Join(err, sorter.Close())
	if err == nil {
		err = b.write(f, c.Fingerprint)
	}
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = durable.SyncDir(dir)
	}
	var kind *kindError
	switch {
	case errors.As(err, &kind):
		return 0, overt.Errorf(overt.Invalid, path, "build names: %w", err)
	case err != nil:
		return 0, overt.Errorf(overt.Unavailable, path, "write names: %w", err)
	}
	return b.count, nil
}

type kindError struct{ kind NameKind }

func (e *kindError) Error() string { return fmt.Sprintf("there is no kind of name %d", e.kind) }

// gather sorts the names by their words. The key of a record is each word with
// a zero byte behind it, one more zero byte, and the candidate.
func gather(sorter *extsort.Sorter, entries iter.Seq[Entry], refused func(Entry, error)) error {
	var record []byte
	for e := range entries {
		if e.Kind >= nameKinds {
			return &kindError{e.Kind}
		}
		key, how, err := admit(e)
		if err != nil {
			if refused != nil {
				refused(e, err)
			}
			continue
		}
		record = record[:0]
		for _, word := range key {
			record = append(append(record, word...), 0)
		}
		record = append(record, 0)
		record = appendCandidate(record, e, how)
		if err := sorter.Add(record, nil); err != nil {
			return err
		}
	}
	return nil
}

// A candidate begins with a byte: kind, rule, and whether it is an everyday word.
const (
	kindBits    = 15
	ruleShift   = 4
	ruleBits    = 3
	everydayBit = 1 << 6
)

// appendCandidate writes that byte, the mask where the rule has one, and the id
// with its length before it.
func appendCandidate(b []byte, e Entry, how manner) []byte {
	first := byte(e.Kind) | byte(how.rule)<<ruleShift
	if how.everyday {
		first |= everydayBit
	}
	b = append(b, first)
	if how.rule != anyCase {
		b = binary.AppendUvarint(b, how.mask)
	}
	b = binary.AppendUvarint(b, uint64(len(e.Entity)))
	return append(b, e.Entity...)
}

// A build is the trie in the making.
type build struct {
	ids    map[string]uint32
	words  []byte   // each with its length before it
	wordAt []uint32 // by word, as they came
	first  []uint32 // by word
	steps  []step
	posts  []byte
	postAt []uint32 // by state; 0 is none
	count  int64
}

type step struct{ from, word, to uint32 }

func newBuild() *build {
	return &build{ids: map[string]uint32{}, postAt: []uint32{0}, posts: []byte{0}}
}

// read takes the sorted names in.
func (b *build) read(sorter *extsort.Sorter) error {
	it, err := sorter.Sort()
	if err != nil {
		return err
	}
	var (
		path  []uint32 // states of the name before
		words [][]byte
		last  []byte // the record before
		group []byte // candidates of one name
		n     uint64
	)
	for it.Next() {
		record := it.Key()
		if bytes.Equal(record, last) {
			continue
		}
		cut := bytes.Index(record, []byte{0, 0}) + 2
		if !bytes.HasPrefix(last, record[:cut]) {
			if err := b.post(path, n, group); err != nil {
				return err
			}
			group, n = group[:0], 0
			keep := b.shared(words, record[:cut])
			words = words[:keep]
			path = path[:keep]
			if path, words, err = b.grow(path, words, record[:cut]); err != nil {
				return err
			}
		}
		last = append(last[:0], record...)
		group = append(group, record[cut:]...)
		n++
		b.count++
	}
	if err := it.Err(); err != nil {
		return err
	}
	return b.post(path, n, group)
}

// shared counts the words at the beginning that a key has in common with the
// name before.
func (b *build) shared(words [][]byte, key []byte) int {
	n := 0
	for n < len(words) {
		word, rest, _ := bytes.Cut(key, []byte{0})
		if !bytes.Equal(word, words[n]) {
			break
		}
		key = rest
		n++
	}
	return n
}

// grow adds the states of a key that are not on the path yet.
func (b *build) grow(path []uint32, words [][]byte, key []byte) ([]uint32, [][]byte, error) {
	for n := 0; ; n++ {
		word, rest, _ := bytes.Cut(key, []byte{0})
		if len(word) == 0 {
			return path, words, nil
		}
		key = rest
		if n < len(path) {
			continue
		}
		if len(b.postAt) >= terminal || len(b.words) > math.MaxUint32-1-len(word) {
			return nil, nil, errors.New("there are more names than one file can hold")
		}
		id := b.word(word)
		state := uint32(len(b.postAt))
		b.postAt = append(b.postAt, 0)
		if n == 0 {
			b.first[id] = state
		} else {
			b.steps = append(b.steps, step{path[n-1], id, state})
		}
		path, words = append(path, state), append(words, bytes.Clone(word))
	}
}

func (b *build) word(word []byte) uint32 {
	if id, ok := b.ids[string(word)]; ok {
		return id
	}
	id := uint32(len(b.first))
	b.ids[string(word)] = id
	b.wordAt = append(b.wordAt, uint32(len(b.words)))
	b.words = append(append(b.words, byte(len(word))), word...)
	b.first = append(b.first, 0)
	return id
}

// post keeps the candidates of the name that the path ends at.
func (b *build) post(path []uint32, n uint64, group []byte) error {
	if n == 0 {
		return nil
	}
	if len(b.posts) > math.MaxUint32-len(group)-binary.MaxVarintLen64 {
		return errors.New("there are more entities than one file can hold")
	}
	b.postAt[path[len(path)-1]] = uint32(len(b.posts))
	b.posts = append(binary.AppendUvarint(b.posts, n), group...)
	return nil
}

// write lays out the file.
func (b *build) write(f section.File, fingerprint string) error {
	e := section.NewWriter(f, form)
	e.Section(secShape, func() { e.Long(uint64(b.count)); e.Put([]byte(fingerprint)) })
	slots, wordAt, slotOf := b.wordTable()
	e.Section(secSlots, func() { e.Longs(slots...) })
	e.Section(secWordAt, func() { e.Words(wordAt...) })
	e.Section(secWords, func() { e.Put(b.words) })
	filter, keys, to := b.stepTable(slotOf)
	e.Section(secFilter, func() { e.Longs(filter...) })
	e.Section(secStepKeys, func() { e.Longs(keys...) })
	e.Section(secStepTo, func() { e.Words(to...) })
	e.Section(secPostAt, func() { e.Words(b.postAt...) })
	e.Section(secPosts, func() { e.Put(b.posts) })
	return e.Finish()
}

// state gives a state as tables hold it.
func (b *build) state(n uint32) uint32 {
	if b.postAt[n] != 0 {
		n |= terminal
	}
	return n
}

// wordTable gives the slots, where the word of each stands, and the slot of
// each word. Words of the same mark are told so: which is meant, their bytes
// decide.
func (b *build) wordTable() (slots []uint64, wordAt, slotOf []uint32) {
	slots = make([]uint64, tableSize(len(b.first)))
	wordAt = make([]uint32, len(slots))
	slotOf = make([]uint32, len(b.first))
	mask := uint64(len(slots) - 1)
	marks := make(map[uint64]uint32, len(b.first)) // the slot that has it
	for id, first := range b.first {
		at := b.wordAt[id]
		hash := hashWord(b.words[at+1 : at+1+uint32(b.words[at])])
		i := spread(hash) & mask
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i], wordAt[i], slotOf[id] = markOf(hash)|uint64(b.state(first)), at, uint32(i)
		if other, ok := marks[markOf(hash)]; ok {
			slots[other] |= markShared
			slots[i] |= markShared
		}
		marks[markOf(hash)] = uint32(i)
	}
	return slots, wordAt, slotOf
}

// stepTable also gives the filter: a bit for each step, so that most words
// that lead nowhere cost no look into the table.
func (b *build) stepTable(slotOf []uint32) (filter, keys []uint64, to []uint32) {
	keys = make([]uint64, tableSize(len(b.steps)))
	to = make([]uint32, len(keys))
	filter = make([]uint64, len(keys)/8) // eight bits for each slot
	mask := uint64(len(keys) - 1)
	for _, s := range b.steps {
		key := stepKey(s.from, slotOf[s.word])
		h := spread(key)
		bit := h >> 20 & (uint64(len(filter))*64 - 1)
		filter[bit/64] |= 1 << (bit % 64)
		i := h & mask
		for keys[i] != 0 {
			i = (i + 1) & mask
		}
		keys[i], to[i] = key, b.state(s.to)
	}
	return filter, keys, to
}
