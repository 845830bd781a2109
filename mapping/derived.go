package mapping

import (
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/extract"
	"overt/mapping/notice"
)

// Derivations that make several records of one.
const (
	// deriveChanges: one for each thing a text does to a system of records.
	deriveChanges = "system_changes"
	// deriveNotice: one for each system of records that a full notice, in the
	// XML of the Federal Register, describes; one for a notice that describes
	// none.
	deriveNotice = "system_notices"
	// deriveUses: one for each routine use of each system of such a notice; where
	// it names several institutions, one for each.
	deriveUses = "routine_uses"
	// deriveMatched: one for each system of records that a notice of a matching
	// programme names by its number.
	deriveMatched = "matched_systems"
)

// A derivation reads other records out of a record. Its values are columns
// with names that begin with "$"; they cite the cells they were read in.
type derivation struct {
	kind string
	from []int // columns with text, for system_changes
}

var derivedColumns = map[string][]string{
	deriveChanges: {"$action", "$number", "$name", "$old_number", "$old_name", "$new_name", "$sentence"},
	deriveNotice:  nil, // and the others read a notice too
	deriveUses:    {"$letter", "$recipient", "$institution", "$text"},
	deriveMatched: nil,
}

// ofNotice are the columns of everything read out of a notice, beside one for
// each section.
var ofNotice = []string{"$number", "$name", "$citations", "$institution"}

func (d *derivation) gives(name string) bool {
	switch {
	case name == itemName:
		return true
	case d == nil:
		return false
	case d.kind != deriveChanges && (slices.Contains(ofNotice, name) || slices.Contains(notice.Sections(), notice.Section(name[1:]))):
		return true
	}
	return slices.Contains(derivedColumns[d.kind], name)
}

// derivation reads the key derive of a query: the name of a derivation, or
// {name, from}.
func (w *queryParser) derivation(kv pair) {
	d := &derivation{}
	n := w.deref(kv.value)
	if n.Kind == yaml.ScalarNode {
		d.kind = w.oneOf(n, "derive", deriveNotice, deriveUses, deriveMatched)
	} else {
		for _, k := range w.pairs(n, "derive") {
			switch k.key {
			case "name":
				d.kind = w.oneOf(k.value, "derive", deriveChanges, deriveNotice, deriveUses, deriveMatched)
			case "from":
				for _, c := range w.texts(k.value, "from") {
					d.from = append(d.from, w.ref(k.value, c))
				}
			default:
				w.fail(k.at, "unknown key %q in derive", k.key)
			}
		}
	}
	if w.err == nil && (d.kind == deriveChanges) != (len(d.from) > 0) {
		w.fail(kv.at, "%s reads columns, named in from; the others read the whole record", deriveChanges)
	}
	w.q.derive = d
}

// A row is one derived record: values by column.
type row map[string][]datum

// read gives the derived records one after the other, for a notice may have
// very many paragraphs.
func (d *derivation) read(r *run, one func(row) error) error {
	switch d.kind {
	case deriveChanges:
		return r.changes(d.from, one)
	case deriveNotice:
		return r.notices(one)
	case deriveMatched:
		return r.matched(one)
	}
	return r.uses(one)
}

// changes reads what texts do to systems of records.
func (r *run) changes(from []int, one func(row) error) error {
	var texts []datum
	for _, ref := range from {
		texts = append(texts, r.values(ref)...)
	}
	for _, text := range texts {
		if len(text.text) > notice.MaxText {
			at := r.cite(text.cells)[0]
			r.report(Problem{Where: at.At, Column: columnOf(at), Reason: "the text is too long to be read for systems of records"})
			continue
		}
		for _, c := range notice.Changes(text.text) {
			d := row{}
			for name, value := range map[string]string{
				"$action": string(c.Action), "$number": c.System.Number, "$name": c.System.Name,
				"$old_number": c.Old.Number, "$old_name": c.Old.Name, "$new_name": c.Name, "$sentence": c.Sentence,
			} {
				d.set(name, value, text.cells)
			}
			if err := one(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// A described system is what one notice says of one system: paragraphs by
// section.
type described struct {
	sections map[notice.Section][]datum
	named    bool // something followed its name
}

// describe walks a notice in the order of its text: a heading opens a section,
// paragraphs belong to the one that is open. It gives the notice as a whole
// and the systems in it, and the headings that name no known section.
func (r *run) describe() (whole described, systems []described, unknown []Problem) {
	whole.sections = map[notice.Section][]datum{}
	var open notice.Section
	into := func() *described {
		if len(systems) > 0 {
			return &systems[len(systems)-1]
		}
		return &whole
	}
	r.paragraphs(r.rec, func(heading bool, d datum) {
		if !heading {
			if open != "" {
				to := into()
				to.sections[open] = append(to.sections[open], d)
			}
			return
		}
		s, ok := notice.Heading(d.text)
		if !ok {
			unknown = append(unknown, Problem{Where: d.cells[0].At, Column: columnOf(d.cells[0]), Reason: "this heading names no known section of a notice; what stands under it is left out"})
		}
		open = s
		switch last := into(); {
		case s == notice.SystemName && (len(systems) == 0 || last.named):
			systems = append(systems, described{sections: map[notice.Section][]datum{}})
		case s != notice.SystemName:
			last.named = true
		}
	})
	return whole, systems, unknown
}

// paragraphs walks headings and paragraphs below a record.
func (r *run) paragraphs(rec extract.Record, see func(heading bool, d datum)) {
	for _, k := range rec.Each("*") {
		name := plainPath(k.At().Pointer)
		name = name[strings.LastIndexByte(name, '/')+1:]
		paragraph := name == "P" || strings.HasPrefix(name, "FP")
		if name != "HD" && !paragraph {
			r.paragraphs(k, see)
			continue
		}
		for _, cell := range k.Cells(".") {
			text := sanitize(cell.Text)
			if text == "" || isEncodedTemplate(text) {
				continue
			}
			see(name == "HD", datum{text: text, cells: []extract.Cell{cell}})
		}
	}
}

func (d row) set(name, text string, cells []extract.Cell) {
	if text != "" {
		d[name] = append(d[name], datum{text: text, cells: cells})
	}
}

// row makes a record of what a notice says as a whole and of one system.
func (s described) row(whole described) row {
	d := row{}
	for section, values := range whole.sections {
		d["$"+string(section)] = values
	}
	for section, values := range s.sections {
		d["$"+string(section)] = values
	}
	if names := s.sections[notice.SystemName]; len(names) > 0 {
		all := joined(names, " ")[0]
		if number, ok := notice.Number(all.text); ok {
			d.set("$number", number, all.cells)
		}
		d.set("$name", notice.Name(all.text), all.cells)
	}
	for _, v := range s.sections[notice.History] {
		for _, c := range notice.Citations(v.text) {
			d.set("$citations", c, v.cells)
		}
	}
	return d
}

func (r *run) notices(one func(row) error) error {
	whole, systems, unknown := r.describe()
	if len(systems) == 0 {
		systems = []described{{}}
	}
	for _, s := range systems {
		if err := one(s.row(whole)); err != nil {
			return err
		}
	}
	// A notice that the query passes over is none of its business. The other
	// derivations read the same headings and leave them to this one.
	if r.emitted > 0 {
		for _, p := range unknown {
			r.report(p)
		}
	}
	return nil
}

func (r *run) matched(one func(row) error) error {
	whole, _, _ := r.describe()
	base := described{}.row(whole)
	for _, v := range whole.sections[notice.Matched] {
		for _, n := range notice.Numbers(v.text) {
			d := maps.Clone(base)
			d.set("$number", n, v.cells)
			if err := one(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) uses(one func(row) error) error {
	whole, systems, _ := r.describe()
	for _, s := range systems {
		base := s.row(whole)
		for _, p := range s.sections[notice.RoutineUses] {
			use, ok := notice.RoutineUse(p.text)
			if !ok {
				continue
			}
			if len(use.Named) == 0 {
				use.Named = []string{""}
			}
			for _, name := range use.Named {
				d := maps.Clone(base)
				d.set("$letter", use.Letter, p.cells)
				d.set("$recipient", use.Recipient, p.cells)
				d.set("$text", use.Text, p.cells)
				d.set("$institution", name, p.cells)
				if err := one(d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
