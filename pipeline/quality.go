package pipeline

import (
	"cmp"
	"context"
	"slices"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/resolve/evaluate"
	"overt/resolve/judge"
)

// A Quality is how well a home's entities are resolved now, by what its people
// decided.
type Quality struct {
	Counts    resolve.Counts     `json:"counts"`
	Labels    int                `json:"labels"`    // pairs that people decided and the resolver weighs
	Random    int                `json:"random"`    // of them, drawn at random
	Unweighed int                `json:"unweighed"` // decided pairs that it does not weigh, or of which too little is shown
	More      int                `json:"more"`      // decided pairs that are older than those looked at
	Pairs     [2]int             `json:"pairs"`     // joined, and left to people: what random ones stand for
	Estimate  evaluate.Estimate  `json:"estimate"`
	Agree     evaluate.Agreement `json:"agree"`
	Parts     []evaluate.Part    `json:"parts"`
	Effects   []evaluate.Effect  `json:"effects"`
	Bins      []evaluate.Bin     `json:"bins"`
	Said      []evaluate.Bin     `json:"said"` // what some likelihoods turned out to be; nil for too few labels
}

// Records counts what the answer releases.
func (q *Quality) Records() int { return q.Labels }

// maxLabels bounds how many decided pairs are weighed for one answer.
const maxLabels = 5000

// thresholds are the likelihoods whose effect is told.
var thresholds = []float64{.5, .8, .9, .95, .99, .999}

// Quality measures the resolver by the judgements that a desk shows. Errors: those of
// reading.
func (q *Queues) Quality(ctx context.Context, d *gate.Desk) (*Quality, error) {
	known, err := d.Judged(ctx)
	if err != nil {
		return nil, err
	}
	out := &Quality{Counts: q.review.Counts, Agree: Agreement(known.Book)}
	decided := known.Book.Decided()
	out.More = max(0, len(decided)-maxLabels)
	labels := []evaluate.Label{}
	for _, j := range decided[out.More:] {
		if j.Verdict != judge.Positive && j.Verdict != judge.Negative {
			continue
		}
		l, ok, err := q.label(ctx, d, j)
		if err != nil {
			return nil, err
		}
		if !ok {
			out.Unweighed++
			continue
		}
		if labels = append(labels, l); l.Sample != "" {
			out.Random++
		}
	}
	strata := q.strata(known.Book)
	for s := range strata {
		out.Pairs[s] = int(strata[s].Pairs)
	}
	out.Labels, out.Estimate = len(labels), evaluate.Estimated(strata[joinedPairs], strata[openPairs])
	out.Parts, out.Effects, out.Bins = evaluate.Parts(labels, out.Pairs), evaluate.Effects(labels, out.Pairs, thresholds...), evaluate.Calibration(labels)
	if curve := evaluate.Fit(labels); curve != nil {
		for _, p := range thresholds {
			out.Said = append(out.Said, evaluate.Bin{Said: p, Was: curve.At(p)})
		}
	}
	return out, nil
}

// label weighs a pair that people decided; ok is false where the resolver does not,
// or one side is not there any more.
func (q *Queues) label(ctx context.Context, d *gate.Desk, j *judge.Judgement) (l evaluate.Label, ok bool, err error) {
	score, err := q.Explain(ctx, d.View, j.Left, j.Right)
	if err != nil || score == nil {
		return l, false, err
	}
	l = evaluate.Label{P: score.P, One: j.Verdict == judge.Positive, Sample: j.Sample}
	var schema, script, source [2]string
	for i, id := range []ftm.EntityID{j.Left, j.Right} {
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id})
		if err != nil {
			return l, false, err
		}
		var names []string
		for _, v := range p.Get("name") {
			names = append(names, v.Value)
		}
		schema[i], script[i] = p.Schema, evaluate.Script(names)
		for _, v := range p.Values {
			for _, s := range v.Statements {
				if info, sees := d.View.Sight().Info(s.Class); sees && (source[i] == "" || info.Label.Dataset < source[i]) {
					source[i] = info.Label.Dataset
				}
			}
		}
	}
	l.Schema, l.Script, l.Source = both(schema), both(script), both(source)
	return l, true, nil
}

// both names what two sides are: one word where it is the same.
func both(of [2]string) string {
	slices.Sort(of[:])
	if of[0] == of[1] {
		return of[0]
	}
	return cmp.Or(of[0], "?") + " · " + of[1]
}

// Agreement is how often two people said the same: of each pair the words of the last
// two that decided it.
func Agreement(book *judge.Book) evaluate.Agreement {
	var pairs [][2]bool
	for _, j := range book.Decided() {
		by := slices.DeleteFunc(slices.Clone(book.Of(j.Left, j.Right).By), func(o *judge.Judgement) bool {
			return o.Verdict != judge.Positive && o.Verdict != judge.Negative
		})
		last := len(by) - 1
		other := -1
		for i := range by {
			if by[i].Author != by[last].Author {
				other = i
			}
		}
		if other >= 0 {
			pairs = append(pairs, [2]bool{by[other].Verdict == judge.Positive, by[last].Verdict == judge.Positive})
		}
	}
	return evaluate.Agree(pairs)
}
