package api_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzBody: whatever is sent, it is answered or refused, and never a failure of ours.
func FuzzBody(f *testing.F) {
	f.Add(yenteBatch)
	f.Add(openRefine)
	f.Add(`{"queries":{"q":{"schema":"Person","properties":{"name":[null,1e400,true,{}]}}}}`)
	f.Add(`{"q":{"query":"\u0000","type":[1],"limit":-1,"properties":[{"pid":":","v":[{"id":"x"},[]]}]}}`)
	_, s := service(f)
	f.Fuzz(func(t *testing.T, body string) {
		for _, c := range []call{{"POST", "/match/list", jsonKind, body, nil}, {"POST", "/reconcile/list", "application/x-www-form-urlencoded", url.Values{"queries": {body}}.Encode(), nil}} {
			r := httptest.NewRequest(c.method, "http://127.0.0.1:8400"+c.target, strings.NewReader(c.body))
			r.Header.Set("Content-Type", c.kind)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Fatalf("%s: %d %s", c.target, w.Code, w.Body)
			}
		}
	})
}
