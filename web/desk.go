package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/gate"
	"overt/pipeline"
	"overt/ui"
)

// deskAnswer is what the first screen shows: what came in, and what became of it.
type deskAnswer struct {
	Coverage *answer.Coverage  `json:"coverage"`
	Runs     *answer.RunList   `json:"runs"`
	Cases    []answer.CaseLine `json:"cases"` // of the asker
	Watches  *answer.WatchList `json:"watches"`

	Waiting int `json:"waiting"` // decisions that the asker may take as a second person

	imports bool           // files are taken in here
	running []pipeline.Job // imports of the asker that have not ended
	in      string         // the case of the session
}

// Records counts what the answer releases.
func (d *deskAnswer) Records() int { return len(d.Coverage.Datasets) + d.Runs.Records() + len(d.Cases) }

// shownRuns and shownFailures are how many the desk lists.
const shownRuns, shownFailures, shownCases = 8, 5, 9

func (s *Service) desk(v *visit) (response, error) {
	a, err := ask(s, v, gate.Act{Action: "desk.read"}, false, func(ctx context.Context, d *gate.Desk) (*deskAnswer, error) {
		a := &deskAnswer{Runs: answer.ListRuns(d, "")}
		waiting, err := answer.ListApprovals(ctx, d)
		if err != nil {
			return nil, err
		}
		a.Waiting = waiting.Yours()
		if a.Watches, err = answer.ListWatches(ctx, d); err != nil {
			return nil, err
		}
		if a.Coverage, err = answer.SumCoverage(ctx, d); err != nil || d.Cases == nil {
			return a, err
		}
		mine, err := answer.ListCases(ctx, d)
		if err == nil {
			a.Cases = mine.Cases[:min(len(mine.Cases), shownCases)]
		}
		return a, err
	})
	if err != nil {
		return response{}, err
	}
	a.in, a.imports = v.caseID, s.cfg.Jobs != nil
	if a.imports {
		a.running = slices.DeleteFunc(s.cfg.Jobs.Of(v.visit()), func(j pipeline.Job) bool { return j.Over() })
	}
	return show(ui.Page{Title: v.say("Desk"), Main: deskPage(a), Wide: true})
}

// failed are the first files that could not be read.
func (a *deskAnswer) failed() []answer.FailedFile {
	var out []answer.FailedFile
	for _, d := range a.Coverage.Datasets {
		out = append(out, d.Failed...)
	}
	return out[:min(len(out), shownFailures)]
}

func (a *deskAnswer) failures() int {
	n := 0
	for _, d := range a.Coverage.Datasets {
		n += len(d.Failed)
	}
	return n
}

// sources says of each data set what came in and what became of it.
func (a *deskAnswer) sources(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Sources, and what was read of them"), Columns: []ui.Column{
		{Label: ui.T(ctx, "Source")}, {Label: ui.T(ctx, "Files"), Number: true}, {Label: ui.T(ctx, "Not read"), Number: true}, {Label: ui.T(ctx, "Waiting"), Number: true},
		{Label: ui.T(ctx, "Rows"), Number: true}, {Label: ui.T(ctx, "Rows left out"), Number: true}, {Label: ui.T(ctx, "Pages"), Number: true}, {Label: ui.T(ctx, "Pages left out"), Number: true},
	}}
	for i := range a.Coverage.Datasets {
		d := &a.Coverage.Datasets[i]
		row := []templ.Component{link(d.Dataset, address("/search", "dataset", d.Dataset))}
		for _, n := range []int64{int64(d.Received), int64(len(d.Failed) + d.Refused), int64(d.Waiting), d.RowsReceived, d.RowsLeft, d.Pages, d.PagesLeft} {
			row = append(row, ui.Bdi(ui.Number(n)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// runs are the newest imports.
func (a *deskAnswer) runs(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "What came in last"), Columns: []ui.Column{
		{Label: ui.T(ctx, "Import"), Number: true}, {Label: ui.T(ctx, "Source")}, {Label: ui.T(ctx, "As of"), Whole: true}, {Label: ui.T(ctx, "Entities"), Number: true}, {Label: ui.T(ctx, "Remarks")},
	}}
	list := slices.Clone(a.Runs.Runs)
	slices.SortFunc(list, func(x, y answer.RunLine) int { return int(y.ID) - int(x.ID) })
	for _, r := range list[:min(len(list), shownRuns)] {
		remark := ""
		if r.Undone != "" {
			remark = ui.T(ctx, "taken back")
		} else if n := len(r.Doubts); n > 0 {
			remark = ui.N(ctx, "%s doubt", "%s doubts", n)
		}
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(ui.Number(int(r.ID))), ui.Bdi(r.Dataset), ui.Bdi(day(r.Observed)), ui.Bdi(ui.Number(r.Entities)), ui.Bdi(remark),
		})
	}
	return t
}

// day is the day of a moment.
func day(moment string) string { return moment[:min(len(moment), len("2006-01-02"))] }
