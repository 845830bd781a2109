package client_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"testing"

	"overt"
	"overt/answer"
	"overt/api"
	"overt/client"
	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/web/webtest"
)

// mails are two of one thread.
var mails = []string{
	`{"id":"mail-1","schema":"Email","properties":{"messageId":["plan@harbour.example"],"subject":["Hosting"],"date":["2022-03-01"],"from":["Ada <ada@harbour.example>"],"to":["Bo <bo@harbour.example>"]}}`,
	`{"id":"mail-2","schema":"Email","properties":{"messageId":["answer@harbour.example"],"inReplyTo":["plan@harbour.example"],"subject":["Re: Hosting"],"date":["2022-03-02"],"from":["Bo <bo@harbour.example>"],"to":["Ada <ada@harbour.example>"]}}`,
}

// service answers before a home with the example of overt demo, documents that name
// whom it tells of and who is unknown, two that say nearly the same, and mails.
func service(t testing.TB) (*hometest.Home, *client.Client) {
	t.Helper()
	h := webtest.Filled(t)
	const order = "The contractor shall move the hosting capacity of the agency before the end of the year, and shall tell the steering group of each step that it takes. It answers for what it loses on the way, "
	webtest.Documents(t, h, "copies", map[string]string{
		"first.txt": order + "in full.", "second.txt": order + "and its agents do.",
		"bids.txt": "Bids came of Southmoor Carting Ltd and of Harbour Lighters GmbH.",
	})
	webtest.Entities(t, h, "mails", mails...)
	a, err := api.V1(api.V1Config{
		Gate: h.Gate, Who: api.ByToken(nil, gate.Visit{Actor: h.Actor}), Clock: h.Clock, Version: "test", Jobs: webtest.Jobs(t, h),
		Cell: func(ctx context.Context, d *gate.Desk, blob string, where overt.Locator) (*answer.Cited, error) {
			return answer.Cite(ctx, d, open.Here{}, blob, where)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(a)
	t.Cleanup(func() {
		server.Close()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return h, &client.Client{Base: server.URL, HTTP: server.Client()}
}

// looked has all watches of a home's owner asked again, as overt serve does after each
// import.
func looked(h *hometest.Home) error {
	visits, err := h.Watches.Visits(context.Background())
	if err == nil {
		_, err = answer.RunWatches(context.Background(), h.Gate, visits, h.Clock())
	}
	return err
}

// The examples speak to one service.
var (
	home *hometest.Home
	c    *client.Client
)

func TestMain(m *testing.M) {
	t := new(outside)
	home, c = service(t)
	code := m.Run()
	t.end()
	os.Exit(code)
}

// outside is what a helper of tests is given where no test runs: what goes wrong ends
// the program.
type outside struct {
	testing.TB
	ends []func()
}

func (*outside) Helper()                  {}
func (*outside) Context() context.Context { return context.Background() }
func (o *outside) Cleanup(f func())       { o.ends = append(o.ends, f) }
func (*outside) Error(args ...any)        { panic(fmt.Sprint(args...)) }
func (o *outside) Fatal(args ...any)      { o.Error(args...) }
func (o *outside) Fatalf(format string, args ...any) {
	o.Error(fmt.Sprintf(format, args...))
}

func (o *outside) TempDir() string {
	dir, err := os.MkdirTemp("", "overt-client-")
	if err != nil {
		o.Fatal(err)
	}
	o.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (o *outside) end() {
	for len(o.ends) > 0 {
		last := len(o.ends) - 1
		f := o.ends[last]
		o.ends = o.ends[:last]
		f()
	}
}

// brought takes entities in for the examples, and has watches asked again.
func brought(dataset string, objects ...string) {
	t := new(outside)
	webtest.Entities(t, home, dataset, objects...)
	if err := looked(home); err != nil {
		t.Fatal(err)
	}
}
