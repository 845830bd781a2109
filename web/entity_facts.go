package web

import (
	"slices"

	"overt/answer"
	"overt/ftm"
	"overt/ui"
)

// facts are the values of an entity by property: those that are shown first, missing
// ones among them, for that something is not known is worth seeing; then the others.
func (p *entityPage) facts() []ui.Fact {
	model := ftm.Default()
	schema := model.Schema(p.Profile.Found.Schema)
	by := map[string][]answer.Value{}
	var order []string
	if schema != nil {
		order = append(order, schema.Featured...)
	}
	for _, v := range p.Profile.Values {
		by[v.Prop] = append(by[v.Prop], v)
		if !slices.Contains(order, v.Prop) {
			order = append(order, v.Prop)
		}
	}
	var out []ui.Fact
	for _, prop := range order {
		f := ui.Fact{Label: prop}
		var property *ftm.Property
		if schema != nil {
			property = schema.Property(prop)
		}
		if property != nil {
			f.Label = property.Label
			if property.Stub || property.Hidden && len(by[prop]) == 0 {
				continue
			}
		}
		for i := range by[prop] {
			f.Values = append(f.Values, p.value(&by[prop][i], property))
		}
		if len(f.Values) == 0 {
			f.Ask = address("/search", "q", quoted(p.Profile.Found.Caption), "kind", "passage")
		}
		out = append(out, f)
	}
	return out
}

func (p *entityPage) value(v *answer.Value, property *ftm.Property) ui.Value {
	out := ui.Value{Text: v.Value, Gone: v.Gone, Chip: valueChip(p.q.id, v, p.Profile.Conflicts, p.q.asOf)}
	if property != nil && property.Type.Name == "entity" {
		out.Href = entityPath(ftm.EntityID(v.Value), "facts", "asof", p.q.asOf)
		if v.Caption != "" {
			out.Text = v.Caption
		}
	}
	if property != nil {
		out.Mono = property.Type.Name == "identifier" || property.Type.Name == "checksum"
	}
	return out
}

// quoted is words as one phrase of the query language.
func quoted(s string) string {
	clean := []rune{}
	for _, r := range s {
		if r != '"' && r != '\\' {
			clean = append(clean, r)
		}
	}
	return `"` + string(clean) + `"`
}

// standing counts how many values have a source, and how many are disputed.
func (p *entityPage) standing() (all, cited, disputed int) {
	for i := range p.Profile.Values {
		all++
		switch c := valueChip(p.q.id, &p.Profile.Values[i], p.Profile.Conflicts, ""); c.State {
		case ui.Unsourced:
		case ui.Disputed:
			disputed++
			cited++
		default:
			cited++
		}
	}
	return all, cited, disputed
}

// edgeChip is the chip of a link.
func edgeChip(e *answer.Edge) ui.Chip { return citesChip(e.Label, e.Citations, 0) }
