package match

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// A kin is the kind of a key: what it is worth among candidates, and whether keys
// of it are joined with others when they are too common by themselves.
type kin uint8

const (
	kinIdent   kin = iota // identifier, e-mail, telephone number, host, reference
	kinFull               // the whole name
	kinPair               // two words of a name
	kinToken              // one word of a name
	kinDate               // a day
	kinPart               // month and day, year and month, year
	kinPlace              // street and number, postal code
	kinAcro               // acronym
	kinInitial            // first letter of a word of a name
	kinBones              // skeleton of a word of a name
	kinWeak               // a word of a name, a letter left out
	kinArea               // a word of an address, a country
	kinWord               // a word of a text
	kinJoined             // two or three common keys together
	kins
)

// factor is how much a shared key of the kin counts beside its rarity. Method:
// weights of typed tokens in nomenklatura's index, adjusted on none of our data.
var factor = [kins]float32{
	kinIdent: 10, kinFull: 3, kinToken: 3, kinPair: 2, kinBones: 1.5, kinWeak: 1.5, kinInitial: 1, kinAcro: 2,
	kinDate: 2.5, kinPart: 2, kinPlace: 3, kinArea: 1, kinWord: 1, kinJoined: 2,
}

// joins says which keys are joined with others when too many records have them.
var joins = [kins]bool{
	kinIdent: true, kinFull: true, kinToken: true, kinDate: true, kinPart: true, kinPlace: true, kinAcro: true,
	kinInitial: true, kinBones: true, kinArea: true, kinWord: true,
}

// A key is a hash whose low four bits are its kin.
type key uint64

func keyOf(k kin, s slot, text string) key {
	return key(hashText(uint64(k)<<8|uint64(s), text)&^15 | uint64(k))
}

func (k key) kin() kin { return kin(k & 15) }

// Bounds of the index.
const (
	commonKey  = 200           // records from which a key leads to nobody by itself
	maxKeys    = 192           // keys of one record
	maxJoin    = 16            // common keys of one record that are joined
	groupJoin  = 3             // of one group, beside a first letter
	mostChance = 2 * commonKey // records that have two keys by chance from which they are not joined
	tiers      = 3             // a joined key has at most three terms
)

// mostJoined is how many joined keys of one record a tier has.
var mostJoined = [tiers]int{1: 48, 2: 16}

// An index says which records have a key. Its first tier holds keys as they come;
// the second those made of two keys that are too common, the third of three, so
// that every record keeps keys that few others have, however many there are.
type index struct {
	n    int
	tier [tiers]tier
}

func (m *Matcher) buildIndex(ctx context.Context) error {
	ix := &m.index
	ix.n = len(m.store.ids)
	for t := range ix.tier {
		var rows []block[key]
		var err error
		if t == 0 {
			rows, err = m.keyRows(ctx, m.recordKeys)
		} else {
			rows, err = m.keyRows(ctx, func(w *worker, rec uint32, out []grouped) []grouped {
				w.common = ix.common(rec, w.common[:0])
				for _, k := range ix.joined(t, w.common, nil) {
					out = append(out, grouped{key: k.key})
				}
				return out
			})
		}
		if err != nil {
			return err
		}
		if err := ix.tier[t].build(ctx, rows, t > 0, m.cfg.Threads); err != nil {
			return err
		}
	}
	return nil
}

// A grouped key is one with its group among the keys of its record. Keys of one
// group say one thing, so that no more than one of them counts: a word, and it with
// a letter left out. Keys of group 0 count each by itself.
type grouped struct {
	key
	group uint8
}

func compareGrouped(a, b grouped) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.group, b.group))
}

func sameKey(a, b grouped) bool { return a.key == b.key }

// common gives the keys of a record that too many records have and that may be
// joined, rarest first.
func (ix *index) common(rec uint32, out []ranked) []ranked {
	groups := ix.tier[0].groups(rec)
	for i, at := range ix.tier[0].row(rec) {
		out = ix.addCommon(at, groups[i], out)
	}
	return joining(out)
}

// joining cuts common keys to those that are joined: the rarest, few of each group.
func joining(keys []ranked) []ranked {
	var of [math.MaxUint8 + 1]uint8
	keys = slices.DeleteFunc(rarest(keys, len(keys)), func(k ranked) bool {
		if k.group == 0 || k.key.kin() == kinInitial {
			return false
		}
		of[k.group]++
		return of[k.group] > groupJoin
	})
	return keys[:min(len(keys), maxJoin)]
}

func (ix *index) addCommon(at uint32, group uint8, out []ranked) []ranked {
	t := &ix.tier[0]
	if df := t.df(at); df > commonKey && joins[t.keys[at].kin()] {
		out = append(out, ranked{key: t.keys[at], df: uint32(df), group: group})
	}
	return out
}

// A ranked key is one with the number of records that have it.
type ranked struct {
	key   key
	df    uint32
	at    uint32 // its place
	in    uint8  // its tier
	group uint8
	worth float32
}

func rarest(keys []ranked, most int) []ranked {
	slices.SortFunc(keys, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.df, b.df), cmp.Compare(a.key, b.key)) })
	return keys[:min(len(keys), most)]
}

// joined makes the keys of tier t out of a record's common keys: pairs, and triples
// of which no two are a rare pair, which would lead to the others by itself. Their
// df is how many records have all by chance; of too many the rarest are kept.
func (ix *index) joined(t int, atoms, out []ranked) []ranked {
	n := float64(ix.n)
	chance := func(a, b ranked) float64 { return float64(a.df) * float64(b.df) / n }
	common := func(a, b ranked) bool {
		return a.apart(b) && (chance(a, b) > mostChance || ix.tier[1].many[join(a.key, b.key)] > 0)
	}
	for i, a := range atoms {
		for j, b := range atoms[:i] {
			two := chance(a, b)
			switch {
			case t == 1 && two <= mostChance && a.apart(b):
				out = append(out, ranked{key: join(a.key, b.key), df: uint32(two)})
			case t == 2 && common(a, b):
				for _, c := range atoms[:j] {
					if three := two * float64(c.df) / n; three <= mostChance && common(a, c) && common(b, c) {
						out = append(out, ranked{key: join(a.key, b.key, c.key), df: uint32(three)})
					}
				}
			}
		}
	}
	return rarest(out, mostJoined[t])
}

// apart says whether two keys say different things.
func (a ranked) apart(b ranked) bool { return a.group == 0 || a.group != b.group }

// join is one key for several, whatever their order.
func join(keys ...key) key {
	h := uint64(len(keys))
	for _, k := range keys {
		h += mix(uint64(k))
	}
	return key(mix(h)&^15 | uint64(kinJoined))
}
