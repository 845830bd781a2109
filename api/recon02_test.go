package api_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The rules of the JSON schemata of the Reconciliation Service API 0.2, restated
// (https://reconciliation-api.github.io/specs/0.2/): what must be there, and of what
// kind. Where the text of the specification asks for more, that is said.

// A rule says what is wrong with a value at a place.
type rule func(at string, v any) []string

func isKind[T any](name string) rule {
	return func(at string, v any) []string {
		if _, ok := v.(T); !ok {
			return []string{fmt.Sprintf("%s is no %s: %v", at, name, v)}
		}
		return nil
	}
}

var (
	aText   = isKind[string]("text")
	aNumber = isKind[float64]("number")
	aTruth  = isKind[bool]("truth")
)

func whole(at string, v any) []string {
	if n, ok := v.(float64); !ok || n != float64(int(n)) {
		return []string{fmt.Sprintf("%s is no whole number: %v", at, v)}
	}
	return nil
}

// like is a text in which a pattern is found.
func like(pattern string) rule {
	re := regexp.MustCompile(pattern)
	return func(at string, v any) []string {
		if s, ok := v.(string); !ok || !re.MatchString(s) {
			return []string{fmt.Sprintf("%s is not like %s: %v", at, pattern, v)}
		}
		return nil
	}
}

// either holds one of the rules.
func either(rules ...rule) rule {
	return func(at string, v any) []string {
		var first []string
		for _, r := range rules {
			problems := r(at, v)
			if len(problems) == 0 {
				return nil
			}
			first = append(first, problems...)
		}
		return first
	}
}

func each(r rule) rule {
	return func(at string, v any) (out []string) {
		list, ok := v.([]any)
		if !ok {
			return []string{at + " is no list"}
		}
		for i, one := range list {
			out = append(out, r(fmt.Sprintf("%s[%d]", at, i), one)...)
		}
		return out
	}
}

// every holds the rule for the value of every key.
func every(r rule) rule {
	return func(at string, v any) (out []string) {
		m, ok := v.(map[string]any)
		if !ok {
			return []string{at + " is no object"}
		}
		for key, one := range m {
			out = append(out, r(at+"."+key, one)...)
		}
		return out
	}
}

// object holds a rule for each key; keys that end in "!" must be there. Closed, it has
// no others.
func object(keys map[string]rule, closed bool) rule {
	return func(at string, v any) (out []string) {
		m, ok := v.(map[string]any)
		if !ok {
			return []string{at + " is no object"}
		}
		for key, r := range keys {
			name := strings.TrimSuffix(key, "!")
			switch one, there := m[name]; {
			case there:
				out = append(out, r(at+"."+name, one)...)
			case name != key:
				out = append(out, at+" has no "+name)
			}
		}
		for name := range m {
			if closed && keys[name] == nil && keys[name+"!"] == nil {
				out = append(out, at+" has "+name)
			}
		}
		return out
	}
}

var (
	aType      = object(map[string]rule{"id!": aText, "name": aText}, false)
	typeOrID   = either(aType, aText)
	withID     = like(`\{\{id\}\}`)
	viewRule   = object(map[string]rule{"url!": withID}, false)
	suggesting = object(map[string]rule{"service_url": aText, "service_path": aText, "flyout_service_url": aText, "flyout_service_path": like(`\$\{id\}`)}, false)
	suggested  = map[string]rule{"id!": aText, "name!": aText, "description": aText}
)

func setting(kind string, more map[string]rule) rule {
	keys := map[string]rule{"type!": like("^" + kind + "$"), "label!": aText, "name!": aText, "help_text": aText}
	for k, r := range more {
		keys[k] = r
	}
	return object(keys, false)
}

var rules02 = map[string]rule{
	"manifest": object(map[string]rule{
		"versions!": func(at string, v any) []string {
			if list, ok := v.([]any); !ok || !slices.Contains(list, any("0.2")) {
				return []string{at + " are without 0.2"}
			}
			return each(aText)(at, v)
		},
		"name!": aText, "identifierSpace!": aText, "schemaSpace!": aText, "documentation": aText, "serviceVersion": aText, "logo": aText,
		// The definition of an API key in version 2 of OpenAPI, to which the schema refers.
		"authentication": object(map[string]rule{"type!": like("^apiKey$"), "name!": aText, "in!": like("^(header|query)$"), "description": aText}, true),
		"view":           viewRule, "feature_view": viewRule, "defaultTypes": each(typeOrID),
		"suggest": object(map[string]rule{"entity": suggesting, "property": suggesting, "type": suggesting}, false),
		"preview": object(map[string]rule{"url!": withID, "width!": whole, "height!": whole}, false),
		"extend": object(map[string]rule{
			"propose_properties": object(map[string]rule{"service_url": aText, "service_path": aText}, false),
			"property_settings": each(either(setting("number", map[string]rule{"default": aNumber}), setting("text", map[string]rule{"default": aText}), setting("checkbox", map[string]rule{"default": aTruth}),
				setting("select", map[string]rule{"default": aText, "choices!": each(object(map[string]rule{"value!": aText, "name!": aText}, false))}))),
		}, false),
	}, false),
	"results": every(object(map[string]rule{"result!": each(object(map[string]rule{
		"id!": aText, "name!": aText, "description": aText, "score!": aNumber, "match": aTruth, "type": each(typeOrID),
		"features": each(object(map[string]rule{"id": aText, "value": either(aTruth, aNumber)}, false)),
	}, false))}, false)),
	"entities":   object(map[string]rule{"result!": each(object(map[string]rule{"id!": aText, "name!": aText, "description": aText, "notable": each(typeOrID)}, false))}, false),
	"properties": object(map[string]rule{"result!": each(object(suggested, false))}, false),
	"types":      object(map[string]rule{"result!": each(typeOrID)}, false),
	"extension": object(map[string]rule{
		"meta!": each(object(map[string]rule{"id!": aText, "name!": aText, "type": aType, "service": like("^https?://")}, false)),
		"rows!": every(every(each(either(
			object(nil, true),
			object(map[string]rule{"id!": aText, "name!": aText, "description": aText}, true),
			object(map[string]rule{"str!": aText}, true),
			object(map[string]rule{"float!": aNumber}, true),
			object(map[string]rule{"int!": whole}, true),
			object(map[string]rule{"date!": like(`^-?\d{4,}-(1[0-2]|0[1-9])-(3[01]|0[1-9]|[12]\d)T(2[0-3]|[01]\d):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](2[0-3]|[01]\d):[0-5]\d)?$`)}, true),
		)))),
	}, false),
}

// breaches says how a document breaks the rules of its kind.
func breaches(kind string, doc any) []string {
	return rules02[kind](kind, doc)
}

// TestRules02: the checker finds what it is there to find.
func TestRules02(t *testing.T) {
	parse := func(text string) any {
		t.Helper()
		return unmarshal(t, text)
	}
	manifest := `{"versions":["0.2"],"name":"n","identifierSpace":"i","schemaSpace":"s"`
	for _, tt := range []struct {
		kind, doc string
		good      bool
	}{
		{"manifest", manifest + `}`, true},
		{"manifest", `{"versions":["0.1"],"name":"n","identifierSpace":"i","schemaSpace":"s"}`, false},
		{"manifest", `{"versions":["0.2"],"name":"n","identifierSpace":"i"}`, false},
		{"manifest", manifest + `,"view":{"url":"http://x/"}}`, false},
		{"manifest", manifest + `,"preview":{"url":"http://x/{{id}}","width":1.5,"height":2}}`, false},
		{"manifest", manifest + `,"suggest":{"entity":{"flyout_service_path":"/x?id={{id}}"}}}`, false},
		{"manifest", manifest + `,"defaultTypes":["Person",{"name":"no id"}]}`, false},
		{"manifest", manifest + `,"extend":{"property_settings":[{"type":"number","default":"0","label":"l","name":"n"}]}}`, false},
		{"manifest", manifest + `,"extend":{"property_settings":[{"type":"select","label":"l","name":"n","choices":[{"value":"v","name":"n"}]}]}}`, true},
		{"results", `{"q":{"result":[{"id":"1","name":"n","score":1}]}}`, true},
		{"results", `{"q":{"result":[{"id":1,"name":"n","score":1}]}}`, false},
		{"results", `{"q":{"result":[{"id":"1","name":"n"}]}}`, false},
		{"results", `{"q":{}}`, false},
		{"results", `{"q":{"result":[{"id":"1","name":"n","score":1,"features":[{"id":"f","value":"high"}]}]}}`, false},
		{"results", `{"q":{"result":[{"id":"1","name":"n","score":1,"type":[{"name":"no id"}]}]}}`, false},
		{"entities", `{"result":[{"id":"1","name":"n","notable":["Person"]}]}`, true},
		{"entities", `{"result":[{"id":"1"}]}`, false},
		{"properties", `{"results":[]}`, false},
		{"types", `{"result":["Person",{"id":"Company"}]}`, true},
		{"types", `{"result":[1]}`, false},
		{"extension", `{"meta":[{"id":"a","name":"A"}],"rows":{"1":{"a":[{"str":"x"},{},{"int":1},{"float":1.5},{"date":"2024-01-01T00:00:00Z"},{"id":"2","name":"n"}]}}}`, true},
		{"extension", `{"meta":[],"rows":{"1":{"a":[{"str":"x","id":"1"}]}}}`, false},
		{"extension", `{"meta":[],"rows":{"1":{"a":[{"date":"2024"}]}}}`, false},
		{"extension", `{"meta":[],"rows":{"1":{"a":"x"}}}`, false},
		{"extension", `{"rows":{}}`, false},
	} {
		if got := breaches(tt.kind, parse(tt.doc)); (len(got) == 0) != tt.good {
			t.Errorf("%s %s: %v", tt.kind, tt.doc, got)
		}
	}
}
