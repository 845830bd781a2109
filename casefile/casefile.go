// Package casefile is casework: what people keep of a question they work on.
//
// A case is a list of events (who, when, what). Events are only added; the state of
// a case is a fold over them (Fold), and the rules are in the fold: an event that
// breaks one is refused before it is kept, and by everybody who reads it. What a
// member is shown is a View: the state, with each cite opened in his own sight.
//
// A case belongs to its members. It widens nobody's sight: of a cite whose source a
// member may not see he learns that it is there, and no more.
//
// Drivers live under driver/; casefiletest is the suite each of them passes.
package casefile

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"overt"
	"overt/policy"
)

// A Store keeps cases. It is safe for concurrent use. Any method may give
// unavailable (the disk, or a lock that is not released). To a scope that does not
// see a case's label (policy.CaseLabel) it is not there, in the same words.
type Store interface {
	// Append keeps events of a case, all or none, durably, numbered from last+1 on.
	// last is the number of the last event that the writer knows, 0 for a new case.
	// Errors: conflict (there are later ones: read them, and try again), not_found,
	// denied (a reader's scope), invalid (Event.Check).
	Append(ctx context.Context, scope policy.Scope, id string, last int64, events []Event) error
	// Events gives the events of a case, ascending by number. Errors: not_found.
	Events(ctx context.Context, scope policy.Scope, id string) ([]Event, error)
	// Cases lists the ids of the cases that the scope sees, ascending.
	Cases(ctx context.Context, scope policy.Scope) ([]string, error)

	// Roles tells in which cases somebody is a member now, and as what: for the
	// gate alone, which makes a scope of it.
	Roles(ctx context.Context, actor string) (map[string]policy.Role, error)
	// Has says whether there is a case of that id: for the gate alone.
	Has(ctx context.Context, id string) (bool, error)
}

// NoCase is the error of a case that is not there, or that is not the asker's.
func NoCase(id string) *overt.Error {
	return overt.Errorf(overt.NotFound, clip(id, 40), "you work on no such case")
}

// ErrBehind is in the chain of the error of appending to a case that went on
// meanwhile: it can be read and tried again.
var ErrBehind = errors.New("somebody added to the case meanwhile; look again")

// Behind is the error of appending to a case that went on meanwhile.
func Behind(id string) error { return overt.Errorf(overt.Conflict, id, "%w", ErrBehind) }

// CheckAppend tells whether a scope may append events behind last. Errors: not_found,
// denied, invalid.
func CheckAppend(scope policy.Scope, id string, last int64, events []Event) error {
	label := policy.CaseLabel(id)
	switch {
	case !scope.Sees(label):
		return NoCase(id)
	case !scope.Writes(label):
		return overt.Errorf(overt.Denied, id, "you may read this case, and not change it")
	case len(events) == 0 || len(events) > MaxEvents || last < 0:
		return overt.Errorf(overt.Invalid, id, "1 to %d events are kept at once", MaxEvents)
	}
	for i := range events {
		if err := events[i].Check(); err != nil {
			return err
		}
		if (events[i].Kind == Open) != (last == 0 && i == 0) {
			return overt.Errorf(overt.Invalid, id, "a case begins with its opening, and has one")
		}
	}
	return nil
}

// RoleOf is somebody's role after these events, "" for none.
func RoleOf(actor string, events []Event) (role policy.Role) {
	for _, e := range events {
		switch {
		case e.Kind == Open && e.Actor == actor:
			role = policy.Owner
		case e.Kind == Member && e.Person == actor:
			role = e.Role
		case e.Kind == Accept && e.Actor == actor:
			role = policy.Owner
		case e.Kind == Accept && role == policy.Owner:
			role = policy.Editor // the case has one owner
		}
	}
	return role
}

// Person is the actor that a word names: a bare name is somebody of this machine.
func Person(word string) string {
	if word = strings.TrimSpace(word); word != "" && !strings.Contains(word, ":") {
		return "local:" + word
	}
	return word
}

// People names those whose role the event may change: stores find a person's cases
// by it.
func (e *Event) People() []string {
	switch e.Kind {
	case Open, Accept:
		return []string{e.Actor}
	case Member:
		return []string{e.Person}
	}
	return nil
}

// LabelsOf are the labels of what a case cites, each once: a scope knows labels by
// what is in the stores, and what was taken back is there no more.
func LabelsOf(events []Event) (out []policy.Label) {
	seen := map[string]bool{}
	add := func(labels ...policy.Label) {
		for _, l := range labels {
			if !seen[l.Key()] {
				seen[l.Key()] = true
				out = append(out, l)
			}
		}
	}
	for _, e := range events {
		if e.Cite != nil {
			add(e.Cite.Label)
		}
		if e.Saved != nil {
			add(e.Saved.Labels...)
		}
	}
	return out
}

var plain = base32.NewEncoding(policy.CaseChars).WithPadding(base32.NoPadding)

// NewID gives a new case its id. It tells nothing of other cases.
func NewID() string { return "c" + random(10) }

// NewItem gives a new thing in a case its id.
func NewItem() string { return random(6) }

func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return plain.EncodeToString(raw)[:n]
}

func clip(s string, n int) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
