package mapping

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"overt/extract"
	"overt/ftm"
)

// A datum is one value on its way, with the cells it came from. No cells: the
// mapping gave it.
type datum struct {
	text     string
	cells    []extract.Cell
	withheld bool // by the rule of the query; known for columns only
}

// A run is the state of mapping one record. It is reused.
type run struct {
	q       *Query
	rec     extract.Record
	plan    *plan // nil for trees
	problem func(Problem)

	columns  [][]datum // by column, once loaded
	loaded   []bool
	fields   [][]datum
	computed []bool
	derived  row     // what was read out of the record, by "$name"
	item     []datum // the value at hand in an entity with each
	ids      [][]made
	buf      []byte
	arena    []datum // of single values, so that a column costs no slice
	keys     []string

	emitted  int
	problems int
	dropped  bool // an entity was left out for want of a key or a required value
}

// made is an entity that was made of this record: its id, and the cells of its
// key, which is what a reference to it cites.
type made struct {
	id    ftm.EntityID
	cells []extract.Cell
}

var runs = sync.Pool{New: func() any { return new(run) }}

// start prepares a run for one record, or one nested record, of q.
func (r *run) start(q *Query, rec extract.Record, p *plan) {
	r.q, r.rec, r.plan = q, rec, p
	r.columns = resized(r.columns, len(q.columns))
	r.loaded = resized(r.loaded, len(q.columns))
	r.fields = resized(r.fields, len(q.fields))
	r.computed = resized(r.computed, len(q.fields))
	r.ids = resized(r.ids, len(q.entities))
	r.item, r.derived = nil, nil
	clear(r.arena)
	r.arena = r.arena[:0]
}

// again prepares a run for what else was derived from the same record.
func (r *run) again(derived row) {
	r.derived, r.item = derived, nil
	clear(r.columns)
	clear(r.loaded)
	clear(r.fields)
	clear(r.computed)
	clear(r.ids)
}

// single gives a slice of one. A full arena is left to the values in it.
func (r *run) single(d datum) []datum {
	if len(r.arena) == cap(r.arena) {
		r.arena = make([]datum, 0, max(64, 2*cap(r.arena)))
	}
	n := len(r.arena)
	r.arena = append(r.arena, d)
	return r.arena[n : n+1 : n+1]
}

func resized[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// finish drops what the run holds of the record and gives it back.
func (r *run) finish() {
	clear(r.columns[:cap(r.columns)])
	clear(r.fields[:cap(r.fields)])
	clear(r.ids[:cap(r.ids)])
	clear(r.keys[:cap(r.keys)])
	clear(r.arena)
	*r = run{columns: r.columns, loaded: r.loaded, fields: r.fields, computed: r.computed, ids: r.ids, buf: r.buf, keys: r.keys, arena: r.arena[:0]}
	runs.Put(r)
}

// values gives the values of a column, a field or $item: trimmed, never empty,
// what is withheld included for columns.
func (r *run) values(ref int) []datum {
	switch {
	case ref == itemRef:
		return r.item
	case ref >= fieldBase:
		i := ref - fieldBase
		if !r.computed[i] {
			r.computed[i] = true
			r.fields[i] = r.eval(r.q.fields[i].value)
		}
		return r.fields[i]
	}
	if !r.loaded[ref] {
		r.loaded[ref] = true
		r.columns[ref] = r.load(ref)
	}
	return r.columns[ref]
}

// load reads the cells of a column.
func (r *run) load(i int) []datum {
	c := r.q.columns[i]
	if strings.HasPrefix(c.name, "$") {
		return r.derived[c.name]
	}
	name, g := c.name, c.guard
	if r.plan != nil {
		name, g = r.plan.names[i], r.plan.guards[i]
	} else if r.q.m.refused != nil {
		g = max(g, r.q.m.guard(name), r.q.m.guard(wholePath(r.q.Each, name)))
	}
	if name == "" || g == guardRefuse {
		return nil
	}
	cells := r.rec.Cells(name)
	if len(cells) == 0 && r.q.Version != "" {
		cells = r.rec.Cells(name + "/" + r.q.Version)
	}
	if len(cells) == 0 {
		return nil
	}
	var out []datum
	for j := range cells {
		text := sanitize(cells[j].Text)
		if text == "" {
			continue
		}
		if r.plan == nil && c.open {
			if g = max(c.guard, r.q.pointerGuard(cells[j].At.Pointer)); g == guardRefuse {
				continue
			}
		}
		if g == guardValues && looksLikeTemplate(text) || isEncodedTemplate(text) {
			r.report(Problem{Where: cells[j].At, Column: name, Reason: "refused: holds a biometric template"})
			continue
		}
		d := datum{text, cells[j : j+1 : j+1], r.q.ignore.has(text)}
		if len(cells) == 1 {
			return r.single(d)
		}
		out = append(out, d)
	}
	return out
}

// ignored says whether a value counts as none under a rule. Fields have been
// through their own.
func (r *run) ignored(ref int, d datum, rule *ignoreSet) bool {
	switch {
	case ref >= fieldBase || rule == nil:
		return false
	case rule == r.q.ignore:
		return d.withheld
	}
	return rule.has(d.text)
}

// one gives the first value of a column or field that is not withheld.
func (r *run) one(ref int, ignore *ignoreSet) (datum, bool) {
	for _, d := range r.values(ref) {
		if r.ignored(ref, d, ignore) {
			continue
		}
		return d, true
	}
	return datum{}, false
}

// eval gives the values of an expression.
func (r *run) eval(x *expr) []datum {
	if !x.when.holds(r) {
		return nil
	}
	out, owned := r.gather(x)
	if x.derive == deriveCount {
		return r.counted(out)
	}
	if !x.steps || len(out) == 0 {
		return out
	}
	if len(out) == 1 && x.join == nil && x.split == nil && (x.pattern == nil || x.once) {
		return r.step(x, out[0])
	}
	if !owned {
		out = slices.Clone(out)
	}
	if x.join != nil {
		out = joined(out, *x.join)
	}
	if x.split != nil {
		out = cut(out, x.split.parts)
	}
	if x.pattern != nil {
		out = cut(out, func(text string) []string { return matches(x, text) })
	}
	kept := out[:0]
	for _, d := range out {
		if d.text = r.rewritten(x, d.text); d.text != "" {
			kept = append(kept, d)
		}
	}
	return kept
}

// counted makes one value of how many are not empty. It is the mapping that
// says it, of the record as a whole.
func (r *run) counted(in []datum) []datum {
	n := 0
	for _, d := range in {
		if strings.TrimSpace(d.text) != "" {
			n++
		}
	}
	return r.single(datum{text: strconv.Itoa(n)})
}

// step runs the steps on a value that stays one value.
func (r *run) step(x *expr, d datum) []datum {
	if x.pattern != nil {
		m := x.pattern.FindStringSubmatchIndex(d.text)
		if m == nil {
			return nil
		}
		i := 0
		if len(m) > 2 {
			i = 2
		}
		if m[i] < 0 {
			return nil
		}
		d.text = strings.TrimSpace(d.text[m[i]:m[i+1]])
	}
	if d.text = r.rewritten(x, d.text); d.text == "" {
		return nil
	}
	return r.single(d)
}

// gather collects the values an expression starts from; owned says that the
// slice is not shared.
func (r *run) gather(x *expr) (out []datum, owned bool) {
	switch {
	case x.template != nil:
		if d, ok := x.template.fill(r, x.ignore); ok {
			return r.single(d), true
		}
		return nil, true
	case x.first != nil:
		for _, alternative := range x.first {
			if out := r.eval(alternative); len(out) > 0 {
				return out, false
			}
		}
		return nil, true
	case len(x.refs) == 1 && len(x.literals) == 0 && x.ignore == nil:
		return r.values(x.refs[0]), false
	}
	for _, text := range x.literals {
		if text != "" {
			out = append(out, datum{text: text})
		}
	}
	for _, ref := range x.refs {
		vals := r.values(ref)
		if len(x.refs) == 1 && len(out) == 0 && !r.anyIgnored(ref, vals, x.ignore) {
			return vals, false
		}
		for _, d := range vals {
			if !r.ignored(ref, d, x.ignore) {
				out = append(out, d)
			}
		}
	}
	return out, true
}

func (r *run) anyIgnored(ref int, vals []datum, rule *ignoreSet) bool {
	for _, d := range vals {
		if r.ignored(ref, d, rule) {
			return true
		}
	}
	return false
}

func joined(in []datum, sep string) []datum {
	texts := make([]string, len(in))
	var cells []extract.Cell
	for i, d := range in {
		texts[i] = d.text
		cells = append(cells, d.cells...)
	}
	return []datum{{text: strings.Join(texts, sep), cells: cells}}
}

func cut(in []datum, parts func(string) []string) []datum {
	var out []datum
	for _, d := range in {
		for _, text := range parts(d.text) {
			if text = strings.TrimSpace(text); text != "" {
				out = append(out, datum{text: text, cells: d.cells})
			}
		}
	}
	return out
}

// matches gives the group, or the whole, of every match of the pattern.
func matches(x *expr, text string) []string {
	var out []string
	for _, m := range x.pattern.FindAllStringSubmatchIndex(text, maxSplit) {
		i := 0
		if len(m) > 2 {
			i = 2
		}
		if m[i] >= 0 {
			out = append(out, text[m[i]:m[i+1]])
		}
	}
	return out
}

// rewritten runs the steps that make one value of one; "" drops it.
func (r *run) rewritten(x *expr, text string) string {
	if x.ignore.has(text) {
		return ""
	}
	if x.lookup != nil {
		to, ok := x.lookup[foldValue(text)]
		if !ok && !x.keep {
			return ""
		}
		if ok {
			text = to
		}
	}
	if x.strip != "" {
		text = strings.Map(func(c rune) rune {
			if strings.ContainsRune(x.strip, c) {
				return -1
			}
			return c
		}, text)
	}
	text = padded(rewrite(text, x.letters), x.pad)
	if x.derive != "" {
		text = r.q.m.derived(x.derive, text, x.formats)
	}
	return text
}

func (r *run) report(p Problem) {
	r.problems++
	if r.problem != nil {
		r.problem(p)
	}
}
