package pipeline_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/internal/decimal"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/money"
	"overt/pipeline"
	"overt/resolve"
	"overt/statement"
)

// home is a durable home with the reference list and the given sources.
func home(t testing.TB, paths ...string) (*hometest.Home, *pipeline.Report) {
	t.Helper()
	if testing.Short() {
		t.Skip("real data is imported in the full run only")
	}
	h := hometest.Durable(t, t.TempDir())
	h.ImportReference(t)
	rep := take(t, h, paths...)
	cited(t, h, 300)
	return h, rep
}

// take imports sources as a user would, and wants each wholly or partly read.
func take(t testing.TB, h *hometest.Home, paths ...string) *pipeline.Report {
	t.Helper()
	rep := h.Import(t, pipeline.Request{Paths: paths})
	for _, f := range rep.Files {
		if f.Verdict != ledger.Read && f.Verdict != ledger.Partial {
			t.Errorf("%s is %s: %s", f.Source, f.Verdict, f.Reason)
		}
		t.Logf("%s %s as %s: %d received, %d read, %d left out, %d already %v %s", f.Source, f.Verdict, f.Format, f.Received, f.Read, f.LeftOut, f.Run, f.Already, f.Reason)
	}
	addsUp(t, h, rep)
	return rep
}

func found(ctx context.Context, d *gate.Desk, words string) ([]ftm.EntityID, error) {
	if words == "" {
		return nil, nil
	}
	f, err := answer.Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	return f.Members, nil
}

func sums(t testing.TB, h *hometest.Home, from, to string, kind money.Kind, by money.By) *money.Answer {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*money.Answer, error) {
		payer, err := found(ctx, d, from)
		if err != nil {
			return nil, err
		}
		payee, err := found(ctx, d, to)
		if err != nil {
			return nil, err
		}
		return money.NewLedger(d.View, d.Graph).Sum(ctx, money.Query{From: payer, To: payee, Kind: kind, By: by, AsOf: statement.NoDay})
	})
}

// line is a sum in one text: total, actions, awards.
func line(a *money.Answer) string {
	return fmt.Sprint(a.Total.StringFixed(2), " ", a.Count, " ", a.Awards)
}

func want(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func row(a *money.Answer, key string) string {
	for _, r := range a.Rows {
		if strings.EqualFold(r.Key, key) || strings.HasPrefix(r.Key, key+",") {
			return fmt.Sprint(r.Amount.StringFixed(2), " ", r.Count)
		}
	}
	var keys []string
	for _, r := range a.Rows {
		keys = append(keys, r.Key)
	}
	return fmt.Sprintf("no row %q among %q", key, keys)
}

func warned(a *money.Answer, code, text string) bool {
	return slices.ContainsFunc(a.Warnings, func(w money.Warning) bool { return w.Code == code && strings.Contains(w.Message+w.Where, text) })
}

func shown(t testing.TB, h *hometest.Home, words string) *answer.Profile {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Profile, error) {
		return answer.Show(ctx, d, words, -1, true)
	})
}

// numberOf counts the entities of a schema that are in, one for a cluster, those
// of the reference list not among them.
func numberOf(t testing.TB, h *hometest.Home, schema string) int {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (int, error) {
		seen := map[ftm.EntityID]bool{}
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return 0, err
			}
			if info, _ := d.View.Sight().Info(stmts[0].Class); stmts[0].Schema == schema && info.Label.Dataset != resolve.ReferenceDataset {
				seen[answer.Canonical(d.Graph, stmts[0].Entity)] = true
			}
		}
		return len(seen), nil
	})
}

const (
	iceName  = "Immigration and Customs Enforcement"
	cbpName  = "Customs and Border Protection"
	reseller = "Four Points Technology"
	aws      = "Amazon Web Services"
)

func TestRealTransactions(t *testing.T) {
	dir := sharedtest.Path(t, "procurement", "cbp-ice-transactions")
	h, rep := home(t, dir)
	ice := sums(t, h, iceName, reseller, money.Obligated, money.BySupplier)
	want(t, "ICE to the reseller", line(ice), "84106833.30 52 27")
	if !warned(ice, "truncated", "FY2023") {
		t.Errorf("no warning of a list cut off in FY2023: %v", ice.Warnings)
	}
	want(t, "ICE, named AWS", row(sums(t, h, iceName, reseller, money.Obligated, money.ByNamed), aws), "27899166.00 4")
	flow := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Flow, error) {
		return answer.FindFlow(ctx, d, iceName, aws, answer.TraceOptions{})
	})
	var bands []string
	for _, b := range flow.Bands {
		if strings.HasPrefix(flow.Caption(b.From)+flow.Caption(b.To), "FOUR POINTS") || strings.HasPrefix(flow.Caption(b.To), "FOUR POINTS") {
			bands = append(bands, fmt.Sprintf("%s %d %v", b.Amount.StringFixed(2), b.Count, b.Named))
		}
	}
	want(t, "ICE to AWS by way of the reseller", strings.Join(bands, ", "), "84106833.30 52 false, 27899166.00 4 true")
	want(t, "CBP to the reseller", line(sums(t, h, cbpName, reseller, money.Obligated, money.BySupplier)), "152238272.58 62 25")
	want(t, "CBP, named AWS", row(sums(t, h, cbpName, reseller, money.Obligated, money.ByNamed), aws), "96657903.54 27")
	want(t, "everybody to the reseller", line(sums(t, h, "", reseller, money.Obligated, money.BySupplier)), "236345105.88 114 52")
	// CBP's list of FY2021 ends at its 5,100th row, at 0.00; the others whole.
	cbp := sums(t, h, cbpName, reseller, money.Obligated, money.BySupplier)
	for year, cut := range map[string]bool{"FY2021": true, "FY2023": false, "FY2024": false} {
		if warned(cbp, "truncated", year) != cut {
			t.Errorf("CBP's list of %s is called truncated: %v, want %v", year, !cut, cut)
		}
	}
	for name, years := range map[string][3]string{"": {"6655028747.44", "9989161230.41", "8973728867.52"}, iceName: {"2531913298.35", "3283327005.99", "3209821693.16"}} {
		a := sums(t, h, name, "", money.Obligated, money.ByYear)
		for i, year := range []string{"FY2021", "FY2023", "FY2024"} {
			got, _, _ := strings.Cut(row(a, year), " ")
			want(t, year+" "+name+" with repeats", repeated(t, a, got, year), years[i])
		}
	}
	_ = rep
	twice(t, h, dir)
}

// repeated adds to a year's sum what was counted once and stands there more
// often: the README's totals are those of all rows. The year is told by the
// repeat's own citations.
func repeated(t testing.TB, a *money.Answer, total, year string) string {
	t.Helper()
	sum := decimalOf(t, total)
	for _, r := range a.Repeated {
		if strings.Contains(r.Citations[0].Source, year) {
			for range r.Times - 1 {
				sum = sum.Add(r.Amount)
			}
		}
	}
	return sum.StringFixed(2)
}

// twice imports the same again, which adds nothing, and takes the last run
// back and in again, which restores every answer.
func twice(t *testing.T, h *hometest.Home, dir string) {
	t.Helper()
	ask := func() string {
		var b strings.Builder
		for _, by := range money.Bys {
			raw, err := json.Marshal(sums(t, h, iceName, reseller, money.Obligated, by))
			must(t, err)
			b.Write(append(raw, '\n'))
		}
		raw, err := json.Marshal(shown(t, h, reseller))
		must(t, err)
		return b.String() + string(raw)
	}
	before := ask()
	rep := take(t, h, dir)
	for _, f := range rep.Files {
		if !f.Already || f.Run == 0 {
			t.Errorf("%s came in twice: %+v", f.Source, f)
		}
	}
	if len(rep.Runs) != 0 {
		t.Errorf("%d runs of an import of the same", len(rep.Runs))
	}
	if d := gocmp.Diff(before, ask()); d != "" {
		t.Errorf("after an import of the same (-before +after):\n%s", d)
	}
	extra := filepath.Join(t.TempDir(), "CBP_ICE_FY2025_Contract_Obligations.csv")
	raw, err := os.Open(filepath.Join(dir, "CBP_ICE_FY2021_Contract_Obligations.csv.gz"))
	must(t, err)
	text, err := gzip.NewReader(raw)
	must(t, err)
	all, err := io.ReadAll(text)
	must(t, firstOf(err, raw.Close()))
	must(t, os.WriteFile(extra, []byte(strings.ReplaceAll(string(all), ".00,", ".01,")), 0o600))
	rep = take(t, h, extra)
	if len(rep.Runs) != 1 || ask() == before {
		t.Fatalf("a changed file changes nothing: %+v", rep.Runs)
	}
	h.Undo(t, rep.Runs[0])
	if d := gocmp.Diff(before, ask()); d != "" {
		t.Errorf("after undo (-before +after):\n%s", d)
	}
}

func firstOf(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestRealAwards2018(t *testing.T) {
	h, rep := home(t, sharedtest.Path(t, "procurement", "usaspending-ice-fy13-17"))
	rows := int64(0)
	for _, f := range rep.Files {
		rows += f.Received
	}
	want(t, "rows", fmt.Sprint(rows), "3469")
	want(t, "actions", fmt.Sprint(numberOf(t, h, "Obligation")), "3469")
	want(t, "links of child and parent", fmt.Sprint(numberOf(t, h, "Ownership")), "187")
	current := sums(t, h, "", "", money.Current, money.ByContract)
	t.Logf("current %s, warnings %v", line(current), current.Warnings)
	if current.Awards > 3019 {
		t.Errorf("%d awards, want 3019 at most", current.Awards)
	}
	a := sums(t, h, iceName, "", money.Obligated, money.BySupplier)
	t.Logf("obligated %s, %d suppliers, warnings %v", line(a), len(a.Rows), a.Warnings)
	want(t, "awards with actions", fmt.Sprint(a.Awards), "3019")
	if !warned(a, "latest-action-only", "") {
		t.Errorf("no warning that these are latest actions only: %v", a.Warnings)
	}
	// One DUNS, one supplier, however it is spelled.
	spelled := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (map[ftm.EntityID]map[string]bool, error) {
		out := map[ftm.EntityID]map[string]bool{}
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return nil, err
			}
			for _, s := range stmts {
				if s.Prop == "dunsCode" {
					id := answer.Canonical(d.Graph, s.Entity)
					if out[id] == nil {
						out[id] = map[string]bool{}
					}
					out[id][s.Value] = true
				}
			}
		}
		return out, nil
	})
	numbers := map[string]int{}
	for _, duns := range spelled {
		for n := range duns {
			numbers[n]++
		}
	}
	for n, times := range numbers {
		if times > 1 {
			t.Errorf("DUNS %s belongs to %d entities", n, times)
		}
	}
}

func TestRealAwardSummaries(t *testing.T) {
	dir := sharedtest.Path(t, "procurement", "usaspending-awards-mn")
	h, _ := home(t, dir)
	a := sums(t, h, "", "", money.Obligated, money.BySupplier)
	t.Logf("obligated %s, warnings %v", line(a), a.Warnings)
	only := hometest.Durable(t, t.TempDir())
	only.ImportReference(t)
	take(t, only, filepath.Join(dir, "Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz"))
	want(t, "the large file alone", line(sums(t, only, "", "", money.Obligated, money.BySupplier)), "351129069.99 1369 1369")
	want(t, "its links of child and parent", fmt.Sprint(numberOf(t, only, "Ownership")), "39")
}

func TestRealSubawards(t *testing.T) {
	h, _ := home(t, sharedtest.Path(t, "procurement", "fsrs-ice-2011-2018"))
	a := sums(t, h, "", "", money.Subaward, money.BySupplier)
	t.Logf("%s, %d repeats, %v", line(a), a.Repeats, a.Warnings)
	total := a.Total
	for _, r := range a.Repeated {
		for range r.Times - 1 {
			total = total.Add(r.Amount)
		}
	}
	want(t, "sub-awards, with repeats", fmt.Sprint(total.StringFixed(2), " ", a.Count+a.Repeats), "186477899.21 175")
	// The column of the awarding sub-agency says ICE in 107 rows.
	ice := sums(t, h, iceName, "", money.Subaward, money.BySupplier)
	want(t, "sub-awards under ICE", fmt.Sprint(ice.Count, " ", ice.Total.StringFixed(2)), "107 180405211.75")
}

func TestRealUseCases(t *testing.T) {
	h, _ := home(t, sharedtest.Path(t, "federal-systems", "ai-use-cases"), sharedtest.Path(t, "procurement", "cbp-ice-transactions"))
	type join struct{ use, award ftm.EntityID }
	joined := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) ([]join, error) {
		acted := map[ftm.EntityID]bool{}
		var out []join
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return nil, err
			}
			for _, s := range stmts {
				if s.Schema == "Obligation" && s.Prop == "contract" {
					acted[answer.Canonical(d.Graph, ftm.EntityID(s.Value))] = true
				}
				if s.Schema == "UseCase" && s.Prop == "contract" {
					out = append(out, join{s.Entity, answer.Canonical(d.Graph, ftm.EntityID(s.Value))})
				}
			}
		}
		return slices.DeleteFunc(out, func(j join) bool { return !acted[j.award] }), nil
	})
	uses, awards := map[ftm.EntityID]bool{}, map[ftm.EntityID]bool{}
	for _, j := range joined {
		uses[j.use], awards[j.award] = true, true
	}
	want(t, "use cases and awards", fmt.Sprint(len(uses), " ", len(awards)), "8 13")
}

func TestRealReference(t *testing.T) {
	dir := sharedtest.Path(t, "procurement", "reference")
	h, _ := home(t, filepath.Join(dir, "authoritative_agency_list.csv.gz"), filepath.Join(dir, "psc_codes.csv.gz"))
	p := shown(t, h, "7012")
	t.Logf("7012 is %s: %v, same by %q, referents %q", p.Entity.Caption, p.Found.How, p.SameBy, p.Entity.Referents)
	if got := shown(t, h, "ICE"); got.Found.ID != p.Found.ID {
		t.Errorf("ICE is %s (%s), 7012 is %s (%s)", got.Found.ID, got.Found.Caption, p.Found.ID, p.Found.Caption)
	}
	want(t, "product codes", fmt.Sprint(numberOf(t, h, "ProductCode")), "3769")
}

func TestRealFollowTheMoney(t *testing.T) {
	dir := sharedtest.Path(t, "ftm")
	_, rep := home(t, filepath.Join(dir, "yente-fixtures", "zala.entities.ftm.json"), filepath.Join(dir, "yente-fixtures", "parteispenden.entities.ftm.json"),
		filepath.Join(dir, "yente-fixtures", "t1.entities.ftm.json"), filepath.Join(dir, "ftmq-fixtures", "donations.ijson"), filepath.Join(dir, "ftmq-fixtures", "eu_authorities.ftm.json"))
	for i, n := range []int64{91, 475, 7, 474, 151} {
		if f := rep.Files[i]; f.Received != n || f.Read != n {
			t.Errorf("%s: %d received, %d read, want %d", f.Source, f.Received, f.Read, n)
		}
	}
}

func decimalOf(t testing.TB, s string) decimal.Decimal {
	t.Helper()
	d, err := decimal.Parse(s)
	must(t, err)
	return d
}
