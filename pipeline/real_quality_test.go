package pipeline_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
	"overt/extract/open"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
)

// doubted imports files in their order and gives the codes of the doubts of
// each, sorted.
func doubted(t *testing.T, h *hometest.Home, paths ...string) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, f := range h.Import(t, pipeline.Request{Paths: paths}).Files {
		if f.Run == 0 {
			continue // a README
		}
		out[f.Source] = []string{}
		for _, w := range f.Warnings {
			t.Logf("%s: %s: %s (%s)", f.Source, w.Code, w.Message, w.Where)
			out[f.Source] = append(out[f.Source], w.Code)
		}
		slices.Sort(out[f.Source])
	}
	return out
}

// TestRealDeclared: what real sources say of their own size. Each page of a feed
// says how many entries all have.
func TestRealDeclared(t *testing.T) {
	for name, want := range map[string]int64{
		"procurement/fpds-atom/GS35F0086U/page-0003-start-30.xml.gz": 131, "procurement/fpds-atom/HSHQDC15A00017/page-0000-start-0.xml.gz": 21,
		"procurement/fpds-atom/70B04C20A00000008/page-0000-start-0.xml.gz": 0, "fedramp/data.2025-09-17.json.gz": 0,
		"procurement/ocds-sample/1.1/ocds-213czf-000-00001.json": 0,
	} {
		parts, err := open.Open(t.Context(), open.File(filepath.Join(sharedtest.Path(t), name)), open.Options{})
		must(t, err)
		o, err := parts[0].Outline(t.Context(), extract.Sought{Declared: true})
		must(t, err)
		got := int64(0)
		for _, d := range o.Declared {
			got = d.Count
		}
		if got != want {
			t.Errorf("%s declares %d, want %d", name, got, want)
		}
	}
}

// TestRealDoubts: which doubts come up over real sources, each judged by hand.
// Clean siblings give none. That lists are cut off is not among them: it is
// told from the measures when money is summed (TestRealTransactions).
func TestRealDoubts(t *testing.T) {
	old := []string{"reversed-dates", "spreadsheet-damage"} // starts of modifications; DUNS without their zeros
	tests := []struct {
		name  string
		paths []string
		want  map[string][]string
	}{
		{"transactions", []string{sharedtest.Path(t, "procurement", "cbp-ice-transactions")}, map[string][]string{
			"CBP_ICE_FY2021_Contract_Obligations.csv.gz": {}, "CBP_ICE_FY2023_Contract_Obligations.csv.gz": {}, "CBP_ICE_FY2024_Contract_Obligations.csv.gz": {},
		}},
		{"awards of 2018", []string{sharedtest.Path(t, "procurement", "usaspending-ice-fy13-17")}, map[string][]string{
			"fy13.csv.gz": old, "fy14.csv.gz": old, "fy15.csv.gz": old, "fy16.csv.gz": old, "fy17.csv.gz": old,
		}},
		{"summaries", []string{sharedtest.Path(t, "procurement", "usaspending-awards-mn")}, map[string][]string{
			"Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz": {}, "Contracts_PrimeAwardSummaries_2025-03-28_H02M59S08_1.csv": {},
			"Contracts_Subawards_2025-03-21_H19M57S41_1.csv": {}, "Contracts_Subawards_2025-03-28_H02M59S12_1.csv": {},
		}},
		{"sub-awards", []string{sharedtest.Path(t, "procurement", "fsrs-ice-2011-2018")}, map[string][]string{"all_contracts_subawards_1.csv": {}}},
		{"reference", []string{sharedtest.Path(t, "procurement", "reference")}, map[string][]string{"authoritative_agency_list.csv.gz": {}, "psc_codes.csv.gz": {}}},
		{"inventories", []string{sharedtest.Path(t, "federal-systems", "ai-use-cases")}, map[string][]string{
			"2023_consolidated_ai_inventory_raw.csv.gz":    {"damaged-text"}, // U+FFFD in ten summaries
			"2024_consolidated_ai_inventory_raw_v2.csv.gz": {"damaged-text"}, // "search for?appropriate?Program"
			"2025_consolidated_COTS_AI_use_cases.csv.gz":   {},
		}},
		{"marketplace", []string{sharedtest.Path(t, "fedramp")}, map[string][]string{
			// "Oracle?s", in four columns of which three are named; leveraged_systems names its own product.
			"data.2023-02-21.json.gz": {"damaged-text", "damaged-text", "damaged-text", "own-list"},
			// agency_authorizations: ids, then names; a date that was a remark;
			// leveraged_systems; uei: Google's is Avaya's now.
			"data.2023-10-20.json.gz": {"column-kind", "column-kind", "column-meaning", "column-shifted"},
			"data.2024-06-20.json.gz": {}, "data.2025-01-17.json.gz": {},
			"data.2025-09-17.json.gz": {"impossible-dates"}, // 2205-09-12
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, doubted(t, hometest.Memory(t), tt.paths...)); d != "" {
				t.Errorf("doubts (-want +got):\n%s", d)
			}
		})
	}
}
