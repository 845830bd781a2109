package paper_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"overt/extract"
	"overt/extract/document"
	"overt/extract/paper"
	"overt/mapping"
)

const receipts = `
name: receipts
queries:
  - name: receipt
    form:
      begins: [HARBOUR RECEIPT]
      fields:
        Number: {label: Receipt No, where: right, value: '^[A-Z]?\d+$', required: true}
        Payer: {label: [2. RECEIVED FROM, 2. PAYER], where: below, required: true}
        Ship: {label: Name of the ship}
        Sum: {label: Total amount received, value: '\d+\.\d\d'}
    entities: {p: {schema: Payment, keys: [Number], properties: {purpose: Ship}}}
`

const receipt = `            HARBOUR RECEIPT
Receipt No: 17                      Clerk: E. Muster
2. RECEIVED FROM          3. FOR
ADA EXAMPLE               DUES
1 QUAY STREET

Name of the ship: MARIA STERN       Berth: 4
Total amount
received:                 120.50 EUR
`

// read gives the records of a form as "field=value" and the reasons of those
// that could not be given.
func read(t testing.TB, text string, pages ...document.Page) (out []string, warned []extract.Warning) {
	t.Helper()
	m, err := mapping.Parse("receipts.yml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	q := m.Queries[0]
	src := source(t, pages, nil)
	r, _, err := src()
	if err != nil {
		t.Fatal(err)
	}
	f := paper.NewForm(src, q.Name, q.Form, []*mapping.Form{q.Form})
	for rec, err := range f.Records(context.Background(), "") {
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		var line []string
		for _, c := range rec.Columns() {
			for _, cell := range rec.Cells(c) {
				line = append(line, c+"="+cell.Text)
				if there, err := paper.Fetch(r, cell.At); err != nil || there != cell.Quote() {
					t.Errorf("%s: %q at %s, where %q stands: %v", c, cell.Quote(), cell.At, there, err)
				}
			}
		}
		out = append(out, strings.Join(line, "; "))
	}
	return out, f.Info().Warnings
}

func TestForms(t *testing.T) {
	const whole = "Number=17; Payer=ADA EXAMPLE; Ship=MARIA STERN; Sum=120.50"
	second := strings.NewReplacer("17", "18", "ADA", "BERTA").Replace(receipt)
	other := "Number=18; Payer=BERTA EXAMPLE; Ship=MARIA STERN; Sum=120.50"
	recognised := draw(1, strings.NewReplacer("Name of the ship", "Narne of the ship", "RECEIVED FROM", "RECElVED FR0M", "No: 17", "No: l7", "HARBOUR RECEIPT", "HARB0UR RECEIPT").Replace(receipt))
	recognised.Origin = document.Recognised
	for _, tt := range []struct {
		name  string
		pages []document.Page
		want  []string
		warn  string
	}{
		{"one", []document.Page{draw(1, receipt)}, []string{whole}, ""},
		{"a page before, and one behind", []document.Page{draw(1, "To the board:\nsee the harbour receipt"), draw(2, receipt), draw(3, "Receipt No: 99")}, []string{whole}, ""},
		{"two on two pages", []document.Page{draw(1, receipt), draw(2, second)}, []string{whole, other}, ""},
		{"two on one page", []document.Page{draw(1, receipt+"\n"+second)}, []string{whole, other}, ""},
		{"over two pages", []document.Page{draw(1, receipt[:strings.Index(receipt, "Name")]), draw(2, receipt[strings.Index(receipt, "Name"):])}, []string{whole}, ""},
		{"the title again on the page behind", []document.Page{draw(1, receipt), draw(2, "HARBOUR RECEIPT\nTerms of payment")}, []string{whole}, ""},
		{"of recognised text", []document.Page{recognised}, []string{whole}, ""},
		{"a label is missing", []document.Page{draw(1, strings.Replace(receipt, "Name of the ship", "Vessel", 1))},
			[]string{"Number=17; Payer=ADA EXAMPLE; Sum=120.50"}, `the form has no label for "Ship"`},
		{"a required value is missing", []document.Page{draw(1, strings.Replace(receipt, "ADA EXAMPLE", "           ", 1))},
			[]string{"Number=17; Payer=1 QUAY STREET; Ship=MARIA STERN; Sum=120.50"}, ""},
		{"required label and value are missing", []document.Page{draw(1, strings.Replace(receipt, "2. RECEIVED FROM", "2. ON BEHALF OF ", 1))},
			[]string{`page 1, 0–15: the form has no value for "Payer"`}, ""},
		{"the words alone", []document.Page{draw(1, "HARBOUR RECEIPT\nis what the clerk gives")}, nil, ""},
		{"another form", []document.Page{draw(1, "HARBOUR LETTER\nReceipt No: 17")}, nil, ""},
		{"no page", nil, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, warned := read(t, receipts, tt.pages...)
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if tt.warn == "" && len(warned) > 0 || tt.warn != "" && (len(warned) != 1 || warned[0].Message != tt.warn) {
				t.Errorf("warned %v, want %q", warned, tt.warn)
			}
		})
	}
}

// TestFilled reads a form whose values are fields of the PDF, told after the text
// of the page where they stand.
func TestFilled(t *testing.T) {
	p := draw(1, "HARBOUR RECEIPT\nReceipt No:\n2. RECEIVED FROM          3. FOR\n\n\nName of the ship:          Berth: 4\n")
	add := func(s string, left, top float32) {
		n := len([]rune(p.Text))
		p.Text += s + "\n"
		at := 0
		for _, w := range strings.SplitAfter(s, " ") {
			p.Boxes = append(p.Boxes, document.Box{Start: n + at, End: n + at + len(strings.TrimSpace(w)), Left: left, Top: top, Right: left + 90, Bottom: top + 9})
			at += len(w)
		}
	}
	p.Text += "Form fields:\n"
	add("topmost[0].no[0] = 17", 85, 39)
	add("topmost[0].payer = ADA EXAMPLE", 20, 61)
	add("ship = MARIA = STERN", 115, 79)
	got, _ := read(t, receipts, p)
	if want := "Number=17; Payer=ADA EXAMPLE; Ship=MARIA = STERN"; len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHostile reads pages that are made to cost.
func TestHostile(t *testing.T) {
	many := document.Page{Number: 1, Text: strings.Repeat("HARBOUR RECEIPT Receipt No: 1 2. RECEIVED FROM\n", 20_000), Origin: document.Letters}
	odd := draw(1, receipt)
	for i := range odd.Boxes {
		switch i % 5 {
		case 0:
			odd.Boxes[i].Left = float32(math.NaN())
		case 1:
			odd.Boxes[i].Top, odd.Boxes[i].Bottom = float32(math.Inf(-1)), float32(math.Inf(1))
		case 2:
			odd.Boxes[i].Right = -1e30
		}
	}
	tall := draw(1, receipt)
	for i := range tall.Boxes {
		tall.Boxes[i].Top, tall.Boxes[i].Bottom = 0, 792
	}
	for _, p := range []document.Page{many, odd, tall, {Number: 1, Text: strings.Repeat("\t", 1<<20)}, {Number: 1, Text: "HARBOUR RECEIPT" + strings.Repeat("a", 1<<20)}} {
		read(t, receipts, p)
	}
	if _, warned := read(t, receipts, many); len(warned) == 0 {
		t.Error("nobody says that the page was not looked at whole")
	}
}

func FuzzForm(f *testing.F) {
	f.Add(receipt, byte(3), byte(7))
	f.Add("HARBOUR RECEIPT\nReceipt No:\t17\n2. PAYER\nA = B\nForm fields:\nx = y", byte(0), byte(0))
	f.Fuzz(func(t *testing.T, text string, wide, high byte) {
		if len(text) > 1<<12 || strings.ContainsFunc(text, func(r rune) bool { return r == 0xfffd }) {
			return
		}
		p := draw(1, text)
		for i := range p.Boxes { // askew
			p.Boxes[i].Left -= float32(i%7) * float32(wide) / 8
			p.Boxes[i].Top += float32(i%5) * float32(high) / 8
			p.Boxes[i].Bottom += float32(i%3) * float32(high) / 8
		}
		read(t, receipts, p)
		read(t, receipts, document.Page{Number: 1, Text: text, Origin: document.Recognised})
	})
}
