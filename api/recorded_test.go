package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// A recorded request is one that a published client sent to this service, with what
// it must find in the answer. Values are of our fixture.
type recorded struct {
	Client, Method, Target string
	Header                 map[string]string
	Body                   string
	Status                 int
	Want                   map[string]string
}

// TestClients answers what real clients sent, as they sent it: nomenklatura's
// enricher, yente-client, reconciler, py-reconciliation-service-api and OpenRefine.
func TestClients(t *testing.T) {
	_, s := service(t)
	text, err := os.ReadFile("testdata/clients.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	clients := map[string]bool{}
	for i, r := range all {
		clients[r.Client] = true
		t.Run(fmt.Sprint(i, " ", r.Client), func(t *testing.T) {
			status, out := send(t, s, call{r.Method, r.Target, "", r.Body, r.Header})
			if status != r.Status {
				t.Fatalf("%s %s: got %d %v, want %d", r.Method, r.Target, status, out, r.Status)
			}
			for path, want := range r.Want {
				if got := fmt.Sprint(dig(t, out, path)); got != want {
					t.Errorf("%s: got %s, want %s", path, got, want)
				}
			}
			if u, _ := url.Parse(r.Target); strings.HasPrefix(u.Path, "/reconcile/") && status == http.StatusOK {
				if problems := breaches(answerOf(r, u), out); len(problems) > 0 {
					t.Errorf("not as version 0.2 has it: %v", problems)
				}
			}
		})
	}
	if len(clients) != 5 {
		t.Errorf("recorded of %v", clients)
	}
}

func answerOf(r recorded, u *url.URL) string {
	switch {
	case strings.HasPrefix(r.Body, "extend="):
		return "extension"
	case strings.HasPrefix(r.Body, "queries="):
		return "results"
	}
	return "manifest"
}
