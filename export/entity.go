package export

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"

	"overt/ftm"
	"overt/resolve"
	"overt/statement"
)

// entityLines writes FollowTheMoney entities.
func (x *exporter) entityLines(ctx context.Context, w io.Writer) error {
	lines := ftm.NewEntityWriter(w)
	for r, err := range x.records(ctx) {
		if err != nil {
			return err
		}
		if err := lines.Write(x.ftmEntity(r)); err != nil {
			return err
		}
		x.counts(r)
	}
	return lines.Flush()
}

// counts adds a record to what was written.
func (x *exporter) counts(r *record) {
	x.count.Entities++
	for range r.statements() {
		x.count.Statements++
	}
}

// ftmEntity is a record as FollowTheMoney writes it, with its context. Referents
// are all source ids, the canonical one included. A raw entity has none, and
// where its source is itself a file of entities, all that stands beside its
// values is what that file said.
func (x *exporter) ftmEntity(r *record) *ftm.Entity {
	e := r.Entity()
	own := x.beside(r)
	e.Datasets = x.datasets(r)
	e.FirstSeen, e.LastSeen = x.seen(r)
	if !x.opts.Raw {
		e.Referents = r.Referents
		x.redirect(r, e)
	} else if x.own(r) {
		e.Caption = ""
	}
	own.give(e, r.merged && !x.opts.Raw)
	return e
}

// redirect lets references name the entities that stand in the same file.
func (x *exporter) redirect(r *record, e *ftm.Entity) {
	for i := range r.Values {
		v := &r.Values[i]
		values := e.Properties[v.Prop]
		if len(values) == 0 || i > 0 && r.Values[i-1].Prop == v.Prop || !x.isRef(r, v) {
			continue
		}
		out := make([]string, 0, len(values))
		for _, v := range values {
			if c := string(x.canonical(ftm.EntityID(v))); !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
		e.Properties[v.Prop] = out
	}
}

// isRef asks the record's schema, and where that is none of a merged entity's
// own the one under which the value was said.
func (x *exporter) isRef(r *record, v *resolve.Value) bool {
	t := cmp.Or(x.propType(r.Schema, v.Prop), x.propType(v.Statements[0].Schema, v.Prop))
	return t == "entity"
}

// propType is the type of a property, "" if the schema does not have it.
func (x *exporter) propType(schema, prop string) string {
	if s := x.model.Schema(schema); s != nil && s.Property(prop) != nil {
		return s.Property(prop).Type.Name
	}
	return ""
}

// datasets are those that say anything of a record, ascending. Where a source
// names datasets itself, those stand for it (beside).
func (x *exporter) datasets(r *record) []string {
	told := map[statement.Class]bool{}
	for i := range r.Context {
		if r.Context[i].Prop == statement.ContextPrefix+"datasets" {
			told[r.Context[i].Class] = true
		}
	}
	classes := map[statement.Class]bool{}
	for s := range r.statements() {
		if !told[s.Class] && !(x.opts.Raw && x.entityFile(s.Class)) {
			classes[s.Class] = true
		}
	}
	if len(classes) == 0 {
		return nil
	}
	return x.datasetsOf(maps.Keys(classes))
}

func (x *exporter) datasetsOf(classes func(func(statement.Class) bool)) []string {
	names := map[string]bool{}
	for c := range classes {
		if info, ok := x.view.Sight().Info(c); ok && (x.classes == nil || x.classes[c]) {
			names[info.Label.Dataset] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// seen tells when a record was first and last sighted: for each run what the
// source itself says of it, else the day the run was observed.
func (x *exporter) seen(r *record) (first, last string) {
	type span struct{ first, last string }
	own := map[statement.Class]span{}
	for s := range r.statements() {
		o := own[s.Class]
		own[s.Class] = span{earlier(o.first, s.FirstSeen), max(o.last, s.LastSeen)}
	}
	for c, o := range own {
		observed := x.observed(c)
		if x.opts.Raw && x.entityFile(c) {
			observed = ""
		}
		if o.first == "" {
			o.first = observed
		}
		if o.last == "" {
			o.last = observed
		}
		first, last = earlier(first, o.first), max(last, o.last)
	}
	return first, last
}

// earlier is the lesser of two dates of which either may be unknown.
func earlier(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

func (x *exporter) observed(c statement.Class) string {
	if info, ok := x.view.Sight().Info(c); ok {
		return info.Run.Observed
	}
	return ""
}
