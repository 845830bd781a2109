package answer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/identity"
	"overt/watch"
)

// A WatchRun is what asking watches again came to.
type WatchRun struct {
	Asked  int `json:"asked"`
	Same   int `json:"same"` // not asked: what they see is what it was
	News   int `json:"news"`
	Silent int `json:"silent"`
}

// AddWatch sets a watch in the visit of the pass, and has it asked once: what is there
// now is no news. Errors: invalid (the question, it finds too much, too many watches),
// not_found (an entity that it names), conflict (the case is closed), those of the
// engines.
func AddWatch(ctx context.Context, p *gate.Pass, q watch.Question, now time.Time) (*watch.Watch, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	w := &watch.Watch{ID: watch.NewID(), Actor: p.Actor().ID, Purpose: p.Purpose(), Case: p.Case(), Question: q, Made: instant(now)}
	w.Looked = w.Made
	words, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	act := gate.Act{Action: "watch.add", Object: w.ID, Query: string(words)}
	err = p.Stream(ctx, act, true, func(ctx context.Context, d *gate.Desk) (int64, string, error) {
		if err := watchable(ctx, d, w); err != nil {
			return 0, "", err
		}
		state, err := ReadWatched(ctx, d, &w.Question)
		if err != nil {
			return 0, "", err
		}
		w.Stamp, w.Items = stampOf(d, ""), len(state.Items)
		return 1, hashOf(state), d.Watches.Add(ctx, *w, state)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// watchable refuses what cannot be watched here, and takes words that name an entity
// for it.
func watchable(ctx context.Context, d *gate.Desk, w *watch.Watch) error {
	if d.Watches == nil {
		return overt.Errorf(overt.Unavailable, "", "nothing is watched here")
	}
	why, err := closedCase(ctx, d, w.Case)
	if err != nil {
		return err
	}
	if why != "" {
		return overt.Errorf(overt.Conflict, w.Case, "%s", why)
	}
	var ends []*string
	switch w.Kind {
	case watch.Trace:
		ends = []*string{&w.Words, &w.To}
	case watch.Entity:
		ends = []*string{&w.Words}
	case watch.List:
		for _, name := range append(w.Against, w.Of) {
			if name != "" && len(runsOf(d.View.Sight(), name)) == 0 {
				return overt.Errorf(overt.NotFound, "", "there is no dataset called %q", clip(name))
			}
		}
	}
	for _, words := range ends {
		f, err := Find(ctx, d, *words)
		if err != nil {
			return err
		}
		*words = string(f.ID)
	}
	if w.Kind == watch.Trace && w.Words == w.To {
		return overt.Errorf(overt.Invalid, "watch", "both ends are one entity here")
	}
	return nil
}

// closedCase says that a case is closed; "" while it is open, and where there is none.
func closedCase(ctx context.Context, d *gate.Desk, id string) (string, error) {
	if id == "" || d.Cases == nil {
		return "", nil
	}
	s, err := foldCase(ctx, d, id)
	if err != nil || s.Closed == "" {
		return "", err
	}
	return "its case is closed", nil
}

// stampOf names what a desk shows, in a case that is open or closed: while it is the
// same, so is every answer.
func stampOf(d *gate.Desk, closed string) string {
	words := []string{d.View.Sight().Fingerprint(), closed}
	for i := range d.Runs {
		if r := &d.Runs[i]; r.Undone == "" {
			words = append(words, fmt.Sprint(r.ID, " ", r.Notices))
		}
	}
	if d.Identity != nil && d.Identity.Result != nil {
		words = append(words, d.Identity.Result.Made)
	}
	return hashOf(words)
}

func hashOf(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings, numbers and lists of them
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// RunWatches has the watches of some visits asked again, each in its own visit, and
// keeps what they tell. Whose visit is not let in any more is silent.
func RunWatches(ctx context.Context, g *gate.Gate, visits []watch.Visit, now time.Time) (*WatchRun, error) {
	out := &WatchRun{}
	for _, v := range visits {
		p, err := g.Open(ctx, gate.Visit{Actor: identity.Actor{ID: v.Actor, Name: v.Actor}, Purpose: v.Purpose, Case: v.Case})
		switch overt.CodeOf(err) {
		case "":
			err = runVisit(ctx, p, out, now)
		case overt.Denied, overt.NotFound, overt.Invalid:
			err = silence(ctx, g, v, out, now)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// RunMine has the watches of the pass's visit asked again.
func RunMine(ctx context.Context, p *gate.Pass, now time.Time) (*WatchRun, error) {
	out := &WatchRun{}
	return out, runVisit(ctx, p, out, now)
}

// silence says of the watches of a visit that is not let in why they tell nothing.
func silence(ctx context.Context, g *gate.Gate, v watch.Visit, out *WatchRun, now time.Time) error {
	p, err := g.Open(ctx, gate.Visit{Actor: identity.Worker("watch")})
	if err != nil {
		return err
	}
	why := "you may not enter for its purpose any more"
	if v.Case != "" {
		why = "you may not enter its case any more"
	}
	return p.Do(ctx, gate.Act{Action: "watch.silence", Object: v.Actor}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		return eachDue(ctx, b.Watches, v, func(w *watch.Watch) error {
			out.Silent++
			if w.Silent == why {
				return nil
			}
			return b.Watches.Take(ctx, w.Actor, w.ID, watch.Turn{Last: w.Turn, At: instant(now), Silent: why})
		})
	})
}

// eachDue does something with each watch of a visit. What was taken out or asked by
// another meanwhile is passed over: who asked it told it.
func eachDue(ctx context.Context, store watch.Store, v watch.Visit, do func(*watch.Watch) error) (n int64, result string, err error) {
	all, err := store.Watches(ctx, v.Actor)
	if err != nil {
		return 0, "", err
	}
	for i := range all {
		if all[i].Visit() != v {
			continue
		}
		err := do(&all[i])
		if code := overt.CodeOf(err); err != nil && code != overt.NotFound && code != overt.Conflict {
			return n, "", err
		}
		n++
	}
	return n, "", nil
}

func runVisit(ctx context.Context, p *gate.Pass, out *WatchRun, now time.Time) error {
	return p.Stream(ctx, gate.Act{Action: "watch.run"}, true, func(ctx context.Context, d *gate.Desk) (int64, string, error) {
		if d.Watches == nil {
			return 0, "", nil
		}
		closed, err := closedCase(ctx, d, d.Case)
		if err != nil {
			return 0, "", err
		}
		stamp, before := stampOf(d, closed), out.News
		_, _, err = eachDue(ctx, d.Watches, watch.Visit{Actor: d.Actor, Purpose: d.Purpose, Case: d.Case}, func(w *watch.Watch) error {
			if w.Stamp == stamp {
				out.Same++
				return nil
			}
			t, err := takeTurn(ctx, d, w, closed, out)
			if err != nil {
				return err
			}
			t.Last, t.At, t.Stamp = w.Turn, instant(now), stamp
			for i := range t.News {
				t.News[i].At = t.At
			}
			if err := d.Watches.Take(ctx, w.Actor, w.ID, *t); err != nil {
				return err
			}
			out.News += len(t.News)
			return nil
		})
		return int64(out.News - before), stamp, err
	})
}

// takeTurn asks a watch, and compares. What was there while it was silent is told when
// it speaks again.
func takeTurn(ctx context.Context, d *gate.Desk, w *watch.Watch, closed string, out *WatchRun) (*watch.Turn, error) {
	if closed != "" {
		out.Silent++
		return &watch.Turn{Silent: closed}, nil
	}
	out.Asked++
	after, err := ReadWatched(ctx, d, &w.Question)
	if overt.CodeOf(err) == overt.Invalid {
		out.Silent++
		return &watch.Turn{Silent: err.Error()}, nil
	}
	if err != nil {
		return nil, err
	}
	before, err := d.Watches.State(ctx, w.Actor, w.ID)
	if err != nil {
		return nil, err
	}
	today := func(id ftm.EntityID) ftm.EntityID { return Canonical(d.Graph, id) }
	return &watch.Turn{State: after, News: watch.Compare(before, after, d.Scope.Sees, today)}, nil
}
