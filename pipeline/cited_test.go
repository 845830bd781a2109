package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

// cited reads up to n citations of each source again, at random, from the kept
// bytes and wants what they quote. It tells how many it read. It tells how many it read.
func cited(t testing.TB, h *hometest.Home, n int) (total int) {
	t.Helper()
	type place struct {
		overt.Citation
		said string
	}
	byBlob := map[overt.BlobID][]place{}
	runs := map[overt.RunID]statement.Run{}
	pass, err := h.Gate.Open(context.Background(), gate.Visit{Actor: h.Actor})
	must(t, err)
	_, err = gate.Ask(context.Background(), pass, gate.Act{Action: "test"}, false, func(ctx context.Context, d *gate.Desk) (int, error) {
		r, seen := rand.New(rand.NewPCG(1, 2)), map[string]int{}
		kept := map[string][]place{} // by file, so that each format has its share
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return 0, err
			}
			for i := range stmts {
				s := &stmts[i]
				if s.Prop == statement.PropID || s.Origin == statement.OriginMapping {
					continue // the record is cited, not a cell
				}
				for _, p := range s.Places {
					c := place{d.View.Cite(s.Class, p, s.Quoted()), string(s.Entity) + " " + s.Prop}
					seen[c.Source]++
					if len(kept[c.Source]) < n {
						kept[c.Source] = append(kept[c.Source], c)
					} else if k := r.IntN(seen[c.Source]); k < n {
						kept[c.Source][k] = c
					}
				}
			}
		}
		for _, list := range kept {
			for _, c := range list {
				byBlob[c.Blob] = append(byBlob[c.Blob], c)
			}
		}
		for _, run := range d.Runs {
			runs[run.ID] = run
		}
		return len(kept), nil
	})
	must(t, err)
	wrong := 0
	for blob, list := range byBlob {
		run := runs[list[0].Run]
		i := slices.IndexFunc(run.Sources, func(s statement.Source) bool { return s.Blob == blob })
		src := extract.Source{Name: list[0].Source, Open: func() (io.ReadCloser, error) { return h.Blobs.Open(context.Background(), blob) }}
		ats := make([]overt.Locator, len(list))
		for k := range list {
			ats[k] = list[k].Locator
		}
		got, err := open.FetchAll(context.Background(), src, open.Options{Header: run.Sources[i].Header, Encoding: run.Sources[i].Encoding}, ats)
		if err != nil {
			t.Errorf("%s: %v", src.Name, err)
			continue
		}
		for k := range list {
			if total++; got[k] != list[k].Quote {
				if wrong++; wrong < 10 {
					t.Errorf("%s: %s quotes %q, there stands %q", list[k].said, list[k].Citation, list[k].Quote, got[k])
				}
			}
		}
	}
	t.Logf("%d citations of %d sources read again, %d wrong", total, len(byBlob), wrong)
	return total
}

// TestCitedFormats imports the same few people in each form that can be read
// and wants every citation to stand where it says.
func TestCitedFormats(t *testing.T) {
	table := [][]string{damagedHead, {"1", " Zoë  \"the\" Ünal ", "1970-02-03", "1,234.50"}, {"2", "Bob; Robert", "1.4.1980", "-7"}, {"3", "Line\nBreak", "1990", "0"}}
	csvText := func(sep string, from int) string {
		var b strings.Builder
		for _, row := range table[from:] {
			for i, v := range row {
				if i > 0 {
					b.WriteString(sep)
				}
				b.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
			}
			b.WriteString("\r\n")
		}
		return b.String()
	}
	tree := func(open, each, shut string) string {
		var list []string
		for _, r := range table[1:] {
			list = append(list, fmt.Sprintf(`{"id":%q,"name":[%q,"also ~/ %s"],"born":%q,"amount":%q}`, r[0], r[1], r[0], r[2], r[3]))
		}
		return open + strings.Join(list, each) + shut
	}
	xml := "<people>"
	for _, r := range table[1:] {
		xml += fmt.Sprintf(`<person id="%s"><name>%s</name><name>%s again</name><born>%s</born><amount><![CDATA[%s]]></amount></person>`, r[0], xmlEscaper.Replace(r[1]), r[0], r[2], r[3])
	}
	xml += "</people>"
	for _, c := range []struct {
		file    string
		data    []byte
		mapping string
	}{
		{"a.csv", []byte(csvText(",", 0)), peopleCSV},
		{"b.csv", []byte(csvText(";", 0)), peopleCSV},
		{"c.tsv", []byte(csvText("\t", 0)), peopleCSV},
		{"d.csv", utf16le(csvText(",", 0)), peopleCSV},
		{"e.csv.gz", gz([]byte(csvText(",", 0))), peopleCSV},
		{"f.zip", zipped(map[string]string{"in/x.csv": csvText(",", 0), "y.json": tree("[", ",", "]")}), peopleCSV},
		{"g.xlsx", workbook(table), peopleCSV},
		{"h.json", []byte(tree("[", ",\n", "]")), peopleCSV},
		{"i.jsonl", []byte(tree("", "\n", "\n")), peopleCSV},
		{"j.json", []byte(tree(`{"data":{"people":[`, ",", "]}}")), strings.Replace(peopleCSV, "  - entities:", "  - rows: /data/people/*\n    entities:", 1)},
		{"k.xml", []byte(xml), strings.NewReplacer("  - entities:", "  - rows: /people/person\n    entities:", "key: id", "key: \"@id\"", "[id, amount]", "[\"@id\", amount]").Replace(peopleCSV)},
		{"l.ftm.json", []byte(`{"id":"p1","schema":"Person","properties":{"name":["Ada","Ada L."],"birthDate":["1815"]}}` + "\n"), ""},
		{"m.csv", []byte("canonical_id,entity_id,prop,prop_type,schema,value,dataset,lang,original_value,external,first_seen,last_seen,origin,id\n" +
			"p1,p1,name,name,Person,Ada,d,,,f,,,,s1\np1,p1,birthDate,date,Person,1815-12-10,d,,10.12.1815,f,,,,s2\n"), ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			h := hometest.Memory(t)
			path := filepath.Join(t.TempDir(), c.file)
			must(t, os.WriteFile(path, c.data, 0o600))
			req := pipeline.Request{Paths: []string{path}, Dataset: "d"}
			if c.mapping != "" {
				req.Mapping = mappingFile(t, c.mapping)
			}
			rep := h.Import(t, req)
			if f := rep.Files[0]; f.Verdict != ledger.Read && f.Verdict != ledger.Partial || f.Read == 0 {
				t.Fatalf("%s: %s", f.Verdict, everythingSaid(t, h, f))
			}
			addsUp(t, h, rep)
			if n := cited(t, h, 1000); n < 2 {
				t.Errorf("%d citations", n)
			}
		})
	}
}
