package screen

import (
	"context"

	"overt/statement"
)

// A Screened is what `match` and `screen` answer.
type Screened struct {
	Against   []string      `json:"against"`  // datasets
	Entities  int           `json:"entities"` // compared with
	Threshold float64       `json:"threshold"`
	Queries   int           `json:"queries"`
	Matches   int           `json:"matches"` // queries with a hit that is a match
	Cleared   int           `json:"cleared"` // hits that were cleared before
	Failed    int           `json:"failed"`  // queries that could not be compared
	Unread    []string      `json:"unread,omitempty"`
	Rows      []ScreenedRow `json:"rows"` // those with hits, and those that failed
}

// A ScreenedRow is one query with its hits.
type ScreenedRow struct {
	Place string `json:"place,omitempty"` // in the file
	Answered
}

// Records counts what the answer releases.
func (s *Screened) Records() int {
	n := 0
	for i := range s.Rows {
		n += len(s.Rows[i].Results)
	}
	return n
}

// AnswerAll answers queries, each from a place, and counts. The row of one query
// alone is told even without hits.
func (x *Index) AnswerAll(ctx context.Context, view statement.View, queries []Query, places []string, o Options) (*Screened, error) {
	answered, err := x.Answer(ctx, view, queries, o)
	if err != nil {
		return nil, err
	}
	out := &Screened{Against: x.Datasets(), Entities: x.Len(), Threshold: o.Threshold, Queries: len(queries), Rows: []ScreenedRow{}}
	for i := range answered {
		row := ScreenedRow{places[i], answered[i]}
		out.count(&row)
		if len(row.Results) > 0 || row.Err != nil || len(queries) == 1 {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, nil
}

func (s *Screened) count(row *ScreenedRow) {
	if row.Err != nil {
		s.Failed++
	}
	matched := false
	for i := range row.Results {
		matched = matched || row.Results[i].Match
		if row.Results[i].Cleared != nil {
			s.Cleared++
		}
	}
	if matched {
		s.Matches++
	}
}
