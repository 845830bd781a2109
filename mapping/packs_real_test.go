package mapping_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/extract/open"
	"overt/internal/sharedtest"
	"overt/mapping"
)

// byAuthority keeps the obligations of the agency with the given name.
func byAuthority(r *result, name string) []*merged {
	var out []*merged
	for _, o := range r.of("Obligation") {
		if r.entities[o.one("authority")].has("name", name) {
			out = append(out, o)
		}
	}
	return out
}

func TestTransactionsReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "cbp-ice-transactions")
	all := newResult()
	for _, tt := range []struct {
		year       string
		rows       int
		repeats    int // exact duplicate rows
		total, ice string
	}{
		{"2021", 10398, 6, "6655028747.44", "2531913298.35"},
		{"2023", 9366, 11, "9989161230.41", "3283327005.99"},
		{"2024", 10226, 8, "8973728867.52", "3209821693.16"},
	} {
		t.Run(tt.year, func(t *testing.T) {
			path := filepath.Join(dir, "CBP_ICE_FY"+tt.year+"_Contract_Obligations.csv.gz")
			r := newResult()
			r.load(t, path, "usaspending-transactions", open.Options{})
			all.load(t, path, "usaspending-transactions", open.Options{})
			if r.records != tt.rows || len(r.problems) != 0 {
				t.Errorf("got %d rows, %d problems %v, want %d and none", r.records, len(r.problems), summary(r.problems), tt.rows)
			}
			actions := r.of("Obligation")
			if got := tt.rows - len(actions); got != tt.repeats {
				t.Errorf("got %d repeated rows, want %d", got, tt.repeats)
			}
			// Each row once: repeated rows are one entity with two places.
			places := 0
			repeated := newResult()
			for _, o := range actions {
				places += o.cells["amount"]
				for range o.cells["amount"] - 1 {
					repeated.entities[o.id] = o
				}
			}
			if places != tt.rows {
				t.Errorf("got %d places of amounts, want %d", places, tt.rows)
			}
			if got := plus(t, sum(t, actions, "amount"), sumRepeats(t, actions)); got != tt.total {
				t.Errorf("sum of all rows: got %s, want %s", got, tt.total)
			}
			ice := byAuthority(r, "ICE")
			if got := plus(t, sum(t, ice, "amount"), sumRepeats(t, ice)); got != tt.ice {
				t.Errorf("sum of ICE rows: got %s, want %s", got, tt.ice)
			}
			for _, o := range actions {
				if !o.has("fiscalYear", tt.year) {
					t.Fatalf("action %s on %s is in fiscal year %v, want %s", o.id, o.one("date"), o.values["fiscalYear"], tt.year)
				}
			}
		})
	}
	t.Run("a reseller", func(t *testing.T) {
		var actions []*merged
		awards := map[string]map[string]bool{"ICE": {}, "CBP": {}}
		count := map[string]int{}
		for _, o := range all.of("Obligation") {
			supplier := all.entities[o.one("supplier")]
			if supplier == nil || !supplier.has("name", "FOUR POINTS TECHNOLOGY, L.L.C.") {
				continue
			}
			actions = append(actions, o)
			agency := all.entities[o.one("authority")].one("name")
			awards[agency][o.one("contract")] = true
			count[agency]++
		}
		if got := sum(t, actions, "amount"); len(actions) != 114 || got != "236345105.88" {
			t.Errorf("got %d actions, %s, want 114 and 236345105.88", len(actions), got)
		}
		if count["ICE"] != 52 || len(awards["ICE"]) != 27 || count["CBP"] != 62 || len(awards["CBP"]) != 25 {
			t.Errorf("got %v actions, %d and %d awards, want 52 in 27 and 62 in 25", count, len(awards["ICE"]), len(awards["CBP"]))
		}
	})
	t.Run("withheld suppliers", func(t *testing.T) {
		withheld := 0
		for _, o := range all.of("Obligation") {
			if len(o.values["supplier"]) == 0 {
				withheld++
				if got := o.one("summary"); !strings.Contains(got, "(UNDISCLOSED)") {
					t.Errorf("%s has no supplier and says %q", o.id, got)
				}
			}
		}
		if withheld == 0 {
			t.Error("no action without supplier, want those of undisclosed awardees")
		}
		for _, o := range all.of("Organization") {
			if strings.Contains(o.one("name"), "UNDISCLOSED") {
				t.Errorf("a withheld name became an entity: %v", o.values["name"])
			}
		}
	})
	t.Run("one agency, one code", func(t *testing.T) {
		for _, a := range all.of("Agency") {
			if len(a.values["agencyCode"]) != 1 {
				t.Errorf("%v has codes %v", a.values["name"], a.values["agencyCode"])
			}
		}
	})
}

// sumRepeats adds the amounts of rows that were there more than once.
func sumRepeats(t *testing.T, actions []*merged) string {
	t.Helper()
	total := "0.00"
	for _, o := range actions {
		for range o.cells["amount"] - len(o.values["amount"]) {
			total = plus(t, total, o.one("amount"))
		}
	}
	return total
}

func plus(t *testing.T, a, b string) string {
	t.Helper()
	return sum(t, []*merged{{values: map[string]map[string]bool{"x": {a: true}}}, {values: map[string]map[string]bool{"x": {b: true}}}}, "x")
}

func TestAwards2018Real(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "usaspending-ice-fy13-17")
	r := newResult()
	pack := mapping.Pack("usaspending-awards-2018")
	for _, year := range []string{"fy13", "fy14", "fy15", "fy16", "fy17"} {
		opts := open.Options{}
		if year != "fy13" {
			opts.Header = pack.Header
		}
		r.load(t, filepath.Join(dir, year+".csv.gz"), "usaspending-awards-2018", opts)
	}
	awards, names := 0, map[string]map[string]bool{}
	for _, a := range r.of("Award") {
		if len(a.values["title"]) > 0 {
			awards++
		}
	}
	for _, o := range r.of("Obligation") {
		s := r.entities[o.one("supplier")]
		names[s.one("dunsCode")] = s.values["name"]
	}
	for _, o := range r.of("Organization") {
		if len(o.values["dunsCode"]) != 1 || len(o.one("dunsCode")) != 9 {
			t.Fatalf("%v has DUNS %v, want one of nine digits", o.values["name"], o.values["dunsCode"])
		}
	}
	if r.records != 3469 || awards != 3019 || len(names) != 743 || len(r.of("Obligation")) != 3469 {
		t.Errorf("got %d rows, %d awards, %d DUNS, %d actions, want 3469, 3019, 743, 3469", r.records, awards, len(names), len(r.of("Obligation")))
	}
	if got := len(r.of("Ownership")); got != 187 {
		t.Errorf("got %d links of child and parent, want 187", got)
	}
	// One CAGE code in the source has the wrong shape; nothing else is lost.
	if len(r.problems) != 1 || r.problems[0].Column != "cage_code" || r.problems[0].Where.Row == 0 {
		t.Errorf("problems: %v", r.problems)
	}
}

// TestSpellings2018Real counts spellings as the supplier's own column has them:
// where a company is its own parent, the parent's column may add another.
func TestSpellings2018Real(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "usaspending-ice-fy13-17")
	pack := mapping.Pack("usaspending-awards-2018")
	spellings := map[string]map[string]bool{}
	for _, year := range []string{"fy13", "fy14", "fy15", "fy16", "fy17"} {
		opts := open.Options{}
		if year != "fy13" {
			opts.Header = pack.Header
		}
		parts, err := open.Open(t.Context(), source(filepath.Join(dir, year+".csv.gz")), opts)
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range parts[0].Reader.Records(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			err = pack.Apply(pack.Queries[0], rec, func(e mapping.Entity) error {
				for _, v := range e.Values {
					if e.Schema == "Organization" && v.Prop == "name" && v.Cells[0].At.Column == "recipient_name" {
						if spellings[string(e.ID)] == nil {
							spellings[string(e.ID)] = map[string]bool{}
						}
						spellings[string(e.ID)][v.Clean] = true
					}
				}
				return nil
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	two := 0
	for _, s := range spellings {
		if len(s) > 1 {
			two++
		}
	}
	if len(spellings) != 743 || two != 29 {
		t.Errorf("got %d suppliers, %d with two spellings, want 743 and 29", len(spellings), two)
	}
}

func TestAwardSummariesReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "usaspending-awards-mn")
	r := newResult()
	r.load(t, filepath.Join(dir, "Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz"), "usaspending-award-summaries", open.Options{})
	var awards []*merged
	ueis := map[string]bool{}
	for _, a := range r.of("Award") {
		if len(a.values["title"]) > 0 {
			awards = append(awards, a)
			ueis[r.entities[a.one("supplier")].one("uniqueEntityId")] = true
		}
	}
	if got := sum(t, awards, "obligatedTotal"); len(awards) != 1369 || got != "351129069.99" {
		t.Errorf("got %d awards, %s obligated, want 1369 and 351129069.99", len(awards), got)
	}
	if len(ueis) != 122 || len(r.of("Ownership")) != 39 {
		t.Errorf("got %d UEIs, %d links, want 122 and 39", len(ueis), len(r.of("Ownership")))
	}
	if len(r.of("Obligation")) != 0 || len(r.problems) != 0 {
		t.Errorf("got %d obligations and problems %v, want none", len(r.of("Obligation")), summary(r.problems))
	}
	// The other file was saved with other dates.
	r = newResult()
	r.load(t, filepath.Join(dir, "Contracts_PrimeAwardSummaries_2025-03-28_H02M59S08_1.csv"), "usaspending-award-summaries", open.Options{})
	if r.records != 5 || len(r.problems) != 0 {
		t.Errorf("got %d rows, problems %v, want 5 and none", r.records, summary(r.problems))
	}
}

func TestSubawardsReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement")
	r := newResult()
	r.load(t, filepath.Join(dir, "fsrs-ice-2011-2018", "all_contracts_subawards_1.csv"), "fsrs-subawards-old", open.Options{})
	if got := sum(t, r.of("Subaward"), "amount"); len(r.of("Subaward")) != 175 || got != "186477899.21" {
		t.Errorf("got %d sub-awards, %s, want 175 and 186477899.21", len(r.of("Subaward")), got)
	}
	if len(r.problems) != 0 {
		t.Errorf("problems: %v", summary(r.problems))
	}
	now := newResult()
	now.load(t, filepath.Join(dir, "usaspending-awards-mn", "Contracts_Subawards_2025-03-21_H19M57S41_1.csv"), "fsrs-subawards", open.Options{})
	if len(now.of("Subaward")) != 3 || len(now.problems) != 0 {
		t.Errorf("got %d sub-awards, problems %v, want 3 and none", len(now.of("Subaward")), summary(now.problems))
	}
	// Old and new columns give the same shapes, but for what only one has.
	props := func(r *result) string {
		found := map[string]bool{}
		for _, s := range r.of("Subaward") {
			for p := range s.values {
				found[p] = true
			}
		}
		delete(found, "reportId")
		return strings.Join(slices.Sorted(maps.Keys(found)), " ")
	}
	if props(r) != props(now) {
		t.Errorf("old columns give %s, new ones %s", props(r), props(now))
	}
}

func TestFedRAMPReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "fedramp")
	const govcloud = "fedramp-F1603047866"
	for _, tt := range []struct {
		day                   string
		products, dependants  int
		authorization, reuse  string
		palantirOn            bool
		amazon, amazonReuse   string
		amazonProducts        int
		unlisted              int // products that only another list names
		authorizedFrom, until int // bounds of the number of authorizations
	}{
		{"2023-02-21", 387, 0, "45", "529", false, "104.00", "970.00", 3, 0, 3300, 3400},
		{"2023-10-20", 443, 117, "49", "752", true, "109.00", "1415.00", 2, 0, 2174, 2200},
		{"2024-06-20", 476, 126, "64", "865", true, "146.00", "1621.00", 2, 1, 2356, 2380},
		{"2025-01-17", 500, 138, "79", "922", true, "180.00", "1773.00", 2, 2, 2558, 2580},
		{"2025-09-17", 604, 178, "95", "1146", true, "205.00", "2161.00", 2, 10, 2894, 2920},
	} {
		t.Run(tt.day, func(t *testing.T) {
			path := filepath.Join(dir, "data."+tt.day+".json.gz")
			r := newResult()
			r.load(t, path, "fedramp-marketplace", open.Options{})
			var listed, amazon []*merged
			for _, p := range r.of("CloudProduct") {
				if len(p.values["name"]) == 0 {
					continue
				}
				listed = append(listed, p)
				if strings.Contains(r.entities[p.one("provider")].one("name"), "Amazon") {
					amazon = append(amazon, p)
				}
			}
			if len(listed) != tt.products {
				t.Errorf("got %d products, want %d", len(listed), tt.products)
			}
			if got := len(r.of("CloudProduct")) - len(listed); got > tt.unlisted {
				t.Errorf("got %d products outside the list, want at most %d", got, tt.unlisted)
			}
			if a, u := sum(t, amazon, "authorizationCount"), sum(t, amazon, "reuseCount"); len(amazon) != tt.amazonProducts || a != tt.amazon || u != tt.amazonReuse {
				t.Errorf("Amazon: got %d products, %s, %s, want %d, %s, %s", len(amazon), a, u, tt.amazonProducts, tt.amazon, tt.amazonReuse)
			}
			g := r.entities[govcloud]
			if !g.has("authorizationCount", tt.authorization) || !g.has("reuseCount", tt.reuse) {
				t.Errorf("AWS GovCloud: got %v and %v, want %s and %s", g.values["authorizationCount"], g.values["reuseCount"], tt.authorization, tt.reuse)
			}
			dependants, palantir := map[string]bool{}, false
			for _, l := range r.of("Leverages") {
				if l.has("platform", govcloud) {
					dependants[l.one("product")] = true
					name := r.entities[l.one("product")].one("name")
					palantir = palantir || strings.HasPrefix(name, "Palantir Federal Cloud Service")
				}
				if l.one("platform") == l.one("product") {
					t.Errorf("%s runs on itself", l.one("product"))
				}
				if l.has("product", govcloud) {
					t.Errorf("AWS GovCloud is said to run on %s", l.one("platform"))
				}
			}
			if len(dependants) != tt.dependants || palantir != tt.palantirOn {
				t.Errorf("got %d dependants of AWS GovCloud, Palantir among them %v, want %d and %v", len(dependants), palantir, tt.dependants, tt.palantirOn)
			}
			if n := len(r.of("CloudAuthorization")); n < tt.authorizedFrom || n > tt.until {
				t.Errorf("got %d authorizations, want %d to %d", n, tt.authorizedFrom, tt.until)
			}
			parts, err := open.Open(t.Context(), source(path), open.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if day, err := mapping.Pack("fedramp-marketplace").Observed(t.Context(), path, parts[0].Reader); err != nil || day != tt.day {
				t.Errorf("observed: got %q, %v, want %s", day, err, tt.day)
			}
			if len(r.problems) > 12 {
				t.Errorf("problems: %v", summary(r.problems))
			}
		})
	}
}

func TestReferenceReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "reference")
	r := newResult()
	r.load(t, filepath.Join(dir, "authoritative_agency_list.csv.gz"), "us-agency-list", open.Options{})
	found := 0
	for _, a := range r.of("Agency") {
		if a.has("agencyCode", "7012") {
			found++
			parent := r.entities[a.one("parent")]
			if !a.has("abbreviation", "ICE") || !parent.has("cgacCode", "070") || !parent.has("agencyCode", "7000") {
				t.Errorf("agency 7012: %v, parent %v", a.values, parent.values)
			}
		}
	}
	if found != 1 || r.records != 1507 {
		t.Errorf("got %d agencies with code 7012 in %d rows, want 1 in 1507", found, r.records)
	}
	r = newResult()
	r.load(t, filepath.Join(dir, "psc_codes.csv.gz"), "psc-codes", open.Options{})
	if len(r.of("ProductCode")) != 3769 || len(r.problems) != 0 {
		t.Errorf("got %d codes, problems %v, want 3769 and none", len(r.of("ProductCode")), summary(r.problems))
	}
}

// TestFollowTheMoneyFixtures reads the published mapping, and maps the published
// table with blanks after its commas.
func TestFollowTheMoneyFixtures(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "ftm", "followthemoney-fixtures")
	text, err := os.ReadFile(filepath.Join(dir, "kek.yml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse("kek.yml", text)
	if err != nil || !m.Queries[0].NeedsSQL() {
		t.Fatalf("got %v, want a query that needs the SQL source", err)
	}
	m = parse(t, "entities: {p: {schema: Person, key: id, properties: {name: name, address: {columns: [house_number, town], join: ', '}}}}")
	parts, err := open.Open(t.Context(), source(filepath.Join(dir, "links.csv")), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := newResult()
	r.apply(t, m, parts[0].Reader)
	if p := r.entities[sha("1")]; p == nil || !p.has("name", "Wile E. Coyote") || !p.has("address", "64, The Desert") {
		t.Errorf("got %v", p)
	}
}
