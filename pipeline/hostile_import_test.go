package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

func TestBadMappings(t *testing.T) {
	table := rows(head, "1,Ada,,5")
	for _, c := range []struct{ name, text, where string }{
		{"unknown property", "queries:\n  - entities:\n      a:\n        schema: Person\n        key: id\n        properties:\n          hat: {column: name}\n", "7"},
		{"unknown schema", "queries:\n  - entities:\n      a:\n        schema: Wizard\n        key: id\n", "4"},
		{"entities in a circle", "queries:\n  - entities:\n      a:\n        schema: Company\n        keys: [b.id]\n        key: id\n        properties:\n          parent: {entity: b}\n      b:\n        schema: Company\n        key: name\n        properties:\n          parent: {entity: a}\n", ""},
		{"no mapping at all", "just words", ""},
		{"bad YAML", "queries: [\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hometest.Memory(t)
			path := filepath.Join(t.TempDir(), "in.csv")
			must(t, os.WriteFile(path, table, 0o600))
			m := mappingFile(t, c.text)
			rep, err := h.Importer().Import(t.Context(), pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: m})
			if err == nil {
				t.Fatalf("it was taken: %+v", rep)
			}
			t.Log(err)
			if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "mapping.yml") || !strings.Contains(err.Error(), c.where) {
				t.Errorf("%s: %v; want it to name mapping.yml, line %s", overt.CodeOf(err), err, c.where)
			}
		})
	}
}

func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	h := hometest.Memory(t)
	list := []string{"new\nline.csv", "\x1b[31mred.csv", "bidi\u202egpj.csv", strings.Repeat("x", 251) + ".csv", "-rf.csv", "..csv", "a b'\";$(id).csv", "caf\u00e9.csv", "\xff.csv"}
	for i, name := range list {
		must(t, os.WriteFile(filepath.Join(dir, name), rows(head, fmt.Sprintf("%d,Person %d,,5", i, i)), 0o600))
	}
	rep := h.Import(t, pipeline.Request{Paths: []string{dir}, Dataset: "d", Mapping: mappingFile(t, peopleCSV)})
	// "..csv" is a hidden file.
	if len(rep.Files) != len(list)-1 {
		t.Errorf("%d files, want %d", len(rep.Files), len(list)-1)
	}
	for _, f := range rep.Files {
		if f.Verdict != ledger.Read {
			t.Errorf("%q is %s: %s", f.Source, f.Verdict, f.Reason)
		}
		if !slices.Contains(list, f.Source) {
			t.Errorf("%q is none of the names that were given", f.Source)
		}
	}
	addsUp(t, h, rep)
}

// TestNamesThatClimb: the name of an embedded source, or of a member of an
// archive, is never a path.
func TestNamesThatClimb(t *testing.T) {
	h := hometest.Memory(t)
	table := rows(head, "1,Ada,,5")
	rep := h.Import(t, pipeline.Request{
		Files:   []pipeline.Embedded{{Name: "../../x.csv", Data: table}, {Name: "y.zip", Data: zipped(map[string]string{"../../z.csv": string(table)})}},
		Dataset: "d", Mapping: "m", Text: []byte(peopleCSV),
	})
	for _, f := range rep.Files {
		t.Logf("%s %s %s", f.Source, f.Verdict, f.Reason)
		if f.Verdict != ledger.Read && f.Verdict != ledger.Failed {
			t.Errorf("%s is %s", f.Source, f.Verdict)
		}
	}
	addsUp(t, h, rep)
	if list, err := filepath.Glob(filepath.Join(h.Dir, "..", "*.csv")); err != nil || len(list) > 0 {
		t.Errorf("outside the home: %v, %v", list, err)
	}
}

func TestHostileFolder(t *testing.T) {
	dir := t.TempDir()
	good := rows(head, "1,Ada,,5")
	must(t, os.WriteFile(filepath.Join(dir, "a.csv"), good, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "empty.csv"), nil, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "locked.csv"), good, 0o000))
	must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	must(t, os.Symlink("..", filepath.Join(dir, "sub", "loop")))
	must(t, os.Symlink("nowhere.csv", filepath.Join(dir, "dangling.csv")))
	must(t, os.Mkdir(filepath.Join(dir, "closed"), 0o000))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "closed"), 0o700) })
	h := hometest.Memory(t)
	rep, err := h.Importer().Import(t.Context(), pipeline.Request{Paths: []string{dir}, Dataset: "d", Mapping: mappingFile(t, peopleCSV)})
	must(t, err)
	verdicts := map[string]ledger.Verdict{}
	for _, f := range rep.Files {
		verdicts[f.Source] = f.Verdict
		t.Logf("%s %s %s", f.Source, f.Verdict, f.Reason)
	}
	want := map[string]ledger.Verdict{"a.csv": ledger.Read, "empty.csv": ledger.Read, "locked.csv": ledger.Failed, "dangling.csv": ledger.Failed, "sub/loop": ledger.Failed}
	if os.Getuid() == 0 {
		want["locked.csv"] = ledger.Read // root reads everything; a second copy of a.csv
	}
	for name, v := range want {
		if verdicts[name] != v {
			t.Errorf("%s is %q, want %s", name, verdicts[name], v)
		}
	}
	addsUp(t, h, rep)
}

// TestBrokenOffEndsNothing: a full extract that breaks off says nothing of what
// would have stood behind the break, and one that gives nothing is no run.
func TestBrokenOffEndsNothing(t *testing.T) {
	list := []string{head}
	for i := range 20_000 {
		list = append(list, fmt.Sprintf("%d,Person %d %x,,5", i, i, i*7919))
	}
	whole := gz(rows(list...))
	for _, c := range []struct {
		name string
		data []byte
		runs int
	}{
		{"a half", whole[:len(whole)/2], 1},
		{"nothing but the beginning", whole[:12], 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hometest.Memory(t)
			path := filepath.Join(t.TempDir(), "in.csv.gz")
			req := pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, peopleCSV), Extent: statement.Full, Observed: "2024-01-01"}
			must(t, os.WriteFile(path, whole, 0o600))
			addsUp(t, h, h.Import(t, req))
			must(t, os.WriteFile(path, c.data, 0o600))
			req.Observed = "2024-02-01"
			rep := h.Import(t, req)
			t.Logf("%s: %s", rep.Files[0].Verdict, rep.Files[0].Reason)
			if len(rep.Runs) != c.runs {
				t.Errorf("%d runs of what broke off, want %d", len(rep.Runs), c.runs)
			}
			addsUp(t, h, rep)
			p := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Profile, error) {
				return answer.Show(ctx, d, fmt.Sprintf("Person 19999 %x", 19999*7919), 1, false)
			})
			for _, v := range p.Values {
				if v.Gone != "" {
					t.Errorf("%s %q is told as gone on %s by a source that broke off", v.Prop, v.Value, v.Gone)
				}
			}
		})
	}
}

// TestStatementDatasets: rows of a statement file keep the dataset they name,
// whether or not anything of it is here already.
func TestStatementDatasets(t *testing.T) {
	h := hometest.Memory(t)
	text := "canonical_id,entity_id,prop,prop_type,schema,value,dataset,lang,original_value,external,first_seen,last_seen,origin,id\n"
	for i, d := range []string{"one", "two", "two"} {
		text += fmt.Sprintf("p%d,p%d,name,name,Person,Ada %d,%s,,,f,,,,s%d\n", i, i, i, d, i)
	}
	path := filepath.Join(t.TempDir(), "statements.csv")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	rep := h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "all"})
	addsUp(t, h, rep)
	got := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) ([]string, error) {
		var out []string
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return nil, err
			}
			info, _ := d.View.Sight().Info(stmts[0].Class)
			out = append(out, string(stmts[0].Entity)+" "+info.Label.Dataset)
		}
		return out, nil
	})
	if want := []string{"p0 one", "p1 two", "p2 two"}; !slices.Equal(got, want) {
		t.Errorf("labels %q, want %q", got, want)
	}
}

// TestBrokenTwice: that the same broken file is in already makes it no whole one.
func TestBrokenTwice(t *testing.T) {
	whole := gz(rows(head, "1,Ada,,5", "2,Bob,,6", "3,Cyd Somebody With A Long Name,1990-01-01,7"))
	path := filepath.Join(t.TempDir(), "in.csv.gz")
	must(t, os.WriteFile(path, whole[:len(whole)-20], 0o600))
	h := hometest.Memory(t)
	req := pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, peopleCSV)}
	first, again := h.Import(t, req), h.Import(t, req)
	if a, b := first.Files[0], again.Files[0]; a.Verdict != ledger.Partial || b.Verdict != a.Verdict || len(again.Runs) != 0 {
		t.Errorf("first %s (%s), again %s (%s) in %d runs", a.Verdict, a.Reason, b.Verdict, b.Reason, len(again.Runs))
	}
	addsUp(t, h, again)
}
