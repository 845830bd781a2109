package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// topology is the part of TopoJSON (specification 1.0) that world-atlas uses.
type topology struct {
	Transform struct{ Scale, Translate [2]float64 }
	Arcs      [][][2]float64
	Objects   struct {
		Countries struct{ Geometries []geometry }
	}
}

type geometry struct {
	Type       string
	ID         string
	Arcs       json.RawMessage
	Properties struct{ Name string }
}

type point struct{ x, y float64 }

// unnumbered are those that the atlas draws and ISO 3166 has no number for; codes
// as FollowTheMoney has them.
var unnumbered = map[string]string{"Kosovo": "xk", "N. Cyprus": "cy-trnc", "Somaliland": "so-som"}

// width is that of the picture; south is where it ends: nobody is registered in
// Antarctica.
const (
	width = 1200
	south = -57.0
)

// world gives a line for each country, sorted: code, middle, and its outline as
// the data of an SVG path in whole units, none where the coarse atlas draws none.
func world(outlines, small string) ([]byte, error) {
	coarse, err := countries(outlines)
	if err != nil {
		return nil, err
	}
	fine, err := countries(small)
	if err != nil {
		return nil, err
	}
	var lines []string
	for code, rings := range fine {
		outline := ""
		if drawn := coarse[code]; drawn != nil {
			rings, outline = drawn, " "+pathOf(drawn)
		}
		m := middle(rings)
		lines = append(lines, fmt.Sprintf("%s %.0f %.0f%s", code, m.x, m.y, outline))
	}
	slices.Sort(lines)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Made by internal/svggen of world-atlas 2.0.2 (Natural Earth), projection Equal Earth.\n%d %.0f\n", width, project(0, south).y)
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.Bytes(), nil
}

// countries reads the rings of each country by its code, projected.
func countries(path string) (map[string][][]point, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var t topology
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := map[string][][]point{}
	for _, g := range t.Objects.Countries.Geometries {
		code, err := codeOf(g)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if code == "" || code == "aq" {
			continue
		}
		rings, err := t.rings(g)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, g.Properties.Name, err)
		}
		out[code] = append(out[code], rings...)
	}
	return out, nil
}

func codeOf(g geometry) (string, error) {
	if g.ID == "" {
		return unnumbered[g.Properties.Name], nil
	}
	n, err := strconv.Atoi(g.ID)
	if err != nil {
		return "", fmt.Errorf("number of %s: %w", g.Properties.Name, err)
	}
	r, err := language.EncodeM49(n)
	if err != nil {
		return "", fmt.Errorf("%s: %w", g.Properties.Name, err)
	}
	return strings.ToLower(r.String()), nil
}

func (t *topology) rings(g geometry) ([][]point, error) {
	var many [][][]int
	switch g.Type {
	case "MultiPolygon":
		if err := json.Unmarshal(g.Arcs, &many); err != nil {
			return nil, err
		}
	case "Polygon":
		many = make([][][]int, 1)
		if err := json.Unmarshal(g.Arcs, &many[0]); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("a %s", g.Type)
	}
	var out [][]point
	for _, polygon := range many {
		for _, arcs := range polygon {
			var ring []point
			for _, a := range arcs {
				ring = append(ring, t.arc(a)...)
			}
			for _, part := range parted(ring) {
				for i, p := range part {
					part[i] = project(p.x, p.y)
				}
				out = append(out, part)
			}
		}
	}
	return out, nil
}

// arc gives the points of an arc, in degrees, without its last, which the next one begins
// with. A negative number is the arc ^i the other way round.
func (t *topology) arc(i int) []point {
	back := i < 0
	if back {
		i = ^i
	}
	var out []point
	x, y := 0.0, 0.0
	for _, d := range t.Arcs[i] {
		x, y = x+d[0], y+d[1]
		out = append(out, point{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]})
	}
	if back {
		slices.Reverse(out)
	}
	return out[:len(out)-1]
}

// parted cuts a ring where it crosses the 180th meridian: what lies beyond goes to
// the other side of the map.
func parted(ring []point) [][]point {
	turns, crosses := 0.0, false
	for i := range ring[1:] {
		step := ring[i+1].x + turns - ring[i].x
		if math.Abs(step) > 180 {
			turns -= math.Copysign(360, step)
		}
		ring[i+1].x += turns
		crosses = crosses || math.Abs(ring[i+1].x) > 180
	}
	if !crosses {
		return [][]point{ring}
	}
	var out [][]point
	for shift := -360.0; shift <= 360; shift += 360 {
		part := slices.Clone(ring)
		for i := range part {
			part[i].x += shift
		}
		part = half(half(part, 180, 1), -180, -1)
		if len(part) > 2 {
			out = append(out, part)
		}
	}
	return out
}

// half keeps what of a ring is not past a meridian, in the direction of sign
// (Sutherland, Hodgman 1974).
func half(ring []point, meridian, sign float64) []point {
	var out []point
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		in, next := (p.x-meridian)*sign <= 0, (q.x-meridian)*sign <= 0
		if in {
			out = append(out, p)
		}
		if in != next {
			out = append(out, point{meridian, p.y + (q.y-p.y)*(meridian-p.x)/(q.x-p.x)})
		}
	}
	return out
}

// project is Equal Earth (Šavrič, Patterson, Jenny 2018), so that areas can be
// compared; its widest line is as wide as the picture, the north pole at 0.
func project(lon, lat float64) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	at := func(lon, lat float64) point {
		p := math.Asin(math.Sqrt(3) / 2 * math.Sin(lat*math.Pi/180))
		p2 := p * p
		p6 := p2 * p2 * p2
		d := 3 * (9*a4*p6*p2 + 7*a3*p6 + 3*a2*p2 + a1)
		return point{2 * math.Sqrt(3) * lon * math.Pi / 180 * math.Cos(p) / d, p * (a4*p6*p2 + a3*p6 + a2*p2 + a1)}
	}
	scale := width / 2 / at(180, 0).x
	p, pole := at(lon, max(lat, south)), at(0, 90)
	return point{width/2 + p.x*scale, (pole.y - p.y) * scale}
}

// middle is the centre of the largest ring's area.
func middle(rings [][]point) point {
	best := slices.MaxFunc(rings, func(a, b []point) int {
		_, x := centre(a)
		_, y := centre(b)
		return cmp.Compare(x, y)
	})
	m, _ := centre(best)
	return m
}

func centre(ring []point) (m point, area float64) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		d := p.x*q.y - q.x*p.y
		area += d
		m.x += (p.x + q.x) * d
		m.y += (p.y + q.y) * d
	}
	if area == 0 {
		return ring[0], 0
	}
	return point{m.x / (3 * area), m.y / (3 * area)}, math.Abs(area)
}

// pathOf writes rings in whole units, each step relative to the one before.
// Rings that are smaller than that become a dot of one unit.
func pathOf(rings [][]point) string {
	var b strings.Builder
	for _, ring := range rings {
		px, py := math.Round(ring[0].x), math.Round(ring[0].y)
		fmt.Fprintf(&b, "M%.0f %.0fl", px, py)
		steps := 0
		for _, p := range ring[1:] {
			x, y := math.Round(p.x), math.Round(p.y)
			if x == px && y == py {
				continue
			}
			fmt.Fprintf(&b, "%s%.0f%s", gap(x-px, steps == 0), x-px, gap(y-py, false))
			fmt.Fprintf(&b, "%.0f", y-py)
			px, py = x, y
			steps++
		}
		if steps == 0 {
			b.WriteString("1 0 0 1")
		}
		b.WriteString("z")
	}
	return b.String()
}

// gap is what must stand before a number: a minus sign parts by itself.
func gap(n float64, first bool) string {
	if first || n < 0 {
		return ""
	}
	return " "
}
