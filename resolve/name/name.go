// Package name reads names of organisations, public bodies, persons and things,
// and says how like two of them are.
//
// A name is parsed once into a Form: tokens with their roles, the legal form,
// numbers, places, and other names that stand inside the text. Keys gives what a
// search for candidates looks up, Compare the level on which two forms agree,
// with the reason in words. What a level is worth is for those who call: levels
// are ordered, weights are learned.
//
// Everything is a pure function of the text, the hint and the tables in this
// package (tables/README.md says where they are from).
package name

import "strings"

// A Kind says by which rules a name is read.
type Kind uint8

const (
	Organisation Kind = iota
	PublicBody        // found by Parse among organisations
	Person
	Thing // vessels, products, titles, and what is none of the others
)

func (k Kind) String() string {
	return [...]string{"organisation", "public body", "person", "thing"}[k]
}

// A Hint is what is known beside the text of a name.
type Hint struct {
	Countries []string // ISO 3166-1 alpha-2, lower case, of the one who bears the name
	Prop      string   // FollowTheMoney property: "name", "alias", "firstName", …
}

// Parts are the names of a person as a source keeps them apart. Each may hold
// several words, and be empty.
type Parts struct {
	First, Middle, Father, Mother, Last string
	Title, Suffix                       string
	Countries                           []string
}

// A Role is what a token does in its name.
type Role uint8

const (
	Core       Role = iota // tells this name from others
	Weak                   // stands in very many names: group, international, holding
	Place                  // country, state, large city
	Number                 // digits, roman numeral or number word
	Joiner                 // and, of, the
	Legal                  // part of the legal form
	Given                  // given name
	Patronymic             // from the father's name, or a further given name
	Surname                // family name
	Initial                // one letter that stands for a name
	Particle               // de, van, bin, al
	Title                  // Dr, Hajj, President
)

// A Token is one word of a name.
type Token struct {
	Norm  string // latinised, folded, abbreviations written out: "department"
	Sound string // phonetic-normal form: spellings of one word meet in it
	Role  Role
	Value int32 // of a Number; -1 else
	Loose bool  // Sound is a weak rendering of a script that is not spelt by sound

	latin  string // Norm, or where Loose a rendering of it, in Latin letters
	bones  bones  // skeleton of latin
	person int32  // where the tables have what the name stands for, 0 if nowhere
	hangul bool   // written in Korean letters
	trade  bool   // tells what one does, not who one is
	set    uint32 // its letters, to see at once that two words are not alike
}

// An AlternateKind says what another name inside the text is.
type AlternateKind uint8

const (
	TradeName AlternateKind = iota // d/b/a, t/a
	Alias                          // a/k/a, or names with a slash between
	Former                         // f/k/a, formerly
	Short                          // acronym in parentheses, or beside the name
	Parent                         // what a sub-unit belongs to: not the same, but related
	CareOf                         // c/o: somebody else, never compared
)

func (k AlternateKind) String() string {
	return [...]string{"trade name", "alias", "former name", "short form", "body above", "care of"}[k]
}

// An Alternate is another name found in the text of one.
type Alternate struct {
	Kind AlternateKind
	Form *Form
}

// A Form is a parsed name. It does not change after Parse and may be shared.
type Form struct {
	Text       string
	Kind       Kind
	Tokens     []Token // in the order of the text, without legal form and titles
	Legal      string  // legal form as compared, "gmbh"; "" if none
	Class      string  // generic class of the legal form, "llc"; "" if none
	Alternates []Alternate

	key     string // core tokens sorted, joined with blanks
	full    uint64 // hash of key without blanks
	joined  uint64 // hash of the tokens without joiners in order
	whole   uint64 // hash of all tokens in order
	letters int    // of key, without blanks
	acronym []string
	mask    uint64 // letters pairs of sounds, to see at once that two names share nothing
	known   bool   // roles of a person's tokens are known, not guessed

	loose        bool // a token is Loose
	initial      bool // a token is an Initial
	generation   int  // of Jr, III; 0 if none
	syllables    bool // of short syllables, as Chinese and Korean names: another letter is another name
	countries    []string
	legalInitial byte // for acronyms: the C of Corporation
}

// Norm is the normal form of the name: its core, sorted, by which the frequency
// of names is counted. It is "" when nothing in the text is a name.
func (f *Form) Norm() string { return f.key }

// Empty says whether the text has nothing to compare.
func (f *Form) Empty() bool { return f.key == "" && !f.initial }

// Bounds of one name: what is longer is cut.
const (
	maxRunes      = 2048
	maxTokens     = 256
	maxAlternates = 8
)

// Parse reads a name. It never fails: what is no name gives an empty form.
func Parse(text string, kind Kind, h Hint) *Form {
	switch kind {
	case Person:
		return parsePerson(text, h)
	case Thing:
		return parseThing(text)
	default:
		return parseOrganisation(text, h)
	}
}

// Frequencies tells how common a name is among the records at hand, as a share
// in (0,1]. Nil stands for no knowledge.
type Frequencies interface {
	Token(norm string) float64
	Full(norm string) float64
}

// A Result says how like two names are.
type Result struct {
	Kind     Kind    // by whose levels Level is read
	Level    Level   // Missing when a side has no name
	Norm     string  // what to look up for the frequency of what agrees
	Bits     float64 // graded evidence inside the level, in [-4,+4]; 0 if none
	Related  bool    // parent, subsidiary, sub-unit or sister: not the same, not strangers
	Conflict bool    // names in a series with other numbers: Fund V, Fund VI
	Why      string  // in words, for people
}

// Compare says how like two names are. It is symmetric. f may be nil.
func Compare(a, b *Form, f Frequencies) Result {
	if before(b, a) {
		a, b = b, a
	}
	r := compareForms(a, b, f)
	if len(a.Alternates) == 0 && len(b.Alternates) == 0 {
		return r
	}
	return bestOfAlternates(r, a, b, f)
}

func (f *Form) String() string {
	var b strings.Builder
	for i, t := range f.Tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.Norm)
	}
	if f.Legal != "" {
		b.WriteByte(' ')
		b.WriteString(f.Legal)
	}
	return b.String()
}
