package pebble

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// reads says whether keys of a class are read: it is visible, or a visible one
// rests on it.
func (v *view) reads(c statement.Class) bool {
	if v.kin == nil {
		return v.sight.Sees(c)
	}
	return len(v.kin.heirs[c]) > 0
}

// A group gathers what the visible classes say of one entity, key by key.
type group struct {
	v     *view
	stmts []statement.Statement
	// With a lineage the packs wait until the last key is there.
	have packList
	read []reading
}

// next begins another entity.
func (g *group) next() {
	g.stmts = g.stmts[:0]
	g.have.reset()
}

// key takes the pack under the iterator in, if its class is read.
func (g *group) key(it *pebble.Iterator, id ftm.EntityID) error {
	_, c, _, ok := splitKey(it.Key())
	if !ok || !g.v.reads(c) {
		return nil
	}
	pack, err := it.ValueAndErr()
	if err != nil {
		return g.v.broken("read statements", err)
	}
	if g.v.kin == nil {
		return g.decode(pack, id, c, c)
	}
	g.have.add(c, pack)
	return nil
}

// statements gives what was gathered, sorted by class, valid until next.
func (g *group) statements(id ftm.EntityID) ([]statement.Statement, error) {
	if g.v.kin == nil {
		return g.stmts, nil
	}
	g.read = g.v.kin.readings(g.read, g.have.classes)
	for _, r := range g.read {
		pack, from := g.have.pack(r.from), g.have.classes[r.from]
		if isGonePack(pack) {
			continue
		}
		first := len(g.stmts)
		if err := g.decode(pack, id, from, r.class); err != nil {
			return nil, err
		}
		if r.class != from {
			g.v.kin.move(g.stmts[first:], from, r.class)
		}
	}
	return g.stmts, nil
}

// decode appends the pack of a class as another says it.
func (g *group) decode(pack []byte, id ftm.EntityID, from, as statement.Class) (err error) {
	g.stmts, err = readPack(g.stmts, pack, id, as, g.v.words[from])
	if err != nil {
		return &overt.Error{Code: overt.Internal, Op: "read statements", Where: fmt.Sprintf("%s, class %d", statement.ShowID(id), from), Err: err}
	}
	return nil
}

// each calls f for the r or x keys of an id that the visible classes say, with
// what follows the class, sorted by both, until f is done. The bytes are valid
// until f returns.
func (v *view) each(ctx context.Context, space byte, id string, f func(c statement.Class, rest []byte) bool) error {
	prefix := idPrefix(nil, space, id)
	it, err := v.iterate(prefix)
	if err != nil {
		return err
	}
	defer func() { _ = it.Close() }()
	if v.kin != nil {
		return v.eachRead(ctx, it, prefix, f)
	}
	for it.First(); it.Valid(); it.Next() {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if _, c, rest, ok := splitKey(it.Key()); ok && v.sight.Sees(c) && !f(c, rest) {
			return nil
		}
	}
	return v.brokenIf("look up", it.Error())
}

// eachRead is each where classes rest on others.
func (v *view) eachRead(ctx context.Context, it *pebble.Iterator, prefix []byte, f func(statement.Class, []byte) bool) error {
	var have, readers []statement.Class
	for ok := it.First(); ok; {
		_, c, _, whole := splitKey(it.Key())
		if !whole {
			ok = it.Next()
			continue
		}
		if heirs := v.kin.heirs[c]; len(heirs) > 0 {
			have, readers = append(have, c), append(readers, heirs...)
		}
		ok = it.SeekGE(classKey(bytes.Clone(prefix), c+1))
	}
	if err := it.Error(); err != nil {
		return v.broken("look up", err)
	}
	slices.Sort(readers)
	for _, reader := range slices.Compact(readers) {
		path := slices.DeleteFunc(slices.Clone(v.kin.paths[reader]), func(c statement.Class) bool { return !slices.Contains(have, c) })
		more, err := v.merge(ctx, prefix, path, func(rest []byte) bool { return f(reader, rest) })
		if !more || err != nil {
			return err
		}
	}
	return nil
}

// merge calls f for what the keys of the classes say together, ascending: of
// equal keys that of the first class counts. more is false once f is done.
func (v *view) merge(ctx context.Context, prefix []byte, path []statement.Class, f func(rest []byte) bool) (more bool, err error) {
	its := make([]*pebble.Iterator, len(path))
	defer func() {
		for _, it := range its {
			if it != nil {
				_ = it.Close()
			}
		}
	}()
	for i, c := range path {
		low := classKey(bytes.Clone(prefix), c)
		// A class is never the last number there is: those after it are not given.
		its[i], err = v.snap.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: classKey(bytes.Clone(prefix), c+1)})
		if err != nil {
			return false, v.broken("look up", err)
		}
		its[i].First()
	}
	for {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		var rest []byte
		nearest := -1
		for i, it := range its {
			if it.Valid() && (nearest < 0 || bytes.Compare(it.Key()[len(prefix)+4:], rest) < 0) {
				nearest, rest = i, it.Key()[len(prefix)+4:]
			}
		}
		if nearest < 0 {
			break
		}
		value, err := its[nearest].ValueAndErr()
		if err != nil {
			return false, v.broken("look up", err)
		}
		if len(value) == 0 && !f(rest) {
			return false, nil
		}
		for i, it := range its {
			if i != nearest && it.Valid() && bytes.Equal(it.Key()[len(prefix)+4:], rest) {
				it.Next()
			}
		}
		its[nearest].Next() // rest is its key, so it goes on last
	}
	for _, it := range its {
		if err := it.Error(); err != nil {
			return false, v.broken("look up", err)
		}
	}
	return true, nil
}

func (v *view) brokenIf(op string, err error) error {
	if err == nil {
		return nil
	}
	return v.broken(op, err)
}
