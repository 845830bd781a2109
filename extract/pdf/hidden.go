package pdf

import "overt/extract/document"

// A veil follows which pieces of text can be seen: what is drawn later lies
// over what was drawn before.
type veil struct {
	grounds []rect // filled places and pictures so far
	texts   []rect // pieces of text so far, those that are seen
	white   int    // pieces in white with nothing behind them
	covered int    // pieces that something was drawn over
	work    int    // comparisons
}

const (
	maxVeil = 4_000      // pieces, and grounds, of a page
	maxWork = 20_000_000 // comparisons
)

// text takes a piece of text as it is drawn.
func (v *veil) text(at rect, white bool) {
	x, y := at.centre()
	if white {
		for _, g := range v.grounds {
			if g.holds(x, y) {
				white = false
				break
			}
		}
	}
	switch {
	case white:
		v.white++
	case len(v.texts) < maxVeil:
		v.texts = append(v.texts, at)
	}
}

// ground takes a picture, or a place that is filled, as it is drawn. What can be
// seen through covers nothing.
func (v *veil) ground(at rect, opaque bool) {
	if len(v.grounds) < maxVeil {
		v.grounds = append(v.grounds, at)
	}
	if v.work += len(v.texts); !opaque || v.work > maxWork {
		return
	}
	seen := v.texts[:0]
	for _, t := range v.texts {
		if t.left >= at.left-1 && t.right <= at.right+1 && t.top >= at.top-1 && t.bottom <= at.bottom+1 {
			v.covered++
		} else {
			seen = append(seen, t)
		}
	}
	v.texts = seen
}

// notes says what of the text is hidden from who looks at the page.
func (d *drawn) notes(page int) []document.Note {
	var out []document.Note
	note := func(code, message string) {
		out = append(out, document.Note{Page: page, Code: code, Message: message})
	}
	layer := d.coverage() >= 0.5
	switch {
	case d.invisible > 0 && layer:
		note("invisible-text", "text that is not painted lies over a picture of the page: it was recognised, not written")
	case d.invisible > 0:
		note("invisible-text", "there is text on the page that is not painted")
	}
	switch {
	case d.veil.covered > 0 && layer:
		note("covered-text", "a picture lies over text of the page")
	case d.veil.covered > 0:
		note("covered-text", "something is drawn over text of the page, which is still there")
	}
	if d.veil.white > 0 {
		note("white-text", "there is white text on white ground")
	}
	return out
}

// white says whether an object is filled with white or hardly less.
func (in *instance) white(o ptr) bool {
	s := in.scratch
	if in.call("FPDFPageObj_GetFillColor", o, s, s+4, s+8, s+12) == 0 {
		return false
	}
	c := in.ints(4)
	return min(c[0], c[1], c[2]) >= 250
}

// opaque says whether nothing can be seen through an object.
func (in *instance) opaque(o ptr) bool {
	return in.call("FPDFPageObj_HasTransparency", o) == 0
}
