package answer

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/resolve"
	"overt/statement"
)

// A Profile is what `show` answers: the entity as FollowTheMoney writes it,
// with its context, and on request every statement with its citations.
type Profile struct {
	Found      *Found
	Entity     *ftm.Entity
	Values     []Value
	Links      []LinkGroup
	SameBy     []string // identifiers, judgements and likeness that made source ids one
	Joins      []Join   // the evidence for each identifier of SameBy
	Formerly   []Former // ids that stood for it, or for a part of it, before others did
	Notes      []string // what stands between this and who is who today
	Statements []Statement
	Conflicts  []Conflict
	History    []Action // of a contract: its actions by date
}

// A Value is one value with who says it.
type Value struct {
	Prop      string           `json:"prop"`
	Label     string           `json:"label"`
	Value     string           `json:"value"`
	Caption   string           `json:"caption,omitempty"` // of the entity a reference names
	Count     int              `json:"count"`
	FirstSeen string           `json:"first_seen,omitempty"`
	Gone      string           `json:"gone,omitempty"` // the first full extract without it
	Citations []overt.Citation `json:"citations"`
}

// A Statement is a value as one source states it.
type Statement struct {
	Entity    ftm.EntityID     `json:"entity_id"`
	Schema    string           `json:"schema"`
	Prop      string           `json:"prop"`
	Value     string           `json:"value"`
	Original  string           `json:"original_value,omitempty"`
	Dataset   string           `json:"dataset"`
	Run       overt.RunID      `json:"run"`
	Count     int              `json:"count"`
	External  bool             `json:"external,omitempty"`
	Citations []overt.Citation `json:"citations"`
}

// A LinkGroup is all links of one kind and direction.
type LinkGroup struct {
	Kind    string   `json:"kind"`
	Label   string   `json:"label"`
	Inbound bool     `json:"inbound"`
	Count   int      `json:"count"`
	First   string   `json:"first,omitempty"` // of correspondence: its first and last day
	Last    string   `json:"last,omitempty"`
	Others  []Entity `json:"others"` // the first few distinct ones
	More    int      `json:"more"`
}

// shownLinks is how many others a link group names.
const shownLinks = 8

// Show describes one entity. citations is how many citations each value
// carries, below 0 all; all adds every statement.
func Show(ctx context.Context, d *gate.Desk, words string, citations int, all bool) (*Profile, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	p, err := resolve.ReadProfile(ctx, d.View, f.Members)
	if err != nil {
		return nil, err
	}
	former := formerly(d, p, f.Members)
	p.Values = slices.DeleteFunc(p.Values, func(v resolve.Value) bool { return !held(v.Span, d.AsOf) })
	out := &Profile{Found: f, Formerly: former, Entity: p.Entity(), Links: []LinkGroup{}, SameBy: []string{}, Joins: []Join{}, Conflicts: []Conflict{}}
	if d.Identity != nil {
		out.Notes = d.Identity.Notes
	}
	out.context(d, p)
	for i := range p.Values {
		v, err := showValue(ctx, d, p, &p.Values[i], citations)
		if err != nil {
			return nil, err
		}
		if v.Prop != statement.PropID {
			out.Values = append(out.Values, v)
		}
	}
	if all {
		out.statements(d, p)
	}
	if out.History, err = history(ctx, d, f.Members); err != nil {
		return nil, err
	}
	c := &comparer{d: d, model: ftm.Default(), cites: citations, keep: func(x Conflict) { out.Conflicts = append(out.Conflicts, x) }}
	if err := c.profile(ctx, p); err != nil {
		return nil, err
	}
	slices.SortFunc(out.Conflicts, compareConflicts)
	if n, ok := d.Graph.Find(f.ID); ok {
		out.SameBy = sameBy(d.Graph.Same(n))
		out.Joins = joins(d, p, out.SameBy)
		out.SameBy = append(out.SameBy, d.Identity.Reasons(f.Members)...)
		out.Links, err = links(ctx, d, n)
	}
	return out, err
}

// held says whether a value with this span of sightings was there on a day: not
// first seen later, not found gone before.
func held(span statement.Span, day statement.Day) bool {
	if day == statement.NoDay {
		return true
	}
	return span.First <= day && (span.Gone == statement.NoDay || span.Gone > day)
}

// Records counts what the answer releases.
func (p *Profile) Records() int { return len(p.Values) + len(p.History) }

// MarshalJSON writes the FollowTheMoney entity with our context beside it.
func (p *Profile) MarshalJSON() ([]byte, error) {
	raw, err := json.Marshal(p.Entity)
	if err != nil {
		return nil, err
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, err
	}
	extra := map[string]any{"taken": p.Found, "values": p.Values, "links": p.Links, "same_by": p.SameBy, "joins": p.Joins, "conflicts": p.Conflicts}
	if len(p.History) > 0 {
		extra["history"] = p.History
	}
	if len(p.Formerly) > 0 {
		extra["formerly"] = p.Formerly
	}
	if len(p.Notes) > 0 {
		extra["notes"] = p.Notes
	}
	if p.Statements != nil {
		extra["statements"] = p.Statements
	}
	for k, v := range extra {
		if fields[k], err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	return json.Marshal(fields)
}

// context fills datasets, referents and the time of sighting.
func (p *Profile) context(d *gate.Desk, prof *resolve.Profile) {
	e, sight := p.Entity, d.View.Sight()
	e.Referents = prof.Referents
	for i := range prof.Values {
		for _, s := range prof.Values[i].Statements {
			info, ok := sight.Info(s.Class)
			if !ok {
				continue
			}
			if !slices.Contains(e.Datasets, info.Label.Dataset) {
				e.Datasets = append(e.Datasets, info.Label.Dataset)
			}
			if e.FirstSeen == "" || info.Run.Observed < e.FirstSeen {
				e.FirstSeen = info.Run.Observed
			}
			e.LastSeen = max(e.LastSeen, info.Run.Observed)
		}
	}
	slices.Sort(e.Datasets)
}

func showValue(ctx context.Context, d *gate.Desk, prof *resolve.Profile, v *resolve.Value, citations int) (Value, error) {
	out, refers := valueOf(d, prof, v, citations)
	if refers {
		e, err := Name(ctx, d, ftm.EntityID(v.Value))
		if err != nil {
			return out, err
		}
		out.Caption = e.Caption
	}
	return out, nil
}

// valueOf is a value with who says it; refers says whether it names an entity.
func valueOf(d *gate.Desk, prof *resolve.Profile, v *resolve.Value, citations int) (out Value, refers bool) {
	out = Value{Prop: v.Prop, Label: v.Prop, Value: v.Value, Count: v.Count, FirstSeen: v.Span.First.String(), Gone: v.Span.Gone.String()}
	out.Citations = cite(d.View, v.Statements, citations)
	schema := ftm.Default().Schema(prof.Schema)
	if schema == nil || schema.Property(v.Prop) == nil {
		return out, false
	}
	prop := schema.Property(v.Prop)
	out.Label = prop.Label
	return out, prop.Type.Name == "entity"
}

// cite gives up to n citations of statements, newest run first; all if n is
// below 0. Sources that nothing became known against go before others, so that
// a value whose first citation is in doubt rests on doubted ones alone.
func cite(view statement.View, stmts []statement.Statement, n int) []overt.Citation {
	out := []overt.Citation{}
	for _, doubted := range []bool{false, true} {
		for i := len(stmts) - 1; i >= 0; i-- {
			for _, p := range stmts[i].Places {
				if n >= 0 && len(out) >= n {
					return out
				}
				if c := view.Cite(stmts[i].Class, p, stmts[i].Quoted()); (c.Doubt != "") == doubted {
					out = append(out, c)
				}
			}
		}
	}
	return out
}

func (p *Profile) statements(d *gate.Desk, prof *resolve.Profile) {
	p.Statements = []Statement{}
	for i := range prof.Values {
		for _, s := range prof.Values[i].Statements {
			info, _ := d.View.Sight().Info(s.Class)
			p.Statements = append(p.Statements, Statement{
				Entity: s.Entity, Schema: s.Schema, Prop: s.Prop, Value: s.Value, Original: s.Original,
				Dataset: info.Label.Dataset, Run: info.Run.ID, Count: s.Sightings(), External: s.External,
				Citations: cite(d.View, []statement.Statement{s}, -1),
			})
		}
	}
}

// sameBy lists the keys that two source ids or more of an entity share. A key
// that only one of them is seen to have joins nothing: that others have it too
// may be all that is hidden here.
func sameBy(same []graph.SameLink) []string {
	out := []string{}
	shared := map[ftm.EntityID]int{}
	for _, l := range same {
		for _, id := range []ftm.EntityID{l.A, l.B} {
			if resolve.IsKey(id) {
				shared[id]++
			}
		}
	}
	for _, l := range same {
		keyA, keyB := resolve.IsKey(l.A), resolve.IsKey(l.B)
		if (keyA && shared[l.A] < 2) || (keyB && shared[l.B] < 2) || slices.Contains(out, l.Reason) {
			continue
		}
		out = append(out, l.Reason)
	}
	slices.Sort(out)
	return out
}

// SameBy says why the source ids that are one with an entity are, as Profile does.
func SameBy(d *gate.Desk, id ftm.EntityID) []string {
	n, ok := d.Graph.Find(id)
	if !ok {
		return nil
	}
	return append(sameBy(d.Graph.Same(n)), d.Identity.Reasons(d.Graph.Members(n))...)
}

// links groups what touches a node by kind and direction.
func links(ctx context.Context, d *gate.Desk, n graph.Node) ([]LinkGroup, error) {
	type key struct {
		kind    string
		inbound bool
	}
	groups := map[key]*LinkGroup{}
	seen := map[key]map[ftm.EntityID]bool{}
	self := d.Graph.ID(n)
	f := graph.Everything
	f.AsOf = d.AsOf
	for e := range d.Graph.Edges(n, f) {
		src, dst := Canonical(d.Graph, e.Source), Canonical(d.Graph, e.Target)
		k, other := key{e.Kind, false}, dst
		if src != self {
			k, other = key{e.Kind, true}, src
		}
		g := groups[k]
		if g == nil {
			g = &LinkGroup{Kind: k.kind, Label: KindLabel(k.kind, k.inbound), Inbound: k.inbound}
			groups[k], seen[k] = g, map[ftm.EntityID]bool{}
		}
		g.Count++
		if e.Kind == "Correspondence" {
			from, to := span(statement.DayOf(g.First), statement.DayOf(g.Last), e.Start)
			g.First, g.Last = from.String(), to.String()
		}
		if seen[k][other] {
			continue
		}
		seen[k][other] = true
		if len(g.Others) == shownLinks {
			g.More++
			continue
		}
		name, err := Name(ctx, d, other)
		if err != nil {
			return nil, err
		}
		g.Others = append(g.Others, name)
	}
	out := make([]LinkGroup, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b LinkGroup) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Label, b.Label))
	})
	return out, nil
}
