package extract

import (
	"bytes"
	"math"
	"strings"
)

// A Dialect is how a delimited table is written.
type Dialect struct {
	Delimiter byte // 0 for a table of one column
	Quote     byte
	Newline   byte    // '\n' (also for CRLF), or '\r' where no '\n' occurs
	Columns   int     // the commonest number of columns in the sample
	First     int     // the number of columns of the first record
	Rows      int     // records in the sample
	Score     float64 // share of sample records that have Columns columns, in [0,1]
}

// The usual delimiters, then those of single exporters, which need to win by
// more because they are common in text.
var delimiters = []byte{',', ';', '\t', '|', '^', '%', '\x01'}

const usualDelimiters = 5

// sampleRows is how many records detection looks at.
const sampleRows = 200

// DetectDialect finds delimiter, quote and line ending of a delimited table
// from its first bytes, ASCII-compatible. The delimiter is the one that gives
// the records the same number of columns, and where two do, values that look
// more like numbers and dates.
func DetectDialect(head []byte) Dialect {
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	best := Dialect{Quote: '"', Newline: newlineOf(head), Columns: 1, First: 1}
	text := string(head)
	top := 0.0
	for i, d := range delimiters {
		if strings.IndexByte(text, d) < 0 {
			continue
		}
		for _, q := range []byte{'"', '\''} {
			c, rank := rate(text, Dialect{Delimiter: d, Quote: q, Newline: best.Newline})
			if i >= usualDelimiters {
				rank *= 0.7
			}
			if rank > top {
				best, top = c, rank
			}
		}
	}
	if top == 0 {
		best.Rows = len(splitSample(text, best))
	}
	return best
}

func newlineOf(head []byte) byte {
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		return '\r'
	}
	return '\n'
}

// rate splits the sample one way and says how good the result looks; 0 when
// it is no table.
func rate(text string, d Dialect) (Dialect, float64) {
	rows := splitSample(text, d)
	counts := map[int]int{}
	typed, cells, wrapped := 0, 0, 0
	for _, r := range rows {
		counts[len(r)]++
		for _, c := range r {
			cells++
			if c.quoted {
				wrapped++
			}
			if s := shapeOf(c.text); s != shapeText {
				typed++
			}
		}
	}
	// An apostrophe is a quote only where it wraps most of the values.
	if d.Quote == '\'' && wrapped*2 < cells {
		return d, 0
	}
	for n, k := range counts {
		if k > counts[d.Columns] || k == counts[d.Columns] && n > d.Columns {
			d.Columns = n
		}
	}
	d.Rows = len(rows)
	if d.Rows == 0 || d.Columns < 2 {
		return d, 0
	}
	d.First = len(rows[0])
	d.Score = float64(counts[d.Columns]) / float64(d.Rows)
	rank := math.Pow(d.Score, 3) * (1 + 0.05*float64(min(d.Columns, 20)) + 0.5*float64(typed)/float64(cells))
	if d.First != d.Columns {
		rank /= 2
	}
	if d.Quote == '\'' {
		rank *= 1.01
	}
	return d, rank
}

type sampleCell struct {
	text   string
	quoted bool
}

// splitSample splits the head into records the simple way, for rating only.
// The last record is dropped when it may be cut.
func splitSample(s string, d Dialect) [][]sampleCell {
	var rows [][]sampleCell
	for s != "" && len(rows) < sampleRows {
		row, rest, whole := splitRecord(s, d)
		if !whole && len(rows) > 0 {
			break
		}
		if len(row) > 1 || row[0].text != "" {
			rows = append(rows, row)
		}
		s = rest
	}
	return rows
}

func splitRecord(s string, d Dialect) (row []sampleCell, rest string, whole bool) {
	for {
		cell, n, ended := splitCell(s, d)
		row = append(row, cell)
		s = s[n:]
		switch {
		case ended:
			return row, s, true
		case s == "":
			return row, "", false
		}
		s = s[1:]
	}
}

// splitCell reads one cell: n bytes of s up to its delimiter, or past its line
// ending when the record ended with it.
func splitCell(s string, d Dialect) (cell sampleCell, n int, ended bool) {
	stops := string([]byte{d.Newline})
	if d.Delimiter != 0 {
		stops += string([]byte{d.Delimiter})
	}
	t := strings.TrimLeft(s, " ")
	if t != "" && t[0] == d.Quote {
		from := len(s) - len(t) + 1
		for i := from; i < len(s); i++ {
			if s[i] != d.Quote {
				continue
			}
			if i+1 < len(s) && s[i+1] == d.Quote {
				i++
				continue
			}
			after := strings.TrimLeft(s[i+1:], " \r")
			if after == "" || strings.IndexByte(stops, after[0]) >= 0 {
				n = len(s) - len(after)
				cell = sampleCell{s[from:i], true}
				if after != "" && after[0] == d.Newline {
					return cell, n + 1, true
				}
				return cell, n, false
			}
		}
	}
	i := strings.IndexAny(s, stops)
	if i < 0 {
		return sampleCell{strings.TrimSuffix(s, "\r"), false}, len(s), false
	}
	cell = sampleCell{strings.TrimSuffix(s[:i], "\r"), false}
	if s[i] == d.Newline {
		return cell, i + 1, true
	}
	return cell, i, false
}
