package screen

import (
	"context"
	"slices"
	"strings"

	"overt/statement"
)

// A Shelf keeps the indexes that were built, each for what one sight shows of some
// datasets, so that the next request finds its own. It is safe for concurrent use.
type Shelf struct {
	turn chan struct{} // held by who looks or builds
	kept []shelved     // the one asked for last is last
}

type shelved struct {
	key   string
	index *Index
}

// maxShelved is how many indexes are kept; the one not asked for longest goes.
const maxShelved = 4

// NewShelf gives an empty shelf.
func NewShelf() *Shelf { return &Shelf{turn: make(chan struct{}, 1)} }

// Index gives the index of what the view shows of the datasets, built when it is
// not there. Others wait while one is built. Errors: as for Build.
func (s *Shelf) Index(ctx context.Context, view statement.View, datasets []string) (*Index, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	datasets = slices.Compact(slices.Sorted(slices.Values(datasets)))
	key := view.Sight().Fingerprint() + "\x00" + strings.Join(datasets, "\x00")
	at := slices.IndexFunc(s.kept, func(k shelved) bool { return k.key == key })
	if at >= 0 {
		found := s.kept[at]
		s.kept = append(slices.Delete(s.kept, at, at+1), found)
		return found.index, nil
	}
	x, err := Build(ctx, view, datasets)
	if err != nil {
		return nil, err
	}
	if len(s.kept) == maxShelved {
		s.kept = slices.Delete(s.kept, 0, 1)
	}
	s.kept = append(s.kept, shelved{key, x})
	return x, nil
}
