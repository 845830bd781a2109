package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"strings"
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
