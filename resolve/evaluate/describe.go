package evaluate

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/ftm"
)

// A Description says what a set of data is. Paths lie under the folder of the data
// and use slashes.
type Description struct {
	Name   string  `yaml:"name"`
	Tables []Table `yaml:"tables"`
	Truth  Truth   `yaml:"truth"`
	Screen *Screen `yaml:"screen"`
}

// A Table is a file with one record a row, or, with Left and Right, with a labelled
// pair of records a row.
type Table struct {
	File      string               `yaml:"file"`
	Format    string               `yaml:"format"`    // csv, or col-val: COL name VAL x … tab … tab label
	Separator string               `yaml:"separator"` // one character; "," if not given
	Columns   []string             `yaml:"columns"`   // names of a file without a header
	Empty     []string             `yaml:"empty"`     // texts that stand for no value
	Source    string               `yaml:"source"`
	Unique    bool                 `yaml:"unique"` // the source holds each entity once
	Schema    template             `yaml:"schema"`
	Schemata  map[string]string    `yaml:"schemata"` // what the values of Schema mean
	ID        template             `yaml:"id"`       // the number of the row if not given
	Values    map[string]templates `yaml:"values"`   // by property

	Entity  template `yaml:"entity"`  // the same for records of one entity
	Pattern string   `yaml:"pattern"` // its first group is taken from Entity

	Left  map[string]templates `yaml:"left"` // of labelled pairs, instead of Values
	Right map[string]templates `yaml:"right"`
	Label template             `yaml:"label"`
	Match []string             `yaml:"match"` // labels that say it is one entity
	Group template             `yaml:"group"` // what results are told apart by
}

// Truth says where answers stand that are not in the tables.
type Truth struct {
	Rows     *Answers `yaml:"rows"`     // one row for each record of the first table
	Clusters *Answers `yaml:"clusters"` // one row for each record
	Pairs    *Answers `yaml:"pairs"`    // one row for each pair of one entity
}

// Answers is a file of answers. Records are named SOURCE:ID.
type Answers struct {
	File      string   `yaml:"file"`
	Separator string   `yaml:"separator"`
	Columns   []string `yaml:"columns"` // names of a file without a header
	Record    template `yaml:"record"`
	Entity    template `yaml:"entity"`
	Left      template `yaml:"left"`
	Right     template `yaml:"right"`
}

// A Screen says that records of some sources are requests against the others. A
// request that no record of the others shares its entity with is to find nothing.
type Screen struct {
	Requests []string `yaml:"requests"` // sources
}

// A template is text with {columns}.
type template string

// templates is one template or several: a property may have several values.
type templates []template

// UnmarshalYAML takes one text or a list.
func (t *templates) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*t = templates{template(n.Value)}
		return nil
	}
	return n.Decode((*[]template)(t))
}

var column = regexp.MustCompile(`\{[^{}]*\}`)

// fill puts the columns of a row in. It is "" if none of them has a value.
func (t template) fill(row map[string]string) string {
	some := false
	out := column.ReplaceAllStringFunc(string(t), func(c string) string {
		v := row[c[1:len(c)-1]]
		some = some || v != ""
		return v
	})
	if !some && strings.Contains(string(t), "{") {
		return ""
	}
	out = strings.Join(strings.Fields(out), " ")
	for strings.Contains(out, ", ,") {
		out = strings.ReplaceAll(out, ", ,", ",")
	}
	return strings.Trim(strings.ReplaceAll(out, " ,", ","), ", ")
}

func (t template) columns() []string {
	var out []string
	for _, c := range column.FindAllString(string(t), -1) {
		out = append(out, c[1:len(c)-1])
	}
	return out
}

// Read reads a description. The error names the file and what is wrong with it.
func Read(path string) (*Description, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	dec := yaml.NewDecoder(io.LimitReader(f, 1<<20))
	dec.KnownFields(true)
	var d Description
	if err := dec.Decode(&d); err != nil {
		return nil, fmt.Errorf("read description %s: %w", path, err)
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("description %s: %w", path, err)
	}
	return &d, nil
}

func (d *Description) check() error {
	if d.Name == "" || len(d.Tables) == 0 {
		return errors.New("it needs a name and tables")
	}
	sources := map[string]bool{}
	for i := range d.Tables {
		t := &d.Tables[i]
		if err := t.check(); err != nil {
			return fmt.Errorf("table %d (%s): %w", i+1, t.File, err)
		}
		sources[t.Source] = true
	}
	if d.Screen != nil {
		for _, s := range d.Screen.Requests {
			if !sources[s] {
				return fmt.Errorf("screen: no table has the source %q", s)
			}
		}
	}
	return nil
}

func (t *Table) check() error {
	switch {
	case t.File == "":
		return errors.New("it has no file")
	case t.Source == "":
		return errors.New("it has no source")
	case t.Schema == "":
		return errors.New("it has no schema")
	case t.Format != "" && t.Format != "csv" && t.Format != "col-val":
		return fmt.Errorf("format %q: want csv or col-val", t.Format)
	case len([]rune(t.Separator)) > 1:
		return fmt.Errorf("separator %q: want one character", t.Separator)
	case (t.Left == nil) != (t.Right == nil) || (t.Left == nil) == (t.Values == nil):
		return errors.New("want values, or left and right")
	case t.Left != nil && (t.Label == "" || len(t.Match) == 0):
		return errors.New("pairs need a label, and which labels match")
	}
	if _, err := regexp.Compile(t.Pattern); err != nil {
		return fmt.Errorf("pattern: %w", err)
	}
	if strings.Contains(string(t.Schema), "{") {
		return nil
	}
	s := ftm.Default().Schema(string(t.Schema))
	if s == nil {
		return fmt.Errorf("schema %q is not in the model", t.Schema)
	}
	for _, values := range []map[string]templates{t.Values, t.Left, t.Right} {
		for prop := range values {
			if s.Property(prop) == nil {
				return fmt.Errorf("%s has no property %q", s.Name, prop)
			}
		}
	}
	return nil
}

// wanted lists the columns that a table must have.
func (t *Table) wanted() []string {
	var out []string
	for _, x := range []template{t.Schema, t.ID, t.Entity, t.Label, t.Group} {
		out = append(out, x.columns()...)
	}
	for _, values := range []map[string]templates{t.Values, t.Left, t.Right} {
		for _, xs := range values {
			for _, x := range xs {
				out = append(out, x.columns()...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
