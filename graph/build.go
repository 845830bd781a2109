package graph

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"slices"

	"overt"
	"overt/internal/durable"
	"overt/internal/mapped"
)

// Places of refs that are one of the edge's own ends.
const (
	spillSource = 1 << 63
	spillTarget = 1 << 62
)

const edgeRecSize = 32

// An edgeRec is an edge while the graph is built. The meaning of its numbers
// changes on the way: of ids, then ranks, then nodes; of kinds in the order
// they came, then sorted, then tags. Its mark ends as the number of its dates.
type edgeRec struct {
	src, dst, kind, mark uint32
	start, end           int32
	ref                  uint64
}

// dates gives both days in one number.
func (r *edgeRec) dates() uint64 { return uint64(uint32(r.start))<<32 | uint64(uint32(r.end)) }

func (r edgeRec) append(b []byte) []byte {
	for _, v := range [...]uint32{r.src, r.dst, r.kind, r.mark, uint32(r.start), uint32(r.end)} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return binary.LittleEndian.AppendUint64(b, r.ref)
}

func readEdgeRec(b []byte) edgeRec {
	u := func(i int) uint32 { return binary.LittleEndian.Uint32(b[4*i:]) }
	return edgeRec{
		src: u(0), dst: u(1), kind: u(2), mark: u(3),
		start: int32(u(4)), end: int32(u(5)), ref: binary.LittleEndian.Uint64(b[24:]),
	}
}

// A build is the second half of a Builder's life: everything is known, and is
// put into its one order.
type build struct {
	*Builder
	byRank  []uint32 // id numbers, ascending by id
	edges   []edgeRec
	same    []sameRec
	refData []byte // the spilled refs

	names    []string
	marks    []Mark // those in use, in the order of the file
	kinds    []kindKey
	tags     []tagInfo
	dates    []uint64 // start and end in one, ascending
	profiles [][]profileEntry
	profile  []uint32 // by rank

	linked  int
	nodeOf  []uint32 // by rank
	rankOf  []uint32 // by node
	adjOff  []uint32
	entries []uint64 // neighbour above, edge and direction below
}

// WriteFile writes the graph to path, whole or not at all: into a temporary
// file beside it, synced, then renamed. The Builder is used up. Errors: what
// the Builder could not take; unavailable (disk); the cause, if ctx ends.
func (b *Builder) WriteFile(ctx context.Context, path string, stamp Stamp) error {
	defer func() { _ = b.Close() }()
	if b.err != nil {
		return b.err
	}
	g, release, err := b.settle(ctx)
	if err != nil {
		return err
	}
	defer release()
	return g.writeFile(path, stamp)
}

// settle puts everything into its one order.
func (b *Builder) settle(ctx context.Context) (g *build, release func(), err error) {
	g = &build{Builder: b}
	release, err = g.load()
	if err != nil {
		return nil, nil, err
	}
	for _, step := range []func(){
		g.rank, g.sortEdges, g.mergeEdges, g.mergeSame, g.settleMarks,
		g.settleTags, g.settleDates, g.numberNodes, g.placeEntries,
	} {
		if err := ctx.Err(); err != nil {
			release()
			return nil, nil, overt.Errorf(overt.Unavailable, "", "build graph: %w", err)
		}
		step()
	}
	return g, release, nil
}

// load reads the edges back and maps the refs.
func (g *build) load() (release func(), err error) {
	none := func() {}
	if s := g.Builder.edges; s != nil {
		if err := g.readEdges(s); err != nil {
			return none, overt.Errorf(overt.Unavailable, s.f.Name(), "read edges back: %w", err)
		}
	}
	s := g.refs
	if s == nil {
		return none, nil
	}
	if err := s.w.Flush(); err != nil {
		return none, overt.Errorf(overt.Unavailable, s.f.Name(), "write a temporary file for the graph: %w", err)
	}
	data, unmap, err := mapped.File(s.f)
	if err != nil {
		return none, overt.Errorf(overt.Unavailable, s.f.Name(), "read refs back: %w", err)
	}
	g.refData = data
	return func() { _ = unmap() }, nil
}

func (g *build) readEdges(s *spill) error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	g.edges = make([]edgeRec, g.count)
	r := bufio.NewReaderSize(s.f, 1<<18)
	var b [edgeRecSize]byte
	for i := range g.edges {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return err
		}
		g.edges[i] = readEdgeRec(b[:])
	}
	return nil
}

// ref gives the id that an edge stands for. It needs src and dst to be ranks.
func (g *build) ref(r *edgeRec) []byte {
	switch r.ref {
	case spillSource:
		return g.ids.at(g.byRank[r.src])
	case spillTarget:
		return g.ids.at(g.byRank[r.dst])
	}
	size, k := binary.Uvarint(g.refData[r.ref:])
	return g.refData[r.ref+uint64(k):][:size]
}

// rank replaces the numbers of ids, which depend on the order they came in, by
// their ranks, which do not; names and kinds likewise.
func (g *build) rank() {
	g.byRank = g.ids.sorted()
	rankOf := invert(g.byRank)
	nameOrder := g.Builder.names.sorted()
	nameRank := invert(nameOrder)
	for _, n := range nameOrder {
		g.names = append(g.names, string(g.Builder.names.at(n)))
	}
	kindRank := g.rankKinds(nameRank)
	for i := range g.edges {
		e := &g.edges[i]
		e.src, e.dst, e.kind = rankOf[e.src], rankOf[e.dst], kindRank[e.kind]
	}
	g.same = g.Builder.same
	for i, s := range g.same {
		a, b := rankOf[s.a], rankOf[s.b]
		g.same[i] = sameRec{a: min(a, b), b: max(a, b), mark: s.mark, reason: nameRank[s.reason]}
	}
	for _, list := range g.Builder.profiles.list {
		for i := range list {
			list[i].schema = nameRank[list[i].schema]
		}
		slices.SortFunc(list, compareProfile)
	}
	g.profile = make([]uint32, len(g.byRank))
	for r, n := range g.byRank {
		g.profile[r] = g.Builder.profile[n]
	}
	g.Builder.profile = nil
}

func (g *build) rankKinds(nameRank []uint32) []uint32 {
	order := make([]uint32, len(g.kindList))
	for i, k := range g.kindList {
		g.kindList[i].kind, g.kindList[i].prop = nameRank[k.kind], nameRank[k.prop]
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(x, y uint32) int { return compareKind(g.kindList[x], g.kindList[y]) })
	for _, n := range order {
		g.kinds = append(g.kinds, g.kindList[n])
	}
	return invert(order)
}

func compareKind(a, b kindKey) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.prop, b.prop), cmp.Compare(bit(a.directed), bit(b.directed)))
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

func compareProfile(a, b profileEntry) int {
	return cmp.Or(cmp.Compare(a.schema, b.schema), cmp.Compare(a.mark, b.mark))
}

func invert(order []uint32) []uint32 {
	out := make([]uint32, len(order))
	for i, n := range order {
		out[n] = uint32(i)
	}
	return out
}

// compareEdges is the order of edges in the file: by source id, target id,
// kind, start, end, ref. Bundles rely on it.
func (g *build) compareEdges(a, b *edgeRec) int {
	x, y := uint64(a.src)<<32|uint64(a.dst), uint64(b.src)<<32|uint64(b.dst)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case a.kind != b.kind:
		return cmp.Compare(a.kind, b.kind)
	case a.start != b.start:
		return cmp.Compare(a.start, b.start)
	case a.end != b.end:
		return cmp.Compare(a.end, b.end)
	case a.ref == b.ref:
		return 0
	}
	return slices.Compare(g.ref(a), g.ref(b))
}

// sortEdges sorts with two workers: above a middle source and below it.
func (g *build) sortEdges() {
	middle := g.middleSource()
	cut := 0
	for i := range g.edges {
		if g.edges[i].src < middle {
			g.edges[i], g.edges[cut] = g.edges[cut], g.edges[i]
			cut++
		}
	}
	done := make(chan struct{})
	order := func(a, b edgeRec) int { return g.compareEdges(&a, &b) }
	go func() {
		slices.SortFunc(g.edges[:cut], order)
		close(done)
	}()
	slices.SortFunc(g.edges[cut:], order)
	<-done
}

func (g *build) middleSource() uint32 {
	var sample []uint32
	for i := 0; i < len(g.edges); i += len(g.edges)/1001 + 1 {
		sample = append(sample, g.edges[i].src)
	}
	if len(sample) == 0 {
		return 0
	}
	slices.Sort(sample)
	return sample[len(sample)/2]
}

// mergeEdges makes equal edges one, seen by whoever saw one of them.
func (g *build) mergeEdges() {
	out := g.edges[:0]
	for i := range g.edges {
		e := g.edges[i]
		if n := len(out); n > 0 && g.compareEdges(&out[n-1], &e) == 0 {
			out[n-1].mark = uint32(g.Builder.marks.union(Mark(out[n-1].mark), Mark(e.mark)))
			continue
		}
		out = append(out, e)
	}
	g.edges = out
}

// mergeSame sorts the same links by both ids and reason, equal ones as one.
func (g *build) mergeSame() {
	order := func(x, y sameRec) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.reason, y.reason))
	}
	slices.SortFunc(g.same, order)
	out := g.same[:0]
	for _, s := range g.same {
		if n := len(out); n > 0 && order(out[n-1], s) == 0 {
			out[n-1].mark = g.Builder.marks.union(out[n-1].mark, s.mark)
			continue
		}
		out = append(out, s)
	}
	g.same = out
}

func (g *build) writeFile(path string, stamp Stamp) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return overt.Errorf(overt.Unavailable, path, "make a file for the graph: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already, when renamed
	err = g.encode(f, stamp)
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return overt.Errorf(overt.Unavailable, path, "write graph: %w", err)
	}
	return nil
}
