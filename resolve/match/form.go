package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/resolve/name"
	"overt/resolve/value"
)

// A form is a value as it is compared: *name.Form, a parsed value of package value,
// or, for countries, references and numbers, what stands below.
type form any

type (
	country   string
	reference string
	number    float64
)

// reader parses texts under their tags.
type reader struct {
	plan  *plan
	model *ftm.Model
}

func (r reader) parse(t tag, text string) form {
	switch t.slot() {
	case slotName:
		return parseName(t.sub(), text)
	case slotIdent:
		return value.ParseIdentifier(r.plan.identifiers[t.sub()], text)
	case slotDate, slotDate2:
		return value.ParseDate(text)
	case slotAddress:
		return value.ParseAddress(text, nil)
	case slotCountry:
		code, err := r.model.Type("country").Clean(text, ftm.CleanOptions{Fuzzy: true})
		if err != nil {
			return country("")
		}
		return country(code)
	case slotPhone:
		return value.ParsePhone(text, nil)
	case slotEmail:
		return value.ParseEmail(text)
	case slotWeb:
		return value.ParseHost(text)
	case slotReference:
		return reference(text)
	case slotNumber:
		n, err := strconv.ParseFloat(strings.Trim(strings.ReplaceAll(text, ",", ""), "$€£ "), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			n = 0
		}
		return number(n)
	}
	return value.ParseText(text)
}

func parseName(sub int, text string) form {
	switch sub {
	case subPerson:
		return name.Parse(text, name.Person, name.Hint{})
	case subThing:
		return name.Parse(text, name.Thing, name.Hint{})
	case subParts:
		p := strings.Split(text, partsMark)
		return name.PersonOf(name.Parts{
			First: p[0], Middle: strings.TrimSpace(p[1] + " " + p[2]), Father: p[3], Mother: p[4], Last: p[5], Title: p[6], Suffix: p[7],
		})
	}
	return name.Parse(text, name.Organisation, name.Hint{})
}

// kinsOf gives the kin of each family of keys of a slot.
var kinsOf = [slots][value.Families]kin{
	slotIdent: {kinIdent, kinIdent, kinIdent}, slotPhone: {kinIdent, kinPlace, kinPlace}, slotEmail: {kinIdent, kinPlace, kinArea},
	slotWeb: {kinIdent, kinArea, kinArea}, slotDate: {kinDate, kinPart, kinPart}, slotDate2: {kinDate, kinPart, kinPart},
	slotAddress: {kinPlace, kinPlace, kinArea}, slotPeople: {kinPlace, kinWord, kinWord}, slotPublisher: {kinWord, kinWord, kinWord},
	slotText: {kinPlace, kinWord, kinWord}, slotRole: {kinWord, kinWord, kinWord}, slotPlace: {kinArea, kinArea, kinArea}, slotOther: {kinWord, kinWord, kinWord},
}

var nameKins = [name.Families]kin{
	name.KeyFull: kinFull, name.KeyToken: kinToken, name.KeyPair: kinPair, name.KeySkeleton: kinBones, name.KeyAcronym: kinAcro, name.KeyDeletion: kinWeak,
	name.KeyInitial: kinInitial,
}

type keyed interface {
	Keys(emit func(value.Family, string))
}

// formKeys gives the keys of a value, each with the part of the value that it and
// others stand for, from 1, or 0 if no other key says the same.
func formKeys(t tag, f form, emit func(k kin, s slot, part int, text string)) {
	s := t.slot()
	switch f := f.(type) {
	case *name.Form:
		f.Keys(func(family name.Family, part int, text string) { emit(nameKins[family], s, part, text) })
	case keyed:
		f.Keys(func(family value.Family, text string) {
			k, part := kinsOf[s][family], 0
			if s == slotDate || s == slotDate2 || s == slotAddress && k == kinPlace {
				part = 1
			}
			emit(k, s, part, text)
		})
	case country:
		if f != "" {
			emit(kinArea, s, 0, string(f))
		}
	case reference:
		emit(kinIdent, s, 0, string(f))
	case number:
		if f != 0 {
			emit(kinWord, s, 0, strconv.FormatFloat(float64(f), 'g', -1, 64))
		}
	}
}

// normKeys gives what the frequency of a value is counted by.
func normKeys(t tag, f form, out []grouped) []grouped {
	add := func(text string) { out = append(out, grouped{key: normKey(t.slot(), text)}) }
	switch f := f.(type) {
	case *name.Form:
		if !f.Empty() {
			add(f.Norm())
		}
		for i := range f.Tokens {
			add(f.Tokens[i].Norm)
		}
	case keyed:
		f.Keys(func(_ value.Family, text string) { add(text) })
		for _, w := range wordsOf(f) { // short ones lead to nobody, and are weighed all the same
			add(w)
		}
	case country:
		if f != "" {
			add(string(f))
		}
	case reference:
		add(string(f))
	}
	return out
}

func wordsOf(f form) []string {
	switch f := f.(type) {
	case *value.Address:
		return f.Words
	case *value.Text:
		return f.Words
	}
	return nil
}

func normKey(s slot, text string) key { return keyOf(kins, s, text) }

// keepForms is how many parsed values are kept; beyond it, values are parsed each
// time they are compared, and a few kept by each worker.
const keepForms = 12_000_000

// parseAll parses every value once, while there are not too many.
func (m *Matcher) parseAll(ctx context.Context) error {
	n := len(m.store.tags)
	if n > keepForms {
		return nil
	}
	m.forms = make([]form, n)
	return m.each(ctx, n, func(_ *worker, _, from, to int) {
		for v := from; v < to; v++ {
			m.forms[v] = m.reader.parse(m.store.tags[v], string(m.store.bytes(uint32(v))))
		}
	})
}

// formCache holds the last values parsed, by place.
type formCache struct {
	ids   []uint32 // value id + 1
	forms []form
}

const cacheSize = 1 << 14

func (m *Matcher) form(w *worker, v uint32) form {
	if m.forms != nil {
		return m.forms[v]
	}
	c := &w.forms
	if c.ids == nil {
		c.ids, c.forms = make([]uint32, cacheSize), make([]form, cacheSize)
	}
	at := v * 0x9e3779b1 >> 18
	if c.ids[at] != v+1 {
		c.ids[at] = v + 1
		c.forms[at] = m.reader.parse(m.store.tags[v], string(m.store.bytes(v)))
	}
	return c.forms[at]
}

// A side is one record of a comparison: what is in the store, or a request.
type side struct {
	schema uint16
	source uint32
	home   uint64 // hash of the name of its source
	unique bool   // its source has each entity once
	tags   []tag
	forms  []form
	ids    []uint32 // of values, of a record in the store
	given  []string // of a request
}

// text gives a value as it came.
func (s *side) text(m *Matcher, at int) string {
	text := ""
	switch {
	case at < len(s.given):
		text = s.given[at]
	case at < len(s.ids):
		text = string(m.store.bytes(s.ids[at]))
	}
	if s.tags[at].slot() == slotName && s.tags[at].sub() == subParts {
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return string(r) == partsMark }), " ")
	}
	return text
}

func (m *Matcher) from(s *side, source uint32) {
	s.source, s.home, s.unique = source, m.store.homes[source], m.store.unique[source]
}

func (m *Matcher) load(w *worker, s *side, rec uint32) {
	s.schema = m.store.schema[rec]
	m.from(s, m.store.source[rec])
	s.tags, s.forms = s.tags[:0], s.forms[:0]
	s.ids = m.store.values(rec)
	for _, v := range s.ids {
		s.tags = append(s.tags, m.store.tags[v])
		s.forms = append(s.forms, m.form(w, v))
	}
}

// recordKeys gives the keys of a record, at most maxKeys, of the tellingest kins.
func (m *Matcher) recordKeys(w *worker, rec uint32, out []grouped) []grouped {
	m.load(w, &w.left, rec)
	return sideKeys(&w.left, out)
}

func sideKeys(s *side, out []grouped) []grouped {
	groups := 0 // so far
	for i, f := range s.forms {
		last := groups
		formKeys(s.tags[i], f, func(k kin, s slot, part int, text string) {
			g := grouped{key: keyOf(k, s, text)}
			if part > 0 && groups+part <= math.MaxUint8 {
				g.group = uint8(groups + part)
				last = max(last, groups+part)
			}
			out = append(out, g)
		})
		groups = last
	}
	slices.SortFunc(out, compareGrouped)
	out = slices.CompactFunc(out, sameKey)
	if len(out) > maxKeys { // those of the tellingest kins
		slices.SortFunc(out, func(a, b grouped) int { return cmp.Or(cmp.Compare(a.kin(), b.kin()), compareGrouped(a, b)) })
		out = out[:maxKeys]
	}
	return out
}
