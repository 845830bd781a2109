package open_test

import (
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
	"overt/extract/open"
)

const cassette = `---
http_interactions:
- request:
    method: get
    uri: https://me:pw@example.org/a?page=1&api_key=hush#x
    headers:
      Authorization: [hush]
      Cookie: ["k=hush"]
  response:
    status: {code: 200}
    headers: {Set-Cookie: [hush]}
    body:
      encoding: UTF-8
      string: '{"rows":[{"id":1},{"id":2}]}'
- request: {uri: "https://example.org/a?page=2&api_key=hush"}
  response: {body: {string: "id,name,x\n1,Ada,2\n2,Bob,3\n"}}
- request: {uri: "https://example.org/a?page=2&api_key=hush"}
  response:
    body:
      base64_string: PACKED
- request: {uri: "https://example.org/logo"}
  response: {body: {string: !!binary iVBORw0KGgoAAAAN}}
- request: {uri: "https://example.org/nothing"}
  response: {body: {string: ""}}
`

const har = `{"log":{"version":"1.2","creator":{"name":"x"},"entries":[
 {"request":{"url":"https://example.org/d.json?token=hush","cookies":[{"name":"hush"}]},"response":{"content":{"mimeType":"application/json","text":"[{\"a\":1},{\"a\":2}]"}}},
 {"request":{"url":"https://example.org/t.csv"},"response":{"content":{"encoding":"base64","text":"aWQsbmFtZSx4CjEsQWRhLDIK"}}},
 {"request":{"url":"https://example.org/t.csv"},"response":{"content":{"size":0}}}]}}`

// TestExchanges: the answers of a recording are members named by what was asked
// for, and nothing of the headers, cookies and secrets of a request comes out.
func TestExchanges(t *testing.T) {
	packed := base64.StdEncoding.EncodeToString(gz(t, []byte(`{"rows":[{"id":3}]}`)))
	yml := strings.Replace(cassette, "PACKED", packed, 1)
	vcrpy := "interactions:\n- request:\n    body: null\n    uri: https://example.org/p\n  response:\n    body: {string: '[{\"a\":1}]'}\nversion: 1\n"
	tests := []struct {
		name, in, format string
		want             []string
	}{
		{name: "c.yml", in: yml, want: []string{
			"https://example.org/a?page=1&api_key=*** https://example.org/a?page=1&api_key=*** json 1",
			"https://example.org/a?page=2&api_key=*** https://example.org/a?page=2&api_key=*** csv 2",
			"https://example.org/a?page=2&api_key=*** (2) https://example.org/a?page=2&api_key=*** (2) json 1",
			"https://example.org/logo https://example.org/logo binary 0 c.yml!https://example.org/logo: an image; import takes tables and records; overt ingest reads documents"}},
		{name: "p.yaml", in: vcrpy, want: []string{"https://example.org/p https://example.org/p json 1"}},
		{name: "v.json", in: `{"http_interactions":[{"request":{"uri":"https://example.org/p"},"response":{"body":{"string":"{\"a\":1}"}}}]}`,
			want: []string{"https://example.org/p https://example.org/p json 1"}},
		{name: "h.har", in: har, want: []string{
			"https://example.org/d.json?token=*** https://example.org/d.json?token=*** json 2", "https://example.org/t.csv https://example.org/t.csv csv 1"}},
		{name: "as a tree", in: har, format: "json", want: []string{"  json 1"}},
		{name: "no recording.json", in: `{"log":{"entries":[{"a":1}]}}`, want: []string{"  json 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := source(tt.name, []byte(tt.in))
			parts, err := open.Open(t.Context(), src, open.Options{Format: tt.format})
			if err != nil {
				t.Fatal(err)
			}
			got := count(t, parts)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if tt.format == "" && strings.Contains(strings.Join(got, " "), "hush") {
				t.Error("a secret came out")
			}
		})
	}
	checkFetch(t, source("h.har", []byte(har)), open.Options{})
	checkFetch(t, source("p.yaml", []byte(vcrpy)), open.Options{})
}

// TestOpenDamaged opens damaged sources of all kinds, as whatever they look
// like then: each gives an error or records, and ends.
func TestOpenDamaged(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	seeds := []string{cassette, har, "a,b\n1,2\n", "$ORIGIN a.\n@ NS b\n", "{}{}", "---\na: 1\n", "<a/>",
		string(fixture(t, "dbf/testdata/visual.dbf")), string(fixture(t, "sheet/testdata/book.ods")), string(zipped(t, "a.csv", "a,b\n1,2\n"))}
	opts := open.Options{Limits: extract.Limits{Field: 1000, Row: 5000, Depth: 20, Subtree: 50_000, Total: 1 << 20, Members: 20, Columns: 100}}
	for range 2000 {
		b := []byte(seeds[rnd.IntN(len(seeds))])
		for range 1 + rnd.IntN(4) {
			k := rnd.IntN(len(b))
			switch rnd.IntN(3) {
			case 0:
				b[k] = byte(rnd.IntN(256))
			case 1:
				b = slices.Insert(b, k, byte(rnd.IntN(256)))
			case 2:
				b = append(b, b[k:]...)
			}
		}
		parts, err := open.Open(t.Context(), source("t.yml", b), opts)
		if err != nil {
			continue
		}
		for _, p := range parts {
			n := 0
			for rec, err := range p.Reader.Records(t.Context(), "") {
				if n++; rec == nil && err == nil || n == 10_000 {
					t.Fatalf("%q gives no end of records, or none", b)
				}
			}
		}
	}
}
