package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt/ledger"
)

// A reading that does not end within --time is ended then, and harms no other. The
// files take four seconds of a processor and more.
func TestHostileDeadline(t *testing.T) {
	confined(t)
	root := t.TempDir()
	drop := filepath.Join(root, "drop")
	harmless(t, filepath.Join(drop, "peers"))
	write(t, filepath.Join(drop, "quote.csv"), []byte("a,b\n1,\""+strings.Repeat("x\n", 32<<20)))
	write(t, filepath.Join(drop, "spaces.txt"), []byte(strings.Repeat(" a", 256<<20)))
	const most = 2 * time.Second
	began := time.Now()
	entries, _ := ingestMeasured(t, root, "home", drop, "--time", most.String())
	t.Logf("the whole took %v", time.Since(began))
	late := 0
	for _, e := range entries {
		t.Logf("%-20s %s, %d ms of processor time: %s", e.Source, e.Verdict, e.CPU, e.Reason)
		switch {
		case strings.Contains(e.Reason, "it took longer than 2s"):
			late++
			// Two threads can compute while it lasts.
			if cpu := time.Duration(e.CPU) * time.Millisecond; cpu > 2*most*12/10 {
				t.Errorf("%s: %v of processor time within %v", e.Source, cpu, most)
			}
			if e.Retry == "" || e.Attempts != 1 {
				t.Errorf("%s: tried %d times, and to do: %q", e.Source, e.Attempts, e.Retry)
			}
		case strings.HasPrefix(e.Source, "peers/") && e.Verdict != ledger.Read:
			t.Errorf("%s ended as %s: %s", e.Source, e.Verdict, e.Reason)
		}
	}
	if late == 0 {
		t.Error("no reading was ended")
	}
}
