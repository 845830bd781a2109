// Package extract says what it means to read a source of records: tables and
// trees alike become records whose every value carries the place it was read.
//
// It stands between source and mapping. The nouns are here, together with the
// recognition of formats by content (Sniff), of a table's dialect
// (DetectDialect) and of its header (GuessHeader); the parsers live in the
// packages below, and extract/open puts them together.
//
// The invariant: a reader either gives a record, or says which record it could
// not give and why, or says where the source ended too early. It never skips in
// silence, and its memory is bounded by Limits whatever the bytes are.
package extract

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"overt"
)

// A Cell is one value with the place it was read.
type Cell struct {
	Text string
	At   overt.Locator
	// Raw is what stands at the place, where Text is a reading of it: the host
	// name "WWW" of a zone that Text spells out. Empty when both are the same.
	Raw string
}

// Quote gives what stands at the place of the cell.
func (c Cell) Quote() string {
	if c.Raw != "" {
		return c.Raw
	}
	return c.Text
}

// A Record is one row of a table or one object of a tree. It stays valid after
// the reader has moved on and is safe for concurrent use.
type Record interface {
	// At gives the place of the record itself: Row for tables, Pointer for
	// trees, both for JSON lines.
	At() overt.Locator
	// Columns gives the columns in source order; for trees the leaf paths
	// present, relative to the record, without duplicates.
	Columns() []string
	// Cells gives all values under a column or relative path in source order,
	// nil when there is none. A column of a table can also be named by its
	// number from 1, "#3".
	Cells(path string) []Cell
	// Each gives the nested records under a relative path; nil for tables. In
	// a nested record a path "../x" reaches the enclosing record and "." is
	// its own scalar value.
	Each(path string) []Record
}

// A JSONRecord is a Record that can be given back as JSON: what has no place in
// columns (nulls, empty lists, whether a value had quotes) is kept there.
type JSONRecord interface {
	Record
	// Keys gives the keys of the object under a path, "" being the record, as
	// names that paths are made of, in source order and without duplicates.
	Keys(path string) []string
	// JSON gives the first value under a path as compact JSON, keys in source
	// order and numbers with their digits; nil when there is none.
	JSON(path string) []byte
}

var unescaper = strings.NewReplacer("~1", "/", "~0", "~")

// Key is the key that a step of a path means, as JSONRecord.Keys gives it.
func Key(step string) string {
	switch step {
	case "~", "~*", "~.", "~..":
		return step[1:]
	}
	return unescaper.Replace(step)
}

// A Reader reads one source front to back. Each call of Records opens the
// source anew. A Reader serves one goroutine at a time.
type Reader interface {
	// Info says what was detected; its Warnings grow while records are read.
	Info() Info
	// Records yields the records a selector names: for trees the path of the
	// records ("/data/Products/*"; "" is the whole document, each line of JSON
	// lines, or each element of a top-level array), for tables "". An error
	// that is a *RowError concerns one record and reading goes on; any other
	// error ends the sequence.
	Records(ctx context.Context, selector string) iter.Seq2[Record, error]
}

// Info is what a Reader found out about its source.
type Info struct {
	Format    Format
	Encoding  string   // WHATWG name in lower case: "utf-8", "windows-1252"
	Delimiter string   // one character; empty for anything but CSV and TSV
	Quote     string   // one character; empty for anything but CSV and TSV
	Header    []string // column names, unique; nil for trees
	HeaderRow int64    // the row the header stands on, 0 when the table has none
	Table     string   // what Locator.Table will say: member, sheet, "member!sheet"
	Hidden    bool     // a sheet that a spreadsheet program does not show
	// Sure is how sure the detection is, in [0,1]; 1 when the caller said so.
	Sure float64
	// Notes says in sentences what was detected and from what.
	Notes    []string
	Warnings []Warning
}

// A Warning is one kind of oddity that did not cost a record.
type Warning struct {
	Code    string // stable, for programs: "mixed_encoding"
	Message string // one sentence for people
	Count   int64
	First   []overt.Locator // the first places, at most five
}

// A RowError says why one record could not be given; reading goes on.
type RowError struct {
	Where  overt.Locator
	Reason string
	Raw    string // the beginning of what stood there, at most 200 bytes of valid UTF-8
}

// Error gives place and reason; never Raw, which is content.
func (e *RowError) Error() string { return e.Where.String() + ": " + e.Reason }

// Unwrap gives the same as an overt.Error with code invalid.
func (e *RowError) Unwrap() error {
	return &overt.Error{Code: overt.Invalid, Where: e.Where.String(), Message: e.Reason}
}

// IsRowError says whether err is about one record, so that reading goes on.
func IsRowError(err error) bool {
	var row *RowError
	return errors.As(err, &row)
}

// A Source is something that can be opened, more than once, and read from its
// beginning each time.
type Source struct {
	Name string // file name or address, for messages
	Open func() (io.ReadCloser, error)
	Size int64 // in bytes, 0 when unknown
	// Beside gives the file whose name differs only in its ending (".dbt"), from
	// the same folder or archive; false when there is none. Nil when the source
	// stands alone.
	Beside func(ending string) (Source, bool)
}

// A Part is one table or tree of a source: sources that are archives or
// workbooks have several.
type Part struct {
	Name   string // member path inside archives ("outer.zip!a.csv" when nested), "" if none
	Reader Reader
	// Outline tells what the beginning of the part's text shows; nil for a part
	// that has no text of its own, such as a sheet of a workbook. A stream that
	// breaks off shows what came. Errors: what opening it gave, or reading where
	// nothing came.
	Outline func(context.Context, Sought) (Outline, error)
}

// NoSelector refuses a selector of records where a source is one list of them.
// Errors: invalid.
func NoSelector(name, selector string) error {
	if selector == "" || selector == "*" {
		return nil
	}
	return overt.Errorf(overt.Invalid, name, "a table has no records under %q; use an empty selector", selector)
}

// Limits bound what a hostile source can cost. Zero fields take the default.
type Limits struct {
	Field     int64 // bytes of one value; 16 MiB
	Row       int64 // bytes of one row or one JSON line; 64 MiB
	Columns   int   // columns of one row; 16,384, the width of a spreadsheet
	Depth     int   // nesting of JSON and XML; 512
	Subtree   int64 // estimated memory of one record of a tree in bytes; 64 MiB
	Total     int64 // bytes after decompression; 64 GiB
	Ratio     int64 // bytes out for each byte in, past RatioFrom; 1,000
	RatioFrom int64 // bytes out before Ratio counts; 256 MiB
	Members   int   // members of one archive; 100,000
	Nesting   int   // containers inside containers; 4
}

// WithDefaults gives l with its zero fields filled.
func (l Limits) WithDefaults() Limits {
	fill(&l.Field, 16<<20)
	fill(&l.Row, 64<<20)
	fill(&l.Columns, 16384)
	fill(&l.Depth, 512)
	fill(&l.Subtree, 64<<20)
	fill(&l.Total, 64<<30)
	fill(&l.Ratio, 1000)
	fill(&l.RatioFrom, 256<<20)
	fill(&l.Members, 100_000)
	fill(&l.Nesting, 4)
	return l
}

func fill[T int | int64](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// RawLimit is how many bytes RowError.Raw may hold.
const RawLimit = 200

// Raw cuts what stood in a record to what RowError.Raw may hold.
func Raw[T string | []byte](b T) string {
	return strings.ToValidUTF8(string(b[:min(len(b), RawLimit)]), "")
}

// maxFirst is how many places a Warning keeps.
const maxFirst = 5

// A Tally counts warnings by code, in the order the codes first came up. The
// zero Tally is ready for use.
type Tally struct {
	order []*Warning
}

// Add counts one more warning of a code. The message of the first call stays.
func (t *Tally) Add(code, message string, at overt.Locator) {
	for _, w := range t.order {
		if w.Code == code {
			w.Count++
			if len(w.First) < maxFirst {
				w.First = append(w.First, at)
			}
			return
		}
	}
	t.order = append(t.order, &Warning{Code: code, Message: message, Count: 1, First: []overt.Locator{at}})
}

// AddTitles counts the n rows that stand above a header and are no records.
func (t *Tally) AddTitles(n int, header overt.Locator) {
	for range n {
		t.Add("titles", "this row is the header; a row above it was taken for a title and left out", header)
	}
}

// Warnings gives a copy of what was counted; nil when there is none.
func (t *Tally) Warnings() []Warning {
	if len(t.order) == 0 {
		return nil
	}
	out := make([]Warning, len(t.order))
	for i, w := range t.order {
		out[i] = *w
		out[i].First = append([]overt.Locator(nil), w.First...)
	}
	return out
}
