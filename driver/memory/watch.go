package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"overt"
	"overt/policy"
	"overt/watch"
)

var _ watch.Store = (*Watches)(nil)

// Watches keeps watches as long as the process lives. The zero value is empty and
// ready. What is handed in and out is not to be changed.
type Watches struct {
	mu  sync.Mutex
	all []*watched
}

type watched struct {
	watch.Watch
	state *watch.State
	news  []watch.News
}

func (s *Watches) find(actor, id string) (*watched, error) {
	for _, w := range s.all {
		if w.Actor == actor && w.ID == id {
			return w, nil
		}
	}
	return nil, watch.NoWatch(id)
}

// Add keeps a new watch; see watch.Store.
func (s *Watches) Add(_ context.Context, w watch.Watch, state *watch.State) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, x := range s.all {
		if x.ID == w.ID {
			return overt.Errorf(overt.Conflict, "watch", "watch %s is there already", w.ID)
		}
		if x.Actor == w.Actor {
			n++
		}
	}
	if n >= watch.MaxWatches {
		return watch.TooMany()
	}
	w.Items, w.Turn, w.Told, w.Seen, w.Silent = len(state.Items), 0, 0, 0, ""
	s.all = append(s.all, &watched{Watch: w, state: state})
	return nil
}

// Watches lists somebody's watches; see watch.Store.
func (s *Watches) Watches(_ context.Context, actor string) (out []watch.Watch, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.all {
		if w.Actor == actor {
			out = append(out, w.Watch)
		}
	}
	slices.SortFunc(out, func(a, b watch.Watch) int { return cmp.Or(cmp.Compare(a.Made, b.Made), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

// State gives what a watch found last; see watch.Store.
func (s *Watches) State(_ context.Context, actor, id string) (*watch.State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(actor, id)
	if err != nil {
		return nil, err
	}
	return w.state, nil
}

// Take keeps a turn; see watch.Store.
func (s *Watches) Take(_ context.Context, actor, id string, t watch.Turn) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(actor, id)
	if err == nil && w.Turn != t.Last {
		err = watch.Behind(id)
	}
	if err != nil {
		return err
	}
	for _, n := range t.News {
		w.Told++
		n.Number = w.Told
		w.news = append(w.news, n)
	}
	w.Turn, w.Looked, w.Stamp, w.Silent = w.Turn+1, t.At, t.Stamp, t.Silent
	if t.State != nil {
		w.state, w.Items = t.State, len(t.State.Items)
	}
	return nil
}

// News gives what a watch told; see watch.Store.
func (s *Watches) News(_ context.Context, actor, id string, before int64, limit int) (out []watch.News, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(actor, id)
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(w.news) {
		if len(out) < limit && (before == 0 || n.Number < before) {
			out = append(out, n)
		}
	}
	return out, nil
}

// See notes what the owner has seen; see watch.Store.
func (s *Watches) See(_ context.Context, actor, id string, number int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(actor, id)
	if err == nil {
		w.Seen = max(w.Seen, min(w.Told, number))
	}
	return err
}

// Remove takes a watch out; see watch.Store.
func (s *Watches) Remove(_ context.Context, actor, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, err := s.find(actor, id)
	if err == nil {
		s.all = slices.DeleteFunc(s.all, func(x *watched) bool { return x == w })
	}
	return err
}

// Visits lists the visits in which watches ask; see watch.Store.
func (s *Watches) Visits(context.Context) (out []watch.Visit, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.all {
		if v := w.Visit(); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b watch.Visit) int {
		return cmp.Or(cmp.Compare(a.Actor, b.Actor), cmp.Compare(a.Purpose, b.Purpose), cmp.Compare(a.Case, b.Case))
	})
	return out, nil
}

// Labels lists what states rest on; see watch.Store.
func (s *Watches) Labels(_ context.Context, actor string) (out []policy.Label, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.all {
		if w.Actor == actor {
			out = append(out, w.state.Labels...)
		}
	}
	return watch.Labels(out), nil
}
