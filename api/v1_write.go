package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"overt"
	"overt/answer"
	"overt/api/route"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve/judge"
)

// keyed is a request that changes something. Sent again under the same key it gives
// the answer of the first time, for a day and as long as the service runs.
type keyed struct {
	Key string `header:"Idempotency-Key"` // of up to 200 characters, the asker's own
}

func (k keyed) key() string { return k.Key }

// write makes an operation that changes what is kept. What changes it records what
// it does.
func write[Q interface{ key() string }, A any](pattern, name, summary string, status int, change func(context.Context, *call, *gate.Pass, *Q) (A, error), errs ...overt.Code) operation {
	method, path, _ := strings.Cut(pattern, " ")
	return operation{
		Route: route.Route{Method: method, Path: path, Name: name, Summary: summary, In: reflect.TypeFor[Q](), Out: reflect.TypeFor[A](), Status: status, Errors: append(errs, overt.Invalid), Writes: true},
		serve: func(c *call) error {
			q := new(Q)
			if err := route.Read(c.r, q); err != nil {
				return err
			}
			raw, err := c.once.do(c, (*q).key(), q, func() ([]byte, error) {
				pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
				if err != nil {
					return nil, err
				}
				out, err := change(c.r.Context(), c, pass, q)
				if err != nil {
					return nil, err
				}
				return marshal(out)
			})
			if err != nil {
				return err
			}
			return c.write(status, raw)
		},
	}
}

type judgeAsked struct {
	keyed
	Body judgeBody `body:"json"`
}

// A judgeBody says whether two entities are one.
type judgeBody struct {
	Left    string `json:"left"` // words for an entity
	Right   string `json:"right"`
	Verdict string `json:"verdict"` // same, different or unsure
	Reason  string `json:"reason"`  // one sentence
}

var verdicts = map[string]judge.Verdict{"same": judge.Positive, "different": judge.Negative, "unsure": judge.Unsure}

type retractAsked struct {
	keyed
	Judgement string     `path:"judgement"` // its id
	Body      reasonBody `body:"json"`
}

// A reasonBody is why.
type reasonBody struct {
	Reason string `json:"reason"` // one sentence
}

type undoAsked struct {
	keyed
	Run overt.RunID `path:"run" min:"1" max:"4294967295"`
}

// Undone are runs that were taken back.
type Undone struct {
	Undone []overt.RunID `json:"undone"`
}

type acceptAsked struct {
	keyed
	Body acceptBody `body:"json"`
}

// An acceptBody says that documents mean an entity by names.
type acceptBody struct {
	Mentions []string `json:"mentions"`     // ids of names: of mentions, of places, or the example of an unknown name
	As       string   `json:"as,omitempty"` // words for the entity that is meant; of a name that one entity has it may be left out
	Reason   string   `json:"reason"`       // one sentence
}

type rejectAsked struct {
	keyed
	Body rejectBody `body:"json"`
}

// A rejectBody says that documents do not mean an entity by names.
type rejectBody struct {
	Mentions   []string `json:"mentions"`             // ids of names: of mentions, of places, or the example of an unknown name
	As         string   `json:"as,omitempty"`         // words for the entity that is not meant; without it none is
	Reason     string   `json:"reason"`               // one sentence
	Everywhere bool     `json:"everywhere,omitempty"` // nobody is meant in any document; without as
}

// writeOperations take a person's word.
func writeOperations() []operation {
	return []operation{
		write("POST /api/v1/judgements", "judge", "Say whether two entities are one.", http.StatusCreated, decide, overt.NotFound, overt.Conflict, overt.Denied),
		write("POST /api/v1/judgements/{judgement}/retract", "retractJudgement", "Take back what was judged.", http.StatusCreated,
			func(ctx context.Context, c *call, p *gate.Pass, q *retractAsked) (*pipeline.Decided, error) {
				if q.Body.Reason == "" {
					return nil, overt.Errorf(overt.Invalid, "reason", "say why")
				}
				return pipeline.Decide(ctx, p, pipeline.Decision{Verdict: judge.Retract, Retracts: q.Judgement, Reason: q.Body.Reason}, c.cfg.Clock)
			}, overt.NotFound, overt.Conflict, overt.Denied),
		write("POST /api/v1/mentions/accept", "acceptMentions", "Say that a document means an entity by a name.", http.StatusCreated, func(ctx context.Context, c *call, p *gate.Pass, q *acceptAsked) (*pipeline.Judged, error) {
			return judgeMentions(ctx, c, p, &rejectBody{Mentions: q.Body.Mentions, As: q.Body.As, Reason: q.Body.Reason}, false)
		}, overt.NotFound, overt.Conflict, overt.Denied),
		write("POST /api/v1/mentions/reject", "rejectMentions", "Say that a document does not mean an entity by a name, or means none.", http.StatusCreated, func(ctx context.Context, c *call, p *gate.Pass, q *rejectAsked) (*pipeline.Judged, error) {
			return judgeMentions(ctx, c, p, &q.Body, true)
		}, overt.NotFound, overt.Conflict, overt.Denied),
		write("POST /api/v1/runs/{run}/undo", "undoRun", "Take a run back.", http.StatusOK,
			func(ctx context.Context, _ *call, p *gate.Pass, q *undoAsked) (*Undone, error) {
				return &Undone{[]overt.RunID{q.Run}}, p.Undo(ctx, q.Run)
			}, overt.NotFound, overt.Conflict, overt.Denied),
	}
}

func decide(ctx context.Context, c *call, p *gate.Pass, q *judgeAsked) (*pipeline.Decided, error) {
	b := &q.Body
	verdict, ok := verdicts[b.Verdict]
	switch {
	case !ok:
		return nil, overt.Errorf(overt.Invalid, "verdict", "it is same, different or unsure")
	case b.Reason == "":
		return nil, overt.Errorf(overt.Invalid, "reason", "say why")
	}
	act := gate.Act{Action: "entity.read", Object: cut(b.Left+" · "+b.Right, 400)}
	pair, err := gate.Ask(ctx, p, act, true, func(ctx context.Context, d *gate.Desk) ([]answer.Entity, error) {
		return answer.FindPair(ctx, d, b.Left, b.Right)
	})
	if err != nil {
		return nil, err
	}
	return pipeline.Decide(ctx, p, pipeline.Decision{Left: pair[0].ID, Right: pair[1].ID, Verdict: verdict, Reason: b.Reason}, c.cfg.Clock)
}

func judgeMentions(ctx context.Context, c *call, p *gate.Pass, b *rejectBody, reject bool) (*pipeline.Judged, error) {
	switch {
	case len(b.Mentions) == 0:
		return nil, overt.Errorf(overt.Invalid, "mentions", "say which")
	case b.Reason == "":
		return nil, overt.Errorf(overt.Invalid, "reason", "say why")
	case b.Everywhere && b.As != "":
		return nil, overt.Errorf(overt.Invalid, "everywhere", "it is without as")
	}
	j := pipeline.Judgement{Mentions: b.Mentions, Reject: reject, Everywhere: b.Everywhere, Reason: b.Reason}
	if b.As != "" {
		found, err := gate.Ask(ctx, p, gate.Act{Action: "entity.read", Object: cut(b.As, 200)}, true, func(ctx context.Context, d *gate.Desk) (*answer.Found, error) {
			return answer.Find(ctx, d, b.As)
		})
		if err != nil {
			return nil, err
		}
		j.As = found.Members
	}
	return pipeline.Judge(ctx, p, j, c.cfg.Clock)
}
