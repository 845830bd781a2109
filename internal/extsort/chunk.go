package extsort

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// few is how many records are sorted by whole keys at once: for fewer, looking
// for what they have in common costs more than it saves.
const few = 12

// sort sorts the records by key, then by order of adding.
//
// Keys of one source begin alike ("us-action:CONT_AWD_…"), so that their first
// bytes tell nothing. What a group has in common is skipped, the group sorted
// by the next 8 bytes as numbers, and each group of equal numbers in turn: a
// key's bytes are then fetched once for each 8 that matter, not for each
// comparison. Source: Bentley and Sedgewick, "Fast algorithms for sorting and
// searching strings", SODA 1997, with 8 bytes for a character.
func (c *chunk) sort() { c.sortFrom(c.refs, 0) }

// sortFrom sorts records whose keys have their first depth bytes in common.
func (c *chunk) sortFrom(refs []ref, depth int) {
	if len(refs) <= few {
		c.sortWhole(refs, depth)
		return
	}
	depth += c.common(refs, depth)
	for i := range refs {
		refs[i].prefix = prefix(c.key(refs[i])[depth:])
	}
	slices.SortFunc(refs, func(a, b ref) int { return cmp.Compare(a.prefix, b.prefix) })
	for start := 0; start < len(refs); {
		end, ends := start, false
		for ; end < len(refs) && refs[end].prefix == refs[start].prefix; end++ {
			ends = ends || int(refs[end].klen) < depth+8
		}
		switch group := refs[start:end]; {
		case len(group) == 1:
		case ends: // a key that ends here may be told from its neighbours by its length alone
			c.sortWhole(group, depth)
		default:
			c.sortFrom(group, depth+8)
		}
		start = end
	}
}

// sortWhole compares whatever is left of the keys.
func (c *chunk) sortWhole(refs []ref, depth int) {
	slices.SortFunc(refs, func(a, b ref) int {
		if d := bytes.Compare(c.key(a)[depth:], c.key(b)[depth:]); d != 0 {
			return d
		}
		return cmp.Compare(a.off, b.off)
	})
}

// common is how many bytes beyond depth all keys share.
func (c *chunk) common(refs []ref, depth int) int {
	first := c.key(refs[0])[depth:]
	for _, r := range refs[1:] {
		key := c.key(r)[depth:]
		n := min(len(first), len(key))
		if bytes.Equal(first[:n], key[:n]) {
			first = first[:n]
			continue
		}
		n = 0
		for first[n] == key[n] {
			n++
		}
		first = first[:n]
		if n == 0 {
			break
		}
	}
	return len(first)
}

// prefix reads 8 bytes as a number, as if a shorter key went on with zeros.
func prefix(key []byte) uint64 {
	if len(key) >= 8 {
		return binary.BigEndian.Uint64(key)
	}
	var b [8]byte
	copy(b[:], key)
	return binary.BigEndian.Uint64(b[:])
}
