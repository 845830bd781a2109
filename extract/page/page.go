// Package page puts text that comes in its order of reading on pages, as
// documents of office programs have it: lines, rows of tables, what stands aside
// for a while, and what belongs at the foot. It lies between readers of documents
// and their sink.
//
// The invariant: of a page no more than Limits.PageText bytes are held, and what
// did not fit is a gap.
package page

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"overt/extract/document"
)

// ErrTooMuch says that a reading went past a limit.
var ErrTooMuch = errors.New("more comes out than is read")

// maxCells bounds the cells of one page, empty ones included.
const maxCells = 1_000_000

// A Writer collects the text of the page being read, and gives it when it ends.
// Text can be led aside for a while (a cell, a note, deleted words).
type Writer struct {
	Number        int // of the page being read, from 1
	Label         string
	Width, Height float32
	Pinned        bool // it is given even if it has no text
	Cut           bool // it has more text than is read
	Given         bool // there was a page before

	out *Tap
	lim document.Limits

	b     strings.Builder
	runes int
	fresh bool // nothing stands on the line yet
	foot  []string
	feet  int // bytes of foot
	rows  []document.Row
	cells int // of rows
	aside []*strings.Builder
}

// New gives a writer that stands at the beginning of the first page.
func New(out *Tap, lim document.Limits) *Writer {
	return &Writer{Number: 1, out: out, lim: lim, fresh: true}
}

// Some says whether something waits to be given.
func (w *Writer) Some() bool { return w.b.Len() > 0 || w.Pinned || w.feet > 0 }

// Empty says whether no text stands on the page yet, its foot aside.
func (w *Writer) Empty() bool { return w.b.Len() == 0 }

// At is the number of the page being read, 0 where nothing stands on it yet.
func (w *Writer) At() int {
	if !w.Some() {
		return 0
	}
	return w.Number
}

// Put adds text.
func (w *Writer) Put(s string) {
	if s = Clean(s); s == "" {
		return
	}
	if n := len(w.aside); n > 0 {
		if b := w.aside[n-1]; int64(b.Len()+len(s)) <= w.lim.PageText/4 {
			b.WriteString(s)
		} else {
			w.Cut = true
		}
		return
	}
	if !w.fits(s) {
		return
	}
	w.b.WriteString(s)
	w.runes += utf8.RuneCountInString(s)
	w.fresh = s[len(s)-1] == '\n'
}

// fits says whether the page has room for a line, and remembers when not.
func (w *Writer) fits(s string) bool {
	if int64(w.b.Len()+w.feet+len(s)+1) > w.lim.PageText {
		w.Cut = true
		return false
	}
	return true
}

// Line ends the line if something stands on it.
func (w *Writer) Line() {
	if n := len(w.aside); n > 0 {
		if s := w.aside[n-1].String(); s != "" && s[len(s)-1] != '\n' {
			w.aside[n-1].WriteByte('\n')
		}
		return
	}
	if !w.fresh {
		w.Put("\n")
	}
}

// Lead leads text aside, until Back gives it.
func (w *Writer) Lead() { w.aside = append(w.aside, &strings.Builder{}) }

// Back ends what stands aside and gives it, without line feeds at its end.
func (w *Writer) Back() string {
	n := len(w.aside) - 1
	s := w.aside[n].String()
	w.aside = w.aside[:n]
	return strings.TrimRight(s, "\n")
}

// Aside is how deep text is led aside, 0 where it goes on the page.
func (w *Writer) Aside() int { return len(w.aside) }

// Unwind drops what a reading that failed left aside, down to a depth.
func (w *Writer) Unwind(depth int) { w.aside = w.aside[:min(len(w.aside), depth)] }

// Away leads the text that f puts aside and gives it, even when f fails.
func (w *Writer) Away(f func() error) (string, error) {
	n := len(w.aside)
	w.Lead()
	err := f()
	w.Unwind(n + 1) // f may have left some behind where it failed
	return w.Back(), err
}

// Under adds lines to the foot of the page.
func (w *Writer) Under(format string, args ...any) {
	if s := strings.TrimSpace(Clean(fmt.Sprintf(format, args...))); s != "" && w.fits(s) {
		w.foot = append(w.foot, s)
		w.feet += len(s) + 1
	}
}

// Row puts a row of a table, its cells separated by tabs, and keeps it for the
// table when it has a name. One without text is left out.
func (w *Writer) Row(table string, number int64, cells []string) {
	if !slices.ContainsFunc(cells, func(c string) bool { return c != "" }) {
		return
	}
	w.Line()
	row := document.Row{Table: table, Number: number, Page: w.Number}
	for i, c := range cells {
		if i > 0 {
			w.Put("\t")
		}
		c = cellText(strings.Trim(Clean(c), "\n"))
		from := w.runes
		w.Put(c)
		row.Cells = append(row.Cells, document.Cell{Text: c, Start: from, End: w.runes})
	}
	w.Put("\n")
	if table != "" && len(w.aside) == 0 && !w.Cut {
		w.rows, w.cells = append(w.rows, row), w.cells+len(row.Cells)+1
	}
}

// cellText puts short cells on one line, so that a row is one; long ones keep
// their lines, because layouts are tables too.
func cellText(s string) string {
	if strings.Count(s, "\n") > 3 {
		return s
	}
	return strings.ReplaceAll(s, "\n", " ")
}

// Full ends the page when it has grown past half of what a page may have; it is
// asked between paragraphs and rows.
func (w *Writer) Full() error {
	if len(w.aside) > 0 || int64(w.b.Len()+w.feet) < w.lim.PageText/2 && w.cells < maxCells {
		return nil
	}
	return w.End()
}

// End gives the page, unless nothing stands on it. Errors: ErrTooMuch, those of
// the sink.
func (w *Writer) End() error {
	if !w.Some() {
		return nil
	}
	if w.Number > w.lim.Pages {
		return ErrTooMuch
	}
	text := strings.TrimRight(w.b.String(), " \t\n")
	length := utf8.RuneCountInString(text)
	if len(w.foot) > 0 {
		text = strings.TrimPrefix(text+"\n"+strings.Join(w.foot, "\n"), "\n")
	}
	if w.Cut {
		if err := w.out.Gap(document.Gap{Page: w.Number, Code: document.TooMuch, Reason: "the page has more text than is read"}); err != nil {
			return err
		}
	}
	if text == "" && !w.Pinned {
		w.reset()
		return nil
	}
	if err := w.out.Page(document.Page{Number: w.Number, Label: Short(OneLine(w.Label)), Text: text, Width: w.Width, Height: w.Height, Origin: document.Letters}); err != nil {
		return err
	}
	for _, row := range w.rows {
		for i, c := range row.Cells { // the last may end in white space that was cut
			row.Cells[i].Start, row.Cells[i].End = min(c.Start, length), min(c.End, length)
		}
		if err := w.out.Row(row); err != nil {
			return err
		}
	}
	w.Given = true
	w.Number++
	w.reset()
	return w.out.Err()
}

func (w *Writer) reset() {
	w.b.Reset()
	w.runes, w.fresh, w.foot, w.feet, w.rows, w.cells, w.Cut, w.Pinned = 0, true, nil, 0, nil, 0, false, false
}

// Begin ends the page before and names the next.
func (w *Writer) Begin(label string, pinned bool) error {
	if err := w.End(); err != nil {
		return err
	}
	w.Label, w.Pinned = label, pinned
	return nil
}
