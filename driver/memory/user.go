package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"overt"
	"overt/identity"
)

var _ identity.Users = (*Users)(nil)

// Users keeps users as long as the process lives. The zero value is empty and ready.
type Users struct {
	mu  sync.Mutex
	all map[string]identity.User
}

// AddUser keeps a new user; see identity.Users.
func (s *Users) AddUser(_ context.Context, u identity.User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.all {
		if other.Name == u.Name || other.Actor == u.Actor {
			return overt.Errorf(overt.Conflict, "user", "user %s is there already, or another for %s", u.Name, u.Actor)
		}
	}
	if s.all == nil {
		s.all = map[string]identity.User{}
	}
	s.all[u.Name] = apart(u)
	return nil
}

// apart copies a user, so that neither copy has to do with the other.
func apart(u identity.User) identity.User {
	u.Passkeys = slices.Clone(u.Passkeys)
	if i := u.Invitation; i != nil {
		same := *i
		u.Invitation = &same
	}
	return u
}

// User gives one by his name; see identity.Users.
func (s *Users) User(_ context.Context, name string) (identity.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.all[name]
	if !ok {
		return u, identity.NoUser(name)
	}
	return apart(u), nil
}

// Users lists all of them; see identity.Users.
func (s *Users) Users(context.Context) ([]identity.User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []identity.User
	for _, u := range s.all {
		all = append(all, apart(u))
	}
	slices.SortFunc(all, func(a, b identity.User) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// ChangeUser changes one; see identity.Users.
func (s *Users) ChangeUser(_ context.Context, name string, change func(*identity.User) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, ok := s.all[name]
	if !ok {
		return identity.NoUser(name)
	}
	u := apart(was)
	if err := change(&u); err != nil {
		return err
	}
	u.Name, u.Actor = was.Name, was.Actor
	s.all[name] = apart(u)
	return nil
}
