package pipeline_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/answer"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/money"
)

// TestRealFPDS imports the vehicles beside the orders of the agencies: sums stay,
// vehicles get their names and their history.
func TestRealFPDS(t *testing.T) {
	actions := sharedtest.Path(t, "procurement", "cbp-ice-transactions")
	feeds := sharedtest.Path(t, "procurement", "fpds-atom")
	h, _ := home(t, actions)
	want(t, "all before", line(sums(t, h, "", "", money.Obligated, money.BySupplier)), "25617918845.37 29965 16283")
	want(t, "the vehicle before", row(sums(t, h, cbpName, reseller, money.Obligated, money.ByVehicle), "NNG15SC74B"), "84011053.18 22")
	take(t, h, feeds)

	// The sample page adds 1,848,953.36 in ten actions, the vehicles 282 of 0.00.
	want(t, "all after", line(sums(t, h, "", "", money.Obligated, money.BySupplier)), "25619767798.73 30257 16297")
	ice := sums(t, h, iceName, reseller, money.Obligated, money.ByVehicle)
	want(t, "ICE to the reseller", line(ice), "84106833.30 52 27")
	want(t, "ICE under its own agreement", row(ice, "70CTD022A00000004"), "48040577.28 9")
	cbp := sums(t, h, cbpName, reseller, money.Obligated, money.ByVehicle)
	want(t, "CBP to the reseller", line(cbp), "152238272.58 62 25")
	want(t, "CBP under SEWP", row(cbp, "NNG15SC74B SEWP V"), "84011053.18 22")
	want(t, "CBP under SEWP, group B", row(cbp, "NNG15SD22B SEWP V"), "46136400.42 17")
	for piid, entries := range map[string]int{"GS35F0086U": 132, "HSHQDC15A00017": 25, "NNG15SD22B": 56, "NNG15SC74B": 56, "70CDCR24A00000001": 9, "70B04C20A00000008": 4} {
		p := shown(t, h, piid)
		if len(p.History) != entries {
			t.Errorf("%s: %d actions, want %d", piid, len(p.History), entries)
		}
		if !slices.IsSortedFunc(p.History, func(a, b answer.Action) int { return strings.Compare(a.Date, b.Date) }) {
			t.Errorf("%s: the history is not sorted by date", piid)
		}
		for _, a := range p.History {
			if len(a.Citations) == 0 || a.Date == "" || a.Amount != "0.00" {
				t.Errorf("%s: action %+v", piid, a)
			}
		}
	}
	charter := shown(t, h, "70CDCR24A00000001").History
	if len(charter) != 9 {
		return
	}
	for i, change := range map[int]answer.Change{
		0: {Prop: "potentialChange", Label: "Change of potential value", By: "3600000000.00"},
		4: {Prop: "completionDate", Label: "Completion date", Before: "2029-03-07", After: "2025-04-18"},
		5: {Prop: "completionDate", Label: "Completion date", Before: "2025-04-18", After: "2029-03-07"},
	} {
		if !slices.Contains(charter[i].Changes, change) {
			t.Errorf("%s %s: changes %+v, want %+v", charter[i].Date, charter[i].Type, charter[i].Changes, change)
		}
	}
	want(t, "what was done", charter[4].Type, "TERMINATE FOR CONVENIENCE (COMPLETE OR PARTIAL)")
}

// TestRealFPDSAlone holds the sums of one page: actions are added, and of the
// cumulative values one an award.
func TestRealFPDSAlone(t *testing.T) {
	h, rep := home(t, filepath.Join(sharedtest.Path(t, "procurement", "fpds-atom"), "full_response.xml"))
	want(t, "obligated", line(sums(t, h, "", "", money.Obligated, money.ByContract)), "1848953.36 10 8")
	want(t, "current", line(sums(t, h, "", "", money.Current, money.ByContract)), "22307730.66 8 8")
	want(t, "potential", line(sums(t, h, "", "", money.Potential, money.ByContract)), "22307730.66 8 8")
	for _, f := range rep.Files {
		if !strings.Contains(f.Source, "full_response") {
			continue
		}
		// The feed's last page begins at entry 20, and one page is here.
		if !slices.ContainsFunc(f.Warnings, func(w ledger.Warning) bool { return w.Code == "fewer-than-declared" }) {
			t.Errorf("no warning of missing pages: %+v", f.Warnings)
		}
	}
}
