package pipeline_test

import (
	"strings"
	"testing"

	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/statement"
)

// TestRealLists takes the watchlists in as a user does, each file for what it is.
func TestRealLists(t *testing.T) {
	h, rep := home(t, sharedtest.Path(t, "watchlists", "eu-journal"), sharedtest.Path(t, "watchlists", "ofac-2021-04"), sharedtest.Path(t, "watchlists", "us-lists"))
	rows := map[string]int64{}
	for _, f := range rep.Files {
		if f.Verdict == ledger.Failed || f.Format == "" || f.Received != f.Read || f.LeftOut != 0 {
			t.Errorf("%s: %s as %q, %d rows, %d read, %d left out: %s", f.Source, f.Verdict, f.Format, f.Received, f.Read, f.LeftOut, f.Reason)
		}
		rows[f.Format] += f.Received
		if strings.HasPrefix(f.Format, "ofac-") && (len(f.Warnings) != 1 || f.Warnings[0].Code != "end_mark") {
			t.Errorf("%s: warnings %v, want that of the lone control character", f.Source, f.Warnings)
		}
	}
	for format, want := range map[string]int64{
		"ofac-sdn": 8890, "ofac-sdn-addresses": 13761, "ofac-sdn-aliases": 11742, "eu-journal": 3183,
		"us-dod-military-companies": 397, "us-section-1286": 443, "us-cuba-restricted": 239, "us-fcc-covered-list": 16,
	} {
		if rows[format] != want {
			t.Errorf("%s: got %d rows, want %d", format, rows[format], want)
		}
	}
	for _, r := range rep.Runs {
		if r.Extent != statement.Full {
			t.Errorf("run %d is %s, want full", r.Run, r.Extent)
		}
	}
	// Were the regulations versions of one list, the last would end the others.
	if got := numberOf(t, h, "Sanction"); got != 8890+3183+397+443+239+16 {
		t.Errorf("got %d sanctions, want %d", got, 8890+3183+397+443+239+16)
	}
	if p := shown(t, h, "ARTAVIL"); p.Entity.Schema != "Vessel" {
		t.Errorf("the ship is a %s", p.Entity.Schema)
	}
}
