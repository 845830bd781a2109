package graph

import (
	"encoding/binary"
	"errors"
	"slices"

	"overt/statement"
)

// A Mark is the number of one set of alternatives inside one file.
type Mark uint32

// Alternatives say who sees a thing: whoever sees all classes of at least one
// of them. Without alternatives nobody does; an alternative without classes,
// which everybody would pass, is refused.
type Alternatives [][]statement.Class

// visible says whether a sight passes at least one alternative.
func (a Alternatives) visible(s *statement.Sight) bool {
	return slices.ContainsFunc(a, func(all []statement.Class) bool { return seesAll(s, all) })
}

// shown gives the classes of all alternatives that a sight passes, ascending,
// no duplicates. A class that is seen but stands only in alternatives that are
// not passed is left out: that it is named there is not known to the sight.
func (a Alternatives) shown(s *statement.Sight) []statement.Class {
	var out []statement.Class
	for _, all := range a {
		if seesAll(s, all) {
			out = append(out, all...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func seesAll(s *statement.Sight, all []statement.Class) bool {
	for _, c := range all {
		if !s.Sees(c) {
			return false
		}
	}
	return len(all) > 0
}

var errEmptyAlternative = errors.New("an alternative without classes would be seen by everyone")

// canonical sorts alternatives and the classes inside, without duplicates, so
// that equal sets are equal bytes. Nothing is absorbed: {1} and {1,2} both
// stay, because both name classes that the thing was sighted in.
func canonical(a Alternatives) (Alternatives, error) {
	out := make(Alternatives, len(a))
	for i, all := range a {
		if len(all) == 0 {
			return nil, errEmptyAlternative
		}
		c := slices.Clone(all)
		slices.Sort(c)
		out[i] = slices.Compact(c)
	}
	slices.SortFunc(out, slices.Compare[[]statement.Class])
	return slices.CompactFunc(out, slices.Equal[[]statement.Class]), nil
}

// A markSet interns alternatives while a graph is built.
type markSet struct {
	byKey  map[string]Mark
	byOne  map[statement.Class]Mark // the usual mark: one class
	list   []Alternatives
	keys   []string
	united map[[2]Mark]Mark
}

func newMarkSet() *markSet {
	return &markSet{byKey: map[string]Mark{}, byOne: map[statement.Class]Mark{}, united: map[[2]Mark]Mark{}}
}

func (m *markSet) add(a Alternatives) (Mark, error) {
	single := len(a) == 1 && len(a[0]) == 1
	if single {
		if id, ok := m.byOne[a[0][0]]; ok {
			return id, nil
		}
	}
	c, err := canonical(a)
	if err != nil {
		return 0, err
	}
	key := string(appendMark(nil, c))
	id, ok := m.byKey[key]
	if !ok {
		id = Mark(len(m.list))
		m.byKey[key] = id
		m.list, m.keys = append(m.list, c), append(m.keys, key)
	}
	if single {
		m.byOne[a[0][0]] = id
	}
	return id, nil
}

// union gives the mark of whoever sees one or the other.
func (m *markSet) union(a, b Mark) Mark {
	if a == b {
		return a
	}
	pair := [2]Mark{min(a, b), max(a, b)}
	if id, ok := m.united[pair]; ok {
		return id
	}
	id, _ := m.add(slices.Concat(m.list[a], m.list[b])) // neither has an empty alternative
	m.united[pair] = id
	return id
}

// appendMark writes a mark as it stands in the file: the number of
// alternatives, then each as a number of classes and the classes.
func appendMark(b []byte, a Alternatives) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(a)))
	for _, all := range a {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(all)))
		for _, c := range all {
			b = binary.LittleEndian.AppendUint32(b, uint32(c))
		}
	}
	return b
}
