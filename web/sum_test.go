package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"overt/internal/hometest"
	"overt/web/webtest"
)

// Two suppliers of one name have a row each, and each row leads to its own parts.
func TestSumOfNamesakes(t *testing.T) {
	h := hometest.Memory(t)
	lines := []string{`{"id":"office","schema":"PublicBody","properties":{"name":["Harbour Office"]}}`}
	for i, amount := range []string{"70", "5"} {
		lines = append(lines, fmt.Sprintf(`{"id":"acme-%d","schema":"Company","properties":{"name":["Acme Ltd"]}}`, i),
			fmt.Sprintf(`{"id":"o-%d","schema":"Obligation","properties":{"authority":["office"],"supplier":["acme-%d"],"amount":[%q],"currency":["USD"],"date":["2024"]}}`, i, i, amount))
	}
	lines = append(lines, `{"id":"o-3","schema":"Obligation","properties":{"authority":["office"],"supplier":["acme-1"],"amount":["9"],"currency":["EUR"],"date":["2024"]}}`)
	webtest.Entities(t, h, "awards", lines...)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := s.Get(t, "/e/office/money?way=from&kind=obligated&by=supplier").Body
	var sums []string
	for _, m := range regexp.MustCompile(`<a class="chip computed"[^>]*href="([^"]+id=acme[^"]+)"`).FindAllStringSubmatch(page, -1) {
		sums = append(sums, part(t, s.Get(t, strings.ReplaceAll(m[1], "&amp;", "&")).Body))
	}
	if got := strings.Join(sums, " "); got != "<bdi>70 USD</bdi> <bdi>9 EUR</bdi> <bdi>5 USD</bdi>" {
		t.Errorf("the rows lead to %q", got)
	}
	if !strings.Contains(page, "<bdi>9 EUR</bdi>") {
		t.Error("an amount in another currency does not say so")
	}
	if r := s.Get(t, "/e/office/sum?way=from&kind=obligated&by=supplier&id=acme-2"); r.Status != http.StatusNotFound {
		t.Errorf("a row that is not there: %d", r.Status)
	}
}

// What pages say of a mistake names fields, not flags.
func TestMistakesNameFields(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	for _, path := range []string{"/e/" + s.Entity(t, "ICE") + "/sum?kind=nothing", "/trace?from=ICE&to=Amazon&via=magic"} {
		if r := s.Get(t, path); r.Status != http.StatusBadRequest || strings.Contains(main(r.Body), "--") {
			t.Errorf("%s: %d\n%s", path, r.Status, main(r.Body))
		}
	}
}
