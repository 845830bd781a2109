package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/audit"
	"overt/gate"
	"overt/internal/sandbox"
	"overt/ledger"
	"overt/statement"
)

const killMapping = `name: kill
extent: full
queries:
  - entities:
      thing: {schema: Company, id_column: id, properties: {name: name, registrationNumber: number}}
`

// A killer imports files into one home, in processes that it kills.
type killer struct {
	t       *testing.T
	rand    *rand.Rand
	home    string
	work    string
	mapping string
	rows    map[string]int64        // by file name
	acked   map[string]overt.RunID  // by file name: runs that a process told of
	told    map[overt.RunID]outcome // what was found of a run must not change
}

type outcome struct {
	source               string
	entities, statements int64
}

func newKiller(t *testing.T, home string) *killer {
	k := &killer{
		t: t, rand: rand.New(rand.NewPCG(20, 24)), home: home, work: t.TempDir(),
		rows: map[string]int64{}, acked: map[string]overt.RunID{}, told: map[overt.RunID]outcome{},
	}
	k.mapping = filepath.Join(k.work, "kill.yml")
	if err := os.WriteFile(k.mapping, []byte(killMapping), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

// file makes a table of its own: that of the file before with one row in ten
// changed, so that its run rests on an earlier one where it can.
func (k *killer) file(n int) string {
	k.t.Helper()
	name := fmt.Sprintf("file-%04d.csv", len(k.rows))
	var b bytes.Buffer
	b.WriteString("id,name,number\n")
	for i := range n {
		since := len(k.rows) - (len(k.rows)+i)%10 // the file that changed it last
		fmt.Fprintf(&b, "kill-%05d,Company %d of file %d,%d\n", i, i, since, i)
	}
	path := filepath.Join(k.work, name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		k.t.Fatal(err)
	}
	k.rows[name] = int64(n)
	return path
}

// cycle starts an import of n rows, kills it after a while, and keeps what the
// process told before its death. A negative while lets it end.
func (k *killer) cycle(n int, after time.Duration) (took time.Duration) {
	k.t.Helper()
	path := k.file(n)
	cmd := child(k.t, 0, "--home", k.home, "--json", "import", path, "--mapping", k.mapping, "--dataset", "kill")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err := cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	if after >= 0 {
		time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	}
	err := cmd.Wait()
	took = time.Since(began)
	if code := cmd.ProcessState.ExitCode(); err != nil && code > 0 {
		k.t.Fatalf("%s: exit %d\n%s%s", filepath.Base(path), code, out.Bytes(), errs.Bytes())
	}
	if !k.ack(path, out.Bytes()) && after < 0 {
		k.t.Fatalf("%s was not taken in\n%s%s", filepath.Base(path), out.Bytes(), errs.Bytes())
	}
	return took
}

// ack keeps what an import said, if it said it whole.
func (k *killer) ack(path string, out []byte) bool {
	var said struct {
		Runs []struct{ Run overt.RunID }
	}
	if json.Unmarshal(out, &said) != nil || len(said.Runs) != 1 {
		return false
	}
	k.acked[filepath.Base(path)] = said.Runs[0].Run
	return true
}

// best is the shortest of a few imports of n rows.
func (k *killer) best(n int) time.Duration {
	k.t.Helper()
	took := k.cycle(n, -1)
	for range 4 {
		took = min(took, k.cycle(n, -1))
	}
	return took
}

// look reopens the home and compares it with what was told. deep reads the
// audit log and all entities as well.
func (k *killer) look(deep bool) {
	k.t.Helper()
	ctx := context.Background()
	var errs strings.Builder
	a := &app{streams: streams{strings.NewReader(""), io.Discard, &errs}, home: k.home, clock: clock}
	h, err := a.open(ctx)
	if err != nil {
		k.t.Fatalf("reopen: %v", err)
	}
	pass, err := h.gate.Open(ctx, a.visit(h))
	if err != nil {
		k.t.Fatal(err)
	}
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "test.look"}, false, func(ctx context.Context, d *gate.Desk) (int, error) {
		k.compareRuns(d.Runs)
		k.compareLedger(ctx, d)
		if deep {
			k.compareEntities(ctx, d)
		}
		return 0, nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	if deep {
		k.compareLog(ctx, h)
	}
	if err := h.closeAll(); err != nil {
		k.t.Fatalf("close: %v", err)
	}
	if deep {
		rep, err := audit.Verify(ctx, filepath.Join(k.home, "audit"), audit.VerifyOptions{})
		if err != nil || len(rep.Problems) > 0 {
			k.t.Fatalf("the audit log: %v, %v", err, rep.Problems)
		}
	}
	if k.t.Failed() {
		k.t.FailNow()
	}
}

// valuesPerRow is what killMapping gives: the entity's being there, its name
// and its number.
const valuesPerRow = 3

func (k *killer) compareRuns(runs []statement.Run) {
	there := map[string]overt.RunID{}
	for _, r := range runs {
		if r.Dataset != "kill" {
			continue
		}
		name := r.Sources[0].Name
		if _, twice := there[name]; twice {
			k.t.Errorf("%s is in twice", name)
		}
		there[name] = r.ID
		if n := k.rows[name]; r.Entities != n || r.Statements != n*valuesPerRow {
			k.t.Errorf("run %d of %s holds %d entities, %d values; the file has %d rows", r.ID, name, r.Entities, r.Statements, n)
		}
		now := outcome{name, r.Entities, r.Statements}
		if before, ok := k.told[r.ID]; ok && before != now {
			k.t.Errorf("run %d was %v, now it is %v", r.ID, before, now)
		}
		k.told[r.ID] = now
	}
	for name, id := range k.acked {
		if there[name] != id {
			k.t.Errorf("run %d of %s was acknowledged; found is run %d", id, name, there[name])
		}
	}
	for id, o := range k.told {
		if there[o.source] != id {
			k.t.Errorf("run %d of %s was there and is gone", id, o.source)
		}
	}
}

// odd tells a warning that these files do not earn: their numbers of rows are
// round, and fall from file to file. A program with the C library reads unconfined.
func odd(w ledger.Warning) bool {
	return w.Code != "round-count" && w.Code != "shrunk" && !(withCgo && w.Code == "unconfined")
}

func (k *killer) compareLedger(ctx context.Context, d *gate.Desk) {
	entry := map[overt.RunID]bool{}
	for e, err := range d.Ledger.Entries(ctx, d.Scope, "kill") {
		switch {
		case err != nil:
			k.t.Fatal(err)
		case e.Verdict == ledger.Waiting:
			k.t.Errorf("%s is still waiting", e.Source)
		case e.Run != 0:
			entry[e.Run] = true
			if n := k.rows[e.Source]; e.Verdict != ledger.Read || e.Received != n || e.Read != n || e.LeftOut != 0 || slices.ContainsFunc(e.Warnings, odd) {
				k.t.Errorf("%s of %d rows is in the ledger as %+v", e.Source, n, e.Outcome)
			}
		case e.Verdict != ledger.Failed || e.Retry == "":
			k.t.Errorf("%s without a run is in the ledger as %+v", e.Source, e.Outcome)
		}
	}
	for id := range k.told {
		if !entry[id] {
			k.t.Errorf("run %d has no entry in the ledger", id)
		}
	}
}

// compareEntities reads everything: an index and what it stands for agree.
func (k *killer) compareEntities(ctx context.Context, d *gate.Desk) {
	want, got := int64(0), int64(0)
	for _, o := range k.told {
		want += o.entities
	}
	for stmts, err := range d.View.Entities(ctx) {
		if err != nil {
			k.t.Fatal(err)
		}
		if strings.HasPrefix(string(stmts[0].Entity), "kill-") {
			if got += int64(len(stmts) / valuesPerRow); len(stmts)%valuesPerRow != 0 {
				k.t.Errorf("%s has %d values", stmts[0].Entity, len(stmts))
			}
		}
	}
	if got != want {
		k.t.Errorf("%d entities are there, counted once a run, the runs told of %d", got, want)
	}
}

// compareLog wants the intent of every run that is there, and the outcome of
// every one that was acknowledged.
func (k *killer) compareLog(ctx context.Context, h *home) {
	intents, outcomes := map[string]bool{}, map[string]bool{}
	for r, err := range h.log.Records(ctx, 0, h.log.Size()) {
		switch {
		case err != nil:
			k.t.Fatal(err)
		case r.Action != "run.import" || r.Object != "kill":
		case r.Intent:
			intents[r.Query] = true
		case len(r.Reasons) == 0:
			outcomes[r.Query] = r.Count == k.rows[r.Query]*valuesPerRow
		}
	}
	for name := range k.acked {
		if !outcomes[name] {
			k.t.Errorf("%s was acknowledged without a record of its outcome", name)
		}
	}
	for _, o := range k.told {
		if !intents[o.source] {
			k.t.Errorf("%s came in without a record", o.source)
		}
	}
}

// TestKilledImports: a process that is killed at any moment loses nothing that
// it acknowledged, and leaves nothing half.
func TestKilledImports(t *testing.T) {
	cycles := 200
	if testing.Short() {
		cycles = 20
	}
	dir := t.TempDir()
	calm := newKiller(t, filepath.Join(dir, "calm"))
	calm.cycle(200, -1)
	short, long := calm.best(200), calm.best(2000)
	calm.look(true)
	t.Logf("an import of 200 rows takes %v, of 2,000 rows %v", short, long)

	k := newKiller(t, filepath.Join(dir, "home"))
	survived, rested, stretch := 0, 0, 1.5
	for i := range cycles {
		n := 1400 + k.rand.IntN(601)
		whole := time.Duration(stretch * float64(short+(long-short)*time.Duration(n-200)/1800))
		// Half of the kills fall anywhere, half into the last part, where a run
		// is committed, the ledger settled and the outcome recorded.
		at := 1.2 * k.rand.Float64()
		if i%2 == 1 {
			at = 0.6 + 0.6*k.rand.Float64()
		}
		before := len(k.acked)
		k.cycle(n, time.Duration(at*float64(whole)))
		k.look(i%20 == 19)
		survived = len(k.told)
		rested += k.rested()
		// Recovery and a busy machine make an import slower than a calm one: the
		// kills follow the end of what is really going on.
		switch acked := len(k.acked) > before; {
		case acked && at < 1:
			stretch *= 0.5 + at/2
		case !acked && at > 0.9:
			stretch *= 1.15
		}
	}
	k.look(true)
	t.Logf("%d kills: %d runs acknowledged, %d more committed, %d lost before", cycles, len(k.acked), survived-len(k.acked), cycles-survived)
	if rested == 0 {
		t.Error("no run rested on another")
	}
	if len(k.acked) == 0 || survived == cycles {
		t.Errorf("the kills fell into no interesting moment: %d acknowledged, %d committed of %d", len(k.acked), survived, cycles)
	}
}

// rested counts the journals of runs that rest on others.
func (k *killer) rested() (n int) {
	paths, _ := filepath.Glob(filepath.Join(k.home, "derived", "journal-*.oj"))
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			k.t.Fatal(err)
		}
		head, _, _ := bytes.Cut(text, []byte("\n"))
		if !bytes.Contains(head, []byte(`"generation":0`)) {
			n++
		}
	}
	return n
}

// TestKilledBirth: a process that is killed while it makes a home leaves a
// folder that the next one takes.
func TestKilledBirth(t *testing.T) {
	cycles := 60
	if testing.Short() {
		cycles = 5
	}
	dir := t.TempDir()
	whole := newKiller(t, filepath.Join(dir, "calm")).cycle(200, -1)
	for i := range cycles {
		k := newKiller(t, filepath.Join(dir, fmt.Sprint(i)))
		k.cycle(200, time.Duration(float64(whole)*float64(i)/float64(cycles)))
		k.look(true)
		k.cycle(200, -1)
		k.look(true)
	}
}

// TestHalfMadeHome: what a process leaves that dies while it writes the first
// file of a home is not taken for somebody's.
func TestHalfMadeHome(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".new-1234"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := overtIn(t, dir, "runs"); code != exitOK {
		t.Error(errs)
	}
}

// TestKilledIngest: reading that is killed at any moment, and gone on with, ends
// as reading that nobody disturbed.
func TestKilledIngest(t *testing.T) {
	if all := sandbox.Doctor(t.Context(), nil); len(all) == 0 || !all[0].OK {
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	files, kills := 500, 12
	if testing.Short() {
		files, kills = 40, 4
	}
	papers := t.TempDir()
	for i := range files {
		text := fmt.Sprintf("Letter %d\n\nThe council of place %d paid %d euros.\n", i, i%7, i*i)
		if i%5 == 0 {
			text = fmt.Sprintf("From: a@example.org\nTo: b@example.org\nSubject: Mail %d\nMessage-ID: <%d@example.org>\nDate: Tue, 02 Mar 2021 10:00:00 +0100\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=cut\n\n--cut\nContent-Type: text/plain\n\nBody %d\n--cut\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"att%d.txt\"\n\nAttached %d\n--cut--\n", i, i, i, i, i%9)
		}
		if err := os.WriteFile(filepath.Join(papers, fmt.Sprintf("%03d", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start := func(home string, after time.Duration, args ...string) {
		cmd := child(t, 0, append([]string{"--home", home}, args...)...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if after >= 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if err := cmd.Wait(); err != nil && (after < 0 || cmd.ProcessState.ExitCode() >= 0) {
			t.Fatalf("%v\n%s", err, errs.String())
		}
	}
	calm, killed := filepath.Join(t.TempDir(), "calm"), filepath.Join(t.TempDir(), "killed")
	began := time.Now()
	start(calm, -1, "ingest", papers, "--dataset", "leak")
	whole := time.Since(began)
	start(killed, -1, "ingest", papers, "--dataset", "leak", "--later")
	r := rand.New(rand.NewPCG(4, 8))
	for range kills {
		start(killed, time.Duration(r.Int64N(int64(whole))), "work")
	}
	start(killed, -1, "work")
	if got, want := documentsIn(t, killed), documentsIn(t, calm); got != want {
		t.Errorf("killed %d times, the home says\n%.3000s\nundisturbed\n%.3000s", kills, got, want)
	}
	code, _, errs := overtIn(t, killed, "audit", "verify")
	if code != exitOK {
		t.Errorf("the log: exit %d %s", code, errs)
	}
}

// documentsIn is what a home knows of its documents: the ledger without runs and
// times, and the entities without the runs that say so.
func documentsIn(t *testing.T, home string) string {
	t.Helper()
	code, out, errs := overtIn(t, home, "--json", "coverage", "leak")
	if code != exitOK {
		t.Fatalf("coverage: %s", errs)
	}
	var c struct {
		Datasets []struct {
			Files []struct {
				Source, Verdict, Reason string
				Received, Read          int64
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &c); err != nil || len(c.Datasets) != 1 {
		t.Fatalf("coverage: %v, %s", err, out)
	}
	var lines []string
	for _, f := range c.Datasets[0].Files {
		lines = append(lines, fmt.Sprintf("%s %s %d/%d %s", f.Source, f.Verdict, f.Read, f.Received, f.Reason))
	}
	path := filepath.Join(t.TempDir(), "out.jsonl")
	if code, _, errs := overtIn(t, home, "export", "--format", "ftm", "--dataset", "leak", "--out", path); code != exitOK {
		t.Fatalf("export: %s", errs)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var e struct {
			ID         string
			Properties map[string][]string
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprint(e.ID, e.Properties))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
