package pdf

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/emscripten"
)

// host gives PDFium what it imports: growth of memory, a clock that stands
// still, setjmp, the callback that reads the document, and of everything else
// the answer that it is not there.
func (e *Engine) host(ctx context.Context) error {
	known := map[string]api.GoModuleFunc{
		"emscripten_resize_heap": resizeHeap,
		"emscripten_date_now":    func(_ context.Context, _ api.Module, stack []uint64) { stack[0] = api.EncodeF64(clock) },
		"_abort_js":              func(context.Context, api.Module, []uint64) { panic(errAborted) },
		"_localtime_js":          brokenDown,
		"_gmtime_js":             brokenDown,
	}
	builders := map[string]wazero.HostModuleBuilder{}
	builder := func(name string) wazero.HostModuleBuilder {
		if builders[name] == nil {
			builders[name] = e.runtime.NewHostModuleBuilder(name)
		}
		return builders[name]
	}
	setjmp, err := emscripten.NewFunctionExporterForModule(e.module)
	if err != nil {
		return err
	}
	for _, f := range e.module.ImportedFunctions() {
		module, name, _ := f.Import()
		if strings.HasPrefix(name, "invoke_") || name == "_emscripten_throw_longjmp" {
			continue // those of setjmp
		}
		do, ok := known[name]
		if !ok {
			do = absent(name, len(f.ResultTypes()) > 0)
		}
		builder(module).NewFunctionBuilder().WithGoModuleFunction(do, f.ParamTypes(), f.ResultTypes()).Export(name)
	}
	i32 := api.ValueTypeI32
	builder("env").NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(e.readBlock),
		[]api.ValueType{i32, i32, i32, i32}, []api.ValueType{i32}).Export("read_block")
	setjmp.ExportFunctions(builder("env"))
	for _, b := range builders {
		if _, err := b.Instantiate(ctx); err != nil {
			return err
		}
	}
	return nil
}

var errAborted = errors.New("aborted")

// clock is what PDFium takes for now, in milliseconds: what it says of a
// document does not depend on the day.
const clock = 1_000_000_000_000

// absent answers a system call: there is no such file, the descriptor is bad.
func absent(name string, result bool) api.GoModuleFunc {
	const badDescriptor, noEntry = 8, 44 // of WASI
	var answer uint64
	switch {
	case strings.HasPrefix(name, "fd_"):
		answer = badDescriptor
	case strings.HasPrefix(name, "__syscall_"):
		answer = api.EncodeI32(-noEntry)
	}
	return func(_ context.Context, _ api.Module, stack []uint64) {
		if result {
			stack[0] = answer
		}
	}
}

// brokenDown fills a struct tm with nothing.
func brokenDown(_ context.Context, mod api.Module, stack []uint64) {
	mod.Memory().Write(uint32(stack[1]), make([]byte, 44))
}

func resizeHeap(_ context.Context, mod api.Module, stack []uint64) {
	mem := mod.Memory()
	have, want := uint64(mem.Size()), uint64(uint32(stack[0]))
	stack[0] = 0
	for _, size := range []uint64{max(want, have+have/5), want} { // as emscripten: a fifth more, else what is asked
		if size <= have {
			continue
		}
		if _, ok := mem.Grow(uint32((size - have + pageSize - 1) / pageSize)); ok {
			stack[0] = 1
			return
		}
	}
}

// readBlock is m_GetBlock of FPDF_FILEACCESS: it reads bytes of the document.
func (e *Engine) readBlock(_ context.Context, _ api.Module, stack []uint64) {
	at, buf, size := int64(uint32(stack[1])), uint32(stack[2]), uint32(stack[3])
	stack[0] = 0
	in := e.inst
	if in == nil || in.file == nil {
		return
	}
	p, ok := in.mod.Memory().Read(buf, size)
	if !ok {
		return
	}
	if err := in.file.readAt(p, at); err != nil {
		in.file.err = err
		return
	}
	stack[0] = 1
}

// A file gives blocks of a document. PDFium asks for some hundred bytes at a
// time, forth and back, so a few blocks are kept.
type file struct {
	src    io.ReaderAt
	size   int64
	blocks [8]block
	turn   int
	err    error // the last one of src
}

type block struct {
	at   int64 // -1 when it is empty
	data []byte
}

const blockSize = 32 << 10

// errBeyond is a place past the end: the document's fault, not the disk's.
var errBeyond = errors.New("past the end of the document")

func newFile(src io.ReaderAt, size int64) *file {
	f := &file{src: src, size: size}
	for i := range f.blocks {
		f.blocks[i].at = -1
	}
	return f
}

func (f *file) readAt(p []byte, at int64) error {
	if at < 0 || at > f.size || int64(len(p)) > f.size-at {
		return errBeyond
	}
	if len(p) >= blockSize {
		n, err := f.src.ReadAt(p, at)
		return full(n, err, len(p))
	}
	for len(p) > 0 {
		b, err := f.block(at - at%blockSize)
		if err != nil {
			return err
		}
		n := copy(p, b[at%blockSize:])
		p, at = p[n:], at+int64(n)
	}
	return nil
}

func (f *file) block(at int64) ([]byte, error) {
	for i := range f.blocks {
		if f.blocks[i].at == at {
			return f.blocks[i].data, nil
		}
	}
	b := &f.blocks[f.turn]
	f.turn = (f.turn + 1) % len(f.blocks)
	if b.data == nil {
		b.data = make([]byte, blockSize)
	}
	b.at = -1
	b.data = b.data[:min(blockSize, f.size-at)]
	n, err := f.src.ReadAt(b.data, at)
	if err := full(n, err, len(b.data)); err != nil {
		return nil, err
	}
	b.at = at
	return b.data, nil
}

// full gives the error of a ReadAt that did not fill its buffer.
func full(n int, err error, want int) error {
	if n == want {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// slot is the place of read_block in PDFium's table of functions, one past
// those that it has itself.
const slot = 3023

// widen makes room for one more function in the table of the module, whose size
// is fixed: no function of PDFium's gives way to ours, and a null pointer still
// traps.
func widen(code []byte) ([]byte, error) {
	// section 4, 7 bytes, one table of functions, from 3023 to 3023 elements
	had := []byte{4, 7, 1, 0x70, 1, 0xcf, 0x17, 0xcf, 0x17}
	has := []byte{4, 7, 1, 0x70, 1, 0xd0, 0x17, 0xd0, 0x17}
	if bytes.Count(code, had) != 1 {
		return nil, errors.New("the table of functions of PDFium is not where it was")
	}
	return bytes.Replace(code, had, has, 1), nil
}

// callbackModule puts read_block into PDFium's table, so that C can call it by
// pointer.
var callbackModule = bytes.Join([][]byte{
	{0, 'a', 's', 'm', 1, 0, 0, 0},
	section(1, []byte{1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f}), // type 0: (i32 i32 i32 i32) → i32
	section(2, bytes.Join([][]byte{
		{2},
		name("env"), name("read_block"), {0, 0}, // a function of type 0
		name("pdfium"), name("__indirect_function_table"), {1, 0x70, 0, 0xd0, 0x17}, // a table of at least 3024
	}, nil)),
	section(9, []byte{1, 0, 0x41, 0xcf, 0x17, 0x0b, 1, 0}), // at slot 3023: function 0
}, nil)

func section(id byte, body []byte) []byte { return append([]byte{id, byte(len(body))}, body...) }

func name(s string) []byte { return append([]byte{byte(len(s))}, s...) }
