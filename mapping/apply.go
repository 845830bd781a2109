package mapping

import (
	"crypto/sha1"
	"encoding/hex"
	"slices"

	"overt/extract"
	"overt/ftm"
)

// Apply maps one record of a query: emit gets its entities, each after those it
// refers to, problem what could not be taken over. A record that the query's
// filters or conditions pass over gives neither. The entities are the caller's
// to keep. Apply may run in several goroutines at once. Errors: only what emit
// gives, unchanged, and it ends the record.
func (m *Mapping) Apply(q *Query, rec extract.Record, emit func(Entity) error, problem func(Problem)) error {
	r := runs.Get().(*run)
	defer r.finish()
	r.problem = problem
	return m.each(r, q, q.Steps, rec, emit)
}

// each goes down to the nested records that the steps lead to.
func (m *Mapping) each(r *run, q *Query, steps []string, rec extract.Record, emit func(Entity) error) error {
	if len(steps) == 0 {
		return m.apply(r, q, rec, emit)
	}
	for _, nested := range rec.Each(steps[0]) {
		if err := m.each(r, q, steps[1:], nested, emit); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mapping) apply(r *run, q *Query, rec extract.Record, emit func(Entity) error) error {
	var p *plan
	if at := rec.At(); at.Row != 0 && at.Pointer == "" {
		p = q.tablePlan(rec)
	}
	r.start(q, rec, p)
	r.emitted, r.problems, r.dropped = 0, 0, false
	if q.derive != nil {
		err := q.derive.read(r, func(d row) error {
			r.again(d)
			return r.entities(emit)
		})
		if err != nil {
			return err
		}
	} else if err := r.entities(emit); err != nil {
		return err
	}
	if r.emitted == 0 && r.dropped {
		r.report(Problem{Where: rec.At(), Reason: "gave nothing: the keys or required values of every entity are empty", Fatal: true})
	}
	return nil
}

// entities makes the entities of one record, or of what was derived from it.
func (r *run) entities(emit func(Entity) error) error {
	if !r.q.passes(r) {
		return nil
	}
	for i, e := range r.q.entities {
		if err := r.entity(i, e, emit); err != nil {
			return err
		}
	}
	return nil
}

// tablePlan gives the plan for a row, nil when the record is a line of JSON.
func (q *Query) tablePlan(rec extract.Record) *plan {
	header := rec.Columns()
	if p := q.plans.last.Load(); p != nil && len(header) > 0 && p.first == &header[0] && p.width == len(header) {
		return p
	}
	if !isTable(rec, header) {
		return nil
	}
	return q.plan(header)
}

// passes says whether filters and conditions let the record through. Filters
// compare exactly, as FollowTheMoney does, but for blanks at the ends.
func (q *Query) passes(r *run) bool {
	for _, f := range q.filters {
		hit := false
		for _, d := range r.values(f.ref) {
			hit = hit || f.values[d.text]
		}
		if len(r.values(f.ref)) == 0 {
			hit = f.values[""]
		}
		if hit == f.not {
			return false
		}
	}
	return q.when.holds(r)
}

// entity makes the entities of one entity mapping: one, or one for each value.
func (r *run) entity(i int, e *entity, emit func(Entity) error) error {
	if e.each < 0 {
		return r.make(i, e, emit)
	}
	items := r.values(e.each)
	for j := range items {
		if r.ignored(e.each, items[j], r.q.ignore) {
			continue
		}
		r.item = items[j : j+1]
		if err := r.make(i, e, emit); err != nil {
			return err
		}
	}
	r.item = nil
	return nil
}

func (r *run) make(i int, e *entity, emit func(Entity) error) error {
	if !e.when.holds(r) {
		return nil
	}
	id, cells, ok := r.key(e)
	if !ok {
		r.drop(e, "its keys are empty")
		return nil
	}
	out := Entity{ID: id, Schema: e.schema.Name, Standing: e.standing, Values: make([]Value, 0, len(e.properties)+2)}
	var countries []string
	for _, pm := range e.properties {
		before := len(out.Values)
		r.property(&out, pm, countries)
		if pm.country {
			for _, v := range out.Values[before:] {
				countries = append(countries, v.Clean)
			}
		}
		if pm.required && len(out.Values) == before && !out.has(pm.prop.Name) {
			r.drop(e, "it has no "+pm.prop.Name)
			return nil
		}
	}
	r.ids[i] = append(r.ids[i], made{id, cells})
	if !e.standing {
		r.emitted++
	}
	return emit(out)
}

func (e *Entity) has(prop string) bool {
	return slices.ContainsFunc(e.Values, func(v Value) bool { return v.Prop == prop })
}

// drop leaves an entity out, which is a problem only if the mapping says so.
func (r *run) drop(e *entity, why string) {
	r.dropped = true
	if e.required {
		r.report(Problem{Where: r.rec.At(), Reason: "the " + e.schema.Name + " (" + e.name + ") was left out: " + why})
	}
}

// property adds the values of one property mapping.
func (r *run) property(out *Entity, pm *property, countries []string) {
	if !pm.when.holds(r) {
		return
	}
	if pm.entity >= 0 {
		for _, m := range r.ids[pm.entity] {
			out.add(Value{Prop: pm.prop.Name, Clean: string(m.id), Original: string(m.id), Cells: r.cite(m.cells)})
		}
		return
	}
	if pm.fixed != nil {
		for _, v := range pm.fixed {
			v.Cells = r.cite(nil)
			out.add(v)
		}
		return
	}
	opts := pm.opts
	if pm.phone && opts.Countries == nil {
		opts.Countries = countries
	}
	for _, d := range r.eval(pm.value) {
		clean, err := pm.prop.Clean(d.text, opts)
		if err != nil {
			r.unclean(pm, d, err)
			continue
		}
		out.add(Value{Prop: pm.prop.Name, Clean: clean, Original: d.text, Lang: pm.lang, Cells: r.cite(d.cells)})
	}
}

// cite gives the cells, or the record's own place when the mapping itself gave
// the value.
func (r *run) cite(cells []extract.Cell) []extract.Cell {
	if len(cells) > 0 {
		return cells
	}
	return []extract.Cell{{At: r.rec.At()}}
}

func (r *run) unclean(pm *property, d datum, err error) {
	p := Problem{Where: r.rec.At(), Property: pm.qname, Reason: err.Error()}
	if len(d.cells) > 0 {
		p.Where = d.cells[0].At
		p.Column = columnOf(d.cells[0])
	}
	r.report(p)
}

func columnOf(c extract.Cell) string {
	if c.At.Column != "" {
		return c.At.Column
	}
	return c.At.Pointer
}

// add appends a value; one that is there already gets the further cells.
func (e *Entity) add(v Value) {
	for i := range e.Values {
		if have := &e.Values[i]; have.Prop == v.Prop && have.Clean == v.Clean {
			have.addCells(v.Cells)
			return
		}
	}
	e.Values = append(e.Values, v)
}

func (v *Value) addCells(cells []extract.Cell) {
	for _, c := range cells {
		if !slices.ContainsFunc(v.Cells, func(have extract.Cell) bool { return have.At == c.At }) {
			v.Cells = append(v.Cells[:len(v.Cells):len(v.Cells)], c)
		}
	}
}

// key gives an entity's id and the cells that made it. With keys it is the
// SHA-1 over prefix, literal and the sorted values that are not empty, in
// hexadecimal, as in EntityMapping.compute_key of followthemoney/mapping/
// entity.py; with id_column it is the value itself.
func (r *run) key(e *entity) (ftm.EntityID, []extract.Cell, bool) {
	if e.idColumn >= 0 {
		d, ok := r.one(e.idColumn, r.q.ignore)
		return ftm.EntityID(d.text), d.cells, ok && len(d.text) <= maxID
	}
	r.keys = r.keys[:0]
	var cells []extract.Cell
	for _, ref := range e.keys {
		d, ok := r.one(ref, r.q.ignore)
		if !ok {
			continue
		}
		r.keys = append(r.keys, d.text)
		if cells == nil {
			cells = d.cells
		} else {
			cells = append(cells[:len(cells):len(cells)], d.cells...)
		}
	}
	if len(r.keys) == 0 && !e.constant {
		return "", nil, false
	}
	slices.Sort(r.keys)
	r.buf = append(r.buf[:0], e.keyPrefix...)
	for _, k := range r.keys {
		r.buf = append(r.buf, k...)
	}
	sum := sha1.Sum(r.buf)
	var text [2 * sha1.Size]byte
	hex.Encode(text[:], sum[:])
	return ftm.EntityID(text[:]), cells, true
}

// maxID is how long an id of a source may be: ENTITY_ID_LEN of
// followthemoney/util.py.
const maxID = 200
