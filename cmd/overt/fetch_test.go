package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"overt/source/sourcetest"
)

// marketplace is a list in the shape of the FedRAMP marketplace, made up.
const marketplace = `{"meta":{"last_change":"2024-05-02T10:00:00.000Z","produced_by":"nobody"},
"data":{"Products":[{"id":"X1","name":"Ferrum","csp":"Ferrum Clouds","cso":"Ferrum One","service_offering":"Ferrum One",
"status":"FedRAMP Authorized","leveraged_systems":[]}],"Agencies":[],"Assessors":[]}}`

// playedSources plays publishers for the stories.
func playedSources() http.Handler {
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("page") {
		case "":
			fmt.Fprint(w, `{"releases":[{"ocid":"ocds-1"}],"publishedDate":"2024-02-03T00:00:00Z","links":{"next":"/releases?page=2"}}`)
		default:
			fmt.Fprint(w, `{"releases":[{"ocid":"ocds-2"}],"links":{}}`)
		}
	})
	return sourcetest.Host(map[string]http.Handler{
		"raw.githubusercontent.com": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/FedRAMP/") {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("ETag", `"m1"`)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(marketplace)))
		}),
		"council.example.org": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/payments.csv":
				w.Header().Set("Last-Modified", "Wed, 05 Jun 2024 10:00:00 GMT")
				fmt.Fprint(w, "id,name\n1,Anna\n2,Bert\n")
			case "/away.csv":
				http.Redirect(w, r, "https://elsewhere.example.net/payments.csv", http.StatusFound)
			case "/meta.csv":
				http.Redirect(w, r, "https://169.254.169.254/latest/meta-data/", http.StatusFound)
			case "/words.csv":
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!DOCTYPE html><title>Maintenance</title>")
			default:
				http.NotFound(w, r)
			}
		}),
		"publisher.example.org": pages,
	})
}

// homeFor makes a home that allows these sources, with those of one's own.
func homeFor(t *testing.T, allowed string, own map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "home")
	if code, _, errs := overtIn(t, dir, "runs"); code != exitOK {
		t.Fatal(errs)
	}
	policy := filepath.Join(dir, "policy.yaml")
	text, err := os.ReadFile(policy)
	if err == nil {
		err = os.WriteFile(policy, append(text, "fetch: ["+allowed+"]\n"...), 0o600)
	}
	err = errors.Join(err, os.MkdirAll(filepath.Join(dir, "sources"), 0o700))
	for name, text := range own {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, "sources", name), []byte(text), 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestFetchKilled kills the command in the middle of a file, again and again;
// the bytes are the same in the end, and most were sent once.
func TestFetchKilled(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("id,name\n")
	for i := 0; b.Len() < 40<<20; i++ {
		fmt.Fprintf(&b, "%d,number %d of many that are sent to whoever asks\n", i, i)
	}
	want := b.Bytes()
	var sent, last atomic.Int64 // bytes in all; where the last answer began
	var killAt atomic.Int64
	reached := make(chan struct{}, 1)
	srv := sourcetest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := int64(0)
		w.Header().Set("ETag", `"one"`)
		if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(want)-1, len(want)))
			w.Header().Set("Content-Length", fmt.Sprint(int64(len(want))-from))
			w.WriteHeader(http.StatusPartialContent)
		}
		last.Store(from)
		for at := from; at < int64(len(want)); {
			n, err := w.Write(want[at:min(int64(len(want)), at+1<<20)])
			if at += int64(n); err != nil {
				return
			}
			sent.Add(int64(n))
			if k := killAt.Load(); k > 0 && at >= k {
				select {
				case reached <- struct{}{}:
				default:
				}
				<-r.Context().Done()
				return
			}
		}
	}))
	home := homeFor(t, "big", map[string]string{"big.yaml": "id: big\ntitle: a big table\npublisher: nobody\nfiles: [{name: big.csv, expect: csv, address: \"https://data.example.org/big.csv\"}]\n"})
	for _, at := range []int64{12 << 20, 22 << 20, 32 << 20} {
		killAt.Store(at)
		cmd := child(t, 0, "--home", home, "fetch", "big")
		cmd.Env = append(cmd.Env, srv.Env()...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		select {
		case <-reached:
		case <-time.After(time.Minute):
			t.Error("the file did not come as far as it was to be cut")
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	killAt.Store(0)
	cmd := child(t, 0, "--home", home, "--json", "fetch", "big")
	cmd.Env = append(cmd.Env, srv.Env()...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var rep fetchReport
	if err := json.Unmarshal(out, &rep); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(rep.Dir, "big.csv"))
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes of %d, %v", len(got), len(want), err)
	}
	if last.Load() < 16<<20 || sent.Load() > int64(len(want))+3*(16<<20) {
		t.Errorf("the last attempt began at %d; %d bytes were sent for %d", last.Load(), sent.Load(), len(want))
	}
	if list, _ := filepath.Glob(filepath.Join(home, "incoming", "big", "*")); len(list) != 1 {
		t.Errorf("left behind: %v", list)
	}
	// Each attempt was recorded before it began, the last one when it ended.
	_, log, _ := overtIn(t, home, "audit", "show", "--last", "50", "--json")
	if n := strings.Count(log, `"action":"source.fetch","object":"big"`); n != 5 {
		t.Errorf("%d records of fetches, want 4 intents and 1 outcome\n%s", n, log)
	}
}

// sets FILE LINE: puts a line into the place of one with the same key, or at
// the end.
func sets(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sets FILE LINE")
	}
	key, _, _ := strings.Cut(args[1], ":")
	var out []string
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		if !strings.HasPrefix(line, key+":") {
			out = append(out, line)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(out, "")+args[1]+"\n"), 0o600))
}
