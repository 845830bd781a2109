package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"overt"
	"overt/bods"
	"overt/extract"
	"overt/ftm"
	"overt/ledger"
	"overt/mapping"
	"overt/policy"
	"overt/statement"
)

// A native reads one part of a file in a form that needs no mapping.
type native struct {
	u     *unit
	t     *taken
	model *ftm.Model
	odd   oddities
}

// readNative reads the forms of FollowTheMoney and ownership statements.
func (u *unit) readNative(ctx context.Context, t *taken, part int) error {
	n := &native{u: u, t: t, model: ftm.Default()}
	p, rows := t.part[part], t.rows[part]
	one := n.entity
	switch format := t.native[part]; format {
	case "ftm":
	case "ftm-delta":
		one = n.change
	case "ftm-delta-index":
		one = func(extract.Record) (string, error) { return "", nil }
	case "ftm-statements":
		one = n.statement
	case "bods":
		h, err := history(ctx, p.Reader, rows)
		if err != nil {
			return err
		}
		if h.Full {
			n.odd.add(overt.Locator{}, "more than %d statements say earlier ones anew: links that ended by that are not all marked", bods.MaxHistory)
		}
		one = func(rec extract.Record) (string, error) { return n.ownership(h, rec) }
	default:
		return overt.Errorf(overt.Internal, t.name, "%q is no format that is read without a mapping", format)
	}
	err := u.records(ctx, t, p.Reader, rows, nil, u.compared(t, part, rows, n.takes(ctx, one)))
	t.warnings = append(t.warnings, n.odd.warnings(t.name)...)
	return err
}

// native takes the entities of a part that was read before.
func (u *unit) native(ctx context.Context, t *taken) takes {
	n := &native{u: u, t: t, model: ftm.Default()}
	return n.takes(ctx, n.entity)
}

// takes is how a record is taken in. One with an oddity is remembered like one
// of which something was left out: it is looked at again when it comes again.
func (n *native) takes(ctx context.Context, one func(extract.Record) (string, error)) takes {
	return func(rec extract.Record) (bool, error) {
		n.u.seen = nil
		odd := n.odd.total
		reason, err := one(rec)
		if n.odd.total != odd {
			n.u.leaves++
		}
		if reason != "" {
			return false, n.u.leave(ctx, n.t, ledger.Left{Where: rec.At(), Reason: reason, Fatal: true})
		}
		return err == nil, err
	}
}

// maxOddities is how many kinds of oddity are told apart.
const maxOddities = 100

// oddities count what is kept, but not as the model would have it.
type oddities struct {
	order []string
	count map[string]int64
	first map[string]overt.Locator
	total int64
}

func (o *oddities) add(at overt.Locator, form string, args ...any) {
	message := fmt.Sprintf(form, args...)
	o.total++
	if o.count == nil {
		o.count, o.first = map[string]int64{}, map[string]overt.Locator{}
	}
	if o.count[message] == 0 {
		if len(o.order) == maxOddities {
			message = "more of the kind"
		}
		if o.count[message] == 0 {
			o.order = append(o.order, message)
			o.first[message] = at
		}
	}
	o.count[message]++
}

// times says how often something was met, where it was more than once.
func times[N int | int64](n N) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d times)", n)
}

func (o *oddities) warnings(name string) (out []ledger.Warning) {
	for _, m := range o.order {
		out = append(out, ledger.Warning{
			Code: "not-in-model", Message: m + times(o.count[m]), Where: firstPlace(name, []overt.Locator{o.first[m]}),
		})
	}
	return out
}

// leave notes a value that could not be kept; the rest of the record goes in.
func (n *native) leave(at overt.Locator, form string, args ...any) error {
	return n.u.leave(context.Background(), n.t, ledger.Left{Where: at, Reason: fmt.Sprintf(form, args...)})
}

// says makes a statement with its place.
func (n *native) says(schema, prop, value string, at overt.Locator) statement.Statement {
	return statement.Statement{Schema: schema, Prop: prop, Value: value, Places: []statement.Place{{Source: n.t.index, Locator: at}}}
}

// context makes a statement of what has no place among the values. Its place is
// the record: no cell holds it as JSON.
func (n *native) context(schema, key string, value []byte, rec extract.Record) statement.Statement {
	s := n.says(schema, statement.ContextPrefix+key, string(value), rec.At())
	s.Origin = statement.OriginMapping
	return s
}

// unknownSchema stands for schemata that the model does not have: a thing, of
// which no more is claimed. Its own name is kept as context.
const unknownSchema = "Thing"

// schema finds the schema to keep an entity under. own is "" where the model
// has it, else the name to keep beside.
func (n *native) schema(name string, at overt.Locator) (schema *ftm.Schema, own string) {
	if s := n.model.Schema(name); s != nil {
		return s, ""
	}
	n.odd.add(at, "%.60q is no schema of the model: such entities are kept as things, and given back as they came", name)
	return n.model.Schema(unknownSchema), name
}

// jsonText writes a text as JSON.
func jsonText(s string) []byte {
	b, _ := json.Marshal(s) // a text gives no error
	return b
}

func first(rec extract.Record, path string) string {
	if c := rec.Cells(path); len(c) > 0 {
		return c[0].Text
	}
	return ""
}

// placeOf is the place of a value of a record, or that of the record.
func placeOf(rec extract.Record, path string) overt.Locator {
	if c := rec.Cells(path); len(c) > 0 {
		return c[0].At
	}
	return rec.At()
}

// statement takes one row of a statement table, in its long form or the short
// one ("Person:name" for schema and property). The dataset of the row is kept
// as the label, so that what was several sources stays several.
func (n *native) statement(rec extract.Record) (reason string, err error) {
	id := ftm.EntityID(first(rec, "entity_id"))
	prop, name := first(rec, "prop"), first(rec, "schema")
	if head, tail, ok := strings.Cut(prop, ":"); ok && name == "" {
		name, prop = head, tail
	}
	switch {
	case !statement.ValidID(id):
		return "it has no entity_id, or one that cannot be kept", nil
	case name == "" || prop == "":
		return "it names no schema, or no property", nil
	}
	at := placeOf(rec, "value")
	schema, own := n.schema(name, at)
	s := n.says(schema.Name, prop, first(rec, "value"), at)
	s.Lang, s.Origin, s.Original, s.SourceID = first(rec, "lang"), first(rec, "origin"), first(rec, "original_value"), first(rec, "id")
	s.FirstSeen, s.LastSeen = first(rec, "first_seen"), first(rec, "last_seen")
	s.External = isTrue(first(rec, "external"))
	if c := ftm.EntityID(first(rec, "canonical_id")); c != id {
		s.Canonical = c
	}
	if s.Original != "" {
		s.Quote = s.Value // the cell cited is the value's
	}
	switch p := schema.Property(prop); {
	case prop == statement.PropID:
	case p == nil:
		if own == "" {
			n.odd.add(at, "%s has no property %.60q: its values are kept, and given back as they came", name, prop)
		}
		s.Prop, s.Value = statement.ContextPrefix+"properties/"+prop, string(jsonText(s.Value))
		s.Quote = first(rec, "value")
	case p.Type.Name == "entity" && !statement.ValidID(ftm.EntityID(s.Value)):
		return fmt.Sprintf("%s names something that cannot be an entity id", prop), nil
	}
	stmts := append(n.u.stmts[:0], s)
	if own != "" {
		stmts = append(stmts, n.context(schema.Name, "schema", jsonText(own), rec))
	}
	n.u.stmts = stmts
	n.u.said += int64(len(stmts))
	return "", n.u.w.Add(n.label(rec), id, stmts)
}

// label is that of the row's dataset, or of the import where that cannot be.
func (n *native) label(rec extract.Record) policy.Label {
	label := n.u.label
	d := first(rec, "dataset")
	if d == "" || d == label.Dataset {
		return label
	}
	if label.Dataset = d; label.Validate() == nil && n.u.bench.Scope.Writes(label) {
		return label
	}
	n.odd.add(placeOf(rec, "dataset"), "%.60q cannot be a dataset here: its rows are kept under %s", d, n.u.label.Dataset)
	return n.u.label
}

func isTrue(s string) bool {
	switch strings.ToLower(s) {
	case "t", "true", "1", "yes", "y", "on":
		return true
	}
	return false
}

// version is how feeds of changes name their files' folders: when they were
// made, and three characters that keep two of one second apart.
var version = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-[a-z0-9]{3}$`)

// observedOf finds when a file of changes was made: its folder says so.
func observedOf(f *file) string {
	for _, name := range []string{f.name, filepath.ToSlash(f.path)} {
		for _, part := range strings.Split(name, "/") {
			if v := version.FindStringSubmatch(part); v != nil {
				at := fmt.Sprintf("%s-%s-%sT%s:%s:%sZ", v[1], v[2], v[3], v[4], v[5], v[6])
				if statement.DayOf(at) != statement.NoDay {
					return at
				}
			}
		}
	}
	return ""
}

// nativeSpec fills what a format that needs no mapping says of its run.
func (u *unit) nativeSpec(t *taken, pack *mapping.Mapping) {
	if u.spec.Extent == "" {
		u.spec.Extent = statement.Extent(pack.Extent)
	}
	if u.spec.Series == "" {
		u.spec.Series = pack.Series
	}
	if u.spec.Observed == "" && pack.Extent == mapping.Delta {
		u.spec.Observed = observedOf(t.file)
	}
}
