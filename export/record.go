package export

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"overt/ftm"
	"overt/graph"
	"overt/resolve"
	"overt/statement"
)

// A record is one entity to write: everything that counts of its source ids.
type record struct {
	*resolve.Profile
	merged bool       // one of several visible source ids that are one
	node   graph.Node // if linked
	linked bool       // the graph knows it
}

// statements yields all statements of the record, by property and value.
func (r *record) statements() iter.Seq[*statement.Statement] {
	return func(yield func(*statement.Statement) bool) {
		for i := range r.Values {
			for j := range r.Values[i].Statements {
				if !yield(&r.Values[i].Statements[j]) {
					return
				}
			}
		}
	}
}

// sayings yields what a statement file has rows for: the statements, and the
// values of properties that the model does not have.
func (r *record) sayings() iter.Seq[*statement.Statement] {
	return func(yield func(*statement.Statement) bool) {
		for s := range r.statements() {
			if !yield(s) {
				return
			}
		}
		for i := range r.Context {
			s := r.Context[i]
			prop, ok := strings.CutPrefix(s.Prop, statement.ContextPrefix+unknownProps)
			if !ok {
				continue
			}
			for _, v := range texts(json.RawMessage(s.Value)) {
				one := s
				if one.Prop, one.Value = prop, v; one.Origin == statement.OriginMapping {
					one.Origin = ""
				}
				if !yield(&one) {
					return
				}
			}
		}
	}
}

// records yields each entity of the choice once, in the order of the first of
// its source ids that has something to say.
func (x *exporter) records(ctx context.Context) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		var seen nodeSet
		for stmts, err := range x.chosen(ctx) {
			var r *record
			if err == nil {
				r, err = x.gather(ctx, stmts, &seen)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if r == nil || !x.wants(r.Schema) {
				continue
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// chosen yields what counts of each source id of the choice, ids ascending.
func (x *exporter) chosen(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	if x.entities != nil {
		return x.chosenEntities(ctx)
	}
	return func(yield func([]statement.Statement, error) bool) {
		for stmts, err := range x.view.Entities(ctx) {
			if err != nil {
				yield(nil, fmt.Errorf("read entities: %w", err))
				return
			}
			if stmts = x.counted(stmts); len(stmts) > 0 && !yield(stmts, nil) {
				return
			}
		}
	}
}

func (x *exporter) chosenEntities(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	return func(yield func([]statement.Statement, error) bool) {
		for _, canon := range x.entities {
			for _, id := range x.members(canon) {
				stmts, err := x.entity(ctx, id)
				if err != nil {
					yield(nil, err)
					return
				}
				if len(stmts) > 0 && !yield(stmts, nil) {
					return
				}
			}
		}
	}
}

// members are the source ids of an entity, ascending.
func (x *exporter) members(id ftm.EntityID) []ftm.EntityID {
	n, ok := x.find(id)
	if !ok {
		return []ftm.EntityID{id}
	}
	return slices.DeleteFunc(x.graph.Members(n), resolve.IsKey)
}

// entity reads what counts of one source id.
func (x *exporter) entity(ctx context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	stmts, err := x.view.Entity(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read entity %s: %w", id, err)
	}
	return x.counted(stmts), nil
}

// counted leaves out other datasets and, unless they are wanted, suggestions.
// The list given stays as it is.
func (x *exporter) counted(stmts []statement.Statement) []statement.Statement {
	drop := func(s statement.Statement) bool {
		return s.External && !x.external || x.classes != nil && !x.classes[s.Class]
	}
	if !slices.ContainsFunc(stmts, drop) {
		return stmts
	}
	return slices.DeleteFunc(slices.Clone(stmts), drop)
}

// gather makes a record of the entity that a source id belongs to; nil if
// another id brought it already, which seen remembers; it may be nil.
func (x *exporter) gather(ctx context.Context, stmts []statement.Statement, seen *nodeSet) (*record, error) {
	id := stmts[0].Entity
	r := &record{}
	r.node, r.linked = x.find(id)
	if !r.linked || x.opts.Raw {
		p, err := resolve.ReadProfile(ctx, held{x.view, map[ftm.EntityID][]statement.Statement{id: stmts}}, []ftm.EntityID{id})
		r.Profile = p
		return r, err
	}
	if seen != nil && !seen.add(r.node) {
		return nil, nil
	}
	parts := map[ftm.EntityID][]statement.Statement{id: stmts}
	ids := []ftm.EntityID{id}
	members := x.members(id)
	for _, m := range members {
		if m == id {
			continue
		}
		more, err := x.entity(ctx, m)
		if err != nil {
			return nil, err
		}
		if len(more) > 0 {
			parts[m], ids = more, append(ids, m)
		}
	}
	p, err := resolve.ReadProfile(ctx, held{x.view, parts}, ids)
	if err != nil {
		return nil, err
	}
	p.ID, r.Profile, r.merged = x.graph.ID(r.node), p, len(members) > 1
	return r, nil
}

// wants says whether entities of a schema are in the choice.
func (x *exporter) wants(schema string) bool { return within(x.model, schema, x.opts.Schema) }

// within says whether a schema is one of the list or extends one of it; the
// empty list has every schema.
func within(m *ftm.Model, schema string, list []string) bool {
	s := m.Schema(schema)
	return len(list) == 0 || s != nil && slices.ContainsFunc(list, s.IsA)
}

// held is a view of statements that were read already.
type held struct {
	statement.View
	stmts map[ftm.EntityID][]statement.Statement
}

// Entity gives what is held of an id.
func (h held) Entity(_ context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	return h.stmts[id], nil
}

// A nodeSet is a set of nodes, one bit each.
type nodeSet []uint64

// add says whether the node is new in the set.
func (s *nodeSet) add(n graph.Node) bool {
	if s.has(n) {
		return false
	}
	if word := int(n / 64); word >= len(*s) {
		*s = append(*s, make([]uint64, max(word+1-len(*s), len(*s)))...)
	}
	(*s)[n/64] |= 1 << (n % 64)
	return true
}

func (s nodeSet) has(n graph.Node) bool {
	return int(n/64) < len(s) && s[n/64]&(1<<(n%64)) != 0
}
