// Package database reads tables of SQL databases: SQLite files, and servers of
// PostgreSQL, MySQL and MariaDB.
//
// It stands below extract, which holds the nouns. The two kinds differ in what
// is kept, for a citation must be readable again without the database:
//
// A SQLite file is a source like any other: the file is kept, and each value
// cites its own table, row and column there, those of a join too. The row is
// the rowid, so that "select … where rowid = 12" of any SQLite program shows
// what is cited; a table without positive rowids is counted from 1 in its own
// order. A snapshot of the result beside it would be a second copy that says
// less.
//
// A server cannot be kept. What a query gives is written down as CSV, in an
// order that its values alone decide, and that snapshot is the source: row and
// column of it are cited (WriteSnapshot). All snapshots of one database are
// taken in one read-only transaction that shows one moment.
//
// The invariants: nothing but SELECT is sent, names are quoted and values bound;
// no error and no name says a user or a password; a database file is opened
// unchangeable and trusted with nothing, neither functions nor views, virtual
// tables or extensions of its own.
package database

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/extract"
)

// A Query is a selection from tables.
type Query struct {
	Tables  []Table
	Joins   []Join
	Filters []Filter
	Columns Columns
}

// A Table is a table, under the alias by which its columns are named. A table
// of another schema of a server is named "schema.table".
type Table struct{ Name, Alias string }

// A Join asks that two columns be equal.
type Join struct{ Left, Right string }

// A Filter asks that a column have one of the values, or with Not none of
// them. "" also stands for NULL.
type Filter struct {
	Column string
	Values []string
	Not    bool
}

// Columns say what is read of the tables. A header is the names of all their
// columns as "alias.column".
type Columns interface {
	// Wanted picks the columns to read, in the header's order.
	Wanted(header []string) []string
	// Find gives the column that a name in a join or filter means, "" for none.
	Find(header []string, name string) string
	// Refused says whether a column may not even be compared.
	Refused(header []string, column string) bool
}

// Options of a reader.
type Options struct {
	Table   string // what stands before a table's name in Locator.Table: "member"
	Limits  extract.Limits
	Timeout time.Duration // how long a statement may take to give a row, or a server to give all; 1 h when 0
}

func (o Options) withDefaults() Options {
	o.Limits = o.Limits.WithDefaults()
	o.Timeout = cmp.Or(o.Timeout, time.Hour)
	return o
}

// String names the query for people by its tables: "company,shares".
func (q Query) String() string {
	var names []string
	for _, t := range q.Tables {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return strings.Join(names, ",")
}

// A ref is a column of the table with a number.
type ref struct {
	table  int
	column string
}

// A bound query has its names looked up in the tables as they are.
type bound struct {
	header  []string // "alias.column" of columns
	columns []ref
	joins   [][2]ref
	filters []boundFilter
}

type boundFilter struct {
	Filter
	ref ref
}

// maxTables is how many tables one query may join.
const maxTables = 32

func (q Query) check(where string) error {
	seen := map[string]bool{}
	for _, t := range q.Tables {
		if seen[t.Alias] {
			return overt.Errorf(overt.Invalid, where, "two tables of a query are called %q; give one of them an alias", t.Alias)
		}
		seen[t.Alias] = true
	}
	if len(q.Tables) == 0 || len(q.Tables) > maxTables {
		return overt.Errorf(overt.Invalid, where, "a query needs 1 to %d tables, not %d", maxTables, len(q.Tables))
	}
	return nil
}

// bind looks the names of a query up; columns are those of each table.
func (q Query) bind(where string, columns [][]string) (*bound, error) {
	var header []string
	refs := map[string]ref{}
	for i, t := range q.Tables {
		for _, c := range columns[i] {
			full := t.Alias + "." + c
			if _, twice := refs[full]; !twice {
				header, refs[full] = append(header, full), ref{i, c}
			}
		}
	}
	b := &bound{header: q.Columns.Wanted(header)}
	for _, h := range b.header {
		b.columns = append(b.columns, refs[h])
	}
	if len(b.columns) == 0 {
		return nil, overt.Errorf(overt.Invalid, where, "the mapping reads no column of %s, whose columns are %s", q, some(header))
	}
	find := func(name, what string) (ref, error) {
		column := q.Columns.Find(header, name)
		r, ok := refs[column]
		if ok && q.Columns.Refused(header, column) {
			return r, overt.Errorf(overt.Invalid, where, "%s names the column %q, which is refused", what, name)
		}
		if !ok {
			return r, overt.Errorf(overt.Invalid, where, "%s names a column %q that %s does not have; the columns are %s", what, name, q, some(header))
		}
		return r, nil
	}
	for _, j := range q.Joins {
		left, err := find(j.Left, "a join")
		if err != nil {
			return nil, err
		}
		right, err := find(j.Right, "a join")
		if err != nil {
			return nil, err
		}
		b.joins = append(b.joins, [2]ref{left, right})
	}
	for _, f := range q.Filters {
		r, err := find(f.Column, "a filter")
		if err != nil {
			return nil, err
		}
		b.filters = append(b.filters, boundFilter{f, r})
	}
	return b, nil
}

// some lists the first names.
func some(names []string) string {
	list := strings.Join(names[:min(len(names), 30)], ", ")
	if n := len(names) - 30; n > 0 {
		list += fmt.Sprintf(", and %d more", n)
	}
	return list
}

// A dialect is how one kind of database writes what they all can.
type dialect struct {
	quote func(name string) string
	bind  func(n int) string         // the placeholder of the argument with a number from 1
	text  func(column string) string // a column as it is compared with arguments, which are text
	empty func(column string) string // whether a column that is not NULL is empty text
}

// where gives the condition of a query, with its keyword, and the arguments;
// names are the aliases, quoted.
func (d *dialect) where(b *bound, names []string) (string, []string) {
	column := func(r ref) string { return names[r.table] + "." + d.quote(r.column) }
	var all, args []string
	for _, j := range b.joins {
		all = append(all, column(j[0])+" = "+column(j[1]))
	}
	for _, f := range b.filters {
		c := column(f.ref)
		var any []string
		null := slices.Contains(f.Values, "")
		if null {
			any = append(any, c+" is null", d.empty(c))
		}
		var list []string
		for _, v := range f.Values {
			if v != "" {
				args = append(args, v)
				list = append(list, d.bind(len(args)))
			}
		}
		if len(list) > 0 {
			any = append(any, d.text(c)+" in ("+strings.Join(list, ", ")+")")
		}
		one := "(" + strings.Join(any, " or ") + ")"
		switch {
		case f.Not && null:
			one = "not " + one
		case f.Not:
			one = "(" + c + " is null or not " + one + ")"
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return "", nil
	}
	return " where " + strings.Join(all, " and "), args
}

// quoted writes a name between marks, those in it doubled.
func quoted(name, mark string) string {
	return mark + strings.ReplaceAll(name, mark, mark+mark) + mark
}
