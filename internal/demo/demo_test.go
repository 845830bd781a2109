package demo

import (
	"encoding/csv"
	"io/fs"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overt/internal/reference"
)

// A row is one line of a table by column name.
type row map[string]string

func readTable(t *testing.T, files fs.FS, name string) (header []string, rows []row) {
	t.Helper()
	f, err := files.Open(name)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("read %s: %v", name, err)
	}
	if len(lines) < 2 {
		t.Fatalf("%s has no rows", name)
	}
	for _, line := range lines[1:] {
		r := row{}
		for i, cell := range line {
			r[lines[0][i]] = cell
		}
		rows = append(rows, r)
	}
	return lines[0], rows
}

func tableNames(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(Files(), "*.csv")
	if err != nil || len(names) == 0 {
		t.Fatalf("list tables: %v, %d found", err, len(names))
	}
	return names
}

// required names the columns that must be filled, beside the first.
var required = map[string][]string{
	"agencies.csv":             {"name", "abbreviation", "level"},
	"companies.csv":            {"name"},
	"ownership.csv":            {"owner", "asset"},
	"systems.csv":              {"name", "operator", "category", "status"},
	"system-figures.csv":       {"system", "basis"},
	"awards.csv":               {"id", "award_title", "authority", "supplier", "award_type"},
	"payments.csv":             {"payer", "beneficiary", "amount", "currency", "period", "precision", "purpose"},
	"cloud-products.csv":       {"name", "provider"},
	"cloud-counts.csv":         {"product", "authorizations", "as_of"},
	"cloud-authorizations.csv": {"agency", "product", "kind", "date"},
	"leverages.csv":            {"product", "platform"},
	"hosting.csv":              {"hosted", "host_kind", "host", "basis"},
	"data-flows.csv":           {"source_kind", "source", "target_kind", "target", "category", "mode", "legal_basis"},
	"relations.csv":            {"subject", "object_kind", "object", "role"},
	"notices.csv":              {"system", "number", "kind", "legal_basis"},
}

var (
	dateShape   = regexp.MustCompile(`^\d{4}(-\d{2}(-\d{2})?)?$`)
	numberShape = regexp.MustCompile(`^\d+(\.\d+)?$`)
	idShape     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

func TestEveryRowHasASource(t *testing.T) {
	for _, name := range tableNames(t) {
		header, rows := readTable(t, Files(), name)
		if required[name] == nil {
			t.Errorf("%s: not in the list of required columns", name)
		}
		filled := append([]string{header[0], "publisher", "title", "check", "quote_or_paraphrase"}, required[name]...)
		seen := map[string]bool{}
		for _, r := range rows {
			id := r[header[0]]
			if seen[id] {
				t.Errorf("%s: %s stands twice", name, id)
			}
			seen[id] = true
			if !idShape.MatchString(id) {
				t.Errorf("%s: %q is no readable id", name, id)
			}
			for _, column := range filled {
				if strings.TrimSpace(r[column]) == "" {
					t.Errorf("%s: %s has no %s", name, id, column)
				}
			}
			if c := r["check"]; c != "read" && c != "as stated" {
				t.Errorf("%s: %s: check is %q", name, id, c)
			}
			checkShapes(t, name+": "+id, r)
		}
	}
}

// checkShapes looks at values whose form the column's name promises.
func checkShapes(t *testing.T, where string, r row) {
	t.Helper()
	for column, v := range r {
		if v == "" {
			continue
		}
		if v != strings.TrimSpace(v) {
			t.Errorf("%s: %s has blanks around it", where, column)
		}
		switch {
		case column == "url":
			if u, err := url.Parse(v); err != nil || u.Host == "" || !strings.HasPrefix(u.Scheme, "http") {
				t.Errorf("%s: %q is no address", where, v)
			}
		case column == "date" || column == "as_of" || strings.HasSuffix(column, "_date"):
			if !dateShape.MatchString(v) {
				t.Errorf("%s: %s %q is no date", where, column, v)
			}
		case slices.Contains([]string{"amount", "potential_value", "records_held", "transactions_per_day", "authorizations"}, column):
			if !numberShape.MatchString(v) {
				t.Errorf("%s: %s %q is no number", where, column, v)
			}
		case column == "aliases":
			if slices.Contains(strings.Split(v, ";"), "") {
				t.Errorf("%s: an empty alias", where)
			}
		}
	}
}

// ids gives the values of a column of several tables.
func ids(t *testing.T, column string, tables ...string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, name := range tables {
		_, rows := readTable(t, Files(), name)
		for _, r := range rows {
			out[r[column]] = true
		}
	}
	return out
}

func TestReferencesResolve(t *testing.T) {
	agencies := ids(t, "id", "agencies.csv")
	companies := ids(t, "id", "companies.csv")
	systems := ids(t, "id", "systems.csv")
	products := ids(t, "id", "cloud-products.csv")
	kinds := map[string]map[string]bool{"agency": agencies, "company": companies, "system": systems, "product": products}
	for _, c := range []struct {
		table, column string
		among         map[string]bool // nil: by the kind column
		kind          string
	}{
		{"agencies.csv", "parent", agencies, ""},
		{"ownership.csv", "owner", companies, ""},
		{"ownership.csv", "asset", companies, ""},
		{"systems.csv", "operator", agencies, ""},
		{"systems.csv", "builder", companies, ""},
		{"systems.csv", "replaces", systems, ""},
		{"system-figures.csv", "system", systems, ""},
		{"awards.csv", "authority", agencies, ""},
		{"awards.csv", "funder", agencies, ""},
		{"awards.csv", "supplier", companies, ""},
		{"payments.csv", "beneficiary", companies, ""},
		{"payments.csv", "payer", union(agencies, companies), ""},
		{"cloud-products.csv", "provider", companies, ""},
		{"cloud-counts.csv", "product", products, ""},
		{"cloud-authorizations.csv", "agency", agencies, ""},
		{"cloud-authorizations.csv", "product", products, ""},
		{"leverages.csv", "product", products, ""},
		{"leverages.csv", "platform", products, ""},
		{"hosting.csv", "hosted", systems, ""},
		{"hosting.csv", "host", nil, "host_kind"},
		{"data-flows.csv", "source", nil, "source_kind"},
		{"data-flows.csv", "target", nil, "target_kind"},
		{"relations.csv", "subject", companies, ""},
		{"relations.csv", "object", nil, "object_kind"},
		{"notices.csv", "system", systems, ""},
	} {
		_, rows := readTable(t, Files(), c.table)
		for _, r := range rows {
			among := c.among
			if among == nil {
				among = kinds[r[c.kind]]
			}
			if v := r[c.column]; v != "" && !among[v] {
				t.Errorf("%s: %s %q is not among the rows it may name", c.table, c.column, v)
			}
		}
	}
}

func union(sets ...map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, s := range sets {
		for k := range s {
			out[k] = true
		}
	}
	return out
}

// The example agrees with the reference tables wherever both have a row.
func TestAgreesWithReference(t *testing.T) {
	for _, c := range []struct {
		mine, theirs string
		columns      []string
	}{
		{"agencies.csv", reference.Agencies, []string{"name", "agency_code"}},
		{"companies.csv", reference.Providers, []string{"name"}},
		{"cloud-products.csv", reference.Providers, []string{"name"}},
	} {
		_, theirs := readTable(t, reference.Files(), c.theirs)
		byID := map[string]row{}
		for _, r := range theirs {
			byID[r["id"]] = r
		}
		_, mine := readTable(t, Files(), c.mine)
		shared := 0
		for _, r := range mine {
			other, ok := byID[r["id"]]
			if !ok {
				continue
			}
			shared++
			for _, column := range c.columns {
				if r[column] == "" || slices.Contains(strings.Split(other[column], ";"), r[column]) {
					continue
				}
				t.Errorf("%s: %s: %s is %q here and %q there", c.mine, r["id"], column, r[column], other[column])
			}
		}
		if shared == 0 {
			t.Errorf("%s shares no id with %s", c.mine, c.theirs)
		}
	}
}

// The chains that the example is there to show.
func TestChains(t *testing.T) {
	for _, c := range []struct {
		name, table string
		want        row
	}{
		{"ICE pays Four Points", "payments.csv", row{"payer": "us-ice", "beneficiary": "org-four-points", "amount": "9100000", "precision": "at least", "period": "total"}},
		{"Four Points resells AWS", "relations.csv", row{"subject": "org-four-points", "object": "org-aws"}},
		{"Palantir pays AWS", "payments.csv", row{"payer": "org-palantir", "beneficiary": "org-aws", "amount": "600000", "period": "month"}},
		{"SEVIS feeds ICM", "data-flows.csv", row{"source": "sys-sevis", "target": "sys-icm"}},
		{"ICM serves ICE", "data-flows.csv", row{"source": "sys-icm", "target": "us-ice"}},
		{"ICE operates ICM", "systems.csv", row{"id": "sys-icm", "operator": "us-ice", "builder": "org-palantir"}},
		{"ICM on AWS", "hosting.csv", row{"hosted": "sys-icm", "host": "org-aws"}},
		{"consulates feed IDENT", "data-flows.csv", row{"source": "sys-ccd", "target": "sys-ident"}},
		{"IDENT goes to NGI", "data-flows.csv", row{"source": "sys-ident", "target": "sys-ngi"}},
		{"IDENT goes to ABIS", "data-flows.csv", row{"source": "sys-ident", "target": "sys-abis"}},
		{"IDENT on GovCloud", "hosting.csv", row{"hosted": "sys-ident", "host": "cld-aws-govcloud"}},
		{"IDENT not on GovCloud", "hosting.csv", row{"hosted": "sys-ident", "host": "us-dhs"}},
		{"HART on GovCloud", "hosting.csv", row{"hosted": "sys-hart", "host": "cld-aws-govcloud"}},
		{"Palantir's cloud on GovCloud", "leverages.csv", row{"product": "cld-palantir-fcs", "platform": "cld-aws-govcloud"}},
		{"one count", "cloud-counts.csv", row{"product": "cld-amazon-all", "authorizations": "204", "as_of": "2018-10"}},
		{"the other count", "cloud-counts.csv", row{"product": "cld-amazon-all", "authorizations": "110", "as_of": "2019-01"}},
	} {
		_, rows := readTable(t, Files(), c.table)
		if !slices.ContainsFunc(rows, func(r row) bool { return r.has(c.want) }) {
			t.Errorf("%s: no such row in %s", c.name, c.table)
		}
	}
}

func (r row) has(want row) bool {
	for k, v := range want {
		if r[k] != v {
			return false
		}
	}
	return true
}
