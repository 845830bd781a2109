package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// rounds is how often each engine loads; the medians are compared.
const rounds = 3

// An engineUnderTest takes the made-up statements in and answers by id and by key.
type engineUnderTest struct {
	name string
	open func(ctx context.Context, dir string) (candidate, error)
}

// A candidate is one open engine.
type candidate interface {
	// take loads the maker's entities, durably and ready for lookups.
	take(ctx context.Context, m *maker) error
	// entity gives how many statements an id has; has says whether a key leads
	// to the id.
	entity(ctx context.Context, id string) (int, error)
	has(ctx context.Context, key, id string) (bool, error)
	close() error
}

// measured is what one engine cost.
type measured struct {
	load         []cost
	disk, memory int64
	byID, byName latencies
	idCPU        cost
}

// peers loads the same statements into our store and into SQLite in turn.
func peers(ctx context.Context, j job) ([]table, error) {
	m := newMaker(j.n / 10 / perEntity)
	engines := []engineUnderTest{{"driver/pebble", openOurs}, {"SQLite, without cgo (zombiezen)", openPeer}}
	results := make([]measured, len(engines))
	for range rounds {
		watch := start()
		for k := range m.n {
			m.entity(k)
		}
		generate := watch.lap()
		for i, e := range engines {
			if err := measure(ctx, j, e, m, generate, &results[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", e.name, err)
			}
		}
	}
	t := table{
		Title: fmt.Sprintf("Peers: the same %s statements, ids in no order, medians of %d rounds in turn", count(m.n*perEntity), rounds),
		Head: []string{"engine", "load s", "load cpu-s", "statements/cpu-s", "disk MB", "peak MB", "entity p50 µs", "entity p99 µs",
			"entity cpu µs", "name p50 µs", "name p99 µs"},
	}
	for i, e := range engines {
		t.add(append([]string{e.name}, results[i].cells(m.n*perEntity)...)...)
	}
	t.add(ratios(results[0], results[1])...)
	t.note("SQLite at its best: one transaction into an empty file, both indexes made after the rows, words as numbers, 8 KiB pages, a cache of 128 MiB.")
	return []table{t}, nil
}

func (r measured) cells(n int) []string {
	load := median(r.load)
	return []string{
		seconds(load.wall), seconds(load.cpu), rate(n, load.cpu), megabytes(r.disk), megabytes(r.memory),
		micros(r.byID.at(0.5)), micros(r.byID.at(0.99)), micros(r.idCPU.cpu), micros(r.byName.at(0.5)), micros(r.byName.at(0.99)),
	}
}

// ratios are those of the peer to ours: above 1 the peer takes more.
func ratios(ours, peer measured) []string {
	of := func(a, b float64) string {
		if b == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f", a/b)
	}
	us, it := median(ours.load), median(peer.load)
	return []string{
		"**SQLite : ours**", of(float64(it.wall), float64(us.wall)), of(float64(it.cpu), float64(us.cpu)), "",
		of(float64(peer.disk), float64(ours.disk)), of(float64(peer.memory), float64(ours.memory)),
		of(float64(peer.byID.at(0.5)), float64(ours.byID.at(0.5))), of(float64(peer.byID.at(0.99)), float64(ours.byID.at(0.99))),
		of(float64(peer.idCPU.cpu), float64(ours.idCPU.cpu)),
		of(float64(peer.byName.at(0.5)), float64(ours.byName.at(0.5))), of(float64(peer.byName.at(0.99)), float64(ours.byName.at(0.99))),
	}
}

// measure loads one engine once and asks it.
func measure(ctx context.Context, j job, e engineUnderTest, m *maker, generate cost, r *measured) error {
	dir := filepath.Join(j.dir, "peer")
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clear the folder: %w", err)
	}
	resetPeak()
	watch := start()
	c, err := e.open(ctx, dir)
	if err != nil {
		return err
	}
	if err := c.take(ctx, m); err != nil {
		return err
	}
	r.load = append(r.load, watch.lap().minus(generate))
	if r.memory == 0 { // later rounds begin with what earlier ones left
		r.memory = peak()
	}
	if err := askPeer(ctx, c, m, r); err != nil {
		return err
	}
	if err := c.close(); err != nil {
		return err
	}
	r.disk, err = diskSize(dir)
	return err
}

// askPeer measures lookups, each kind after as many that are not counted.
func askPeer(ctx context.Context, c candidate, m *maker, r *measured) error {
	n, seed := m.n/5, uint64(5)
	byID := func(int) error {
		id := string(m.id(int(next(&seed) % uint64(m.n))))
		got, err := c.entity(ctx, id)
		if err == nil && got != perEntity {
			err = fmt.Errorf("%s has %d statements", id, got)
		}
		return err
	}
	byName := func(int) error {
		k := m.companyAt(next(&seed))
		found, err := c.has(ctx, m.nameKey(k), string(m.id(k)))
		if err == nil && !found {
			err = fmt.Errorf("the name of %s does not lead to it", m.id(k))
		}
		return err
	}
	if _, err := timed(n, byID); err != nil {
		return err
	}
	var err error
	watch := start()
	if r.byID, err = timed(n, byID); err != nil {
		return err
	}
	r.idCPU = watch.lap().over(n)
	if _, err = timed(n, byName); err != nil {
		return err
	}
	r.byName, err = timed(n, byName)
	return err
}
