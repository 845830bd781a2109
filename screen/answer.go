package screen

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// An Answered query is one with its hits.
type Answered struct {
	Query   *Query   `json:"query"`
	Ignored []Passed `json:"ignored,omitempty"` // values that were not compared
	Results []Result `json:"results"`
	Error   string   `json:"error,omitempty"` // why nothing was compared
	Err     error    `json:"-"`
}

// A Result is a hit with the entity as the lists describe it.
type Result struct {
	Hit
	Entity    *ftm.Entity      `json:"entity"`
	Citations []overt.Citation `json:"citations"` // where the list says what was compared
}

// maxCited is how many places of a list a result cites.
const maxCited = 5

// Answer screens queries, each as if it were alone. A query that cannot be
// compared says why. The view must show what the index was built from. Errors:
// those of the view, the end of ctx.
func (x *Index) Answer(ctx context.Context, view statement.View, queries []Query, o Options) ([]Answered, error) {
	out := make([]Answered, len(queries))
	errs := make([]error, len(queries))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(queries)) {
		wait.Go(func() {
			r := newReader(view.Sight(), x.datasets)
			for {
				i := int(next.Add(1)) - 1
				if i >= len(queries) || ctx.Err() != nil {
					return
				}
				out[i], errs[i] = x.answer(ctx, view, r, &queries[i], o)
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (x *Index) answer(ctx context.Context, view statement.View, r *reader, q *Query, o Options) (Answered, error) {
	out := Answered{Query: q, Results: []Result{}}
	clean, passed, err := q.Clean()
	out.Ignored = passed
	var hits []Hit
	if err == nil {
		out.Query = clean
		hits, err = x.Screen(clean, o)
	}
	if err != nil {
		out.Err, out.Error = err, err.Error()
		return out, nil
	}
	for _, h := range hits {
		stmts, err := view.Entity(ctx, h.ID)
		if err != nil {
			return out, err
		}
		res := Result{Hit: h, Entity: r.entity(stmts), Citations: r.cite(view, stmts, h.Features)}
		if res.Cleared, err = ReadCleared(ctx, view, h.Deciding); err != nil {
			return out, err
		}
		res.Match = res.Match && res.Cleared == nil
		out.Results = append(out.Results, res)
	}
	return out, nil
}

// entity is what holds of one, in FollowTheMoney's form.
func (r *reader) entity(stmts []statement.Statement) *ftm.Entity {
	schema, values, datasets, changed := r.holds(stmts)
	e := &ftm.Entity{ID: stmts[0].Entity, Schema: schema, Properties: map[string][]string{}, Datasets: datasets}
	for _, v := range values {
		if v.Prop != statement.PropID && v.Text != "" {
			e.Properties[v.Prop] = append(e.Properties[v.Prop], v.Text)
		}
	}
	e.Caption = r.model.Caption(schema, e.Properties)
	var classes []statement.Class
	for i := range stmts {
		if _, ok := r.datasets[stmts[i].Class]; ok && !slices.Contains(classes, stmts[i].Class) {
			classes = append(classes, stmts[i].Class)
		}
	}
	slices.Sort(classes)
	span := r.sight.Span(e.ID, classes)
	e.FirstSeen, e.LastSeen, e.LastChange = span.First.String(), span.Last.String(), changed.String()
	return e
}

// cite gives where the lists say what was compared, else where they say that the
// entity is there.
func (r *reader) cite(view statement.View, stmts []statement.Statement, features []Feature) []overt.Citation {
	out := []overt.Citation{}
	add := func(says func(*statement.Statement) bool) {
		for i := range stmts {
			st := &stmts[i]
			if _, ok := r.datasets[st.Class]; !ok || len(st.Places) == 0 || !says(st) || r.isGone(st.Entity, []statement.Class{st.Class}) {
				continue
			}
			c := view.Cite(st.Class, st.Places[0], st.Quoted())
			if len(out) < maxCited && !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	for _, f := range features {
		add(func(st *statement.Statement) bool { return st.Prop != statement.PropID && st.Value == f.Candidate })
	}
	for _, prop := range []string{"name", statement.PropID} {
		if len(out) == 0 {
			add(func(st *statement.Statement) bool { return st.Prop == prop })
		}
	}
	return out
}
