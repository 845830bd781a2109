package audit

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"overt"
)

// A Log is the one open writer of a folder. It is safe for concurrent use.
type Log struct {
	dir      string
	opts     Options
	disk     disk
	vkey     string
	signer   note.Signer
	skey     string // that signer was made of
	verifier note.Verifier
	lock     *os.File

	queue   chan *request
	stop    chan struct{} // closed by Close
	stopped chan struct{} // closed when the appender has ended
	closing sync.Once
	size    atomic.Int64 // records acknowledged or about to be
	publish sync.Mutex   // one Publish at a time

	mu     sync.RWMutex
	firsts []int64 // of the segments, ascending
	broken error   // why nothing more is taken

	// What follows belongs to the appender goroutine alone.
	segment    diskFile
	segmentEnd int64 // end of the last whole frame
	next       int64 // sequence number of the next record
	hashes     *storedHashes
	history    diskFile
	historyEnd int64
	signed     checkpoint // the newest
}

// A request asks the appender for a record, or with a nil body for a
// checkpoint of everything before it.
type request struct {
	body  []byte
	reply chan reply // takes one reply without a reader
}

type reply struct {
	receipt Receipt
	note    []byte
	err     error
}

// Open opens the log in dir for writing and makes it if there is none. It
// brings back what a crash left: a torn tail beyond the last signed checkpoint
// is cut (its bytes are kept beside, and the cut is itself recorded as
// "audit.recover"), hashes are rebuilt where they are missing, and what was
// not covered by a checkpoint is written again, synced and signed.
//
// Errors: unavailable, if another process holds the log, the private key is
// missing or the disk fails; conflict, if the folder holds another log than
// Options name; internal, if the log is damaged where a checkpoint covers it
// (the message names segment and offset).
func Open(ctx context.Context, dir string, opts Options) (*Log, error) {
	opts.defaults()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, overt.Errorf(overt.Unavailable, dir, "make folder of the audit log: %w", err)
	}
	lock, err := takeLock(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{
		dir: dir, opts: opts, disk: opts.disk, lock: lock,
		queue: make(chan *request, maxBatch), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	if err := l.open(ctx); err != nil {
		l.closeFiles()
		return nil, err
	}
	go l.run()
	return l, nil
}

// open makes the log if needed and brings every field into place.
func (l *Log) open(ctx context.Context) error {
	_, err := os.Stat(l.path(pubName))
	if errors.Is(err, os.ErrNotExist) {
		err = l.create()
	}
	if err != nil {
		return unavailable(l.dir, "open the audit log", err)
	}
	if err := l.loadKeys(); err != nil {
		return err
	}
	if err := l.loadHistory(); err != nil {
		return err
	}
	if err := l.ensureReserve(); err != nil {
		return unavailable(l.path(reserveName), "set space aside for the last record on a full disk", err)
	}
	return l.recover(ctx)
}

func (l *Log) path(name string) string { return filepath.Join(l.dir, name) }

// unavailable gives err the code for disks and locks, unless it has a code.
func unavailable(where, doing string, err error) error {
	var coded *overt.Error
	if errors.As(err, &coded) {
		return err
	}
	return overt.Errorf(overt.Unavailable, where, "%s: %w", doing, err)
}

// Append records e and returns when the record is durable. Concurrent callers
// share one sync of the disk.
//
// Errors: invalid, if the event breaks a rule of Event; the error of ctx, if
// it ended before the record was queued; unavailable, if the log cannot be
// written, is closed, or ctx ended while the record was on its way (it may
// still be written). Without a valid Receipt nothing may be released.
func (l *Log) Append(ctx context.Context, e Event) (Receipt, error) {
	if e.Time.IsZero() {
		e.Time = l.opts.Clock()
	}
	if err := e.check(); err != nil {
		return Receipt{}, err
	}
	rep, err := l.ask(ctx, &request{body: encodeBody(&e), reply: make(chan reply, 1)})
	return rep.receipt, err
}

// Checkpoint signs the tree of all records appended so far and returns the
// signed note (c2sp.org/tlog-checkpoint): origin, size, root, signature. The
// checkpoint is durable before it is returned.
func (l *Log) Checkpoint(ctx context.Context) ([]byte, error) {
	rep, err := l.ask(ctx, &request{reply: make(chan reply, 1)})
	return rep.note, err
}

var errClosed = errors.New("the audit log is closed")

func (l *Log) ask(ctx context.Context, req *request) (reply, error) {
	if err := ctx.Err(); err != nil {
		return reply{}, err
	}
	select {
	case <-l.stop:
		return reply{}, unavailable(l.dir, "append to the audit log", errClosed)
	default:
	}
	select {
	case <-ctx.Done():
		return reply{}, ctx.Err()
	case <-l.stop:
		return reply{}, unavailable(l.dir, "append to the audit log", errClosed)
	case l.queue <- req:
	}
	select {
	case rep := <-req.reply:
		return rep, rep.err
	case <-ctx.Done():
		return reply{}, unavailable(l.dir, "wait for the audit log, which may still write the record", ctx.Err())
	case <-l.stopped:
	}
	select {
	case rep := <-req.reply:
		return rep, rep.err
	default:
		return reply{}, unavailable(l.dir, "append to the audit log", errClosed)
	}
}

// Size gives the number of durable records.
func (l *Log) Size() int64 { return l.size.Load() }

// Root gives the RFC 6962 Merkle root over all Size records, with the size it
// belongs to.
func (l *Log) Root() (root [HashSize]byte, size int64, err error) {
	size = l.Size()
	h, err := tlog.TreeHash(size, flushed{l.hashes.f})
	if err != nil {
		return root, 0, unavailable(l.path(hashesName), "compute the root", err)
	}
	return h, size, nil
}

// Key gives the verifier key, to be kept by whoever checks the log.
func (l *Log) Key() string { return l.vkey }

// Origin gives the name of the log in its checkpoints.
func (l *Log) Origin() string { return l.verifier.Name() }

// Err says why the log takes no more records; nil while it does.
func (l *Log) Err() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.broken
}

// Close writes what is queued, signs a checkpoint and gives the folder free.
// Closing twice is harmless. The error is why the log broke, if it did.
func (l *Log) Close() error {
	l.closing.Do(func() {
		close(l.stop)
		<-l.stopped
		l.closeFiles()
	})
	<-l.stopped
	return l.Err()
}

func (l *Log) closeFiles() {
	for _, f := range []diskFile{l.segment, l.history} {
		if f != nil {
			f.Close()
		}
	}
	if l.hashes != nil {
		l.hashes.f.Close()
	}
	if l.lock != nil {
		l.lock.Close()
	}
}
