package pipeline_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/internal/hometest"
	"overt/internal/servertest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
)

func TestPostgresSource(t *testing.T) { testSource(t, servertest.Postgres) }
func TestMySQLSource(t *testing.T)    { testSource(t, servertest.MySQL) }

func testSource(t *testing.T, server func(testing.TB, string) string) {
	if testing.Short() {
		t.Skip("database servers are started in the full run only")
	}
	t.Parallel()
	address := server(t, ownershipTables+notesTable+staffTable(0))
	kind, rest, _ := strings.Cut(address, "://")
	bare := kind + "://" + rest[strings.LastIndexByte(rest, '@')+1:]
	driver := map[string]string{"postgresql": "+psycopg2", "mysql": "+pymysql"}[kind]
	h := hometest.Durable(t, t.TempDir())
	req := pipeline.Request{Dataset: "d", Mapping: mappingFile(t, fromTables("${DB_URI}")), Env: map[string]string{"DB_URI": kind + driver + "://" + rest}}
	rep := h.Import(t, req)
	if len(rep.Runs) != 1 || len(rep.Files) != 2 || rep.Files[0].Verdict != ledger.Read || rep.Files[0].Source != bare+"#company,shares.csv" || rep.Files[1].Received != 5 {
		t.Fatalf("%+v", rep)
	}
	if w := rep.Files[0].Warnings; len(w) != 2 || w[0].Code != "refused-column" {
		t.Errorf("warnings: %+v", w)
	}
	if diff := gocmp.Diff(ofFiles(t), valuesOf(t, h)); diff != "" {
		t.Errorf("the tables say otherwise than the CSV (-want +got):\n%s", diff)
	}
	if n := cited(t, h, 100); n < 15 {
		t.Errorf("%d citations were read again", n)
	}
	runs, err := h.Statements.Runs(t.Context(), policytest.Scope(policy.Label{Dataset: "d"}))
	must(t, err)
	for _, s := range runs[0].Sources {
		if s.Address != bare || s.Fetched == "" || s.Encoding != "utf-8" {
			t.Errorf("source %+v", s)
		}
		r, err := h.Blobs.Open(t.Context(), s.Blob)
		must(t, err)
		rows, err := csv.NewReader(r).ReadAll()
		must(t, errors.Join(err, r.Close()))
		if strings.Contains(fmt.Sprint(rows[0]), "fingerprint") {
			t.Errorf("a refused column was asked of the database: %v", rows[0])
		}
	}
	if rep := h.Import(t, req); len(rep.Runs) != 0 || !rep.Files[0].Already || !rep.Files[1].Already {
		t.Errorf("the same content was taken in again: %+v", rep.Files)
	}
	anything(t, h, req)
	newer(t, server, address)
	unreachable(t, h, req, address)
	recorded(t, h)
	silent(t, h.Dir, "p@ss", "p%40ss", servertest.User+":")
}

// anything: whatever stands in a table of one column, its snapshot is read again
// as the table that it is.
func anything(t *testing.T, h *hometest.Home, req pipeline.Request) {
	t.Helper()
	m := "name: m\nqueries: [{database: '${DB_URI}', table: notes, entities: {n: {schema: Note, key: text, properties: {description: text}}}}]"
	req.Dataset, req.Mapping = "notes", mappingFile(t, m)
	rep := h.Import(t, req)
	if f := rep.Files[0]; f.Received != 7 || f.Read != 6 || len(f.Warnings) != 0 {
		t.Errorf("%+v", f)
	}
	if n := cited(t, h, 100); n < 20 {
		t.Errorf("%d citations were read again", n)
	}
}

// newer: of a later state of a database only what changed is read anew. Another
// server stands for the same one later on.
func newer(t *testing.T, server func(testing.TB, string) string, address string) {
	t.Helper()
	later := server(t, staffTable(1))
	const m = "name: m\nextent: full\nqueries: [{database: '${DB_URI}', table: staff, entities: {p: {schema: Person, key: id, properties: {name: name, summary: boss}}}}]"
	grown, whole := hometest.Memory(t), hometest.Memory(t)
	whole.Whole = true
	for day, address := range []string{address, later} {
		req := pipeline.Request{Dataset: "staff", Mapping: "m", Text: []byte(m), Env: map[string]string{"DB_URI": address}}
		grown.Import(t, req)
		whole.Import(t, req)
		compareHomes(t, fmt.Sprint("day ", day), grown, whole)
	}
	if n := generation(t, grown, 2); n != 1 {
		t.Errorf("the second run rests on %d others", n)
	}
	if n := cited(t, grown, 500); n < 100 {
		t.Errorf("%d citations were read again", n)
	}
}

// unreachable: a database that does not answer is in the ledger as failed.
func unreachable(t *testing.T, h *hometest.Home, req pipeline.Request, address string) {
	t.Helper()
	req.Env = map[string]string{"DB_URI": strings.Replace(address, "p%40ss", "p%40ssword", 1)}
	rep := h.Import(t, req)
	for _, f := range rep.Files {
		if f.Verdict != ledger.Failed || !strings.Contains(f.Reason, "connect") || strings.Contains(f.Reason, "p@ss") {
			t.Errorf("%+v", f)
		}
	}
	if len(rep.Runs) != 0 || len(rep.Files) != 2 {
		t.Errorf("%+v", rep)
	}
}

// recorded: the intent to read stands in the log before anything of the import.
func recorded(t *testing.T, h *hometest.Home) {
	t.Helper()
	var actions []string
	for r, err := range h.Log.Records(t.Context(), 0, h.Log.Size()) {
		must(t, err)
		if r.Action == "database.read" || r.Action == "run.import" {
			actions = append(actions, fmt.Sprintf("%s %v", r.Action, r.Intent))
		}
	}
	want := []string{"database.read true", "run.import true", "run.import false", "database.read false"}
	if diff := gocmp.Diff(want, actions[:min(4, len(actions))]); diff != "" {
		t.Errorf("the log differs (-want +got):\n%s", diff)
	}
}

// silent wants that no file below a folder holds one of the texts.
func silent(t *testing.T, dir string, texts ...string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("%s holds %q", d.Name(), text)
			}
		}
		return err
	}))
}
