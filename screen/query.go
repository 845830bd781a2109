package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/resolve/match"
)

// A Query is an example of whom is asked for, as FollowTheMoney describes one.
type Query struct {
	ID         string              `json:"id,omitempty"` // the asker's own; decisions are kept for it
	Schema     string              `json:"schema"`
	Properties map[string][]string `json:"properties"`
}

// Caption names the query for people.
func (q *Query) Caption() string { return ftm.Default().Caption(q.Schema, q.Properties) }

// A Passed value was not compared.
type Passed struct {
	Property string `json:"property"`
	Reason   string `json:"reason"`
}

// Bounds of a query.
const (
	MaxValues = 256     // of all properties together
	MaxText   = 1 << 12 // bytes of one value
	maxID     = 512     // bytes
)

// Schemata that a query may leave the choice to: a name that may be a person's or
// a company's.
const DefaultSchema = "LegalEntity"

// Clean brings a query into the form its values are compared in, and says what
// cannot be compared. Errors: invalid (the schema, too much, nothing to compare).
func (q *Query) Clean() (*Query, []Passed, error) {
	model := ftm.Default()
	s := model.Schema(q.Schema)
	switch {
	case s == nil:
		return nil, nil, overt.Errorf(overt.Invalid, "schema", "there is no schema %q; Person, Company, Organization, LegalEntity and Vessel are some", short(q.Schema))
	case s.Edge != nil || !s.Matchable:
		return nil, nil, overt.Errorf(overt.Invalid, "schema", "%s is nothing that could be on a list", s.Name)
	case len(q.ID) > maxID:
		return nil, nil, overt.Errorf(overt.Invalid, "id", "longer than %d bytes", maxID)
	}
	out := &Query{ID: q.ID, Schema: s.Name, Properties: map[string][]string{}}
	var passed []Passed
	n := 0
	countries := q.countries(s)
	for _, name := range slices.Sorted(maps.Keys(q.Properties)) {
		p := s.Property(name)
		if p == nil || p.Stub {
			passed = append(passed, Passed{short(name), fmt.Sprintf("%s has no such property", s.Name)})
			continue
		}
		for _, text := range q.Properties[name] {
			if n++; n > MaxValues || len(text) > MaxText {
				return nil, nil, overt.Errorf(overt.Invalid, name, "a request has %d values of %d bytes at most", MaxValues, MaxText)
			}
			if text = strings.TrimSpace(strings.ToValidUTF8(text, "�")); text == "" {
				continue
			}
			clean, err := p.Clean(text, ftm.CleanOptions{Fuzzy: true, Countries: countries})
			switch {
			case err == nil:
				text = clean
			case p.Type.Name != "identifier":
				passed = append(passed, Passed{name, err.Error()})
				continue
			}
			if !slices.Contains(out.Properties[name], text) {
				out.Properties[name] = append(out.Properties[name], text)
			}
		}
	}
	if len(out.Properties) == 0 {
		return nil, nil, overt.Errorf(overt.Invalid, "properties", "nothing that could be compared")
	}
	return out, passed, nil
}

// countries are those that the query says, to read telephone numbers by.
func (q *Query) countries(s *ftm.Schema) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(q.Properties)) {
		p := s.Property(name)
		if p == nil || p.Type.Name != "country" || len(q.Properties[name]) > MaxValues {
			continue
		}
		for _, text := range q.Properties[name] {
			if c, err := p.Clean(text, ftm.CleanOptions{Fuzzy: true}); err == nil {
				out = append(out, c)
			}
		}
	}
	return out
}

// record is a clean query as it is compared. Of names alone only their properties.
func (q *Query) record(namesAlone bool) match.Record {
	s := ftm.Default().Schema(q.Schema)
	r := match.Record{ID: q.ID, Schema: q.Schema}
	for name, texts := range q.Properties {
		if namesAlone && s.Property(name).Type.Name != "name" {
			continue
		}
		for _, text := range texts {
			r.Values = append(r.Values, match.Value{Prop: name, Text: text})
		}
	}
	return r
}

func short(s string) string {
	if len(s) > 64 {
		s = strings.ToValidUTF8(s[:64], "") + "…"
	}
	return s
}
