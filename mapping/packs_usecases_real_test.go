package mapping_test

import (
	"path/filepath"
	"testing"

	"overt/extract/open"
	"overt/internal/sharedtest"
	"overt/mapping"
)

func TestUseCasesReal(t *testing.T) {
	dir := sharedtest.Path(t)
	inventory := newResult()
	folder := filepath.Join(dir, "federal-systems", "ai-use-cases")
	inventory.load(t, filepath.Join(folder, "2024_consolidated_ai_inventory_raw_v2.csv.gz"), "ai-use-cases-2024", open.Options{})
	if inventory.records != 2133 {
		t.Errorf("got %d rows, want 2133", inventory.records)
	}
	bought := map[string]bool{}
	for _, year := range []string{"2021", "2023", "2024"} {
		r := newResult()
		r.load(t, filepath.Join(dir, "procurement", "cbp-ice-transactions", "CBP_ICE_FY"+year+"_Contract_Obligations.csv.gz"), "usaspending-transactions", open.Options{})
		for _, a := range r.of("Award") {
			if len(a.values["title"]) > 0 {
				bought[a.one("piid")] = true
			}
		}
	}
	uses, awards := 0, map[string]bool{}
	for _, u := range inventory.of("UseCase") {
		joined := false
		for id := range u.values["contract"] {
			if piid := inventory.entities[id].one("piid"); bought[piid] {
				joined, awards[piid] = true, true
			}
		}
		if joined {
			uses++
		}
	}
	if uses != 8 || len(awards) != 13 {
		t.Errorf("got %d use cases that join %d awards, want 8 and 13", uses, len(awards))
	}
	for _, tt := range []struct {
		file, pack string
		rows, uses int
	}{
		{"2023_consolidated_ai_inventory_raw.csv.gz", "ai-use-cases-2023", 710, 710},
		{"2025_consolidated_COTS_AI_use_cases.csv.gz", "ai-use-cases-2025", 900, 484},
	} {
		r := newResult()
		r.load(t, filepath.Join(folder, tt.file), tt.pack, open.Options{})
		if r.records != tt.rows || len(r.of("UseCase")) != tt.uses || len(r.problems) != 0 {
			t.Errorf("%s: got %d rows, %d uses, problems %v, want %d and %d", tt.file, r.records, len(r.of("UseCase")), summary(r.problems), tt.rows, tt.uses)
		}
	}
}

// TestScreenReal holds that no column of the public sources is taken for one
// about persons: they speak of institutions.
func TestScreenReal(t *testing.T) {
	dir := sharedtest.Path(t)
	for _, file := range []string{
		"procurement/usaspending-ice-fy13-17/fy13.csv.gz",
		"procurement/usaspending-awards-mn/Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz",
		"procurement/usaspending-awards-mn/Contracts_Subawards_2025-03-21_H19M57S41_1.csv",
		"procurement/fsrs-ice-2011-2018/all_contracts_subawards_1.csv",
		"procurement/cbp-ice-transactions/CBP_ICE_FY2024_Contract_Obligations.csv.gz",
		"procurement/reference/authoritative_agency_list.csv.gz",
		"federal-systems/ai-use-cases/2024_consolidated_ai_inventory_raw_v2.csv.gz",
	} {
		parts, err := open.Open(t.Context(), source(filepath.Join(dir, file)), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := mapping.Screen(parts[0].Reader.Info().Header, nil); len(got) != 0 {
			t.Errorf("%s: refused %v", file, got)
		}
	}
}
