package mention

import (
	"strings"

	"overt/ftm"
	"overt/internal/language"
	"overt/statement"
)

// A Naming is one way in which entities are called: a name or an identifier as
// a statement has it, letter for letter. It says of no entity that it is called
// so: that is asked of the statements that a reader sees.
type Naming struct {
	Kind  NameKind
	Body  bool   // of an organisation, whose legal form people leave out
	Value string // of the statement
	Key   string // under which the statements are looked up
}

// namable are the schemata whose entities texts are searched for. Contracts and
// notices are found by their numbers (Patterns), documents are not.
var namable = []string{"LegalEntity", "CloudProduct", "System", "Vehicle"}

// kindOfName are the properties that hold an entity's own names.
var kindOfName = map[string]NameKind{
	"name": Name, "alias": Alias, "weakAlias": Alias, "previousName": Alias, "abbreviation": Acronym,
}

// NamingOf is how a statement says its entity is called; ok is false for one
// that says no such thing, or a word that awaits a person's.
func NamingOf(s *statement.Statement) (n Naming, ok bool) {
	schema := ftm.Default().Schema(s.Schema)
	if schema == nil || s.External || !isNamable(schema) || strings.ContainsAny(s.Value, "\x00\x1f") {
		return n, false
	}
	prop := schema.Property(s.Prop)
	if prop == nil || prop.Stub {
		return n, false
	}
	n = Naming{Value: s.Value, Key: statement.NewKeyer().Key(s.Schema, s.Prop, s.Value)}
	switch kind, own := kindOfName[s.Prop]; {
	case own && prop.Type.Name == "name":
		n.Kind, n.Body = kind, schema.IsA("Organization") || schema.Name == "LegalEntity"
	case prop.Type.Name == "identifier":
		n.Kind = Identifier
	default:
		return n, false
	}
	return n, n.Key != "" && len(n.String()) <= maxID
}

func isNamable(s *ftm.Schema) bool {
	for _, name := range namable {
		if s.IsA(name) {
			return true
		}
	}
	return false
}

// String writes the naming down; two that are written alike are one.
func (n Naming) String() string {
	head := string(rune('0' + int(n.Kind)))
	if n.Body {
		head = string(rune('a' + int(n.Kind)))
	}
	if n.Kind != Identifier {
		return head + n.Value
	}
	return head + n.Value + "\x1f" + n.Key
}

// parseNaming reads what String wrote.
func parseNaming(s string) (n Naming, ok bool) {
	if s == "" {
		return n, false
	}
	head := s[0]
	if n.Body = head >= 'a'; n.Body {
		head = head - 'a' + '0'
	}
	n.Kind = NameKind(head - '0')
	n.Value, n.Key, ok = strings.Cut(s[1:], "\x1f")
	if n.Kind != Identifier {
		n.Key, ok = statement.NameKey(n.Value), true
	}
	return n, ok && head >= '0' && n.Kind <= Identifier
}

// Entries are what is looked for in texts: the name, and that of an
// organisation without its legal form too, one word of it after the other. They
// stand for the naming.
func (n Naming) Entries() []Entry {
	out := []Entry{{Text: n.Value, Entity: ftm.EntityID(n.String()), Kind: n.Kind}}
	if !n.Body || n.Kind == Acronym {
		return out
	}
	for name := n.Value; ; {
		short, ok := cutForm(name)
		if !ok || !tellable(short) {
			return out
		}
		out = append(out, Entry{Text: short, Entity: out[0].Entity, Kind: n.Kind})
		name = short
	}
}

// tellable says whether a name that lost its legal form is still told from
// ordinary words: it has three words, or one that is not everyday.
func tellable(name string) bool {
	words := strings.Fields(ftm.Fold(name))
	for _, w := range words {
		if (len(words) > 1 || len(w) > 4) && !language.IsEveryday(w) {
			return true
		}
	}
	return len(words) > 2
}

// GroupKey is what unlike ways of writing one name have in common: case,
// accents, punctuation and legal form do not count. "" for what has no word.
func GroupKey(text string) string { return withoutForm(ftm.Fold(text)) }

// isForm holds for what ends the name of a company without being part of what
// people write, folded and without blanks.
func isForm(word string) bool {
	switch word {
	case "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co", "company", "plc", "gmbh", "mbh", "ag", "kg",
		"sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "oy", "as", "pte", "pty", "pjsc", "ojsc", "jsc", "ooo":
		return true
	}
	return false
}

// withoutForm drops the legal form at the end of a name: "Four Points
// Technology Co, L.L.C." → "Four Points Technology". What is nothing else stays.
func withoutForm(name string) string {
	for {
		short, ok := cutForm(name)
		if !ok {
			return name
		}
		name = short
	}
}

// cutForm drops the last legal form, of one word or of letters in a row; ok is
// false when there is none, or nothing else.
func cutForm(name string) (short string, ok bool) {
	words := strings.Fields(name)
	keep := len(words)
	for i, joined := len(words)-1, ""; i > 0 && i >= len(words)-3; i-- {
		word := strings.ReplaceAll(ftm.Fold(words[i]), " ", "")
		if joined = word + joined; isForm(joined) && (i == len(words)-1 || len(word) == 1) {
			keep = i
		}
	}
	if keep == len(words) {
		return name, false
	}
	return strings.TrimRight(strings.Join(words[:keep], " "), " ,;"), true
}
