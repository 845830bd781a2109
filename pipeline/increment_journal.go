package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/statement"
)

// journalVersion changes whenever the same record gives other statements, so
// that no run rests on what an older program read.
const journalVersion = "journal/1"

// maxJournal bounds the records of a journal, maxSeen the bytes of what was
// observed of them. A larger source is taken in whole each time.
const (
	maxJournal = 2_000_000
	maxSeen    = 256 << 20
)

// A sum is the SHA-256 of what a record holds, cut to 128 bits: that two
// different records have one, by chance or by design, is as good as impossible
// (2^64 tries to make a pair, 2^128 to meet a given one).
type sum [16]byte

// A journal tells the records of a run, so that the next one can be compared
// with it. It can be lost at any time: the next import is whole then.
type journal struct {
	head    journalHead
	lists   []*journalList
	records int
	seen    int
	room    []byte // scratch
	broken  bool   // it cannot be kept
}

// journalHead says which run a journal is of.
type journalHead struct {
	Version    string         `json:"version"`
	Program    string         `json:"program"`
	Run        overt.RunID    `json:"run"`
	Token      string         `json:"token"`
	Mapping    string         `json:"mapping"`
	Blobs      []overt.BlobID `json:"blobs"`
	Generation int            `json:"generation"` // how many runs the run rests on
}

// A listKey names the records under one selector of one part of a source.
type listKey struct {
	source, part int
	selector     string
}

// A journalList holds the records of a list in the order of the source.
type journalList struct {
	key     listKey
	way     [sha256.Size]byte // of what besides a record decides what it gives
	groups  []statement.Spot  // where records stand, without their number
	odd     []overt.Locator   // of records that have no number
	entries []entry
}

// An entry is one record.
type entry struct {
	sum   sum
	n     int64 // row, line or index; for group -1 an index into odd
	group int32
	gave  bool // it gave something
	left  bool // it, or a value of it, was left out
	seen  []byte
}

// newJournal makes the journal of a run, nil when it will not be compared with
// another: only of full extracts what is missing is gone.
func (u *unit) newJournal(good []*taken) *journal {
	if u.im.Derived == "" || u.spec.Extent != statement.Full {
		return nil
	}
	j := &journal{head: journalHead{Version: journalVersion, Program: program(), Token: u.spec.Token, Mapping: u.spec.Mapping}}
	for _, s := range u.spec.Sources {
		j.head.Blobs = append(j.head.Blobs, s.Blob)
	}
	for _, t := range good {
		for part := range t.part {
			switch {
			case t.mapping[part] != nil && t.mapping[part].NeedsSQL() && t.from == nil:
				return nil // queries share the tables of the file, and with them places
			case t.mapping[part] != nil:
				passes, err := u.passes(t, part)
				if err != nil || overlap(passes) {
					return nil
				}
				for _, p := range passes {
					j.lists = append(j.lists, &journalList{key: listKey{t.index, part, p.selector}, way: way(t, part, p)})
				}
			case t.native[part] == "ftm":
				j.lists = append(j.lists, &journalList{key: listKey{t.index, part, t.rows[part]}, way: way(t, part, nil)})
			case t.native[part] != "":
				return nil // records that end others, go under several labels, or need the whole file
			}
		}
	}
	return j
}

// program tells one build of the program from another.
func program() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	out := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			out += " " + s.Value
		}
	}
	return out
}

// way is a hash of what decides, besides the record and the mapping's text,
// what a record gives: the columns, the queries, and what is refused.
func way(t *taken, part int, p *mapped) [sha256.Size]byte {
	info := t.part[part].Reader.Info()
	says := struct {
		Format          extract.Format
		Header, Refused []string
		Native, Mapping string
		Queries         []int
	}{Format: info.Format, Header: info.Header, Native: t.native[part]}
	if p != nil {
		says.Mapping = p.m.Digest()
		for i, q := range p.m.Queries {
			if slices.Contains(p.queries, q) {
				says.Queries = append(says.Queries, i)
			}
		}
	}
	for _, w := range t.warnings {
		if w.Code == "refused-column" {
			says.Refused = append(says.Refused, w.Message+strings.TrimPrefix(w.Where, t.name))
		}
	}
	text, _ := json.Marshal(says) // strings and numbers: never fails
	return sha256.Sum256(text)
}

// overlap says whether records of one selector can lie inside those of
// another: a place is then told by two records, and could not be counted off.
func overlap(passes []*mapped) bool {
	for i, a := range passes {
		for _, b := range passes[:i] {
			if !apart(a.selector, b.selector) {
				return true
			}
		}
	}
	return false
}

// apart says whether two selectors part at two names: what is below one name
// is not below the other. A number or "*" can mean what a name passes through.
func apart(a, b string) bool {
	x, y := strings.Split(strings.Trim(a, "/"), "/"), strings.Split(strings.Trim(b, "/"), "/")
	for i := range min(len(x), len(y)) {
		if x[i] == y[i] {
			continue
		}
		// A name of XML can be asked for with its prefix and without.
		m, n := x[i][strings.LastIndexByte(x[i], ':')+1:], y[i][strings.LastIndexByte(y[i], ':')+1:]
		return isName(m) && isName(n) && m != n
	}
	return false
}

func isName(s string) bool { return s != "" && s != "*" && strings.Trim(s, "0123456789") != "" }

func (j *journal) find(k listKey) *journalList {
	for _, l := range j.lists {
		if l.key == k {
			return l
		}
	}
	return nil
}

// sum hashes what a record holds; ok is false for records of a reader that
// cannot tell it.
func (j *journal) sum(rec extract.Record) (s sum, ok bool) {
	c, ok := rec.(extract.Contenter)
	if !ok {
		return s, false
	}
	j.room = c.AppendContent(j.room[:0])
	h := sha256.Sum256(j.room)
	copy(s[:], h[:])
	return s, true
}

// add notes the next record of a list.
func (j *journal) add(l *journalList, source int, at overt.Locator, s sum, gave, left bool, seen []byte) {
	j.records++
	j.seen += len(seen)
	if j.broken = j.broken || j.records > maxJournal || j.seen > maxSeen; j.broken {
		l.entries = nil
		return
	}
	e := entry{sum: s, group: -1, n: int64(len(l.odd)), gave: gave, left: left, seen: seen}
	if spot, ok := statement.SpotOf(source, at); ok {
		e.n = spot.First
		e.group = l.group(spot)
	} else {
		l.odd = append(l.odd, at)
	}
	l.entries = append(l.entries, e)
}

// group numbers the list that a spot is in; mostly it is the last one met.
func (l *journalList) group(s statement.Spot) int32 {
	s.First = 0
	if n := len(l.groups) - 1; n >= 0 && l.groups[n] == s {
		return int32(n)
	}
	l.groups = append(l.groups, s)
	return int32(len(l.groups) - 1)
}

// compared wraps how records are taken in: what they held is noted, and where
// the run rests on another, what did not change is not read again.
func (u *unit) compared(t *taken, part int, selector string, one takes) takes {
	if u.journal == nil {
		return one
	}
	l := u.journal.find(listKey{t.index, part, selector})
	if u.rest != nil {
		return u.rest.again(u, t, l, one)
	}
	return func(rec extract.Record) (bool, error) {
		before := u.leaves
		u.seen = nil
		gave, err := one(rec)
		if err != nil || u.journal.broken {
			return gave, err
		}
		s, ok := u.journal.sum(rec)
		if !ok {
			u.journal.broken = true
			return gave, nil
		}
		u.journal.add(l, t.index, rec.At(), s, gave, u.leaves != before, u.seen)
		return gave, nil
	}
}

func (im *Importer) journalPath(run overt.RunID) string {
	return filepath.Join(im.Derived, fmt.Sprintf("journal-%d.oj", run))
}

// keepJournal writes the journal of a run that was committed. That it cannot
// be written costs the next import its time and nothing else, so it is no
// error.
func (u *unit) keepJournal(_ context.Context, good []*taken, run statement.Run) {
	whole := !slices.ContainsFunc(good, func(t *taken) bool { return t.err != nil })
	if u.journal == nil || u.journal.broken || !whole || run.Extent != statement.Full {
		return
	}
	u.journal.head.Run = run.ID
	if err := u.journal.write(u.im.journalPath(run.ID)); err != nil {
		_ = os.Remove(u.im.journalPath(run.ID))
	}
	u.dropJournals(run)
}

// dropJournals removes those of all runs of the same source but the last two:
// should the last be taken back, the one before is there.
func (u *unit) dropJournals(run statement.Run) {
	runs, err := u.bench.Statements.Runs(context.Background(), u.bench.Scope)
	if err != nil {
		return
	}
	kept := 0
	for _, r := range slices.Backward(runs) {
		if r.Dataset != run.Dataset || r.Series != run.Series {
			continue
		}
		if r.Undone == "" && kept < 2 {
			kept++
			continue
		}
		_ = os.Remove(u.im.journalPath(r.ID))
	}
}
