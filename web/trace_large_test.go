package web_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"overt/web/webtest"
)

// A network of more than a picture of ours holds is drawn by the browser; its table
// goes on in parts, and whole in a file.
func TestLargeNetwork(t *testing.T) {
	h := webtest.Filled(t)
	var made []string
	for i := range 700 {
		made = append(made, fmt.Sprintf(`{"id":"co-%d","schema":"Company","properties":{"name":["Halden Works %d"]}}`, i, i),
			fmt.Sprintf(`{"id":"own-%d","schema":"Ownership","properties":{"owner":["hold"],"asset":["co-%d"]}}`, i, i))
	}
	webtest.Entities(t, h, "large", append(made, `{"id":"hold","schema":"Company","properties":{"name":["Halden Holdings of Many"]}}`)...)
	s := webtest.Serve(t, h)
	s.Enter(t)
	path := "/trace?from=Halden+Holdings+of+Many&view=net"
	small := s.Get(t, path).Body
	if !strings.Contains(small, "most=1000") || strings.Contains(small, "<overt-network") {
		t.Error("a small network does not lead to the large one, or is drawn as one")
	}
	for address, rows := range map[string]int{path + "&most=1000": 500, path + "&most=1000&row=500": 200} {
		r := s.Get(t, address)
		if n := strings.Count(r.Body, "<tr data-item"); r.Status != 200 || n != rows {
			t.Errorf("%s: %d, %d rows", address, r.Status, n)
		}
	}
	for _, bad := range []string{"&most=7", "&most=x", "&row=-1"} {
		if r := s.Get(t, path+bad); r.Status != 400 {
			t.Errorf("%s: %d", bad, r.Status)
		}
	}
	saved, err := csv.NewReader(strings.NewReader(s.Get(t, strings.Replace(path, "/trace", "/trace.csv", 1)+"&most=1000").Body)).ReadAll()
	if err != nil || len(saved) != 701 {
		t.Errorf("%d rows saved, %v", len(saved), err)
	}

	b := s.Browse(t)
	b.Open(path + "&most=1000")
	b.Wait("overt-network[data-drawn], overt-network [data-failed]:not([hidden])")
	if webtest.Eval[bool](b, `document.querySelector("overt-network").dataset.drawn === undefined`) {
		if webtest.Eval[bool](b, `!document.createElement("canvas").getContext("webgl2")`) {
			t.Skip("this Chromium has no WebGL: the page tells so, and nothing is drawn")
		}
		t.Fatal("the browser did not draw it")
	}
	b.Click(`overt-network [data-move="in"]`)
	b.Screenshot("trace-large")
	for _, w := range append(b.Axe(), b.Wrong()...) {
		t.Error(w)
	}
}

// A sum by country is a map, with its table.
func TestSumByCountry(t *testing.T) {
	h := webtest.Filled(t)
	pay := func(id, country, amount string) string {
		return fmt.Sprintf(`{"id":"m-%s","schema":"Company","properties":{"name":["Maker %s"],"country":[%q]}}`+"\n"+
			`{"id":"pay-%s","schema":"Payment","properties":{"payer":["buyer"],"beneficiary":["m-%s"],"amount":[%q],"currency":["USD"],"date":["2024-01-02"]}}`, id, id, country, id, id, amount)
	}
	webtest.Entities(t, h, "buyers", `{"id":"buyer","schema":"Company","properties":{"name":["Buyer of Everything"]}}`, pay("a", "de", "500"), pay("b", "br", "70"))
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := "/e/" + s.Entity(t, "Buyer of Everything") + "/money?way=from&kind=outlay&by="
	if r := s.Get(t, page+"country"); r.Status != 200 || !strings.Contains(r.Body, "<svg") || !strings.Contains(r.Body, ">Germany<") || !strings.Contains(r.Body, ">Brazil<") {
		t.Errorf("%d: no map with Germany and Brazil", r.Status)
	}
	if r := s.Get(t, page+"supplier"); strings.Contains(r.Body, "sum-map") {
		t.Error("a sum by supplier has a map")
	}
}
