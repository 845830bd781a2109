package quality

import (
	"slices"
	"strings"

	"overt/extract"
	"overt/statement"
)

const (
	maxColumns = 400
	sampled    = 12 // hashes kept of a column
	// wholly is how many records of a source are looked at one by one; behind
	// them one in sparse is.
	wholly = 20_000
	sparse = 16
)

// A column is a profile in the making.
type column struct {
	statement.Column
	order   int
	refused bool // it may not be read, and nothing of it is kept
	zeros   zeros
}

// label names a column for people.
func (c *column) label() string {
	if c.Rows == "" {
		return c.Name
	}
	return strings.TrimSuffix(c.Rows, "/*") + "/" + c.Name
}

// profiler keeps the columns of all records. One of more columns than it holds
// profiles the first.
type profiler struct {
	by     map[[2]string]*column
	order  []*column
	back   map[[2]string][]uint32 // samples of the pairs, turned round
	looked map[string]int64       // records by selector
	passed map[string]int64       // of these, those passed over
	refuse func(name string) bool
}

func newProfiler() *profiler {
	return &profiler{map[[2]string]*column{}, nil, map[[2]string][]uint32{}, map[string]int64{}, map[string]int64{}, nil}
}

func (p *profiler) column(rows, name string) *column {
	key := [2]string{rows, name}
	c := p.by[key]
	if c == nil && len(p.order) < maxColumns {
		c = &column{Column: statement.Column{Rows: rows, Name: strings.Clone(name)}, order: len(p.order)}
		c.refused = p.refuse != nil && p.refuse(c.Name)
		p.by[[2]string{rows, c.Name}] = c
		p.order = append(p.order, c)
	}
	return c
}

// record takes one record into the profiles, and shows each value to see.
func (p *profiler) record(rows string, rec extract.Record, see func(*column, string)) {
	p.looked[rows]++
	if n := p.looked[rows]; n > wholly && n%sparse != 0 {
		p.passed[rows]++
		return
	}
	own := ownID(rec)
	names := rec.Columns()
	for _, name := range names[:min(len(names), maxColumns)] {
		c := p.column(rows, name)
		if c == nil || c.refused {
			continue
		}
		filled := false
		for _, cell := range rec.Cells(name) {
			text := strings.TrimSpace(cell.Text)
			if isNothing(text) {
				continue
			}
			filled = true
			if c.value(text, own) {
				k := [2]string{c.Rows, c.Name}
				p.back[k] = smallest(p.back[k], pairHash(text, own))
			}
			see(c, text)
		}
		if filled {
			c.Filled++
		}
	}
}

// isNothing says whether a value stands for none, as spreadsheets and databases
// write it.
func isNothing(text string) bool {
	if len(text) > len("#VALUE!") {
		return false
	}
	switch strings.ToUpper(text) {
	case "", "-", "--", "N/A", "#N/A", "NA", "NAN", "NULL", "NONE", "NIL", "#REF!", "#NAME?", "#VALUE!":
		return true
	}
	return false
}

// ownID is the identifier of an object of a tree, by which others name it.
func ownID(rec extract.Record) string {
	if rec.At().Pointer == "" {
		return ""
	}
	for _, name := range []string{"id", "@id"} {
		if cells := rec.Cells(name); len(cells) == 1 {
			return strings.TrimSpace(cells[0].Text)
		}
	}
	return ""
}

// value takes one value into the profile and says whether it names another
// record than the one with the given identifier.
func (c *column) value(text, own string) (names bool) {
	c.Length += int64(len(text))
	switch kindOf(text) {
	case 'n':
		c.Number++
	case 'd':
		c.Date++
	case 'c':
		c.Code++
	default:
		c.Text++
	}
	folded := strings.ToLower(text[:min(len(text), 200)])
	c.Sample = smallest(c.Sample, uint32(hash(folded)))
	if own == "" || c.Name == "id" || c.Name == "@id" || len(text) > 100 {
		return false
	}
	if text == own {
		c.Own++
		return false
	}
	if k := kindOf(text); k != 'c' && k != 'n' {
		return false
	}
	c.Pairs = smallest(c.Pairs, pairHash(own, text))
	return true
}

func pairHash(a, b string) uint32 { return uint32(hash("pair", a, b)) }

// smallest keeps the smallest distinct hashes, ascending: two columns that
// share values share their smallest hashes.
func smallest(s []uint32, h uint32) []uint32 {
	if len(s) == sampled && h >= s[len(s)-1] {
		return s
	}
	i, there := slices.BinarySearch(s, h)
	if there {
		return s
	}
	s = slices.Insert(s, i, h)
	return s[:min(len(s), sampled)]
}

// kindOf classes a value: 'n' number, 'd' date, 'c' code (one word with a
// digit in it), 't' text.
func kindOf(s string) byte {
	if len(s) > 40 {
		return 't'
	}
	digits, letters, points, dashes, other := 0, 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case isDigit(b):
			digits++
		case b == '.' || b == ',':
			points++
		case b == '-' || b == '/' || b == ':':
			dashes++
		case isSmall(b) || isCapital(b):
			letters++
		case b == '_' || b == '$' || b == '%':
		default:
			other++
		}
	}
	switch {
	case digits == 0:
		return 't'
	case isDateText(s, digits, letters, dashes):
		return 'd'
	case other > 0:
		return 't'
	case letters == 0 && (dashes == 0 || dashes == 1 && s[0] == '-'):
		return 'n'
	case points > 1 || strings.Contains(s, "://"):
		return 't'
	}
	return 'c'
}

// isDateText takes 2021-03-04 with or without a time, 3/4/2021 and 12-FEB-2007.
func isDateText(s string, digits, letters, dashes int) bool {
	if dashes < 2 || digits < 5 || digits > 17 || !isDigit(s[0]) {
		return false
	}
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' && allDigits(s[:4]) {
		return letters <= 2
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' })
	if len(parts) < 3 || len(parts[0]) > 2 || len(parts[1]) > 2 && allDigits(parts[1]) {
		return false
	}
	year, _, _ := strings.Cut(parts[2], " ")
	return allDigits(year) && (len(year) == 2 || len(year) == 4) && (letters == 0 || letters == 3 && len(parts[1]) == 3)
}

// profiles gives the columns as they are kept.
func (p *profiler) profiles() []statement.Column {
	out := make([]statement.Column, 0, len(p.order))
	for _, c := range p.order {
		if c.refused {
			continue
		}
		k := c.Column
		k.Seen = p.looked[c.Rows] - p.passed[c.Rows]
		k.Sample, k.Pairs = slices.Clone(c.Sample), slices.Clone(c.Pairs)
		out = append(out, k)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
