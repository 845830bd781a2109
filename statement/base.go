package statement

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"overt"
	"overt/policy"
)

// MaxGenerations bounds how many runs may rest on one another: reading an
// entity asks each of them.
const MaxGenerations = 16

// MaxMoves bounds the moves of one run: a store holds those of all runs in
// memory, 32 bytes each.
const MaxMoves = 30_000

// A Spot is where a stretch of records begins.
type Spot struct {
	Source int    // index into Run.Sources
	Table  string // as in Locator.Table
	// Array is what stands before the index in the pointers of the elements of
	// an array ("/data/Products/"); "" for rows of tables and JSON lines.
	Array string
	First int64 // the row or line, from 1; of an array the index, from 0
}

// A Move says that so many records, which follow one another, are the same in
// the sources of a run as in those of its base, and where they stand there and
// here.
type Move struct {
	From, To Spot
	Records  int64
}

// CheckBase says whether a run may rest on base, given whole, with all its
// labels; nil stands for one that is not there. generation is how many runs
// base rests on. Errors: not_found, denied (the scope may not write a label of
// base), conflict (base is taken back, or too many runs rest on one another),
// invalid (base is of another dataset or series, or a move cannot be).
func CheckBase(scope policy.Scope, spec RunSpec, base *Run, generation int) error {
	where := fmt.Sprintf("run %d", spec.Base)
	if base == nil || !slices.ContainsFunc(base.Labels, scope.Sees) {
		return overt.Errorf(overt.NotFound, where, "there is no such run")
	}
	for _, l := range base.Labels {
		if !scope.Writes(l) {
			return overt.Errorf(overt.Denied, where, "you may not write what it says")
		}
	}
	switch {
	case base.Undone != "":
		return overt.Errorf(overt.Conflict, where, "it was taken back; a run cannot rest on it")
	case generation+1 >= MaxGenerations:
		return overt.Errorf(overt.Conflict, where, "%d runs rest on one another; write this one whole", generation+1)
	case base.Dataset != spec.Dataset || base.Series != spec.Series:
		return overt.Errorf(overt.Invalid, where, "it is a state of another source")
	case len(spec.Moved) > MaxMoves:
		return overt.Errorf(overt.Invalid, where, "%d stretches of records moved, of at most %d", len(spec.Moved), MaxMoves)
	}
	return checkMoves(where, spec.Moved, len(base.Sources), len(spec.Sources))
}

func checkMoves(where string, moves []Move, from, to int) error {
	for i, m := range moves {
		if !m.From.valid(from, m.Records) || !m.To.valid(to, m.Records) || (m.From.Array == "") != (m.To.Array == "") {
			return overt.Errorf(overt.Invalid, where, "move %d is none: %+v", i, m)
		}
	}
	sorted := slices.SortedFunc(slices.Values(moves), func(a, b Move) int { return compareSpots(a.From, b.From) })
	for i := 1; i < len(sorted); i++ {
		if a, b := sorted[i-1], sorted[i]; a.From.group() == b.From.group() && a.From.First+a.Records > b.From.First {
			return overt.Errorf(overt.Invalid, where, "two moves begin with the same records: %+v and %+v", a, b)
		}
	}
	return nil
}

// maxRecord keeps sums of a place and a length far from overflow.
const maxRecord = 1 << 56

func (s Spot) valid(sources int, n int64) bool {
	return s.Source >= 0 && s.Source < sources && s.First >= 0 && s.First < maxRecord && n > 0 && n < maxRecord &&
		(s.Array == "" || strings.HasSuffix(s.Array, "/"))
}

// group is the spot without its number: what the records of one list share.
func (s Spot) group() Spot {
	s.First = 0
	return s
}

func compareSpots(a, b Spot) int {
	if a.Source != b.Source {
		return a.Source - b.Source
	}
	if d := strings.Compare(a.Table, b.Table); d != 0 {
		return d
	}
	if d := strings.Compare(a.Array, b.Array); d != 0 {
		return d
	}
	switch {
	case a.First < b.First:
		return -1
	case a.First > b.First:
		return 1
	}
	return 0
}

// SpotOf tells the row or line of a record, or which element of an array it
// is. ok is false for a record that stands otherwise, such as the member of an
// object: it cannot be moved.
func SpotOf(source int, at overt.Locator) (s Spot, ok bool) {
	s = Spot{Source: source, Table: at.Table}
	if at.Row != 0 {
		s.First = at.Row
		return s, at.Pointer == ""
	}
	i := strings.LastIndexByte(at.Pointer, '/')
	if i < 0 {
		return Spot{}, false
	}
	s.Array = at.Pointer[:i+1]
	s.First, ok = index(at.Pointer[i+1:])
	return s, ok
}

// index reads the index of an element as RFC 6901 writes it.
func index(token string) (int64, bool) {
	n, err := strconv.ParseInt(token, 10, 64)
	return n, err == nil && n >= 0 && n < maxRecord && strconv.FormatInt(n, 10) == token
}

// A Mover tells where the places of a base are in the run that rests on it.
// The nil Mover moves nothing. It is immutable.
type Mover struct {
	groups map[Spot][]stretch // by group of Move.From, ascending
	arrays map[Spot][]string  // of groups, by source and table
	to     []Spot             // groups of Move.To
}

// A stretch is a Move within its group.
type stretch struct {
	from, to, n int64
	group       int32 // index into Mover.to
}

// NewMover makes the mover of valid moves.
func NewMover(moves []Move) *Mover {
	if len(moves) == 0 {
		return nil
	}
	m := &Mover{groups: map[Spot][]stretch{}, arrays: map[Spot][]string{}}
	number := map[Spot]int32{}
	for _, v := range slices.SortedFunc(slices.Values(moves), func(a, b Move) int { return compareSpots(a.From, b.From) }) {
		g, to := v.From.group(), v.To.group()
		if _, known := m.groups[g]; !known && g.Array != "" {
			table := Spot{Source: g.Source, Table: g.Table}
			m.arrays[table] = append(m.arrays[table], g.Array)
		}
		n, known := number[to]
		if !known {
			n = int32(len(m.to))
			number[to], m.to = n, append(m.to, to)
		}
		m.groups[g] = append(m.groups[g], stretch{v.From.First, v.To.First, v.Records, n})
	}
	return m
}

// Place moves one place.
func (m *Mover) Place(p Place) Place {
	if m == nil {
		return p
	}
	g := Spot{Source: p.Source, Table: p.Locator.Table}
	if p.Locator.Row != 0 {
		if to, ok := m.move(g, p.Locator.Row); ok {
			p.Source, p.Locator.Table, p.Locator.Row = to.Source, to.Table, to.First
		}
		return p
	}
	for _, array := range m.arrays[g] {
		rest, ok := strings.CutPrefix(p.Locator.Pointer, array)
		if !ok {
			continue
		}
		token, below := rest, ""
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			token, below = rest[:i], rest[i:]
		}
		i, ok := index(token)
		if !ok {
			continue
		}
		g := Spot{Source: g.Source, Table: g.Table, Array: array}
		if to, ok := m.move(g, i); ok {
			p.Source, p.Locator.Table = to.Source, to.Table
			p.Locator.Pointer = to.Array + strconv.FormatInt(to.First, 10) + below
			return p
		}
	}
	return p
}

// move tells where a record of a group stands now.
func (m *Mover) move(group Spot, n int64) (to Spot, ok bool) {
	list := m.groups[group]
	i := sort.Search(len(list), func(i int) bool { return list[i].from > n }) - 1
	if i < 0 || n >= list[i].from+list[i].n {
		return Spot{}, false
	}
	to = m.to[list[i].group]
	to.First = list[i].to + n - list[i].from
	return to, true
}
