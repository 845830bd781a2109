package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"overt/casefile"
	"overt/policy"
)

var _ casefile.Store = (*Cases)(nil)

// Cases are cases that live as long as the process. The zero value is empty and
// ready.
type Cases struct {
	mu   sync.RWMutex
	byID map[string][]casefile.Event
}

// Append keeps events; see casefile.Store.
func (c *Cases) Append(_ context.Context, scope policy.Scope, id string, last int64, events []casefile.Event) error {
	if err := casefile.CheckAppend(scope, id, last, events); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch there := int64(len(c.byID[id])); {
	case there == 0 && last > 0:
		return casefile.NoCase(id)
	case there != last:
		return casefile.Behind(id)
	case c.byID == nil:
		c.byID = map[string][]casefile.Event{}
	}
	for i, e := range events {
		e.Seq = last + 1 + int64(i)
		c.byID[id] = append(c.byID[id], e)
	}
	return nil
}

// Events gives the events of a case; see casefile.Store.
func (c *Cases) Events(_ context.Context, scope policy.Scope, id string) ([]casefile.Event, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !scope.Sees(policy.CaseLabel(id)) || c.byID[id] == nil {
		return nil, casefile.NoCase(id)
	}
	return slices.Clone(c.byID[id]), nil
}

// Cases lists the cases in scope; see casefile.Store.
func (c *Cases) Cases(_ context.Context, scope policy.Scope) ([]string, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	var out []string
	for _, id := range slices.Sorted(maps.Keys(c.byID)) {
		if scope.Sees(policy.CaseLabel(id)) {
			out = append(out, id)
		}
	}
	return out, nil
}

// Roles tells somebody's cases; see casefile.Store.
func (c *Cases) Roles(_ context.Context, actor string) (map[string]policy.Role, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := map[string]policy.Role{}
	for id, events := range c.byID {
		if role := casefile.RoleOf(actor, events); role != "" {
			out[id] = role
		}
	}
	return out, nil
}

// Has says whether there is such a case; see casefile.Store.
func (c *Cases) Has(_ context.Context, id string) (bool, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byID[id] != nil, nil
}
