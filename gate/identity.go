package gate

import (
	"context"
	"slices"
	"sync"

	"overt/ftm"
	"overt/graph"
	"overt/resolve"
	"overt/statement"
)

// identify reads who is who, as the desk's view shows it, and lays the graph
// accordingly. What was known on an earlier day is told by equal identifiers
// alone: nobody had judged or resolved then what the sources said by that day.
func (d *Desk) identify(ctx context.Context, cfg *Config, when statement.When) (err error) {
	if when.KnownAt != "" {
		d.Graph = d.whole.View(d.View.Sight())
		return d.exactOnly(ctx, cfg)
	}
	if d.Identity, err = resolve.ReadIdentity(ctx, d.View, d.Scope, d.seconds(ctx, d.View.Sight()), cfg.Resolved); err != nil {
		return err
	}
	d.Graph = d.whole.ViewAs(d.View.Sight(), graphIdentity(d.Identity))
	return nil
}

// exactOnly says that what is known today of who is who was left out, where
// there is such a thing.
func (d *Desk) exactOnly(ctx context.Context, cfg *Config) error {
	today, err := cfg.Statements.View(ctx, d.Scope, statement.When{})
	if err != nil {
		return err
	}
	defer func() { _ = today.Close() }()
	now, err := resolve.ReadIdentity(ctx, today, d.Scope, nil, cfg.Resolved)
	if err != nil {
		return err
	}
	d.Identity = new(resolve.Identity)
	if now.Result != nil || len(now.Musts())+len(now.Cannots()) > 0 {
		d.Identity.Notes = []string{"of what was known then only equal identifiers say who is who: judgements and what overt resolve found are of today"}
	}
	return nil
}

func graphIdentity(id *resolve.Identity) graph.Identity {
	return graph.Identity{Must: id.Musts(), Cannot: id.Cannots(), Same: id.Groups()}
}

// Judged is what people decided, as far as the desk shows it. The desk needs no graph
// for that, and makes one only if a rule for a second person asks it.
func (d *Desk) Judged(ctx context.Context) (*resolve.Identity, error) {
	return resolve.JudgedIdentity(ctx, d.View, d.View.Sight(), d.seconds(ctx, d.View.Sight()))
}

// seconds says which judgements need a second person under a sight. What is asked of
// the graph is joined by equal identifiers alone: judgements cannot say by which rule
// they count.
func (d *Desk) seconds(ctx context.Context, sight *statement.Sight) *resolve.Second {
	out := d.second
	exact := sync.OnceValues(func() (v *graph.View, err error) {
		g := d.whole
		if g == nil {
			if g, err = d.graph(ctx); err != nil {
				return nil, err
			}
		}
		return g.View(sight), nil
	})
	out.Cluster = func(id ftm.EntityID) ([]ftm.EntityID, int, error) {
		v, err := exact()
		if err != nil {
			return nil, 0, err
		}
		n, ok := v.Find(id)
		if !ok {
			return []ftm.EntityID{id}, 0, nil
		}
		return slices.DeleteFunc(v.Members(n), resolve.IsKey), v.Degree(n, graph.Everything).Edges, nil
	}
	return &out
}

// Under gives the graph as part of what the desk shows would show it, before
// anything is resolved: joined by equal identifiers and by what people decided
// under that sight. The desk must have a graph.
func (d *Desk) Under(ctx context.Context, sight *statement.Sight) (*graph.View, *resolve.Identity, error) {
	id, err := resolve.JudgedIdentity(ctx, d.View, sight, d.seconds(ctx, sight))
	if err != nil {
		return nil, nil, err
	}
	return d.whole.ViewAs(sight, graphIdentity(id)), id, nil
}

// Lay gives the desk a graph and who is who, as a pass does.
func (d *Desk) Lay(g *graph.Graph, id *resolve.Identity) {
	d.whole, d.Identity = g, id
	d.Graph = g.ViewAs(d.View.Sight(), graphIdentity(id))
}
