package answer

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/statement"
)

// The kinds of conflict.
const (
	ConflictValue    = "value"    // a property that has one value at a time has several
	ConflictCount    = "count"    // a published count beside the list it counts
	ConflictTotal    = "total"    // an aggregate beside the sum of its parts
	ConflictForm     = "form"     // what a text states beside what rows account for
	ConflictIdentity = "identity" // one identifier on unlike entities, two parents at a time
)

// ConflictKinds lists them in the order of help texts.
var ConflictKinds = []string{ConflictValue, ConflictCount, ConflictTotal, ConflictForm, ConflictIdentity}

// A Conflict is what sources say of one thing that cannot all be so, or that a
// reader must see beside each other. It is told and never resolved.
type Conflict struct {
	Kind   string   `json:"kind"`
	Entity Entity   `json:"entity"`
	Prop   string   `json:"prop,omitempty"`
	Text   string   `json:"text"`   // one sentence
	Values []string `json:"values"` // of the sides, in their order
	Sides  []Side   `json:"sides"`
}

// A Side is one of the things said.
type Side struct {
	Value     string           `json:"value"`
	What      string           `json:"what"`               // what the value is: "published", "sum of 12 actions"
	Date      string           `json:"date,omitempty"`     // that the source gives with it
	Observed  string           `json:"observed,omitempty"` // last day a source was seen to say it
	Datasets  []string         `json:"datasets"`
	Citations []overt.Citation `json:"citations"`
}

// A Conflicts is what `conflicts` answers.
type Conflicts struct {
	Taken     *Found         `json:"taken,omitempty"`   // the entity that was asked about
	Dataset   string         `json:"dataset,omitempty"` // or the dataset
	Counts    map[string]int `json:"counts"`            // all that were found, by kind
	Conflicts []Conflict     `json:"conflicts"`         // sorted by kind, entity, property
	More      int            `json:"more,omitempty"`    // found and not listed
	NotSeen   []NotSeen      `json:"not_seen"`
}

// Records counts what the answer releases.
func (c *Conflicts) Records() int { return len(c.Conflicts) }

// maxConflicts bounds how many are listed; all are counted.
const maxConflicts = 10_000

// maxNaming bounds how many entities that name the one asked about are looked
// at.
const maxNaming = 50_000

// FindConflicts finds what contradicts itself: in everything (words empty), in
// what one dataset says, or about one entity and what names it. kind narrows
// to one kind, "" is all. citations is how many each side carries. Errors:
// invalid (no such kind), not_found.
func FindConflicts(ctx context.Context, d *gate.Desk, words, kind string, citations int) (*Conflicts, error) {
	if kind != "" && !slices.Contains(ConflictKinds, kind) {
		return nil, overt.Errorf(overt.Invalid, "--kind", "%q is no kind of conflict; the kinds are %s", kind, strings.Join(ConflictKinds, ", "))
	}
	out := &Conflicts{Counts: map[string]int{}, Conflicts: []Conflict{}}
	c := &comparer{d: d, model: ftm.Default(), cites: citations, keep: func(x Conflict) {
		if kind != "" && x.Kind != kind || out.Dataset != "" && !x.saidIn(out.Dataset) {
			return
		}
		out.Counts[x.Kind]++
		if len(out.Conflicts) < maxConflicts {
			out.Conflicts = append(out.Conflicts, x)
			return
		}
		out.More++
	}}
	var err error
	switch words = strings.TrimSpace(words); {
	case words == "":
		err = c.everything(ctx)
	case hasDataset(d, words):
		out.Dataset = words
		err = c.everything(ctx)
	default:
		if out.Taken, err = Find(ctx, d, words); err == nil {
			err = c.around(ctx, out.Taken.Members)
		}
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out.Conflicts, compareConflicts)
	out.NotSeen, err = Unseen(ctx, d)
	return out, err
}

func compareConflicts(a, b Conflict) int {
	return cmp.Or(
		cmp.Compare(slices.Index(ConflictKinds, a.Kind), slices.Index(ConflictKinds, b.Kind)), cmp.Compare(a.Entity.ID, b.Entity.ID),
		cmp.Compare(a.Prop, b.Prop), slices.Compare(a.Values, b.Values), cmp.Compare(a.Text, b.Text),
	)
}

func hasDataset(d *gate.Desk, name string) bool {
	sight := d.View.Sight()
	return slices.ContainsFunc(sight.Classes(), func(c statement.Class) bool {
		info, ok := sight.Info(c)
		return ok && info.Label.Dataset == name
	})
}

func (c *Conflict) saidIn(dataset string) bool {
	return slices.ContainsFunc(c.Sides, func(s Side) bool { return slices.Contains(s.Datasets, dataset) })
}

// A comparer sets what is said of one entity after the other against itself.
type comparer struct {
	d     *gate.Desk
	model *ftm.Model
	cites int
	keep  func(Conflict)
}

// everything passes once over all entities. A cluster is compared when the
// first of its members comes by.
func (c *comparer) everything(ctx context.Context) error {
	c.declared()
	for stmts, err := range c.d.View.Entities(ctx) {
		if err != nil {
			return err
		}
		id := stmts[0].Entity
		members := Members(c.d.Graph, id)
		if len(members) == 1 && !c.worth(stmts) {
			continue
		}
		if first, err := c.firstOf(ctx, members, id); err != nil || !first {
			if err != nil {
				return err
			}
			continue
		}
		if err := c.entity(ctx, members); err != nil {
			return err
		}
	}
	return nil
}

// firstOf says whether no smaller member of the cluster has statements.
func (c *comparer) firstOf(ctx context.Context, members []ftm.EntityID, id ftm.EntityID) (bool, error) {
	for _, m := range members {
		if m >= id {
			continue
		}
		stmts, err := c.d.View.Entity(ctx, m)
		if err != nil || len(stmts) > 0 {
			return false, err
		}
	}
	return true, nil
}

// worth says whether one source id alone can hold a conflict: a property that
// has one value has two, or the schema has parts, parents or a text behind it.
func (c *comparer) worth(stmts []statement.Statement) bool {
	var last *statement.Statement
	for i := range stmts {
		s := &stmts[i]
		switch s.Schema {
		case "Award", "StatedPayment":
			return true
		}
		if schema := c.model.Schema(s.Schema); schema == nil || schema.IsA("LegalEntity") || published[s.Prop] != "" {
			return true
		}
		if last != nil && last.Prop == s.Prop && last.Value == s.Value {
			continue
		}
		if last = s; exclusiveProps[s.Prop] && slices.ContainsFunc(stmts[i+1:], func(o statement.Statement) bool { return o.Prop == s.Prop && o.Value != s.Value }) {
			return true
		}
	}
	return false
}

// entity compares what is said of one cluster.
func (c *comparer) entity(ctx context.Context, members []ftm.EntityID) error {
	p, err := resolve.ReadProfile(ctx, c.d.View, members)
	if err != nil || len(p.Values) == 0 {
		return err
	}
	p.Values = slices.DeleteFunc(p.Values, func(v resolve.Value) bool { return !held(v.Span, c.d.AsOf) })
	return c.profile(ctx, p)
}

func (c *comparer) profile(ctx context.Context, p *resolve.Profile) error {
	s := subject{comparer: c, p: p, named: Entity{p.ID, p.Caption(), p.Schema}}
	s.values()
	s.counts()
	if err := s.totals(ctx); err != nil {
		return err
	}
	if err := s.forms(ctx); err != nil {
		return err
	}
	s.identities()
	return s.parents(ctx)
}

// around compares one entity and everything that names it.
func (c *comparer) around(ctx context.Context, members []ftm.EntityID) error {
	if err := c.entity(ctx, members); err != nil {
		return err
	}
	seen := map[ftm.EntityID]bool{Canonical(c.d.Graph, members[0]): true}
	for _, m := range members {
		for ref, err := range c.d.View.Inbound(ctx, m) {
			if err != nil {
				return err
			}
			if id := Canonical(c.d.Graph, ref.Source); len(seen) <= maxNaming {
				seen[id] = true
			}
		}
	}
	delete(seen, Canonical(c.d.Graph, members[0]))
	for _, id := range slices.Sorted(maps.Keys(seen)) {
		if err := c.entity(ctx, Members(c.d.Graph, id)); err != nil {
			return err
		}
	}
	return nil
}

// declared tells the runs of which the source itself says there is more.
func (c *comparer) declared() {
	seen := map[overt.RunID]bool{}
	for _, class := range c.d.View.Sight().Classes() {
		info, ok := c.d.View.Sight().Info(class)
		if !ok || seen[info.Run.ID] {
			continue
		}
		seen[info.Run.ID] = true
		for _, w := range info.Run.Warnings {
			if w.Code != "fewer-than-declared" {
				continue
			}
			name := Entity{Caption: info.Run.Dataset}
			c.keep(Conflict{Kind: ConflictCount, Entity: name, Text: w.Message, Values: []string{w.Where},
				Sides: []Side{{Value: w.Where, What: "the source's own count", Observed: info.Run.Observed, Datasets: []string{info.Label.Dataset}, Citations: []overt.Citation{}}}})
		}
	}
}

// side tells what some statements say, the newest first.
func (c *comparer) side(value, what string, stmts []statement.Statement) Side {
	s := Side{Value: value, What: what, Datasets: []string{}, Citations: cite(c.d.View, stmts, c.cites)}
	sight := c.d.View.Sight()
	for i := range stmts {
		info, ok := sight.Info(stmts[i].Class)
		if !ok {
			continue
		}
		if !slices.Contains(s.Datasets, info.Label.Dataset) {
			s.Datasets = append(s.Datasets, info.Label.Dataset)
		}
		s.Observed = max(s.Observed, ftm.CutDay(info.Run.Observed))
	}
	slices.Sort(s.Datasets)
	return s
}

// A subject is one entity being compared.
type subject struct {
	*comparer
	p     *resolve.Profile
	named Entity
}

// conflict keeps one, with its sides in the order of their values.
func (s *subject) conflict(kind, prop, text string, sides []Side) {
	x := Conflict{Kind: kind, Entity: s.named, Prop: prop, Text: text, Sides: sides}
	for _, side := range sides {
		x.Values = append(x.Values, side.Value)
	}
	s.keep(x)
}

func (s *subject) isA(schema string) bool {
	m := s.model.Schema(s.p.Schema)
	return m != nil && m.IsA(schema)
}

// A Remark says, beside an answer, that sources disagree on an entity of it.
type Remark struct {
	Entity
	Count int            `json:"count"`
	Kinds map[string]int `json:"kinds"`
}

// Remarks counts the conflicts of the entities of an answer, nil ones left out.
func Remarks(ctx context.Context, d *gate.Desk, found ...*Found) ([]Remark, error) {
	out := []Remark{}
	for _, f := range found {
		if f == nil {
			continue
		}
		r := Remark{Entity: f.Entity, Kinds: map[string]int{}}
		c := &comparer{d: d, model: ftm.Default(), keep: func(x Conflict) { r.Count, r.Kinds[x.Kind] = r.Count+1, r.Kinds[x.Kind]+1 }}
		if err := c.entity(ctx, f.Members); err != nil {
			return nil, err
		}
		if r.Count > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}
