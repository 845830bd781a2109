package gate_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/audit"
	"overt/driver/memory"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/policy"
	"overt/policy/engine"
	"overt/policy/policytest"
	"overt/statement"
)

const rules = `
owner: local:anna
purposes:
  - {id: investigation, title: Research}
  - {id: verification, title: Checking}
datasets:
  sanctions: {purposes: [verification]}
people:
  person:it: {admin: true}
  person:ben: {read: [contracts]}
`

type fixture struct {
	gate *gate.Gate
	log  *audit.Log
}

func open(t *testing.T) *fixture {
	t.Helper()
	e, err := engine.Parse("policy.yaml", []byte(rules))
	if err != nil {
		t.Fatal(err)
	}
	log, err := audit.Open(t.Context(), t.TempDir(), audit.Options{Origin: "overt/test/audit"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	store := new(memory.Store)
	for _, dataset := range []string{"contracts", "sanctions"} {
		fill(t, store, dataset)
	}
	return &fixture{log: log, gate: gate.New(gate.Config{
		Statements: store, Ledger: new(memory.Ledger), Blobs: new(memory.Blobs), Log: log, Engine: e, Clock: time.Now,
		Graph: func(context.Context) (*graph.Graph, error) { return nil, errors.New("no graph here") },
	})}
}

func fill(t *testing.T, store statement.Store, dataset string) {
	t.Helper()
	label := policy.Label{Dataset: dataset}
	w, err := store.Begin(t.Context(), policytest.Scope(label), statement.RunSpec{Dataset: dataset, Extent: statement.Window})
	if err != nil {
		t.Fatal(err)
	}
	s := statement.Statement{Schema: "Company", Prop: "name", Value: "Acme of " + dataset}
	if err := w.Add(label, "acme", []statement.Statement{s}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) records(t *testing.T) []audit.Record {
	t.Helper()
	var out []audit.Record
	for r, err := range f.log.Records(context.Background(), 0, f.log.Size()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func anna(purpose string) gate.Visit {
	return gate.Visit{Actor: identity.Actor{ID: "local:anna"}, Purpose: policy.Purpose(purpose), Case: "c7"}
}

func names(ctx context.Context, d *gate.Desk) ([]string, error) {
	stmts, err := d.View.Entity(ctx, "acme")
	var out []string
	for _, s := range stmts {
		out = append(out, s.Value)
	}
	return out, err
}

func TestAnAnswerIsRecordedBeforeItIsReleased(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna("verification"))
	if err != nil {
		t.Fatal(err)
	}
	before := f.log.Size()
	got, err := gate.Ask(t.Context(), p, gate.Act{Action: "entity.read", Object: "acme"}, false, func(ctx context.Context, d *gate.Desk) ([]string, error) {
		if f.log.Size() != before {
			t.Error("the record was written before the answer was known")
		}
		return names(ctx, d)
	})
	if err != nil || strings.Join(got, ", ") != "Acme of contracts, Acme of sanctions" {
		t.Fatalf("%v, %v", got, err)
	}
	all := f.records(t)
	r := all[len(all)-1]
	if r.Action != "entity.read" || r.Object != "acme" || r.Actor != "local:anna" || r.Purpose != "verification" || r.Case != "c7" {
		t.Errorf("recorded %+v", r)
	}
	if r.Decision != "allow" || r.Scope == "" || r.Policy == "" || len(r.Result) != 64 {
		t.Errorf("the record lacks scope, policy or the answer's hash: %+v", r)
	}
}

// When the log cannot be written nothing comes out.
func TestNoRecordNoAnswer(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.log.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := gate.Ask(t.Context(), p, gate.Act{Action: "entity.read"}, false, names)
	if got != nil || overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("with a closed log: %v, %v", got, err)
	}
	changed := false
	err = p.Do(t.Context(), gate.Act{Action: "run.import"}, func(context.Context, *gate.Bench) (int64, string, error) {
		changed = true
		return 1, "", nil
	})
	if changed || overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("a change without a record: %v, %v", changed, err)
	}
}

func TestAFailedQuestionIsRecorded(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna(""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = gate.Ask(t.Context(), p, gate.Act{Action: "trace", Query: "who is x"}, false, func(context.Context, *gate.Desk) (string, error) {
		return "half an answer", overt.Errorf(overt.NotFound, "", "nothing here is called x")
	})
	if overt.CodeOf(err) != overt.NotFound {
		t.Fatal(err)
	}
	all := f.records(t)
	if r := all[len(all)-1]; r.Action != "trace" || r.Query != "who is x" || len(r.Reasons) == 0 || r.Count != 0 {
		t.Errorf("recorded %+v", r)
	}
}

func TestAPurposeOpensOnlyItsDatasets(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna("investigation"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := gate.Ask(t.Context(), p, gate.Act{Action: "entity.read"}, false, names)
	if err != nil || strings.Join(got, ", ") != "Acme of contracts" {
		t.Errorf("%v, %v", got, err)
	}
	if d := p.Denied(); len(d) != 1 || d[0].Label.Dataset != "sanctions" || d[0].Reason == "" {
		t.Errorf("denied %+v", d)
	}
}

func TestStrangersAndUnknownPurposesStayOut(t *testing.T) {
	f := open(t)
	_, err := f.gate.Open(t.Context(), gate.Visit{Actor: identity.Actor{ID: "local:mallory"}})
	if overt.CodeOf(err) != overt.Denied {
		t.Errorf("a stranger: %v", err)
	}
	all := f.records(t)
	if len(all) != 1 || all[0].Decision != "deny" || all[0].Actor != "local:mallory" {
		t.Errorf("the refusal is recorded: %+v", all)
	}
	if _, err := f.gate.Open(t.Context(), anna("curiosity")); overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "investigation, verification") {
		t.Errorf("an unknown purpose: %v", err)
	}
}

func TestAChangeHasIntentAndOutcome(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna(""))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Undo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	all := f.records(t)
	intent, outcome := all[len(all)-2], all[len(all)-1]
	if !intent.Intent || outcome.Intent || intent.Ref == "" || intent.Ref != outcome.Ref || outcome.Count != 1 {
		t.Errorf("intent %+v, outcome %+v", intent, outcome)
	}
	// Out of the purpose's sight a run does not exist.
	if err := p.Undo(t.Context(), 2); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("undo of a hidden run: %v", err)
	}
}

// Workers of the program read through the same door and write nothing.
func TestWorkersWriteNothing(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), gate.Visit{Actor: identity.Worker("derive"), Writes: []policy.Label{{Dataset: "contracts"}}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Do(t.Context(), gate.Act{Action: "run.import"}, func(_ context.Context, b *gate.Bench) (int64, string, error) {
		if b.Scope.Writes(policy.Label{Dataset: "contracts"}) {
			t.Error("a worker may write")
		}
		return 0, "", nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What is given out piece by piece is recorded before its first piece, and how
// much it was behind the last; the desk shows the pass's scope.
func TestAStreamHasIntentAndOutcome(t *testing.T) {
	f := open(t)
	p, err := f.gate.Open(t.Context(), anna(""))
	if err != nil {
		t.Fatal(err)
	}
	before := f.log.Size()
	err = p.Stream(t.Context(), gate.Act{Action: "search.all", Query: "acme"}, false, func(ctx context.Context, d *gate.Desk) (int64, string, error) {
		if f.log.Size() != before+1 {
			t.Error("no intent is recorded before the first piece")
		}
		got, err := names(ctx, d)
		if strings.Join(got, ", ") != "Acme of contracts" {
			t.Errorf("the desk shows %v", got)
		}
		if _, err := d.Search(ctx); overt.CodeOf(err) != overt.Unavailable {
			t.Errorf("where nothing is indexed: %v", err)
		}
		return int64(len(got)), strings.Repeat("ab", 32), err
	})
	if err != nil {
		t.Fatal(err)
	}
	all := f.records(t)
	intent, outcome := all[len(all)-2], all[len(all)-1]
	if !intent.Intent || outcome.Intent || intent.Ref != outcome.Ref || outcome.Count != 1 || outcome.Result != strings.Repeat("ab", 32) || outcome.Query != "acme" {
		t.Errorf("intent %+v, outcome %+v", intent, outcome)
	}
	if err := f.log.Close(); err != nil {
		t.Fatal(err)
	}
	err = p.Stream(t.Context(), gate.Act{Action: "search.all"}, false, func(context.Context, *gate.Desk) (int64, string, error) {
		t.Error("it begins without a record")
		return 0, "", nil
	})
	if overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("with a closed log: %v", err)
	}
}
