package casefile

import (
	"testing"

	"overt"
)

// A note on a report is a comment: answered, settled and opened again.
func TestComments(t *testing.T) {
	d := begin(t, false)
	note := func(item, of, on string) Event {
		return Event{Actor: ben, Kind: Note, Item: item, Of: of, On: on, Text: "who says so?"}
	}
	move := func(item, state string) Event {
		return Event{Actor: anna, Kind: Move, Item: item, State: state, Reason: "it is in the letter"}
	}
	d.ok(Event{Actor: anna, Kind: ReportKind, Item: "r00000", Text: "Fares"})
	d.ok(Event{Actor: anna, Kind: Claim, Item: "c00000", Text: "The ferry is old"})
	d.not(overt.Invalid, "has no text yet", note("n00001", "r00000", "the ferry"))
	d.ok(note("n00001", "r00000", ""))
	d.ok(Event{Actor: anna, Kind: Edit, Item: "r00000", Text: "The ferry is old."})
	d.ok(note("n00002", "r00000", "The ferry"))
	d.not(overt.Invalid, "only comments of reports are on words", note("n00003", "c00000", "The ferry"))
	d.not(overt.Invalid, "do not belong here", Event{Actor: ben, Kind: Task, Item: "n00003", On: "The ferry", Text: "look"})
	d.not(overt.Denied, "not change it", Event{Actor: carl, Kind: Note, Item: "n00003", Of: "r00000", Text: "and?"})
	d.ok(note("n00003", "c00000", ""))
	d.not(overt.Invalid, "only comments of reports are answered", note("n00004", "n00003", ""))
	d.ok(note("n00004", "n00002", ""))
	d.not(overt.Invalid, "only comments of reports are answered", note("n00005", "n00004", ""))
	d.not(overt.Invalid, "only comments of reports are on words", note("n00005", "n00002", "who"))
	d.not(overt.Invalid, "a note has no state", move("n00003", Done))
	d.not(overt.Invalid, "a note has no state", move("n00004", Done))
	d.not(overt.Invalid, "is open or done", move("n00002", Confirmed))
	d.ok(move("n00002", Done))

	s, err := Fold(d.ID, d.Events)
	if err != nil {
		t.Fatal(err)
	}
	all := s.reports()[0].Comments
	if len(all) != 2 || all[0].State != Todo || all[0].Version != 0 || len(all[0].Answers) != 0 {
		t.Fatalf("the comments are %+v", all)
	}
	if c := all[1]; c.State != Done || c.Reason != "it is in the letter" || c.Version != 1 || c.On != "The ferry" || len(c.Answers) != 1 || c.Answers[0].Item != "n00004" {
		t.Errorf("the second is %+v", c)
	}
	d.ok(move("n00002", Todo))
	d.ok(Event{Actor: anna, Kind: Drop, Item: "n00001"})
	if all := d.reports()[0].Comments; len(all) != 1 || all[0].State != Todo {
		t.Errorf("opened again: %+v", all)
	}
	if h := d.history(); h[len(h)-1].Kind != Drop || h[7].On != "The ferry" {
		t.Errorf("the history does not tell the words: %+v", h)
	}
}
