package tabular_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/tabular"
)

func read(t testing.TB, mediaType string, data []byte, limits document.Limits) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), tabular.Reader{}, data, document.Input{Type: mediaType, Limits: limits})
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// rows are the cells of a table, joined by "|".
func rows(d *documenttest.Doc, table string) []string {
	var out []string
	for _, r := range d.Rows {
		if r.Table != table {
			continue
		}
		var cells []string
		for _, c := range r.Cells {
			cells = append(cells, c.Text)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func TestCSV(t *testing.T) {
	d := read(t, "text/csv", []byte("name;born\n\"Bo;at\";1970\n\"two\nlines\";1980\n"), document.Limits{})
	want := []string{"name|born", "Bo;at|1970", "two\nlines|1980"}
	if d.Err != nil || !slices.Equal(rows(d, ""), want) || d.Text() != "name\tborn\nBo;at\t1970\ntwo lines\t1980\n" || d.Get("encoding") == "" {
		t.Errorf("got %v", d)
	}
	if d.Rows[0].Number != 1 || d.Rows[2].Number != 3 {
		t.Errorf("rows are numbered %d to %d", d.Rows[0].Number, d.Rows[2].Number)
	}
	// A limit ends it with a gap, and what was said stands.
	d = read(t, "text/csv", []byte("a,b\n"+strings.Repeat("1,2\n", 1000)), document.Limits{Cells: 100})
	if d.Err != nil || len(d.Rows) != 33 || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch {
		t.Errorf("%d rows, %v, %v", len(d.Rows), d.Gaps, d.Err)
	}
	d = read(t, "text/csv", []byte("a,b\n"+strings.Repeat(strings.Repeat("word ", 100)+",2\n", 1000)), document.Limits{})
	if d.Err != nil || len(d.Rows) != 1001 || len(d.Pages) != 1 || len(d.Pages[0].Text) > 256<<10 || len(d.Notes) == 0 {
		t.Errorf("%d rows, %d bytes, %v, %v", len(d.Rows), len(d.Text()), d.Notes, d.Err)
	}
}

func TestSQLite(t *testing.T) {
	d := read(t, "application/vnd.sqlite3", fixture(t, "affair.sqlite"), document.Limits{})
	if d.Err != nil {
		t.Fatal(d.Err)
	}
	person := []string{"id|full name|born|weight|photo", "7|Ada Exämple|1970-01-02|61.5|x'0102'", `8|Bo, "the" boat||-3|`, "900000000000||1999|1e+300|"}
	if got := rows(d, "person"); !slices.Equal(got, person) {
		t.Errorf("person is %q", got)
	}
	if got := rows(d, "log"); len(got) != 301 || got[0] != "n|line" || got[300] != "300|line number 300" {
		t.Errorf("log has %d rows: %q", len(got), got[:min(3, len(got))])
	}
	if got := rows(d, "long"); len(got) != 2 || got[1] != strings.Repeat("word ", 2000) {
		t.Errorf("long has %d rows", len(got))
	}
	if len(d.Members) != 1 || d.Members[0].Path != "person/8/photo" || len(d.Members[0].Bytes) != 100 {
		t.Errorf("members %v", d.Members)
	}
	if len(d.Gaps) != 1 || d.Gaps[0].Code != document.Unknown || len(d.Notes) != 1 || d.Notes[0].Code != "view" {
		t.Errorf("gaps %v, notes %v", d.Gaps, d.Notes)
	}
	if len(d.Pages) != 3 || d.Pages[0].Label != "person" {
		t.Errorf("%d pages", len(d.Pages))
	}
	d = read(t, "application/vnd.sqlite3", fixture(t, "wide.sqlite"), document.Limits{})
	if got := rows(d, "t"); !slices.Equal(got, []string{"a|b", "Größe|1"}) {
		t.Errorf("t is %q, %v", got, d.Err)
	}
}

// Names of columns stand above the rows, in row 1.
func TestDBF(t *testing.T) {
	field := func(name string, size byte) string {
		return name + strings.Repeat("\x00", 11-len(name)) + "C\x00\x00\x00\x00" + string([]byte{size}) + strings.Repeat("\x00", 15)
	}
	head := "\x03\x14\x01\x02" + "\x02\x00\x00\x00" + "\x61\x00" + "\x0b\x00" + strings.Repeat("\x00", 20)
	data := head + field("NAME", 6) + field("TOWN", 4) + "\x0d" + " Ada   Rome" + " Bo    Oslo" + "\x1a"
	d := read(t, "application/x-dbf", []byte(data), document.Limits{})
	if got := rows(d, d.Rows[0].Table); d.Err != nil || !slices.Equal(got, []string{"NAME|TOWN", "Ada|Rome", "Bo|Oslo"}) || d.Rows[2].Number != 3 {
		t.Errorf("got %v", d)
	}
}

// A damaged database gives what can be read, and says what cannot.
func TestDamage(t *testing.T) {
	good := fixture(t, "affair.sqlite")
	silent := 0
	for i := 0; i < len(good); i += 7 {
		bad := bytes.Clone(good)
		bad[i] ^= 0xff
		d := read(t, "application/vnd.sqlite3", bad, document.Limits{})
		if d.Err == nil && len(d.Rows) == 0 && len(d.Gaps) == 0 {
			silent++
		}
		read(t, "application/vnd.sqlite3", good[:i], document.Limits{})
	}
	if silent > 0 {
		t.Errorf("%d changes made all rows vanish", silent)
	}
	// A tree that leads to itself: the right-most child of the table with many rows.
	d := read(t, "application/vnd.sqlite3", loop(good), document.Limits{})
	if d.Err != nil || len(d.Gaps) < 2 {
		t.Errorf("a circle: %v, %v", d.Gaps, d.Err)
	}
	var refusal *document.Refusal
	if d := read(t, "application/vnd.sqlite3", bytes.Repeat([]byte("encrypted!"), 100), document.Limits{}); !errors.As(d.Err, &refusal) {
		t.Errorf("an encrypted database gave %v", d.Err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d := documenttest.Read(ctx, tabular.Reader{}, good, document.Input{Type: "application/vnd.sqlite3"}); !errors.Is(d.Err, context.Canceled) {
		t.Errorf("a stopped reading gave %v", d.Err)
	}
}

// loop makes every inner page of a tree its own last child.
func loop(good []byte) []byte {
	bad := bytes.Clone(good)
	for n := 1; n < len(bad)/512; n++ {
		if p := bad[n*512:]; p[0] == 5 {
			binary.BigEndian.PutUint32(p[8:], uint32(n+1))
		}
	}
	return bad
}

// TestCorpus reads every table of the shared documents.
func TestCorpus(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), p)
		if err != nil {
			t.Fatal(err)
		}
		if k.Family != kind.Table || strings.HasPrefix(filepath.Base(p), ".") {
			continue
		}
		n++
		d := documenttest.Read(t.Context(), tabular.Reader{}, data, document.Input{Name: filepath.Base(p), Type: k.Type})
		if d.Err != nil || len(d.Rows) == 0 || strings.TrimSpace(d.Text()) == "" {
			t.Errorf("%s: %v", p, d)
		}
		if testing.Verbose() {
			t.Logf("%s: %d rows, %v, %v: %.200q", filepath.Base(p), len(d.Rows), d.Gaps, d.Notes, d.Text())
		}
	}
	if n < 3 {
		t.Errorf("only %d tables", n)
	}
}

func FuzzSQLite(f *testing.F) {
	f.Add(fixture(f, "affair.sqlite"))
	f.Add(fixture(f, "wide.sqlite"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read(t, "application/vnd.sqlite3", data, document.Limits{Cells: 100_000})
	})
}
