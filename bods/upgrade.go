package bods

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"overt/extract"
)

// moved are the fields of 0.1 to 0.3 that stand beside the record's own fields
// in 0.4; all others are the record's.
var moved = map[string]string{
	"statementID": "statementId", "statementDate": "statementDate", "annotations": "annotations",
	"publicationDetails": "publicationDetails", "source": "source",
}

// raised writes a statement of 0.1 to 0.3 as one of 0.4. Fields that 0.4 does
// not have stay among those of the record. The declaration's subject, which
// only 0.4 has, is the subject of the relationship, else the record itself.
func (r *reading) raised(j extract.JSONRecord) []byte {
	old := members(j, "")
	if old == nil || old["recordType"] != nil {
		return j.JSON("")
	}
	out, details := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for key, v := range old {
		if to := moved[key]; to != "" {
			out[to] = v
		} else if key != "statementType" && key != "replacesStatements" {
			details[key] = v
		}
	}
	about := r.record
	switch r.kind {
	case entity:
		raiseEntity(j, details)
		raiseAddresses(j, details)
	case person:
		raiseAddresses(j, details)
	case relationship:
		about = r.raiseRelationship(j, details)
	}
	if details["isComponent"] == nil {
		details["isComponent"] = json.RawMessage("false")
	}
	if publication := members(j, "publicationDetails"); publication != nil {
		publication["bodsVersion"] = encode(Version) // of which version the statement is now
		out["publicationDetails"] = encode(publication)
	}
	out["recordId"], out["recordType"], out["recordStatus"] = encode(r.record), encode(r.kind), encode(r.status)
	out["declarationSubject"], out["recordDetails"] = encode(about), encode(details)
	return encode(out)
}

// members gives what the object under a path has, each as JSON by its key; nil
// where there is no object. What is read here was checked, and is not parsed
// again.
func members(j extract.JSONRecord, path string) map[string]json.RawMessage {
	steps := j.Keys(path)
	if len(steps) == 0 && kindAt(j, path) != '{' {
		return nil
	}
	out := map[string]json.RawMessage{}
	for _, step := range steps {
		out[extract.Key(step)] = j.JSON(below(path, step))
	}
	return out
}

// objects gives the elements of the list under a path, nil for each null. It is not
// ok where there is no list, or anything else in it.
func objects(j extract.JSONRecord, path string) (list []map[string]json.RawMessage, ok bool) {
	if len(j.Keys(path)) > 0 {
		return nil, false // an object, whose keys may be numbers
	}
	list = []map[string]json.RawMessage{}
	for {
		at := below(path, strconv.Itoa(len(list)))
		item := members(j, at)
		if item == nil {
			switch kindAt(j, at) {
			case 0:
				return list, len(list) > 0 || kindAt(j, path) == '['
			case 'n':
			default:
				return nil, false
			}
		}
		list = append(list, item)
	}
}

// textAt gives the text under a path. It is not ok where something else is.
func textAt(j extract.JSONRecord, path string) (text string, ok bool) {
	switch kindAt(j, path) {
	case 0, 'n':
		return "", true
	case '"':
		return j.Cells(path)[0].Text, true
	}
	return "", false
}

// kindAt gives the byte by which the JSON under a path begins, 0 for none.
func kindAt(j extract.JSONRecord, path string) byte {
	if raw := j.JSON(path); len(raw) > 0 {
		return raw[0]
	}
	return 0
}

func below(path, step string) string {
	if path == "" {
		return step
	}
	return path + "/" + step
}

func raiseEntity(j extract.JSONRecord, details map[string]json.RawMessage) {
	kind := map[string]json.RawMessage{"type": details["entityType"]}
	category, named := textAt(j, "entitySubtype/generalCategory")
	term, told := textAt(j, "entitySubtype/localTerm")
	if at := kindAt(j, "entitySubtype"); (at == '{' || at == 'n') && named && told {
		delete(details, "entitySubtype")
		if _, sub, ok := strings.Cut(category, "-"); ok {
			kind["subtype"] = encode(sub)
		}
		if term != "" {
			kind["details"] = encode(term)
		}
	}
	details["entityType"] = encode(kind)
	if at := details["incorporatedInJurisdiction"]; at != nil && details["jurisdiction"] == nil {
		details["jurisdiction"] = at
		delete(details, "incorporatedInJurisdiction")
	}
}

// raiseAddresses writes the countries of addresses, which were codes, as 0.4
// has them.
func raiseAddresses(j extract.JSONRecord, details map[string]json.RawMessage) {
	list, ok := objects(j, "addresses")
	if !ok {
		return
	}
	for i, a := range list {
		if code, _ := textAt(j, "addresses/"+strconv.Itoa(i)+"/country"); code != "" {
			a["country"] = encode(place{Name: code, Code: code})
		}
	}
	details["addresses"] = encode(list)
}

// raiseRelationship writes the ends by their records, and the interests in the
// words of 0.4. It gives the record of the subject.
func (r *reading) raiseRelationship(j extract.JSONRecord, details map[string]json.RawMessage) (subject string) {
	for _, side := range []string{"subject", "interestedParty"} {
		id, _ := r.party(side)
		if id != "" {
			details[side] = encode(r.h.recordOf(id))
			continue
		}
		if unspecified := members(j, side)["unspecified"]; unspecified != nil {
			details[side] = unspecified
		}
	}
	if list, ok := objects(j, "interests"); ok {
		list = slices.DeleteFunc(list, func(i map[string]json.RawMessage) bool { return i == nil }) // as Each has it
		for k, i := range r.rec.Each("interests") {
			list[k]["type"] = encode(interestType(i))
			if level := list[k]["interestLevel"]; level != nil {
				list[k]["directOrIndirect"] = level
				delete(list[k], "interestLevel")
			}
		}
		details["interests"] = encode(list)
	}
	id, _ := r.party("subject")
	if id = r.h.recordOf(id); id == "" {
		id = r.record
	}
	return id
}
