package answer

import (
	"context"
	"slices"

	"overt"
	"overt/gate"
	"overt/graph"
)

// A Linked is one link of an entity, with what stands at its other end.
type Linked struct {
	Edge
	Other Entity `json:"other"`
}

// Links are links of one entity, of one kind and direction where these are asked for.
type Links struct {
	Taken  *Found      `json:"taken"`
	Groups []LinkGroup `json:"groups"` // all there are, as Profile has them
	Links  []Linked    `json:"links"`
	Next   int         `json:"next,omitempty"` // how many come before the next page; 0 on the last
}

// Records counts what the answer releases.
func (l *Links) Records() int { return len(l.Links) }

// ListLinks lists the links of an entity one by one, behind the first after of them.
// kind is one of LinkGroup or "" for all; inbound counts with a kind alone. Errors:
// not_found.
func ListLinks(ctx context.Context, d *gate.Desk, words, kind string, inbound bool, after, limit int, o TraceOptions) (*Links, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	out := &Links{Taken: f, Groups: []LinkGroup{}, Links: []Linked{}}
	n, ok := d.Graph.Find(f.ID)
	if !ok {
		return out, nil
	}
	if out.Groups, err = links(ctx, d, n); err != nil {
		return nil, err
	}
	t, self, seen := newTeller(d, o), d.Graph.ID(n), 0
	filter := graph.Everything
	filter.AsOf = d.AsOf
	for e := range d.Graph.Edges(n, filter) {
		other, in := Canonical(d.Graph, e.Target), false
		if Canonical(d.Graph, e.Source) != self {
			other, in = Canonical(d.Graph, e.Source), true
		}
		if kind != "" && (e.Kind != kind || in != inbound) {
			continue
		}
		if seen++; seen <= after {
			continue
		}
		if len(out.Links) == limit {
			out.Next = after + limit
			break
		}
		l := Linked{}
		if l.Edge, err = t.edge(ctx, e); err != nil {
			return nil, err
		}
		l.Edge.Label = KindLabel(e.Kind, in)
		if l.Other, err = Name(ctx, d, other); err != nil {
			return nil, err
		}
		out.Links = append(out.Links, l)
	}
	return out, nil
}

// ValueSources is one value of an entity with all that say it.
type ValueSources struct {
	Taken *Found `json:"taken"`
	Value Value  `json:"value"`
}

// ReadValue gives one value of an entity with up to n of its citations. Errors:
// not_found.
func ReadValue(ctx context.Context, d *gate.Desk, words, prop, value string, n int) (*ValueSources, error) {
	p, err := Show(ctx, d, words, n, false)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.Values, func(v Value) bool { return v.Prop == prop && v.Value == value })
	if i < 0 {
		return nil, overt.Errorf(overt.NotFound, clip(prop), "nothing here says so")
	}
	return &ValueSources{p.Found, p.Values[i]}, nil
}
