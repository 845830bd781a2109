package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overt"
)

// VerifyOptions of Verify. The zero value checks a log against itself, which
// finds damage and clumsy changes but not a history rewritten by someone who
// holds the key.
type VerifyOptions struct {
	// Key is the verifier key as noted elsewhere; empty means the one in the
	// folder.
	Key string
	// Against is a checkpoint that someone kept; the log must contain it.
	Against []byte

	impatient bool // tests: nobody else writes, a torn end is a torn end
}

// A Problem is something found wrong.
type Problem struct {
	Where string `json:"where"` // segment, offset, record
	What  string `json:"what"`
}

// A Report says what Verify read and found.
type Report struct {
	Origin      string    `json:"origin"`
	Key         string    `json:"key"`         // the verifier key that was used
	Size        int64     `json:"size"`        // records read
	Signed      int64     `json:"signed"`      // records that the newest good checkpoint covers
	Root        string    `json:"root"`        // Merkle root over Size records, base64 as in checkpoints
	Checkpoints int       `json:"checkpoints"` // with good signatures
	Segments    int       `json:"segments"`
	From        time.Time `json:"from"` // earliest time in a record
	To          time.Time `json:"to"`   // latest
	Problems    []Problem `json:"problems"`
	// Notes hold what is worth knowing and no harm: hashes that the next
	// opening completes.
	Notes []Problem `json:"notes"`
}

// maxProblems bounds a report on a log that is bad throughout.
const maxProblems = 100

func (r *Report) problem(where, format string, args ...any) {
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{where, fmt.Sprintf(format, args...)})
	}
}

// Verify reads a whole log from scratch, with no use of the code that wrote
// it: frames, sequence, the form of each record, the Merkle root at the size
// of every checkpoint, all signatures, and the hash file. It takes no lock,
// writes nothing, and may run beside a live writer and on a read-only folder.
//
// Errors: not_found, if there is no log; invalid, if Key is none; unavailable,
// if a file cannot be read; the error of ctx. What is wrong with the log is no
// error but a Problem.
func Verify(ctx context.Context, dir string, opts VerifyOptions) (Report, error) {
	v := &verification{dir: dir, wait: patience}
	v.Problems, v.Notes = []Problem{}, []Problem{} // lists in JSON, also when empty
	if opts.impatient {
		v.wait = 0
	}
	if err := v.begin(opts); err != nil {
		return v.Report, err
	}
	// The order lets a live writer go on: each file is read before the one
	// that it must not be ahead of.
	if v.key != nil {
		newest := v.newest()
		if err := v.readHistory(ctx); err != nil {
			return v.Report, err
		}
		v.compareNewest(newest)
		v.keep(opts.Against)
	}
	firsts, err := listSegments(dir)
	if err != nil {
		return v.Report, unavailable(dir, "list segments", err)
	}
	if err := v.readSegments(ctx, firsts); err != nil {
		return v.Report, err
	}
	v.end()
	return v.Report, nil
}

// A verification is the state of one Verify.
type verification struct {
	Report
	dir   string
	wait  time.Duration
	key   note.Verifier
	claim []claim // ascending by size
	next  int     // first claim not yet compared
	lost  bool    // a claim was wrong: those after it would be, too
	good  int64   // size of the newest claim that held

	lastTwo [2][]byte // newest entries of the history
	tree    compactRange
	stored  *storedReader
	last    *walk
	stopped bool // a bad place ended the reading of records
}

// A claim is what a checkpoint says.
type claim struct {
	size  int64
	root  [HashSize]byte
	where string
}

func (v *verification) path(name string) string { return filepath.Join(v.dir, name) }

// begin finds the log and the key.
func (v *verification) begin(opts VerifyOptions) error {
	firsts, err := listSegments(v.dir)
	if errors.Is(err, os.ErrNotExist) {
		return overt.Errorf(overt.NotFound, v.dir, "there is no audit log")
	}
	if err != nil {
		return unavailable(v.dir, "list segments", err)
	}
	beside, kerr := readVerifier(v.dir)
	if len(firsts) == 0 && errors.Is(kerr, os.ErrNotExist) {
		return overt.Errorf(overt.NotFound, v.dir, "there is no audit log")
	}
	if kerr != nil {
		v.problem(pubName, "%v; no signature can be checked with it", kerr)
	}
	v.key = beside
	if opts.Key != "" {
		if v.key, err = parseVerifier(opts.Key); err != nil {
			return overt.Errorf(overt.Invalid, "key", "%w", err)
		}
		if kerr == nil && (beside.Name() != v.key.Name() || beside.KeyHash() != v.key.KeyHash()) {
			v.problem(pubName, "the key in the folder is not the one given")
		}
	}
	if v.key != nil {
		v.Origin, v.Key = v.key.Name(), opts.Key
		if v.Key == "" {
			data, err := readSmall(v.path(pubName), 4096)
			if err != nil {
				return unavailable(v.path(pubName), "read the verifier key", err)
			}
			v.Key = string(bytes.TrimSuffix(data, []byte("\n")))
		}
	}
	return nil
}

// newest reads the copy of the newest checkpoint.
func (v *verification) newest() []byte {
	data, err := readSmall(v.path(checkpointName), maxNote)
	if err == nil {
		_, err = openOwnCheckpoint(data, v.key)
	}
	if err != nil {
		v.problem(checkpointName, "%v", err)
		return nil
	}
	return data
}

// compareNewest wants the copy to be the last entry of the history, or the one
// before, which a crash explains. A live writer may have gone on since it was read:
// then it is another by now, one of these or one beyond them.
func (v *verification) compareNewest(newest []byte) {
	if newest == nil || v.amongLast(newest) {
		return
	}
	now, err := readSmall(v.path(checkpointName), maxNote)
	if err == nil && !bytes.Equal(now, newest) {
		c, bad := openOwnCheckpoint(now, v.key)
		if bad == nil && (v.amongLast(now) || len(v.claim) > 0 && c.size > v.claim[len(v.claim)-1].size) {
			return
		}
	}
	v.problem(checkpointName, "it is not among the last entries of %s: one of the two was changed or cut", historyName)
}

func (v *verification) amongLast(entry []byte) bool {
	return bytes.Equal(entry, v.lastTwo[1]) || bytes.Equal(entry, v.lastTwo[0])
}

// readHistory checks every entry and keeps what it claims.
func (v *verification) readHistory(ctx context.Context) error {
	f, err := os.Open(v.path(historyName))
	if err != nil {
		v.problem(historyName, "the checkpoints cannot be read: %v", err)
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return unavailable(v.path(historyName), "read the checkpoints", err)
	}
	r := newHistoryReader(io.LimitReader(f, info.Size()))
	for {
		off := r.off
		entry, err := r.next()
		var torn *tornError
		switch {
		case err == io.EOF:
			if v.Checkpoints == 0 && len(v.Problems) == 0 {
				v.problem(historyName, "it holds no checkpoint")
			}
			return nil
		case errors.As(err, &torn):
			if !grown(ctx, v.path(historyName), info.Size(), v.wait) {
				v.problem(fmt.Sprintf("%s offset %d", historyName, torn.off), "%s; what follows was not read", torn.reason)
			}
			return ctx.Err()
		case err != nil:
			return unavailable(v.path(historyName), "read the checkpoints", err)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		v.addEntry(fmt.Sprintf("%s offset %d", historyName, off), entry)
	}
}

func (v *verification) addEntry(where string, entry []byte) {
	c, err := openOwnCheckpoint(entry, v.key)
	if err != nil {
		v.problem(where, "%v", err)
		return
	}
	if n := len(v.claim); n > 0 && c.size <= v.claim[n-1].size {
		v.problem(where, "a checkpoint for %d records follows one for %d", c.size, v.claim[n-1].size)
		return
	}
	v.Checkpoints++
	v.lastTwo = [2][]byte{v.lastTwo[1], entry}
	v.claim = append(v.claim, claim{c.size, c.root, where})
}

// keep adds the checkpoint that the caller kept.
func (v *verification) keep(against []byte) {
	if against == nil {
		return
	}
	c, err := openCheckpoint(against, v.key)
	if err != nil {
		v.problem("the checkpoint kept elsewhere", "%v", err)
		return
	}
	i, _ := slices.BinarySearchFunc(v.claim, c.size, func(a claim, size int64) int { return int(min(max(a.size-size, -1), 1)) })
	v.claim = slices.Insert(v.claim, i, claim{c.size, c.root, "the checkpoint kept elsewhere"})
}

// readSegments goes through all records.
func (v *verification) readSegments(ctx context.Context, firsts []int64) error {
	v.Segments = len(firsts)
	if len(firsts) == 0 || firsts[0] != 0 {
		v.problem(segmentName(0), "the first segment is missing")
		v.stopped = true
		return nil
	}
	v.stored = openStored(&v.Report, v.path(hashesName))
	defer v.stored.close()
	v.compareClaims()
	var err error
	v.last, err = scan(ctx, v.dir, firsts, v.record)
	var bad *badPlace
	switch {
	case err == nil || liveTail(ctx, v.dir, firsts, err, v.wait):
	case errors.As(err, &bad):
		v.problem(bad.place.String(), "%s; what follows was not read", bad.reason)
		v.stopped = true
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		return unavailable(v.dir, "read the records", err)
	}
	if !v.stopped && v.last != nil {
		v.stored.checkEnd(func() bool {
			now, err := listSegments(v.dir)
			return err == nil && len(now) > len(firsts) || grown(ctx, v.path(segmentName(v.last.segment)), v.last.size, v.wait)
		})
	}
	return nil
}

// record takes one record into the tree.
func (v *verification) record(at place, leaf []byte) error {
	if r, err := decodeRecord(leaf); err != nil {
		v.problem(at.String(), "%v", err)
	} else {
		if v.From.IsZero() || r.Time.Before(v.From) {
			v.From = r.Time
		}
		if r.Time.After(v.To) {
			v.To = r.Time
		}
	}
	v.tree.add(LeafHash(leaf), func(h [HashSize]byte) { v.stored.compare(h, at) })
	v.compareClaims()
	return nil
}

// compareClaims holds the tree against the checkpoints for its size. The first
// that differs is the last compared, since the tree stays another one.
func (v *verification) compareClaims() {
	for ; v.next < len(v.claim) && v.claim[v.next].size == v.tree.size; v.next++ {
		c := v.claim[v.next]
		switch {
		case v.lost:
		case c.root == v.tree.root():
			v.good = c.size
		default:
			v.lost = true
			v.problem(c.where, "the first %d records have another root than was signed: one of the records %d to %d was changed", c.size, v.good, c.size-1)
		}
	}
}

// end reports the checkpoints that the records do not reach.
func (v *verification) end() {
	root := v.tree.root()
	v.Size, v.Signed, v.Root = v.tree.size, v.good, base64.StdEncoding.EncodeToString(root[:])
	if v.next < len(v.claim) && !v.stopped {
		c := v.claim[len(v.claim)-1]
		v.problem(c.where, "a checkpoint was signed for %d records, only %d are there", c.size, v.Size)
	}
	if v.stored != nil && v.stored.short >= 0 {
		const what = "it holds %d hashes, fewer than the records need; the next opening completes it"
		v.Notes = append(v.Notes, Problem{hashesName, fmt.Sprintf(what, v.stored.short)})
	}
}
