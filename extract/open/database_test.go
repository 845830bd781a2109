package open_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/extract/open"
)

// TestDatabase: each table of a SQLite file is a part, packed or not, and a value
// of it is found again.
func TestDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.sqlite")
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		t.Fatal(err)
	}
	script := "create table company (id integer primary key, name); insert into company values (7, 'Ferrum'); create table shares (share); insert into shares values (50.0);"
	if err := errors.Join(sqlitex.ExecuteScript(conn, script, nil), conn.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, member string
		in           []byte
	}{
		{"r.sqlite", "", whole},
		{"r.sqlite.gz", "", gz(t, whole)},
		{"r.zip", "in/r.db!", zipped(t, "in/r.db", string(whole), "read.csv", "a,b\n1,2\n")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := source(tt.name, tt.in)
			parts, err := open.Open(t.Context(), src, open.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var tables []string
			for _, p := range parts {
				tables = append(tables, p.Reader.Info().Table)
			}
			for _, want := range []string{tt.member + "company", tt.member + "shares"} {
				if !slices.Contains(tables, want) {
					t.Errorf("no table %q in %q", want, tables)
				}
			}
			at := []overt.Locator{{Table: tt.member + "company", Row: 7, Column: "name"}, {Table: tt.member + "shares", Row: 1, Column: "share"}}
			got, err := open.FetchAll(t.Context(), src, open.Options{}, at)
			if err != nil || !slices.Equal(got, []string{"Ferrum", "50.0"}) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
