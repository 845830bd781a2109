package web

import (
	"context"
	"net/http"
	"strings"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/pipeline"
	"overt/ui"
)

// A nameQueueAnswer is how many names in documents wait for a person.
type nameQueueAnswer struct {
	Wait   int  `json:"wait"`
	Beyond bool `json:"beyond"` // there are more than these
}

// A nameAnswer is what the page of a name shows; with no name, the end of the queue.
type nameAnswer struct {
	*answer.NameAsked
	nameQueueAnswer
	Place int                `json:"place"` // in the queue, from 0; -1 for outside of it
	In    *mention.Waiting   `json:"in,omitempty"`
	Next  []*mention.Waiting `json:"next"`
	Last  *answer.NameSaid   `json:"last,omitempty"` // what the asker said before
}

// Records counts what the answer releases.
func (a *nameAnswer) Records() int {
	if a.NameAsked == nil {
		return len(a.Next)
	}
	return a.NameAsked.Records()
}

// A nameQuestion is what the address of a name says.
type nameQuestion struct {
	id   string // of a mention.Suggestion; "" for that of the queue
	last string // what was said before
}

func readName(v *visit) nameQuestion {
	q := nameQuestion{last: v.URL.Query().Get("last")}
	if document := v.PathValue("document"); document != "" {
		q.id = document + ":" + v.PathValue("place")
	}
	return q
}

// naming answers a question with the queue of names of what the asker sees, which is made
// first where there is none. fresh asks for one that knows all judgements.
func naming[T any](s *Service, v *visit, act gate.Act, fresh bool, answered func(context.Context, *gate.Desk, *pipeline.NameQueue) (T, error)) (T, error) {
	find := func(d *gate.Desk) *pipeline.NameQueue { return s.names.Find(d, fresh) }
	return queued(s, v, act, find, answered, gate.Act{Action: "mention.read", Query: "review"}, func(ctx context.Context, d *gate.Desk) (int, error) {
		q, err := s.names.Make(ctx, d, func(id ftm.EntityID) []ftm.EntityID { return answer.Members(d.Graph, id) })
		if err != nil {
			return 0, err
		}
		return q.Len(), nil
	})
}

// resumeNames goes to the first name that waits.
func (s *Service) resumeNames(v *visit) (response, error) {
	q := readName(v)
	act := gate.Act{Action: "review.resume", Object: "mentions"}
	var a *nameAnswer
	for _, fresh := range []bool{false, true} { // what was decided can uncover others
		var err error
		a, err = naming(s, v, act, fresh, func(ctx context.Context, d *gate.Desk, queue *pipeline.NameQueue) (*nameAnswer, error) {
			return readNames(ctx, d, queue, q, 1, v.actor.ID)
		})
		if err != nil {
			return response{}, err
		}
		if len(a.Next) > 0 {
			return seeOther(namePath(a.Next[0].ID(), "last", q.last))
		}
	}
	return show(ui.Page{Title: v.say("Review"), Main: namesDone(a), Wide: true})
}

// readNames answers the page of a name, or of the queue.
func readNames(ctx context.Context, d *gate.Desk, queue *pipeline.NameQueue, q nameQuestion, ahead int, me string) (*nameAnswer, error) {
	inCase, err := answer.InCases(ctx, d, queue.Members)
	if err != nil {
		return nil, err
	}
	a := &nameAnswer{}
	if q.id != "" {
		if a.NameAsked, err = answer.AskName(ctx, d, queue.Members, q.id, inCase); err != nil {
			return nil, err
		}
	}
	queue = queue.For(inCase)
	a.nameQueueAnswer = nameQueueAnswer{Wait: queue.Len(), Beyond: queue.More()}
	if a.Place = queue.Find(q.id); a.Place >= 0 {
		a.In = queue.At(a.Place)
	}
	view, err := d.Mentions(ctx)
	if err != nil {
		return nil, err
	}
	if a.Next, err = queue.After(ctx, view, a.Place, ahead); err != nil {
		return nil, err
	}
	if q.last != "" {
		a.Last, err = answer.NameSaidBy(ctx, d, queue.Members, ftm.EntityID(q.last), me)
	}
	return a, err
}

// reviewName asks whom a name in a document means.
func (s *Service) reviewName(v *visit) (response, error) { return s.nameScreen(v, nil) }

func (s *Service) nameScreen(v *visit, refused error) (response, error) {
	q := readName(v)
	a, err := naming(s, v, gate.Act{Action: "mention.read", Object: clip(q.id), Query: "review mentions"}, false, func(ctx context.Context, d *gate.Desk, queue *pipeline.NameQueue) (*nameAnswer, error) {
		return readNames(ctx, d, queue, q, pairsAhead, v.actor.ID)
	})
	if err != nil {
		return response{}, noName(err)
	}
	p, status := namePage{nameQuestion: q, nameAnswer: a}, 0
	if refused != nil {
		status, p.no = http.StatusConflict, refused.Error()
	}
	return response{page: ui.Page{Title: a.Text, Main: nameScreen(p)}, status: status}, nil
}

// noName tells of an address that is none of a name as of a name that is not there.
func noName(err error) error {
	if overt.CodeOf(err) == overt.Invalid {
		return overt.Errorf(overt.NotFound, "", "no name is suggested there")
	}
	return err
}

// decideName keeps what a form says of a name, and goes on to the next.
func (s *Service) decideName(v *visit) (response, error) {
	q := readName(v)
	reason, err := v.reason()
	if err != nil {
		return response{}, err
	}
	j := pipeline.Judgement{Mentions: []string{q.id}, Reason: reason}
	var about []ftm.EntityID
	switch verdict, as := v.field("verdict"), v.field("as"); {
	case as != "":
		about = []ftm.EntityID{ftm.EntityID(as)}
	case verdict == "nobody": // of those that were shown
		j.Reject = true
		for _, id := range v.PostForm["shown"] {
			about = append(about, ftm.EntityID(id))
		}
	case verdict == "never":
		j.Reject, j.Everywhere = true, true
	default:
		return response{}, overt.Errorf(overt.Invalid, "verdict", "say whom it means, or that it means nobody")
	}
	if !j.Everywhere {
		j.As, err = naming(s, v, gate.Act{Action: "mention.read", Object: clip(q.id), Query: "review mentions"}, false, func(ctx context.Context, d *gate.Desk, queue *pipeline.NameQueue) ([]ftm.EntityID, error) {
			return answer.CandidatesAmong(ctx, d, queue.Members, q.id, about)
		})
		if err != nil {
			return response{}, noName(err)
		}
	}
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	done, err := pipeline.Judge(v.Context(), pass, j, s.cfg.Clock)
	if overt.CodeOf(err) == overt.Conflict {
		return s.nameScreen(v, err)
	}
	if err != nil {
		return response{}, noName(err)
	}
	m := done.Mentions[0]
	last := mention.RejectedID(m.Document, m.Text, m.Entity)
	switch {
	case m.Accepted:
		last = mention.AcceptedID(m.Document, m.Text, m.Entity)
	case j.Everywhere:
		last = mention.RejectedID("", m.Text, "")
	}
	if next := v.field("next"); strings.Contains(next, ":") && !j.Everywhere {
		return seeOther(namePath(next, "last", string(last)))
	}
	return seeOther(address("/review/mentions", "last", string(last)))
}

// undoName takes back what the asker said last; its name comes again.
func (s *Service) undoName(v *visit) (response, error) {
	id := v.field("judgement")
	said, err := ask(s, v, gate.Act{Action: "mention.read", Object: clip(id), Query: "undo"}, false, func(ctx context.Context, d *gate.Desk) (*answer.NameSaid, error) {
		said, err := answer.NameSaidBy(ctx, d, nil, ftm.EntityID(id), v.actor.ID)
		if err == nil && said == nil {
			err = overt.Errorf(overt.NotFound, "", "you said no such thing, or it was taken back")
		}
		return said, err
	})
	if err != nil {
		return response{}, err
	}
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	for _, run := range said.Runs {
		if err := pass.Undo(v.Context(), run); err != nil {
			return response{}, err
		}
	}
	return seeOther(namePath(said.Place))
}
