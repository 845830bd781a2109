package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/internal/sharedtest"
	"overt/money"
	"overt/pipeline"
)

// aRegister holds spellings of suppliers as other lists have them. It is ours.
const aRegister = `{"id":"reg-prizum","schema":"Company","properties":{"name":["Prizum d.b.a. IntegrityOne Partners"],"country":["us"]}}
{"id":"reg-aws","schema":"Company","properties":{"name":["Amazon Web Services"],"country":["us"]}}
{"id":"reg-aws-caps","schema":"Company","properties":{"name":["AMAZON WEB SERVICES, INC."],"country":["us"]}}
{"id":"reg-amazon","schema":"Company","properties":{"name":["Amazon.com Services LLC"],"country":["us"]}}
{"id":"reg-four","schema":"Company","properties":{"name":["Four Points Technology LLC"],"country":["us"]}}
{"id":"reg-desk","schema":"Company","properties":{"name":["Chantilly Reseller Desk"],"country":["us"]}}
`

// TestRealResolve: among the suppliers of ICE and CBP nobody is joined by a name
// that only seems alike, sums stay whole, and a judgement moves them to the cent.
func TestRealResolve(t *testing.T) {
	h, _ := home(t, sharedtest.Path(t, "procurement", "cbp-ice-transactions"))
	register := filepath.Join(t.TempDir(), "register.json")
	if err := os.WriteFile(register, []byte(aRegister), 0o600); err != nil {
		t.Fatal(err)
	}
	take(t, h, register)
	want(t, "all before", line(sums(t, h, "", "", money.Obligated, money.BySupplier)), "25617918845.37 29965 16283")
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: h.Actor})
	if err != nil {
		t.Fatal(err)
	}
	found, err := gate.Ask(t.Context(), pass, gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Resolved, error) {
		return pipeline.Resolve(ctx, d, pipeline.Resolution{}, h.Kept(), h.Clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", *found)
	sum := sums(t, h, "", "", money.Obligated, money.BySupplier)
	if total, _, _ := strings.Cut(line(sum), " "); total != "25617918845.37" {
		t.Errorf("resolved, all is %s", total)
	}
	_, err = gate.Ask(t.Context(), pass, gate.Act{Action: "entity.compare"}, true, func(ctx context.Context, d *gate.Desk) (int, error) {
		r, err := pipeline.NewResolver(ctx, d, pipeline.Resolution{})
		if err != nil {
			return 0, err
		}
		if r.Compared != 0 {
			t.Errorf("%d pairs compared again", r.Compared)
		}
		for _, tt := range []struct{ a, b, not string }{
			{"reg-amazon", "org-aws", "same"}, {"reg-prizum", "reg-aws", "same"}, {"reg-four", "reg-aws", "same"}, {"reg-aws", "org-amazon", "same"},
			{"reg-prizum", "INTEGRITYONE PARTNERS, INC.", "different"}, {"reg-four", "FOUR POINTS TECHNOLOGY, L.L.C.", "possible"},
			{"reg-aws-caps", "org-aws", "different"}, {"reg-aws", "org-aws", "different"},
		} {
			pair, err := answer.FindPair(ctx, d, tt.a, tt.b)
			if err != nil {
				return 0, err
			}
			x, err := r.Between(ctx, d.View, pair[0].ID, pair[1].ID)
			if err != nil {
				return 0, err
			}
			t.Logf("%s and %s: compared %v, %s at p %.4f", tt.a, tt.b, x.Compared, x.Outcome, x.P)
			if x.Outcome.String() == tt.not {
				t.Errorf("%s and %s: %+v", tt.a, tt.b, x)
			}
		}
		return 1, nil
	})
	if err != nil {
		t.Fatal(err)
	}

	// Likeness alone joins the reseller by its rare name.
	const reseller = "20d93b27bb78c2b399eede2299f517993ea5dea6"
	want(t, "to the reseller by its other spelling", line(sums(t, h, "", "reg-four", money.Obligated, money.BySupplier)), "236345105.88 114 52")

	// The judgement joins what likeness alone does not, and its undoing parts it.
	before := shown(t, h, "reg-desk")
	if slices.Contains(before.Found.Referents, reseller) {
		t.Fatal("likeness alone joins another name")
	}
	q := pipeline.Decision{Left: "reg-desk", Right: reseller, Verdict: "positive", Reason: "its desk"}
	done, err := pipeline.Decide(t.Context(), pass, q, h.Clock)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "to the reseller by its other id", line(sums(t, h, "", "reg-desk", money.Obligated, money.BySupplier)), "236345105.88 114 52")
	for _, id := range done.Runs {
		if err := pass.Undo(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if after := shown(t, h, "reg-desk"); len(after.Found.Referents) != len(before.Found.Referents) {
		t.Errorf("undone, it is %v", after.Found.Referents)
	}
}
