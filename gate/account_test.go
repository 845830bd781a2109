package gate_test

import (
	"context"
	"testing"

	"overt"
	"overt/gate"
	"overt/identity"
)

// A visit for accounts is shown nothing of what is kept, whoever makes it; and who looks
// after users comes in for nothing else.
func TestApart(t *testing.T) {
	f := open(t)
	it, anna, stranger := identity.Actor{ID: "person:it"}, identity.Actor{ID: "local:anna"}, identity.Actor{ID: "person:x"}
	for _, tt := range []struct {
		name string
		v    gate.Visit
		ok   bool
	}{
		{"an admin", gate.Visit{Actor: it}, false},
		{"an admin in a case", gate.Visit{Actor: it, Case: "c7"}, false},
		{"an admin of the log", gate.Visit{Actor: it, Governs: true}, false},
		{"an admin for himself", gate.Visit{Actor: it, Own: true}, true},
		{"an admin for users", gate.Visit{Actor: it, Manages: true}, true},
		{"the owner for himself", gate.Visit{Actor: anna, Own: true}, true},
		{"the owner for users", gate.Visit{Actor: anna, Manages: true}, true},
		{"a person for users", gate.Visit{Actor: identity.Actor{ID: "person:ben"}, Manages: true}, false},
		{"a stranger for himself", gate.Visit{Actor: stranger, Own: true}, false},
	} {
		p, err := f.gate.Open(t.Context(), tt.v)
		if tt.ok != (err == nil) || err != nil && overt.CodeOf(err) != overt.Denied {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil {
			continue
		}
		if _, err := gate.Ask(t.Context(), p, gate.Act{Action: "entity.read"}, false, names); overt.CodeOf(err) != overt.Denied {
			t.Errorf("%s reads: %v", tt.name, err)
		}
		err = p.Do(t.Context(), gate.Act{Action: "user.add"}, func(_ context.Context, b *gate.Bench) (int64, string, error) {
			if b.Statements != nil || b.Ledger != nil || b.Blobs != nil {
				t.Errorf("%s is given stores", tt.name)
			}
			return 1, "", nil
		})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if n, err := gate.Tell(t.Context(), p, gate.Act{Action: "user.list"}, func(context.Context) (int, error) { return 7, nil }); n != 7 || err != nil {
			t.Errorf("%s is told %d: %v", tt.name, n, err)
		}
	}
	p, err := f.gate.Open(t.Context(), gate.Visit{Actor: anna})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.Tell(t.Context(), p, gate.Act{Action: "user.list"}, func(context.Context) (int, error) { return 7, nil }); overt.CodeOf(err) != overt.Denied {
		t.Errorf("accounts in another visit: %v", err)
	}
}
