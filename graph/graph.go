// Package graph follows links between entities: who is connected with whom,
// by what, since when, and over which intermediate steps.
//
// It is derived: a Builder is fed once from the statements and writes one
// file; Open maps that file into memory, and nothing in it is ever changed.
// Nodes are source entity ids. Edges come from edge-like entities and from
// entity-typed properties, and links of the kind "same" say that two ids are
// one entity. The package interprets no schema.
//
// The invariant is noninterference. Everything that is shown goes through a
// View, which is a graph and a statement.Sight; what a View answers equals
// what the same questions would answer over a graph built only from what the
// Sight shows: paths, bundles, canonical ids, counters and limits alike. Two
// rules keep it. Order is always by entity id, never by the numbers of nodes
// inside the file. And where a budget ends a search it ends between two
// levels, or inside an enumeration that is itself ordered, so that hidden
// edges cannot shift the cut.
//
// The bytes of the file are drawn in docs/format/graph.md.
package graph

import (
	"os"
	"sync"

	"overt"
	"overt/ftm"
	"overt/internal/mapped"
	"overt/statement"
)

// A Node is a number of an entity inside one Graph. It has no meaning outside
// the process, differs between builds and MUST NOT be shown.
type Node uint32

// A Stamp says what a graph was built from.
type Stamp struct {
	Epoch       uint64 // statement.Store.Epoch at the moment of reading
	Fingerprint string // of whatever else the builder's caller depends on
}

// A Graph is an open graph file. It is immutable and safe for concurrent use.
type Graph struct {
	data  []byte
	unmap func() error

	stamp  Stamp
	nodes  int
	linked int // nodes below this number occur in same links

	names    []string
	marks    []Alternatives
	kinds    []kindInfo
	tags     []tagInfo
	profiles [][]profileEntry
	ids      stringTable // by rank: ascending
	refs     stringTable // by edge

	nodeOf  []uint32 // by rank
	rankOf  []uint32 // by node: place of its id among all ids, ascending
	profile []uint32 // by node
	adjOff  []uint32 // by node, and one more
	adj     []uint64 // entries: neighbour below, tag and flags above
	adjEdge []uint32 // by entry: edge number
	adjDate []uint32 // by entry: number of its dates
	dates   []uint32 // pairs of start and end
	edges   []uint32 // edgeWords for each edge
	same    []uint32 // sameWords for each link

	scratches sync.Pool
}

type kindInfo struct {
	kind, prop string
	directed   bool
}

// A tagInfo is one pair of mark and kind; many edges share it.
type tagInfo struct{ mark, kind uint32 }

// A profileEntry says that a node has a schema, for those who see the mark.
type profileEntry struct{ schema, mark uint32 }

// Flags of the upper half of an adjacency entry, and of the tag of an edge.
const (
	flagInbound = 1 << 31 // the entry stands at the edge's target
	flagDated   = 1 << 30 // the edge has a start or an end of its own
	tagMask     = 1<<29 - 1

	refIsSource = 1 << 30 // of an edge: its Ref is its Source
	refIsTarget = 1 << 31

	edgeWords = 4 // source, target, tag, dates
	sameWords = 4 // a, b, mark, reason
)

// Open maps a graph file into memory (elsewhere than on unix it is read) and
// verifies all of it before it returns: every section against its CRC-32C, and
// every number inside against its range. Errors: not_found; invalid, when the
// file is not a whole graph of this version; unavailable.
func Open(path string) (*Graph, error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, overt.Errorf(overt.NotFound, path, "no graph here")
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "open graph: %w", err)
	}
	defer func() { _ = f.Close() }() // the mapping outlives the descriptor
	data, unmap, err := mapped.File(f)
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "map graph: %w", err)
	}
	g, err := decode(data)
	if err != nil {
		_ = unmap()
		return nil, overt.Errorf(overt.Invalid, path, "read graph: %w", err)
	}
	g.unmap = unmap
	return g, nil
}

// Close gives the memory back. No View of the graph may be used afterwards.
func (g *Graph) Close() error {
	if g.unmap == nil {
		return nil
	}
	unmap := g.unmap
	g.unmap = nil
	return unmap()
}

// Stamp tells what the graph was built from.
func (g *Graph) Stamp() Stamp { return g.stamp }

// Size counts everything in the file, for operators; it is above any scope.
func (g *Graph) Size() (nodes, edges, same int) {
	return g.nodes, len(g.adjEdge) / 2, len(g.same) / sameWords
}

func (g *Graph) id(n uint32) ftm.EntityID { return ftm.EntityID(g.ids.get(int(g.rankOf[n]))) }

// edge gives the raw words of an edge.
func (g *Graph) edge(e uint32) []uint32 {
	return g.edges[int(e)*edgeWords : int(e)*edgeWords+edgeWords]
}

func (g *Graph) entries(n uint32) (lo, hi uint32) { return g.adjOff[n], g.adjOff[n+1] }

// ref gives the id of the entity that an edge stands for.
func (g *Graph) ref(e uint32) ftm.EntityID {
	w := g.edge(e)
	switch {
	case w[2]&refIsSource != 0:
		return g.id(w[0])
	case w[2]&refIsTarget != 0:
		return g.id(w[1])
	}
	return ftm.EntityID(g.refs.get(int(e)))
}

// own gives the start and end that an edge itself states, by their number.
func (g *Graph) own(date uint32) (start, end statement.Day) {
	return statement.Day(int32(g.dates[2*date])), statement.Day(int32(g.dates[2*date+1]))
}
