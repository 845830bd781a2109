package export

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/resolve"
	"overt/statement"
)

// A dated value knows the records it was read in.
type dated struct {
	value   string
	records []string
}

// values lists the values of each property of a record, in the order of their
// places in the sources.
func values(r *record) map[string][]dated {
	out := map[string][]dated{}
	for i := range r.Values {
		v := &r.Values[i]
		if v.Value == "" || v.Prop == statement.PropID {
			continue
		}
		out[v.Prop] = append(out[v.Prop], dated{v.Value, recordsOf(v)})
	}
	for prop, vs := range out {
		slices.SortFunc(vs, func(a, b dated) int {
			if prop == "modifiedAt" || prop == "valuesAsOf" {
				return cmp.Compare(a.value, b.value)
			}
			return cmp.Or(cmp.Compare(first(a.records), first(b.records)), cmp.Compare(a.value, b.value))
		})
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// recordsOf names the records in which a value was read: the row of a table, or
// what stands two steps below the root of a tree, as the releases of a package.
func recordsOf(v *resolve.Value) []string {
	var out []string
	for i := range v.Statements {
		s := &v.Statements[i]
		for _, p := range s.Places {
			steps := strings.SplitN(p.Locator.Pointer, "/", 4)
			for i, step := range steps {
				if n, err := strconv.Atoi(step); err == nil {
					steps[i] = pad(n)
				}
			}
			out = append(out, strings.Join([]string{pad(int(s.Class)), pad(p.Source), p.Locator.Table, pad(int(p.Locator.Row)), strings.Join(steps[:min(3, len(steps))], "/")}, "\x1f"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// pad writes a number so that texts sort as numbers do.
func pad(n int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 12-len(s))) + s
}

// A part is one entity in one release.
type part struct {
	d    *drawing
	r    *record
	all  map[string][]dated
	date dated
	turn int
	// dates is how many dates of its own the entity has.
	dates int
	to    *release
	used  map[string]map[string]bool
}

// use gives the value of a property that the release holds, and remembers that
// it was written.
func (p *part) use(prop string) string {
	v := p.value(prop)
	p.mark(prop, v)
	return v
}

func (p *part) mark(prop, value string) {
	if value == "" {
		return
	}
	if p.used[prop] == nil {
		p.used[prop] = map[string]bool{}
	}
	p.used[prop][value] = true
}

// value is the one that stands in a record of the release's date, else the one
// whose turn it is.
func (p *part) value(prop string) string {
	vs := p.all[prop]
	for _, v := range vs {
		if len(vs) > 1 && p.turn < p.dates && slices.ContainsFunc(v.records, func(r string) bool { return slices.Contains(p.date.records, r) }) {
			return v.value
		}
	}
	if len(vs) == 0 {
		return ""
	}
	return vs[min(p.turn, len(vs)-1)].value
}

// every gives all values of a property.
func (p *part) every(prop string) []string {
	var out []string
	for _, v := range p.all[prop] {
		p.mark(prop, v.value)
		out = append(out, v.value)
	}
	return out
}

// set writes a text if there is one.
func set(to map[string]any, key, value string) {
	if value != "" {
		to[key] = value
	}
}

// day writes a date if OCDS can hold it; what is less than a day is left.
func (p *part) day(to map[string]any, key, prop string) {
	if v := p.value(prop); dateTime(v) != "" {
		to[key] = dateTime(p.use(prop))
	}
}

// code writes a value of a closed list.
func (p *part) code(to map[string]any, key, prop string, list ...string) {
	if slices.Contains(list, p.value(prop)) {
		to[key] = p.use(prop)
	}
}

// amount writes an amount with its currency.
func (p *part) amount(to map[string]any, key, prop string) {
	v := map[string]any{}
	if d, err := decimal.Parse(p.value(prop)); err == nil {
		p.use(prop)
		v["amount"] = json.Number(cmp.Or(jsonNumber(p.value(prop)), d.String()))
	}
	if c := p.value("currency"); currencyCode.MatchString(c) {
		v["currency"] = p.use("currency")
	}
	if len(v) > 0 {
		to[key] = v
	}
}

var currencyCode = regexp.MustCompile(`^[A-Z]{3}$`)

var numberForm = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$`)

// jsonNumber is the text if JSON takes it as a number as it is.
func jsonNumber(s string) string {
	if numberForm.MatchString(s) {
		return s
	}
	return ""
}

// period writes the dates of a period.
func (p *part) period(to map[string]any, key string, props map[string]string) {
	v := map[string]any{}
	for name, prop := range props {
		p.day(v, name, prop)
	}
	if len(v) > 0 {
		to[key] = v
	}
}

// documents writes addresses of documents.
func (p *part) documents(to map[string]any) {
	var out []map[string]any
	for i, url := range p.every("sourceUrl") {
		out = append(out, map[string]any{"id": strconv.Itoa(i + 1), "url": url})
	}
	if len(out) > 0 {
		to["documents"] = out
	}
}

// items writes what was bought: descriptions, and codes. Which code belongs to
// which description is not known.
func (p *part) items(to map[string]any, texts, codes string) {
	var out []map[string]any
	for i, text := range p.every(texts) {
		out = append(out, map[string]any{"id": strconv.Itoa(i + 1), "description": text})
	}
	for i, code := range p.every(codes) {
		if len(out) == 0 {
			out = append(out, map[string]any{"id": "1"})
		}
		class := map[string]any{"id": code}
		if i == 0 {
			out[0]["classification"] = class
			continue
		}
		more, _ := out[0]["additionalClassifications"].([]map[string]any)
		out[0]["additionalClassifications"] = append(more, class)
	}
	if len(out) > 0 {
		to["items"] = out
	}
}

// into chooses the release. taken says where in it an entity of the kind
// stands already.
func (p *part) into(tag string, fits func(*release) bool) {
	p.to = p.d.release(p.date.value, fits)
	p.to.tags = append(p.to.tags, tag)
}

// party gives the reference to an organization and its role.
func (p *part) party(id ftm.EntityID, role string) map[string]any {
	if !slices.Contains(p.to.parties[id], role) {
		p.to.parties[id] = append(p.to.parties[id], role)
	}
	ref := map[string]any{"id": ownURN + string(id)}
	if k, err := p.d.organization(p.d.ctx, id); err == nil && k != nil { // an error comes up again when parties are written
		ref["id"] = p.d.partyID(k.r)
		set(ref, "name", p.d.text(k.r, "name"))
	}
	return ref
}

// one writes a reference of the part to an organization.
func (p *part) one(to map[string]any, key, prop, role string) {
	if v := p.use(prop); v != "" {
		to[key] = p.party(p.d.own(ftm.EntityID(v)), role)
	}
}

// many writes all references of a property.
func (p *part) many(to map[string]any, key, prop, role string) {
	var out []map[string]any
	for _, v := range p.every(prop) {
		out = append(out, p.party(p.d.own(ftm.EntityID(v)), role))
	}
	if len(out) > 0 {
		to[key] = out
	}
}

// id is what the source calls the object, if our id follows from it, else our
// own.
func (p *part) id(kind, prop string) string {
	for _, v := range p.all[prop] {
		if hashID("ocds-"+kind+":"+p.d.p.ocid+":"+v.value) == p.r.ID {
			p.mark(prop, v.value)
			return v.value
		}
	}
	return ownURN + string(p.r.ID)
}

// note lists the sources of the part beside its release.
func (p *part) note() {
	if p.to == nil {
		return
	}
	for s := range p.r.statements() {
		for _, place := range s.Places {
			c := p.d.view.Cite(s.Class, place, "")
			p.to.sources[c.Dataset+"\x1f"+string(c.Blob)] = map[string]any{"dataset": c.Dataset, "source": c.Source, "sha256": string(c.Blob)}
		}
	}
}
