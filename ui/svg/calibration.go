package svg

import (
	"context"
	"fmt"
	"io"
	"math"
)

// A Calibration is how often what was said with a likelihood was so: dots on the
// diagonal are right, below it too sure.
type Calibration struct {
	Frame
	Points []Said
}

// Said is one group of answers. Likelihoods are in [0,1].
type Said struct {
	Said, Was float64
	Low, High float64 // interval of Was
	N         int
	Href      string
}

const mostPoints = 100

func (k Calibration) check() error {
	if err := k.Frame.check(); err != nil {
		return err
	}
	for i, p := range k.Points {
		for _, v := range []float64{p.Said, p.Was, p.Low, p.High} {
			if !(v >= 0 && v <= 1) {
				return fmt.Errorf("calibration, point %d: %v is not between 0 and 1", i+1, v)
			}
		}
		if p.Low > p.Was || p.Was > p.High || p.N < 0 {
			return fmt.Errorf("calibration, point %d: %v is not between %v and %v, or of %d", i+1, p.Was, p.Low, p.High, p.N)
		}
		if err := checkLink(p.Href); err != nil {
			return err
		}
	}
	return nil
}

// percent keeps a tenth.
func (f Frame) percent(v float64) string { return f.brief(math.Round(v*1000)/10) + "\u00a0%" }

// Table gives a row for each point.
func (k Calibration) Table() (Table, error) {
	if err := k.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: k.Title, Head: heads(k.say("Said"), k.say("Was"), k.say("Interval"), k.say("How many"))}
	for _, p := range k.Points {
		t.Rows = append(t.Rows, []Cell{{Text: k.percent(p.Said), Href: p.Href, Number: true}, {Text: k.percent(p.Was), Number: true},
			{Text: k.say("%s to %s", k.percent(p.Low), k.percent(p.High)), Number: true}, {Text: k.count(p.N), Number: true}})
	}
	return t, nil
}

// Render writes the picture, a square in its width.
func (k Calibration) Render(ctx context.Context, w io.Writer) error {
	if err := k.check(); err != nil {
		return err
	}
	if len(k.Points) > mostPoints {
		return &TooMany{"points", len(k.Points), mostPoints, "make fewer groups, or read the table"}
	}
	if k.Width == 0 {
		k.Width = 420
	}
	return k.render(ctx, w, "calibration", k.say("%s groups of answers: how likely it was said, and how often it was so.", k.count(len(k.Points))), k.draw)
}

func (k Calibration) draw(c *canvas) float64 {
	const left, bottom = 52.0, 46.0
	side := c.width - left - 14
	x := func(v float64) float64 { return left + v*side }
	y := func(v float64) float64 { return 10 + (1-v)*side }
	for i := range 6 {
		v := float64(i) / 5
		c.line(x(v), y(0), x(v), y(1), "rule")
		c.line(x(0), y(v), x(1), y(v), "rule")
		c.text(x(v), y(0)+17, middle, "s", k.percent(v))
		c.text(left-7, y(v)+4, end, "s", k.percent(v))
	}
	c.line(x(0), y(0), x(1), y(1), "axis exact")
	c.text((x(0)+x(1))/2, y(0)+37, middle, "s", k.say("said"))
	c.text(x(0)+6, y(1)+14, start, "s halo", k.say("was"))
	most := 1
	for _, p := range k.Points {
		most = max(most, p.N)
	}
	for _, p := range k.Points {
		title := k.say("said %s, was %s (%s to %s), of %s", k.percent(p.Said), k.percent(p.Was), k.percent(p.Low), k.percent(p.High), k.count(p.N))
		c.link(p.Href, "", title, func() {
			c.shape("error", "M", x(p.Said)-4, y(p.Low), "L", x(p.Said)+4, y(p.Low), "M", x(p.Said), y(p.Low), "L", x(p.Said), y(p.High),
				"M", x(p.Said)-4, y(p.High), "L", x(p.Said)+4, y(p.High))
			c.circle(x(p.Said), y(p.Was), 3+5*math.Sqrt(float64(p.N)/float64(most)), "moment")
		})
	}
	return side + 10 + bottom
}
