package match

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"overt/resolve/name"
	"overt/resolve/value"
)

// frequencies counts in how many records a normal form stands. Forms of one record
// are not held. All that is counted is told in steps, so that a few records more leave
// most of it as it was, and with it what is compared by it.
type frequencies struct {
	n       float64
	sources []float64 // records of each source
	table   []counted64
	seen    *lookups // of what is looked up; nil if nobody asks
}

// Steps in which a count doubles. That of all records is in finer ones: it bears on
// every score, and seldom crosses one.
const (
	countSteps  = 2
	recordSteps = 8
	exact       = 8 // up to which a count is as it is: the rarest tell most
)

// stepped is the step of a count, as a count: by halves of a bit …, 7, 8, 11, 16, 23, …
func stepped(n int, steps float64) float64 {
	if n <= exact {
		return float64(n)
	}
	return math.Round(math.Exp2(math.Round(math.Log2(float64(n))*steps) / steps))
}

type counted64 struct {
	key key
	n   uint32
}

func (m *Matcher) countForms(ctx context.Context) error {
	rows, err := m.keyRows(ctx, func(w *worker, rec uint32, out []grouped) []grouped {
		m.load(w, &w.left, rec)
		for i, f := range w.left.forms {
			out = normKeys(w.left.tags[i], f, out)
		}
		return w.left.holdings(out)
	})
	if err != nil {
		return err
	}
	if m.freq, err = countKeys(ctx, rows, len(m.store.ids), m.cfg.Threads); err != nil {
		return err
	}
	m.freq.sources = m.store.counts()
	m.counted = rows
	return m.findEarlier(ctx)
}

func countKeys(ctx context.Context, rows []block[key], records, threads int) (frequencies, error) {
	var repeated [shardCount][]counted64
	err := eachShard(ctx, threads, rows, func(s int, es []entry) {
		slices.SortFunc(es, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		runs(es, func(run []entry) {
			if len(run) > 1 {
				repeated[s] = append(repeated[s], counted64{run[0].key, uint32(stepped(len(run), countSteps))})
			}
		})
	})
	if err != nil {
		return frequencies{}, err
	}
	return newFrequencies(stepped(records, recordSteps), slices.Concat(repeated[:]...)), nil
}

// newFrequencies makes a table of the keys that several of n records have, in steps.
func newFrequencies(n float64, repeated []counted64) frequencies {
	size := 16
	for size < 2*len(repeated) {
		size *= 2
	}
	f := frequencies{n: n, table: make([]counted64, size)}
	for _, c := range repeated {
		at := uint64(c.key>>4) & uint64(size-1)
		for f.table[at].n != 0 {
			at = (at + 1) & uint64(size-1)
		}
		f.table[at] = c
	}
	return f
}

// count gives the number of records, 1 where it is not known.
func (f *frequencies) count(k key) float64 {
	f.seen.note(k)
	mask := uint64(len(f.table) - 1)
	for at := uint64(k>>4) & mask; f.table[at].n != 0; at = (at + 1) & mask {
		if f.table[at].key == k {
			return float64(f.table[at].n)
		}
	}
	return 1
}

// share is the share of other records that have a form which two already have:
// the two are not evidence that it is common.
func (f *frequencies) share(s slot, norm string) float64 {
	return (max(0, f.count(normKey(s, norm))-2) + 0.5) / (f.n + 1)
}

// holdings gives the names of a record, each with its source and with the open
// identifiers: by them it is told who else has a name, and what else a number.
func (s *side) holdings(out []grouped) []grouped {
	s.names(func(n string) {
		out = append(out, grouped{key: sourceKey(s.home, n)})
		s.openIdentifiers(func(id *value.Identifier) { out = append(out, grouped{key: namedKey(id.Norm(), n)}) })
	})
	return out
}

func (s *side) openIdentifiers(do func(*value.Identifier)) {
	for i, t := range s.tags {
		if t.slot() != slotIdent {
			continue
		}
		if id := s.forms[i].(*value.Identifier); !id.Valid && !id.Empty() {
			do(id)
		}
	}
}

// names gives the normal forms of its names, few of them.
func (s *side) names(do func(norm string)) {
	n := 0
	for i, t := range s.tags {
		if t.slot() != slotName || n == maxNamed {
			continue
		}
		if f := s.forms[i].(*name.Form); !f.Empty() {
			n++
			do(f.Norm())
		}
	}
}

// sourceKey counts a name in a source, by the hash of that: its number tells of others.
func sourceKey(home uint64, name string) key { return normKey(slotName, name).with(home) }

func namedKey(identifier, name string) key {
	return normKey(slotIdent, identifier).with(uint64(normKey(slotName, name)))
}

// with is a key of two things.
func (k key) with(h uint64) key { return key(mix(uint64(k)+h)&^15 | uint64(kins)) }

// maxNamed bounds the names of a record that are counted with its identifiers.
const maxNamed = 4

// ofGroup says whether a number is that of a group: records that are called neither
// as one nor as the other have it too, as the codes of a department or of a branch.
func (f *frequencies) ofGroup(a, b *side, identifier string) bool {
	all := f.count(normKey(slotIdent, identifier))
	if all <= 2+groupNames {
		return false
	}
	most := func(s *side) (most float64, name string) {
		s.names(func(n string) {
			if c := f.count(namedKey(identifier, n)); c > most {
				most, name = c, n
			}
		})
		return most, name
	}
	n, one := most(a)
	m, other := most(b)
	if one == other {
		m = 0
	}
	return all-n-m > groupNames
}

// groupNames is how many others may have a number, called otherwise.
const groupNames = 2

// holders is how rare the name of an organisation is, in bits: the share of records
// that are expected to have it and to be another entity than a and b. Chance makes so
// many of its words, and fewer where the sources of a and b, which name most of their
// entities once, do not have it again (the mean of a gamma-Poisson model). Where they
// have it again these may be copies, which is the less likely the more they are, or the
// name may be a phrase of which our tables know nothing.
func (f *frequencies) holders(a, b *side, norm string) float64 {
	f.seen.noteSizes()
	seen, of := 0.0, 0.0
	for _, s := range []*side{a, b} {
		if int(s.source) < len(f.sources) {
			seen += f.count(sourceKey(s.home, norm)) - 1
			of += f.sources[s.source]
		}
	}
	if a.source == b.source {
		seen, of = seen/2-1, of/2
	}
	chance := math.Exp2(-f.chance(norm))
	share := chance * spread / (spread + chance*of)
	if seen > 0 {
		share += phrases / (phrases + math.Pow(again, seen)) * seen / of
	}
	return max(step, -math.Log2(share))
}

const (
	spread  = 0.1  // shape of the gamma distribution of how common names are beside chance
	phrases = 1e-4 // share of names that are common although their words are rare
	again   = 0.3  // how often a source that has an entity has it once more: sites, branches
)

// known is how many records our tables of words stand for beside those at hand.
const known = 100

// chance is how rarely the words of a name come together by chance, in bits. Records
// of the very name do not count: they may be copies of one. A name of common words
// alone is a phrase that is chosen again and again, whatever the records at hand are.
func (f *frequencies) chance(norm string) float64 {
	copies := max(2, f.count(normKey(slotName, norm)))
	sum, usual, common := 0.0, 0.0, true
	for w := range strings.FieldsSeq(norm) {
		bits, generic := name.Telling(w)
		elsewhere := max(0, f.count(normKey(slotName, w))-copies)
		sum -= math.Log2((elsewhere + 0.5 + known*math.Exp2(-bits)) / (f.n + known))
		usual += bits
		common = common && generic
	}
	if common {
		return min(sum, usual)
	}
	return sum
}

// ofNames gives the frequencies of a slot of names, nil without any.
func (f *frequencies) ofNames(s slot) name.Frequencies {
	if f == nil {
		return nil
	}
	return slotFrequencies{f, s}
}

// ofWords gives the frequencies of another slot, nil without any.
func (f *frequencies) ofWords(s slot) value.Frequencies {
	if f == nil {
		return nil
	}
	return slotFrequencies{f, s}
}

type slotFrequencies struct {
	all  *frequencies
	slot slot
}

// Token is described with name.Frequencies.
func (f slotFrequencies) Token(norm string) float64 {
	return min(1, f.all.count(normKey(f.slot, norm))/(f.all.n+1))
}

// Full is described with name.Frequencies. What is seen is mixed with what chance
// would make of the words, so that a whole name of few records is not taken to be
// common because there are few records.
func (f slotFrequencies) Full(norm string) float64 {
	chance := 1.0
	for w := range strings.FieldsSeq(norm) {
		chance *= f.all.share(f.slot, w)
	}
	seen := max(0, f.all.count(normKey(f.slot, norm))-2) / (f.all.n + 1)
	return min(1, max(seen, chance))
}

// rarity is at least one step, so that it is told from none.
func rarity(share float64) float64 { return max(step, -math.Log2(max(share, 1e-9))) }
