package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/search"
	"overt/similar"
)

// A Similars is what `similar` answers of one document.
type Similars struct {
	Taken   *Found            `json:"taken"`
	Share   float64           `json:"share"` // from which on documents are near copies
	Similar []SimilarDocument `json:"similar"`
	Limits  []Limit           `json:"limits"`
}

// Records counts what the answer releases.
func (s *Similars) Records() int { return len(s.Similar) }

// A SimilarDocument says nearly the same as the one that was asked for.
type SimilarDocument struct {
	Entity
	// Relation is "near copy", "holds" (nearly all of the one asked for, and more) or
	// "held" (nearly all of it is in the one asked for).
	Relation   string  `json:"relation"`
	Similarity float64 `json:"similarity"` // share of shingles that both have, in [0,1]
	Held       float64 `json:"held"`       // share of those of one that the other has too
	Added      int     `json:"added"`      // lines it has and the one asked for has not
	Removed    int     `json:"removed"`
	// Where they first differ, on each side.
	FirstAdded   *Excerpt `json:"first_added,omitempty"`
	FirstRemoved *Excerpt `json:"first_removed,omitempty"`
}

// An Excerpt is some text of a document, at its place.
type Excerpt struct {
	Document ftm.EntityID `json:"document"`
	Blob     overt.BlobID `json:"blob"`
	Version  string       `json:"version"` // of the text that start and end count in
	Page     int          `json:"page"`
	Start    int          `json:"start"`
	End      int          `json:"end"`
	Quote    string       `json:"quote"`
}

const (
	// heldShare is the share of a text's shingles that another must have to hold it.
	heldShare = 0.8
	// maxCompared is how many texts are compared for one answer, the likeliest first.
	maxCompared = 1000
	// maxHeld bounds the shingles of texts that are kept at hand.
	maxHeld = 4 << 20
)

// NearCopy is the share of shingles from which on two documents are usually taken
// for near copies: a scan with one letter of a hundred wrong has it.
const NearCopy = 0.4

// FindSimilar gives the documents that say nearly the same as one: whose similarity
// is at least share, or of which one holds the other. Errors: not_found; invalid (no
// document, or one of a few words).
func FindSimilar(ctx context.Context, d *gate.Desk, words string, share float64) (*Similars, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	v, err := d.Similar(ctx)
	if err != nil {
		return nil, err
	}
	all := v.All()
	i := slices.IndexFunc(all, func(e similar.Entry) bool { return reading.DocumentID(e.Document) == f.ID })
	if i < 0 {
		return nil, overt.Errorf(overt.Invalid, "", "%q has no text of %d words or more that could be compared", clip(f.Caption), similar.FewWords)
	}
	self := all[i]
	list := likely(all, &self, share)
	out := &Similars{Taken: f, Share: share, Similar: []SimilarDocument{}, Limits: []Limit{}}
	if n := len(list) - maxCompared; n > 0 {
		out.Limits = append(out.Limits, Limit{Kind: "texts", Text: fmt.Sprintf("%d more documents may be similar and were not compared", n)})
		list = list[:maxCompared]
	}
	c := &collation{d: d, sets: map[overt.BlobID]*similar.Set{}}
	mine, lines, version, err := c.lines(ctx, self.Document)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		s := SimilarDocument{}
		if s.Similarity, s.Held, err = c.near(ctx, mine, e.Document); err != nil {
			return nil, err
		}
		switch {
		case s.Similarity >= share:
			s.Relation = "near copy"
		case s.Held < heldShare || sizes(&e, &self) >= share:
			continue // not held, or long enough to be a copy and none
		case e.Words > self.Words:
			s.Relation = "holds"
		default:
			s.Relation = "held"
		}
		if err := c.differ(ctx, &s, &self, lines, version, &e); err != nil {
			return nil, err
		}
		out.Similar = append(out.Similar, s)
	}
	slices.SortStableFunc(out.Similar, func(a, b SimilarDocument) int {
		return cmp.Or(cmp.Compare(b.Similarity, a.Similarity), cmp.Compare(b.Held, a.Held), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// likely are the texts that may be similar by their sketches, the likeliest first.
func likely(all []similar.Entry, self *similar.Entry, share float64) []similar.Entry {
	type guess struct {
		similar.Entry
		near float64
	}
	var list []guess
	for i := range all {
		e := &all[i]
		if e.Document == self.Document {
			continue
		}
		near := self.Sketch.Near(&e.Sketch)
		// A text that another holds whole has as many shingles in common as it is
		// shorter.
		if near >= share-similar.Slack || near >= 0.06 && near >= 0.5*sizes(e, self) {
			list = append(list, guess{*e, near})
		}
	}
	slices.SortFunc(list, func(a, b guess) int {
		return cmp.Or(cmp.Compare(b.near, a.near), cmp.Compare(a.Document, b.Document))
	})
	out := make([]similar.Entry, len(list))
	for i := range list {
		out[i] = list[i].Entry
	}
	return out
}

// sizes is how long the shorter text is, the longer being 1.
func sizes(a, b *similar.Entry) float64 {
	return float64(min(a.Words, b.Words)) / float64(max(a.Words, b.Words))
}

// A collation reads texts, and keeps some of their shingles at hand.
type collation struct {
	d    *gate.Desk
	sets map[overt.BlobID]*similar.Set
	held int
}

func (c *collation) set(ctx context.Context, doc overt.BlobID) (*similar.Set, error) {
	if s := c.sets[doc]; s != nil {
		return s, nil
	}
	t := similar.NewText(true)
	err := withReading(ctx, c.d, doc, func(r *reading.Reading) error {
		for page, err := range r.Text() {
			if err != nil {
				return err
			}
			t.Add(page.Text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := t.Set()
	if c.held += s.Len(); c.held > maxHeld {
		clear(c.sets)
		c.held = s.Len()
	}
	c.sets[doc] = s
	return s, nil
}

func (c *collation) near(ctx context.Context, a *similar.Set, doc overt.BlobID) (share, held float64, err error) {
	b, err := c.set(ctx, doc)
	if err != nil {
		return 0, 0, err
	}
	share, held = similar.Jaccard(a, b)
	return share, held, nil
}

// lines reads a document's shingles and lines.
func (c *collation) lines(ctx context.Context, doc overt.BlobID) (s *similar.Set, lines []similar.Line, version string, err error) {
	if s, err = c.set(ctx, doc); err != nil {
		return nil, nil, "", err
	}
	err = withReading(ctx, c.d, doc, func(r *reading.Reading) error {
		version = r.Version
		for page, err := range r.Text() {
			if err != nil {
				return err
			}
			lines = append(lines, similar.Lines(page.Number, page.Text)...)
		}
		return nil
	})
	return s, lines, version, err
}

// differ says by what a document differs from the one that was asked for.
func (c *collation) differ(ctx context.Context, s *SimilarDocument, self *similar.Entry, mine []similar.Line, version string, e *similar.Entry) error {
	_, lines, other, err := c.lines(ctx, e.Document)
	if err != nil {
		return err
	}
	diff := similar.Compare(mine, lines)
	s.Added, s.Removed = diff.Added, diff.Removed
	s.FirstAdded, s.FirstRemoved = passage(diff.FirstAdded, e.Document, other), passage(diff.FirstRemoved, self.Document, version)
	s.Entity, err = c.name(ctx, e.Document)
	return err
}

func (c *collation) name(ctx context.Context, doc overt.BlobID) (Entity, error) {
	id := reading.DocumentID(doc)
	said, schema, err := values(ctx, c.d, id)
	return Entity{id, cmp.Or(ftm.Default().Caption(schema, said), string(id)), schema}, err
}

// passage gives a line at its place; of a long one the beginning.
func passage(l *similar.Line, doc overt.BlobID, version string) *Excerpt {
	if l == nil {
		return nil
	}
	const most = 300
	p := &Excerpt{Document: reading.DocumentID(doc), Blob: doc, Version: version, Page: l.Page, Start: l.Start, End: l.End, Quote: l.Text}
	if text := []rune(l.Text); len(text) > most {
		p.Quote, p.End = string(text[:most]), l.Start+most
	}
	return p
}

// A SimilarGroups is what `similar` answers of all documents.
type SimilarGroups struct {
	Share     float64        `json:"share"`
	Documents int            `json:"documents"` // that were compared
	Groups    []SimilarGroup `json:"groups"`    // the largest first
	More      int            `json:"more"`      // groups that are not listed
}

// Records counts what the answer releases.
func (s *SimilarGroups) Records() int { return len(s.Groups) }

// A SimilarGroup is documents each of which is a near copy of another one of them.
type SimilarGroup struct {
	Documents []GroupMember `json:"documents"`
}

// A GroupMember is a document of a group.
type GroupMember struct {
	Entity
	Similarity float64 `json:"similarity"` // to the first of the group
}

// GroupSimilar groups the documents that the scope shows. Two stand in one group
// when they are near copies, or others between them are: a document that is not
// seen joins none.
func GroupSimilar(ctx context.Context, d *gate.Desk, share float64, limit int) (*SimilarGroups, error) {
	v, err := d.Similar(ctx)
	if err != nil {
		return nil, err
	}
	all := v.All()
	sketches := make([]*similar.Sketch, len(all))
	group := make([]int, len(all))
	for i := range all {
		sketches[i], group[i] = &all[i].Sketch, i
	}
	first := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	c := &collation{d: d, sets: map[overt.BlobID]*similar.Set{}}
	unlike := map[[2]int]bool{}
	similar.Pairs(sketches, share, func(a, b int) bool {
		x, y := first(a), first(b)
		if x == y || unlike[[2]int{a, b}] {
			return true
		}
		var s *similar.Set
		var near float64
		if s, err = c.set(ctx, all[a].Document); err == nil {
			near, _, err = c.near(ctx, s, all[b].Document)
		}
		switch {
		case err != nil:
			return false
		case near >= share:
			group[max(x, y)] = min(x, y)
		default:
			unlike[[2]int{a, b}] = true
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	members := map[int][]int{}
	for i := range all {
		members[first(i)] = append(members[first(i)], i)
	}
	return c.groups(ctx, all, members, share, limit)
}

func (c *collation) groups(ctx context.Context, all []similar.Entry, members map[int][]int, share float64, limit int) (*SimilarGroups, error) {
	var order []int
	for i, m := range members {
		if len(m) > 1 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(len(members[b])-len(members[a]), a-b) })
	out := &SimilarGroups{Share: share, Documents: len(all), Groups: []SimilarGroup{}}
	if limit > 0 && len(order) > limit {
		out.More, order = len(order)-limit, order[:limit]
	}
	for _, i := range order {
		head, err := c.set(ctx, all[i].Document)
		if err != nil {
			return nil, err
		}
		g := SimilarGroup{}
		for _, k := range members[i] {
			m := GroupMember{Similarity: 1}
			if m.Entity, err = c.name(ctx, all[k].Document); err != nil {
				return nil, err
			}
			if k != i {
				if m.Similarity, _, err = c.near(ctx, head, all[k].Document); err != nil {
					return nil, err
				}
			}
			g.Documents = append(g.Documents, m)
		}
		out.Groups = append(out.Groups, g)
	}
	return out, nil
}

// Fold puts hits of near copies under the first hit of the page that says nearly
// the same.
func Fold(ctx context.Context, d *gate.Desk, s *SearchAnswer, share float64) error {
	v, err := d.Similar(ctx)
	if err != nil {
		return err
	}
	wanted := map[overt.BlobID]*similar.Sketch{}
	for i := range s.Hits {
		if s.Hits[i].Kind == search.Passage {
			wanted[s.Hits[i].Blob] = nil
		}
	}
	all := v.All()
	for i := range all {
		if _, ok := wanted[all[i].Document]; ok {
			wanted[all[i].Document] = &all[i].Sketch
		}
	}
	c := &collation{d: d, sets: map[overt.BlobID]*similar.Set{}}
	var kept []SearchHit
	for _, hit := range s.Hits {
		at, err := c.fold(ctx, kept, &hit, wanted, share)
		switch {
		case err != nil:
			return err
		case at < 0:
			kept = append(kept, hit)
		case !slices.ContainsFunc(kept[at].Folded, func(e Entity) bool { return e.ID == hit.ID }):
			kept[at].Folded = append(kept[at].Folded, Entity{hit.ID, hit.Caption, hit.Schema})
		}
	}
	if kept != nil {
		s.Hits = kept
	}
	return nil
}

// fold finds the hit that one is folded under; -1 when it stands by itself.
func (c *collation) fold(ctx context.Context, kept []SearchHit, hit *SearchHit, sketches map[overt.BlobID]*similar.Sketch, share float64) (int, error) {
	mine := sketches[hit.Blob]
	if mine == nil {
		return -1, nil
	}
	for i := range kept {
		other := sketches[kept[i].Blob]
		if other == nil || kept[i].Blob == hit.Blob || mine.Near(other) < share-similar.Slack {
			continue
		}
		set, err := c.set(ctx, hit.Blob)
		if err != nil {
			return -1, err
		}
		near, _, err := c.near(ctx, set, kept[i].Blob)
		if err != nil {
			return -1, err
		}
		if near >= share {
			return i, nil
		}
	}
	return -1, nil
}
