// Package wire writes and reads numbers and texts one after the other, as two
// processes of this program say them to each other. The reader trusts nothing:
// it sizes nothing by what did not come, and after the first mistake all is
// empty.
package wire

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"
)

// AppendInt appends a number.
func AppendInt(b []byte, n int64) []byte { return binary.AppendVarint(b, n) }

// AppendCount appends how many of something follow.
func AppendCount(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

// AppendText appends a text with its length before it.
func AppendText(b []byte, s string) []byte { return append(AppendCount(b, len(s)), s...) }

// AppendBool appends a byte that is 0 or 1.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// A Reader reads what the appenders wrote.
type Reader struct {
	b   []byte
	bad bool
}

// Read gives a reader of some bytes, which it keeps no part of.
func Read(b []byte) *Reader { return &Reader{b: b} }

// Fail notes a mistake.
func (r *Reader) Fail() { r.b, r.bad = nil, true }

// More says whether something is left and no mistake was made.
func (r *Reader) More() bool { return len(r.b) > 0 }

// Bad says whether a mistake was made.
func (r *Reader) Bad() bool { return r.bad }

// Bytes takes so many bytes. They stand in what is read.
func (r *Reader) Bytes(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.Fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// Byte takes one byte; 0 when there is none.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// Bool takes a byte that is 0 or 1.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.Fail()
	}
	return b == 1
}

// Int takes a number.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Count takes how many things follow, each of at least so many bytes: no more
// than there are bytes for. With least 0 it is bounded by an int alone.
func (r *Reader) Count(least int) int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > math.MaxInt32 || least > 0 && v > uint64((len(r.b)-n)/least) {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

// Raw takes the bytes of a text.
func (r *Reader) Raw() []byte { return r.Bytes(r.Count(1)) }

// Text takes a text. What of it is no UTF-8 is replaced.
func (r *Reader) Text() string { return Valid(r.Raw()) }

// Valid makes a text of bytes; what of them is no UTF-8 is replaced.
func Valid(b []byte) string {
	if !utf8.Valid(b) {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(b)
}
