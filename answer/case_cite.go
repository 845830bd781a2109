package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/casefile"
	"overt/extract/open"
	"overt/extract/reading"
	"overt/gate"
	"overt/policy"
	"overt/resolve"
	"overt/statement"
)

// CitedPassage makes a cite of a passage for a case: it is opened, and kept as it
// stands in the newest reading. Errors: those of OpenPassage, not_found (its words are
// not found any more).
func CitedPassage(ctx context.Context, d *gate.Desk, uri string) (*casefile.Cite, error) {
	p, err := OpenPassage(ctx, d, uri)
	if err != nil {
		return nil, err
	}
	if p.State == reading.Lost {
		return nil, overt.Errorf(overt.NotFound, "citation", "its words do not stand in the newest reading of the document")
	}
	return &casefile.Cite{URI: p.URI, Label: p.label}, nil
}

// CitedPlace makes a cite of a place in a table or tree, or of a whole source, which is
// read again. Errors: those of Cite.
func CitedPlace(ctx context.Context, d *gate.Desk, records open.Opener, blob string, where overt.Locator) (*casefile.Cite, error) {
	c := &overt.Citation{}
	if where.IsZero() {
		run, src, err := sourceOf(d, blob)
		if err != nil {
			return nil, err
		}
		c.Dataset, c.Run, c.Source, c.Blob = run.Dataset, run.ID, src.Name, src.Blob
	} else {
		read, err := Cite(ctx, d, records, blob, where)
		if err != nil {
			return nil, err
		}
		*c = read.Citation
	}
	c.Quote, c.Doubt = cutQuote(c.Quote), ""
	i := slices.IndexFunc(d.Runs, func(r statement.Run) bool { return r.ID == c.Run })
	return &casefile.Cite{Place: c, Label: labelOf(d, &d.Runs[i])}, nil
}

// labelOf is the first label of a run that the asker sees, its dataset's own before
// others.
func labelOf(d *gate.Desk, r *statement.Run) policy.Label {
	own := policy.Label{Dataset: r.Dataset}
	if i := slices.IndexFunc(r.Labels, d.Scope.Sees); i >= 0 && !d.Scope.Sees(own) {
		return r.Labels[i]
	}
	return own
}

// sourceOf finds a source by its hash or how that begins. The newest import of it
// counts. Errors: not_found, invalid.
func sourceOf(d *gate.Desk, blob string) (*statement.Run, *statement.Source, error) {
	if len(blob) < 8 {
		return nil, nil, overt.Errorf(overt.Invalid, "blob", "give at least 8 digits of the source's hash")
	}
	for i := len(d.Runs) - 1; i >= 0; i-- {
		r := &d.Runs[i]
		at := slices.IndexFunc(r.Sources, func(s statement.Source) bool { return strings.HasPrefix(string(s.Blob), strings.ToLower(blob)) })
		if r.Undone == "" && at >= 0 {
			return r, &r.Sources[at], nil
		}
	}
	return nil, nil, overt.Errorf(overt.NotFound, "blob", "no source with that hash is kept here")
}

func cutQuote(s string) string {
	if r := []rune(s); len(r) > reading.MaxQuote {
		return string(r[:reading.MaxQuote])
	}
	return s
}

// CitedValue makes a cite of a value that an entity has; of several values of the field
// one is named. The desk must have a graph. Errors: not_found, conflict (which value?),
// invalid (it has no source).
func CitedValue(ctx context.Context, d *gate.Desk, words, prop, value string) (*casefile.Cite, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	p, err := resolve.ReadProfile(ctx, d.View, f.Members)
	if err != nil {
		return nil, err
	}
	var fits []resolve.Value
	var all []string
	for _, v := range p.Values {
		if v.Prop != prop {
			continue
		}
		all = append(all, v.Value)
		if value == "" || v.Value == value {
			fits = append(fits, v)
		}
	}
	switch {
	case len(fits) == 0:
		return nil, overt.Errorf(overt.NotFound, clip(prop), "%s has no such value", f.Caption)
	case len(fits) > 1:
		return nil, overt.Errorf(overt.Conflict, clip(prop), "%s has %d values: name one: %s", f.Caption, len(fits), clip(strings.Join(all, "; ")))
	}
	return citedStatement(d, f, &fits[0])
}

// citedStatement cites the newest statement of a value that has a place.
func citedStatement(d *gate.Desk, f *Found, v *resolve.Value) (*casefile.Cite, error) {
	sight := d.View.Sight()
	for i := len(v.Statements) - 1; i >= 0; i-- {
		s := &v.Statements[i]
		info, ok := sight.Info(s.Class)
		if !ok || len(s.Places) == 0 || s.Places[0].Source >= len(info.Run.Sources) {
			continue
		}
		c := d.View.Cite(s.Class, s.Places[0], cutQuote(s.Quoted()))
		c.Doubt = ""
		return &casefile.Cite{Place: &c, Label: info.Label, Entity: s.Entity, Prop: v.Prop, Value: v.Value, Under: f.ID}, nil
	}
	return nil, overt.Errorf(overt.Invalid, fmt.Sprint(v.Prop), "this value has no source to cite")
}
