package api

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
	"overt/search"
)

// Filters and facets are asked of the entities themselves, of the first
// search.MaxHits that the words find. total is "gte" where they find more.

// facetLabels are yente's facets.
var facetLabels = map[string]string{"countries": "Countries", "topics": "Topics", "datasets": "Data sources", "schema": "Entity types", "genders": "Genders", "identifiers": "Identifiers"}

// maxFacet is how many values of a facet are given, those of most entities.
const maxFacet = 300

// A wanted entity passes filters: of each field one value, or all of them.
type wanted struct {
	fields  map[string][]string
	all     bool
	include []string
	exclude []string
	no      []string // schemata
	since   string
	target  string
}

// wantedOf reads the filters of a search. Errors: invalid.
func wantedOf(v url.Values) (*wanted, error) {
	w := &wanted{fields: map[string][]string{}, include: v["include_dataset"], exclude: v["exclude_dataset"], no: v["exclude_schema"], since: v.Get("changed_since")}
	for _, field := range []string{"countries", "topics", "datasets"} {
		if len(v[field]) > 0 {
			w.fields[field] = v[field]
		}
	}
	for _, f := range v["filter"] {
		field, value, ok := strings.Cut(f, ":")
		field = strings.TrimPrefix(field, "properties.")
		if _, group := facetLabels[field]; !ok || (!group && propertyOf(field) == nil) {
			return nil, overt.Errorf(overt.Invalid, "filter", "%q is no FIELD:VALUE; a field is a property, countries, topics, datasets, schema, genders or identifiers", cut(f, 60))
		}
		w.fields[field] = append(w.fields[field], value)
	}
	switch op := strings.ToUpper(v.Get("filter_op")); op {
	case "", "OR":
	case "AND":
		w.all = true
	default:
		return nil, overt.Errorf(overt.Invalid, "filter_op", "%q is neither AND nor OR", cut(op, 20))
	}
	target, err := truth(v, "target", false)
	if err == nil && v.Get("target") != "" {
		w.target = map[bool]string{true: "yes", false: "no"}[target]
	}
	if err == nil {
		_, err = screen.Options{ChangedSince: w.since}.WithDefaults()
	}
	if err == nil && v.Get("sort") != "" {
		err = overt.Errorf(overt.Invalid, "sort", "it is not answered here: results come by how well they fit")
	}
	return w, err
}

// passes says whether an entity is wanted.
func (w *wanted) passes(e *ftm.Entity) bool {
	any := func(list, of []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(of, s) })
	}
	for field, values := range w.fields {
		have := valuesOf(e, field)
		if w.all && !slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(have, v) }) {
			continue
		}
		if w.all || !any(values, have) {
			return false
		}
	}
	s := ftm.Default().Schema(e.Schema)
	switch {
	case len(w.include) > 0 && !any(w.include, e.Datasets), any(w.exclude, e.Datasets), s != nil && slices.ContainsFunc(w.no, s.IsA),
		w.since != "" && e.LastChange != "" && e.LastChange < w.since[:min(len(w.since), len(e.LastChange))],
		w.target != "" && (w.target == "yes") != (len(e.Properties["topics"]) > 0):
		return false
	}
	return true
}

// valuesOf gives those of a facet or of a property, each once.
func valuesOf(e *ftm.Entity, field string) []string {
	switch field {
	case "datasets":
		return e.Datasets
	case "schema":
		return []string{e.Schema}
	}
	kind := map[string]string{"countries": "country", "topics": "topic", "genders": "gender", "identifiers": "identifier"}[field]
	if kind == "" {
		return e.Properties[bare(field)]
	}
	var out []string
	s := ftm.Default().Schema(e.Schema)
	for name, texts := range e.Properties {
		if p := s.Property(name); p != nil && p.Type.Name == kind {
			out = append(out, texts...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

type facetValue struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Count int    `json:"count"`
}

type facet struct {
	Label  string       `json:"label"`
	Values []facetValue `json:"values"`
}

// facetOf counts the values of a facet.
func facetOf(name string, list []*ftm.Entity) facet {
	counts := map[string]int{}
	for _, e := range list {
		for _, v := range valuesOf(e, name) {
			counts[v]++
		}
	}
	out := facet{Label: facetLabels[name], Values: []facetValue{}}
	for v, n := range counts {
		out.Values = append(out.Values, facetValue{v, labelOf(name, v), n})
	}
	slices.SortFunc(out.Values, func(a, b facetValue) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Name, b.Name))
	})
	out.Values = out.Values[:min(len(out.Values), maxFacet)]
	return out
}

// labelOf is the name of a code for people.
func labelOf(facet, value string) string {
	switch facet {
	case "schema":
		return typeOf(value).Name
	case "countries":
		return cmp.Or(propertyOf("country").Type.Values[value], value)
	case "topics":
		return cmp.Or(propertyOf("topics").Type.Values[value], value)
	}
	return value
}

type found struct {
	page
	Facets map[string]facet `json:"facets"`
}

// Records counts what the answer releases.
func (f *found) Records() int { return len(f.Results) }

func (s *Service) search(_ http.ResponseWriter, r *http.Request) (any, error) {
	v := r.URL.Query()
	w, err := wantedOf(v)
	if err != nil {
		return nil, err
	}
	limit, offset, err := window(r)
	if err != nil {
		return nil, err
	}
	facets := v["facets"]
	if !v.Has("facets") {
		facets = []string{"countries", "topics", "datasets"}
	}
	for _, f := range facets {
		if facetLabels[f] == "" {
			return nil, overt.Errorf(overt.Invalid, "facets", "there is no facet %q", cut(f, 40))
		}
	}
	dataset := r.PathValue("dataset")
	q, err := searchQuery(v, datasetsOf(dataset))
	if err != nil {
		return nil, err
	}
	act := gate.Act{Action: "search", Object: cut(dataset, 200), Query: cut(q.Text+" "+r.URL.RawQuery, 4000)}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (*found, error) {
		list, more, err := lookFor(ctx, d, q, datasetsOf(dataset), w)
		if err != nil {
			return nil, err
		}
		out := &found{page: page{Results: []entity{}, Total: total{len(list), "eq"}, Limit: limit, Offset: offset}, Facets: map[string]facet{}}
		if more {
			out.Total.Relation = "gte"
		}
		for _, e := range list[min(offset, len(list)):min(offset+limit, len(list))] {
			out.Results = append(out.Results, entityOf(e))
		}
		for _, f := range facets {
			out.Facets[f] = facetOf(f, list)
		}
		return out, nil
	})
}

// lookFor gives the entities that the words find and that are wanted, the best first;
// more says that the words find others.
func lookFor(ctx context.Context, d *gate.Desk, q search.Query, datasets []string, w *wanted) (list []*ftm.Entity, more bool, err error) {
	index, err := d.Search(ctx)
	if err != nil {
		return nil, false, err
	}
	hits, err := index.Search(ctx, q)
	if err != nil {
		return nil, false, err
	}
	seen := map[ftm.EntityID]bool{}
	for _, h := range hits.Hits {
		id := ftm.EntityID(h.ID)
		if seen[id] {
			continue
		}
		seen[id] = true
		e, err := screen.ReadEntity(ctx, d.View, datasets, id)
		if overt.CodeOf(err) == overt.NotFound { // its source took it back
			continue
		}
		if err != nil {
			return nil, false, err
		}
		if w.passes(e) {
			list = append(list, e)
		}
	}
	return list, hits.Total > int64(len(hits.Hits)), nil
}

// searchQuery reads what is looked for. Errors: invalid.
func searchQuery(v url.Values, datasets []string) (search.Query, error) {
	q := search.Query{Kind: search.Entity, Limit: search.MaxHits}
	fuzzy, err := truth(v, "fuzzy", false)
	if err != nil {
		return q, err
	}
	simple, err := truth(v, "simple", false)
	if err != nil {
		return q, err
	}
	text := v.Get("q")
	if simple { // what somebody typed: words, and no language
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.N, unicode.M) }), " ")
	}
	q.Fuzzy = fuzzy
	q.Text, err = searchText(text, v.Get("schema"), datasets)
	return q, err
}

// searchText narrows a query to a schema, with those that extend it, and a dataset.
func searchText(q, schema string, datasets []string) (string, error) {
	var parts []string
	if q = strings.TrimSpace(q); q != "" {
		parts = append(parts, "("+q+")")
	}
	if schema != "" && schema != "Thing" {
		if ftm.Default().Schema(schema) == nil {
			return "", overt.Errorf(overt.Invalid, "schema", "there is no schema %q", cut(schema, 60))
		}
		var names []string
		for _, s := range ftm.Default().Schemata() {
			if s.IsA(schema) && !s.Abstract {
				names = append(names, "schema:"+s.Name)
			}
		}
		parts = append(parts, "("+strings.Join(names, " OR ")+")")
	}
	for _, d := range datasets {
		if strings.ContainsAny(d, "\"\\") {
			return "", overt.Errorf(overt.NotFound, cut(d, 60), "there is no dataset of that name")
		}
		parts = append(parts, `dataset:"`+d+`"`)
	}
	return strings.Join(parts, " "), nil
}
