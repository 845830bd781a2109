// Package quality watches a run on its way in and says what about the source
// is doubtful: a list that was cut off, rows and amounts told twice, cumulative
// columns read as differences, impossible dates and amounts, damaged text, and
// columns that moved or changed their meaning since the run before.
//
// It stands beside the flow from mapping to statement and changes nothing in
// it: each record is shown to a Watch as it was read (Record) and, as one small
// observation, as it was mapped (Observe, Add). Observations are bytes, so that
// a record that is unchanged in a newer extract need not be mapped again.
//
// The invariant: what a Watch says is a pure function of records and
// observations in their order; its memory is bounded, and where a bound was
// reached it says so. A doubt names places and counts, never a value.
package quality

import (
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/statement"
)

// Config is what a Watch must know beforehand.
type Config struct {
	Today    statement.Day      // what is dated later has not happened yet
	Columns  []statement.Column // of the run before in the same series; nil for none
	Previous string             // what to call that run: "the extract of 2024-06-20"
}

// A Watch looks at one run. It is not safe for concurrent use.
type Watch struct {
	cfg     Config
	source  string
	at      overt.Locator
	table   *table // records of the source and selector at hand
	counts  []counted
	columns *profiler
	damage  damage
	actions actions
	subs    subawards
	odd     oddities
	repeats repeats

	declared []declaredAt
	again    []string // sources that came twice
	doubts   []statement.Warning
}

// A counted is how many records one source gave under one selector.
type counted struct {
	source, selector string
	n                int64
}

// New makes a Watch.
func New(cfg Config) *Watch {
	return &Watch{cfg: cfg, columns: newProfiler(), actions: newActions(), subs: newSubawards()}
}

// Begin says that records of a source follow, under a selector ("" for tables).
// refused tells columns that may not be read; nil for none.
func (w *Watch) Begin(source, selector string, info extract.Info, refused func(column string) bool) {
	w.source, w.columns.refuse = source, refused
	w.table = &table{selector: selector, header: info.Header}
}

// Record takes a record as it was read; before Add.
func (w *Watch) Record(rec extract.Record) {
	if w.table == nil {
		w.Begin("", "", extract.Info{}, nil)
	}
	w.at = rec.At()
	w.table.record(rec)
	w.columns.record(w.table.selector, rec, w.cell)
}

// cell looks at one value under its column.
func (w *Watch) cell(c *column, text string) { w.damage.see(w, c, text) }

// Unread takes a record that could not be read.
func (w *Watch) Unread(where overt.Locator) {
	if w.table != nil {
		w.table.unread(where)
	}
}

// Add takes the observation of the record at hand, nil for nothing. Errors:
// invalid, for bytes that Observe did not write.
func (w *Watch) Add(obs []byte) error {
	w.repeats.begin()
	if len(obs) == 0 {
		return nil
	}
	return decode(obs, w)
}

// Repeat says that the record at hand stood in the source before, cell for
// cell.
func (w *Watch) Repeat() { w.repeats.again(w) }

// End closes what Begin began. whole says that it was read to its end.
func (w *Watch) End(whole bool) {
	t := w.table
	if t == nil {
		return
	}
	w.table = nil
	w.counts = append(w.counts, counted{w.source, t.selector, t.n})
	w.repeats.rows += t.n
	if !whole || t.header == nil {
		return
	}
	w.roundCount(t)
	w.cutRow(t)
}

// place is where the record at hand stands.
func (w *Watch) place() string { return w.placeOf(w.at) }

func (w *Watch) placeOf(at overt.Locator) string {
	if s := at.String(); s != "" {
		return strings.TrimPrefix(w.source+": "+s, ": ")
	}
	return w.source
}

func (w *Watch) warn(code, where, format string, args ...any) {
	w.doubts = append(w.doubts, statement.Warning{Code: code, Message: fmt.Sprintf(format, args...), Where: where})
}

// Warnings gives the doubts, once all is read.
func (w *Watch) Warnings() []statement.Warning {
	kept := slices.Clone(w.doubts)
	w.declaredTotals()
	w.repeats.judge(w)
	w.actions.judge(w)
	w.subs.judge(w)
	w.odd.judge(w)
	w.damage.judge(w)
	w.columns.judge(w)
	out := w.doubts
	w.doubts = kept
	return out
}

// Measures describes the amounts of the run, by payer.
func (w *Watch) Measures() []statement.Measure { return w.actions.measures() }

// Columns gives the profiles that the next run of the series is compared to.
func (w *Watch) Columns() []statement.Column { return w.columns.profiles() }

// maxEvidence is how many places a doubt names.
const maxEvidence = 3

// An evidence counts occurrences and keeps the first places.
type evidence struct {
	n     int64
	first []string
}

func (e *evidence) add(where string) {
	if e.n++; len(e.first) < maxEvidence {
		e.first = append(e.first, where)
	}
}

// where lists the places; "and n more" where there are more.
func (e *evidence) where() string {
	text := strings.Join(e.first, "; ")
	if more := e.n - int64(len(e.first)); more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}
