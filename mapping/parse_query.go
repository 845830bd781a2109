package mapping

import (
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/ftm"
)

// query reads one query.
func (p *parser) query(dataset string, n *yaml.Node, pairs []pair) {
	if p.err != nil {
		return
	}
	if len(p.m.Queries) >= maxQueries {
		p.fail(n, "more than %d queries", maxQueries)
		return
	}
	q := &Query{Dataset: dataset, m: p.m, ignore: p.ignore, plans: &planCache{}}
	w := &queryParser{parser: p, q: q, columns: map[string]int{}, fields: map[string]int{}}
	var entities *yaml.Node
	var later []pair
	for _, kv := range pairs { // before anything that may use what it gives
		if kv.key == "derive" {
			w.derivation(kv)
		}
	}
	for _, kv := range pairs {
		switch kv.key {
		case "derive":
		case "fields": // before anything that may use them
			for _, f := range p.pairs(kv.value, "fields") {
				w.field(f)
			}
		case "entities":
			entities = kv.value
		default:
			later = append(later, kv)
		}
	}
	for _, kv := range later {
		w.key(kv)
	}
	if p.err == nil && entities == nil {
		p.fail(n, "the query has no entities")
	}
	if p.err == nil {
		w.entities(entities)
	}
	if p.err == nil {
		w.bind()
		w.handOver()
		q.judge()
	}
	p.m.Queries = append(p.m.Queries, q)
}

// A queryParser holds what is known while one query is read.
type queryParser struct {
	*parser
	q       *Query
	columns map[string]int // name to index into q.columns
	fields  map[string]int // name to index into q.fields
	item    bool           // whether $item has a meaning here
}

// key reads one key of a query other than fields and entities.
func (w *queryParser) key(kv pair) {
	q := w.q
	switch kv.key {
	case "name":
		q.Name = w.text(kv.value, kv.key)
	case "rows":
		q.Rows = w.text(kv.value, kv.key)
	case "each":
		q.Steps = slices.DeleteFunc(w.texts(kv.value, kv.key), func(s string) bool { return s == "" })
		q.Each = strings.Join(q.Steps, "/")
	case "versions":
		q.Version = w.text(kv.value, kv.key)
	case "csv_url", "csv_urls":
		for _, u := range w.texts(kv.value, kv.key) {
			q.Sources = append(q.Sources, w.expand(u))
		}
	case "form":
		q.Form = w.form(kv.value)
	case "from":
		q.From = w.from(kv.value)
	case "database":
		w.sql().Database = w.expand(w.text(kv.value, kv.key))
	case "table", "tables":
		for _, item := range w.list(kv.value) {
			w.table1(item)
		}
	case "joins":
		for _, item := range w.list(kv.value) {
			w.join(item)
		}
	case "filters", "filters_not":
		for _, f := range w.pairs(kv.value, kv.key) {
			w.filter(f, kv.key == "filters_not")
		}
	case "when":
		q.when = w.condition(kv.value, q.when, false)
	case "unless":
		q.when = w.condition(kv.value, q.when, true)
	default:
		w.fail(kv.at, "unknown key %q in a query", kv.key)
	}
}

func (w *queryParser) sql() *SQL {
	if w.q.SQL == nil {
		w.q.SQL = &SQL{}
	}
	return w.q.SQL
}

// table1 reads one table: its name, or table and alias.
func (w *queryParser) table1(n *yaml.Node) {
	var t Table
	if n = w.deref(n); n.Kind == yaml.ScalarNode {
		t.Name = w.text(n, "table")
	} else {
		for _, kv := range w.pairs(n, "a table") {
			switch kv.key {
			case "table":
				t.Name = w.text(kv.value, kv.key)
			case "alias":
				t.Alias = w.text(kv.value, kv.key)
			default:
				w.fail(kv.at, "unknown key %q in a table", kv.key)
			}
		}
	}
	if t.Name == "" {
		w.fail(n, "a table needs a name")
	}
	if t.Alias == "" {
		t.Alias = t.Name
	}
	w.sql().Tables = append(w.sql().Tables, t)
}

func (w *queryParser) join(n *yaml.Node) {
	var j Join
	for _, kv := range w.pairs(n, "a join") {
		switch kv.key {
		case "left":
			j.Left = w.text(kv.value, kv.key)
		case "right":
			j.Right = w.text(kv.value, kv.key)
		default:
			w.fail(kv.at, "unknown key %q in a join", kv.key)
		}
	}
	if w.err == nil && (j.Left == "" || j.Right == "") {
		w.fail(n, "a join needs left and right")
	}
	w.sql().Joins = append(w.sql().Joins, j)
}

func (w *queryParser) filter(kv pair, not bool) {
	f := filter{ref: w.ref(kv.at, kv.key), not: not, values: map[string]bool{}}
	for _, v := range w.texts(kv.value, "a filter") {
		f.values[sanitize(v)] = true
	}
	w.q.filters = append(w.q.filters, f)
}

// handOver gives the filters by columns of a database to it. What they compare
// there is the column as it is kept, not as it is written here.
func (w *queryParser) handOver() {
	q := w.q
	if q.SQL == nil {
		return
	}
	q.filters = slices.DeleteFunc(q.filters, func(f filter) bool {
		if f.ref >= fieldBase || strings.HasPrefix(q.columns[f.ref].name, "$") {
			return false
		}
		q.SQL.Filters = append(q.SQL.Filters, Filter{q.columns[f.ref].name, slices.Sorted(maps.Keys(f.values)), f.not})
		return true
	})
}

// expand replaces the names that the caller passed in, and no others.
func (p *parser) expand(s string) string {
	return os.Expand(s, func(name string) string {
		if v, ok := p.opts.Env[name]; ok {
			return v
		}
		return "${" + name + "}"
	})
}

// field reads a named value. It may use the fields before it.
func (w *queryParser) field(kv pair) {
	if w.err != nil {
		return
	}
	if _, ok := w.fields[kv.key]; ok || kv.key == itemName {
		w.fail(kv.at, "field %q is already taken", kv.key)
		return
	}
	x := w.expr(kv.value, nil)
	w.fields[kv.key] = len(w.q.fields)
	w.q.fields = append(w.q.fields, field{kv.key, x})
}

// entities reads the entity mappings and sorts them so that each comes after
// those it refers to.
func (w *queryParser) entities(n *yaml.Node) {
	pairs := w.pairs(n, "entities")
	if w.err == nil && len(pairs) == 0 {
		w.fail(n, "the query has no entities")
	}
	if len(pairs) > maxEntities {
		w.fail(n, "more than %d entities", maxEntities)
	}
	for _, kv := range pairs {
		if w.err != nil {
			return
		}
		w.q.entities = append(w.q.entities, w.entity(kv))
	}
}

func (w *queryParser) entity(kv pair) *entity {
	e := &entity{name: kv.key, idColumn: -1, each: -1, place: position{kv.at.Line, kv.at.Column}}
	pairs := w.pairs(kv.value, "entity "+kv.key)
	var properties *yaml.Node
	var later []pair
	literal := ""
	for _, k := range pairs {
		switch k.key {
		case "schema":
			e.schema = w.schema(k.value)
		case "each":
			e.each = w.ref(k.value, w.text(k.value, k.key))
		default:
			later = append(later, k)
		}
	}
	w.item = e.each >= 0
	defer func() { w.item = false }()
	for _, k := range later {
		switch k.key {
		case "key", "keys":
			for _, name := range w.texts(k.value, k.key) {
				e.keys = append(e.keys, w.ref(k.value, name))
			}
		case "key_literal":
			literal = w.text(k.value, k.key)
		case "id_column":
			e.idColumn = w.ref(k.value, w.text(k.value, k.key))
		case "required":
			e.required = w.flag(k.value, k.key)
		case "when":
			e.when = w.condition(k.value, e.when, false)
		case "unless":
			e.when = w.condition(k.value, e.when, true)
		case "properties":
			properties = k.value
		default:
			w.fail(k.at, "unknown key %q in entity %q", k.key, e.name)
		}
	}
	e.constant = literal != "" && len(e.keys) == 0 && e.idColumn < 0
	w.checkEntity(e, kv)
	e.keyPrefix = []byte(trimKey(w.opts.KeyPrefix) + trimKey(w.prefix) + trimKey(literal))
	if w.err == nil && properties != nil && w.deref(properties).Tag != "!!null" {
		for _, k := range w.pairs(properties, "properties of "+e.name) {
			if pm := w.property(e, k); pm != nil {
				e.properties = append(e.properties, pm)
			}
		}
	}
	// Countries come first: they help to read telephone numbers.
	slices.SortStableFunc(e.properties, func(a, b *property) int {
		switch {
		case a.country == b.country:
			return 0
		case a.country:
			return -1
		}
		return 1
	})
	return e
}

func (w *queryParser) checkEntity(e *entity, kv pair) {
	switch {
	case w.err != nil:
	case e.schema == nil:
		w.fail(kv.at, "entity %q has no schema", e.name)
	case len(e.keys) == 0 && e.idColumn < 0 && !e.constant:
		w.fail(kv.at, "entity %q needs keys or id_column (or a key_literal)", e.name)
	case len(e.keys) > 0 && e.idColumn >= 0:
		w.fail(kv.at, "entity %q has both keys and id_column: one of them", e.name)
	}
}

func (w *queryParser) schema(n *yaml.Node) *ftm.Schema {
	name := w.text(n, "schema")
	s := w.opts.Model.Schema(name)
	if s == nil && w.err == nil {
		w.fail(n, "unknown schema %q%s", name, near(name, schemaNames(w.opts.Model)))
	}
	return s
}

// bind resolves references between entities, checks their ranges and brings the
// entities into an order without forward references.
func (w *queryParser) bind() {
	byName := map[string]*entity{}
	for _, e := range w.q.entities {
		byName[e.name] = e
	}
	for _, e := range w.q.entities {
		for _, pm := range e.properties {
			if pm.ref == "" {
				continue
			}
			to := byName[pm.ref]
			if to == nil {
				w.failAt(pm.place, "property %s refers to %q, which is no entity of this query", pm.qname, pm.ref)
				return
			}
			if !to.schema.IsA(pm.prop.Range) {
				w.failAt(pm.place, "property %s must refer to a %s, and %q is a %s", pm.qname, pm.prop.Range, pm.ref, to.schema.Name)
				return
			}
		}
	}
	w.sort(byName)
	if w.err == nil {
		w.q.standing()
	}
}

// standing marks the entities that are the same with every record, such as the
// city whose ledger this is, where the query has others.
func (q *Query) standing() {
	n := 0
	for _, e := range q.entities {
		e.standing = e.constant && e.each < 0 && e.when == nil && !slices.ContainsFunc(e.properties, func(pm *property) bool {
			return pm.when != nil || pm.ref == "" && len(pm.fixed) == 0
		})
		if e.standing {
			n++
		}
	}
	if n == len(q.entities) {
		for _, e := range q.entities {
			e.standing = false
		}
	}
}

// sort does a depth-first walk over the references; it keeps the order of the
// file where references leave a choice.
func (w *queryParser) sort(byName map[string]*entity) {
	const open, done = 1, 2
	state := map[*entity]int{}
	index := map[*entity]int{}
	var out []*entity
	var visit func(e *entity) bool
	visit = func(e *entity) bool {
		switch state[e] {
		case done:
			return true
		case open:
			return false
		}
		state[e] = open
		for _, pm := range e.properties {
			if pm.ref == "" {
				continue
			}
			if !visit(byName[pm.ref]) {
				w.failAt(pm.place, "property %s of entity %q refers to itself in a circle through %q", pm.qname, e.name, pm.ref)
				return false
			}
			pm.entity = index[byName[pm.ref]]
		}
		state[e] = done
		index[e] = len(out)
		out = append(out, e)
		return true
	}
	for _, e := range w.q.entities {
		if !visit(e) {
			return
		}
	}
	w.q.entities = out
}
