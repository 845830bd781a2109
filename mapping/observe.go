package mapping

import (
	"context"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/extract"
	"overt/ftm"
)

// An observation says where a source tells the day it was true.
type observation struct {
	pointer string         // of a value in the tree
	column  string         // of a table; the latest value counts
	name    *regexp.Regexp // with a group, on the file name
	formats string
}

// observed reads the observed key: pointer, column or filename, and format.
func (p *parser) observed(n *yaml.Node) {
	o := &p.m.observe
	if n = p.deref(n); n.Kind == yaml.ScalarNode {
		switch text := p.text(n, "observed"); {
		case text == "filename":
			o.name = dateInName
		case strings.HasPrefix(text, "/"):
			o.pointer = text
		default:
			o.column = text
		}
		return
	}
	for _, kv := range p.pairs(n, "observed") {
		switch kv.key {
		case "pointer":
			o.pointer = p.text(kv.value, kv.key)
		case "column":
			o.column = p.text(kv.value, kv.key)
		case "filename":
			o.name = p.regexp(kv.value, kv.key)
		case "format":
			o.formats = p.dateFormats(kv.value)
		default:
			p.fail(kv.at, "unknown key %q in observed", kv.key)
		}
	}
}

// dateInName finds a date in a file name: 2024-03-07, 2024_03_07 or 20240307.
var dateInName = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01]))(?:[^0-9]|$)`)

// maxObserved is how many rows are read for the latest date of a column.
const maxObserved = 1_000_000

// Observed finds the day a source says it was true, as an ISO 8601 date, by the
// mapping's observed key; name is the file's name. It is empty when the mapping
// or the source does not say. Errors: those of the reader; the rows it could
// not read are passed over.
func (m *Mapping) Observed(ctx context.Context, name string, r extract.Reader) (string, error) {
	o := m.observe
	best := ""
	take := func(text string) {
		if day, err := m.date.Clean(sanitize(text), ftm.CleanOptions{Format: o.formats}); err == nil && day > best {
			best = day
		}
	}
	if o.name != nil {
		if sub := o.name.FindStringSubmatch(baseName(name)); len(sub) > 1 {
			take(dashed(sub[1]))
		}
	}
	if best != "" || r == nil || o.pointer == "" && o.column == "" {
		return ftm.CutDay(best), nil
	}
	selector, path := "", o.column
	if o.pointer != "" {
		selector, path = o.pointer, "."
	}
	count := 0
	for rec, err := range r.Records(ctx, selector) {
		if err != nil {
			if extract.IsRowError(err) {
				continue
			}
			return ftm.CutDay(best), err
		}
		for _, c := range rec.Cells(path) {
			take(c.Text)
		}
		if count++; o.pointer != "" || count >= maxObserved {
			break
		}
	}
	return ftm.CutDay(best), nil
}

// dashed writes 20240307 and its kin as 2024-03-07.
func dashed(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if len(digits) != 8 {
		return s
	}
	return digits[:4] + "-" + digits[4:6] + "-" + digits[6:]
}
