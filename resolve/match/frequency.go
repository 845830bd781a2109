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
// are not held.
type frequencies struct {
	n     float64
	table []counted64
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
		return out
	})
	if err != nil {
		return err
	}
	m.freq, err = countKeys(ctx, rows, len(m.store.ids), m.cfg.Threads)
	return err
}

func countKeys(ctx context.Context, rows []block[key], records, threads int) (frequencies, error) {
	var repeated [shardCount][]counted64
	err := eachShard(ctx, threads, rows, func(s int, es []entry) {
		slices.SortFunc(es, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
		runs(es, func(run []entry) {
			if len(run) > 1 {
				repeated[s] = append(repeated[s], counted64{run[0].key, uint32(len(run))})
			}
		})
	})
	if err != nil {
		return frequencies{}, err
	}
	all := slices.Concat(repeated[:]...)
	size := 16
	for size < 2*len(all) {
		size *= 2
	}
	f := frequencies{n: float64(records), table: make([]counted64, size)}
	for _, c := range all {
		at := uint64(c.key>>4) & uint64(size-1)
		for f.table[at].n != 0 {
			at = (at + 1) & uint64(size-1)
		}
		f.table[at] = c
	}
	return f, nil
}

// count gives the number of records, 1 where it is not known.
func (f *frequencies) count(k key) float64 {
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
