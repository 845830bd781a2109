package name

// A Level says how two names agree. Levels of one kind are ordered from the
// strongest to the weakest; Missing stands for nothing to compare.
type Level uint8

// Missing is the level of every kind when a side has no name.
const Missing Level = 0

// Levels of persons.
const (
	PersonExact     Level = iota + 1 // the same parts in the same places
	PersonReordered                  // the same parts, otherwise ordered
	PersonSound                      // the same by sound: spellings of one name
	PersonTypo                       // one slip in a long part
	PersonNickname                   // a given name stands for the other: Bill, William
	PersonExtra                      // one side has more names
	PersonInitial                    // a given name and its initial
	PersonLoose                      // alike across scripts that do not spell sounds
	PersonSurname                    // family name equal, given name another
	PersonGiven                      // given name equal, family name another
	PersonDisjoint
)

// Levels of organisations and public bodies.
const (
	OrgExact       Level = iota + 1 // core equal, legal form equal
	OrgCore                         // core equal, a legal form missing
	OrgExpanded                     // equal once abbreviations, spaces and spellings are undone
	OrgClass                        // core equal, legal form another
	OrgTypo                         // one slip in a long word
	OrgWeak                         // one side has weak words more: group, international
	OrgAcronym                      // one is the acronym of the other
	OrgPlace                        // one side has a place more
	OrgDistinctive                  // one side has a word more that tells names apart
	OrgNumber                       // other numbers in a series
	OrgPartial                      // each side has words of its own
	OrgDisjoint
)

// Levels of things.
const (
	ThingExact Level = iota + 1
	ThingReordered
	ThingSound
	ThingTypo
	ThingExtra   // one side has more words
	ThingNumber  // other numbers
	ThingPartial // more than half of the words agree
	ThingDisjoint
)

var levelNames = [...][]string{
	Organisation: {"missing", "equal", "core equal, legal form missing", "equal when written out", "core equal, legal form differs", "one slip", "weak word more", "acronym", "place more", "distinctive word more", "number differs", "both distinct", "nothing shared"},
	Person:       {"missing", "equal", "equal in other order", "equal by sound", "one slip", "nickname", "more names on one side", "initial", "alike across scripts", "family name equal, given name differs", "given name equal, family name differs", "nothing shared"},
	Thing:        {"missing", "equal", "equal in other order", "equal by sound", "one slip", "more words on one side", "number differs", "words shared", "nothing shared"},
}

// Levels names the levels of a kind, from Missing to the weakest.
func Levels(k Kind) []string {
	if k == PublicBody {
		k = Organisation
	}
	return levelNames[k]
}

// In gives the level in words.
func (l Level) In(k Kind) string { return Levels(k)[l] }

// Same says whether the names alone would have us take the two for one: the
// decision by name, at the one threshold we ship.
func (r Result) Same() bool {
	if r.Conflict || r.Related {
		return false
	}
	switch r.Kind {
	case Person:
		return r.Level >= PersonExact && r.Level <= PersonLoose
	case Thing:
		return r.Level >= ThingExact && r.Level <= ThingTypo
	default:
		return r.Level >= OrgExact && r.Level <= OrgAcronym && (r.Level != OrgClass || r.Bits > -2)
	}
}
