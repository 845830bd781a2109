package mention

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"overt/internal/section"
)

// The sections, in the order of the file.
const (
	secShape = iota
	secSlots
	secWordAt
	secWords
	secFilter
	secStepKeys
	secStepTo
	secPostAt
	secPosts
	sections
)

var form = section.Form{Magic: "OVTNAMES", Version: 1, Count: sections, What: "a file of names"}

// decode makes Names out of the bytes of a file. It trusts no number in it:
// whatever the bytes, a search ends and stays inside its slices.
func decode(data []byte) (*Names, error) {
	sec, err := form.Decode(data)
	if err != nil {
		return nil, err
	}
	n := &Names{data: data, words: sec[secWords], posts: sec[secPosts]}
	shape := sec[secShape]
	if len(shape) < 8 {
		return nil, errors.New("shape is cut off")
	}
	n.count, n.fingerprint = binary.LittleEndian.Uint64(shape), string(shape[8:])
	for _, s := range []struct {
		id   int
		into *[]uint32
	}{{secWordAt, &n.wordAt}, {secStepTo, &n.stepTo}, {secPostAt, &n.postAt}} {
		if len(sec[s.id])%4 != 0 {
			return nil, fmt.Errorf("section %d has a wrong length", s.id)
		}
		*s.into = section.InPlace[uint32](sec[s.id])
	}
	for _, s := range []struct {
		id   int
		into *[]uint64
	}{{secSlots, &n.slots}, {secFilter, &n.filter}, {secStepKeys, &n.stepKeys}} {
		if size := len(sec[s.id]) / 8; len(sec[s.id])%8 != 0 || size == 0 || size&(size-1) != 0 {
			return nil, fmt.Errorf("section %d is no table", s.id)
		}
		*s.into = section.InPlace[uint64](sec[s.id])
	}
	return n, n.check()
}

// check holds every number that is read in place against its range.
// Candidates are read with care when they are asked for.
func (n *Names) check() error {
	if len(n.wordAt) != len(n.slots) || len(n.stepTo) != len(n.stepKeys) || len(n.postAt) == 0 || len(n.postAt) > terminal {
		return errors.New("words and their places differ in number")
	}
	states, free := uint32(len(n.postAt)), 0
	for i, slot := range n.slots {
		if slot == 0 {
			free++
			continue
		}
		if uint32(slot)&^terminal >= states {
			return fmt.Errorf("step of word %d points outside", i)
		}
		at := uint64(n.wordAt[i])
		if at >= uint64(len(n.words)) || uint64(n.words[at]) >= uint64(len(n.words))-at {
			return fmt.Errorf("word %d points outside", i)
		}
	}
	if free == 0 {
		return errors.New("table of words is full")
	}
	free = 0
	for i, key := range n.stepKeys {
		if n.stepTo[i]&^terminal >= states {
			return fmt.Errorf("step %d points outside", i)
		}
		if key == 0 {
			free++
		}
	}
	if free == 0 {
		return errors.New("table of steps is full")
	}
	for i, at := range n.postAt {
		if uint64(at) > uint64(len(n.posts)) {
			return fmt.Errorf("entities of state %d point outside", i)
		}
	}
	return nil
}

// Tables have a power of two of slots, at least a quarter of them free. A slot is
// found by the upper bits of a hash; what does not fit goes to the next.

func tableSize(n int) int {
	size := 16
	for size*3 < n*4 {
		size *= 2
	}
	return size
}

func spread(key uint64) uint64 {
	key ^= key >> 32
	key *= 0xd6e8feb86659fd93
	return key ^ key>>32
}

// A state is a place in the trie, from 1. terminal is set beside its number
// where a name ends.
const terminal = 1 << 31

// A slot of the table of words has a mark of the word in its upper half and, in
// its lower, the state that the word leads to at the beginning of a name, 0 for
// none. The number of a word is its slot. A mark is never 0.
const (
	markUsed   = 1 << 63
	markShared = 1 << 32 // another word has the same mark: its bytes decide
	markMask   = math.MaxUint64 &^ (math.MaxUint32 | markShared)
)

func markOf(hash uint64) uint64 { return (hash | markUsed) & markMask }

// stepKey is a state and the word that leads on from it.
func stepKey(state, word uint32) uint64 { return uint64(state)<<32 | uint64(word) }
