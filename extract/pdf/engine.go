package pdf

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// PDFium as WebAssembly, compressed; README.md says where it is from.
//
//go:embed pdfium.wasm.zst
var blob []byte

const (
	blobSize   = 3_988_829
	blobSHA256 = "71aec412a303a0405baee21c3d6d3f30ad2033dc02444130fe476be3976e2d09"
)

// Config says how an Engine is loaded.
type Config struct {
	// Cache is a folder for compiled code, made where it is not there. Loading
	// takes seconds of processor time without it and about a tenth of a second
	// with a warm one. Who can write to it can run code as this process: it must
	// be the owner's alone. Empty is no cache.
	Cache string
	// Interruptible lets a call into the engine end when its context does, at
	// about twice the cost. A process that its parent kills has no need of it.
	Interruptible bool
	// Memory bounds the engine's memory, in bytes; 512 MiB.
	Memory int64
}

// An Engine reads PDF files; it is a document.Reader. It serves one goroutine at
// a time. The fields can be set between documents.
type Engine struct {
	// Images says of which pages a picture is made; of none by default.
	Images Images
	// DPI is how finely, in pixels to the inch; 200. A page that would have more
	// pixels than Limits.Pixels is drawn less finely.
	DPI float32

	runtime  wazero.Runtime
	module   wazero.CompiledModule
	callback wazero.CompiledModule
	memory   *memory
	limit    int64     // of memory, in bytes
	inst     *instance // nil before the first document and after a fault
}

// Images says of which pages of a document a picture is made.
type Images int

// The choices of pages.
const (
	NoImages Images = iota
	SparseImages
	AllImages
)

// Load makes an Engine: it proves the hash of the embedded PDFium and compiles
// it, or takes the compiled code from the cache. It reads no foreign byte, and
// everything that needs files or executable memory is done when it returns, so
// that a process can confine itself then.
func Load(ctx context.Context, cfg Config) (*Engine, error) {
	return load(ctx, cfg, blob)
}

func load(ctx context.Context, cfg Config, blob []byte) (_ *Engine, err error) {
	code, err := unpack(blob)
	if err != nil {
		return nil, err
	}
	if cfg.Memory == 0 {
		cfg.Memory = 512 << 20
	}
	pages := min(max(cfg.Memory/pageSize, 512), 32768) // from what PDFium begins with to what it can use
	rc := wazero.NewRuntimeConfig().WithMemoryLimitPages(uint32(pages)).
		WithCloseOnContextDone(cfg.Interruptible).WithDebugInfoEnabled(false)
	if cfg.Cache != "" {
		cache, err := wazero.NewCompilationCacheWithDir(cfg.Cache)
		if err != nil {
			return nil, fmt.Errorf("open the cache of compiled code: %w", err)
		}
		rc = rc.WithCompilationCache(cache)
	}
	e := &Engine{runtime: wazero.NewRuntimeWithConfig(ctx, rc), memory: &memory{}, limit: pages * pageSize}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("load PDFium: %w", err), e.Close(ctx))
		}
	}()
	if e.module, err = e.runtime.CompileModule(ctx, code); err != nil {
		if cfg.Cache != "" {
			err = fmt.Errorf("%w; the cache of compiled code in %s may be damaged: delete it", err, cfg.Cache)
		}
		return nil, err
	}
	if err = e.host(ctx); err != nil {
		return nil, err
	}
	if e.callback, err = e.runtime.CompileModule(ctx, callbackModule); err != nil {
		return nil, err
	}
	if err = e.start(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

// pageSize is that of WebAssembly.
const pageSize = 64 << 10

// unpack gives the module, proven by its hash, with room for our callback in its
// table of functions.
func unpack(blob []byte) ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(blobSize))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	code, err := d.DecodeAll(blob, make([]byte, 0, blobSize))
	if err != nil {
		return nil, fmt.Errorf("unpack PDFium: %w", err)
	}
	if sum := sha256.Sum256(code); hex.EncodeToString(sum[:]) != blobSHA256 {
		return nil, errors.New("the embedded PDFium is not the one this program was built for: its SHA-256 differs")
	}
	return widen(code)
}

// Close frees what the engine holds. The engine cannot be used after it.
func (e *Engine) Close(ctx context.Context) error {
	e.inst = nil
	err := e.runtime.Close(ctx)
	return errors.Join(err, e.memory.release())
}

// start makes a fresh instance, unless there is one that can go on.
func (e *Engine) start(ctx context.Context) error {
	if e.inst != nil && e.inst.mod.Memory().Size() <= grown {
		return nil
	}
	e.drop(ctx)
	if err := e.memory.renew(e.limit); err != nil {
		return err
	}
	ctx = experimental.WithMemoryAllocator(ctx, e.memory)
	mod, err := e.runtime.InstantiateModule(ctx, e.module, wazero.NewModuleConfig().WithName("pdfium").WithStartFunctions())
	if err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	e.inst = &instance{ctx: ctx, mod: mod, functions: map[string]api.Function{}}
	if _, err := e.runtime.InstantiateModule(ctx, e.callback, wazero.NewModuleConfig().WithName("callback")); err != nil {
		return fmt.Errorf("start PDFium: %w", err)
	}
	return e.guard(ctx, func(in *instance) error {
		in.call("emscripten_stack_init")
		in.call("__wasm_call_ctors")
		in.call("FPDF_InitLibrary")
		in.scratch = in.alloc(scratchSize)
		return nil
	})
}

// grown is the size of memory, in bytes, past which an instance is not used for
// another document: memory of WebAssembly never shrinks.
const grown = 96 << 20

// drop ends the instance and gives its memory back.
func (e *Engine) drop(ctx context.Context) {
	for _, name := range []string{"callback", "pdfium"} {
		if m := e.runtime.Module(name); m != nil {
			_ = m.Close(ctx) // it holds nothing that could be lost
		}
	}
	e.inst = nil
}

// A fault is what ends a call into the engine: a trap, a deadline, no memory.
type fault struct {
	err error
	// full says that the memory had grown as far as it may.
	full bool
}

func (f *fault) Error() string { return "PDFium gave up: " + f.err.Error() }

func (f *fault) Unwrap() error { return f.err }

// guard runs what calls the engine. A fault in it drops the instance and is the
// error.
func (e *Engine) guard(ctx context.Context, do func(*instance) error) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *fault:
			e.drop(ctx)
			err = r
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
		default:
			panic(r)
		}
	}()
	e.inst.ctx = ctx
	return do(e.inst)
}
