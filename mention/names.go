package mention

import (
	"os"
	"sync"

	"overt/internal/mapped"

	"overt"
)

// Names is an open file of names: a trie over folded words. A step in it is a
// look into one hash table, by the state and the number of the word. It is
// immutable and safe for concurrent use.
type Names struct {
	data  []byte
	unmap func() error

	count       uint64
	fingerprint string

	slots    []uint64 // see markOf
	wordAt   []uint32 // by slot: where its word stands in words, the length before it
	words    []byte
	filter   []uint64
	stepKeys []uint64
	stepTo   []uint32
	postAt   []uint32 // by state: where its candidates begin, 0 for none
	posts    []byte

	scans sync.Pool // of *scan
}

// Open maps a file of names into memory (elsewhere than on unix it is read) and
// verifies all of it before it returns: every section against its CRC-32C, and
// every number inside against its range. Errors: not_found; invalid, when the
// file is not a whole one of this version; unavailable.
func Open(path string) (*Names, error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, overt.Errorf(overt.NotFound, path, "no file of names here")
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "open names: %w", err)
	}
	defer func() { _ = f.Close() }() // the mapping outlives the descriptor
	data, unmap, err := mapped.File(f)
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "map names: %w", err)
	}
	n, err := decode(data)
	if err != nil {
		_ = unmap()
		return nil, overt.Errorf(overt.Invalid, path, "read names: %w", err)
	}
	n.unmap = unmap
	return n, nil
}

// Close gives the memory back. n must not be used afterwards; spans that it
// gave stay good.
func (n *Names) Close() error {
	if n.unmap == nil {
		return nil
	}
	unmap := n.unmap
	n.unmap = nil
	return unmap()
}

// Len counts the different pairs of a name and an entity.
func (n *Names) Len() int64 { return int64(n.count) }

// Fingerprint tells what the file was built from, as its builder said.
func (n *Names) Fingerprint() string { return n.fingerprint }

// look finds the slot of a word, -1 for none. Another word of the same mark,
// which is rare, can be taken for it: see is.
func (n *Names) look(fold []byte, hash uint64) int {
	mask, mark := uint64(len(n.slots)-1), markOf(hash)
	for i := spread(hash) & mask; ; i = (i + 1) & mask {
		slot := n.slots[i]
		if slot == 0 {
			return -1
		}
		if slot&markMask == mark && (slot&markShared == 0 || n.is(int(i), fold)) {
			return int(i)
		}
	}
}

// find is look for sure.
func (n *Names) find(fold []byte) int {
	if i := n.look(fold, hashWord(fold)); i >= 0 && n.is(i, fold) {
		return i
	}
	return -1
}

func (n *Names) is(slot int, fold []byte) bool {
	at := int(n.wordAt[slot])
	return string(n.words[at+1:at+1+int(n.words[at])]) == string(fold)
}

// step gives the state behind another by a word, 0 for none.
func (n *Names) step(state uint32, word int32) uint32 {
	key := stepKey(state&^terminal, uint32(word))
	h := spread(key)
	bit := h >> 20 & (uint64(len(n.filter))*64 - 1)
	if n.filter[bit/64]&(1<<(bit%64)) == 0 {
		return 0
	}
	mask := uint64(len(n.stepKeys) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch n.stepKeys[i] {
		case key:
			return n.stepTo[i]
		case 0:
			return 0
		}
	}
}
