// Package value reads what is compared beside names: addresses, telephone
// numbers, dates, identifiers, mail addresses, hosts and other text, and says
// how like two of one sort are.
//
// Each sort has a parse that never fails, keys to look candidates up by, and a
// symmetric comparison whose levels are ordered from the strongest to the
// weakest. Sex, religion, origin, health and whereabouts have no comparison and
// get none.
package value

// A Level says how two values agree. Levels of one sort are ordered from the
// strongest to the weakest; Missing, the zero one, stands for nothing to compare.
type Level uint8

// Missing is the level of every sort when a side has no value.
const Missing Level = 0

// A Result says how like two values are.
type Result struct {
	Level Level
	Norm  string  // what to look up for the frequency of what agrees
	Bits  float64 // graded evidence inside the level, in [-4,+4]; 0 if none
	Why   string  // in words, for people
}

// A Family is a sort of blocking key.
type Family uint8

const (
	KeyWhole Family = iota // the value: an identifier, a number, a day
	KeyNear                // what values one slip apart share
	KeyPart                // a part: a postcode, a street, a rare word
	Families               // how many there are
)

// Frequencies tells how common a word is among the values of one sort, as a
// share in (0,1]. Nil stands for no knowledge.
type Frequencies interface {
	Token(norm string) float64
}

// A Sort is a sort of value.
type Sort uint8

const (
	SortAddress Sort = iota
	SortPhone
	SortDate
	SortIdentifier
	SortEmail
	SortHost
	SortText
	Sorts
)

func (s Sort) String() string {
	return [...]string{"address", "phone", "date", "identifier", "email", "host", "text"}[s]
}

var levelNames = [Sorts][]string{
	SortAddress:    {"missing", "equal", "postcode and number equal", "street and number equal", "street equal", "place equal", "words shared", "other numbers", "nothing shared"},
	SortPhone:      {"missing", "equal", "equal without country", "same exchange", "differ"},
	SortDate:       {"missing", "equal day", "day and month exchanged", "one digit", "equal month", "equal year", "a year apart", "differ"},
	SortIdentifier: {"missing", "equal and valid", "equal", "one slip", "differ"},
	SortEmail:      {"missing", "equal", "same mailbox", "one slip", "same host", "differ"},
	SortHost:       {"missing", "equal", "same site", "differ"},
	SortText:       {"missing", "equal", "most words shared", "words shared", "few words shared", "nothing shared"},
}

// Levels names the levels of a sort, from Missing to the weakest.
func Levels(s Sort) []string { return levelNames[s] }
