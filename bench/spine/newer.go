package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

// newerRounds is how often each extract is imported; the median counts.
const newerRounds = 5

// An extractOf is a table of contract actions, each by its number and what its
// amount is made from.
type extractOf struct {
	rows [][2]int
	next int
	rand *rand.Rand
}

// change makes the extract of a later day: of so many rows in a hundred half
// have another amount, a quarter are gone, and a quarter are new, here and
// there.
func (e *extractOf) change(percent int) {
	n := len(e.rows) * percent / 100
	for range n / 2 {
		e.rows[e.rand.IntN(len(e.rows))][1] += 1_000_000
	}
	gone, after := map[int]bool{}, map[int]bool{}
	for len(gone) < n/4 {
		gone[e.rand.IntN(len(e.rows))] = true
	}
	for len(after) < n/4 {
		after[e.rand.IntN(len(e.rows))] = true
	}
	var rows [][2]int
	for i, r := range e.rows {
		if !gone[i] {
			rows = append(rows, r)
		}
		if after[i] {
			rows, e.next = append(rows, [2]int{e.next, e.next}), e.next+1
		}
	}
	e.rows = rows
}

func (e *extractOf) write(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make the table: %w", err)
	}
	w, m := bufio.NewWriterSize(f, 1<<20), newMaker(len(e.rows))
	_, _ = w.WriteString(actionHead)
	var line []byte
	for _, r := range e.rows {
		line = appendAction(line[:0], m, r[0], r[1])
		_, _ = w.Write(line)
	}
	return errors.Join(w.Flush(), f.Close())
}

// A taking is what the import of one extract cost.
type taking struct {
	cost
	kept, wrote int64 // bytes of the file itself, and of all else
	peak        int64 // of the process so far
	run         pipeline.RunReport
}

// newer imports a full extract, one of a later day with 1 % of the rows
// changed, and one of a day after with 10 %.
func newer(ctx context.Context, j job) ([]table, error) {
	steps := []struct {
		name    string
		percent int
	}{{"first", 0}, {"1 % changed", 1}, {"10 % changed", 10}}
	took, peaks := make([][]taking, len(steps)), []string{}
	rows := j.n * 2 / 100
	for round := range newerRounds {
		dir := filepath.Join(j.dir, fmt.Sprintf("newer-%d-%d", round, time.Now().UnixNano()))
		e := &extractOf{next: rows, rand: rand.New(rand.NewPCG(uint64(round), 1))}
		for k := range rows {
			e.rows = append(e.rows, [2]int{k, k})
		}
		for i, s := range steps {
			e.change(s.percent)
			t, err := takeNewer(ctx, dir, e, i)
			if err != nil {
				return nil, err
			}
			took[i] = append(took[i], t)
			if round == 0 {
				peaks = append(peaks, megabytes(t.peak))
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return nil, fmt.Errorf("clear the home: %w", err)
		}
	}
	t := table{
		Title: fmt.Sprintf("A newer full extract: a table of %s rows, then the same with rows changed; medians of %d rounds", count(rows), newerRounds),
		Head:  []string{"extract", "s", "cpu-s", "cpu : first", "file MB", "else written MB", "written : first", "entities", "new or changed"},
	}
	first := middle(took[0])
	for i, s := range steps {
		m := middle(took[i])
		t.add(s.name, seconds(m.wall), seconds(m.cpu), fmt.Sprintf("%.2f", m.cpu.Seconds()/first.cpu.Seconds()), fmt.Sprintf("%.1f", float64(m.kept)/1e6),
			fmt.Sprintf("%.1f", float64(m.wrote)/1e6), fmt.Sprintf("%.2f", float64(m.wrote)/float64(first.wrote)), count(m.run.Entities), count(m.run.New))
	}
	t.note("Peak memory of the process after each extract of the first round: %s MB.", strings.Join(peaks, ", "))
	return []table{t}, nil
}

// middle is the taking in the middle by processor time.
func middle(list []taking) taking {
	slices.SortFunc(list, func(a, b taking) int { return int(a.cpu - b.cpu) })
	return list[len(list)/2]
}

func takeNewer(ctx context.Context, dir string, e *extractOf, step int) (t taking, err error) {
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return t, fmt.Errorf("make a home: %w", err)
	}
	path := filepath.Join(dir, "actions-"+strconv.Itoa(step)+".csv")
	if err := e.write(path); err != nil {
		return t, err
	}
	before, err := diskSize(home)
	if err != nil {
		return t, err
	}
	g, closeAll, err := openHome(ctx, home)
	if err != nil {
		return t, err
	}
	im := importer(g)
	im.Derived = filepath.Join(home, "derived")
	watch := start()
	rep, err := im.Import(ctx, pipeline.Request{Paths: []string{path}, Dataset: dataset, Format: "usaspending-transactions", Observed: day(30 * step), Extent: statement.Full, Series: "bench"})
	t.cost = watch.lap()
	if err := errors.Join(err, closeAll()); err != nil {
		return t, err
	}
	if len(rep.Runs) != 1 || rep.Files[0].Verdict != ledger.Read || rep.Files[0].Read != int64(len(e.rows)) {
		return t, fmt.Errorf("of %d rows %d were read: %s %s", len(e.rows), rep.Files[0].Read, rep.Files[0].Verdict, rep.Files[0].Reason)
	}
	info, err := os.Stat(path)
	if err != nil {
		return t, fmt.Errorf("measure the table: %w", err)
	}
	after, err := diskSize(home)
	if err != nil {
		return t, err
	}
	t.run, t.kept, t.peak = rep.Runs[0], info.Size(), peak()
	t.wrote = after - before - t.kept
	return t, nil
}
