package casefile

import (
	"slices"
	"strings"

	"overt"
)

// A Status says how a cite opens for somebody.
type Status string

// The statuses, from the best to the worst.
const (
	Same       Status = "same"       // the words stand there
	Moved      Status = "moved"      // the same words, at another place
	Changed    Status = "changed"    // nearly the same words, or another value
	Lost       Status = "lost"       // the source is here, and does not have them
	Withdrawn  Status = "withdrawn"  // the import of it was taken back
	Restricted Status = "restricted" // a source that the asker may not open, or that is not here
)

// Holds says whether a cite that opens so still bears its claim.
func (s Status) Holds() bool { return s == Same || s == Moved }

// paths are the states that a claim may go to from each.
var paths = map[string][]string{
	Lead: {Stated, Rejected}, Stated: {Lead, Confirmed, Rejected},
	Confirmed: {Lead, Stated, Rejected}, Rejected: {Lead},
}

// Ways are the states that a claim may go to from a state.
func Ways(state string) []string { return slices.Clone(paths[state]) }

// AsksWhy says whether a claim is moved so with a reason only.
func AsksWhy(from, to string) bool { return from == Rejected || to == Rejected }

// move gives a claim, a task or a comment another state.
func (s *State) move(e *Event) error {
	it, err := s.held(e.Item, Claim, Task, Note)
	if err == nil {
		err = unseen(it, e)
	}
	if err != nil {
		return err
	}
	if it.Kind != Claim {
		if it.State == "" {
			return overt.Errorf(overt.Invalid, it.Item, "a note has no state; comments of reports have one")
		}
		if e.State != Todo && e.State != Done {
			return overt.Errorf(overt.Invalid, "state", "a task or comment is %s or %s", Todo, Done)
		}
		it.State, it.Reason = e.State, e.Reason
		return nil
	}
	if err := s.mayMove(it, e); err != nil {
		return err
	}
	switch e.State {
	case Stated:
		if it.State == Lead {
			it.stated = e.Actor
		}
		it.confirm = ""
	case Confirmed:
		it.confirm = e.Actor
	case Lead, Rejected:
		it.stated, it.confirm = "", ""
	}
	it.State, it.Reason = e.State, e.Reason
	return nil
}

// mayMove holds the rules of claims.
func (s *State) mayMove(it *item, e *Event) error {
	bad := func(format string, args ...any) error { return overt.Errorf(overt.Invalid, it.Item, format, args...) }
	switch {
	case !slices.Contains(ClaimStates, e.State):
		return overt.Errorf(overt.Invalid, "state", "%q is no state of a claim; they are %s", clip(e.State, 20), strings.Join(ClaimStates, ", "))
	case !slices.Contains(paths[it.State], e.State):
		return bad("a claim that is %s does not become %s", it.State, e.State)
	case e.State == Rejected && strings.TrimSpace(e.Reason) == "":
		return bad("say why it is rejected")
	case it.State == Rejected && strings.TrimSpace(e.Reason) == "":
		return bad("say why it is taken up again")
	case e.State == Lead || e.State == Rejected:
		return nil
	}
	cites := s.of(CiteKind, it.Item)
	if len(cites) == 0 {
		return bad("a claim is stated with a cite; it has none")
	}
	for _, c := range cites {
		switch status := e.Opened[c.Item]; {
		case status == "":
			return overt.Errorf(overt.Conflict, it.Item, "a cite was added meanwhile; look again")
		case e.State == Confirmed && !status.Holds():
			return bad("it cannot be confirmed: the cite %s is %s", c.Item, status)
		}
	}
	if e.State == Confirmed && s.Second && (e.Actor == it.worded || e.Actor == it.stated) {
		return overt.Errorf(overt.Denied, it.Item, "this case asks a second reader: somebody other than who worded or stated the claim confirms it")
	}
	if bare := uncited(it.Text, s.bearing(it, e.Opened)); len(bare) > 0 {
		return bad("no cite that you may open has the number %s; cite it, or say of a cite that it bears it (--for)", strings.Join(bare, ", "))
	}
	return nil
}

// bearing are the cites of a claim whose words its mover may read.
func (s *State) bearing(it *item, opened map[string]Status) (out []*Cite) {
	for _, c := range s.of(CiteKind, it.Item) {
		if status := opened[c.Item]; status != "" && status != Restricted {
			out = append(out, c.Cite)
		}
	}
	return out
}
