package mapping

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/ftm"
)

// itemName is the column name that stands for the value at hand in an entity
// with each.
const itemName = "$item"

// Columns have indices from 0; fields and $item follow in ranges of their own,
// so that a reference is one number.
const (
	fieldBase = 1 << 20
	itemRef   = 1 << 21
)

// ref gives the reference for a column or field name.
func (w *queryParser) ref(n *yaml.Node, name string) int {
	if w.err != nil {
		return 0
	}
	if name == itemName {
		if !w.item {
			w.fail(n, "%s has a meaning only in an entity with each", itemName)
		}
		return itemRef
	}
	if i, ok := w.fields[name]; ok {
		return fieldBase + i
	}
	if name == "" {
		w.fail(n, "a column needs a name")
		return 0
	}
	if strings.HasPrefix(name, "$") && !w.q.derive.gives(name) {
		w.fail(n, "%q is nothing that the query derives", name)
		return 0
	}
	i, ok := w.columns[name]
	if !ok {
		i = len(w.q.columns)
		w.columns[name] = i
		w.q.columns = append(w.q.columns, column{name: name})
	}
	return i
}

// property reads one property mapping: the name of a column, or keys.
func (w *queryParser) property(e *entity, kv pair) *property {
	if w.err != nil {
		return nil
	}
	prop := e.schema.Property(kv.key)
	if prop == nil {
		w.fail(kv.at, "schema %s has no property %q%s", e.schema.Name, kv.key, near(kv.key, propertyNames(e.schema)))
		return nil
	}
	if prop.Stub {
		w.fail(kv.at, "property %s only names the way back from %s", prop.QName, prop.Range)
		return nil
	}
	pm := &property{prop: prop, qname: e.schema.Name + ":" + prop.Name, entity: -1,
		country: prop.Type.Name == "country", phone: prop.Type.Name == "phone",
		place: position{kv.at.Line, kv.at.Column}}
	pm.value = w.expr(kv.value, pm)
	if w.err != nil {
		return nil
	}
	if prop.Type.Name == "date" && pm.opts.Format == "" {
		pm.opts.Format = w.formats
	}
	if pm.ref == "" && pm.value.empty() {
		w.fail(kv.at, "property %s has neither column, literal, template nor entity", pm.qname)
	}
	if pm.ref != "" && prop.Type.Name != "entity" {
		w.fail(kv.at, "property %s takes values of type %s, not entities", pm.qname, prop.Type.Name)
	}
	w.fix(pm, kv)
	if pm.ref != "" && !pm.value.empty() {
		w.fail(kv.at, "property %s has an entity and values: one of them", pm.qname)
	}
	return pm
}

// fix cleans the values of a property that has only literals, once and for all.
func (w *queryParser) fix(pm *property, kv pair) {
	x := pm.value
	if w.err != nil || x.steps || len(x.literals) == 0 || len(x.refs) > 0 {
		return
	}
	for _, text := range x.literals {
		clean, err := pm.prop.Clean(text, pm.opts)
		if err != nil {
			w.fail(kv.at, "literal of %s: %v", pm.qname, err)
			return
		}
		pm.fixed = append(pm.fixed, Value{Prop: pm.prop.Name, Clean: clean, Original: text, Lang: pm.lang})
	}
}

func (x *expr) empty() bool {
	return len(x.refs) == 0 && len(x.literals) == 0 && len(x.first) == 0 && x.template == nil
}

// expr reads a value expression; pm is nil outside of properties.
func (w *queryParser) expr(n *yaml.Node, pm *property) *expr {
	x := &expr{ignore: w.ignore}
	if w.err != nil {
		return x
	}
	if n = w.deref(n); n.Kind == yaml.ScalarNode {
		x.refs = []int{w.ref(n, w.text(n, "a column"))}
		return x
	}
	for _, kv := range w.pairs(n, "a value") {
		if !w.gather(x, kv) && !w.step(x, kv) && !w.propertyKey(pm, kv) && !(pm == nil && w.exprWhen(x, kv)) {
			w.fail(kv.at, "unknown key %q in a value", kv.key)
		}
		if w.err != nil {
			return x
		}
	}
	w.checkExpr(n, x, pm)
	x.steps = x.join != nil || x.split != nil || x.pattern != nil || x.lookup != nil ||
		x.letters != "" || x.strip != "" || x.pad > 0 || x.derive != ""
	if x.formats == "" {
		x.formats = w.formats
	}
	return x
}

// gather reads the keys that say where values come from.
func (w *queryParser) gather(x *expr, kv pair) bool {
	switch kv.key {
	case "column", "columns":
		for _, name := range w.texts(kv.value, kv.key) {
			x.refs = append(x.refs, w.ref(kv.value, name))
		}
	case "literal", "literals":
		for _, text := range w.texts(kv.value, kv.key) {
			x.literals = append(x.literals, sanitize(text))
		}
	case "template":
		x.template = w.template(kv.value)
	case "first":
		for _, item := range w.list(kv.value) {
			x.first = append(x.first, w.expr(item, nil))
		}
	default:
		return false
	}
	return true
}

// step reads the keys that say what happens to values.
func (w *queryParser) step(x *expr, kv pair) bool {
	switch kv.key {
	case "join":
		sep := w.text(kv.value, kv.key)
		x.join = &sep
	case "split":
		x.split = w.splitter(kv.value)
	case "pattern":
		x.pattern = w.regexp(kv.value, kv.key)
		x.once = x.pattern != nil && isAnchored(x.pattern.String())
	case "lookup":
		x.lookup = w.lookup(kv.value)
	case "lookup_else":
		x.keep = w.oneOf(kv.value, kv.key, "drop", "keep") == "keep"
	case "letters":
		x.letters = w.oneOf(kv.value, kv.key, "upper", "lower", "fold")
	case "strip":
		x.strip = w.text(kv.value, kv.key)
	case "pad":
		x.pad = w.number(kv.value, kv.key, 1, 64)
	case "derive":
		x.derive = w.oneOf(kv.value, kv.key, deriveFiscalYear, deriveDate, deriveCount, deriveSHA1)
	case "ignore":
		x.ignore = w.ignoring(kv.value)
	case "date_formats":
		x.formats = w.dateFormats(kv.value)
	default:
		return false
	}
	return true
}

// isAnchored says that a pattern can match only at the beginning, so once.
func isAnchored(pattern string) bool {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	return err == nil && tree.Op == syntax.OpConcat && tree.Sub[0].Op == syntax.OpBeginText
}

// propertyKey reads the keys that only properties have.
func (w *queryParser) propertyKey(pm *property, kv pair) bool {
	if pm == nil {
		return false
	}
	switch kv.key {
	case "entity":
		pm.ref = w.text(kv.value, kv.key)
	case "format":
		pm.opts.Format = w.dateFormats(kv.value)
	case "fuzzy":
		pm.opts.Fuzzy = w.flag(kv.value, kv.key)
	case "required":
		pm.required = w.flag(kv.value, kv.key)
	case "country":
		pm.opts.Countries = w.countries(kv.value)
	case "lang":
		pm.lang = w.text(kv.value, kv.key)
	case "when":
		pm.when = w.condition(kv.value, pm.when, false)
	case "unless":
		pm.when = w.condition(kv.value, pm.when, true)
	default:
		return false
	}
	return true
}

// countries reads the countries whose way of writing numbers is meant.
func (w *queryParser) countries(n *yaml.Node) []string {
	codes := w.texts(n, "country")
	for i, text := range codes {
		code, err := w.opts.Model.Type("country").Clean(text, ftm.CleanOptions{})
		if err != nil {
			w.fail(n, "country: %v", err)
			return nil
		}
		codes[i] = code
	}
	return codes
}

// exprWhen reads the condition of a field or of an alternative.
func (w *queryParser) exprWhen(x *expr, kv pair) bool {
	switch kv.key {
	case "when":
		x.when = w.condition(kv.value, x.when, false)
	case "unless":
		x.when = w.condition(kv.value, x.when, true)
	default:
		return false
	}
	return true
}

func (w *queryParser) checkExpr(n *yaml.Node, x *expr, pm *property) {
	kinds := 0
	for _, has := range []bool{len(x.refs)+len(x.literals) > 0, x.template != nil, len(x.first) > 0} {
		if has {
			kinds++
		}
	}
	switch {
	case w.err != nil:
	case kinds > 1:
		w.fail(n, "columns with literals, a template, first: one of the three")
	case kinds == 0 && pm == nil:
		w.fail(n, "a value needs column, literal, template or first")
	case x.keep && x.lookup == nil:
		w.fail(n, "lookup_else needs lookup")
	}
}

func (w *queryParser) oneOf(n *yaml.Node, what string, allowed ...string) string {
	text := w.text(n, what)
	if w.err == nil && !slices.Contains(allowed, text) {
		w.fail(n, "%s must be one of %v", what, allowed)
	}
	return text
}

// lookup reads a table in place, or the name of one of the file's.
func (w *queryParser) lookup(n *yaml.Node) map[string]string {
	if n = w.deref(n); n.Kind != yaml.ScalarNode {
		return w.table(n, "lookup")
	}
	name := w.text(n, "lookup")
	t := w.lookups[name]
	if t == nil {
		t = builtin(name)
	}
	if t == nil && w.err == nil {
		w.fail(n, "there is no lookup table %q", name)
	}
	return t
}

// splitter reads a separator, or a regular expression between slashes.
func (p *parser) splitter(n *yaml.Node) *splitter {
	text := p.text(n, "split")
	if len(text) > 2 && text[0] == '/' && text[len(text)-1] == '/' {
		re, err := regexp.Compile(text[1 : len(text)-1])
		if err != nil || len(text) > maxPattern {
			p.fail(n, "split: not a regular expression")
			return nil
		}
		return &splitter{re: re}
	}
	if text == "" && p.err == nil {
		p.fail(n, "split needs a separator")
	}
	return &splitter{sep: text}
}

// ignoring reads values that count as no value: texts, or regular expressions
// between slashes. An empty list ignores nothing.
func (p *parser) ignoring(n *yaml.Node) *ignoreSet {
	set := newIgnoreSet()
	for _, text := range p.texts(n, "ignore") {
		if len(text) > 2 && text[0] == '/' && text[len(text)-1] == '/' {
			re, err := regexp.Compile(text[1 : len(text)-1])
			if err != nil || len(text) > maxPattern {
				p.fail(n, "ignore: %q is not a regular expression", text)
				return nil
			}
			set.patterns = append(set.patterns, re)
			continue
		}
		set.add(text)
	}
	return set
}
