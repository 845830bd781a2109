package reading

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
)

var head = Head{Document: overt.BlobID(strings.Repeat("ab", 32)), Type: "application/pdf", Reader: "test/1"}

func write(t testing.TB, say func(w *Writer) error) ([]byte, *Index) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, head)
	if err != nil {
		t.Fatal(err)
	}
	if err := say(w); err != nil {
		t.Fatal(err)
	}
	x, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), x
}

func open(t testing.TB, b []byte) *Reading {
	t.Helper()
	r, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// A said is a made-up document.
type said struct {
	pages []document.Page
	rows  []document.Row
}

func points(n int) float32 { return float32(float64(n) / 100) }

func invent(r *rand.Rand) (d said) {
	words := strings.Fields("der die ação Ärger 漢字 𝔘nicode plain text of some pages é")
	for n := range r.IntN(6) {
		p := document.Page{Number: n*2 + 1, Origin: document.Letters, Width: 595.28, Height: 841.89}
		var text []string
		at := 0
		for range r.IntN(40) {
			word := words[r.IntN(len(words))]
			text = append(text, word)
			length := len([]rune(word))
			left, top := r.IntN(50000), r.IntN(80000)
			p.Boxes = append(p.Boxes, document.Box{Start: at, End: at + length, Left: points(left), Top: points(top), Right: points(left + 1050), Bottom: points(top + 825)})
			at += length + 1
		}
		p.Text = strings.Join(text, " ")
		if r.IntN(3) == 0 {
			p.Origin, p.Confidence, p.Sparse, p.Label = document.Recognised, 0.75, true, "iv"
		}
		d.pages = append(d.pages, p)
	}
	for t := range r.IntN(4) {
		name := "table " + string(rune('A'+t))
		for n := range r.IntN(3000) {
			d.rows = append(d.rows, document.Row{Table: name, Number: int64(n + 1), Page: t, Hidden: t == 2, Cells: []document.Cell{
				{Text: words[r.IntN(len(words))], Start: n, End: n + 3}, {}, {Text: strings.Repeat("x", r.IntN(50))},
			}})
		}
	}
	return d
}

func (d said) write(w *Writer) error {
	for _, p := range d.pages {
		if err := w.Page(p); err != nil {
			return err
		}
	}
	for _, r := range d.rows {
		if err := w.Row(r); err != nil {
			return err
		}
	}
	return nil
}

// What was said is read back, and the same said gives the same bytes.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(60) {
		d := invent(rand.New(rand.NewPCG(seed, 1)))
		b, x := write(t, d.write)
		again, y := write(t, d.write)
		if !bytes.Equal(b, again) || x.Version != y.Version {
			t.Fatalf("seed %d: the same said gives other bytes", seed)
		}
		r := open(t, b)
		var pages []document.Page
		for p, err := range r.Text() {
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Boxes) == 0 {
				p.Boxes = nil
			}
			pages = append(pages, p)
		}
		var rows []document.Row
		for _, table := range r.Tables {
			for row, err := range r.Rows(table.Name) {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, row)
			}
		}
		if !reflect.DeepEqual(pages, d.pages) || !reflect.DeepEqual(rows, d.rows) {
			t.Fatalf("seed %d: read back it is another", seed)
		}
	}
}

func everything(w *Writer) error {
	for _, err := range []error{
		w.Property("title", "A"), w.Property("title", "B"), w.Property("author", "C"),
		w.Page(document.Page{Number: 2, Text: "x", Origin: document.Letters}),
		w.Member(Member{Member: document.Member{Path: "a/b.txt", Role: document.Attached, Raw: []byte("\xff")}, Blob: head.Document, Size: 3}),
		w.Gap(document.Gap{Page: 3, Code: document.Damaged, Reason: "the font is broken"}),
		w.Note(document.Note{Code: "macros", Message: "it has macros, which were not run"}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestIndex(t *testing.T) {
	b, x := write(t, everything)
	r := open(t, b)
	if !reflect.DeepEqual(&r.Index, x) {
		t.Errorf("got %+v\nwant %+v", r.Index, *x)
	}
	if got := r.Values("title"); !reflect.DeepEqual(got, []string{"A", "B"}) {
		t.Errorf("title %q", got)
	}
	if _, err := r.Page(3); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("a page that was not read: %v", err)
	}
	for _, err := range r.Rows("none") {
		if overt.CodeOf(err) != overt.NotFound {
			t.Errorf("a table that is not there: %v", err)
		}
	}
}

func TestTablesInterleaved(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, head)
	if err != nil {
		t.Fatal(err)
	}
	for i, table := range []string{"a", "b", "a"} {
		err = w.Row(document.Row{Table: table, Number: 1})
		if (overt.CodeOf(err) == overt.Invalid) != (i == 2) {
			t.Fatalf("row %d: %v", i, err)
		}
	}
}

// What names a version is all that was said, and nothing else.
func TestVersion(t *testing.T) {
	page := document.Page{Number: 1, Text: "x", Origin: document.Letters}
	other := page
	other.Boxes = []document.Box{{Start: 0, End: 1, Left: 1}}
	versions := map[string]string{}
	for name, say := range map[string]func(w *Writer) error{
		"nothing":   func(*Writer) error { return nil },
		"a page":    func(w *Writer) error { return w.Page(page) },
		"its boxes": func(w *Writer) error { return w.Page(other) },
		"a gap":     func(w *Writer) error { return w.Gap(document.Gap{Code: document.Damaged, Reason: "r"}) },
		"a note":    func(w *Writer) error { return w.Note(document.Note{Code: document.Damaged, Message: "r"}) },
		"a row":     func(w *Writer) error { return w.Row(document.Row{Table: "t", Number: 1}) },
		"property":  func(w *Writer) error { return w.Property("a", "b") },
	} {
		_, x := write(t, say)
		if before, there := versions[x.Version]; there {
			t.Errorf("%s and %s have one version", name, before)
		}
		versions[x.Version] = name
	}
}

// A byte that changed is felt: what is read is right, or an error.
func TestFlips(t *testing.T) {
	d := invent(rand.New(rand.NewPCG(5, 1)))
	d.rows = d.rows[:min(len(d.rows), 40)]
	b, _ := write(t, func(w *Writer) error {
		if err := everything(w); err != nil {
			return err
		}
		d.pages = []document.Page{{Number: 7, Text: "Wort für Wort", Origin: document.Letters}}
		return d.write(w)
	})
	want := tell(t, b)
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x41
		if got := tell(t, c); got != want && got != "" {
			t.Fatalf("byte %d changed: %s", i, got)
		}
	}
	for n := range b {
		if got := tell(t, b[:n]); got != "" {
			t.Fatalf("cut at %d: %s", n, got)
		}
	}
}

// tell reads everything; "" when something is wrong.
func tell(t testing.TB, b []byte) string {
	r, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		if overt.CodeOf(err) != overt.Internal {
			t.Errorf("%v", err)
		}
		return ""
	}
	defer func() { _ = r.Close() }()
	var s strings.Builder
	s.WriteString(r.Version)
	for p, err := range r.Text() {
		if err != nil {
			return ""
		}
		s.WriteString(p.Text)
	}
	for _, table := range r.Tables {
		for row, err := range r.Rows(table.Name) {
			if err != nil {
				return ""
			}
			for _, c := range row.Cells {
				s.WriteString(c.Text)
			}
		}
	}
	return s.String()
}

func FuzzOpen(f *testing.F) {
	b, _ := write(f, everything)
	f.Add(b)
	b, _ = write(f, invent(rand.New(rand.NewPCG(2, 1))).write)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) { tell(t, b) })
}

// FuzzBlock feeds the decoder what the sums would keep from it.
func FuzzBlock(f *testing.F) {
	p := document.Page{Number: 1, Text: "abc", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 1}}}
	f.Add(appendPage(nil, &p))
	f.Add(appendRow(nil, &document.Row{Number: 1, Cells: []document.Cell{{Text: "x"}}}))
	f.Fuzz(func(_ *testing.T, b []byte) {
		d := decoder{b: b}
		_ = d.page()
		d = decoder{b: b}
		_ = d.row(&TableInfo{})
	})
}
