package money

import (
	"overt/statement"
)

// A reader picks values out of one entity's statements.
type reader struct {
	s     *sum
	stmts []statement.Statement
}

// newest is the value that the newest run gives; within one run the most
// sighted.
func (r reader) newest(prop string) *statement.Statement {
	var best *statement.Statement
	for i := range r.stmts {
		st := &r.stmts[i]
		if st.Prop != prop || st.Value == "" || st.External {
			continue
		}
		if best == nil || r.s.newer(st.Class, best.Class) || st.Class == best.Class && st.Sightings() > best.Sightings() {
			best = st
		}
	}
	return best
}

// rivals are the other values that the run of a statement gives the property.
func (r reader) rivals(prop string, st *statement.Statement) []*statement.Statement {
	var out []*statement.Statement
	for i := range r.stmts {
		o := &r.stmts[i]
		if o.Prop == prop && o.Class == st.Class && o.Value != st.Value && o.Value != "" && !o.External {
			out = append(out, o)
		}
	}
	return out
}

// latest is the cumulative value with the latest date beside it: the date that
// stands in the same row, for an award's rows tell of different moments.
func (r reader) latest(prop, dateProp string) (best *statement.Statement, date string) {
	for i := range r.stmts {
		st := &r.stmts[i]
		if st.Prop != prop || st.Value == "" || st.External {
			continue
		}
		d := r.beside(st, dateProp)
		if limit := r.s.q.AsOf; limit != statement.NoDay && d != "" && statement.DayOf(d) > limit {
			continue
		}
		if best == nil || d > date || d == date && r.s.newer(st.Class, best.Class) {
			best, date = st, d
		}
	}
	return best, date
}

// beside is the latest value of another property in a record of the
// statement's.
func (r reader) beside(st *statement.Statement, prop string) string {
	// Of a value that is sighted very often not all places are kept. If the run
	// gives no other value, it holds on every day the run tells of.
	constant := st.Sightings() > len(st.Places) && len(r.rivals(st.Prop, st)) == 0
	var near nearest
	for i := range r.stmts {
		o := &r.stmts[i]
		switch {
		case o.Prop != prop || o.Class != st.Class:
		case constant:
			near.offer(o.Value, 0)
		default:
			near.take(st, o)
		}
	}
	return near.value
}

// nearest is the latest of the values that stand closest to a statement: in its
// row of a table, in its branch of a tree.
type nearest struct {
	value string
	depth int // how many steps of the path are common
}

func (n *nearest) take(st, o *statement.Statement) {
	for _, p := range o.Places {
		for _, q := range st.Places {
			if sameRow(p, q) {
				n.offer(o.Value, common(p.Locator.Pointer, q.Locator.Pointer))
			}
		}
	}
}

func (n *nearest) offer(value string, depth int) {
	if n.value == "" || depth > n.depth || depth == n.depth && value > n.value {
		n.value, n.depth = value, depth
	}
}

// common counts the steps that two pointers have in common from the root.
func common(a, b string) int {
	n := 0
	for i := 0; i < len(a) && i < len(b) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n++
		}
	}
	return n
}

func sameRow(p, q statement.Place) bool {
	return p.Source == q.Source && p.Locator.Table == q.Locator.Table && p.Locator.Row == q.Locator.Row
}

// newer says whether the run of class a was observed after that of b.
func (s *sum) newer(a, b statement.Class) bool { return s.view.Sight().Age(a, b) > 0 }
