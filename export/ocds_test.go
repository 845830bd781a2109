package export_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/export"
	"overt/extract"
	formats "overt/extract/open"
	"overt/internal/sharedtest"
	"overt/mapping"
	"overt/statement"

	gocmp "github.com/google/go-cmp/cmp"
)

// mapped reads a package of releases as an import does.
func mapped(t *testing.T, text string) []statement.Statement {
	t.Helper()
	src := extract.Source{Name: "p.json", Size: int64(len(text)), Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	parts, err := openParts(t, src)
	if err != nil {
		t.Fatal(err)
	}
	m := mapping.Pack("ocds-packages")
	var out []statement.Statement
	for _, q := range m.Queries {
		for rec, err := range parts[0].Reader.Records(t.Context(), q.Rows) {
			if err != nil {
				t.Fatal(err)
			}
			err := m.Apply(q, rec, func(e mapping.Entity) error {
				out = append(out, statement.Statement{Entity: e.ID, Schema: e.Schema, Prop: statement.PropID, Value: string(e.ID)})
				for _, v := range e.Values {
					s := statement.Statement{Entity: e.ID, Schema: e.Schema, Prop: v.Prop, Value: v.Clean}
					s.Places = []statement.Place{{Locator: v.Cells[0].At}}
					out = append(out, s)
				}
				return nil
			}, func(p mapping.Problem) { t.Errorf("%s: %s", p.Where, p.Reason) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

func openParts(t *testing.T, src extract.Source) ([]extract.Part, error) {
	t.Helper()
	return formats.Open(t.Context(), src, formats.Options{Format: "json"})
}

// said writes statements one a line, each once.
func said(list []statement.Statement) []string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %s %s=%s", s.Schema, s.Entity, s.Prop, s.Value))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// through writes statements as a package, and tells what was left out.
func through(t *testing.T, in []statement.Statement, raw bool) (string, []export.Left) {
	t.Helper()
	h := fill(t, []batch{{"registry", "2024-01-01", in}})
	var left []export.Left
	file, _ := h.write(t, export.OCDS, export.Options{Raw: raw, Now: "2024-02-03T04:05:06Z", Left: func(l []export.Left) { left = l }}, "registry")
	checkPackage(t, file)
	return file, left
}

func roundTrip(t *testing.T, text string) {
	t.Helper()
	in := mapped(t, text)
	for _, raw := range []bool{true, false} {
		file, left := through(t, in, raw)
		out := mapped(t, file)
		// A party that no block of its process names has nowhere to stand; it is
		// told, and nothing else may be missing.
		want, unnamed := named(in, out)
		if len(left) > 1 || len(left) == 1 && (left[0].Schema != "Organization" || left[0].Prop != "" || left[0].Count != int64(unnamed)) || len(left) == 0 && unnamed > 0 {
			t.Errorf("%d parties are missing, told is %+v", unnamed, left)
		}
		if diff := gocmp.Diff(said(want), said(out)); diff != "" {
			t.Errorf("raw %v: statements differ (-in +out):\n%s\n%s", raw, diff, file)
		}
		if again, more := through(t, out, raw); len(more) != 0 || !slices.Equal(said(mapped(t, again)), said(out)) {
			t.Errorf("raw %v: written again it says something else; left out: %+v", raw, more)
		}
		if t.Failed() {
			return
		}
	}
}

// named leaves out of in the organizations that nothing in it refers to and that
// are not in out, and counts them.
func named(in, out []statement.Statement) ([]statement.Statement, int) {
	there, referred, missing := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range out {
		there[string(s.Entity)] = true
	}
	for _, s := range in {
		if s.Prop != statement.PropID {
			referred[s.Value] = true
		}
	}
	var want []statement.Statement
	for _, s := range in {
		if id := string(s.Entity); s.Schema == "Organization" && !there[id] && !referred[id] {
			missing[id] = true
			continue
		}
		want = append(want, s)
	}
	return want, len(missing)
}

func TestOCDSRoundTripReal(t *testing.T) {
	dir := sharedtest.Path(t, "procurement", "ocds-sample", "1.1")
	for _, name := range []string{"ocds-213czf-000-00001.json", "ocds-213czf-000-00001-06-implementation.json", "record/ocds-213czf-000-00001.json"} {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { roundTrip(t, string(text)) })
	}
}

// TestOCDSRoundTripRandom makes up worlds in the shape of OCDS.
func TestOCDSRoundTripRandom(t *testing.T) {
	n := 40
	if testing.Short() {
		n = 8
	}
	for seed := range n {
		text, err := json.Marshal(randomPackage(rand.New(rand.NewPCG(uint64(seed), 7))))
		if err != nil {
			t.Fatal(err)
		}
		roundTrip(t, string(text))
		if t.Failed() {
			t.Fatalf("seed %d: %s", seed, text)
		}
	}
}

type object = map[string]any

// randomPackage makes releases of a few processes: values change from release
// to release, and not every block is in each.
func randomPackage(r *rand.Rand) object {
	var releases []object
	orgs := []object{}
	for i := range 2 + r.IntN(4) {
		o := object{"id": fmt.Sprintf("XA-REG-%d", i), "name": fmt.Sprintf("Organization %d", i)}
		if r.IntN(3) == 0 {
			o["id"] = fmt.Sprint("local ", i)
		}
		orgs = append(orgs, o)
	}
	ref := func() object { return orgs[r.IntN(len(orgs))] }
	refs := func() []object {
		var out []object
		for range 1 + r.IntN(3) {
			if o := ref(); !slices.ContainsFunc(out, func(x object) bool { return x["id"] == o["id"] }) {
				out = append(out, o)
			}
		}
		return out
	}
	value := func() object {
		return object{"amount": json.Number(fmt.Sprintf("%d.%02d", r.IntN(1e6), r.IntN(100))), "currency": "EUR"}
	}
	day := func() string { return fmt.Sprintf("20%02d-0%d-1%dT00:00:00Z", 10+r.IntN(9), 1+r.IntN(9), r.IntN(9)) }
	maybe := func(o object, key string, v any) {
		if r.IntN(3) > 0 {
			o[key] = v
		}
	}
	items := []object{{"id": "1", "description": fmt.Sprint("things ", r.IntN(3)), "classification": object{"scheme": "CPV", "id": "4523"}}}
	for p := range 1 + r.IntN(3) {
		ocid := fmt.Sprintf("ocds-abc123-%d", p)
		buyer := ref()
		for k := range 1 + r.IntN(4) {
			rel := object{"ocid": ocid, "id": fmt.Sprint(k), "date": fmt.Sprintf("2020-0%d-01T10:00:00Z", k+1), "tag": []string{"award"}, "initiationType": "tender", "buyer": buyer}
			used := map[string]object{fmt.Sprint(buyer["id"]): buyer}
			note := func(list ...object) any {
				for _, o := range list {
					used[fmt.Sprint(o["id"])] = o
				}
				return list
			}
			if r.IntN(2) == 0 {
				tender := object{"id": "t", "title": fmt.Sprint("tender ", r.IntN(2))}
				pe := ref()
				note(pe)
				tender["procuringEntity"] = pe
				maybe(tender, "procurementMethod", "open")
				maybe(tender, "value", value())
				maybe(tender, "tenderers", note(refs()...))
				maybe(tender, "tenderPeriod", object{"startDate": day(), "endDate": "2019-05-05T12:30:00Z"})
				maybe(tender, "items", items)
				rel["tender"] = tender
			}
			var awards []object
			for i := range 1 + r.IntN(2) {
				a := object{"id": fmt.Sprint("a", i), "title": fmt.Sprint("award ", r.IntN(3)), "suppliers": note(refs()...)}
				maybe(a, "status", []string{"pending", "active"}[r.IntN(2)])
				maybe(a, "value", value())
				maybe(a, "date", day())
				maybe(a, "contractPeriod", object{"startDate": day()})
				maybe(a, "documents", []object{{"id": "1", "url": fmt.Sprintf("http://example.org/%d", r.IntN(5))}})
				maybe(a, "items", items)
				awards = append(awards, a)
			}
			rel["awards"] = awards
			if r.IntN(2) == 0 {
				c := object{"id": "c", "awardID": "a0", "title": "a contract", "value": value()}
				pay, payee := ref(), ref()
				note(pay, payee)
				maybe(c, "status", "active")
				maybe(c, "implementation", object{"transactions": []object{{"id": fmt.Sprint("p", k), "date": day(), "value": value(), "payer": pay, "payee": payee}}})
				rel["contracts"] = []object{c}
			}
			maybe(rel, "planning", object{"rationale": fmt.Sprint("need ", r.IntN(2)), "budget": object{"project": "P", "amount": value()}})
			var parties []object
			for _, o := range used {
				parties = append(parties, o)
			}
			rel["parties"] = parties
			releases = append(releases, rel)
		}
	}
	return object{"version": "1.1", "uri": "http://example.org/", "publishedDate": "2021-01-01T00:00:00Z", "publisher": object{"name": "Test"}, "releases": releases}
}

// checkPackage holds what release-package-schema.json of OCDS 1.1 requires:
// fields that must be there, types, closed lists, references that lead somewhere.
func checkPackage(t *testing.T, file string) {
	t.Helper()
	var p struct {
		Version, URI, PublishedDate string
		Publisher                   struct{ Name string }
		Releases                    []struct {
			OCID, ID, Date, InitiationType string
			Tag                            []string
			Buyer                          struct{ ID string }
			Parties                        []struct {
				ID, Name string
				Roles    []string
			}
			Tender *struct {
				ID, ProcurementMethod, MainProcurementCategory string
				ProcuringEntity                                struct{ ID string }
				Tenderers                                      []struct{ ID string }
			}
			Awards []struct {
				ID, Status string
				Value      struct{ Amount json.Number }
				Suppliers  []struct{ ID string }
			}
			Contracts []struct {
				ID, AwardID, Status string
				Implementation      struct {
					Transactions []struct {
						ID           string
						Payer, Payee struct{ ID string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(file), &p); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	bad := func(ok bool, format string, args ...any) {
		t.Helper()
		if !ok {
			t.Errorf(format, args...)
		}
	}
	isTime := func(s string) bool { return len(s) >= 20 && s[10] == 'T' }
	oneOf := func(s string, list ...string) bool { return s == "" || slices.Contains(list, s) }
	bad(p.Version == "1.1" && p.URI != "" && p.Publisher.Name != "" && isTime(p.PublishedDate) && p.Releases != nil, "the head of the package: %.300s", file)
	ids := map[string]bool{}
	for _, r := range p.Releases {
		bad(r.OCID != "" && r.ID != "" && !strings.Contains(r.ID, "#") && isTime(r.Date) && len(r.Tag) > 0 && r.InitiationType == "tender", "release %+v", r)
		bad(!ids[r.OCID+r.ID], "two releases %s", r.ID)
		ids[r.OCID+r.ID] = true
		parties := map[string]bool{"": true}
		for _, o := range r.Parties {
			bad(o.ID != "" && !parties[o.ID] && len(o.Roles) > 0, "party %+v", o)
			parties[o.ID] = true
		}
		bad(parties[r.Buyer.ID], "the buyer %s is no party", r.Buyer.ID)
		if tender := r.Tender; tender != nil {
			bad(tender.ID != "" && parties[tender.ProcuringEntity.ID], "tender %+v", tender)
			bad(oneOf(tender.ProcurementMethod, "open", "selective", "limited", "direct") && oneOf(tender.MainProcurementCategory, "goods", "works", "services"), "tender %+v", tender)
		}
		for _, a := range r.Awards {
			bad(a.ID != "" && oneOf(a.Status, "pending", "active", "cancelled", "unsuccessful"), "award %+v", a)
			for _, s := range a.Suppliers {
				bad(parties[s.ID], "the supplier %s is no party", s.ID)
			}
		}
		for _, c := range r.Contracts {
			bad(c.ID != "" && c.AwardID != "" && oneOf(c.Status, "pending", "active", "cancelled", "terminated"), "contract %+v", c)
			for _, pay := range c.Implementation.Transactions {
				bad(pay.ID != "" && parties[pay.Payer.ID] && parties[pay.Payee.ID], "transaction %+v", pay)
			}
		}
	}
}

// TestOCDSOfOtherSources writes what no OCDS publisher said: ids are ours, and
// what has no place is listed, property by property.
func TestOCDSOfOtherSources(t *testing.T) {
	in := join(
		of("us-7012", "Agency", "name", "Example Agency", "agencyCode", "7012"),
		of("us-acme", "Organization", "name", "Acme", "name", "ACME, INC.", "dunsCode", "001234567"),
		of("CONT_AWD_1_7012", "Award", "title", "An order", "awardKey", "CONT_AWD_1_7012", "authority", "us-7012", "supplier", "us-acme", "currentValue", "12.50",
			"currency", "USD", "potentialValue", "99", "valuesAsOf", "2021-02-03", "startDate", "2020", "endDate", "2022-01-31", "status", "somehow"),
		of("CONT_IDV_2_8000", "Award", "awardKey", "CONT_IDV_2_8000"),
		of("action", "Obligation", "contract", "CONT_AWD_1_7012", "amount", "12.50"),
		of("paid", "Payment", "amount", "1", "payer", "us-7012"),
		of("loose", "Award", "awardType", "contract", "title", "A contract of no award"),
	)
	file, left := through(t, in, false)
	var got []string
	for _, l := range left {
		got = append(got, fmt.Sprintf("%s %s %d", l.Schema, l.Prop, l.Count))
	}
	want := []string{
		"Agency agencyCode 1", "Award  1", "Award  1", "Award awardKey 1", "Award potentialValue 1", "Award startDate 1", "Award status 1",
		"Obligation  1", "Organization name 1", "Payment  1",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	out := said(mapped(t, file))
	for _, s := range []string{
		"Award CONT_AWD_1_7012 currentValue=12.50", "Award CONT_AWD_1_7012 valuesAsOf=2021-02-03", "Award CONT_AWD_1_7012 endDate=2022-01-31",
		"Award CONT_AWD_1_7012 authority=us-7012", "Award CONT_AWD_1_7012 supplier=us-acme", "Organization us-7012 name=Example Agency", "Organization us-acme dunsCode=001234567",
	} {
		if !slices.Contains(out, s) {
			t.Errorf("read back there is no %s", s)
		}
	}
}

// TestOCDSScope holds that a package says nothing of what is hidden: not in its
// releases, nor in what it counts as left out.
func TestOCDSScope(t *testing.T) {
	seen := []batch{{"registry", "2024-01-01", join(
		of("buyer", "Organization", "name", "Town"), of("a", "Award", "title", "Lamps", "authority", "buyer", "supplier", "s", "currentValue", "5"),
	)}}
	hidden := append(slices.Clone(seen), batch{"secret", "2024-01-02", join(
		of("s", "Organization", "name", "Shadow"), of("a", "Award", "potentialValue", "999999", "supplier", "shadow-2"),
		of("b", "Award", "title", "Secret lamps", "authority", "buyer"), of("o", "Obligation", "amount", "1"),
	)})
	all, cut := fill(t, hidden), fill(t, seen)
	got, n := all.write(t, export.OCDS, export.Options{}, open...)
	want, m := cut.write(t, export.OCDS, export.Options{}, open...)
	if got != want || n != m {
		t.Errorf("what is hidden shows: %+v, %+v\n%s", n, m, gocmp.Diff(want, got))
	}
	if none, _ := all.write(t, export.OCDS, export.Options{}); strings.Contains(none, "Lamps") {
		t.Errorf("a scope of nothing shows %s", none)
	}
}

// TestOCDSTellsAnew writes what an award came to on each of its days into a
// release of that day, so that a reader takes the latest for the latest.
func TestOCDSTellsAnew(t *testing.T) {
	award := func(value, day string) []statement.Statement {
		return of("CONT_AWD_1_7012", "Award", "title", "An order", "currentValue", value, "currency", "USD", "valuesAsOf", day)
	}
	file, _ := through(t, join(award("50.00", "2021-02-03"), award("60.00", "2022-03-04")), false)
	var pkg struct {
		Releases []struct {
			Date   string
			Awards []struct{ Value struct{ Amount json.Number } }
		}
	}
	if err := json.Unmarshal([]byte(file), &pkg); err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, r := range pkg.Releases {
		got = append(got, r.Date[:10]+" "+r.Awards[0].Value.Amount.String())
	}
	if diff := gocmp.Diff([]string{"2021-02-03 50.00", "2022-03-04 60.00"}, got); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
}
