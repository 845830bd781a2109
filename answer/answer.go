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
	// Asked is the source id that was asked for, where another one stands for the
	// entity.
	Asked ftm.EntityID `json:"asked,omitempty"`
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

// Find takes words for an entity: an id, an identifier or an exact name (alias,
// acronym), else the name that fits best. An acronym may be another's ticker, so
// that what is called so and what is numbered so stand side by side, and the one
// with the most links is taken. Errors: not_found.
func Find(ctx context.Context, d *gate.Desk, words string) (*Found, error) {
	return find(ctx, d, words, nil)
}

// find is Find, where entities of the wanted schemata go before all others.
func find(ctx context.Context, d *gate.Desk, words string, wanted []string) (*Found, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return nil, overt.Errorf(overt.Invalid, "", "say which entity: an id, a name, an acronym or an identifier")
	}
	ids, err := byID(ctx, d, words)
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		f, err := take(ctx, d, "id", ids)
		if err == nil && f.ID != ids[0] {
			f.Asked = ids[0]
		}
		return f, err
	}
	idents, err := byIdentifier(ctx, d, words)
	if err != nil {
		return nil, err
	}
	names, err := byName(ctx, d, words)
	if err != nil {
		return nil, err
	}
	if ids = append(idents, names...); len(ids) > 0 {
		ids = byLinks(d, ids, wanted)
		how := "name"
		if slices.ContainsFunc(idents, func(id ftm.EntityID) bool { return Canonical(d.Graph, id) == ids[0] }) {
			how = "identifier"
		}
		return take(ctx, d, how, ids)
	}
	if ids, err = byWords(ctx, d, words, wanted); err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		return take(ctx, d, "best match", ids)
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
	ids := []ftm.EntityID{ftm.EntityID(words)}
	if strings.Contains(words, "@") { // an address is an entity by itself
		ids = append(ids, ftm.EntityID("mailto:"+strings.ToLower(words)))
	}
	for _, id := range ids {
		if stmts, err := d.View.Entity(ctx, id); err != nil || len(stmts) > 0 {
			return []ftm.EntityID{id}, err
		}
	}
	return nil, nil
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
			if scheme == "parentPiid" || scheme == "contractNumber" {
				others = append(others, ids...) // an order names its vehicle, a use case its contract: that is meant
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

// byWords finds the name that has all the words: names that begin with them go
// before all others, then those that have them whole, then the shortest. Where
// schemata are wanted, every name is looked through for them, and they go first.
func byWords(ctx context.Context, d *gate.Desk, words string, wanted []string) ([]ftm.EntityID, error) {
	key := statement.NameKey(words)
	if key == "" {
		return nil, nil
	}
	keys, err := d.View.LookupPrefix(ctx, key, 200)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 || wanted != nil {
		if keys, err = d.View.LookupPrefix(ctx, "n:", scanned); err != nil {
			return nil, err
		}
		want := strings.Fields(strings.TrimPrefix(key, "n:"))
		keys = slices.DeleteFunc(keys, func(k statement.Key) bool { return !hasWords(k.Key[len("n:"):], want) })
	}
	type fit struct {
		key  string
		rank int // 0 is best
	}
	fits := make([]fit, len(keys))
	for i, k := range keys {
		fits[i] = fit{k.Key, misfit(k.Key, key)}
		if !isA(d, k.Entity, wanted) {
			fits[i].rank += 4
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(len(a.key), len(b.key)))
	})
	var out []ftm.EntityID
	for _, f := range fits[:min(len(fits), 50)] {
		ids, err := d.View.Lookup(ctx, f.key)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return out, nil
}

// misfit is 0 for a name that begins with the words and goes on behind a blank,
// 1 for one that goes on within the word, 2 for one that has them elsewhere.
func misfit(name, words string) int {
	switch rest, ok := strings.CutPrefix(name, words); {
	case !ok:
		return 2
	case strings.HasPrefix(rest, " "):
		return 0
	}
	return 1
}

// isA says whether an entity is of one of the schemata; with none, all are.
func isA(d *gate.Desk, id ftm.EntityID, schemata []string) bool {
	if schemata == nil {
		return true
	}
	n, ok := d.Graph.Find(id)
	return ok && slices.ContainsFunc(d.Graph.Schemas(n), func(s string) bool { return slices.Contains(schemata, s) })
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

// byLinks are the clusters of entities that have the same words for a name: the
// wanted schemata first, then those with the most links.
func byLinks(d *gate.Desk, ids []ftm.EntityID, wanted []string) []ftm.EntityID {
	nodes := clusters(d, ids)
	degree := map[ftm.EntityID]int{}
	for _, id := range nodes {
		if n, ok := d.Graph.Find(id); ok {
			degree[id] = d.Graph.Degree(n, graph.Everything).Edges
		}
		if isA(d, id, wanted) {
			degree[id] += 1 << 40
		}
	}
	slices.SortStableFunc(nodes, func(a, b ftm.EntityID) int {
		return cmp.Or(cmp.Compare(degree[b], degree[a]), cmp.Compare(a, b))
	})
	return nodes
}

// clusters are the entities that ids belong to, each once, in their order.
func clusters(d *gate.Desk, ids []ftm.EntityID) []ftm.EntityID {
	var nodes []ftm.EntityID
	for _, id := range ids {
		if c := Canonical(d.Graph, id); !slices.Contains(nodes, c) {
			nodes = append(nodes, c)
		}
	}
	return nodes
}

// take describes the first of the candidates and names the others.
func take(ctx context.Context, d *gate.Desk, how string, ids []ftm.EntityID) (*Found, error) {
	nodes := clusters(d, ids)
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
