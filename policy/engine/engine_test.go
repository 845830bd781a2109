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
		"empty":           "",
		"no owner":        "purposes: [{id: a}]",
		"no purpose":      "owner: local:a",
		"purpose twice":   "owner: local:a\npurposes: [{id: a}, {id: a}]",
		"unknown purpose": "owner: local:a\npurposes: [{id: a}]\ndatasets: {d: {purposes: [b]}}",
		"unknown key":     "owner: local:a\npurposes: [{id: a}]\nadmin: everyone",
		"not yaml":        "owner: [",
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
