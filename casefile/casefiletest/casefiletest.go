// Package casefiletest is the suite that every driver of casefile.Store passes.
package casefiletest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/casefile"
	"overt/policy"
	"overt/policy/policytest"
)

const (
	at   = "2026-02-03T04:05:06Z"
	anna = "local:anna"
	ben  = "local:ben"
)

var (
	both  = policytest.Scope(policy.CaseLabel("c1"), policy.CaseLabel("c2"))
	onlyA = policytest.Scope(policy.CaseLabel("c1"))
	reads = policytest.ReadOnly(policy.CaseLabel("c1"))
)

// Run tries everything the contract promises. open gives an empty store each time
// it is called.
func Run(t *testing.T, open func(t *testing.T) casefile.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, casefile.Store)
	}{
		{"append and read", testAppend},
		{"append refuses", testRefuses},
		{"all or none", testWhole},
		{"scope", testScope},
		{"roles", testRoles},
		{"at once", testAtOnce},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// RunDurable closes and opens again. open MUST give the store of dir.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) (casefile.Store, func() error)) {
	t.Helper()
	dir := t.TempDir()
	s, closeFirst := open(t, dir)
	begin(t, s, "c1", anna)
	must(t, s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("a1a1a1"), member(ben, policy.Reader)}))
	before := events(t, s, "c1")
	must(t, closeFirst())
	again, closeAgain := open(t, dir)
	if diff := cmp.Diff(before, events(t, again, "c1")); diff != "" {
		t.Errorf("after opening again (-before +after):\n%s", diff)
	}
	roles, err := again.Roles(t.Context(), ben)
	if err != nil || roles["c1"] != policy.Reader {
		t.Errorf("roles after opening again: %v, %v", roles, err)
	}
	must(t, closeAgain())
}

func begin(t *testing.T, s casefile.Store, id, who string) {
	t.Helper()
	must(t, s.Append(t.Context(), both, id, 0, []casefile.Event{{At: at, Actor: who, Kind: casefile.Open, Text: "Case " + id}}))
}

func note(item string) casefile.Event {
	return casefile.Event{At: at, Actor: anna, Kind: casefile.Note, Item: item, Text: "note “" + item + "” \U0001F6A2"}
}

func member(who string, role policy.Role) casefile.Event {
	return casefile.Event{At: at, Actor: anna, Kind: casefile.Member, Person: who, Role: role}
}

func events(t *testing.T, s casefile.Store, id string) []casefile.Event {
	t.Helper()
	out, err := s.Events(t.Context(), both, id)
	must(t, err)
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, what string, err error, code overt.Code) {
	t.Helper()
	if overt.CodeOf(err) != code {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

func testAppend(t *testing.T, s casefile.Store) {
	begin(t, s, "c1", anna)
	full := casefile.Event{
		At: at, Actor: anna, Kind: casefile.CiteKind, Item: "c1c1c1", Of: "a1a1a1", Text: "why", Cite: &casefile.Cite{
			Label:  policy.Label{Dataset: "d", Marks: []string{"m"}},
			Place:  &overt.Citation{Dataset: "d", Run: 3, Source: "a.csv", Blob: overt.BlobID(strings.Repeat("a", 64)), Locator: overt.Locator{Row: 2, Column: "name"}, Quote: "Ac\"me\n"},
			Entity: "e1", Prop: "name", Value: "Acme", Under: "e0", For: []string{"12"},
		},
		Opened: map[string]casefile.Status{"c1c1c1": casefile.Same}, Seen: 1, Second: true, Headings: []string{"One"},
	}
	must(t, s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("a1a1a1"), full}))
	got := events(t, s, "c1")
	if len(got) != 3 {
		t.Fatalf("%d events", len(got))
	}
	full.Seq = 3
	if diff := cmp.Diff(full, got[2]); diff != "" {
		t.Errorf("as it was kept (-want +got):\n%s", diff)
	}
	for i, e := range got {
		if e.Seq != int64(i+1) {
			t.Errorf("event %d has the number %d", i, e.Seq)
		}
	}
}

func testRefuses(t *testing.T, s casefile.Store) {
	wants(t, "a case that is not there", s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("a1a1a1")}), overt.NotFound)
	wants(t, "a case without a beginning", s.Append(t.Context(), both, "c1", 0, []casefile.Event{note("a1a1a1")}), overt.Invalid)
	begin(t, s, "c1", anna)
	wants(t, "the same case twice", s.Append(t.Context(), both, "c1", 0, []casefile.Event{{At: at, Actor: ben, Kind: casefile.Open, Text: "Mine"}}), overt.Conflict)
	must(t, s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("a1a1a1")}))
	wants(t, "behind what is there", s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("b1b1b1")}), overt.Conflict)
	wants(t, "ahead of what is there", s.Append(t.Context(), both, "c1", 5, []casefile.Event{note("b1b1b1")}), overt.Conflict)
	wants(t, "nothing", s.Append(t.Context(), both, "c1", 2, nil), overt.Invalid)
	wants(t, "no kind", s.Append(t.Context(), both, "c1", 2, []casefile.Event{{At: at, Actor: anna, Kind: "shout"}}), overt.Invalid)
	if n := len(events(t, s, "c1")); n != 2 {
		t.Errorf("%d events after what was refused", n)
	}
}

func testWhole(t *testing.T, s casefile.Store) {
	begin(t, s, "c1", anna)
	bad := note("b1b1b1")
	bad.Text = ""
	wants(t, "one bad event", s.Append(t.Context(), both, "c1", 1, []casefile.Event{note("a1a1a1"), bad}), overt.Invalid)
	if n := len(events(t, s, "c1")); n != 1 {
		t.Errorf("%d events, half of what was refused is kept", n)
	}
}

func testScope(t *testing.T, s casefile.Store) {
	begin(t, s, "c1", anna)
	begin(t, s, "c2", anna)
	_, hidden := s.Events(t.Context(), onlyA, "c2")
	_, none := s.Events(t.Context(), onlyA, "c3")
	wants(t, "a hidden case", hidden, overt.NotFound)
	if hidden == nil || none == nil || strings.ReplaceAll(hidden.Error(), "c2", "c3") != none.Error() {
		t.Errorf("a hidden case is told from none: %v, %v", hidden, none)
	}
	hidden = s.Append(t.Context(), onlyA, "c2", 1, []casefile.Event{note("a1a1a1")})
	none = s.Append(t.Context(), onlyA, "c3", 1, []casefile.Event{note("a1a1a1")})
	if hidden == nil || none == nil || strings.ReplaceAll(hidden.Error(), "c2", "c3") != none.Error() {
		t.Errorf("writing, a hidden case is told from none: %v, %v", hidden, none)
	}
	wants(t, "a reader who writes", s.Append(t.Context(), reads, "c1", 1, []casefile.Event{note("a1a1a1")}), overt.Denied)
	for scope, want := range map[policy.Scope][]string{both: {"c1", "c2"}, onlyA: {"c1"}, {}: nil} {
		got, err := s.Cases(t.Context(), scope)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("cases (-want +got):\n%s", diff)
		}
	}
	for id, want := range map[string]bool{"c1": true, "c3": false} {
		if has, err := s.Has(t.Context(), id); err != nil || has != want {
			t.Errorf("has %s: %v, %v", id, has, err)
		}
	}
}

func testRoles(t *testing.T, s casefile.Store) {
	begin(t, s, "c1", anna)
	begin(t, s, "c2", ben)
	must(t, s.Append(t.Context(), both, "c1", 1, []casefile.Event{member(ben, policy.Editor), member("local:carl", policy.Reader)}))
	must(t, s.Append(t.Context(), both, "c1", 3, []casefile.Event{{At: at, Actor: ben, Kind: casefile.Accept}, member("local:carl", "")}))
	for who, want := range map[string]map[string]policy.Role{
		anna: {"c1": policy.Editor}, ben: {"c1": policy.Owner, "c2": policy.Owner}, "local:carl": {}, "local:nobody": {},
	} {
		got, err := s.Roles(t.Context(), who)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("roles of %s (-want +got):\n%s", who, diff)
		}
	}
}

// testAtOnce has several writers append, each trying again when it is behind: nothing
// that was acknowledged is lost, and the numbers have no gap.
func testAtOnce(t *testing.T, s casefile.Store) {
	begin(t, s, "c1", anna)
	const writers, each = 4, 8
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				e := note(fmt.Sprintf("%02d%04d", w, i))
				for {
					now, err := s.Events(t.Context(), both, "c1")
					if err == nil {
						err = s.Append(t.Context(), both, "c1", int64(len(now)), []casefile.Event{e})
					}
					if err == nil {
						break
					}
					if overt.CodeOf(err) != overt.Conflict {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	got := events(t, s, "c1")
	items := map[string]bool{}
	for i, e := range got {
		items[e.Item] = true
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has the number %d", i, e.Seq)
		}
	}
	if len(got) != 1+writers*each || len(items) != len(got) {
		t.Errorf("%d events about %d things, want %d", len(got), len(items), 1+writers*each)
	}
}
