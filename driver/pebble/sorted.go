package pebble

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"syscall"

	"github.com/cockroachdb/pebble/v2"

	"overt"
	"overt/mention"
)

var _ mention.Sorted = (*Sorted)(nil)

// Sorted is pairs of keys and values in a store of their own, for what is
// derived. It is safe for concurrent use.
type Sorted struct {
	dir  string
	db   *pebble.DB
	lock *pebble.Lock
}

// OpenSorted opens the pairs in dir, creating it when it is not there. Of cfg
// it takes Cache, FS and Logger. Errors: unavailable (lock, disk); invalid, when
// what is there cannot be read, so that it is to be made again.
func OpenSorted(dir string, cfg Config) (*Sorted, error) {
	if cfg.Cache == 0 {
		cfg.Cache = 32 << 20
	}
	cfg = cfg.filled()
	o := options(cfg)
	o.MemTableSize = 16 << 20
	// The lock is taken by itself: what fails after it is either the disk, or what
	// stands on it.
	err := o.FS.MkdirAll(dir, 0o700)
	if err != nil {
		return nil, (&Sorted{dir: dir}).broken(err)
	}
	if o.Lock, err = pebble.LockDirectory(dir, o.FS); err != nil {
		return nil, unavailable(dir, err)
	}
	db, err := openKV(dir, o)
	if err != nil {
		return nil, errors.Join((&Sorted{dir: dir}).broken(err), o.Lock.Close())
	}
	return &Sorted{dir, db, o.Lock}, nil
}

// Get gives a value; see mention.Sorted.
func (s *Sorted) Get(ctx context.Context, key []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	v, done, err := s.db.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, s.broken(err)
	}
	out := append([]byte{}, v...)
	return out, s.broken(done.Close())
}

// Scan yields pairs; see mention.Sorted.
func (s *Sorted) Scan(ctx context.Context, prefix, from []byte) iter.Seq2[mention.Pair, error] {
	return func(yield func(mention.Pair, error) bool) {
		lower := prefix
		if slices.Compare(from, prefix) > 0 {
			lower = from
		}
		if len(lower) == 0 {
			lower = nil // an empty bound is a key that Pebble does not have
		}
		it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: above(prefix)})
		if err != nil {
			yield(mention.Pair{}, s.broken(err))
			return
		}
		defer func() { _ = it.Close() }()
		for it.First(); it.Valid(); it.Next() {
			if err := ctx.Err(); err != nil {
				yield(mention.Pair{}, err)
				return
			}
			v, err := it.ValueAndErr()
			if err != nil {
				yield(mention.Pair{}, s.broken(err))
				return
			}
			if !yield(mention.Pair{Key: it.Key(), Value: v}, nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(mention.Pair{}, s.broken(err))
		}
	}
}

// above is the first key behind all that begin with prefix; nil for none.
func above(prefix []byte) []byte {
	end := bytes.TrimRight(prefix, "\xff")
	if len(end) == 0 {
		return nil
	}
	return after(end)
}

// Write puts pairs in; see mention.Sorted.
func (s *Sorted) Write(ctx context.Context, pairs []mention.Pair) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b := s.db.NewBatch()
	defer func() { _ = b.Close() }()
	for _, p := range pairs {
		if err := b.Set(p.Key, p.Value, nil); err != nil {
			return s.broken(err)
		}
	}
	return s.broken(b.Commit(pebble.Sync))
}

// Close closes the store.
func (s *Sorted) Close() error { return errors.Join(s.broken(s.db.Close()), s.lock.Close()) }

// broken says what an error is: one of the disk, or of what stands there.
func (s *Sorted) broken(err error) error {
	if err == nil {
		return nil
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) && errno != syscall.ENOENT {
		return &overt.Error{Code: overt.Unavailable, Op: "read or write the mentions", Where: s.dir, Err: err}
	}
	return overt.Errorf(overt.Invalid, s.dir, "what is kept of mentions is damaged: %w; delete it and it is made again", err)
}
