package ftm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// An Entity is a thing or a link with its values, in the published JSON shape.
// Properties hold lists of texts; references are ids of other entities. The
// context fields are what applications add; a nil slice, an empty text or a
// nil Target is left out when written. Extra keeps every other top-level key
// as it came.
type Entity struct {
	ID         EntityID
	Schema     string
	Properties map[string][]string

	Caption    string
	Datasets   []string
	Referents  []EntityID // ids that were merged into this one
	FirstSeen  string
	LastSeen   string
	LastChange string
	Target     *bool

	Extra map[string]json.RawMessage
}

// First gives the first value of a property, "" if there is none.
func (e *Entity) First(prop string) string {
	if values := e.Properties[prop]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Add appends a value to a property unless it is there already, and says
// whether it did. Empty values are not added.
func (e *Entity) Add(prop, value string) bool {
	if value == "" || slices.Contains(e.Properties[prop], value) {
		return false
	}
	if e.Properties == nil {
		e.Properties = map[string][]string{}
	}
	e.Properties[prop] = append(e.Properties[prop], value)
	return true
}

// MarshalJSON writes e in one line with sorted keys; values keep their order.
// The same entity gives the same bytes.
func (e *Entity) MarshalJSON() ([]byte, error) {
	fields := make(map[string]any, 10+len(e.Extra))
	for key, raw := range e.Extra {
		fields[key] = raw
	}
	put := func(key string, value any, present bool) {
		if present {
			fields[key] = value
		}
	}
	properties := e.Properties
	if properties == nil {
		properties = map[string][]string{}
	}
	put("id", e.ID, true)
	put("schema", e.Schema, true)
	put("properties", properties, true)
	put("caption", e.Caption, e.Caption != "")
	put("datasets", e.Datasets, e.Datasets != nil)
	put("referents", e.Referents, e.Referents != nil)
	put("first_seen", e.FirstSeen, e.FirstSeen != "")
	put("last_seen", e.LastSeen, e.LastSeen != "")
	put("last_change", e.LastChange, e.LastChange != "")
	put("target", e.Target, e.Target != nil)
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(fields); err != nil {
		return nil, fmt.Errorf("write entity %s: %w", e.ID, err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// UnmarshalJSON reads an entity. An id and a schema are required; whether the
// schema and the properties exist in a model is not looked at. A property may
// be a list, or a single value; numbers and booleans are taken as their text.
// A context field of another type than expected (null, say) is kept in Extra.
func (e *Entity) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*e = Entity{}
	if err := json.Unmarshal(fields["id"], &e.ID); err != nil || e.ID == "" {
		return errors.New("entity has no id")
	}
	if err := json.Unmarshal(fields["schema"], &e.Schema); err != nil || e.Schema == "" {
		return errors.New("entity has no schema")
	}
	properties, err := readProperties(fields["properties"])
	if err != nil {
		return err
	}
	e.Properties = properties
	for _, key := range []string{"id", "schema", "properties"} {
		delete(fields, key)
	}
	e.takeContext(fields)
	if len(fields) > 0 {
		e.Extra = fields
	}
	return nil
}

// takeContext moves the known context fields out of fields where they can be
// written back as they were.
func (e *Entity) takeContext(fields map[string]json.RawMessage) {
	take := func(key string, into any, kept func() bool) {
		raw, ok := fields[key]
		if ok && json.Unmarshal(raw, into) == nil && kept() {
			delete(fields, key)
		}
	}
	text := func(key string, into *string) {
		take(key, into, func() bool { return *into != "" })
	}
	text("caption", &e.Caption)
	text("first_seen", &e.FirstSeen)
	text("last_seen", &e.LastSeen)
	text("last_change", &e.LastChange)
	take("target", &e.Target, func() bool { return e.Target != nil })
	var datasets []*string
	take("datasets", &datasets, func() bool { return derefAll(datasets, &e.Datasets) })
	var referents []*EntityID
	take("referents", &referents, func() bool { return derefAll(referents, &e.Referents) })
}

// derefAll fails on a null, which a list of texts could not write back.
func derefAll[T any](from []*T, to *[]T) bool {
	if from == nil || slices.Contains(from, nil) {
		return false
	}
	*to = make([]T, len(from))
	for i, p := range from {
		(*to)[i] = *p
	}
	return true
}

func readProperties(raw json.RawMessage) (map[string][]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return map[string][]string{}, nil
	}
	var plain map[string][]string
	if err := json.Unmarshal(raw, &plain); err == nil && !hasNull(raw, plain) {
		return plain, nil
	}
	var mixed map[string]json.RawMessage
	if err := json.Unmarshal(raw, &mixed); err != nil {
		return nil, errors.New("properties is not an object")
	}
	out := make(map[string][]string, len(mixed))
	for name, value := range mixed {
		values, err := readValues(value)
		if err != nil {
			return nil, fmt.Errorf("property %q: %w", name, err)
		}
		out[name] = values
	}
	return out, nil
}

// hasNull looks for nulls, which encoding/json reads as empty texts: only
// there can the quick way have gone wrong.
func hasNull(raw json.RawMessage, plain map[string][]string) bool {
	if !bytes.Contains(raw, []byte("null")) {
		return false
	}
	for _, values := range plain {
		if values == nil || slices.Contains(values, "") {
			return true
		}
	}
	return false
}

// readValues reads a list or a single value; nulls are no values.
func readValues(raw json.RawMessage) ([]string, error) {
	list := []json.RawMessage{raw}
	if len(raw) > 0 && raw[0] == '[' {
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
	}
	values := make([]string, 0, len(list))
	for _, item := range list {
		switch item[0] {
		case '"':
			var s string
			if err := json.Unmarshal(item, &s); err != nil {
				return nil, err
			}
			values = append(values, s)
		case '{', '[':
			return nil, errors.New("nested values are not read")
		case 'n':
		default:
			values = append(values, string(item))
		}
	}
	return values, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
