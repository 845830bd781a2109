package mention

import (
	"errors"
	"strings"

	"overt/internal/language"
)

// A rule says in which case a name must stand in a text.
type rule uint8

const (
	anyCase  rule = iota
	capitals      // the words of the mask begin with capitals
	exact         // the capitals are those of the mask, by letter
)

// A manner is how a name is to be found.
type manner struct {
	rule     rule
	mask     uint64
	everyday bool // among capitals it is not told from the everyday word
}

// Why a name is not admitted.
var (
	ErrNoWord   = errors.New("it has no letter or digit")
	ErrLong     = errors.New("it has more than 64 words, or a word of more than 64 bytes")
	ErrLetter   = errors.New("it is one letter")
	ErrNumber   = errors.New("it is a number alone")
	ErrFunction = errors.New("it consists of function words")
	ErrEveryday = errors.New("it is an everyday word without a capital")
	ErrFrequent = errors.New("ordinary text is full of it")
	ErrID       = errors.New("its entity has no id, or one of more than 1024 bytes")
)

const (
	maxWords = 64
	maxID    = 1024
)

// admit says how a name is to be found, or why it is not: what it would hit is
// mostly something else.
func admit(e Entry) (key []string, how manner, err error) {
	key, list, ok := keyOf(e.Text)
	switch {
	case e.Entity == "" || len(e.Entity) > maxID:
		return nil, how, ErrID
	case !ok || len(key) > maxWords:
		return nil, how, ErrLong
	case len(key) == 0:
		return nil, how, ErrNoWord
	case len(key) == 1 && isOneLetter(key[0]):
		return nil, how, ErrLetter
	case all(key, isNumber):
		return nil, how, ErrNumber
	}
	how.everyday = len(key) == 1 && (language.IsEveryday(key[0]) || isFunction(key[0]))
	switch {
	case e.Kind == Identifier:
		return key, manner{}, nil
	case isAcronym(e, key, list):
		how.rule, how.mask = exact, caseMask(e.Text)
		return key, how, nil
	case all(key, isFunction):
		return nil, how, ErrFunction
	case len(key) == 1 && capitalFrequent[key[0]]:
		return nil, how, ErrFrequent
	case !needsCapitals(key):
		return key, manner{}, nil
	}
	how.rule = capitals
	for i, word := range list {
		if word.flags&upperFirst != 0 && (len(key) == 1 || !language.IsFunctionWord(key[i])) {
			how.mask |= 1 << i
		}
	}
	if how.mask == 0 {
		return nil, how, ErrEveryday
	}
	return key, how, nil
}

// needsCapitals says whether a name could be something else in small letters:
// one word that is everyday or short, or several that all are everyday.
func needsCapitals(key []string) bool {
	return all(key, isPlain) && (len(key) > 1 || language.IsEveryday(key[0]) || len(key[0]) < 6)
}

// isPlain holds for what could be an everyday word of a language with capitals.
func isPlain(word string) bool {
	if len(word) < 6 {
		return word[0] < 0x80
	}
	return language.IsEveryday(word) || isNumber(word)
}

// isAcronym holds for what is said to be one, for two or three capitals, for
// four that are an everyday word too, and for short words of mixed case (DoD).
func isAcronym(e Entry, key []string, list []word) bool {
	if e.Kind == Acronym {
		return caseMask(e.Text) != 0
	}
	if len(key) != 1 || list[0].flags&upperFirst == 0 || len(key[0]) > 4 {
		return false
	}
	if list[0].flags&hasLower != 0 {
		return caseMask(e.Text) != 1 // more than a first capital
	}
	return len(key[0]) < 4 || language.IsEveryday(key[0])
}

func isOneLetter(word string) bool {
	for i := range word {
		if i > 0 {
			return false
		}
	}
	return true
}

func isNumber(word string) bool { return strings.Trim(word, "0123456789") == "" }

func isFunction(word string) bool { return language.IsFunctionWord(word) }

func all(list []string, holds func(string) bool) bool {
	for _, s := range list {
		if !holds(s) {
			return false
		}
	}
	return true
}

// capitalFrequent are words of which one alone, with a capital, is no name that
// can be told from the word: everyday words that stand so more than 50 times in
// a megabyte of public records (notices of the Federal Register, inventories of
// agencies; measured in TestRealFrequent), what institutions call themselves
// for short, days and months, forms of address, and legal forms.
var capitalFrequent = func() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`
		access acquisition act additionally administration administrative affairs agency analysis application artificial
		assistance automated bank benefits big board border budget case categories center centers chief circular
		classification commission communications complete consumer creating customer customs data defense department
		described detection development disposal division documentation education emergency employee energy enterprise
		evaluation expected families family federal files financial freedom general generation government health housing
		human implementation improving individuals information intelligence interior intermittent labor laboratory language
		law learning limited loan location machine maintained maintenance management manager manually military model national
		natural networks neural none notice notification number office offices operation operations output outputs
		performance personnel physical platform policies policy postal practices privacy procedure processing program
		protection public purpose quality re recognition record records register reporting research reserve review risk
		routine safeguards safety secretary section security service services single state states support system systems
		technology text tool united updated urban use users uses using yes

		academy assembly delivery association authority board bureau college committee company congress corporation council country county court
		directorate district foundation group hospital house institute institution justice ministry organization parliament party police
		president senate society treasury university

		january february march april may june july august september october november december
		jan feb mar apr jun jul aug sep sept oct nov dec
		monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
		mr mrs ms dr prof sir inc llc ltd corp co gmbh plc`) {
		words[w] = true
	}
	return words
}()
