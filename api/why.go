package api

import (
	"context"
	"slices"
	"strings"

	"overt/answer"
	"overt/gate"
	"overt/pipeline"
)

// A Why is why two entities that words named are one, or not.
type Why struct {
	Left  answer.Entity `json:"left"`
	Right answer.Entity `json:"right"`
	*pipeline.Why
}

// FindWhy explains two entities that words name, the one with the smaller id left.
// Errors: not_found; those of pipeline.FindWhy.
func FindWhy(ctx context.Context, d *gate.Desk, a, b string) (*Why, error) {
	pair, err := answer.FindPair(ctx, d, a, b)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(pair, func(a, b answer.Entity) int { return strings.Compare(string(a.ID), string(b.ID)) })
	w, err := pipeline.FindWhy(ctx, d, pair[0].ID, pair[1].ID)
	if err != nil {
		return nil, err
	}
	if w.One {
		w.By = append(w.By, answer.SameBy(d, pair[0].ID)...)
	}
	return &Why{pair[0], pair[1], w}, nil
}
