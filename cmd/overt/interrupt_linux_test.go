package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"overt/internal/sandbox"
	"overt/ledger"
)

// TestInterrupt interrupts the reading of documents: it ends within seconds, what
// was not read waits, and overt work reads it, each once.
func TestInterrupt(t *testing.T) {
	if all := sandbox.Doctor(t.Context(), nil); len(all) == 0 || !all[0].OK {
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	root := t.TempDir()
	home, drop := filepath.Join(root, "home"), filepath.Join(root, "drop")
	const n = 1500
	for i := range n {
		write(t, filepath.Join(drop, fmt.Sprintf("%04d.txt", i)), []byte(fmt.Sprintf("letter %d", i)))
	}
	if code, _, errs := overtIn(t, home, "ingest", drop, "--dataset", "d", "--later"); code != exitOK {
		t.Fatalf("ingest --later: exit %d %s", code, errs)
	}
	cmd := child(t, 0, "--home", home, "work")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Second)
	began := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it ended %v after the interrupt", took)
	}
	count := func() map[ledger.Verdict]int {
		t.Helper()
		code, text, errs := overtIn(t, home, "--json", "coverage", "d")
		var c hostileCoverage
		if err := json.Unmarshal([]byte(text), &c); code != exitOK || err != nil || len(c.Datasets) != 1 {
			t.Fatalf("coverage: exit %d %s %v", code, errs, err)
		}
		out := map[ledger.Verdict]int{}
		for _, e := range c.Datasets[0].Files {
			out[e.Verdict]++
		}
		return out
	}
	if got := count(); got[ledger.Waiting]+got[ledger.Read] != n {
		t.Errorf("after the interrupt: %v", got)
	} else {
		t.Logf("after the interrupt: %v, exit %d", got, cmd.ProcessState.ExitCode())
	}
	if code, _, errs := overtIn(t, home, "work"); code != exitOK {
		t.Fatalf("work: exit %d %s", code, errs)
	}
	if got := count(); got[ledger.Read] != n {
		t.Errorf("at the end: %v", got)
	}
}
