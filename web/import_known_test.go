package web_test

import (
	"strings"
	"testing"

	"overt/internal/hometest"
	"overt/web/webtest"
)

// The preview says of each thing what is here already, in the asker's sight alone, and
// names a row as its citations do.
func TestImportKnownThings(t *testing.T) {
	h := hometest.Memory(t)
	webtest.Entities(t, h, "registry", `{"id":"reg-1","schema":"Company","properties":{"name":["Halden Incorporated"],"uniqueEntityId":["K7QXN3M5RGJ8"]}}`,
		`{"id":"reg-2","schema":"PublicBody","properties":{"name":["BORDER SERVICES DIRECTORATE"]}}`, `{"id":"reg-3","schema":"Person","properties":{"name":["Border Services Directorate"]}}`)
	webtest.Entities(t, h, "secret", `{"id":"hid-1","schema":"Company","properties":{"name":["Northmoor Quays Ltd"]}}`, `{"id":"hid-2","schema":"Company","properties":{"name":["Hidden Halden"],"uniqueEntityId":["K7QXN3M5RGJ8"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := sendFiles(t, s, "awards.csv", awards)
	has(t, page, ">Row 2<", "one with", "uei:K7QXN3M5RGJ8", "may be", "the same name", `href="/e/reg-2/facts"`)
	for _, no := range []string{">Row 1<", "reg-3", "already here"} {
		if strings.Contains(page.Body, no) {
			t.Errorf("the page has %q", no)
		}
	}
	second := strings.Replace(page.Path, "row=1", "row=2", 1)
	if second == page.Path {
		second += "?row=2"
	}
	has(t, s.Get(t, second), ">Row 3<", `href="/e/hid-1/facts"`)
	has(t, s.Get(t, strings.Replace(second, "row=2", "row=200", 1)), ">Row 4<")
	h.Hide(t, "secret")
	if r := s.Get(t, second); strings.Contains(r.Body, "hid-") || !strings.Contains(r.Body, "Northmoor Quays") {
		t.Errorf("what is hidden is told:\n%s", main(r.Body))
	}
	if r := s.Get(t, page.Path); strings.Contains(r.Body, "hid-") || strings.Contains(r.Body, "Hidden Halden") {
		t.Error("the one of two holders that is hidden is told")
	}
	page = press(t, s, press(t, s, page, "accept"), "start")
	has(t, ended(t, s, page.Path), "done")
	has(t, sendFiles(t, s, "awards.csv", awards), "already here", "the import adds to it")
}

// A mapping made here stands before a pack that fits as well, not before one that fits
// better.
func TestImportBestFirst(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	const table = "Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email\nNORTHMOOR.GOV,City,City of Northmoor,,Northmoor,ME,a@northmoor.gov\n"
	header, _, _ := strings.Cut(table, "\n")
	for _, c := range []struct{ name, columns string }{{"some", "Domain name"}, {"equal", "Domain name, Domain type, City, State, Organization name"}, {"all", header}} {
		page := press(t, s, sendFiles(t, s, "dotgov.csv", table), "yaml")
		written := "name: " + c.name + "\ndetect: {columns: [" + c.columns + "]}\nqueries: [{entities: {c: {schema: Domain, keys: [Domain name], properties: {name: Domain name}}}}]"
		has(t, ended(t, s, press(t, s, page, "start", "dataset", c.name, "yaml", written).Path), "done")
	}
	page := sendFiles(t, s, "dotgov.csv", table)
	last := 0
	for i, name := range []string{"all", "equal", "dotgov-domains"} { // three are shown
		at := strings.Index(page.Body, "template?name="+name)
		if at < last {
			t.Errorf("%d is not %s:\n%s", i, name, main(page.Body))
		}
		last = at
	}
	if strings.Contains(page.Body, "template?name=some") {
		t.Error("one column is before all of a pack")
	}
}
