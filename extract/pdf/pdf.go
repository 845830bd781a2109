// Package pdf reads PDF files with PDFium, which runs as WebAssembly: foreign
// bytes are parsed by code that can reach nothing but memory of its own. It is
// written to run inside the confined process all the same.
//
// Of each page come the text in PDFium's order, a box for each word, the page's
// own label, and rows of tables. A word that a line end divides is joined. After
// the text of the page stand, each under a heading line, what its form fields
// hold ("name = value") and what its annotations say ("author: contents"); they
// have boxes too. Attached files and XFA data are members.
//
// The invariant: what one document does to the engine, the next does not feel.
// A fault costs the page it happened on, and a fresh instance reads on.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"math"

	"overt"
	"overt/extract/document"
)

var _ document.Drawer = (*Engine)(nil)

// maxFaults is how many pages of a document may make the engine give up before
// the rest is left.
const maxFaults = 3

// maxGaps is how many pages that cannot be loaded are said one by one.
const maxGaps = 200

// A reading is one document being read.
type reading struct {
	e   *Engine
	ctx context.Context
	in  document.Input
	out document.Sink

	open     *opened // nil when there is no document in the engine
	password string  // the one that opened it
	tried    bool    // password is known
	pages    int
	faults   int
	links    map[string]bool
	attached []attached
}

// An opened document lies in the engine.
type opened struct{ doc, form ptr }

// Read implements document.Reader.
func (e *Engine) Read(ctx context.Context, in document.Input, out document.Sink) (err error) {
	r, err := e.begin(ctx, in, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.end(err)) }()
	if err := r.properties(); err != nil {
		return err
	}
	if err := r.readPages(); err != nil {
		return err
	}
	return r.members()
}

// begin opens a document.
func (e *Engine) begin(ctx context.Context, in document.Input, out document.Sink) (*reading, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	in.Limits = in.Limits.WithDefaults()
	if in.Size >= math.MaxUint32 {
		return nil, &document.Refusal{Code: document.TooMuch, Reason: "a PDF of 4 GiB or more is not read", Retry: "split it"}
	}
	r := &reading{e: e, ctx: ctx, in: in, out: out, links: map[string]bool{}}
	return r, r.load()
}

// load starts an instance where none runs and opens the document in it.
func (r *reading) load() error {
	if err := r.e.start(r.ctx); err != nil {
		return err
	}
	err := r.e.guard(r.ctx, func(in *instance) error {
		in.file = newFile(r.in, r.in.Size)
		open, err := r.unlock(in)
		if in.file.err != nil && !errors.Is(in.file.err, errBeyond) {
			err = fmt.Errorf("read the document: %w", in.file.err)
		}
		if err != nil {
			return err
		}
		r.open, r.pages = open, int(int32(in.call("FPDF_GetPageCount", open.doc)))
		return nil
	})
	if err != nil {
		r.e.drop(r.ctx)
	}
	return r.explain(err)
}

// explain makes a fault an error of the document.
func (r *reading) explain(err error) error {
	var f *fault
	switch {
	case !errors.As(err, &f):
		return err
	case f.full:
		return &document.Refusal{Code: document.TooMuch, Reason: "the document needs more memory than a reader gets", Retry: "give readers more memory, or split the document"}
	}
	return overt.Errorf(overt.Invalid, "", "the document is damaged: %s", f.Error())
}

// The errors of FPDF_GetLastError.
const (
	errFormat   = 3
	errPassword = 4
	errSecurity = 5
)

// unlock opens the document with the first password that fits.
func (r *reading) unlock(in *instance) (*opened, error) {
	access := in.alloc(12) // FPDF_FILEACCESS: size, reader, its parameter
	in.putUint32(access, uint32(r.in.Size), slot, 0)
	passwords := append([]string{""}, r.in.Passwords...)
	if r.tried {
		passwords = []string{r.password}
	}
	for _, p := range passwords {
		secret := in.cstring(p)
		doc := in.call("FPDF_LoadCustomDocument", access, secret)
		in.free(secret)
		if doc != 0 {
			r.password, r.tried = p, true
			return &opened{doc, in.form(doc)}, nil
		}
		switch in.call("FPDF_GetLastError") {
		case errPassword:
		case errSecurity:
			return nil, &document.Refusal{Code: document.Unknown, Reason: "the document is encrypted in a way that is not read", Retry: "open it in the program that protects it, and save it without"}
		default:
			return nil, overt.Errorf(overt.Invalid, "", "the document is damaged: it has no beginning or no list of its parts that a PDF reader could find")
		}
	}
	return nil, &document.Refusal{Code: document.Protected, Reason: "the document is protected by a password", Retry: "give its password"}
}

// form makes ready what knows the form fields of a document; 0 when it cannot.
func (in *instance) form(doc ptr) ptr {
	// More than FPDF_FORMFILLINFO, which is its version and callbacks, of which
	// none is given. It lives as long as the document.
	const size = 256
	info := in.alloc(size)
	clear(in.view(info, size))
	in.putUint32(info, 2)
	return in.call("FPDFDOC_InitFormFillEnvironment", doc, info)
}

// end closes the document. After an error nothing in the engine is trusted.
func (r *reading) end(err error) error {
	if err != nil || r.e.inst == nil {
		r.e.drop(r.ctx)
		return nil
	}
	// A fault here cost nothing of the document.
	_ = r.e.guard(r.ctx, func(in *instance) error {
		if r.open.form != 0 {
			in.call("FPDFDOC_ExitFormFillEnvironment", r.open.form)
		}
		in.call("FPDF_CloseDocument", r.open.doc)
		in.file = nil
		return nil
	})
	return nil
}

// do runs what calls the engine with the document in it. After a fault the
// document is opened again in a fresh instance, and the fault is given as failed.
func (r *reading) do(what func(*instance) error) (failed *fault, err error) {
	if err := context.Cause(r.ctx); err != nil {
		return nil, err
	}
	if r.e.inst == nil {
		if err := r.load(); err != nil {
			return nil, err
		}
	}
	err = r.e.guard(r.ctx, what)
	if file := r.file(); file != nil && file.err != nil && !errors.Is(file.err, errBeyond) {
		return nil, fmt.Errorf("read the document: %w", file.err)
	}
	if !errors.As(err, &failed) {
		return nil, err
	}
	if r.faults++; r.faults > maxFaults {
		return nil, r.explain(failed)
	}
	return failed, nil
}

func (r *reading) file() *file {
	if r.e.inst == nil {
		return nil
	}
	return r.e.inst.file
}

// readPages reads page after page; what cannot be read of them is a gap.
func (r *reading) readPages() error {
	pages, missing := r.pages, 0
	if pages > r.in.Limits.Pages {
		pages = r.in.Limits.Pages
	}
	for n := 1; n <= pages; n++ {
		var p *page
		failed, err := r.do(func(in *instance) (err error) { p, err = r.page(in, n); return err })
		switch {
		case err != nil:
			return err
		case failed != nil:
			err = r.out.Gap(gapOf(n, failed))
		case p == nil:
			if missing++; missing <= maxGaps {
				err = r.out.Gap(document.Gap{Page: n, Code: document.Damaged, Reason: "the page is not where the document says"})
			}
		default:
			err = r.tell(p)
		}
		if err != nil {
			return err
		}
	}
	return r.left(pages, missing)
}

// left says which pages were not said one by one.
func (r *reading) left(pages, missing int) error {
	if missing > maxGaps {
		err := r.out.Gap(document.Gap{Where: "pages", Code: document.Damaged,
			Reason: fmt.Sprintf("%d more pages are not where the document says", missing-maxGaps)})
		if err != nil {
			return err
		}
	}
	if r.pages > pages {
		return r.out.Gap(document.Gap{Where: "pages", Code: document.TooMuch,
			Reason: fmt.Sprintf("the document has %d pages, %d are read", r.pages, pages)})
	}
	if r.pages <= 0 {
		return r.out.Gap(document.Gap{Where: "pages", Code: document.Damaged, Reason: "the document has no pages"})
	}
	return nil
}

func gapOf(n int, f *fault) document.Gap {
	if f.full {
		return document.Gap{Page: n, Code: document.TooMuch, Reason: "the page needs more memory than a reader gets"}
	}
	return document.Gap{Page: n, Code: document.Damaged, Reason: "the page made PDFium give up"}
}

// tell gives to the sink what was read of a page.
func (r *reading) tell(p *page) error {
	if err := r.out.Page(p.Page); err != nil {
		return err
	}
	for _, row := range p.rows {
		if err := r.out.Row(row); err != nil {
			return err
		}
	}
	if p.image != nil {
		if err := r.out.Image(*p.image); err != nil {
			return err
		}
	}
	for _, g := range p.gaps {
		if err := r.out.Gap(g); err != nil {
			return err
		}
	}
	for _, n := range p.notes {
		if err := r.out.Note(n); err != nil {
			return err
		}
	}
	return nil
}
