package mapping_test

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"overt/extract/open"
	"overt/internal/sharedtest"
	"overt/mapping"
)

// one maps one real file by its pack, header line or not, as an import does.
func one(t testing.TB, path, pack string) *result {
	t.Helper()
	r := newResult()
	r.file(t, path, pack)
	return r
}

// TestLobbyingReal maps the body of the recorded answer.
func TestLobbyingReal(t *testing.T) {
	f, err := os.Open(filepath.Join(sharedtest.Path(t), "companies-and-offshore", "lobbying-lda", "list_filings.yml.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		HTTP []struct {
			Response struct{ Body struct{ String string } }
		} `yaml:"http_interactions"`
	}
	if err := yaml.NewDecoder(z).Decode(&recorded); err != nil || len(recorded.HTTP) != 1 {
		t.Fatalf("got %d answers, %v, want one", len(recorded.HTTP), err)
	}
	path := filepath.Join(t.TempDir(), "filings.json")
	if err := os.WriteFile(path, []byte(recorded.HTTP[0].Response.Body.String), 0o600); err != nil {
		t.Fatal(err)
	}
	r := newResult()
	r.load(t, path, "lda-filings", open.Options{})
	filings, quarters := 0, 0
	for _, e := range r.of("Representation") {
		if strings.HasPrefix(e.one("role"), "lobbying: ") {
			filings++
			if e.one("startDate") != "" && e.one("endDate") != "" {
				quarters++
			}
		}
	}
	if filings != 25 || len(r.problems) != 0 {
		t.Errorf("got %d filings, problems %v, want 25 and none", filings, summary(r.problems))
	}
	if quarters != 17 {
		t.Errorf("got %d reports of a quarter, want 17", quarters)
	}
	amounts := 0
	for _, e := range r.of("StatedPayment") {
		amounts += len(e.values["amount"])
	}
	clients := map[string]bool{}
	for id := range r.entities {
		if strings.HasPrefix(id, "lda-client-") {
			clients[id] = true
		}
	}
	if len(clients) != 7 || r.entities["lda-registrant-401104726"] == nil || amounts == 0 {
		t.Errorf("got %d clients, %d amounts, want 7 and some", len(clients), amounts)
	}
}

// file adds one real file to the result.
func (r *result) file(t testing.TB, path, pack string) {
	t.Helper()
	path = filepath.Join(sharedtest.Path(t), filepath.FromSlash(path))
	r.load(t, path, pack, open.Options{Header: mapping.Pack(pack).Header})
}

// TestOFACReal holds the counts of the files, and that the three join by number.
func TestOFACReal(t *testing.T) {
	const dir = "watchlists/ofac-2021-04/"
	r := one(t, dir+"sdn.csv.gz", "ofac-sdn")
	if r.records != 8890 || len(r.of("Sanction")) != 8890 {
		t.Errorf("got %d rows, %d sanctions, want 8890", r.records, len(r.of("Sanction")))
	}
	for schema, want := range map[string]int{"Person": 4566, "Organization": 3644, "Vessel": 403, "Airplane": 277,
		"Passport": 1520, "UnknownLink": 3373, "CryptoWallet": 81} {
		if got := len(r.of(schema)); got != want {
			t.Errorf("%s: got %d, want %d", schema, got, want)
		}
	}
	// What the remarks say in a fixed form is there as values.
	for name, want := range map[string]int{
		"Person:birthDate": 4215, "Person:birthPlace": 2838, "Person:nationality": 1992, "Person:gender": 1444,
		"Person:passportNumber": 1167, "Person:socialSecurityNumber": 12, "Vessel:imoNumber": 396, "Vessel:mmsi": 51,
		"Airplane:model": 277, "Airplane:serialNumber": 258, "Organization:swiftBic": 77, "Organization:innCode": 71, "Organization:ogrnCode": 29,
	} {
		schema, prop, _ := strings.Cut(name, ":")
		got := 0
		for _, e := range r.of(schema) {
			if len(e.values[prop]) > 0 {
				got++
			}
		}
		if got != want {
			t.Errorf("%s: got %d entities with it, want %d", name, got, want)
		}
	}
	if len(r.problems) != 41 {
		t.Errorf("got %d values left out, want 41: %v", len(r.problems), summary(r.problems))
	}
	for _, tt := range []struct {
		file, pack string
		rows       int
		problems   int // a country that is no more
	}{{"add", "ofac-sdn-addresses", 13761, 2}, {"alt", "ofac-sdn-aliases", 11742, 0}} {
		more := one(t, dir+tt.file+".csv.gz", tt.pack)
		if more.records != tt.rows || len(more.problems) != tt.problems {
			t.Errorf("%s: got %d rows, problems %v, want %d and %d", tt.file, more.records, summary(more.problems), tt.rows, tt.problems)
		}
		for id := range more.entities {
			if r.entities[id] == nil {
				t.Errorf("%s: %s is not in sdn.csv", tt.file, id)
			}
		}
	}
}

// TestListsReal holds the counts of rows, of entities by schema, and of values
// that could not be kept, for the watchlists and registers of one file each.
func TestListsReal(t *testing.T) {
	for _, tt := range []struct {
		file, pack string
		rows       int
		schemata   map[string]int
		problems   int
	}{
		{"watchlists/eu-journal/32014R0833.csv.gz", "eu-journal", 1746, map[string]int{"LegalEntity": 1085, "Vessel": 633, "Asset": 28}, 91},
		{"watchlists/eu-journal/32006R0765.csv.gz", "eu-journal", 408, map[string]int{"Person": 312, "Asset": 1}, 3},
		{"watchlists/eu-journal/32012R0036.csv.gz", "eu-journal", 368, map[string]int{"Person": 317}, 5},
		{"watchlists/eu-journal/32017R1509.csv.gz", "eu-journal", 326, map[string]int{"Person": 157, "Vessel": 75}, 17},
		{"watchlists/eu-journal/32020R1998.csv.gz", "eu-journal", 177, map[string]int{"Person": 136}, 2},
		{"watchlists/eu-journal/32017R2063.csv.gz", "eu-journal", 69, map[string]int{"Person": 69}, 0},
		{"watchlists/eu-journal/32016R0044.csv.gz", "eu-journal", 51, map[string]int{"Person": 34}, 15},
		{"watchlists/eu-journal/32019R0796.csv.gz", "eu-journal", 38, map[string]int{"Person": 27}, 7},
		{"watchlists/us-lists/dod_chinese_milcorps.csv", "us-dod-military-companies", 397, map[string]int{"Sanction": 397}, 0},
		{"watchlists/us-lists/section_1286.csv", "us-section-1286", 443, map[string]int{"Company": 190}, 0},
		{"watchlists/us-lists/cuba_restricted_entities.csv", "us-cuba-restricted", 239, map[string]int{"Company": 239, "Ownership": 54}, 0},
		{"watchlists/us-lists/fcc_covered_list.csv", "us-fcc-covered-list", 16, map[string]int{"Sanction": 16, "Company": 13}, 0},
		{"companies-and-offshore/sec-tickers/mappings.csv.gz", "sec-cik-mappings", 9713, map[string]int{"Security": 9713}, 0},
		{"companies-and-offshore/hoovers/hoovers_names_and_duns.csv", "hoovers-duns", 1191, nil, 0},
		{"companies-and-offshore/gleif/9845001B2AD43E664E58_issued.json", "gleif-lei-api", 3, map[string]int{"LegalEntity": 1, "Company": 0, "Identification": 1}, 0},
		{"companies-and-offshore/gleif/549300LBI3LRIZ2V8V66_lapsed.json", "gleif-lei-api", 3, map[string]int{"LegalEntity": 1, "Company": 1, "Identification": 1}, 0},
		{"companies-and-offshore/panama-power-players/All-nodes.csv.gz", "icij-power-players-nodes", 710, map[string]int{"Company": 227, "Address": 76}, 0},
		{"companies-and-offshore/panama-power-players/All-edges.csv.gz", "icij-power-players-edges", 889, map[string]int{"Ownership": 434, "Directorship": 85, "Representation": 243, "UnknownLink": 21}, 0},
		{"companies-and-offshore/panama-power-players/en.csv.gz", "icij-power-players-stories", 1906, map[string]int{"Article": 74}, 1},
	} {
		t.Run(tt.file, func(t *testing.T) {
			r := one(t, tt.file, tt.pack)
			if r.records != tt.rows || len(r.problems) != tt.problems {
				t.Errorf("got %d rows, %d problems %v, want %d and %d", r.records, len(r.problems), summary(r.problems), tt.rows, tt.problems)
			}
			for schema, want := range tt.schemata {
				if got := len(r.of(schema)); got != want {
					t.Errorf("%s: got %d, want %d", schema, got, want)
				}
			}
		})
	}
}
