package statementtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// A model is the plainest store there can be: lists, and every answer by
// looking at all of them. It shares nothing with any driver.
type model struct{ runs []modelRun }

type modelRun struct {
	spec   statement.RunSpec
	undone string
	facts  []fact
	labels []policy.Label
	// Of a run with a base: what the base says, and which entities are not taken
	// over. generation is how many runs it rests on.
	rests      bool
	base       []fact
	touched    []ftm.EntityID
	generation int
}

// rest makes the run rest on another, which has taken over what it rests on.
func (r *modelRun) rest(base *modelRun) {
	r.rests, r.base, r.generation = true, base.facts, base.generation+1
}

// takeOver copies what the base says of entities that were not touched.
func (r *modelRun) takeOver() {
	if !r.rests {
		return
	}
	for _, f := range r.base {
		if slices.Contains(r.touched, f.id) {
			continue
		}
		f.stmt.Places = slices.Clone(f.stmt.Places)
		for i, p := range f.stmt.Places {
			for _, m := range r.spec.Moved {
				if n := p.Locator.Row - m.From.First; p.Source == m.From.Source && n >= 0 && n < m.Records {
					f.stmt.Places[i] = statement.Place{Source: m.To.Source, Locator: overt.Locator{Row: m.To.First + n}}
				}
			}
		}
		sortPlaces(f.stmt.Places)
		r.facts = append(r.facts, f)
		if !slices.ContainsFunc(r.labels, func(l policy.Label) bool { return l.Key() == f.label.Key() }) {
			r.labels = append(r.labels, f.label)
		}
	}
}

func sortPlaces(places []statement.Place) {
	slices.SortFunc(places, func(a, b statement.Place) int {
		return strings.Compare(fmt.Sprintf("%04d %04d", a.Source, a.Locator.Row), fmt.Sprintf("%04d %04d", b.Source, b.Locator.Row))
	})
}

// A fact is one distinct statement of one entity under one label.
type fact struct {
	label policy.Label
	id    ftm.EntityID
	stmt  statement.Statement
}

func (r *modelRun) add(a add) {
	r.touched = append(r.touched, a.id)
	if !slices.ContainsFunc(r.labels, func(l policy.Label) bool { return l.Key() == a.label.Key() }) {
		r.labels = append(r.labels, a.label)
	}
	for _, s := range a.stmts {
		i := slices.IndexFunc(r.facts, func(f fact) bool {
			return f.label.Key() == a.label.Key() && f.id == a.id && core(f.stmt) == core(s)
		})
		if i < 0 {
			i = len(r.facts)
			kept := s
			kept.Entity, kept.Places, kept.Count = a.id, nil, 0
			r.facts = append(r.facts, fact{a.label, a.id, kept})
		}
		st := &r.facts[i].stmt
		st.Count += s.Sightings()
		st.Places = slices.Concat(st.Places, s.Places)
		sortPlaces(st.Places)
		st.Places = st.Places[:min(len(st.Places), statement.MaxPlaces)]
	}
}

func core(s statement.Statement) string {
	s.Entity, s.Places, s.Count, s.Class = "", nil, 0, 0
	return fmt.Sprintf("%#v", s)
}

// seen is the run as a scope may see it: the facts and labels in scope. A run
// without statements stands under the plain label of its dataset.
func (r *modelRun) seen(scope policy.Scope) modelRun {
	cut := modelRun{spec: r.spec, undone: r.undone}
	labels := r.labels
	if len(labels) == 0 {
		labels = []policy.Label{{Dataset: r.spec.Dataset}}
	}
	for _, l := range labels {
		if scope.Sees(l) {
			cut.labels = append(cut.labels, l)
		}
	}
	for _, f := range r.facts {
		if scope.Sees(f.label) {
			cut.facts = append(cut.facts, f)
		}
	}
	return cut
}

func (r *modelRun) tell() string {
	entities, sightings := map[string]bool{}, int64(0)
	for _, f := range r.facts {
		entities[f.label.Key()+string(f.id)] = true
		sightings += int64(f.stmt.Count)
	}
	return tellRun(statement.Run{
		RunSpec: r.spec, Labels: r.labels, Undone: r.undone,
		Entities: int64(len(entities)), Statements: int64(len(r.facts)), Sightings: sightings,
	})
}

// tell answers everything by looking at every fact. Spans are not told: they
// come from statement.Sight, which has no driver.
func (m model) tell(scope policy.Scope, knownAt string) told {
	d := told{
		Entities: map[ftm.EntityID][]string{}, Inbound: map[ftm.EntityID][]string{},
		Lookup: map[string][]ftm.EntityID{}, Prefix: map[string][]string{},
	}
	has := map[string][]ftm.EntityID{} // by key
	for _, whole := range m.runs {
		r := whole.seen(scope)
		if len(r.labels) == 0 || r.undone != "" || (knownAt != "" && r.spec.Observed > knownAt) {
			continue
		}
		for _, l := range r.labels {
			d.Sight = append(d.Sight, r.tell()+" under "+l.Key())
		}
		for _, f := range r.facts {
			class := className(r.spec.Token, f.label)
			d.Entities[f.id] = append(d.Entities[f.id], tellStatement(class, f.stmt))
			m.index(f, class, d.Inbound, has)
		}
	}
	for _, lists := range []map[ftm.EntityID][]string{d.Entities, d.Inbound} {
		for id := range lists {
			slices.Sort(lists[id])
		}
	}
	for id := range d.Inbound {
		d.Inbound[id] = slices.Compact(d.Inbound[id])
	}
	d.Order = slices.Sorted(maps.Keys(d.Entities))
	slices.Sort(d.Sight)
	answerKeys(&d, has)
	return d
}

func (m model) index(f fact, class string, inbound map[ftm.EntityID][]string, has map[string][]ftm.EntityID) {
	for _, p := range worldProps {
		if p.schema != f.stmt.Schema || p.prop != f.stmt.Prop {
			continue
		}
		key := ""
		switch p.kind {
		case "":
		case "ref":
			target := ftm.EntityID(f.stmt.Value)
			inbound[target] = append(inbound[target], fmt.Sprintf("%s %q.%s", class, f.id, f.stmt.Prop))
		case "name":
			key = statement.NameKey(f.stmt.Value)
		default:
			if f.stmt.Value != "" {
				key = statement.IdentKey(p.kind, f.stmt.Value)
			}
		}
		if key != "" {
			has[key] = append(has[key], f.id)
		}
	}
}

func answerKeys(d *told, has map[string][]ftm.EntityID) {
	keys := slices.Sorted(maps.Keys(has))
	for _, key := range keys {
		d.Lookup[key] = slices.Compact(sortedIDs(has[key]))
	}
	for _, prefix := range worldPrefixes {
		var found []string
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) {
				found = append(found, key)
			}
		}
		for _, limit := range []int{2, 100} {
			if len(found) > 0 {
				d.Prefix[fmt.Sprint(prefix, " ", limit)] = found[:min(limit, len(found))]
			}
		}
	}
}

// copy makes a model that later operations do not change.
func (m model) copy() model {
	m.runs = slices.Clone(m.runs)
	return m
}
