package overt

import (
	"fmt"
	"strconv"
	"strings"
)

// A RunID names one import. Ids are given in order and never reused; 0 is no
// run.
type RunID uint32

// A BlobID is the lower-case hexadecimal SHA-256 of the bytes as they came
// (compressed bytes stay compressed).
type BlobID string

// A Locator says where in a blob a value stands. Exactly one family is set:
// Row (with Column) for tables, Pointer for trees, Page (with Start and End)
// for text. The zero Locator means the whole blob.
type Locator struct {
	// Table narrows a blob that holds several tables: the sheet of a workbook,
	// the member of an archive, or both as "member!sheet". Empty for one table.
	Table string `json:"table,omitempty"`
	// Row is the record's number, from 1, the header line counted where there
	// is one, so that it equals the row a spreadsheet program shows.
	Row int64 `json:"row,omitempty"`
	// Column is the column's header, or its number from 1 as "#3" where the
	// table has no header.
	Column string `json:"column,omitempty"`
	// Pointer is an RFC 6901 JSON pointer ("/data/Products/3/csp"), or for XML
	// an absolute path with positions ("/feed/entry[3]/content/award/@version").
	// For JSON lines Row is set too and the pointer starts at that line's value.
	Pointer string `json:"pointer,omitempty"`
	// Page counts from 1. Start and End are offsets in characters in the
	// page's text version, End exclusive.
	Page  int `json:"page,omitempty"`
	Start int `json:"start,omitempty"`
	End   int `json:"end,omitempty"`
}

// IsZero says whether l points at the whole blob.
func (l Locator) IsZero() bool { return l == Locator{} }

// String writes the locator for people: "row 12, column Recipient Name".
func (l Locator) String() string {
	var parts []string
	if l.Table != "" {
		parts = append(parts, l.Table)
	}
	if l.Row != 0 {
		parts = append(parts, "row "+strconv.FormatInt(l.Row, 10))
	}
	if l.Column != "" {
		parts = append(parts, "column "+l.Column)
	}
	if l.Pointer != "" {
		parts = append(parts, l.Pointer)
	}
	switch {
	case l.Page != 0 && l.End != 0:
		parts = append(parts, fmt.Sprintf("page %d, %d–%d", l.Page, l.Start, l.End))
	case l.Page != 0:
		parts = append(parts, "page "+strconv.Itoa(l.Page))
	}
	return strings.Join(parts, ", ")
}

// A Citation ties a value to the place it was read: dataset and run say who
// said it and when it came in, blob and locator say where it stands, quote
// repeats what stood there before cleaning.
type Citation struct {
	Dataset string  `json:"dataset"`
	Run     RunID   `json:"run"`
	Source  string  `json:"source"` // file name or address as received
	Blob    BlobID  `json:"blob"`
	Locator Locator `json:"locator"`
	Quote   string  `json:"quote"`
	// Doubt says what became known against the source after it came in: that
	// its publisher withdrew or corrected it. Empty when nothing did.
	Doubt string `json:"doubt,omitempty"`
}

// String writes the citation as "file:place".
func (c Citation) String() string {
	if c.Locator.IsZero() {
		return c.Source
	}
	return c.Source + ": " + c.Locator.String()
}
