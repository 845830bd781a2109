package ftm

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// A Model is the set of all schemata and types, inheritance resolved. It is
// read-only and safe for concurrent use; callers MUST NOT change what it hands
// out.
type Model struct {
	version  string
	schemata map[string]*Schema
	sorted   []*Schema
	types    map[string]*Type
}

// schemaSpec and propSpec are the rows of the generated tables; inherited
// properties are not in them.
type schemaSpec struct {
	name, label, plural, description                   string
	extends, featured, required, caption, start, end   []string
	matchable, abstract, hidden, generated, deprecated bool
	edge                                               *Edge
	props                                              []propSpec
}

type propSpec struct {
	name, label, description, typ, rng, reverse, format string
	matchable, hidden, stub, deprecated                 bool
	maxLength                                           int
}

var loadDefault = sync.OnceValue(func() *Model { return newModel(modelVersion, typeSpecs, schemaSpecs) })

// Default gives the model the product is built with: FollowTheMoney's schemata
// and ours.
func Default() *Model { return loadDefault() }

// newModel panics on a table that refers to what is not in it: the generator
// has checked the tables, so that would be a broken build.
func newModel(version string, types []Type, specs []schemaSpec) *Model {
	m := &Model{version: version, schemata: make(map[string]*Schema, len(specs)), types: make(map[string]*Type, len(types))}
	for i := range types {
		t := types[i]
		m.types[t.Name] = &t
	}
	byName := make(map[string]*schemaSpec, len(specs))
	for i := range specs {
		byName[specs[i].name] = &specs[i]
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		m.sorted = append(m.sorted, m.resolve(name, byName))
	}
	return m
}

// resolve builds a schema after its parents. Its own properties win over
// inherited ones, and an earlier parent's over a later one's.
func (m *Model) resolve(name string, specs map[string]*schemaSpec) *Schema {
	if s := m.schemata[name]; s != nil {
		return s
	}
	spec := specs[name]
	if spec == nil {
		panic("ftm: generated tables name an unknown schema " + name)
	}
	s := &Schema{
		Name: name, Label: spec.label, Plural: spec.plural, Description: spec.description,
		Extends: spec.extends, Featured: spec.featured, Required: spec.required, Caption: spec.caption,
		Edge: spec.edge, Start: spec.start, End: spec.end,
		Matchable: spec.matchable, Abstract: spec.abstract, Hidden: spec.hidden,
		Generated: spec.generated, Deprecated: spec.deprecated,
		Properties: make(map[string]*Property, len(spec.props)),
		ancestors:  map[string]bool{name: true},
	}
	for i := range spec.props {
		p := m.property(name, &spec.props[i])
		s.Properties[p.Name] = p
	}
	for _, parent := range spec.extends {
		s.inherit(m.resolve(parent, specs))
	}
	m.schemata[name] = s
	return s
}

func (m *Model) property(schema string, spec *propSpec) *Property {
	t := m.types[spec.typ]
	if t == nil {
		panic("ftm: generated tables name an unknown type " + spec.typ)
	}
	return &Property{
		Name: spec.name, QName: schema + ":" + spec.name, Label: spec.label, Description: spec.description,
		Type: t, Range: spec.rng, Reverse: spec.reverse, Format: spec.format,
		Matchable: spec.matchable, Hidden: spec.hidden, Stub: spec.stub, Deprecated: spec.deprecated,
		MaxLength: spec.maxLength,
	}
}

// Version gives the version of the published model the tables come from.
func (m *Model) Version() string { return m.version }

// Schema gives a schema by name, nil if there is none.
func (m *Model) Schema(name string) *Schema { return m.schemata[name] }

// Schemata gives all schemata sorted by name.
func (m *Model) Schemata() []*Schema { return m.sorted }

// Type gives a value type by name, nil if there is none.
func (m *Model) Type(name string) *Type { return m.types[name] }

// Types gives all value types sorted by name.
func (m *Model) Types() []*Type {
	types := make([]*Type, 0, len(m.types))
	for _, name := range slices.Sorted(maps.Keys(m.types)) {
		types = append(types, m.types[name])
	}
	return types
}

// Common gives the schema an entity has that one source calls a and another
// calls b: the more specific one where one extends the other, else their most
// general common descendant (Organization and Asset make a Company). It is an
// error if a schema is unknown or they have nothing in common: such entities
// cannot be the same thing. The order of a and b does not matter.
func (m *Model) Common(a, b string) (string, error) {
	left, right := m.schemata[a], m.schemata[b]
	switch {
	case left == nil:
		return "", fmt.Errorf("unknown schema %q", a)
	case right == nil:
		return "", fmt.Errorf("unknown schema %q", b)
	case left.IsA(b):
		return a, nil
	case right.IsA(a):
		return b, nil
	}
	var common *Schema
	for _, s := range m.sorted {
		if s.IsA(a) && s.IsA(b) && (common == nil || len(s.ancestors) < len(common.ancestors)) {
			common = s
		}
	}
	if common == nil {
		return "", fmt.Errorf("no schema is both %s and %s", a, b)
	}
	return common.Name, nil
}
