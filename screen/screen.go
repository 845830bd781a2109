// Package screen answers whom of some lists a person or a company may be: a
// request is compared with every entity that a view shows, and each hit says how
// likely it is, why, and where the list says so.
//
// An Index is a pure function of the statements that its view shows. What a source
// said before and says no more is not compared: who was taken off a list is not
// hit. Decisions that a hit is somebody else are kept as statements (Clearing) and
// hold for as long as what spoke for and against the hit stays the same.
package screen

import (
	"cmp"
	"context"
	"encoding/binary"
	"maps"
	"slices"

	"overt"
	"overt/ftm"
	"overt/resolve/match"
	"overt/statement"
)

// An Index holds the entities of some datasets, ready to be compared with. It is
// safe for concurrent use.
type Index struct {
	matcher  *match.Matcher
	entities map[ftm.EntityID]listed
	datasets []string
}

// A listed entity is what filters ask of one.
type listed struct {
	schema   string
	datasets []string // ascending
	topics   []string
	changed  statement.Day // the last day of a change; NoDay if it is not known
}

// Build indexes everything the view shows of the datasets; none stands for all. Errors: not_found (a dataset of which the view shows nothing),
// those of the view, the end of ctx.
func Build(ctx context.Context, view statement.View, datasets []string) (*Index, error) {
	m, err := match.New(match.Config{})
	if err != nil {
		return nil, err
	}
	r := newReader(view.Sight(), datasets)
	if err := r.check(); err != nil {
		return nil, err
	}
	x := &Index{matcher: m, entities: map[ftm.EntityID]listed{}, datasets: r.names()}
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return nil, err
		}
		rec, ok := r.record(stmts)
		if !ok {
			continue
		}
		if err := m.Add(rec.Record); err != nil {
			return nil, err
		}
		x.entities[ftm.EntityID(rec.ID)] = rec.listed
	}
	return x, m.Index(ctx)
}

// Len is how many entities a request is compared with.
func (x *Index) Len() int { return x.matcher.Len() }

// Datasets are those that the index holds, ascending.
func (x *Index) Datasets() []string { return x.datasets }

// A reader makes records of statements.
type reader struct {
	model    *ftm.Model
	sight    *statement.Sight
	wanted   []string
	datasets map[statement.Class]string // of the visible classes that are wanted
	spans    map[string]statement.Span  // by classes, where no run ends single entities
	ends     bool
}

func newReader(sight *statement.Sight, datasets []string) *reader {
	r := &reader{model: ftm.Default(), sight: sight, wanted: datasets, datasets: map[statement.Class]string{}, spans: map[string]statement.Span{}, ends: sight.Ends()}
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && (len(datasets) == 0 || slices.Contains(datasets, info.Label.Dataset)) {
			r.datasets[c] = info.Label.Dataset
		}
	}
	return r
}

func (r *reader) names() []string {
	names := slices.Sorted(maps.Values(r.datasets))
	return slices.Compact(names)
}

func (r *reader) check() error {
	have := r.names()
	for _, d := range r.wanted {
		if !slices.Contains(have, d) {
			return overt.Errorf(overt.NotFound, d, "there is no dataset of that name; overt coverage lists those that are")
		}
	}
	return nil
}

type record struct {
	match.Record
	listed
}

// record gathers what holds of one entity; ok is false if it is nothing that a
// request could stand for.
func (r *reader) record(stmts []statement.Statement) (out record, ok bool) {
	schema, values, datasets, changed := r.holds(stmts)
	s := r.model.Schema(schema)
	if s == nil || !s.Matchable || s.Edge != nil || len(values) == 0 {
		return out, false
	}
	out.ID, out.Source, out.Schema = string(stmts[0].Entity), datasets[0], schema
	out.listed = listed{schema: schema, datasets: datasets, changed: changed}
	for _, v := range values {
		if v.Prop == "topics" {
			out.topics = append(out.topics, v.Text)
		}
		if v.Prop != statement.PropID {
			out.Values = append(out.Values, v)
		}
	}
	return out, len(out.Values) > 0
}

// holds gives what the wanted sources say of an entity and have not taken back, and
// the last day on which one began or ceased to say something; NoDay where a source
// does not tell when it began to.
func (r *reader) holds(stmts []statement.Statement) (schema string, values []match.Value, datasets []string, changed statement.Day) {
	classes := map[match.Value][]statement.Class{}
	for i := range stmts {
		st := &stmts[i]
		if _, ok := r.datasets[st.Class]; !ok || statement.IsContext(st.Prop) {
			continue
		}
		v := match.Value{Prop: st.Prop, Text: st.Value}
		if at := classes[v]; len(at) == 0 || at[len(at)-1] != st.Class {
			classes[v] = append(at, st.Class)
		}
	}
	changed = statement.NoDay
	known := true
	for v, of := range classes {
		span := r.span(stmts[0].Entity, of)
		changed, known = max(changed, span.First, span.Gone), known && max(span.First, span.Gone) != statement.NoDay
		if span.Gone == statement.NoDay {
			values = append(values, v)
		}
	}
	if !known {
		changed = statement.NoDay
	}
	slices.SortFunc(values, func(a, b match.Value) int {
		return cmp.Or(cmp.Compare(a.Prop, b.Prop), cmp.Compare(a.Text, b.Text))
	})
	for i := range stmts {
		st := &stmts[i]
		v := match.Value{Prop: st.Prop, Text: st.Value}
		if d, ok := r.datasets[st.Class]; ok && slices.Contains(values, v) {
			schema = moreSpecific(r.model, schema, st.Schema)
			datasets = append(datasets, d)
		}
	}
	slices.Sort(datasets)
	return schema, values, slices.Compact(datasets), changed
}

// isGone says whether every source that said a thing goes on without it.
func (r *reader) isGone(id ftm.EntityID, classes []statement.Class) bool {
	return r.span(id, classes).Gone != statement.NoDay
}

func (r *reader) span(id ftm.EntityID, classes []statement.Class) statement.Span {
	if r.ends {
		return r.sight.Span(id, classes)
	}
	key := make([]byte, 0, 16)
	for _, c := range classes {
		key = binary.LittleEndian.AppendUint32(key, uint32(c))
	}
	span, ok := r.spans[string(key)]
	if !ok {
		span = r.sight.Span("", classes)
		r.spans[string(key)] = span
	}
	return span
}

func moreSpecific(model *ftm.Model, a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	if c, err := model.Common(a, b); err == nil {
		return c
	}
	return min(a, b)
}
