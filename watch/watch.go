// Package watch keeps questions that somebody wants asked again: a search, an
// entity, lists beside own names, a trace. Whenever what is kept has changed, each is
// asked in its owner's sight, and compared with what it answered before; what differs
// is news, told once. What nothing decides on stays quiet.
//
// What a watch found is a State: a set of Items, each named by what it is and by what
// decides whether it is worth telling again. Compare makes news of two states; it is
// a pure function. A Store keeps both, in one step, so that nothing is told twice.
//
// Drivers live under driver/; watchtest is the suite each of them passes.
package watch

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/policy"
)

// A Kind says what a watch asks.
type Kind string

// The kinds.
const (
	Search Kind = "search" // Words in the query language
	Entity Kind = "entity" // what is said of whom Words names
	List   Kind = "list"   // whom of Against the Names, or the entities of Of, may be
	Trace  Kind = "trace"  // how Words and To are linked
)

// Kinds lists them in the order of help texts.
var Kinds = []Kind{Search, Entity, List, Trace}

// A Question is what a watch asks. Only the fields of its kind are set.
type Question struct {
	Kind    Kind     `json:"kind"`              // search, entity, list or trace
	Words   string   `json:"words,omitempty"`   // of a search: the query; else words for the entity, or for where the path begins
	To      string   `json:"to,omitempty"`      // of a trace: words for the entity where it ends
	In      string   `json:"in,omitempty"`      // of a search: passage or entity alone
	Wide    bool     `json:"wide,omitempty"`    // of a search: other spellings and endings too
	Via     string   `json:"via,omitempty"`     // of a trace: which links, as overt trace has it
	Against []string `json:"against,omitempty"` // of a list: datasets in which the names are looked for
	Names   []string `json:"names,omitempty"`   // of a list: up to 1,000 own names
	Of      string   `json:"of,omitempty"`      // of a list: a dataset of own names, in place of names
}

// Bounds.
const (
	MaxWatches = 200   // of one owner
	MaxItems   = 2_000 // of one state; a question that finds more is not watched
	MaxNames   = 1_000
	maxWords   = 2_000 // characters
)

// Check refuses a question that cannot be asked. Errors: invalid.
func (q *Question) Check() error {
	bad := func(format string, args ...any) error { return overt.Errorf(overt.Invalid, "watch", format, args...) }
	for _, s := range slices.Concat([]string{q.Words, q.To, q.In, q.Via, q.Of}, q.Against, q.Names) {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > maxWords {
			return bad("it is longer than %d characters, or no text", maxWords)
		}
	}
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch {
	case !slices.Contains(Kinds, q.Kind):
		return bad("%q cannot be watched: search, entity, list or trace", q.Kind)
	case q.Kind != List && blank(q.Words):
		return bad("say what to watch")
	case q.Kind == Trace && blank(q.To):
		return bad("say where the path ends")
	case q.Kind == Search && q.In != "" && q.In != "passage" && q.In != "entity":
		return bad("a search is in passage or entity, not in %q", q.In)
	case q.Kind == List && (len(q.Against) == 0 || slices.ContainsFunc(q.Against, blank)):
		return bad("say against which datasets")
	case q.Kind == List && (len(q.Names) == 0) == blank(q.Of):
		return bad("say whose names are compared: some names, or a dataset")
	case len(q.Names) > MaxNames || len(q.Against) > MaxNames:
		return bad("a watch compares %d names at most; put more into a dataset", MaxNames)
	}
	return nil
}

// A Watch is a question with who asks it. It is asked for its purpose and in its case,
// those of the visit in which it was set; when that visit is not let in any more, it is
// silent.
type Watch struct {
	ID      string         `json:"id"`
	Actor   string         `json:"actor"`
	Purpose policy.Purpose `json:"purpose"`
	Case    string         `json:"case,omitempty"`
	Question
	Made   string `json:"made"`             // RFC 3339, UTC, as all times
	Looked string `json:"looked,omitempty"` // when it was asked last
	Silent string `json:"silent,omitempty"` // why it tells nothing; "" while it does
	Items  int    `json:"items"`            // found when it was asked last
	// Stamp names what was there when it was asked last: while that is the same, it
	// need not be asked again.
	Stamp string `json:"-"`
	Turn  int64  `json:"-"`    // how often it was asked
	Told  int64  `json:"told"` // number of its last piece of news
	Seen  int64  `json:"seen"` // number of the last that its owner has seen
}

// Visit is the visit in which a watch asks.
type Visit struct {
	Actor   string
	Purpose policy.Purpose
	Case    string
}

// Visit is the visit in which the watch asks.
func (w *Watch) Visit() Visit { return Visit{w.Actor, w.Purpose, w.Case} }

// A Turn is what asking a watch once left to keep.
type Turn struct {
	Last   int64 // the watch's Turn that the asker had read
	At     string
	Stamp  string
	Silent string
	State  *State // nil where the old one stays
	News   []News
}

// A Store keeps watches, what they found, and what was told of it. It is safe for
// concurrent use. Any method may give unavailable. A watch of somebody else is not
// there.
type Store interface {
	// Add keeps a new watch with what it found. Errors: conflict (the id), invalid
	// (too many of one owner).
	Add(ctx context.Context, w Watch, s *State) error
	// Watches lists somebody's watches, the oldest first.
	Watches(ctx context.Context, actor string) ([]Watch, error)
	// State gives what a watch found last. Errors: not_found.
	State(ctx context.Context, actor, id string) (*State, error)
	// Take keeps a turn, whole or not at all, durably. News is numbered from the
	// watch's Told+1 on. Errors: not_found, conflict (it was asked meanwhile).
	Take(ctx context.Context, actor, id string, t Turn) error
	// News gives what a watch told with a number below before, 0 for all, the newest
	// first, limit at most. Errors: not_found.
	News(ctx context.Context, actor, id string, before int64, limit int) ([]News, error)
	// See notes that the owner has seen what was told up to a number. Errors: not_found.
	See(ctx context.Context, actor, id string, number int64) error
	// Remove takes a watch out, with all it found. Errors: not_found.
	Remove(ctx context.Context, actor, id string) error

	// Visits lists the visits in which watches ask, each once: for whoever has them
	// asked, who learns no question.
	Visits(ctx context.Context) ([]Visit, error)
	// Labels lists the labels that states of somebody's watches rest on: for the gate
	// alone. What was taken back has no statement any more that says its label.
	Labels(ctx context.Context, actor string) ([]policy.Label, error)
}

// NoWatch is the error of a watch that is not there, or not the asker's.
func NoWatch(id string) *overt.Error {
	return overt.Errorf(overt.NotFound, clip(id), "you have set no such watch")
}

// Behind is the error of keeping a turn of a watch that was asked meanwhile.
func Behind(id string) error { return overt.Errorf(overt.Conflict, clip(id), "it was asked meanwhile") }

// NewID gives a new watch its id.
func NewID() string {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw) // never fails
	return "w" + base32.NewEncoding(policy.CaseChars).WithPadding(base32.NoPadding).EncodeToString(raw)[:9]
}

func clip(s string) string {
	if r := []rune(strings.ToValidUTF8(s, "?")); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// TooMany is the error of one watch too many.
func TooMany() *overt.Error {
	return overt.Errorf(overt.Invalid, "watch", "you have %d watches, which is the most; remove one", MaxWatches)
}
