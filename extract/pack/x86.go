package pack

import (
	"encoding/binary"
	"io"
)

// x86 takes back the filter that makes the targets of calls in programs of x86
// absolute (Bra86.c of the LZMA SDK).
type x86 struct {
	r     io.Reader
	ip    uint32
	mask  uint32
	buf   []byte // read, not yet filtered
	ready []byte
	err   error
}

func (x *x86) Read(b []byte) (int, error) {
	for len(x.ready) == 0 {
		if x.err != nil {
			return 0, x.err
		}
		x.fill()
	}
	n := copy(b, x.ready)
	x.ready = x.ready[n:]
	return n, nil
}

func (x *x86) fill() {
	chunk := make([]byte, 32<<10)
	n, err := x.r.Read(chunk)
	x.buf = append(x.buf, chunk[:n]...)
	x.err = err
	done := x.filter(x.buf)
	if err != nil {
		done = len(x.buf)
	}
	x.ready = append([]byte{}, x.buf[:done]...)
	x.buf = append(x.buf[:0], x.buf[done:]...)
}

func isTop(b byte) bool { return b == 0 || b == 0xff }

// What the bytes of the last calls allow, by their mask.
var (
	x86Allowed = [8]bool{true, true, true, false, true, false, false, false}
	x86Bits    = [8]uint32{0, 1, 2, 2, 3, 3, 3, 3}
)

// filter works in place and says how many bytes are final.
func (x *x86) filter(b []byte) int {
	if len(b) < 5 {
		return 0
	}
	pos, prev, mask := 0, -1, x.mask&7
	for pos+5 <= len(b) {
		if b[pos]&0xfe != 0xe8 {
			pos++
			continue
		}
		if gap := pos - prev; gap > 3 {
			mask = 0
		} else {
			mask = mask << (gap - 1) & 7
		}
		prev = pos
		if mask != 0 && (!x86Allowed[mask] || isTop(b[pos+4-int(x86Bits[mask])])) || !isTop(b[pos+4]) {
			mask = mask<<1&7 | 1
			pos++
			continue
		}
		binary.LittleEndian.PutUint32(b[pos+1:], x.target(binary.LittleEndian.Uint32(b[pos+1:]), uint32(pos), mask))
		pos += 5
	}
	x.mask = 0
	if gap := pos - prev; gap <= 3 {
		x.mask = mask << (gap - 1) & 7
	}
	x.ip += uint32(pos)
	return pos
}

// target is what a call at a position was before it was made absolute.
func (x *x86) target(src, pos, mask uint32) uint32 {
	for {
		dst := src - (x.ip + pos + 5)
		i := x86Bits[mask] * 8
		if mask == 0 || !isTop(byte(dst>>(24-i))) {
			return dst&0xffffff | -(dst>>24&1)<<24
		}
		src = dst ^ (1<<(32-i) - 1)
	}
}
