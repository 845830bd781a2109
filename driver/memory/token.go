package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"overt"
	"overt/identity"
)

var _ identity.Tokens = (*Tokens)(nil)

// Tokens keeps tokens as long as the process lives. The zero value is empty and
// ready.
type Tokens struct {
	mu  sync.RWMutex
	all map[string]identity.Token
}

// AddToken keeps a new token; see identity.Tokens.
func (s *Tokens) AddToken(_ context.Context, t identity.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.all[t.ID]; ok {
		return overt.Errorf(overt.Conflict, "token", "token %s is there already", t.ID)
	}
	if s.all == nil {
		s.all = map[string]identity.Token{}
	}
	s.all[t.ID] = t
	return nil
}

// Token gives one by its id; see identity.Tokens.
func (s *Tokens) Token(_ context.Context, id string) (identity.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.all[id]
	if !ok {
		return identity.Token{}, identity.NoToken(id)
	}
	return t, nil
}

// Tokens lists all of them; see identity.Tokens.
func (s *Tokens) Tokens(context.Context) ([]identity.Token, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []identity.Token
	for _, t := range s.all {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b identity.Token) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// RevokeToken ends a token; see identity.Tokens.
func (s *Tokens) RevokeToken(_ context.Context, id string, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.all[id]
	if !ok {
		return identity.NoToken(id)
	}
	if t.Revoked.IsZero() {
		t.Revoked = at.UTC()
		s.all[id] = t
	}
	return nil
}
