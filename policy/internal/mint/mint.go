// Package mint holds the raw form of a scope. It is internal to policy, so
// that only the policy engine (and the scopes that tests ask for) can make
// one: no other package can build a value that a store would believe.
package mint

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
)

// A Scope is the raw right: which label keys may be read, which datasets may
// be written. It is immutable once made.
type Scope struct {
	read  map[string]struct{}
	write map[string]struct{}
	print string
}

// New makes a Scope from label keys to read and label keys to write.
func New(read, write []string) *Scope {
	s := &Scope{read: set(read), write: set(write)}
	h := sha256.New()
	for _, part := range []map[string]struct{}{s.read, s.write} {
		for _, k := range slices.Sorted(maps.Keys(part)) {
			h.Write([]byte(k))
			h.Write([]byte{0})
		}
		h.Write([]byte{1})
	}
	s.print = hex.EncodeToString(h.Sum(nil))
	return s
}

func set(keys []string) map[string]struct{} {
	m := make(map[string]struct{}, len(keys))
	for _, k := range keys {
		m[k] = struct{}{}
	}
	return m
}

// Sees says whether the label key may be read. A nil Scope sees nothing.
func (s *Scope) Sees(key string) bool {
	if s == nil {
		return false
	}
	_, ok := s.read[key]
	return ok
}

// Writes says whether the label key may be written. A nil Scope writes nothing.
func (s *Scope) Writes(key string) bool {
	if s == nil {
		return false
	}
	_, ok := s.write[key]
	return ok
}

// Fingerprint is the hexadecimal SHA-256 of the rights; "" for a nil Scope.
func (s *Scope) Fingerprint() string {
	if s == nil {
		return ""
	}
	return s.print
}
