package statement

import (
	"fmt"
	"strings"
	"time"

	"overt"
)

// What a Notice may say of a run.
const (
	Withdrawn = "withdrawn" // its publisher does not stand by it any more
	Corrected = "corrected" // its publisher put another in its place
	Reissued  = "reissued"  // an earlier notice holds no more
)

// A Notice is what became known of a run after it came in. The run stays: a
// notice marks whatever rests on it, where Undo hides it. Notices are only
// added; the last one that was known counts.
type Notice struct {
	Kind   string      `json:"kind"`         // Withdrawn, Corrected or Reissued
	On     string      `json:"on"`           // the day of the publisher's word, ISO 8601 date
	Reason string      `json:"reason"`       // one sentence, with the source of it
	By     overt.RunID `json:"by,omitempty"` // the run that corrects this one; required for Corrected
	At     string      `json:"at"`           // when it was entered, RFC 3339
	Actor  string      `json:"actor"`
}

// maxReason bounds a notice's reason in bytes.
const maxReason = 1000

// Check refuses a notice that cannot be kept on the run. Errors: invalid.
func (n Notice) Check(id overt.RunID) error {
	where := fmt.Sprintf("run %d", id)
	_, err := time.Parse(time.RFC3339, n.At)
	switch {
	case n.Kind != Withdrawn && n.Kind != Corrected && n.Kind != Reissued:
		return overt.Errorf(overt.Invalid, where, "%q is no kind of notice", n.Kind)
	case strings.TrimSpace(n.Reason) == "" || len(n.Reason) > maxReason:
		return overt.Errorf(overt.Invalid, where, "a notice needs a reason of at most %d bytes", maxReason)
	case DayOf(n.On) == NoDay || len(n.On) < 10:
		return overt.Errorf(overt.Invalid, where, "%q is not a date", n.On)
	case err != nil:
		return overt.Errorf(overt.Invalid, where, "%q is not an RFC 3339 time", n.At)
	case (n.Kind == Corrected) != (n.By != 0) || n.By == id:
		return overt.Errorf(overt.Invalid, where, "a correction names the run that stands in its place, and nothing else does")
	}
	return nil
}

// Unconfined is the code of the warning of a run that was read so, and
// SaidUnconfined its sentence.
const (
	Unconfined     = "unconfined"
	SaidUnconfined = "read by a process that the system did not confine"
)

// Doubt says in one sentence what the last notice says against the run, or else
// that it was read unconfined; "" when nothing is.
func (r *Run) Doubt() string {
	if w, ok := r.Noticed(); ok || !r.Unconfined {
		return w.Message
	}
	return SaidUnconfined
}

// Noticed is what the last notice says against the run, if it says anything.
func (r *Run) Noticed() (w Warning, ok bool) {
	if len(r.Notices) == 0 {
		return w, false
	}
	switch n := r.Notices[len(r.Notices)-1]; n.Kind {
	case Withdrawn:
		return Warning{Code: n.Kind, Message: fmt.Sprintf("withdrawn by its publisher on %s: %s", n.On, n.Reason)}, true
	case Corrected:
		return Warning{Code: n.Kind, Message: fmt.Sprintf("corrected by run %d on %s: %s", n.By, n.On, n.Reason)}, true
	}
	return w, false
}

// Doubts are the run's warnings, and after them what Doubt can say.
func (r *Run) Doubts() []Warning {
	out := r.Warnings[:len(r.Warnings):len(r.Warnings)]
	if w, ok := r.Noticed(); ok {
		out = append(out, w)
	}
	if r.Unconfined {
		out = append(out, Warning{Code: Unconfined, Message: SaidUnconfined})
	}
	return out
}

// knownBy is the run as it was known on a day: without later notices.
func (r *Run) knownBy(day Day) *Run {
	for i, n := range r.Notices {
		if DayOf(n.On) > day {
			early := *r
			early.Notices = r.Notices[:i:i]
			for _, m := range r.Notices[i+1:] {
				if DayOf(m.On) <= day {
					early.Notices = append(early.Notices, m)
				}
			}
			return &early
		}
	}
	return r
}
