package ftm

import (
	"strings"
	"sync"
)

// A scheme is a system of identifiers. Where strong, two entities that may be
// the same by schema and have an equal value are one entity.
type scheme struct {
	name   string
	title  string // for errors
	strong bool
	clean  func(string) (string, error)
}

// schemes lists every scheme by the properties that hold it. Numbers that are
// unique only together with something else (an award number, a register
// number, a telephone) are not strong or not here at all.
var schemes = sync.OnceValue(func() map[string]*scheme {
	imo := &scheme{"imo", "IMO ship number", true, cleanIMO}
	table := map[string]*scheme{
		"leiCode":        {"lei", "LEI", true, cleanLEI},
		"uniqueEntityId": {"uei", "UEI", true, cleanUEI},
		"cageCode":       {"cage", "CAGE code", true, cleanCAGE},
		"dunsCode":       {"duns", "DUNS number", true, cleanDUNS},
		"isinCode":       {"isin", "ISIN", true, cleanISIN},
		"imoNumber":      imo,
		"innCode":        {"innru", "INN", true, cleanINN},
		"ogrnCode":       {"ogrn", "OGRN", true, cleanOGRN},
		"wikidataId":     {"wikidata", "Wikidata item", true, cleanWikidata},
		"cikCode":        {"cik", "CIK", true, cleanCIK},
		"npiCode":        {"npi", "NPI", true, cleanNPI},
		"awardKey":       {"award", "award key", true, cleanKey},
		"agencyCode":     {"agency", "agency code", true, cleanAgencyCode},
		"fedrampId":      {"fedramp", "FedRAMP identifier", true, cleanKey},

		"isin":     {"isin-security", "ISIN", true, cleanISIN},
		"figiCode": {"figi", "FIGI", true, cleanFIGI},

		"swiftBic": {"bic", "BIC", false, cleanBIC},
		"bic":      {"bic", "BIC", false, cleanBIC},
		"cgacCode": {"cgac", "CGAC code", false, padded(3)},
		"frecCode": {"frec", "FREC code", false, cleanAgencyCode},
	}
	return table
})

// SchemeOf gives the scheme of a property by its bare name, for those schemes
// whose equal values mean one entity: award, agency, cage, cik, duns, fedramp,
// figi, imo, innru, isin (of a company; isin-security of a paper), lei, npi,
// ogrn, uei, wikidata. Entities whose schemata have nothing in common
// (Model.Common) are not one, whatever their values. Prefer Property.Scheme,
// which also knows the schema.
func SchemeOf(prop string) (name string, ok bool) {
	if s := schemes()[prop]; s != nil && s.strong {
		return s.name, true
	}
	return "", false
}

// Scheme is SchemeOf for a property of a schema. It holds back where the model
// says not to match by it: the UEI in a CloudProduct is the provider's, and
// all products of the provider have it.
func (p *Property) Scheme() (name string, ok bool) {
	if p.scheme() == nil || !p.Matchable {
		return "", false
	}
	return SchemeOf(p.Name)
}

// IsGeneric says whether a value of a scheme is a filler, one character over
// and over or a count from one, that joins nothing although it is well formed.
// Contract reports know further numbers for "miscellaneous" suppliers, which
// only their names give away.
func IsGeneric(schemeName, value string) bool {
	switch schemeName {
	case "duns", "uei", "cage", "innru", "ogrn", "cik":
		return value == "" || strings.Trim(value, value[:1]) == "" || strings.HasPrefix("1234567890", value)
	}
	return false
}

// scheme gives nil for a property that only shares the name of one.
func (p *Property) scheme() *scheme {
	if p.Type.Name != "identifier" {
		return nil
	}
	s := schemes()[p.Name]
	if s != nil && s.name == "imo" && p.QName == "Organization:imoNumber" {
		return &scheme{"imo", "IMO company number", true, cleanIMOCompany}
	}
	return s
}
