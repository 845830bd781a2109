package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"overt/answer"
)

// TestKilledWatch kills processes that import what a watch tells of: each state that came
// in and was asked about is told once, in order, with the one before.
func TestKilledWatch(t *testing.T) {
	dir := t.TempDir()
	home, file := filepath.Join(dir, "home"), filepath.Join(dir, "register.ftm.json")
	imports := func(i int) []string {
		text := fmt.Sprintf(`{"id":"c-1","schema":"Company","properties":{"name":["Northmoor"],"address":["%d Mill Lane"]}}`, i)
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{"import", file, "--dataset", "register", "--extent", "full", "--observed", time.Date(2024, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}
	}
	if code, out, errs := overtIn(t, home, imports(0)...); code != exitOK {
		t.Fatal(out, errs)
	}
	var w answer.Watched
	_, out, errs := overtIn(t, home, "--json", "watch", "add", "entity", "c-1")
	if err := json.Unmarshal([]byte(out), &w); err != nil {
		t.Fatal(err, errs)
	}
	cycles, r := 14, rand.New(rand.NewPCG(7, 71))
	if testing.Short() {
		cycles = 4
	}
	took := time.Duration(0)
	for i := range cycles {
		cmd := child(t, 0, append([]string{"--home", home}, imports(1+i)...)...)
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
	}
	_, out, errs = overtIn(t, home, "--json", "watch", "show", w.ID)
	if err := json.Unmarshal([]byte(out), &w); err != nil {
		t.Fatal(err, errs)
	}
	slices.Reverse(w.News)
	now := "0 Mill Lane"
	for i, n := range w.News {
		if n.Number != int64(i+1) || n.Before == nil || n.After == nil || n.Before.Text != now || n.After.Text == now {
			t.Fatalf("news %d is of %+v, after %s", n.Number, n, now)
		}
		now = n.After.Text
	}
	_, out, _ = overtIn(t, home, "--json", "show", "c-1")
	var p struct{ Values []answer.Value }
	err := json.Unmarshal([]byte(out), &p)
	p.Values = slices.DeleteFunc(p.Values, func(v answer.Value) bool { return v.Prop != "address" || v.Gone != "" })
	if err != nil || len(w.News) == 0 || len(p.Values) != 1 || p.Values[0].Value != now {
		t.Errorf("told last: %s, of %d; there is %+v, %v", now, len(w.News), p.Values, err)
	}
	t.Logf("%d of %d states told", len(w.News), cycles)
}
