package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"overt/casefile"
)

// TestKilledCase kills processes that add to a case: what one of them told is there
// afterwards, whole, and the case folds.
func TestKilledCase(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	said := func(out []byte) (c caseChange, ok bool) {
		return c, json.Unmarshal(out, &c) == nil && c.Case != ""
	}
	_, out, errs := overtIn(t, home, "--json", "case", "new", "Ferries")
	begun, ok := said([]byte(out))
	if !ok {
		t.Fatal(out, errs)
	}
	cycles, r := 20, rand.New(rand.NewPCG(5, 50))
	if testing.Short() {
		cycles = 6
	}
	acked, took := map[string]string{}, time.Duration(0)
	for i := range cycles {
		words := fmt.Sprint("note ", i)
		cmd := child(t, 0, "--home", home, "--json", "case", "note", begun.Case, words)
		var out bytes.Buffer
		cmd.Stdout = &out
		began := time.Now()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if i > 0 { // the first says how long it takes
			time.AfterFunc(time.Duration(r.Int64N(int64(took))), func() { _ = cmd.Process.Kill() })
		}
		_ = cmd.Wait()
		if i == 0 {
			took = time.Since(began) * 5 / 4
		}
		if c, ok := said(out.Bytes()); ok {
			acked[c.Item] = words
		}
	}
	_, out, errs = overtIn(t, home, "--json", "case", "show", begun.Case)
	var v casefile.View
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatal(err, errs)
	}
	there := map[string]string{}
	for _, n := range v.Notes {
		there[n.Item] = n.Text
	}
	for item, words := range acked {
		if there[item] != words {
			t.Errorf("%s (%s) was acknowledged, and is %q", item, words, there[item])
		}
	}
	if int(v.Last) != 1+len(v.Notes) || len(acked) == 0 {
		t.Errorf("%d events, %d notes, %d acknowledged", v.Last, len(v.Notes), len(acked))
	}
	t.Logf("%d of %d acknowledged, %d there", len(acked), cycles, len(there))
}
