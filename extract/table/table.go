// Package table reads CSV and its relatives: values between delimiters, one
// record to a line, in whatever dialect and encoding they come.
//
// It stands below extract, which holds the nouns. Its invariant: every record
// of the source comes out as a record or as an *extract.RowError, in order and
// with its row number; what is kept in memory is one record and no more.
package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/charset"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Encoding  string   // any WHATWG name
	Delimiter string   // one ASCII character; "\\t" and "tab" mean a tab
	Header    []string // names for a table without a header line
	// HeaderRow is the row the header stands on, 0 to detect, -1 for none.
	// Rows before it are not given.
	HeaderRow int
	Table     string // what Locator.Table shall say
	Limits    extract.Limits
}

// headSize is how much of a source detection looks at, in bytes.
const headSize = 256 << 10

// Reader reads one delimited table.
type Reader struct {
	src     extract.Source
	opts    Options
	dialect extract.Dialect
	info    extract.Info
	single  func(string) string // decoder of a one-byte encoding, nil for UTF-8
	decode  string              // encoding to convert the stream from; empty when none
	columns *extract.Columns
	tally   extract.Tally
	// narrowest is the smallest number of values of a row so far.
	narrowest int
	open      bool // the last row has no line end
	titles    int  // rows above the header
}

var _ extract.Reader = (*Reader)(nil)

// Open looks at the beginning of a table and gives its reader. Errors: invalid,
// when an option is wrong or the header cannot be read; else what opening or
// the first read gave.
func Open(ctx context.Context, src extract.Source, opts Options) (*Reader, error) {
	opts.Limits = opts.Limits.WithDefaults()
	t := &Reader{src: src, opts: opts}
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	err = t.detect(ctx, rc)
	_ = rc.Close() // what broke a stream is said again here, and with its place when the records are read
	return t, err
}

// noLineEnd is said of a whole table and no less of one that lost half of its
// last value, so it is a note and not a warning.
const noLineEnd = "the last row has no line end: if the source was cut off, its last value may be short"

// Info says what was detected, and what was noted and warned of so far.
func (t *Reader) Info() extract.Info {
	info := t.info
	if t.open {
		info.Notes = append(info.Notes[:len(info.Notes):len(info.Notes)], noLineEnd)
	}
	info.Warnings = t.tally.Warnings()
	return info
}

// detect reads the head and the first records.
func (t *Reader) detect(ctx context.Context, r io.Reader) error {
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	ended := err != nil
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		// ReadFull says the same for a short file and a broken stream; the
		// second comes up again when the records are read.
		err = nil
	}
	if err != nil && n == 0 {
		return overt.Errorf(overt.Invalid, t.src.Name, "read the beginning: %w", err)
	}
	if err := t.detectEncoding(head); err != nil {
		return err
	}
	rest := r
	if ended {
		rest = bytes.NewReader(nil)
	}
	text, err := t.text(io.MultiReader(bytes.NewReader(head), rest), nil)
	if err != nil {
		return err
	}
	start := make([]byte, headSize)
	n, _ = io.ReadFull(text, start)
	if err := t.detectDialect(start[:n]); err != nil {
		return err
	}
	return t.detectHeader(ctx, io.MultiReader(bytes.NewReader(start[:n]), text))
}

func (t *Reader) detectEncoding(head []byte) error {
	g := charset.Detect(head)
	if t.opts.Encoding != "" {
		name, err := charset.Canonical(t.opts.Encoding)
		if err != nil {
			return err
		}
		g = charset.Guess{Name: name, Sure: 1, Why: "the caller says " + name}
	}
	t.info.Encoding, t.info.Sure = g.Name, g.Sure
	t.note(g.Why)
	t.single = charset.Single(g.Name)
	if t.single == nil && g.Name != charset.UTF8 {
		t.decode = g.Name
	}
	return nil
}

// text gives the stream in an encoding whose delimiters are ASCII, without its
// byte order mark.
func (t *Reader) text(r io.Reader, stray func()) (io.Reader, error) {
	if t.decode != "" {
		return charset.Reader(r, t.decode, stray)
	}
	var mark [3]byte
	n, err := io.ReadFull(r, mark[:])
	if n == 3 && string(mark[:]) == "\xef\xbb\xbf" {
		return r, nil
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		r = broken{err}
	}
	return io.MultiReader(bytes.NewReader(mark[:n]), r), nil
}

// broken is the rest of a stream that could not be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func (t *Reader) detectDialect(head []byte) error {
	t.dialect = extract.DetectDialect(head)
	t.info.Format = extract.CSV
	switch d := t.opts.Delimiter; {
	case d == "":
		if t.dialect.Columns > 1 {
			t.info.Sure = min(t.info.Sure, t.dialect.Score)
			t.note(fmt.Sprintf("delimiter %q: %.0f %% of the first %d records have %d columns",
				t.dialect.Delimiter, 100*t.dialect.Score, t.dialect.Rows, t.dialect.Columns))
		}
	case d == "tab" || d == "\\t":
		t.dialect.Delimiter = '\t'
	case len(d) == 1 && d[0] < 0x80 && d[0] != '"' && d[0] != '\n' && d[0] != '\r':
		t.dialect.Delimiter = d[0]
	default:
		return overt.Errorf(overt.Invalid, t.src.Name, "a delimiter is one ASCII character, not %q", d)
	}
	if t.dialect.Delimiter == '\t' {
		t.info.Format = extract.TSV
	}
	if t.dialect.Delimiter != 0 {
		t.info.Delimiter = string(t.dialect.Delimiter)
	} else {
		t.note("no delimiter divides the records evenly; the table is read as one column")
	}
	t.info.Quote = string(t.dialect.Quote)
	return nil
}

// sampleRows is how many records are looked at to find the header.
const sampleRows = 100

func (t *Reader) detectHeader(ctx context.Context, r io.Reader) error {
	sc := newScanner(r, t.dialect, t.opts.Limits)
	var rows [][]string
	var at []int64 // where they stand
	row, want := int64(0), int64(max(t.opts.HeaderRow, 1))
	for len(rows) < sampleRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		rec, bad, err := sc.next()
		if err != nil {
			break
		}
		row++
		if row < want || bad == nil && isBlank(rec) {
			continue
		}
		if bad != nil {
			if len(rows) == 0 && t.opts.HeaderRow >= 0 && t.opts.Header == nil {
				return overt.Errorf(overt.Invalid, t.src.Name, "row %d: read the header: %s", row, bad.reason)
			}
			continue
		}
		rows, at = append(rows, t.values(sc, rec, nil)), append(at, row)
	}
	t.setHeader(rows, at)
	return nil
}

// setHeader decides which names the columns get.
func (t *Reader) setHeader(rows [][]string, at []int64) {
	width := commonWidth(rows)
	given := t.opts.Header
	var names []string
	switch {
	case given != nil:
		names = extract.HeaderNames(given, 0)
		if len(rows) > 0 && (t.opts.HeaderRow > 0 || sameNames(rows[0], given)) {
			t.info.HeaderRow = at[0]
		}
		t.note("the caller names the columns")
	case len(rows) == 0:
		t.note("there are no records")
	case t.opts.HeaderRow > 0:
		names, t.info.HeaderRow = extract.HeaderNames(rows[0], 0), at[0]
		t.note("the caller says where the header is")
	case t.opts.HeaderRow < 0:
		names = extract.HeaderNames(nil, width)
		t.note("the caller says there is no header")
	default:
		k := extract.Titles(rows)
		t.titles = k
		g := extract.GuessHeader(rows[k:])
		t.note(g.Why)
		t.info.Sure = min(t.info.Sure, g.Sure)
		if g.Present {
			names, t.info.HeaderRow = extract.HeaderNames(rows[k], 0), at[k]
		} else {
			names = extract.HeaderNames(nil, width)
		}
	}
	t.info.Header, t.info.Table = names, t.opts.Table
	t.columns = extract.NewColumns(t.opts.Table, names)
}

func (t *Reader) note(s string) { t.info.Notes = append(t.info.Notes, s) }

// commonWidth gives the commonest number of columns, the larger of two.
func commonWidth(rows [][]string) int {
	counts, best := map[int]int{}, 0
	for _, r := range rows {
		counts[len(r)]++
	}
	for n, k := range counts {
		if k > counts[best] || k == counts[best] && n > best {
			best = n
		}
	}
	return best
}

func sameNames(a, b []string) bool {
	return slices.EqualFunc(a, b, func(x, y string) bool {
		return strings.EqualFold(strings.TrimSpace(x), strings.TrimSpace(y))
	})
}

// Records yields the rows below the header. selector must be "".
func (t *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if err := extract.NoSelector(t.src.Name, selector); err != nil {
			yield(nil, err)
			return
		}
		rc, err := t.src.Open()
		if err != nil {
			yield(nil, fmt.Errorf("open %s: %w", t.src.Name, err))
			return
		}
		defer rc.Close() // read only: closing cannot lose anything
		t.run(ctx, rc, yield)
	}
}

func (t *Reader) run(ctx context.Context, r io.Reader, yield func(extract.Record, error) bool) {
	t.tally, t.narrowest, t.open = extract.Tally{}, math.MaxInt, false
	t.tally.AddTitles(t.titles, overt.Locator{Table: t.opts.Table, Row: t.info.HeaderRow})
	row := int64(0)
	text, err := t.text(r, nil)
	if err != nil {
		yield(nil, err)
		return
	}
	sc := newScanner(text, t.dialect, t.opts.Limits)
	for {
		if row%256 == 0 && ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		rec, bad, err := sc.next()
		if err != nil {
			if err != io.EOF {
				yield(nil, overt.Errorf(overt.Invalid, t.src.Name, "the stream broke after row %d: %w", row, err))
			}
			return
		}
		row++
		out, rowErr := t.record(sc, rec, bad, row)
		switch {
		case rowErr != nil:
			if !yield(nil, rowErr) {
				return
			}
		case out != nil:
			if !yield(out, nil) {
				return
			}
		}
	}
}

// record makes a record of what the scanner gave; nil for a line without one.
func (t *Reader) record(sc *scanner, rec []byte, bad *trouble, row int64) (extract.Record, error) {
	where := overt.Locator{Table: t.columns.Table, Row: row}
	endMark := len(rec) == 1 && rec[0] == 0x1a
	if endMark {
		rec = []byte{0x1a} // looking ahead may move the window
	}
	switch {
	case row <= t.info.HeaderRow:
		return nil, nil
	case bad != nil:
		return nil, &extract.RowError{Where: where, Reason: bad.reason, Raw: bad.raw}
	case isBlank(rec):
		return nil, nil
	case endMark && !sc.have(0):
		t.tally.Add("end_mark", "a lone control character (Ctrl-Z) at the end was left out", where)
		return nil, nil
	}
	if sc.stray {
		t.tally.Add("stray_quote", "a quote inside a quoted value is not doubled; it was taken literally", where)
	}
	values := t.values(sc, rec, &where)
	if sc.open && t.narrowest != math.MaxInt {
		if len(values) < t.narrowest {
			return nil, &extract.RowError{Where: where, Raw: extract.Raw(rec),
				Reason: fmt.Sprintf("the row ends after %d of %d columns, without a line end: the source is cut off here", len(values), t.narrowest)}
		}
		t.open = true
	}
	t.narrowest = min(t.narrowest, len(values))
	if width := len(t.columns.Names); len(values) > width {
		for _, v := range values[width:] {
			if strings.TrimSpace(v) != "" {
				return nil, &extract.RowError{Where: where, Raw: extract.Raw(rec),
					Reason: fmt.Sprintf("the row has %d values for %d columns", len(values), width)}
			}
		}
		values = values[:width]
	}
	return t.columns.Texts(row, values), nil
}

func isBlank(rec []byte) bool { return len(bytes.Trim(rec, " \r")) == 0 }

// values gives the decoded fields of the current record. Oddities are counted
// at where, when given.
func (t *Reader) values(sc *scanner, rec []byte, where *overt.Locator) []string {
	whole := string(rec)
	out := make([]string, len(sc.fields))
	for i, f := range sc.fields {
		out[i] = whole[f.from:f.to]
		if f.doubled {
			q := string(sc.quote)
			out[i] = strings.ReplaceAll(out[i], q+q, q)
		}
	}
	d := decoder{single: t.single, converted: t.decode != "", tally: &t.tally, where: where}
	d.row(whole, out)
	return out
}
