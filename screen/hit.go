package screen

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/resolve/match"
	"overt/statement"
)

// What a request is answered with where it does not say.
const (
	DefaultThreshold = 0.7 // from which a hit is taken for a match
	DefaultLimit     = 5
	MaxLimit         = 50
)

// An Algorithm is a way to answer a request.
type Algorithm struct {
	Name        string
	Description string
	namesAlone  bool
	related     bool
}

// Algorithms are the ways that there are; the first is ours.
var Algorithms = []Algorithm{
	{Name: "best", Description: "All that the request says is weighed against the entity: the probability that both are one."},
	{Name: "alert", Description: "As best; besides, entities that have to do with the one asked for, such as a member of its group, score 0.70 to 0.80.", related: true},
	{Name: "name-based", Description: "Names alone are compared.", namesAlone: true},
	{Name: "name-qualified", Description: "Another name of best, " + another},
	{Name: "logic-v1", Description: "Another name of best, " + another},
	{Name: "logic-v2", Description: "Another name of best, " + another},
	{Name: "regression-v1", Description: "Another name of best, " + another},
}

const another = "for programs that ask by it. A score is a likelihood here, whatever the name: 0.5 is as likely as not, 0.7 nine of ten, 0.85 99 of 100, 0.95 999 of 1000. The features are our own."

// AlgorithmOf gives an algorithm by its name; "" is the first. Errors: invalid.
func AlgorithmOf(name string) (Algorithm, error) {
	i := slices.IndexFunc(Algorithms, func(a Algorithm) bool {
		return a.Name == cmp.Or(strings.ToLower(strings.TrimSpace(name)), Algorithms[0].Name)
	})
	if i < 0 {
		var names []string
		for _, a := range Algorithms {
			names = append(names, a.Name)
		}
		return Algorithm{}, overt.Errorf(overt.Invalid, "algorithm", "there is none of that name; there are %s", strings.Join(names, ", "))
	}
	return Algorithms[i], nil
}

// Options narrow which hits a request gets.
type Options struct {
	Algorithm       Algorithm // the zero Algorithm is best
	Threshold       float64   // 0 is DefaultThreshold
	Cutoff          float64   // the lowest score that is shown; at most Threshold
	Limit           int       // 0 is DefaultLimit
	Include         []string  // datasets; nil is all
	Exclude         []string  // datasets
	ExcludeSchemata []string
	ExcludeIDs      []string
	Topics          []string // one of them
	// ChangedSince is an ISO 8601 day: what no source said otherwise of since is left
	// out. Of which that is not known, stays.
	ChangedSince string
}

// WithDefaults fills in what was left out. Errors: invalid.
func (o Options) WithDefaults() (Options, error) {
	if o.Threshold == 0 {
		o.Threshold = DefaultThreshold
	}
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	switch {
	case !(o.Threshold > 0 && o.Threshold <= 1):
		return o, overt.Errorf(overt.Invalid, "threshold", "%v is no score above 0 and up to 1", o.Threshold)
	case !(o.Cutoff >= 0 && o.Cutoff <= 1):
		return o, overt.Errorf(overt.Invalid, "cutoff", "%v is no score between 0 and 1", o.Cutoff)
	case o.ChangedSince != "" && statement.DayOf(o.ChangedSince) == statement.NoDay:
		return o, overt.Errorf(overt.Invalid, "changed_since", "%q is no date", short(o.ChangedSince))
	case o.Limit < 1 || o.Limit > MaxLimit:
		return o, overt.Errorf(overt.Invalid, "limit", "%d hits: a request gets 1 to %d", o.Limit, MaxLimit)
	}
	o.Cutoff = min(o.Cutoff, o.Threshold)
	return o, nil
}

// A Hit is an entity that the request may stand for.
type Hit struct {
	ID       ftm.EntityID `json:"id"`
	Score    float64      `json:"score"` // in steps of a thousandth
	Match    bool         `json:"match"` // the score reaches the threshold, and nobody cleared it
	Outcome  string       `json:"outcome"`
	P        float64      `json:"probability"`
	Features []Feature    `json:"features"`
	Deciding ftm.EntityID `json:"deciding"` // names what decides; a clearing holds as long as it is the same
	Cleared  *Cleared     `json:"cleared,omitempty"`
}

// A Feature is what one comparison says for the hit, or against it.
type Feature struct {
	Name      string  `json:"name"`
	Level     string  `json:"level"`
	Query     string  `json:"query"`
	Candidate string  `json:"candidate"`
	Bits      float64 `json:"bits"`  // above 0 it speaks for the hit
	Score     float64 `json:"score"` // its share of all that speaks for the hit; 0 if it speaks against it
	Detail    string  `json:"detail,omitempty"`
}

// Screen finds whom a clean query may stand for, the likeliest first. It is not
// asked who was cleared. Errors: invalid.
func (x *Index) Screen(q *Query, o Options) ([]Hit, error) {
	found, err := x.matcher.Ask(q.record(o.Algorithm.namesAlone), MaxLimit)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "schema", "%v", err)
	}
	var out []Hit
	for i := range found {
		h := hitOf(q, &found[i], o)
		if h.Score >= o.Cutoff && h.Score > 0 && x.wants(h.ID, o) {
			out = append(out, h)
		}
	}
	slices.SortStableFunc(out, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.P, a.P), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), o.Limit)], nil
}

func (x *Index) wants(id ftm.EntityID, o Options) bool {
	l := x.entities[id]
	any := func(list, of []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(of, s) })
	}
	s := ftm.Default().Schema(l.schema)
	switch {
	case len(o.Include) > 0 && !any(o.Include, l.datasets), any(o.Exclude, l.datasets),
		len(o.Topics) > 0 && !any(o.Topics, l.topics), slices.Contains(o.ExcludeIDs, string(id)),
		o.ChangedSince != "" && l.changed != statement.NoDay && l.changed < statement.DayOf(o.ChangedSince):
		return false
	}
	return !slices.ContainsFunc(o.ExcludeSchemata, s.IsA)
}

func hitOf(q *Query, found *match.Hit, o Options) Hit {
	h := Hit{ID: ftm.EntityID(found.ID), P: found.P, Outcome: found.Outcome.String(), Features: features(found.Bars)}
	switch {
	case found.Outcome != match.Related:
		h.Score = score(found)
	case o.Algorithm.related:
		h.Score = relatedScore(found)
	}
	h.Score = math.Round(h.Score*1000) / 1000
	h.Match = h.Score >= o.Threshold
	h.Deciding = deciding(q.ID, h.ID, h.Features)
	return h
}

func features(bars []match.Bar) []Feature {
	sum := 0.0
	for _, b := range bars {
		sum += max(0, b.Bits)
	}
	out := []Feature{}
	for _, b := range bars {
		f := Feature{Name: b.Slot, Level: b.Level, Query: b.Left, Candidate: b.Right, Bits: math.Round(b.Bits*100) / 100, Detail: b.Why}
		if b.Bits > 0 {
			f.Score = math.Round(b.Bits/sum*1000) / 1000
		}
		out = append(out, f)
	}
	return out
}

// steps are scores at odds in bits, so that thresholds which people set elsewhere
// keep their meaning: 0.5 where it is as likely as not, 0.7 at nine of ten, 0.85 at
// 99 of 100, 0.95 at 999 of 1000. More than that stays below 1.
var steps = []struct{ bits, score float64 }{
	{0, 0.5}, {math.Log2(9), 0.7}, {math.Log2(99), 0.85}, {math.Log2(999), 0.95}, {math.Log2(99999), 0.99},
}

// score is 1 only if an identifier agrees, or the whole name and a day.
func score(found *match.Hit) float64 {
	bits := found.Bits
	switch {
	case found.Veto != "":
		return 0
	case bits <= 0:
		return found.P
	case bits >= steps[1].bits && certain(found.Bars):
		return 1
	}
	for i := 1; i < len(steps); i++ {
		if a, b := steps[i-1], steps[i]; bits < b.bits {
			return a.score + (b.score-a.score)*(bits-a.bits)/(b.bits-a.bits)
		}
	}
	return steps[len(steps)-1].score
}

// certain says whether what agrees leaves no doubt by what is usual: an identifier,
// or a whole name and a whole date.
func certain(bars []match.Bar) bool {
	name, day := false, false
	for _, b := range bars {
		switch {
		case b.Slot == "identifier" && b.Level == "equal and valid" && b.Bits > 0:
			return true
		case b.Slot == "name" && (b.Level == "equal" || b.Level == "equal in other order"):
			name = true
		case b.Slot == "date" && b.Level == "equal day":
			day = true
		}
	}
	return name && day
}

// relatedScore lies between 0.70 and 0.80 by what speaks for the hit.
func relatedScore(found *match.Hit) float64 {
	bits := 0.0
	for _, b := range found.Bars {
		bits += b.Bits
	}
	return 0.7 + 0.1*min(1, max(0, bits/32))
}

// deciding hashes who asks, who is hit, and what was compared on both sides.
func deciding(query string, hit ftm.EntityID, features []Feature) ftm.EntityID {
	type field struct{ Name, Level, Query, Candidate string }
	fields := make([]field, len(features))
	for i, f := range features {
		fields[i] = field{f.Name, f.Level, f.Query, f.Candidate}
	}
	raw, err := json.Marshal([]any{query, hit, fields})
	if err != nil {
		panic(err) // texts always can be written
	}
	sum := sha256.Sum256(raw)
	return ftm.EntityID("clear-" + hex.EncodeToString(sum[:16]))
}
