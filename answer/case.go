package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/casefile"
	"overt/ftm"
	"overt/gate"
)

// A CaseLine is one case in a list.
type CaseLine struct {
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Purpose string         `json:"purpose,omitempty"`
	Role    string         `json:"role"`
	Owner   string         `json:"owner"`
	Offered bool           `json:"offered,omitempty"` // to the asker
	Closed  string         `json:"closed,omitempty"`
	Last    string         `json:"last"`   // when something was added, RFC 3339
	Claims  map[string]int `json:"claims"` // by state
	Tasks   int            `json:"tasks"`  // that are open
}

// A CaseList is what `case list` answers: the cases of the asker, that of the last
// change first.
type CaseList struct {
	Cases     []CaseLine          `json:"cases"`
	Templates []casefile.Template `json:"templates"`
}

// Records counts what the answer releases.
func (l *CaseList) Records() int { return len(l.Cases) }

// ListCases lists the asker's cases.
func ListCases(ctx context.Context, d *gate.Desk) (*CaseList, error) {
	out := &CaseList{Cases: []CaseLine{}, Templates: casefile.Templates()}
	err := eachCase(ctx, d, func(s *casefile.State) {
		out.Cases = append(out.Cases, lineOf(d, s))
	})
	slices.SortStableFunc(out.Cases, func(a, b CaseLine) int { return cmp.Compare(b.Last, a.Last) })
	return out, err
}

func lineOf(d *gate.Desk, s *casefile.State) CaseLine {
	return CaseLine{
		ID: s.ID, Title: s.Title, Purpose: s.Purpose, Role: string(s.Role(d.Actor)), Owner: s.Owner(), Offered: s.Offered == d.Actor, Closed: s.Closed,
		Last: s.Events[len(s.Events)-1].At, Claims: s.Count(casefile.Claim), Tasks: s.Count(casefile.Task)[casefile.Todo],
	}
}

// ReadCaseLine gives one case of the asker's as a list has it. Errors: not_found.
func ReadCaseLine(ctx context.Context, d *gate.Desk, id string) (*CaseLine, error) {
	s, err := foldCase(ctx, d, id)
	if err != nil {
		return nil, err
	}
	l := lineOf(d, s)
	return &l, nil
}

// A CiteInto is a case that something can be cited into, with its claims.
type CiteInto struct {
	ID     string      `json:"id"`
	Title  string      `json:"title"`
	Claims []ClaimLine `json:"claims"` // but the rejected, the newest first
}

// A ClaimLine is a claim in a list.
type ClaimLine struct {
	Item  string `json:"item"`
	Text  string `json:"text"`
	State string `json:"state"`
}

// maxClaimLines is how many claims of a case are offered to cite into.
const maxClaimLines = 100

// ListCiteInto lists the asker's open cases that he may add to, that of the last change
// first.
func ListCiteInto(ctx context.Context, d *gate.Desk) ([]CiteInto, error) {
	out, last := []CiteInto{}, map[string]string{}
	err := eachCase(ctx, d, func(s *casefile.State) {
		if s.Closed != "" || !s.Role(d.Actor).Writes() {
			return
		}
		c := CiteInto{ID: s.ID, Title: s.Title, Claims: []ClaimLine{}}
		for _, e := range slices.Backward(s.Claims()) {
			if e.State != casefile.Rejected && len(c.Claims) < maxClaimLines {
				c.Claims = append(c.Claims, ClaimLine{e.Item, e.Text, e.State})
			}
		}
		out, last[s.ID] = append(out, c), s.Events[len(s.Events)-1].At
	})
	slices.SortStableFunc(out, func(a, b CiteInto) int { return cmp.Compare(last[b.ID], last[a.ID]) })
	return out, err
}

// eachCase folds the asker's cases one after the other, by id.
func eachCase(ctx context.Context, d *gate.Desk, do func(*casefile.State)) error {
	if d.Cases == nil {
		return overt.Errorf(overt.Unavailable, "", "no cases are kept here")
	}
	ids, err := d.Cases.Cases(ctx, d.Scope)
	if err != nil {
		return err
	}
	for _, id := range ids {
		s, err := foldCase(ctx, d, id)
		if err != nil {
			return err
		}
		do(s)
	}
	return nil
}

func foldCase(ctx context.Context, d *gate.Desk, id string) (*casefile.State, error) {
	if d.Cases == nil {
		return nil, overt.Errorf(overt.Unavailable, id, "no cases are kept here")
	}
	events, err := d.Cases.Events(ctx, d.Scope, id)
	if err != nil {
		return nil, err
	}
	return casefile.Fold(id, events)
}

// ReadCase gives a case as the asker sees it. The desk must have a graph. whole looks
// closer: kept bytes are hashed, and what the coverage ledger says of cited documents
// is told. Errors: not_found (no such case of the asker's).
func ReadCase(ctx context.Context, d *gate.Desk, id string, whole bool) (*casefile.View, error) {
	s, err := foldCase(ctx, d, id)
	if err != nil {
		return nil, err
	}
	e, err := newEye(ctx, d, s, whole)
	if err != nil {
		return nil, err
	}
	v, err := s.View(ctx, d.Actor, e)
	if err != nil {
		return nil, err
	}
	if err := sourceConflicts(ctx, d, v); err != nil {
		return nil, err
	}
	v.Also, err = e.alsoIn(ctx, s)
	return v, err
}

// MoveClaim gives a claim or a task of the pass's case another state. To state or confirm
// a claim its cites are opened first, in the sight of the pass. seen is the last event
// about the item that the mover had read, 0 for none. Errors: those of the rules.
func MoveClaim(ctx context.Context, p *gate.Pass, item, state, reason string, seen int64) (*casefile.State, error) {
	e := casefile.Event{Kind: casefile.Move, Item: item, State: state, Reason: reason, Seen: seen}
	if state == casefile.Stated || state == casefile.Confirmed {
		var err error
		act := gate.Act{Action: "case.check", Object: p.Case(), Query: item}
		e.Opened, err = gate.Ask(ctx, p, act, true, func(ctx context.Context, d *gate.Desk) (map[string]casefile.Status, error) {
			return OpenCites(ctx, d, p.Case(), item)
		})
		if err != nil {
			return nil, err
		}
	}
	return p.Casework(ctx, p.Case(), e)
}

// OpenCites says how the cites of a claim open for the asker, by item.
func OpenCites(ctx context.Context, d *gate.Desk, id, claim string) (map[string]casefile.Status, error) {
	s, err := foldCase(ctx, d, id)
	if err != nil {
		return nil, err
	}
	e, err := newEye(ctx, d, s, true)
	if err != nil {
		return nil, err
	}
	out := map[string]casefile.Status{}
	for item, c := range s.Cites(claim) {
		o, err := e.Open(ctx, c)
		if err != nil {
			return nil, err
		}
		out[item] = o.Status
	}
	return out, nil
}

// A CaseCheck is what `case check` answers: the claims whose ground changed.
type CaseCheck struct {
	Case    string             `json:"case"`
	Title   string             `json:"title"`
	Claims  int                `json:"claims"`
	Cites   int                `json:"cites"`
	Touched []casefile.Touched `json:"touched"`
}

// Records counts what the answer releases.
func (c *CaseCheck) Records() int { return len(c.Touched) }

// CheckCase opens all that the claims of a case rest on, and tells what became of it.
func CheckCase(ctx context.Context, d *gate.Desk, id string) (*CaseCheck, error) {
	v, err := ReadCase(ctx, d, id, true)
	if err != nil {
		return nil, err
	}
	out := &CaseCheck{Case: v.ID, Title: v.Title, Claims: len(v.Claims), Touched: v.Touched()}
	for _, c := range v.Claims {
		out.Cites += len(c.Cites)
	}
	return out, nil
}

// sourceConflicts adds the contradictions between sources that concern a cited value.
func sourceConflicts(ctx context.Context, d *gate.Desk, v *casefile.View) error {
	at := map[string]int{} // place in v.Contradictions by what it is of
	add := func(claim string, x Conflict) {
		key := fmt.Sprint(x.Kind, x.Entity.ID, x.Prop, x.Values)
		i, ok := at[key]
		if !ok {
			i = len(v.Contradictions)
			at[key] = i
			v.Contradictions = append(v.Contradictions, casefile.Contradiction{Kind: x.Kind, Text: x.Text, Claims: []string{}})
		}
		if c := &v.Contradictions[i]; !slices.Contains(c.Claims, claim) {
			c.Claims = append(c.Claims, claim)
		}
	}
	found := map[ftm.EntityID][]Conflict{} // by canonical id
	for _, claim := range v.Claims {
		for _, c := range claim.Cites {
			if c.Cite == nil || c.Cite.Entity == "" {
				continue
			}
			id := Canonical(d.Graph, c.Cite.Entity)
			if _, ok := found[id]; !ok {
				found[id] = nil
				compare := &comparer{d: d, model: ftm.Default(), keep: func(x Conflict) { found[id] = append(found[id], x) }}
				if err := compare.entity(ctx, Members(d.Graph, id)); err != nil {
					return err
				}
				slices.SortFunc(found[id], compareConflicts)
			}
			for _, x := range found[id] {
				if x.Prop == c.Cite.Prop && slices.Contains(x.Values, c.Cite.Value) {
					add(claim.Item, x)
				}
			}
		}
	}
	return nil
}

// alsoIn finds what the asker's other cases have in common with this one, of what he
// may see.
func (e *eye) alsoIn(ctx context.Context, s *casefile.State) ([]casefile.AlsoIn, error) {
	out := []casefile.AlsoIn{}
	subjects := s.Subjects()
	err := eachCase(ctx, e.d, func(o *casefile.State) {
		if o.ID == s.ID {
			return
		}
		for _, c := range s.AllCites() {
			for _, there := range o.AllCites() {
				if e.d.Scope.Sees(c.Cite.Label) && e.d.Scope.Sees(there.Cite.Label) && c.Cite.SamePlace(there.Cite) {
					out = append(out, casefile.AlsoIn{Case: o.ID, Title: o.Title, Item: c.Item, There: there.Item, What: whatOf(c.Cite)})
				}
			}
		}
		for _, a := range subjects {
			for _, b := range o.Subjects() {
				if e.sees[a.Entity] && e.sees[b.Entity] && Canonical(e.d.Graph, a.Entity) == Canonical(e.d.Graph, b.Entity) {
					out = append(out, casefile.AlsoIn{Case: o.ID, Title: o.Title, Item: a.Item, There: b.Item, What: "entity"})
				}
			}
		}
	})
	return out, err
}

func whatOf(c *casefile.Cite) string {
	switch {
	case c.URI != "":
		return "passage"
	case c.Entity != "":
		return "value"
	case c.Place.Locator.IsZero():
		return "source"
	}
	return "place"
}
