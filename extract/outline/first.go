package outline

import (
	"bytes"
	"encoding/json"
	"strings"

	"overt/extract"
)

// maxTop bounds how many keys of an object are looked at.
const maxTop = 10_000

// topKeys lists the keys of the outermost object, or of the first one in a
// list, as far as the head goes.
func topKeys(head []byte) map[string]bool {
	have := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(head))
	depth, base, key := 0, 1, false
	for len(have) < maxTop {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth == 1 && tok == json.Delim('[') {
				base = 2
			}
			key = depth == base && tok == json.Delim('{')
			continue
		case json.Delim('}'), json.Delim(']'):
			if depth--; depth < base {
				return have
			}
			key = depth == base
			continue
		}
		if depth != base {
			continue
		}
		if name, ok := tok.(string); ok && key {
			have[name] = true
		}
		key = !key
	}
	return have
}

// lists are the keys under which answers and packages hold their records. "*"
// is any key.
var lists = [][]string{{"entities"}, {"results"}, {"statements"}, {"responses", "*", "results"}}

// first reads the first record; nil when there is none.
func first(head []byte, fields []string) *extract.First {
	o, rows, listed := firstObject(head)
	if o == nil {
		return nil
	}
	f := &extract.First{Rows: rows, Listed: listed, Fields: map[string]extract.Field{}}
	for _, name := range fields {
		if raw := bytes.TrimSpace(o[name]); len(raw) > 0 {
			f.Fields[name] = field(raw)
		}
	}
	return f
}

func field(raw []byte) extract.Field {
	f := extract.Field{Kind: extract.OtherField}
	var members map[string]string
	switch {
	case raw[0] == '"':
		f.Kind = extract.TextField
		_ = json.Unmarshal(raw, &f.Text) // it was read before
		f.Text = named(f.Text)
	case raw[0] == '{':
		f.Kind, f.Texts = extract.ObjectField, -1
		if json.Unmarshal(raw, &members) == nil {
			f.Texts = len(members)
		}
	case string(raw) == "null":
		f.Kind = extract.NullField
	}
	return f
}

func firstObject(head []byte) (object map[string]json.RawMessage, rows string, listed bool) {
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 {
		return nil, "", false
	}
	if head[0] == '[' {
		return firstOf(json.NewDecoder(bytes.NewReader(head)), nil), "", true
	}
	for _, keys := range lists {
		if object = firstOf(json.NewDecoder(bytes.NewReader(head)), keys); object != nil {
			return object, "/" + strings.Join(keys, "/") + "/*", true
		}
	}
	if json.NewDecoder(bytes.NewReader(head)).Decode(&object) != nil {
		return nil, "", false
	}
	return object, "", false
}

// firstOf goes down the keys to a list and reads its first element.
func firstOf(d *json.Decoder, keys []string) (object map[string]json.RawMessage) {
	token, err := d.Token()
	if err != nil {
		return nil
	}
	if len(keys) == 0 {
		if token != json.Delim('[') || !d.More() || d.Decode(&object) != nil {
			return nil
		}
		return object
	}
	if token != json.Delim('{') {
		return nil
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil
		}
		if keys[0] == "*" || key == keys[0] {
			return firstOf(d, keys[1:])
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return nil
		}
	}
	return nil
}
