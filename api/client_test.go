package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/api"
	"overt/client"
	"overt/gate"
	"overt/internal/hometest"
)

const secret = "a token of the test's own"

// connected is a client of a service that asks a token.
func connected(t *testing.T, change func(*api.V1Config)) (*hometest.Home, *client.Client) {
	t.Helper()
	h := hometest.Memory(t)
	bring(t, h, "list", list)
	bring(t, h, "other", other)
	cfg := config(t, h)
	cfg.Who = api.ByToken(func(_ context.Context, token string) (gate.Visit, error) {
		if token != secret {
			return gate.Visit{}, overt.Errorf(overt.Denied, "", "no such token")
		}
		return gate.Visit{Actor: hometest.Owner}, nil
	}, gate.Visit{})
	if change != nil {
		change(&cfg)
	}
	server := httptest.NewServer(serving(t, cfg))
	t.Cleanup(server.Close)
	return h, &client.Client{Base: server.URL + "/", Token: secret, HTTP: server.Client()}
}

// TestClient: each call gives what is there.
func TestClient(t *testing.T) {
	_, c := connected(t, nil)
	ctx := t.Context()
	p, err := c.Show(ctx, "Northmoor Bleaching Ltd", -1, client.When{})
	if err != nil || p.ID != "l-3" || p.Schema != "Company" || len(p.Values) == 0 || len(p.Links) == 0 {
		t.Fatalf("%+v %v", p, err)
	}
	for _, v := range p.Values {
		if v.Prop != "registrationNumber" {
			continue
		}
		if cell, err := c.Cell(ctx, v.Citations[0]); err != nil || cell.Quote != v.Value {
			t.Errorf("its cell has %+v %v", cell, err)
		}
	}
	tr, err := c.Trace(ctx, "l-1", "l-3", client.Paths{Paths: 1}, client.When{AsOf: "2024"})
	if err != nil || len(tr.Paths) != 1 || tr.Paths[0].Edges[0].ID != "l-7" {
		t.Errorf("%+v %v", tr, err)
	}
	if m, err := c.Money(ctx, client.Payment{From: "l-1", Kind: "stated"}, client.When{}); err != nil || m.Kind != "stated" || m.From.ID != "l-1" {
		t.Errorf("%+v %v", m, err)
	}
	if r, err := c.Reach(ctx, "l-3", client.Chains{}, client.When{}); err != nil || r.System.ID != "l-3" {
		t.Errorf("%+v %v", r, err)
	}
	s, err := c.Match(ctx, client.Matching{Against: []string{"list"}, Queries: []client.Example{{Schema: "Person", Properties: map[string][]string{"name": {"Orsolya Vantongeren"}, "birthDate": {"1961-03-05"}}}}})
	if err != nil || s.Matches != 1 || s.Rows[0].Results[0].ID != "l-1" {
		t.Errorf("%+v %v", s, err)
	}
	var hits []string
	for hit, err := range c.SearchAll(ctx, client.Query{Text: "vantongeren OR bleaching", Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		hits = append(hits, string(hit.ID))
	}
	if slices.Sort(hits); !slices.Equal(hits, []string{"l-1", "l-3", "o-1"}) {
		t.Errorf("hits: %v", hits)
	}
	if doc, err := c.Describe(ctx); err != nil || doc["openapi"] != "3.1.0" {
		t.Errorf("%v", err)
	}
	var out bytes.Buffer
	if err := c.Export(ctx, &out, "ftm", client.Choice{Datasets: []string{"list"}, Schemata: []string{"Company"}}); err != nil || !strings.Contains(out.String(), `"l-3"`) || strings.Contains(out.String(), `"o-2"`) {
		t.Errorf("%v %s", err, &out)
	}
}

// TestClientChanges: a word is kept and taken back, a file is taken in and its run
// undone.
func TestClientChanges(t *testing.T) {
	_, c := connected(t, nil)
	ctx := t.Context()
	d, err := c.Judge(ctx, "l-1", "o-1", "same", "same birthday", "k")
	if err != nil || len(d.Judgements) != 1 {
		t.Fatal(d, err)
	}
	if again, err := c.Judge(ctx, "l-1", "o-1", "same", "same birthday", "k"); err != nil || !slices.Equal(again.Judgements, d.Judgements) {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := c.Retract(ctx, d.Judgements[0].ID, "a slip", ""); err != nil {
		t.Error(err)
	}
	begun, err := c.Begin(ctx, client.Import{Dataset: "sent", Extent: "full", Observed: "2024-05-01", Files: []client.File{{Name: "more.ftm.json", Data: strings.NewReader(strings.Join(list, "\n"))}}}, "")
	if err != nil {
		t.Fatal(err)
	}
	var last *client.Job
	for j, err := range c.Follow(ctx, begun.ID) {
		if err != nil {
			t.Fatal(err)
		}
		last = j
	}
	if last.State != "done" || last.Report.Files[0].Read != 5 || last.Report.Runs[0].Entities != 5 {
		t.Fatalf("%+v", last)
	}
	if err := c.Undo(ctx, last.Report.Runs[0].Run, ""); err != nil {
		t.Error(err)
	}
	undone := 0
	for r, err := range c.Runs(ctx, "sent") {
		if err != nil {
			t.Fatal(err)
		}
		if r.Undone != "" && r.Extent == "full" && r.Observed == "2024-05-01" {
			undone++
		}
	}
	if undone != 1 {
		t.Errorf("%d runs of it are undone", undone)
	}
}

// TestClientErrors: what the service refuses is an error with its code.
func TestClientErrors(t *testing.T) {
	_, c := connected(t, func(cfg *api.V1Config) { cfg.Jobs = nil })
	ctx := t.Context()
	over, stop := context.WithCancel(ctx)
	stop()
	one := func(_ any, err error) error { return err }
	for name, got := range map[string]struct {
		err  error
		code overt.Code
	}{
		"nobody":      {one(c.Show(ctx, "a/b?c#d nobody", 1, client.When{})), overt.NotFound},
		"a day":       {one(c.Trace(ctx, "l-1", "l-3", client.Paths{}, client.When{AsOf: "soon"})), overt.Invalid},
		"no reason":   {one(c.Judge(ctx, "l-1", "o-1", "same", "", "")), overt.Invalid},
		"no format":   {c.Export(ctx, new(bytes.Buffer), "doc", client.Choice{}), overt.Invalid},
		"no dataset":  {c.Export(ctx, new(bytes.Buffer), "ftm", client.Choice{Datasets: []string{"none"}}), overt.NotFound},
		"no run":      {c.Undo(ctx, 4000, ""), overt.NotFound},
		"no import":   {one(c.Cancel(ctx, "0123", "")), overt.NotFound},
		"no intake":   {one(c.Begin(ctx, client.Import{Dataset: "d"}, "")), overt.Unavailable},
		"no token":    {one((&client.Client{Base: c.Base}).Show(ctx, "l-1", 1, client.When{})), overt.Denied},
		"no service":  {one((&client.Client{Base: "http://127.0.0.1:1"}).Show(ctx, "l-1", 1, client.When{})), overt.Unavailable},
		"no citation": {one(c.Open(ctx, "overt:nothing")), overt.Invalid},
	} {
		if overt.CodeOf(got.err) != got.code {
			t.Errorf("%s: %v, want %s", name, got.err, got.code)
		}
	}
	if _, err := c.Show(over, "l-1", 1, client.When{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, err := range c.Follow(ctx, "0123") {
		if overt.CodeOf(err) != overt.NotFound {
			t.Errorf("follow: %v", err)
		}
	}
}

// TestClientBroken: half a file is told as one, and so is another one.
func TestClientBroken(t *testing.T) {
	for name, sum := range map[string]string{"it breaks off": "", "another hash": "sha-256=:AAAA:"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "Repr-Digest")
			fmt.Fprintln(w, "{}")
			_ = http.NewResponseController(w).Flush()
			if sum == "" {
				panic(http.ErrAbortHandler)
			}
			w.Header().Set("Repr-Digest", sum)
		}))
		c := &client.Client{Base: server.URL}
		if err := c.Export(t.Context(), new(bytes.Buffer), "ftm", client.Choice{}); overt.CodeOf(err) != overt.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
		var last error
		for _, err := range c.StreamHits(t.Context(), client.Query{Text: "a"}) {
			last = err
		}
		if overt.CodeOf(last) != overt.Unavailable {
			t.Errorf("%s: the stream ends with %v", name, last)
		}
		server.Close()
	}
}
