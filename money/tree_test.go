package money_test

import (
	"testing"

	"overt"
	"overt/ftm"
	"overt/money"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// tree writes one run whose values stand in a document: by pointer, not by row.
func (w *world) tree(entity, schema string, said ...[3]string) {
	w.t.Helper()
	spec := statement.RunSpec{Dataset: "d", Observed: "2024-02-01", Extent: statement.Window,
		Sources: []statement.Source{{Name: "feed.xml", Blob: overt.BlobID(zeros)}}}
	label := policy.Label{Dataset: "d"}
	out, err := w.store.Begin(w.t.Context(), policytest.Scope(label), spec)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range said {
		at := statement.Place{Locator: overt.Locator{Pointer: s[2]}}
		st := statement.Statement{Schema: schema, Prop: s[0], Value: s[1], Places: []statement.Place{at}}
		if err := out.Add(label, ftm.EntityID(entity), []statement.Statement{st}); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := out.Commit(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

// TestValuesOfATree holds that a cumulative value of a document goes with the
// date of its own record, not with the latest date of the document.
func TestValuesOfATree(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA)
	w.tree("aw", "Award",
		[3]string{"title", "An award", "/f/e/t"}, [3]string{"authority", "ice", "/f/e/a"}, [3]string{"supplier", "va", "/f/e/s"}, [3]string{"currency", "USD", "/f/e"},
		[3]string{"currentValue", "900", "/f/e/v"}, [3]string{"valuesAsOf", "2020-01-01", "/f/e/d"},
		[3]string{"currentValue", "500", "/f/e[2]/v"}, [3]string{"valuesAsOf", "2022-01-01", "/f/e[2]/d"},
		[3]string{"currentValue", "700", "/f/e[3]/v"}, [3]string{"valuesAsOf", "2021-01-01", "/f/e[3]/d"})
	for asOf, want := range map[statement.Day]string{statement.NoDay: "Acme Works=500.00/1", statement.DayOf("2021-06-01"): "Acme Works=700.00/1", statement.DayOf("2020-06-01"): "Acme Works=900.00/1"} {
		if got := rows(w.sum(money.Query{Kind: money.Current, AsOf: asOf})); got != want {
			t.Errorf("as of %s: got %s, want %s", asOf, got, want)
		}
	}
}

// TestDeletedActions holds that what the source took back counts no more from
// that day on, until a newer run tells of it again.
func TestDeletedActions(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA, action("a1", "aw", "0", "100", "va", "2020-01-01"), action("a2", "aw", "P1", "50", "va", "2020-02-01"))
	check := func(what string, asOf statement.Day, want, wantCodes string) {
		t.Helper()
		a := w.sum(money.Query{AsOf: asOf})
		if rows(a) != want || codes(a) != wantCodes {
			t.Errorf("%s: got %s %s, want %s %s", what, rows(a), codes(a), want, wantCodes)
		}
	}
	check("before", statement.NoDay, "Acme Works=150.00/2", "")
	w.run(statement.RunSpec{}, nil, "a2 Obligation contract=aw; modificationNumber=P1; deletedDate=2021-05-05")
	check("deleted", statement.NoDay, "Acme Works=100.00/1", "deleted-actions")
	check("as of a day before the deletion", statement.DayOf("2021-01-01"), "Acme Works=150.00/2", "")
	w.run(statement.RunSpec{}, nil, action("a2", "aw", "P1", "60", "va", "2020-02-01"))
	check("told again", statement.NoDay, "Acme Works=160.00/2", "")
}
