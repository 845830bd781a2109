// Package section lays out a derived file as sections that are read in place: a
// header, and aligned sections with a checksum each. docs/format/graph.md and
// docs/format/mentions.md draw it.
//
// The invariant: of a file that Decode takes, every section lies inside it and has
// the bytes that were written; what they mean is for the caller to check.
package section

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"unsafe"
)

// Sizes of the header and its lines, in bytes; sections begin at multiples of
// alignment.
const (
	headerFixed = 32
	headerEntry = 24
	alignment   = 64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Form is a kind of file.
type Form struct {
	Magic   string // 8 bytes
	Version uint32
	Count   int    // sections, in the order of their numbers
	What    string // the file in words: "a graph file"
}

func (f Form) header() int { return headerFixed + headerEntry*f.Count }

// Decode gives the sections of a file, without copying. Errors say what is wrong
// with it.
func (f Form) Decode(data []byte) ([][]byte, error) {
	if len(data) < headerFixed || string(data[:8]) != f.Magic {
		return nil, fmt.Errorf("this is not %s", f.What)
	}
	le := binary.LittleEndian
	if v := le.Uint32(data[8:]); v != f.Version {
		return nil, fmt.Errorf("version %d of the format is not known here, only %d", v, f.Version)
	}
	if le.Uint32(data[12:]) != uint32(f.Count) || len(data) < f.header() {
		return nil, errors.New("header is cut off")
	}
	if le.Uint32(data[16:]) != headerSum(data[:f.header()]) {
		return nil, errors.New("header has a wrong checksum")
	}
	if le.Uint64(data[24:]) != uint64(len(data)) {
		return nil, errors.New("file is cut off or has more at its end")
	}
	out := make([][]byte, f.Count)
	for i := range out {
		e := data[headerFixed+headerEntry*i:]
		off, size := le.Uint64(e[8:]), le.Uint64(e[16:])
		if le.Uint32(e) != uint32(i) || off > uint64(len(data)) || size > uint64(len(data))-off || off%8 != 0 {
			return nil, fmt.Errorf("section %d lies outside the file", i)
		}
		out[i] = data[off : off+size : off+size]
		if crc32.Checksum(out[i], castagnoli) != le.Uint32(e[4:]) {
			return nil, fmt.Errorf("section %d has a wrong checksum", i)
		}
	}
	return out, nil
}

// Reseal makes the checksums of a damaged file right again where its lines allow
// it, in a copy, so that tests reach what lies behind them.
func (f Form) Reseal(data []byte) []byte {
	if len(data) < f.header() {
		return data
	}
	data = append([]byte(nil), data...)
	le := binary.LittleEndian
	for i := range f.Count {
		e := data[headerFixed+headerEntry*i:]
		le.PutUint32(e, uint32(i))
		if off, size := le.Uint64(e[8:]), le.Uint64(e[16:]); off <= uint64(len(data)) && size <= uint64(len(data))-off {
			le.PutUint32(e[4:], crc32.Checksum(data[off:off+size], castagnoli))
		}
	}
	f.seal(data[:f.header()], uint64(len(data)))
	return data
}

// seal fills in what stands before the lines of the sections.
func (f Form) seal(head []byte, size uint64) {
	copy(head, f.Magic)
	binary.LittleEndian.PutUint32(head[8:], f.Version)
	binary.LittleEndian.PutUint32(head[12:], uint32(f.Count))
	binary.LittleEndian.PutUint64(head[24:], size)
	binary.LittleEndian.PutUint32(head[16:], headerSum(head))
}

// headerSum is the checksum of a header, taken as if its own field were 0.
func headerSum(head []byte) uint32 {
	sum := crc32.Checksum(head[:16], castagnoli)
	sum = crc32.Update(sum, castagnoli, make([]byte, 4))
	return crc32.Update(sum, castagnoli, head[20:])
}

// A File is written from its beginning, and its header again at the end.
type File interface {
	io.Writer
	io.WriterAt
}

// A Writer writes the sections one after the other, and the header last. The
// first failure ends all writing; Finish tells it.
type Writer struct {
	form  Form
	f     File
	buf   []byte
	off   uint64
	start uint64
	sum   uint32
	head  []byte
	err   error
}

const room = 1 << 18

// NewWriter begins an empty file.
func NewWriter(f File, form Form) *Writer {
	w := &Writer{form: form, f: f, head: make([]byte, form.header())}
	w.Put(w.head)
	return w
}

// flush hands on what waits.
func (w *Writer) flush() {
	w.write(w.buf)
	w.buf = w.buf[:0]
}

// write writes bytes, and takes them into the section's checksum.
func (w *Writer) write(b []byte) {
	if w.err == nil {
		w.sum = crc32.Update(w.sum, castagnoli, b)
		_, w.err = w.f.Write(b)
	}
	w.off += uint64(len(b))
}

// Put adds bytes to the section.
func (w *Writer) Put(b []byte) {
	if len(w.buf)+len(b) > room {
		w.flush()
	}
	if len(b) > room {
		w.write(b)
		return
	}
	w.buf = append(w.buf, b...)
}

// Word adds a number of 32 bits.
func (w *Writer) Word(v uint32) {
	if len(w.buf) >= room {
		w.flush()
	}
	w.buf = binary.LittleEndian.AppendUint32(w.buf, v)
}

// Long adds a number of 64 bits.
func (w *Writer) Long(v uint64) {
	if len(w.buf) >= room {
		w.flush()
	}
	w.buf = binary.LittleEndian.AppendUint64(w.buf, v)
}

// Words adds numbers of 32 bits.
func (w *Writer) Words(list ...uint32) {
	for _, v := range list {
		w.Word(v)
	}
}

// Longs adds numbers of 64 bits.
func (w *Writer) Longs(list ...uint64) {
	for _, v := range list {
		w.Long(v)
	}
}

// Section writes the section of a number, aligned, and its line of the header.
func (w *Writer) Section(id int, write func()) {
	w.flush()
	w.Put(make([]byte, (alignment-w.off%alignment)%alignment))
	w.flush()
	w.start, w.sum = w.off, 0
	write()
	w.flush()
	line := w.head[headerFixed+headerEntry*id:]
	binary.LittleEndian.PutUint32(line, uint32(id))
	binary.LittleEndian.PutUint32(line[4:], w.sum)
	binary.LittleEndian.PutUint64(line[8:], w.start)
	binary.LittleEndian.PutUint64(line[16:], w.off-w.start)
}

// Finish writes the header.
func (w *Writer) Finish() error {
	if w.flush(); w.err != nil {
		return w.err
	}
	w.form.seal(w.head, w.off)
	_, err := w.f.WriteAt(w.head, 0)
	return err
}

var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// InPlace reads a section as numbers, in place where the machine's own order is
// the file's and the bytes are aligned.
func InPlace[T uint32 | uint64](b []byte) []T {
	size := int(unsafe.Sizeof(T(0)))
	n := len(b) / size
	if n == 0 {
		return nil
	}
	if p := unsafe.Pointer(unsafe.SliceData(b)); littleEndian && uintptr(p)%uintptr(size) == 0 {
		return unsafe.Slice((*T)(p), n)
	}
	out := make([]T, n)
	for i := range out {
		if size == 4 {
			out[i] = T(binary.LittleEndian.Uint32(b[4*i:]))
		} else {
			out[i] = T(binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
	return out
}
