// Package answer turns a question at the gate's desk into the stable objects
// that every surface shows: the command's --json, and later the API and the
// pages. It adds captions, citations and what could not be seen; the engines
// below it do the finding.
package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/resolve"
	"overt/statement"
)

// An Entity names one entity in an answer.
type Entity struct {
	ID      ftm.EntityID `json:"id"`
	Caption string       `json:"caption"`
	Schema  string       `json:"schema"`
}

// A Found says which entity the user's words were taken for, how, and what
// else they could have meant.
type Found struct {
	Entity
	How string `json:"how"` // id, identifier, name, best match
	// The entity as FollowTheMoney has it, with where and when it was seen.
	Properties map[string][]string `json:"properties"`
	Datasets   []string            `json:"datasets"`
	Referents  []ftm.EntityID      `json:"referents"`
	FirstSeen  string              `json:"first_seen,omitempty"`
	LastSeen   string              `json:"last_seen,omitempty"`

	Others []Entity `json:"others,omitempty"`
	More   int      `json:"more,omitempty"` // others that are not listed

	Members []ftm.EntityID `json:"-"` // source ids, the canonical first
}

// maxOthers is how many alternatives are listed.
const maxOthers = 5

// Find takes words for an entity: an id, an identifier, an exact name (alias,
// acronym), else the name that fits best. Errors: not_found.
func Find(ctx context.Context, d *gate.Desk, words string) (*Found, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil, overt.Errorf(overt.Invalid, "", "say which entity: an id, a name, an acronym or an identifier")
	}
	for _, way := range []struct {
		how  string
		find func(context.Context, *gate.Desk, string) ([]ftm.EntityID, error)
	}{{"id", byID}, {"identifier", byIdentifier}, {"name", byName}, {"best match", byWords}} {
		ids, err := way.find(ctx, d, words)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			return take(ctx, d, way.how, ids)
		}
	}
	return nil, overt.Errorf(overt.NotFound, "", "nothing here is called %q", clip(words))
}

func clip(s string) string {
	if utf8.RuneCountInString(s) > 80 {
		return string([]rune(s)[:80]) + "…"
	}
	return s
}

func byID(ctx context.Context, d *gate.Desk, words string) ([]ftm.EntityID, error) {
	stmts, err := d.View.Entity(ctx, ftm.EntityID(words))
	if err != nil || len(stmts) == 0 {
		return nil, err
	}
	return []ftm.EntityID{ftm.EntityID(words)}, nil
}

// byIdentifier looks the words up as a value of each identifier property.
func byIdentifier(ctx context.Context, d *gate.Desk, words string) ([]ftm.EntityID, error) {
	if strings.ContainsAny(words, " \t") {
		return nil, nil
	}
	var out, others []ftm.EntityID
	for _, scheme := range identifiers() {
		for _, v := range []string{words, strings.ToUpper(words)} {
			ids, err := d.View.Lookup(ctx, statement.IdentKey(scheme, v))
			if err != nil {
				return nil, err
			}
			if scheme == "parentPiid" {
				others = append(others, ids...) // an order names its vehicle; the vehicle is meant
				continue
			}
			out = append(out, ids...)
		}
	}
	if len(out) == 0 {
		out = others
	}
	return unique(out), nil
}

// identifiers lists what IdentKey may begin with: schemes, and identifier
// properties that are none.
var identifiers = sync.OnceValue(func() []string {
	var out []string
	for _, s := range ftm.Default().Schemata() {
		for _, p := range s.SortedProperties() {
			if p.Type.Name != "identifier" {
				continue
			}
			name := p.Name
			if scheme, ok := p.Scheme(); ok {
				name = scheme
			}
			out = append(out, name)
		}
	}
	return unique(out)
})

func unique[T cmp.Ordered](s []T) []T {
	slices.Sort(s)
	return slices.Compact(s)
}

func byName(ctx context.Context, d *gate.Desk, words string) ([]ftm.EntityID, error) {
	return d.View.Lookup(ctx, statement.NameKey(words))
}

// scanned bounds how many names are compared for the best match.
const scanned = 5_000_000

// byWords finds the name that has all the words, the shortest such name first;
// names that begin with them go before all others.
func byWords(ctx context.Context, d *gate.Desk, words string) ([]ftm.EntityID, error) {
	key := statement.NameKey(words)
	if key == "" {
		return nil, nil
	}
	keys, err := d.View.LookupPrefix(ctx, key, 200)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		if keys, err = d.View.LookupPrefix(ctx, "n:", scanned); err != nil {
			return nil, err
		}
		want := strings.Fields(strings.TrimPrefix(key, "n:"))
		keys = slices.DeleteFunc(keys, func(k statement.Key) bool { return !hasWords(k.Key[len("n:"):], want) })
	}
	slices.SortStableFunc(keys, func(a, b statement.Key) int { return cmp.Compare(len(a.Key), len(b.Key)) })
	var out []ftm.EntityID
	for _, k := range keys[:min(len(keys), 50)] {
		ids, err := d.View.Lookup(ctx, k.Key)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}

// hasWords says whether a folded name has every word, or one that begins so.
func hasWords(name string, want []string) bool {
	for _, w := range want {
		if !strings.HasPrefix(name, w) && !strings.Contains(name, " "+w) {
			return false
		}
	}
	return true
}

// take makes clusters of the candidates and takes the first; where a name is
// shared, the one with the most links.
func take(ctx context.Context, d *gate.Desk, how string, ids []ftm.EntityID) (*Found, error) {
	var nodes []ftm.EntityID
	for _, id := range ids {
		if c := Canonical(d.Graph, id); !slices.Contains(nodes, c) {
			nodes = append(nodes, c)
		}
	}
	if how != "best match" {
		degree := map[ftm.EntityID]int{}
		for _, id := range nodes {
			if n, ok := d.Graph.Find(id); ok {
				degree[id] = d.Graph.Degree(n, graph.Everything).Edges
			}
		}
		slices.SortStableFunc(nodes, func(a, b ftm.EntityID) int {
			return cmp.Or(cmp.Compare(degree[b], degree[a]), cmp.Compare(a, b))
		})
	}
	f := &Found{How: how, Members: Members(d.Graph, nodes[0]), More: max(0, len(nodes)-1-maxOthers)}
	p, err := resolve.ReadProfile(ctx, d.View, f.Members)
	if err != nil {
		return nil, fmt.Errorf("read entity: %w", err)
	}
	f.describe(d, p)
	for _, id := range nodes[1:min(len(nodes), maxOthers+1)] {
		e, err := Name(ctx, d, id)
		if err != nil {
			return nil, err
		}
		f.Others = append(f.Others, e)
	}
	return f, nil
}

func (f *Found) describe(d *gate.Desk, p *resolve.Profile) {
	f.Entity = Entity{p.ID, p.Caption(), p.Schema}
	out := &Profile{Entity: p.Entity()}
	out.context(d, p)
	e := out.Entity
	f.Properties, f.Datasets, f.Referents, f.FirstSeen, f.LastSeen = e.Properties, e.Datasets, e.Referents, e.FirstSeen, e.LastSeen
}

// Canonical is the id that stands for a source id's entity.
func Canonical(g *graph.View, id ftm.EntityID) ftm.EntityID {
	if n, ok := g.Find(id); ok {
		return g.ID(n)
	}
	return id
}

// Members are the source ids of an entity, the canonical one first.
func Members(g *graph.View, id ftm.EntityID) []ftm.EntityID {
	n, ok := g.Find(id)
	if !ok {
		return []ftm.EntityID{id}
	}
	canon := g.ID(n)
	out := []ftm.EntityID{canon}
	for _, m := range g.Members(n) {
		if m != canon && !resolve.IsKey(m) {
			out = append(out, m)
		}
	}
	return out
}

// Name gives id, caption and schema of an entity.
func Name(ctx context.Context, d *gate.Desk, id ftm.EntityID) (Entity, error) {
	p, err := resolve.ReadProfile(ctx, d.View, Members(d.Graph, id))
	if err != nil {
		return Entity{}, fmt.Errorf("read entity: %w", err)
	}
	return Entity{p.ID, p.Caption(), p.Schema}, nil
}

// Node is the graph's node of a found entity.
func (f *Found) Node(g *graph.View) []graph.Node {
	if n, ok := g.Find(f.ID); ok {
		return []graph.Node{n}
	}
	return nil
}
