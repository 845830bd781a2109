package web

import (
	"context"
	"net/http"
	"strconv"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve/judge"
	"overt/ui"
)

// A batchQuestion is which pairs of a queue are to be decided alike, and how.
type batchQuestion struct {
	pairQuestion
	from, to float64
	verdict  judge.Verdict
}

// Likelihoods that a batch can begin and end with.
var batchEdges = []float64{.1, .2, .3, .5, .7, .8, .9, .95, .99, 1}

func readBatch(v *visit) (batchQuestion, error) {
	p, err := readPair(v)
	if err == nil && p.queue != pipeline.QueueOpen {
		err = overt.Errorf(overt.NotFound, "", "only open pairs are decided alike")
	}
	q := batchQuestion{pairQuestion: p, from: .9, to: 1, verdict: judge.Positive}
	form := v.URL.Query()
	for name, into := range map[string]*float64{"from": &q.from, "to": &q.to} {
		if text := form.Get(name); text != "" && err == nil {
			if *into, err = strconv.ParseFloat(text, 64); err != nil || !(*into >= 0 && *into <= 1) {
				err = overt.Errorf(overt.Invalid, name, "%q is no likelihood from 0 to 1", clip(text))
			}
		}
	}
	if form.Get("as") == string(judge.Negative) {
		q.verdict = judge.Negative
	}
	if err == nil && q.from >= q.to {
		err = overt.Errorf(overt.Invalid, "from", "the least likelihood lies below the greatest")
	}
	return q, err
}

func (q batchQuestion) address() string {
	return address("/review/"+q.queue+"/batch", "from", likelihood(q.from), "to", likelihood(q.to), "as", string(q.verdict))
}

// likelihood writes one as addresses and lists have it.
func likelihood(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }

// end is where the range ends for who looks: 1 is in it.
func (q batchQuestion) end() float64 {
	if q.to == 1 {
		return 1.1
	}
	return q.to
}

// A batchAnswer is what the page of a batch shows.
type batchAnswer struct {
	*pipeline.Batch
	Names map[string]string `json:"names"` // captions by id, of those that are listed
	Shown []shownPair       `json:"shown"`
}

// A shownPair is a pair that is to be looked at by itself.
type shownPair struct {
	pipeline.Candidate
	Said judge.Verdict `json:"said,omitempty"`
}

// Records counts what the answer releases.
func (a *batchAnswer) Records() int { return len(a.Pairs) }

// batchListed is how many pairs of a batch are listed.
const batchListed = 100

// reviewBatch shows which pairs would be decided alike.
func (s *Service) reviewBatch(v *visit) (response, error) {
	q, err := readBatch(v)
	if err != nil {
		return response{}, err
	}
	a, err := s.readBatch(v, q)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Decide alike"), Main: batchScreen(q, a), Wide: true})
}

func (s *Service) readBatch(v *visit, q batchQuestion) (*batchAnswer, error) {
	act := gate.Act{Action: "review.batch", Object: q.queue, Query: clipQuery(v.URL.Query())}
	return reviewing(s, v, act, false, func(ctx context.Context, d *gate.Desk, qs *pipeline.Queues) (*batchAnswer, error) {
		known, err := d.Judged(ctx)
		if err != nil {
			return nil, err
		}
		a := &batchAnswer{Batch: qs.Batch(known.Book, q.from, q.end(), q.verdict, v.actor.ID), Names: map[string]string{}}
		for _, c := range a.Batch.Shown {
			p := shownPair{Candidate: c}
			for _, j := range known.Book.Of(c.Left, c.Right).By {
				if j.Author == v.actor.ID {
					p.Said = j.Verdict
				}
			}
			a.Shown = append(a.Shown, p)
		}
		for _, c := range append(a.Batch.Shown[:len(a.Batch.Shown):len(a.Batch.Shown)], a.Pairs[:min(len(a.Pairs), batchListed)]...) {
			if err := answer.Captions(ctx, d, a.Names, c.Left, c.Right); err != nil {
				return nil, err
			}
		}
		return a, nil
	})
}

// decideBatch decides the pairs of a batch, if those drawn of it were looked at and none
// failed.
func (s *Service) decideBatch(v *visit) (response, error) {
	q, err := readBatch(v)
	if err != nil {
		return response{}, err
	}
	a, err := s.readBatch(v, q)
	if err != nil {
		return response{}, err
	}
	if !a.Ready() {
		return response{}, overt.Errorf(overt.Denied, "", "%s", v.say("look at those drawn of them one by one first; when one of them is not so, they are not decided alike"))
	}
	var list []pipeline.Decision
	reason := v.say("decided alike, likelihood %s to %s, after %s of them were looked at by themselves", likelihood(q.from), likelihood(q.to), ui.Number(len(a.Shown)))
	for _, c := range a.Pairs {
		list = append(list, pipeline.Decision{Left: c.Left, Right: c.Right, Verdict: q.verdict, Reason: reason, Score: c.P, Model: "overt resolve"})
	}
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	act := gate.Act{Action: "entity.judge", Object: strconv.Itoa(len(list)) + " pairs", Query: string(q.verdict) + ": " + reason}
	done, err := pipeline.DecideAll(v.Context(), pass, act, list, s.cfg.Clock)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Decide alike"), Main: batchDone(q, done), Wide: true})
}

// A judgementsQuestion is which judgements are listed.
type judgementsQuestion struct {
	about   string
	waiting bool
	after   int
}

// judgementsShown is how many a page lists.
const judgementsShown = 50

func readJudgementsOf(v *visit) (judgementsQuestion, error) {
	form := v.URL.Query()
	q := judgementsQuestion{about: form.Get("about"), waiting: form.Get("waiting") != ""}
	if after := form.Get("after"); after != "" {
		var err error
		if q.after, err = strconv.Atoi(after); err != nil || q.after < 0 {
			return q, overt.Errorf(overt.Invalid, "after", "after is no number from 0 on")
		}
	}
	return q, nil
}

func (q judgementsQuestion) path(where string, after int) string {
	waiting := ""
	if q.waiting {
		waiting = "1"
	}
	return address(where, "about", q.about, "waiting", waiting, "after", numeral(after))
}

// A judgementList is what the page of judgements shows, the newest first.
type judgementList struct {
	*answer.Judgements
	Names map[string]string `json:"names"`
	q     judgementsQuestion
	no    string // why nothing was taken back
	me    string
}

// page are those of this page, the newest first.
func (l *judgementList) page() []answer.Judgement {
	from := min(l.q.after, len(l.Judgements.Judgements))
	return l.Judgements.Judgements[from:min(from+judgementsShown, len(l.Judgements.Judgements))]
}

// judgements lists what people said, who, when and why.
func (s *Service) judgements(v *visit) (response, error) { return s.judgementsScreen(v, nil) }

func (s *Service) judgementsScreen(v *visit, refused error) (response, error) {
	l, err := s.readJudgements(v, "judgement.read", false)
	if err != nil {
		return response{}, err
	}
	status := 0
	if refused != nil {
		status, l.no = http.StatusBadRequest, refused.Error()
	}
	return response{page: ui.Page{Title: v.say("Judgements"), Main: judgementsScreen(l), Wide: true}, status: status}, nil
}

func (s *Service) readJudgements(v *visit, action string, all bool) (*judgementList, error) {
	q, err := readJudgementsOf(v)
	if err != nil {
		return nil, err
	}
	act := gate.Act{Action: action, Object: clip(q.about), Query: clipQuery(v.URL.Query())}
	return ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*judgementList, error) {
		l := &judgementList{q: q, Names: map[string]string{}, me: v.actor.ID}
		var err error
		if l.Judgements, err = answer.ReadJudgements(ctx, d, answer.JudgementsOf{Words: q.about, Waiting: q.waiting, Newest: true}); err != nil {
			return nil, err
		}
		shown := l.page()
		if all {
			shown = l.Judgements.Judgements
		}
		for _, j := range shown {
			if err := answer.Captions(ctx, d, l.Names, j.Left, j.Right); err != nil {
				return nil, err
			}
		}
		return l, nil
	})
}

// retract adds that a judgement does not hold any more.
func (s *Service) retract(v *visit) (response, error) {
	reason, err := v.reason()
	if err != nil {
		return response{}, err
	}
	if _, _, err = s.takeBack(v, v.field("judgement"), reason); err != nil {
		if code := overt.CodeOf(err); code == overt.Invalid {
			return s.judgementsScreen(v, err)
		}
		return response{}, err
	}
	q, err := readJudgementsOf(v)
	if err != nil {
		return response{}, err
	}
	return seeOther(q.path("/review/judgements", q.after))
}

// saveJudgements gives them as a file. It is recorded as an export.
func (s *Service) saveJudgements(v *visit) (response, error) {
	l, err := s.readJudgements(v, "export", true)
	if err != nil {
		return response{}, err
	}
	ctx := ui.With(v.Context(), s.frame(v))
	t := sheet{columns: columns(ctx, "Judgement", "Left", "Right", "Names", "Decided", "Who", "When", "Why", "Likelihood shown", "Drawn from", "Waiting", "Evidence")}
	for _, j := range l.Judgements.Judgements {
		row := []entry{said(j.ID), said(string(j.Left)), said(string(j.Right)), said(l.Names[string(j.Left)] + " · " + l.Names[string(j.Right)]), said(string(j.Verdict)), said(j.Author), said(j.At), said(j.Reason)}
		score, waits := "", ""
		if j.Score != 0 {
			score = likelihood(j.Score)
		}
		if j.Waiting {
			waits = ui.T(ctx, "yes")
		}
		t.rows = append(t.rows, append(row, said(score), said(j.Sample), said(waits), said(j.Evidence)))
	}
	return s.save(v, t, "judgements")
}
