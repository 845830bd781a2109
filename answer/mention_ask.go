package answer

import (
	"context"
	"slices"
	"strings"

	"overt"
	"overt/casefile"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/resolve"
	"overt/statement"
)

// A NameAsked is a name in a document about which a person is asked whom it means.
type NameAsked struct {
	ID         string       `json:"id"`
	Kind       mention.Kind `json:"kind"`
	Text       string       `json:"text"`
	Document   Entity       `json:"document"`
	Page       int          `json:"page"`
	Passage    *Surrounded  `json:"passage"`
	Candidates []MaybeNamed `json:"candidates"`
	More       int          `json:"more"`     // candidates that are not told of
	Accepted   []Entity     `json:"accepted"` // of which a person said so
	// Citation is of the name as it stands there.
	Citation overt.Citation `json:"citation"`
}

// Records counts what the answer releases.
func (n *NameAsked) Records() int { return 1 + len(n.Candidates) }

// A MaybeNamed is an entity that a name may mean.
type MaybeNamed struct {
	Entity
	Matched []Value `json:"matched"` // values that are written so
	Facts   []Value `json:"facts"`   // a few others
	InCase  bool    `json:"in_case"` // of an open case of the asker's
}

// Bounds of what is told of one name.
const (
	maxMaybe   = 8
	maxMatched = 3
	maxFacts   = 5
)

// Clusters are the source ids of entities, the canonical one first, by each of these ids.
// An id that is not in it is an entity by itself. It stands for a graph, which a decision
// would have made anew.
type Clusters map[ftm.EntityID][]ftm.EntityID

func (c Clusters) members(id ftm.EntityID) []ftm.EntityID {
	if m := c[id]; m != nil {
		return m
	}
	return []ftm.EntityID{id}
}

func (c Clusters) canonical(id ftm.EntityID) ftm.EntityID { return c.members(id)[0] }

func (c Clusters) name(ctx context.Context, d *gate.Desk, id ftm.EntityID) (Entity, error) {
	p, err := resolve.ReadProfile(ctx, d.View, c.members(id))
	if err != nil {
		return Entity{}, err
	}
	return Entity{p.ID, p.Caption(), p.Schema}, nil
}

// entities are those that some ids belong to, each once.
func (c Clusters) entities(ids []ftm.EntityID) []ftm.EntityID {
	var out []ftm.EntityID
	for _, id := range ids {
		if e := c.canonical(id); !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	return out
}

// AskName tells of a suggestion all that a person needs who says whom it means.
// inCase says which entities are in a case of the asker's; those go first. Errors:
// not_found (nothing is suggested there), invalid (id).
func AskName(ctx context.Context, d *gate.Desk, all Clusters, id string, inCase func(ftm.EntityID) bool) (*NameAsked, error) {
	v, s, err := suggestionAt(ctx, d, id)
	if err != nil {
		return nil, err
	}
	text, _, err := v.Reading(ctx, s.Document)
	if err != nil {
		return nil, err
	}
	out := &NameAsked{ID: s.ID(), Kind: s.Kind, Text: s.Text, Page: s.Page, Candidates: []MaybeNamed{}, Accepted: []Entity{}, Citation: citeMention(d, s, &text)}
	if out.Document, err = all.name(ctx, d, s.Document); err != nil {
		return nil, err
	}
	if out.Passage, err = CiteSurrounded(ctx, d, string(s.Document), PassageQuestion{Page: s.Page, Start: s.Start, End: s.End}); err != nil {
		return nil, err
	}
	for _, id := range all.entities(s.Accepted) {
		e, err := all.name(ctx, d, id)
		if err != nil {
			return nil, err
		}
		out.Accepted = append(out.Accepted, e)
	}
	ids := all.entities(s.Candidates)
	slices.SortStableFunc(ids, func(a, b ftm.EntityID) int {
		switch x, y := inCase(a), inCase(b); {
		case x == y:
			return 0
		case x:
			return -1
		}
		return 1
	})
	out.More = max(0, len(ids)-maxMaybe)
	for _, id := range ids[:len(ids)-out.More] {
		m, err := maybeNamed(ctx, d, all, s, id)
		if err != nil {
			return nil, err
		}
		m.InCase = inCase(id)
		out.Candidates = append(out.Candidates, m)
	}
	return out, nil
}

// suggestionAt is the name that is suggested at a place, as people name it.
func suggestionAt(ctx context.Context, d *gate.Desk, id string) (*mention.View, *mention.Suggestion, error) {
	at, err := mention.ParseID(id)
	if err != nil {
		return nil, nil, err
	}
	v, err := d.Mentions(ctx)
	if err != nil {
		return nil, nil, err
	}
	page, err := v.At(ctx, at.Document, at.Page)
	if err != nil {
		return nil, nil, err
	}
	for i := range page {
		if s := &page[i]; s.Start == at.Start && s.End == at.End && len(s.Candidates) > 0 {
			return v, s, nil
		}
	}
	return nil, nil, overt.Errorf(overt.NotFound, "", "no name is suggested there")
}

// maybeNamed tells of an entity how it was matched, and a few facts.
func maybeNamed(ctx context.Context, d *gate.Desk, all Clusters, s *mention.Suggestion, id ftm.EntityID) (m MaybeNamed, err error) {
	p, err := resolve.ReadProfile(ctx, d.View, all.members(id))
	if err != nil {
		return m, err
	}
	m = MaybeNamed{Entity: Entity{p.ID, p.Caption(), p.Schema}, Matched: []Value{}, Facts: []Value{}}
	var featured []string
	if schema := ftm.Default().Schema(p.Schema); schema != nil {
		featured = schema.Featured
	}
	group := mention.GroupKey(s.Text)
	for i := range p.Values {
		v := &p.Values[i]
		if v.Prop == statement.PropID || v.Value == "" {
			continue
		}
		told, refers := valueOf(d, p, v, 1)
		switch same := !refers && (mention.GroupKey(v.Value) == group || s.Value != "" && strings.EqualFold(v.Value, s.Value)); {
		case same && len(m.Matched) < maxMatched:
			m.Matched = append(m.Matched, told)
		case same || !slices.Contains(featured, v.Prop) || len(m.Facts) == maxFacts || slices.ContainsFunc(m.Facts, func(f Value) bool { return f.Prop == v.Prop }):
		default:
			if refers {
				of, err := all.name(ctx, d, ftm.EntityID(v.Value))
				if err != nil {
					return m, err
				}
				told.Caption = of.Caption
			}
			m.Facts = append(m.Facts, told)
		}
	}
	return m, nil
}

// CandidatesAmong are those source ids that a suggestion may mean which belong to one of
// some entities. Errors: those of AskName; not_found, where none does.
func CandidatesAmong(ctx context.Context, d *gate.Desk, all Clusters, id string, entities []ftm.EntityID) ([]ftm.EntityID, error) {
	_, s, err := suggestionAt(ctx, d, id)
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(slices.Clone(s.Candidates), func(c ftm.EntityID) bool {
		return !slices.Contains(entities, all.canonical(c))
	})
	if len(out) == 0 {
		return nil, overt.Errorf(overt.NotFound, "", "the name is not suggested to mean that")
	}
	return out, nil
}

// InCases says which entities are a subject of an open case of the asker's, or cited in
// one.
func InCases(ctx context.Context, d *gate.Desk, all Clusters) (func(ftm.EntityID) bool, error) {
	in := map[ftm.EntityID]bool{}
	if d.Cases != nil {
		err := eachCase(ctx, d, func(s *casefile.State) {
			if s.Closed != "" {
				return
			}
			for _, e := range s.Subjects() {
				in[all.canonical(e.Entity)] = true
			}
			for _, c := range s.AllCites() {
				if d.Scope.Sees(c.Cite.Label) {
					in[all.canonical(c.Cite.Entity)], in[all.canonical(c.Cite.Under)] = true, true
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	delete(in, "")
	return func(id ftm.EntityID) bool { return len(in) > 0 && in[all.canonical(id)] }, nil
}

// A NameSaid is a person's word on a name in a document, which stands.
type NameSaid struct {
	ID       ftm.EntityID   `json:"id"` // mention.AcceptedID, mention.RejectedID
	Text     string         `json:"text"`
	Entity   *Entity        `json:"entity,omitempty"` // that is meant
	Place    string         `json:"place"`            // where it was said, as mention.Suggestion.ID
	Runs     []overt.RunID  `json:"runs"`             // that hold it
	Citation overt.Citation `json:"citation"`
}

// NameSaidBy reads what somebody said of a name; nil where it is not there, or not his.
func NameSaidBy(ctx context.Context, d *gate.Desk, all Clusters, id ftm.EntityID, actor string) (*NameSaid, error) {
	stmts, err := d.View.Entity(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &NameSaid{ID: id}
	for i := range stmts {
		s := &stmts[i]
		info, ok := d.View.Sight().Info(s.Class)
		if !ok || info.Run.Format != mention.JudgementFormat || info.Run.Actor != actor || s.Schema != "Names" && s.Schema != "Rejection" {
			continue
		}
		if !slices.Contains(out.Runs, info.Run.ID) {
			out.Runs = append(out.Runs, info.Run.ID)
		}
		switch {
		case s.Prop == "quote" && len(s.Places) > 0:
			out.Text, out.Citation = s.Value, d.View.Cite(s.Class, s.Places[0], s.Value)
			where := s.Places[0].Locator
			at := mention.Suggestion{Found: mention.Found{Start: where.Start, End: where.End}, Document: reading.DocumentID(out.Citation.Blob), Page: where.Page}
			out.Place = at.ID()
		case s.Schema == "Names" && s.Prop == "entity":
			e, err := all.name(ctx, d, ftm.EntityID(s.Value))
			if err != nil {
				return nil, err
			}
			out.Entity = &e
		}
	}
	if out.Place == "" {
		return nil, nil
	}
	return out, nil
}
