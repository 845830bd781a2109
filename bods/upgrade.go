package bods

import (
	"encoding/json"
	"slices"
	"strings"
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
func (r *reading) raised(raw []byte) []byte {
	var old map[string]json.RawMessage
	if json.Unmarshal(raw, &old) != nil || old["recordType"] != nil {
		return raw
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
		raiseEntity(details)
		raiseAddresses(details)
	case person:
		raiseAddresses(details)
	case relationship:
		about = r.raiseRelationship(details)
	}
	if details["isComponent"] == nil {
		details["isComponent"] = json.RawMessage("false")
	}
	raiseVersion(out)
	out["recordId"], out["recordType"], out["recordStatus"] = encode(r.record), encode(r.kind), encode(r.status)
	out["declarationSubject"], out["recordDetails"] = encode(about), encode(details)
	return encode(out)
}

// raiseVersion says of which version the statement is now.
func raiseVersion(out map[string]json.RawMessage) {
	var publication map[string]json.RawMessage
	if json.Unmarshal(out["publicationDetails"], &publication) == nil && publication != nil {
		publication["bodsVersion"] = encode(Version)
		out["publicationDetails"] = encode(publication)
	}
}

func raiseEntity(details map[string]json.RawMessage) {
	kind := map[string]json.RawMessage{"type": details["entityType"]}
	var subtype struct {
		Category string `json:"generalCategory"`
		Term     string `json:"localTerm"`
	}
	if json.Unmarshal(details["entitySubtype"], &subtype) == nil {
		delete(details, "entitySubtype")
		if _, sub, ok := strings.Cut(subtype.Category, "-"); ok {
			kind["subtype"] = encode(sub)
		}
		if subtype.Term != "" {
			kind["details"] = encode(subtype.Term)
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
func raiseAddresses(details map[string]json.RawMessage) {
	var list []map[string]json.RawMessage
	if json.Unmarshal(details["addresses"], &list) != nil {
		return
	}
	for _, a := range list {
		var code string
		if json.Unmarshal(a["country"], &code) == nil && code != "" {
			a["country"] = encode(place{Name: code, Code: code})
		}
	}
	details["addresses"] = encode(list)
}

// raiseRelationship writes the ends by their records, and the interests in the
// words of 0.4. It gives the record of the subject.
func (r *reading) raiseRelationship(details map[string]json.RawMessage) (subject string) {
	for _, side := range []string{"subject", "interestedParty"} {
		id, _ := r.party(side)
		if id != "" {
			details[side] = encode(r.h.recordOf(id))
			continue
		}
		var unspecified map[string]json.RawMessage
		if json.Unmarshal(details[side], &unspecified) == nil && unspecified["unspecified"] != nil {
			details[side] = unspecified["unspecified"]
		}
	}
	var list []map[string]json.RawMessage
	if json.Unmarshal(details["interests"], &list) == nil {
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
