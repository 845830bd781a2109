package export

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"overt/ftm"
	"overt/statement"
)

// A beside is what the sources of a record said beside its values: raw JSON by
// key. Lists and values of several source ids stand one after another; of other
// keys the newest run's is there.
type beside map[string][]json.RawMessage

// unknownProps begins the keys that hold values of properties which the model
// does not have.
const unknownProps = "properties/"

// unknownSchema is what entities of schemata that the model does not have are
// kept as.
const unknownSchema = "Thing"

// extra begins the keys of no standard.
const extra = "extra/"

// addsUp says whether what several sources say under a key is true together.
func addsUp(key string) bool {
	return key == "datasets" || key == "referents" || strings.HasPrefix(key, unknownProps)
}

// beside gathers what counts of a record's context: of each source id what the
// newest run says.
func (x *exporter) beside(r *record) beside {
	type slot struct {
		id  ftm.EntityID
		key string
	}
	newest := map[slot][]*statement.Statement{}
	for i := range r.Context {
		s := &r.Context[i]
		k := slot{s.Entity, strings.TrimPrefix(s.Prop, statement.ContextPrefix)}
		if !addsUp(k.key) {
			k.id = ""
		}
		switch old := newest[k]; {
		case len(old) == 0 || x.newer(s, old[0]):
			newest[k] = []*statement.Statement{s}
		case old[0].Class == s.Class:
			newest[k] = append(old, s)
		}
	}
	out := beside{}
	slots := slices.SortedFunc(maps.Keys(newest), func(a, b slot) int { return strings.Compare(string(a.id), string(b.id)) })
	for _, k := range slots {
		for _, s := range newest[k] {
			out[k.key] = append(out[k.key], json.RawMessage(s.Value))
		}
	}
	return out
}

// schema is the source's own word for a kind that the model does not have; ""
// where it has one.
func (c beside) schema() string {
	for _, raw := range c["schema"] {
		return strings.Join(texts(raw), "")
	}
	return ""
}

// all lists the values under a key, each once, in the order they stand.
func (c beside) all(key string) (out []string) {
	for _, raw := range c[key] {
		for _, v := range texts(raw) {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// give puts the context into an entity. A merged one is called what we call it.
func (c beside) give(e *ftm.Entity, merged bool) {
	fields := map[string]json.RawMessage{"id": json.RawMessage(`"x"`), "schema": json.RawMessage(`"x"`)}
	for key, raws := range c {
		prop, unknown := strings.CutPrefix(key, unknownProps)
		switch {
		case unknown:
			for _, v := range c.all(key) {
				e.Add(prop, v)
			}
		case key == "caption" || key == "last_change" || key == "target" || key == "first_seen" || key == "last_seen":
			fields[key] = raws[0]
		case strings.HasPrefix(key, extra):
			fields[key[len(extra):]] = raws[0]
		}
	}
	own := new(ftm.Entity)
	if text, err := json.Marshal(fields); err != nil || json.Unmarshal(text, own) != nil {
		return // no importer writes such context
	}
	e.LastChange, e.Target, e.Extra = own.LastChange, own.Target, own.Extra
	if name := c.schema(); name != "" && e.Schema == unknownSchema {
		e.Schema = name
	}
	if own.Caption != "" && !merged {
		e.Caption = own.Caption
	}
	if c["datasets"] != nil && e.Datasets == nil {
		e.Datasets = []string{} // an empty list comes back as one
	}
	if c["referents"] != nil && e.Referents == nil {
		e.Referents = []ftm.EntityID{}
	}
	for _, d := range c.all("datasets") {
		if !slices.Contains(e.Datasets, d) {
			e.Datasets = append(e.Datasets, d)
		}
	}
	for _, id := range c.all("referents") {
		if !slices.Contains(e.Referents, ftm.EntityID(id)) {
			e.Referents = append(slices.Clip(e.Referents), ftm.EntityID(id))
		}
	}
	slices.Sort(e.Datasets)
	slices.Sort(e.Referents)
}

// texts reads a value or a list of them as texts; an entity in it is its id.
func texts(raw json.RawMessage) (out []string) {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	for _, item := range list {
		var s string
		var entity struct {
			ID string `json:"id"`
		}
		switch {
		case string(item) == "null":
			continue
		case json.Unmarshal(item, &s) == nil:
		case json.Unmarshal(item, &entity) == nil:
			s = entity.ID
		default:
			s = string(item)
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// entityFile says whether a class came from a file of entities, and what it
// does not say of one its source does not say either.
func (x *exporter) entityFile(c statement.Class) bool {
	info, ok := x.view.Sight().Info(c)
	return ok && (info.Run.Format == "ftm" || info.Run.Format == "ftm-delta")
}

// statementFile says the same of a file of statements.
func (x *exporter) statementFile(c statement.Class) bool {
	info, ok := x.view.Sight().Info(c)
	return ok && info.Run.Format == "ftm-statements"
}

// own says whether all that is said of a record came from files of entities.
func (x *exporter) own(r *record) bool {
	for s := range r.statements() {
		if !x.entityFile(s.Class) {
			return false
		}
	}
	return true
}
