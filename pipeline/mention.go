package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"overt/ftm"
	"overt/graph"
	"overt/internal/phrase"
	"overt/resolve"
	"overt/statement"
)

// NamesKind is the kind of an edge that says no more than: this text names
// that. It is never a payment and never a contract.
const NamesKind = "Names"

// mentions finds the names of known organisations, products and systems in the
// texts of contracts, contract actions and use cases.
type mentions struct {
	set     *phrase.Set
	ref     map[statement.Class]bool
	targets []target
	known   map[targetKey]uint32
}

// A target is one entity under one name, and who says it is called so.
type target struct {
	id      ftm.EntityID
	classes []statement.Class
}

type targetKey struct {
	id     ftm.EntityID
	phrase string
}

func newMentions(sight *statement.Sight) *mentions {
	m := &mentions{set: phrase.NewSet(), ref: map[statement.Class]bool{}, known: map[targetKey]uint32{}}
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
		n = uint32(len(m.targets))
		m.known[key] = n
		m.targets = append(m.targets, target{id: id})
		m.set.Add(name, n)
	}
	if t := &m.targets[n]; !slices.Contains(t.classes, c) {
		t.classes = append(t.classes, c)
	}
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
	if w.names.set.Len() == 0 {
		return nil
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
	matches := m.set.Scan(text)
	for _, match := range matches {
		for _, n := range match.IDs {
			t := &m.targets[n]
			if p.isParty(t.id) {
				continue
			}
			for _, c := range t.classes {
				if !m.inside(match, matches, c) && !slices.Contains(found[t.id], c) {
					found[t.id] = append(found[t.id], c)
				}
			}
		}
	}
	return found
}

// inside says whether a longer match around this one has a name of class c.
func (m *mentions) inside(match phrase.Match, all []phrase.Match, c statement.Class) bool {
	for _, o := range all {
		if o.Start > match.Start || o.End < match.End || o.End-o.Start == match.End-match.Start {
			continue
		}
		for _, n := range o.IDs {
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
