package pipeline

import (
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/ftm"
	"overt/statement"
)

// maxNested bounds entities inside entities, as answers with neighbours have
// them.
const maxNested = 32

// entity takes one entity as FollowTheMoney writes it. Values come clean and
// are kept as they are; so is what stands beside them (caption, datasets,
// referents, keys of no standard), and what the model has no word for.
func (n *native) entity(rec extract.Record) (reason string, err error) {
	_, reason, err = n.take(rec, 0)
	return reason, err
}

// take takes an entity in, and those inside it before.
func (n *native) take(rec extract.Record, depth int) (id ftm.EntityID, reason string, err error) {
	id = ftm.EntityID(first(rec, "id"))
	name := first(rec, "schema")
	switch {
	case depth > maxNested:
		return "", "entities are nested too deep", nil
	case !statement.ValidID(id):
		return "", "it has no id, or one that cannot be kept", nil
	case name == "":
		return "", "it has no schema", nil
	}
	schema, own := n.schema(name, placeOf(rec, "schema"))
	base := n.says(schema.Name, statement.PropID, string(id), placeOf(rec, "id"))
	stmts := []statement.Statement{base}
	for _, prop := range below(rec, "properties") {
		if stmts, err = n.property(stmts, rec, schema, own == "", prop, depth); err != nil {
			return "", "", err
		}
	}
	stmts = n.beside(stmts, rec, schema.Name)
	if own != "" {
		stmts = append(stmts, n.context(schema.Name, "schema", jsonText(own), rec))
	}
	n.u.said += int64(len(stmts))
	return id, "", n.u.w.Add(n.u.label, id, stmts)
}

// property adds the values of one property.
func (n *native) property(stmts []statement.Statement, rec extract.Record, schema *ftm.Schema, known bool, key string, depth int) ([]statement.Statement, error) {
	path, prop := "properties/"+key, extract.Key(key)
	p := schema.Property(prop)
	if p == nil || p.Stub {
		if known && (p == nil || len(rec.Cells(path)) > 0) {
			n.odd.add(placeOf(rec, path), "%s has no property %.60q: its values are kept, and given back as they came", schema.Name, prop)
		}
		if err := n.nested(rec, path, depth, nil); err != nil {
			return stmts, err
		}
		if raw := jsonOf(rec, path); len(raw) > 0 && (p == nil || len(rec.Cells(path)) > 0) {
			stmts = append(stmts, n.context(schema.Name, "properties/"+prop, raw, rec))
		}
		return stmts, nil
	}
	for _, c := range rec.Cells(path) {
		switch {
		case c.Text == "":
		case p.Type.Name == "entity" && !statement.ValidID(ftm.EntityID(c.Text)):
			if err := n.leave(c.At, "%s names something that cannot be an entity id", p.QName); err != nil {
				return stmts, err
			}
		default:
			stmts = append(stmts, n.says(schema.Name, prop, c.Text, c.At))
		}
	}
	err := n.nested(rec, path, depth, func(id ftm.EntityID, at overt.Locator) error {
		if p.Type.Name != "entity" {
			return n.leave(at, "%s takes texts; the entity %.60q in it is kept by itself", p.QName, id)
		}
		stmts = append(stmts, n.says(schema.Name, prop, string(id), at))
		return nil
	})
	return stmts, err
}

// nested takes in the entities that stand where their ids could.
func (n *native) nested(rec extract.Record, path string, depth int, found func(ftm.EntityID, overt.Locator) error) error {
	for _, sub := range rec.Each(path) {
		if cols := sub.Columns(); len(cols) == 1 && cols[0] == "." {
			continue // a plain value
		}
		id, reason, err := n.take(sub, depth+1)
		switch {
		case err != nil:
		case reason != "":
			err = n.leave(sub.At(), "a value of %.60q that is neither text nor entity: %s", path, reason)
		case found != nil:
			err = found(id, placeOf(sub, "id"))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// contextKeys are what applications add to entities by convention.
var contextKeys = []string{"caption", "datasets", "referents", "first_seen", "last_seen", "last_change", "target"}

// beside adds what stands beside the values. The days of sighting have a place
// of their own.
func (n *native) beside(stmts []statement.Statement, rec extract.Record, schema string) []statement.Statement {
	for _, key := range below(rec, "") {
		raw := jsonOf(rec, key)
		switch {
		case key == "id" || key == "schema" || key == "properties" || len(raw) == 0:
		case key == "first_seen" && raw[0] == '"' && first(rec, key) != "":
			stmts[0].FirstSeen = first(rec, key)
		case key == "last_seen" && raw[0] == '"' && first(rec, key) != "":
			stmts[0].LastSeen = first(rec, key)
		case slices.Contains(contextKeys, key):
			stmts = append(stmts, n.context(schema, key, raw, rec))
		default:
			stmts = append(stmts, n.context(schema, "extra/"+extract.Key(key), raw, rec))
		}
	}
	return stmts
}

// change takes one line of changes in. A change of an entity says all of it
// anew, and what is taken out ends: of both, what was said before is kept and
// gone from here on.
func (n *native) change(rec extract.Record) (reason string, err error) {
	op := strings.ToUpper(first(rec, "op"))
	inner := rec.Each("entity")
	switch {
	case op != "ADD" && op != "MOD" && op != "DEL":
		return "its op is none of ADD, MOD, DEL", nil
	case len(inner) != 1:
		return "it has no entity, or several", nil
	}
	id := ftm.EntityID(first(inner[0], "id"))
	if !statement.ValidID(id) {
		return "its entity has no id, or one that cannot be kept", nil
	}
	if op != "DEL" {
		if _, reason, err = n.take(inner[0], 0); reason != "" || err != nil {
			return reason, err
		}
	}
	if op != "ADD" {
		err = n.u.w.End(n.u.label, id)
	}
	return "", err
}

// below lists the keys under a path, in source order.
func below(rec extract.Record, path string) []string {
	if j, ok := rec.(extract.JSONRecord); ok {
		return j.Keys(path)
	}
	return nil
}

func jsonOf(rec extract.Record, path string) []byte {
	if j, ok := rec.(extract.JSONRecord); ok {
		return j.JSON(path)
	}
	return nil
}
