package bods

import (
	"strings"

	"overt/ftm"
)

// schemes are the identifier schemes whose values the model has a word for of
// their own. The others are a company's registration number or a person's
// number.
var schemes = map[string]string{
	"XI-LEI": "leiCode", "XI-DUNS": "dunsCode", "US-DUNS": "dunsCode", "US-UEI": "uniqueEntityId", "RU-INN": "innCode", "RU-OGRN": "ogrnCode",
	"US-EIN": "taxNumber", "MX-RFC": "taxNumber", "US-CIK": "cikCode", "UA-EDR": "registrationNumber", "GB-COH": "registrationNumber",
}

// ends are what the last part of a scheme says of persons ("IRL-TAXID").
var ends = map[string]string{"TAXID": "taxNumber", "VAT": "vatCode", "PASSPORT": "passportNumber", "IDCARD": "idNumber", "TIN": "taxNumber"}

// identifiers says each under the property its scheme means.
func (r *reading) identifiers(otherwise string) {
	for _, id := range r.rec.Each(r.details + "identifiers") {
		c, ok := cell(id, "id")
		if !ok {
			continue
		}
		prop := identifierProp(r.model.Schema(r.current().Schema), text(id, "scheme"), text(id, "schemeName"))
		if prop == "" {
			prop = otherwise
		}
		r.say(prop, c)
	}
}

// identifierProp finds the property of a scheme by its code, else by its name:
// what we write is named as the model labels it. "" when neither tells.
func identifierProp(s *ftm.Schema, scheme, name string) string {
	scheme = strings.ToUpper(scheme)
	prop := schemes[scheme]
	if i := strings.LastIndexByte(scheme, '-'); prop == "" && i >= 0 {
		prop = ends[scheme[i+1:]]
	}
	if prop == "" && strings.Contains(strings.ToLower(name), "legal entity identifier") {
		prop = "leiCode"
	}
	if prop == "" && name != "" {
		for _, p := range s.SortedProperties() {
			if p.Type.Name == "identifier" && strings.EqualFold(p.Label, name) {
				prop = p.Name
				break
			}
		}
	}
	if s.Property(prop) == nil {
		return ""
	}
	return prop
}

// schemeOf is the code under which a property's values are written; "" for
// those that are named by the model's label.
func schemeOf(prop string) string {
	switch prop {
	case "leiCode":
		return "XI-LEI"
	case "innCode":
		return "RU-INN"
	case "ogrnCode":
		return "RU-OGRN"
	}
	return ""
}
