package web

import (
	"context"

	"overt/answer"
	"overt/gate"
	"overt/ui"
)

// deskAnswer is what the first screen shows: what came in, and what became of it.
type deskAnswer struct {
	Coverage *answer.Coverage `json:"coverage"`
	Runs     *answer.RunList  `json:"runs"`
}

// Records counts what the answer releases.
func (d *deskAnswer) Records() int { return d.Coverage.Records() + d.Runs.Records() }

// shownRuns is how many of the newest runs the desk lists.
const shownRuns = 8

func (s *Service) desk(v *visit) (response, error) {
	a, err := ask(s, v, gate.Act{Action: "desk.read"}, false, func(ctx context.Context, d *gate.Desk) (*deskAnswer, error) {
		c, err := answer.ReadCoverage(ctx, d, "", 0)
		return &deskAnswer{c, answer.ListRuns(d, "")}, err
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Desk"), Main: deskPage(a), Wide: true})
}
