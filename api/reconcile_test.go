package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
)

// isType says that a type is an object with an id, or its id: type.json of the
// Reconciliation API 0.2.
func isType(t *testing.T, v any) {
	t.Helper()
	if m, ok := v.(map[string]any); ok {
		if _, ok := m["id"].(string); !ok {
			t.Errorf("a type without id: %v", v)
		}
	} else if _, ok := v.(string); !ok {
		t.Errorf("no type: %v", v)
	}
}

// TestManifest holds the rules of manifest.json, version 0.2.
func TestManifest(t *testing.T) {
	_, s := service(t)
	status, m := send(t, s, call{"GET", "/reconcile/list", "", "", nil})
	if status != 200 {
		t.Fatal(status, m)
	}
	for _, key := range []string{"name", "identifierSpace", "schemaSpace", "serviceVersion"} {
		if v, ok := m[key].(string); !ok || v == "" {
			t.Errorf("%s: %v", key, m[key])
		}
	}
	if !slices.Contains(m["versions"].([]any), any("0.2")) {
		t.Errorf("versions: %v", m["versions"])
	}
	if got := dig(t, m, "view.url"); got != "http://127.0.0.1:8400/entities/{{id}}" {
		t.Errorf("view: %v", got)
	}
	for _, v := range m["defaultTypes"].([]any) {
		isType(t, v)
	}
	for _, what := range []string{"entity", "property", "type"} {
		base, path := dig(t, m, "suggest."+what+".service_url"), dig(t, m, "suggest."+what+".service_path")
		target, err := url.Parse(fmt.Sprint(base) + fmt.Sprint(path))
		if err != nil {
			t.Fatal(err)
		}
		prefix := map[string]string{"entity": "Orsol", "property": "birth", "type": "Comp"}[what]
		status, out := send(t, s, call{"GET", target.Path + "?prefix=" + prefix, "", "", nil})
		list, ok := out["result"].([]any)
		if status != 200 || !ok || len(list) == 0 {
			t.Errorf("suggest %s: %d %v", what, status, out)
		}
		for _, one := range list {
			for _, key := range []string{"id", "name"} {
				if _, ok := one.(map[string]any)[key].(string); !ok {
					t.Errorf("suggest %s: %s of %v", what, key, one)
				}
			}
			if notable, ok := one.(map[string]any)["notable"].([]any); ok {
				for _, v := range notable {
					isType(t, v)
				}
			}
		}
	}
}

// openRefine is a batch as OpenRefine 3 sends it: a form, with types as texts or
// lists, numbers for values, and a value that was reconciled before.
const openRefine = `{"q0":{"query":"Orsolya Vantongeren","type":"Person","type_strict":"should","limit":3,"properties":[{"pid":"birthDate","v":"1961-03-05"},{"pid":"Person:nationality","v":{"id":"Q31","name":"Belgium"}}]},` +
	`"q1":{"query":"Northmoor Bleaching","type":["Company"],"properties":[{"pid":"registrationNumber","v":["04418229"]}]},` +
	`"q2":{"query":"Nobody Here","limit":2},"q3":{"properties":[{"pid":"name","v":"Teodor Quillmarsh"},{"pid":"birthDate","v":1970}]}}`

// TestReconcile holds the rules of reconciliation-result-batch.json, version 0.2.
func TestReconcile(t *testing.T) {
	_, s := service(t)
	form := url.Values{"queries": {openRefine}}.Encode()
	byForm, out := send(t, s, call{"POST", "/reconcile/list", "application/x-www-form-urlencoded", form, nil})
	byURL, same := send(t, s, call{"GET", "/reconcile/list?" + form, "", "", nil})
	if byForm != 200 || byURL != 200 || fmt.Sprint(out) != fmt.Sprint(same) {
		t.Fatalf("%d %v\n%d %v", byForm, out, byURL, same)
	}
	want := map[string]string{"q0": "l-1", "q1": "l-3", "q2": "", "q3": "l-2"}
	if len(out) != len(want) {
		t.Errorf("answered %d of %d", len(out), len(want))
	}
	for key, id := range want {
		list, ok := dig(t, out, key).(map[string]any)["result"].([]any)
		if !ok {
			t.Fatalf("%s has no result", key)
		}
		for _, v := range list {
			c := v.(map[string]any)
			_, isID := c["id"].(string)
			_, isName := c["name"].(string)
			score, isScore := c["score"].(float64)
			_, isMatch := c["match"].(bool)
			if !isID || !isName || !isScore || !isMatch || score < 0 || score > 100 {
				t.Errorf("%s: %v", key, c)
			}
			for _, one := range c["type"].([]any) {
				isType(t, one)
			}
			for _, f := range c["features"].([]any) {
				_, isID := f.(map[string]any)["id"].(string)
				if _, isNumber := f.(map[string]any)["value"].(float64); !isID || !isNumber {
					t.Errorf("%s: feature %v", key, f)
				}
			}
		}
		switch {
		case id == "":
			if len(list) > 0 && dig(t, out, key+".result.0.match") == true {
				t.Errorf("%s is certain of %v", key, list)
			}
		case len(list) == 0 || dig(t, out, key+".result.0.id") != id || dig(t, out, key+".result.0.match") != true:
			t.Errorf("%s: got %v, want %s", key, list, id)
		}
	}
}
