package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/bits"
	"slices"
	"testing"
)

// quine is a ZIP archive whose one file is that archive, byte for byte, after Russ
// Cox, "Zip Files All The Way Down" (2010). Its DEFLATE is a program of two
// instructions of ten bytes: put, which says the bytes that follow it, and repeated,
// which says the last bytes anew.
func quine() []byte {
	const name = "itself.zip"
	put := func(n int) []byte {
		b := []byte{0, 0, 0, 0xff, 0xff, 0}
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
		return binary.LittleEndian.AppendUint16(b, ^uint16(n))
	}
	head, tail := 30+len(name), 46+len(name)+22 // sizes of what stands before and behind
	const one, four = 10, 40                    // instructions
	packed := 2*one + head + one + 2*one + 2*one + 5*one + one + 5*one + one + 5*one + one + 2*one + 2*one + tail + one
	size := head + packed + tail
	file := func(sum uint32) []byte {
		fields := []byte{20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x58} // version, flags, method, time, date
		fields = binary.LittleEndian.AppendUint32(fields, sum)
		fields = binary.LittleEndian.AppendUint32(fields, uint32(packed))
		fields = binary.LittleEndian.AppendUint32(fields, uint32(size))
		fields = binary.LittleEndian.AppendUint16(fields, uint16(len(name)))
		p := slices.Concat([]byte("PK\x03\x04"), fields, []byte{0, 0}, []byte(name))
		s := slices.Concat([]byte("PK\x01\x02\x14\x00"), fields, make([]byte, 16), []byte(name), []byte("PK\x05\x06\x00\x00\x00\x00\x01\x00\x01\x00"))
		s = binary.LittleEndian.AppendUint32(s, uint32(46+len(name)))
		s = append(binary.LittleEndian.AppendUint32(s, uint32(head+packed)), 0, 0)
		lp, rp, ls, rs := put(head+one), repeated(head+one, 0), put(tail+one), repeated(tail+one, 1)
		l0, l1, l4, r4 := put(0), put(one), put(four), repeated(four, 0)
		return slices.Concat(p, lp, p, lp, rp, l1, rp, l1, l1, l4, rp, l1, l1, l4, r4, l4, r4, l4, r4, l4, r4, l4, r4, l0, l0, ls, r4, l0, l0, ls, rs, s, rs, s)
	}
	return file(ownSum(file))
}

// repeated is a block that says the last n bytes anew, an empty one, and one that ends
// at a whole byte: ten bytes for n from 33 to 258.
func repeated(n int, final uint64) []byte {
	var b uint64
	at := 0
	low := func(v uint64, n int) { b, at = b|v<<at, at+n }
	code := func(v uint64, n int) { low(bits.Reverse64(v)>>(64-n), n) }
	low(1<<1, 3)
	lengths := []int{35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	i := len(lengths) - 1
	for lengths[i] > n {
		i--
	}
	switch symbol := uint64(273 + i); { // RFC 1951, 3.2.5 and 3.2.6
	case symbol < 280:
		code(symbol-256, 7)
	default:
		code(symbol-280+0xc0, 8)
	}
	low(uint64(n-lengths[i]), (i+12)/4*min(1, 12-i))
	extra := bits.Len(uint(n-1)) - 2
	code(uint64(2*extra+2+(n-1)>>extra&1), 5)
	low(uint64((n-1)&(1<<extra-1)), extra)
	code(0, 7)
	low(1<<1, 3)
	code(0, 7)
	low(final, 3)
	return append(binary.LittleEndian.AppendUint64(nil, b)[:6], 0, 0, 0xff, 0xff)
}

// ownSum solves for the checksum that a file has when it is written into it:
// CRC-32 is linear in the bits of it.
func ownSum(file func(uint32) []byte) uint32 {
	zero := crc32.ChecksumIEEE(file(0))
	var rows [32][2]uint32 // what a bit of the sum changes, and which bits that takes
	for i := range rows {
		bit := uint32(1) << i
		rows[i] = [2]uint32{crc32.ChecksumIEEE(file(bit)) ^ zero ^ bit, bit}
	}
	want, sum := zero, uint32(0)
	for i := range rows {
		lead := rows[i][0] & -rows[i][0]
		if lead == 0 {
			panic("no file of this name holds itself; give it another")
		}
		for k := i + 1; k < len(rows); k++ {
			if rows[k][0]&lead != 0 {
				rows[k][0], rows[k][1] = rows[k][0]^rows[i][0], rows[k][1]^rows[i][1]
			}
		}
		if want&lead != 0 {
			want, sum = want^rows[i][0], sum^rows[i][1]
		}
	}
	return sum
}

func TestQuine(t *testing.T) {
	whole := quine()
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil || len(r.File) != 1 {
		t.Fatal(err)
	}
	f, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, whole) {
		t.Errorf("inside are %d bytes of %d, %v\n%x\n%x", len(got), len(whole), err, whole, got)
	}
}
