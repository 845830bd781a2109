package pipeline

import (
	"context"
	"io"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/quality"
	"overt/statement"
)

// A plan says of each record of a list which record of the run before it is.
type plan struct {
	old  *journalList
	was  []int32 // by position: index into old.entries, -1 for a new record
	sums []sum
	to   []spotAt // by index into old.entries: where it stands now
	used []bool   // by index into old.entries
	head map[sum]int32
	next []int32 // the next entry with the same sum, -1 for none
	last int32
}

// spotAt is a spot, its group by number.
type spotAt struct {
	group int32 // -1 where it stands as before and cannot move
	first int64
}

func newPlan(old *journalList) *plan {
	p := &plan{old: old, last: -1}
	n := len(old.entries)
	p.to, p.used, p.next, p.head = make([]spotAt, n), make([]bool, n), make([]int32, n), make(map[sum]int32, n)
	for i := n - 1; i >= 0; i-- {
		s := old.entries[i].sum
		p.next[i] = -1
		if j, ok := p.head[s]; ok {
			p.next[i] = j
		}
		p.head[s] = int32(i)
	}
	return p
}

// match finds the record of the run before that a record is: the one that
// follows the last one found, so that stretches stay whole, else the first
// equal one that is left. -1 for a new record.
func (p *plan) match(s sum, at overt.Locator, spot statement.Spot, placed bool) int32 {
	i := p.last + 1
	if int(i) >= len(p.used) || p.used[i] || p.old.entries[i].sum != s {
		var ok bool
		for i, ok = p.head[s]; ok && i >= 0 && p.used[i]; {
			i = p.next[i]
		}
		if !ok {
			return -1
		}
		p.head[s] = i
	}
	if i < 0 || !p.old.moves(i, at, spot, placed) {
		return -1
	}
	p.used[i], p.last = true, i
	return i
}

// moves says whether an entry can stand at a place of the new file: a row or an
// element of an array anywhere, another record only where it stood.
func (l *journalList) moves(i int32, at overt.Locator, spot statement.Spot, placed bool) bool {
	e := &l.entries[i]
	if e.group < 0 {
		return l.odd[e.n] == at
	}
	return placed && (l.groups[e.group].Array == "") == (spot.Array == "")
}

// compare reads the new files and finds each record in the journal of the run
// before. It is errWhole when too much changed.
func (r *resting) compare(ctx context.Context, u *unit, good []*taken) error {
	groups := newGroups()
	olds, news, same := 0, 0, 0
	for _, l := range r.old.lists {
		olds += len(l.entries)
	}
	for _, l := range u.journal.lists {
		old := r.old.find(l.key)
		if old == nil {
			old = &journalList{key: l.key, way: l.way}
		}
		if old.way != l.way {
			return errWhole // the same record may be read otherwise now
		}
		p := newPlan(old)
		r.plans[l.key] = p
		t := good[l.key.source]
		for rec, err := range t.part[l.key.part].Reader.Records(ctx, l.key.selector) {
			if extract.IsRowError(err) {
				continue
			}
			if err != nil {
				return err
			}
			s, ok := u.journal.sum(rec)
			if !ok {
				return errWhole
			}
			at := rec.At()
			spot, placed := statement.SpotOf(t.index, at)
			i := p.match(s, at, spot, placed)
			if i >= 0 {
				same++
				p.to[i] = groups.at(spot, placed)
			}
			p.was, p.sums = append(p.was, i), append(p.sums, s)
			if news++; news-same > maxChanged {
				return errWhole
			}
		}
		p.head, p.next = nil, nil
	}
	for _, l := range r.old.lists {
		if r.plans[l.key] == nil && len(l.entries) > 0 {
			return errWhole
		}
	}
	if changed := olds + news - 2*same; changed > maxChanged || 3*changed > olds+news {
		return errWhole
	}
	return r.findMoves(u, groups)
}

// groups numbers the lists that records stand in.
type groups struct {
	list   []statement.Spot
	number map[statement.Spot]int32
}

func newGroups() *groups { return &groups{number: map[statement.Spot]int32{}} }

func (g *groups) at(s statement.Spot, placed bool) spotAt {
	if !placed {
		return spotAt{group: -1}
	}
	first := s.First
	s.First = 0
	n, ok := g.number[s]
	if !ok {
		n = int32(len(g.list))
		g.number[s], g.list = n, append(g.list, s)
	}
	return spotAt{n, first}
}

// findMoves tells the stretches of records that stand elsewhere now. What is
// gone from among them stands nowhere, so a stretch goes on across it.
func (r *resting) findMoves(u *unit, groups *groups) error {
	for _, l := range u.journal.lists {
		p := r.plans[l.key]
		var m statement.Move
		var from, to int32 = -1, -1
		for i := range p.old.entries {
			e := &p.old.entries[i]
			if !p.used[i] || e.group < 0 {
				continue
			}
			at := p.to[i]
			if e.group == from && at.group == to && e.n > m.From.First && at.first-e.n == m.To.First-m.From.First {
				m.Records = e.n - m.From.First + 1
				continue
			}
			r.move(m)
			from, to = e.group, at.group
			m = statement.Move{From: p.old.groups[from], To: groups.list[to], Records: 1}
			m.From.First, m.To.First = e.n, at.first
		}
		r.move(m)
	}
	if len(r.moves) > statement.MaxMoves {
		return errWhole
	}
	r.mover = statement.NewMover(r.moves)
	return nil
}

// move keeps a move that moves something.
func (r *resting) move(m statement.Move) {
	if m.Records > 0 && m.From != m.To {
		r.moves = append(r.moves, m)
	}
}

// remove maps the records that are gone once more, from the kept bytes of the
// run before, and counts off what they said.
func (r *resting) remove(ctx context.Context, u *unit, good []*taken) error {
	defer u.unseen()()
	r.delta.sign = -1
	for k, s := range r.base.Sources {
		gone := r.gone(k)
		if len(gone) == 0 {
			continue
		}
		src := extract.Source{Name: s.Name, Size: s.Size, Open: func() (io.ReadCloser, error) { return u.bench.Blobs.Open(ctx, s.Blob) }}
		parts, err := u.im.opener(good[k].file).Open(ctx, src, open.Options{Encoding: s.Encoding, Header: s.Header, Limits: u.im.Limits})
		if err != nil {
			return err
		}
		old := &taken{file: &file{name: good[k].name}, part: parts, mapping: good[k].mapping, native: good[k].native, index: k}
		for _, l := range gone {
			if l.key.part >= len(parts) {
				return errWhole
			}
			if err := r.removeFrom(ctx, u, old, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// unseen keeps the sensors from what is mapped until the function it gives is
// called: it was seen before, or is gone.
func (u *unit) unseen() (end func()) {
	watch := u.watch
	u.watch = quality.New(quality.Config{})
	return func() { u.watch = watch }
}

// gone lists the lists of a source that lost records.
func (r *resting) gone(source int) (lists []*journalList) {
	for _, l := range r.old.lists {
		p := r.plans[l.key]
		for i := range l.entries {
			if l.key.source == source && !p.used[i] {
				lists = append(lists, l)
				break
			}
		}
	}
	return lists
}

func (r *resting) removeFrom(ctx context.Context, u *unit, old *taken, l *journalList) error {
	one, err := u.one(ctx, old, l.key)
	if err != nil {
		return err
	}
	p, left, i := r.plans[l.key], 0, -1
	for _, used := range p.used {
		if !used {
			left++
		}
	}
	for rec, err := range old.part[l.key.part].Reader.Records(ctx, l.key.selector) {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			return err
		}
		if i++; i >= len(p.used) {
			return errWhole
		}
		if p.used[i] {
			continue
		}
		if s, ok := u.journal.sum(rec); !ok || s != l.entries[i].sum {
			return errWhole // not the record that was read then
		}
		if _, err := one(rec); err != nil {
			return err
		}
		old.left = old.left[:0]
		if left--; left == 0 {
			return nil
		}
	}
	return errWhole
}

// one is how the records of a list are taken in.
func (u *unit) one(ctx context.Context, t *taken, k listKey) (takes, error) {
	if t.mapping[k.part] == nil {
		return u.native(ctx, t), nil
	}
	passes, err := u.passes(t, k.part)
	if err != nil {
		return nil, err
	}
	for _, p := range passes {
		if p.selector == k.selector {
			return p.record, nil
		}
	}
	return nil, errWhole
}
