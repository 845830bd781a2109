package audit

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"overt"
)

// damaged is the error for a log that must not be opened.
func damaged(where, format string, args ...any) error {
	return overt.Errorf(overt.Internal, where, "the audit log is damaged: "+format, args...)
}

// create makes an empty log. The verifier key comes last: a folder that has
// one has everything, a folder without one has never taken a record.
func (l *Log) create() error {
	firsts, err := listSegments(l.dir)
	if err != nil {
		return err
	}
	for _, first := range firsts {
		info, err := os.Stat(l.path(segmentName(first)))
		if err != nil {
			return err
		}
		if first != 0 || info.Size() > segmentHeader {
			return damaged(l.path(pubName), "the verifier key is missing but %s holds records", segmentName(first))
		}
	}
	skey, vkey, err := newKey(l.dir, &l.opts)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return err
	}
	c, err := signCheckpoint(signer, 0, emptyRoot)
	if err != nil {
		return err
	}
	type part struct {
		name string
		data []byte
	}
	parts := []part{
		{segmentName(0), appendSegmentHeader(nil, 0)},
		{historyName, append(append([]byte(nil), c.note...), '\n')},
		{checkpointName, c.note},
	}
	if l.opts.Key == "" {
		parts = append(parts, part{keyName, []byte(skey + "\n")})
	}
	parts = append(parts, part{pubName, []byte(vkey + "\n")})
	for _, p := range parts {
		if err := writeDurable(l.disk, l.path(p.name), p.data, 0o600); err != nil {
			return err
		}
	}
	return l.disk.SyncDir(filepath.Dir(filepath.Clean(l.dir)))
}

func (l *Log) loadKeys() error {
	v, err := readVerifier(l.dir)
	if err != nil {
		return damaged(l.path(pubName), "%w", err)
	}
	if l.opts.Origin != "" && l.opts.Origin != v.Name() {
		return overt.Errorf(overt.Conflict, l.dir, "the folder holds the audit log %s, not %s", v.Name(), l.opts.Origin)
	}
	data, err := readSmall(l.path(pubName), 4096)
	if err != nil {
		return unavailable(l.path(pubName), "read the verifier key", err)
	}
	l.verifier, l.vkey = v, strings.TrimSpace(string(data))
	l.signer, l.skey, err = loadSigner(l.dir, &l.opts, v)
	return err
}

// loadHistory finds the newest signed checkpoint and cuts an entry that a
// crash left half-written. The copy in "checkpoint" is written after the
// history is synced, so a history that does not reach it has been damaged.
func (l *Log) loadHistory() error {
	where := l.path(historyName)
	f, err := l.disk.OpenFile(where, os.O_RDWR, 0o600)
	if errors.Is(err, os.ErrNotExist) {
		return damaged(where, "the checkpoints are missing")
	}
	if err != nil {
		return unavailable(where, "open the checkpoints", err)
	}
	l.history = f
	info, err := f.Stat()
	if err != nil {
		return unavailable(where, "read the checkpoints", err)
	}
	r := newHistoryReader(io.NewSectionReader(f, 0, info.Size()))
	var last []byte
	for {
		entry, err := r.next()
		var torn *tornError
		if err == io.EOF || errors.As(err, &torn) {
			break
		}
		if err != nil {
			return unavailable(where, "read the checkpoints", err)
		}
		last = entry
	}
	l.historyEnd = r.off
	if l.signed, err = openOwnCheckpoint(last, l.verifier); err != nil {
		return damaged(where, "last entry before offset %d: %w", r.off, err)
	}
	data, err := readSmall(l.path(checkpointName), maxNote)
	if err != nil {
		return damaged(l.path(checkpointName), "%w", err)
	}
	newest, err := openOwnCheckpoint(data, l.verifier)
	if err != nil {
		return damaged(l.path(checkpointName), "%w", err)
	}
	if newest.size > l.signed.size || newest.size == l.signed.size && string(newest.note) != string(l.signed.note) {
		return damaged(where, "offset %d: its last whole entry is for %d records, but a checkpoint was signed for %d", r.off, l.signed.size, newest.size)
	}
	return l.repairHistory(newest, info.Size())
}

// repairHistory finishes what a crash interrupted between the history and the
// copy of the newest checkpoint.
func (l *Log) repairHistory(newest checkpoint, length int64) error {
	if l.historyEnd < length {
		l.opts.Logger.Warn("cut a checkpoint that was never finished", "file", l.path(historyName), "offset", l.historyEnd)
		if err := l.history.Truncate(l.historyEnd); err != nil {
			return unavailable(l.path(historyName), "cut an unfinished checkpoint", err)
		}
	}
	// Left alone, the copy would fall behind further with each such crash.
	if newest.size < l.signed.size {
		if err := writeDurable(l.disk, l.path(checkpointName), l.signed.note, 0o600); err != nil {
			return unavailable(l.path(checkpointName), "bring the newest checkpoint up to date", err)
		}
	}
	return nil
}

// ensureReserve sets space aside that recordFull can free. The bytes are
// random, so that no file system saves the space by compressing them.
func (l *Log) ensureReserve() error {
	info, err := os.Stat(l.path(reserveName))
	if err == nil && info.Size() == reserveBytes {
		return nil
	}
	data := make([]byte, reserveBytes)
	seed := sha256.Sum256([]byte(l.vkey))
	for i := 0; i < len(data); i += len(seed) {
		copy(data[i:], seed[:])
		seed = sha256.Sum256(seed[:])
	}
	return writeDurable(l.disk, l.path(reserveName), data, 0o600)
}

var errHashDiffers = errors.New("a record differs from its stored hash")

// A recovery reads the records and brings the hashes up to them.
type recovery struct {
	*Log
	tail int64 // offset in the last segment of the first record no checkpoint covers
	end  *walk
	bad  *badPlace
}

// recover finds the end of the log.
func (l *Log) recover(ctx context.Context) error {
	firsts, err := listSegments(l.dir)
	if err != nil {
		return unavailable(l.dir, "list segments", err)
	}
	if len(firsts) == 0 || firsts[0] != 0 {
		return damaged(l.dir, "the first segment is missing")
	}
	l.firsts = firsts
	last := firsts[len(firsts)-1]
	if last > l.signed.size {
		return damaged(l.path(segmentName(last)), "the segment begins beyond the last signed checkpoint, which covers %d records", l.signed.size)
	}
	if l.hashes, err = openHashes(l.disk, l.dir); err != nil {
		return unavailable(l.path(hashesName), "open the hash file", err)
	}
	rec := &recovery{Log: l, tail: segmentHeader}
	err = errHashDiffers
	if l.hashes.sound(l.signed.size, l.signed.root) {
		err = rec.resume(ctx, last)
	}
	if errors.Is(err, errHashDiffers) {
		err = rec.rebuild(ctx)
	}
	if err != nil {
		return unavailable(l.dir, "read the audit log", err)
	}
	return rec.finish()
}

// resume trusts the hash file up to the checkpoint it agrees with, and reads
// the last segment only.
func (r *recovery) resume(ctx context.Context, last int64) error {
	if err := r.hashes.keep(r.signed.size); err != nil {
		return err
	}
	return r.scan(ctx, []int64{last}, func(seq int64, leaf tlog.Hash) error {
		if seq >= r.signed.size {
			return r.hashes.add(leaf)
		}
		stored, err := r.hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, seq)})
		if err == nil && stored[0] != leaf {
			err = errHashDiffers
		}
		return err
	})
}

// rebuild makes the hash file anew from all records.
func (r *recovery) rebuild(ctx context.Context) error {
	if r.signed.size > 0 { // a log without a signed record has no hashes to miss
		r.opts.Logger.Warn("rebuild the hash file of the audit log", "dir", r.dir)
	}
	if err := r.hashes.keep(0); err != nil {
		return err
	}
	return r.scan(ctx, r.firsts, func(seq int64, leaf tlog.Hash) error {
		if err := r.hashes.add(leaf); err != nil || seq+1 != r.signed.size {
			return err
		}
		root, err := tlog.TreeHash(r.signed.size, r.hashes)
		if err == nil && root != tlog.Hash(r.signed.root) {
			err = damaged(r.dir, "the first %d records do not give the root of the checkpoint signed for them; verify names the place", r.signed.size)
		}
		return err
	})
}

// scan runs over segments and keeps where they end and why.
func (r *recovery) scan(ctx context.Context, firsts []int64, visit func(seq int64, leaf tlog.Hash) error) error {
	last := r.firsts[len(r.firsts)-1]
	end, err := scan(ctx, r.dir, firsts, func(at place, leaf []byte) error {
		if at.seq+1 == r.signed.size && at.segment == last {
			r.tail = at.off + frameHeader + int64(len(leaf))
		}
		return visit(at.seq, tlog.RecordHash(leaf))
	})
	r.end, r.bad = end, nil
	if errors.As(err, &r.bad) {
		return nil
	}
	return err
}

// finish cuts, rewrites, completes the hashes and signs.
func (r *recovery) finish() error {
	last := r.firsts[len(r.firsts)-1]
	if r.bad != nil && (!r.bad.torn || r.bad.segment != last || r.bad.seq < r.signed.size) {
		return damaged(r.path(segmentName(r.bad.segment)), "offset %d, record %d: %s; a checkpoint is signed for %d records",
			r.bad.off, r.bad.seq, r.bad.reason, r.signed.size)
	}
	if r.end.seq < r.signed.size {
		return damaged(r.path(segmentName(last)), "offset %d: the log ends after %d records, but a checkpoint is signed for %d",
			r.end.frames.off, r.end.seq, r.signed.size)
	}
	f, err := r.disk.OpenFile(r.path(segmentName(last)), os.O_RDWR, 0o600)
	if err != nil {
		return unavailable(r.path(segmentName(last)), "open the last segment", err)
	}
	r.segment, r.segmentEnd, r.next = f, r.end.frames.off, r.end.seq
	cut, err := r.cutTail()
	if err == nil {
		err = r.rewriteTail()
	}
	if err == nil {
		err = r.hashes.flush()
	}
	if err != nil {
		return unavailable(r.path(segmentName(last)), "recover the last segment", err)
	}
	r.size.Store(r.next)
	if cut != nil {
		if _, err := r.commit([]*request{{body: encodeBody(cut)}}); err != nil {
			return err
		}
	}
	if err := r.sign(); err != nil {
		return unavailable(r.dir, "sign a checkpoint", err)
	}
	return nil
}

// cutTail removes what follows the last whole record, keeps those bytes in a
// file of their own, and gives the event that tells of it.
func (r *recovery) cutTail() (*Event, error) {
	info, err := r.segment.Stat()
	if err != nil || r.bad == nil || info.Size() <= r.segmentEnd {
		return nil, err
	}
	tail, err := io.ReadAll(io.NewSectionReader(r.segment, r.segmentEnd, info.Size()-r.segmentEnd))
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("cut-%020d-%d", r.next, r.segmentEnd)
	if err := writeDurable(r.disk, r.path(name), tail, 0o600); err != nil {
		return nil, err
	}
	if err := r.segment.Truncate(r.segmentEnd); err != nil {
		return nil, err
	}
	r.opts.Logger.Warn("cut a torn tail of the audit log", "segment", segmentName(r.bad.segment),
		"offset", r.segmentEnd, "bytes", len(tail), "reason", r.bad.reason, "kept", name)
	return &Event{
		Time: r.opts.Clock(), Actor: "overt", Action: "audit.recover", Object: name,
		Reasons: []string{fmt.Sprintf("cut %d bytes at %s offset %d: %s", len(tail), segmentName(r.bad.segment), r.segmentEnd, r.bad.reason)},
		Result:  fmt.Sprintf("%x", sha256.Sum256(tail)),
	}, nil
}

// rewriteTail writes the records that no checkpoint covers once more and syncs
// them. After a failed sync the system may show bytes that never reached the
// disk and count them as clean; written again, they are synced for certain.
func (r *recovery) rewriteTail() error {
	buf := make([]byte, 1<<20)
	for off := r.tail; off < r.segmentEnd; {
		n := min(int64(len(buf)), r.segmentEnd-off)
		if _, err := r.segment.ReadAt(buf[:n], off); err != nil {
			return err
		}
		if _, err := r.segment.WriteAt(buf[:n], off); err != nil {
			return err
		}
		off += n
	}
	return r.segment.Sync()
}
