package answer

import (
	"cmp"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/resolve"
)

// A Join is one key by which source ids are one entity, with what each source
// says that has it.
type Join struct {
	By    string     `json:"by"` // "uei:ABC…"
	Sides []JoinSide `json:"sides"`
}

// A JoinSide is one source id in one dataset that has the key.
type JoinSide struct {
	ID       ftm.EntityID   `json:"id"`
	Dataset  string         `json:"dataset"`
	Prop     string         `json:"prop"`
	Citation overt.Citation `json:"citation"`
}

// joins cites each key on every side: the newest citation of each source id
// and dataset that says it.
func joins(d *gate.Desk, prof *resolve.Profile, keys []string) []Join {
	out := make([]Join, len(keys))
	for i, key := range keys {
		out[i] = Join{By: key, Sides: []JoinSide{}}
	}
	type side struct {
		key     string
		id      ftm.EntityID
		dataset string
	}
	seen := map[side]bool{}
	for _, v := range prof.Values {
		for i := len(v.Statements) - 1; i >= 0; i-- {
			s := &v.Statements[i]
			key := resolve.Reason(s)
			at := slices.Index(keys, key)
			if key == "" || at < 0 || len(s.Places) == 0 {
				continue
			}
			c := d.View.Cite(s.Class, s.Places[0], s.Quoted())
			one := side{key, s.Entity, c.Dataset}
			if seen[one] {
				continue
			}
			seen[one] = true
			out[at].Sides = append(out[at].Sides, JoinSide{s.Entity, c.Dataset, s.Prop, c})
		}
	}
	for _, j := range out {
		slices.SortStableFunc(j.Sides, func(a, b JoinSide) int {
			return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.ID, b.ID))
		})
	}
	return out
}
