package statementtest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"overt"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var worldDays = []string{"2024-01-01", "2024-02-01", "2024-02-10", "2024-03-01"}

// A generator makes random specs, adds and scopes. Rows are never used twice,
// so that each sighting has a place of its own.
type generator struct {
	*rand.Rand
	labels []policy.Label
	row    int64
	tokens int
}

func newGenerator(seed uint64, labels []policy.Label) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 0x6f76657274)), labels: labels}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (g *generator) spec() statement.RunSpec {
	g.tokens++
	sp := spec(fmt.Sprint("t", g.tokens))
	sp.Dataset = pick(g.Rand, g.labels).Dataset
	sp.Observed = pick(g.Rand, worldDays)
	sp.Extent = pick(g.Rand, []statement.Extent{statement.Full, statement.Full, statement.Window, statement.Delta})
	sp.Series = pick(g.Rand, []string{"", "", "s"})
	return sp
}

// rest makes the spec that of a later state of a run, the records of which
// stand elsewhere.
func (g *generator) rest(sp *statement.RunSpec, base statement.RunSpec, id overt.RunID) {
	sp.Dataset, sp.Series, sp.Base = base.Dataset, base.Series, id
	for source := range len(sp.Sources) {
		for row := int64(g.IntN(10)); row < g.row && g.IntN(4) > 0; {
			m := statement.Move{
				From: statement.Spot{Source: source, First: row}, To: statement.Spot{Source: g.IntN(2), First: int64(g.IntN(500))},
				Records: 1 + g.Int64N(20),
			}
			sp.Moved = append(sp.Moved, m)
			row += m.Records + g.Int64N(5)
		}
	}
}

func (g *generator) add() add {
	a := add{label: pick(g.Rand, g.labels), id: pick(g.Rand, worldIDs)}
	for range 1 + g.IntN(4) {
		a.stmts = append(a.stmts, g.statement())
	}
	return a
}

func (g *generator) statement() statement.Statement {
	p := pick(g.Rand, worldProps)
	s := says(p.schema, p.prop, pick(g.Rand, worldText))
	if p.kind == "ref" {
		s.Value = string(pick(g.Rand, worldIDs))
	}
	source := g.IntN(2)
	for range g.IntN(3) {
		g.row++
		s.Places = append(s.Places, statement.Place{Source: source, Locator: overt.Locator{Row: g.row}})
	}
	switch g.IntN(8) {
	case 0:
		s.Original = "as it stood"
	case 1:
		s.Quote = "a whole cell"
	case 2:
		s.External, s.Origin = true, "ocr"
	case 3:
		s.Lang = "eng"
	case 4:
		s.Count = len(s.Places) + 3
	}
	return s
}

// scope reads a random part of the labels.
func (g *generator) scope() policy.Scope {
	var in []policy.Label
	for _, l := range g.labels {
		if g.IntN(2) == 0 {
			in = append(in, l)
		}
	}
	return policytest.ReadOnly(in...)
}

// A session runs one random program on a store and on the model, and keeps
// the views it opens with the answers they must go on giving.
type session struct {
	t      *testing.T
	g      *generator
	store  statement.Store
	model  model
	ids    []overt.RunID // by index of model.runs
	writer statement.Writer
	draft  modelRun
	open   []openView
}

type openView struct {
	view  statement.View
	scope policy.Scope
	want  told
}

func testPrograms(t *testing.T, open func(t *testing.T) statement.Store) {
	n := 1_000
	if testing.Short() {
		n = 100
	}
	for seed := range n {
		s := &session{t: t, g: newGenerator(uint64(seed), labels), store: open(t)}
		s.run()
		must(t, s.store.Close())
		if t.Failed() {
			t.Fatalf("program %d", seed)
		}
	}
}

func (s *session) run() {
	for range 10 + s.g.IntN(25) {
		switch s.g.IntN(10) {
		case 0, 1, 2, 3:
			s.add()
		case 4, 5:
			s.commit()
		case 6:
			s.abort()
		case 7:
			s.undo()
		default:
			s.look()
		}
	}
	s.commit()
	s.look()
	for _, o := range s.open {
		s.compare("a view opened before", tell(s.t, s.store, o.view, o.scope, false), o.want)
		must(s.t, o.view.Close())
	}
	s.compareRuns(all)
	s.compareRuns(s.g.scope())
}

func (s *session) add() {
	if s.writer == nil {
		s.draft = modelRun{spec: s.g.spec()}
		if i := s.base(); i >= 0 {
			s.g.rest(&s.draft.spec, s.model.runs[i].spec, s.ids[i])
			s.draft.rest(&s.model.runs[i])
		}
		s.writer = begin(s.t, s.store, s.draft.spec)
		if s.g.IntN(10) == 0 {
			return // perhaps a run without statements
		}
	}
	for range 1 + s.g.IntN(4) {
		if s.g.IntN(4) == 0 {
			id := pick(s.g.Rand, worldIDs)
			must(s.t, s.writer.Drop(id))
			s.draft.touched = append(s.draft.touched, id)
			continue
		}
		a := s.g.add()
		must(s.t, s.writer.Add(a.label, a.id, a.stmts))
		s.draft.add(a)
	}
}

// base picks a run for the next one to rest on, -1 for none.
func (s *session) base() int {
	if len(s.ids) == 0 || s.g.IntN(3) == 0 {
		return -1
	}
	i := len(s.ids) - 1 - s.g.IntN(min(len(s.ids), 3))
	if r := s.model.runs[i]; r.undone != "" || r.generation+2 > statement.MaxGenerations {
		return -1
	}
	return i
}

func (s *session) commit() {
	if s.writer == nil {
		return
	}
	r := commit(s.t, s.writer)
	s.draft.takeOver()
	whole := s.draft.seen(all)
	if got, want := tellRun(r), whole.tell(); got != want {
		s.t.Errorf("commit gives %s, want %s", got, want)
	}
	s.ids, s.model.runs = append(s.ids, r.ID), append(s.model.runs, s.draft)
	s.writer = nil
}

func (s *session) abort() {
	if s.writer != nil {
		must(s.t, s.writer.Abort())
		s.writer = nil
	}
}

func (s *session) undo() {
	if len(s.ids) == 0 {
		return
	}
	i := s.g.IntN(len(s.ids))
	want := overt.Code("")
	if s.model.runs[i].undone != "" {
		want = overt.Conflict
	}
	wantCode(s.t, "undo", s.store.Undo(s.t.Context(), all, s.ids[i], undoneAt), want)
	s.model = s.model.copy()
	s.model.runs[i].undone = undoneAt
}

func (s *session) look() {
	scope, knownAt := s.g.scope(), pick(s.g.Rand, append([]string{"", ""}, worldDays...))
	v, err := s.store.View(s.t.Context(), scope, statement.When{KnownAt: knownAt})
	must(s.t, err)
	o := openView{v, scope, s.model.tell(scope, knownAt)}
	s.compare("a new view", tell(s.t, s.store, v, scope, false), o.want)
	s.open = append(s.open, o)
}

// compare leaves out what the model does not tell.
func (s *session) compare(what string, got, want told) {
	s.t.Helper()
	got.Spans = nil
	for id, refs := range got.Inbound {
		if len(refs) == 0 {
			delete(got.Inbound, id)
		}
	}
	if !reflect.DeepEqual(got, want) {
		diff(s.t, what, got, want)
	}
}

func (s *session) compareRuns(scope policy.Scope) {
	s.t.Helper()
	var got, want []string
	for _, r := range runs(s.t, s.store, scope) {
		got = append(got, tellRun(r))
	}
	for _, r := range s.model.runs {
		if cut := r.seen(scope); len(cut.labels) > 0 {
			want = append(want, cut.tell())
		}
	}
	if !slices.Equal(got, want) {
		diff(s.t, "runs", got, want)
	}
}
