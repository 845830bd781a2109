package mapping

import (
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

// fields are what the formats are told by, of the first record.
var fields = []string{
	"id", "schema", "entity_id", "properties", "op", "entity", "versions", "updated_at",
	"statementId", "recordType", "statementID", "statementType",
}

// fieldsOf gives the first record of JSON and the selector of all of them.
func fieldsOf(h Head) (object map[string]extract.Field, rows string) {
	if h.Outline.First == nil {
		return nil, ""
	}
	return h.Outline.First.Fields, h.Outline.First.Rows
}

// isEntity says whether an object is an entity, and how sure that is.
func isEntity(o map[string]extract.Field, model *ftm.Model) (schema string, score float64) {
	schema = o["schema"].Text
	if o["id"].Text == "" || schema == "" || o["entity_id"].Kind != "" { // that would be a statement
		return "", 0
	}
	properties := o["properties"].Kind
	switch {
	case properties == extract.TextField || properties == extract.OtherField:
	case model.Schema(schema) != nil:
		return schema, 0.9
	case properties != "":
		return schema, 0.7 // of a newer model
	}
	return "", 0
}

func byEntity(h Head, model *ftm.Model) (Candidate, bool) {
	o, rows := fieldsOf(h)
	schema, score := isEntity(o, model)
	if score == 0 {
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
	o, rows := fieldsOf(h)
	op := o["op"].Text
	if op == "" || o["entity"].Kind == "" {
		return Candidate{}, false
	}
	return Candidate{Score: 0.9, Rows: rows, Reason: fmt.Sprintf("the first record is a change (%.10q) of an entity", op)}, true
}

func byDeltaIndex(h Head, _ *ftm.Model) (Candidate, bool) {
	o, _ := fieldsOf(h)
	versions := o["versions"]
	if versions.Kind != extract.ObjectField || versions.Texts < 0 || o["updated_at"].Text == "" || h.Outline.First.Listed {
		return Candidate{}, false
	}
	return Candidate{Score: 0.8, Reason: fmt.Sprintf("an index of %d files of changes", versions.Texts)}, true
}

// byBODS knows statements of 0.4 by recordType, and those of 0.1 to 0.3 by
// statementType.
func byBODS(h Head, _ *ftm.Model) (Candidate, bool) {
	o, rows := fieldsOf(h)
	switch {
	case o["statementId"].Text != "" && o["recordType"].Text != "":
	case o["statementID"].Text != "" && strings.HasSuffix(o["statementType"].Text, "Statement"):
	default:
		return Candidate{}, false
	}
	return Candidate{Score: 0.9, Rows: rows, Reason: "the first record is a statement of the Beneficial Ownership Data Standard"}, true
}
