// Package engine turns a home's rules into decisions and scopes. It is asked
// once per distinct label, never per row, and what it does not allow it denies.
//
// The embedded rules are short: one person owns the home and may read, write
// and export for a purpose on the home's list; a dataset may narrow the
// purposes it is there for; workers of the program read, and write nothing.
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
	"overt/ftm"
	"overt/identity"
	"overt/policy"
	"overt/policy/internal/mint"
	"overt/resolve"
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
	// People may come in beside the owner, by actor id.
	People map[string]Person `yaml:"people,omitempty"`
	// Fetch lists the sources and hosts that the program may connect to. While
	// it is empty, no connection is opened.
	Fetch []string `yaml:"fetch,omitempty"`
	// SignIn lists the issuers whose word on who somebody is is taken. No other is
	// connected to.
	SignIn []Issuer `yaml:"sign_in,omitempty"`
	// SecondPerson says which entities are taken for one only when two people say
	// so; nobody's word needs another's while it is empty.
	SecondPerson SecondPerson `yaml:"second_person,omitempty"`
}

// A SecondPerson is the rule for judgements that two people must make.
type SecondPerson struct {
	Topics    []string `yaml:"topics,omitempty"`     // of FollowTheMoney: sanction, role.pep
	Datasets  []string `yaml:"datasets,omitempty"`   // that speak of one of both entities
	Links     int      `yaml:"links,omitempty"`      // more than this both have together
	FromFiles []string `yaml:"from_files,omitempty"` // people whose word is taken from files
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

// A Person is what somebody beside the owner may do: read and write datasets, and
// work on the cases that he is a member of. What he writes he reads. An account,
// under which a program asks, is one too; it only reads, and nothing with marks.
type Person struct {
	Read     []string         `yaml:"read,omitempty"` // or the one word "all"
	Write    []string         `yaml:"write,omitempty"`
	Purposes []policy.Purpose `yaml:"purposes,omitempty"` // of the list; none are all
	// Admin looks after users, and therefore reads and writes nothing of what is kept.
	Admin bool `yaml:"admin,omitempty"`
}

// may says whether a dataset is listed for an action.
func (p Person) may(action policy.Action, dataset string) bool {
	return slices.Contains(p.Write, dataset) || action == policy.Read && (slices.Contains(p.Read, dataset) || slices.Contains(p.Read, "all"))
}

// is says whether somebody comes in for a purpose.
func (p Person) is(purpose policy.Purpose) bool {
	return len(p.Purposes) == 0 || slices.Contains(p.Purposes, purpose)
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
	return append([]byte("# Who owns this home and what it may be used for. Every command declares one of\n# these purposes (--purpose; the first when none is given), and the audit log\n# keeps it. A dataset can be narrowed to some of them:\n#\n#   datasets:\n#     sanctions: {purposes: [verification]}\n#\n# Others come in when they are named, each to the datasets listed for them:\n#\n#   people:\n#     local:ben: {read: [contracts], write: [notes]}\n#\n# Nothing is fetched from the network unless sources or hosts are listed (overt\n# fetch --list shows them):\n#\n#   fetch: [fedramp-marketplace, api.example.org]\n#\n# Who may be made one by a person's word only when a second person says the same:\n#\n#   second_person: {topics: [sanction, role.pep], links: 50}\n"), body...), nil
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
	if _, twice := f.People[f.Owner]; twice {
		return fmt.Errorf("the owner is listed under people too")
	}
	for who, p := range f.People {
		actor := identity.Actor{ID: who}
		if who == "" || actor.IsWorker() {
			return fmt.Errorf("people lists %q, which is nobody", who)
		}
		if p.Admin && (actor.IsAccount() || len(p.Read)+len(p.Write)+len(p.Purposes) > 0) {
			return fmt.Errorf("people lists %s as admin, who reads and writes nothing: leave the rest out, and give who does both two names", who)
		}
		if actor.IsAccount() && (len(p.Write) > 0 || len(p.Read) == 0) {
			return fmt.Errorf("people lists %s, an account: it reads some datasets and writes none", who)
		}
		for _, purpose := range p.Purposes {
			if !slices.Contains(ids, purpose) {
				return fmt.Errorf("people lists %s for purpose %q, which is not on the list", who, purpose)
			}
		}
	}
	if err := f.checkSignIn(); err != nil {
		return err
	}
	if s := f.SecondPerson; s.Links < 0 {
		return fmt.Errorf("second_person has %d links, which nothing has", s.Links)
	} else if len(s.FromFiles) > 0 && len(s.Topics)+len(s.Datasets)+s.Links == 0 {
		return fmt.Errorf("second_person takes people from files and says nothing that needs them: it lists topics, datasets or a number of links")
	}
	for _, t := range f.SecondPerson.Topics {
		if clean, err := ftm.Default().Type("topic").Clean(t, ftm.CleanOptions{}); err != nil || clean != t {
			return fmt.Errorf("second_person lists the topic %q, which FollowTheMoney does not have", t)
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

// Second says which judgements need a second person.
func (e *Engine) Second() resolve.Second {
	s := e.file.SecondPerson
	return resolve.Second{Topics: s.Topics, Datasets: s.Datasets, Links: s.Links, FromFiles: s.FromFiles}
}

// Hash identifies the rules in audit records: hexadecimal SHA-256 of the file.
func (e *Engine) Hash() string { return e.hash }

// Owner is the actor id who owns the home.
func (e *Engine) Owner() string { return e.file.Owner }

// Purposes is the list of what may be declared.
func (e *Engine) Purposes() []Purpose { return slices.Clone(e.file.Purposes) }

// For lists the purposes that a dataset is there for.
func (e *Engine) For(dataset string) []policy.Purpose {
	if r, ok := e.file.Datasets[dataset]; ok {
		return slices.Clone(r.Purposes)
	}
	all := make([]policy.Purpose, len(e.file.Purposes))
	for i, p := range e.file.Purposes {
		all[i] = p.ID
	}
	return all
}

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
	if p, ok := e.file.People[who.ID]; ok && !p.Admin {
		return policy.Decision{Action: policy.Read, Allow: true, Reason: "listed under people"}
	} else if ok {
		return policy.Decision{Action: policy.Read, Reason: "who looks after users reads nothing of what is kept"}
	}
	return policy.Decision{Action: policy.Read, Reason: "this home belongs to " + e.file.Owner}
}

// Known says whether the rules know the actor: whether there is anything he may do.
func (e *Engine) Known(who identity.Actor) policy.Decision {
	if d := e.Admit(who); d.Allow {
		return d
	}
	return e.Manage(who)
}

// Manage says whether the actor may look after users.
func (e *Engine) Manage(who identity.Actor) policy.Decision {
	if d := e.Govern(who); d.Allow || !e.file.People[who.ID].Admin {
		return d
	}
	return policy.Decision{Action: policy.Govern, Allow: true, Reason: "listed under people as admin"}
}

// Govern says whether the actor may look after the home itself: its audit log,
// backups.
func (e *Engine) Govern(who identity.Actor) policy.Decision {
	if who.ID == e.file.Owner {
		return policy.Decision{Action: policy.Govern, Allow: true, Reason: "owner of the home"}
	}
	return policy.Decision{Action: policy.Govern, Reason: "only the owner of the home does that; this home belongs to " + e.file.Owner}
}

// Fetch says whether connections may be opened for a source. fixed are the
// hosts that its definition names; listing its id allows those. given are the
// hosts of addresses that the asker gave, which must be listed themselves.
func (e *Engine) Fetch(who identity.Actor, source string, fixed, given []string) policy.Decision {
	d := policy.Decision{Action: policy.Fetch}
	if !e.Govern(who).Allow {
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

// Decide answers for one label. in is what is known of the actor's cases.
func (e *Engine) Decide(who identity.Actor, purpose policy.Purpose, in policy.Cases, action policy.Action, label policy.Label) policy.Decision {
	d := policy.Decision{Action: action, Label: label}
	if admit := e.Admit(who); !admit.Allow {
		d.Reason = admit.Reason
		return d
	}
	if who.IsWorker() {
		d.Allow, d.Reason = action == policy.Read, "workers read and write nothing"
		return d
	}
	if label.InCase() != "" {
		if done := decideInCase(&d, in); done {
			return d
		}
	}
	if r, ok := e.file.Datasets[label.Dataset]; ok && !slices.Contains(r.Purposes, purpose) {
		d.Reason = fmt.Sprintf("dataset %s is not there for purpose %s", label.Dataset, purpose)
		return d
	}
	if label.Case == "" && label.InCase() != "" {
		d.Allow, d.Reason = true, "material of the case, for its members"
		return d
	}
	if who.ID == e.file.Owner {
		d.Allow, d.Reason = true, "owner, for a purpose of the dataset"
		return d
	}
	p := e.file.People[who.ID]
	d.Allow = p.may(action, label.Dataset) && p.is(purpose) && !(who.IsAccount() && len(label.Marks) > 0)
	if d.Reason = fmt.Sprintf("dataset %s is not listed for %s and purpose %s", label.Dataset, who.ID, purpose); d.Allow {
		d.Reason = "listed under people, for a purpose of the dataset"
	}
	return d
}

// MayEnter says whether somebody beside the owner may come in for a purpose; if not,
// the reason has what the owner would have to write. Errors: invalid (the purpose).
func (e *Engine) MayEnter(who identity.Actor, declared policy.Purpose) (policy.Decision, error) {
	purpose, err := e.Purpose(declared)
	d := policy.Decision{Action: policy.Read}
	if err != nil {
		return d, err
	}
	if own := e.Govern(who); own.Allow {
		return own, nil
	}
	if p, ok := e.file.People[who.ID]; ok && p.Admin {
		return e.Admit(who), nil
	} else if ok && p.is(purpose) {
		d.Allow, d.Reason = true, "listed under people"
		return d, nil
	}
	d.Reason = fmt.Sprintf("the policy knows no %s for purpose %s; who owns the home can write into policy.yaml, under people, the line:  %s: {purposes: [%s], read: [all]}", who.ID, purpose, who.ID, purpose)
	return d, nil
}

// decideInCase answers for a label of a case as far as the case does: done is false
// where the dataset is asked too.
func decideInCase(d *policy.Decision, in policy.Cases) (done bool) {
	id := d.Label.InCase()
	role := in.Roles[id]
	switch {
	case role == "":
		d.Reason = "no member of the case"
	case d.Action != policy.Read && !role.Writes():
		d.Reason = "a reader of the case"
	case d.Label.Key() == policy.CaseLabel(id).Key():
		d.Allow, d.Reason = true, "member of the case, as "+string(role)
	case id != in.Visited:
		d.Reason = "material of a case is there in that case alone"
	default:
		return false
	}
	return true
}

// Scope decides read and write for each label and gives the right as a value,
// with the decisions that denied something. Of labels of other people's cases
// nothing is told.
func (e *Engine) Scope(who identity.Actor, purpose policy.Purpose, in policy.Cases, labels []policy.Label) (policy.Scope, []policy.Decision) {
	var read, write []string
	var denied []policy.Decision
	for _, l := range labels {
		if d := e.Decide(who, purpose, in, policy.Read, l); d.Allow {
			read = append(read, l.Key())
		} else if l.InCase() == "" || in.Roles[l.InCase()] != "" {
			denied = append(denied, d)
		}
		if e.Decide(who, purpose, in, policy.Write, l).Allow {
			write = append(write, l.Key())
		}
	}
	return policy.FromMint(mint.New(read, write)), denied
}
