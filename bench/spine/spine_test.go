package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt/extract/records"
	"overt/internal/sandbox"
	"overt/statement"
)

// TestMain makes the test's program a worker.
func TestMain(m *testing.M) {
	sandbox.Main(records.Kinds())
	os.Exit(m.Run())
}

// Every part runs through at the smallest size and measures what it says: the
// parts themselves refuse a wrong number of statements, a lookup that finds
// nothing, a wrong sum, a row that was not read.
func TestParts(t *testing.T) {
	j := job{n: minimum, dir: t.TempDir()}
	for _, p := range parts {
		if testing.Short() && (p.name == "peers" || p.name == "paths") {
			continue
		}
		tables, err := p.run(t.Context(), j)
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if len(tables) == 0 {
			t.Errorf("%s measured nothing", p.name)
		}
		for _, table := range tables {
			if len(table.Rows) == 0 {
				t.Errorf("%s: the table %q is empty", p.name, table.Title)
			}
			for _, row := range table.Rows {
				if len(row) != len(table.Head) {
					t.Errorf("%s: a row of %q has %d cells under %d heads", p.name, table.Title, len(row), len(table.Head))
				}
			}
		}
	}
}

// The second run says of one entity in a hundred something else.
func TestAgainChangesOnePercent(t *testing.T) {
	ctx := context.Background()
	s, err := openStore(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := newMaker(5000)
	if _, err := s.take(ctx, m, day(0)); err != nil {
		t.Fatal(err)
	}
	m.round = 1
	l, err := s.take(ctx, m, day(1))
	if err != nil {
		t.Fatal(err)
	}
	changed := 0
	for k := range m.n {
		if m.changed(k) {
			changed++
		}
	}
	if l.run.New != int64(changed) || changed < 25 || changed > 100 {
		t.Errorf("%d of %d entities changed, and the store counts %d", changed, m.n, l.run.New)
	}
}

// The data is the same each time, whatever was made before, and has the shape
// that the tables claim.
func TestMaker(t *testing.T) {
	one, other := newMaker(1000), newMaker(1000)
	ids := map[string]bool{}
	rising := 0
	last := ""
	for k := range one.n {
		other.entity((k * 7) % one.n)
		id, stmts := one.entity(k)
		text := fmt.Sprint(id, stmts)
		if sameID, same := other.entity(k); fmt.Sprint(sameID, same) != text {
			t.Fatalf("entity %d differs from one time to the next", k)
		}
		if len(stmts) != perEntity || ids[string(id)] {
			t.Fatalf("entity %d, %s: %d statements, or an id for the second time", k, id, len(stmts))
		}
		ids[string(id)] = true
		if string(id) > last {
			rising++
		}
		last = string(id)
	}
	if rising < 400 || rising > 600 {
		t.Errorf("%d of 1000 ids are greater than the one before: that is an order", rising)
	}
	keys := statement.NewKeyer()
	_, stmts := one.entity(0)
	if got, want := keys.Key("Company", "name", stmts[0].Value), one.nameKey(0); got != want {
		t.Errorf("company 0 is looked up as %q and called %q", want, got)
	}
	if got, want := stmts[2].Value, one.registration(0); got != want {
		t.Errorf("company 0 is looked up as %q and registered as %q", want, got)
	}
}

func TestChoose(t *testing.T) {
	if got, err := choose(""); err != nil || len(got) != len(parts) {
		t.Errorf("all parts: got %d, %v", len(got), err)
	}
	if got, err := choose("audit,load"); err != nil || len(got) != 2 || got[0].name != "audit" {
		t.Errorf("two parts: got %v, %v", got, err)
	}
	if _, err := choose("loda"); err == nil || !strings.Contains(err.Error(), "lookup") {
		t.Errorf("a part that is none: %v; the parts should be named", err)
	}
}

func TestRunRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"size":     {"-n", "10"},
		"part":     {"-only", "nothing"},
		"profile":  {"-cpuprofile", filepath.Join(t.TempDir(), "p")},
		"no child": {"-child", "nothing"},
	} {
		if err := run(args, &bytes.Buffer{}, &bytes.Buffer{}); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}

func TestTable(t *testing.T) {
	table := table{Title: "Lookups", Head: []string{"what", "µs"}}
	table.add("warm", "4.0")
	table.note("On %s.", "disk")
	var b bytes.Buffer
	if err := table.write(&b); err != nil {
		t.Fatal(err)
	}
	want := "\n### Lookups\n\n| what | µs  |\n| ---- | --- |\n| warm | 4.0 |\n\nOn disk.\n"
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
}

func TestNumbers(t *testing.T) {
	for got, want := range map[string]string{
		count(7): "7", count(-1234): "-1,234", count(10_000_000): "10,000,000",
		rate(1000, 0): "–", rate(1000, 500*time.Millisecond): "2,000", megabytes(0): "–", megabytes(1_600_000): "2",
		micros(1500): "1.5", millis(1500 * time.Microsecond): "1.50", dollars(-5): "-0.05", dollars(123456): "1234.56",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	l := latencies{5, 1, 3, 2, 4}.sorted()
	if l.at(0) != 1 || l.at(0.5) != 3 || l.at(1) != 5 || l.mean() != 3 {
		t.Errorf("quantiles of 1 to 5: %v %v %v, mean %v", l.at(0), l.at(0.5), l.at(1), l.mean())
	}
	if got := median([]cost{{1, 9}, {2, 1}, {3, 5}}); got.cpu != 5 {
		t.Errorf("the median by processor time is %v", got)
	}
}

// A store of another size is not taken for the one asked for.
func TestReady(t *testing.T) {
	j := job{n: 20_000, dir: t.TempDir()}
	if ready(j) {
		t.Error("an empty folder is ready")
	}
	if err := markReady(j); err != nil {
		t.Fatal(err)
	}
	if !ready(j) || ready(job{n: 30_000, dir: j.dir}) {
		t.Error("the mark does not tell the size")
	}
}

func TestDiskSize(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), make([]byte, 1234), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := diskSize(dir); err != nil || n != 1234 {
		t.Errorf("got %d, %v", n, err)
	}
	if _, err := diskSize(filepath.Join(dir, "absent")); err == nil {
		t.Error("a folder that is not there has a size")
	}
}
