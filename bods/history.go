package bods

import (
	"cmp"
	"slices"

	"overt/extract"
)

// MaxHistory bounds how many later statements of records are remembered.
const MaxHistory = 4 << 20

// A History knows which statements of a source say anew what earlier ones said.
// See is called with each record of the source before the first is read. The
// zero History knows of none.
type History struct {
	later  map[string][]later // by record: statements after its first
	before map[string]string  // 0.1 to 0.3: the statement that one replaces
	n      int
	Full   bool // more than MaxHistory: ends of links may be missing
}

// later is what a statement that is not the first of its record says.
type later struct {
	date string
	has  map[string]bool // keys of interests
}

// See takes note of one record.
func (h *History) See(rec extract.Record) {
	f := frameOf(rec)
	if f.kind == "" || f.status == "new" || f.status == "" {
		return
	}
	if h.n++; h.n > MaxHistory {
		h.Full = true
		return
	}
	if h.later == nil {
		h.later, h.before = map[string][]later{}, map[string]string{}
	}
	if len(f.replace) > 0 {
		h.before[f.record] = f.replace[0]
	}
	if f.kind != relationship {
		return
	}
	l := later{f.date, map[string]bool{}}
	for _, i := range rec.Each(f.details + "interests") {
		l.has[interestKey(i)] = true
	}
	id := h.recordOf(f.record)
	list := append(h.later[id], l)
	slices.SortStableFunc(list, func(a, b later) int { return cmp.Compare(a.date, b.date) })
	h.later[id] = list
}

// recordOf is the record that a statement's id stands for: in 0.4 itself, before
// the first of the chain of statements that replace each other.
func (h *History) recordOf(id string) string {
	for range len(h.before) {
		old, ok := h.before[id]
		if !ok {
			break
		}
		id = old
	}
	return id
}

// ended is the day from which a later statement of the record has an interest
// no more; "" while it has.
func (h *History) ended(record, date, interest string) string {
	for _, l := range h.later[record] {
		if l.date > date {
			if l.has[interest] {
				return ""
			}
			return l.date
		}
	}
	return ""
}

// interestKey tells interests of one relationship apart; that one ended does
// not make it another.
func interestKey(i extract.Record) string {
	parts := []string{interestType(i), text(i, "directOrIndirect", "interestLevel"), text(i, "startDate"), text(i, "details")}
	for _, p := range sharePaths {
		parts = append(parts, text(i, p))
	}
	return sum(parts...)[:16]
}

var sharePaths = []string{"share/exact", "share/minimum", "share/exclusiveMinimum", "share/maximum", "share/exclusiveMaximum"}
