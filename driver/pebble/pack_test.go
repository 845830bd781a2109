package pebble

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/statement"
)

// contractAction is what one row of a table says of one contract action, in
// the order of the mapping: ten values, each with its cell.
func contractAction(row int64) []statement.Statement {
	values := [][3]string{
		{"authority", "us-agency:7012", "Agency"},
		{"supplier", "us-recipient:bretafo dulimo llc", "Recipient"},
		{"contract", "CONT_AWD_70NM_7012_-NONE-_-NONE-", "Award"},
		{"amount", "18250.50", "Amount"},
		{"currency", "USD", ""},
		{"date", "2024-03-09", "Date"},
		{"fiscalYear", "2024", "Date"},
		{"description", "gatomi sokule hosting for the office of bifane", "Description"},
		{"modificationNumber", "P00003", "Modification"},
		{statement.PropID, "us-action:CONT_AWD_70NM_7012_-NONE-_-NONE-:P00003", ""},
	}
	out := make([]statement.Statement, len(values))
	for i, v := range values {
		out[i] = statement.Statement{Schema: "Obligation", Prop: v[0], Value: v[1], Count: 1, Places: []statement.Place{
			{Locator: overt.Locator{Row: row, Column: v[2]}},
		}}
	}
	return out
}

// odd holds every field a statement can have, and places of every family.
func odd() []statement.Statement {
	return []statement.Statement{
		{
			Schema: "Company", Prop: "name", Value: "Ünal & Söhne", Original: " Ünal & Söhne ", Quote: "Ünal & Söhne; others", Lang: "deu",
			Origin: "split", External: true, Canonical: "Q1", SourceID: "s1", FirstSeen: "2020", LastSeen: "2021-02", Count: 3,
			Places: []statement.Place{
				{Source: 2, Locator: overt.Locator{Table: "a.xlsx!Sheet 1", Row: 7, Column: "#3"}},
				{Source: 2, Locator: overt.Locator{Pointer: "/data/0/name"}},
				{Locator: overt.Locator{Page: 4, Start: 10, End: 22}},
			},
		},
		{Schema: "Company", Prop: "topics", Count: 1},
	}
}

// What is written is read again, whatever it holds, and into room that held
// something else.
func TestPackRoundTrip(t *testing.T) {
	for name, stmts := range map[string][]statement.Statement{"contract action": contractAction(9), "odd": odd(), "none": nil} {
		w := newWords()
		order := tidy(pointers(stmts))
		pack := appendPack(nil, order, w)
		var want []statement.Statement
		for _, s := range order {
			kept := *s
			kept.Entity, kept.Class = "e", 7
			want = append(want, kept)
		}
		room := make([]statement.Statement, 1, 40)
		got, err := readPack(room[:0], pack, "e", 7, w.list)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(got) == 0 {
			got = nil
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: a pack read again differs (-want +got):\n%s", name, diff)
		}
	}
}

// Places of one statement can be added to without writing into another's.
func TestPackPlacesApart(t *testing.T) {
	w := newWords()
	pack := appendPack(nil, tidy(pointers(contractAction(9))), w)
	got, err := readPack(nil, pack, "e", 1, w.list)
	if err != nil {
		t.Fatal(err)
	}
	before := got[1].Places[0]
	_ = append(got[0].Places, statement.Place{Source: 99})
	if got[1].Places[0] != before {
		t.Error("a place added to one statement is another's now")
	}
}

// tidy does not depend on the order in which statements come, and adds up
// what is said twice.
func TestPackTidy(t *testing.T) {
	stmts := append(contractAction(3), contractAction(5)...)
	for i, j := 0, len(stmts)-1; i < j; i, j = i+2, j-1 {
		stmts[i], stmts[j] = stmts[j], stmts[i]
	}
	got := tidy(pointers(stmts))
	if len(got) != 10 {
		t.Fatalf("twice the same ten statements are %d", len(got))
	}
	for i, s := range got {
		if s.Count != 2 || len(s.Places) != 2 || s.Places[0].Locator.Row != 3 {
			t.Errorf("%s: %d sightings at %v", s.Prop, s.Count, s.Places)
		}
		if i > 0 && got[i-1].Prop >= s.Prop {
			t.Errorf("%s stands before %s", got[i-1].Prop, s.Prop)
		}
	}
}

// The hash of what is said ignores run and place, and nothing else.
func TestPackSaid(t *testing.T) {
	w := newWords()
	first := w.said(pointers(odd()))
	moved := odd()
	moved[0].Places, moved[0].Count = nil, 9
	if got := w.said(pointers(moved)); got != first {
		t.Error("the hash changes with the place")
	}
	for name, change := range map[string]func(*statement.Statement){
		"value": func(s *statement.Statement) { s.Value += "x" }, "lang": func(s *statement.Statement) { s.Lang = "eng" },
		"suggestion": func(s *statement.Statement) { s.External = false }, "source's id": func(s *statement.Statement) { s.SourceID = "" },
		"boundary": func(s *statement.Statement) { s.Schema, s.Prop = s.Schema+s.Prop[:1], s.Prop[1:] },
	} {
		other := odd()
		change(&other[0])
		if w.said(pointers(other)) == first {
			t.Errorf("the hash does not change with the %s", name)
		}
	}
}

// A damaged pack is an error or other statements, never a panic, and what can
// be read is written again as it was said.
func FuzzReadPack(f *testing.F) {
	w := newWords()
	for _, stmts := range [][]statement.Statement{contractAction(9), odd(), nil} {
		pack := appendPack(nil, tidy(pointers(stmts)), w)
		f.Add(pack)
		f.Add(pack[:len(pack)*2/3])
		f.Add(append(bytes.Clone(pack), 0xff, 0xff, 0xff))
	}
	f.Fuzz(func(t *testing.T, pack []byte) {
		got, err := readPack(nil, pack, "e", 1, w.list)
		if err != nil {
			return
		}
		again, err := readPack(nil, appendPack(nil, pointers(got), w), "e", 1, w.list)
		if err != nil || len(again) != len(got) {
			t.Fatalf("%d statements were read, written, and read as %d: %v", len(got), len(again), err)
		}
	})
}

// Figures: go test ./driver/pebble -run '^$' -bench Pack -benchmem
func BenchmarkPackTidy(b *testing.B) {
	given, room := contractAction(12), make([]statement.Statement, 10)
	order := make([]*statement.Statement, 10)
	b.ReportAllocs()
	for b.Loop() {
		copy(room, given)
		for i := range room {
			order[i] = &room[i]
		}
		tidy(order)
	}
	perStatement(b, len(given))
}

func BenchmarkPackEncode(b *testing.B) {
	stmts, w := tidy(pointers(contractAction(12))), newWords()
	var pack []byte
	b.ReportAllocs()
	for b.Loop() {
		pack = appendPack(pack[:0], stmts, w)
	}
	perStatement(b, len(stmts))
	b.ReportMetric(float64(len(pack))/float64(len(stmts)), "B/stmt")
}

func BenchmarkPackDecode(b *testing.B) {
	stmts, w := tidy(pointers(contractAction(12))), newWords()
	pack := appendPack(nil, stmts, w)
	var out []statement.Statement
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = readPack(out[:0], pack, "a", 1, w.list); err != nil {
			b.Fatal(err)
		}
	}
	perStatement(b, len(stmts))
}

func pointers(stmts []statement.Statement) []*statement.Statement {
	out := make([]*statement.Statement, len(stmts))
	for i := range stmts {
		out[i] = &stmts[i]
	}
	return out
}

func perStatement(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/stmt")
}
