package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
)

// texts are values as clients write them: one or a list, numbers too.
type texts []string

// UnmarshalJSON reads a text, a number, a truth or a list of them; null is none.
func (t *texts) UnmarshalJSON(raw []byte) error {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, v := range list {
		switch v := v.(type) {
		case nil:
		case string:
			*t = append(*t, v)
		case float64:
			*t = append(*t, strconv.FormatFloat(v, 'f', -1, 64))
		case bool:
			*t = append(*t, strconv.FormatBool(v))
		default:
			return fmt.Errorf("a value is a text or a list of texts")
		}
	}
	return nil
}

type example struct {
	ID         string           `json:"id"`
	Schema     string           `json:"schema"`
	Properties map[string]texts `json:"properties"`
}

type batch struct {
	Queries map[string]*example `json:"queries"`
	Weights map[string]float64  `json:"weights"`
	Config  map[string]any      `json:"config"`
}

// An explanation is a feature in yente's words.
type explanation struct {
	Score     float64 `json:"score"`
	Detail    string  `json:"detail"`
	Query     string  `json:"query"`
	Candidate string  `json:"candidate"`
	Weight    float64 `json:"weight"` // bits
}

// scored is a hit: an entity with why.
type scored struct {
	entity
	Score        float64                `json:"score"`
	Match        bool                   `json:"match"`
	Features     map[string]float64     `json:"features"`
	Explanations map[string]explanation `json:"explanations"`
	Outcome      string                 `json:"outcome"`
	Probability  float64                `json:"probability"`
	Deciding     ftm.EntityID           `json:"deciding"`
	Cleared      *screen.Cleared        `json:"cleared,omitempty"`
	Citations    []overt.Citation       `json:"citations"`
}

type total struct {
	Value    int    `json:"value"`
	Relation string `json:"relation"`
}

type matches struct {
	Status  int             `json:"status"`
	Results []scored        `json:"results"`
	Total   total           `json:"total"`
	Query   *screen.Query   `json:"query"`
	Ignored []screen.Passed `json:"ignored,omitempty"`
}

type matched struct {
	Responses map[string]matches    `json:"responses"`
	Matcher   map[string]featureDoc `json:"matcher"`
	Limit     int                   `json:"limit"`
}

// Records counts what the answer releases.
func (m *matched) Records() int {
	n := 0
	for _, r := range m.Responses {
		n += len(r.Results)
	}
	return n
}

func (s *Service) noMatch(w http.ResponseWriter, _ *http.Request) (any, error) {
	w.Header().Set("Allow", "POST")
	return nil, overt.Errorf(overt.Invalid, "", "requests to match are sent by POST")
}

func (s *Service) match(w http.ResponseWriter, r *http.Request) (any, error) {
	b, sum, err := readBatch(r)
	if err != nil {
		return nil, err
	}
	o, err := options(r.URL.Query())
	if err != nil {
		return nil, err
	}
	keys, queries, err := b.list()
	if err != nil {
		return nil, err
	}
	dataset := r.PathValue("dataset")
	out, err := ask(r.Context(), s, screenAct(dataset, queries, sum), false, func(ctx context.Context, d *gate.Desk) (*matched, error) {
		answered, err := s.answer(ctx, d, dataset, queries, o)
		if err != nil {
			return nil, err
		}
		out := &matched{Responses: map[string]matches{}, Matcher: matcherDocs, Limit: o.Limit}
		for i, a := range answered {
			m := matches{Status: http.StatusOK, Results: []scored{}, Query: a.Query, Ignored: a.Ignored, Total: total{len(a.Results), "eq"}}
			for j := range a.Results {
				m.Results = append(m.Results, scoredOf(&a.Results[j]))
			}
			out.Responses[keys[i]] = m
		}
		return out, nil
	})
	if err == nil {
		w.Header().Set("X-Batch-Size", strconv.Itoa(len(queries)))
	}
	return out, err
}

// answer screens a batch. One request that cannot be compared fails it whole: its
// place must not pass for one without hits.
func (s *Service) answer(ctx context.Context, d *gate.Desk, dataset string, queries []screen.Query, o screen.Options) ([]screen.Answered, error) {
	x, err := s.shelf.Index(ctx, d.View, datasetsOf(dataset))
	if err != nil {
		return nil, err
	}
	answered, err := x.Answer(ctx, d.View, queries, o)
	for _, a := range answered {
		if a.Err != nil {
			return nil, a.Err
		}
	}
	return answered, err
}

func readBatch(r *http.Request) (*batch, string, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, "", overt.Errorf(overt.Invalid, "", "the body is to be application/json")
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, "", err
	}
	b := new(batch)
	if err := json.Unmarshal(raw, b); err != nil {
		return nil, "", overt.Errorf(overt.Invalid, "", "the body cannot be read: %v", err)
	}
	if len(b.Weights)+len(b.Config) > 0 {
		return nil, "", overt.Errorf(overt.Invalid, "", "weights and config are not taken: what a feature is worth is measured")
	}
	return b, sumOf(raw), nil
}

// sumOf is the SHA-256 of some bytes in hexadecimal digits.
func sumOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// list gives the queries of a batch in the order of their keys.
func (b *batch) list() (keys []string, queries []screen.Query, err error) {
	for key, e := range b.Queries {
		if e != nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 || len(keys) > MaxQueries {
		return nil, nil, overt.Errorf(overt.Invalid, "queries", "%d queries: a batch has 1 to %d", len(keys), MaxQueries)
	}
	slices.Sort(keys)
	for _, key := range keys {
		e := b.Queries[key]
		q := screen.Query{ID: e.ID, Schema: e.Schema, Properties: map[string][]string{}}
		for name, values := range e.Properties {
			q.Properties[name] = values
		}
		queries = append(queries, q)
	}
	return keys, queries, nil
}

// screenAct is what the log says of a batch: its beginning, and its hash.
func screenAct(dataset string, queries []screen.Query, sum string) gate.Act {
	raw, err := json.Marshal(queries)
	if err != nil {
		panic(err) // texts always can be written
	}
	return gate.Act{Action: "screen", Object: cut(dataset, 200), Query: fmt.Sprintf("%d requests, sha256 %s: %s", len(queries), sum, cut(string(raw), 4000))}
}

// options reads yente's parameters. Those that would change the answer and are not
// known are refused.
func options(v url.Values) (o screen.Options, err error) {
	if o.Algorithm, err = screen.AlgorithmOf(v.Get("algorithm")); err != nil {
		return o, err
	}
	if o.Threshold, err = number(v, "threshold"); err != nil {
		return o, err
	}
	if o.Cutoff, err = number(v, "cutoff"); err != nil {
		return o, err
	}
	if !v.Has("cutoff") {
		o.Cutoff = screen.DefaultThreshold
	}
	o.ChangedSince = v.Get("changed_since")
	limit, err := number(v, "limit")
	if err != nil {
		return o, err
	}
	if limit > 0 {
		o.Limit = int(min(limit, screen.MaxLimit))
	}
	o.Include, o.Exclude, o.ExcludeSchemata, o.Topics = v["include_dataset"], v["exclude_dataset"], v["exclude_schema"], v["topics"]
	if o.ExcludeIDs = v["exclude_entity_ids"]; len(o.ExcludeIDs) > 50 {
		return o, overt.Errorf(overt.Invalid, "exclude_entity_ids", "50 at most")
	}
	return o.WithDefaults()
}

// truth reads a parameter as yente does.
func truth(v url.Values, name string, otherwise bool) (bool, error) {
	switch text := strings.ToLower(v.Get(name)); text {
	case "":
		return otherwise, nil
	case "true", "1", "yes", "on", "y", "t":
		return true, nil
	case "false", "0", "no", "off", "n", "f":
		return false, nil
	default:
		return false, overt.Errorf(overt.Invalid, name, "%q is neither true nor false", cut(text, 40))
	}
}

func number(v url.Values, name string) (float64, error) {
	if !v.Has(name) {
		return 0, nil
	}
	n, err := strconv.ParseFloat(v.Get(name), 64)
	if err != nil || !(n >= 0 && n <= 1e6) {
		return 0, overt.Errorf(overt.Invalid, name, "%q is no number that it could be", cut(v.Get(name), 40))
	}
	return n, nil
}

func scoredOf(r *screen.Result) scored {
	out := scored{
		entity: entityOf(r.Entity), Score: r.Score, Match: r.Match, Outcome: r.Outcome, Probability: r.P, Deciding: r.Deciding, Cleared: r.Cleared,
		Citations: r.Citations, Features: map[string]float64{}, Explanations: map[string]explanation{},
	}
	speaking := 1.0 // bits for the hit
	for _, f := range r.Features {
		speaking += max(0, f.Bits)
	}
	for _, f := range r.Features {
		score := f.Score
		if f.Bits < 0 { // clients leave out what is 0
			score = max(-1, math.Round(1000*f.Bits/speaking)/1000)
		}
		out.Features[f.Name] = score
		out.Explanations[f.Name] = explanation{score, f.Level + ": " + f.Detail, f.Query, f.Candidate, f.Bits}
	}
	return out
}

// A featureDoc says what a feature is, in yente's form.
type featureDoc struct {
	Description string  `json:"description"`
	Coefficient float64 `json:"coefficient"` // there is none: what an agreement is worth depends on how rare it is
	URL         string  `json:"url"`
}

// matcherDocs say what the features are.
var matcherDocs = func() map[string]featureDoc {
	out := map[string]featureDoc{}
	for name, text := range map[string]string{
		"name": "names and aliases", "identifier": "numbers of registers, passports, tax offices, banks", "date": "birth, incorporation, building",
		"end date": "death, dissolution", "address": "addresses and their parts", "country": "countries and nationalities", "telephone": "telephone numbers",
		"e-mail": "e-mail addresses", "website": "websites", "text": "descriptions", "role": "positions, sectors", "place": "place of birth",
	} {
		out[name] = featureDoc{Description: text}
	}
	return out
}()

func (s *Service) algorithms(http.ResponseWriter, *http.Request) (any, error) {
	type docs struct {
		Name        string                `json:"name"`
		Description string                `json:"description"`
		Config      map[string]any        `json:"config"` // none is taken
		Features    map[string]featureDoc `json:"features"`
	}
	type algorithm struct {
		Name        string                `json:"name"`
		Description string                `json:"description"`
		Features    map[string]featureDoc `json:"features"` // as in docs, for older clients
		Docs        docs                  `json:"docs"`
	}
	var list []algorithm
	for _, a := range screen.Algorithms {
		list = append(list, algorithm{a.Name, a.Description, matcherDocs, docs{a.Name, a.Description, map[string]any{}, matcherDocs}})
	}
	best := screen.Algorithms[0].Name
	return map[string]any{"algorithms": list, "default": best, "best": best}, nil
}
