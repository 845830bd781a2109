package statementtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var writing = []testCase{
	{"add commit view", testAddCommitView},
	{"nothing before commit", testNothingBeforeCommit},
	{"abort", testAbort},
	{"second writer", testSecondWriter},
	{"a cancelled commit", testCancelledCommit},
	{"equal statements", testEqualStatements},
	{"places in any order", testPlaces},
	{"uncited statements", testUncited},
	{"what makes statements differ", testDiffer},
	{"many adds of one entity", testManyAdds},
	{"two labels are two classes", testTwoLabels},
	{"order of marks", testOrderOfMarks},
	{"denied labels", testDenied},
	{"zero scope", testZeroScope},
}

func testAddCommitView(t *testing.T, s statement.Store) {
	full := statement.Statement{
		Entity: "ignored", Schema: "Person", Prop: "name", Value: "Ada Lovelace", Original: " Ada  Lovelace", Quote: "Ada  Lovelace; B",
		Lang: "eng", Origin: "split", External: true, Canonical: "Q7259", SourceID: "st-1", FirstSeen: "2020", LastSeen: "2021-02",
		Places: []statement.Place{
			{Source: 0, Locator: overt.Locator{Table: "x.zip!s", Row: 7, Column: "Name"}},
			{Source: 1, Locator: overt.Locator{Page: 3, Start: 5, End: 17}},
			{Source: 1, Locator: overt.Locator{Row: 4, Pointer: "/data/3/name"}},
		},
		Count: 9, Class: 77,
	}
	r := write(t, s, spec("t1"), add{plain, "ada", []statement.Statement{full}})
	if r.ID == 0 || r.Entities != 1 || r.Statements != 1 || r.Sightings != 9 || r.New != 1 {
		t.Errorf("run %d: %d entities, %d statements, %d sightings, %d new", r.ID, r.Entities, r.Statements, r.Sightings, r.New)
	}
	v := view(t, s, all)
	got := entity(t, v, "ada")
	if len(got) != 1 {
		t.Fatalf("%d statements, want 1", len(got))
	}
	info, ok := v.Sight().Info(got[0].Class)
	if !ok || info.Run.ID != r.ID || info.Label.Key() != plain.Key() {
		t.Errorf("class %d is %v, %v", got[0].Class, info, ok)
	}
	full.Entity, full.Class = "ada", got[0].Class
	diff(t, "statement", got[0], full)
	if len(entity(t, v, "nobody")) != 0 {
		t.Error("an id that is not there has statements")
	}
}

func testNothingBeforeCommit(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	must(t, w.Add(plain, "a", []statement.Statement{named("A", 1), says("Ownership", "owner", "b", 1)}))
	v := view(t, s, all)
	empty := func(when string) {
		t.Helper()
		for _, v := range []statement.View{v, view(t, s, all)} {
			if n := len(ids(t, v)) + len(entity(t, v, "a")) + len(inbound(t, v, "b")) + len(lookup(t, v, statement.NameKey("A"))); n != 0 {
				t.Errorf("%s: %d answers", when, n)
			}
		}
		if len(runs(t, s, all)) != 0 {
			t.Errorf("%s: there is a run", when)
		}
		if l, err := s.Labels(t.Context()); len(l) != 0 || err != nil {
			t.Errorf("%s: labels %v, %v", when, l, err)
		}
	}
	empty("before commit")
	must(t, w.Abort())
	empty("after abort")
}

func testAbort(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	must(t, w.Add(plain, "gone", []statement.Statement{named("Gone", 1)}))
	must(t, w.Abort())
	must(t, w.Abort())
	if err := w.Add(plain, "late", []statement.Statement{named("Late", 1)}); err == nil {
		t.Error("an aborted writer takes statements")
	}
	if _, err := w.Commit(t.Context()); err == nil {
		t.Error("an aborted writer commits")
	}
	w = begin(t, s, spec("t2"))
	must(t, w.Add(plain, "kept", []statement.Statement{named("Kept", 1)}))
	commit(t, w)
	must(t, w.Abort())
	if _, err := w.Commit(t.Context()); err == nil {
		t.Error("a writer commits twice")
	}
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"kept"})
}

func testSecondWriter(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	_, err := s.Begin(t.Context(), all, spec("t2"))
	wantCode(t, "begin beside a writer", err, overt.Conflict)
	commit(t, w)
	w = begin(t, s, spec("t3"))
	must(t, w.Abort())
	must(t, begin(t, s, spec("t4")).Abort())
}

func testCancelledCommit(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	for i := range 5_000 {
		must(t, w.Add(plain, numbered(i), []statement.Statement{named("A", 1)}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Commit(ctx); err == nil {
		t.Skip("this driver commits at once")
	}
	must(t, w.Abort())
	if n := len(ids(t, view(t, s, all))); n != 0 {
		t.Errorf("%d entities of a cancelled run", n)
	}
	people(t, s, spec("t2"), "b")
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"b"})
}

func testEqualStatements(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"),
		add{plain, "a", []statement.Statement{named("A", 5), named("B", 1), named("A", 3)}},
		add{plain, "b", []statement.Statement{named("A", 9)}},
		add{plain, "a", []statement.Statement{named("A", 1)}},
	)
	if r.Entities != 2 || r.Statements != 3 || r.Sightings != 5 {
		t.Errorf("%d entities, %d statements, %d sightings", r.Entities, r.Statements, r.Sightings)
	}
	got := entity(t, view(t, s, all), "a")
	diff(t, "values", values(got), []string{"name=A", "name=B"})
	if len(got) == 2 {
		diff(t, "places", got[0].Places, named("A", 1, 3, 5).Places)
		if n := got[0].Sightings(); n != 3 {
			t.Errorf("%d sightings, want 3", n)
		}
	}
}

func testPlaces(t *testing.T, s statement.Store) {
	const n = 40
	first := named("A")
	for i := range statement.MaxPlaces {
		first.Places = append(first.Places, statement.Place{Source: 0, Locator: overt.Locator{Row: int64(i)}})
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 3 {
		w := begin(t, s, spec(fmt.Sprint("t", round)))
		for _, i := range r.Perm(n) {
			st := named("A")
			st.Places = []statement.Place{{Source: i / 20, Locator: overt.Locator{Row: int64(i % 20)}}}
			must(t, w.Add(plain, "a", []statement.Statement{st}))
		}
		commit(t, w)
	}
	got := entity(t, view(t, s, all), "a")
	if len(got) != 3 {
		t.Fatalf("%d statements, want one a run", len(got))
	}
	for _, st := range got {
		diff(t, "places", st.Places, first.Places)
		if st.Sightings() != n {
			t.Errorf("%d sightings, want %d", st.Sightings(), n)
		}
	}
}

func testUncited(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A"), named("A"), named("B"), named("A", 4)}})
	got := entity(t, view(t, s, all), "a")
	if len(got) != 2 {
		t.Fatalf("%d statements, want 2", len(got))
	}
	if got[0].Sightings() != 3 || len(got[0].Places) != 1 || got[1].Sightings() != 1 || len(got[1].Places) != 0 {
		t.Errorf("got %+v", got)
	}
}

func testDiffer(t *testing.T, s statement.Store) {
	stmts := []statement.Statement{named("A", 1)}
	for _, change := range []func(*statement.Statement){
		func(s *statement.Statement) { s.Schema = "Company" },
		func(s *statement.Statement) { s.Prop = "alias" },
		func(s *statement.Statement) { s.Value = "a" },
		func(s *statement.Statement) { s.Original = "A " },
		func(s *statement.Statement) { s.Quote = "A; B" },
		func(s *statement.Statement) { s.Lang = "eng" },
		func(s *statement.Statement) { s.Origin = "ocr" },
		func(s *statement.Statement) { s.External = true },
		func(s *statement.Statement) { s.Canonical = "Q1" },
		func(s *statement.Statement) { s.SourceID = "x" },
		func(s *statement.Statement) { s.FirstSeen = "2020" },
		func(s *statement.Statement) { s.LastSeen = "2020" },
	} {
		changed := named("A", 1)
		change(&changed)
		stmts = append(stmts, changed)
	}
	w := begin(t, s, spec("t1"))
	for range 2 {
		for i := range stmts {
			must(t, w.Add(plain, "a", stmts[i:i+1]))
		}
	}
	commit(t, w)
	got := entity(t, view(t, s, all), "a")
	if len(got) != len(stmts) {
		t.Errorf("%d statements, want %d", len(got), len(stmts))
	}
	for _, st := range got {
		if st.Sightings() != 2 {
			t.Errorf("%+v: %d sightings, want 2", st, st.Sightings())
		}
	}
}

func testManyAdds(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	for i := range 2_000 {
		must(t, w.Add(plain, "hub", []statement.Statement{says("Person", "notes", fmt.Sprintf("%05d", (i*7)%2_000), int64(i))}))
		must(t, w.Add(plain, numbered(i), []statement.Statement{named("N", int64(i))}))
	}
	if r := commit(t, w); r.Entities != 2_001 {
		t.Errorf("%d entities, want 2001", r.Entities)
	}
	got := values(entity(t, view(t, s, all), "hub"))
	if len(got) != 2_000 || !slices.IsSorted(got) {
		t.Errorf("%d values, sorted %v", len(got), slices.IsSorted(got))
	}
}

func testTwoLabels(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"),
		add{marked, "a", []statement.Statement{named("Secret", 2)}},
		add{plain, "a", []statement.Statement{named("Open", 1)}},
		add{marked, "hidden", []statement.Statement{named("Hidden", 3)}},
	)
	diff(t, "labels of the run", labelKeys(r.Labels), labelKeys([]policy.Label{plain, marked}))
	both := entity(t, view(t, s, all), "a")
	if len(both) != 2 || both[0].Class == both[1].Class {
		t.Errorf("%v, want two classes", both)
	}
	open := view(t, s, policytest.Scope(plain))
	diff(t, "under one label", values(entity(t, open, "a")), []string{"name=Open"})
	diff(t, "entities under one label", ids(t, open), []ftm.EntityID{"a"})

	seen := runs(t, s, policytest.Scope(plain))
	if len(seen) != 1 {
		t.Fatalf("%d runs, want 1", len(seen))
	}
	diff(t, "labels in scope", labelKeys(seen[0].Labels), []string{plain.Key()})
	if seen[0].Entities != 1 || seen[0].Statements != 1 || seen[0].Sightings != 1 || seen[0].New != 1 {
		t.Errorf("a scope with one label is told %d entities, %d statements, %d sightings, %d new",
			seen[0].Entities, seen[0].Statements, seen[0].Sightings, seen[0].New)
	}
	if info, ok := open.Sight().Info(open.Sight().Classes()[0]); !ok || len(info.Run.Labels) != 1 || info.Run.Statements != 1 {
		t.Errorf("the sight tells labels %v and %d statements", info.Run.Labels, info.Run.Statements)
	}
	_, err := s.Labels(t.Context())
	must(t, err)
	if n := len(runs(t, s, policytest.Scope(other))); n != 0 {
		t.Errorf("%d runs for a scope that sees no label of it", n)
	}
}

func testOrderOfMarks(t *testing.T, s statement.Store) {
	turned := policy.Label{Dataset: "d1", Marks: []string{"m1", "m2", "m1"}}
	r := write(t, s, spec("t1"),
		add{doubly, "a", []statement.Statement{named("A", 1)}},
		add{turned, "a", []statement.Statement{named("A", 2)}},
	)
	if r.Statements != 1 || len(r.Labels) != 1 {
		t.Errorf("%d statements under %v, want one under one label", r.Statements, r.Labels)
	}
}

func testDenied(t *testing.T, s statement.Store) {
	w, err := s.Begin(t.Context(), policytest.Scope(plain), spec("t1"))
	must(t, err)
	must(t, w.Add(plain, "a", []statement.Statement{named("A", 1)}))
	for _, l := range []policy.Label{marked, other, {Dataset: "d1", Case: "c1"}} {
		wantCode(t, l.Key(), w.Add(l, "b", []statement.Statement{named("B", 1)}), overt.Denied)
	}
	must(t, w.Add(plain, "c", []statement.Statement{named("C", 1)}))
	r := commit(t, w)
	diff(t, "labels", labelKeys(r.Labels), []string{plain.Key()})
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"a", "c"})

	w, err = s.Begin(t.Context(), policytest.ReadOnly(plain), spec("t2"))
	if err == nil {
		err = w.Add(plain, "a", []statement.Statement{named("A", 1)})
		must(t, w.Abort())
	}
	wantCode(t, "a scope that only reads", err, overt.Denied)
}

func testZeroScope(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1), says("Ownership", "owner", "b", 1)}})
	var zero policy.Scope
	w, err := s.Begin(t.Context(), zero, spec("t2"))
	if err == nil {
		err = w.Add(plain, "c", []statement.Statement{named("C", 1)})
		_, _ = w.Commit(t.Context())
		must(t, w.Abort())
	}
	wantCode(t, "write", err, overt.Denied)
	wantCode(t, "undo", s.Undo(t.Context(), zero, r.ID, undoneAt), overt.NotFound)
	if n := len(runs(t, s, all)); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}

	v := view(t, s, zero)
	keys, err := v.LookupPrefix(t.Context(), "", 10)
	must(t, err)
	n := len(ids(t, v)) + len(entity(t, v, "a")) + len(inbound(t, v, "b")) + len(lookup(t, v, statement.NameKey("A")))
	if n+len(keys)+len(runs(t, s, zero))+len(v.Sight().Classes()) != 0 {
		t.Error("the zero scope sees something")
	}
	class := entity(t, view(t, s, all), "a")[0].Class
	if c := v.Cite(class, statement.Place{}, ""); c.Source != "" || c.Blob != "" || c.Dataset != "" || c.Run != 0 {
		t.Errorf("the zero scope is told the citation %v", c)
	}
}
