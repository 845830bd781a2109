package svg

import (
	"context"
	"fmt"
	"io"
)

// A Sparkline is a row of values in the size of a word, 120 wide when Width is 0.
type Sparkline struct {
	Frame
	Values []float64
	Labels []string // of each value, for the table: "2019"
}

const mostValues = 2000

func (s Sparkline) check() error {
	if s.Width == 0 {
		s.Width = 120
	}
	if err := s.within(40); err != nil {
		return err
	}
	if len(s.Labels) > 0 && len(s.Labels) != len(s.Values) {
		return fmt.Errorf("sparkline %s: %d labels for %d values", s.id(), len(s.Labels), len(s.Values))
	}
	return finite("values of", s.Title, s.Values...)
}

// Table gives a row for each value.
func (s Sparkline) Table() (Table, error) {
	if err := s.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: s.Title, Head: heads(s.say("When"), s.say("Value"))}
	for i, v := range s.Values {
		label := s.count(i + 1)
		if len(s.Labels) > 0 {
			label = s.Labels[i]
		}
		t.Rows = append(t.Rows, []Cell{{Text: label}, {Text: s.number(v), Number: true}})
	}
	return t, nil
}

// Render writes the picture.
func (s Sparkline) Render(ctx context.Context, w io.Writer) error {
	if err := s.check(); err != nil {
		return err
	}
	if len(s.Values) > mostValues {
		return &TooMany{"values", len(s.Values), mostValues, "take larger steps, or read the table"}
	}
	if s.Width == 0 {
		s.Width = 120
	}
	desc := s.say("No values.")
	if n := len(s.Values); n > 0 {
		desc = s.say("%s values from %s to %s.", s.count(n), s.number(s.Values[0]), s.number(s.Values[n-1]))
	}
	return s.render(ctx, w, "spark", desc, s.draw)
}

func (s Sparkline) draw(c *canvas) float64 {
	const height, pad = 28.0, 4.0
	if len(s.Values) == 0 {
		return height
	}
	low, high := s.Values[0], s.Values[0]
	for _, v := range s.Values {
		low, high = min(low, v), max(high, v)
	}
	y := func(v float64) float64 {
		if high == low {
			return height / 2
		}
		return pad + (height-2*pad)*(high-v)/(high-low)
	}
	step := (c.width - 2*pad) / float64(max(len(s.Values)-1, 1))
	var path []any
	for i, v := range s.Values {
		path = append(path, map[bool]string{true: "M", false: "L"}[i == 0], pad+float64(i)*step, y(v))
	}
	c.shape("thread-line", path...)
	last := len(s.Values) - 1
	c.circle(pad+float64(last)*step, y(s.Values[last]), 2.6, "moment")
	return height
}
