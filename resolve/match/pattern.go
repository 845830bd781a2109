package match

import "math"

// A pattern is how two records compare: for each slot a level, how rare is what
// agrees, and evidence inside the level. Pairs of one pattern have one score, so
// there is one pattern for very many pairs.
type pattern struct {
	slot   [slots]cell
	family family
	veto   veto
	// related says that the names are of kin: parent and subsidiary, say.
	related bool
}

// A cell is level (4 bits), rarity (6 bits), evidence (6 bits, signed); the two in
// steps of half a bit, so that patterns stay few.
type cell uint16

const step = 0.5

func cellOf(level uint8, rarity, evidence float64) cell {
	r := min(63, int(math.Round(max(0, rarity)/step)))
	e := max(-32, min(31, int(math.Round(evidence/step))))
	return cell(level&15) | cell(r)<<4 | cell(e&63)<<10
}

func (c cell) level() int { return int(c & 15) }

// rarity is -log2 of the share of records that have what agrees; 0 if it does not
// matter how many have it.
func (c cell) rarity() float64 { return float64(c>>4&63) * step }

// evidence is what the comparison itself adds, in bits.
func (c cell) evidence() float64 { return float64(int8(c>>10<<2)>>2) * step }

// A veto says why two records are not one whatever else they share.
type veto uint8

const (
	vetoNone veto = iota
	vetoIdent
	vetoWikidata
	vetoBirth
	vetoSeries
	vetoApart
)

func (v veto) String() string {
	return [...]string{"",
		"each has a valid identifier of one scheme that only one entity can have, and they differ",
		"they are two entities of Wikidata",
		"their days of birth lie years apart, and no identifier agrees",
		"their names are numbers of a series or of other generations, and no identifier agrees",
		"their schemata have nothing in common, or their source has each entity once",
	}[v]
}

// comparePatterns orders patterns, so that sums over them are always in one order.
func comparePatterns(a, b pattern) int {
	for s := range a.slot {
		if a.slot[s] != b.slot[s] {
			return int(a.slot[s]) - int(b.slot[s])
		}
	}
	flags := func(p pattern) int {
		f := int(p.family)<<16 | int(p.veto)<<8
		if p.related {
			f |= 1
		}
		return f
	}
	return flags(a) - flags(b)
}
