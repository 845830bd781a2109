package main

import (
	"context"
	"log/slog"
	"time"

	"overt/driver/pebble"
	"overt/identity"
	"overt/policy"
	"overt/policy/engine"
	"overt/statement"
)

// rights are those of the owner of a home, for the labels given, as the policy
// engine makes them.
func rights(labels ...policy.Label) (policy.Scope, error) {
	owner := identity.Actor{ID: "local:bench"}
	text, err := engine.Default(owner.ID).Marshal()
	if err != nil {
		return policy.Scope{}, err
	}
	e, err := engine.Parse("policy", text)
	if err != nil {
		return policy.Scope{}, err
	}
	purpose, err := e.Purpose("")
	if err != nil {
		return policy.Scope{}, err
	}
	scope, _ := e.Scope(owner, purpose, policy.Cases{}, labels)
	return scope, nil
}

// steps hears from the store's log how far a commit is, and what each step
// cost.
type steps struct {
	watch stopwatch
	took  map[string]cost
}

func (s *steps) Enabled(context.Context, slog.Level) bool { return true }
func (s *steps) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s *steps) WithGroup(string) slog.Handler            { return s }

func (s *steps) Handle(_ context.Context, r slog.Record) error {
	s.took[r.Message] = s.watch.lap()
	return nil
}

// A store is the big store, open, with rights to all of it.
type store struct {
	*pebble.DB
	scope policy.Scope
	label policy.Label
	steps *steps
}

func openStore(ctx context.Context, dir string) (*store, error) {
	s := &store{label: policy.Label{Dataset: dataset}, steps: &steps{watch: start(), took: map[string]cost{}}}
	var err error
	if s.scope, err = rights(s.label); err != nil {
		return nil, err
	}
	s.DB, err = pebble.Open(ctx, dir, pebble.Config{Logger: slog.New(s.steps)})
	return s, err
}

func (s *store) view(ctx context.Context) (statement.View, error) {
	return s.View(ctx, s.scope, statement.When{})
}

// A loading is one run taken in, with what each step cost.
type loading struct {
	run                              statement.Run
	generate, add, write, in, closed cost
}

// total is what taking the run in cost, the making of the data not counted.
func (l *loading) total() cost {
	return l.add.plus(l.write).plus(l.in).plus(l.closed)
}

// take makes the run and adds it. The making alone is measured first, and
// taken off the adding.
func (s *store) take(ctx context.Context, m *maker, observed string) (*loading, error) {
	l := &loading{}
	watch := start()
	for k := range m.n {
		m.entity(k)
	}
	l.generate = watch.lap()
	w, err := s.Begin(ctx, s.scope, statement.RunSpec{
		Dataset: dataset, Format: "made up", Extent: statement.Full, Observed: observed, Imported: observed,
		Sources: []statement.Source{{Name: "made-up.csv"}}, Actor: "local:bench",
	})
	if err != nil {
		return nil, err
	}
	for k := range m.n {
		id, stmts := m.entity(k)
		if err := w.Add(s.label, id, stmts); err != nil {
			_ = w.Abort()
			return nil, err
		}
	}
	l.add = watch.lap().minus(l.generate)
	s.steps.watch = start()
	if l.run, err = w.Commit(ctx); err != nil {
		return nil, err
	}
	l.closed = s.steps.watch.lap()
	l.write, l.in = s.steps.took["sorted and wrote a run"], s.steps.took["took a run in"]
	return l, nil
}

// day is a date n days after the first of 2026.
func day(n int) string { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC).Format("2006-01-02") }
