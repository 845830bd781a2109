package open_test

import (
	"errors"
	"testing"

	"overt/extract"
	"overt/extract/open"
	"overt/internal/sharedtest"
)

// TestRealCounts holds the figures of the data's own descriptions.
func TestRealCounts(t *testing.T) {
	tests := []struct {
		file     string
		opts     open.Options
		selector string
		rows     int
		columns  int // 0 for trees
		header   bool
	}{
		{file: "procurement/cbp-ice-transactions/CBP_ICE_FY2021_Contract_Obligations.csv.gz", rows: 10398, columns: 10, header: true},
		{file: "procurement/cbp-ice-transactions/CBP_ICE_FY2023_Contract_Obligations.csv.gz", rows: 9366, columns: 10, header: true},
		{file: "procurement/cbp-ice-transactions/CBP_ICE_FY2024_Contract_Obligations.csv.gz", rows: 10226, columns: 10, header: true},
		{file: "procurement/usaspending-ice-fy13-17/fy13.csv.gz", rows: 157, columns: 259, header: true},
		{file: "procurement/usaspending-ice-fy13-17/fy14.csv.gz", rows: 193, columns: 259},
		{file: "procurement/usaspending-ice-fy13-17/fy15.csv.gz", rows: 444, columns: 259},
		{file: "procurement/usaspending-ice-fy13-17/fy16.csv.gz", rows: 936, columns: 259},
		{file: "procurement/usaspending-ice-fy13-17/fy17.csv.gz", rows: 1739, columns: 259},
		{file: "procurement/usaspending-ice-fy13-17/header.csv", rows: 0, columns: 259, header: true},
		{file: "procurement/fsrs-ice-2011-2018/all_contracts_subawards_1.csv", rows: 175, columns: 41, header: true},
		{file: "procurement/usaspending-awards-mn/Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz", rows: 1369, columns: 286, header: true},
		{file: "procurement/usaspending-awards-mn/Contracts_PrimeAwardSummaries_2025-03-28_H02M59S08_1.csv", rows: 5, columns: 286, header: true},
		{file: "procurement/usaspending-awards-mn/Contracts_Subawards_2025-03-21_H19M57S41_1.csv", rows: 3, columns: 118, header: true},
		{file: "procurement/usaspending-awards-mn/Contracts_Subawards_2025-03-28_H02M59S12_1.csv", rows: 0, columns: 118, header: true},
		{file: "procurement/reference/authoritative_agency_list.csv.gz", rows: 1507, columns: 24, header: true},
		{file: "procurement/reference/psc_codes.csv.gz", rows: 3769, columns: 8, header: true},
		{file: "federal-systems/ai-use-cases/2024_consolidated_ai_inventory_raw_v2.csv.gz", rows: 2133, columns: 62, header: true},
		{file: "federal-systems/ai-use-cases/2023_consolidated_ai_inventory_raw.csv.gz", rows: 710, columns: 10, header: true},
		{file: "federal-systems/ai-use-cases/2025_consolidated_COTS_AI_use_cases.csv.gz", rows: 900, columns: 5, header: true},
		{file: "federal-systems/federal-register-sorn/sorn_abstracts_dev.csv", rows: 409, columns: 5, header: true},
		{file: "federal-systems/dotgov/current-federal.csv", rows: 1321, columns: 7, header: true},
		{file: "federal-systems/dotgov/agencies-and-subs.csv", rows: 341, columns: 2, header: true},
		{file: "federal-systems/dotgov/gov.txt.gz", rows: 47807, columns: 39},
		{file: "watchlists/ofac-2021-04/sdn.csv.gz", rows: 8890, columns: 12},
		{file: "watchlists/ofac-2021-04/add.csv.gz", rows: 13761, columns: 6},
		{file: "watchlists/ofac-2021-04/alt.csv.gz", rows: 11742, columns: 5},
		{file: "watchlists/eu-journal/32014R0833.csv.gz", rows: 1746, columns: 45, header: true},
		{file: "watchlists/us-lists/dod_chinese_milcorps.csv", rows: 397, columns: 9, header: true},
		{file: "watchlists/us-lists/section_1286.csv", rows: 443, columns: 13, header: true},
		{file: "watchlists/us-lists/cuba_restricted_entities.csv", rows: 239, columns: 9, header: true},
		{file: "watchlists/us-lists/fcc_covered_list.csv", rows: 16, columns: 2, header: true},
		{file: "companies-and-offshore/sec-tickers/mappings.csv.gz", rows: 9713, columns: 4, header: true},
		{file: "companies-and-offshore/hoovers/hoovers_names_and_duns.csv", rows: 1191, columns: 2, header: true},
		{file: "companies-and-offshore/panama-power-players/All-nodes.csv.gz", rows: 710, columns: 87, header: true},
		{file: "companies-and-offshore/panama-power-players/All-edges.csv.gz", rows: 889, columns: 19, header: true},
		{file: "companies-and-offshore/panama-power-players/en.csv.gz", rows: 1906, columns: 3, header: true},
		{file: "ftm/nomenklatura-fixtures/donations.csv", rows: 292, columns: 9, header: true},
		{file: "ftm/nomenklatura-fixtures/donations.xlsx", rows: 292, columns: 9, header: true},
		{file: "ftm/followthemoney-fixtures/experts.csv", rows: 14, columns: 17, header: true},
		{file: "ftm/ftmq-fixtures/donations.ijson", rows: 474},
		{file: "ftm/ftmq-fixtures/eu_authorities.ftm.json", rows: 151},
		{file: "ftm/yente-fixtures/zala.entities.ftm.json", rows: 91},
		{file: "ftm/yente-fixtures/parteispenden.entities.ftm.json", rows: 475},
		{file: "ftm/yente-fixtures/delta/t1/20240527134702-zbn/entities.delta.json", rows: 0},
		{file: "entity-resolution/dblp-acm-D4/dblp.csv.gz", rows: 2616, columns: 5, header: true},
		{file: "fedramp/data.2023-02-21.json.gz", selector: "/data/Products/*", rows: 387},
		{file: "fedramp/data.2023-10-20.json.gz", selector: "/data/Products/*", rows: 443},
		{file: "fedramp/data.2024-06-20.json.gz", selector: "/data/Products/*", rows: 476},
		{file: "fedramp/data.2025-01-17.json.gz", selector: "/data/Products/*", rows: 500},
		{file: "fedramp/data.2025-09-17.json.gz", selector: "/data/Products/*", rows: 604},
		{file: "fedramp/data.2025-09-17.json.gz", selector: "/data/ReuseMapping", rows: 2646},
		{file: "procurement/fpds-atom/full_response.xml", selector: "/feed/entry", rows: 10},
		{file: "procurement/fpds-atom/GS35F0086U/page-0013-start-130.xml.gz", selector: "/feed/entry", rows: 2},
		{file: "procurement/ocds-sample/1.1/ocds-213czf-000-00001.json", selector: "/releases/*", rows: 6},
		{file: "companies-and-offshore/lobbying-lda/list_filings.yml.gz", selector: "/results/*", rows: 25},
		{file: "ftm/followthemoney-fixtures/kek.yml", rows: 1},
		{file: "name-matching/rigour-resources/org_types.yml", rows: 1},
		{file: "companies-and-offshore/gleif/549300LBI3LRIZ2V8V66_lapsed.json", rows: 1},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			parts, err := open.Open(t.Context(), open.File(sharedtest.Path(t, tt.file)), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			r := parts[0].Reader
			n := 0
			for _, err := range r.Records(t.Context(), tt.selector) {
				var bad *extract.RowError
				if err != nil {
					t.Errorf("%v (of a row: %v)", err, errors.As(err, &bad))
					continue
				}
				n++
			}
			i := r.Info()
			if n != tt.rows || len(i.Header) != tt.columns || (i.HeaderRow > 0) != tt.header {
				t.Errorf("%d rows, %d columns, header on row %d; want %d, %d, %v (%q)", n, len(i.Header), i.HeaderRow, tt.rows, tt.columns, tt.header, i.Notes)
			}
			t.Logf("%s %s sure %.2f %q %+v", i.Encoding, i.Delimiter, i.Sure, i.Notes, i.Warnings)
		})
	}
}

func TestRealFetch(t *testing.T) {
	for _, f := range []string{
		"procurement/fsrs-ice-2011-2018/all_contracts_subawards_1.csv",
		"federal-systems/ai-use-cases/2024_consolidated_ai_inventory_raw_v2.csv.gz",
		"ftm/yente-fixtures/zala.entities.ftm.json",
		"ftm/nomenklatura-fixtures/donations.xlsx",
		"procurement/fpds-atom/full_response.xml",
		"procurement/ocds-sample/1.1/record/ocds-213czf-000-00001.json",
		"federal-systems/federal-register-sorn/sorn.xml",
		"federal-systems/dotgov/gov.txt.gz",
		"documents/tika/testDBF.dbf",
		"companies-and-offshore/lobbying-lda/list_filings.yml.gz",
		"name-matching/rigour-resources/org_types.yml",
	} {
		t.Run(f, func(t *testing.T) { checkFetch(t, open.File(sharedtest.Path(t, f)), open.Options{}) })
	}
}

// TestRealEncodings holds values that only the right encoding gives.
func TestRealEncodings(t *testing.T) {
	for file, want := range map[string]string{
		"federal-systems/ai-use-cases/2024_consolidated_ai_inventory_raw_v2.csv.gz": "windows-1252",
		"federal-systems/ai-use-cases/2023_consolidated_ai_inventory_raw.csv.gz":    "utf-8",
	} {
		parts, err := open.Open(t.Context(), open.File(sharedtest.Path(t, file)), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := parts[0].Reader.Info().Encoding; got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
