package money_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"overt"
	"overt/driver/memory"
	"overt/ftm"
	"overt/graph"
	"overt/money"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// A world is a store that tests fill with a few lines: "id Schema prop=value;
// prop=value". Lines of one run are rows of its one source.
type world struct {
	t     *testing.T
	store *memory.Store
	runs  int
}

func newWorld(t *testing.T) *world {
	return &world{t: t, store: new(memory.Store)}
}

func (w *world) run(spec statement.RunSpec, measures []statement.Measure, lines ...string) {
	w.t.Helper()
	w.runs++
	if spec.Dataset == "" {
		spec.Dataset = "d"
	}
	if spec.Observed == "" {
		spec.Observed = fmt.Sprintf("2024-01-%02d", w.runs)
	}
	spec.Extent = statement.Window
	spec.Sources = []statement.Source{{Name: fmt.Sprintf("file%d.csv", w.runs), Blob: overt.BlobID(strings.Repeat("0", 64))}}
	label := policy.Label{Dataset: spec.Dataset}
	out, err := w.store.Begin(w.t.Context(), policytest.Scope(label), spec)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, line := range lines {
		parts := strings.SplitN(line, " ", 3)
		var stmts []statement.Statement
		for _, pv := range strings.Split(parts[2], ";") {
			p, v, _ := strings.Cut(strings.TrimSpace(pv), "=")
			place := statement.Place{Locator: overt.Locator{Row: int64(i + 2), Column: p}}
			stmts = append(stmts, statement.Statement{Schema: parts[1], Prop: p, Value: v, Places: []statement.Place{place}})
		}
		if err := out.Add(label, ftm.EntityID(parts[0]), stmts); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, m := range measures {
		out.Measure(m)
	}
	if _, err := out.Commit(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sum(q money.Query) *money.Answer {
	w.t.Helper()
	view, err := w.store.View(w.t.Context(), policytest.Datasets("d", "e", "reference"), statement.When{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = view.Close() })
	dir := w.t.TempDir()
	path := filepath.Join(dir, "g.og")
	if err := pipeline.Derive(w.t.Context(), view, w.store.Epoch(), dir, path); err != nil {
		w.t.Fatal(err)
	}
	g, err := graph.Open(path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = g.Close() })
	if q.AsOf == 0 {
		q.AsOf = statement.NoDay
	}
	a, err := money.NewLedger(view, g.View(view.Sight())).Sum(w.t.Context(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// rows writes an answer's rows as "key=amount/count".
func rows(a *money.Answer) string {
	var out []string
	for _, r := range a.Rows {
		out = append(out, fmt.Sprintf("%s=%s/%d", r.Key, r.Amount.StringFixed(2), r.Count))
	}
	return strings.Join(out, " ")
}

func codes(a *money.Answer) string {
	var out []string
	for _, w := range a.Warnings {
		out = append(out, w.Code)
	}
	return strings.Join(out, " ")
}

const (
	agency  = "ice Agency name=Immigration Service; agencyCode=7012"
	vendorA = "va Company name=Acme Works"
	vendorB = "vb Company name=Bolt Co"
)

func action(id, award, mod, amount, supplier, date string, more ...string) string {
	s := fmt.Sprintf("%s Obligation authority=ice; supplier=%s; contract=%s; modificationNumber=%s; amount=%s; currency=USD; date=%s", id, supplier, award, mod, amount, date)
	return strings.Join(append([]string{s}, more...), "; ")
}

func award(id, key string, more ...string) string {
	return strings.Join(append([]string{fmt.Sprintf("%s Award title=%s; awardKey=%s; authority=ice", id, key, key)}, more...), "; ")
}

func TestObligationsAreAddedExactly(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA, vendorB, award("a1", "K1"), award("a2", "K2"),
		action("o1", "a1", "0", "0.1", "va", "2021-10-01"), action("o2", "a1", "P1", "0.2", "va", "2022-02-01"),
		action("o3", "a2", "0", "-5", "vb", "2021-09-30"))
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}})
	if got, want := rows(a), "Acme Works=0.30/2 Bolt Co=-5.00/1"; got != want {
		t.Errorf("by supplier: %s, want %s", got, want)
	}
	if a.Total.String() != "-4.7" || a.Count != 3 || a.Awards != 2 {
		t.Errorf("total %s of %d in %d awards", a.Total, a.Count, a.Awards)
	}
	if got, want := rows(w.sum(money.Query{From: []ftm.EntityID{"ice"}, To: []ftm.EntityID{"va"}, By: money.ByContract})), "K1=0.30/2"; got != want {
		t.Errorf("to one supplier by contract: %s, want %s", got, want)
	}
	if got := w.sum(money.Query{From: []ftm.EntityID{"ice"}, AsOf: statement.DayOf("2021-12-31")}); got.Count != 2 {
		t.Errorf("as of the end of 2021: %d actions, want 2", got.Count)
	}
	if c := a.Rows[0].Citations; len(c) == 0 || c[0].Quote != "0.2" || c[0].Source != "file1.csv" || c[0].Locator.Row != 8 {
		t.Errorf("the largest action is cited first: %v", c)
	}
}

func TestTheSameActionCountsOnce(t *testing.T) {
	w := newWorld(t)
	o := action("o1", "a1", "P00001", "100", "va", "2021-10-01")
	w.run(statement.RunSpec{}, nil, agency, vendorA, award("a1", "K1"), o, o) // an exact repeat
	// Another file tells the same action under another id and another award id.
	w.run(statement.RunSpec{Dataset: "e"}, nil, award("b1", "K1"), action("x9", "b1", "P00001", "100.00", "va", "2021-10-01"))
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}})
	if a.Total.Sign() <= 0 || a.Total.StringFixed(2) != "100.00" || a.Count != 1 {
		t.Fatalf("total %s in %d", a.Total, a.Count)
	}
	if a.Repeats != 2 || len(a.Repeated) != 1 || a.Repeated[0].Times != 3 || len(a.Repeated[0].Citations) != 3 {
		t.Errorf("repeats %d, %+v", a.Repeats, a.Repeated)
	}
}

func TestTheNewestTellingCounts(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{Observed: "2024-05-01"}, nil, agency, vendorA, award("a1", "K1"), action("o1", "a1", "0", "70", "va", "2021-10-01"))
	w.run(statement.RunSpec{Observed: "2024-01-01", Dataset: "e"}, nil, award("b1", "K1"), action("x1", "b1", "0", "60", "va", "2021-10-01"))
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}})
	if a.Total.String() != "70" || a.Count != 1 || !strings.Contains(codes(a), "amounts-differ") {
		t.Errorf("total %s in %d, warnings %q", a.Total, a.Count, codes(a))
	}
}

// Two rows of one file with one action number and different amounts are two
// amounts: the source lists both.
func TestRowsOfOneFileAreSeparate(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA, award("a1", "K1"),
		action("o1", "a1", "0", "70", "va", "2021-10-01"), action("o2", "a1", "0", "30", "va", "2021-10-02"))
	if a := w.sum(money.Query{From: []ftm.EntityID{"ice"}}); a.Total.String() != "100" || a.Count != 2 {
		t.Errorf("total %s in %d", a.Total, a.Count)
	}
	// The same where a mapping gives both rows one id.
	w = newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA, award("a1", "K1"),
		action("o1", "a1", "0", "70", "va", "2021-10-01"), action("o1", "a1", "0", "30", "va", "2021-10-01"))
	if a := w.sum(money.Query{From: []ftm.EntityID{"ice"}}); a.Total.String() != "100" || !strings.Contains(codes(a), "several-amounts") {
		t.Errorf("total %s, warnings %q", a.Total, codes(a))
	}
}

func TestCumulativeValues(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA,
		award("a1", "CONT_AWD_1", "supplier=va", "vehicle=v1", "currentValue=100", "valuesAsOf=2015-01-01"),
		award("v1", "CONT_IDV_1", "supplier=va", "currentValue=9000", "valuesAsOf=2015-01-01"))
	w.run(statement.RunSpec{}, nil, award("a1", "CONT_AWD_1", "supplier=va", "currentValue=250", "valuesAsOf=2016-01-01"))
	w.run(statement.RunSpec{}, nil, award("a1", "CONT_AWD_1", "supplier=va", "currentValue=180", "valuesAsOf=2014-01-01"))
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}, Kind: money.Current})
	if a.Total.String() != "250" || a.Count != 1 || !strings.Contains(codes(a), "vehicles-left-out") {
		t.Errorf("total %s in %d, warnings %q; the latest state counts, the vehicle does not", a.Total, a.Count, codes(a))
	}
	if a := w.sum(money.Query{From: []ftm.EntityID{"ice"}, Kind: money.Current, AsOf: statement.DayOf("2015-06-01")}); a.Total.String() != "100" {
		t.Errorf("as of 2015-06-01: %s, want 100", a.Total)
	}
}

// An award whose actions are here is not counted by its stated total as well.
func TestStatedTotalsStandInOnlyForMissingActions(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA,
		award("a1", "K1", "supplier=va", "obligatedTotal=500"), award("a2", "K2", "supplier=va", "obligatedTotal=40"),
		action("o1", "a1", "0", "7", "va", "2021-10-01"))
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}})
	if a.Total.String() != "47" || !strings.Contains(codes(a), "award-totals") {
		t.Errorf("total %s, warnings %q", a.Total, codes(a))
	}
}

func TestGroupings(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{Dataset: "reference"}, nil, "aws Company name=Amazon Web Services; alias=AWS", "amz Company name=Amazon")
	w.run(statement.RunSpec{}, nil, agency, vendorA, vendorB,
		"p1 Company name=Old Parent", "p2 Company name=New Parent",
		"w1 Ownership owner=p1; asset=va; date=2020-01-01", "w2 Ownership owner=p2; asset=va; date=2022-01-01",
		award("a1", "K1", "vehicle=v1"), "v1 Award title=GSA-1; awardKey=CONT_IDV_GSA", award("a2", "K2"),
		action("o1", "a1", "0", "10", "va", "2021-10-01", "fiscalYear=2022", "description=CLOUD BY AMAZON WEB SERVICES (AWS)"),
		action("o2", "a1", "P1", "5", "va", "2022-03-01", "fiscalYear=2022", "description=MORE OF IT"),
		action("o3", "a2", "0", "1", "vb", "2021-01-01", "description=LAWS OF AMAZONIA"))
	for _, c := range []struct {
		by   money.By
		want string
	}{
		{money.ByVehicle, "GSA-1=15.00/2 (no vehicle: placed directly)=1.00/1"},
		{money.ByParent, "Old Parent=10.00/1 New Parent=5.00/1 Bolt Co=1.00/1"},
		{money.ByYear, "2021=1.00/1 FY2022=15.00/2"},
		{money.ByPayer, "Immigration Service=16.00/3"},
		{money.ByNamed, "Amazon Web Services=10.00/1 (no known name in its text)=6.00/2"},
	} {
		if got := rows(w.sum(money.Query{From: []ftm.EntityID{"ice"}, By: c.by})); got != c.want {
			t.Errorf("by %s: %s, want %s", c.by, got, c.want)
		}
	}
	named := w.sum(money.Query{From: []ftm.EntityID{"ice"}, By: money.ByNamed})
	if in := named.Rows[0].InAwards; in == nil || in.Amount.String() != "15" || in.Count != 2 {
		t.Errorf("awards in which any action names it: %+v, want 15 in 2", in)
	}
}

// A receiver is where its newest source says, by its country before its jurisdiction.
func TestByCountry(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, "va Company name=Acme; country=ca; jurisdiction=fr", "vb Company name=Bolt; jurisdiction=de", "vc Company name=Both; country=us; country=gb",
		award("a1", "K1"), action("o1", "a1", "0", "10", "va", "2021-10-01"), action("o2", "a1", "P1", "5", "vb", "2022-03-01"),
		action("o3", "a1", "P2", "3", "vc", "2022-03-01"), action("o4", "a1", "P3", "1", "vd", "2022-03-01"))
	w.run(statement.RunSpec{}, nil, "va Company name=Acme; country=us", "vd Company name=Nowhere")
	if got, want := rows(w.sum(money.Query{From: []ftm.EntityID{"ice"}, By: money.ByCountry})), "us=10.00/1 de=5.00/1 gb=3.00/1 (country not said)=1.00/1"; got != want {
		t.Errorf("by country: %s, want %s", got, want)
	}
}

func TestUnknownIsNotZeroAndWithheldIsNobody(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, award("a1", "K1"),
		"o1 Obligation authority=ice; contract=a1; modificationNumber=0; amount=9; currency=USD",
		"o2 Obligation authority=ice; contract=a1; modificationNumber=P1; currency=USD")
	a := w.sum(money.Query{From: []ftm.EntityID{"ice"}})
	if got := rows(a); got != "(recipient withheld or not named)=9.00/2" || a.Unknown != 1 || !strings.Contains(codes(a), "unknown-amount") {
		t.Errorf("%s, unknown %d, %q", got, a.Unknown, codes(a))
	}
}

func TestKindsStayApart(t *testing.T) {
	w := newWorld(t)
	w.run(statement.RunSpec{}, nil, agency, vendorA, vendorB, award("a1", "K1"),
		action("o1", "a1", "0", "10", "va", "2021-10-01"),
		"s1 Subaward prime=va; subcontractor=vb; contract=a1; amount=4; currency=USD; date=2021-11-01",
		"p1 Payment payer=ice; beneficiary=va; amount=3; currency=USD", "p2 Payment payer=ice; beneficiary=va; amount=2; currency=EUR",
		"t1 StatedPayment payer=ice; beneficiary=va; amount=600000; currency=USD; period=month; precision=about",
		"t2 StatedPayment payer=ice; beneficiary=va; amount=9100000; currency=USD; period=total; precision=at least")
	for kind, want := range map[money.Kind]string{
		money.Obligated: "Acme Works=10.00/1", money.Subaward: "Bolt Co=4.00/1",
		money.Outlay: "Acme Works=3.00/1 Acme Works=2.00/1", money.Stated: "Acme Works=9100000.00/2",
	} {
		if got := rows(w.sum(money.Query{From: []ftm.EntityID{"ice"}, Kind: kind})); got != want {
			t.Errorf("%s: %s, want %s", kind, got, want)
		}
	}
	if got := rows(w.sum(money.Query{From: []ftm.EntityID{"va"}, Kind: money.Subaward})); got != "Bolt Co=4.00/1" {
		t.Errorf("sub-awards of the prime: %s", got)
	}
	stated := w.sum(money.Query{From: []ftm.EntityID{"ice"}, Kind: money.Stated})
	if c := codes(stated); !strings.Contains(c, "rates-not-summed") || !strings.Contains(c, "imprecise") || strings.Contains(c, "unknown") || stated.Unknown != 0 || stated.Rows[0].Rates != 1 {
		t.Errorf("stated sums warn of rates and of imprecision: %q", c)
	}
	outlay := w.sum(money.Query{From: []ftm.EntityID{"ice"}, Kind: money.Outlay})
	if len(outlay.Others) != 1 || outlay.Currency == outlay.Others[0].Currency {
		t.Errorf("two currencies are two totals: %+v", outlay)
	}
}

func TestSensors(t *testing.T) {
	full := statement.Measure{Authority: "x", Rows: 5298, Negative: 376, Sorted: true}
	for _, c := range []struct {
		name string
		m    statement.Measure
		sib  []statement.Measure
		want bool
	}{
		{"cut off", statement.Measure{Rows: 3300, Sorted: true}, []statement.Measure{full}, true},
		{"not a round number of rows", statement.Measure{Rows: 3301, Sorted: true}, []statement.Measure{full}, false},
		{"has negatives", statement.Measure{Rows: 3300, Sorted: true, Negative: 1}, []statement.Measure{full}, false},
		{"not sorted", statement.Measure{Rows: 3300}, []statement.Measure{full}, false},
		{"no sibling to judge by", statement.Measure{Rows: 3300, Sorted: true}, nil, false},
		{"siblings without negatives", statement.Measure{Rows: 3300, Sorted: true}, []statement.Measure{{Rows: 10, Sorted: true}}, false},
	} {
		if got := money.Truncated(c.m, c.sib); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if !money.LatestOnly(statement.Measure{Rows: 400, Awards: 400, Latest: 30}) || money.LatestOnly(statement.Measure{Rows: 410, Awards: 400, Latest: 30}) {
		t.Error("one action per award and no more, some later: latest states only")
	}
}

// A list that looks cut off warns in the totals of its payer, and in no others.
func TestTruncationTravelsIntoTotals(t *testing.T) {
	w := newWorld(t)
	cut := statement.Measure{Authority: "ice", Rows: 3300, Sorted: true}
	whole := statement.Measure{Authority: "cbp", Rows: 50, Sorted: true, Negative: 3}
	w.run(statement.RunSpec{}, []statement.Measure{cut, whole}, agency, "cbp Agency name=Border Service; agencyCode=7014", vendorA,
		award("a1", "K1"), action("o1", "a1", "0", "10", "va", "2021-10-01"),
		"o2 Obligation authority=cbp; supplier=va; amount=1; currency=USD")
	if c := codes(w.sum(money.Query{From: []ftm.EntityID{"ice"}})); c != "truncated" {
		t.Errorf("warnings of the payer whose list is cut: %q", c)
	}
	if c := codes(w.sum(money.Query{From: []ftm.EntityID{"cbp"}})); c != "" {
		t.Errorf("warnings of the other payer: %q", c)
	}
}

func TestRefusesWhatIsNoKind(t *testing.T) {
	l := money.NewLedger(nil, nil)
	for _, q := range []money.Query{{Kind: "spent"}, {By: "colour"}} {
		if _, err := l.Sum(t.Context(), q); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
