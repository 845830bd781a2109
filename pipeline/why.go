package pipeline

import (
	"context"
	"slices"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/resolve/match"
)

// A Why says why two entities are one, or not, or were never compared.
type Why struct {
	A ftm.EntityID `json:"-"` // < B
	B ftm.EntityID `json:"-"`
	// One says whether they are one entity to who asks, and By which judgements
	// make them one or keep them two.
	One bool     `json:"one"`
	By  []string `json:"by"`
	// Compared says whether a resolver that sees the same compares them; Because
	// says in a sentence why it does not.
	Compared bool   `json:"compared"`
	Because  string `json:"because,omitempty"`
	// What speaks for and against it; nil for things that are compared with
	// nothing.
	Score *Score   `json:"score,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// A Score is a sum of bits: Prior and those of the bars.
type Score struct {
	Model   string  `json:"model"`
	Prior   float64 `json:"prior"`
	Bars    []Bar   `json:"bars"`
	Bits    float64 `json:"bits"`
	P       float64 `json:"p"`
	Outcome string  `json:"outcome"`
	Veto    string  `json:"veto,omitempty"`
	Keys    []Key   `json:"keys"` // that both have, the rarest first
}

// A Bar is what one thing that was compared says.
type Bar struct {
	Of    string  `json:"of"`
	Level string  `json:"level"`
	Left  string  `json:"left"`
	Right string  `json:"right"`
	Why   string  `json:"why,omitempty"`
	Bits  float64 `json:"bits"`
}

// A Key is what two entities share so that they may be compared.
type Key struct {
	Of      string `json:"of"`
	Kind    string `json:"kind"`
	Text    string `json:"text"`
	Records int    `json:"records"` // that have it
	Common  bool   `json:"common"`  // too many to look at all of them
}

// Records counts what the answer releases.
func (w *Why) Records() int { return 2 }

// FindWhy explains two source entities, as a resolver weighs them that sees what a
// desk with a graph shows. What it had to find out for that is kept for the next who
// asks. Errors: those of NewResolver.
func FindWhy(ctx context.Context, d *gate.Desk, a, b ftm.EntityID) (*Why, error) {
	r, err := NewResolver(ctx, d, Resolution{})
	if err != nil {
		return nil, err
	}
	if err := r.keep(); err != nil {
		return nil, err
	}
	w := &Why{Notes: d.Identity.Notes}
	w.A, w.B = judge.Pair(a, b)
	w.stand(d)
	return w, w.weigh(ctx, r)
}

// stand tells what is so, and by what.
func (w *Why) stand(d *gate.Desk) {
	a, b := w.A, w.B
	w.By = []string{}
	n, ok := d.Graph.Find(a)
	m, ok2 := d.Graph.Find(b)
	w.One = ok && ok2 && n == m
	book := d.Identity.Book
	if w.One {
		for _, j := range book.Chain(a, b) {
			w.By = append(w.By, resolve.Told(j))
		}
		return
	}
	for _, j := range book.Cannots() {
		x, y := clusterOf(d, j.Left), clusterOf(d, j.Right)
		if x == clusterOf(d, a) && y == clusterOf(d, b) || x == clusterOf(d, b) && y == clusterOf(d, a) {
			w.By = append(w.By, resolve.Told(j))
		}
	}
	if s := book.Of(a, b); len(w.By) == 0 {
		for _, j := range s.By {
			w.By = append(w.By, resolve.Told(j))
		}
		if s.Waiting {
			w.By = append(w.By, "that waits for a second person to say the same")
		}
	}
}

// clusterOf is the canonical id of an entity; its own when nothing of it is visible.
func clusterOf(d *gate.Desk, id ftm.EntityID) ftm.EntityID {
	if n, ok := d.Graph.Find(id); ok {
		return d.Graph.ID(n)
	}
	return id
}

// weigh tells what the resolver makes of the two.
func (w *Why) weigh(ctx context.Context, r *Resolver) error {
	for _, id := range []ftm.EntityID{w.A, w.B} {
		if r.holds(id) {
			continue
		}
		w.Because = string(id) + " is of a kind that is compared with nothing"
		return nil
	}
	x, err := r.Between(ctx, r.view, w.A, w.B)
	if err != nil {
		return err
	}
	w.Score, w.Compared = score(&x), x.Compared
	switch {
	case x.Compared:
	case x.Veto != "":
		w.Because = x.Veto
	case len(x.Keys) == 0:
		w.Because = "they share nothing by which entities are looked for"
	case !slices.ContainsFunc(x.Keys, func(k match.SharedKey) bool { return k.Leads }):
		w.Because = "what they share is too common to compare all that have it"
	default:
		w.Because = "others share rarer things with each of them, and were compared instead"
	}
	return nil
}

func score(x *match.Explanation) *Score {
	s := &Score{Model: x.Family, Prior: x.Prior, Bars: []Bar{}, Bits: x.Bits, P: x.P, Outcome: x.Outcome.String(), Veto: x.Veto, Keys: []Key{}}
	for _, b := range x.Bars {
		s.Bars = append(s.Bars, Bar{b.Slot, b.Level, b.Left, b.Right, b.Why, b.Bits})
	}
	for _, k := range x.Keys {
		s.Keys = append(s.Keys, Key{k.Slot, k.Kin, k.Text, k.Records, !k.Leads})
	}
	return s
}
