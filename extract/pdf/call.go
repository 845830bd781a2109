package pdf

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/tetratelabs/wazero/api"
)

// An instance is one running PDFium with its memory. Its methods panic with a
// *fault when the engine gives up; Engine.guard takes that.
type instance struct {
	ctx       context.Context
	mod       api.Module
	functions map[string]api.Function
	scratch   uint32 // scratchSize bytes for values that a function hands back
	stack     [12]uint64
	file      *file // what the callback reads
}

const scratchSize = 64

// A ptr is an address in the engine's memory, or a handle; 0 is none.
type ptr = uint32

// call calls a function of PDFium's. Arguments and result are 32-bit integers.
func (in *instance) call(name string, args ...uint32) uint32 {
	for i, a := range args {
		in.stack[i] = uint64(a)
	}
	return uint32(in.run(name))
}

func (in *instance) run(name string) uint64 {
	f := in.functions[name]
	if f == nil {
		if f = in.mod.ExportedFunction(name); f == nil {
			panic(fmt.Errorf("PDFium has no function %s", name)) // of our own making: the hash of PDFium was proven
		}
		in.functions[name] = f
	}
	if err := f.CallWithStack(in.ctx, in.stack[:]); err != nil {
		in.fail(fmt.Errorf("in %s: %w", name, shortened(err)))
	}
	return in.stack[0]
}

// shortened leaves the stack of the engine's functions out of an error.
func shortened(err error) error {
	first, _, cut := strings.Cut(err.Error(), "\n")
	if !cut {
		return err
	}
	return errors.New(strings.TrimSuffix(first, " (recovered by wazero)"))
}

func (in *instance) fail(err error) {
	size, limit := in.mod.Memory().Size(), in.mod.Memory().Definition()
	most, _ := limit.Max()
	panic(&fault{err, uint64(size) >= uint64(most)*pageSize*3/4})
}

func (in *instance) alloc(size uint32) ptr {
	p := in.call("malloc", size)
	if p == 0 {
		panic(&fault{errors.New("no memory"), true})
	}
	return p
}

func (in *instance) free(p ptr) { in.call("free", p) }

// view gives memory of the engine; it is good until the next call.
func (in *instance) view(p ptr, size uint32) []byte {
	b, ok := in.mod.Memory().Read(p, size)
	if !ok {
		in.fail(errors.New("an address beyond the memory"))
	}
	return b
}

func (in *instance) putUint32(p ptr, values ...uint32) {
	b := in.view(p, uint32(4*len(values)))
	for i, v := range values {
		binary.LittleEndian.PutUint32(b[4*i:], v)
	}
}

// ints gives the first n integers of the scratch.
func (in *instance) ints(n int) []int32 {
	b, out := in.view(in.scratch, uint32(4*n)), make([]int32, n)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

// floatAt gives the i-th float of the scratch, doubleAt the i-th double.
func (in *instance) floatAt(i uint32) float64 {
	return float64(math.Float32frombits(binary.LittleEndian.Uint32(in.view(in.scratch+4*i, 4))))
}

func (in *instance) doubleAt(i uint32) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(in.view(in.scratch+8*i, 8)))
}

// cstring gives a string to the engine; the caller frees it.
func (in *instance) cstring(s string) ptr {
	p := in.alloc(uint32(len(s)) + 1)
	b := in.view(p, uint32(len(s))+1)
	copy(b, s)
	b[len(s)] = 0
	return p
}

// maxString bounds a string of the document's, other than text of pages and
// bytes of files, in bytes as the engine holds it.
const maxString = 1 << 20

// bytes calls a function whose last two arguments are a buffer and its size and
// that gives the size it needs, nil when that is nothing or past the limit.
func (in *instance) bytes(limit uint32, name string, args ...uint32) []byte {
	n := in.call(name, append(args, 0, 0)...)
	if n == 0 || n > limit {
		return nil
	}
	p := in.alloc(n)
	defer in.freeLater(p)
	got := in.call(name, append(args, p, n)...)
	return append([]byte(nil), in.view(p, min(got, n))...)
}

// freeLater is free in a defer: a fault that is under way goes on.
func (in *instance) freeLater(p ptr) {
	if r := recover(); r != nil {
		panic(r)
	}
	in.free(p)
}

// wide gives a string that a function writes as UTF-16.
func (in *instance) wide(name string, args ...uint32) string {
	return fromUTF16(in.bytes(maxString, name, args...))
}

// narrow gives a string that a function writes as bytes ending in zero.
func (in *instance) narrow(name string, args ...uint32) string {
	b := in.bytes(maxString, name, args...)
	s, _, _ := strings.Cut(string(b), "\x00")
	return tidy(s)
}

// outBytes calls a function with a buffer, its size and an address for the size
// it needs as last arguments, and lets take look at the bytes where they lie: a
// large file is not held twice. ok is false when there are none to be had.
func (in *instance) outBytes(take func([]byte) error, name string, args ...uint32) (ok bool, err error) {
	in.putUint32(in.scratch, 0)
	if in.call(name, append(args, 0, 0, in.scratch)...) == 0 {
		return false, nil
	}
	n := uint32(in.ints(1)[0])
	p := in.alloc(max(n, 1))
	defer in.freeLater(p)
	if in.call(name, append(args, p, n, in.scratch)...) == 0 || uint32(in.ints(1)[0]) != n {
		return false, nil
	}
	return true, take(in.view(p, n))
}

func fromUTF16(b []byte) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	s, _, _ := strings.Cut(string(utf16.Decode(u)), "\x00")
	return tidy(s)
}

// tidy makes a string what text may be: line ends are "\n", other controls but
// tabs are gone, and so is space around it.
func tidy(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}
