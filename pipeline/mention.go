package pipeline

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/mention"
	"overt/resolve"
	"overt/statement"
)

// NamesKind is the kind of an edge that says no more than: this text names
// that. It is never a payment and never a contract.
const NamesKind = "Names"

// mentions finds the names of known organisations, products and systems in the
// texts of contracts, contract actions and use cases.
type mentions struct {
	dir     string
	set     *mention.Names // of the targets, once all are known
	ref     map[statement.Class]bool
	targets []target
	known   map[targetKey]int
}

// A target is one entity under one name, and who says it is called so.
type target struct {
	id      ftm.EntityID
	name    string // folded
	classes []statement.Class
}

type targetKey struct {
	id   ftm.EntityID
	name string
}

// newMentions begins to gather names; dir is for temporary files.
func newMentions(dir string, sight *statement.Sight) *mentions {
	m := &mentions{dir: dir, ref: map[statement.Class]bool{}, known: map[targetKey]int{}}
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && info.Label.Dataset == resolve.ReferenceDataset {
			m.ref[c] = true
		}
	}
	return m
}

// learn takes the names of an entity that a text may name.
func (m *mentions) learn(p *part) {
	s := p.schema
	if !(s.IsA("Organization") || s.IsA("CloudProduct") || s.IsA("System")) || s.IsA("PublicBody") {
		return
	}
	for i := range p.stmts {
		st := &p.stmts[i]
		prop := s.Property(st.Prop)
		number := st.Prop == "systemId" // "DHS/ICE-016", which texts name as well
		if prop == nil || prop.Type.Name != "name" && !number || st.External || st.Prop == "serviceOffering" {
			continue
		}
		name := withoutForm(ftm.Fold(st.Value))
		if !m.tellable(name, p.class) {
			continue
		}
		m.add(name, st.Entity, p.class)
	}
}

// tellable says whether a name can be told from ordinary words: two words or
// more, or any length where our own reference list has it as a name.
func (m *mentions) tellable(name string, c statement.Class) bool {
	if m.ref[c] {
		return len(name) >= 3
	}
	return strings.Contains(name, " ") && len(name) >= 6
}

func (m *mentions) add(name string, id ftm.EntityID, c statement.Class) {
	key := targetKey{id, name}
	n, ok := m.known[key]
	if !ok {
		n = len(m.targets)
		m.known[key] = n
		m.targets = append(m.targets, target{id: id, name: name})
	}
	if t := &m.targets[n]; !slices.Contains(t.classes, c) {
		t.classes = append(t.classes, c)
	}
}

// ready makes the names ready to be found, in any case: descriptions of
// contracts stand in capitals.
func (m *mentions) ready() (err error) {
	if len(m.targets) == 0 {
		return nil
	}
	f, err := os.CreateTemp(m.dir, "names-*")
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "gather names for the graph", Where: m.dir, Err: err}
	}
	defer func() { _ = os.Remove(f.Name()) }() // it stays mapped
	if err := f.Close(); err != nil {
		return err
	}
	_, err = mention.Build(f.Name(), func(yield func(mention.Entry) bool) {
		for n := range m.targets {
			if !yield(mention.Entry{Text: m.targets[n].name, Entity: ftm.EntityID(strconv.Itoa(n)), Kind: mention.Identifier}) {
				return
			}
		}
	}, mention.Config{Memory: 8 << 20})
	if err == nil {
		m.set, err = mention.Open(f.Name())
	}
	return err
}

func (m *mentions) close() error {
	if m.set == nil {
		return nil
	}
	return m.set.Close()
}

// A naming is a stretch of a text that is the name of some targets.
type naming struct {
	targets    []int
	start, end int
}

// scan finds every name at every place; matches may lie inside one another.
func (m *mentions) scan(text string) []naming {
	var out []naming
	m.set.Find(text, func(s mention.Span) {
		f := naming{start: s.Start, end: s.End}
		for _, c := range s.Candidates {
			if n, err := strconv.Atoi(string(c.Entity)); err == nil {
				f.targets = append(f.targets, n)
			}
		}
		out = append(out, f)
	})
	return out
}

// legalForms end a company's name without being part of what people write.
var legalForms = map[string]bool{
	"inc": true, "incorporated": true, "llc": true, "llp": true, "lp": true, "ltd": true, "limited": true,
	"corp": true, "corporation": true, "co": true, "company": true, "plc": true, "gmbh": true, "ag": true, "sa": true, "bv": true,
}

// withoutForm drops the legal form at the end of a folded name: "four points
// technology l l c" → "four points technology".
func withoutForm(name string) string {
	words := strings.Fields(name)
	n := len(words)
	for n > 1 && (legalForms[words[n-1]] || len(words[n-1]) == 1 && n > 2) {
		n--
	}
	return strings.Join(words[:n], " ")
}

// texts are the properties in which names are looked for, by schema.
var texts = map[string][]string{
	"Obligation": {"description"},
	"Award":      {"description", "title"},
	"Subaward":   {"description"},
	"UseCase":    {"name", "description", "purpose", "outputs", "vendor"},
}

// mentions adds a Names edge from the contract (or use case) whose text names
// an entity to that entity.
func (w *weaver) mentions(ctx context.Context, view statement.View) error {
	if err := w.names.ready(); err != nil || w.names.set == nil {
		return err
	}
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return fmt.Errorf("read texts for mentions: %w", err)
		}
		w.split(stmts)
		for i := range w.parts {
			if p := &w.parts[i]; p.schema != nil {
				if err := w.scan(p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (w *weaver) scan(p *part) error {
	props := texts[p.schema.Name]
	for i := range p.stmts {
		s := &p.stmts[i]
		if !slices.Contains(props, s.Prop) {
			continue
		}
		if err := w.name(p, s, w.names.find(p, s.Value)); err != nil {
			return err
		}
	}
	return nil
}

// find tells which entities a text names, and for each the classes whose names
// for it stand there. A name inside a longer one of the same class is not
// meant ("Amazon" in "Amazon Web Services"); names of different classes do not
// hide each other, for a reader may see one and not the other.
func (m *mentions) find(p *part, text string) map[ftm.EntityID][]statement.Class {
	found := map[ftm.EntityID][]statement.Class{}
	matches := m.scan(text)
	for _, f := range matches {
		for _, n := range f.targets {
			t := &m.targets[n]
			if p.isParty(t.id) {
				continue
			}
			for _, c := range t.classes {
				if !m.inside(f, matches, c) && !slices.Contains(found[t.id], c) {
					found[t.id] = append(found[t.id], c)
				}
			}
		}
	}
	return found
}

// inside says whether a longer match around this one has a name of class c.
func (m *mentions) inside(f naming, all []naming, c statement.Class) bool {
	for _, o := range all {
		if o.start > f.start || o.end < f.end || o.end-o.start == f.end-f.start {
			continue
		}
		for _, n := range o.targets {
			if slices.Contains(m.targets[n].classes, c) {
				return true
			}
		}
	}
	return false
}

// isParty says whether the entity is authority, supplier or the like of the
// contract anyway: that its text names it too is no news.
func (p *part) isParty(id ftm.EntityID) bool {
	for i := range p.stmts {
		if p.stmts[i].Value == string(id) {
			return true
		}
	}
	return false
}

func (w *weaver) name(p *part, s *statement.Statement, found map[ftm.EntityID][]statement.Class) error {
	sources := []string{string(s.Entity)}
	if p.schema.Edge != nil {
		sources = p.values("contract")
	}
	for id, classes := range found {
		var alts graph.Alternatives
		for _, c := range classes {
			alts = append(alts, slices.Compact([]statement.Class{min(c, p.class), max(c, p.class)}))
		}
		for _, src := range sources {
			if src == string(id) {
				continue
			}
			err := w.b.Edge(graph.EdgeSpec{
				Source: ftm.EntityID(src), Target: id, Kind: NamesKind, Ref: s.Entity, Prop: s.Prop, Directed: true,
				Start: firstDay(p.schema, p), End: statement.NoDay, Alternatives: alts,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
