package svg

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
)

// A Waterfall is how a score came about: each part begins where the one before
// ended, the first at zero, and the total is their sum.
type Waterfall struct {
	Frame
	Parts  []Part // the prior, then groups of fields
	Total  string // what the sum means, "98.6 %"
	Places int    // of decimals shown, 0 to 6
}

// A Part is one addend.
type Part struct {
	Label, Href string
	Value       float64
	Note        string // why, shown behind the label
}

const mostParts = 60

func (w Waterfall) check() error {
	if err := w.Frame.check(); err != nil {
		return err
	}
	if w.Places < 0 || w.Places > 6 {
		return fmt.Errorf("waterfall %s: %d places", w.id(), w.Places)
	}
	for _, p := range w.Parts {
		if err := finite("part", p.Label, p.Value); err != nil {
			return err
		}
		if err := checkLink(p.Href); err != nil {
			return err
		}
	}
	return nil
}

func (w Waterfall) sum() float64 {
	sum := 0.0
	for _, p := range w.Parts {
		sum += p.Value
	}
	return sum
}

// signed writes a value with its sign.
func (w Waterfall) signed(v float64) string {
	p := math.Pow(10, float64(w.Places))
	s := fmt.Sprintf("%+.*f", w.Places, math.Round(v*p)/p+0) // no minus nothing
	return strings.Replace(s, "-", "−", 1)
}

// Table gives a row for each part and one for the total.
func (w Waterfall) Table() (Table, error) {
	if err := w.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: w.Title, Head: heads(w.say("Field"), w.say("Weight"), w.say("Why"))}
	for _, p := range w.Parts {
		t.Rows = append(t.Rows, []Cell{{Text: p.Label, Href: p.Href}, {Text: w.signed(p.Value), Number: true}, {Text: p.Note}})
	}
	t.Rows = append(t.Rows, []Cell{{Text: w.say("total")}, {Text: w.signed(w.sum()), Number: true}, {Text: w.Total}})
	return t, nil
}

// Render writes the picture.
func (w Waterfall) Render(ctx context.Context, out io.Writer) error {
	if err := w.check(); err != nil {
		return err
	}
	if len(w.Parts) > mostParts {
		return &TooMany{"parts", len(w.Parts), mostParts, "read the table"}
	}
	desc := w.say("%s parts add up to %s; the table has each.", w.count(len(w.Parts)), w.signed(w.sum()))
	return w.render(ctx, out, "waterfall", desc, w.draw)
}

func (w Waterfall) draw(c *canvas) float64 {
	const row, bar, figures = 30.0, 18.0, 74.0
	labels := math.Min(c.width*0.34, 260)
	low, high, at := 0.0, 0.0, 0.0
	for _, p := range w.Parts {
		at += p.Value
		low, high = min(low, at), max(high, at)
	}
	scale := 0.0
	if high > low {
		scale = (c.width - labels - figures - 16) / (high - low)
	}
	x := func(v float64) float64 { return labels + 8 + (v-low)*scale }
	bottom := float64(len(w.Parts)) * row
	c.line(x(0), 0, x(0), bottom+row+4, "axis")
	at = 0
	for i, p := range w.Parts {
		y := float64(i) * row
		title := w.say("%s: %s", p.Label, w.signed(p.Value))
		if p.Note != "" {
			title = w.say("%s, %s", title, p.Note)
		}
		c.link(p.Href, "", title, func() {
			c.text(labels-4, y+18, end, "t", fit(clean(p.Label), size, labels-8))
			class := "plus"
			if p.Value < 0 {
				class = "minus"
			}
			from, to := x(min(at, at+p.Value)), x(max(at, at+p.Value))
			c.round(from, y+5, max(to-from, 1.5), bar, class)
			c.text(c.width, y+18, end, "t", w.signed(p.Value))
			w.note(c, p.Note, from, to, labels, c.width-figures, y+18)
		})
		at += p.Value
		c.line(x(at), y+5+bar, x(at), y+row+5, "joint")
	}
	c.line(0, bottom+1, c.width, bottom+1, "rule")
	c.text(labels-4, bottom+20, end, "t b", w.say("total"))
	c.round(x(min(0, at)), bottom+7, max(x(max(0, at))-x(min(0, at)), 1.5), bar, "total")
	c.text(c.width, bottom+20, end, "t b", w.signed(at))
	if w.Total == "" {
		return bottom + row + 6
	}
	c.text(c.width, bottom+38, end, "t b", w.say("= %s", w.Total))
	return bottom + row + 18
}

// note stands right of its bar, or left where there is more room.
func (w Waterfall) note(c *canvas, note string, from, to, left, right, y float64) {
	if right-to >= min(widthOf(note, small)+12, from-left) {
		c.text(to+7, y, start, "s halo", fit(clean(note), small, right-to-10))
		return
	}
	c.text(from-7, y, end, "s halo", fit(clean(note), small, from-left-14))
}
