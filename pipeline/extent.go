package pipeline

import (
	"context"
	"fmt"

	"overt/ledger"
	"overt/statement"
)

// An earlier run is the one before of the same source, and how many records it
// held.
type earlier struct {
	run  *statement.Run
	rows int64
}

// before finds the newest run of the same dataset, series and format that was
// observed before this one; nil when there is none. Only a run that is seen by
// exactly those who see this one will do: what is said of the two together
// would tell of it.
func (u *unit) before(ctx context.Context) (*earlier, error) {
	runs, err := u.bench.Statements.Runs(ctx, u.bench.Scope)
	if err != nil {
		return nil, err
	}
	var found *earlier
	for i := range runs {
		r := &runs[i]
		if r.Undone == "" && r.Dataset == u.spec.Dataset && r.Series == u.spec.Series && r.Format == u.spec.Format &&
			r.Observed <= u.spec.Observed && len(r.Labels) == 1 && r.Labels[0].Key() == u.label.Key() && (found == nil || r.Observed >= found.run.Observed) {
			found = &earlier{run: r}
		}
	}
	if found == nil {
		return nil, nil
	}
	for e, err := range u.bench.Ledger.Entries(ctx, u.bench.Scope, u.spec.Dataset) {
		if err != nil {
			return nil, err
		}
		if e.Run == found.run.ID && e.Token == found.run.Token {
			found.rows += e.Received
		}
	}
	return found, nil
}

// shrunk warns of a run that says it is everything and holds less than half of
// what was there before: a filtered download would make the rest count as
// gone.
func (u *unit) shrunk(good []*taken) {
	before := u.previous
	var rows int64
	for _, t := range good {
		rows += t.Received
	}
	if before == nil || u.spec.Extent != statement.Full || before.run.Extent != statement.Full || rows*2 >= before.rows {
		return
	}
	w := statement.Warning{Code: "shrunk", Where: good[0].name, Message: fmt.Sprintf(
		"taken as all there is, it has %d records where run %d had %d; what is missing counts as gone. If it is only a part, take it back and import it with --extent window", rows, before.run.ID, before.rows)}
	u.w.Warn(w)
	good[0].warnings = append(good[0].warnings, ledger.Warning{Code: w.Code, Message: w.Message, Where: w.Where})
}

// extentNotes tells what was assumed of a run of which nobody said how much of
// its source it is, and what speaks for it.
func extentNotes(run *statement.Run, before *earlier) []string {
	if !run.Assumed {
		return nil
	}
	note := "nothing says whether this is all there is; taken as a window, so that what it lacks does not count as gone"
	if before == nil || before.run.Entities == 0 {
		return []string{note}
	}
	same := run.Entities - run.New
	share := 100 * same / before.run.Entities
	switch {
	case share >= 50:
		note += fmt.Sprintf(". %d %% of the entities of run %d are in it as they were: if it is a newer state of the same source, import it with --extent full", share, before.run.ID)
	case run.Entities < before.run.Entities/2 && same == 0:
		note += fmt.Sprintf(". Nothing in it is as run %d had it: if it holds changes alone, import it with --extent delta", before.run.ID)
	}
	return []string{note}
}
