package casefile

import (
	"testing"

	"overt"
	"overt/policy"
)

// A version is published as it was asked for, with the leave of a second person.
func TestPublicationNeedsTwo(t *testing.T) {
	s, err := Fold("c0000000001", nil)
	if err != nil {
		t.Fatal(err)
	}
	do := func(want overt.Code, e Event) {
		t.Helper()
		e.At = "2024-03-01T10:00:00.000Z"
		err := e.Check()
		if err == nil {
			err = s.Apply(e)
		}
		if overt.CodeOf(err) != want {
			t.Fatalf("%s by %s: %v, want %q", e.Kind, e.Actor, err, want)
		}
	}
	report := func(actor string, kind Kind, version int) Event {
		e := Event{Actor: actor, Kind: kind, Item: "r00000", Version: version}
		switch kind {
		case ReportKind, Edit:
			e.Text = "words"
		case Request:
			e.Edition = "{}"
		}
		return e
	}
	do("", Event{Actor: "a", Kind: Open, Text: "Case"})
	do("", Event{Actor: "a", Kind: Member, Person: "b", Role: policy.Editor})
	do("", Event{Actor: "a", Kind: Member, Person: "r", Role: policy.Reader})
	do("", report("a", ReportKind, 0))
	do(overt.Invalid, report("a", Request, 1)) // no text
	do("", report("a", Edit, 0))
	do(overt.Denied, report("b", Publish, 1))
	do(overt.Invalid, report("b", Approve, 1)) // not asked for
	do(overt.Conflict, report("b", Request, 2))
	do(overt.Invalid, Event{Actor: "b", Kind: Request, Item: "r00000", Version: 1}) // without what is published
	do("", report("b", Request, 1))
	do(overt.Denied, report("b", Approve, 1)) // asked
	do(overt.Denied, report("a", Approve, 1)) // wrote
	do(overt.Denied, report("r", Approve, 1)) // reads
	do("", report("a", Request, 1))
	do("", report("b", Approve, 1))
	asked := s.Digest(report("b", Approve, 1))
	do("", report("b", Edit, 0))
	do(overt.Denied, report("a", Publish, 2)) // leave was for another text
	do("", report("b", Request, 2))
	do("", report("a", Approve, 2))
	do("", report("b", Publish, 2))
	if got := s.Digest(report("b", Publish, 2)); got != asked || got == "" {
		t.Errorf("published is %q, asked for was %q", got, asked)
	}
	do(overt.Conflict, report("a", Request, 2)) // published already
	do(overt.Invalid, Event{Actor: "a", Kind: Waive, Item: "r00000", State: "number-1"})
	do(overt.NotFound, Event{Actor: "a", Kind: Reply, Item: "r00000", Of: "s00000", State: Asked})
	if e, err := s.Edition("r00000", 0); err != nil || e.Edition != "{}" || e.Person != "a" {
		t.Errorf("the edition is %+v, %v", e, err)
	}
	if _, err := s.Edition("r00000", 1); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("a version that is not published: %v", err)
	}
	again, err := Fold(s.ID, s.Events)
	if err != nil || len(again.reports()[0].Published) != 1 {
		t.Errorf("folded again: %v", err)
	}
}
