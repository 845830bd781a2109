package ledgertest

import (
	"fmt"
	"strings"
	"testing"

	"overt"
	"overt/ledger"
)

func testLeave(t *testing.T, s ledger.Store) {
	id, other := receive(t, s, "a", "t"), receive(t, s, "a", "t")
	rows := []ledger.Left{
		{Where: overt.Locator{Table: "x.zip!s", Row: 2, Column: "Date"}, Column: "Date", Reason: "not a date"},
		{Where: overt.Locator{Row: 3}, Reason: "no name", Fatal: true},
		{Where: overt.Locator{Pointer: "/a/3"}, Reason: "not a date"},
		{Where: overt.Locator{Page: 1, Start: 2, End: 9}, Reason: "no name", Fatal: true},
		{Reason: "an odd reason"},
	}
	must(t, s.Leave(t.Context(), id, rows[:2]))
	must(t, s.Leave(t.Context(), id, nil))
	must(t, s.Leave(t.Context(), id, rows[2:]))
	must(t, s.Leave(t.Context(), other, rows[:1]))
	for _, c := range []struct {
		limit, offset int
		want          []ledger.Left
	}{{100, 0, rows}, {2, 0, rows[:2]}, {2, 1, rows[1:3]}, {5, 4, rows[4:]}, {5, 5, nil}, {5, 500, nil}, {0, 0, nil}} {
		got, err := s.LeftRows(t.Context(), both, id, c.limit, c.offset)
		must(t, err)
		diff(t, fmt.Sprintf("limit %d offset %d", c.limit, c.offset), got, c.want)
	}
	_, err := s.LeftRows(t.Context(), both, id, -1, 0)
	wantCode(t, "negative limit", err, overt.Invalid)
	counts, err := s.Reasons(t.Context(), both, id)
	must(t, err)
	diff(t, "reasons", counts, []ledger.Count{{Reason: "no name", Rows: 2, Fatal: 2}, {Reason: "not a date", Rows: 2, Fatal: 0}, {Reason: "an odd reason", Rows: 1, Fatal: 0}})

	all := ledger.Outcome{Verdict: ledger.Read, Run: 1, Received: 9, Read: 9}
	wantCode(t, "read, with rows left out", s.Settle(t.Context(), id, all), overt.Invalid)
	all.Verdict = ledger.Partial
	wantCode(t, "no row left out, with fatal ones", s.Settle(t.Context(), id, all), overt.Invalid)
	must(t, s.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Partial, Run: 1, Received: 9, Read: 7, LeftOut: 2}))
	must(t, s.Settle(t.Context(), other, all)) // a value left out, no row
}

func testLeaveMany(t *testing.T, s ledger.Store) {
	id := receive(t, s, "a", "t")
	batch := make([]ledger.Left, 3_000)
	for i := range 4 {
		for j := range batch {
			batch[j] = ledger.Left{Where: overt.Locator{Row: int64(i*len(batch) + j + 2)}, Reason: "no name", Fatal: true}
		}
		must(t, s.Leave(t.Context(), id, batch))
	}
	rows, err := s.LeftRows(t.Context(), both, id, 20_000, 0)
	must(t, err)
	if len(rows) != ledger.MaxLeft || rows[ledger.MaxLeft-1].Where.Row != ledger.MaxLeft+1 {
		t.Errorf("%d rows kept, want the first %d", len(rows), ledger.MaxLeft)
	}
	counts, err := s.Reasons(t.Context(), both, id)
	must(t, err)
	diff(t, "reasons", counts, []ledger.Count{{Reason: "no name", Rows: 12_000, Fatal: 12_000}})
	must(t, s.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Partial, Received: 12_000, LeftOut: 12_000}))
}

func testManyReasons(t *testing.T, s ledger.Store) {
	id := receive(t, s, "a", "t")
	var rows []ledger.Left
	for i := range ledger.MaxReasons + 500 {
		rows = append(rows, ledger.Left{Reason: fmt.Sprintf("reason %04d", i)})
	}
	must(t, s.Leave(t.Context(), id, rows))
	must(t, s.Leave(t.Context(), id, rows[:1]))
	counts, err := s.Reasons(t.Context(), both, id)
	must(t, err)
	if len(counts) != ledger.MaxReasons+1 {
		t.Fatalf("%d reasons, want %d", len(counts), ledger.MaxReasons+1)
	}
	diff(t, "most first", counts[:3], []ledger.Count{{Reason: ledger.OtherReasons, Rows: 500, Fatal: 0}, {Reason: "reason 0000", Rows: 2, Fatal: 0}, {Reason: "reason 0001", Rows: 1, Fatal: 0}})
}

func testHostileRows(t *testing.T, s ledger.Store) {
	id := receive(t, s, "a", "t")
	must(t, s.Leave(t.Context(), id, []ledger.Left{{
		Where:  overt.Locator{Table: strings.Repeat("é", 1<<20), Pointer: strings.Repeat("/a", 1<<20)},
		Column: "x\xff\x00'; drop table entry; --", Reason: strings.Repeat("é", 1<<20),
	}}))
	rows, err := s.LeftRows(t.Context(), both, id, 10, 0)
	must(t, err)
	if len(rows) != 1 {
		t.Fatalf("%d rows, want 1", len(rows))
	}
	r := rows[0]
	for _, text := range []string{r.Reason, r.Where.Table, r.Where.Pointer} {
		if len(text) > 1024 || len(text) < 1000 || strings.Contains(text, "\uFFFD") {
			t.Errorf("a text of %d bytes, want it cut near 1024 between characters", len(text))
		}
	}
	if r.Column != "x\uFFFD\x00'; drop table entry; --" {
		t.Errorf("column = %q", r.Column)
	}
}

func testLeaveWhole(t *testing.T, s ledger.Store) {
	id := receive(t, s, "a", "t")
	err := s.Leave(t.Context(), id, []ledger.Left{{Reason: "good"}, {Where: overt.Locator{Row: 4}}})
	wantCode(t, "a row without reason", err, overt.Invalid)
	rows, err := s.LeftRows(t.Context(), both, id, 10, 0)
	must(t, err)
	if len(rows) != 0 {
		t.Errorf("half of the batch was kept: %v", rows)
	}
}
