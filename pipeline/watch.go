package pipeline

import (
	"context"
	"strings"

	"overt/extract"
	"overt/ledger"
	"overt/quality"
	"overt/statement"
)

// watched gives the watch over a run that begins, with the columns of the run
// before it.
func (u *unit) watched(ctx context.Context) (*quality.Watch, error) {
	cfg := quality.Config{Today: statement.Day(u.im.Clock().Unix() / 86400)}
	var err error
	if u.previous, err = u.before(ctx); err != nil {
		return nil, err
	}
	if u.previous != nil {
		cfg.Columns = u.previous.run.Columns
		cfg.Previous = "the extract of " + u.previous.run.Observed[:min(len(u.previous.run.Observed), len("2006-01-02"))]
	}
	return quality.New(cfg), nil
}

// declared asks a part what it says of its own size.
func (u *unit) declared(t *taken, p extract.Part) {
	if p.Bytes == nil {
		return
	}
	r, err := p.Bytes()
	if err != nil {
		return // it was read once; what it says of itself is not worth an error
	}
	defer func() { _ = r.Close() }()
	u.watch.Declare(t.name, quality.Declared(p.Reader.Info(), r))
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
