package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"overt/api"
	"overt/internal/hometest"
)

// FuzzBulk: whatever is sent as entities is taken in or refused, and what is refused
// leaves nothing.
func FuzzBulk(f *testing.F) {
	f.Add(`[{"id":"a","schema":"Person","properties":{"name":["A"]}}]`)
	f.Add(`[{"id":"a","schema":"Person"},{"id":7}]`)
	f.Add(`[[[[`)
	f.Add(`[{"id":"a","schema":"Document","properties":{"contentHash":[null]}}`)
	h := hometest.Memory(f)
	a := serving(f, config(f, h))
	f.Fuzz(func(t *testing.T, body string) {
		known(t, do(t, a, "POST", "/api/2/collections/leak/_bulk", body), 200, 400)
	})
}

// FuzzCursor: no cursor but one that was given is taken.
func FuzzCursor(f *testing.F) {
	f.Add("AAAA")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("a", 20))))
	h := hometest.Memory(f)
	bring(f, h, "list", list)
	bring(f, h, "list", list[:2])
	a := serving(f, config(f, h))
	given := read[api.RunPage](f, do(f, a, "GET", "/api/v1/runs?limit=1", "")).Next
	f.Fuzz(func(t *testing.T, cursor string) {
		if cursor == "" || cursor == given {
			return
		}
		r := httptest.NewRequest("GET", "http://127.0.0.1/api/v1/runs?limit=1", nil)
		r.Header.Set("X-Actor", hometest.Owner.ID)
		q := r.URL.Query()
		q.Set("cursor", cursor)
		r.URL.RawQuery = q.Encode()
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		known(t, w, 400)
	})
}

// FuzzForm: whatever is sent as a form is taken or refused.
func FuzzForm(f *testing.F) {
	for _, pairs := range [][]string{{"dataset", "d", "a.json", "{}"}, {"a.json", "{}", "dataset", "d"}, {"mapping", "x", "../../a.csv", "a,b\n"}} {
		var b strings.Builder
		for i := 0; i < len(pairs); i += 2 {
			b.WriteString("--B\r\nContent-Disposition: form-data; name=\"" + pairs[i] + "\"; filename=\"" + pairs[i] + "\"\r\n\r\n" + pairs[i+1] + "\r\n")
		}
		f.Add(b.String() + "--B--\r\n")
	}
	h := hometest.Memory(f)
	a := serving(f, config(f, h))
	f.Fuzz(func(t *testing.T, body string) {
		known(t, do(t, a, "POST", "/api/v1/imports", body, "Content-Type", "multipart/form-data; boundary=B"), 202, 400, 503)
	})
}

// known fails when an answer is none of those that are expected, or no JSON.
func known(t *testing.T, w *httptest.ResponseRecorder, statuses ...int) {
	t.Helper()
	for _, s := range statuses {
		if w.Code == s && json.Valid(w.Body.Bytes()) {
			return
		}
	}
	t.Errorf("%d %s", w.Code, w.Body)
}
