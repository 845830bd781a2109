package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/statement"
)

// A Covering is a notice that covers a system.
type Covering struct {
	Entity
	Date      string           `json:"date,omitempty"`
	Action    string           `json:"action,omitempty"` // new, modified, rescinded, renamed
	Sentence  string           `json:"sentence,omitempty"`
	Covers    Entity           `json:"covers"` // the system asked for, or a system of records it belongs to
	Citations []overt.Citation `json:"citations"`
}

// A Succession says that one system of records takes the place of another.
type Succession struct {
	Successor   Entity           `json:"successor"`
	Predecessor Entity           `json:"predecessor"`
	Date        string           `json:"date,omitempty"` // of the notice that says so
	Sentence    string           `json:"sentence,omitempty"`
	Citations   []overt.Citation `json:"citations"`
}

// An Unnamed is a recipient that a notice states by class and not by name.
type Unnamed struct {
	ID        ftm.EntityID     `json:"id"`
	Class     string           `json:"class"`
	Letter    string           `json:"letter,omitempty"` // of the routine use
	Text      string           `json:"text"`
	System    Entity           `json:"system"`
	Citations []overt.Citation `json:"citations"`
}

// A Serving says who answers in the DNS for a domain of the system's operator.
type Serving struct {
	Domain    Entity           `json:"domain"`
	Provider  Entity           `json:"provider"`
	Basis     string           `json:"basis"`
	Citations []overt.Citation `json:"citations"`
}

// maxBeside bounds each list that stands beside the holders.
const maxBeside = 200

// A besider gathers what is said of a system beside who holds what it holds.
type besider struct {
	*teller
	ctx     context.Context
	r       *Reach
	f       graph.Filter
	subject graph.Node
	records []graph.Node // systems of records that notices put the system under
	cut     bool
}

// beside fills in what is not a chain: notices, successions, unnamed recipients,
// name service, and what was looked for.
func (t *teller) beside(ctx context.Context, r *Reach, f graph.Filter) error {
	b := &besider{teller: t, ctx: ctx, r: r, f: f}
	nodes := r.System.Node(t.d.Graph)
	if len(nodes) > 0 {
		b.subject = nodes[0]
		for _, step := range []func() error{b.notices, b.successions, b.unnamed, b.nameService} {
			if err := step(); err != nil {
				return err
			}
		}
	}
	if b.cut {
		r.Limits = append(r.Limits, Limit{Kind: "listed", Text: fmt.Sprintf("of notices, successions, routine uses and name servers %d each are listed", maxBeside)})
	}
	r.Sought = b.sought(len(nodes) > 0)
	return nil
}

// edges gives the visible links of a kind at a node, in the order of their ids,
// and says when there are more than are listed.
func (b *besider) edges(n graph.Node, dir graph.Direction, kinds ...string) []graph.Edge {
	f := b.f
	f.Kinds, f.Dir = graph.KindSet(kinds...), dir
	out := slices.Collect(b.d.Graph.Edges(n, f))
	slices.SortFunc(out, func(x, y graph.Edge) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.Ref, y.Ref), cmp.Compare(x.Source, y.Source), cmp.Compare(x.Target, y.Target))
	})
	if len(out) > maxBeside {
		b.cut = true
		out = out[:maxBeside]
	}
	return out
}

// at is the node and the name behind an id of a link.
func (b *besider) at(id ftm.EntityID) (graph.Node, Entity, error) {
	n, ok := b.d.Graph.Find(id)
	if !ok {
		return 0, Entity{}, nil
	}
	e, err := b.name(b.ctx, b.d.Graph.ID(n))
	return n, e, err
}

// of reads what the visible classes of a link say of one property.
func (b *besider) of(e graph.Edge, props ...string) ([]string, error) {
	stmts, err := b.d.View.Entity(b.ctx, e.Ref)
	if err != nil {
		return nil, err
	}
	stmts = slices.DeleteFunc(stmts, func(s statement.Statement) bool { return !slices.Contains(e.Classes, s.Class) })
	slices.SortStableFunc(stmts, b.byAge)
	out := make([]string, len(props))
	for i, p := range props {
		out[i] = latest(stmts, p)
	}
	return out, nil
}

// notices lists the notices that cover the system, and those on the systems of
// records that the same notices name: a system is covered by a system of
// records, which later notices modify or rescind by its number alone.
func (b *besider) notices() error {
	seen := map[graph.Node]bool{b.subject: true}
	var first []graph.Node
	for _, e := range b.edges(b.subject, graph.Backward, "Records") {
		n, _, err := b.at(e.Source)
		if err != nil {
			return err
		}
		first = append(first, n)
		if err := b.covering(e); err != nil {
			return err
		}
	}
	if slices.Contains(b.r.System.Properties["category"], "system of records") {
		return nil
	}
	for _, n := range first {
		for _, e := range b.edges(n, graph.Forward, "Records") {
			s, _, err := b.at(e.Target)
			if err != nil {
				return err
			}
			if !seen[s] && b.isOfRecords(s) {
				seen[s] = true
				b.records = append(b.records, s)
			}
		}
	}
	for _, s := range b.records {
		for _, e := range b.edges(s, graph.Backward, "Records") {
			if err := b.covering(e); err != nil {
				return err
			}
		}
	}
	slices.SortStableFunc(b.r.Notices, func(x, y Covering) int { return cmp.Compare(x.Date, y.Date) })
	return nil
}

// isOfRecords says whether a system is a system of records under the Privacy
// Act, which has a number, and not one more computer system.
func (b *besider) isOfRecords(n graph.Node) bool {
	for _, id := range b.d.Graph.Members(n) {
		stmts, err := b.d.View.Entity(b.ctx, id)
		if err != nil {
			return false
		}
		if slices.ContainsFunc(stmts, func(s statement.Statement) bool { return s.Prop == "category" && s.Value == "system of records" }) {
			return true
		}
	}
	return false
}

func (b *besider) covering(e graph.Edge) error {
	_, notice, err := b.at(e.Source)
	if err != nil {
		return err
	}
	_, system, err := b.at(e.Target)
	if err != nil {
		return err
	}
	told, err := b.edge(b.ctx, e)
	if err != nil {
		return err
	}
	of, err := b.of(e, "action", "sentence")
	if err != nil {
		return err
	}
	// That a notice covers both the system and its system of records is one
	// thing, unless it says what it does to the latter.
	if of[0] == "" && slices.ContainsFunc(b.r.Notices, func(c Covering) bool { return c.ID == notice.ID }) {
		return nil
	}
	b.r.Notices = append(b.r.Notices, Covering{notice, told.Date, of[0], of[1], system, told.Citations})
	return nil
}

func (b *besider) successions() error {
	seen := map[ftm.EntityID]bool{}
	for _, n := range append([]graph.Node{b.subject}, b.records...) {
		for _, dir := range []graph.Direction{graph.Backward, graph.Forward} {
			for _, e := range b.edges(n, dir, "SystemSuccession") {
				if seen[e.Ref] {
					continue
				}
				seen[e.Ref] = true
				told, err := b.edge(b.ctx, e)
				if err != nil {
					return err
				}
				of, err := b.of(e, "sentence")
				if err != nil {
					return err
				}
				s := Succession{Date: told.Date, Sentence: of[0], Citations: told.Citations}
				if _, s.Successor, err = b.at(e.Source); err != nil {
					return err
				}
				if _, s.Predecessor, err = b.at(e.Target); err != nil {
					return err
				}
				b.r.Successions = append(b.r.Successions, s)
			}
		}
	}
	return nil
}

// unnamed lists routine uses that name no one. Those that do are data flows.
func (b *besider) unnamed() error {
	for _, n := range append([]graph.Node{b.subject}, b.records...) {
		for _, e := range b.edges(n, graph.Backward, "RoutineUse:system") {
			of, err := b.of(e, "recipientClass", "letter", "text", "recipientName")
			if err != nil {
				return err
			}
			if of[3] != "" {
				continue
			}
			stmts, err := b.d.View.Entity(b.ctx, e.Ref)
			if err != nil {
				return err
			}
			stmts = slices.DeleteFunc(stmts, func(s statement.Statement) bool { return s.Prop != "text" || !slices.Contains(e.Classes, s.Class) })
			u := Unnamed{ID: e.Ref, Class: of[0], Letter: of[1], Text: of[2], Citations: cite(b.d.View, stmts, edgeCitations)}
			if _, u.System, err = b.at(e.Target); err != nil {
				return err
			}
			b.r.Unnamed = append(b.r.Unnamed, u)
		}
	}
	slices.SortStableFunc(b.r.Unnamed, func(x, y Unnamed) int {
		return cmp.Or(cmp.Compare(x.System.ID, y.System.ID), cmp.Compare(x.Letter, y.Letter), cmp.Compare(x.ID, y.ID))
	})
	return nil
}

// nameService tells who answers for the domains of the system's operators.
func (b *besider) nameService() error {
	for _, op := range b.edges(b.subject, graph.Forward, "System:operator") {
		n, _, err := b.at(op.Target)
		if err != nil {
			return err
		}
		for _, held := range b.edges(n, graph.Backward, "Domain:holder") {
			d, domain, err := b.at(held.Source)
			if err != nil {
				return err
			}
			for _, e := range b.edges(d, graph.Forward, "NameService") {
				if len(b.r.NameService) == maxBeside {
					b.cut = true
					return nil
				}
				told, err := b.edge(b.ctx, e)
				if err != nil {
					return err
				}
				s := Serving{Domain: domain, Basis: told.Basis, Citations: told.Citations}
				if _, s.Provider, err = b.at(e.Target); err != nil {
					return err
				}
				b.r.NameService = append(b.r.NameService, s)
			}
		}
	}
	return nil
}
