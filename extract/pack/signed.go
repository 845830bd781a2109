package pack

import (
	"io"
	"strings"

	"overt/extract/document"
)

// signed reads a file that was signed as a whole (RFC 5652): the file is inside,
// in the clear. Whether the signature holds is not checked.
func (p *packed) signed() error {
	c := &ber{p: p}
	// ContentInfo: an identifier, and [0] the signed data: version, digests,
	// and an identifier with [0] the bytes.
	off, _ := c.enter(0, p.in.Size, 0x30)
	off = c.skip(off)
	off, _ = c.enter(off, p.in.Size, 0xa0)
	off, _ = c.enter(off, p.in.Size, 0x30)
	off = c.skip(c.skip(off))
	off, _ = c.enter(off, p.in.Size, 0x30)
	off = c.skip(off)
	if c.bad {
		return damaged("it is no signed message")
	}
	off, end := c.enter(off, p.in.Size, 0xa0)
	if c.bad {
		return &document.Refusal{Code: document.Unknown, Reason: "the file is a signature alone; what was signed is not in it", Retry: "add the file that was signed"}
	}
	parts := c.strings(off, end, 0)
	if c.bad || len(parts) == 0 {
		return damaged("the signed bytes cannot be found")
	}
	if err := p.note("signature", "the file is signed; the signature was not checked"); err != nil {
		return err
	}
	name := p.in.Name
	if i := strings.LastIndexByte(name, '.'); i > 0 && strings.HasPrefix(strings.ToLower(name[i:]), ".p7") {
		name = name[:i]
	}
	return p.emit(document.Member{Path: name, Size: -1, Role: document.Embedded}, io.MultiReader(parts...))
}

// ber walks values of BER (X.690), definite and indefinite, that lie anywhere in
// the file.
type ber struct {
	p     *packed
	bad   bool
	steps int
}

// header reads tag and length: where the content begins, and its length, -1 when
// an end mark ends it.
func (c *ber) header(off int64) (tag byte, from, length int64) {
	b, ok := c.p.at(off, int(min(12, max(c.p.in.Size-off, 0))))
	if c.steps++; !ok || len(b) < 2 || c.steps > 1<<20 || c.bad {
		c.bad = true
		return 0, 0, 0
	}
	tag = b[0]
	switch n := int(b[1]); {
	case n < 0x80:
		return tag, off + 2, int64(n)
	case n == 0x80:
		return tag, off + 2, -1
	case n-0x80 <= 7 && n-0x80+2 <= len(b):
		for _, v := range b[2 : n-0x80+2] {
			length = length<<8 | int64(v)
		}
		if from = off + int64(n-0x80) + 2; length <= c.p.in.Size-from {
			return tag, from, length
		}
	}
	c.bad = true
	return 0, 0, 0
}

// enter gives where the content of a value with a tag begins and ends.
func (c *ber) enter(off, end int64, want byte) (from, to int64) {
	tag, from, length := c.header(off)
	if tag != want {
		c.bad = true
	}
	if length < 0 {
		return from, end
	}
	return from, from + length
}

// skip gives where a value ends.
func (c *ber) skip(off int64) int64 { return c.skipDeep(off, 0) }

func (c *ber) skipDeep(off int64, depth int) int64 {
	tag, from, length := c.header(off)
	if c.bad || length >= 0 {
		return from + length
	}
	if depth > 32 || tag&0x20 == 0 {
		c.bad = true
		return 0
	}
	for !c.bad {
		if b, ok := c.p.at(from, 2); ok && b[0] == 0 && b[1] == 0 {
			return from + 2
		}
		from = c.skipDeep(from, depth+1)
	}
	return 0
}

// strings gives the bytes of an octet string, which may be cut into others.
func (c *ber) strings(off, end int64, depth int) []io.Reader {
	var out []io.Reader
	for off < end && !c.bad && depth < 8 {
		if b, ok := c.p.at(off, 2); ok && b[0] == 0 && b[1] == 0 {
			break
		}
		tag, from, length := c.header(off)
		switch {
		case tag == 0x04 && length >= 0:
			out = append(out, c.p.section(from, length))
			off = from + length
		case tag == 0x24:
			to := end
			if length >= 0 {
				to = from + length
			}
			out = append(out, c.strings(from, to, depth+1)...)
			off = c.skip(off)
		default:
			c.bad = true
		}
	}
	return out
}
