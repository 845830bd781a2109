package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	Query      string `json:"query"`
	Type       texts  `json:"type"`
	Limit      int    `json:"limit"`
	Properties []struct {
		PID string      `json:"pid"`
		V   reconValues `json:"v"`
	} `json:"properties"`
	TypeStrict string `json:"type_strict"`
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
	if r.Form.Get("extend") != "" {
		return nil, overt.Errorf(overt.Invalid, "extend", "data extension is not offered")
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
	sum := sha256.Sum256([]byte(raw))
	return ask(ctx, s, screenAct(dataset, list, hex.EncodeToString(sum[:])), false, func(ctx context.Context, d *gate.Desk) (reconciled, error) {
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
			out[key] = candidatesOf(&answered[i], queries[key].Limit)
		}
		return out, nil
	})
}

// screened is a query as it is screened. Properties are named as in
// FollowTheMoney, with or without their schema.
func (q *reconQuery) screened() screen.Query {
	out := screen.Query{Schema: screen.DefaultSchema, Properties: map[string][]string{}}
	if len(q.Type) > 0 && q.Type[0] != "" {
		out.Schema = q.Type[0]
	}
	if q.Query != "" {
		out.Properties["name"] = []string{q.Query}
	}
	for _, p := range q.Properties {
		_, name, ok := strings.Cut(p.PID, ":")
		if !ok {
			name = p.PID
		}
		out.Properties[name] = append(out.Properties[name], p.V...)
	}
	return out
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
		c := candidate{ID: r.ID, Name: r.Entity.Caption, Score: r.Score * 100, Match: r.Match && matches == 1, Type: []reconType{typeOf(r.Entity.Schema)}, Features: []reconFeature{}}
		c.Description = strings.Join(r.Entity.Datasets, ", ")
		for _, f := range r.Features {
			c.Features = append(c.Features, reconFeature{f.Name, f.Bits})
		}
		out.Result = append(out.Result, c)
	}
	return out
}

func typeOf(schema string) reconType {
	if s := ftm.Default().Schema(schema); s != nil {
		return reconType{s.Name, s.Label}
	}
	return reconType{schema, schema}
}

func (s *Service) manifest(r *http.Request) (any, error) {
	dataset := r.PathValue("dataset")
	base := s.base(r) + "/reconcile/" + url.PathEscape(dataset)
	return ask(r.Context(), s, gate.Act{Action: "catalog.read", Object: cut(dataset, 200)}, false, func(_ context.Context, d *gate.Desk) (any, error) {
		if names := datasetsOf(dataset); names != nil && !shows(d.View.Sight(), names[0]) {
			return nil, overt.Errorf(overt.NotFound, cut(dataset, 100), "there is no dataset of that name")
		}
		service := func(what string) map[string]string {
			return map[string]string{"service_url": base, "service_path": "/suggest/" + what}
		}
		types := []reconType{}
		for _, name := range []string{"Person", "Company", "Organization", "LegalEntity", "Vessel"} {
			types = append(types, typeOf(name))
		}
		return map[string]any{
			"versions": []string{"0.2"}, "name": "Overt: " + dataset, "identifierSpace": identifierSpace, "schemaSpace": schemaSpace,
			"serviceVersion": s.cfg.Version, "batchSize": 25, "defaultTypes": types,
			"view":    map[string]string{"url": s.base(r) + "/entities/{{id}}"},
			"suggest": map[string]any{"entity": service("entity"), "property": service("property"), "type": service("type")},
		}, nil
	})
}

func shows(sight *statement.Sight, dataset string) bool {
	return slices.ContainsFunc(sight.Classes(), func(c statement.Class) bool {
		info, ok := sight.Info(c)
		return ok && info.Label.Dataset == dataset
	})
}

// maxSuggested is how many suggestions are given.
const maxSuggested = 20

// suggest completes what somebody types.
func (s *Service) suggest(_ http.ResponseWriter, r *http.Request) (any, error) {
	prefix := strings.TrimSpace(r.URL.Query().Get("prefix"))
	if len(prefix) > 200 {
		return nil, overt.Errorf(overt.Invalid, "prefix", "longer than 200 bytes")
	}
	switch what := r.PathValue("what"); what {
	case "entity":
		return s.suggestEntities(r, prefix)
	case "property":
		return suggestOf(prefix, func(add func(id, name string)) {
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
		return suggestOf(prefix, func(add func(id, name string)) {
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

// suggestOf lists what begins with the prefix, by name or by label.
func suggestOf(prefix string, each func(add func(id, name string))) suggestions {
	out := suggestions{Result: []map[string]any{}}
	prefix = strings.ToLower(prefix)
	each(func(id, name string) {
		if len(out.Result) < maxSuggested && (strings.HasPrefix(strings.ToLower(id), prefix) || strings.HasPrefix(strings.ToLower(name), prefix)) {
			out.Result = append(out.Result, map[string]any{"id": id, "name": name})
		}
	})
	return out
}

func (s *Service) suggestEntities(r *http.Request, prefix string) (any, error) {
	datasets := datasetsOf(r.PathValue("dataset"))
	act := gate.Act{Action: "search", Object: cut(r.PathValue("dataset"), 200), Query: prefix}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (suggestions, error) {
		out := suggestions{Result: []map[string]any{}}
		key := statement.NameKey(prefix)
		if key == "" {
			return out, nil
		}
		keys, err := d.View.LookupPrefix(ctx, key, 5*maxSuggested)
		if err != nil {
			return out, err
		}
		seen := map[ftm.EntityID]bool{}
		for _, k := range keys {
			e, err := screen.ReadEntity(ctx, d.View, datasets, k.Entity)
			if overt.CodeOf(err) == overt.NotFound || seen[k.Entity] || len(out.Result) == maxSuggested {
				continue
			}
			if err != nil {
				return out, err
			}
			seen[k.Entity] = true
			out.Result = append(out.Result, map[string]any{"id": e.ID, "name": e.Caption, "description": strings.Join(e.Datasets, ", "), "notable": []reconType{typeOf(e.Schema)}})
		}
		return out, nil
	})
}
