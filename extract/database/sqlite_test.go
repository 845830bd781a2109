package database_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/internal/archive"
)

// made makes a SQLite file of a script and gives its path.
func made(t testing.TB, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a b?c#d%.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func fromDisk(path string) extract.Source {
	info, _ := os.Stat(path)
	return extract.Source{Name: "f.sqlite", Size: info.Size(), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

func fromMemory(b []byte) extract.Source {
	return extract.Source{Name: "f.sqlite", Size: int64(len(b)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

// opened opens a source whose bytes are all at hand.
func opened(ctx context.Context, src extract.Source, opts database.Options) ([]*database.Reader, error) {
	rc, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rc.Close() }()
	b, err := io.ReadAll(rc)
	if err != nil {
		return nil, err
	}
	return database.Open(ctx, src.Name, &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}, opts)
}

// lines writes what a reader gives: "place=text" for each cell.
func lines(ctx context.Context, r extract.Reader) (out []string, last error) {
	for rec, err := range r.Records(ctx, "") {
		var bad *extract.RowError
		if errors.As(err, &bad) {
			out = append(out, "! "+bad.Error())
			continue
		}
		if err != nil {
			return out, err
		}
		var cells []string
		for _, name := range rec.Columns() {
			for _, c := range rec.Cells(name) {
				cells = append(cells, fmt.Sprintf("%s=%s", c.At, c.Text))
			}
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out, nil
}

// columns reads the columns with these names; names are "alias.column".
type columns []string

func (c columns) Wanted(header []string) []string {
	return slices.DeleteFunc(slices.Clone(header), func(h string) bool { return !slices.Contains(c, h) })
}

func (c columns) Find(header []string, name string) string {
	if slices.Contains(header, name) {
		return name
	}
	return ""
}

// Refused refuses a column that is called secret.
func (columns) Refused(_ []string, column string) bool { return strings.HasSuffix(column, ".secret") }

func TestTables(t *testing.T) {
	path := made(t, `
		create table "odd ""name" (id integer primary key, " x " text, x blob, "rowid" blob);
		insert into "odd ""name" values (3, 'three', x'00ff', 'r'), (1, null, '', ''), (7, 236345105.88, 50.0, 1e300);
		create table keyed (k text primary key, v) without rowid;
		insert into keyed values ('b', 2), ('a', 1);
		create table low (v); insert into low(rowid, v) values (-5, 'minus'), (0, 'zero'), (9, 'nine');
		create table none (a, b);
		create view seen as select * from keyed;
		create virtual table words using fts5(t);
	`)
	for name, src := range map[string]extract.Source{"file": fromDisk(path), "packed": fromMemory(read(t, path))} {
		t.Run(name, func(t *testing.T) {
			rs, err := opened(t.Context(), src, database.Options{Table: "m"})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, r := range rs {
				if name := r.Info().Table; !strings.HasPrefix(name, "m!words_") { // plain tables of FTS5
					if got[name], err = lines(t.Context(), r); err != nil {
						t.Fatal(err)
					}
				}
			}
			want := map[string][]string{
				`m!odd "name`: {
					`m!odd "name, row 1, column id=1 | m!odd "name, row 1, column x (2)= | m!odd "name, row 1, column rowid=`,
					`m!odd "name, row 3, column id=3 | m!odd "name, row 3, column x=three | m!odd "name, row 3, column x (2)=00ff | m!odd "name, row 3, column rowid=r`,
					`m!odd "name, row 7, column id=7 | m!odd "name, row 7, column x=236345105.88 | m!odd "name, row 7, column x (2)=50.0 | m!odd "name, row 7, column rowid=1` + strings.Repeat("0", 300) + ".0",
				},
				"m!keyed": {"m!keyed, row 1, column k=a | m!keyed, row 1, column v=1", "m!keyed, row 2, column k=b | m!keyed, row 2, column v=2"},
				"m!low":   {"m!low, row 1, column v=minus", "m!low, row 2, column v=zero", "m!low, row 3, column v=nine"},
				"m!none":  nil,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("tables differ (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"2 views and virtual tables are not read; what they show stands in tables"}, rs[0].Info().Notes); diff != "" {
				t.Errorf("notes differ (-want +got):\n%s", diff)
			}
		})
	}
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const shares = `
	create table company (id integer primary key, name text, status);
	insert into company values (1, 'Ferrum', 'active'), (2, 'Aurum', ''), (3, 'Plumbum', null), (4, 'O''Neil', 5);
	create table shares (owner, owned, share real, secret);
	insert into shares (owner, owned, share) values (1, 2, 50), (1, 3, 12.5), (4, 1, 1);
`

func TestQuery(t *testing.T) {
	src := fromDisk(made(t, shares))
	one, shown := []database.Table{{Name: "Company", Alias: "c"}}, []database.Table{{Name: "shares", Alias: "s"}}
	tests := []struct {
		name  string
		query database.Query
		want  []string
		err   string
	}{
		{name: "join of a table with itself", query: database.Query{
			Tables:  []database.Table{{Name: "company", Alias: "top"}, {Name: "company", Alias: "sub"}, {Name: "shares", Alias: "s"}},
			Joins:   []database.Join{{Left: "top.id", Right: "s.owner"}, {Left: "sub.id", Right: "s.owned"}},
			Columns: columns{"top.name", "sub.name", "s.share"},
		}, want: []string{
			"company, row 1, column name=Ferrum | company, row 2, column name=Aurum | shares, row 1, column share=50.0",
			"company, row 1, column name=Ferrum | company, row 3, column name=Plumbum | shares, row 2, column share=12.5",
			"company, row 4, column name=O'Neil | company, row 1, column name=Ferrum | shares, row 3, column share=1.0",
		}},
		{name: "filter", query: database.Query{Tables: one, Columns: columns{"c.id", "c.status"},
			Filters: []database.Filter{{Column: "c.status", Values: []string{"5", "active"}}}},
			want: []string{"company, row 1, column id=1 | company, row 1, column status=active", "company, row 4, column id=4 | company, row 4, column status=5"}},
		{name: "many values", query: database.Query{Tables: one, Columns: columns{"c.id"},
			Filters: []database.Filter{{Column: "c.id", Values: numbers(4, 5000)}, {Column: "c.id", Values: numbers(5, 5000), Not: true}}},
			want: []string{"company, row 4, column id=4"}},
		{name: "without a value", query: database.Query{Tables: one, Columns: columns{"c.id", "c.status"},
			Filters: []database.Filter{{Column: "c.status", Values: []string{""}}}},
			want: []string{"company, row 2, column id=2 | company, row 2, column status=", "company, row 3, column id=3"}},
		{name: "not", query: database.Query{Tables: one, Columns: columns{"c.id", "c.status"},
			Filters: []database.Filter{{Column: "c.status", Values: []string{"active"}, Not: true}, {Column: "c.id", Values: []string{"4"}, Not: true}}},
			want: []string{"company, row 2, column id=2 | company, row 2, column status=", "company, row 3, column id=3"}},
		{name: "not without a value", query: database.Query{Tables: one, Columns: columns{"c.id", "c.status"},
			Filters: []database.Filter{{Column: "c.status", Values: []string{"", "active"}, Not: true}}},
			want: []string{"company, row 4, column id=4 | company, row 4, column status=5"}},
		{name: "a value is no SQL", query: database.Query{Tables: one, Columns: columns{"c.id", "c.name"},
			Filters: []database.Filter{{Column: "c.name", Values: []string{"' or 1=1 --", "O'Neil"}}}},
			want: []string{"company, row 4, column id=4 | company, row 4, column name=O'Neil"}},
		{name: "a table is no SQL", query: database.Query{Tables: []database.Table{{Name: `company" --`, Alias: "c"}}, Columns: columns{"c.id"}},
			err: `f.sqlite: the database has no table "company\" --"; its tables are company, shares`},
		{name: "an alias is no SQL", query: database.Query{Tables: []database.Table{{Name: "company", Alias: `c" --`}}, Columns: columns{`c" --.id`}},
			want: []string{"company, row 1, column id=1", "company, row 2, column id=2", "company, row 3, column id=3", "company, row 4, column id=4"}},
		{name: "no such column", query: database.Query{Tables: one, Joins: []database.Join{{Left: "c.id", Right: "c.no"}}, Columns: columns{"c.id"}},
			err: `f.sqlite: a join names a column "c.no" that Company does not have; the columns are c.id, c.name, c.status`},
		{name: "filter by a refused column", query: database.Query{Tables: shown, Filters: []database.Filter{{Column: "s.secret", Values: []string{"x"}}}, Columns: columns{"s.owner"}},
			err: `f.sqlite: a filter names the column "s.secret", which is refused`},
		{name: "join by a refused column", query: database.Query{Tables: append(one, shown...), Joins: []database.Join{{Left: "c.id", Right: "s.secret"}}, Columns: columns{"c.id"}},
			err: `f.sqlite: a join names the column "s.secret", which is refused`},
		{name: "nothing read", query: database.Query{Tables: one, Columns: columns{"id"}},
			err: "f.sqlite: the mapping reads no column of Company, whose columns are c.id, c.name, c.status"},
		{name: "two of a name", query: database.Query{Tables: append(one, one...), Columns: columns{"c.id"}},
			err: `f.sqlite: two tables of a query are called "c"; give one of them an alias`},
		{name: "the schema is no table", query: database.Query{Tables: []database.Table{{Name: "sqlite_schema", Alias: "s"}}, Columns: columns{"s.sql"}},
			err: `f.sqlite: the database has no table "sqlite_schema"; its tables are company, shares`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rs, err := opened(t.Context(), src, database.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			r, err := rs[0].Query(tt.query)
			if err == nil {
				got, err = lines(t.Context(), r)
			}
			if diff := cmp.Diff(tt.err, said(err)); diff != "" {
				t.Errorf("error differs (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("rows differ (-want +got):\n%s", diff)
			}
		})
	}
}

func numbers(from, to int) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestHostile opens files that were made to do harm, or were harmed.
func TestHostile(t *testing.T) {
	forge := func(script string) []byte {
		return read(t, made(t, "pragma writable_schema = on;"+script))
	}
	plain := read(t, made(t, shares+strings.Repeat("insert into company(name) values (hex(randomblob(2000)));", 50)))
	torn := slices.Clone(plain)
	for i := 4096; i < len(torn); i += 4096 {
		copy(torn[i:], bytes.Repeat([]byte{0xff}, 200))
	}
	tests := []struct {
		name string
		in   []byte
		lim  extract.Limits
		err  string // of opening, or of the first table that gives one
	}{
		{name: "header alone", in: []byte("SQLite format 3\x00...."), err: "damaged or cut off"},
		{name: "cut off", in: plain[:len(plain)/2], err: "damaged or cut off"},
		{name: "torn pages", in: torn, err: "damaged or cut off"},
		{name: "view that never ends", in: read(t, made(t, `create table a (x); create view v as with recursive r(n) as (select 1 union all select n + 1 from r) select n from r;`))},
		{name: "schema that is no SQL", in: forge(`create table a (x); update sqlite_schema set sql = 'CREATE TABLE a (x';`), err: "damaged or cut off"},
		{name: "virtual table in disguise", in: forge(`create virtual table v using fts5(t); create table a (x);
			insert into sqlite_schema select 'table', 'v', 'v', rootpage, 'CREATE TABLE v (x)' from sqlite_schema where name = 'a';`), err: "f.sqlite"},
		{name: "generated column that is huge", in: read(t, made(t, `create table a (x, y as (zeroblob(900000000))); insert into a values (1);`)), err: "too big"},
		{name: "long value", in: read(t, made(t, `create table a (x); insert into a values (zeroblob(2000));`)), lim: extract.Limits{Field: 1000}},
		{name: "long row", in: read(t, made(t, `create table a (x); insert into a values (zeroblob(2000));`)), lim: extract.Limits{Row: 1000}, err: "too big"},
		{name: "total", in: plain, lim: extract.Limits{Total: 50_000}, err: "more"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := said(drain(t, tt.in, database.Options{Limits: tt.lim}))
			if tt.err == "" && got != "" || !strings.Contains(got, tt.err) {
				t.Errorf("got error %q, want %q", got, tt.err)
			}
		})
	}
}

// drain reads all tables.
func drain(t testing.TB, in []byte, opts database.Options) error {
	rs, err := opened(t.Context(), fromMemory(in), opts)
	if err != nil {
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("code %q of %v", overt.CodeOf(err), err)
		}
		return err
	}
	for _, r := range rs {
		if _, err := lines(t.Context(), r); err != nil {
			return err
		}
	}
	return nil
}

// TestLoop: a page of a table that leads back to the leaves before it would give
// the same rows for ever.
func TestLoop(t *testing.T) {
	b := read(t, made(t, "pragma page_size = 512; create table a (x);"+strings.Repeat("insert into a values (zeroblob(300));", 40)))
	found := false
	for page := 512; page+512 <= len(b); page += 512 {
		if b[page] == 5 { // an interior page of a table: its first child becomes all
			n := int(b[page+3])<<8 | int(b[page+4])
			first := int(b[page+12])<<8 | int(b[page+13])
			for i := range n {
				at := int(b[page+12+2*i])<<8 | int(b[page+13+2*i])
				copy(b[page+at:page+at+4], b[page+first:page+first+4])
			}
			found = n > 1
		}
	}
	if err := drain(t, b, database.Options{}); !found || !strings.Contains(said(err), "damaged") {
		t.Errorf("found %v, error %v", found, err)
	}
}

// everyRow pairs each row of a table with each, n times.
func everyRow(t *testing.T, n int, opts database.Options) *database.Reader {
	t.Helper()
	src := fromDisk(made(t, "create table a (x); with recursive r(n) as (select 1 union all select n + 1 from r where n < 3000) insert into a select n from r;"))
	rs, err := opened(t.Context(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	q := database.Query{Columns: columns{"a0.x"}}
	for i := range n {
		q.Tables = append(q.Tables, database.Table{Name: "a", Alias: fmt.Sprintf("a%d", i)})
	}
	r, err := rs[0].Query(q)
	if err != nil {
		t.Fatal(err)
	}
	return r.(*database.Reader)
}

// TestMultiplied: what a join multiplies is bounded.
func TestMultiplied(t *testing.T) {
	got, err := lines(t.Context(), everyRow(t, 2, database.Options{Limits: extract.Limits{RatioFrom: 1000, Ratio: 2}}))
	if !strings.Contains(said(err), "more comes out of the tables") || len(got) > 20_000 {
		t.Errorf("%d rows, error %v", len(got), err)
	}
}

// TestStop: reading ends when it is told to, and when no row comes.
func TestStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	for _, err := range everyRow(t, 4, database.Options{}).Records(ctx, "") {
		if n++; n == 10 {
			cancel()
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if n > 5000 {
		t.Errorf("%d rows after it was stopped", n)
	}
}

// TestStopOpening: so does the reading of the schema, which a file can make long.
func TestStopOpening(t *testing.T) {
	src := fromDisk(made(t, shares))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := opened(ctx, src, database.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("told to stop: %v", err)
	}
	if _, err := opened(t.Context(), src, database.Options{Timeout: 1}); !strings.Contains(said(err), "nothing came for too long") {
		t.Errorf("out of time: %v", err)
	}
}

// TestQuiet: a statement that gives no row for too long is ended.
func TestQuiet(t *testing.T) {
	r, err := everyRow(t, 4, database.Options{Timeout: 50 * time.Millisecond}).Query(database.Query{
		Tables:  []database.Table{{Name: "a", Alias: "a"}, {Name: "a", Alias: "b"}, {Name: "a", Alias: "c"}, {Name: "a", Alias: "d"}},
		Filters: []database.Filter{{Column: "d.x", Values: []string{"none"}}}, Columns: columns{"a.x", "d.x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := lines(t.Context(), r); !strings.Contains(said(err), "read the rows: nothing came for too long") || got != nil {
		t.Errorf("got %d rows, error %v", len(got), err)
	}
}

func FuzzSQLite(f *testing.F) {
	f.Add(read(f, made(f, "pragma page_size = 512;"+shares)))
	f.Add(read(f, made(f, "pragma page_size = 512; create table k (a primary key, b) without rowid; insert into k values (1, 2); create view v as select * from k;")))
	f.Add([]byte("SQLite format 3\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = drain(t, b, database.Options{Limits: extract.Limits{Total: 1 << 20}, Timeout: time.Second})
	})
}
