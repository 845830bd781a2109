package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"overt"
	"overt/audit"
	"overt/driver/disk"
	"overt/driver/pebble"
	"overt/driver/sqlite"
	"overt/extract/open"
	"overt/extract/records"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/internal/sandbox"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/engine"
)

// writeActions writes a table of contract actions with the ten columns of the
// search pages of USAspending, filled with invented words.
func writeActions(path string, rows int) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make the table: %w", err)
	}
	w, m := bufio.NewWriterSize(f, 1<<20), newMaker(rows)
	_, _ = w.WriteString(actionHead)
	var line []byte
	for k := range rows {
		line = appendAction(line[:0], m, k, k)
		_, _ = w.Write(line)
	}
	// The writer keeps its first error for Flush.
	return errors.Join(w.Flush(), f.Close())
}

const actionHead = "Agency,Award ID,Recipient Name,Federal Action Obligation,Action Date,Modification,Product/Service Description,NAICS Description,Transaction Description,Generated Award ID\n"

// appendAction writes the row of action k; its amount and what follows are made
// from another number, which is k too while nothing changed.
func appendAction(line []byte, m *maker, k, amount int) []byte {
	award := uint64(k / actionsOfAnAward)
	piid := strconv.FormatUint(1e9+mix(award)%1e9, 10)
	m.begin(int(mix(award) % suppliers))
	line = append(append(append(line, "ICE,70NM24C"...), piid...), ',')
	line = append(m.appendName(line), ',')
	m.begin(amount)
	line = append(m.appendAmount(line), ',')
	line = append(m.appendDay(line), ",P"...)
	line = strconv.AppendInt(line, int64(k%actionsOfAnAward), 10)
	for _, words := range []int{3, 4, 8} {
		line = m.appendText(append(line, ','), words)
	}
	return append(append(append(line, ",CONT_AWD_70NM24C"...), piid...), "_7012_-NONE-_-NONE-\n"...)
}

// imports takes such a table through the whole pipeline: the gate, the blobs, the
// mapping, the statements, the coverage ledger. It is read in a confined process,
// as a user has it, and in this one, to see what that costs; in turn, because
// other work shares the machine.
func imports(ctx context.Context, j job) ([]table, error) {
	rows, path := j.n*3/100, filepath.Join(j.dir, "actions-"+strconv.FormatInt(time.Now().UnixNano(), 10)+".csv")
	if err := writeActions(path, rows); err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	t := table{
		Title: fmt.Sprintf("Import: a table of %s rows and %s MB through gate, blobs, mapping, statements and ledger", count(rows), megabytes(info.Size())),
		Head:  []string{"read", "s", "cpu-s", "rows/s", "rows/cpu-s", "MB/s", "entities", "statements", "peak MB"},
	}
	for range pairs {
		for _, where := range []string{"confined", "here"} {
			run, c, err := importOnce(ctx, j, path, where == "here", rows)
			if err != nil {
				return nil, err
			}
			t.add(where, seconds(c.wall), seconds(c.cpu), rate(rows, c.wall), rate(rows, c.cpu), fmt.Sprintf("%.1f", float64(info.Size())/1e6/c.wall.Seconds()),
				count(run.Entities), count(run.Statements), megabytes(peak()))
		}
	}
	return []table{t}, os.Remove(path)
}

// pairs is how often both are measured.
const pairs = 3

// importOnce takes the table into a home of its own. The cost counts the worker's
// processor time, which is known when it has ended.
func importOnce(ctx context.Context, j job, path string, here bool, rows int) (run pipeline.RunReport, c cost, err error) {
	dir, err := os.MkdirTemp(j.dir, "home-")
	if err != nil {
		return run, c, err
	}
	g, closeAll, err := openHome(ctx, dir)
	if err != nil {
		return run, c, err
	}
	resetPeak()
	watch := start()
	im, pool := importer(g), records.New(sandbox.Config{Bare: true})
	if !here {
		im.Records = pool.Opener(dataset)
	}
	rep, err := im.Import(ctx, pipeline.Request{Paths: []string{path}, Dataset: dataset, Format: "usaspending-transactions", Observed: day(0)})
	if err = errors.Join(err, pool.Close()); err != nil {
		return run, c, errors.Join(err, closeAll())
	}
	c = watch.lap()
	if len(rep.Runs) != 1 || rep.Files[0].Verdict != ledger.Read || rep.Files[0].Read != int64(rows) {
		return run, c, fmt.Errorf("of %d rows %d were read: %s %s", rows, rep.Files[0].Read, rep.Files[0].Verdict, rep.Files[0].Reason)
	}
	return rep.Runs[0], c, errors.Join(closeAll(), os.RemoveAll(dir))
}

func importer(g *gate.Gate) *pipeline.Importer {
	return &pipeline.Importer{Clock: time.Now, Records: open.Here{}, Open: func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) {
		return g.Open(ctx, gate.Visit{Actor: owner, Writes: labels})
	}}
}

var owner = identity.Actor{ID: "local:bench", Name: "bench"}

// openHome opens what stands behind a gate, as the command does.
func openHome(ctx context.Context, dir string) (*gate.Gate, func() error, error) {
	text, err := engine.Default(owner.ID).Marshal()
	if err != nil {
		return nil, nil, err
	}
	rules, err := engine.Parse("policy.yaml", text)
	if err != nil {
		return nil, nil, err
	}
	log, err := audit.Open(ctx, filepath.Join(dir, "audit"), audit.Options{})
	if err != nil {
		return nil, nil, err
	}
	statements, err := pebble.Open(ctx, filepath.Join(dir, "statements"), pebble.Config{})
	if err != nil {
		return nil, nil, err
	}
	db, err := sqlite.Open(ctx, filepath.Join(dir, "ledger.db"), sqlite.Config{})
	if err != nil {
		return nil, nil, err
	}
	blobs, err := disk.Open(ctx, filepath.Join(dir, "blobs"), disk.Config{})
	if err != nil {
		return nil, nil, err
	}
	g := gate.New(gate.Config{
		Statements: statements, Ledger: db.Ledger(), Blobs: blobs, Log: log, Engine: rules, Clock: time.Now,
		Graph: func(context.Context) (*graph.Graph, error) {
			return nil, overt.Errorf(overt.NotFound, dir, "an import asks for no graph")
		},
	})
	return g, func() error { return errors.Join(statements.Close(), db.Close(), log.Close()) }, nil
}
