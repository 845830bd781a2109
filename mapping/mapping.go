// Package mapping turns records into entities: it reads mapping files in the
// form FollowTheMoney gave them, with additions of ours for trees, changing
// columns, lists inside cells and withheld values, and applies them to one
// record at a time.
//
// It stands between extract and statement. Extract says what stands where;
// mapping says what it means. The mapping packs of well-known public sources
// are embedded (Packs) and can be recognised by their columns (Detect). The
// form is described in docs/format/mapping.md.
//
// The invariant: every value that leaves the package carries the cells it was
// read from, and every value that had to be left out is named in a Problem or,
// where it may not be kept at all, in a Refusal. A mapping cannot ask for
// templates of faces, fingerprints, irises or voices, nor for tracks of a
// person's position.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"

	"overt"
	"overt/extract"
	"overt/ftm"
)

// Extents say what a source holds, and so what may be concluded from a thing
// that is in one version of it and not in the next.
const (
	Full   = "full"   // everything there is on the observed date: what is missing is gone
	Window = "window" // what happened in a stretch of time: what is missing says nothing
	Delta  = "delta"  // only what changed since the version before
)

// A Mapping is one parsed file. It is not changed after Parse and is safe for
// concurrent use.
type Mapping struct {
	Name      string // id of the pack, or of the only dataset of the file
	Title     string
	Publisher string
	Licence   string
	Address   string   // where the source is published
	Class     string   // class of the material, for policy
	Extent    string   // Full, Window, Delta, or empty when the file does not say
	Series    string   // versions of one source carry the same series
	Labels    []string // marks for policy
	Header    []string // column names for files without a header line, nil for others
	Pages     bool     // files of one folder are pages of one source
	Sensitive []Basis  // columns that are let in although they are sensitive
	Queries   []*Query

	digest  string
	observe observation
	detect  detection
	refused map[string]Refusal // by folded column name; from Refuse
	model   *ftm.Model
	date    *ftm.Type
}

// A Basis lets one sensitive column in. All four fields are required; what is
// refused absolutely (Refusal.Absolute) cannot be let in.
type Basis struct {
	Column   string
	Basis    string // the law or rule
	Approved string // the second person
	Until    string // retention date, ISO 8601
}

// A Query says which entities one kind of record gives.
type Query struct {
	Name    string
	Dataset string   // the dataset named in the file, empty for the only one
	Rows    string   // selector of the records in a tree, "" for tables
	Each    string   // relative path of nested records, each of which is mapped
	Steps   []string // Each in its steps, each of which is a record of its own for "../"
	Version string   // name below a path that holds the value where there are versions of it
	Sources []string // csv_url and csv_urls, environment expanded
	SQL     *SQL     // not nil when the records come out of a database
	Form    *Form    // not nil when the records are forms among documents
	From    *From    // which tables of documents the records come from; nil when nothing says so

	m        *Mapping
	derive   *derivation // nil when a record is mapped as it stands
	columns  []column
	fields   []field
	filters  []filter
	when     *condition
	entities []*entity // in an order in which references come after what they refer to
	ignore   *ignoreSet
	plans    *planCache
}

// SQL is the database side of a query. This package parses it; extract/database
// carries it out.
type SQL struct {
	Database string // the address, "" when the file that is imported is meant
	Tables   []Table
	Joins    []Join
	Filters  []Filter // by columns of the tables; those by fields are Apply's
}

// A Table is one table of a SQL query, under its alias.
type Table struct{ Name, Alias string }

// A Join asks that two columns be equal.
type Join struct{ Left, Right string }

// A Filter asks that a column have one of the values, or with Not none of them.
// "" stands for a column without a value.
type Filter struct {
	Column string
	Values []string // sorted
	Not    bool
}

// A Value is one value of an entity with its origin.
type Value struct {
	Prop     string
	Clean    string // as the model wants it
	Original string // the text that was cleaned, a part of a cell or made of several
	Lang     string // ISO 639-3, from the mapping, usually empty
	// Cells are the whole cells the value came from, at least one. A value that
	// the mapping itself gives (a literal) has the record's place with no text.
	Cells []extract.Cell
}

// An Entity is what one record, or a part of it, says about one thing.
type Entity struct {
	ID     ftm.EntityID
	Schema string
	Values []Value // in the order of the mapping, no property twice with one value
	// Standing says that the mapping itself gives the entity, the same with every
	// record: that it was made says nothing of a record.
	Standing bool
}

// A Problem says what could not be taken over from a record, and why. The
// reason never repeats the value.
type Problem struct {
	Where    overt.Locator
	Column   string // as the source names it, empty when it concerns the record
	Property string // "Schema:property", empty when it concerns the record
	Reason   string
	Fatal    bool // the record gave nothing
}

// Digest is the SHA-256 of the mapping's text in lower-case hexadecimal.
func (m *Mapping) Digest() string { return m.digest }

// NeedsSQL says that the query's records come out of a database and cannot be
// read from a file.
func (q *Query) NeedsSQL() bool { return q.SQL != nil }

// NeedsSQL says that a query of the mapping reads a database.
func (m *Mapping) NeedsSQL() bool { return slices.ContainsFunc(m.Queries, (*Query).NeedsSQL) }

// Only gives the mapping with some of its queries.
func (m *Mapping) Only(queries ...*Query) *Mapping {
	out := *m
	out.Queries = make([]*Query, len(queries))
	for i, q := range queries {
		c := *q
		c.m, c.plans = &out, &planCache{}
		out.Queries[i] = &c
	}
	return &out
}

// Wanted lists the columns of a header that the query reads, in the header's
// order, without those that are refused.
func (q *Query) Wanted(header []string) []string {
	p := q.plan(header)
	var out []string
	for _, h := range header {
		for i, name := range p.names {
			if name == h && p.guards[i] != guardRefuse {
				out = append(out, h)
				break
			}
		}
	}
	return out
}

// Find gives the column of a header that a name in the query means, "" when
// there is none.
func (q *Query) Find(header []string, name string) string {
	return newHeaderIndex(header, q.SQL).find(name)
}

// Refused says whether a column of a header may not even be compared.
func (q *Query) Refused(header []string, column string) bool {
	return q.m.guard(column) == guardRefuse || trackColumns(header)[column]
}

func digestOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// An entity is one entity mapping.
type entity struct {
	name       string
	schema     *ftm.Schema
	keys       []int // column references
	keyPrefix  []byte
	constant   bool // the id is made of key_literal alone: one entity for all records
	standing   bool // and so are its values: no record says anything in it
	idColumn   int  // -1 when there are keys
	each       int  // field or column reference, -1 when one record gives one entity
	required   bool
	when       *condition
	properties []*property
	place      position
}

// A property is one property mapping.
type property struct {
	prop     *ftm.Property
	qname    string
	value    *expr
	entity   int // index into Query.entities after sorting, -1 for values
	ref      string
	opts     ftm.CleanOptions
	country  bool
	phone    bool
	fixed    []Value // the values of a property that has only literals
	required bool
	lang     string
	when     *condition
	place    position
}

// A field is a named value of a query, used like a column.
type field struct {
	name  string
	value *expr
}

// An expr gives values: from columns, literals, a template, or the first of
// several expressions that gives any; then it joins, splits, cuts, looks up and
// rewrites them.
type expr struct {
	refs     []int
	literals []string
	first    []*expr
	template *template
	join     *string
	split    *splitter
	pattern  *regexp.Regexp
	once     bool // the pattern is anchored and matches once at most
	lookup   map[string]string
	keep     bool // lookup: unknown values stay
	letters  string
	strip    string // characters that are taken out
	pad      int
	derive   string
	formats  string // date formats, for derive
	ignore   *ignoreSet
	when     *condition
	steps    bool // whether anything follows the gathering
}

type filter struct {
	ref    int
	values map[string]bool
	not    bool
}
