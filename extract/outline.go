package extract

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// HeadSize is how much of a source's text an outline is made of, in bytes as
// they are stored: what tells a source stands at its beginning, and so does what
// it says of its size, or in the link to the last page.
const HeadSize = 1 << 20

// Bounds on what an outline tells.
const (
	MaxPaths    = 500     // paths
	MaxDeclared = 3       // declarations
	MaxNamed    = 4 << 10 // bytes of a path or a text
)

// A Sought is what shall be looked for in the beginning of a text.
type Sought struct {
	Keys     []string `json:"keys,omitempty"`     // in quotes, anywhere; in YAML also before a colon
	Top      []string `json:"top,omitempty"`      // keys of the outermost object of JSON, or of the first in a list
	Elements []string `json:"elements,omitempty"` // starts of elements of XML, with or without a prefix
	Patterns []string `json:"patterns,omitempty"` // regular expressions
	Fields   []string `json:"fields,omitempty"`   // keys of the first record of JSON
	Paths    bool     `json:"paths,omitempty"`    // what could be named
	Declared bool     `json:"declared,omitempty"` // what the source says of its size
}

// An Outline is what the beginning of a text shows, in plain values. The zero
// value is that of a text which shows nothing.
type Outline struct {
	// Of what was sought, what is there.
	Keys     []string `json:"keys,omitempty"`
	Top      []string `json:"top,omitempty"`
	Elements []string `json:"elements,omitempty"`
	Patterns []string `json:"patterns,omitempty"`
	First    *First   `json:"first,omitempty"` // nil when there is no record of JSON
	// Paths are those of the values of JSON or XML, in the order they come, each
	// once; "*" is any item of a list.
	Paths    []string   `json:"paths,omitempty"`
	Declared []Declared `json:"declared,omitempty"`
}

// A First is the first record of JSON: the first value, the first element of a
// list, or that of one of the keys under which answers hold their records.
type First struct {
	Rows   string           `json:"rows,omitempty"`   // the selector of all of them
	Listed bool             `json:"listed,omitempty"` // it stands in a list
	Fields map[string]Field `json:"fields,omitempty"` // of those sought, the ones that are there
}

// A FieldKind says what a field holds.
type FieldKind string

// The kinds of fields.
const (
	TextField   FieldKind = "text"
	ObjectField FieldKind = "object"
	NullField   FieldKind = "null"
	OtherField  FieldKind = "other" // a list, a number, true or false
)

// A Field is what a record of JSON has under one key.
type Field struct {
	Kind FieldKind `json:"kind"`
	Text string    `json:"text,omitempty"` // of a text, at most MaxNamed bytes
	// Texts is how many members an object has when all are texts, else -1.
	Texts int `json:"texts,omitempty"`
}

// A Declared is how many records a source says there are.
type Declared struct {
	Name  string `json:"name"` // where it says so: "/meta/total", "link last"
	Count int64  `json:"count"`
	// AtLeast says that Count is the least there is, as a link to the last page
	// tells.
	AtLeast bool `json:"atLeast,omitempty"`
}

// Check says what is wrong with an outline that another process gave: nothing is
// in it that was not sought, and all within the bounds. Errors are for people.
func (o *Outline) Check(s Sought) error {
	for _, l := range []struct{ got, sought []string }{{o.Keys, s.Keys}, {o.Top, s.Top}, {o.Elements, s.Elements}, {o.Patterns, s.Patterns}} {
		if !among(l.got, l.sought) {
			return fmt.Errorf("what was not sought is found")
		}
	}
	if len(o.Paths) > MaxPaths || len(o.Declared) > MaxDeclared || !s.Paths && o.Paths != nil || !s.Declared && o.Declared != nil {
		return fmt.Errorf("%d paths and %d declarations", len(o.Paths), len(o.Declared))
	}
	texts := slices.Clone(o.Paths)
	for _, d := range o.Declared {
		if texts = append(texts, d.Name); d.Count < 0 {
			return fmt.Errorf("%d records are declared", d.Count)
		}
	}
	if o.First != nil {
		texts = append(texts, o.First.Rows)
		for name, f := range o.First.Fields {
			if texts = append(texts, f.Text); !slices.Contains(s.Fields, name) || f.Texts < -1 || f.Texts > HeadSize {
				return fmt.Errorf("a field that cannot be")
			}
		}
	}
	if slices.ContainsFunc(texts, func(t string) bool { return len(t) > MaxNamed || !utf8.ValidString(t) }) {
		return fmt.Errorf("a text that is too long, or none")
	}
	return nil
}

// among says whether all of a list stand in another, in its order and each once
// at most.
func among(list, of []string) bool {
	for _, s := range list {
		i := slices.Index(of, s)
		if i < 0 {
			return false
		}
		of = of[i+1:]
	}
	return true
}
