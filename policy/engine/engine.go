// Package engine turns a home's rules into decisions and scopes. It is asked
// once per distinct label, never per row, and what it does not allow it denies.
//
// The embedded rules are short: one person owns the home and may read, write
// and export for a purpose on the home's list; a dataset may narrow the
// purposes it is there for; accounts read the datasets they are named for, and
// workers of the program read; both write nothing.
package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt"
	"overt/identity"
	"overt/policy"
	"overt/policy/internal/mint"
)

// A File is the home's policy file.
type File struct {
	// Owner is the actor id who owns the home.
	Owner string `yaml:"owner"`
	// Purposes is the closed list of what may be declared. The first is taken
	// when none is.
	Purposes []Purpose `yaml:"purposes"`
	// Datasets narrows what a dataset is there for; one that is not named may
	// be used for every purpose on the list.
	Datasets map[string]Rule `yaml:"datasets,omitempty"`
	// Readers are the accounts that may read beside the owner, each some datasets
	// for some purposes, and write nothing.
	Readers map[string]Reader `yaml:"readers,omitempty"`
	// Fetch lists the sources and hosts that the program may connect to. While
	// it is empty, no connection is opened.
	Fetch []string `yaml:"fetch,omitempty"`
}

// A Purpose is one entry of the list.
type Purpose struct {
	ID    policy.Purpose `yaml:"id"`
	Title string         `yaml:"title"`
}

// A Rule narrows one dataset.
type Rule struct {
	Purposes []policy.Purpose `yaml:"purposes"`
}

// A Reader is what an account may read: statements of these datasets that bear no
// marks and belong to no case.
type Reader struct {
	Purposes []policy.Purpose `yaml:"purposes"`
	Datasets []string         `yaml:"datasets"` // or the one word "all"
}

// Default is the policy of a new home.
func Default(owner string) File {
	return File{Owner: owner, Purposes: []Purpose{
		{"investigation", "Research into institutions, contracts and officials in their public role"},
		{"verification", "Checking a claim before or after it is published"},
		{"maintenance", "Looking after the home: imports, backups, audits"},
	}}
}

// Marshal writes a policy file with its explanation on top.
func (f File) Marshal() ([]byte, error) {
	body, err := yaml.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write policy: %w", err)
	}
	return append([]byte("# Who owns this home and what it may be used for. Every command declares one of\n# these purposes (--purpose; the first when none is given), and the audit log\n# keeps it. A dataset can be narrowed to some of them:\n#\n#   datasets:\n#     sanctions: {purposes: [verification]}\n#\n# Nothing is fetched from the network unless sources or hosts are listed (overt\n# fetch --list shows them):\n#\n#   fetch: [fedramp-marketplace, api.example.org]\n"), body...), nil
}

// An Engine decides by one policy file.
type Engine struct {
	file File
	hash string
}

// Parse reads a policy file; name is its place in errors. A file that is empty
// or contradicts itself is refused: nothing is allowed by an unread rule.
// Errors: invalid.
func Parse(name string, text []byte) (*Engine, error) {
	var f File
	dec := yaml.NewDecoder(strings.NewReader(string(text)))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "read the policy: %w", err)
	}
	if err := f.check(); err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "%s", err)
	}
	sum := sha256.Sum256(text)
	return &Engine{file: f, hash: hex.EncodeToString(sum[:])}, nil
}

func (f File) check() error {
	if f.Owner == "" {
		return fmt.Errorf("it names no owner")
	}
	if len(f.Purposes) == 0 {
		return fmt.Errorf("it lists no purpose")
	}
	var ids []policy.Purpose
	for _, p := range f.Purposes {
		if p.ID == "" || slices.Contains(ids, p.ID) {
			return fmt.Errorf("purpose %q is empty or listed twice", p.ID)
		}
		ids = append(ids, p.ID)
	}
	for name, r := range f.Datasets {
		for _, p := range r.Purposes {
			if !slices.Contains(ids, p) {
				return fmt.Errorf("dataset %s names purpose %q, which is not on the list", name, p)
			}
		}
	}
	for id, r := range f.Readers {
		switch {
		case !(identity.Actor{ID: id}).IsAccount():
			return fmt.Errorf("readers name %q, which is no account; write account:NAME", id)
		case id == f.Owner:
			return fmt.Errorf("the owner %s is a reader too", id)
		case len(r.Purposes) == 0 || len(r.Datasets) == 0:
			return fmt.Errorf("reader %s has no purposes or no datasets", id)
		}
		for _, p := range r.Purposes {
			if !slices.Contains(ids, p) {
				return fmt.Errorf("reader %s has purpose %q, which is not on the list", id, p)
			}
		}
	}
	for _, name := range f.Fetch {
		if !fetchable.MatchString(name) {
			return fmt.Errorf("fetch lists %q, which is neither the id of a source nor the name of a host", name)
		}
	}
	return nil
}

// fetchable is the id of a source, or the name of a host, which has a dot.
// There are no patterns: what is connected to stands there in full.
var fetchable = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// Hash identifies the rules in audit records: hexadecimal SHA-256 of the file.
func (e *Engine) Hash() string { return e.hash }

// Owner is the actor id who owns the home.
func (e *Engine) Owner() string { return e.file.Owner }

// Purposes is the list of what may be declared.
func (e *Engine) Purposes() []Purpose { return slices.Clone(e.file.Purposes) }

// Purpose gives the purpose to use for a declaration: the first when nothing
// is declared. Errors: invalid, with the list.
func (e *Engine) Purpose(declared policy.Purpose) (policy.Purpose, error) {
	if declared == "" {
		return e.file.Purposes[0].ID, nil
	}
	var ids []string
	for _, p := range e.file.Purposes {
		if p.ID == declared {
			return declared, nil
		}
		ids = append(ids, string(p.ID))
	}
	return "", overt.Errorf(overt.Invalid, "--purpose", "%q is not a purpose of this home; its purposes are %s", declared, strings.Join(ids, ", "))
}

// Admit says whether the actor may come in at all.
func (e *Engine) Admit(who identity.Actor) policy.Decision {
	switch {
	case who.ID == e.file.Owner:
		return policy.Decision{Action: policy.Read, Allow: true, Reason: "owner of the home"}
	case who.IsWorker():
		return policy.Decision{Action: policy.Read, Allow: true, Reason: "worker of the program"}
	}
	if _, ok := e.file.Readers[who.ID]; ok {
		return policy.Decision{Action: policy.Read, Allow: true, Reason: "reader named in the policy"}
	}
	return policy.Decision{Action: policy.Read, Reason: "this home belongs to " + e.file.Owner}
}

// Fetch says whether connections may be opened for a source. fixed are the
// hosts that its definition names; listing its id allows those. given are the
// hosts of addresses that the asker gave, which must be listed themselves.
func (e *Engine) Fetch(who identity.Actor, source string, fixed, given []string) policy.Decision {
	d := policy.Decision{Action: policy.Fetch}
	if who.ID != e.file.Owner {
		d.Reason = "only the owner of the home fetches"
		return d
	}
	var missing []string
	for _, h := range given {
		if !slices.Contains(e.file.Fetch, h) {
			missing = append(missing, h)
		}
	}
	if !slices.Contains(e.file.Fetch, source) {
		for _, h := range fixed {
			if !slices.Contains(e.file.Fetch, h) {
				missing = append([]string{source}, missing...)
				break
			}
		}
	}
	if len(missing) == 0 && len(fixed)+len(given) > 0 {
		d.Allow, d.Reason = true, "listed under fetch"
		return d
	}
	line := "fetch: [" + strings.Join(append(slices.Clone(e.file.Fetch), missing...), ", ") + "]"
	d.Reason = fmt.Sprintf("the policy allows no connection for %s; who owns the home can write into policy.yaml the line:  %s", source, line)
	return d
}

// Decide answers for one label.
func (e *Engine) Decide(who identity.Actor, purpose policy.Purpose, action policy.Action, label policy.Label) policy.Decision {
	d := policy.Decision{Action: action, Label: label}
	if admit := e.Admit(who); !admit.Allow {
		d.Reason = admit.Reason
		return d
	}
	if who.IsWorker() {
		d.Allow, d.Reason = action == policy.Read, "workers read and write nothing"
		return d
	}
	r, isReader := e.file.Readers[who.ID]
	if isReader && !r.reads(purpose, action, label) {
		d.Reason = fmt.Sprintf("the policy gives %s no %s of dataset %s for purpose %s", who.ID, action, label.Dataset, purpose)
		return d
	}
	if r, ok := e.file.Datasets[label.Dataset]; ok && !slices.Contains(r.Purposes, purpose) {
		d.Reason = fmt.Sprintf("dataset %s is not there for purpose %s", label.Dataset, purpose)
		return d
	}
	d.Allow, d.Reason = true, "owner, for a purpose of the dataset"
	if isReader {
		d.Reason = "reader of the dataset, for a purpose of both"
	}
	return d
}

func (r Reader) reads(purpose policy.Purpose, action policy.Action, l policy.Label) bool {
	return action == policy.Read && len(l.Marks) == 0 && l.Case == "" && slices.Contains(r.Purposes, purpose) &&
		(slices.Contains(r.Datasets, "all") || slices.Contains(r.Datasets, l.Dataset))
}

// MayEnter says whether an actor may come in for a purpose; if not, the reason has
// what the owner would have to write. Errors: invalid (the purpose).
func (e *Engine) MayEnter(who identity.Actor, declared policy.Purpose) (policy.Decision, error) {
	purpose, err := e.Purpose(declared)
	d := policy.Decision{Action: policy.Read}
	if err != nil {
		return d, err
	}
	if r, ok := e.file.Readers[who.ID]; ok && slices.Contains(r.Purposes, purpose) {
		d.Allow, d.Reason = true, "reader named in the policy"
		return d, nil
	}
	d.Reason = fmt.Sprintf("the policy knows no reader %s for purpose %s; who owns the home can write into policy.yaml, under readers, the line:  %s: {purposes: [%s], datasets: [all]}", who.ID, purpose, who.ID, purpose)
	return d, nil
}

// Scope decides read and write for each label and gives the right as a value,
// with the decisions that denied something.
func (e *Engine) Scope(who identity.Actor, purpose policy.Purpose, labels []policy.Label) (policy.Scope, []policy.Decision) {
	var read, write []string
	var denied []policy.Decision
	for _, l := range labels {
		if d := e.Decide(who, purpose, policy.Read, l); d.Allow {
			read = append(read, l.Key())
		} else {
			denied = append(denied, d)
		}
		if e.Decide(who, purpose, policy.Write, l).Allow {
			write = append(write, l.Key())
		}
	}
	return policy.FromMint(mint.New(read, write)), denied
}
