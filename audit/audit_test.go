package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"overt"
)

// The test binary starts itself again as another process: as a writer that is
// killed, or as one that holds the lock.
const (
	childMode = "AUDIT_TEST_CHILD"
	childDir  = "AUDIT_TEST_DIR"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childMode) {
	case "write":
		childWrite(os.Getenv(childDir))
	case "hold":
		childHold(os.Getenv(childDir))
	default:
		os.Exit(m.Run())
	}
}

func child(t *testing.T, mode, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childMode+"="+mode, childDir+"="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil { // the child waits for its end
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

var testTime = time.Date(2025, 3, 4, 5, 6, 7, 800, time.UTC)

// A fastDisk leaves out what only a power cut could tell.
type fastDisk struct{ osDisk }

type fastFile struct{ diskFile }

func (fastFile) Sync() error { return nil }

func (d fastDisk) OpenFile(path string, flag int, perm os.FileMode) (diskFile, error) {
	f, err := d.osDisk.OpenFile(path, flag, perm)
	if err != nil {
		return nil, err
	}
	return fastFile{f}, nil
}

func (fastDisk) SyncDir(string) error { return nil }

func fastOptions() Options {
	return Options{Origin: "overt/test/audit", disk: fastDisk{}, Clock: func() time.Time { return testTime }}
}

func mustOpen(t testing.TB, dir string, opts Options) *Log {
	t.Helper()
	l, err := Open(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func mustAppend(t testing.TB, l *Log, e Event) Receipt {
	t.Helper()
	r, err := l.Append(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustClose(t testing.TB, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// event is the n-th of a row of plausible events of different lengths.
func event(n int) Event {
	return Event{
		Actor: "anna", Purpose: "procurement", Case: "case-7", Action: "search",
		Object: fmt.Sprintf("object-%d", n), Query: strings.Repeat("cloud ", n%17), Decision: "allow",
		Reasons: []string{"case.member"}, Count: int64(n),
	}
}

func fill(t testing.TB, l *Log, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		mustAppend(t, l, event(i))
	}
}

// fillFast appends from many goroutines.
func fillFast(t testing.TB, l *Log, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for w := range 64 {
		wg.Go(func() {
			for i := w; i < n; i += 64 {
				if _, err := l.Append(context.Background(), event(i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func verify(t testing.TB, dir string, opts VerifyOptions) Report {
	t.Helper()
	opts.impatient = true
	r, err := Verify(context.Background(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantSound(t testing.TB, dir string, size int64) {
	t.Helper()
	r := verify(t, dir, VerifyOptions{})
	if len(r.Problems) > 0 || len(r.Notes) > 0 {
		t.Fatalf("problems %v, notes %v", r.Problems, r.Notes)
	}
	if size >= 0 && (r.Size != size || r.Signed != size) {
		t.Fatalf("size %d, signed %d, want %d", r.Size, r.Signed, size)
	}
}

func wantCode(t testing.TB, err error, code overt.Code, words ...string) {
	t.Helper()
	if overt.CodeOf(err) != code {
		t.Fatalf("error %v has code %q, want %q", err, overt.CodeOf(err), code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Fatalf("error %q does not say %q", err, w)
		}
	}
}

// copyDir copies a log as it lies there. The reserve is linked: it is never
// changed in place.
func copyDir(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == reserveName {
			if os.Link(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())) == nil {
				continue
			}
		}
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, e.Name()), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func collect(t testing.TB, l *Log, from, to int64) []Record {
	t.Helper()
	var out []Record
	for r, err := range l.Records(context.Background(), from, to) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func segmentSize(t testing.TB, dir string, first int64) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, segmentName(first)))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func childHold(dir string) {
	l, err := Open(context.Background(), dir, Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("open")
	_, _ = io.Copy(io.Discard, os.Stdin)
	l.Close()
}

// childWrite appends until it is killed and prints each receipt.
func childWrite(dir string) {
	opts := Options{every: 64, segmentBytes: 32 << 10}
	l, err := Open(context.Background(), dir, opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				e := event(i)
				e.Object = fmt.Sprintf("%d-%d-%d", os.Getpid(), w, i)
				r, err := l.Append(context.Background(), e)
				if err != nil {
					if !errors.Is(err, errClosed) {
						fmt.Fprintln(os.Stderr, err)
					}
					return
				}
				os.Stdout.WriteString(fmt.Sprintf("%d %s\n", r.Seq(), e.Object))
			}
		})
	}
	wg.Wait()
}
