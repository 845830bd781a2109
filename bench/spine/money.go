package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"overt/ftm"
	"overt/graph"
	"overt/money"
	"overt/pipeline"
	"overt/statement"
)

const (
	payer            = ftm.EntityID("northmoor-agency:1")
	suppliers        = 2000
	actionsOfAnAward = 5
)

// A spending is one payer's contract actions, made up, with their true sum.
type spending struct {
	m       *maker
	actions int
	cents   int64
	list    []statement.Statement
}

func (s *spending) say(schema, prop, value string) {
	s.list = append(s.list, statement.Statement{
		Schema: schema, Prop: prop, Value: value, Places: []statement.Place{s.m.placeOf(prop)},
	})
}

// placeOf is a cell of the row at hand.
func (m *maker) placeOf(column string) statement.Place {
	p := statement.Place{}
	p.Locator.Row, p.Locator.Column = m.row, column
	return p
}

func supplierID(n int) ftm.EntityID { return ftm.EntityID("northmoor-supplier:" + strconv.Itoa(n)) }
func awardID(n int) ftm.EntityID {
	return ftm.EntityID("northmoor-award:" + strconv.FormatUint(mix(uint64(n)), 16))
}

// write adds the agency, the suppliers, and each action with its award.
func (s *spending) write(add func(ftm.EntityID, []statement.Statement) error) error {
	s.m.begin(0)
	s.say("Agency", "name", "Northmoor Office of Works")
	if err := s.flush(payer, add); err != nil {
		return err
	}
	for n := range suppliers {
		s.m.begin(n)
		s.say("Organization", "name", string(s.m.appendName(nil)))
		if err := s.flush(supplierID(n), add); err != nil {
			return err
		}
	}
	for k := range s.actions {
		if err := s.action(k, add); err != nil {
			return err
		}
	}
	return nil
}

func (s *spending) action(k int, add func(ftm.EntityID, []statement.Statement) error) error {
	s.m.begin(k)
	n := k / actionsOfAnAward
	supplier := string(supplierID(int(mix(uint64(n)) % suppliers)))
	if k%actionsOfAnAward == 0 {
		s.say("Award", "authority", string(payer))
		s.say("Award", "supplier", supplier)
		s.say("Award", "title", string(s.m.appendText(nil, 3)))
		if err := s.flush(awardID(n), add); err != nil {
			return err
		}
	}
	cents := int64(s.m.pick(50_000_000)) - 2_000_000 // some are taken back
	s.cents += cents
	s.say("Obligation", "authority", string(payer))
	s.say("Obligation", "supplier", supplier)
	s.say("Obligation", "contract", string(awardID(n)))
	s.say("Obligation", "amount", dollars(cents))
	s.say("Obligation", "currency", "USD")
	s.say("Obligation", "date", string(s.m.appendDay(nil)))
	s.say("Obligation", "fiscalYear", "2024")
	s.say("Obligation", "description", string(s.m.appendText(nil, 7)))
	s.say("Obligation", "modificationNumber", "P"+strconv.Itoa(k%actionsOfAnAward))
	s.say("Obligation", statement.PropID, "action")
	return s.flush(ftm.EntityID("northmoor-action:"+strconv.FormatUint(mix(uint64(k)+3), 16)), add)
}

func (s *spending) flush(id ftm.EntityID, add func(ftm.EntityID, []statement.Statement) error) error {
	err := add(id, s.list)
	s.list = s.list[:0]
	return err
}

// dollars writes cents exactly.
func dollars(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// sums adds up what one payer obligated, and checks the total.
func sums(ctx context.Context, j job) ([]table, error) {
	dir := filepath.Join(j.dir, "money")
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("clear the folder: %w", err)
	}
	s, err := openStore(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	spent := &spending{m: newMaker(suppliers), actions: j.n / 10}
	if err := s.write(ctx, spent); err != nil {
		return nil, err
	}
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = v.Close() }()
	path := filepath.Join(j.dir, "money.og")
	watch := start()
	if err := pipeline.Derive(ctx, v, s.Epoch(), j.dir, path); err != nil {
		return nil, err
	}
	derived := watch.lap()
	g, err := graph.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Close() }()
	t := table{
		Title: fmt.Sprintf("Money: %s contract actions of one payer with %s suppliers", count(spent.actions), count(suppliers)),
		Head:  []string{"sum", "ms", "cpu-ms", "actions/s", "rows", "peak MB"},
	}
	for _, by := range []money.By{money.BySupplier, money.ByYear, money.BySupplier} {
		if err := sum(ctx, &t, v, g, spent, by); err != nil {
			return nil, err
		}
	}
	t.note("The total was the exact sum of what was made up each time. Deriving the graph took %s s. The peak includes the mapped graph and the block cache.", seconds(derived.wall))
	return []table{t}, nil
}

func (s *store) write(ctx context.Context, spent *spending) error {
	w, err := s.Begin(ctx, s.scope, statement.RunSpec{
		Dataset: dataset, Extent: statement.Window, Observed: day(0), Imported: day(0), Sources: []statement.Source{{Name: "actions.csv"}},
	})
	if err != nil {
		return err
	}
	err = spent.write(func(id ftm.EntityID, stmts []statement.Statement) error { return w.Add(s.label, id, stmts) })
	if err != nil {
		_ = w.Abort()
		return err
	}
	_, err = w.Commit(ctx)
	return err
}

// sum asks once, from a ledger that remembers nothing yet.
func sum(ctx context.Context, t *table, v statement.View, g *graph.Graph, spent *spending, by money.By) error {
	resetPeak()
	watch := start()
	a, err := money.NewLedger(v, g.View(v.Sight())).Sum(ctx, money.Query{From: []ftm.EntityID{payer}, By: by, AsOf: statement.NoDay})
	if err != nil {
		return err
	}
	c := watch.lap()
	if got, want := a.Total.StringFixed(2), dollars(spent.cents); got != want || a.Count != spent.actions {
		return fmt.Errorf("the sum of %d actions is %s, and %d actions came to %s", spent.actions, want, a.Count, got)
	}
	t.add("obligated, by "+string(by), fmt.Sprint(c.wall.Milliseconds()), fmt.Sprint(c.cpu.Milliseconds()),
		rate(spent.actions, c.wall), count(len(a.Rows)), megabytes(peak()))
	return nil
}
