package pdf

import "math"

// drawn is what stands on a page besides its text: how much of it pictures
// cover, straight lines, and how text is drawn.
type drawn struct {
	covered   [squares * squares]bool // squares of the page that pictures cover
	pictures  int
	strokes   int // straight and curved pieces of paths
	rules     []rule
	invisible int // text objects that are not painted
	veil      veil
	left      int // objects that may yet be looked at
}

const (
	squares    = 32
	maxObjects = 200_000 // of a page, those inside forms counted
	maxRules   = 20_000
	maxPoints  = 4_000 // of one path
)

// A rule is a straight line along one of the page's axes, or the edge of a
// filled rectangle.
type rule struct{ x0, y0, x1, y1 float64 }

// matrix brings coordinates of a form to those of the page: a b c d e f as in
// the PDF standard.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// of gives first m, then n.
func (m matrix) of(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) point(x, y float64) (float64, float64) {
	return x*m[0] + y*m[2] + m[4], x*m[1] + y*m[3] + m[5]
}

// The kinds of page objects.
const (
	textObject  = 1
	pathObject  = 2
	imageObject = 3
	formObject  = 5
)

// objects looks at what is drawn on the page, forms inside forms down to depth.
func (s *sheet) objects(depth int) *drawn {
	d := &drawn{left: maxObjects}
	n := int32(s.in.call("FPDFPage_CountObjects", s.page))
	for i := int32(0); i < n && d.left > 0; i++ {
		s.object(d, s.in.call("FPDFPage_GetObject", s.page, uint32(i)), identity, min(depth, 16))
	}
	return d
}

func (s *sheet) object(d *drawn, o ptr, m matrix, depth int) {
	in := s.in
	d.left--
	if o == 0 {
		return
	}
	switch in.call("FPDFPageObj_GetType", o) {
	case textObject:
		if mode := int32(in.call("FPDFTextObj_GetTextRenderMode", o)); mode == 3 || mode == 7 {
			d.invisible++
		} else if at, ok := s.bounds(o, m); ok && at.right > at.left {
			d.veil.text(at, mode == 0 && in.white(o))
		}
	case imageObject:
		d.pictures++
		if at, ok := s.bounds(o, m); ok {
			s.cover(d, at)
			d.veil.ground(at, in.opaque(o))
		}
	case pathObject:
		s.path(d, o, m)
	case formObject:
		if depth == 0 {
			return
		}
		if own, ok := in.matrix(o); ok {
			m = own.of(m)
		}
		n := int32(in.call("FPDFFormObj_CountObjects", o))
		for i := int32(0); i < n && d.left > 0; i++ {
			s.object(d, in.call("FPDFFormObj_GetObject", o, uint32(i)), m, depth-1)
		}
	}
}

func (in *instance) matrix(o ptr) (m matrix, ok bool) {
	if in.call("FPDFPageObj_GetMatrix", o, in.scratch) == 0 {
		return identity, false
	}
	for i := range m {
		m[i] = in.floatAt(uint32(i))
	}
	return m, true
}

func (s *sheet) bounds(o ptr, m matrix) (rect, bool) {
	in := s.in
	if in.call("FPDFPageObj_GetBounds", o, in.scratch, in.scratch+4, in.scratch+8, in.scratch+12) == 0 {
		return rect{}, false
	}
	l, b, r, t := in.floatAt(0), in.floatAt(1), in.floatAt(2), in.floatAt(3)
	x0, y0 := m.point(l, b)
	x1, y1 := m.point(r, t)
	x2, y2 := m.point(l, t)
	x3, y3 := m.point(r, b)
	at := s.place(min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3))
	return at, at.valid()
}

// cover marks the squares of the page whose middle a picture covers.
func (s *sheet) cover(d *drawn, at rect) {
	w, h := s.size()
	if w == 0 || h == 0 {
		return
	}
	from := func(v, size float64) int { return int(max(0, math.Ceil(v/size*squares-0.5))) }
	to := func(v, size float64) int { return int(min(squares-1, math.Floor(v/size*squares-0.5))) }
	for y := from(at.top, h); y <= to(at.bottom, h); y++ {
		for x := from(at.left, w); x <= to(at.right, w); x++ {
			d.covered[y*squares+x] = true
		}
	}
}

// coverage is the part of the page that pictures cover, in [0,1].
func (d *drawn) coverage() float64 {
	n := 0
	for _, c := range d.covered {
		if c {
			n++
		}
	}
	return float64(n) / (squares * squares)
}

// path takes the straight lines of a path.
func (s *sheet) path(d *drawn, o ptr, m matrix) {
	in := s.in
	n := int32(in.call("FPDFPath_CountSegments", o))
	d.strokes += int(max(n, 0))
	if n < 2 || n > maxPoints || len(d.rules) >= maxRules {
		return
	}
	outer := m
	if own, ok := in.matrix(o); ok {
		m = own.of(m)
	}
	in.putUint32(in.scratch, 0, 0)
	in.call("FPDFPath_GetDrawMode", o, in.scratch, in.scratch+4)
	switch mode := in.ints(2); {
	case mode[0] == 0 && mode[1] == 0:
		return // a clip, or nothing
	case mode[0] != 0:
		s.fill(d, o, outer, n)
	}
	const lineTo, moveTo = 0, 2
	var x, y, startX, startY float64
	for i := int32(0); i < n; i++ {
		seg := in.call("FPDFPath_GetPathSegment", o, uint32(i))
		kind := int32(in.call("FPDFPathSegment_GetType", seg))
		closes := in.call("FPDFPathSegment_GetClose", seg) != 0
		if in.call("FPDFPathSegment_GetPoint", seg, in.scratch, in.scratch+4) == 0 {
			return
		}
		nx, ny := s.point(m.point(in.floatAt(0), in.floatAt(1)))
		switch kind {
		case moveTo:
			startX, startY = nx, ny
		case lineTo:
			d.rule(x, y, nx, ny)
		}
		if x, y = nx, ny; closes {
			d.rule(x, y, startX, startY)
		}
	}
}

// fill takes a filled path of n pieces. One that is no rectangle covers nothing
// for certain, but white text can be seen on it.
func (s *sheet) fill(d *drawn, o ptr, m matrix, n int32) {
	white := s.in.white(o)
	if white && len(d.veil.texts) == 0 {
		return
	}
	if at, ok := s.bounds(o, m); ok {
		d.veil.ground(at, n <= 6 && s.in.opaque(o))
	}
}

// rule takes a line if it lies along an axis and is no dot.
func (d *drawn) rule(x0, y0, x1, y1 float64) {
	r := rule{min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)}
	if !(rect{r.x0, r.y0, r.x1, r.y1}).valid() || len(d.rules) >= maxRules {
		return
	}
	w, h := r.x1-r.x0, r.y1-r.y0
	if min(w, h) <= 1 && max(w, h) >= 3 {
		d.rules = append(d.rules, r)
	}
}
