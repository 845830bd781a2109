package mapping_test

import (
	"path/filepath"
	"testing"

	"overt/extract/open"
	"overt/internal/sharedtest"
	"overt/mapping"
)

// federal maps a file of the federal systems with the pack it is known by.
func federal(t *testing.T, pack string, path ...string) *result {
	t.Helper()
	file := filepath.Join(append([]string{sharedtest.Path(t), "federal-systems"}, path...)...)
	parts, err := open.Open(t.Context(), source(file), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := detect(t, file, parts[0], pack)
	r := newResult()
	for _, q := range m.Queries {
		for rec, err := range parts[0].Reader.Records(t.Context(), q.Rows) {
			if err != nil {
				t.Fatal(err)
			}
			err := m.Apply(q, rec, func(e mapping.Entity) error { r.add(e); return nil }, func(p mapping.Problem) { r.problems = append(r.problems, p) })
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return r
}

func TestRealNotices(t *testing.T) {
	r := federal(t, "federal-register-notices", "federal-register-sorn", "sorn_abstracts_dev.csv")
	if got := len(r.of("Notice")); got != 409 {
		t.Errorf("%d notices", got)
	}
	if got := len(r.of("SystemSuccession")); got != 14 {
		t.Errorf("%d successions", got)
	}
	for _, s := range r.of("SystemSuccession") {
		if len(s.values["successor"]) != 1 || len(s.values["predecessor"]) != 1 || s.one("date") == "" || s.one("sentence") == "" {
			t.Errorf("a succession lacks something: %v", s.values)
		}
	}
	if len(r.problems) > 0 {
		t.Errorf("%d problems, first %+v", len(r.problems), r.problems[0])
	}
}

func TestRealFullNotices(t *testing.T) {
	r := federal(t, "federal-register-xml", "federal-register-sorn", "sorn.xml")
	uses := map[string]bool{}
	for _, u := range r.of("RoutineUse") {
		uses[u.one("letter")] = true
	}
	if len(uses) != 11 || len(r.of("RoutineUse")) != 11 {
		t.Errorf("%d routine uses, letters %v; the notice counts a to k", len(r.of("RoutineUse")), uses)
	}
	// Named: OPM and GAO, the Department of Justice, the National Archives.
	if got := len(r.of("DataFlow")); got != 4 {
		t.Errorf("%d flows to named institutions", got)
	}
	systems := r.of("System")
	if len(systems) != 1 || !systems[0].has("systemId", "GSA/OGP-1") || !systems[0].has("alias", "e-Rulemaking Program Administrative System") ||
		!systems[0].has("location", "National Computer Center in Research Triangle Park, North Carolina.") {
		t.Errorf("systems: %+v", systems)
	}
	if n := r.of("Notice"); len(n) != 1 || !n[0].has("documentNumber", "2019-21885") || !n[0].has("cites", "1 FR 1234") && !n[0].has("cites", "01 FR 1234") {
		t.Errorf("notices: %+v", n)
	}
	if len(r.problems) > 0 {
		t.Errorf("problems: %+v", r.problems)
	}

	r = federal(t, "federal-register-xml", "federal-register-sorn", "cma-sorn.xml")
	matched := map[string]bool{}
	for _, s := range r.of("System") {
		matched[s.one("systemId")] = true
	}
	if len(matched) != 2 || !matched["58VA21/22/28"] || !matched["TREASURY/IRS-22.061"] || len(r.of("Records")) != 2 {
		t.Errorf("matched systems: %v", matched)
	}
}

func TestRealDomains(t *testing.T) {
	r := federal(t, "dotgov-domains", "dotgov", "current-federal.csv")
	if got := len(r.of("Domain")); got != 1321 {
		t.Errorf("%d domains", got)
	}
	known := 0
	for _, d := range r.of("Domain") {
		if len(d.values["holder"]) != 1 {
			t.Errorf("%s has %d holders", d.one("name"), len(d.values["holder"]))
		}
		if r.entities[d.one("holder")].one("agencyCode") != "" {
			known++
		}
	}
	t.Logf("%d of 1,321 domains are held by an agency of the reference list", known)
	if known < 690 {
		t.Errorf("only %d domains join the reference list", known)
	}
	for domain, code := range map[string]string{"ice.gov": "7012", "cbp.gov": "7014"} {
		found := false
		for _, d := range r.of("Domain") {
			found = found || d.has("name", domain) && r.entities[d.one("holder")].has("agencyCode", code)
		}
		if !found {
			t.Errorf("%s is not held by agency %s", domain, code)
		}
	}
	r = federal(t, "dotgov-agencies", "dotgov", "agencies-and-subs.csv")
	if r.emitted < 342 {
		t.Errorf("%d agencies and bureaus of 342 rows", r.emitted)
	}
}
