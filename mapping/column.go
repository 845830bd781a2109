package mapping

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"overt/extract"
)

// A column is one column or relative path that a query names.
type column struct {
	name  string
	guard guard
	open  bool // a path that does not say which key it ends at: judged by pointer
}

// A guard says whether the values of a column may be taken.
type guard byte

// Guards in order: the stricter one is the greater.
const (
	guardNone   guard = iota
	guardValues       // its name leaves it open: each value is looked at
	guardRefuse       // never, its name says what it holds
)

// judge sets the guards of a query's columns, by their names and by the whole
// path from the root, once rows and each are known.
func (q *Query) judge() {
	for i := range q.columns {
		c := &q.columns[i]
		path := wholePath(q.Rows, q.Each, c.name)
		c.guard = guardOf(c.name, q.m.Sensitive)
		if r, ok := refuse(path); ok && (r.Absolute || !hasBasis(q.m.Sensitive, c.name, path)) {
			c.guard = guardRefuse
		}
		last := path[strings.LastIndexByte(path, '/')+1:]
		c.open = strings.Contains(c.name, "*") || last == "*" || last == "." || last == ""
	}
}

// wholePath joins paths; ".." takes the last step of what stands before it back.
func wholePath(parts ...string) string {
	var steps []string
	for _, part := range parts {
		for step := range strings.SplitSeq(part, "/") {
			switch {
			case step == "" || step == "." && len(steps) > 0:
			case step == ".." && len(steps) > 0:
				steps = steps[:len(steps)-1]
			default:
				steps = append(steps, step)
			}
		}
	}
	return strings.Join(steps, "/")
}

// guardOf judges a column by its name. A sensitive column with a legal basis is
// open, one that is refused absolutely never is.
func guardOf(name string, sensitive []Basis) guard {
	r, ok := refuse(name)
	if ok && !r.Absolute && hasBasis(sensitive, name) {
		return guardNone
	}
	switch {
	case ok:
		return guardRefuse
	case isAmbiguous(name):
		return guardValues
	}
	return guardNone
}

// hasBasis says whether one of the names is let in.
func hasBasis(sensitive []Basis, names ...string) bool {
	return slices.ContainsFunc(sensitive, func(b Basis) bool {
		return slices.ContainsFunc(names, func(n string) bool { return foldColumn(n) == foldColumn(b.Column) })
	})
}

// foldColumn makes column names comparable: case, blanks, underscores and
// hyphens do not count.
func foldColumn(name string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '_', '-', '\u00a0', '\ufeff':
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// A plan says which of a table's columns a query's names mean.
type plan struct {
	first  *string // the header it was made for, by identity
	width  int
	names  []string // "" where the table has no such column
	guards []guard
}

// planCache keeps the plan of the last header. A query is applied to one table
// after the other, so that one is enough.
type planCache struct {
	last   atomic.Pointer[plan]
	judged sync.Map // path of a cell without positions to guard
	count  atomic.Int32
}

// maxJudged bounds how many paths are remembered.
const maxJudged = 10_000

// pointerGuard judges the cell of a tree by where it stands.
func (q *Query) pointerGuard(pointer string) guard {
	path := plainPath(pointer)
	if g, ok := q.plans.judged.Load(path); ok {
		return g.(guard)
	}
	g := q.m.guard(path)
	if q.plans.count.Add(1) <= maxJudged {
		q.plans.judged.Store(path, g)
	}
	return g
}

// Missing lists the columns that the query names and a table with this header
// does not have, in the order of the mapping. For a pack that follows a source
// through its changes that is as it should be; for a mapping written for one
// table it is a slip of the pen that would lose the column in silence.
func (q *Query) Missing(header []string) []string {
	var out []string
	for i, name := range q.plan(header).names {
		if name == "" && !strings.HasPrefix(q.columns[i].name, "$") && !slices.Contains(out, q.columns[i].name) {
			out = append(out, q.columns[i].name)
		}
	}
	return out
}

// plainPath drops the positions of a pointer: "/a/3/b" and "/a[3]/b" are "a/b".
func plainPath(pointer string) string {
	var steps []string
	for step := range strings.SplitSeq(pointer, "/") {
		if i := strings.IndexByte(step, '['); i > 0 {
			step = step[:i]
		}
		if step != "" && strings.Trim(step, "0123456789") != "" {
			steps = append(steps, step)
		}
	}
	return strings.Join(steps, "/")
}

// plan gives the plan for a table's header.
func (q *Query) plan(header []string) *plan {
	if len(header) == 0 {
		return q.makePlan(header)
	}
	p := q.plans.last.Load()
	if p != nil && p.first == &header[0] && p.width == len(header) {
		return p
	}
	p = q.makePlan(header)
	q.plans.last.Store(p)
	return p
}

// makePlan finds each column by its exact name, else without regard to case,
// blanks, underscores and hyphens.
func (q *Query) makePlan(header []string) *plan {
	p := &plan{width: len(header), names: make([]string, len(q.columns)), guards: make([]guard, len(q.columns))}
	if len(header) > 0 {
		p.first = &header[0]
	}
	index := newHeaderIndex(header, q.SQL)
	tracks := trackColumns(header)
	for i, c := range q.columns {
		name := index.find(c.name)
		p.names[i] = name
		p.guards[i] = max(c.guard, q.m.guard(name))
		if tracks[name] {
			p.guards[i] = guardRefuse
		}
		if c.guard == guardRefuse {
			p.guards[i] = guardRefuse
		}
	}
	return p
}

// A headerIndex finds the column that a name means.
type headerIndex struct {
	header  []string
	exact   map[string]bool
	folded  map[string]string
	aliases []string // of the tables of a query on a database
}

func newHeaderIndex(header []string, sql *SQL) *headerIndex {
	x := &headerIndex{header: header, exact: make(map[string]bool, len(header)), folded: make(map[string]string, len(header))}
	for _, h := range header {
		x.exact[h] = true
		if f := foldColumn(h); x.folded[f] == "" {
			x.folded[f] = h
		}
	}
	if sql != nil {
		for _, t := range sql.Tables {
			x.aliases = append(x.aliases, t.Alias)
		}
	}
	return x
}

// find takes the column of that very name, else that of the first table with
// such a column, and only then looks past spelling.
func (x *headerIndex) find(name string) string {
	if x.exact[name] {
		return name
	}
	for _, a := range x.aliases {
		if full := a + "." + name; x.exact[full] {
			return full
		}
	}
	if found := cmp.Or(numbered(x.header, name), x.folded[foldColumn(name)]); found != "" {
		return found
	}
	for _, a := range x.aliases {
		if found := x.folded[foldColumn(a+"."+name)]; found != "" {
			return found
		}
	}
	return ""
}

// numbered gives the name of the column that "#3" means, "" for other names.
func numbered(header []string, name string) string {
	number, ok := strings.CutPrefix(name, "#")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > len(header) {
		return ""
	}
	return header[n-1]
}

// guard judges a column as the source names it, with what Refuse was told.
func (m *Mapping) guard(name string) guard {
	if name == "" {
		return guardNone
	}
	if _, ok := m.refused[foldColumn(name)]; ok {
		return guardRefuse
	}
	return guardOf(name, m.Sensitive)
}

// Refuses says whether a column may not be read, or not without a look at each
// value, whatever the mapping says of it.
func (m *Mapping) Refuses(column string) bool { return m.guard(column) != guardNone }

// isTable says whether a record is a row of a table. A line of JSON lines has a
// row too; there the place of a cell tells.
func isTable(rec extract.Record, header []string) bool {
	at := rec.At()
	if at.Pointer != "" || at.Row == 0 {
		return false
	}
	for _, h := range header {
		if cells := rec.Cells(h); len(cells) > 0 {
			return cells[0].At.Pointer == ""
		}
	}
	return true
}
