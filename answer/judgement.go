package answer

import (
	"context"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/resolve/judge"
)

// A Judgement is one person's word on a pair of source entities.
type Judgement struct {
	ID      string        `json:"id"`
	Left    ftm.EntityID  `json:"left"`
	Right   ftm.EntityID  `json:"right"`
	Verdict judge.Verdict `json:"verdict"`
	Author  string        `json:"author"`
	At      string        `json:"at"` // RFC 3339
	Reason  string        `json:"reason,omitempty"`
	Score   float64       `json:"score,omitempty"`   // that was shown to the author
	Waiting bool          `json:"waiting,omitempty"` // for a second person to say the same
	// Sample is of what the pair was drawn at random, Evidence the hash of what both
	// sides said to the author.
	Sample   string `json:"sample,omitempty"`
	Evidence string `json:"evidence,omitempty"`
	Said     string `json:"-"`
}

// Judgements are those that stand of some pairs.
type Judgements struct {
	Judgements []Judgement `json:"judgements"` // by moment
	Aside      []string    `json:"aside"`      // without effect, because others contradict them
	Lines      string      `json:"lines,omitempty"`
}

// Records counts what the answer releases.
func (j *Judgements) Records() int { return len(j.Judgements) }

// A JudgementsOf says which judgements are listed.
type JudgementsOf struct {
	Words   string // that name the entity they are about; "" for all
	Waiting bool   // only those that wait for a second person
	Newest  bool   // the newest first
	Lines   bool   // all in nomenklatura's form besides
}

// ReadJudgements lists the judgements that stand. Errors: not_found.
func ReadJudgements(ctx context.Context, d *gate.Desk, q JudgementsOf) (*Judgements, error) {
	wanted := func(*judge.Judgement) bool { return true }
	if q.Words != "" {
		f, err := Find(ctx, d, q.Words)
		if err != nil {
			return nil, err
		}
		wanted = func(j *judge.Judgement) bool {
			return slices.Contains(f.Members, j.Left) || slices.Contains(f.Members, j.Right)
		}
	}
	book := d.Identity.Book
	out := &Judgements{Judgements: []Judgement{}, Aside: []string{}}
	aside := map[*judge.Judgement]bool{}
	for _, c := range book.Aside() {
		aside[c.Judgement] = true
	}
	for _, j := range book.Decided() {
		said := JudgementOf(j)
		said.Waiting = book.Of(j.Left, j.Right).Waiting
		if wanted(j) && !aside[j] && (said.Waiting || !q.Waiting) {
			out.Judgements = append(out.Judgements, said)
		}
	}
	for _, c := range book.Aside() {
		if wanted(c.Judgement) && !q.Waiting {
			out.Aside = append(out.Aside, resolve.Told(c.Judgement))
		}
	}
	if q.Newest {
		slices.Reverse(out.Judgements)
	}
	if q.Lines {
		var b strings.Builder
		if err := book.WriteLines(&b); err != nil {
			return nil, err
		}
		out.Lines = b.String()
	}
	return out, nil
}

// JudgementOf is a judgement as it is told.
func JudgementOf(j *judge.Judgement) Judgement {
	return Judgement{
		ID: j.ID, Left: j.Left, Right: j.Right, Verdict: j.Verdict, Author: j.Author, At: j.At.UTC().Format("2006-01-02T15:04:05Z"),
		Reason: j.Reason, Score: j.Score, Sample: j.Sample, Evidence: j.Evidence, Said: resolve.Judged(j),
	}
}

// Captions adds to names what source entities are called by their own ids, once each.
func Captions(ctx context.Context, d *gate.Desk, names map[string]string, ids ...ftm.EntityID) error {
	for _, id := range ids {
		if _, known := names[string(id)]; known {
			continue
		}
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id})
		if err != nil {
			return err
		}
		names[string(id)] = p.Caption()
	}
	return nil
}

// FindPair takes words for two source entities: an id for itself, others for the
// canonical id of what they name. Errors: those of Find; invalid, when both are
// one id.
func FindPair(ctx context.Context, d *gate.Desk, a, b string) ([]Entity, error) {
	var out []Entity
	for _, words := range []string{a, b} {
		f, err := Find(ctx, d, words)
		if err != nil {
			return nil, err
		}
		e := f.Entity
		if id := ftm.EntityID(strings.TrimSpace(words)); slices.Contains(f.Members, id) {
			e.ID = id
		}
		out = append(out, e)
	}
	if out[0].ID == out[1].ID {
		return nil, overt.Errorf(overt.Invalid, string(out[0].ID), "both are %s; name two source entities by their ids (overt show lists those that are one)", out[0].ID)
	}
	return out, nil
}
