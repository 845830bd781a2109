package pipeline_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/export"
	"overt/ftm"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// A fidelity is a random world of entities, as files of others have them.
type fidelity struct{ *rand.Rand }

func (f *fidelity) text() string {
	return one(f.Rand, []string{"Ann", "=1+1", "a,b\"c\"", "line\nbreak\r\nand more", " padded ", "Žluťoučký", "тест", "\u202eback", "null", "0.10", "x\ty", "'quoted'", "{\"a\":1}"})
}

func one[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (f *fidelity) id() string {
	return one(f.Rand, []string{"a", "b", "c-1", "NK-2", "d e", "https://x.example/1?a=b", "é"})
}

func (f *fidelity) entity() *ftm.Entity {
	kinds := map[string][]string{
		"Person": {"name", "alias", "country", "notes", "shoeSize"}, "Company": {"name", "registrationNumber", "notes", "jurisdiction"},
		"Ownership": {"owner", "asset", "percentage", "startDate", "role"}, "Directorship": {"director", "organization", "role", "endDate"},
		"Starship": {"name", "warp"}, "UnknownLink": {"subject", "object", "role"},
	}
	e := &ftm.Entity{Schema: one(f.Rand, []string{"Person", "Company", "Ownership", "Directorship", "Starship", "UnknownLink"})}
	e.ID = ftm.EntityID(e.Schema[:1] + f.id()) // one kind for one id
	for _, p := range kinds[e.Schema] {
		for range f.IntN(3) {
			switch p {
			case "owner", "director", "subject":
				e.Add(p, "P"+f.id())
			case "asset", "organization", "object":
				e.Add(p, "C"+f.id())
			case "country", "jurisdiction":
				e.Add(p, one(f.Rand, []string{"de", "gb", "us-de"}))
			case "startDate", "endDate":
				e.Add(p, one(f.Rand, []string{"2020", "2021-05", "2022-03-04", "2022-03-04T05:06:07"}))
			case "percentage":
				e.Add(p, one(f.Rand, []string{"50", "25-50", "33.3%", "a third"}))
			default:
				e.Add(p, f.text())
			}
		}
	}
	if f.IntN(2) == 0 {
		e.Caption = f.text()
	}
	if f.IntN(3) == 0 {
		e.Datasets, e.FirstSeen = []string{"x", "y"}, "2020-01-02"
	}
	if f.IntN(3) == 0 {
		e.Referents = []ftm.EntityID{"old-1", "old-2"}
	}
	return e
}

func (f *fidelity) lines(t *testing.T) string {
	var b strings.Builder
	w := ftm.NewEntityWriter(&b)
	for range 2 + f.IntN(12) {
		if err := w.Write(f.entity()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// again imports a file into an empty home and exports that.
func again(t *testing.T, format export.Format, opts export.Options, name, file string) string {
	t.Helper()
	h := hometest.Memory(t)
	rep := text(t, h, pipeline.Request{Dataset: "d", Observed: "2025-07-08"}, name, file)
	if f := rep.Files[0]; f.Verdict != ledger.Read {
		t.Fatalf("%s: %s: %s %+v", format, f.Verdict, f.Reason, f.Reasons)
	}
	return written(t, h, format, opts)
}

// TestExportsAreStable: what an export wrote, read into an empty home, is
// written the same again, byte for byte. Of entities it is the second time that
// counts: the first puts the value that is said most often before others, and
// how often that was stands in no file of entities.
func TestExportsAreStable(t *testing.T) {
	n := 25
	if testing.Short() {
		n = 6
	}
	files := map[export.Format]string{export.FTM: "x.json", export.Statements: "x.csv", export.BODS: "y.json"}
	for seed := range n {
		f := &fidelity{rand.New(rand.NewPCG(uint64(seed), 0x66696465))}
		h := hometest.Memory(t)
		text(t, h, pipeline.Request{Dataset: "d", Observed: "2024-05-06"}, "first.json", f.lines(t))
		for format, name := range files {
			for _, opts := range []export.Options{{}, {Raw: true}} {
				first := written(t, h, format, opts)
				if first == "[]\n" {
					continue // nobody owns anything in this world
				}
				second := again(t, format, opts, name, first)
				if format == export.FTM {
					if diff := gocmp.Diff(objects(t, first), objects(t, second)); diff != "" {
						t.Fatalf("world %d, raw %v: values differ:\n%s", seed, opts.Raw, diff)
					}
					first, second = second, again(t, format, opts, name, second)
				}
				if first != second {
					t.Fatalf("world %d, %s, raw %v:\n%s", seed, format, opts.Raw, gocmp.Diff(strings.Split(first, "\n"), strings.Split(second, "\n")))
				}
			}
		}
	}
}

// TestStatementFiles: rows in their three forms leave as they came.
func TestStatementFiles(t *testing.T) {
	rows := []ftm.Statement{
		{CanonicalID: "NK-1", EntityID: "a", Prop: "id", PropType: "id", Schema: "Person", Value: "a", Dataset: "one", FirstSeen: "2020-01-01", LastSeen: "2021-01-01T00:00:00", ID: "s1"},
		{CanonicalID: "NK-1", EntityID: "a", Prop: "name", PropType: "name", Schema: "Person", Value: " padded\r\n\"x\"\u202e", Dataset: "one", Origin: "model", Lang: "eng", OriginalValue: "orig\nline", ID: "s2"},
		{CanonicalID: "a", EntityID: "a", Prop: "nationality", PropType: "country", Schema: "Person", Value: "de", Dataset: "two", External: true, ID: "s3"},
		{CanonicalID: "b", EntityID: "b", Prop: "warp", Schema: "Starship", Value: "9", Dataset: "two", ID: "s4"},
		{CanonicalID: "b", EntityID: "b", Prop: "id", PropType: "id", Schema: "Starship", Value: "b", Dataset: "two", ID: "s5"},
	}
	var b strings.Builder
	w := ftm.NewStatementWriter(&b)
	var pack, lines strings.Builder
	pack.WriteString("entity_id,prop,value,dataset,lang,original_value,origin,external,first_seen,last_seen,id\n")
	q := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	for i := range rows {
		r := &rows[i]
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&pack, "%s,%s:%s,%s,%s,%s,%s,%s,%v,%s,%s,%s\n", r.EntityID, r.Schema, r.Prop, q(r.Value), r.Dataset, r.Lang, q(r.OriginalValue), r.Origin, r.External, r.FirstSeen, r.LastSeen, r.ID)
		fmt.Fprintf(&lines, `{"canonical_id":%q,"entity_id":%q,"prop":%q,"prop_type":%q,"schema":%q,"value":%s,"dataset":%q,"origin":%q,"lang":null,"original_value":%q,"external":%v,"first_seen":%q,"last_seen":%q,"id":%q}`+"\n",
			r.CanonicalID, r.EntityID, r.Prop, r.PropType, r.Schema, strings.ReplaceAll(jsonOf(t, r.Value), "eng", ""), r.Dataset, r.Origin, r.OriginalValue, r.External, r.FirstSeen, r.LastSeen, r.ID)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{"rows.csv": b.String(), "pack.csv": pack.String(), "rows.json": lines.String()} {
		h := hometest.Durable(t, t.TempDir())
		rep := text(t, h, pipeline.Request{Dataset: "d"}, name, file)
		if f := rep.Files[0]; f.Verdict != ledger.Read || f.Format != "ftm-statements" {
			t.Errorf("%s: %s as %s: %s %+v", name, f.Verdict, f.Format, f.Reason, f.Reasons)
		}
		want := map[string]ftm.Statement{}
		for _, r := range rows {
			if name == "pack.csv" {
				r.CanonicalID = r.EntityID // the short form has no such column
			}
			if name == "rows.json" {
				r.Lang = ""
			}
			want[r.ID] = r
		}
		got := map[string]ftm.Statement{}
		for r, err := range ftm.ReadStatements(strings.NewReader(written(t, h, export.Statements, export.Options{}))) {
			if err != nil {
				t.Fatal(err)
			}
			got[r.Statement.ID] = r.Statement
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-came +left):\n%s", name, diff)
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
