//go:build unix

package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// processorTime is what this process has used: a busy machine does not count.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u unix.Rusage
	must(t, unix.Getrusage(unix.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// TestNoRegularFile: a pipe or a device is not waited for and not drunk up.
func TestNoRegularFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe.csv")
	must(t, unix.Mkfifo(path, 0o600))
	h, req := hometest.Memory(t), pipeline.Request{Paths: []string{path}, Dataset: "d", Mapping: mappingFile(t, peopleCSV)}
	type result struct {
		rep *pipeline.Report
		err error
	}
	done := make(chan result, 1)
	go func() {
		rep, err := h.Importer().Import(context.Background(), req)
		done <- result{rep, err}
	}()
	select {
	case r := <-done:
		if r.err == nil && r.rep.Files[0].Verdict != ledger.Failed {
			t.Errorf("a pipe is %s", r.rep.Files[0].Verdict)
		}
	case <-time.After(3 * time.Second):
		t.Error("the import waits for a pipe that nobody writes")
		// Both ends opened and shut let it end.
		for range 20 {
			if f, err := os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
				_ = f.Close()
			}
			select {
			case <-done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}
