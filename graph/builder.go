package graph

import (
	"bufio"
	"encoding/binary"
	"os"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// MaxID is the longest id, kind, property, schema or reason that a graph
// takes, in bytes.
const MaxID = 1 << 16

// maxEdges keeps two entries per edge, and a direction bit, inside 32 bits.
const maxEdges = 1<<31 - 1

// An EdgeSpec is one link as the caller read it.
type EdgeSpec struct {
	Source, Target ftm.EntityID
	Kind           string       // what it is: "Obligation", "Contract:authority", "Names"
	Ref            ftm.EntityID // the entity that is the edge, or whose property it is
	Prop           string       // the property, if it is one
	Directed       bool
	Start, End     statement.Day // what the source states; NoDay = unknown
	Alternatives   Alternatives
}

// A Builder takes nodes, edges and same links in any order and writes them as
// one file: the same material in any order gives the same bytes. Ids are held
// in memory, edges wait on disk. It is used once, and is not safe for
// concurrent use.
type Builder struct {
	dir      string
	ids      *interner
	marks    *markSet
	names    *interner
	kinds    map[kindKey]uint32
	kindList []kindKey
	profiles profileSet
	profile  []uint32 // by id
	same     []sameRec
	edges    *spill
	refs     *spill
	count    int
	err      error // the first failure; no file is written after one
}

type kindKey struct {
	kind, prop uint32 // names
	directed   bool
}

type sameRec struct {
	a, b, reason uint32
	mark         Mark
}

// NewBuilder makes a Builder that keeps what does not fit into memory in
// temporary files in dir; "" is the system's directory for such files.
func NewBuilder(dir string) *Builder {
	return &Builder{
		dir: dir, ids: newInterner(), marks: newMarkSet(), names: newInterner(),
		kinds: map[kindKey]uint32{}, profiles: newProfileSet(),
	}
}

// Node says that an entity exists and has a schema, for those whom alts let
// see it. It may be said again, with other schemata or other alternatives.
// A failure is kept for WriteFile.
func (b *Builder) Node(id ftm.EntityID, schema string, alts Alternatives) {
	if len(alts) == 0 || b.err != nil {
		return
	}
	mark, err := b.marks.add(alts)
	if err != nil {
		b.fail(overt.Errorf(overt.Invalid, string(id), "add node: %w", err))
		return
	}
	n, ok := b.id(id)
	if !ok || !b.short("schema", schema) {
		return
	}
	b.profile[n] = b.profiles.with(b.profile[n], b.names.add(schema), mark, b.marks)
}

// Edge adds a link. Links that differ in nothing but their alternatives become
// one that either lets see. A link without alternatives is seen by nobody and
// not kept. Errors: invalid (an id or the kind is empty or too long, or an
// alternative is empty); unavailable (disk).
func (b *Builder) Edge(s EdgeSpec) error {
	if b.err != nil || len(s.Alternatives) == 0 {
		return b.err
	}
	mark, err := b.marks.add(s.Alternatives)
	if err != nil {
		return b.fail(overt.Errorf(overt.Invalid, string(s.Ref), "add edge: %w", err))
	}
	if s.Kind == "" {
		return b.fail(overt.Errorf(overt.Invalid, string(s.Ref), "add edge: it has no kind"))
	}
	if !b.short("kind", s.Kind) || !b.short("property", s.Prop) || !b.short("ref", string(s.Ref)) {
		return b.err
	}
	src, ok := b.id(s.Source)
	if !ok {
		return b.err
	}
	dst, ok := b.id(s.Target)
	if !ok {
		return b.err
	}
	if b.count == maxEdges {
		return b.fail(overt.Errorf(overt.Invalid, "", "add edge: a graph holds %d at most", maxEdges))
	}
	ref, err := b.ref(s)
	if err != nil {
		return b.fail(err)
	}
	r := edgeRec{
		src: src, dst: dst, kind: b.kind(s), mark: uint32(mark),
		start: int32(s.Start), end: int32(s.End), ref: ref,
	}
	if b.edges == nil {
		if b.edges, err = newSpill(b.dir); err != nil {
			return b.fail(err)
		}
	}
	b.count++
	return b.fail(b.edges.write(r.append(b.edges.room[:0])))
}

// Same says that two ids are one entity, and why ("judgement", "strong
// identifier"). A failure is kept for WriteFile.
func (b *Builder) Same(x, y ftm.EntityID, alts Alternatives, reason string) {
	if len(alts) == 0 || b.err != nil || x == y {
		return
	}
	mark, err := b.marks.add(alts)
	if err != nil {
		b.fail(overt.Errorf(overt.Invalid, string(x), "add same link: %w", err))
		return
	}
	m, ok := b.id(x)
	if !ok {
		return
	}
	n, ok := b.id(y)
	if !ok || !b.short("reason", reason) {
		return
	}
	b.same = append(b.same, sameRec{a: m, b: n, mark: mark, reason: b.names.add(reason)})
}

// Close drops what was collected, and the temporary files. WriteFile does it
// too; only a Builder that is given up needs the call.
func (b *Builder) Close() error {
	for _, s := range []*spill{b.edges, b.refs} {
		if s != nil {
			s.remove()
		}
	}
	b.edges, b.refs = nil, nil
	if b.err == nil {
		b.err = overt.Errorf(overt.Internal, "", "this graph builder was used up")
	}
	return nil
}

func (b *Builder) fail(err error) error {
	if b.err == nil && err != nil {
		b.err = err
	}
	return b.err
}

func (b *Builder) id(id ftm.EntityID) (uint32, bool) {
	if id == "" {
		b.fail(overt.Errorf(overt.Invalid, "", "add to graph: an id is empty"))
		return 0, false
	}
	if !b.short("id", string(id)) {
		return 0, false
	}
	n := b.ids.add(string(id))
	if int(n) == len(b.profile) {
		b.profile = append(b.profile, 0)
	}
	return n, true
}

func (b *Builder) short(what, s string) bool {
	if len(s) > MaxID {
		b.fail(overt.Errorf(overt.Invalid, s[:64], "add to graph: %s is longer than %d bytes", what, MaxID))
		return false
	}
	return true
}

func (b *Builder) kind(s EdgeSpec) uint32 {
	k := kindKey{b.names.add(s.Kind), b.names.add(s.Prop), s.Directed}
	n, ok := b.kinds[k]
	if !ok {
		n = uint32(len(b.kindList))
		b.kinds[k] = n
		b.kindList = append(b.kindList, k)
	}
	return n
}

// ref spills the id that an edge stands for and gives its place, or a flag if
// it is one of the ends.
func (b *Builder) ref(s EdgeSpec) (uint64, error) {
	switch s.Ref {
	case s.Source:
		return spillSource, nil
	case s.Target:
		return spillTarget, nil
	}
	if b.refs == nil {
		var err error
		if b.refs, err = newSpill(b.dir); err != nil {
			return 0, err
		}
	}
	at := b.refs.size
	buf := binary.AppendUvarint(b.refs.room[:0], uint64(len(s.Ref)))
	return uint64(at), b.refs.write(append(buf, s.Ref...))
}

// A profileSet interns what is said of nodes: sorted lists of schema and mark.
// Profile 0 is the empty one.
type profileSet struct {
	list  [][]profileEntry
	byKey map[string]uint32
	after map[profileStep]uint32
}

type profileStep struct{ from, schema, mark uint32 }

func newProfileSet() profileSet {
	return profileSet{list: [][]profileEntry{nil}, byKey: map[string]uint32{"": 0}, after: map[profileStep]uint32{}}
}

// with gives the profile that has one entry more than another.
func (p *profileSet) with(from, schema uint32, mark Mark, marks *markSet) uint32 {
	step := profileStep{from, schema, uint32(mark)}
	if n, ok := p.after[step]; ok {
		return n
	}
	n := p.add(p.join(p.list[from], profileEntry{schema, uint32(mark)}, marks))
	p.after[step] = n
	return n
}

func (p *profileSet) join(list []profileEntry, e profileEntry, marks *markSet) []profileEntry {
	out := make([]profileEntry, 0, len(list)+1)
	placed := false
	for _, have := range list {
		switch {
		case have.schema == e.schema:
			have.mark = uint32(marks.union(Mark(have.mark), Mark(e.mark)))
			placed = true
		case have.schema > e.schema && !placed:
			out = append(out, e)
			placed = true
		}
		out = append(out, have)
	}
	if !placed {
		out = append(out, e)
	}
	return out
}

func (p *profileSet) add(list []profileEntry) uint32 {
	var key []byte
	for _, e := range list {
		key = binary.LittleEndian.AppendUint32(key, e.schema)
		key = binary.LittleEndian.AppendUint32(key, e.mark)
	}
	n, ok := p.byKey[string(key)]
	if !ok {
		n = uint32(len(p.list))
		p.byKey[string(key)] = n
		p.list = append(p.list, list)
	}
	return n
}

// A spill is a temporary file that is written once and read once.
type spill struct {
	f    *os.File
	w    *bufio.Writer
	size int64
	room [binary.MaxVarintLen64 + edgeRecSize]byte
}

func newSpill(dir string) (*spill, error) {
	f, err := os.CreateTemp(dir, "graph-*.spill")
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, dir, "make a temporary file for the graph: %w", err)
	}
	return &spill{f: f, w: bufio.NewWriterSize(f, 1<<18)}, nil
}

func (s *spill) write(b []byte) error {
	n, err := s.w.Write(b)
	s.size += int64(n)
	if err != nil {
		return overt.Errorf(overt.Unavailable, s.f.Name(), "write a temporary file for the graph: %w", err)
	}
	return nil
}

func (s *spill) remove() {
	_ = s.f.Close() // nothing of it is needed any more
	_ = os.Remove(s.f.Name())
}
