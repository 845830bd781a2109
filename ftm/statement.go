package ftm

import (
	"crypto/sha1"
	"encoding/hex"
)

// BaseProp is the property of the statement that only says an entity is
// there; its value is the entity id.
const BaseProp = "id"

// A Statement says that in a dataset an entity has a value for a property.
// Prop is the bare name ("name"), never qualified. Dates are ISO 8601
// prefixes; empty text fields mean null.
type Statement struct {
	ID            string // see StatementID; may be empty until it is made
	EntityID      EntityID
	CanonicalID   EntityID
	Prop          string
	PropType      string
	Schema        string
	Value         string
	Dataset       string
	Origin        string
	Lang          string // ISO 639-3
	OriginalValue string // as it stood before cleaning, when it differs
	External      bool   // a suggestion that waits for a person
	FirstSeen     string
	LastSeen      string
}

// StatementID makes the id of a statement: the hexadecimal SHA-1 of
// "dataset.entity.prop.value", with ".ext" behind it when external. The
// property has no schema before it, and the special property "id" follows the
// same rule. Source: followthemoney/statement/statement.py, make_key.
func StatementID(dataset string, entity EntityID, prop, value string, external bool) string {
	return StatementIDLang(dataset, entity, prop, value, "", external)
}

// StatementIDLang makes the id of a statement with a language, which newer
// versions of FollowTheMoney put behind the value as "@lang". An empty lang
// gives StatementID.
func StatementIDLang(dataset string, entity EntityID, prop, value, lang string, external bool) string {
	key := make([]byte, 0, len(dataset)+len(entity)+len(prop)+len(value)+len(lang)+8)
	key = append(key, dataset...)
	key = append(key, '.')
	key = append(key, entity...)
	key = append(key, '.')
	key = append(key, prop...)
	key = append(key, '.')
	key = append(key, value...)
	if lang != "" {
		key = append(key, '@')
		key = append(key, lang...)
	}
	if external {
		key = append(key, ".ext"...)
	}
	sum := sha1.Sum(key)
	return hex.EncodeToString(sum[:])
}

// MakeID gives the id of s by the published rule, whatever s.ID holds.
func (s *Statement) MakeID() string {
	return StatementIDLang(s.Dataset, s.EntityID, s.Prop, s.Value, s.Lang, s.External)
}

// Statements takes an entity apart: first the base statement, then one for
// each value, sorted by property, values in the order given. Properties the
// schema does not have get an empty PropType. Ids are made; FirstSeen and
// LastSeen are the entity's.
func (m *Model) Statements(e *Entity, dataset string) []Statement {
	base := Statement{
		EntityID: e.ID, CanonicalID: e.ID, Schema: e.Schema, Dataset: dataset,
		FirstSeen: e.FirstSeen, LastSeen: e.LastSeen,
	}
	out := make([]Statement, 0, 1+len(e.Properties))
	add := func(prop, propType, value string) {
		s := base
		s.Prop, s.PropType, s.Value = prop, propType, value
		s.ID = s.MakeID()
		out = append(out, s)
	}
	add(BaseProp, BaseProp, string(e.ID))
	schema := m.Schema(e.Schema)
	for _, prop := range sortedKeys(e.Properties) {
		propType := ""
		if schema != nil {
			if p := schema.Property(prop); p != nil {
				propType = p.Type.Name
			}
		}
		for _, value := range e.Properties[prop] {
			add(prop, propType, value)
		}
	}
	return out
}
