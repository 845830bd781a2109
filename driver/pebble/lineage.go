package pebble

import (
	"fmt"
	"slices"

	"overt"
	"overt/policy"
	"overt/statement"
)

// A run with a base holds only what it says otherwise: packs of the entities
// that were added, and for each thing of its base that it does not say a key
// with the mark gone. What a class says is found by asking it, its base, the
// base of that, and taking the first that has the key.

// gone is the value of r and x keys of what the base says and the run does
// not. Those of what is said are empty.
var gone = []byte{1}

// A pack key that is gone has an empty value: a pack is never empty.
func isGonePack(pack []byte) bool { return len(pack) == 0 }

// find gives the record of a run; nil when there is none.
func find(runs []*record, id overt.RunID) *record {
	i, ok := slices.BinarySearchFunc(runs, id, func(r *record, id overt.RunID) int { return int(r.ID) - int(id) })
	if !ok {
		return nil
	}
	return runs[i]
}

// checkBase says whether a run may rest on its base.
func checkBase(scope policy.Scope, spec statement.RunSpec, runs []*record) error {
	base := find(runs, spec.Base)
	if base == nil {
		return statement.CheckBase(scope, spec, nil, 0)
	}
	return statement.CheckBase(scope, spec, &base.Run, base.generation(runs))
}

// generation is how many runs r rests on.
func (r *record) generation(runs []*record) (n int) {
	for r.Under != 0 {
		if r = find(runs, r.Under); r == nil {
			return n
		}
		n++
	}
	return n
}

// settle fills what a record is asked for often. Records before it in runs
// must be settled.
func (r *record) settle(runs []*record) error {
	if r.Under == 0 {
		return nil
	}
	base := find(runs, r.Under)
	if base == nil || r.Under >= r.ID {
		return overt.Errorf(overt.Internal, fmt.Sprintf("run %d", r.ID), "it rests on run %d, which is not there", r.Under)
	}
	moves, err := readMoves(r.Moves)
	if err != nil {
		return overt.Errorf(overt.Internal, fmt.Sprintf("run %d", r.ID), "read where its records moved: %w", err)
	}
	r.mover = statement.NewMover(moves)
	r.bases = make([]statement.Class, len(r.Labels))
	for i, l := range r.Labels {
		r.bases[i] = base.class(l)
	}
	return nil
}

// class is the class of a label in the run, 0 when it has none.
func (r *record) class(label policy.Label) statement.Class {
	for i, l := range r.Labels {
		if l.Key() == label.Key() {
			return r.Classes[i]
		}
	}
	return 0
}

// A lineage tells whose keys a set of classes reads. The nil lineage is that
// of classes without a base: each reads its own.
type lineage struct {
	// paths leads from a class to its bases, itself first.
	paths map[statement.Class][]statement.Class
	// heirs are the classes of the set that read a class, ascending.
	heirs  map[statement.Class][]statement.Class
	movers map[statement.Class]*statement.Mover
}

// newLineage makes the lineage of the classes that are asked for.
func newLineage(runs []*record, asked func(statement.Class) bool) *lineage {
	if !slices.ContainsFunc(runs, func(r *record) bool { return r.Under != 0 && slices.ContainsFunc(r.Classes, asked) }) {
		return nil
	}
	k := &lineage{map[statement.Class][]statement.Class{}, map[statement.Class][]statement.Class{}, map[statement.Class]*statement.Mover{}}
	for _, r := range runs { // ascending, so that a base comes before its heirs
		for i, c := range r.Classes {
			path := []statement.Class{c}
			if r.Under != 0 {
				path = append(path, k.paths[r.bases[i]]...)
				k.movers[c] = r.mover
			}
			k.paths[c] = path
			if !asked(c) {
				continue
			}
			for _, p := range path {
				k.heirs[p] = append(k.heirs[p], c)
			}
		}
	}
	for _, list := range k.heirs {
		slices.Sort(list)
	}
	return k
}

// readersOf is the lineage of the classes given, even if they rest on none.
func readersOf(runs []*record, classes []statement.Class) *lineage {
	if k := newLineage(runs, func(c statement.Class) bool { return slices.Contains(classes, c) }); k != nil {
		return k
	}
	k := &lineage{paths: map[statement.Class][]statement.Class{}}
	for _, c := range classes {
		k.paths[c] = []statement.Class{c}
	}
	return k
}

// move carries places of a base over to the class that reads them, sorted as
// places are.
func (k *lineage) move(stmts []statement.Statement, from, to statement.Class) {
	path := k.paths[to]
	path = path[:max(slices.Index(path, from), 0)]
	if !slices.ContainsFunc(path, func(c statement.Class) bool { return k.movers[c] != nil }) {
		return
	}
	for i := range stmts {
		places := stmts[i].Places
		for j := range places {
			for _, c := range slices.Backward(path) {
				places[j] = k.movers[c].Place(places[j])
			}
		}
		slices.SortFunc(places, statement.ComparePlaces)
	}
}

// A reading is a class and the one whose key it reads.
type reading struct {
	class statement.Class
	from  int // index into the list given
}

// readings tells which of the classes that have a key are read by whom, sorted
// by reader. have ascends.
func (k *lineage) readings(dst []reading, have []statement.Class) []reading {
	dst = dst[:0]
	for i, c := range have {
		for _, heir := range k.heirs[c] {
			if len(have) == 1 || k.nearest(heir, have) == c {
				dst = append(dst, reading{heir, i})
			}
		}
	}
	slices.SortFunc(dst, func(a, b reading) int { return int(a.class) - int(b.class) })
	return dst
}

// nearest is the class that another reads, of those that have a key.
func (k *lineage) nearest(reader statement.Class, have []statement.Class) statement.Class {
	for _, c := range k.paths[reader] {
		if _, ok := slices.BinarySearch(have, c); ok {
			return c
		}
	}
	return 0
}
