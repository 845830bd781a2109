package tabular

import (
	"strings"
	"testing"
)

func TestParseColumns(t *testing.T) {
	tests := []struct {
		sql, want string
		alias     int
		rowid     bool
	}{
		{"CREATE TABLE t (a, b TEXT)", "a b", -1, true},
		{"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, b)", "id b", 0, true},
		{"CREATE TABLE t (b, id INTEGER NOT NULL, PRIMARY KEY (ID))", "b id", 1, true},
		{"CREATE TABLE t (id INT PRIMARY KEY)", "id", -1, true},
		{"CREATE TABLE t (id INTEGER PRIMARY KEY DESC)", "id", -1, true},
		{"CREATE TABLE t (id BIG INTEGER PRIMARY KEY)", "id", -1, true},
		{"CREATE TABLE \"a(b\" (\"x, y\" INT DEFAULT (1,2), [z] /* , */ TEXT, `q``r` -- ,\n, CHECK (z > '),'))", "x, y z q`r", -1, true},
		{"CREATE TABLE t (a, b AS (a*2), c GENERATED ALWAYS AS (a) STORED)", "a c", -1, true},
		{"CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID", "a", -1, false},
		{"CREATE TABLE t (\"primary\" INTEGER)", "primary", -1, true},
		{"CREATE TABLE t", "", -1, true},
		{"", "", -1, true},
		{"((((", "", -1, true},
	}
	for _, tt := range tests {
		columns, alias, rowid := parseColumns(tt.sql)
		if got := strings.Join(columns, " "); got != tt.want || alias != tt.alias || rowid != tt.rowid {
			t.Errorf("%s: got %q, %d, %t", tt.sql, got, alias, rowid)
		}
	}
}

func FuzzParseColumns(f *testing.F) {
	f.Add("CREATE TABLE t (a INTEGER PRIMARY KEY, [b] AS (1), CHECK ('))') ) WITHOUT ROWID")
	f.Fuzz(func(t *testing.T, sql string) {
		columns, alias, _ := parseColumns(sql)
		if alias >= len(columns) {
			t.Errorf("the column %d of %d is the number", alias, len(columns))
		}
	})
}
