package statementtest

import (
	"fmt"
	"testing"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var resting = []testCase{
	{"a run that rests on another", testRests},
	{"places of what moved", testMoves},
	{"the base is taken back", testBaseUndone},
	{"a label that nothing is left of", testLabelGone},
	{"who may rest on what", testRestRefused},
	{"generations", testGenerations},
}

// later is the spec of a run that rests on another.
func later(token, day string, base overt.RunID, moves ...statement.Move) statement.RunSpec {
	sp := observed(token, day, statement.Full)
	sp.Base, sp.Moved = base, moves
	return sp
}

func testRests(t *testing.T, s statement.Store) {
	owns := says("Ownership", "owner", "a", 9)
	first := write(t, s, observed("t1", "2024-01-01", statement.Full),
		add{plain, "a", []statement.Statement{named("Ada", 2, 3)}},
		add{marked, "a", []statement.Statement{named("Ada M", 4)}},
		add{plain, "b", []statement.Statement{named("Bob", 5)}},
		add{plain, "o", []statement.Statement{owns}},
		add{plain, "p", []statement.Statement{owns}},
	)
	w := begin(t, s, later("t2", "2024-02-01", first.ID))
	must(t, w.Add(plain, "a", []statement.Statement{named("Ada", 3), named("Ada II", 7)}))
	must(t, w.Drop("o"))
	must(t, w.Drop("never there"))
	must(t, w.Drop("a")) // added too: nothing changes
	second := commit(t, w)
	if second.Entities != 3 || second.Statements != 4 || second.Sightings != 4 || second.New != 1 {
		t.Errorf("%d entities, %d statements, %d sightings, %d new; want 3, 4, 4, 1", second.Entities, second.Statements, second.Sightings, second.New)
	}
	diff(t, "labels", labelKeys(second.Labels), []string{plain.Key()})
	must(t, s.Undo(t.Context(), all, first.ID, undoneAt))

	v := view(t, s, all)
	diff(t, "entities", ids(t, v), []ftm.EntityID{"a", "b", "p"})
	diff(t, "a", values(entity(t, v, "a")), []string{"name=Ada", "name=Ada II"})
	diff(t, "b", values(entity(t, v, "b")), []string{"name=Bob"})
	diff(t, "bob", lookup(t, v, statement.NameKey("bob")), []ftm.EntityID{"b"})
	diff(t, "a name that is gone", lookup(t, v, statement.NameKey("ada m")), []ftm.EntityID(nil))
	class := entity(t, v, "b")[0].Class
	diff(t, "who names a", inbound(t, v, "a"), []statement.Ref{{Source: "p", Prop: "owner", Class: class}})
	if c := v.Cite(class, entity(t, v, "b")[0].Places[0], "Bob"); c.Run != second.ID {
		t.Errorf("what is taken over is cited from run %d, want %d", c.Run, second.ID)
	}
	for _, r := range runs(t, s, all) {
		if r.Base != 0 || r.Moved != nil {
			t.Errorf("a reader is told that run %d rests on run %d", r.ID, r.Base)
		}
	}
	again := people(t, s, observed("t3", "2024-03-01", statement.Full), "x")
	sp := observed("t4", "2024-04-01", statement.Full)
	if r := write(t, s, sp, add{plain, "b", []statement.Statement{named("Bob", 1)}}, add{marked, "b", []statement.Statement{named("Bob", 1)}}); r.New != 1 {
		t.Errorf("%d new, want 1: what run %d takes over is known, under its label alone (run %d is another)", r.New, second.ID, again.ID)
	}
}

func testMoves(t *testing.T, s statement.Store) {
	in := func(pointer string) statement.Place {
		return statement.Place{Source: 1, Locator: overt.Locator{Table: "in", Pointer: pointer}}
	}
	tree := statement.Statement{Schema: "Person", Prop: "name", Value: "Tree", Places: []statement.Place{in("/p/1/name"), in("/p/10/name"), in("/p/x"), in("/q/1")}}
	r := write(t, s, spec("t1"),
		add{plain, "row", []statement.Statement{named("Row", 2, 3, 4, 9)}}, add{plain, "tree", []statement.Statement{tree}})
	moves := []statement.Move{
		{From: statement.Spot{First: 3}, To: statement.Spot{First: 103}, Records: 2},
		{From: statement.Spot{First: 2}, To: statement.Spot{First: 7}, Records: 1},
		{From: statement.Spot{Source: 1, Table: "in", Array: "/p/"}, To: statement.Spot{Table: "out", Array: "/people/"}, Records: 2},
	}
	two := write(t, s, later("t2", "2024-02-01", r.ID, moves...))
	write(t, s, later("t3", "2024-03-01", two.ID, statement.Move{From: statement.Spot{First: 100}, To: statement.Spot{First: 200}, Records: 4}))
	for day, want := range map[string][2]string{
		"2024-01-15": {"[row 2 row 3 row 4 row 9]", "[in, /p/1/name in, /p/10/name in, /p/x in, /q/1]"},
		"2024-02-15": {"[row 7 row 9 row 103 row 104]", "[out, /people/1/name in, /p/10/name in, /p/x in, /q/1]"},
		"2024-03-15": {"[row 7 row 9 row 104 row 203]", "[out, /people/1/name in, /p/10/name in, /p/x in, /q/1]"},
	} {
		for i, id := range []ftm.EntityID{"row", "tree"} {
			stmts := entity(t, viewWhen(t, s, all, day), id)
			var got []string
			for _, p := range stmts[len(stmts)-1].Places {
				p.Locator.Column = ""
				got = append(got, p.Locator.String())
			}
			if fmt.Sprint(got) != want[i] {
				t.Errorf("%s on %s: %v, want %s", id, day, got, want[i])
			}
		}
	}
}

func testBaseUndone(t *testing.T, s statement.Store) {
	one := people(t, s, observed("t1", "2024-01-01", statement.Full), "a", "b")
	w := begin(t, s, later("t2", "2024-02-01", one.ID))
	must(t, w.Drop("a"))
	must(t, s.Undo(t.Context(), all, one.ID, undoneAt)) // while it is written
	two := commit(t, w)
	diff(t, "after the base", ids(t, view(t, s, all)), []ftm.EntityID{"b"})
	diff(t, "before the base was followed", ids(t, viewWhen(t, s, all, "2024-01-15")), []ftm.EntityID(nil))
	three := people(t, s, later("t3", "2024-03-01", two.ID), "c")
	must(t, s.Undo(t.Context(), all, two.ID, undoneAt))
	diff(t, "after both", ids(t, view(t, s, all)), []ftm.EntityID{"b", "c"})
	must(t, s.Undo(t.Context(), all, three.ID, undoneAt))
	diff(t, "after all", ids(t, view(t, s, all)), []ftm.EntityID(nil))
}

// testLabelGone: numbers of classes that no label has any more are not given
// to the next run, which would lack what they say is gone.
func testLabelGone(t *testing.T, s statement.Store) {
	one := write(t, s, spec("t1"), add{marked, "a", []statement.Statement{named("A", 1)}}, add{doubly, "a", []statement.Statement{named("A", 2)}})
	w := begin(t, s, later("t2", "2024-02-01", one.ID))
	must(t, w.Drop("a"))
	two := commit(t, w)
	diff(t, "labels", labelKeys(two.Labels), []string{plain.Key()})
	write(t, s, later("t3", "2024-03-01", one.ID))
	write(t, s, later("t4", "2024-03-01", two.ID), add{marked, "b", []statement.Statement{named("B", 3)}})
	v := view(t, s, policytest.ReadOnly(marked))
	diff(t, "entities", ids(t, v), []ftm.EntityID{"a", "b"})
	if n := len(entity(t, v, "a")); n != 2 {
		t.Errorf("%d statements about a, want those of the first and the third run", n)
	}
	diff(t, "a by name", lookup(t, v, statement.NameKey("A")), []ftm.EntityID{"a"})

	two = write(t, s, spec("t5"), add{marked, "m", []statement.Statement{named("M", 1)}}, add{plain, "p", []statement.Statement{named("P", 1)}})
	three := people(t, s, spec("t6"), "p")
	w = begin(t, s, later("t7", "2024-04-01", two.ID))
	must(t, w.Drop("p"))
	commit(t, w)
	write(t, s, later("t8", "2024-04-01", three.ID))
	if n := len(entity(t, view(t, s, all), "p")); n != 3 {
		t.Errorf("%d runs speak of p, want 3: what one says is gone another says still", n)
	}
}

func testRestRefused(t *testing.T, s statement.Store) {
	base := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1)}}, add{marked, "a", []statement.Statement{named("A", 1)}})
	undone := people(t, s, spec("t2"), "a")
	must(t, s.Undo(t.Context(), all, undone.ID, undoneAt))
	spot := func(source int, array string, first int64) statement.Spot {
		return statement.Spot{Source: source, Array: array, First: first}
	}
	move := func(from, to statement.Spot, n int64) []statement.Move {
		return []statement.Move{{From: from, To: to, Records: n}}
	}
	for _, c := range []struct {
		name  string
		scope policy.Scope
		spec  func(*statement.RunSpec)
		want  overt.Code
	}{
		{"not there", all, func(sp *statement.RunSpec) { sp.Base = 99 }, overt.NotFound},
		{"not in scope", policytest.Scope(other), nil, overt.NotFound},
		{"a label that may not be written", policytest.Scope(plain), nil, overt.Denied},
		{"taken back", all, func(sp *statement.RunSpec) { sp.Base = undone.ID }, overt.Conflict},
		{"another dataset", all, func(sp *statement.RunSpec) { sp.Dataset = "d2" }, overt.Invalid},
		{"another series", all, func(sp *statement.RunSpec) { sp.Series = "x" }, overt.Invalid},
		{"no records", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(0, "", 1), spot(0, "", 2), 0) }, overt.Invalid},
		{"no such source", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(2, "", 1), spot(0, "", 2), 1) }, overt.Invalid},
		{"below the first", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(0, "", 1), spot(0, "", -2), 1) }, overt.Invalid},
		{"beyond all numbers", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(0, "", 1), spot(0, "", 2), 1<<62) }, overt.Invalid},
		{"rows into an array", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(0, "", 1), spot(0, "/a/", 2), 1) }, overt.Invalid},
		{"half a token", all, func(sp *statement.RunSpec) { sp.Moved = move(spot(0, "/a", 1), spot(0, "/a", 2), 1) }, overt.Invalid},
		{"twice the same", all, func(sp *statement.RunSpec) {
			sp.Moved = append(move(spot(0, "", 5), spot(0, "", 9), 1), move(spot(0, "", 3), spot(0, "", 2), 3)...)
		}, overt.Invalid},
	} {
		sp := later("t3", "2024-02-01", base.ID)
		if c.spec != nil {
			c.spec(&sp)
		}
		w, err := s.Begin(t.Context(), c.scope, sp)
		if err == nil {
			must(t, w.Abort())
		}
		wantCode(t, c.name, err, c.want)
	}
	w := begin(t, s, later("t4", "2024-02-01", base.ID))
	wantCode(t, "drop nothing", w.Drop(""), overt.Invalid)
	must(t, w.Abort())
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"a"})
}

func testGenerations(t *testing.T, s statement.Store) {
	r := people(t, s, spec("t0"), "kept", "id-0")
	for i := 1; i < statement.MaxGenerations; i++ {
		w := begin(t, s, later(fmt.Sprint("t", i), "2024-02-01", r.ID, statement.Move{From: statement.Spot{First: int64(i + 1)}, To: statement.Spot{First: int64(i + 2)}, Records: 1}))
		must(t, w.Drop(ftm.EntityID(fmt.Sprint("id-", i-1))))
		must(t, w.Add(plain, ftm.EntityID(fmt.Sprint("id-", i)), []statement.Statement{named("N", 1000)}))
		r = commit(t, w)
	}
	if r.Entities != 2 || r.Statements != 2 {
		t.Errorf("%d entities, %d statements, want 2 and 2", r.Entities, r.Statements)
	}
	kept := entity(t, view(t, s, all), "kept")
	if len(kept) != statement.MaxGenerations {
		t.Fatalf("%d runs say it, want %d", len(kept), statement.MaxGenerations)
	}
	for i, st := range kept {
		if row := st.Places[0].Locator.Row; row != int64(i+2) {
			t.Errorf("run %d says it in row %d, want %d", i, row, i+2)
		}
	}
	_, err := s.Begin(t.Context(), all, later("one more", "2024-02-01", r.ID))
	wantCode(t, "one more", err, overt.Conflict)
}
