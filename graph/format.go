package graph

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"overt/internal/section"
	"overt/statement"
)

const noDay = int32(statement.NoDay)

// The sections, in the order of the file.
const (
	secShape = iota
	secNames
	secMarks
	secKinds
	secTags
	secProfiles
	secIDIndex
	secIDs
	secNodeOf
	secRankOf
	secProfile
	secAdjOff
	secAdj
	secAdjEdge
	secAdjDate
	secDates
	secEdges
	secRefIndex
	secRefs
	secSame
	sections
)

var form = section.Form{Magic: "OVTGRAPH", Version: 1, Count: sections, What: "a graph file"}

// decode makes a graph out of the bytes of a file. It trusts no number in it:
// whatever the bytes, later queries stay inside their slices.
func decode(data []byte) (*Graph, error) {
	list, err := form.Decode(data)
	if err != nil {
		return nil, err
	}
	sec := [sections][]byte(list)
	g := &Graph{data: data}
	for _, step := range []func([sections][]byte) error{
		g.decodeShape, g.decodeWords, g.decodeTables, g.decodeStrings, g.check,
	} {
		if err := step(sec); err != nil {
			return nil, err
		}
	}
	return g, nil
}

func (g *Graph) decodeShape(sec [sections][]byte) error {
	b := sec[secShape]
	if len(b) < 24 {
		return errors.New("shape is cut off")
	}
	nodes, linked := binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:])
	if nodes > math.MaxInt32 || linked > nodes {
		return errors.New("shape counts more nodes than there can be")
	}
	g.stamp = Stamp{Epoch: binary.LittleEndian.Uint64(b), Fingerprint: string(b[24:])}
	g.nodes, g.linked = int(nodes), int(linked)
	return nil
}

// decodeWords takes the sections that are read in place.
func (g *Graph) decodeWords(sec [sections][]byte) error {
	for _, s := range []struct {
		id   int
		into *[]uint32
		want int // length in words; -1 = any
	}{
		{secNodeOf, &g.nodeOf, g.nodes},
		{secRankOf, &g.rankOf, g.nodes},
		{secProfile, &g.profile, g.nodes},
		{secAdjOff, &g.adjOff, g.nodes + 1},
		{secAdjEdge, &g.adjEdge, -1},
		{secAdjDate, &g.adjDate, -1},
		{secDates, &g.dates, -1},
		{secEdges, &g.edges, -1},
		{secSame, &g.same, -1},
	} {
		if len(sec[s.id])%4 != 0 || (s.want >= 0 && len(sec[s.id]) != 4*s.want) {
			return fmt.Errorf("section %d has a wrong length", s.id)
		}
		*s.into = section.InPlace[uint32](sec[s.id])
	}
	g.adj = section.InPlace[uint64](sec[secAdj])
	m := len(g.edges) / edgeWords
	if len(g.edges)%edgeWords != 0 || len(sec[secAdj]) != 16*m || len(g.adjEdge) != 2*m || len(g.adjDate) != 2*m ||
		len(g.dates)%2 != 0 || len(g.same)%sameWords != 0 {
		return errors.New("edges and their places differ in number")
	}
	return nil
}

func (g *Graph) decodeStrings(sec [sections][]byte) (err error) {
	if g.ids, err = newStringTable(g.nodes, section.InPlace[uint64](sec[secIDIndex]), sec[secIDs]); err != nil {
		return fmt.Errorf("ids: %w", err)
	}
	if g.refs, err = newStringTable(len(g.edges)/edgeWords, section.InPlace[uint64](sec[secRefIndex]), sec[secRefs]); err != nil {
		return fmt.Errorf("refs: %w", err)
	}
	return nil
}

// A reader takes numbers off a section; after its end it gives 0 and is bad.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) word() uint32 {
	if len(r.b) < 4 {
		r.bad = true
		return 0
	}
	v := binary.LittleEndian.Uint32(r.b)
	r.b = r.b[4:]
	return v
}

// count takes a number of things that need at least size bytes each.
func (r *reader) count(size int) int {
	n := r.word()
	if uint64(n)*uint64(size) > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

// index takes a number below n.
func (r *reader) index(n int) uint32 {
	v := r.word()
	if uint64(v) >= uint64(n) {
		r.bad = true
		return 0
	}
	return v
}

// decodeTables reads the small sections into memory: names, marks, kinds,
// tags, profiles.
func (g *Graph) decodeTables(sec [sections][]byte) error {
	for _, t := range []struct {
		id   int
		read func(*reader)
	}{
		{secNames, g.readNames},
		{secMarks, g.readMarks},
		{secKinds, g.readKinds},
		{secTags, g.readTags},
		{secProfiles, g.readProfiles},
	} {
		r := &reader{b: sec[t.id]}
		t.read(r)
		if r.bad || len(r.b) > 0 {
			return fmt.Errorf("section %d does not hold what it counts", t.id)
		}
	}
	return nil
}

func (g *Graph) readNames(r *reader) {
	g.names = make([]string, r.count(4))
	for i := range g.names {
		n := r.count(1)
		g.names[i] = string(r.b[:n])
		r.b = r.b[n:]
	}
}

func (g *Graph) readMarks(r *reader) {
	g.marks = make([]Alternatives, r.count(4))
	for i := range g.marks {
		g.marks[i] = make(Alternatives, r.count(4))
		for j := range g.marks[i] {
			all := make([]statement.Class, r.count(4))
			for k := range all {
				all[k] = statement.Class(r.word())
			}
			g.marks[i][j] = all
		}
	}
}

func (g *Graph) readKinds(r *reader) {
	g.kinds = make([]kindInfo, r.count(12))
	for i := range g.kinds {
		kind, prop, directed := r.index(len(g.names)), r.index(len(g.names)), r.index(2)
		if r.bad {
			return
		}
		g.kinds[i] = kindInfo{kind: g.names[kind], prop: g.names[prop], directed: directed == 1}
	}
}

func (g *Graph) readTags(r *reader) {
	g.tags = make([]tagInfo, r.count(8))
	r.bad = r.bad || len(g.tags) > tagMask
	for i := range g.tags {
		g.tags[i] = tagInfo{mark: r.index(len(g.marks)), kind: r.index(len(g.kinds))}
	}
}

func (g *Graph) readProfiles(r *reader) {
	g.profiles = make([][]profileEntry, r.count(4))
	for i := range g.profiles {
		g.profiles[i] = make([]profileEntry, r.count(8))
		for j := range g.profiles[i] {
			g.profiles[i][j] = profileEntry{schema: r.index(len(g.names)), mark: r.index(len(g.marks))}
		}
	}
}

// check holds every number that is read in place against its range.
func (g *Graph) check([sections][]byte) error {
	n, m := uint32(g.nodes), uint32(len(g.edges)/edgeWords)
	last := uint32(0)
	for i := range g.nodeOf {
		if g.nodeOf[i] >= n || g.rankOf[i] >= n || uint64(g.profile[i]) >= uint64(len(g.profiles)) || g.adjOff[i] < last {
			return fmt.Errorf("node %d points outside", i)
		}
		last = g.adjOff[i]
	}
	if end := g.adjOff[n]; end < last || uint64(end) != uint64(len(g.adj)) || (n > 0 && g.adjOff[0] != 0) {
		return errors.New("links do not end where they are counted to end")
	}
	for i, e := range g.adj {
		if uint32(e) >= n || uint64(uint32(e>>32)&tagMask) >= uint64(len(g.tags)) ||
			g.adjEdge[i] >= m || uint64(g.adjDate[i]) >= uint64(len(g.dates)/2) {
			return fmt.Errorf("link %d points outside", i)
		}
	}
	for i := 0; i < len(g.edges); i += edgeWords {
		w := g.edges[i : i+edgeWords]
		if w[0] >= n || w[1] >= n || uint64(w[2]&tagMask) >= uint64(len(g.tags)) ||
			uint64(w[3]) >= uint64(len(g.dates)/2) {
			return fmt.Errorf("edge %d points outside", i/edgeWords)
		}
	}
	for i := 0; i < len(g.same); i += sameWords {
		w := g.same[i : i+sameWords]
		if w[0] >= uint32(g.linked) || w[1] >= uint32(g.linked) ||
			uint64(w[2]) >= uint64(len(g.marks)) || uint64(w[3]) >= uint64(len(g.names)) {
			return fmt.Errorf("same link %d points outside", i/sameWords)
		}
	}
	return nil
}
