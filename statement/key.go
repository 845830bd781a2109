package statement

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/ftm"
)

// A Key is one lookup key and an entity that has it.
type Key struct {
	Key    string
	Entity ftm.EntityID
}

// maxKey bounds a lookup key in bytes: names longer than this are found by
// their beginning.
const maxKey = 512

// NameKey is the lookup key of a name: folded, so that case, punctuation and
// Latin accents do not matter. "" for a name without a letter or digit.
func NameKey(name string) string {
	folded := ftm.Fold(name)
	if folded == "" {
		return ""
	}
	return cut("n:" + folded)
}

// IdentKey is the lookup key of an identifier of a scheme (ftm.SchemeOf), or
// of an identifier property that is no scheme, by its name ("piid").
func IdentKey(scheme, value string) string {
	return cut("k:" + scheme + ":" + strings.ReplaceAll(value, "\x00", ""))
}

func cut(key string) string {
	if len(key) <= maxKey {
		return key
	}
	key = key[:maxKey]
	for !utf8.ValidString(key) {
		key = key[:len(key)-1]
	}
	return key
}

// called are the properties of a document that people know it by.
var called = map[string]bool{"fileName": true, "title": true, "subject": true}

// A Keyer tells what of a statement can be looked up. It holds the model.
type Keyer struct{ model *ftm.Model }

// NewKeyer makes a Keyer of the default model.
func NewKeyer() Keyer { return Keyer{ftm.Default()} }

// ids are the properties by which messages name themselves and each other.
var ids = map[string]bool{"messageId": true, "inReplyTo": true}

// Key is the lookup key of a statement's value: a NameKey for properties of
// type name and for what a document is called by, an IdentKey for those of type
// identifier and for the ids of messages, "" for others.
func (k Keyer) Key(schema, prop, value string) string {
	p := k.property(schema, prop)
	if p == nil || value == "" {
		return ""
	}
	switch {
	case p.Type.Name == "name", called[prop] && k.model.Schema(schema).IsA("Document"):
		return NameKey(value)
	case ids[prop] && k.model.Schema(schema).IsA("Document"):
		return IdentKey(prop, value)
	case p.Type.Name == "identifier":
		if scheme, ok := p.Scheme(); ok {
			return IdentKey(scheme, value)
		}
		return IdentKey(prop, value)
	}
	return ""
}

// IsRef says whether the property's values are entity ids.
func (k Keyer) IsRef(schema, prop string) bool {
	p := k.property(schema, prop)
	return p != nil && p.Type.Name == "entity"
}

func (k Keyer) property(schema, prop string) *ftm.Property {
	s := k.model.Schema(schema)
	if s == nil {
		return nil
	}
	return s.Property(prop)
}

// MaxID bounds an entity id in bytes.
const MaxID = 4096

// ValidID refuses ids that no key space can hold: empty, longer than MaxID,
// not UTF-8, or with a NUL.
func ValidID(id ftm.EntityID) bool {
	return id != "" && len(id) <= MaxID && utf8.ValidString(string(id)) && !strings.Contains(string(id), "\x00")
}

// CheckID is ValidID for those who say why. Errors: invalid.
func CheckID(id ftm.EntityID) error {
	if ValidID(id) {
		return nil
	}
	return overt.Errorf(overt.Invalid, ShowID(id), "this cannot be an entity id: it must be UTF-8 without NUL, of 1 to %d bytes", MaxID)
}

// ShowID shows an id in an error, shortened.
func ShowID(id ftm.EntityID) string {
	if len(id) > 80 {
		return fmt.Sprintf("entity %.80q…", string(id))
	}
	return fmt.Sprintf("entity %q", string(id))
}
