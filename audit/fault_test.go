package audit

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"overt"
)

// A faultDisk fails one operation, and from a full disk on every one that
// needs space until the reserve is removed.
type faultDisk struct {
	osDisk
	mode  string // "write", "short", "sync", "full", "any"
	at    int    // fail the at-th operation that the mode counts, from 1
	count *int
	full  *bool
}

var errFault = errors.New("injected fault")

// hit counts an operation and says whether it fails.
func (d faultDisk) hit(kind string) error {
	switch d.mode {
	case "write", "short":
		if kind != "write" {
			return nil
		}
	case "sync":
		if kind != "sync" {
			return nil
		}
	case "full":
		if kind != "write" && kind != "create" {
			return nil
		}
		if *d.full {
			return syscall.ENOSPC
		}
	}
	*d.count++
	if *d.count != d.at {
		return nil
	}
	if d.mode == "full" {
		*d.full = true
		return syscall.ENOSPC
	}
	return errFault
}

func (d faultDisk) OpenFile(path string, flag int, perm os.FileMode) (diskFile, error) {
	kind := "open"
	if flag&os.O_TRUNC != 0 {
		kind = "create"
	}
	if err := d.hit(kind); err != nil {
		return nil, err
	}
	f, err := d.osDisk.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return &faultFile{f, d}, nil
}

func (d faultDisk) Rename(from, to string) error {
	if err := d.hit("name"); err != nil {
		return err
	}
	return d.osDisk.Rename(from, to)
}

func (d faultDisk) Remove(path string) error {
	if filepath.Base(path) == reserveName {
		*d.full = false
	}
	return d.osDisk.Remove(path)
}

func (d faultDisk) SyncDir(string) error { return d.hit("sync") }

type faultFile struct {
	diskFile
	d faultDisk
}

func (f *faultFile) WriteAt(b []byte, off int64) (int, error) {
	err := f.d.hit("write")
	if err == nil {
		return f.diskFile.WriteAt(b, off)
	}
	if f.d.mode == "short" || f.d.mode == "full" {
		n, _ := f.diskFile.WriteAt(b[:len(b)/2], off)
		return n, err
	}
	return 0, err
}

func (f *faultFile) Sync() error { return f.d.hit("sync") }

func (f *faultFile) Truncate(size int64) error {
	if err := f.d.hit("name"); err != nil {
		return err
	}
	return f.diskFile.Truncate(size)
}

// work opens a log and appends until it fails; it returns what was
// acknowledged, by sequence number, and the error that ended it.
func work(t *testing.T, dir string, opts Options, n int) (map[int64]string, error) {
	t.Helper()
	acked := map[int64]string{}
	l, err := Open(context.Background(), dir, opts)
	if err != nil {
		return acked, err
	}
	defer l.Close()
	var broken error
	for i := range n {
		e := event(i)
		r, err := l.Append(context.Background(), e)
		switch {
		case err == nil && broken != nil:
			t.Fatalf("record %d acknowledged after %v", i, broken)
		case err == nil && !r.Valid():
			t.Fatal("no receipt and no error")
		case err == nil:
			acked[r.Seq()] = e.Object
		default:
			wantCode(t, err, overt.Unavailable)
			if r.Valid() {
				t.Fatal("a valid receipt beside an error")
			}
			broken = err
		}
	}
	if err := l.Close(); broken == nil {
		broken = err
	}
	return acked, broken
}

// wantAcked reopens a log with a sound disk and looks for what was promised.
func wantAcked(t *testing.T, dir, what string, acked map[int64]string) {
	t.Helper()
	l, err := Open(context.Background(), dir, fastOptions())
	if err != nil {
		t.Fatalf("%s: reopen: %v", what, err)
	}
	defer l.Close()
	have := map[int64]string{}
	for r, err := range l.Records(context.Background(), 0, -1) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		have[r.Seq] = r.Object
	}
	for seq, object := range acked {
		if have[seq] != object {
			t.Fatalf("%s: acknowledged record %d is %q, want %q", what, seq, have[seq], object)
		}
	}
	mustClose(t, l)
	wantSound(t, dir, -1)
}

func TestFaults(t *testing.T) {
	for _, mode := range []string{"write", "short", "sync", "full", "any"} {
		t.Run(mode, func(t *testing.T) {
			points, refusals := 0, 0
			for at := 1; ; at++ {
				dir := t.TempDir()
				d := faultDisk{mode: mode, at: at, count: new(int), full: new(bool)}
				opts := fastOptions()
				opts.disk, opts.every, opts.segmentBytes = d, 4, 1200
				acked, err := work(t, dir, opts, 14)
				if *d.count < at {
					if err != nil || len(acked) != 14 {
						t.Fatalf("without a fault: %d acknowledged, %v", len(acked), err)
					}
					break
				}
				points++
				// A file that a crash would leave behind must not matter.
				wantAcked(t, dir, mode, acked)
				if hasAction(t, dir, "audit.full") {
					refusals++
				}
			}
			t.Logf("%d points, %d refusals recorded", points, refusals)
			if points < 20 {
				t.Errorf("only %d points of failure", points)
			}
			if mode == "full" && refusals < 15 || mode != "full" && refusals > 0 {
				t.Errorf("%d refusals recorded", refusals)
			}
		})
	}
}

// TestFaultsOnReopen lets the faults fall on a log that has to be recovered.
func TestFaultsOnReopen(t *testing.T) {
	base := crashed(t)
	for _, mode := range []string{"sync", "full", "any"} {
		for at := 1; ; at++ {
			dir := copyDir(t, base)
			d := faultDisk{mode: mode, at: at, count: new(int), full: new(bool)}
			opts := fastOptions()
			opts.disk = d
			acked, _ := work(t, dir, opts, 2)
			if *d.count < at {
				break
			}
			for i := range int64(9) {
				acked[i] = event(int(i)).Object
			}
			wantAcked(t, dir, mode, acked)
		}
	}
}

// crashed gives a folder as a killed writer leaves it: a checkpoint for 5
// records, 9 acknowledged, and half a tenth.
func crashed(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	opts := fastOptions()
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, 5)
	if _, err := l.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	fill(t, l, 5, 10)
	out := copyDir(t, dir)
	size := segmentSize(t, out, 0)
	if err := os.Truncate(filepath.Join(out, segmentName(0)), size-30); err != nil {
		t.Fatal(err)
	}
	return out
}

func hasAction(t *testing.T, dir, action string) bool {
	t.Helper()
	for r, err := range Read(context.Background(), dir, 0, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Action == action {
			return true
		}
	}
	return false
}

func TestFullDiskIsRecordedOnce(t *testing.T) {
	dir := t.TempDir()
	d := faultDisk{mode: "full", at: 0, count: new(int), full: new(bool)}
	opts := fastOptions()
	opts.disk = d
	l := mustOpen(t, dir, opts)
	fill(t, l, 0, 3)
	*d.full = true
	for range 3 {
		_, err := l.Append(context.Background(), event(9))
		wantCode(t, err, overt.Unavailable, "space")
	}
	if l.Err() == nil || l.Close() == nil {
		t.Error("the log does not say that it is broken")
	}
	n := 0
	for r, err := range Read(context.Background(), dir, 0, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Action == "audit.full" {
			n++
			if r.Seq != 3 || r.Decision != "deny" || len(r.Reasons) != 1 {
				t.Errorf("record %+v", r)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d refusals recorded, want 1", n)
	}
	// While there is no space, it does not open; then it does, with a reserve.
	*d.full = true
	_, err := Open(context.Background(), dir, opts)
	wantCode(t, err, overt.Unavailable, reserveName)
	*d.full = false
	mustClose(t, mustOpen(t, dir, opts))
	if info, err := os.Stat(filepath.Join(dir, reserveName)); err != nil || info.Size() != reserveBytes {
		t.Errorf("reserve: %v", err)
	}
	wantSound(t, dir, 4)
}

// TestTornTail cuts the last segment at every length.
func TestTornTail(t *testing.T) {
	base := t.TempDir()
	l := mustOpen(t, base, fastOptions())
	fill(t, l, 0, 4)
	if _, err := l.Checkpoint(context.Background()); err != nil {
		t.Fatal(err)
	}
	signedEnd := segmentSize(t, base, 0)
	fill(t, l, 4, 7)
	live := copyDir(t, base)
	size := segmentSize(t, live, 0)
	ends := []int64{signedEnd}
	for _, p := range frames(t, filepath.Join(live, segmentName(0)))[4:] {
		ends = append(ends, ends[len(ends)-1]+frameHeader+int64(len(p)))
	}
	step := int64(1)
	if testing.Short() {
		step = 7
	}
	for n := int64(0); n <= size; n += step {
		dir := copyDir(t, live)
		if err := os.Truncate(filepath.Join(dir, segmentName(0)), n); err != nil {
			t.Fatal(err)
		}
		l, err := Open(context.Background(), dir, fastOptions())
		if n < signedEnd {
			wantCode(t, err, overt.Internal, segmentName(0))
			if got := segmentSize(t, dir, 0); got != n {
				t.Fatalf("cut at %d: refused, but the segment has now %d bytes", n, got)
			}
			continue
		}
		if err != nil {
			t.Fatalf("cut at %d: %v", n, err)
		}
		whole, torn := int64(0), true
		for i, end := range ends {
			if end <= n {
				whole, torn = int64(4+i), end != n
			}
		}
		want := whole
		if torn {
			want++ // the record of the cut
		}
		if l.Size() != want {
			t.Errorf("cut at %d: %d records, want %d", n, l.Size(), want)
		}
		if torn != hasAction(t, dir, "audit.recover") {
			t.Errorf("cut at %d: the cut is recorded: %v, want %v", n, !torn, torn)
		}
		mustClose(t, l)
		wantSound(t, dir, want)
	}
}

// TestGarbageTail appends to the end what a power cut may leave there.
func TestGarbageTail(t *testing.T) {
	base := crashed(t)
	path := filepath.Join(base, segmentName(0))
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, tail := range map[string][]byte{
		"zeros": make([]byte, 4096), "ones": bytes.Repeat([]byte{0xff}, 600), "text": []byte(strings.Repeat("overt", 99)),
	} {
		dir := copyDir(t, base)
		if err := os.WriteFile(filepath.Join(dir, segmentName(0)), append(bytes.Clone(data), tail...), 0o600); err != nil {
			t.Fatal(err)
		}
		l := mustOpen(t, dir, fastOptions())
		if l.Size() != 10 {
			t.Errorf("%s: %d records, want 9 and the record of the cut", name, l.Size())
		}
		last := collect(t, l, 9, -1)[0]
		kept, err := os.ReadFile(filepath.Join(dir, last.Object))
		if err != nil || !bytes.HasSuffix(kept, tail) {
			t.Errorf("%s: what was cut is not kept: %v", name, err)
		}
		mustClose(t, l)
		wantSound(t, dir, 10)
	}
}

// TestWholeFrameOutOfPlace: a whole frame with a wrong number is no torn write
// and is never cut.
func TestWholeFrameOutOfPlace(t *testing.T) {
	dir := crashed(t)
	path := filepath.Join(dir, segmentName(0))
	ps := frames(t, path)
	writeSegment(t, path, 0, append(ps, ps[2]))
	_, err := Open(context.Background(), dir, fastOptions())
	wantCode(t, err, overt.Internal, "another sequence number")
}

func TestTornHistory(t *testing.T) {
	dir := crashed(t)
	path := filepath.Join(dir, historyName)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	entry := data[bytes.LastIndex(data, []byte("overt/test/audit\n5\n")):]
	for n := 0; n < len(entry); n++ {
		d := copyDir(t, dir)
		torn := append(bytes.Clone(data), entry[:n]...)
		if err := os.WriteFile(filepath.Join(d, historyName), torn, 0o600); err != nil {
			t.Fatal(err)
		}
		l := mustOpen(t, d, fastOptions())
		mustClose(t, l)
		wantSound(t, d, 10)
	}
	// The entry that the newest checkpoint repeats cannot have been torn.
	if err := os.WriteFile(path, data[:len(data)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(context.Background(), dir, fastOptions())
	wantCode(t, err, overt.Internal, historyName)
}

// TestCheckpointCopyBehind: killed between the history and the copy, twice.
func TestCheckpointCopyBehind(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, dir, fastOptions())
	path := filepath.Join(dir, checkpointName)
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		fill(t, l, i, i+1)
		mustClose(t, l)
		if err := os.WriteFile(path, old, 0o600); err != nil {
			t.Fatal(err)
		}
		l = mustOpen(t, dir, fastOptions())
		if old, err = os.ReadFile(path); err != nil || !bytes.Equal(old, l.signed.note) {
			t.Fatalf("opening %d left the copy behind: %v", i, err)
		}
	}
	mustClose(t, l)
	wantSound(t, dir, 2)
}
