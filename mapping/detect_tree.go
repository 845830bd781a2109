package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"overt/extract"
	"overt/ftm"
)

// known tells the formats that the pipeline reads itself by their first
// values. Formats that are tables are known by their columns, as packs are.
var known = map[string]func(Head, *ftm.Model) (Candidate, bool){
	"ftm":             byEntity,
	"ftm-delta":       byDelta,
	"ftm-delta-index": byDeltaIndex,
	"bods":            byBODS,
}

// Native gives the header of a format that the pipeline reads itself, by the
// format's name or the header's; nil when there is none.
func Native(name string) (header *Mapping, format string) {
	packs, err := Packs()
	if err != nil {
		return nil, ""
	}
	for _, m := range packs {
		if n := m.detect.native; n != "" && (n == name || m.Name == name) {
			return m, n
		}
	}
	return nil, ""
}

// lists are the keys under which answers and packages hold their records. "*"
// is any key.
var lists = [][]string{{"entities"}, {"results"}, {"statements"}, {"responses", "*", "results"}}

// FirstObject reads the first record in the head of a tree: the first value, the
// first element of a list, or that of one of the keys under which answers hold
// their records. rows is the selector of all of them.
func FirstObject(head []byte) (object map[string]json.RawMessage, rows string, ok bool) {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 {
		return nil, "", false
	}
	if head[0] == '[' {
		object, ok = firstOf(json.NewDecoder(bytes.NewReader(head)), nil)
		return object, "", ok
	}
	for _, keys := range lists {
		if object, ok = firstOf(json.NewDecoder(bytes.NewReader(head)), keys); ok {
			return object, "/" + strings.Join(keys, "/") + "/*", true
		}
	}
	ok = json.NewDecoder(bytes.NewReader(head)).Decode(&object) == nil && object != nil
	return object, "", ok
}

// firstOf goes down the keys to a list and reads its first element.
func firstOf(d *json.Decoder, keys []string) (object map[string]json.RawMessage, ok bool) {
	token, err := d.Token()
	if err != nil {
		return nil, false
	}
	if len(keys) == 0 {
		ok = token == json.Delim('[') && d.More() && d.Decode(&object) == nil && object != nil
		return object, ok
	}
	if token != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		if keys[0] == "*" || key == keys[0] {
			return firstOf(d, keys[1:])
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return nil, false
		}
	}
	return nil, false
}

func text(raw json.RawMessage) string {
	var s string
	_ = json.Unmarshal(raw, &s) // what is no text is none
	return s
}

// isEntity says whether an object is an entity, and how sure that is.
func isEntity(o map[string]json.RawMessage, model *ftm.Model) (schema string, score float64) {
	schema = text(o["schema"])
	if text(o["id"]) == "" || schema == "" || o["entity_id"] != nil { // that would be a statement
		return "", 0
	}
	if p := bytes.TrimSpace(o["properties"]); len(p) > 0 && p[0] != '{' && string(p) != "null" {
		return "", 0
	}
	switch {
	case model.Schema(schema) != nil:
		return schema, 0.9
	case o["properties"] != nil:
		return schema, 0.7 // of a newer model
	}
	return "", 0
}

func byEntity(h Head, model *ftm.Model) (Candidate, bool) {
	o, rows, ok := FirstObject(h.Bytes)
	schema, score := isEntity(o, model)
	if !ok || score == 0 {
		return Candidate{}, false
	}
	return Candidate{Score: score, Rows: rows, Reason: "the first record is an entity with the schema " + schema}, true
}

// byDelta knows changes by their first line, and a file without a byte by its
// name: on some days nothing changes.
func byDelta(h Head, _ *ftm.Model) (Candidate, bool) {
	if h.Info.Format == extract.Empty {
		ok := strings.HasSuffix(strings.ToLower(h.Name), ".delta.json")
		return Candidate{Score: 0.7, Reason: "an empty file whose name says that it holds changes"}, ok
	}
	o, rows, ok := FirstObject(h.Bytes)
	op := text(o["op"])
	if !ok || op == "" || len(o["entity"]) == 0 {
		return Candidate{}, false
	}
	return Candidate{Score: 0.9, Rows: rows, Reason: fmt.Sprintf("the first record is a change (%.10q) of an entity", op)}, true
}

func byDeltaIndex(h Head, _ *ftm.Model) (Candidate, bool) {
	var index struct {
		Versions map[string]string `json:"versions"`
		Updated  string            `json:"updated_at"`
	}
	err := json.NewDecoder(bytes.NewReader(h.Bytes)).Decode(&index)
	if err != nil || index.Versions == nil || index.Updated == "" {
		return Candidate{}, false
	}
	return Candidate{Score: 0.8, Reason: fmt.Sprintf("an index of %d files of changes", len(index.Versions))}, true
}

// byBODS knows statements of 0.4 by recordType, and those of 0.1 to 0.3 by
// statementType.
func byBODS(h Head, _ *ftm.Model) (Candidate, bool) {
	o, rows, ok := FirstObject(h.Bytes)
	if !ok {
		return Candidate{}, false
	}
	switch {
	case text(o["statementId"]) != "" && text(o["recordType"]) != "":
	case text(o["statementID"]) != "" && strings.HasSuffix(text(o["statementType"]), "Statement"):
	default:
		return Candidate{}, false
	}
	return Candidate{Score: 0.9, Rows: rows, Reason: "the first record is a statement of the Beneficial Ownership Data Standard"}, true
}
