package svg

import (
	"context"
	"fmt"
	"io"
)

// Bars are values with their intervals, a row each.
type Bars struct {
	Frame
	Rows  []Bar
	Limit *float64 // a line that values are held against; those whose interval is past it are marked
	Word  string   // what the values are, "missed, %"
}

// A Bar is one value between Low and High; equal to it where there is no
// interval.
type Bar struct {
	Label, Href      string
	Value, Low, High float64
	Text             string // the value as it is to be read; Number's when empty
	Note             string // "n 310"
}

const mostBars = 200

func (b Bars) check() error {
	if err := b.Frame.check(); err != nil {
		return err
	}
	if b.Limit != nil {
		if err := finite("limit", b.Word, *b.Limit); err != nil {
			return err
		}
	}
	for _, r := range b.Rows {
		if err := finite("bar", r.Label, r.Value, r.Low, r.High); err != nil {
			return err
		}
		if r.Low > r.Value || r.Value > r.High {
			return fmt.Errorf("bar %q: %v is not between %v and %v", cut(r.Label, 60), r.Value, r.Low, r.High)
		}
		if err := checkLink(r.Href); err != nil {
			return err
		}
	}
	return nil
}

func (b Bars) over(r Bar) bool { return b.Limit != nil && r.Low > *b.Limit }

// interval writes low and high, nothing where they are equal.
func (b Bars) interval(r Bar) string {
	if r.Low == r.High {
		return ""
	}
	return b.say("%s to %s", b.number(r.Low), b.number(r.High))
}

// Table gives a row for each bar.
func (b Bars) Table() (Table, error) {
	if err := b.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: b.Title, Head: heads(b.say("Group"), b.Word, b.say("Interval"), b.say("Note"))}
	for _, r := range b.Rows {
		note := r.Note
		if b.over(r) {
			note = b.say("%s, %s", note, b.say("over the limit"))
		}
		t.Rows = append(t.Rows, []Cell{{Text: r.Label, Href: r.Href}, {Text: b.orNumber(r.Text, r.Value), Number: true}, {Text: b.interval(r), Number: true}, {Text: note}})
	}
	return t, nil
}

// Render writes the picture.
func (b Bars) Render(ctx context.Context, w io.Writer) error {
	if err := b.check(); err != nil {
		return err
	}
	if len(b.Rows) > mostBars {
		return &TooMany{"bars", len(b.Rows), mostBars, "ask for fewer groups, or read the table"}
	}
	return b.render(ctx, w, "bars", b.say("%s values of: %s; the table has each.", b.count(len(b.Rows)), b.Word), b.draw)
}

func (b Bars) draw(c *canvas) float64 {
	if len(b.Rows) == 0 {
		return c.nothing()
	}
	const row, top, figures = 32.0, 22.0, 84.0
	labels := min(c.width*0.3, 220)
	low, high := 0.0, 0.0
	for _, r := range b.Rows {
		low, high = min(low, r.Low), max(high, r.High)
	}
	if b.Limit != nil {
		low, high = min(low, *b.Limit), max(high, *b.Limit)
	}
	scale := 0.0
	if high > low {
		scale = (c.width - labels - figures - 20) / (high - low)
	}
	x := func(v float64) float64 { return labels + 8 + (v-low)*scale }
	bottom := top + float64(len(b.Rows))*row
	c.text(labels+8, 13, start, "s", fit(clean(b.Word), small, c.width-labels-figures))
	for i, r := range b.Rows {
		y := top + float64(i)*row
		title := b.say("%s: %s", r.Label, b.orNumber(r.Text, r.Value))
		if interval := b.interval(r); interval != "" {
			title = b.say("%s (%s)", title, interval)
		}
		c.link(r.Href, "", title, func() {
			c.text(labels, y+14, end, "t", fit(clean(r.Label), size, labels))
			c.text(labels, y+27, end, "s", fit(clean(r.Note), small, labels))
			class, word := "value", "t"
			if b.over(r) {
				class, word = "value over", "t b warn"
			}
			c.rect(min(x(0), x(r.Value)), y+5, max(x(max(0, r.Value))-x(min(0, r.Value)), 1), 18, class)
			if r.Low < r.High {
				c.shape("error", "M", x(r.Low), y+9, "L", x(r.Low), y+19, "M", x(r.Low), y+14, "L", x(r.High), y+14, "M", x(r.High), y+9, "L", x(r.High), y+19)
			}
			c.text(c.width, y+19, end, word, fit(clean(b.orNumber(r.Text, r.Value)), size, figures))
		})
	}
	c.line(x(0), top, x(0), bottom+2, "axis")
	if b.Limit == nil {
		return bottom + 8
	}
	c.line(x(*b.Limit), top-4, x(*b.Limit), bottom+4, "limit")
	c.text(x(*b.Limit), bottom+18, middle, "s", b.say("limit %s", b.number(*b.Limit)))
	return bottom + 26
}
