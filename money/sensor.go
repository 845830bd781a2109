package money

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// sensors puts the doubts about the sources of a sum beside it: what their
// runs were warned of, and which lists look cut off.
func (s *sum) sensors(ctx context.Context) {
	used := s.usedRuns()
	payers := map[ftm.EntityID]bool{}
	for _, it := range s.counted {
		payers[it.payer] = true
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		for _, w := range used[id].Doubts() {
			if len(w.Keys) == 0 || payers[s.canonical(ftm.EntityID(w.Keys["authority"]))] {
				s.warn(w.Code, source(used[id], w.Where), "%s", w.Message)
			}
		}
	}
	if s.q.Kind != Obligated {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(used)) {
		for _, m := range used[id].Measures {
			if payer := s.canonical(m.Authority); payers[payer] {
				s.judge(ctx, used[id], m, payer)
			}
		}
	}
}

func (s *sum) judge(ctx context.Context, run *statement.Run, m statement.Measure, payer ftm.EntityID) {
	name, err := s.caption(ctx, payer)
	if err != nil {
		name = string(payer)
	}
	if Truncated(m, siblings(s.view.Sight(), run, m)) {
		s.warn("truncated", source(run, ""), truncatedText, titled(name, run), m.Rows)
	}
	if LatestOnly(m) {
		s.warn("latest-action-only", source(run, ""), latestText, titled(name, run))
	}
}

// Doubts tells, for coverage, which lists of a dataset look cut off or hold
// latest states only. name says what to call a payer.
func Doubts(sight *statement.Sight, dataset string, name func(ftm.EntityID) string) []Warning {
	var out []Warning
	seen := map[overt.RunID]bool{}
	for _, c := range sight.Classes() {
		info, _ := sight.Info(c)
		if info.Run.Dataset != dataset || seen[info.Run.ID] {
			continue
		}
		seen[info.Run.ID] = true
		if w, ok := info.Run.Noticed(); ok { // that it was read unconfined the ledger says
			out = append(out, Warning{w.Code, w.Message, source(info.Run, "")})
		}
		for _, m := range info.Run.Measures {
			who := titled(name(m.Authority), info.Run)
			if Truncated(m, siblings(sight, info.Run, m)) {
				out = append(out, Warning{"truncated", fmt.Sprintf(truncatedText, who, m.Rows), source(info.Run, "")})
			}
			if LatestOnly(m) {
				out = append(out, Warning{"latest-action-only", fmt.Sprintf(latestText, who), source(info.Run, "")})
			}
		}
	}
	return out
}

const (
	truncatedText = "%s looks truncated: %d rows, largest first, none negative, while lists of the same kind end in negatives; the true total differs"
	latestText    = "%s holds one action per award and no more, later modifications among them; the sum of these actions is not all that was obligated"
)

func titled(name string, run *statement.Run) string {
	if len(run.Sources) > 0 {
		return name + " in " + run.Sources[0].Name
	}
	return fmt.Sprintf("%s in run %d", name, run.ID)
}

func source(run *statement.Run, where string) string {
	if len(run.Sources) == 0 || strings.HasPrefix(where, run.Sources[0].Name) {
		return where
	}
	if where == "" {
		return run.Sources[0].Name
	}
	return run.Sources[0].Name + ": " + where
}

// siblings are the measures of the same dataset beside m: of other payers in
// the run, and of other runs.
func siblings(sight *statement.Sight, run *statement.Run, m statement.Measure) []statement.Measure {
	var out []statement.Measure
	seen := map[overt.RunID]bool{}
	for _, c := range sight.Classes() {
		info, _ := sight.Info(c)
		if info.Run.Dataset != run.Dataset || seen[info.Run.ID] {
			continue
		}
		seen[info.Run.ID] = true
		for _, o := range info.Run.Measures {
			if info.Run.ID != run.ID || o != m {
				out = append(out, o)
			}
		}
	}
	return out
}

// Truncated says whether a list of amounts looks cut off: a round number of
// rows, sorted from the largest down, and not one negative, while sibling
// lists sorted the same way do end in negatives.
func Truncated(m statement.Measure, siblings []statement.Measure) bool {
	if m.Rows < 100 || m.Rows%100 != 0 || !m.Sorted || m.Negative > 0 {
		return false
	}
	return slices.ContainsFunc(siblings, func(o statement.Measure) bool { return o.Sorted && o.Negative > 0 })
}

// LatestOnly says whether a list holds one state of each award instead of all
// actions: among a hundred awards or more none has two actions, although some
// are modifications whose award's first action is not here.
func LatestOnly(m statement.Measure) bool {
	return m.Awards >= 100 && m.Rows == m.Awards && m.Latest*50 > m.Awards
}
