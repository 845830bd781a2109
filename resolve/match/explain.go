package match

import (
	"cmp"
	"fmt"
	"slices"
)

// An Explanation says why two records are taken for one, or not. Prior and the bits
// of the bars, added in their order, are Bits exactly.
type Explanation struct {
	A, B    string
	Family  string // whose model weighed them
	Prior   float64
	Bars    []Bar
	Bits    float64
	P       float64
	Outcome Outcome
	Veto    string // why they are two whatever the bits; "" if nothing says so
	// Compared says whether the run compared them. If it did not, the keys they
	// share, if any, were too common, or others shared rarer ones.
	Compared bool
	Keys     []SharedKey // rarest first
}

// A Bar is what one slot says.
type Bar struct {
	Slot, Level string
	Left, Right string // the values that agree best
	Why         string
	Weight      float64 // bits of the level
	Rarity      float64 // more or less because what agrees is rare or common
	Graded      float64 // more or less inside the level
	Capped      float64 // what the bounds of the slot took off or added
	Bits        float64 // all of it
}

// A SharedKey is a key both records have.
type SharedKey struct {
	Slot, Kin, Text string
	Records         int
	Leads           bool // few enough have it to look at all of them
}

var kinNames = [kins]string{"identifier", "whole name", "two words", "word", "day", "part of a date", "place", "acronym", "first letter", "skeleton of a word", "nearly a word", "area", "word of a text", "common keys joined"}

func (k kin) String() string { return kinNames[k] }

// Explain compares two records and says how. The error names a record that is not
// there. It is safe for concurrent use once the matcher is built.
func (m *Matcher) Explain(a, b string) (Explanation, error) {
	return m.between(&m.freq, &m.fits, a, b, nil)
}

// Between is Explain for records that the caller has, as Add took them. It is the
// only way to explain what was loaded.
func (m *Matcher) Between(a, b Record) (Explanation, error) {
	if a.ID > b.ID {
		a, b = b, a
	}
	var sides [2]side
	for i, r := range []Record{a, b} {
		schema, ok := m.plan.schemaByName[r.Schema]
		source, known := m.store.named[r.Source]
		if !m.Has(r.ID) || !ok || !known {
			return Explanation{}, fmt.Errorf("match: no record %s", r.ID)
		}
		sides[i].schema = schema
		m.from(&sides[i], source)
		m.give(&sides[i], r)
	}
	return m.weighed(&m.freq, &m.fits, a.ID, b.ID, &sides[0], &sides[1], nil), nil
}

// give parses the values of a record that is not in the store.
func (m *Matcher) give(s *side, r Record) {
	values, _ := tidy(m.plan.read(s.schema, r.Values))
	for _, v := range values {
		s.tags = append(s.tags, v.tag)
		s.forms = append(s.forms, m.reader.parse(v.tag, v.text))
		s.given = append(s.given, v.text)
	}
}

// Has says whether there is a record of an id, once the matcher is built.
func (m *Matcher) Has(id string) bool {
	_, ok := m.store.find(id)
	return m.trained && ok
}

// IDs are those of all records, ascending, once the matcher is built. They must not
// be changed.
func (m *Matcher) IDs() []string { return m.store.ids }

// Counts tells what was done to build the matcher.
func (m *Matcher) Counts() Counts { return m.done }

func (m *Matcher) between(fr *frequencies, fits *[families]fit, a, b string, prior *float64) (Explanation, error) {
	if !m.trained {
		return Explanation{}, fmt.Errorf("match: nothing is explained before the run")
	}
	a, b = min(a, b), max(a, b)
	x, ok := m.store.find(a)
	y, ok2 := m.store.find(b)
	switch {
	case !ok:
		return Explanation{}, fmt.Errorf("match: no record %s", a)
	case !ok2:
		return Explanation{}, fmt.Errorf("match: no record %s", b)
	}
	if m.store.rowEnds == nil {
		return Explanation{}, fmt.Errorf("match: what was loaded has no records; see Between")
	}
	w := m.newWorker()
	m.load(w, &w.left, x)
	m.load(w, &w.right, y)
	return m.weighed(fr, fits, a, b, &w.left, &w.right, prior), nil
}

// weighed explains two records that are there.
func (m *Matcher) weighed(fr *frequencies, fits *[families]fit, a, b string, left, right *side, prior *float64) Explanation {
	out := m.explain(fr, fits, left, right, prior)
	out.A, out.B = a, b
	out.Keys = m.sharedKeys(left, right)
	x, _ := m.store.find(a)
	y, _ := m.store.find(b)
	from, to := m.pairs.of(x)
	_, out.Compared = slices.BinarySearch(m.pairs.other[from:to], y)
	return out
}

// explain weighs two sides; prior, if any, stands for that of the model.
func (m *Matcher) explain(fr *frequencies, fits *[families]fit, a, b *side, prior *float64) Explanation {
	bars := [slots]Bar{}
	p := m.compareSides(fr, a, b, func(s slot, c *compared) {
		bars[s] = Bar{Left: a.text(m, c.left), Right: b.text(m, c.right), Why: c.why}
	})
	fit := &fits[p.family]
	out := Explanation{Family: p.family.String(), Prior: fit.prior, Veto: p.veto.String()}
	if prior != nil {
		out.Prior = *prior
	}
	out.Bits = out.Prior
	for s, c := range p.slot {
		if c.level() == 0 {
			continue
		}
		w := fit.bar(slot(s), c)
		bar := bars[s]
		bar.Slot, bar.Level = slot(s).String(), levelName(p.family, slot(s), c.level())
		bar.Weight, bar.Rarity, bar.Graded, bar.Capped, bar.Bits = w.weight, w.rarity, w.graded, w.capped, w.bits()
		out.Bits += bar.Bits
		out.Bars = append(out.Bars, bar)
	}
	out.P, out.Outcome = probability(out.Bits), m.outcome(fit, &p, out.Bits)
	if fit.vetoed(&p) {
		out.P = 0
	} else {
		out.Veto = ""
	}
	return out
}

func (m *Matcher) sharedKeys(a, b *side) []SharedKey {
	type found struct {
		SharedKey
		key key
	}
	mine := map[key]found{}
	for i, f := range a.forms {
		formKeys(a.tags[i], f, func(k kin, s slot, _ int, text string) {
			mine[keyOf(k, s, text)] = found{SharedKey{Slot: s.String(), Kin: k.String(), Text: text}, keyOf(k, s, text)}
		})
	}
	var out []SharedKey
	for _, k := range sideKeys(b, nil) {
		f, ok := mine[k.key]
		if !ok {
			continue
		}
		if f.Records = m.having(k.key); f.Records > 1 {
			f.Leads = f.Records <= commonKey
			out = append(out, f.SharedKey)
		}
	}
	slices.SortFunc(out, func(a, b SharedKey) int {
		return cmp.Or(cmp.Compare(a.Records, b.Records), cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Kin, b.Kin), cmp.Compare(a.Text, b.Text))
	})
	return out
}

// having is how many records have a key that two have.
func (m *Matcher) having(k key) int {
	if m.index.n > 0 {
		if at, ok := m.index.tier[0].find(k); ok {
			return m.index.tier[0].df(at)
		}
		return 0
	}
	at, ok := slices.BinarySearchFunc(m.repeated, k, func(c counted64, k key) int { return cmp.Compare(c.key, k) })
	if !ok {
		return 0
	}
	return int(m.repeated[at].n)
}

// repeatedKeys are the keys that two records or more have.
func (m *Matcher) repeatedKeys() []counted64 {
	if m.index.n == 0 {
		return m.repeated
	}
	var out []counted64
	t := &m.index.tier[0]
	for at, k := range t.keys {
		if n := t.df(uint32(at)); n > 1 {
			out = append(out, counted64{k, uint32(n)})
		}
	}
	return out
}

// A Model is how the records of one family were weighed.
type Model struct {
	Family  string
	Records int
	Matches float64 // pairs of one entity that are expected
	Prior   float64 // bits
	Refused string  // why the shipped weights were used, "" if they were learned
	Weights []Weight
}

// A Weight is what one level of a slot is worth.
type Weight struct {
	Slot, Level string
	M, U        float64 // share among pairs of one entity, and of unrelated records
	Bits        float64
}

func (m *Matcher) models() []Model {
	var out []Model
	for f := range families {
		fit := &m.fits[f]
		if fit.records == 0 {
			continue
		}
		model := Model{Family: f.String(), Records: fit.records, Matches: fit.matches, Prior: fit.prior, Refused: fit.refused}
		for s := range slots {
			if !fit.used[s] {
				continue
			}
			for l := 1; l < len(fit.weight[s]); l++ {
				model.Weights = append(model.Weights, Weight{s.String(), levelName(f, s, l), fit.m[s][l], fit.u[s][l], fit.weight[s][l]})
			}
		}
		out = append(out, model)
	}
	return out
}

// Judge is Explain for a pair that somebody asks about: it is judged by what speaks
// for and against it, and not by how many other records there are.
// It is weighed as we ship it: what somebody asks about is no sample of anything.
func (m *Matcher) Judge(a, b string) (Explanation, error) {
	return m.between(nil, shippedFits(), a, b, &askedPrior)
}

// shippedFits are the models as we ship them.
func shippedFits() *[families]fit {
	var fits [families]fit
	for f := range families {
		fits[f] = newFit(f)
		fits[f].weigh()
	}
	return &fits
}

// askedPrior are the odds that a pair somebody asks about is one, in bits: one in a
// thousand. People ask about pairs that are somehow alike, and what speaks for them
// has been seen before it is asked.
var askedPrior = -10.0
