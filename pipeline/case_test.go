package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/extract/document"
	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// A worked case is one of the home's owner, with one claim for each cite.
type worked struct {
	t      *testing.T
	h      *hometest.Home
	id     string
	claims map[string]string // by name
}

func newCase(t *testing.T, h *hometest.Home) *worked {
	t.Helper()
	return &worked{t: t, h: h, id: h.OpenCase(t, "Ferries"), claims: map[string]string{}}
}

func (w *worked) pass() *gate.Pass {
	w.t.Helper()
	pass, err := w.h.Gate.Open(w.t.Context(), gate.Visit{Actor: w.h.Actor, Case: w.id})
	must(w.t, err)
	return pass
}

// claim writes a claim down, and what it rests on.
func (w *worked) claim(name string, made func(context.Context, *gate.Desk) (*casefile.Cite, error)) {
	w.t.Helper()
	pass := w.pass()
	c, err := gate.Ask(w.t.Context(), pass, gate.Act{Action: "case.cite"}, true, made)
	must(w.t, err)
	w.claims[name] = casefile.NewItem()
	_, err = pass.Casework(w.t.Context(), w.id,
		casefile.Event{Kind: casefile.Claim, Item: w.claims[name], Text: "Claim " + name},
		casefile.Event{Kind: casefile.CiteKind, Item: casefile.NewItem(), Of: w.claims[name], Cite: c})
	must(w.t, err)
}

// read gives the case as it is now, looked at closely.
func (w *worked) read() *casefile.View {
	w.t.Helper()
	v, err := gate.Ask(w.t.Context(), w.pass(), gate.Act{Action: "case.read", Object: w.id}, true, func(ctx context.Context, d *gate.Desk) (*casefile.View, error) {
		return answer.ReadCase(ctx, d, w.id, true)
	})
	must(w.t, err)
	return v
}

// cite is the one cite of a claim.
func (w *worked) cite(v *casefile.View, name string) casefile.CiteView {
	w.t.Helper()
	for _, c := range v.Claims {
		if c.Item == w.claims[name] {
			return c.Cites[0]
		}
	}
	w.t.Fatalf("there is no claim %s", name)
	return casefile.CiteView{}
}

func passage(doc, words string) func(context.Context, *gate.Desk) (*casefile.Cite, error) {
	return func(ctx context.Context, d *gate.Desk) (*casefile.Cite, error) {
		p, err := answer.CitePassage(ctx, d, doc, answer.PassageQuestion{Quote: words})
		if err != nil {
			return nil, err
		}
		return answer.CitedPassage(ctx, d, p.URI)
	}
}

// TestCasePassages: a claim tells what became of the passage that it rests on when its
// document was read again, or could not be.
func TestCasePassages(t *testing.T) {
	h := hometest.Memory(t)
	const before, words = "To the council.\nThe fcrry sai1s at sevem o'clock\nand costs nine.", "The fcrry sai1s at sevem o'clock"
	b := &betterReader{pages: map[string][][]string{
		"same": {{before}, {before}}, "moved": {{before}, {"A cover.", before}},
		"changed": {{before}, {"To the council.\nThe ferry sails at seven o'clock\nand costs nine."}}, "lost": {{before}, {"A stamp."}},
		"failed": {{before}, {before}},
	}}
	in := ingester(h, nil)
	in.Version = func(string) string { return fmt.Sprint("ocr/", b.round) }
	in.Reader = func(string) document.Reader { return b }
	files := map[string]string{}
	for name := range b.pages {
		files[name] = "bytes of " + name
	}
	ingest(t, in, "scans", folder(t, files))
	w := newCase(t, h)
	for name := range b.pages {
		w.claim(name, passage(name, words))
	}
	b.round = 1
	in.Reader = func(string) document.Reader { return failing{b} }
	_, err := in.Reopen(t.Context(), "scans", pipeline.Again{All: true})
	must(t, err)
	_, err = in.Work(t.Context(), []string{"scans"})
	must(t, err)
	v := w.read()
	for name, want := range map[string]casefile.Status{
		"same": casefile.Same, "moved": casefile.Moved, "changed": casefile.Changed, "lost": casefile.Lost, "failed": casefile.Same,
	} {
		c := w.cite(v, name)
		if c.Status != want || c.Quote != words || (c.Now != "") != (want == casefile.Changed) || (c.Failed != "") != (name == "failed") {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if got := v.Touched(); len(got) != 4 {
		t.Errorf("%d claims are touched, want 4: %+v", len(got), got)
	}
}

// failing cannot read what is called so.
type failing struct{ document.Reader }

func (f failing) Read(ctx context.Context, in document.Input, out document.Sink) error {
	if in.Name == "failed" {
		return overt.Errorf(overt.Invalid, in.Name, "the scanner is gone")
	}
	return f.Reader.Read(ctx, in, out)
}

const fareMapping = `name: fares
extent: full
queries:
  - entities:
      line: {schema: Company, id_column: id, properties: {name: name, leiCode: number, summary: fare, incorporationDate: since}}
`

func fares(t *testing.T, h *hometest.Home, dataset, observed, rows string) pipeline.RunReport {
	t.Helper()
	dir := t.TempDir()
	must(t, errors.Join(os.WriteFile(filepath.Join(dir, "fares.csv"), []byte("id,name,number,fare,since\n"+rows), 0o600), os.WriteFile(filepath.Join(dir, "fares.yml"), []byte(fareMapping), 0o600)))
	rep := h.Import(t, pipeline.Request{Paths: []string{filepath.Join(dir, "fares.csv")}, Mapping: filepath.Join(dir, "fares.yml"), Dataset: dataset, Observed: observed})
	if len(rep.Runs) != 1 {
		t.Fatalf("%+v", rep)
	}
	return rep.Runs[0]
}

func valueOf(entity, prop string) func(context.Context, *gate.Desk) (*casefile.Cite, error) {
	return func(ctx context.Context, d *gate.Desk) (*casefile.Cite, error) {
		return answer.CitedValue(ctx, d, entity, prop, "")
	}
}

// cellOf cites row 2 of the source of a run.
func cellOf(run overt.RunID) func(context.Context, *gate.Desk) (*casefile.Cite, error) {
	return func(ctx context.Context, d *gate.Desk) (*casefile.Cite, error) {
		i := slices.IndexFunc(d.Runs, func(r statement.Run) bool { return r.ID == run })
		return answer.CitedPlace(ctx, d, open.Here{}, string(d.Runs[i].Sources[0].Blob), overt.Locator{Row: 2, Column: "fare"})
	}
}

// TestCaseValues: a newer state of a source, a publisher's word, two sources that say
// otherwise, and an import taken back, each light up the claims that rest on them.
func TestCaseValues(t *testing.T) {
	h := hometest.Memory(t)
	first := fares(t, h, "fares", "2024-01-01", "f1,Northmoor Ferry,,12,\nf2,Southmoor Ferry,,9,\nf3,Westmoor Ferry,,7,\n")
	w := newCase(t, h)
	w.claim("kept", valueOf("f1", "summary"))
	w.claim("other", valueOf("f2", "summary"))
	w.claim("gone", valueOf("f3", "summary"))
	for _, name := range []string{"kept", "other", "gone"} {
		if c := w.cite(w.read(), name); c.Status != casefile.Same || c.Run != first.Run {
			t.Errorf("%s, as cited: %+v", name, c)
		}
	}
	newer := fares(t, h, "fares", "2024-02-01", "f1,Northmoor Ferry,,12,\nf2,Southmoor Ferry,,10,\n")
	w.claim("row then", cellOf(first.Run))
	w.claim("row now", cellOf(newer.Run))
	v := w.read()
	if c := w.cite(v, "kept"); c.Status != casefile.Same {
		t.Errorf("a value that a newer state repeats: %+v", c)
	}
	if c := w.cite(v, "other"); c.Status != casefile.Changed || c.Now != "10" || !strings.Contains(c.Text, "2024-02-01") {
		t.Errorf("a value that a newer state says otherwise: %+v", c)
	}
	if c := w.cite(v, "gone"); c.Status != casefile.Changed || c.Now != "" {
		t.Errorf("a value of which the source is silent now: %+v", c)
	}
	must(t, w.pass().Note(t.Context(), first.Run, statement.Notice{Kind: statement.Withdrawn, On: "2024-03-01", Reason: "a wrong table"}))
	if c := w.cite(w.read(), "kept"); !strings.Contains(c.Doubt, "a wrong table") {
		t.Errorf("a source that its publisher withdrew: %+v", c)
	}
	h.Undo(t, first)
	v = w.read()
	// Both are row 2 of a fares.csv, of which one is taken back.
	if then, now := w.cite(v, "row then"), w.cite(v, "row now"); then.Status != casefile.Withdrawn || now.Status != casefile.Same {
		t.Errorf("rows of two files of one name: %+v, %+v", then, now)
	}
	h.Undo(t, newer)
	v = w.read()
	if c := w.cite(v, "kept"); c.Status != casefile.Withdrawn || c.Run != first.Run {
		t.Errorf("an import taken back: %+v", c)
	}
	if got := v.Touched(); len(got) != 5 {
		t.Errorf("%d claims are touched, want 5", len(got))
	}
}

// TestCaseContradicted: sources that contradict a cited value are told with the claims
// that rest on them, on whichever side. When what made two entities one is taken back,
// a value that was cited of the one and stands at the other says so.
func TestCaseContradicted(t *testing.T) {
	h := hometest.Memory(t)
	const lei = "5493001KJTIIGC8Y1R12"
	fares(t, h, "fares", "2024-01-01", "f1,Northmoor Ferry,"+lei+",12,1990-01-01\n")
	fares(t, h, "lines", "2024-01-01", "g1,Northmoor Ferry,"+lei+",12,1991-05-05\n")
	w := newCase(t, h)
	for name, day := range map[string]string{"older": "1990-01-01", "younger": "1991-05-05"} {
		w.claim(name, func(ctx context.Context, d *gate.Desk) (*casefile.Cite, error) {
			return answer.CitedValue(ctx, d, "f1", "incorporationDate", day)
		})
	}
	v := w.read()
	if c := w.cite(v, "younger"); c.Cite.Entity != "g1" || c.Cite.Under != "f1" || c.Apart != "" || c.Status != casefile.Same {
		t.Errorf("a value of another source id: %+v of %+v", c, c.Cite)
	}
	if len(v.Contradictions) != 1 || len(v.Contradictions[0].Claims) != 2 || v.Contradictions[0].Kind != answer.ConflictValue {
		t.Errorf("contradictions %+v", v.Contradictions)
	}
	// The second source goes on without the number that made them one.
	fares(t, h, "lines", "2024-02-01", "g1,Northmoor Ferry,,12,1991-05-05\n")
	v = w.read()
	if c := w.cite(v, "younger"); !strings.Contains(c.Apart, "no longer the same as g1") || c.Status != casefile.Same {
		t.Errorf("after they are two: %+v", c)
	}
	if len(v.Contradictions) != 0 {
		t.Errorf("after they are two, contradictions %+v", v.Contradictions)
	}
}

// TestCaseRefusals: a visit, a question and a change in a case that is not the asker's
// are refused in the same words as of a case that is not there, and recorded.
func TestCaseRefusals(t *testing.T) {
	h := hometest.Memory(t)
	other := newCase(t, h)
	pass := other.pass()
	_, err := pass.Casework(t.Context(), other.id, casefile.Event{Kind: casefile.Member, Person: "local:ben", Role: policy.Editor},
		casefile.Event{Kind: casefile.Offer, Person: "local:ben"})
	must(t, err)
	ask := func(id string) [3]string {
		_, visit := h.Gate.Open(t.Context(), gate.Visit{Actor: hometest.Owner, Case: id})
		in, err := h.Pass(t.Context())
		must(t, err)
		_, read := gate.Ask(t.Context(), in, gate.Act{Action: "case.read", Object: id}, true, func(ctx context.Context, d *gate.Desk) (*casefile.View, error) {
			return answer.ReadCase(ctx, d, id, false)
		})
		_, write := in.Casework(t.Context(), id, casefile.Event{Kind: casefile.Note, Item: casefile.NewItem(), Text: "mine"})
		return [3]string{fmt.Sprint(visit), fmt.Sprint(read), fmt.Sprint(write)}
	}
	// Somebody else's case: the owner of the home is no member.
	foreign := casefile.NewID()
	begun := casefile.Event{At: "2026-01-01T00:00:00Z", Actor: "local:ben", Kind: casefile.Open, Text: "Ben's"}
	must(t, h.Cases.Append(t.Context(), caseScope(foreign), foreign, 0, []casefile.Event{begun}))
	none := casefile.NewID()
	a, b := ask(foreign), ask(none)
	for i := range a {
		if got, want := strings.ReplaceAll(a[i], foreign, "X"), strings.ReplaceAll(b[i], none, "X"); got != want || !strings.Contains(got, "no such case") {
			t.Errorf("of a hidden case %q, of none %q", got, want)
		}
	}
	var denied int
	for r, err := range h.Log.Records(t.Context(), 0, h.Log.Size()) {
		must(t, err)
		if r.Decision == "deny" && r.Action == "case.open" {
			denied++
		}
	}
	if denied != 2 {
		t.Errorf("%d refusals are recorded, want 2", denied)
	}
	if _, err := pass.Casework(t.Context(), other.id); overt.CodeOf(err) == "" {
		t.Error("no events were kept")
	}
}

func caseScope(id string) policy.Scope { return policytest.Scope(policy.CaseLabel(id)) }
