package match

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"overt/resolve/name"
	"overt/resolve/value"
)

// A compared slot is the best of its pairs of values.
type compared struct {
	level    uint8
	norm     string
	bits     float64
	related  bool
	conflict bool
	why      string
	left     int // places of the values in their sides
	right    int
}

// better says whether a is better than b: the stronger level, then more evidence.
func (a *compared) better(b *compared) bool {
	if b.level == 0 || a.level == 0 {
		return a.level > b.level
	}
	return a.level < b.level || a.level == b.level && a.bits > b.bits
}

// compareSides places two records on a pattern. Without fr nothing is known of what
// is rare. note, if any, is told each slot that
// both have.
func (m *Matcher) compareSides(fr *frequencies, a, b *side, note func(slot, *compared)) pattern {
	p := pattern{family: m.familyOf(a.schema, b.schema)}
	if !m.plan.compatible[a.schema][b.schema] || a.source == b.source && a.unique {
		p.veto = vetoApart
	}
	var series, born bool
	var ident compared
	for i, j := 0, 0; i < len(a.tags) && j < len(b.tags); {
		s, t := a.tags[i].slot(), b.tags[j].slot()
		if s != t {
			if s < t {
				i = a.next(i)
			} else {
				j = b.next(j)
			}
			continue
		}
		iEnd, jEnd := a.next(i), b.next(j)
		best := bestValues(fr, s, a, b, i, iEnd, j, jEnd)
		if best.level > 0 {
			p.slot[s] = cellOf(best.level, rarityOf(fr, s, p.family, a, b, &best), best.bits)
			p.related = p.related || best.related
			series = series || best.conflict && p.family <= familyOrganisation
			born = born || s == slotDate && p.family == familyPerson && yearsApart(a, b, best)
			if s == slotIdent {
				ident = best
			}
			if note != nil {
				note(s, &best)
			}
		}
		i, j = iEnd, jEnd
	}
	if p.veto == vetoNone {
		p.veto = vetoOf(a, b, &ident, series, born)
	}
	return p
}

// next gives where the values of the next slot begin.
func (s *side) next(i int) int {
	at := s.tags[i].slot()
	for i < len(s.tags) && s.tags[i].slot() == at {
		i++
	}
	return i
}

func (m *Matcher) familyOf(a, b uint16) family {
	return min(m.plan.schemata[a].family, m.plan.schemata[b].family)
}

func bestValues(fr *frequencies, s slot, a, b *side, i, iEnd, j, jEnd int) compared {
	var best compared
	for x := i; x < iEnd; x++ {
		for y := j; y < jEnd; y++ {
			if !together(s, a.tags[x], b.tags[y]) {
				continue
			}
			c := compareForms(fr, s, a.forms[x], b.forms[y])
			if s == slotIdent && fr != nil && value.Level(c.level) == value.IdentifierWeak && fr.ofGroup(a, b, c.norm) {
				continue
			}
			c.left, c.right = x, y
			if c.better(&best) {
				related := best.related || c.related
				best = c
				best.related = related
			}
			if best.level == 1 {
				best.related = false
				return best
			}
		}
	}
	return best
}

// together says whether values under two tags of a slot may be compared.
func together(s slot, a, b tag) bool {
	switch s {
	case slotName:
		person := func(t tag) bool { return t.sub() == subPerson || t.sub() == subParts }
		return a == b || person(a) && person(b)
	case slotIdent: // the schemes are looked at there
		return true
	}
	return a == b
}

func compareForms(fr *frequencies, s slot, a, b form) compared {
	switch a := a.(type) {
	case *name.Form:
		r := name.Compare(a, b.(*name.Form), fr.ofNames(s))
		return compared{level: uint8(r.Level), norm: r.Norm, bits: r.Bits, related: r.Related, conflict: r.Conflict, why: r.Why}
	case *value.Identifier:
		return fromValue(a.Compare(b.(*value.Identifier)))
	case *value.Date:
		return fromValue(a.Compare(b.(*value.Date)))
	case *value.Address:
		return fromValue(a.Compare(b.(*value.Address), fr.ofWords(s)))
	case *value.Phone:
		return fromValue(a.Compare(b.(*value.Phone)))
	case *value.Email:
		return fromValue(a.Compare(b.(*value.Email)))
	case *value.Host:
		return fromValue(a.Compare(b.(*value.Host)))
	case *value.Text:
		return fromValue(a.Compare(b.(*value.Text), fr.ofWords(s)))
	case country:
		return equalOrNot(string(a), string(b.(country)))
	case reference:
		return equalOrNot(string(a), string(b.(reference)))
	case number:
		return compareNumbers(float64(a), float64(b.(number)))
	}
	return compared{}
}

func fromValue(r value.Result) compared {
	return compared{level: uint8(r.Level), norm: r.Norm, bits: r.Bits, why: r.Why}
}

func equalOrNot(a, b string) compared {
	switch {
	case a == "" || b == "":
		return compared{}
	case a == b:
		return compared{level: 1, norm: a, why: a}
	}
	return compared{level: 2, why: a + " and " + b}
}

func compareNumbers(a, b float64) compared {
	switch {
	case a == 0 || b == 0:
		return compared{}
	case a == b:
		return compared{level: 1, why: "equal"}
	case math.Abs(a-b) <= 0.05*max(math.Abs(a), math.Abs(b)):
		return compared{level: 2, why: "no more than a twentieth apart"}
	}
	return compared{level: 3, why: "other numbers"}
}

// rarityOf tells how rare what agrees is, in bits; 0 where it does not matter.
func rarityOf(fr *frequencies, s slot, f family, a, b *side, c *compared) float64 {
	switch {
	case c.norm == "" || fr == nil:
		return 0
	case s == slotName && f == familyOrganisation:
		return fr.holders(a, b, c.norm)
	case s == slotName:
		return rarity(slotFrequencies{fr, s}.Full(c.norm))
	}
	if fr.count(normKey(s, c.norm)) <= 2 {
		return 0 // nobody else has it: it is as rare as can be known
	}
	return rarity(fr.share(s, c.norm))
}

func yearsApart(a, b *side, c compared) bool {
	d, ok := a.forms[c.left].(*value.Date)
	e, ok2 := b.forms[c.right].(*value.Date)
	return ok && ok2 && value.Level(c.level) == value.DateDiffer && d.Day > 0 && e.Day > 0 && (d.Year-e.Year > 1 || e.Year-d.Year > 1)
}

// exclusive lists the schemes of which an entity has one identifier: two valid ones
// are two entities. A site, a branch or a registration may have one of the others.
var exclusive = []string{"lei", "ogrn", "imo", "isin", "isin-security", "innru", "npi", "cik", "figi", "agency", "wikidata"}

func vetoOf(a, b *side, ident *compared, series, born bool) veto {
	agree := ident.level > 0 && value.Level(ident.level) < value.IdentifierDiffer
	for _, scheme := range exclusive {
		if scheme != "wikidata" && agree {
			continue // sources err; another number says they are one
		}
		if disjoint(a, b, scheme) {
			if scheme == "wikidata" {
				return vetoWikidata
			}
			return vetoIdent
		}
	}
	switch {
	case agree:
		return vetoNone
	case born:
		return vetoBirth
	case series:
		return vetoSeries
	}
	return vetoNone
}

// disjoint says whether both have valid identifiers of a scheme, and none alike.
func disjoint(a, b *side, scheme string) bool {
	var both bool
	for i, t := range a.tags {
		if t.slot() != slotIdent {
			continue
		}
		x := a.forms[i].(*value.Identifier)
		if x.Scheme != scheme || !x.Valid || x.Empty() {
			continue
		}
		for j, t := range b.tags {
			if t.slot() != slotIdent {
				continue
			}
			if y := b.forms[j].(*value.Identifier); y.Scheme == scheme && y.Valid && !y.Empty() {
				if x.Value == y.Value {
					return false
				}
				both = true
			}
		}
	}
	return both
}

// compareAll places the candidates, and the pairs drawn at random, on their patterns.
func (m *Matcher) compareAll(ctx context.Context) error {
	var was, drawn *pairs
	if m.earlier != nil {
		was, drawn = &m.earlier.pairs, &m.earlier.drawn
	}
	var err error
	if m.done.Compared, err = m.comparePairs(ctx, &m.pairs, was); err != nil {
		return err
	}
	m.done.Drawn, err = m.comparePairs(ctx, &m.drawn, drawn)
	m.counted, m.earlier = nil, nil
	return err
}

// comparePairs places pairs on their patterns, as they were where that holds still,
// and gives how many it had to compare.
func (m *Matcher) comparePairs(ctx context.Context, p, was *pairs) (int, error) {
	p.pattern, p.asked = make([]uint32, len(p.other)), make([]asked, len(p.other))
	var mu sync.Mutex
	numbers := map[pattern]uint32{}
	var all []pattern
	var compared atomic.Int64
	err := m.each(ctx, len(p.ends), func(w *worker, _, from, to int) {
		local := map[pattern]uint32{}
		var seen lookups
		fr := m.freq
		fr.seen = &seen
		for a := uint32(from); a < uint32(to); a++ {
			loaded := false
			begin, end := p.of(a)
			for at := begin; at < end; at++ {
				b := p.other[at]
				pat, by, ok := m.earlier.comparison(was, a, b)
				if !ok {
					if !loaded {
						m.load(w, &w.left, a)
						seen.left, loaded = m.countedBy(a), true
					}
					m.load(w, &w.right, b)
					seen.right, seen.asked = m.countedBy(b), asked{}
					pat = m.compareSides(&fr, &w.left, &w.right, nil)
					by = seen.asked
					compared.Add(1)
				}
				n, ok := local[pat]
				if !ok {
					mu.Lock()
					if n, ok = numbers[pat]; !ok {
						n = uint32(len(all))
						numbers[pat] = n
						all = append(all, pat)
					}
					mu.Unlock()
					local[pat] = n
				}
				p.pattern[at], p.asked[at] = n, by
			}
		}
	})
	if err != nil {
		return 0, err
	}
	// The numbers tell which thread came first: put them in order.
	order := make([]uint32, len(all))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return comparePatterns(all[a], all[b]) })
	p.patterns = permute(all, order)
	to := make([]uint32, len(all))
	for i, old := range order {
		to[old] = uint32(i)
	}
	for i, old := range p.pattern {
		p.pattern[i] = to[old]
	}
	return int(compared.Load()), nil
}
