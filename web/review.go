package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve"
	"overt/resolve/evaluate"
	"overt/resolve/judge"
	"overt/ui"
)

// reviewQueueList are the queues, in the order they are offered.
var reviewQueueList = []struct{ name, title, says, key string }{
	{pipeline.QueueOpen, "Pairs that wait for a person", "Those first whose decision joins most and is least clear; every fourth is drawn at random.", "1"},
	{pipeline.QueueLabel, "Random pairs, blind", "Drawn at random of what was joined and of what was left open. What the resolver thinks is hidden until you answered, so that it does not sway you.", "2"},
	{pipeline.QueueSecond, "Pairs that wait for a second person", "Somebody said that they are one; they are so when another says the same.", "3"},
}

func queueTitle(name string) string {
	for _, q := range reviewQueueList {
		if q.name == name {
			return q.title
		}
	}
	return ""
}

// Sizes of what is shown of a review.
const (
	pairsAhead  = 3   // fetched before they are asked for
	labelGoal   = 200 // random pairs, for intervals that say something
	pairCites   = 1   // citations a value
	shownValues = 6   // of a property, on each side
)

// errNoQueues says that nothing was compared yet for who asks.
var errNoQueues = errors.New("no queues are made")

// reviewing answers a question with the queues of what the asker sees, which are made
// first where there are none. fresh asks for such as know all judgements.
func reviewing[T any](s *Service, v *visit, act gate.Act, fresh bool, answer func(context.Context, *gate.Desk, *pipeline.Queues) (T, error)) (T, error) {
	find := func(d *gate.Desk) *pipeline.Queues { return s.reviews.Find(d, fresh) }
	return queued(s, v, act, find, answer, gate.Act{Action: "entity.resolve", Query: "review"}, func(ctx context.Context, d *gate.Desk) (resolve.Counts, error) {
		q, err := s.reviews.Make(ctx, d, s.cfg.Clock())
		if err != nil {
			return resolve.Counts{}, err
		}
		return q.Counts(), nil
	})
}

// queued answers a question with what find gives of what the asker sees; where that is
// nothing, make makes it first, as an act of its own.
func queued[Q, T, M any](s *Service, v *visit, act gate.Act, find func(*gate.Desk) *Q, answer func(context.Context, *gate.Desk, *Q) (T, error), making gate.Act, make func(context.Context, *gate.Desk) (M, error)) (T, error) {
	asked := func(ctx context.Context, d *gate.Desk) (out T, err error) {
		q := find(d)
		if q == nil {
			return out, errNoQueues
		}
		return answer(ctx, d, q)
	}
	out, err := ask(s, v, act, false, asked)
	if !errors.Is(err, errNoQueues) {
		return out, err
	}
	if _, err = ask(s, v, making, true, make); err != nil {
		return out, err
	}
	return ask(s, v, act, false, asked)
}

// A reviewAnswer is what the list of queues shows.
type reviewAnswer struct {
	Counts   resolve.Counts     `json:"counts"`
	Open     int                `json:"open"`
	Random   int                `json:"random"`
	Second   int                `json:"second"`
	Judged   int                `json:"judged"`
	Mine     int                `json:"mine"`
	Names    *nameQueueAnswer   `json:"names,omitempty"`
	Estimate evaluate.Estimate  `json:"estimate"`
	Agree    evaluate.Agreement `json:"agree"`
}

// Records counts what the answer releases.
func (a *reviewAnswer) Records() int { return a.Open }

// reviewQueues lists the queues.
func (s *Service) reviewQueues(v *visit) (response, error) {
	a, err := reviewing(s, v, gate.Act{Action: "review.list"}, true, func(ctx context.Context, d *gate.Desk, q *pipeline.Queues) (*reviewAnswer, error) {
		known, err := d.Judged(ctx)
		if err != nil {
			return nil, err
		}
		return standingOf(q, known.Book, v.actor.ID), nil
	})
	if err != nil {
		return response{}, err
	}
	a.Names, err = naming(s, v, gate.Act{Action: "review.list", Object: "mentions"}, true, func(_ context.Context, _ *gate.Desk, q *pipeline.NameQueue) (*nameQueueAnswer, error) {
		return &nameQueueAnswer{Wait: q.Len(), Beyond: q.More()}, nil
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Review"), Main: reviewScreen(a), Wide: true})
}

// standingOf is how far a review has come.
func standingOf(q *pipeline.Queues, book *judge.Book, me string) *reviewAnswer {
	a := &reviewAnswer{Counts: q.Counts(), Open: q.Open(), Random: q.Random(), Second: len(pipeline.WaitingFor(book, me)), Estimate: q.Estimate(book), Agree: pipeline.Agreement(book)}
	for _, j := range book.Decided() {
		a.Judged++
		if j.Author == me {
			a.Mine++
		}
	}
	return a
}

// A pairQuestion is what the address of a pair says.
type pairQuestion struct {
	queue       string
	left, right ftm.EntityID
	blind       bool
	latin       bool
	last        string // the judgement that was made before
}

// readPair reads the address of a pair or of its queue. Errors: not_found.
func readPair(v *visit) (pairQuestion, error) {
	form := v.URL.Query()
	q := pairQuestion{queue: v.PathValue("queue"), left: ftm.EntityID(v.PathValue("left")), right: ftm.EntityID(v.PathValue("right")), latin: form.Get("latin") != "", last: form.Get("last")}
	if queueTitle(q.queue) == "" || q.left != "" && q.left == q.right {
		return q, overt.Errorf(overt.NotFound, "", "there is no such queue")
	}
	q.blind = cmp.Or(form.Get("blind"), map[bool]string{true: "1", false: "0"}[q.queue == pipeline.QueueLabel]) != "0"
	return q, nil
}

// path is the address of a pair of the same queue, looked at in the same way.
func (q pairQuestion) path(left, right ftm.EntityID, pairs ...string) string {
	return reviewPath(q.queue, left, right, append(q.look(), pairs...)...)
}

// look are the parameters of how pairs are looked at, where they are not as usual.
func (q pairQuestion) look() []string {
	out := []string{"latin", "", "blind", ""}
	if q.latin {
		out[1] = "1"
	}
	if usual := q.queue == pipeline.QueueLabel; q.blind != usual {
		out[3] = map[bool]string{true: "1", false: "0"}[q.blind]
	}
	return out
}

// resumeReview goes to the first pair of a queue that nobody decided.
func (s *Service) resumeReview(v *visit) (response, error) {
	q, err := readPair(v)
	if err != nil {
		return response{}, err
	}
	type found struct {
		First []pipeline.Candidate `json:"first"`
		*reviewAnswer
	}
	a, err := reviewing(s, v, gate.Act{Action: "review.resume", Object: q.queue}, false, func(ctx context.Context, d *gate.Desk, qs *pipeline.Queues) (*found, error) {
		known, err := d.Judged(ctx)
		if err != nil {
			return nil, err
		}
		return &found{qs.Named(q.queue, known.Book, v.actor.ID).After(known.Book, -1, 1), standingOf(qs, known.Book, v.actor.ID)}, nil
	})
	if err != nil {
		return response{}, err
	}
	if len(a.First) > 0 {
		return seeOther(q.path(a.First[0].Left, a.First[0].Right, "last", q.last))
	}
	return show(ui.Page{Title: v.say("Review"), Main: reviewDone(q, a.reviewAnswer), Wide: true})
}

// A pairAnswer is what the page of a pair shows.
type pairAnswer struct {
	*answer.Pair
	Score   *pipeline.Score      `json:"score,omitempty"`
	Links   int                  `json:"links"`
	Before  []answer.Judgement   `json:"before"`  // what stands of the pair, oldest first
	Waiting bool                 `json:"waiting"` // it is one by one person, and needs two
	Second  bool                 `json:"second"`  // a yes of the asker's would wait for another
	Again   bool                 `json:"again"`   // he said so already
	Place   int                  `json:"place"`   // in the queue, from 0; -1 for outside of it
	Next    []pipeline.Candidate `json:"next"`
	Last    *lastSaid            `json:"last,omitempty"`
	*reviewAnswer
}

// Records counts what the answer releases.
func (a *pairAnswer) Records() int { return a.Pair.Records() }

// A lastSaid is what the asker said of the pair before, and what the resolver thinks
// of that one.
type lastSaid struct {
	answer.Judgement
	Captions [2]string `json:"captions"`
	P        string    `json:"p,omitempty"`
	Waits    bool      `json:"waits"`
}

// reviewPair shows two entities side by side.
func (s *Service) reviewPair(v *visit) (response, error) { return s.pairScreen(v, nil) }

func (s *Service) pairScreen(v *visit, refused error) (response, error) {
	q, err := readPair(v)
	if err != nil {
		return response{}, err
	}
	act := gate.Act{Action: "entity.read", Object: clip(string(q.left) + " · " + string(q.right)), Query: "review " + q.queue}
	a, err := reviewing(s, v, act, false, func(ctx context.Context, d *gate.Desk, qs *pipeline.Queues) (*pairAnswer, error) {
		return readReview(ctx, d, qs, q, v.actor.ID)
	})
	if err != nil {
		return response{}, err
	}
	p := pairPage{pairQuestion: q, pairAnswer: a}
	status := 0
	if refused != nil {
		status, p.no = http.StatusConflict, refused.Error()
	}
	title := a.Sides[0].Caption + " · " + a.Sides[1].Caption
	return response{page: ui.Page{Title: title, Main: pairScreen(p)}, status: status}, nil
}

// readReview answers the page of a pair.
func readReview(ctx context.Context, d *gate.Desk, qs *pipeline.Queues, q pairQuestion, me string) (*pairAnswer, error) {
	known, err := d.Judged(ctx)
	if err != nil {
		return nil, err
	}
	a := &pairAnswer{Before: []answer.Judgement{}, reviewAnswer: standingOf(qs, known.Book, me)}
	if a.Pair, err = answer.ReadPair(ctx, d, q.left, q.right, pairCites); err != nil {
		return nil, err
	}
	if a.Score, err = qs.Explain(ctx, d.View, q.left, q.right); err != nil {
		return nil, err
	}
	queue := qs.Named(q.queue, known.Book, me)
	var c pipeline.Candidate
	c, a.Place = queue.Find(q.left, q.right)
	a.Links, a.Next = c.Links, queue.After(known.Book, a.Place, pairsAhead)
	state := known.Book.Of(q.left, q.right)
	a.Waiting = state.Waiting
	for _, j := range state.By {
		a.Before = append(a.Before, answer.JudgementOf(j))
	}
	left, right := judge.Pair(q.left, q.right)
	a.Second, a.Again, err = known.Waits(&judge.Judgement{Left: left, Right: right, Verdict: judge.Positive, Author: me})
	if err != nil {
		return nil, err
	}
	a.Last, err = readLast(ctx, d, qs, known.Book, q.last, me)
	return a, err
}

// readLast tells what the asker said last, as long as it stands; nil when it does not.
func readLast(ctx context.Context, d *gate.Desk, qs *pipeline.Queues, book *judge.Book, id, me string) (*lastSaid, error) {
	j, ok := book.Live(id)
	if !ok || j.Author != me || j.Verdict == judge.Retract {
		return nil, nil
	}
	out := &lastSaid{Judgement: answer.JudgementOf(j), Waits: book.Of(j.Left, j.Right).Waiting}
	for i, side := range []ftm.EntityID{j.Left, j.Right} {
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{side})
		if err != nil {
			return nil, err
		}
		out.Captions[i] = p.Caption()
	}
	if x, err := qs.Explain(ctx, d.View, j.Left, j.Right); err != nil {
		return nil, err
	} else if x != nil {
		out.P = resolve.Probability(x.P)
	}
	return out, nil
}

// decidePair keeps what a form says of a pair, and goes on to the next.
func (s *Service) decidePair(v *visit) (response, error) {
	q, err := readPair(v)
	if err != nil {
		return response{}, err
	}
	verdict := judge.Verdict(v.field("verdict"))
	if !slices.Contains([]judge.Verdict{judge.Positive, judge.Negative, judge.Unsure}, verdict) {
		return response{}, overt.Errorf(overt.Invalid, "verdict", "a pair is %s, %s or %s", judge.Positive, judge.Negative, judge.Unsure)
	}
	c, err := reviewing(s, v, gate.Act{Action: "judgement.read", Object: clip(string(q.left) + " · " + string(q.right)), Query: "review " + q.queue}, false,
		func(ctx context.Context, d *gate.Desk, qs *pipeline.Queues) (pipeline.Candidate, error) {
			known, err := d.Judged(ctx)
			if err != nil {
				return pipeline.Candidate{}, err
			}
			c, _ := qs.Named(q.queue, known.Book, v.actor.ID).Find(q.left, q.right)
			return c, nil
		})
	if err != nil {
		return response{}, err
	}
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	reason, err := v.reason()
	if err != nil {
		return response{}, err
	}
	done, err := c.Decide(v.Context(), pass, verdict, reason, q.blind, s.cfg.Clock)
	if overt.CodeOf(err) == overt.Conflict {
		return s.pairScreen(v, err)
	}
	if err != nil {
		return response{}, err
	}
	last := done.Judgements[0].ID
	if left, right := ftm.EntityID(v.field("nextleft")), ftm.EntityID(v.field("nextright")); left != "" && right != "" && left != right {
		return seeOther(q.path(left, right, "last", last))
	}
	return seeOther(address("/review/"+q.queue, append(q.look(), "last", last)...))
}

// maxReason is how many letters a reason has at most.
const maxReason = 500

// reason is what a form says why. Errors: invalid (too long).
func (v *visit) reason() (string, error) {
	reason := v.field("reason")
	if len([]rune(reason)) > maxReason {
		return "", overt.Errorf(overt.Invalid, "reason", "a reason has %d letters at most", maxReason)
	}
	return reason, nil
}

// undoReview takes back what the asker said last; its pair comes again.
func (s *Service) undoReview(v *visit) (response, error) {
	q, err := readPair(v)
	if err != nil {
		return response{}, err
	}
	left, right, err := s.takeBack(v, v.field("judgement"), v.say("taken back in the review"))
	if err != nil {
		return response{}, err
	}
	return seeOther(q.path(left, right))
}

// takeBack adds that a judgement does not hold, and tells whom it was about. Errors:
// not_found, invalid (no reason).
func (s *Service) takeBack(v *visit, id, reason string) (left, right ftm.EntityID, err error) {
	if reason == "" {
		return "", "", overt.Errorf(overt.Invalid, "reason", "say why it is taken back")
	}
	pass, err := s.open(v)
	if err != nil {
		return "", "", err
	}
	done, err := pipeline.Decide(v.Context(), pass, pipeline.Decision{Verdict: judge.Retract, Retracts: clip(id), Reason: reason}, s.cfg.Clock)
	if err != nil {
		return "", "", err
	}
	return done.Judgements[0].Left, done.Judgements[0].Right, nil
}
