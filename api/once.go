package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"overt"
	"overt/gate"
)

// Bounds of what is remembered of changes that were asked for under a key.
const (
	maxKey      = 200 // characters of a key
	maxKept     = 1000
	keptFor     = 24 * time.Hour
	maxKeptSize = 1 << 20 // bytes of one answer
)

// once remembers the answers to changes, so that one that is asked for again,
// because its answer was lost on the way, is not made twice.
type once struct {
	clock func() time.Time
	mu    sync.Mutex
	of    map[[sha256.Size]byte]*outcome
	order [][sha256.Size]byte // the oldest first
}

type outcome struct {
	print [sha256.Size]byte // of the request
	at    time.Time
	done  chan struct{}
	raw   []byte // nil until done, and where it failed
}

func newOnce(clock func() time.Time) *once {
	return &once{clock: clock, of: map[[sha256.Size]byte]*outcome{}}
}

// do runs a change, unless it was made before under its key: then its answer is
// given again, and recorded as given. Errors: conflict (the key was another
// request's), those of the change, which are not remembered.
func (o *once) do(c *call, key string, request any, change func() ([]byte, error)) ([]byte, error) {
	if key == "" {
		return change()
	}
	if len(key) > maxKey {
		return nil, overt.Errorf(overt.Invalid, "Idempotency-Key", "it is longer than %d characters", maxKey)
	}
	raw, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	id := printOf(c.visit.Actor.ID, string(c.visit.Purpose), c.visit.Case, key)
	out, first := o.find(id, printOf(c.op.Pattern(), c.r.URL.RequestURI(), string(raw)))
	switch {
	case out == nil:
		return nil, overt.Errorf(overt.Conflict, "Idempotency-Key", "another request was made under this key")
	case !first:
		return o.again(c, out, key, request, change)
	}
	defer func() {
		if out.raw == nil {
			o.forget(id)
		}
		close(out.done)
	}()
	raw, err = change()
	if err == nil && len(raw) <= maxKeptSize {
		out.raw = raw
	}
	return raw, err
}

// again gives an answer that was given before, when it is there.
func (o *once) again(c *call, out *outcome, key string, request any, change func() ([]byte, error)) ([]byte, error) {
	ctx := c.r.Context()
	select {
	case <-out.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if out.raw == nil { // the first one failed and was forgotten
		return o.do(c, key, request, change)
	}
	pass, err := c.cfg.Gate.Open(ctx, c.visit)
	if err != nil {
		return nil, err
	}
	return gate.Ask(ctx, pass, gate.Act{Action: "answer.again", Object: c.op.Name}, false, func(context.Context, *gate.Desk) ([]byte, error) {
		return out.raw, nil
	})
}

// printOf is one hash of several texts.
func printOf(texts ...string) [sha256.Size]byte {
	raw, err := json.Marshal(texts)
	if err != nil {
		panic(err) // texts always can be written
	}
	return sha256.Sum256(raw)
}

// find gives what is remembered under an id, or begins it; nil where it is of
// another request.
func (o *once) find(id, print [sha256.Size]byte) (out *outcome, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock()
	for len(o.order) > 0 && (len(o.order) >= maxKept || now.Sub(o.of[o.order[0]].at) > keptFor) {
		delete(o.of, o.order[0])
		o.order = o.order[1:]
	}
	if out = o.of[id]; out != nil {
		if out.print != print {
			return nil, false
		}
		return out, false
	}
	out = &outcome{print: print, at: now, done: make(chan struct{})}
	o.of[id], o.order = out, append(o.order, id)
	return out, true
}

func (o *once) forget(id [sha256.Size]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.of, id)
	for i := range o.order {
		if o.order[i] == id {
			o.order = append(o.order[:i], o.order[i+1:]...)
			return
		}
	}
}
