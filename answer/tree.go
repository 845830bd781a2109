package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
)

// A Tree is what `tree` answers: what holds a document, and what it holds.
type Tree struct {
	Taken *Found `json:"taken"`
	// Above are the ways from a file as received to the document, each from the
	// outermost inwards, the document itself left out. One that is empty: it was
	// received by itself.
	Above [][]Held `json:"above"`
	// Parts is the document, and then what is inside, each before what it holds.
	Parts    []Part                 `json:"parts"`
	Verdicts map[ledger.Verdict]int `json:"verdicts"` // of what is inside
	Limits   []Limit                `json:"limits"`
}

// Records counts what the answer releases.
func (t *Tree) Records() int { return len(t.Parts) }

// A Held is a document on the way to another.
type Held struct {
	Entity
	Name string `json:"name"` // as what holds it calls it, or as received
}

// A Part is a document inside of another.
type Part struct {
	Held
	Depth int           `json:"depth"` // 0 for the document that was asked for
	Blob  overt.BlobID  `json:"blob,omitempty"`
	Role  document.Role `json:"role,omitempty"`
	Type  string        `json:"type,omitempty"` // media type, as found when it was read
	Size  int64         `json:"size"`           // bytes
	// Again says that the same bytes stand further up, where what is inside is told.
	Again   bool           `json:"again,omitempty"`
	Verdict ledger.Verdict `json:"verdict,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Retry   string         `json:"retry,omitempty"`
}

const (
	maxParts = 200_000 // of one tree
	maxWays  = 100     // to one document
)

// ReadTree tells what holds a document and what it holds, with the verdict on each
// part. Errors: not_found; invalid (no document).
func ReadTree(ctx context.Context, d *gate.Desk, words string) (*Tree, error) {
	f, err := documentFound(ctx, d, words)
	if err != nil {
		return nil, err
	}
	t := &treeing{d: d, out: &Tree{Taken: f, Above: [][]Held{}, Parts: []Part{}, Verdicts: map[ledger.Verdict]int{}, Limits: []Limit{}}}
	root := Part{Held: Held{f.Entity, f.Caption}, Blob: overt.BlobID(first(f.Properties["contentHash"]))}
	if err := t.down(ctx, root); err != nil {
		return nil, err
	}
	received, err := t.verdicts(ctx)
	if err != nil {
		return nil, err
	}
	ways, err := t.up(ctx, f.ID, nil)
	if err != nil {
		return nil, err
	}
	if received && !slices.ContainsFunc(ways, func(w []Held) bool { return len(w) == 0 }) {
		ways = append([][]Held{{}}, ways...)
	}
	if len(ways) >= maxWays {
		t.limit("ways", fmt.Sprintf("more than %d ways lead to it", maxWays))
	}
	t.out.Above = ways
	return t.out, nil
}

type treeing struct {
	d   *gate.Desk
	out *Tree
}

func (t *treeing) limit(kind, text string) {
	t.out.Limits = append(t.out.Limits, Limit{Kind: kind, Text: text})
}

// down lists what is inside, without recursion: archives can be made to be deep. The
// same bytes are opened once, so that one that holds itself ends.
func (t *treeing) down(ctx context.Context, root Part) error {
	opened := map[overt.BlobID]bool{}
	for todo := []Part{root}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if len(t.out.Parts) == maxParts {
			t.limit("parts", fmt.Sprintf("more than %d files are inside; later ones are left out", maxParts))
			return nil
		}
		p.Again = opened[p.Blob]
		var inside []Part
		if !p.Again && p.Blob != "" {
			opened[p.Blob] = true
			var err error
			if inside, err = t.inside(ctx, &p); err != nil {
				return err
			}
		}
		t.out.Parts = append(t.out.Parts, p)
		slices.Reverse(inside)
		todo = append(todo, inside...)
	}
	return nil
}

// inside gives the members of a part, in the order they stand there.
func (t *treeing) inside(ctx context.Context, p *Part) ([]Part, error) {
	var members []reading.Member
	err := withReading(ctx, t.d, p.Blob, func(r *reading.Reading) error {
		p.Type, members = r.Type, r.Members
		return nil
	})
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return nil, err
	}
	var out []Part
	for _, m := range members {
		e, err := t.name(ctx, reading.DocumentID(m.Blob))
		if err != nil {
			return nil, err
		}
		out = append(out, Part{Held: Held{e, cmp.Or(m.Path, e.Caption)}, Depth: p.Depth + 1, Blob: m.Blob, Role: m.Role, Size: m.Size})
	}
	return out, nil
}

func (t *treeing) name(ctx context.Context, id ftm.EntityID) (Entity, error) {
	said, schema, err := values(ctx, t.d, id)
	return Entity{id, cmp.Or(ftm.Default().Caption(schema, said), string(id)), schema}, err
}

// verdicts fills in what became of each part, the best of all times it was
// received; received says that the document came by itself.
func (t *treeing) verdicts(ctx context.Context) (received bool, err error) {
	wanted := map[overt.BlobID]*ledger.Entry{}
	for _, p := range t.out.Parts {
		wanted[p.Blob] = nil
	}
	rank := []ledger.Verdict{ledger.Read, ledger.Partial, ledger.Waiting, ledger.Failed, ledger.Refused}
	for e, err := range t.d.Ledger.Entries(ctx, t.d.Scope, "") {
		if err != nil {
			return false, err
		}
		best, ok := wanted[e.Blob]
		if !ok || e.Undone != "" || !e.Document {
			continue
		}
		received = received || e.Parent == 0 && e.Blob == t.out.Parts[0].Blob
		if best == nil || slices.Index(rank, e.Verdict) < slices.Index(rank, best.Verdict) {
			wanted[e.Blob] = &e
		}
	}
	for i := range t.out.Parts {
		p := &t.out.Parts[i]
		if e := wanted[p.Blob]; e != nil {
			p.Verdict, p.Reason, p.Retry = e.Verdict, strings.TrimPrefix(e.Reason, e.Source+": "), e.Retry
			p.Size, p.Type = max(p.Size, e.Size), cmp.Or(p.Type, e.Format)
		}
		if i > 0 && !p.Again && p.Verdict != "" {
			t.out.Verdicts[p.Verdict]++
		}
	}
	return received, nil
}

// up gives the ways that lead to a document; below are those that were passed.
func (t *treeing) up(ctx context.Context, id ftm.EntityID, below []ftm.EntityID) ([][]Held, error) {
	said, _, err := values(ctx, t.d, id)
	if err != nil {
		return nil, err
	}
	below = append(below, id)
	ways := [][]Held{}
	for _, parent := range said["parent"] {
		if slices.Contains(below, ftm.EntityID(parent)) || len(below) > 100 {
			continue
		}
		above, err := t.up(ctx, ftm.EntityID(parent), below)
		if err != nil {
			return nil, err
		}
		e, err := t.name(ctx, ftm.EntityID(parent))
		if err != nil {
			return nil, err
		}
		if len(above) == 0 {
			above = [][]Held{{}}
		}
		for _, way := range above {
			if len(ways) == maxWays {
				return ways, nil
			}
			ways = append(ways, append(slices.Clone(way), Held{e, e.Caption}))
		}
	}
	return ways, nil
}
