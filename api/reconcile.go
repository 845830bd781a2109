package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
	"overt/statement"
)

// Spaces of the Reconciliation API: what ids of entities and types mean.
const (
	identifierSpace = "urn:overt:entity"
	schemaSpace     = "https://followthemoney.tech/explorer/schemata/"
)

// A reconQuery is a query of Reconciliation 0.2.
type reconQuery struct {
	Query      string          `json:"query"`
	Type       texts           `json:"type"`
	Limit      float64         `json:"limit"`
	Properties []reconProperty `json:"properties"`
	TypeStrict string          `json:"type_strict"`
}

type reconProperty struct {
	PID string      `json:"pid"`
	V   reconValues `json:"v"`
}

// reconValues are texts, or entities that were reconciled before: of those the name.
type reconValues []string

// UnmarshalJSON reads a value or a list of values.
func (t *reconValues) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	for _, one := range list {
		var named struct{ ID, Name string }
		if err := json.Unmarshal(one, &named); err == nil && (named.ID != "" || named.Name != "") {
			if named.Name != "" {
				*t = append(*t, named.Name)
			}
			continue
		}
		var text texts
		if err := text.UnmarshalJSON(one); err != nil {
			return err
		}
		*t = append(*t, text...)
	}
	return nil
}

type reconType struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type reconFeature struct {
	ID    string  `json:"id"`
	Value float64 `json:"value"`
}

type candidate struct {
	ID          ftm.EntityID   `json:"id"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Score       float64        `json:"score"` // 0 to 100
	Match       bool           `json:"match"`
	Type        []reconType    `json:"type"`
	Features    []reconFeature `json:"features"`
}

type candidates struct {
	Result []candidate `json:"result"`
}

type reconciled map[string]candidates

// Records counts what the answer releases.
func (r reconciled) Records() int {
	n := 0
	for _, c := range r {
		n += len(c.Result)
	}
	return n
}

// reconcile tells what the service can do, or answers queries.
func (s *Service) reconcile(w http.ResponseWriter, r *http.Request) (any, error) {
	if err := r.ParseForm(); err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the form cannot be read: %w", err)
	}
	if r.Form.Has("callback") {
		return nil, overt.Errorf(overt.Invalid, "callback", "JSONP is not offered; scripts ask by CORS, from the origins that --allow-origin lists")
	}
	if raw := r.Form.Get("extend"); raw != "" {
		return s.extend(r, raw)
	}
	raw := r.Form.Get("queries")
	if raw == "" {
		if r.Method == http.MethodPost {
			return nil, overt.Errorf(overt.Invalid, "queries", "say what to reconcile, as a form with queries")
		}
		return s.manifest(r)
	}
	queries := map[string]*reconQuery{}
	if err := json.Unmarshal([]byte(raw), &queries); err != nil {
		return nil, overt.Errorf(overt.Invalid, "queries", "they cannot be read: %v", err)
	}
	if len(queries) == 0 || len(queries) > MaxQueries {
		return nil, overt.Errorf(overt.Invalid, "queries", "%d queries: a batch has 1 to %d", len(queries), MaxQueries)
	}
	out, err := s.reconciled(r.Context(), r.PathValue("dataset"), queries, raw)
	if err == nil {
		w.Header().Set("X-Batch-Size", strconv.Itoa(len(queries)))
	}
	return out, err
}

func (s *Service) reconciled(ctx context.Context, dataset string, queries map[string]*reconQuery, raw string) (reconciled, error) {
	var keys []string
	for key, q := range queries {
		if q == nil {
			return nil, overt.Errorf(overt.Invalid, "queries", "query %q is empty", cut(key, 40))
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var list []screen.Query
	for _, key := range keys {
		list = append(list, queries[key].screened())
	}
	return ask(ctx, s, screenAct(dataset, list, sumOf([]byte(raw))), false, func(ctx context.Context, d *gate.Desk) (reconciled, error) {
		o, err := screen.Options{Cutoff: 0.1, Limit: screen.MaxLimit}.WithDefaults()
		if err != nil {
			return nil, err
		}
		answered, err := s.answer(ctx, d, dataset, list, o)
		if err != nil {
			return nil, err
		}
		out := reconciled{}
		for i, key := range keys {
			c := candidatesOf(&answered[i], int(min(queries[key].Limit, screen.MaxLimit)))
			if err := c.named(ctx, d, dataset, queries[key].Query); err != nil {
				return nil, err
			}
			out[key] = c
		}
		return out, nil
	})
}

// screened is a query as it is screened. Properties are named as in
// FollowTheMoney, with or without their schema.
func (q *reconQuery) screened() screen.Query {
	out := screen.Query{Schema: q.schema(), Properties: map[string][]string{}}
	if q.Query != "" {
		out.Properties["name"] = []string{q.Query}
	}
	for _, p := range q.Properties {
		name := bare(p.PID)
		out.Properties[name] = append(out.Properties[name], p.V...)
	}
	return out
}

// defaultTypes are offered; without a type a query is of the first that has all of its
// properties.
var defaultTypes = []string{screen.DefaultSchema, "Person", "Company", "Organization", "Vessel"}

// schema is the type of a query; of several the one that has the others under it.
func (q *reconQuery) schema() string {
	model, out := ftm.Default(), ""
	for _, t := range q.Type {
		switch of, other := model.Schema(out), model.Schema(t); {
		case t == "":
		case out == "" || (of != nil && of.IsA(t)):
			out = t
		case other == nil || !other.IsA(out):
			out = screen.DefaultSchema
		}
	}
	if out != "" {
		return out
	}
	for _, name := range defaultTypes {
		s := model.Schema(name)
		if !slices.ContainsFunc(q.Properties, func(p reconProperty) bool { return s.Property(bare(p.PID)) == nil }) {
			return name
		}
	}
	return screen.DefaultSchema
}

// candidatesOf takes a candidate for certain if it is the only match.
func candidatesOf(a *screen.Answered, limit int) candidates {
	out := candidates{Result: []candidate{}}
	if limit < 1 || limit > screen.MaxLimit {
		limit = screen.DefaultLimit
	}
	matches := 0
	for i := range a.Results {
		if a.Results[i].Match {
			matches++
		}
	}
	for i := range a.Results[:min(limit, len(a.Results))] {
		r := &a.Results[i]
		c := candidate{ID: r.ID, Name: nameOf(r.Entity), Score: r.Score * 100, Match: r.Match && matches == 1, Type: []reconType{typeOf(r.Entity.Schema)}, Features: []reconFeature{}}
		c.Description = strings.Join(r.Entity.Datasets, ", ")
		for _, f := range r.Features {
			c.Features = append(c.Features, reconFeature{f.Name, f.Bits})
		}
		out.Result = append(out.Result, c)
	}
	return out
}

// named puts the entity in front whose id a query is.
func (c *candidates) named(ctx context.Context, d *gate.Desk, dataset, query string) error {
	e, err := screen.ReadEntity(ctx, d.View, datasetsOf(dataset), ftm.EntityID(strings.TrimSpace(query)))
	if overt.CodeOf(err) == overt.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for i := range c.Result {
		c.Result[i].Match = false
	}
	c.Result = slices.DeleteFunc(c.Result, func(c candidate) bool { return c.ID == e.ID })
	c.Result = slices.Insert(c.Result, 0, candidate{ID: e.ID, Name: nameOf(e), Description: strings.Join(e.Datasets, ", "), Score: 100, Match: true, Type: []reconType{typeOf(e.Schema)}, Features: []reconFeature{{"id", 1}}})
	return nil
}

func typeOf(schema string) reconType {
	if s := ftm.Default().Schema(schema); s != nil {
		return reconType{s.Name, s.Label}
	}
	return reconType{schema, schema}
}

// manifest says what the service can do. Without a token it names nothing of the home.
func (s *Service) manifest(r *http.Request) (any, error) {
	dataset := r.PathValue("dataset")
	base := s.base(r) + "/reconcile/" + url.PathEscape(dataset)
	service := func(path string) map[string]string {
		return map[string]string{"service_url": base, "service_path": path}
	}
	entity := service("/suggest/entity")
	entity["flyout_service_url"], entity["flyout_service_path"] = base, "/flyout?id=${id}"
	types := []reconType{}
	for _, name := range defaultTypes {
		types = append(types, typeOf(name))
	}
	out := map[string]any{
		"versions": []string{"0.2"}, "name": "Overt: " + dataset, "identifierSpace": identifierSpace, "schemaSpace": schemaSpace,
		"serviceVersion": s.cfg.Version, "batchSize": 25, "defaultTypes": types,
		"view":    map[string]string{"url": s.base(r) + "/entities/{{id}}"},
		"suggest": map[string]any{"entity": entity, "property": service("/suggest/property"), "type": service("/suggest/type")},
		"extend": map[string]any{"propose_properties": service("/extend/properties"), "property_settings": []map[string]any{
			{"name": "limit", "label": "Limit", "type": "number", "default": 0, "help_text": "how many values at most; 0 for all"},
		}},
	}
	if s.cfg.Who != nil {
		out["authentication"] = map[string]string{"type": "apiKey", "in": "header", "name": "Authorization", "description": "Bearer TOKEN"}
	} else { // a frame cannot show a token
		out["preview"] = map[string]any{"url": base + "/preview?id={{id}}", "width": previewWidth, "height": previewHeight}
	}
	if s.nobody {
		return out, nil
	}
	return ask(r.Context(), s, gate.Act{Action: "catalog.read", Object: cut(dataset, 200)}, false, func(_ context.Context, d *gate.Desk) (any, error) {
		if names := datasetsOf(dataset); names != nil && !shows(d.View.Sight(), names[0]) {
			return nil, overt.Errorf(overt.NotFound, cut(dataset, 100), "there is no dataset of that name")
		}
		return out, nil
	})
}

func shows(sight *statement.Sight, dataset string) bool {
	return slices.ContainsFunc(sight.Classes(), func(c statement.Class) bool {
		info, ok := sight.Info(c)
		return ok && info.Label.Dataset == dataset
	})
}

// maxSuggested is how many suggestions are given at once, and maxCursor how many can
// be passed over.
const (
	maxSuggested = 20
	maxCursor    = 200
)

// suggest completes what somebody types.
func (s *Service) suggest(_ http.ResponseWriter, r *http.Request) (any, error) {
	prefix := strings.TrimSpace(r.URL.Query().Get("prefix"))
	if len(prefix) > 200 {
		return nil, overt.Errorf(overt.Invalid, "prefix", "longer than 200 bytes")
	}
	cursor, err := number(r.URL.Query(), "cursor")
	if err != nil {
		return nil, err
	}
	if cursor > maxCursor {
		return nil, overt.Errorf(overt.Invalid, "cursor", "no more than the first %d are suggested", maxCursor)
	}
	skip := int(cursor)
	switch what := r.PathValue("what"); what {
	case "entity":
		return s.suggestEntities(r, prefix, skip)
	case "property":
		return suggestOf(prefix, skip, func(add func(id, name string)) {
			seen := map[string]bool{}
			for _, schema := range ftm.Default().Schemata() {
				for _, p := range schema.SortedProperties() {
					if schema.Matchable && !p.Stub && !p.Hidden && p.Type.Name != "entity" && !seen[p.Name] {
						seen[p.Name] = true
						add(p.Name, p.Label)
					}
				}
			}
		}), nil
	case "type":
		return suggestOf(prefix, skip, func(add func(id, name string)) {
			for _, schema := range ftm.Default().Schemata() {
				if schema.Matchable && schema.Edge == nil {
					add(schema.Name, schema.Label)
				}
			}
		}), nil
	default:
		return nil, overt.Errorf(overt.NotFound, cut(what, 40), "suggestions are of entity, property or type")
	}
}

type suggestions struct {
	Result []map[string]any `json:"result"`
}

// page gives the suggestions behind those that are passed over.
func (s *suggestions) page(skip int) {
	s.Result = s.Result[min(skip, len(s.Result)):]
	s.Result = s.Result[:min(maxSuggested, len(s.Result))]
}

// suggestOf lists what begins with the prefix, by name or by label.
func suggestOf(prefix string, skip int, each func(add func(id, name string))) suggestions {
	out := suggestions{Result: []map[string]any{}}
	prefix = strings.ToLower(prefix)
	each(func(id, name string) {
		if strings.HasPrefix(strings.ToLower(id), prefix) || strings.HasPrefix(strings.ToLower(name), prefix) {
			out.Result = append(out.Result, map[string]any{"id": id, "name": name})
		}
	})
	out.page(skip)
	return out
}

// suggestEntities lists the entity of an id, then those whose name begins so.
func (s *Service) suggestEntities(r *http.Request, prefix string, skip int) (any, error) {
	datasets := datasetsOf(r.PathValue("dataset"))
	act := gate.Act{Action: "search", Object: cut(r.PathValue("dataset"), 200), Query: prefix}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (suggestions, error) {
		out := suggestions{Result: []map[string]any{}}
		ids := []ftm.EntityID{ftm.EntityID(prefix)}
		if key := statement.NameKey(prefix); key != "" {
			keys, err := d.View.LookupPrefix(ctx, key, 5*(maxSuggested+skip))
			if err != nil {
				return out, err
			}
			for _, k := range keys {
				if !slices.Contains(ids, k.Entity) {
					ids = append(ids, k.Entity)
				}
			}
		}
		for _, id := range ids {
			e, err := screen.ReadEntity(ctx, d.View, datasets, id)
			if overt.CodeOf(err) == overt.NotFound {
				continue
			}
			if err != nil {
				return out, err
			}
			out.Result = append(out.Result, map[string]any{"id": e.ID, "name": nameOf(e), "description": typeOf(e.Schema).Name + ", " + strings.Join(e.Datasets, ", "), "notable": []reconType{typeOf(e.Schema)}})
			if len(out.Result) == maxSuggested+skip {
				break
			}
		}
		out.page(skip)
		return out, nil
	})
}
