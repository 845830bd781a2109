package statementtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// What a view tells, in a form that does not depend on numbers a store gives:
// a class is written as the token of its run and its label.
type told struct {
	Entities map[ftm.EntityID][]string
	Order    []ftm.EntityID // as Entities yields them
	Inbound  map[ftm.EntityID][]string
	Lookup   map[string][]ftm.EntityID
	Prefix   map[string][]string
	Runs     []string
	Spans    []string
	Sight    []string // visible classes, and what is told of their runs
	Odd      []string // where the view breaks its own promises
}

// The words of random worlds: few, so that they meet.
var (
	worldIDs  = []ftm.EntityID{"a", "a\x01", "ab", "a/b", "b", "é", "😀", "10", "2", "~"}
	worldText = []string{"", "Ada", "ADA!", "Ada B", "bob", "…", "a", "x\x00y"}
	// worldProps is what the suite knows of the model by itself: how a property
	// is looked up.
	worldProps = []worldProp{
		{"Person", "name", "name"}, {"Person", "alias", "name"}, {"Person", "notes", ""}, {"Person", "id", ""},
		{"Company", "name", "name"}, {"Company", "leiCode", "lei"}, {"Company", "registrationNumber", "registrationNumber"},
		{"Ownership", "owner", "ref"}, {"Ownership", "asset", "ref"}, {"Ownership", "role", ""},
	}
	worldKeys     = questions()
	worldPrefixes = []string{"", "n:", "n:ada", "n:ada b", "k:", "k:lei:", "z"}
)

type worldProp struct{ schema, prop, kind string }

func questions() []string {
	var keys []string
	for _, text := range worldText {
		keys = append(keys, statement.NameKey(text), statement.IdentKey("lei", text), statement.IdentKey("registrationNumber", text))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func tell(t *testing.T, s statement.Store, v statement.View, scope policy.Scope, withRuns bool) told {
	t.Helper()
	d := told{
		Entities: map[ftm.EntityID][]string{}, Inbound: map[ftm.EntityID][]string{},
		Lookup: map[string][]ftm.EntityID{}, Prefix: map[string][]string{},
	}
	spans := map[string][]statement.Class{}
	for stmts, err := range v.Entities(t.Context()) {
		must(t, err)
		id := stmts[0].Entity
		if odd := disorder(stmts); odd != "" {
			d.Odd = append(d.Odd, odd)
		}
		d.Order = append(d.Order, id)
		for _, st := range stmts {
			d.Entities[id] = append(d.Entities[id], tellStatement(class(v, st.Class), st))
			k := fmt.Sprintf("%q %s %q", id, st.Prop, st.Value)
			spans[k] = append(spans[k], st.Class)
		}
		slices.Sort(d.Entities[id])
	}
	for k, classes := range spans {
		d.Spans = append(d.Spans, fmt.Sprint(k, v.Sight().Span("", classes)))
	}
	slices.Sort(d.Spans)
	tellIndex(t, v, &d)
	for _, c := range v.Sight().Classes() {
		if info, ok := v.Sight().Info(c); ok {
			d.Sight = append(d.Sight, tellRun(*info.Run)+" under "+info.Label.Key())
		}
	}
	slices.Sort(d.Sight)
	if withRuns {
		for _, r := range runs(t, s, scope) {
			d.Runs = append(d.Runs, tellRun(r)+fmt.Sprint(" new ", r.New))
		}
	}
	return d
}

func tellIndex(t *testing.T, v statement.View, d *told) {
	t.Helper()
	for _, id := range worldIDs {
		var one []string
		for _, st := range entity(t, v, id) {
			one = append(one, tellStatement(class(v, st.Class), st))
		}
		slices.Sort(one)
		if !slices.Equal(one, d.Entities[id]) {
			d.Odd = append(d.Odd, fmt.Sprintf("Entity(%q) and Entities differ:\n%q\n%q", id, one, d.Entities[id]))
		}
		refs := inbound(t, v, id)
		if !slices.IsSortedFunc(refs, compareRefs) {
			d.Odd = append(d.Odd, fmt.Sprintf("Inbound(%q) is not sorted: %v", id, refs))
		}
		for _, ref := range refs {
			d.Inbound[id] = append(d.Inbound[id], fmt.Sprintf("%s %q.%s", class(v, ref.Class), ref.Source, ref.Prop))
		}
		slices.Sort(d.Inbound[id])
	}
	for _, key := range worldKeys {
		if ids := lookup(t, v, key); len(ids) > 0 {
			d.Lookup[key] = ids
		}
	}
	for _, prefix := range worldPrefixes {
		for _, limit := range []int{2, 100} {
			keys, odd := prefixKeys(t, v, prefix, limit)
			if len(keys) > 0 {
				d.Prefix[fmt.Sprint(prefix, " ", limit)] = keys
			}
			d.Odd = append(d.Odd, odd...)
		}
	}
}

func compareRefs(a, b statement.Ref) int {
	return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Prop, b.Prop))
}

// class names a class by its run's token and its label.
func class(v statement.View, c statement.Class) string {
	info, ok := v.Sight().Info(c)
	if !ok {
		return fmt.Sprintf("hidden class %d", c)
	}
	return className(info.Run.Token, info.Label)
}

func className(token string, l policy.Label) string { return fmt.Sprintf("%s %q", token, l.Key()) }

func tellRun(r statement.Run) string {
	return fmt.Sprintf("run %s %q entities %d statements %d sightings %d undone %q",
		r.Token, labelKeys(r.Labels), r.Entities, r.Statements, r.Sightings, r.Undone)
}

func tellStatement(class string, s statement.Statement) string {
	n := s.Sightings()
	s.Class, s.Count = 0, 0
	return fmt.Sprintf("%s: %+v ×%d", class, s, n)
}

// disorder says what is wrong with the answer about one entity: statements go
// by class, property, value.
func disorder(stmts []statement.Statement) string {
	order := func(a, b statement.Statement) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), strings.Compare(a.Prop, b.Prop), strings.Compare(a.Value, b.Value))
	}
	if !slices.IsSortedFunc(stmts, order) {
		return fmt.Sprintf("statements are not sorted by class, property, value: %v", stmts)
	}
	for _, s := range stmts {
		if s.Entity != stmts[0].Entity || s.Class == 0 {
			return fmt.Sprintf("among those of %q: %+v", stmts[0].Entity, s)
		}
	}
	return ""
}

// prefixKeys lists the keys of a LookupPrefix; odd says where the entity of a
// key does not have it.
func prefixKeys(t *testing.T, v statement.View, prefix string, limit int) (list, odd []string) {
	t.Helper()
	keys, err := v.LookupPrefix(t.Context(), prefix, limit)
	must(t, err)
	for _, k := range keys {
		list = append(list, k.Key)
		if !slices.Contains(lookup(t, v, k.Key), k.Entity) {
			odd = append(odd, fmt.Sprintf("prefix %q: %q has no key %q in this view", prefix, k.Entity, k.Key))
		}
	}
	return list, odd
}

func sortedIDs(list []ftm.EntityID) []ftm.EntityID {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}
