package pdf

import (
	"math"

	"overt/extract/document"
)

// A page is what was read of one page.
type page struct {
	document.Page
	rows  []document.Row
	image *document.Image
	gaps  []document.Gap
	notes []document.Note
}

// A sheet is a page loaded in the engine, with the way from its coordinates to
// ours.
type sheet struct {
	in     *instance
	page   ptr
	number int // from 1
	turn   int // quarters, clockwise
	// left, bottom, right and top bound what is shown of the page, in points from
	// its own origin, before it is turned.
	left, bottom, right, top float64
}

// load loads a page; ok is false when it is not there. The caller closes it.
func (in *instance) load(doc ptr, number int) (s *sheet, ok bool) {
	p := in.call("FPDF_LoadPage", doc, uint32(number-1))
	if p == 0 {
		return nil, false
	}
	s = &sheet{in: in, page: p, number: number, turn: int(in.call("FPDFPage_GetRotation", p)) & 3}
	if in.call("FPDF_GetPageBoundingBox", p, in.scratch) != 0 {
		s.left, s.top, s.right, s.bottom = in.floatAt(0), in.floatAt(1), in.floatAt(2), in.floatAt(3)
	}
	return s, true
}

func (s *sheet) close() { s.in.call("FPDF_ClosePage", s.page) }

// size is the width and height of the page as it is shown, in points.
func (s *sheet) size() (w, h float64) {
	w, h = sane(s.right-s.left), sane(s.top-s.bottom)
	if s.turn&1 == 1 {
		w, h = h, w
	}
	return w, h
}

func sane(v float64) float64 {
	if !(v >= 0 && v < 1e6) {
		return 0
	}
	return v
}

// A rect is a place on a page as it is shown, in points from the upper left
// corner.
type rect struct{ left, top, right, bottom float64 }

// place brings a rectangle from the page's coordinates to ours.
func (s *sheet) place(x0, y0, x1, y1 float64) rect {
	x0, y0 = s.point(x0, y0)
	x1, y1 = s.point(x1, y1)
	return rect{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)}
}

func (s *sheet) point(x, y float64) (float64, float64) {
	switch s.turn {
	case 1:
		return y - s.bottom, x - s.left
	case 2:
		return s.right - x, y - s.bottom
	case 3:
		return s.top - y, s.right - x
	}
	return x - s.left, s.top - y
}

// valid says whether a rectangle can stand in a box.
func (r rect) valid() bool {
	for _, v := range []float64{r.left, r.top, r.right, r.bottom} {
		if !(math.Abs(v) < 1e6) { // not so for NaN either
			return false
		}
	}
	return true
}

func (r rect) join(o rect) rect {
	return rect{min(r.left, o.left), min(r.top, o.top), max(r.right, o.right), max(r.bottom, o.bottom)}
}

func (r rect) box(start, end int) document.Box {
	return document.Box{Start: start, End: end, Left: float32(r.left), Top: float32(r.top), Right: float32(r.right), Bottom: float32(r.bottom)}
}

// page reads one page; nil when it is not there.
func (r *reading) page(in *instance, n int) (*page, error) {
	s, ok := in.load(r.open.doc, n)
	if !ok {
		return nil, nil
	}
	p := &page{Page: document.Page{Number: n, Origin: document.Letters}}
	w, h := s.size()
	p.Width, p.Height = float32(w), float32(h)
	p.Label = short(in.wide("FPDF_GetPageLabel", r.open.doc, uint32(n-1)), 1<<10)
	t := newText(r.in.Limits)
	s.text(t)
	drawn := s.objects(r.in.Limits.Depth)
	p.tables(tables(wordsOf(t.String(), t.boxes), drawn.rules, w, h))
	r.marginalia(s, t, p)
	p.Text, p.Boxes = t.String(), t.boxes
	if t.full {
		p.gaps = append(p.gaps, document.Gap{Page: n, Code: document.TooMuch, Reason: "the page has more text than is read; the rest of it is left"})
	}
	r.judge(p, t, drawn)
	if r.e.Images == AllImages || r.e.Images == SparseImages && p.Sparse {
		p.image = r.draw(s, p)
	}
	s.close()
	return p, nil
}

// short cuts a string that is too long for what it is, between characters.
func short(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit]
}
