package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"overt"
	"overt/internal/sandbox"
	"overt/internal/sharedtest"
)

// told is what overt prints as JSON.
func told[T any](t *testing.T, home string, args ...string) (out T) {
	t.Helper()
	code, stdout, stderr := overtIn(t, home, append(args, "--json")...)
	if code != 0 {
		t.Fatalf("overt %v ended with %d: %s", args, code, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// A shownEntity is what show prints.
type shownEntity struct {
	ID         string              `json:"id"`
	Datasets   []string            `json:"datasets"`
	Properties map[string][]string `json:"properties"`
	History    []shownAction       `json:"history"`
	Statements []struct {
		Prop      string           `json:"prop"`
		Value     string           `json:"value"`
		Citations []overt.Citation `json:"citations"`
	} `json:"statements"`
}

type shownAction struct {
	ID           string `json:"id"`
	Modification string `json:"modification"`
}

// cited gives the values of a property that a source says, with the first place
// of each.
func (e *shownEntity) cited(prop, dataset string) map[string]overt.Citation {
	out := map[string]overt.Citation{}
	for _, s := range e.Statements {
		for _, c := range s.Citations {
			if s.Prop == prop && c.Dataset == dataset {
				out[s.Value] = c
			}
		}
	}
	return out
}

func numbers(values map[string]overt.Citation) []string {
	var out []string
	for v := range values {
		n, _ := new(big.Rat).SetString(v)
		out = append(out, n.FloatString(2))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestAwardFormsReal reads four award forms that were printed to PDF and holds
// them against the rows of an extract: one award, one action, one amount, each
// said at its own place, which is read again.
func TestAwardFormsReal(t *testing.T) {
	forms := sharedtest.Path(t, "documents", "ice-award-pdfs")
	extract := sharedtest.Path(t, "procurement", "cbp-ice-transactions", "CBP_ICE_FY2024_Contract_Obligations.csv.gz")
	if !sandbox.Doctor(t.Context(), nil)[0].Confined {
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	home := t.TempDir()
	rep := told[importedDocuments](t, home, "import", forms, "--as", "award-form", "--dataset", "forms")
	if p := rep.Papers; p.Documents != 5 || p.Forms != 4 || p.Taken != 4 || p.Without != 1 {
		t.Errorf("looked through: %+v", p)
	}
	for _, f := range rep.Files {
		if f.Received != 1 || f.Read != 1 || f.LeftOut != 0 {
			t.Errorf("%s: %d forms, %d read: %v", f.Source, f.Received, f.Read, f.Reasons)
		}
	}
	told[any](t, home, "import", extract, "--dataset", "extract")

	rows, err := csv.NewReader(strings.NewReader(string(shared(t, "procurement", "cbp-ice-transactions", "CBP_ICE_FY2024_Contract_Obligations.csv.gz")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, award, modification, amount, vendor string }{
		{"akima-contract.pdf", "70CDCR24FG0000001", "0", "836492.80", "AKIMA INFRASTRUCTURE PROTECTIO"},
		{"cottage-grove-contract.pdf", "70CDCR20P00000069", "P00005", "89964.50", "COTTAGE GROVE, CITY OF (INC)"},
		{"stratasys_contract.pdf", "70CMSD24P00000041", "0", "20608.00", "STRATASYS, INC"},
		{"umn_firearms_contract.pdf", "70CDCR24P00000013", "0", "18867.00", "REGENTS OF UNIVERSITY OF MINNES"},
	} {
		i := slices.IndexFunc(rows, func(r []string) bool { return r[1] == tt.award && r[5] == tt.modification })
		if i < 0 {
			t.Fatalf("the extract has no action %s %s", tt.award, tt.modification)
		}
		award := told[shownEntity](t, home, "show", tt.award, "--citations")
		if award.ID != rows[i][9] || fmt.Sprint(award.Datasets) != "[extract forms]" && fmt.Sprint(award.Datasets) != "[forms extract]" {
			t.Errorf("%s: %s of %v, in the extract %s", tt.file, award.ID, award.Datasets, rows[i][9])
		}
		if c, ok := award.cited("piid", "forms")[tt.award]; !ok || c.Source != tt.file || c.Quote != tt.award || c.Locator.Page != 1 {
			t.Errorf("%s: the number is cited as %+v", tt.file, c)
		}
		h := slices.IndexFunc(award.History, func(a shownAction) bool { return a.Modification == tt.modification })
		if h < 0 {
			t.Errorf("%s: no action %s in %v", tt.file, tt.modification, award.History)
			continue
		}
		action := told[shownEntity](t, home, "show", award.History[h].ID, "--citations")
		said, there := numbers(action.cited("amount", "forms")), numbers(action.cited("amount", "extract"))
		if fmt.Sprint(said) != fmt.Sprint(there) || fmt.Sprint(said) != "["+tt.amount+"]" {
			t.Errorf("%s: form %v, extract %v, want %s", tt.file, said, there, tt.amount)
		}
		if dates := action.Properties["date"]; len(dates) != 1 || dates[0] != rows[i][4] {
			t.Errorf("%s: signed %v, in the extract %s", tt.file, dates, rows[i][4])
		}
		supplier := ""
		for id := range action.cited("supplier", "forms") {
			supplier = id
		}
		vendor := told[shownEntity](t, home, "show", supplier, "--citations")
		if c := vendor.cited("name", "forms")[tt.vendor]; c.Source != tt.file || c.Quote != tt.vendor {
			t.Errorf("%s: vendor %v", tt.file, vendor.Properties["name"])
		}
		citedAgain(t, home, &action)
	}
	// What stands in form and extract is counted once: the sum of the extract.
	if got := told[struct{ Total string }](t, home, "money"); got.Total != "8973728867.52" {
		t.Errorf("together %s", got.Total)
	}
}

// citedAgain reads each place of the forms again that an entity cites.
func citedAgain(t *testing.T, home string, e *shownEntity) {
	t.Helper()
	n := 0
	for _, s := range e.Statements {
		for _, c := range s.Citations {
			if c.Dataset != "forms" || s.Prop != "amount" && s.Prop != "date" && s.Prop != "supplier" {
				continue
			}
			got := told[struct {
				Quote string `json:"quote"`
				Boxes []any  `json:"boxes"`
			}](t, home, "cite", string(c.Blob), "--page", strconv.Itoa(c.Locator.Page), "--start", strconv.Itoa(c.Locator.Start), "--end", strconv.Itoa(c.Locator.End))
			if got.Quote != c.Quote || len(got.Boxes) == 0 {
				t.Errorf("%s %s: %s quotes %q, and there stands %q in %d boxes", e.ID, s.Prop, c, c.Quote, got.Quote, len(got.Boxes))
			}
			n++
		}
	}
	if n == 0 {
		t.Errorf("%s cites no form", e.ID)
	}
}
