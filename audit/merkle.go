package audit

import "crypto/sha256"

// This file computes Merkle trees after RFC 6962, section 2.1, in its own
// plain way. Verify uses nothing else, so that a mistake in the hash file or
// in the library that fills it does not hide itself.

// emptyRoot is the root of the tree of no records.
var emptyRoot = sha256.Sum256(nil)

// LeafHash gives the RFC 6962 hash of a record's bytes.
func LeafHash(leaf []byte) [HashSize]byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(leaf)
	return [HashSize]byte(h.Sum(nil))
}

func nodeHash(left, right [HashSize]byte) [HashSize]byte {
	var b [1 + 2*HashSize]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+HashSize:], right[:])
	return sha256.Sum256(b[:])
}

// A compactRange holds the roots of the perfect subtrees that a tree of size
// leaves is made of, the largest first: one for each bit set in size.
type compactRange struct {
	size  int64
	roots [][HashSize]byte
}

// add appends a leaf and gives each hash that became final: the leaf, then the
// parents it completed, from the bottom up.
func (c *compactRange) add(leaf [HashSize]byte, final func([HashSize]byte)) {
	h := leaf
	final(h)
	for n := c.size; n&1 == 1; n >>= 1 {
		last := len(c.roots) - 1
		h = nodeHash(c.roots[last], h)
		c.roots = c.roots[:last]
		final(h)
	}
	c.roots = append(c.roots, h)
	c.size++
}

// root folds the subtrees from the smallest to the largest.
func (c *compactRange) root() [HashSize]byte {
	if c.size == 0 {
		return emptyRoot
	}
	last := len(c.roots) - 1
	h := c.roots[last]
	for i := last - 1; i >= 0; i-- {
		h = nodeHash(c.roots[i], h)
	}
	return h
}
