package answer

import (
	"cmp"
	"slices"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/statement"
)

// A Former is an id that stood for an entity, or for what is a part of it now,
// until something joined that part with what was there before it.
type Former struct {
	ID    ftm.EntityID `json:"id"`
	Until string       `json:"until"`
	By    string       `json:"by"`
}

// A dated link joins two of a cluster from a day on.
type dated struct {
	a, b ftm.EntityID
	from statement.Day
	by   string
}

// A chronicle tells in which order the parts of a cluster came together. It knows
// what the desk shows and nothing of other days' desks: a link holds from the day
// on which what it rests on was observed, or was judged.
type chronicle struct {
	sight *statement.Sight
	came  map[ftm.EntityID]statement.Class
	part  map[ftm.EntityID]ftm.EntityID
}

// formerly lists the ids that stood for parts of a cluster, the last to give way
// first.
func formerly(d *gate.Desk, p *resolve.Profile, members []ftm.EntityID) []Former {
	if len(members) < 2 {
		return []Former{}
	}
	c := &chronicle{sight: d.View.Sight(), came: map[ftm.EntityID]statement.Class{}, part: map[ftm.EntityID]ftm.EntityID{}}
	for _, v := range p.Values {
		for i := range v.Statements {
			s := &v.Statements[i]
			if old, ok := c.came[s.Entity]; !ok || c.sight.Order(s.Class, old) < 0 {
				c.came[s.Entity] = s.Class
			}
		}
	}
	out := []Former{}
	for _, l := range c.links(d, members) {
		a, b := c.root(l.a), c.root(l.b)
		if a == b {
			continue
		}
		if c.before(b, a) {
			a, b = b, a
		}
		c.part[b] = a
		if came, ok := c.came[b]; ok && l.from > c.day(came) {
			out = append(out, Former{b, l.from.String(), l.by})
		}
	}
	slices.Reverse(out)
	return out
}

// links are those inside the cluster, by the day from which they hold.
func (c *chronicle) links(d *gate.Desk, members []ftm.EntityID) []dated {
	var out []dated
	in := map[ftm.EntityID]bool{}
	for _, m := range members {
		in[m] = true
	}
	if d.Identity != nil && d.Identity.Book != nil {
		for _, j := range d.Identity.Book.Musts() {
			if in[j.Left] && in[j.Right] {
				out = append(out, dated{j.Left, j.Right, statement.DayAt(j.At), resolve.Judged(j)})
			}
		}
	}
	if n, ok := d.Graph.Find(members[0]); ok {
		for _, l := range d.Graph.Same(n) {
			out = append(out, dated{l.A, l.B, c.day(slices.MinFunc(l.Classes, c.sight.Order)), l.Reason})
		}
	}
	for _, g := range d.Identity.Groups() {
		var here []ftm.EntityID
		for _, m := range g {
			if _, ok := c.came[m]; ok && in[m] {
				here = append(here, m)
			}
		}
		slices.SortFunc(here, func(a, b ftm.EntityID) int { return cmp.Or(c.sight.Order(c.came[a], c.came[b]), cmp.Compare(a, b)) })
		for i := 1; i < len(here); i++ {
			out = append(out, dated{here[0], here[i], c.day(c.came[here[i]]), "resolved"})
		}
	}
	slices.SortStableFunc(out, func(a, b dated) int { return cmp.Compare(a.from, b.from) })
	return out
}

func (c *chronicle) day(of statement.Class) statement.Day {
	info, _ := c.sight.Info(of)
	return statement.DayOf(info.Run.Observed)
}

func (c *chronicle) root(id ftm.EntityID) ftm.EntityID {
	for c.part[id] != "" {
		id = c.part[id]
	}
	return id
}

// before says whether a was there before b, as the graph does that names clusters.
func (c *chronicle) before(a, b ftm.EntityID) bool {
	x, okX := c.came[a]
	y, okY := c.came[b]
	if !okX || !okY {
		return okX && !okY || okX == okY && a < b
	}
	return cmp.Or(c.sight.Order(x, y), cmp.Compare(a, b)) < 0
}
