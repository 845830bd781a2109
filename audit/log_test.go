package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overt"
)

func TestAppendRead(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	full := Event{
		Time: testTime, Actor: "anna", OnBehalfOf: "desk \"north\"", Purpose: "procurement", Case: "c1",
		Action: "export", Object: "report\n1", Query: "a \x1b[31m<b>&\u2028 \xff", Scope: "s1", Policy: "p1",
		Decision: "deny", Reasons: []string{"not.member", "quota"}, Count: 12,
		Result: strings.Repeat("ab", 32), Intent: true, Ref: "r1",
	}
	r := mustAppend(t, l, full)
	if r.Seq() != 0 || !r.Valid() || len(r.Hash()) != 64 {
		t.Errorf("receipt %d %v %q", r.Seq(), r.Valid(), r.Hash())
	}
	second := mustAppend(t, l, Event{Action: "home.open"})
	got := collect(t, l, 0, -1)
	if len(got) != 2 || second.Seq() != 1 {
		t.Fatalf("%d records, second seq %d", len(got), second.Seq())
	}
	full.Query = "a \x1b[31m<b>&\u2028 \uFFFD"
	if d := cmp.Diff(full, got[0].Event); d != "" {
		t.Error(d)
	}
	if !got[1].Time.Equal(testTime) {
		t.Errorf("time %v, want the clock's", got[1].Time)
	}
	if want := fmt.Sprintf("%x", LeafHash(got[0].Leaf)); r.Hash() != want {
		t.Errorf("hash %s, want %s", r.Hash(), want)
	}
	if strings.ContainsAny(string(got[0].Leaf), "\n\x1b") || !strings.HasPrefix(string(got[0].Leaf), `{"seq":0,"time":"2025-03-04T05:06:07.000000800Z","actor":"anna"`) {
		t.Errorf("leaf %s", got[0].Leaf)
	}
	mustClose(t, l)
	wantSound(t, dir, 2)
}

func TestZeroReceipt(t *testing.T) {
	var r Receipt
	if r.Valid() || r.Seq() != -1 || r.Hash() != "" {
		t.Errorf("zero receipt: %v %d %q", r.Valid(), r.Seq(), r.Hash())
	}
}

func TestAppendInvalid(t *testing.T) {
	l := mustOpen(t, t.TempDir(), fastOptions())
	for name, e := range map[string]Event{
		"no action": {}, "upper case": {Action: "Search"}, "space": {Action: "a b"}, "dots": {Action: "a..b"},
		"decision": {Action: "a", Decision: "maybe"}, "count": {Action: "a", Count: -1},
		"result": {Action: "a", Result: "abc"}, "result case": {Action: "a", Result: strings.Repeat("AB", 32)},
		"year": {Action: "a", Time: time.Date(12025, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		r, err := l.Append(context.Background(), e)
		if overt.CodeOf(err) != overt.Invalid || r.Valid() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l.Size() != 0 {
		t.Errorf("size %d", l.Size())
	}
}

func TestRecordsRange(t *testing.T) {
	opts := fastOptions()
	opts.segmentBytes, opts.every = 2000, 7
	dir := t.TempDir()
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, 50)
	if len(l.firsts) < 4 {
		t.Fatalf("%d segments, want several", len(l.firsts))
	}
	for _, c := range []struct{ from, to, first, n int64 }{
		{0, -1, 0, 50}, {0, 50, 0, 50}, {-5, 3, 0, 3}, {49, 50, 49, 1}, {49, 1000, 49, 1}, {50, 60, 0, 0}, {17, 33, 17, 16}, {20, 20, 0, 0},
	} {
		got := collect(t, l, c.from, c.to)
		if int64(len(got)) != c.n || c.n > 0 && got[0].Seq != c.first {
			t.Errorf("records %d to %d: %d from %v", c.from, c.to, len(got), got)
		}
	}
	n := 0
	for r, err := range Read(context.Background(), dir, 45, -1) {
		if err != nil || r.Object != fmt.Sprintf("object-%d", 45+n) {
			t.Fatal(r, err)
		}
		n++
	}
	if n != 5 {
		t.Errorf("read %d records without the lock, want 5", n)
	}
	for _, err := range Read(context.Background(), filepath.Join(dir, "none"), 0, -1) {
		wantCode(t, err, overt.NotFound)
	}
}

func TestReopenKeepsHistory(t *testing.T) {
	dir := t.TempDir()
	opts := fastOptions()
	opts.every, opts.segmentBytes = 10, 5000
	var want int64
	for range 4 {
		l := mustOpen(t, dir, opts)
		if l.Size() != want {
			t.Fatalf("size %d, want %d", l.Size(), want)
		}
		fill(t, l, 0, 25)
		want += 25
		mustClose(t, l)
		wantSound(t, dir, want)
	}
	if r := verify(t, dir, VerifyOptions{}); r.Checkpoints < 9 || r.Segments < 4 || !r.From.Equal(testTime) || !r.To.Equal(testTime) {
		t.Errorf("report %+v", r)
	}
}

func TestHashFileIsDerived(t *testing.T) {
	dir := t.TempDir()
	opts := fastOptions()
	opts.segmentBytes = 3000
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, 60)
	mustClose(t, l)
	path := filepath.Join(dir, hashesName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"empty": {}, "short": whole[:1000], "torn": whole[:len(whole)-5], "longer": append(append([]byte(nil), whole...), 1, 2, 3),
		"flipped at the end": flip(whole, len(whole)-5), "flipped magic": flip(whole, 2),
	} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		mustClose(t, mustOpen(t, dir, opts))
		if got, _ := os.ReadFile(path); string(got) != string(whole) {
			t.Errorf("%s: hash file was not rebuilt", name)
		}
	}
	os.Remove(path)
	if r := verify(t, dir, VerifyOptions{}); len(r.Problems) > 0 || len(r.Notes) != 1 {
		t.Errorf("without hash file: problems %v, notes %v", r.Problems, r.Notes)
	}
}

func flip(data []byte, i int) []byte {
	out := append([]byte(nil), data...)
	out[i] ^= 0x40
	return out
}

func TestCancelled(t *testing.T) {
	l := mustOpen(t, t.TempDir(), fastOptions())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := l.Append(ctx, event(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if l.Size() != 0 {
		t.Errorf("size %d", l.Size())
	}
}

func TestAfterClose(t *testing.T) {
	l := mustOpen(t, t.TempDir(), fastOptions())
	mustAppend(t, l, event(1))
	mustClose(t, l)
	mustClose(t, l)
	r, err := l.Append(context.Background(), event(2))
	wantCode(t, err, overt.Unavailable, "closed")
	if r.Valid() {
		t.Error("a receipt from a closed log")
	}
}

func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	opts := fastOptions()
	opts.every, opts.segmentBytes = 50, 20000
	l := mustOpen(t, dir, opts)
	seen := sync.Map{}
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := range 40 {
				e := event(i)
				e.Object = fmt.Sprintf("%d-%d", w, i)
				r, err := l.Append(context.Background(), e)
				if err != nil {
					t.Error(err)
					return
				}
				if _, dup := seen.LoadOrStore(r.Seq(), e.Object); dup {
					t.Errorf("sequence number %d given twice", r.Seq())
				}
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			if _, err := l.Checkpoint(context.Background()); err != nil {
				t.Error(err)
			}
			_, n, err := l.Root()
			if err != nil {
				t.Error(err)
			}
			if n > 0 {
				if _, err := l.Inclusion(n/2, n); err != nil {
					t.Error(err)
				}
			}
			// Beside a live writer, nothing may look wrong.
			r, err := Verify(context.Background(), dir, VerifyOptions{})
			if err != nil || len(r.Problems) > 0 {
				t.Error(err, r.Problems)
			}
		}
	})
	wg.Wait()
	for _, r := range collect(t, l, 0, -1) {
		if want, ok := seen.Load(r.Seq); !ok || want != r.Object {
			t.Errorf("record %d is %s, acknowledged was %v", r.Seq, r.Object, want)
		}
	}
	mustClose(t, l)
	wantSound(t, dir, 640)
}

// A slowDisk makes the first sync of a segment wait.
type slowDisk struct {
	fastDisk
	gate  chan struct{}
	syncs *atomic.Int64
}

type slowFile struct {
	diskFile
	d slowDisk
}

func (d slowDisk) OpenFile(path string, flag int, perm os.FileMode) (diskFile, error) {
	f, err := d.fastDisk.OpenFile(path, flag, perm)
	if strings.HasSuffix(path, segmentSuffix) && err == nil {
		return slowFile{f, d}, nil
	}
	return f, err
}

func (f slowFile) Sync() error {
	f.d.syncs.Add(1)
	<-f.d.gate
	return nil
}

func TestGroupCommit(t *testing.T) {
	opts := fastOptions()
	mustClose(t, mustOpen(t, t.TempDir(), opts))
	d := slowDisk{gate: make(chan struct{}, 1), syncs: new(atomic.Int64)}
	opts.disk = d
	d.gate <- struct{}{} // for the sync of Open
	l := mustOpen(t, t.TempDir(), opts)
	before := d.syncs.Load()
	var wg sync.WaitGroup
	appendOne := func(i int) {
		wg.Go(func() {
			if _, err := l.Append(context.Background(), event(i)); err != nil {
				t.Error(err)
			}
		})
	}
	// The first record stands in its sync while the others queue up behind it.
	appendOne(0)
	for d.syncs.Load() < before+1 {
		time.Sleep(time.Millisecond)
	}
	for i := range 99 {
		appendOne(i + 1)
	}
	for len(l.queue) < 99 {
		time.Sleep(time.Millisecond)
	}
	if l.Size() != 0 {
		t.Errorf("%d records acknowledged before the sync ended", l.Size())
	}
	close(d.gate)
	wg.Wait()
	if n := d.syncs.Load() - before; n != 2 {
		t.Errorf("%d syncs for a record and 99 waiting behind it, want 2", n)
	}
}

func TestDeadlineOnStuckDisk(t *testing.T) {
	opts := fastOptions()
	d := slowDisk{gate: make(chan struct{}, 1), syncs: new(atomic.Int64)}
	opts.disk = d
	d.gate <- struct{}{}
	l := mustOpen(t, t.TempDir(), opts)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	r, err := l.Append(ctx, event(1))
	wantCode(t, err, overt.Unavailable, "may still")
	if r.Valid() || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("receipt %v, error %v", r, err)
	}
	close(d.gate)
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	cmd, out := child(t, "hold", dir)
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if line, err := out.ReadString('\n'); err != nil || line != "open\n" {
		t.Fatal(line, err)
	}
	_, err := Open(context.Background(), dir, Options{})
	wantCode(t, err, overt.Unavailable, fmt.Sprintf("process %d", cmd.Process.Pid))
	if r, err := Verify(context.Background(), dir, VerifyOptions{}); err != nil || len(r.Problems) > 0 {
		t.Errorf("verify beside the writer: %v %v", err, r.Problems)
	}
}

func TestTwoLogsInOneProcess(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	_, err := Open(context.Background(), dir, fastOptions())
	wantCode(t, err, overt.Unavailable, fmt.Sprint(os.Getpid()))
	mustClose(t, l)
	mustClose(t, mustOpen(t, dir, fastOptions()))
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	if l.Origin() != "overt/test/audit" || !strings.HasPrefix(l.Key(), l.Origin()+"+") {
		t.Errorf("origin %q, key %q", l.Origin(), l.Key())
	}
	mustClose(t, l)
	if info, err := os.Stat(filepath.Join(dir, keyName)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v %v", info.Mode(), err)
	}
	other := fastOptions()
	other.Origin = "overt/other/audit"
	_, err := Open(context.Background(), dir, other)
	wantCode(t, err, overt.Conflict, "overt/test/audit")

	// A key that lies elsewhere is not written into the folder.
	secret, err := os.ReadFile(filepath.Join(dir, keyName))
	if err != nil {
		t.Fatal(err)
	}
	apart := fastOptions()
	apart.Key = strings.TrimSpace(string(secret))
	dir2 := t.TempDir()
	l2 := mustOpen(t, dir2, apart)
	mustAppend(t, l2, event(1))
	mustClose(t, l2)
	if _, err := os.Stat(filepath.Join(dir2, keyName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the key was written: %v", err)
	}
	wantSound(t, dir2, 1)
	_, err = Open(context.Background(), dir2, fastOptions())
	wantCode(t, err, overt.Unavailable, "private key", "missing")

	// Another key does not fit.
	dir3 := t.TempDir()
	mustClose(t, mustOpen(t, dir3, fastOptions()))
	_, err = Open(context.Background(), dir3, apart)
	wantCode(t, err, overt.Conflict)

	bad := fastOptions()
	bad.Origin = "two words"
	_, err = Open(context.Background(), t.TempDir(), bad)
	wantCode(t, err, overt.Invalid)
}

func TestRandomOrigin(t *testing.T) {
	l := mustOpen(t, t.TempDir(), Options{disk: fastDisk{}})
	if o := l.Origin(); !strings.HasPrefix(o, "overt/") || !strings.HasSuffix(o, "/audit") || len(o) != 28 {
		t.Errorf("origin %q", o)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	fill(t, l, 0, 5)
	mustClose(t, l)
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	wantSound(t, dir, 5)
	after, err := os.ReadDir(dir)
	if err != nil || len(after) != len(before) {
		t.Errorf("verify left %d files of %d: %v", len(after), len(before), err)
	}
}

func TestVerifyNothing(t *testing.T) {
	_, err := Verify(context.Background(), filepath.Join(t.TempDir(), "none"), VerifyOptions{})
	wantCode(t, err, overt.NotFound)
	_, err = Verify(context.Background(), t.TempDir(), VerifyOptions{})
	wantCode(t, err, overt.NotFound)
}
