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
		"empty":              "",
		"no owner":           "purposes: [{id: a}]",
		"no purpose":         "owner: local:a",
		"purpose twice":      "owner: local:a\npurposes: [{id: a}, {id: a}]",
		"unknown purpose":    "owner: local:a\npurposes: [{id: a}]\ndatasets: {d: {purposes: [b]}}",
		"reader no account":  "owner: local:a\npurposes: [{id: a}]\nreaders: {local:b: {purposes: [a], datasets: [all]}}",
		"reader of nothing":  "owner: local:a\npurposes: [{id: a}]\nreaders: {account:b: {purposes: [a]}}",
		"reader for nothing": "owner: local:a\npurposes: [{id: a}]\nreaders: {account:b: {datasets: [all]}}",
		"reader's purpose":   "owner: local:a\npurposes: [{id: a}]\nreaders: {account:b: {purposes: [z], datasets: [all]}}",
		"owner reads twice":  "owner: account:b\npurposes: [{id: a}]\nreaders: {account:b: {purposes: [a], datasets: [all]}}",
		"unknown key":        "owner: local:a\npurposes: [{id: a}]\nadmin: everyone",
		"not yaml":           "owner: [",
		"fetch an address":   "owner: local:a\npurposes: [{id: a}]\nfetch: [https://example.org]",
		"fetch everything":   "owner: local:a\npurposes: [{id: a}]\nfetch: ['*.example.org']",
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
		d := e.Decide(c.who, c.purpose, c.action, policy.Label{Dataset: c.dataset})
		if d.Allow != c.want || d.Reason == "" {
			t.Errorf("%s %s %s for %s: %v (%s)", c.who.ID, c.action, c.dataset, c.purpose, d.Allow, d.Reason)
		}
	}
	scope, denied := e.Scope(anna, "dig", []policy.Label{{Dataset: "contracts"}, {Dataset: "lists"}, {Dataset: "contracts", Marks: []string{"sealed"}}})
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

// TestReaders: an account reads what the policy names, and nothing else.
func TestReaders(t *testing.T) {
	e, err := Parse("p", []byte("owner: local:anna\npurposes: [{id: dig}, {id: check}]\ndatasets: {letters: {purposes: [dig]}}\nreaders: {account:crm: {purposes: [check], datasets: [lists, letters]}, account:all: {purposes: [dig, check], datasets: [all]}}"))
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
		if d := e.Decide(who, tt.purpose, tt.action, tt.label); d.Allow != tt.want || d.Reason == "" {
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
