package resolve

import (
	"context"
	"maps"
	"slices"
	"strings"

	"overt/ftm"
	"overt/statement"
)

// A Profile is one entity as a view shows it: the statements of all its source
// ids, equal values together with everyone who says them.
type Profile struct {
	ID        ftm.EntityID   // canonical
	Referents []ftm.EntityID // source ids, ascending, the canonical one included
	Schema    string
	Values    []Value // by property, then the most said first
	// Context is what the sources said beside values, by source id, class and
	// property (statement.ContextPrefix).
	Context []statement.Statement
}

// A Value is one value of one property, and its sightings.
type Value struct {
	Prop  string
	Value string
	// Statements say it, one for each source id, run and original spelling.
	Statements []statement.Statement
	Count      int // rows and passages that say it, over all runs
	Span       statement.Span
}

// ReadProfile gathers what the view says of the given source ids. The first id
// must be the canonical one. A profile without values is not in the scope.
func ReadProfile(ctx context.Context, view statement.View, ids []ftm.EntityID) (*Profile, error) {
	p := &Profile{ID: ids[0], Referents: slices.Sorted(slices.Values(ids))}
	type key struct{ prop, value string }
	values := map[key]*Value{}
	for _, id := range ids {
		stmts, err := view.Entity(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, s := range stmts {
			p.Schema = moreSpecific(p.Schema, s.Schema)
			if statement.IsContext(s.Prop) {
				p.Context = append(p.Context, s)
				continue
			}
			k := key{s.Prop, s.Value}
			v := values[k]
			if v == nil {
				v = &Value{Prop: s.Prop, Value: s.Value}
				values[k] = v
			}
			v.Statements = append(v.Statements, s)
			v.Count += s.Sightings()
		}
	}
	for _, v := range values {
		slices.SortStableFunc(v.Statements, func(a, b statement.Statement) int { return view.Sight().Age(a.Class, b.Class) })
		v.Span = v.span(view.Sight())
		p.Values = append(p.Values, *v)
	}
	slices.SortFunc(p.Values, compareValues)
	return p, nil
}

// compareValues orders by property, then what still holds before what is gone,
// then what is said more often, then by text.
func compareValues(a, b Value) int {
	if d := strings.Compare(a.Prop, b.Prop); d != 0 {
		return d
	}
	if ag, bg := a.Span.Gone != statement.NoDay, b.Span.Gone != statement.NoDay; ag != bg {
		if ag {
			return 1
		}
		return -1
	}
	if a.Count != b.Count {
		return b.Count - a.Count
	}
	return strings.Compare(a.Value, b.Value)
}

// span is the time in which the value was sighted of any of the source ids. It
// is gone when it is gone of each.
func (v *Value) span(sight *statement.Sight) statement.Span {
	if !sight.Ends() {
		return sight.Span("", v.classes(""))
	}
	ids := map[ftm.EntityID]bool{}
	for i := range v.Statements {
		ids[v.Statements[i].Entity] = true
	}
	out := sight.Span("", v.classes(""))
	out.Gone = statement.NoDay
	for id := range ids {
		gone := sight.Span(id, v.classes(id)).Gone
		if gone == statement.NoDay {
			out.Gone = gone
			break
		}
		out.Gone = max(out.Gone, gone)
	}
	return out
}

// classes are those that say the value of one source id, or of any for "".
func (v *Value) classes(of ftm.EntityID) []statement.Class {
	seen := map[statement.Class]bool{}
	for i := range v.Statements {
		if of == "" || v.Statements[i].Entity == of {
			seen[v.Statements[i].Class] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func moreSpecific(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	if c, err := ftm.Default().Common(a, b); err == nil {
		return c
	}
	return min(a, b)
}

// Get lists the values of a property.
func (p *Profile) Get(prop string) []Value {
	lo, _ := slices.BinarySearchFunc(p.Values, prop, func(v Value, prop string) int { return strings.Compare(v.Prop, prop) })
	hi := lo
	for hi < len(p.Values) && p.Values[hi].Prop == prop {
		hi++
	}
	return p.Values[lo:hi]
}

// Entity gives the profile as a FollowTheMoney entity.
func (p *Profile) Entity() *ftm.Entity {
	e := &ftm.Entity{ID: p.ID, Schema: p.Schema, Properties: map[string][]string{}}
	for _, v := range p.Values {
		if v.Prop != statement.PropID && v.Value != "" {
			e.Properties[v.Prop] = append(e.Properties[v.Prop], v.Value)
		}
	}
	e.Caption = p.Caption()
	return e
}

// Caption is the text to show: as FtM picks it from the most said values, else
// the id.
func (p *Profile) Caption() string {
	props := map[string][]string{}
	for _, v := range p.Values {
		props[v.Prop] = append(props[v.Prop], v.Value)
	}
	props["name"] = spelledOut(props["name"])
	if c := ftm.Default().Caption(p.Schema, props); c != "" && !isLabel(p.Schema, c) {
		return c
	}
	return string(p.ID)
}

// isLabel says whether a caption is no more than the schema's own name.
func isLabel(schema, caption string) bool {
	s := ftm.Default().Schema(schema)
	return s == nil || caption == s.Label
}

// spelledOut leaves acronyms out where a longer name is known: a table that
// calls an agency ICE in ten thousand rows does not make that its name.
func spelledOut(names []string) []string {
	long := slices.DeleteFunc(slices.Clone(names), func(n string) bool {
		return len(n) <= 6 && !strings.Contains(n, " ") && strings.ToUpper(n) == n
	})
	if len(long) == 0 {
		return names
	}
	return long
}
