package answer

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"overt"
	"overt/casefile"
	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/resolve/name"
	"overt/statement"
)

// A Pair is two source entities side by side.
type Pair struct {
	Sides  [2]Entity `json:"sides"`
	Rows   []PairRow `json:"rows"`
	Values int       `json:"values"` // that one entity of both would have
	// Cases of the asker's that one of them is in, and the reports that were published
	// from those.
	Cases   int `json:"cases"`
	Reports int `json:"reports"`
}

// Records counts what the answer releases.
func (p *Pair) Records() int { return 2 }

// A PairRow is what both say of one property.
type PairRow struct {
	Prop  string     `json:"prop"`
	Label string     `json:"label"`
	Sides [2][]Value `json:"sides"`
	Like  Likeness   `json:"like"`
}

// A Likeness says how two sides of a row stand to each other.
type Likeness string

// Likenesses.
const (
	LikeSame  Likeness = "same"     // one value at least is on both
	LikeNear  Likeness = "alike"    // one is, but for case, marks, spaces or script
	LikeNot   Likeness = "differ"   // none is
	LikeAlone Likeness = "one side" // only one of them says anything
)

// ReadPair reads two source entities side by side, up to so many citations a value.
// It needs no graph. Errors: not_found (nothing is shown of one of them).
func ReadPair(ctx context.Context, d *gate.Desk, left, right ftm.EntityID, citations int) (*Pair, error) {
	out := &Pair{Rows: []PairRow{}}
	at := map[string]int{}
	distinct := map[[2]string]bool{}
	for i, id := range [2]ftm.EntityID{left, right} {
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id})
		if err != nil {
			return nil, err
		}
		if len(p.Values) == 0 {
			return nil, overt.Errorf(overt.NotFound, string(id), "there is no entity %s", statement.ShowID(id))
		}
		out.Sides[i] = Entity{id, p.Caption(), p.Schema}
		for k := range p.Values {
			if p.Values[k].Prop == statement.PropID || p.Values[k].Value == "" {
				continue
			}
			v, refers := valueOf(d, p, &p.Values[k], citations)
			if refers { // named by what its own id says
				of, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{ftm.EntityID(v.Value)})
				if err != nil {
					return nil, err
				}
				v.Caption = of.Caption()
			}
			distinct[[2]string{v.Prop, v.Value}] = true
			row, ok := at[v.Prop]
			if !ok {
				row = len(out.Rows)
				at[v.Prop] = row
				out.Rows = append(out.Rows, PairRow{Prop: v.Prop, Label: v.Label})
			}
			out.Rows[row].Sides[i] = append(out.Rows[row].Sides[i], v)
		}
	}
	out.Values = len(distinct)
	for i := range out.Rows {
		out.Rows[i].Like = likeness(out.Rows[i].Sides)
	}
	out.sort()
	return out, out.touched(ctx, d)
}

// sort puts first what the schemata show first, then what both say.
func (p *Pair) sort() {
	model := ftm.Default()
	place := func(r *PairRow) int {
		for _, side := range p.Sides {
			if s := model.Schema(side.Schema); s != nil {
				if at := slices.Index(s.Featured, r.Prop); at >= 0 {
					return at
				}
			}
		}
		if r.Like == LikeAlone {
			return 1000
		}
		return 100
	}
	slices.SortStableFunc(p.Rows, func(a, b PairRow) int {
		if x, y := place(&a), place(&b); x != y {
			return x - y
		}
		return strings.Compare(a.Label, b.Label)
	})
}

func likeness(sides [2][]Value) Likeness {
	if len(sides[0]) == 0 || len(sides[1]) == 0 {
		return LikeAlone
	}
	out := LikeNot
	for _, a := range sides[0] {
		for _, b := range sides[1] {
			if a.Value == b.Value {
				return LikeSame
			}
			if x := bare(a.Value); x != "" && x == bare(b.Value) || a.Caption != "" && a.Caption == b.Caption {
				out = LikeNear
			}
		}
	}
	return out
}

// bare is the letters and digits of a text, in Latin as far as its script is spelt by
// sound.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, name.Fold(s))
}

// Latinised is a text in Latin letters, for who does not read its script; "" where it
// is in them already.
func Latinised(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) {
		return ""
	}
	return name.Fold(s)
}

// touched counts the asker's cases that one side is a subject of or cited in, and what
// was published from those.
func (p *Pair) touched(ctx context.Context, d *gate.Desk) error {
	if d.Cases == nil {
		return nil
	}
	is := func(id ftm.EntityID) bool { return id == p.Sides[0].ID || id == p.Sides[1].ID }
	return eachCase(ctx, d, func(s *casefile.State) {
		in := slices.ContainsFunc(s.Subjects(), func(e casefile.Event) bool { return is(e.Entity) }) ||
			slices.ContainsFunc(s.AllCites(), func(c casefile.Cited) bool {
				return d.Scope.Sees(c.Cite.Label) && (is(c.Cite.Entity) || is(c.Cite.Under))
			})
		if !in {
			return
		}
		p.Cases++
		reports := map[string]bool{}
		for _, e := range s.Events {
			if e.Kind == casefile.Publish {
				reports[e.Item] = true
			}
		}
		p.Reports += len(reports)
	})
}
