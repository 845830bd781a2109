package client_test

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/client"
)

// An asked request is one that a client sent, and the JSON it got.
type asked struct {
	method, path string
	given        []string // names of parameters, headers, and fields of the body
	answer       any
}

// recorder keeps what goes through it.
type recorder struct {
	http.RoundTripper
	asked []asked
}

func (rec *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	one := asked{method: r.Method, path: r.URL.EscapedPath()}
	for name := range r.URL.Query() {
		one.given = append(one.given, name)
	}
	if r.Header.Get("Idempotency-Key") != "" {
		one.given = append(one.given, "Idempotency-Key")
	}
	if r.Body != nil {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(raw))
		one.given = append(one.given, fieldsOf(r.Header.Get("Content-Type"), raw)...)
	}
	resp, err := rec.RoundTripper.RoundTrip(r)
	if err == nil && resp.Header.Get("Content-Type") == "application/json" {
		var raw []byte
		if raw, err = io.ReadAll(resp.Body); err == nil {
			resp.Body = io.NopCloser(bytes.NewReader(raw))
			err = json.Unmarshal(raw, &one.answer)
		}
	}
	rec.asked = append(rec.asked, one)
	return resp, err
}

// fieldsOf are the names of the fields of a body.
func fieldsOf(kind string, body []byte) (names []string) {
	media, params, _ := mime.ParseMediaType(kind)
	if media == "multipart/form-data" {
		form := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		for part, err := form.NextPart(); err == nil; part, err = form.NextPart() {
			names = append(names, part.FormName())
		}
		return names
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) == nil {
		for name := range object {
			names = append(names, name)
		}
	}
	return names
}

// all gathers what a list yields.
func all[T any](list iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	for one, err := range list {
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// TestOperations: a client asks for all that the service describes, with each of its
// parameters, and gives all that is answered: what it gives, written as JSON, is the
// answer. What is described and asked for nowhere in walk is missing in the client.
func TestOperations(t *testing.T) {
	h, c := service(t)
	rec := &recorder{RoundTripper: c.HTTP.Transport}
	c.HTTP = &http.Client{Transport: rec}
	client.AskFor(1)
	defer client.AskFor(500)
	w := &walker{T: t, h: h, c: c}
	from := 0
	w.told = func(name string, given any, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		whole(t, name, given, rec.asked[from:])
		from = len(rec.asked)
	}
	w.read()
	w.change()
	w.watch()
	w.aleph()
	doc, err := c.Describe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for path, ops := range doc["paths"].(map[string]any) {
		for method, op := range ops.(map[string]any) {
			var given []string
			found := false
			for _, one := range rec.asked {
				if strings.EqualFold(one.method, method) && fits(path, one.path) {
					found, given = true, append(given, one.given...)
				}
			}
			if !found {
				t.Errorf("no method of the client asks for %s %s", method, path)
				continue
			}
			for _, name := range parameters(doc, op.(map[string]any)) {
				if !slices.Contains(given, name) && !mute[path+" "+name] {
					t.Errorf("%s %s: the client cannot say %s", method, path, name)
				}
			}
		}
	}
}

// mute are parameters of Aleph's routes that change nothing, or are refused.
var mute = map[string]bool{
	"/api/2/collections/{collection}/_bulk safe": true, "/api/2/collections/{collection}/_bulk unsafe": true, "/api/2/collections/{collection}/_bulk clean": true,
	"/api/2/collections/{collection}/_bulk sync": true, "/api/2/collections/{collection}/_bulk entityset_id": true,
	"/api/2/collections/{collection}/_stream include": true, "/api/2/entities/_stream include": true,
}

// fits says whether a path is one of a pattern of the description.
func fits(pattern, path string) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i := range p {
		if len(p) != len(q) || p[i] != q[i] && !strings.HasPrefix(p[i], "{") {
			return false
		}
	}
	return true
}

// parameters lists what an operation takes, but for what stands in its path.
func parameters(doc, op map[string]any) (names []string) {
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if p := p.(map[string]any); p["in"] != "path" {
			names = append(names, p["name"].(string))
		}
	}
	body, _ := op["requestBody"].(map[string]any)
	if body == nil {
		return names
	}
	for _, content := range body["content"].(map[string]any) {
		schema := content.(map[string]any)["schema"].(map[string]any)
		if ref, ok := schema["$ref"].(string); ok {
			name := strings.TrimPrefix(ref, "#/components/schemas/")
			schema = doc["components"].(map[string]any)["schemas"].(map[string]any)[name].(map[string]any)
		}
		fields, _ := schema["properties"].(map[string]any)
		for name := range fields {
			names = append(names, name)
		}
	}
	return names
}

// whole holds what a method gave against the answers it had: a struct is the last one,
// a list is what a list of theirs has, one after the other. Streams, and methods that
// give nothing, have none.
func whole(t *testing.T, name string, given any, of []asked) {
	t.Helper()
	v := reflect.ValueOf(given)
	if !v.IsValid() || len(of) == 0 || of[len(of)-1].answer == nil {
		return
	}
	raw, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	var got any
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if v.Kind() != reflect.Slice {
		if diff := cmp.Diff(of[len(of)-1].answer, got); diff != "" {
			t.Errorf("%s: the answer, and what was given:\n%s", name, diff)
		}
		return
	}
	lists := map[string][]any{}
	for _, one := range of {
		for field, value := range one.answer.(map[string]any) {
			if list, ok := value.([]any); ok {
				lists[field] = append(lists[field], list...)
			}
		}
	}
	for _, list := range lists {
		if len(list) > 0 && cmp.Equal(list, got) {
			return
		}
	}
	t.Errorf("%s: %s is in no list of %v", name, raw, lists)
}
