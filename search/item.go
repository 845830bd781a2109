package search

import (
	"strings"
	"unicode/utf8"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// A Kind says what an item is.
type Kind string

// The kinds.
const (
	Passage Kind = "passage" // a page, or a slice of a long one
	Entity  Kind = "entity"  // names and identifiers of an entity
)

// An Item is what is found: one passage, or what one run says of one entity.
type Item struct {
	ID       string         `json:"id"` // its own under a label and run
	Kind     Kind           `json:"kind"`
	Document ftm.EntityID   `json:"document,omitempty"` // entity id of the document, or the entity's own
	Blob     overt.BlobID   `json:"blob,omitempty"`
	Version  string         `json:"version,omitempty"` // of the text
	Page     int            `json:"page,omitempty"`    // from 1
	Start    int            `json:"start,omitempty"`   // characters of the page before Text
	Text     string         `json:"text,omitempty"`
	Title    string         `json:"title,omitempty"`
	Names    []string       `json:"names,omitempty"`
	IDs      []string       `json:"identifiers,omitempty"`
	Schema   string         `json:"schema,omitempty"`
	Language string         `json:"language,omitempty"` // ISO 639-3
	Type     string         `json:"type,omitempty"`     // family of media: pdf, email, table …
	Dates    []string       `json:"dates,omitempty"`    // ISO 8601 prefixes
	Entities []ftm.EntityID `json:"entities,omitempty"` // mentioned or linked
	Label    policy.Label   `json:"label"`
	Run      overt.RunID    `json:"run"`
	// Until is the run that took the item's place, under the same label: who sees
	// that run does not see the item. 0 for none; a hit does not tell it.
	Until overt.RunID `json:"until,omitempty"`
}

// Bounds of an item. A longer page is cut (Cut).
const (
	MaxText   = 1 << 20 // bytes of Text
	maxValue  = statement.MaxID
	maxValues = 1 << 16 // of a list
	sliceSize = 8000    // characters
)

// Check refuses an item that an index cannot keep. Errors: invalid.
func (it *Item) Check() error {
	bad := func(format string, args ...any) error {
		return overt.Errorf(overt.Invalid, "item "+short(it.ID), format, args...)
	}
	if it.ID == "" {
		return bad("it has no id")
	}
	if it.Kind != Passage && it.Kind != Entity {
		return bad("%q is no kind of item", short(string(it.Kind)))
	}
	if it.Run == 0 {
		return bad("it belongs to no run")
	}
	if it.Page < 0 || it.Start < 0 || it.Page > 1<<30 || it.Start > 1<<30 {
		return bad("page %d and start %d are not in a document", it.Page, it.Start)
	}
	if len(it.Text) > MaxText || !utf8.ValidString(it.Text) {
		return bad("its text is longer than %d bytes, or not UTF-8", MaxText)
	}
	for _, v := range it.values() {
		if len(v) > maxValue || !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return bad("a value is longer than %d bytes, not UTF-8, or has a NUL", maxValue)
		}
	}
	for _, n := range []int{len(it.Names), len(it.IDs), len(it.Dates), len(it.Entities)} {
		if n > maxValues {
			return bad("a list has %d values and may have %d", n, maxValues)
		}
	}
	for _, d := range it.Dates {
		if !isDate(d) {
			return bad("%q is not an ISO 8601 date", short(d))
		}
	}
	return it.Label.Validate()
}

// values lists every string of an item but its text.
func (it *Item) values() []string {
	all := []string{it.ID, string(it.Document), string(it.Blob), it.Version, it.Title, it.Schema, it.Language, it.Type}
	all = append(append(append(all, it.Names...), it.IDs...), it.Dates...)
	for _, e := range it.Entities {
		all = append(all, string(e))
	}
	return all
}

// isDate holds for what begins with a year, or with a year and a month, day or
// time after it.
func isDate(s string) bool {
	for i := range min(len(s), 10) {
		dash := i == 4 || i == 7
		if dash != (s[i] == '-') || !dash && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return len(s) == 4 || len(s) == 7 || len(s) == 10 || len(s) > 10 && len(s) <= 40 && s[10] == 'T'
}

// Years lists the distinct years of an item's dates, in order of appearance.
func (it *Item) Years() []string {
	var years []string
	for _, d := range it.Dates {
		years = appendNew(years, d[:4])
	}
	return years
}

// Linked lists the distinct entities of an item, in order of appearance, at most
// those that a facet counts.
func (it *Item) Linked() []string {
	seen := make(map[ftm.EntityID]bool, len(it.Entities))
	var all []string
	for _, e := range it.Entities {
		if e != "" && !seen[e] {
			seen[e] = true
			all = append(all, string(e))
		}
	}
	return all
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// IdentifierKey is the form in which id: finds identifiers: letters and digits,
// folded.
func IdentifierKey(s string) string { return strings.ReplaceAll(ftm.Fold(s), " ", "") }

// NameKey is the form in which Suggest compares names; "" for a name without a
// letter or digit.
func NameKey(s string) string { return ftm.Fold(s) }

// short cuts foreign text for a message.
func short(s string) string {
	if len(s) <= 60 {
		return s
	}
	cut := 60
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// A Slice is a part of a page: Start in characters.
type Slice struct {
	Start int
	Text  string
}

// Cut cuts a page's text into slices of at most 8,000 characters, behind a line
// feed where there is one in the last quarter, else behind a blank. Together
// they are the text.
func Cut(text string) []Slice {
	var out []Slice
	start := 0
	for text != "" {
		end, n, line, blank := len(text), 0, 0, 0
		lineAt, blankAt := 0, 0
		for i, r := range text {
			if n == sliceSize {
				end = i
				break
			}
			n++
			if n > sliceSize*3/4 && r == '\n' {
				line, lineAt = i+1, n
			} else if n > sliceSize*3/4 && r == ' ' {
				blank, blankAt = i+1, n
			}
		}
		if end < len(text) && line > 0 {
			end, n = line, lineAt
		} else if end < len(text) && blank > 0 {
			end, n = blank, blankAt
		}
		out = append(out, Slice{start, text[:end]})
		start, text = start+n, text[end:]
	}
	return out
}
