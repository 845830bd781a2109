// Package policytest makes scopes for tests. Nothing but tests may import it;
// the architecture test holds that.
package policytest

import (
	"overt/policy"
	"overt/policy/internal/mint"
)

// Scope reads and writes exactly the given labels.
func Scope(labels ...policy.Label) policy.Scope {
	keys := make([]string, len(labels))
	for i, l := range labels {
		keys[i] = l.Key()
	}
	return policy.FromMint(mint.New(keys, keys))
}

// Datasets reads and writes the plain labels of the given datasets.
func Datasets(names ...string) policy.Scope {
	labels := make([]policy.Label, len(names))
	for i, n := range names {
		labels[i] = policy.Label{Dataset: n}
	}
	return Scope(labels...)
}

// ReadOnly reads the given labels and writes nothing.
func ReadOnly(labels ...policy.Label) policy.Scope {
	keys := make([]string, len(labels))
	for i, l := range labels {
		keys[i] = l.Key()
	}
	return policy.FromMint(mint.New(keys, nil))
}
