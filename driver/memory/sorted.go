package memory

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"overt/mention"
)

var _ mention.Sorted = (*Sorted)(nil)

// A Sorted is a mention.Sorted. Its zero value is empty.
type Sorted struct {
	mu   sync.RWMutex
	keys []string // ascending; only ever replaced
	vals map[string][]byte
}

// Get gives a value; see mention.Sorted.
func (s *Sorted) Get(ctx context.Context, key []byte) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.vals[string(key)], ctx.Err()
}

// Scan yields pairs; see mention.Sorted.
func (s *Sorted) Scan(ctx context.Context, prefix, from []byte) iter.Seq2[mention.Pair, error] {
	s.mu.RLock()
	keys, vals := s.keys, s.vals
	s.mu.RUnlock()
	return func(yield func(mention.Pair, error) bool) {
		at, _ := slices.BinarySearch(keys, max(string(prefix), string(from)))
		for _, k := range keys[at:] {
			if !strings.HasPrefix(k, string(prefix)) {
				return
			}
			if err := ctx.Err(); err != nil {
				yield(mention.Pair{}, err)
				return
			}
			if !yield(mention.Pair{Key: []byte(k), Value: vals[k]}, nil) {
				return
			}
		}
	}
}

// Write puts pairs in; see mention.Sorted.
func (s *Sorted) Write(ctx context.Context, pairs []mention.Pair) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	vals := maps.Clone(s.vals)
	if vals == nil {
		vals = map[string][]byte{}
	}
	for _, p := range pairs {
		vals[string(p.Key)] = append([]byte{}, p.Value...)
	}
	s.vals, s.keys = vals, slices.Sorted(maps.Keys(vals))
	return nil
}

// Close ends nothing.
func (s *Sorted) Close() error { return nil }
