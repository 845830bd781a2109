package api

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/pipeline"
)

type coverageAsked struct {
	Dataset string `query:"dataset"`                              // only this one
	Left    int    `query:"left" min:"0" max:"10000" default:"0"` // list so many rows, pages or parts of each file that were left out
}

type runsAsked struct {
	Dataset string `query:"dataset"` // only of this one
	paging
}

// A RunPage is a part of the list of runs, the oldest first.
type RunPage struct {
	Runs []answer.RunLine `json:"runs"`
	Next string           `json:"next,omitempty"` // cursor of the next part
}

// Records counts what the answer releases.
func (p *RunPage) Records() int { return len(p.Runs) }

type diffAsked struct {
	Dataset string      `path:"dataset"`
	From    overt.RunID `query:"from" min:"0" max:"4294967295"`             // the older run; 0, as the newer one, takes the newest two states
	To      overt.RunID `query:"to" min:"0" max:"4294967295"`               // the newer run
	Schema  string      `query:"schema"`                                    // only entities of it
	Limit   int         `query:"limit" min:"-1" max:"1000000" default:"-1"` // entities of each schema and kind of change; -1 is all
	known
}

// Datasets are what is there to ask.
type Datasets struct {
	Datasets []Dataset `json:"datasets"` // by name
}

// Records counts what the answer releases.
func (d *Datasets) Records() int { return len(d.Datasets) }

// A Dataset is one of which something is shown.
type Dataset struct {
	Dataset  string `json:"dataset"`
	Runs     int    `json:"runs"`     // that stand
	Observed string `json:"observed"` // the newest day that a run is of
}

// Formats are sources that need no mapping.
type Formats struct {
	Formats []pipeline.Format `json:"formats"`
}

type nothingAsked struct{}

func sourceOperations() []operation {
	return []operation{
		read("GET /api/v1/datasets", "listDatasets", "List the datasets that are here.", false,
			func(*nothingAsked) gate.Act { return gate.Act{Action: "catalog.read"} },
			func(_ context.Context, d *desk, _ *nothingAsked) (*Datasets, error) { return datasetsShown(d), nil }),
		read("GET /api/v1/coverage", "coverage", "Say what was read, what was not, and why.", false,
			func(q *coverageAsked) gate.Act { return gate.Act{Action: "coverage", Object: cut(q.Dataset, 200)} },
			func(ctx context.Context, d *desk, q *coverageAsked) (*answer.Coverage, error) {
				return answer.ReadCoverage(ctx, d.Desk, q.Dataset, q.Left)
			}, overt.NotFound),
		paged(read("GET /api/v1/runs", "listRuns", "List what came in, run by run.", false,
			func(q *runsAsked) gate.Act { return gate.Act{Action: "run.list", Object: cut(q.Dataset, 200)} }, listRuns)),
		read("GET /api/v1/datasets/{dataset}/diff", "diff", "Say what a newer state of a source says otherwise.", true,
			func(q *diffAsked) gate.Act {
				return gate.Act{Action: "run.diff", Object: cut(q.Dataset, 200), Query: strings.Trim(runText(q.From)+" "+runText(q.To), " ")}
			},
			func(ctx context.Context, d *desk, q *diffAsked) (*answer.Diff, error) {
				return answer.FindDiff(ctx, d.Desk, q.Dataset, answer.DiffOptions{From: q.From, To: q.To, Schema: q.Schema, Limit: q.Limit})
			}, overt.NotFound),
		read("GET /api/v1/formats", "listFormats", "List the sources that need no mapping.", false,
			func(*nothingAsked) gate.Act { return gate.Act{Action: "format.list"} },
			func(context.Context, *desk, *nothingAsked) (*Formats, error) {
				return &Formats{pipeline.Formats()}, nil
			}),
	}
}

func runText(id overt.RunID) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(id), 10)
}

func listRuns(_ context.Context, d *desk, q *runsAsked) (*RunPage, error) {
	place, err := d.place(q.Cursor)
	if err != nil {
		return nil, err
	}
	list := answer.ListRuns(d.Desk, q.Dataset).Runs
	slices.SortFunc(list, func(a, b answer.RunLine) int { return cmp.Compare(a.ID, b.ID) })
	part, next := keyset(list, place, q.Limit, func(r answer.RunLine, place string) bool {
		n, err := strconv.ParseUint(place, 10, 32)
		return err == nil && uint64(r.ID) > n
	}, func(r answer.RunLine) string { return runText(r.ID) })
	return &RunPage{part, d.seal(next)}, nil
}

func datasetsShown(d *desk) *Datasets {
	runs, newest := map[string]map[overt.RunID]bool{}, map[string]string{}
	sight := d.View.Sight()
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok {
			name := info.Label.Dataset
			if runs[name] == nil {
				runs[name] = map[overt.RunID]bool{}
			}
			runs[name][info.Run.ID] = true
			newest[name] = max(newest[name], info.Run.Observed)
		}
	}
	out := &Datasets{Datasets: []Dataset{}}
	for name, ids := range runs {
		out.Datasets = append(out.Datasets, Dataset{name, len(ids), newest[name]})
	}
	slices.SortFunc(out.Datasets, func(a, b Dataset) int { return cmp.Compare(a.Dataset, b.Dataset) })
	return out
}
