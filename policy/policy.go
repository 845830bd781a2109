// Package policy holds the words of governance: the label that rules decide
// on, the purpose and action that are declared, the scope that results, and
// the decision with its reasons.
//
// The right is a value. Every way into a store, an index or a graph takes a
// Scope; the zero Scope sees nothing and may write nothing. Only policy/engine
// makes scopes that see something.
package policy

import (
	"slices"
	"strings"

	"overt"
	"overt/policy/internal/mint"
)

// An Action is what an actor asks to do, as a dotted lower-case verb.
type Action string

// The actions that the rules know.
const (
	Read   Action = "read"
	Write  Action = "write"
	Export Action = "export"
	Govern Action = "govern" // audit reads, backup, policy
	Fetch  Action = "fetch"  // open a connection to a public source
)

// A Purpose is the id of an entry in the home's purpose list.
type Purpose string

// A Label is what policy decides on: statements carry one, and rules never
// look at anything below it. Marks are AND-ed: to see a label, each of its
// marks must be granted.
type Label struct {
	Dataset string   `json:"dataset"`
	Marks   []string `json:"marks,omitempty"`
	Case    string   `json:"case,omitempty"`
}

// Key is the label's canonical text; equal labels have equal keys, whatever
// the order of marks.
func (l Label) Key() string {
	marks := slices.Clone(l.Marks)
	slices.Sort(marks)
	return l.Dataset + "\x1f" + strings.Join(slices.Compact(marks), ",") + "\x1f" + l.Case
}

// InCase is the case that the label belongs to, "" for none: its own, or that of a
// dataset of a case, which is called NAME@CASE.
func (l Label) InCase() string {
	if l.Case != "" {
		return l.Case
	}
	if i := strings.LastIndexByte(l.Dataset, '@'); i >= 0 && IsCase(l.Dataset[i+1:]) {
		return l.Dataset[i+1:]
	}
	return ""
}

// Validate refuses names that could be taken for another label's key.
// Errors: invalid.
func (l Label) Validate() error {
	if l.Dataset == "" {
		return overt.Errorf(overt.Invalid, "label", "a label needs a dataset")
	}
	for _, s := range append([]string{l.Dataset, l.Case}, l.Marks...) {
		if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == ',' }) {
			return overt.Errorf(overt.Invalid, "label", "%q has a control character or a comma", s)
		}
	}
	return nil
}

// A Scope is the right of one actor for one purpose: the labels that may be
// read and those that may be written. The zero Scope has neither. Scopes are
// immutable and safe to share.
type Scope struct{ raw *mint.Scope }

// FromMint wraps a raw scope. Its argument's type cannot be named outside
// policy, so only the engine and policytest can call it.
func FromMint(raw *mint.Scope) Scope { return Scope{raw} }

// Sees says whether statements under l may be read.
func (s Scope) Sees(l Label) bool { return s.raw.Sees(l.Key()) }

// Writes says whether statements under l may be written.
func (s Scope) Writes(l Label) bool { return s.raw.Writes(l.Key()) }

// Fingerprint identifies the rights in audit records: hexadecimal SHA-256,
// "" for the zero Scope.
func (s Scope) Fingerprint() string { return s.raw.Fingerprint() }

// A Decision is the engine's answer on one label, with the rule that gave it.
type Decision struct {
	Action Action
	Label  Label
	Allow  bool
	Reason string
}

// A Role is what a member of a case may do in it.
type Role string

// The roles, from the least to the most.
const (
	Reader Role = "reader" // reads
	Editor Role = "editor" // adds and changes what the case holds
	Owner  Role = "owner"  // also says who is a member, hands the case over, closes it
)

// Writes says whether the role may add to a case.
func (r Role) Writes() bool { return r == Editor || r == Owner }

// Valid says whether there is such a role.
func (r Role) Valid() bool { return r == Reader || r.Writes() }

// casework is the dataset of what people wrote in cases.
const casework = "casework"

// CaseChars are the characters of a case's id, behind its first.
const CaseChars = "0123456789abcdefghjkmnpqrstvwxyz"

// IsCase says whether a word is the id of a case: c and ten of CaseChars.
func IsCase(id string) bool {
	return len(id) == 11 && id[0] == 'c' && strings.Trim(id[1:], CaseChars) == ""
}

// CaseLabel is the label of what people wrote in a case. What was imported into
// one has the label of a dataset of the case.
func CaseLabel(id string) Label { return Label{Dataset: casework, Case: id} }

// Cases is what is known of somebody's cases when he comes in: a label of a case
// is there for its members alone, and material of a case only for a visit in it.
type Cases struct {
	Roles   map[string]Role // by case
	Visited string          // the case of this visit, "" for none
}
