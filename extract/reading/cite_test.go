package reading

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"overt"
	"overt/extract/document"
)

func pagesOf(texts ...string) func(w *Writer) error {
	return func(w *Writer) error {
		for i, text := range texts {
			if err := w.Page(document.Page{Number: i + 1, Text: text, Origin: document.Letters}); err != nil {
				return err
			}
		}
		return nil
	}
}

func cite(t testing.TB, r *Reading, page int, quote string) Cite {
	t.Helper()
	p, err := r.Page(page)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(p.Text, quote)
	if !found {
		t.Fatalf("page %d has no %q", page, quote)
	}
	start := utf8.RuneCountInString(before)
	c, err := r.Cite(page, start, start+utf8.RuneCountInString(quote))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const passage = "Über die Vergabe wurde am 12. März entschieden. Das Ministerium zahlte 1.250.000 Euro an die Firma Nordwind GmbH für den Betrieb der Anlage. Weitere Zahlungen folgten."

// A passage that is read again is found, whatever recognition did to it, or
// said to be lost.
func TestFind(t *testing.T) {
	b, _ := write(t, pagesOf("Erste Seite.", passage, "Letzte Seite."))
	r := open(t, b)
	quote := "zahlte 1.250.000 Euro an die Firma Nordwind GmbH"
	c := cite(t, r, 2, quote)
	if c.Quote != quote || !strings.HasSuffix(c.Before, "Das Ministerium ") || !strings.HasPrefix(c.After, " für den Betrieb") || utf8.RuneCountInString(c.Before) != 32 {
		t.Fatalf("the cite is %+v", c)
	}
	tests := []struct {
		name  string
		pages []string
		state State
		quote string
		page  int
	}{
		{"read the same", []string{"Erste Seite.", passage, "Letzte Seite."}, Same, quote, 2},
		{"another page changed", []string{"ERSTE SEITE", passage, "x"}, Same, quote, 2},
		{"something before it", []string{"Erste Seite.", "Kopfzeile\n" + passage}, Moved, quote, 2},
		{"other line ends", []string{"", strings.ReplaceAll(passage, "an die ", "an\ndie ")}, Moved, "zahlte 1.250.000 Euro an\ndie Firma Nordwind GmbH", 2},
		{"divided at a line's end", []string{"", strings.ReplaceAll(passage, "Nordwind", "Nord-\nwind")}, Moved, "zahlte 1.250.000 Euro an die Firma Nord-\nwind GmbH", 2},
		{"a page further", []string{"Erste Seite.", "Eingelegt.", passage}, Moved, quote, 3},
		{"badly recognised", []string{"", strings.NewReplacer("Firma", "F1rma", "Euro", "Eur0").Replace(passage)}, Changed, "zahlte 1.250.000 Eur0 an die F1rma Nordwind GmbH", 2},
		{"better recognised, elsewhere", []string{strings.ToUpper(passage), "leer"}, Changed, strings.ToUpper(quote), 1},
		{"another text", []string{"", "Das Ministerium zahlte nichts.", ""}, Lost, quote, 2},
		{"no text", []string{"", "", ""}, Lost, quote, 2},
		{"no pages", nil, Lost, quote, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, _ := write(t, pagesOf(tt.pages...))
			state, got, err := open(t, b).Find(c)
			if err != nil || state != tt.state || got.Quote != tt.quote || got.Page != tt.page {
				t.Errorf("got %s %q on page %d, %v; want %s %q on page %d", state, got.Quote, got.Page, err, tt.state, tt.quote, tt.page)
			}
		})
	}
}

// Of the same words at several places, those are found that stand as they did.
func TestFindAmong(t *testing.T) {
	line := func(n int) string { return fmt.Sprintf("Vertrag %d über 500.000 Euro mit Firma %d\n", n, n) }
	b, _ := write(t, pagesOf(line(1)+line(2)+line(3)))
	r := open(t, b)
	start := len([]rune(line(1))) + len([]rune("Vertrag 2 über "))
	c, err := r.Cite(1, start, start+len("500.000 Euro"))
	if err != nil {
		t.Fatal(err)
	}
	b, _ = write(t, pagesOf("Neu gelesen\n\n"+line(1)+line(2)+line(3)))
	state, got, err := open(t, b).Find(c)
	if err != nil || state != Moved || !strings.HasSuffix(got.Before, "Vertrag 2 über ") {
		t.Errorf("got %s %+v, %v", state, got, err)
	}
}

// A quote that comes several times and did not move is not taken for another.
func TestSamePlaceOtherText(t *testing.T) {
	b, _ := write(t, pagesOf("Nein. Ja. Nein. Ja. Vielleicht."))
	r := open(t, b)
	c := cite(t, r, 1, "Ja. V")
	b, _ = write(t, pagesOf("Etwas anderes, Ja. V, an derselben Stelle."))
	if state, got, err := open(t, b).Find(c); err != nil || state != Moved {
		t.Errorf("got %s %+v, %v", state, got, err)
	}
}

func TestCiteRefuses(t *testing.T) {
	b, _ := write(t, pagesOf("ab  cd"))
	r := open(t, b)
	for _, at := range [][3]int{{1, -1, 2}, {1, 2, 2}, {1, 3, 2}, {1, 0, 7}, {1, 2, 4}} {
		if _, err := r.Cite(at[0], at[1], at[2]); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%v: %v", at, err)
		}
	}
	if _, err := r.Cite(2, 0, 1); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("page 2: %v", err)
	}
	c := cite(t, r, 1, "ab")
	c.Document = "another"
	if _, _, err := r.Find(c); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("another document: %v", err)
	}
}

// Boxes of a quote are joined line by line.
func TestBoxes(t *testing.T) {
	b, _ := write(t, func(w *Writer) error {
		return w.Page(document.Page{Number: 1, Text: "one two\nthree", Origin: document.Letters, Boxes: []document.Box{
			{Start: 0, End: 3, Left: 10, Top: 10, Right: 20, Bottom: 20},
			{Start: 4, End: 7, Left: 25, Top: 11, Right: 40, Bottom: 21},
			{Start: 8, End: 13, Left: 10, Top: 30, Right: 30, Bottom: 40},
		}})
	})
	c := cite(t, open(t, b), 1, "two\nthree")
	if len(c.Boxes) != 2 || c.Boxes[0].Left != 25 || c.Boxes[1].Top != 30 {
		t.Errorf("two\\nthree stands at %+v", c.Boxes)
	}
	if c = cite(t, open(t, b), 1, "one two"); len(c.Boxes) != 1 || c.Boxes[0].Right != 40 || c.Boxes[0].Bottom != 21 {
		t.Errorf("one two stands at %+v", c.Boxes)
	}
}

// The nearest stretch is what trying all stretches finds.
func TestNearly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "abc"[r.IntN(3)]
		}
		return string(b)
	}
	for range 300 {
		page, quote := text(30), text(10)
		best := len(quote)
		for i := range page {
			for j := i; j <= len(page); j++ {
				best = min(best, edits(page[i:j], quote))
			}
		}
		got := nearly([]rune(page), quote, 0)
		if best > len(quote)/5 {
			if got.end != 0 {
				t.Fatalf("%q in %q: found %+v, the least is %d", quote, page, got, best)
			}
			continue
		}
		if best > 0 && (got.edits != best || edits(page[got.start:got.end], quote) != best) {
			t.Fatalf("%q in %q: found %+v, the least is %d", quote, page, got, best)
		}
	}
}

func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func FuzzFind(f *testing.F) {
	f.Add("one two three", "two", "one two three", 4)
	f.Add("äöü-\nß", "öü-\nß", "Xäöüß", 1)
	f.Fuzz(func(t *testing.T, page, quote, other string, start int) {
		if !utf8.ValidString(page) || !utf8.ValidString(other) || len(page) > 500 || len(other) > 500 {
			return
		}
		b, _ := write(t, pagesOf(page))
		r := open(t, b)
		c, err := r.Cite(1, start, start+len([]rune(quote)))
		if err != nil {
			return
		}
		if state, got, err := r.Find(c); err != nil || state != Same || got.Quote != c.Quote {
			t.Fatalf("in its own reading: %s, %v", state, err)
		}
		b, _ = write(t, pagesOf(other))
		state, got, err := open(t, b).Find(c)
		if err != nil {
			t.Fatal(err)
		}
		if state != Lost {
			text := []rune(other)
			if string(text[got.Start:got.End]) != got.Quote {
				t.Fatalf("%s: %+v", state, got)
			}
		}
	})
}
