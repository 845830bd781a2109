package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/driver/memory"
	"overt/extract/reading"
	"overt/gate"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

const caseWorker = "local:tester"

// casework keeps two cases of one person that cite what the world holds: values, places
// and passages under any label, some in both cases.
func (w *world) casework(t testing.TB) *memory.Cases {
	t.Helper()
	store := &memory.Cases{}
	for _, id := range []string{"c1", "c2"} {
		s, err := casefile.Fold(id, nil)
		must(t, err)
		n := 0
		add := func(e casefile.Event) string {
			n++
			e.Actor, e.At, e.Seq = caseWorker, "2026-01-02T03:04:05Z", s.Last+1
			if e.Kind != casefile.Open {
				e.Item = fmt.Sprintf("x%05d", n)
			}
			must(t, e.Check())
			must(t, s.Apply(e))
			return e.Item
		}
		add(casefile.Event{Kind: casefile.Open, Text: "Case " + id})
		for range 5 {
			claim := add(casefile.Event{Kind: casefile.Claim, Text: "They paid " + pick(w.Rand, []string{"100.00", "250.10", "12,500"})})
			for range 1 + w.IntN(3) {
				c := w.cite(t)
				switch {
				case c == nil:
				case w.IntN(3) == 0:
					add(casefile.Event{Kind: casefile.Exhibit, Cite: c, Text: "hidden title"})
				default:
					add(casefile.Event{Kind: casefile.CiteKind, Of: claim, Cite: c})
				}
			}
			if r := pick(w.Rand, w.runs); len(r.adds) > 0 {
				add(casefile.Event{Kind: casefile.Subject, Entity: pick(w.Rand, r.adds).id})
			}
		}
		scope := policytest.Scope(policy.CaseLabel(id))
		must(t, store.Append(t.Context(), scope, id, 0, s.Events))
	}
	return store
}

// cite cites something of a run, as somebody who sees it would; nil where there is
// nothing.
func (w *world) cite(t testing.TB) *casefile.Cite {
	r := pick(w.Rand, w.runs)
	if len(r.docs) > 0 && w.IntN(3) == 0 {
		return citeDoc(t, &r.docs[w.IntN(len(r.docs))])
	}
	if len(r.adds) == 0 {
		return nil
	}
	a := pick(w.Rand, r.adds)
	s := pick(w.Rand, a.stmts)
	c := &casefile.Cite{Label: a.label, Place: &overt.Citation{
		Dataset: a.label.Dataset, Source: r.spec.Sources[0].Name, Blob: r.spec.Sources[0].Blob, Locator: s.Places[0].Locator, Quote: s.Value,
	}}
	if w.IntN(4) > 0 && s.Value != "" {
		c.Entity, c.Prop, c.Value = a.id, s.Prop, s.Value
		if c.Under = a.id; w.IntN(2) == 0 {
			c.Under = pick(w.Rand, pick(w.Rand, []worldRun{r}).adds).id
		}
	}
	return c
}

func citeDoc(t testing.TB, d *worldDoc) *casefile.Cite {
	if d.index == nil {
		return nil
	}
	r, err := reading.From(bytes.NewReader(d.text))
	must(t, err)
	p, err := r.Page(1)
	must(t, err)
	c, err := r.Cite(1, 0, min(10, len([]rune(p.Text))))
	must(t, err)
	uri, err := c.URI()
	if err != nil {
		return nil // a page that has no words there
	}
	return &casefile.Cite{Label: d.label, URI: uri}
}

var caseQuestions = []question{
	{"case", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ReadCase(ctx, d, "c1", false) }},
	{"case, looked at closely", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ReadCase(ctx, d, "c2", true) }},
	{"check", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.CheckCase(ctx, d, "c1") }},
	{"open", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.OpenCites(ctx, d, "c1", "x00001") }},
	{"list", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ListCases(ctx, d) }},
	{"a case that is not his", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ReadCase(ctx, d, "c3", false) }},
}

// caseFelt tells how something hidden is felt in a case, "" when it is not. wide lets the
// cites be opened as if the asker saw every label: a leak that must be felt.
func caseFelt(t testing.TB, dir string, seed uint64, wide bool, met map[casefile.Status]int) string {
	t.Helper()
	w := newWorld(seed)
	all := policytest.ReadOnly(w.labels...)
	cases := w.casework(t)
	mine := []policy.Label{policy.CaseLabel("c1"), policy.CaseLabel("c2")}
	whole := w.fill(t, w.order(), func(policy.Label) bool { return true })
	g, worker := whole.derived(t, dir, all, "")
	defer func() { must(t, errors.Join(worker.Close(), g.Close())) }()
	for range scopes {
		part := w.scope()
		labels := mine
		for _, l := range w.labels {
			if part.Sees(l) {
				labels = append(labels, l)
			}
		}
		scope := policytest.ReadOnly(labels...)
		cut := w.fill(t, w.order(), part.Sees)
		small, smallWorker := cut.derived(t, dir, all, "")
		got, want := whole.lay(t, g, scope, statement.When{}), cut.lay(t, small, scope, statement.When{})
		for f, d := range map[*filled]*gate.Desk{whole: got, cut: want} {
			d.Cases, d.Actor = cases, caseWorker
			for i := range 6 { // the documents of worlds
				_, _, err := f.blobs.Put(t.Context(), strings.NewReader(fmt.Sprint("document ", i)))
				must(t, err)
			}
		}
		if wide {
			got.Scope = policytest.ReadOnly(append(w.labels, mine...)...)
		}
		felt := ""
		for _, q := range caseQuestions {
			if a, b := whole.told(t, q, got), cut.told(t, q, want); a != b {
				felt = fmt.Sprintf("%s\n%s", q.text, differ(b, a))
				break
			}
		}
		if v, err := answer.ReadCase(t.Context(), got, "c1", false); err == nil && !wide {
			for _, c := range v.Claims {
				for _, x := range c.Cites {
					met[x.Status]++
				}
			}
		}
		must(t, errors.Join(got.View.Close(), want.View.Close(), small.Close(), smallWorker.Close()))
		if felt != "" {
			return felt
		}
	}
	return ""
}

// TestCaseOracle: what a member is shown of a case over everything is what he is shown
// over a home that holds only what he may see.
func TestCaseOracle(t *testing.T) {
	dir, met := memoryDir(t), map[casefile.Status]int{}
	for seed := range worlds(80, 15) {
		if felt := caseFelt(t, dir, uint64(seed), false, met); felt != "" {
			t.Fatalf("world %d: a hidden thing is felt (-as if absent +with it):\n%s", seed, felt)
		}
	}
	t.Logf("%v", met)
	for _, s := range []casefile.Status{casefile.Same, casefile.Changed, casefile.Withdrawn, casefile.Restricted} {
		if met[s] == 0 {
			t.Errorf("no cite opened as %s: the oracle is blind to it", s)
		}
	}
	for seed := range 40 {
		if caseFelt(t, dir, uint64(seed), true, met) != "" {
			return
		}
	}
	t.Error("cites opened whatever their label are not felt in 40 worlds")
}
