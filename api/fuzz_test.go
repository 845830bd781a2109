package api_test

import (
	"net/http"
	"net/url"
	"testing"
)

// FuzzBody: whatever is sent, it is answered or refused, and never a failure of ours;
// what version 0.2 has rules for keeps them.
func FuzzBody(f *testing.F) {
	f.Add(yenteBatch)
	f.Add(openRefine)
	f.Add(`{"queries":{"q":{"schema":"Person","properties":{"name":[null,1e400,true,{}]}}}}`)
	f.Add(`{"q":{"query":"\u0000","type":[1],"limit":-1,"properties":[{"pid":":","v":[{"id":"x"},[]]}]}}`)
	f.Add(`{"ids":["l-1","","l-7"],"properties":[{"id":"owner","settings":{"limit":-1e300}},{"id":"Person:name"}]}`)
	f.Add(`topics:sanction`)
	_, s := service(f)
	f.Fuzz(func(t *testing.T, body string) {
		text := url.QueryEscape(body)
		for kind, c := range map[string]call{
			"match":      {"POST", "/match/list", jsonKind, body, nil},
			"results":    {"POST", "/reconcile/list", formKind, "queries=" + text, nil},
			"extension":  {"POST", "/reconcile/list", formKind, "extend=" + text, nil},
			"entities":   {"GET", "/reconcile/list/suggest/entity?prefix=" + text, "", "", nil},
			"properties": {"GET", "/reconcile/list/suggest/property?cursor=1&prefix=" + text, "", "", nil},
			"search":     {"GET", "/search/list?simple=true&q=" + text + "&filter=" + text, "", "", nil},
		} {
			w := raw(s, c)
			if w.Code >= 500 {
				t.Fatalf("%s: %d %s", c.target, w.Code, w.Body)
			}
			if rules02[kind] == nil || w.Code != http.StatusOK {
				continue
			}
			out := unmarshal(t, w.Body.String())
			if m, ok := out.(map[string]any); ok && m["versions"] != nil {
				kind = "manifest" // nothing was asked
			}
			if problems := breaches(kind, out); len(problems) > 0 {
				t.Fatalf("%s: %v", c.target, problems)
			}
		}
	})
}
