package ftm

import (
	"cmp"
	"maps"
	"slices"
)

// A Schema is a class of entities. Featured, Required, Caption, Start and End
// hold names of properties, in the order of the model.
type Schema struct {
	Name, Label, Plural, Description string

	Extends  []string // direct parents
	Featured []string // shown first
	Required []string // an entity without them is incomplete, not invalid
	Caption  []string // the first that has a value is the entity's caption
	Edge     *Edge    // nil unless entities of the schema are edges of the graph
	Start    []string // dates at which it begins, most telling first
	End      []string // dates at which it ends

	Matchable  bool // worth comparing with others to find the same entity
	Abstract   bool // only there to be extended
	Hidden     bool
	Generated  bool // made by programs, never by hand
	Deprecated bool

	// Properties holds own and inherited properties by name.
	Properties map[string]*Property

	ancestors map[string]bool // itself included
}

// An Edge says how an entity of a schema links two others. Source and Target
// name entity properties; Caption names properties to write on the edge.
type Edge struct {
	Source, Target, Label string
	Directed              bool
	Caption               []string
}

// A Property is a field of a schema. QName starts with the schema that
// declares it, not the one that inherits it: "Thing:name".
type Property struct {
	Name, QName, Label, Description string

	Type    *Type
	Range   string // schema an entity property points to
	Reverse string // name of the property that points back, in Range
	Format  string // FollowTheMoney's name of the identifier format, if any

	Matchable  bool
	Hidden     bool
	Stub       bool // only there to name the way back; takes no values
	Deprecated bool
	MaxLength  int // in characters, as published; cleaning does not enforce it
}

// A Type is a kind of value: name, date, country. Values lists the codes and
// labels of a closed vocabulary, nil for an open type.
type Type struct {
	Name, Label, Plural, Description, Group string

	Matchable bool
	Pivot     bool // equal values are worth a look
	MaxLength int
	Values    map[string]string
}

// inherit takes over what parent has and s does not declare itself.
func (s *Schema) inherit(parent *Schema) {
	for name, p := range parent.Properties {
		if s.Properties[name] == nil {
			s.Properties[name] = p
		}
	}
	maps.Copy(s.ancestors, parent.ancestors)
	if len(s.Start) == 0 {
		s.Start = parent.Start
	}
	if len(s.End) == 0 {
		s.End = parent.End
	}
}

// IsA says whether s is the named schema or extends it, at any depth.
func (s *Schema) IsA(name string) bool { return s.ancestors[name] }

// Ancestors gives the names of s and of all it extends, sorted.
func (s *Schema) Ancestors() []string { return slices.Sorted(maps.Keys(s.ancestors)) }

// Property gives a property by name, own or inherited, nil if there is none.
func (s *Schema) Property(name string) *Property { return s.Properties[name] }

// SortedProperties gives all properties in the order to show them: those of
// the caption and the featured ones in the order of the model, then the others
// by label and name.
func (s *Schema) SortedProperties() []*Property {
	first := slices.Concat(s.Caption, s.Featured)
	rank := func(p *Property) int {
		if i := slices.Index(first, p.Name); i >= 0 {
			return i
		}
		return len(first)
	}
	return slices.SortedFunc(maps.Values(s.Properties), func(a, b *Property) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Label, b.Label), cmp.Compare(a.Name, b.Name))
	})
}
