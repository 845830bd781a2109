package audit

import (
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"

	"overt"
)

// run is the appender: it alone writes. It gathers what waits, writes it with
// one sync, answers, and signs a checkpoint where one is due.
func (l *Log) run() {
	defer close(l.stopped)
	for {
		select {
		case req := <-l.queue:
			l.serve(l.gather(req))
		case <-l.stop:
			l.drain()
			return
		}
	}
}

// drain serves what was queued before Close and signs the end.
func (l *Log) drain() {
	for {
		select {
		case req := <-l.queue:
			l.serve(l.gather(req))
		default:
			if l.Err() == nil {
				if err := l.sign(); err != nil {
					l.fail("sign the last checkpoint", err, true)
				}
			}
			return
		}
	}
}

// gather adds to a first request what is already waiting behind it.
func (l *Log) gather(first *request) []*request {
	batch, size := []*request{first}, len(first.body)
	for len(batch) < maxBatch && size < maxBatchBytes {
		select {
		case req := <-l.queue:
			batch = append(batch, req)
			size += len(req.body)
		default:
			return batch
		}
	}
	return batch
}

// serve commits the records of a batch and then signs if asked or due.
func (l *Log) serve(batch []*request) {
	var records, signs []*request
	for _, req := range batch {
		if req.body == nil {
			signs = append(signs, req)
		} else {
			records = append(records, req)
		}
	}
	if len(records) > 0 {
		receipts, err := l.commit(records)
		for i, req := range records {
			if err != nil {
				req.reply <- reply{err: err}
				continue
			}
			req.reply <- reply{receipt: receipts[i]}
		}
	}
	err := l.Err()
	if err == nil && (len(signs) > 0 || l.next-l.signed.size >= l.opts.every) {
		if serr := l.sign(); serr != nil {
			err = l.fail("sign a checkpoint", serr, true)
		}
	}
	for _, req := range signs {
		if err != nil {
			req.reply <- reply{err: err}
			continue
		}
		req.reply <- reply{note: l.signed.note}
	}
}

// commit writes records with one sync. All of them are durable, or the log is
// broken and none is acknowledged.
func (l *Log) commit(records []*request) ([]Receipt, error) {
	if err := l.Err(); err != nil {
		return nil, err
	}
	receipts := make([]Receipt, len(records))
	var buf []byte
	for i, req := range records {
		leaf := leafBytes(l.next+int64(i), req.body)
		buf = appendFrame(buf, leaf)
		receipts[i] = Receipt{seq: l.next + int64(i), leaf: tlog.RecordHash(leaf), valid: true}
	}
	if l.segmentEnd > segmentHeader && l.segmentEnd+int64(len(buf)) > l.opts.segmentBytes {
		if err := l.roll(); err != nil {
			// A last record may follow in the old segment only while there is no new one.
			_, serr := os.Stat(l.path(segmentName(l.next)))
			return nil, l.fail("begin a new segment", err, os.IsNotExist(serr))
		}
	}
	if _, err := l.segment.WriteAt(buf, l.segmentEnd); err != nil {
		return nil, l.fail("write records", err, true)
	}
	// After a failed sync nobody knows what is on the disk, and a second sync
	// may say all is well: https://wiki.postgresql.org/wiki/Fsync_Errors.
	if err := l.segment.Sync(); err != nil {
		return nil, l.fail("sync records", err, false)
	}
	l.segmentEnd += int64(len(buf))
	l.next += int64(len(records))
	for _, r := range receipts {
		if err := l.hashes.add(r.leaf); err != nil {
			return nil, l.fail("hash records", err, true)
		}
	}
	if err := l.hashes.flush(); err != nil {
		return nil, l.fail("hash records", err, true)
	}
	l.size.Store(l.next)
	return receipts, nil
}

// roll signs what the current segment ends with and begins the next one. So a
// checkpoint covers every segment but the last, and only the last can have a
// torn tail.
func (l *Log) roll() error {
	if err := l.sign(); err != nil {
		return err
	}
	path := l.path(segmentName(l.next))
	if err := writeDurable(l.disk, path, appendSegmentHeader(nil, l.next), 0o600); err != nil {
		return err
	}
	f, err := l.disk.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	old := l.segment
	l.segment, l.segmentEnd = f, segmentHeader
	l.mu.Lock()
	l.firsts = append(l.firsts, l.next)
	l.mu.Unlock()
	return old.Close()
}

// sign makes a checkpoint of all records, unless the newest is one. The hash
// file is synced first, so that below a checkpoint it can be trusted to be
// whole; the history comes before the copy of the newest, so that the copy is
// never ahead.
func (l *Log) sign() error {
	if l.next == l.signed.size {
		return nil
	}
	if err := l.hashes.f.Sync(); err != nil {
		return fmt.Errorf("sync hashes: %w", err)
	}
	root, err := tlog.TreeHash(l.next, l.hashes)
	if err != nil {
		return err
	}
	c, err := signCheckpoint(l.signer, l.next, root)
	if err != nil {
		return err
	}
	entry := append(append([]byte(nil), c.note...), '\n')
	if _, err := l.history.WriteAt(entry, l.historyEnd); err != nil {
		return fmt.Errorf("write checkpoint: %w", err)
	}
	if err := l.history.Sync(); err != nil {
		return fmt.Errorf("sync checkpoint: %w", err)
	}
	l.historyEnd += int64(len(entry))
	l.signed = c
	return writeDurable(l.disk, l.path(checkpointName), c.note, 0o600)
}

// fail breaks the log: from here on every append gives the error returned.
// With a full disk, and only if the state of the segment is known, the reserve
// is freed and the refusal written as one last record.
func (l *Log) fail(doing string, cause error, known bool) error {
	full := diskFull(cause)
	err := overt.Errorf(overt.Unavailable, l.dir, "the audit log takes no more records until it is opened again: %s: %w", doing, cause)
	l.mu.Lock()
	l.broken = err
	l.mu.Unlock()
	l.opts.Logger.Error("audit log broken", "doing", doing, "err", cause, "disk_full", full)
	if full && known {
		if rerr := l.recordFull(doing); rerr != nil {
			l.opts.Logger.Error("record the full disk", "err", rerr)
		}
	}
	return err
}

// recordFull writes the last record a full disk allows. The hash file is left
// alone: it is derived and the next opening completes it.
func (l *Log) recordFull(doing string) error {
	if err := l.disk.Remove(l.path(reserveName)); err != nil {
		return err
	}
	if err := l.disk.SyncDir(l.dir); err != nil {
		return err
	}
	if err := l.segment.Truncate(l.segmentEnd); err != nil {
		return err
	}
	e := Event{
		Time: l.opts.Clock(), Actor: "overt", Action: "audit.full", Decision: "deny",
		Reasons: []string{"disk full: " + doing},
	}
	frame := appendFrame(nil, leafBytes(l.next, encodeBody(&e)))
	if _, err := l.segment.WriteAt(frame, l.segmentEnd); err != nil {
		return err
	}
	return l.segment.Sync()
}
