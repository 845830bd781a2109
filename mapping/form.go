package mapping

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A Form says how the records of a query stand in documents that are forms:
// each value near a printed label.
type Form struct {
	// Begins are printed words with which such a form begins, each an
	// alternative. Where none is given, a document is one form.
	Begins []string
	Fields []FormField // in the order of the file
}

// A FormField is one value of a form. Its name is a column of the query.
type FormField struct {
	Name   string
	Labels []string       // printed words, each an alternative
	Under  []string       // headings of the column in which the value stands, in the label's line
	Sides  []Side         // where the value stands, the first that has one
	Value  *regexp.Regexp // what of it is the value: the group, else all that matches; nil takes it whole
	Lines  int            // of a value below its label, at most
	// Required says that what has no such value is no such form.
	Required bool
	// Optional says that forms without such a label are nothing to tell of.
	Optional bool
}

// A Side is where a value stands, seen from its label.
type Side string

// The sides.
const (
	Right Side = "right" // in the same line
	Below Side = "below" // in the lines beneath, as in a box
)

// From says which tables of documents a query takes. All that is given must
// hold.
type From struct {
	Columns []string       // of the header
	Table   *regexp.Regexp // the table's name: a sheet, "page 3, table 1"
	Caption *regexp.Regexp // the line of text above the table
	Pages   [][2]int       // first and last, on one of which it begins
}

const (
	maxFields = 500
	maxLabel  = 500 // bytes
	maxLines  = 50
)

// OfDocuments says that records of the mapping are looked for in documents.
func (m *Mapping) OfDocuments() bool {
	return slices.ContainsFunc(m.Queries, func(q *Query) bool { return q.Form != nil || q.From != nil })
}

// form reads the form of a query.
func (p *parser) form(n *yaml.Node) *Form {
	f := &Form{}
	for _, kv := range p.pairs(n, "form") {
		switch kv.key {
		case "begins":
			f.Begins = p.labels(kv.value, kv.key)
		case "fields":
			for _, field := range p.pairs(kv.value, "fields of a form") {
				f.Fields = append(f.Fields, p.formField(field))
			}
		default:
			p.fail(kv.at, "unknown key %q in a form", kv.key)
		}
	}
	if p.err == nil && (len(f.Fields) == 0 || len(f.Fields) > maxFields) {
		p.fail(n, "a form has from 1 to %d fields", maxFields)
	}
	return f
}

// formField reads one field: its labels, or keys.
func (p *parser) formField(kv pair) FormField {
	f := FormField{Name: kv.key, Sides: []Side{Right, Below}, Lines: 1}
	if n := p.deref(kv.value); n.Kind != yaml.MappingNode {
		f.Labels = p.labels(n, "label")
		return f
	}
	for _, k := range p.pairs(kv.value, "field "+kv.key) {
		switch k.key {
		case "label", "labels":
			f.Labels = p.labels(k.value, k.key)
		case "under":
			f.Under = p.labels(k.value, k.key)
		case "where":
			f.Sides = nil
			for _, s := range p.texts(k.value, k.key) {
				if s != string(Right) && s != string(Below) {
					p.fail(k.value, "a value stands right of its label or below it: where is %s or %s", Right, Below)
				}
				f.Sides = append(f.Sides, Side(s))
			}
		case "value":
			f.Value = p.regexp(k.value, k.key)
		case "lines":
			f.Lines = p.number(k.value, k.key, 1, maxLines)
		case "required":
			f.Required = p.flag(k.value, k.key)
		case "optional":
			f.Optional = p.flag(k.value, k.key)
		default:
			p.fail(k.at, "unknown key %q in a field of a form", k.key)
		}
	}
	if p.err == nil && (len(f.Labels) == 0 || len(f.Sides) == 0) {
		p.fail(kv.at, "field %q of a form needs a label, and a side of it", kv.key)
	}
	return f
}

// labels reads printed words. Labels are told by letters and digits alone.
func (p *parser) labels(n *yaml.Node, what string) []string {
	out := p.texts(n, what)
	for _, l := range out {
		if FoldLabel(l) == "" || len(l) > maxLabel {
			p.fail(n, "%s is printed words of 1 to %d bytes", what, maxLabel)
		}
	}
	return out
}

// FoldLabel gives what labels are compared by: letters and digits, in lower
// case.
func FoldLabel(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// from reads which tables a query takes.
func (p *parser) from(n *yaml.Node) *From {
	f := &From{}
	for _, kv := range p.pairs(n, "from") {
		switch kv.key {
		case "columns":
			f.Columns = p.texts(kv.value, kv.key)
		case "table":
			f.Table = p.regexp(kv.value, kv.key)
		case "caption":
			f.Caption = p.regexp(kv.value, kv.key)
		case "pages":
			for _, s := range p.texts(kv.value, kv.key) {
				f.Pages = append(f.Pages, p.pageRange(kv.value, s))
			}
		default:
			p.fail(kv.at, "unknown key %q in from", kv.key)
		}
	}
	return f
}

// pageRange reads "3" or "3-7".
func (p *parser) pageRange(n *yaml.Node, s string) [2]int {
	a, b, span := strings.Cut(s, "-")
	first, err := strconv.Atoi(strings.TrimSpace(a))
	last := first
	if span && err == nil {
		last, err = strconv.Atoi(strings.TrimSpace(b))
	}
	if err != nil || first < 1 || last < first {
		p.fail(n, "pages are written 3, or 3-7")
	}
	return [2]int{first, last}
}

// Takes says whether a query takes the rows of a table with this header: the
// columns that it asks for are there, or, where it asks for none, all that it
// names. page is where the table begins, 0 for a sheet.
func (q *Query) Takes(header []string, table, caption string, page int) bool {
	f := q.From
	if f == nil {
		f = &From{}
	}
	switch {
	case q.Form != nil || q.SQL != nil || q.Rows != "" || q.Each != "":
		return false
	case f.Table != nil && !f.Table.MatchString(table), f.Caption != nil && !f.Caption.MatchString(caption):
		return false
	case len(f.Pages) > 0 && !slices.ContainsFunc(f.Pages, func(r [2]int) bool { return r[0] <= page && page <= r[1] }):
		return false
	}
	if len(f.Columns) == 0 {
		return len(q.columns) > 0 && len(q.Missing(header)) == 0 || q.From != nil && f.Table != nil || q.From != nil && f.Caption != nil
	}
	return !slices.ContainsFunc(f.Columns, func(c string) bool {
		return !slices.ContainsFunc(header, func(h string) bool { return foldColumn(h) == foldColumn(c) })
	})
}
