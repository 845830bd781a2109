package pipeline

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"overt"
	"overt/ledger"
	"overt/statement"
)

// fail settles a file that gave nothing.
func (u *unit) fail(ctx context.Context, t *taken, cause error) error {
	t.Verdict, t.Reason = ledger.Failed, strings.TrimPrefix(describe(cause), t.name+": ")
	if overt.CodeOf(cause) == overt.Denied {
		t.Verdict = ledger.Refused
	}
	if t.Retry = "import it again when this is mended"; overt.CodeOf(cause) == overt.Invalid {
		t.Retry = "mend the file or give a mapping, then import it again"
	}
	o := ledger.Outcome{
		Verdict: t.Verdict, Reason: t.Reason, Retry: t.Retry, Format: t.Format, Blob: t.blob, Size: t.size, Warnings: t.warnings,
		Received: t.LeftOut, LeftOut: t.LeftOut,
	}
	t.Received, t.Read = t.LeftOut, 0
	return u.bench.Ledger.Settle(context.WithoutCancel(ctx), t.entry, o)
}

// abandon settles every file of a run that could not be kept.
func (u *unit) abandon(ctx context.Context, good []*taken, cause error) error {
	for _, t := range good {
		if err := u.fail(ctx, t, cause); err != nil {
			return errors.Join(cause, err)
		}
	}
	return cause
}

// already finds a visible run of the same bytes under the same mapping. The
// same bytes said to be of another day or source are another sighting.
func (u *unit) already(ctx context.Context) (statement.Run, bool, error) {
	runs, err := u.bench.Statements.Runs(ctx, u.bench.Scope)
	if err != nil {
		return statement.Run{}, false, err
	}
	for _, r := range runs {
		// The same change can come twice, on two days.
		again := u.spec.Extent != statement.Delta || !u.dated || r.Observed == u.spec.Observed
		again = again && (u.req.Observed == "" || r.Observed == u.spec.Observed) && (u.req.Series == "" || r.Series == u.spec.Series)
		if again && r.Undone == "" && r.Dataset == u.spec.Dataset && r.Mapping == u.spec.Mapping && sameBlobs(r.Sources, u.spec.Sources) {
			return r, true, nil
		}
	}
	return statement.Run{}, false, nil
}

func sameBlobs(a, b []statement.Source) bool {
	key := func(list []statement.Source) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = string(s.Blob + s.Reading)
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(key(a), key(b))
}

func (u *unit) settleAlready(ctx context.Context, good []*taken, run statement.Run) error {
	before, err := u.verdicts(ctx, run.ID)
	if err != nil {
		return err
	}
	if err := u.about(ctx, good); err != nil {
		return err
	}
	for _, t := range good {
		t.Verdict, t.Already, t.Run = cmp.Or(before[t.blob], ledger.Read), true, run.ID
		t.Reason = fmt.Sprintf("in already, as run %d; nothing was added", run.ID)
		o := ledger.Outcome{Verdict: t.Verdict, Reason: t.Reason, Run: run.ID, Format: t.Format, Blob: t.blob, Size: t.size}
		if err := u.bench.Ledger.Settle(ctx, t.entry, o); err != nil {
			return err
		}
	}
	return nil
}

// verdicts tells what became of the files of a run when it came in: that the
// same broken file comes again makes it no whole one.
func (u *unit) verdicts(ctx context.Context, run overt.RunID) (map[overt.BlobID]ledger.Verdict, error) {
	out := map[overt.BlobID]ledger.Verdict{}
	for e, err := range u.bench.Ledger.Entries(ctx, u.bench.Scope, u.label.Dataset) {
		if err != nil {
			return nil, err
		}
		if _, known := out[e.Blob]; e.Run == run && !known {
			out[e.Blob] = e.Verdict
		}
	}
	return out, nil
}

// commit makes the run visible. The ledger knows the outcome before, so that a
// death in between loses neither.
func (u *unit) commit(ctx context.Context, good []*taken) (int64, string, error) {
	u.shrunk(good)
	u.doubts(good)
	for _, t := range good {
		if err := u.prepare(ctx, t); err != nil {
			_ = u.w.Abort()
			return 0, "", u.abandon(ctx, good, err)
		}
	}
	run, err := u.w.Commit(ctx)
	if err != nil {
		return 0, "", u.abandon(ctx, good, err)
	}
	u.keepJournal(ctx, good, run)
	for _, t := range good {
		t.Run = run.ID
		if err := u.bench.Ledger.Settle(context.WithoutCancel(ctx), t.entry, t.outcome()); err != nil {
			return run.Statements, "", err
		}
	}
	if err := u.about(context.WithoutCancel(ctx), good); err != nil {
		return run.Statements, "", err
	}
	u.rep.Runs = append(u.rep.Runs, RunReport{run.ID, run.Dataset, run.Observed, run.Extent, run.Entities, run.Statements, run.New, extentNotes(&run, u.previous)})
	return run.Statements, string(hashOf(u.spec.Sources)), nil
}

// hashOf commits to what was written: the bytes it came from.
func hashOf(sources []statement.Source) string {
	h := newHash()
	for _, s := range sources {
		_, _ = io.WriteString(h, string(s.Blob)+"\n")
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (u *unit) prepare(ctx context.Context, t *taken) error {
	if err := u.flush(ctx, t); err != nil {
		return err
	}
	reasons, err := u.bench.Ledger.Reasons(ctx, u.bench.Scope, t.entry)
	if err != nil {
		return err
	}
	t.Reasons, t.Warnings = reasons, t.warnings
	t.Verdict = ledger.Read
	switch {
	case t.err != nil:
		t.Verdict, t.Reason, t.Retry = ledger.Partial, describe(t.err), "import the whole file again when it is mended"
	case len(t.unread) > 0:
		t.Verdict, t.Reason, t.Retry = ledger.Partial, "not read: "+strings.Join(t.unread, "; "), "import the file again when these parts are mended"
	case len(reasons) > 0:
		t.Verdict = ledger.Partial
		t.Reason = fmt.Sprintf("%d rows or values were left out; see overt coverage %s --left", sumRows(reasons), t.Dataset)
	}
	return u.bench.Ledger.Prepare(ctx, t.entry, t.outcome())
}

func sumRows(reasons []ledger.Count) (n int64) {
	for _, r := range reasons {
		n += r.Rows
	}
	return n
}

func (t *taken) outcome() ledger.Outcome {
	o := ledger.Outcome{
		Verdict: t.Verdict, Reason: t.Reason, Retry: t.Retry, Run: t.Run, Received: t.Received, Read: t.Read, LeftOut: t.LeftOut,
		Repeats: t.Repeats, Warnings: t.warnings, Blob: t.blob, Size: t.size, Format: t.Format,
	}
	for _, m := range t.mapping {
		if m != nil {
			o.Mapping = m.Digest()
			break
		}
	}
	return o
}
