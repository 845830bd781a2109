package answer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt/ftm"
	"overt/graph"
	"overt/internal/decimal"
	"overt/statement"
)

// identifying are the identifiers that one institution has.
var identifying = []string{"leiCode", "uniqueEntityId", "dunsCode"}

// identities tells identifiers that sources give to unlike names, or to
// entities of different countries. Identifiers that stand for the same sides
// are told together.
func (s *subject) identities() {
	if !s.isA("LegalEntity") || s.isA("PublicBody") {
		return
	}
	told := map[string][]string{} // by sides: identifiers
	sidesOf := map[string][]Side{}
	var order []string
	for _, prop := range identifying {
		scheme, _ := ftm.SchemeOf(prop)
		for _, v := range s.p.Get(prop) {
			if ftm.IsGeneric(scheme, v.Value) {
				continue // a filler names nobody
			}
			holders := holdersOf(v.Statements)
			for _, what := range []string{"name", "country"} {
				sides := s.unlike(what, holders)
				if len(sides) < 2 {
					continue
				}
				key := what + "\x1f" + listed(sides)
				if told[key] == nil {
					order = append(order, key)
					sidesOf[key] = sides
				}
				told[key] = append(told[key], s.label(prop)+" "+v.Value)
			}
		}
	}
	for _, key := range order {
		sides := sidesOf[key]
		verb := "stands for"
		if len(told[key]) > 1 {
			verb = "stand for"
		}
		s.conflict(ConflictIdentity, sides[0].What, fmt.Sprintf("%s %s unlike %s: %s", strings.Join(told[key], " and "), verb, plurals[sides[0].What], listed(sides)), sides)
	}
}

// A holder is a source id under one class.
type holder struct {
	entity ftm.EntityID
	class  statement.Class
}

func holdersOf(stmts []statement.Statement) map[holder]bool {
	out := map[holder]bool{}
	for i := range stmts {
		if !stmts[i].External {
			out[holder{stmts[i].Entity, stmts[i].Class}] = true
		}
	}
	return out
}

// unlike gives the sides of a property that holders of one identifier do not
// share: groups of values of which each is unlike those of all others. Names
// that one row gives together are alike, for the source says so itself: a
// former name, or how it was reported. An office of two countries is one.
func (s *subject) unlike(prop string, holders map[holder]bool) []Side {
	says := map[string][]statement.Statement{}
	for _, v := range s.p.Get(prop) {
		for _, st := range v.Statements {
			if holders[holder{st.Entity, st.Class}] && !st.External && v.Value != "" {
				says[v.Value] = append(says[v.Value], st)
			}
		}
	}
	groups := grouped(slices.Sorted(maps.Keys(says)), func(a, b string) bool {
		if prop == "country" {
			return ftm.Fold(a) == ftm.Fold(b) || sharedHolder(says[a], says[b])
		}
		return !unlikeNames(a, b) || rowsShared(says[a], says[b])
	})
	var sides []Side
	for _, g := range groups {
		var stmts []statement.Statement
		for _, v := range g {
			stmts = append(stmts, says[v]...)
		}
		slices.SortStableFunc(stmts, func(a, b statement.Statement) int {
			return cmp.Or(s.d.View.Sight().Age(a.Class, b.Class), cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Value, b.Value))
		})
		sides = append(sides, s.side(g[0], prop, stmts))
	}
	return sides
}

// rowsShared says whether a row gives a value of both.
func rowsShared(a, b []statement.Statement) bool {
	for i := range a {
		for j := range b {
			if beside(&a[i], &b[j]) {
				return true
			}
		}
	}
	return false
}

var plurals = map[string]string{"name": "names", "country": "countries"}

func sharedHolder(a, b []statement.Statement) bool {
	in := holdersOf(a)
	return slices.ContainsFunc(b, func(st statement.Statement) bool { return in[holder{st.Entity, st.Class}] })
}

// grouped joins what is alike, over others too; groups and members ascend.
func grouped(values []string, alike func(a, b string) bool) [][]string {
	var out [][]string
	for _, v := range values {
		joined := []string{v}
		rest := out[:0:0]
		for _, g := range out {
			if slices.ContainsFunc(g, func(o string) bool { return alike(o, v) }) {
				joined = append(joined, g...)
				continue
			}
			rest = append(rest, g)
		}
		slices.Sort(joined)
		out = append(rest, joined)
	}
	slices.SortFunc(out, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	return out
}

// forms of companies say nothing of which company it is.
var legalForms = map[string]bool{
	"inc": true, "incorporated": true, "llc": true, "ltd": true, "limited": true, "corp": true, "corporation": true, "co": true, "company": true,
	"lp": true, "llp": true, "plc": true, "gmbh": true, "ag": true, "sa": true, "the": true, "of": true, "and": true, "dba": true, "l": true, "c": true, "p": true,
}

// unlikeNames says whether two names have nothing in common: no word, no
// beginning of a word, no initials. Spellings, mergers under one brand and
// acronyms are alike.
func unlikeNames(a, b string) bool {
	x, y := tellingWords(a), tellingWords(b)
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	for _, v := range x {
		for _, w := range y {
			n := min(len(v), len(w), 4)
			if v == w || n == 4 && v[:n] == w[:n] {
				return false
			}
		}
	}
	one, other := strings.Join(x, ""), strings.Join(y, "")
	if strings.Contains(one, other) || strings.Contains(other, one) || initials(x) == initials(y) {
		return false
	}
	return !slices.Contains(y, initials(x)) && !slices.Contains(x, initials(y))
}

// tellingWords are the words of a name that tell it from others.
func tellingWords(name string) []string {
	return slices.DeleteFunc(strings.Fields(ftm.Fold(name)), func(w string) bool { return legalForms[w] })
}

func initials(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(w[:1])
	}
	return b.String()
}

// A tenure is the time in which sources name one owner.
type tenure struct {
	owner       ftm.EntityID
	first, last string
	says        []statement.Statement
}

// parents tells two owners of one institution at one time. An owner of a part
// has others beside it, and one that follows another is history.
func (s *subject) parents(ctx context.Context) error {
	n, ok := s.d.Graph.Find(s.p.ID)
	if !ok || !s.isA("LegalEntity") && !s.isA("Asset") {
		return nil
	}
	tenures := map[string]map[ftm.EntityID]*tenure{} // by type of ownership
	f := graph.Filter{Kinds: graph.KindSet("Ownership"), AsOf: s.d.AsOf, Dir: graph.Backward, SkipSelf: true}
	for e := range s.d.Graph.Edges(n, f) {
		if e.End != statement.NoDay || e.Span.Gone != statement.NoDay || Canonical(s.d.Graph, e.Target) != s.d.Graph.ID(n) {
			continue
		}
		if err := s.tenure(ctx, e, tenures); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(tenures)) {
		if err := s.rivals(ctx, tenures[kind]); err != nil {
			return err
		}
	}
	return nil
}

func (s *subject) tenure(ctx context.Context, e graph.Edge, all map[string]map[ftm.EntityID]*tenure) error {
	stmts, err := s.d.View.Entity(ctx, e.Ref)
	if err != nil {
		return err
	}
	kind, first, last := "", "", ""
	var says []statement.Statement
	for i := range stmts {
		st := &stmts[i]
		if st.External {
			continue
		}
		switch st.Prop {
		case "percentage", "sharesValue":
			if d, err := decimal.Parse(strings.TrimSuffix(st.Value, "%")); err != nil || d.Cmp(decimal.FromInt(100)) != 0 {
				return nil // of a part
			}
		case "ownershipType", "role":
			kind = max(kind, st.Value)
		case "date", "startDate":
			if first == "" || st.Value < first {
				first = st.Value
			}
			last = max(last, st.Value)
		case "owner":
			if ftm.EntityID(st.Value) == e.Source {
				says = append(says, *st)
			}
		}
	}
	owner := Canonical(s.d.Graph, e.Source)
	if all[kind] == nil {
		all[kind] = map[ftm.EntityID]*tenure{}
	}
	t := all[kind][owner]
	if t == nil {
		t = &tenure{owner: owner, first: first, last: last}
		all[kind][owner] = t
	}
	if first < t.first {
		t.first = first
	}
	t.last = max(t.last, last)
	t.says = append(t.says, says...)
	return nil
}

// rivals tells owners whose times overlap. Without a date nothing is said of
// time, and nothing concluded.
func (s *subject) rivals(ctx context.Context, by map[ftm.EntityID]*tenure) error {
	var sides []Side
	ids := slices.Sorted(maps.Keys(by))
	for _, a := range ids {
		t := by[a]
		overlaps := slices.ContainsFunc(ids, func(b ftm.EntityID) bool {
			o := by[b]
			return a != b && t.first != "" && o.first != "" && t.first <= o.last && o.first <= t.last
		})
		if !overlaps {
			continue
		}
		name, err := Name(ctx, s.d, a)
		if err != nil {
			return err
		}
		slices.SortStableFunc(t.says, func(x, y statement.Statement) int {
			return cmp.Or(s.d.View.Sight().Age(x.Class, y.Class), cmp.Compare(x.Entity, y.Entity))
		})
		side := s.side(name.Caption, "owner", t.says)
		side.Date = strings.TrimSuffix(t.first+" to "+t.last, " to "+t.first)
		sides = append(sides, side)
	}
	if len(sides) > 1 {
		slices.SortStableFunc(sides, func(a, b Side) int { return strings.Compare(a.Value, b.Value) })
		s.conflict(ConflictIdentity, "owner", "several owners at one time: "+listed(sides), sides)
	}
	return nil
}
