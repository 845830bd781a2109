package svg

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Map is numbers by country: areas in five steps of a colour, or dots where
// numbers are counts. It holds countries only; where a person is has no place
// here. Outlines are rough and those of Natural Earth, which draws who holds a
// place, not whose it is.
type Map struct {
	Frame
	Places []Place
	Word   string // what the numbers are, "suppliers"
	Dots   bool
}

// A Place is the number of one country.
type Place struct {
	Country     string // code as FollowTheMoney has it: ISO 3166-1, "us"
	Label, Href string
	Value       float64 // not below 0
}

// zz_world.txt has the outlines; how they are made is in internal/svggen.
//
//go:embed zz_world.txt
var worldText string

// A country is a line of zz_world.txt.
type country struct {
	x, y    float64
	outline string // none where it is too small for one
}

type atlas struct {
	width, height float64
	codes         []string // sorted
	countries     map[string]country
}

// world reads the outlines once.
var world = sync.OnceValues(func() (*atlas, error) { return parseWorld(worldText) })

func parseWorld(text string) (*atlas, error) {
	a := &atlas{countries: map[string]country{}}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.SplitN(line, " ", 4)
		var x, y float64
		var err error
		if a.width == 0 && len(f) == 2 {
			f = append([]string{""}, f...)
		}
		if len(f) >= 3 {
			x, err = strconv.ParseFloat(f[1], 64)
			if err == nil {
				y, err = strconv.ParseFloat(f[2], 64)
			}
		}
		switch {
		case len(f) < 3 || err != nil:
			return nil, fmt.Errorf("zz_world.txt, line %d: no code and two numbers", i+1)
		case f[0] == "":
			a.width, a.height = x, y
		default:
			a.codes = append(a.codes, f[0])
			a.countries[f[0]] = country{x, y, strings.Join(f[3:], "")}
		}
	}
	return a, nil
}

func (m Map) check() error {
	if err := m.Frame.check(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, p := range m.Places {
		if p.Country == "" || seen[p.Country] {
			return fmt.Errorf("country %q is empty or given twice", cut(p.Country, 20))
		}
		seen[p.Country] = true
		if err := finite("country", p.Country, p.Value); err != nil {
			return err
		}
		if p.Value < 0 {
			return fmt.Errorf("country %q: %v is below 0, which a map does not show", cut(p.Country, 20), p.Value)
		}
		if err := checkLink(p.Href); err != nil {
			return err
		}
	}
	return nil
}

// sorted gives the places, the largest first.
func (m Map) sorted() []Place {
	return slices.SortedFunc(slices.Values(m.Places), func(a, b Place) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), strings.Compare(a.Country, b.Country))
	})
}

func (p Place) name() string { return cmp.Or(p.Label, strings.ToUpper(p.Country)) }

// Table gives a row for each country, the largest first.
func (m Map) Table() (Table, error) {
	if err := m.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: m.Title, Head: heads(m.say("Country"), m.Word)}
	for _, p := range m.sorted() {
		t.Rows = append(t.Rows, []Cell{{Text: p.name(), Href: p.Href}, {Text: m.number(p.Value), Number: true}})
	}
	return t, nil
}

// Render writes the picture. What the map has no place for is named below it.
func (m Map) Render(ctx context.Context, w io.Writer) error {
	if err := m.check(); err != nil {
		return err
	}
	a, err := world()
	if err != nil {
		return err
	}
	desc := m.say("%s by country, of %s countries; the table has each.", m.Word, m.count(len(m.Places)))
	return m.render(ctx, w, "map", desc, func(c *canvas) float64 { return m.draw(c, a) })
}

const mapSteps = 5

func (m Map) draw(c *canvas, a *atlas) float64 {
	most := 0.0
	values := map[string]Place{}
	for _, p := range m.Places {
		values[p.Country] = p
		most = max(most, p.Value)
	}
	steps := m.steps()
	scale := c.width / a.width
	c.unturned = true
	c.raw(`<g transform="scale(`, strconv.FormatFloat(scale, 'f', 4, 64), `)">`)
	for _, code := range a.codes {
		outline := a.countries[code].outline
		p, ok := values[code]
		switch {
		case outline == "":
		case !ok || m.Dots:
			c.el("path", "class", "land", "d", outline)
		default:
			c.link(p.Href, "", m.say("%s: %s", p.name(), m.number(p.Value)), func() {
				c.el("path", "class", "land q"+strconv.Itoa(step(steps, p.Value)), "d", outline)
			})
		}
	}
	c.raw("</g>")
	var off []string
	for _, p := range m.sorted() {
		at, ok := a.countries[p.Country]
		if !ok {
			off = append(off, m.say("%s (%s)", p.name(), m.number(p.Value)))
			continue
		}
		if !m.Dots && at.outline != "" {
			continue
		}
		r, class := 4.5, "place q"+strconv.Itoa(step(steps, p.Value))
		if m.Dots {
			r, class = 0, "place dot"
			if most > 0 {
				r = 24 * math.Sqrt(p.Value/most)
			}
			r = max(r, 2)
		}
		c.link(p.Href, "", m.say("%s: %s", p.name(), m.number(p.Value)), func() { c.circle(at.x*scale, at.y*scale, r, class) })
	}
	c.unturned = false
	return m.foot(c, steps, most, off, a.height*scale+10)
}

// steps are the upper bounds of the colours: each as many times the one before
// where numbers are far apart, else equal widths.
func (m Map) steps() []float64 {
	low, high := math.Inf(1), 0.0
	for _, p := range m.Places {
		if p.Value > 0 {
			low, high = min(low, p.Value), max(high, p.Value)
		}
	}
	if high == 0 {
		return nil
	}
	var out []float64
	for i := 1; i <= mapSteps; i++ {
		v := high * float64(i) / mapSteps
		if high/low > 50 {
			v = low * math.Pow(high/low, float64(i)/mapSteps)
		}
		if v = roundTo(v, 2); i == mapSteps {
			v = high
		}
		if len(out) == 0 || v > out[len(out)-1] {
			out = append(out, v)
		}
	}
	return out
}

// step is 1 to 5, 0 for nothing.
func step(steps []float64, v float64) int {
	if v == 0 {
		return 0
	}
	for i, s := range steps {
		if v <= s {
			return i + 1
		}
	}
	return len(steps)
}

func (m Map) foot(c *canvas, steps []float64, most float64, off []string, y float64) float64 {
	var entries []legendEntry
	if m.Dots {
		entries = append(entries, legendEntry{m.say("%s: %s", m.Word, m.short(most)), func(x, y float64) { c.circle(x+11, y+7, 10, "place dot") }})
	} else {
		for i, s := range steps {
			entries = append(entries, legendEntry{m.say("up to %s", m.short(s)), func(x, y float64) { c.round(x, y, 22, 13, "land q"+strconv.Itoa(i+1)) }})
		}
	}
	if !m.Dots && slices.ContainsFunc(m.Places, func(p Place) bool { return p.Value == 0 }) {
		entries = append(entries, legendEntry{m.number(0), func(x, y float64) { c.round(x, y, 22, 13, "land q0") }})
	}
	entries = append(entries, legendEntry{m.say("no number"), func(x, y float64) { c.round(x, y, 22, 13, "land") }})
	y += c.legend(0, y, entries)
	if len(off) == 0 {
		return y + 4
	}
	for _, line := range wrap(m.say("Not on the map: %s", strings.Join(off, ", ")), small, c.width, 4) {
		c.text(0, y+12, start, "s", line)
		y += 16
	}
	return y + 4
}
