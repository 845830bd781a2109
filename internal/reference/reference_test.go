package reference

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"overt/internal/sharedtest"
)

const publicList = "authoritative_agency_list.csv.gz"

// A row is one line of a table by column name.
type row map[string]string

func readRows(t *testing.T, name string, r io.Reader) []row {
	t.Helper()
	in := csv.NewReader(r)
	if name == publicList { // a few of its lines are short
		in.FieldsPerRecord = -1
	}
	lines, err := in.ReadAll()
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	if len(lines) < 2 {
		t.Fatalf("%s has no rows", name)
	}
	var rows []row
	for _, line := range lines[1:] {
		out := row{}
		for i, cell := range line[:min(len(line), len(lines[0]))] {
			out[lines[0][i]] = cell
		}
		rows = append(rows, out)
	}
	return rows
}

func readTable(t *testing.T, name string) []row {
	t.Helper()
	f, err := Files().Open(name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	defer f.Close()
	return readRows(t, name, f)
}

var (
	cgacShape = regexp.MustCompile(`^\d{3}$`)
	frecShape = regexp.MustCompile(`^\d{4}$`)
	codeShape = regexp.MustCompile(`^[0-9A-Z]{4}$`)
	idShape   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	dayShape  = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)
)

func checkCommon(t *testing.T, table string, r row, seen map[string]bool) {
	t.Helper()
	id := r["id"]
	if !idShape.MatchString(id) || seen[id] {
		t.Errorf("%s: id %q is not readable, or stands twice", table, id)
	}
	seen[id] = true
	for _, column := range []string{"name", "publisher", "title", "url"} {
		if strings.TrimSpace(r[column]) == "" {
			t.Errorf("%s: %s has no %s", table, id, column)
		}
	}
	if u, err := url.Parse(r["url"]); err != nil || u.Scheme != "https" || u.Host == "" {
		t.Errorf("%s: %s: %q is no address", table, id, r["url"])
	}
}

func TestAgencies(t *testing.T) {
	rows := readTable(t, Agencies)
	level := map[string]string{}
	for _, r := range rows {
		level[r["id"]] = r["level"]
	}
	seen, codes, names := map[string]bool{}, map[string]string{}, map[string]string{}
	for _, r := range rows {
		// By its names agencies of other sources become one with it.
		for _, name := range append(strings.Split(r["short_names"], ";"), r["name"], r["abbreviation"]) {
			key := strings.ToLower(strings.TrimSpace(name))
			if other := names[key]; key != "" && other != "" && other != r["id"] {
				t.Errorf("%q is a name of %s and of %s", name, other, r["id"])
			}
			names[key] = r["id"]
		}
		id := r["id"]
		checkCommon(t, Agencies, r, seen)
		frec := r["frec_code"]
		if !cgacShape.MatchString(r["cgac_code"]) || frec != "" && !frecShape.MatchString(frec) {
			t.Errorf("%s: CGAC %q or FREC %q has not the right form", id, r["cgac_code"], frec)
		}
		for _, code := range strings.Split(r["agency_code"], ";") {
			if !codeShape.MatchString(code) {
				t.Errorf("%s: agency code %q has not the right form", id, code)
			}
			if other, ok := codes[code]; ok {
				t.Errorf("agency code %s stands with %s and %s", code, other, id)
			}
			codes[code] = id
		}
		switch parent := r["parent"]; {
		case r["level"] == "department" && parent != "":
			t.Errorf("%s is a department and has a parent", id)
		case r["level"] == "sub-tier" && level[parent] != "department":
			t.Errorf("%s: parent %q is no department of the table", id, parent)
		case r["level"] != "department" && r["level"] != "sub-tier":
			t.Errorf("%s: level %q", id, r["level"])
		}
	}
	for code, want := range map[string]string{
		"7012": "us-ice", "7014": "us-cbp", "7003": "us-uscis", "7013": "us-tsa",
		"7009": "us-usss", "7008": "us-uscg", "7022": "us-fema", "1549": "us-fbi",
	} {
		if codes[code] != want {
			t.Errorf("code %s is %q, want %q", code, codes[code], want)
		}
	}
}

func TestProviders(t *testing.T) {
	rows := readTable(t, Providers)
	kind := map[string]string{}
	for _, r := range rows {
		kind[r["id"]] = r["kind"]
	}
	seen, names := map[string]bool{}, map[string]string{}
	for _, r := range rows {
		id, owner := r["id"], r["owner"]
		checkCommon(t, Providers, r, seen)
		switch r["kind"] {
		case "company":
			if owner != "" {
				t.Errorf("%s: a company with an owner is a subsidiary", id)
			}
		case "subsidiary", "product":
			if kind[owner] != "company" && kind[owner] != "subsidiary" {
				t.Errorf("%s: owner %q is no company of the table", id, owner)
			}
		default:
			t.Errorf("%s: kind %q", id, r["kind"])
		}
		if d := r["owned_since"]; d != "" && !dayShape.MatchString(d) {
			t.Errorf("%s: %q is no date", id, d)
		}
		for _, name := range append(strings.Split(r["aliases"], ";"), r["name"]) {
			if name == "" {
				continue
			}
			folded := strings.ToLower(name)
			if other, ok := names[folded]; ok {
				t.Errorf("the name %q leads to %s and %s", name, other, id)
			}
			names[folded] = id
		}
	}
	for name, want := range map[string]string{
		"aws": "org-aws", "amazon web service": "org-aws", "amazon web services, inc.": "org-aws",
		"azure": "cld-azure", "google cloud": "cld-google-cloud", "palantir": "org-palantir",
	} {
		if names[name] != want {
			t.Errorf("%q leads to %q, want %q", name, names[name], want)
		}
	}
}

// The codes are those of the public list.
func TestCodesAgreeWithPublicList(t *testing.T) {
	f, err := os.Open(sharedtest.Path(t, "procurement", "reference", publicList))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	public := map[string]bool{}
	for _, r := range readRows(t, publicList, z) {
		code := r["SUBTIER CODE"] + " " + r["CGAC AGENCY CODE"]
		public[code+" "], public[code+" "+r["FREC"]] = true, true
	}
	for _, r := range readTable(t, Agencies) {
		for _, code := range strings.Split(r["agency_code"], ";") {
			if key := code + " " + r["cgac_code"] + " " + r["frec_code"]; !public[key] {
				t.Errorf("%s: agency, CGAC and FREC code %s do not stand together in the public list", r["id"], key)
			}
		}
	}
}
