package match

import (
	"overt/resolve/name"
	"overt/resolve/value"
)

// A level is one way in which two records agree in a slot, from the strongest; m is
// the share of pairs of one entity that stand on it, u that of unrelated pairs.
// They are what we ship: where there is enough data both are learned, m near this.
type level struct{ m, u float64 }

// A bound keeps what one slot can say within bits. A slot whose values change, or
// of which an entity has several at once, says little by disagreeing.
type bound struct{ least, most float64 }

var bounds = [slots]bound{
	slotName:      {-12, 18},
	slotIdent:     {-6, 20},
	slotDate:      {-12, 14},
	slotDate2:     {-5, 12},
	slotAddress:   {-2, 11},
	slotCountry:   {-3, 3},
	slotPhone:     {-1, 12},
	slotEmail:     {-1, 14},
	slotWeb:       {-0.5, 8},
	slotReference: {0, 10},
	slotPeople:    {-4, 10},
	slotPublisher: {-2, 4},
	slotText:      {-2, 10},
	slotRole:      {-1, 4},
	slotPlace:     {-2, 8},
	slotNumber:    {-1.5, 4},
	slotOther:     {-1.5, 5},
}

// Shares on the levels of package value and package name.
var (
	identLevels = []level{{},
		value.IdentifierEqual: {.55, 1e-7}, value.IdentifierWeak: {.35, 1e-6}, value.IdentifierSlip: {.06, 2e-5}, value.IdentifierDiffer: {.04, 1}}

	dateLevels = []level{{},
		value.DateEqual: {.75, 1e-4}, value.DateExchanged: {.02, 5e-5}, value.DateDigit: {.1, .003}, value.DateMonth: {.04, .002},
		value.DateYear: {.05, .03}, value.DateNear: {.02, .05}, value.DateDiffer: {.01, .91}}

	addressLevels = []level{{},
		value.AddressEqual: {.4, 2e-4}, value.AddressPostcode: {.15, 2e-4}, value.AddressNumber: {.1, 3e-4}, value.AddressStreet: {.05, 1e-3},
		value.AddressPlace: {.1, .02}, value.AddressWords: {.08, .03}, value.AddressOther: {.05, .02}, value.AddressDiffer: {.07, .93}}

	countryLevels   = []level{{}, {.9, .2}, {.1, .8}}
	referenceLevels = []level{{}, {.5, 5e-4}, {.5, 1}}
	numberLevels    = []level{{}, {.6, .01}, {.2, .02}, {.2, .97}}

	phoneLevels = []level{{}, value.PhoneEqual: {.6, 5e-5}, value.PhoneNational: {.1, 1e-5}, value.PhoneExchange: {.05, 1e-4}, value.PhoneDiffer: {.25, 1}}
	emailLevels = []level{{},
		value.EmailEqual: {.6, 1e-5}, value.EmailMailbox: {.08, 1e-5}, value.EmailSlip: {.04, 1e-5}, value.EmailHost: {.08, .005}, value.EmailDiffer: {.2, .99}}
	hostLevels = []level{{}, value.HostEqual: {.7, 1e-4}, value.HostSite: {.05, 1e-4}, value.HostDiffer: {.25, 1}}
	textLevels = []level{{}, value.TextEqual: {.5, .001}, value.TextMost: {.2, .001}, value.TextHalf: {.17, .005}, value.TextFew: {.1, .13}, value.TextDiffer: {.03, .865}}

	personLevels = []level{{},
		name.PersonExact: {.62, 2e-6}, name.PersonReordered: {.04, 1e-6}, name.PersonSound: {.05, 4e-6},
		name.PersonTypo: {.1, 1e-5}, name.PersonNickname: {.03, 1e-5}, name.PersonExtra: {.05, 3e-5}, name.PersonInitial: {.03, 2.5e-5},
		name.PersonLoose: {.02, 1.5e-5}, name.PersonSurname: {.02, .002}, name.PersonGiven: {.02, .006}, name.PersonDisjoint: {.02, .99}}

	organisationLevels = []level{{},
		name.OrgExact: {.4, 1e-6}, name.OrgCore: {.15, 1e-6}, name.OrgExpanded: {.08, 1e-6}, name.OrgClass: {.04, 1e-6},
		name.OrgTypo: {.08, 4e-6}, name.OrgWeak: {.04, 1e-5}, name.OrgAcronym: {.02, 2e-5}, name.OrgPlace: {.04, 1e-4},
		name.OrgDistinctive: {.07, .001}, name.OrgNumber: {.005, .001}, name.OrgPartial: {.04, .01}, name.OrgDisjoint: {.035, .98}}

	thingLevels = []level{{},
		name.ThingExact: {.55, 2e-6}, name.ThingReordered: {.05, 1e-6}, name.ThingSound: {.06, 2e-6}, name.ThingTypo: {.1, 4e-6},
		name.ThingExtra: {.1, 2e-4}, name.ThingNumber: {.01, 2e-4}, name.ThingPartial: {.08, .003}, name.ThingDisjoint: {.05, .99}}
)

var levelsOf = [slots][]level{
	slotIdent: identLevels, slotDate: dateLevels, slotDate2: dateLevels, slotAddress: addressLevels, slotCountry: countryLevels,
	slotPhone: phoneLevels, slotEmail: emailLevels, slotWeb: hostLevels, slotReference: referenceLevels, slotPeople: textLevels,
	slotPublisher: textLevels, slotText: textLevels, slotRole: textLevels, slotPlace: textLevels, slotNumber: numberLevels, slotOther: textLevels,
}

// shipped gives the levels of a slot, the missing one first.
func shipped(f family, s slot) []level {
	if s != slotName {
		return levelsOf[s]
	}
	switch f {
	case familyPerson:
		return personLevels
	case familyOrganisation:
		return organisationLevels
	}
	return thingLevels
}

// aside gives the level of a slot that speaks against, wherever it stands in the
// order: other numbers in names or addresses that agree otherwise. 0 is none.
func aside(f family, s slot) int {
	switch {
	case s == slotAddress:
		return int(value.AddressOther)
	case s != slotName || f == familyPerson:
		return 0
	case f == familyOrganisation:
		return int(name.OrgNumber)
	}
	return int(name.ThingNumber)
}

// kindOf is the kind by which names of a family are read.
func kindOf(f family) name.Kind {
	switch f {
	case familyPerson:
		return name.Person
	case familyOrganisation:
		return name.Organisation
	}
	return name.Thing
}

// sorts tells by which levels of package value a slot is compared.
var sorts = [slots]value.Sort{
	slotIdent: value.SortIdentifier, slotDate: value.SortDate, slotDate2: value.SortDate, slotAddress: value.SortAddress, slotPhone: value.SortPhone,
	slotEmail: value.SortEmail, slotWeb: value.SortHost, slotPeople: value.SortText, slotPublisher: value.SortText, slotText: value.SortText,
	slotRole: value.SortText, slotPlace: value.SortText, slotOther: value.SortText,
}

// levelName is a level in words.
func levelName(f family, s slot, l int) string {
	switch s {
	case slotName:
		return name.Level(l).In(kindOf(f))
	case slotCountry, slotReference:
		return [...]string{"missing", "equal", "differ"}[l]
	case slotNumber:
		return [...]string{"missing", "equal", "nearly equal", "differ"}[l]
	}
	return value.Levels(sorts[s])[l]
}

var slotNames = [slots]string{"name", "identifier", "date", "end date", "address", "country", "telephone", "e-mail", "website", "related entity", "people", "publisher", "text", "role", "place", "number", "other"}

func (s slot) String() string { return slotNames[s] }
