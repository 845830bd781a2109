package resolve

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/resolve/match"
	"overt/statement"
)

// A Result is what a resolver found for one sight, as it is kept.
type Result struct {
	Head
	Groups [][]ftm.EntityID // clusters of two or more source ids, each ascending, by their first
	Pairs  []Pair           // the same, possible or related, by their ids
}

// A Head says what a Result was made of.
type Head struct {
	Labels  []policy.Label    `json:"labels"`  // of the classes, ascending by key, no duplicates
	Classes []statement.Class `json:"classes"` // ascending; those of judgements are left out
	// Bound are the pairs that people had judged to be one.
	Bound  [][2]ftm.EntityID `json:"bound"`
	Made   string            `json:"made"` // RFC 3339
	Counts Counts            `json:"counts"`
}

// Counts are what a resolver did.
type Counts struct {
	Entities   int `json:"entities"`   // source entities that were compared
	Candidates int `json:"candidates"` // pairs of them that were
	Clusters   int `json:"clusters"`   // of two source entities or more
	Merged     int `json:"merged"`     // source entities in a cluster with others
	Related    int `json:"related"`    // pairs that have to do with each other and are two
	Review     int `json:"review"`     // pairs for people to decide
	Fragile    int `json:"fragile"`    // clusters for people to look at
	// Refused are the kinds of entities whose weights were not learned here but
	// are those we ship.
	Refused []string `json:"refused"`
}

// A Pair is what a compared pair of source ids is taken for.
type Pair struct {
	A, B    ftm.EntityID // A < B
	P       float64
	Outcome match.Outcome
}

// A Kept is the folder of kept results, a file for each set of labels. They are
// derived: a file can be deleted, and is made again when asked for.
type Kept struct{ dir string }

// NewKept keeps results in a folder, which is made when the first is put.
func NewKept(dir string) *Kept { return &Kept{dir} }

const suffix = ".or"

// name is the file of the results for a set of labels.
func (k *Kept) name(labels []policy.Label) string {
	h := sha256.New()
	for _, l := range labels {
		_, _ = io.WriteString(h, l.Key()+"\x00")
	}
	return filepath.Join(k.dir, hex.EncodeToString(h.Sum(nil)[:16])+suffix)
}

// Put keeps a result in place of that of the same labels, whole or not at all.
// Errors: unavailable.
func (k *Kept) Put(r *Result) error { return k.put(k.name(r.Labels), r.write) }

// put writes a file, whole or not at all. Errors: unavailable.
func (k *Kept) put(path string, write func(io.Writer) error) (err error) {
	defer func() {
		if err != nil {
			err = &overt.Error{Code: overt.Unavailable, Op: "keep what was resolved", Where: path, Err: err}
		}
	}()
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(k.dir, ".new-*")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	err = errors.Join(write(w), w.Flush(), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// For gives the result to take for a sight under a scope: of those whose labels
// the scope shows and whose classes are all visible, that of the most labels,
// then of the most classes. It is nil when there is none; void then says whether
// there is one that rests on what was taken back. A file that is damaged is
// passed over; damaged says whether it is that of the sight's own labels. Errors:
// unavailable.
func (k *Kept) For(scope policy.Scope, sight *statement.Sight) (best *Result, void, damaged bool, err error) {
	list, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, false, nil
	}
	if err != nil {
		return nil, false, false, &overt.Error{Code: overt.Unavailable, Op: "read what was resolved", Where: k.dir, Err: err}
	}
	own := filepath.Base(k.name(HeadOf(sight).Labels))
	for _, e := range list { // by name
		if !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		r, err := readResult(filepath.Join(k.dir, e.Name()), func(h *Head) bool {
			if slices.ContainsFunc(h.Labels, func(l policy.Label) bool { return !scope.Sees(l) }) {
				return false
			}
			if slices.ContainsFunc(h.Classes, func(c statement.Class) bool { return !sight.Sees(c) }) {
				void = true
				return false
			}
			return best == nil || len(h.Labels) > len(best.Labels) || len(h.Labels) == len(best.Labels) && len(h.Classes) > len(best.Classes)
		})
		switch {
		case overt.CodeOf(err) == overt.Invalid:
			damaged = damaged || e.Name() == own
		case err != nil:
			return nil, false, false, err
		case r != nil:
			best = r
		}
	}
	return best, void && best == nil, damaged, nil
}

// HeadOf says what a result for a sight rests on.
func HeadOf(sight *statement.Sight) Head {
	h := Head{Labels: []policy.Label{}, Classes: []statement.Class{}, Bound: [][2]ftm.EntityID{}}
	for _, c := range sight.Classes() {
		info, _ := sight.Info(c)
		h.Labels = append(h.Labels, info.Label)
		if info.Run.Format != JudgementFormat {
			h.Classes = append(h.Classes, c)
		}
	}
	slices.SortFunc(h.Labels, func(a, b policy.Label) int { return strings.Compare(a.Key(), b.Key()) })
	h.Labels = slices.CompactFunc(h.Labels, func(a, b policy.Label) bool { return a.Key() == b.Key() })
	return h
}
