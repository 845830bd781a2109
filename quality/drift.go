package quality

import (
	"fmt"
	"slices"
	"strings"

	"overt/statement"
)

// few is how many values a column must have before anything is said of it.
const few = 20

// judge compares the columns with those of the run before.
func (p *profiler) judge(w *Watch) {
	now := p.profiles()
	d := drift{w: w, before: index(w.cfg.Columns), now: index(now), told: map[[2]string]bool{}}
	for i := range now {
		d.ownList(&now[i])
	}
	if len(w.cfg.Columns) == 0 {
		return
	}
	d.renamed(w.cfg.Columns, now)
	d.swapped(now)
	for i := range now {
		d.reversed(&now[i])
		d.shifted(&now[i])
		d.kind(&now[i])
	}
	for i := range w.cfg.Columns {
		d.emptied(&w.cfg.Columns[i])
	}
}

type drift struct {
	w           *Watch
	before, now map[[2]string]*statement.Column
	told        map[[2]string]bool // columns of which something was said
}

func index(list []statement.Column) map[[2]string]*statement.Column {
	out := map[[2]string]*statement.Column{}
	for i := range list {
		out[key(&list[i])] = &list[i]
	}
	return out
}

func key(c *statement.Column) [2]string { return [2]string{c.Rows, c.Name} }

func labelOf(c *statement.Column) string { return (&column{Column: *c}).label() }

// ownList doubts a list of identifiers that names nothing but its own record.
func (d *drift) ownList(c *statement.Column) {
	old := d.before[key(c)]
	list := strings.Contains(c.Name, "*") || c.Values() > c.Filled
	selfish := func(c *statement.Column) bool { return c != nil && list && c.Own >= few && c.Own*10 >= c.Values()*9 }
	switch {
	case selfish(c) && !selfish(old):
		d.say(c, "own-list", "column %s names only the record it stands in, in %d of %d values: as a link it says nothing", labelOf(c), c.Own, c.Values())
	case selfish(old) && c.Values() >= few && c.Own*2 < c.Values():
		d.say(c, "column-meaning", "column %s names other records now; in %s each named only itself. Links of the two runs cannot be compared", labelOf(c), d.w.cfg.Previous)
	}
}

func (d *drift) say(c *statement.Column, code, format string, args ...any) {
	d.told[key(c)] = true
	d.w.warn(code, d.w.source, format, args...)
}

// shared estimates the share of distinct values that two samples have in
// common, in [0,1].
func shared(a, b []uint32) float64 {
	union := slices.Concat(a, b)
	slices.Sort(union)
	union = slices.Compact(union)
	union = union[:min(len(union), sampled)]
	if len(union) == 0 {
		return 0
	}
	both := 0
	for _, h := range union {
		_, inA := slices.BinarySearch(a, h)
		_, inB := slices.BinarySearch(b, h)
		if inA && inB {
			both++
		}
	}
	return float64(both) / float64(len(union))
}

// main is the kind that most values have, and its share of them. Identifiers
// are numbers or codes by chance.
func main(c *statement.Column) (kind string, share float64) {
	n := float64(max(c.Values(), 1))
	for _, k := range []struct {
		name string
		n    int64
	}{{"numbers or codes", c.Number + c.Code}, {"dates", c.Date}, {"text", c.Text}} {
		if s := float64(k.n) / n; s > share {
			kind, share = k.name, s
		}
	}
	return kind, share
}

// kind tells a column whose values are of another kind than before.
func (d *drift) kind(c *statement.Column) {
	old := d.before[key(c)]
	if old == nil || d.told[key(c)] || min(old.Values(), c.Values()) < few || min(len(old.Sample), len(c.Sample)) < sampled {
		return
	}
	was, oldShare := main(old)
	is, share := main(c)
	if was != is && oldShare >= 0.8 && share >= 0.8 {
		d.say(c, "column-kind", "column %s holds %s now; in %s it held %s. What was matched by it may not match any more", labelOf(c), is, d.w.cfg.Previous, was)
	}
}

// absent says whether a run has nothing in a column, while it has records.
func absent(c *statement.Column) bool { return c == nil || c.Filled == 0 }

// alike says whether two columns could be one under two names.
func alike(a, b *statement.Column) bool {
	ka, _ := main(a)
	kb, _ := main(b)
	la, lb := float64(a.Length)/float64(a.Values()), float64(b.Length)/float64(b.Values())
	return ka == kb && min(la, lb)*1.5 >= max(la, lb) && shared(a.Sample, b.Sample) >= 0.25 && min(len(a.Sample), len(b.Sample)) >= 3
}

// renamed pairs columns that are gone with new ones of the same profile.
func (d *drift) renamed(before, now []statement.Column) {
	for i := range before {
		old := &before[i]
		if old.Filled < few || !absent(d.now[key(old)]) || !d.rows(old.Rows) {
			continue
		}
		var best *statement.Column
		for j := range now {
			c := &now[j]
			if c.Rows != old.Rows || c.Filled == 0 || !absent(d.before[key(c)]) || d.told[key(c)] || !alike(old, c) {
				continue
			}
			if best == nil || shared(old.Sample, c.Sample) > shared(old.Sample, best.Sample) {
				best = c
			}
		}
		if best != nil {
			d.told[key(old)] = true
			d.say(best, "column-renamed", "column %s of %s is gone, and %s holds the like: a mapping that reads the old name gets nothing", labelOf(old), d.w.cfg.Previous, labelOf(best))
		}
	}
}

// rows says whether this run has records of a selector to judge by.
func (d *drift) rows(selector string) bool { return d.w.columns.looked[selector] >= few }

// emptied tells a column that was filled and is not any more.
func (d *drift) emptied(old *statement.Column) {
	c := d.now[key(old)]
	if d.told[key(old)] || !d.rows(old.Rows) || old.Filled < few || old.Filled*5 < old.Seen {
		return
	}
	switch {
	case c == nil:
		d.w.warn("column-gone", d.w.source, "column %s is not in the source any more; %s had it in %d of %d records", labelOf(old), d.w.cfg.Previous, old.Filled, old.Seen)
	case c.Filled*20*old.Seen < old.Filled*c.Seen:
		d.w.warn("column-emptied", d.w.source, "column %s is filled in %d of %d records; in %s in %d of %d", labelOf(old), c.Filled, c.Seen, d.w.cfg.Previous, old.Filled, old.Seen)
	}
}

// swapped tells two columns that changed places: each holds what the other
// held, and not what it held itself.
func (d *drift) swapped(now []statement.Column) {
	for i := range now {
		for j := i + 1; j < len(now); j++ {
			a, b := &now[i], &now[j]
			oldA, oldB := d.before[key(a)], d.before[key(b)]
			if a.Rows != b.Rows || oldA == nil || oldB == nil || min(len(a.Sample), len(b.Sample)) < 6 {
				continue
			}
			crossed := min(shared(a.Sample, oldB.Sample), shared(b.Sample, oldA.Sample))
			kept := max(shared(a.Sample, oldA.Sample), shared(b.Sample, oldB.Sample))
			if crossed >= 0.4 && kept < 0.15 || d.exchanged(a, b, oldA, oldB) {
				d.told[key(b)] = true
				d.say(a, "columns-swapped", "columns %s and %s hold each what the other held in %s", labelOf(a), labelOf(b), d.w.cfg.Previous)
			}
		}
	}
}

// exchanged says whether two columns changed kinds with each other: ids for
// names, dates for amounts.
func (d *drift) exchanged(a, b, oldA, oldB *statement.Column) bool {
	if min(a.Values(), b.Values(), oldA.Values(), oldB.Values()) < few {
		return false
	}
	type side struct {
		kind  string
		share float64
	}
	of := func(c *statement.Column) side { k, s := main(c); return side{k, s} }
	na, nb, oa, ob := of(a), of(b), of(oldA), of(oldB)
	sure := min(na.share, nb.share, oa.share, ob.share) >= 0.9
	return sure && na.kind != nb.kind && na.kind == ob.kind && nb.kind == oa.kind && shared(a.Sample, oldB.Sample)+shared(b.Sample, oldA.Sample) > 0
}

// reversed tells a list whose pairs stand the other way round: who was listed
// by a record lists it now.
func (d *drift) reversed(c *statement.Column) {
	old := d.before[key(c)]
	back := d.w.columns.back[key(c)]
	if old == nil || min(len(old.Pairs), len(c.Pairs), len(back)) < 6 {
		return
	}
	straight, turned := shared(old.Pairs, c.Pairs), shared(old.Pairs, back)
	if turned >= 0.25 && turned >= 3*straight {
		d.say(c, "direction-reversed", "column %s is turned round: records name by it who named them in %s (about %s of the pairs). Its links point the other way now", labelOf(c), d.w.cfg.Previous, percent(turned))
	}
}

// shifted tells a column whose values stand at other records than before,
// while the records are the same: it slipped against its rows, or was sorted
// by itself.
func (d *drift) shifted(c *statement.Column) {
	old := d.before[key(c)]
	if old == nil || d.told[key(c)] || min(len(old.Pairs), len(c.Pairs)) < sampled || c.Code*10 < c.Values()*8 {
		return // numbers change, and come up again at others by chance
	}
	same := 0.0
	for _, id := range []string{"id", "@id"} {
		a, b := d.before[[2]string{c.Rows, id}], d.now[[2]string{c.Rows, id}]
		if a != nil && b != nil {
			same = max(same, shared(a.Sample, b.Sample))
		}
	}
	if same >= 0.5 && shared(old.Sample, c.Sample) >= 0.5 && shared(old.Pairs, c.Pairs) < 0.1 {
		d.say(c, "column-shifted", "column %s holds the values of %s, at other records: it slipped against its rows in one of the two. Identifiers in it name the wrong ones", labelOf(c), d.w.cfg.Previous)
	}
}

func percent(share float64) string { return fmt.Sprintf("%d %%", int(share*100+0.5)) }
