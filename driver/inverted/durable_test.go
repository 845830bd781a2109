package inverted_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"overt"
	"overt/driver/inverted"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/statement"
)

var (
	label = policy.Label{Dataset: "open"}
	scope = policytest.Scope(label)
	view  = search.NewView(statement.NewSight(scope, statement.When{}, []statement.ClassInfo{{Class: 1, Run: &statement.Run{ID: 1}, Label: label}}))
)

// batch number n adds three items and drops one of the batch before.
func batch(n int) search.Batch {
	b := search.Batch{Stamp: &search.Stamp{Epoch: uint64(n + 1)}}
	for i := range 3 {
		b.Items = append(b.Items, search.Item{
			ID: fmt.Sprintf("%06d-%d", n, i), Kind: search.Passage, Document: "doc", Page: 1, Label: label, Run: 1,
			Text: fmt.Sprintf("word batch%d of %d", n, i), Dates: []string{"2020"},
		})
		if i == 0 {
			b.Items[0].Document = "gone-" + b.Items[0].Document
		}
	}
	if n > 0 {
		b.Documents = []string{"gone-doc"}
	}
	return b
}

const killed = "OVERT_TEST_SEARCH_INDEX"

// TestKill ends a process that writes, at any moment, and opens what it left:
// each batch is there whole or not at all, and none that was acknowledged is
// missing.
func TestKill(t *testing.T) {
	if dir := os.Getenv(killed); dir != "" {
		writeOn(dir)
		return
	}
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for round := range rounds {
		acked := writeAndKill(t, dir, time.Duration(50+r.IntN(300))*time.Millisecond)
		x := open(t, dir, inverted.Config{Fanout: 2})
		epoch := int64(x.Stamp().Epoch)
		if epoch < acked || epoch > acked+1 {
			t.Fatalf("round %d: %d batches were acknowledged and %d are there", round, acked, epoch)
		}
		want := max(0, 2*epoch+1)
		if epoch == 0 {
			want = 0
		}
		if n, err := x.Count(t.Context(), view, search.Query{Text: "word"}); n != want || err != nil {
			t.Fatalf("round %d: %d items, want %d after %d batches, %v", round, n, want, epoch, err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), "new-") }) {
			t.Errorf("round %d: files of a write that did not end are left: %v, %v", round, entries, err)
		}
	}
}

func writeOn(dir string) {
	x, err := inverted.Open(dir, inverted.Config{Fanout: 2})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	for n := int(x.Stamp().Epoch); ; n++ {
		if err := x.Write(context.Background(), scope, batch(n)); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("acknowledged", n+1)
	}
}

func writeAndKill(t *testing.T, dir string, after time.Duration) (acked int64) {
	t.Helper()
	x := open(t, dir, inverted.Config{Fanout: 2})
	acked = int64(x.Stamp().Epoch)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), killed+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if n, ok := strings.CutPrefix(lines.Text(), "acknowledged "); ok {
			acked, _ = strconv.ParseInt(n, 10, 64)
		} else if strings.HasPrefix(lines.Text(), "error") {
			t.Error(lines.Text())
		}
	}
	_ = cmd.Wait() // it was killed
	return acked
}

func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	x := open(t, dir, inverted.Config{})
	for n := range 3 {
		if err := x.Write(t.Context(), scope, batch(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDamage turns each byte of each file: an index that was changed is not
// opened.
func TestDamage(t *testing.T) {
	dir := filled(t)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := 1
		if testing.Short() {
			step = 37
		}
		for i := 0; i < len(data); i += step {
			bad := slices.Clone(data)
			bad[i] ^= 0x40
			rewrite(t, path, bad)
			refused(t, dir, path, fmt.Sprint("byte ", i))
		}
		rewrite(t, path, data[:len(data)-1])
		refused(t, dir, path, "a byte short")
		if e.Name() != "LIST" { // without it, a folder is an empty index
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			refused(t, dir, path, "no file")
		}
		rewrite(t, path, data)
	}
}

func rewrite(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, dir, path, what string) {
	t.Helper()
	x, err := inverted.Open(dir, inverted.Config{})
	if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("%s of %s: %v", what, filepath.Base(path), err)
	}
	if err == nil {
		x.Close()
	}
}

// TestReadOn: an answer that is being read stays whole while the index is
// written and merged, and its files go when it is done.
func TestReadOn(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, inverted.Config{Fanout: 2})
	if err := x.Write(t.Context(), scope, batch(0)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for h, err := range x.All(t.Context(), view, search.Query{Text: "word"}) {
		if err != nil || !strings.HasPrefix(h.ID, "000000-") {
			t.Errorf("%s, %v", h.ID, err)
		}
		n++
		if err := x.Write(t.Context(), scope, batch(n)); err != nil {
			t.Fatal(err)
		}
	}
	if n != 3 {
		t.Errorf("%d hits", n)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 5 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
	if _, err := x.Count(t.Context(), view, search.Query{}); err == nil {
		t.Error("a closed index answers")
	}
}

// TestFailedWrite: of a batch that cannot be written nothing is there.
func TestFailedWrite(t *testing.T) {
	dir := filled(t)
	x := open(t, dir, inverted.Config{})
	defer x.Close()
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	b := batch(7)
	b.Items[2].Run = 0
	if err := x.Write(t.Context(), scope, b); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("error %v", err)
	}
	after, err := os.ReadDir(dir)
	if err != nil || len(after) != len(before) {
		t.Errorf("%d files, then %d, %v", len(before), len(after), err)
	}
	if n, err := x.Count(t.Context(), view, search.Query{}); n != 7 || err != nil {
		t.Errorf("%d items, %v", n, err)
	}
}

// TestAtOnce asks while batches come in: each answer is of one moment, between
// two batches.
func TestAtOnce(t *testing.T) {
	x := open(t, t.TempDir(), inverted.Config{Fanout: 2})
	defer x.Close()
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for last := int64(0); ; {
				p, err := x.Search(t.Context(), view, search.Query{Text: "word", Facets: []string{"year"}})
				if err != nil || p.Total < last || p.Total > 0 && (p.Total%2 == 0 || p.Facets[0].Values[0].Count != p.Total) {
					t.Errorf("total %d after %d, facets %v, %v", p.Total, last, p.Facets, err)
				}
				last = p.Total
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := range 40 {
		if err := x.Write(t.Context(), scope, batch(n)); err != nil {
			t.Fatal(err)
		}
	}
	close(done)
	readers.Wait()
}
