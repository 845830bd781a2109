package web

import (
	"encoding/csv"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"overt"
	"overt/money"
	"overt/ui"
)

// A sheet is a table that is shown on a page and saved as a file: both have the same
// rows.
type sheet struct {
	caption string
	columns []ui.Column
	rows    [][]entry
}

// An entry is one cell of a sheet.
type entry struct {
	text  string
	saved string // in a file; text when empty
	href  string
	chip  *ui.Chip
	cites []overt.Citation // of a chip, for a file
	uri   string           // of the passage that cites has alone
	parts []money.Part     // of an amount, where they were asked for
}

// said is an entry of words.
func said(text string) entry { return entry{text: text} }

// amount is an entry of an exact number.
func amount(exact string) entry { return entry{text: grouped(exact), saved: exact} }

// count is an entry of a whole number.
func count(n int) entry { return entry{text: ui.Number(n), saved: numeral(n)} }

// cited is an entry of citations.
func cited(chip ui.Chip, cites []overt.Citation) entry { return entry{chip: &chip, cites: cites} }

// table is the sheet as a page shows it.
func (s sheet) table() ui.Table {
	t := ui.Table{Caption: s.caption, Columns: s.columns}
	for _, row := range s.rows {
		var cells []templ.Component
		for _, e := range row {
			switch {
			case e.chip != nil:
				cells = append(cells, ui.SourceChip(*e.chip))
			case e.href != "":
				cells = append(cells, link(e.text, e.href))
			default:
				cells = append(cells, ui.Bdi(e.text))
			}
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// csv writes the sheet as a file for spreadsheets.
func (s sheet) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := make([]string, len(s.columns))
	for i, c := range s.columns {
		row[i] = harmless(c.Label)
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, r := range s.rows {
		row = row[:0]
		for _, e := range r {
			row = append(row, harmless(e.forFile()))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (e entry) forFile() string {
	if e.chip != nil {
		var places []string
		for _, c := range e.cites {
			places = append(places, c.Dataset+": "+c.String())
		}
		return strings.Join(places, "; ")
	}
	if e.saved != "" {
		return e.saved
	}
	return e.text
}

var plainNumber = regexp.MustCompile(`^[-−]?[0-9]+(\.[0-9]+)?$`)

// harmless keeps a spreadsheet from taking what a source says for a formula: such text
// is led by an apostrophe. Numbers stay.
func harmless(s string) string {
	if s == "" || plainNumber.MatchString(s) {
		return s
	}
	lead := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) })
	first, _ := utf8.DecodeRuneInString(lead)
	if strings.ContainsRune("=+-@|＝＋－＠", first) || strings.ContainsRune("\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
