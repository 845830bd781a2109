package mapping

import (
	"cmp"
	"slices"

	"go.yaml.in/yaml/v3"

	"overt"
)

// A Draft is a mapping of one list as a form holds it: things, links between them, and
// what each column becomes.
type Draft struct {
	Name, Title, Publisher, Licence, Address, Class string // as in Mapping

	Extent   string
	Rows     string // selector of the records, "" for tables
	Dates    string // layout of dates that are not ISO 8601, "" for none
	Comma    bool   // the comma is the decimal sign
	Currency string // of amounts, where no column says it; ISO 4217
	Things   []DraftThing
	Columns  []DraftColumn
}

// A DraftThing is a kind of thing that a record names, or a link between two.
type DraftThing struct {
	Name   string
	Schema string
	From   string // of a link: the thing at its beginning
	To     string
}

// A DraftColumn says what a column becomes: nothing where Thing is "".
type DraftColumn struct {
	Column string
	Thing  string
	Prop   string
	Key    bool // by it the thing is known again
}

// The shapes of the file that is written.
type (
	draftFile struct {
		Name      string              `yaml:"name"`
		Title     string              `yaml:"title,omitempty"`
		Publisher string              `yaml:"publisher,omitempty"`
		Licence   string              `yaml:"licence,omitempty"`
		Address   string              `yaml:"address,omitempty"`
		Class     string              `yaml:"class,omitempty"`
		Extent    string              `yaml:"extent,omitempty"`
		Detect    map[string][]string `yaml:"detect,omitempty"`
		Dates     []string            `yaml:"date_formats,omitempty"`
		Queries   []draftQuery        `yaml:"queries"`
	}
	draftQuery struct {
		Rows     string                 `yaml:"rows,omitempty"`
		Fields   map[string]draftField  `yaml:"fields,omitempty"`
		Entities map[string]draftEntity `yaml:"entities"`
	}
	draftField struct {
		First []any `yaml:"first,flow"`
	}
	draftEntity struct {
		Schema  string         `yaml:"schema"`
		Literal string         `yaml:"key_literal"`
		Keys    []string       `yaml:"keys,flow"`
		Props   map[string]any `yaml:"properties"`
	}
)

// YAML writes the draft as a mapping file. Errors: invalid (nothing is mapped, a thing
// that is not there, one that nothing tells apart).
func (d *Draft) YAML() ([]byte, error) {
	f := draftFile{Name: d.Name, Title: d.Title, Publisher: d.Publisher, Licence: d.Licence, Address: d.Address, Class: d.Class, Extent: d.Extent}
	if d.Dates != "" {
		f.Dates = []string{d.Dates}
	}
	q := draftQuery{Rows: d.Rows, Entities: map[string]draftEntity{}}
	for _, t := range d.Things {
		e, err := d.entity(t)
		if err != nil {
			return nil, err
		}
		if e != nil {
			if f := d.known(t, e.Keys); f != nil {
				if q.Fields == nil {
					q.Fields = map[string]draftField{}
				}
				e.Keys = []string{"key of " + t.Name}
				q.Fields[e.Keys[0]] = *f
			}
			q.Entities[t.Name] = *e
		}
	}
	if len(q.Entities) == 0 {
		return nil, overt.Errorf(overt.Invalid, d.Name, "no column becomes anything yet")
	}
	f.Queries = []draftQuery{q}
	if used := d.used(); d.Rows == "" && len(used) > 1 {
		f.Detect = map[string][]string{"columns": used}
	}
	return yaml.Marshal(f)
}

// known lets a thing whose one key is empty in a row be known by its name there; nil
// where it has no other name.
func (d *Draft) known(t DraftThing, keys []string) *draftField {
	if s := model().Schema(t.Schema); len(keys) != 1 || s == nil || s.Edge != nil {
		return nil
	}
	for _, c := range d.Columns {
		if c.Thing == t.Name && c.Prop == "name" && c.Column != keys[0] {
			return &draftField{First: []any{keys[0], map[string]string{"column": c.Column, "letters": "fold"}}}
		}
	}
	return nil
}

// used are the columns that become something.
func (d *Draft) used() (out []string) {
	for _, c := range d.Columns {
		if c.Thing != "" && !slices.Contains(out, c.Column) {
			out = append(out, c.Column)
		}
	}
	return out
}

// entity is how a thing is made; nil for one that no column and no link asks for.
func (d *Draft) entity(t DraftThing) (*draftEntity, error) {
	e := &draftEntity{Schema: t.Schema, Literal: d.Name + ":" + t.Name + ":", Keys: d.keys(t), Props: map[string]any{}}
	columns := map[string][]string{}
	for _, c := range d.Columns {
		switch {
		case c.Thing != t.Name:
		case c.Prop == "":
			return nil, overt.Errorf(overt.Invalid, c.Column, "say which property of %s it becomes", t.Name)
		default:
			columns[c.Prop] = append(columns[c.Prop], c.Column)
		}
	}
	schema := model().Schema(t.Schema)
	if schema == nil {
		return nil, overt.Errorf(overt.Invalid, t.Name, "%q is no kind of thing", t.Schema)
	}
	for prop, list := range columns {
		e.Props[prop] = list[0]
		p := schema.Property(prop)
		switch {
		case d.Comma && p != nil && p.Type.Name == "number":
			e.Props[prop] = map[string]any{"columns": list, "format": ","}
		case len(list) > 1:
			e.Props[prop] = map[string]any{"columns": list}
		}
	}
	if columns["amount"] != nil && columns["currency"] == nil && d.Currency != "" {
		e.Props["currency"] = map[string]string{"literal": d.Currency}
	}
	if schema.Edge != nil && (t.From != "" || t.To != "") {
		for end, of := range map[string]string{schema.Edge.Source: t.From, schema.Edge.Target: t.To} {
			if d.thing(of) == nil {
				return nil, overt.Errorf(overt.Invalid, t.Name, "it needs a thing at each end")
			}
			e.Props[end] = map[string]string{"entity": of}
		}
	}
	switch {
	case len(e.Props) == 0:
		return nil, nil
	case len(e.Keys) == 0:
		return nil, overt.Errorf(overt.Invalid, t.Name, "no column tells one %s from another; mark a key", t.Name)
	}
	return e, nil
}

func (d *Draft) thing(name string) *DraftThing {
	for i := range d.Things {
		if d.Things[i].Name == name {
			return &d.Things[i]
		}
	}
	return nil
}

// keys are the columns that are marked; without any, all columns of the thing, and of a
// link the keys of its ends too.
func (d *Draft) keys(t DraftThing) (out []string) {
	var all []string
	for _, c := range d.Columns {
		if c.Thing == t.Name && t.Name != "" {
			all = append(all, c.Column)
			if c.Key {
				out = append(out, c.Column)
			}
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, end := range []string{t.From, t.To} {
		if o := d.thing(end); o != nil && o.From == "" && o.To == "" {
			all = append(all, d.keys(*o)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Becomes is what a column becomes, as it is written: "supplier.name".
func (c DraftColumn) Becomes() string {
	if c.Thing == "" {
		return ""
	}
	return c.Thing + "." + cmp.Or(c.Prop, "?")
}
