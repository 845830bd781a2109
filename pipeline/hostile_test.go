package pipeline_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

// people is a mapping for tables of names; strict about dates and amounts.
const peopleMapping = `
name: people
queries:
  - csv_url: people.csv
    entities:
      who:
        schema: Person
        key: id
        properties:
          name: {column: name}
          birthDate: {column: born}
      pays:
        schema: Payment
        keys: [id, amount]
        key_literal: payment
        properties:
          payer: {entity: who}
          beneficiary: {entity: who}
          amount: {column: amount}
`

// A case is one hostile source and what must become of it.
type hostile struct {
	name    string
	file    string // its name; "in.csv" if empty
	data    []byte
	make    func(t *testing.T, path string) // instead of data
	verdict ledger.Verdict
	places  []string // each must stand in the reason, a left-out row or a warning
	read    int64    // rows; -1 for any
	left    int64
	people  []string // names that must be in, no others
}

func rows(lines ...string) []byte { return []byte(strings.Join(lines, "\n") + "\n") }

func gz(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

const head = "id,name,born,amount"

var peopleCSV = strings.ReplaceAll(peopleMapping, "  - csv_url: people.csv\n    entities:", "  - entities:")

func hostiles() []hostile {
	many := []string{head}
	for i := range 20_000 {
		many = append(many, fmt.Sprintf("%d,Person %d %x,1990-01-01,%d", i, i, i*7919, i))
	}
	whole := gz(rows(many...))
	return []hostile{
		{name: "truncated gzip", file: "in.csv.gz", data: whole[:len(whole)/2], verdict: ledger.Partial, read: -1, places: []string{"in.csv.gz"}},
		{name: "unclosed quote", data: rows(head, "1,Ada,,5", `2,"Bob,,6`, "3,Cyd,,7"), verdict: ledger.Partial, read: -1, left: 1, places: []string{"row 3"}, people: []string{"Ada", "Cyd"}},
		{name: "a gibibyte of zeros", make: sparse(head+"\n1,Ada,,5\n2,", 1<<30), verdict: ledger.Failed, places: []string{"in.csv"}},
		{name: "one field of a gibibyte", file: "in.csv.gz", make: packed(head+"\n1,Ada,,5\n2,", 1<<30), verdict: ledger.Partial, read: 1, left: 1, places: []string{"row 3"}, people: []string{"Ada"}},
		{name: "a million columns", data: rows(head, "1,Ada,,5", "2,Bob"+strings.Repeat(",x", 1_000_000), "3,Cyd,,7"), verdict: ledger.Partial, read: 2, left: 1, places: []string{"row 3"}, people: []string{"Ada", "Cyd"}},
		{name: "NUL bytes", data: []byte(head + "\n1,A\x00da,1990-01-01,5\n2,Bob Robertson,1990-01-01,6\n3,Cyd,1990-01-01,7\n"), verdict: ledger.Read, read: 3, places: []string{"nul_bytes", "row 2"}, people: []string{"Ada", "Bob Robertson", "Cyd"}},
		{name: "mixed encodings", data: []byte(head + "\n" + strings.Repeat("1,Zoë Müller,,5\n", 50) + "2,Ren\xe9,,6\n"), verdict: ledger.Read, read: 51, places: []string{"mixed_encoding", "row 52"}, people: []string{"René", "Zoë Müller"}},
		{name: "UTF-16", data: utf16le(head + "\n1,Zoë,,5\n"), verdict: ledger.Read, read: 1, people: []string{"Zoë"}},
		{name: "amount 1.2.3", data: rows(head, "1,Ada,1990-01-01,1.2.3"), verdict: ledger.Partial, read: 1, places: []string{"row 2", "amount"}, people: []string{"Ada"}},
		{name: "date 0000-00-00", data: rows(head, "1,Ada,0000-00-00,5"), verdict: ledger.Partial, read: 1, places: []string{"row 2", "born"}, people: []string{"Ada"}},
		{name: "header only", data: rows(head), verdict: ledger.Read, read: 0},
		{name: "empty file", data: nil, verdict: ledger.Read, places: []string{"empty"}},
		{name: "JSON a million deep", file: "in.json", data: []byte(strings.Repeat("[", 1_000_000)), verdict: ledger.Failed, read: -1, places: []string{"in.json", "512"}},
		{name: "JSON with a string of a gibibyte", file: "in.json.gz", make: packed(`[{"id":"1","name":"Ada"},{"id":"2","name":"`, 1<<30), verdict: ledger.Partial, read: -1, places: []string{"in.json.gz"}, people: []string{"Ada"}},
		{name: "JSON with keys twice", file: "in.json", data: []byte(`[{"id":"1","name":"Ada","name":"Eve","amount":"5"}]`), verdict: ledger.Read, read: 1, people: []string{"Ada", "Eve"}},
		{name: "a biometric column", data: rows(head+",face_template", "1,Ada,,5,AAAA"), verdict: ledger.Read, read: 1, places: []string{"face_template"}, people: []string{"Ada"}},
		{name: "a PDF", file: "in.pdf", data: []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"), verdict: ledger.Failed, places: []string{"in.pdf", "overt ingest reads documents"}},
		{name: "a zip with a picture", file: "in.zip", data: zipped(map[string]string{
			"a.csv": string(rows(head, "1,Ada,,5")), "b.png": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "c.csv": string(rows(head, "3,Cyd,,7")),
		}), verdict: ledger.Partial, read: 2, places: []string{"b.png"}, people: []string{"Ada", "Cyd"}},
		{name: "three tables in a zip, one damaged", file: "in.zip", data: damagedMember(), verdict: ledger.Partial, read: -1, places: []string{"b.csv"}},
	}
}

// sparse makes a file of zeros after a beginning without writing them out.
func sparse(beginning string, size int64) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		f, err := os.Create(path)
		must(t, err)
		_, err = f.WriteString(beginning)
		must(t, errors.Join(err, f.Truncate(size), f.Close()))
	}
}

// packed makes a compressed file of one letter after a beginning.
func packed(beginning string, size int64) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		f, err := os.Create(path)
		must(t, err)
		w, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
		must(t, err)
		_, err = io.WriteString(w, beginning)
		must(t, err)
		_, err = io.CopyN(w, letters{}, size)
		must(t, errors.Join(err, w.Close(), f.Close()))
	}
}

// damagedMember is a zip in which the packed bytes of one table are overwritten.
func damagedMember() []byte {
	var long []string
	for i := range 3000 {
		long = append(long, fmt.Sprintf("%d,Person %x,,%d", i, i*7919, i))
	}
	data := zipped(map[string]string{"a.csv": string(rows(head, "1,Ada,,5")), "b.csv": string(rows(append([]string{head}, long...)...)), "c.csv": string(rows(head, "3,Cyd,,7"))})
	for i := len(data) / 2; i < len(data)/2+64; i++ {
		data[i] ^= 0x5a
	}
	return data
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func utf16le(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

func zipped(members map[string]string) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range members {
			if !yield(n) {
				return
			}
		}
	}) {
		f, _ := w.Create(name)
		_, _ = io.WriteString(f, members[name])
	}
	_ = w.Close()
	return b.Bytes()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// peak samples the live heap while work runs and gives the most it saw.
func peak(work func()) (most uint64) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	work()
	close(done)
	<-ended
	return most
}

const (
	mostMemory = 256 << 20
	mostTime   = 10 * time.Second // of a processor; the slowest machine seen takes 5 for a gibibyte
)

func TestHostile(t *testing.T) {
	for _, c := range hostiles() {
		t.Run(c.name, func(t *testing.T) {
			if c.make != nil && testing.Short() {
				t.Skip("a gibibyte is read in the full run only")
			}
			h, dir := durable(t)
			name := c.file
			if name == "" {
				name = "in.csv"
			}
			path := filepath.Join(dir, name)
			if c.make != nil {
				c.make(t, path)
			} else {
				must(t, os.WriteFile(path, c.data, 0o600))
			}
			c.data = nil
			runtime.GC()
			var rep *pipeline.Report
			start := processorTime(t)
			most := peak(func() {
				rep = h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, peopleCSV)})
			})
			if took := processorTime(t) - start; took > mostTime {
				t.Errorf("it took %v", took)
			}
			if most > mostMemory {
				t.Errorf("it took %d MiB of memory", most>>20)
			}
			c.check(t, h, rep)
		})
	}
}

func durable(t *testing.T) (h *hometest.Home, files string) {
	t.Helper()
	return hometest.Durable(t, t.TempDir()), t.TempDir()
}

func mappingFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mapping.yml")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (c *hostile) check(t *testing.T, h *hometest.Home, rep *pipeline.Report) {
	t.Helper()
	f := rep.Files[0]
	said := everythingSaid(t, h, f)
	t.Logf("%s, %d received, %d read, %d left out: %.300s", f.Verdict, f.Received, f.Read, f.LeftOut, said)
	if f.Verdict != c.verdict {
		t.Errorf("verdict %s, want %s", f.Verdict, c.verdict)
	}
	if c.read >= 0 && f.Read != c.read || c.left > 0 && f.LeftOut != c.left {
		t.Errorf("%d rows read, %d left out, want %d and %d", f.Read, f.LeftOut, c.read, c.left)
	}
	for _, p := range c.places {
		if !strings.Contains(said, p) {
			t.Errorf("nothing says %q", p)
		}
	}
	addsUp(t, h, rep)
	if c.people != nil {
		if got := names(t, h); !slices.Equal(got, c.people) {
			t.Errorf("people %q, want %q", got, c.people)
		}
	}
}

// everythingSaid is what the ledger says of a file, in one text.
func everythingSaid(t testing.TB, h *hometest.Home, f pipeline.FileReport) string {
	t.Helper()
	var b strings.Builder
	c := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Coverage, error) {
		return answer.ReadCoverage(ctx, d, "", 50)
	})
	for _, d := range c.Datasets {
		for _, e := range d.Files {
			if e.Source == f.Source {
				fmt.Fprintln(&b, e.Source, e.Reason, e.Retry)
			}
		}
		for _, w := range d.Warnings {
			fmt.Fprintln(&b, w.Code, w.Message, w.Where)
		}
		for _, l := range d.Left {
			if l.Source == f.Source {
				fmt.Fprintln(&b, l.Where, l.Column, l.Reason)
			}
		}
	}
	return b.String()
}

// addsUp holds what is true of every import: each file has a verdict, its rows
// add up in report and ledger alike, a run that is there says what the store
// holds, and a file that failed left nothing.
func addsUp(t testing.TB, h *hometest.Home, rep *pipeline.Report) {
	t.Helper()
	for _, f := range rep.Files {
		pass, err := h.Pass(t.Context())
		must(t, err)
		e, err := gate.Ask(t.Context(), pass, gate.Act{Action: "test"}, false, func(ctx context.Context, d *gate.Desk) (ledger.Entry, error) {
			return d.Ledger.Entry(ctx, d.Scope, f.Entry)
		})
		must(t, err)
		if e.Verdict != f.Verdict || e.Received != f.Received || e.Read != f.Read || e.LeftOut != f.LeftOut || e.Run != f.Run {
			t.Errorf("%s: the ledger says %+v, the report %+v", f.Source, e.Outcome, f)
		}
		if e.Received != e.Read+e.LeftOut {
			t.Errorf("%s: %d received are not %d read and %d left out", f.Source, e.Received, e.Read, e.LeftOut)
		}
		if e.Verdict == ledger.Waiting || e.Verdict == "" {
			t.Errorf("%s has no verdict", f.Source)
		}
		if (e.Verdict == ledger.Failed || e.Verdict == ledger.Refused) && (e.Run != 0 || e.Reason == "") {
			t.Errorf("%s: %s with run %d, reason %q", f.Source, e.Verdict, e.Run, e.Reason)
		}
	}
	runsAgree(t, h)
}

// runsAgree holds that each run says of itself what the store shows of it, and
// that nothing is shown that no run says.
func runsAgree(t testing.TB, h *hometest.Home) {
	t.Helper()
	type counts struct{ entities, statements int64 }
	_ = hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		shown := map[overt.RunID]counts{}
		for stmts, err := range d.View.Entities(ctx) {
			must(t, err)
			last := statement.Class(0)
			for i := range stmts {
				info, ok := d.View.Sight().Info(stmts[i].Class)
				if !ok {
					t.Fatalf("%s is shown by a hidden class", stmts[i].Entity)
				}
				c := shown[info.Run.ID]
				c.statements++
				if stmts[i].Class != last {
					c.entities++
				}
				shown[info.Run.ID], last = c, stmts[i].Class
			}
		}
		for _, r := range d.Runs {
			if got := shown[r.ID]; r.Undone == "" && got != (counts{r.Entities, r.Statements}) {
				t.Errorf("run %d says %d entities and %d statements, %d and %d are shown", r.ID, r.Entities, r.Statements, got.entities, got.statements)
			}
			delete(shown, r.ID)
		}
		for id := range shown {
			t.Errorf("things are shown of run %d, which is not there", id)
		}
		return "", nil
	})
}

// names lists the names of persons that are in, sorted.
func names(t testing.TB, h *hometest.Home) []string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) ([]string, error) {
		out := []string{}
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return nil, err
			}
			for _, s := range stmts {
				if s.Schema == "Person" && s.Prop == "name" && !slices.Contains(out, s.Value) {
					out = append(out, s.Value)
				}
			}
		}
		slices.Sort(out)
		return out, nil
	})
}
