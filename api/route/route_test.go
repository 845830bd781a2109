package route_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"overt"
	"overt/api/route"
)

type days struct {
	Day string `query:"day" pattern:"day"`
}

type asked struct {
	ID    string   `path:"id"`
	Limit int      `query:"limit" min:"1" max:"9" default:"3"`
	Share float64  `query:"share" min:"0" max:"1"`
	Run   uint32   `query:"run"`
	On    bool     `query:"on"`
	Kind  string   `query:"kind" enum:"a,b"`
	List  []string `query:"list" enum:"a,b"`
	Must  string   `query:"must" need:"true"`
	Key   string   `header:"X-Key"`
	Left  string   // not of the request
	days
	Body struct {
		Name string `json:"name"`
	} `body:"json"`
}

func read(query, body string) (*asked, error) {
	q := new(asked)
	var err error
	mux := http.NewServeMux()
	mux.HandleFunc("POST /things/{id}", func(_ http.ResponseWriter, r *http.Request) { err = route.Read(r, q) })
	r := httptest.NewRequest("POST", "/things/a%2Fb?"+query, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("X-Key", "k")
	mux.ServeHTTP(httptest.NewRecorder(), r)
	return q, err
}

func TestRead(t *testing.T) {
	q, err := read("must=x&share=0.5&run=7&on=true&kind=b&list=a&list=&list=b&day=2024", `{"name":"n"}`)
	if err != nil {
		t.Fatal(err)
	}
	want := &asked{ID: "a/b", Limit: 3, Share: 0.5, Run: 7, On: true, Kind: "b", List: []string{"a", "b"}, Must: "x", Key: "k", days: days{"2024"}}
	if want.Body.Name = "n"; !reflect.DeepEqual(q, want) {
		t.Errorf("got %+v", q)
	}
	for query, where := range map[string]string{
		"": "must", "must=": "must", "must=x&must=y": "must", "must=x&limit=0": "limit", "must=x&limit=10": "limit", "must=x&limit=a": "limit", "must=x&limit=99999999999999999999": "limit",
		"must=x&share=NaN": "share", "must=x&share=1.1": "share", "must=x&run=-1": "run", "must=x&run=4294967296": "run", "must=x&on=maybe": "on", "must=x&kind=c": "kind",
		"must=x&list=c": "list", "must=x&mist=y": "mist", "must=x%00": "must", "must=" + strings.Repeat("x", 9000): "must",
	} {
		_, err := read(query, `{}`)
		if ours, ok := err.(*overt.Error); !ok || ours.Code != overt.Invalid || ours.Where != where {
			t.Errorf("%.40s: %v, want %s", query, err, where)
		}
	}
	for _, body := range []string{"", "{", "[]", `{"nome":"n"}`, `{"name":7}`, `{}{}`} {
		if _, err := read("must=x", body); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzRead: whatever is asked, it is read or refused.
func FuzzRead(f *testing.F) {
	f.Add("must=x&limit=3&list=a", `{"name":"n"}`)
	f.Add("%zz&must=x;limit", "{")
	f.Fuzz(func(t *testing.T, query, body string) {
		if _, err := url.ParseRequestURI("/things/a?" + query); err != nil || strings.ContainsAny(query, " \r\n#") {
			return // net/http gives no such request
		}
		q, err := read(query, body)
		switch {
		case err != nil && overt.CodeOf(err) != overt.Invalid:
			t.Errorf("refused with %v", err)
		case err == nil && (q.Must == "" || q.Limit < 1 || q.Limit > 9 || q.Share < 0 || q.Share > 1):
			t.Errorf("it read %+v", q)
		}
	})
}

type node struct {
	Name string         `json:"name"`
	Kids []node         `json:"kids"`
	More map[string]any `json:"more,omitempty"`
	At   *node          `json:"at"`
}

type problem struct {
	Detail string `json:"detail"`
}

func surface() *route.Surface {
	return &route.Surface{
		Title: "T", Version: "1", Problem: reflect.TypeFor[problem](), Words: route.Words{"route_test.node": "A node.", "route_test.node.Name": "of it", "route_test.asked.Limit": "how | many"},
		Routes: []route.Route{{
			Method: "POST", Path: "/things/{id}", Name: "thing", Group: "Things", Summary: "Do.", In: reflect.TypeFor[asked](), Out: reflect.TypeFor[*node](), Status: 200,
			Errors: []overt.Code{overt.NotFound}, Writes: true,
		}},
	}
}

func TestDocument(t *testing.T) {
	raw, err := surface().Document()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"paths /things/{id} post parameters 1 schema maximum":                                      "9",
		"paths /things/{id} post parameters 1 schema default":                                      "3",
		"paths /things/{id} post parameters 0 required":                                            "true",
		"paths /things/{id} post parameters 6 schema items enum 1":                                 `"b"`,
		"paths /things/{id} post parameters 9 name":                                                `"day"`,
		"paths /things/{id} post responses 200 content application/json schema $ref":               `"#/components/schemas/route_test.node"`,
		"paths /things/{id} post responses 404 content application/problem+json schema $ref":       `"#/components/schemas/route_test.problem"`,
		"paths /things/{id} post requestBody content application/json schema properties name type": `"string"`,
		"components schemas route_test.node required":                                              `["name","kids","at"]`,
		"components schemas route_test.node properties kids type":                                  `["array","null"]`,
		"components schemas route_test.node properties at anyOf 1 type":                            `"null"`,
		"components schemas route_test.node properties name description":                           `"of it"`,
		"components schemas route_test.node description":                                           `"A node."`,
	} {
		var at any = doc
		for _, key := range strings.Split(path, " ") {
			switch v := at.(type) {
			case map[string]any:
				at = v[key]
			case []any:
				at = v[key[0]-'0']
			}
		}
		if got, _ := json.Marshal(at); string(got) != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	page, err := surface().Page()
	if err != nil || !strings.Contains(page, "`limit`: how \\| many") || !strings.Contains(page, "`kind` (a, b)") || !strings.Contains(page, "| `route_test.node` | `at`, `kids`, `more`?, `name` |") {
		t.Errorf("%v\n%s", err, page)
	}
}
