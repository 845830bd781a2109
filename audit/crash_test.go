package audit

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

// TestKill kills a writer process at a random moment, again and again, and
// wants every record back that it had acknowledged.
func TestKill(t *testing.T) {
	cycles := 200
	if testing.Short() {
		cycles = 20
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 7))
	dir, acked, total, start := "", map[int64]string{}, 0, time.Now()
	for i := range cycles {
		if i%20 == 0 { // a log that grows for ever makes the test slow, not better
			dir, acked = t.TempDir(), map[int64]string{}
		}
		before := len(acked)
		killWriter(t, dir, time.Duration(rng.Int64N(int64(40*time.Millisecond))), acked)
		total += len(acked) - before
		checkKilled(t, dir, acked)
		if t.Failed() {
			t.Fatalf("cycle %d", i)
		}
	}
	t.Logf("%d cycles in %v, %d records acknowledged, none lost", cycles, time.Since(start).Round(time.Millisecond), total)
	if total < cycles {
		t.Errorf("only %d records in %d cycles: the test tests nothing", total, cycles)
	}
}

// killWriter starts a writer, kills it some time after its first receipt, and
// adds the receipts that it managed to print.
func killWriter(t *testing.T, dir string, after time.Duration, acked map[int64]string) {
	t.Helper()
	cmd, out := child(t, "write", dir)
	kill := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	for first := true; ; first = false {
		line, err := out.ReadString('\n')
		if err == io.EOF {
			break // what has no end of line was never said
		}
		if err != nil {
			t.Fatal(err)
		}
		if first {
			kill.Reset(after)
		}
		var seq int64
		var object string
		if _, err := fmt.Sscanf(line, "%d %s\n", &seq, &object); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if old, dup := acked[seq]; dup {
			t.Fatalf("record %d acknowledged as %s and as %s", seq, old, object)
		}
		acked[seq] = object
	}
	_ = cmd.Wait()
}

// checkKilled recovers the log as the next start would.
func checkKilled(t *testing.T, dir string, acked map[int64]string) {
	t.Helper()
	l := mustOpen(t, dir, Options{})
	found := 0
	for r, err := range l.Records(context.Background(), 0, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if want, ok := acked[r.Seq]; ok {
			found++
			if r.Object != want {
				t.Errorf("record %d is %s, acknowledged was %s", r.Seq, r.Object, want)
			}
		}
	}
	if found != len(acked) {
		t.Errorf("%d of %d acknowledged records are there", found, len(acked))
	}
	mustClose(t, l)
	wantSound(t, dir, -1)
}
