package api_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"overt/api"
)

// described is the document, as any JSON.
var described = sync.OnceValue(func() map[string]any {
	raw, err := api.Surface("test").Document()
	if err != nil {
		panic(err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw, &out); err != nil {
		panic(err)
	}
	return out
})

// conforms holds an answer against what the document says of its route: the status
// is listed, every key is known, none that is required is missing, and values are of
// their kinds.
func conforms(t testing.TB, method, target string, w *httptest.ResponseRecorder) {
	t.Helper()
	target, _, _ = strings.Cut(target, "?")
	doc := described()
	for at, ops := range doc["paths"].(map[string]any) {
		if !fitsPath(at, target) || ops.(map[string]any)[strings.ToLower(method)] == nil {
			continue
		}
		responses := ops.(map[string]any)[strings.ToLower(method)].(map[string]any)["responses"].(map[string]any)
		r, ok := responses[fmt.Sprint(w.Code)].(map[string]any)
		if !ok {
			t.Errorf("%s %s: %d is not described", method, target, w.Code)
			return
		}
		kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		content, ok := r["content"].(map[string]any)[kind].(map[string]any)
		if !ok {
			t.Errorf("%s %s: %s is not described", method, target, kind)
			return
		}
		var v any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		if wrong := misfit(content["schema"].(map[string]any), v, "", 0); wrong != "" {
			t.Errorf("%s %s: %s", method, target, wrong)
		}
		return
	}
	t.Errorf("%s %s is not described", method, target)
}

func fitsPath(pattern, target string) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(target, "/")
	return len(p) == len(q) && !slices.ContainsFunc(p, func(s string) bool {
		i := slices.Index(p, s)
		return s != q[i] && !strings.HasPrefix(s, "{")
	})
}

// misfit says where a value is not what a schema describes, "" nowhere.
func misfit(s map[string]any, v any, at string, depth int) string {
	if depth > 100 {
		return at + " has no end"
	}
	if ref, ok := s["$ref"].(string); ok {
		s = described()["components"].(map[string]any)["schemas"].(map[string]any)[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
	}
	if list, ok := s["anyOf"].([]any); ok {
		first := ""
		for _, one := range list {
			wrong := misfit(one.(map[string]any), v, at, depth+1)
			if wrong == "" {
				return ""
			}
			if first == "" {
				first = wrong
			}
		}
		return first
	}
	kinds := map[string]bool{}
	switch k := s["type"].(type) {
	case nil:
		return ""
	case string:
		kinds[k] = true
	case []any:
		for _, one := range k {
			kinds[one.(string)] = true
		}
	}
	if kind := kindOf(v); !kinds[kind] && !(kind == "integer" && kinds["number"]) {
		return fmt.Sprintf("%s is %s, described as %v", at, kind, s["type"])
	}
	switch v := v.(type) {
	case []any:
		for i, one := range v {
			if wrong := misfit(s["items"].(map[string]any), one, fmt.Sprintf("%s.%d", at, i), depth+1); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		return misfitObject(s, v, at, depth)
	}
	return ""
}

func misfitObject(s, v map[string]any, at string, depth int) string {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := v[name.(string)]; !ok {
			return fmt.Sprintf("%s.%s is missing", at, name)
		}
	}
	known, _ := s["properties"].(map[string]any)
	values, _ := s["additionalProperties"].(map[string]any)
	for name, one := range v {
		of, ok := known[name].(map[string]any)
		if !ok {
			if of = values; of == nil {
				return fmt.Sprintf("%s.%s is not described", at, name)
			}
		}
		if wrong := misfit(of, one, at+"."+name, depth+1); wrong != "" {
			return wrong
		}
	}
	return ""
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
