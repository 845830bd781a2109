package paper_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/document"
	"overt/extract/paper"
	"overt/extract/reading"
	"overt/mapping"
)

var update = flag.Bool("update", false, "rewrite golden files")

// draw makes a page of a text as it would be printed: a character is 5 points
// wide, a line 10 high, a letter 6. As printers do, it tells the right half after the left.
func draw(number int, text string) document.Page {
	p := document.Page{Number: number, Width: 612, Height: 792, Origin: document.Letters}
	var b strings.Builder
	n := 0
	for _, right := range []bool{false, true} {
		for i, line := range strings.Split(text, "\n") {
			runes := []rune(line)
			for at := 0; at < len(runes); {
				if runes[at] == ' ' {
					at++
					continue
				}
				end := at
				for end < len(runes) && runes[end] != ' ' {
					end++
				}
				word := string(runes[at:end])
				if (at >= 60) == right {
					p.Boxes = append(p.Boxes, document.Box{Start: n, End: n + end - at,
						Left: float32(20 + 5*at), Right: float32(20 + 5*end), Top: float32(30 + 10*i), Bottom: float32(36 + 10*i)})
					b.WriteString(word + " ")
					n += end - at + 1
				}
				at = end
			}
			b.WriteByte('\n')
			n++
		}
	}
	p.Text = b.String()
	return p
}

// source keeps a reading of pages and rows.
func source(t testing.TB, pages []document.Page, rows []document.Row) paper.Source {
	t.Helper()
	var out bytes.Buffer
	w, err := reading.NewWriter(&out, reading.Head{Document: overt.BlobID(strings.Repeat("0", 64)), Type: "application/pdf", Reader: "test/1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if err := w.Page(p); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range rows {
		if err := w.Row(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return func() (*reading.Reading, func() error, error) {
		r, err := reading.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
		return r, func() error { return nil }, err
	}
}

func form(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "forms", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// applied writes what a mapping makes of a document's forms, a value a line, and
// holds each cell against what stands at its place.
func applied(t testing.TB, m *mapping.Mapping, src paper.Source) string {
	t.Helper()
	var b strings.Builder
	var all []*mapping.Form
	for _, q := range m.Queries {
		all = append(all, q.Form)
	}
	r, _, err := src()
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range m.Queries {
		f := paper.NewForm(src, q.Name, q.Form, all)
		for rec, err := range f.Records(context.Background(), "") {
			if extract.IsRowError(err) {
				fmt.Fprintf(&b, "%s: %v\n", q.Name, err)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s %s\n", q.Name, rec.At())
			err := m.Apply(q, rec, func(e mapping.Entity) error {
				fmt.Fprintf(&b, "  %s %s\n", e.Schema, e.ID)
				for _, v := range e.Values {
					line, _ := json.Marshal([]string{v.Prop, v.Clean, v.Cells[0].Quote()})
					fmt.Fprintf(&b, "    %s\n", line)
				}
				return nil
			}, func(p mapping.Problem) { fmt.Fprintf(&b, "  problem %s %s %s\n", p.Column, p.Property, p.Reason) })
			if err != nil {
				t.Fatal(err)
			}
			for _, column := range rec.Columns() {
				for _, c := range rec.Cells(column) {
					if there, err := paper.Fetch(r, c.At); err != nil || there != c.Quote() {
						t.Errorf("%s: %q at %s, where %q stands: %v", column, c.Quote(), c.At, there, err)
					}
				}
			}
		}
		for _, w := range f.Info().Warnings {
			fmt.Fprintf(&b, "  ! %s\n", w.Message)
		}
	}
	return b.String()
}

// TestAwardForms reads an invented form of each kind.
func TestAwardForms(t *testing.T) {
	m := mapping.Pack("award-form")
	for _, name := range []string{"fpds", "sf1449", "sf26", "of347", "sf30"} {
		t.Run(name, func(t *testing.T) {
			text := form(t, name+".txt")
			got := applied(t, m, source(t, []document.Page{draw(1, text)}, nil))
			file := filepath.Join("testdata", "forms", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
			// Of text that has no places the same values come.
			typed := applied(t, m, source(t, []document.Page{{Number: 1, Text: text, Origin: document.Letters}}, nil))
			if diff := cmp.Diff(values(got), values(typed)); diff != "" {
				t.Errorf("drawn -, typed +\n%s", diff)
			}
		})
	}
}

// values are the lines of values, without what was quoted.
func values(applied string) []string {
	var out []string
	for line := range strings.Lines(applied) {
		var v []string
		if json.Unmarshal([]byte(line), &v) == nil && len(v) == 3 {
			out = append(out, v[0]+" = "+v[1])
		}
	}
	slices.Sort(out)
	return out
}
