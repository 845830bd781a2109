package ui

import (
	"context"
	"strings"

	"github.com/a-h/templ"
)

// A State says how a value stands by its sources.
type State string

// States, told apart by shape and word.
const (
	Sourced   State = ""         // a number of sources
	Unsourced State = "none"     // no source
	Disputed  State = "disputed" // sources say other things
	Computed  State = "computed" // worked out of parts
	Doubted   State = "doubt"    // each source was withdrawn or corrected
)

// A Chip says what a value rests on and leads there.
type Chip struct {
	State   State
	Count   int    // sources; of a computed value its parts
	Against int    // sources that say otherwise
	Href    string // the passage, or the list of parts
	Of      string // what it is about, for those who hear the page
}

// text is what stands in the chip.
func (c Chip) text(ctx context.Context) string {
	switch c.State {
	case Unsourced:
		return T(ctx, "no source")
	case Disputed:
		return T(ctx, "%s vs %s", Number(c.Count), Number(c.Against))
	case Computed:
		return "Σ " + Number(c.Count)
	case Doubted:
		return Number(c.Count) + " ?"
	}
	return Number(c.Count)
}

// label is what the chip is called.
func (c Chip) label(ctx context.Context) string {
	var s string
	switch c.State {
	case Unsourced:
		s = T(ctx, "no source")
	case Disputed:
		s = T(ctx, "%s vs %s", Number(c.Count), Number(c.Against)) + ", " + T(ctx, "disputed")
	case Computed:
		s = "Σ " + N(ctx, "%s part", "%s parts", c.Count)
	case Doubted:
		s = Number(c.Count) + " ? " + T(ctx, "withdrawn or corrected by its publisher")
	default:
		s = N(ctx, "%s source", "%s sources", c.Count)
	}
	if c.Of != "" {
		s += ": " + c.Of
	}
	if text := c.text(ctx); !strings.Contains(s, text) { // a voice is asked for by what is seen
		s = text + " " + s
	}
	return s
}

// A Value is one value of a property.
type Value struct {
	Text string
	Href string // where it leads, if it is something by itself
	Mono bool   // an identifier
	Note string // what is said of it: a period, a sort
	Gone string // the day since which its source no longer has it
	Chip Chip
}

// A Fact is a property with its values; none is a value that is missing.
type Fact struct {
	Label  string
	Values []Value
	Ask    string // where one may look for a missing value
}

// A Column is one column of a table.
type Column struct {
	Label  string
	Number bool
	Whole  bool   // its cells break into no lines: dates
	Sort   string // where a press sorts by it; "" for nowhere
	Sorted string // ascending, descending or ""
}

// A Table is a table with what it shows as a sentence.
type Table struct {
	Caption string
	Headed  bool // a heading above it says what it is
	Columns []Column
	Rows    [][]templ.Component
	Foot    []templ.Component
}

// A Problem is what is said in place of a page.
type Problem struct {
	Title    string
	Sentence string
	Links    []Link
}

// A Choice is one of a group.
type Choice struct {
	Value, Label, Note string
	Lang               string // of the label, where it is not that of the page
	On                 bool
}

// beside are the attributes of a link whose page opens next to this one, where a
// script is; its address stays what the link says.
func beside(href string) templ.Attributes {
	return templ.Attributes{"hx-get": href, "hx-target": "#aside", "hx-swap": "innerHTML"}
}

func sortWord(c Column) string {
	if c.Sorted == "" {
		return "none"
	}
	return c.Sorted
}

// class is that of the cells of a column.
func (t Table) class(i int) string {
	switch {
	case i >= len(t.Columns):
		return ""
	case t.Columns[i].Number:
		return "num"
	case t.Columns[i].Whole:
		return "whole"
	}
	return ""
}

// current is the word for a link that leads to where the reader is, or to a page above it.
func current(l Link) string {
	switch {
	case l.Here:
		return "page"
	case l.Above:
		return "true"
	}
	return "false"
}
