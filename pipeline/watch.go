package pipeline

import (
	"context"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/ftm"
	"overt/ledger"
	"overt/quality"
	"overt/statement"
)

// watched gives the watch over a run that begins, with the columns of the run
// before it.
func (u *unit) watched(ctx context.Context, good []*taken) (*quality.Watch, error) {
	cfg := quality.Config{Today: statement.DayAt(u.im.Clock())}
	var err error
	if u.previous, err = u.before(ctx); err != nil {
		return nil, err
	}
	if u.previous != nil && u.comparable(good) {
		cfg.Columns = u.previous.run.Columns
		cfg.Previous = "the extract of " + ftm.CutDay(u.previous.run.Observed)
	}
	w := quality.New(cfg)
	names := map[overt.BlobID]string{}
	for _, t := range good {
		if same := names[t.blob]; same != "" {
			w.Again(t.name)
			t.warnings = append(t.warnings, ledger.Warning{Code: "same-file", Message: "the same bytes as " + same + "; what it says counts once", Where: t.name})
			continue
		}
		names[t.blob] = t.name
	}
	return w, nil
}

// comparable says whether columns that the run before had must be in this one:
// where a publisher's series is a table, or whole. Trees of a window hold the
// paths of what happened, and two files of no series are two sources.
func (u *unit) comparable(good []*taken) bool {
	tables := !slices.ContainsFunc(good, func(t *taken) bool {
		return slices.ContainsFunc(t.part, func(p extract.Part) bool { return p.Reader.Info().Header == nil })
	})
	return u.spec.Series != "" && (tables || u.spec.Extent == statement.Full)
}

// declared asks a part what it says of its own size. It was read once: where it
// cannot be asked now, that is not worth an error.
func (u *unit) declared(ctx context.Context, t *taken, p extract.Part) {
	if f := p.Reader.Info().Format; f != extract.JSON && f != extract.XML {
		return
	}
	look, _ := outlined(ctx, p, extract.Sought{Declared: true})
	u.watch.Declare(t.name, look.Declared)
}

// doubts puts what the watch found into the run, for every total that rests on
// it, and into the ledger of the file it is about.
func (u *unit) doubts(good []*taken) {
	for _, m := range u.watch.Measures() {
		u.w.Measure(m)
	}
	u.w.Columns(u.watch.Columns())
	for _, w := range u.watch.Warnings() {
		u.w.Warn(w)
		about := good[0]
		for _, t := range good {
			if strings.HasPrefix(w.Where, t.name) && len(t.name) >= len(about.name) {
				about = t
			}
		}
		about.warnings = append(about.warnings, ledger.Warning{Code: w.Code, Message: w.Message, Where: w.Where})
	}
}
