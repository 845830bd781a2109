package engine

import (
	"strings"
	"testing"

	"overt"
	"overt/identity"
	"overt/policy"
)

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty":               "",
		"no owner":            "purposes: [{id: a}]",
		"no purpose":          "owner: local:a",
		"purpose twice":       "owner: local:a\npurposes: [{id: a}, {id: a}]",
		"unknown purpose":     "owner: local:a\npurposes: [{id: a}]\ndatasets: {d: {purposes: [b]}}",
		"unknown key":         "owner: local:a\npurposes: [{id: a}]\nadmin: everyone",
		"not yaml":            "owner: [",
		"owner twice":         "owner: local:a\npurposes: [{id: a}]\npeople: {local:a: {read: [d]}}",
		"a worker listed":     "owner: local:a\npurposes: [{id: a}]\npeople: {worker:derive: {write: [d]}}",
		"fetch an address":    "owner: local:a\npurposes: [{id: a}]\nfetch: [https://example.org]",
		"no such topic":       "owner: local:a\npurposes: [{id: a}]\nsecond_person: {topics: [Sanction]}",
		"fewer than none":     "owner: local:a\npurposes: [{id: a}]\nsecond_person: {links: -1}",
		"for nothing":         "owner: local:a\npurposes: [{id: a}]\nsecond_person: {from_files: [local:b]}",
		"fetch everything":    "owner: local:a\npurposes: [{id: a}]\nfetch: ['*.example.org']",
		"account of nothing":  "owner: local:a\npurposes: [{id: a}]\npeople: {account:b: {purposes: [a]}}",
		"account that writes": "owner: local:a\npurposes: [{id: a}]\npeople: {account:b: {read: [d], write: [d]}}",
		"person's purpose":    "owner: local:a\npurposes: [{id: a}]\npeople: {local:b: {purposes: [z], read: [all]}}",
	} {
		if _, err := Parse("policy.yaml", []byte(text)); overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "policy.yaml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDefaultParses(t *testing.T) {
	text, err := Default("local:anna").Marshal()
	if err != nil {
		t.Fatal(err)
	}
	e, err := Parse("policy.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := e.Purpose(""); err != nil || p != "investigation" {
		t.Errorf("the first purpose is taken when none is declared: %q, %v", p, err)
	}
	if len(e.Hash()) != 64 {
		t.Errorf("hash %q", e.Hash())
	}
}

func TestDecide(t *testing.T) {
	e, err := Parse("p", []byte("owner: local:anna\npurposes: [{id: dig}, {id: check}]\ndatasets: {lists: {purposes: [check]}}"))
	if err != nil {
		t.Fatal(err)
	}
	anna, bob, worker := identity.Actor{ID: "local:anna"}, identity.Actor{ID: "local:bob"}, identity.Worker("derive")
	for _, c := range []struct {
		who     identity.Actor
		purpose policy.Purpose
		action  policy.Action
		dataset string
		want    bool
	}{
		{anna, "dig", policy.Read, "contracts", true},
		{anna, "dig", policy.Write, "contracts", true},
		{anna, "dig", policy.Read, "lists", false},
		{anna, "check", policy.Read, "lists", true},
		{bob, "dig", policy.Read, "contracts", false},
		{worker, "dig", policy.Read, "lists", true},
		{worker, "dig", policy.Write, "contracts", false},
		{identity.Actor{}, "dig", policy.Read, "contracts", false},
	} {
		d := e.Decide(c.who, c.purpose, policy.Cases{}, c.action, policy.Label{Dataset: c.dataset})
		if d.Allow != c.want || d.Reason == "" {
			t.Errorf("%s %s %s for %s: %v (%s)", c.who.ID, c.action, c.dataset, c.purpose, d.Allow, d.Reason)
		}
	}
	scope, denied := e.Scope(anna, "dig", policy.Cases{}, []policy.Label{{Dataset: "contracts"}, {Dataset: "lists"}, {Dataset: "contracts", Marks: []string{"sealed"}}})
	if !scope.Sees(policy.Label{Dataset: "contracts"}) || scope.Sees(policy.Label{Dataset: "lists"}) || scope.Sees(policy.Label{Dataset: "contracts", Case: "x"}) {
		t.Error("the scope does not follow the decisions")
	}
	if len(denied) != 1 {
		t.Errorf("denied %+v", denied)
	}
	var zero policy.Scope
	if zero.Sees(policy.Label{Dataset: "contracts"}) || zero.Writes(policy.Label{Dataset: "contracts"}) || zero.Fingerprint() != "" {
		t.Error("the zero scope has rights")
	}
}

func TestFetch(t *testing.T) {
	anna, bert := identity.Actor{ID: "local:anna"}, identity.Actor{ID: "local:bert"}
	fixed := []string{"a.example.org", "b.example.org"}
	tests := []struct {
		name         string
		who          identity.Actor
		list         string
		fixed, given []string
		allow        bool
		reason       string
	}{
		{"nothing listed", anna, "", fixed, nil, false, "fetch: [council]"},
		{"the source", anna, "council", fixed, nil, true, "listed"},
		{"another", anna, "other", fixed, nil, false, "fetch: [other, council]"},
		{"one host of two", anna, "a.example.org", fixed, nil, false, "fetch: [a.example.org, council]"},
		{"both hosts", anna, "a.example.org, b.example.org", fixed, nil, true, "listed"},
		{"the source, not the given host", anna, "council", nil, []string{"c.example.org"}, false, "fetch: [council, c.example.org]"},
		{"the given host", anna, "c.example.org", nil, []string{"c.example.org"}, true, "listed"},
		{"a host below is another", anna, "example.org", nil, []string{"c.example.org"}, false, "c.example.org"},
		{"no host at all", anna, "council", nil, nil, false, ""},
		{"somebody else", bert, "council", fixed, nil, false, "owner"},
		{"a worker", identity.Worker("derive"), "council", fixed, nil, false, "owner"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := Parse("policy.yaml", []byte("owner: local:anna\npurposes: [{id: a}]\nfetch: ["+tt.list+"]"))
			if err != nil {
				t.Fatal(err)
			}
			if d := e.Fetch(tt.who, "council", tt.fixed, tt.given); d.Allow != tt.allow || !strings.Contains(d.Reason, tt.reason) || d.Action != policy.Fetch {
				t.Errorf("got %+v", d)
			}
		})
	}
}

// TestPeopleAndCases: whom the file names reads what is listed for him; a case is its
// members', and gives none of them a dataset.
func TestPeopleAndCases(t *testing.T) {
	e, err := Parse("p", []byte("owner: local:anna\npurposes: [{id: dig}, {id: check}]\ndatasets: {lists: {purposes: [check]}}\n"+
		"people: {local:ben: {read: [contracts], write: [notes]}, local:carl: {}}"))
	if err != nil {
		t.Fatal(err)
	}
	anna, ben, carl, dora := identity.Actor{ID: "local:anna"}, identity.Actor{ID: "local:ben"}, identity.Actor{ID: "local:carl"}, identity.Actor{ID: "local:dora"}
	of := func(dataset, c string) policy.Label { return policy.Label{Dataset: dataset, Case: c} }
	edits := policy.Cases{Roles: map[string]policy.Role{"c1": policy.Editor}}
	inside := policy.Cases{Roles: edits.Roles, Visited: "c1"}
	reads := policy.Cases{Roles: map[string]policy.Role{"c1": policy.Reader}, Visited: "c1"}
	for _, c := range []struct {
		who         identity.Actor
		in          policy.Cases
		label       policy.Label
		read, write bool
		reason      string // of reading
	}{
		{ben, policy.Cases{}, of("contracts", ""), true, false, "listed under people"},
		{ben, policy.Cases{}, of("notes", ""), true, true, "listed under people"},
		{ben, policy.Cases{}, of("other", ""), false, false, "is not listed for local:ben"},
		{carl, policy.Cases{}, of("contracts", ""), false, false, "is not listed for local:carl"},
		{dora, inside, of("contracts", ""), false, false, "belongs to local:anna"},
		{anna, policy.Cases{}, policy.CaseLabel("c1"), false, false, "no member"}, // the owner of the home is no reader of cases
		{anna, policy.Cases{}, of("contracts", "c1"), false, false, "no member"},
		{anna, policy.Cases{Visited: "c1"}, of("contracts", "c1"), false, false, "no member"},
		{carl, edits, policy.CaseLabel("c1"), true, true, "as editor"},
		{carl, reads, policy.CaseLabel("c1"), true, false, "as reader"},
		{carl, inside, policy.CaseLabel("c2"), false, false, "no member"},
		{carl, inside, of("contracts", "c1"), false, false, "is not listed"}, // a case widens nothing
		{ben, edits, of("notes", "c1"), false, false, "in that case alone"},
		{ben, inside, of("notes", "c1"), true, true, "listed under people"},
		{ben, reads, of("notes", "c1"), true, false, "listed under people"},
		{anna, inside, of("lists", "c1"), false, false, "not there for purpose"},
		{anna, policy.Cases{}, of("papers@c0123456789", ""), false, false, "no member"},
		{carl, policy.Cases{Roles: map[string]policy.Role{"c0123456789": policy.Editor}}, of("papers@c0123456789", ""), false, false, "in that case alone"},
		{carl, policy.Cases{Roles: map[string]policy.Role{"c0123456789": policy.Editor}, Visited: "c0123456789"}, of("papers@c0123456789", ""), true, true, "material of the case"},
		{carl, policy.Cases{Roles: map[string]policy.Role{"c0123456789": policy.Reader}, Visited: "c0123456789"}, of("papers@c0123456789", ""), true, false, "material of the case"},
		{dora, policy.Cases{Roles: map[string]policy.Role{"c0123456789": policy.Editor}, Visited: "c0123456789"}, of("papers@c0123456789", ""), false, false, "belongs to"},
		{anna, policy.Cases{}, of("mail@2020", ""), true, true, "owner"},
		{identity.Worker("derive"), policy.Cases{}, of("notes", "c1"), true, false, "workers read"},
	} {
		r, w := e.Decide(c.who, "dig", c.in, policy.Read, c.label), e.Decide(c.who, "dig", c.in, policy.Write, c.label)
		if r.Allow != c.read || w.Allow != c.write || !strings.Contains(r.Reason, c.reason) {
			t.Errorf("%s %+v of %+v: read %v (%s), write %v (%s)", c.who.ID, c.in, c.label, r.Allow, r.Reason, w.Allow, w.Reason)
		}
	}
	// That there is a case is told to its members alone.
	if _, denied := e.Scope(anna, "dig", policy.Cases{}, []policy.Label{of("contracts", "c1"), policy.CaseLabel("c1")}); len(denied) != 0 {
		t.Errorf("denied %+v", denied)
	}
	for who, want := range map[identity.Actor]bool{anna: true, ben: false, dora: false, identity.Worker("derive"): false} {
		if d := e.Govern(who); d.Allow != want || d.Reason == "" {
			t.Errorf("%s governs: %+v", who.ID, d)
		}
	}
	if d := e.Fetch(ben, "council", []string{"a.example.org"}, nil); d.Allow || !strings.Contains(d.Reason, "owner") {
		t.Errorf("somebody beside the owner fetches: %+v", d)
	}
}

// TestAccounts: an account reads what the policy names, and nothing else.
func TestAccounts(t *testing.T) {
	e, err := Parse("p", []byte("owner: local:anna\npurposes: [{id: dig}, {id: check}]\ndatasets: {letters: {purposes: [dig]}}\npeople: {account:crm: {purposes: [check], read: [lists, letters]}, account:all: {read: [all]}}"))
	if err != nil {
		t.Fatal(err)
	}
	lists := policy.Label{Dataset: "lists"}
	for _, tt := range []struct {
		who     string
		purpose policy.Purpose
		action  policy.Action
		label   policy.Label
		want    bool
	}{
		{"account:crm", "check", policy.Read, lists, true},
		{"account:crm", "dig", policy.Read, lists, false},
		{"account:crm", "check", policy.Write, lists, false},
		{"account:crm", "check", policy.Export, lists, false},
		{"account:crm", "check", policy.Read, policy.Label{Dataset: "leak"}, false},
		{"account:crm", "check", policy.Read, policy.Label{Dataset: "letters"}, false}, // the dataset is there for dig alone
		{"account:crm", "check", policy.Read, policy.Label{Dataset: "lists", Marks: []string{"secret"}}, false},
		{"account:crm", "check", policy.Read, policy.Label{Dataset: "lists", Case: "c-1"}, false},
		{"account:all", "dig", policy.Read, policy.Label{Dataset: "letters"}, true},
		{"account:all", "check", policy.Read, policy.Label{Dataset: "leak"}, true},
		{"account:other", "check", policy.Read, lists, false},
	} {
		who := identity.Actor{ID: tt.who}
		if d := e.Decide(who, tt.purpose, policy.Cases{}, tt.action, tt.label); d.Allow != tt.want || d.Reason == "" {
			t.Errorf("%s %s %+v for %s: %+v", tt.who, tt.action, tt.label, tt.purpose, d)
		}
	}
	for who, want := range map[string]bool{"account:crm": true, "account:all": true, "account:other": false, "local:anna": true} {
		if d := e.Admit(identity.Actor{ID: who}); d.Allow != want {
			t.Errorf("admit %s: %+v", who, d)
		}
	}
	if d := e.Fetch(identity.Actor{ID: "account:crm"}, "council", nil, []string{"example.org"}); d.Allow {
		t.Errorf("a reader fetches: %+v", d)
	}
	if d, err := e.MayEnter(identity.Actor{ID: "account:crm"}, "check"); err != nil || !d.Allow {
		t.Errorf("may enter: %+v %v", d, err)
	}
	if d, err := e.MayEnter(identity.Actor{ID: "account:crm"}, "dig"); err != nil || d.Allow {
		t.Errorf("for another purpose: %+v %v", d, err)
	}
}

// Rules about who signs in that contradict themselves are refused; what they let in is
// no more than they say.
func TestSignIn(t *testing.T) {
	const head = "owner: local:anna\npurposes: [{id: p, title: P}]\n"
	for rules, want := range map[string]string{
		"people: {person:it: {admin: true, read: [all]}}":                                                                                 "reads and writes nothing",
		"people: {account:it: {admin: true}}":                                                                                             "reads and writes nothing",
		"sign_in: [{id: News, issuer: 'https://a.org', client: c}]":                                                                       "has the id",
		"sign_in: [{id: n, issuer: 'https://a.org', client: c}, {id: n, issuer: 'https://b.org', client: c}]":                             "listed twice",
		"sign_in: [{id: n, issuer: 'http://a.org', client: c}]":                                                                           "begins with https",
		"sign_in: [{id: n, issuer: 'https://x@a.org', client: c}]":                                                                        "begins with https",
		"sign_in: [{id: n, issuer: 'https://a.org'}]":                                                                                     "what the issuer calls us",
		"sign_in: [{id: n, issuer: 'https://a.org', client: c, hosts: ['*.a.org']}]":                                                      "write their names",
		"sign_in: [{id: n, issuer: 'https://a.org', client: c, people: {x: person:nobody}}]":                                              "does not list as a person",
		"sign_in: [{id: n, issuer: 'https://a.org', client: c, people: {x: 'account:crm'}}]\npeople: {'account:crm': {read: [all]}}":      "does not list as a person",
		"sign_in: [{id: n, issuer: 'https://a.org', client: c, people: {x: local:anna, y: person:b}}]\npeople: {person:b: {read: [all]}}": "",
	} {
		_, err := Parse("policy.yaml", []byte(head+rules))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", rules, err, want)
		}
	}
	e, err := Parse("policy.yaml", []byte(head+"people: {person:it: {admin: true}, person:ben: {read: [a]}}"))
	if err != nil {
		t.Fatal(err)
	}
	it := identity.Actor{ID: "person:it"}
	in := policy.Cases{Roles: map[string]policy.Role{"c0123456789": policy.Owner}, Visited: "c0123456789"}
	for _, l := range []policy.Label{{Dataset: "a"}, policy.CaseLabel("c0123456789"), {Dataset: "a@c0123456789"}} {
		for _, action := range []policy.Action{policy.Read, policy.Write, policy.Export} {
			if e.Decide(it, "p", in, action, l).Allow {
				t.Errorf("an admin may %s %s", action, l.Key())
			}
		}
	}
	if e.Admit(it).Allow || e.Govern(it).Allow || !e.Manage(it).Allow || !e.Known(it).Allow || e.Manage(identity.Actor{ID: "person:ben"}).Allow {
		t.Error("an admin comes in for what he should not, or not for what he should")
	}
	if d, err := e.MayEnter(it, "p"); err != nil || d.Allow {
		t.Error("an admin may have a token")
	}
}
