package main

import (
	"context"
	"fmt"
	"slices"

	"overt/statement"
)

// A question is one kind of point lookup, asked of entities at random.
type question struct {
	name string
	ask  func(context.Context, statement.View, *maker, uint64) error
}

var questions = []question{
	{"statements of one entity", askEntity},
	{"who names a company (Inbound)", askInbound},
	{"a name (Lookup)", askName},
	{"an identifier (Lookup)", askNumber},
}

func askEntity(ctx context.Context, v statement.View, m *maker, r uint64) error {
	id := m.id(int(r % uint64(m.n)))
	stmts, err := v.Entity(ctx, id)
	if err == nil && (len(stmts) == 0 || len(stmts)%perEntity != 0) {
		err = fmt.Errorf("%s has %d statements", id, len(stmts))
	}
	return err
}

func askInbound(ctx context.Context, v statement.View, m *maker, r uint64) error {
	for _, err := range v.Inbound(ctx, m.id(m.companyAt(r))) {
		if err != nil {
			return err
		}
	}
	return nil
}

func askName(ctx context.Context, v statement.View, m *maker, r uint64) error {
	k := m.companyAt(r)
	return askKey(ctx, v, m.nameKey(k), m, k)
}

func askNumber(ctx context.Context, v statement.View, m *maker, r uint64) error {
	k := m.companyAt(r)
	return askKey(ctx, v, statement.IdentKey("registrationNumber", m.registration(k)), m, k)
}

func askKey(ctx context.Context, v statement.View, key string, m *maker, k int) error {
	ids, err := v.Lookup(ctx, key)
	if err == nil && !slices.Contains(ids, m.id(k)) {
		err = fmt.Errorf("the key %q does not lead to %s", key, m.id(k))
	}
	return err
}

// lookup asks the big store: cold, opened anew with its files dropped from the
// page cache, and warm, after as many lookups as are then measured.
func lookup(ctx context.Context, j job) ([]table, error) {
	t := table{
		Title: fmt.Sprintf("Point lookups in %s statements, ids at random, one at a time (µs)", count(j.n)),
		Head:  []string{"lookup", "state", "lookups", "p50", "p99", "max", "mean", "cpu mean"},
	}
	m, warm := newMaker(j.n/perEntity), j.n/100
	cold := max(warm/50, 100)
	for _, q := range questions {
		forgot, err := forget(storeDir(j))
		if err != nil {
			return nil, fmt.Errorf("drop the store from the page cache: %w", err)
		}
		s, err := openStore(ctx, storeDir(j))
		if err != nil {
			return nil, err
		}
		v, err := s.view(ctx)
		if err != nil {
			return nil, err
		}
		seed := uint64(3)
		ask := func(int) error { return q.ask(ctx, v, m, next(&seed)) }
		state := "cold"
		if !forgot {
			state = "opened anew, page cache warm"
		}
		if err := lookups(&t, q.name, state, cold, ask); err != nil {
			return nil, err
		}
		if _, err := timed(warm, ask); err != nil {
			return nil, err
		}
		if err := lookups(&t, q.name, "warm", warm, ask); err != nil {
			return nil, err
		}
		if err := v.Close(); err != nil {
			return nil, err
		}
		if err := s.Close(); err != nil {
			return nil, err
		}
	}
	t.note("Block cache 128 MiB, as the command has it; peak memory %s MB.", megabytes(peak()))
	return []table{t}, nil
}

// lookups adds a row of n lookups.
func lookups(t *table, name, state string, n int, ask func(int) error) error {
	watch := start()
	l, err := timed(n, ask)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	c := watch.lap().over(n)
	t.add(name, state, count(n), micros(l.at(0.5)), micros(l.at(0.99)), micros(l.at(1)), micros(l.mean()), micros(c.cpu))
	return nil
}
