package screen

import (
	"context"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// Own makes a query of each entity of a dataset that could be on a list, as the view
// shows it, most at most. Errors: not_found (a dataset of which the view shows
// nothing), invalid (more than most), those of the view.
func Own(ctx context.Context, view statement.View, dataset string, most int) ([]Query, error) {
	r := newReader(view.Sight(), []string{dataset})
	if err := r.check(); err != nil {
		return nil, err
	}
	var out []Query
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return nil, err
		}
		if _, ok := r.record(stmts); !ok {
			continue
		}
		if len(out) == most {
			return nil, overt.Errorf(overt.Invalid, dataset, "the dataset has more than %d names that could be on a list", most)
		}
		e := r.entity(stmts)
		out = append(out, Query{ID: string(e.ID), Schema: e.Schema, Properties: names(e)})
	}
	return out, nil
}

// names are the values of an entity that a query has room for.
func names(e *ftm.Entity) map[string][]string {
	out, n := map[string][]string{}, 0
	for _, p := range ftm.Default().Schema(e.Schema).SortedProperties() {
		for _, v := range e.Properties[p.Name] {
			if p.Type.Name != "entity" && n < MaxValues && len(v) <= MaxText {
				out[p.Name] = append(out[p.Name], v)
				n++
			}
		}
	}
	return out
}
