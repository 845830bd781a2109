package records

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/extract/open"
	"overt/internal/sandbox"
)

func sqliteFile(t *testing.T, script string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "r.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	return file(t, path)
}

const companies = `create table company (id integer primary key, name); insert into company values (7, 'Ferrum'), (9, null), (11, x'00ff');
	create table shares (of integer, share); insert into shares values (7, 50.0), (9, 'x'); create view v as select 1;
	create table counted (k text primary key, v) without rowid; insert into counted values ('a', 1);`

// columns reads all but those that are refused.
type columns struct{ refused string }

func (c columns) Wanted(header []string) []string {
	return slices.DeleteFunc(slices.Clone(header), func(h string) bool { return h == c.refused })
}

func (columns) Find(header []string, name string) string {
	if slices.Contains(header, name) {
		return name
	}
	return ""
}

func (c columns) Refused(_ []string, column string) bool { return column == c.refused }

// TestDatabases: SQLite files, packed or damaged, and queries on them, are told in
// a worker as they are here.
func TestDatabases(t *testing.T) {
	o := pool(t, sandbox.Config{}).Opener("x")
	whole := sqliteFile(t, companies)
	torn := slices.Clone(whole)
	for i := 4096; i < len(torn); i += 7 {
		torn[i] ^= 0x55
	}
	for _, src := range []extract.Source{
		source("r.sqlite", whole), source("r.sqlite.gz", gz(t, whole)), source("cut.sqlite", whole[:5000]), source("torn.sqlite", torn),
		source("two.zip", zipped(t, "a/r.db", whole, "b.db", whole, "c.csv", []byte("a,b\n1,2\n"))),
	} {
		same(t, o, src, open.Options{}, "", "x")
		same(t, o, src, open.Options{Limits: extract.Limits{Field: 3}}, "")
	}
	queries := []database.Query{
		{Tables: []database.Table{{Name: "company", Alias: "c"}, {Name: "shares", Alias: "s"}}, Joins: []database.Join{{Left: "c.id", Right: "s.of"}}, Columns: columns{}},
		{Tables: []database.Table{{Name: "company", Alias: "c"}}, Filters: []database.Filter{{Column: "c.id", Values: []string{"7"}, Not: true}}, Columns: columns{"c.name"}},
		{Tables: []database.Table{{Name: "company", Alias: "c"}}, Filters: []database.Filter{{Column: "c.name", Values: []string{"7"}}}, Columns: columns{"c.name"}},
		{Tables: []database.Table{{Name: "company", Alias: "c"}}, Filters: []database.Filter{{Column: "c.none", Values: []string{"7"}}}, Columns: columns{}},
		{Tables: []database.Table{{Name: "none", Alias: "c"}}, Columns: columns{}},
	}
	src := source("r.sqlite", whole)
	var got [2][]string
	for i, by := range []open.Opener{open.Here{}, o} {
		parts, err := by.Open(t.Context(), src, open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		book := parts[0].Reader.(database.Asked)
		for _, p := range parts {
			got[i] = append(got[i], fmt.Sprint(book.Beside(p.Reader.(database.Asked))))
		}
		for _, q := range queries {
			r, err := book.Query(q)
			if err != nil {
				got[i] = append(got[i], err.Error())
				continue
			}
			got[i] = append(got[i], told(t.Context(), extract.Part{Reader: r}, "")...)
		}
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		t.Errorf("here (-) and in a worker (+):\n%s", d)
	}
	if !strings.Contains(strings.Join(got[1], "\n"), "Ferrum") {
		t.Errorf("nothing was read: %q", got[1])
	}
}

// TestRooms: what does not fit into the memory of a worker lies with its parent: a
// packed database of 40 MB, and an archive inside another.
func TestRooms(t *testing.T) {
	if testing.Short() {
		t.Skip("large files are read in the full run only")
	}
	big := sqliteFile(t, `create table t (id integer primary key, x);
		with recursive n(i) as (select 1 union all select i+1 from n where i < 40000) insert into t select i, hex(randomblob(500)) from n;`)
	if len(big) < 2*keepInMemory {
		t.Fatalf("%d bytes are too few", len(big))
	}
	o := pool(t, sandbox.Config{Memory: 192 << 20}).Opener("x")
	for _, src := range []extract.Source{source("b.sqlite.gz", gz(t, big)), source("o.zip", zipped(t, "in.tar", tarred(t, "b.db", big)))} {
		parts, err := o.Open(t.Context(), src, open.Options{})
		if err != nil {
			t.Fatalf("%s: %v", src.Name, err)
		}
		n := 0
		for _, err := range parts[0].Reader.Records(t.Context(), "") {
			if err != nil {
				t.Fatalf("%s: row %d: %v", src.Name, n, err)
			}
			n++
		}
		if n != 40000 {
			t.Errorf("%s: %d rows", src.Name, n)
		}
		texts, err := o.FetchAll(t.Context(), src, open.Options{}, []overt.Locator{{Table: parts[0].Reader.Info().Table, Row: 39999, Column: "id"}})
		if err != nil || texts[0] != "39999" {
			t.Errorf("%s: %q, %v", src.Name, texts, err)
		}
	}
}

// TestChanged: a source that another worker opened, or that changed meanwhile, is
// opened again.
func TestChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.csv")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a,b\n1,2\n")
	o := pool(t, sandbox.Config{}).Opener("x")
	parts, err := o.Open(t.Context(), open.File(path), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Open(t.Context(), source("other.csv", []byte("x,y\n7,8\n")), open.Options{}); err != nil {
		t.Fatal(err)
	}
	write("a,b\n3,4\n5,6\n")
	var got []string
	for rec, err := range parts[0].Reader.Records(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, rec.Cells("a")[0].Text)
		// Another question while this one is under way.
		for inner, err := range parts[0].Reader.Records(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, inner.Cells("b")[0].Text)
			break
		}
	}
	if d := cmp.Diff([]string{"3", "4", "5", "4"}, got); d != "" {
		t.Error(d)
	}
}
