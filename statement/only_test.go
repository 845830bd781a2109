package statement

import (
	"slices"
	"testing"

	"overt/policy"
	"overt/policy/policytest"
)

// TestOnly: a sight of some labels is what a scope of those labels sees.
func TestOnly(t *testing.T) {
	north, south := policy.Label{Dataset: "north"}, policy.Label{Dataset: "south", Marks: []string{"m"}}
	var classes []ClassInfo
	for i, l := range []policy.Label{north, south, north, south} {
		run := &Run{RunSpec: RunSpec{Dataset: l.Dataset, Extent: Full, Observed: []string{"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"}[i]}}
		classes = append(classes, ClassInfo{Class: Class(i + 1), Run: run, Label: l})
	}
	all := NewSight(policytest.ReadOnly(north, south), When{}, classes)
	want := NewSight(policytest.ReadOnly(north), When{}, classes)
	got := all.Only(func(l policy.Label) bool { return l.Dataset == "north" })
	if !slices.Equal(got.Classes(), want.Classes()) || got.Fingerprint() != want.Fingerprint() {
		t.Errorf("sees %v, want %v", got.Classes(), want.Classes())
	}
	if got.Sees(2) || got.Span("", []Class{1, 2}) != want.Span("", []Class{1, 2}) || got.Span("", []Class{1}) != want.Span("", []Class{1}) {
		t.Errorf("of the first class %+v, want %+v", got.Span("", []Class{1}), want.Span("", []Class{1}))
	}
	if again := all.Only(func(policy.Label) bool { return true }); again.Fingerprint() != all.Fingerprint() {
		t.Error("of all labels, it is another sight")
	}
}
