package web_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"overt/account"
	"overt/gate"
	"overt/identity/oidc"
	"overt/identity/oidc/oidctest"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/policy/engine"
	"overt/resolve/judge"
	"overt/web"
	"overt/web/webtest"
)

// words gives what stands in a place that people and sources write in.
type words func(place string) string

// work opens the desk of a home in which all was done that the desk can do, so that each
// of its pages has something to tell, in words of say; and gives where to begin to read.
func work(t *testing.T, say words) (s *webtest.Site, beginnings []string) {
	t.Helper()
	h := webtest.Filled(t)
	ruled(t, h, map[string]engine.Person{anna.ID: {Read: []string{"all"}, Write: []string{"north", "south"}}, "person:it": {Admin: true}}, "sanction")
	registers(t, h, say)
	webtest.Documents(t, h, "letters", map[string]string{say("name of a document") + ".tif": "title " + say("title of a document") + "\nHarbour " + say("text of a document") + " harbour"})
	issuer := oidctest.New(t, "desk")
	s = webtest.ServeWith(t, h, func(cfg *web.Config) {
		cfg.Accounts = account.New(account.Config{Gate: h.Gate, Users: h.Users, Tokens: h.Tokens, Clock: h.Clock, Issuers: []account.Issuer{{
			ID: "news", Title: say("title of an issuer"), Name: issuer.URL, Ask: oidc.New(oidc.Config{Issuer: issuer.URL, Client: "desk", TLS: issuer.TLS(), Clock: h.Clock}),
		}}})
	})
	s.Enter(t)
	its := another(t, s, anna)
	enrol := invitation(t, s, "anna")
	watches := watched(t, s, say)
	judged(t, s, say)
	beginnings = casework(t, s, its, say)
	send(t, s, "/cases", "/cases/none") // imports are of the case in which they were brought in
	beginnings = append(beginnings, imported(t, s, say)...)
	document := s.Entity(t, say("title of a document"))
	return s, append(beginnings, watches, enrol, "/login", "/enter", "/enrol", "/a/none", "/nowhere", "/e/n-1/facts", "/e/n-o/facts", "/e/"+document+"/facts", "/d/"+document, "/audit/1", "/e/us-ice/facts", "/e/n-1/links", "/sources/north", "/sources/letters", "/search?q=harbour",
		"/find?name=SEVIS", "/trace?from=n-1&to=n-2", "/trace?from=n-1&view=net", "/trace?from=ICE&to=Amazon+Web+Services&view=flow", "/trace?from=SEVIS&view=reach", "/e/n-1/conflict?prop=name", "/e/us-ice/sum?way=from&kind=stated&by=supplier",
		"/review/open/n-1/s-1", "/review/open/batch?from=0.1&to=1", "/audit?who="+url.QueryEscape(say("word of a filter")))
}

// registers are two lists of some of the same, of which one came again.
func registers(t *testing.T, h *hometest.Home, say words) {
	t.Helper()
	for _, x := range []struct{ dataset, id, kind string }{{"north", "n", "Limited"}, {"south", "s", "Ltd"}} {
		var lines []string
		for i, name := range []string{"Trading", "Trust", "Shipping"} {
			lines = append(lines, fmt.Sprintf(`{"id":"%s-%d","schema":"Company","properties":{"name":[%q],"jurisdiction":["gb"],"topics":[%q],"summary":[%q],"website":["http://evil.example/","javascript:planted.push('website')"],"alias":["harbour %s"]}}`,
				x.id, i+1, "Old Harbour "+name+" "+x.kind+" "+say("name of an entity"), map[bool]string{true: "sanction", false: "gov.soe"}[i == 1], say("value of an entity"), name))
		}
		lines = append(lines, fmt.Sprintf(`{"id":"%s-o","schema":"Ownership","properties":{"owner":["%[1]s-1"],"asset":["%[1]s-2"],"role":[%q]}}`, x.id, say("value of a link")))
		webtest.Entities(t, h, x.dataset, lines...)
	}
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: anna})
	must(t, err)
	_, err = pipeline.Decide(t.Context(), pass, pipeline.Decision{Left: "n-2", Right: "s-2", Verdict: judge.Positive, Reason: say("reason of what waits")}, h.Clock)
	must(t, err)
}

// watched sets watches of which one has news, and gives its address.
func watched(t *testing.T, s *webtest.Site, say words) string {
	t.Helper()
	at := send(t, s, "/watches", "/watches", "kind", "entity", "words", "n-1").Path
	webtest.Entities(t, s.Home, "newer", fmt.Sprintf(`{"id":"n-1","schema":"Company","properties":{"address":[%q]}}`, say("what is new")))
	asked(t, s.Home)
	for _, pairs := range [][]string{{"kind", "search", "words", `"` + strings.ReplaceAll(say("words of a watch"), `"`, "") + `"`}, {"kind", "list", "names", say("name of a list"), "against", "north"}} {
		if r := send(t, s, "/watches", "/watches", pairs...); r.Status != http.StatusOK {
			t.Fatalf("%v is not watched: %d\n%s", pairs, r.Status, main(r.Body))
		}
	}
	return at
}

// judged says of two that they are two.
func judged(t *testing.T, s *webtest.Site, say words) {
	t.Helper()
	if r := send(t, s, "/review/open/n-1/s-1", "/review/open/n-1/s-1", "verdict", "negative", "reason", say("reason of a judgement")); r.Status != http.StatusOK {
		t.Fatalf("it is not judged: %d\n%s", r.Status, main(r.Body))
	}
}

// imported brings files in by the desk, to each of its stages, and gives the addresses.
func imported(t *testing.T, s *webtest.Site, say words) []string {
	t.Helper()
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	must(t, w.WriteAll([][]string{{"award id", "recipient name", "awarding agency", "obligation", "action date", say("column of a table")}, {"A1", say("cell of a name"), "Port Authority", "5.00", "2022-03-01", say("cell of a table")}, {"A2", "Northmoor Quays", "Port Authority", say("cell that is no number"), "2022-04-01", "x"}}))
	draft := sendFiles(t, s, say("name of a file")+".csv", table.String(), "people.csv", "name,fingerprint template,note\nAna,SECRET,x\n")
	book := sendFiles(t, s, "book.xlsx", workbook(t, say))
	yaml := press(t, s, sendFiles(t, s, "awards.csv", table.String()), "yaml")
	accepted := press(t, s, sendFiles(t, s, "awards.csv", table.String()), "accept", "dataset", "harbour-awards", "title", say("title of a dataset"), "publisher", say("publisher"), "licence", say("licence"), "address", say("address of a source"))
	done := ended(t, s, press(t, s, accepted, "start").Path)
	at, _, _ := strings.Cut(done.Path, "?")
	kept := regexp.MustCompile(`/mappings/[a-z0-9-]+`).FindString(s.Get(t, "/import").Body)
	if kept == "" {
		t.Fatalf("no mapping is kept\n%s", main(done.Body))
	}
	text := fmt.Sprintf("name: harbour-awards\ntitle: %q\npublisher: %q\nlicence: %q\nqueries: [{entities: {c: {schema: Company, keys: [recipient name], properties: {name: recipient name}}}}]\n", say("title in a mapping"), say("publisher in a mapping"), say("licence in a mapping"))
	if r := send(t, s, "/session", kept, "yaml", text); r.Status != http.StatusOK {
		t.Fatalf("the mapping is not kept: %d\n%s", r.Status, main(r.Body))
	}
	return []string{draft.Path, book.Path, yaml.Path, at, at + "/events", at + "/failures.csv", kept, "/sources/harbour-awards", "/sources/harbour-awards?view=left"}
}

// workbook is one sheet, the least that is one.
func workbook(t *testing.T, say words) string {
	t.Helper()
	rel := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/></Relationships>`
	cell := func(at, text string) string {
		return `<c r="` + at + `" t="inlineStr"><is><t>` + html.EscapeString(text) + `</t></is></c>`
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/sheet.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
		{"_rels/.rels", fmt.Sprintf(rel, "officeDocument", "xl/workbook.xml")},
		{"xl/_rels/workbook.xml.rels", fmt.Sprintf(rel, "worksheet", "sheet.xml")},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="` + html.EscapeString(say("name of a sheet")) + `" sheetId="1" r:id="r1"/></sheets></workbook>`},
		{"xl/sheet.xml", `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">` + cell("A1", "name") + cell("B1", say("column of a sheet")) + `</row><row r="2">` + cell("A2", say("cell of a sheet")) + cell("B2", "x") + `</row></sheetData></worksheet>`},
	} {
		f, err := w.Create(part[0])
		must(t, err)
		_, err = f.Write([]byte(part[1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

// casework is a case of two people with all that a case can have, a report that is
// published and one that waits.
func casework(t *testing.T, s, its *webtest.Site, say words) []string {
	t.Helper()
	c := begun(t, s, "title", say("title of a case"))
	place := s.Passage(t, "capacity")
	item := claimed(t, s, place, c, say("text of a claim"))
	other := claimed(t, s, s.Row(t, "n-1"), c, say("text of another"))
	do := func(s *webtest.Site, at string, pairs ...string) *webtest.Reply {
		t.Helper()
		r := send(t, s, "/cases", c+"/"+at, pairs...)
		if r.Status != http.StatusOK {
			t.Fatalf("%s %v: %d\n%s", at, pairs, r.Status, main(r.Body))
		}
		return r
	}
	do(s, "people/member", "person", anna.ID, "role", "editor")
	do(s, "board/claim", "text", say("text of a claim without a source"), "heading", say("heading"))
	do(s, "board/oppose", "item", item, "other", other, "reason", say("reason of an opposition"))
	do(s, "board/agree", "item", item, "other", other)
	do(s, "board/move", "item", item, "state", "stated")
	do(s, "board/move", "item", item, "state", "confirmed")
	do(s, "board/move", "item", other, "state", "rejected", "reason", say("reason of a rejection"))
	do(s, "tasks/task", "text", say("task"), "date", "2026-12-31", "person", s.Actor.ID)
	do(s, "tasks/note", "text", say("note"), "item", item)
	do(s, "tasks/note", "text", say("note of a case"))
	do(s, "timeline/happened", "date", "2022-03~", "text", say("event"))
	do(s, "timeline/happened", "date", "2023", "text", "Then")
	do(s, "exhibits/subject", "entity", "n-1")
	send(t, s, place, place, "into", strings.TrimPrefix(c, "/c/"), "text", say("title of an exhibit"), "as", "exhibit")
	view := keptItem.FindStringSubmatch(do(s, "exhibits/view", "address", between+"&view=flow", "text", say("title of a view")).Body)
	if view == nil {
		t.Fatal("no view is kept")
	}
	return append([]string{c + "/board", c + "/claim?i=" + item, place, c + "/view/" + view[1], c + "/view/" + view[1] + "/picture"}, reported(t, s, its, c, item, view[1], say)...)
}

// reported is a report that is published and one that waits for its second person.
func reported(t *testing.T, s, its *webtest.Site, c, item, view string, say words) (out []string) {
	t.Helper()
	text := "# " + say("heading of a report") + "\n\n" + say("text of a report") + " [@" + item + "]\n\n> " + say("quotation") + " [@" + item + "]\n\n| " + say("column of a report") + " | what |\n|---|---|\n| a | pays [@" + item + "] |\n\n[@" + view + " table]\n\n[@" + view + " picture]"
	for _, who := range []*webtest.Site{s, its} {
		page := send(t, who, "/cases", c+"/report/report", "title", say("title of a report"), "outline", "1").Path
		_, id, _ := strings.Cut(page, "?i=")
		on := func(s *webtest.Site, deed string, pairs ...string) *webtest.Reply {
			t.Helper()
			r := send(t, s, page, strings.Replace(page, "?", "/"+deed+"?", 1), append([]string{"item", id}, pairs...)...)
			if r.Status != http.StatusOK {
				t.Fatalf("%s: %d\n%s", deed, r.Status, main(r.Body))
			}
			return r
		}
		on(who, "edit", "text", text)
		for _, m := range openCheck.FindAllStringSubmatch(who.Get(t, page).Body, -1) {
			on(who, "waive", "check", m[1], "reason", say("reason of a waiver"))
		}
		on(who, "request")
		if who == s {
			on(its, "refuse", "reason", say("reason of a refusal"))
			on(who, "request")
			on(its, "approve", "publish", "1")
			p := "/p/" + strings.TrimPrefix(c, "/c/") + "." + id + "/2"
			out = append(out, page+"&from=1&to=2", p, p+"/", p+"/bundle.zip", p+"/views/"+view+".svg")
		}
	}
	return out
}
