package match

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime/debug"
	"slices"

	"overt/internal/wire"
)

// saveVersion changes whenever the same records give another index, other
// candidates or other patterns, or Save writes another form.
const saveVersion = "match/3"

// version tells programs apart that may find out other things about the same
// records.
func version() string {
	h := sha256.New()
	_, _ = fmt.Fprintln(h, saveVersion, levelsOf, personLevels, organisationLevels, thingLevels, bounds, factor, kinsOf, sorts, DefaultCandidates)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
				_, _ = fmt.Fprintln(h, s.Value)
			}
		}
	}
	return string(h.Sum(nil)[:16])
}

// Save gives what a built Matcher found out about its records, so that Load makes
// one of it that runs and explains alike without comparing anything. The records
// are not in it: who explains brings those he asks about.
func (m *Matcher) Save() ([]byte, error) {
	if !m.trained {
		return nil, fmt.Errorf("match: nothing is saved before it is built")
	}
	b := wire.AppendText(nil, version())
	b = wire.AppendCount(b, m.cfg.Candidates)
	b = appendList(b, m.cfg.Unique, wire.AppendText)
	b = m.appendRecords(b)
	for _, n := range []int{m.done.Values, m.done.Cut, m.done.Keys, m.done.Joined} {
		b = wire.AppendCount(b, n)
	}
	b = m.appendPairs(b, &m.pairs)
	b = m.appendPairs(b, &m.drawn)
	b = appendList(b, m.equal, appendEqual)
	for f := range m.fits {
		b = appendFit(b, &m.fits[f])
	}
	b = appendFloat(b, m.freq.n)
	b = appendCounted(b, slices.DeleteFunc(slices.Clone(m.freq.table), func(c counted64) bool { return c.n == 0 }))
	b = appendCounted(b, m.repeatedKeys())
	b = wire.AppendCount(b, len(m.divided))
	for _, key := range slices.SortedFunc(maps.Keys(m.divided), func(a, b [16]byte) int { return bytes.Compare(a[:], b[:]) }) {
		b = appendList(append(b, key[:]...), m.divided[key], appendNumber)
	}
	return b, nil
}

func (m *Matcher) appendRecords(b []byte) []byte {
	b = appendList(b, m.store.sources, wire.AppendText)
	b = wire.AppendCount(b, len(m.store.ids))
	for rec, id := range m.store.ids {
		b = append(appendNumber(wire.AppendText(b, id), m.store.source[rec]), m.contents[rec][:]...)
	}
	return b
}

func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	b = wire.AppendCount(b, len(list))
	for _, v := range list {
		b = one(b, v)
	}
	return b
}

func appendNumber(b []byte, n uint32) []byte { return wire.AppendCount(b, int(n)) }

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

func appendPattern(b []byte, p pattern) []byte {
	for _, c := range p.slot {
		b = binary.LittleEndian.AppendUint16(b, uint16(c))
	}
	return wire.AppendBool(append(b, byte(p.family), byte(p.veto)), p.related)
}

// appendPairs writes the others of each record as steps from the one before.
func (m *Matcher) appendPairs(b []byte, p *pairs) []byte {
	b = appendList(b, p.patterns, appendPattern)
	for a := range m.store.ids {
		from, to := p.of(uint32(a))
		b = wire.AppendCount(b, int(to-from))
		last := uint32(a)
		for at := from; at < to; at++ {
			for _, n := range []uint32{p.other[at] - last, p.pattern[at], p.asked[at][0], p.asked[at][1]} {
				b = appendNumber(b, n)
			}
			last = p.other[at]
		}
	}
	return b
}

func appendEqual(b []byte, e equalRecords) []byte {
	return appendList(appendPattern(b, e.pattern), e.recs, appendNumber)
}

func appendFit(b []byte, f *fit) []byte {
	b = wire.AppendText(wire.AppendCount(b, f.records), f.refused)
	b = appendFloat(appendFloat(appendFloat(b, f.all), f.matches), f.prior)
	for s := range slots {
		b = wire.AppendBool(b, f.used[s])
		for _, list := range f.lists(s) {
			b = appendList(b, *list, appendFloat)
		}
	}
	return b
}

// lists are the numbers of a slot, in the order in which they are kept.
func (f *fit) lists(s slot) [4]*[]float64 {
	return [4]*[]float64{&f.m[s], &f.u[s], &f.base[s], &f.weight[s]}
}

// appendCounted writes counts by their keys.
func appendCounted(b []byte, list []counted64) []byte {
	slices.SortFunc(list, func(x, y counted64) int { return cmp.Compare(x.key, y.key) })
	return appendList(b, list, func(b []byte, c counted64) []byte {
		return appendNumber(binary.LittleEndian.AppendUint64(b, uint64(c.key)), c.n)
	})
}

// errSaved is said of what Save did not write, or another program.
var errSaved = errors.New("match: what was saved is damaged, or of another program or configuration")

// Load makes a built Matcher of what Save gave, if it was saved by this program with
// the same Unique and Candidates. It takes no records. Errors: that it is not.
func Load(cfg Config, saved []byte) (*Matcher, error) {
	m, err := New(cfg)
	if err != nil {
		return nil, err
	}
	r := wire.Read(saved)
	if string(r.Raw()) != version() || r.Count(0) != m.cfg.Candidates || !slices.Equal(readList(r, 1, readText), m.cfg.Unique) {
		return nil, errSaved
	}
	m.readRecords(r)
	m.done = Counts{Records: len(m.store.ids), Values: r.Count(0), Cut: r.Count(0), Keys: r.Count(0), Joined: r.Count(0)}
	m.readPairs(r, &m.pairs)
	m.readPairs(r, &m.drawn)
	m.equal = readList(r, 2*int(slots), readEqual)
	for f := range m.fits {
		m.fits[f] = readFit(r, family(f))
	}
	m.freq = newFrequencies(readFloat(r), readList(r, 9, readCounted))
	m.repeated = readList(r, 9, readCounted)
	m.divided = map[[16]byte][]uint32{}
	for range r.Count(17) {
		var key [16]byte
		copy(key[:], r.Bytes(16))
		m.divided[key] = readList(r, 1, readNumber)
	}
	if r.Bad() || r.More() || !m.sound() {
		return nil, errSaved
	}
	m.freq.sources = m.store.counts()
	m.store.mark(m.cfg.Unique)
	m.done.Pairs, m.done.Patterns = len(m.pairs.other), len(m.pairs.patterns)
	m.ran, m.trained = true, true
	return m, nil
}

func readList[T any](r *wire.Reader, least int, one func(*wire.Reader) T) []T {
	n := r.Count(least)
	out := make([]T, 0, n)
	for range n {
		out = append(out, one(r))
	}
	return out
}

func readText(r *wire.Reader) string   { return string(r.Raw()) }
func readNumber(r *wire.Reader) uint32 { return uint32(min(r.Count(0), math.MaxUint32)) }

func readFloat(r *wire.Reader) float64 {
	b := r.Bytes(8)
	if len(b) < 8 {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func readPattern(r *wire.Reader) (p pattern) {
	if b := r.Bytes(2 * int(slots)); len(b) == 2*int(slots) {
		for s := range p.slot {
			p.slot[s] = cell(binary.LittleEndian.Uint16(b[2*s:]))
		}
	}
	p.family, p.veto, p.related = family(r.Byte()), veto(r.Byte()), r.Bool()
	if p.family >= families || p.veto > vetoApart {
		r.Fail()
	}
	return p
}

func readEqual(r *wire.Reader) equalRecords {
	return equalRecords{readPattern(r), readList(r, 1, readNumber)}
}

func readFit(r *wire.Reader, of family) fit {
	f := fit{family: of, records: r.Count(0), refused: readText(r), all: readFloat(r), matches: readFloat(r), prior: readFloat(r)}
	for s := range slots {
		f.used[s] = r.Bool()
		for _, list := range f.lists(s) {
			if *list = readList(r, 8, readFloat); len(*list) != len(shipped(of, s)) {
				r.Fail()
			}
		}
	}
	return f
}

func readCounted(r *wire.Reader) (c counted64) {
	if b := r.Bytes(8); len(b) == 8 {
		c.key = key(binary.LittleEndian.Uint64(b))
	}
	c.n = readNumber(r)
	return c
}

func (m *Matcher) readRecords(r *wire.Reader) {
	for _, name := range readList(r, 1, readText) {
		m.store.named[name] = uint32(len(m.store.sources))
		m.store.sources = append(m.store.sources, name)
	}
	n := r.Count(18)
	m.store.ids, m.store.source, m.contents = make([]string, 0, n), make([]uint32, 0, n), make([][16]byte, n)
	for i := range n {
		m.store.ids, m.store.source = append(m.store.ids, readText(r)), append(m.store.source, readNumber(r))
		copy(m.contents[i][:], r.Bytes(16))
	}
}

func (m *Matcher) readPairs(r *wire.Reader, p *pairs) {
	p.patterns = readList(r, 2*int(slots), readPattern)
	for a := range m.store.ids {
		last := uint32(a)
		for range r.Count(4) {
			last += readNumber(r)
			p.other, p.pattern = append(p.other, last), append(p.pattern, readNumber(r))
			p.asked = append(p.asked, asked{readNumber(r), readNumber(r)})
		}
		p.ends = append(p.ends, uint64(len(p.other)))
	}
}

// sound says whether every number leads to what is there.
func (m *Matcher) sound() bool {
	n := uint32(len(m.store.ids))
	ok := slices.IsSorted(m.store.ids)
	for _, s := range m.store.source {
		ok = ok && int(s) < len(m.store.sources)
	}
	levels := func(p *pattern) bool {
		for s, c := range p.slot {
			if c.level() >= max(1, len(m.fits[p.family].m[s])) {
				return false
			}
		}
		return true
	}
	for _, p := range []*pairs{&m.pairs, &m.drawn} {
		for i, other := range p.other {
			ok = ok && other < n && int(p.pattern[i]) < len(p.patterns)
		}
		for i := range p.patterns {
			ok = ok && levels(&p.patterns[i])
		}
	}
	for i := range m.equal {
		ok = ok && levels(&m.equal[i].pattern) && !slices.ContainsFunc(m.equal[i].recs, func(rec uint32) bool { return rec >= n })
	}
	return ok
}
