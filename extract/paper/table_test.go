package paper_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/paper"
)

// sheet makes a page with a table, whose lines are given with "|" between cells,
// and the rows that a reader says of it.
func sheet(number, left int, title string, lines ...string) (document.Page, []document.Row) {
	p := document.Page{Number: number, Width: 612, Height: 792, Origin: document.Letters, Text: title + "\n"}
	var rows []document.Row
	for i, line := range lines {
		row := document.Row{Table: fmt.Sprintf("page %d, table 1", number), Number: int64(i + 1), Page: number}
		for k, cell := range strings.Split(line, "|") {
			start := len([]rune(p.Text))
			p.Text += cell + "\t"
			c := document.Cell{Text: cell, Start: start, End: start + len([]rune(cell))}
			if cell == "" {
				c.Start, c.End = 0, 0
			} else {
				p.Boxes = append(p.Boxes, document.Box{Start: c.Start, End: c.End, Left: float32(left + 100*k), Right: float32(left + 100*k + 50), Top: float32(50 + 12*i), Bottom: float32(60 + 12*i)})
			}
			row.Cells = append(row.Cells, c)
		}
		p.Text = strings.TrimSuffix(p.Text, "\t") + "\n"
		rows = append(rows, row)
	}
	return p, rows
}

// shown gives each table as "name (rows) caption: header / row / row", each cell
// held against what stands at its place.
func shown(t *testing.T, src paper.Source) (out []string) {
	t.Helper()
	tables, err := paper.Tables(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := src()
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		info := table.Info()
		s := fmt.Sprintf("%s (%d) %s: %s", info.Table, table.Rows, table.Caption, strings.Join(info.Header, "|"))
		n := int64(0)
		for rec, err := range table.Records(context.Background(), "") {
			if err != nil {
				t.Fatal(err)
			}
			n++
			var cells []string
			for _, c := range rec.Columns() {
				for _, cell := range rec.Cells(c) {
					cells = append(cells, cell.Text)
					there, err := paper.Fetch(r, cell.At)
					if err != nil || there != cell.Quote() {
						t.Errorf("%s: %q at %s, where %q stands: %v", c, cell.Quote(), cell.At, there, err)
					}
				}
			}
			s += " / " + strings.Join(cells, "|")
		}
		if n != table.Rows {
			t.Errorf("%s has %d rows, and %d are said", info.Table, n, table.Rows)
		}
		out = append(out, s)
	}
	return out
}

func TestTables(t *testing.T) {
	head := "Name|Dues|Day"
	one, rows1 := sheet(1, 50, "Ships of the harbour", head, "Maria Stern|12.50|2024-01-02", "Otter||2024-01-03")
	again, rows2 := sheet(2, 50, "", head, "Gull|7.00|2024-02-01")
	on, rows3 := sheet(2, 53, "", "Gull|7.00|2024-02-01", "Tern|8.00|2024-02-02")
	aside, rows4 := sheet(2, 140, "", "Gull|7.00|2024-02-01", "Tern|8.00|2024-02-02")
	far, rows5 := sheet(4, 50, "", head, "Gull|7.00|2024-02-01", "Tern|8.00|2024-02-02")
	other, rows6 := sheet(2, 50, "Berths", "Berth|Length|Since", "4|120|1999", "5|80|2001")
	first := "page 1, table 1 (2) Ships of the harbour: Name|Dues|Day / Maria Stern|12.50|2024-01-02 / Otter||2024-01-03"
	longer := func(n int) string { return strings.Replace(first, "(2)", fmt.Sprintf("(%d)", n), 1) }
	for _, tt := range []struct {
		name string
		page document.Page
		rows []document.Row
		want []string
	}{
		{"header again", again, rows2, []string{longer(3) + " / Gull|7.00|2024-02-01"}},
		{"goes on", on, rows3, []string{longer(4) + " / Gull|7.00|2024-02-01 / Tern|8.00|2024-02-02"}},
		{"beside", aside, rows4, []string{first, "page 2, table 1 (2) : #1|#2|#3 / Gull|7.00|2024-02-01 / Tern|8.00|2024-02-02"}},
		{"a page between", far, rows5, []string{first, "page 4, table 1 (2) : Name|Dues|Day / Gull|7.00|2024-02-01 / Tern|8.00|2024-02-02"}},
		{"another header", other, rows6, []string{first, "page 2, table 1 (2) Berths: Berth|Length|Since / 4|120|1999 / 5|80|2001"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := shown(t, source(t, []document.Page{one, tt.page}, append(rows1[:len(rows1):len(rows1)], tt.rows...)))
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestLines finds tables in the lines of a text that has no others.
func TestLines(t *testing.T) {
	text := "Dear clerk,\n\nName\tDues\nMaria Stern\t12.50\nOtter\t\n\nthe rest:\tnothing\nyours\n"
	got := shown(t, source(t, []document.Page{{Number: 1, Text: text, Origin: document.Letters}}, nil))
	if want := "page 1, table 1 (2) Dear clerk,: Name|Dues / Maria Stern|12.50 / Otter|"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	over := []document.Page{{Number: 1, Text: "Name\tDues\nMaria Stern\t12.50\nOtter\t3.00\n"}, {Number: 2, Text: "Name\tDues\nGull\t7.00\n"}}
	if got := shown(t, source(t, over, nil)); len(got) != 1 || !strings.HasSuffix(got[0], "/ Otter|3.00 / Gull|7.00") {
		t.Errorf("got %q", got)
	}
}

// TestSheet cites what stands on no page by row and column.
func TestSheet(t *testing.T) {
	rows := []document.Row{
		{Table: "Dues", Number: 3, Cells: []document.Cell{{Text: "Name"}, {Text: "Dues"}}},
		{Table: "Dues", Number: 4, Cells: []document.Cell{{Text: "Maria Stern"}, {Text: "12.50"}, {Text: "paid"}}},
		{Table: "Dues", Number: 7, Cells: []document.Cell{{Text: "Otter"}}},
	}
	src := source(t, nil, rows)
	got := shown(t, src)
	if want := "Dues (2) : Name|Dues|#3 / Maria Stern|12.50|paid / Otter"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
	tables, err := paper.Tables(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range tables[0].Records(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if c := rec.Cells("Name")[0]; c.At.Table != "Dues" || c.At.Row != rec.At().Row || c.At.Column != "Name" || c.At.Page != 0 {
			t.Errorf("%q stands at %+v", c.Text, c.At)
		}
	}
}

func FuzzLines(f *testing.F) {
	f.Add("Name\tDues\nA\t1\nB\t2")
	f.Add("\t\n\t\n\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 || strings.ContainsFunc(text, func(r rune) bool { return r == 0xfffd }) {
			return
		}
		shown(t, source(t, []document.Page{{Number: 1, Text: text}, {Number: 2, Text: text}}, nil))
	})
}
