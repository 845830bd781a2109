package audit

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"sort"
	"time"

	"overt"
)

var errEnough = errors.New("enough")

// Records yields the durable records from <= seq < to in order. A negative to,
// and one beyond Size, mean Size at the time of the call. The records of the
// log are as good as their frames say; Verify checks more.
func (l *Log) Records(ctx context.Context, from, to int64) iter.Seq2[Record, error] {
	size := l.Size()
	if to < 0 || to > size {
		to = size
	}
	l.mu.RLock()
	firsts := l.firsts
	l.mu.RUnlock()
	return records(ctx, l.dir, firsts, from, to)
}

// Read yields records like Log.Records without opening the log: it takes no
// lock, writes nothing and works beside a live writer and on a read-only
// folder. A negative to means the end. Errors: not_found, if there is no log;
// internal, if it is damaged on the way.
func Read(ctx context.Context, dir string, from, to int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		firsts, err := listSegments(dir)
		if errors.Is(err, os.ErrNotExist) || err == nil && len(firsts) == 0 {
			err = overt.Errorf(overt.NotFound, dir, "there is no audit log")
		}
		if err != nil {
			yield(Record{}, unavailable(dir, "list segments", err))
			return
		}
		records(ctx, dir, firsts, from, to)(yield)
	}
}

// records reads from the segment that holds from. A negative to means until
// the last whole record.
func records(ctx context.Context, dir string, firsts []int64, from, to int64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		from := max(from, 0)
		if to >= 0 && from >= to {
			return
		}
		_, err := scan(ctx, dir, after(firsts, from), func(at place, leaf []byte) error {
			seq := at.seq
			if seq < from {
				return nil
			}
			if to >= 0 && seq >= to {
				return errEnough
			}
			r, err := decodeRecord(bytes.Clone(leaf))
			if err != nil {
				return damaged(dir, "record %d: %w", seq, err)
			}
			if !yield(r, nil) || seq+1 == to {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) && !liveTail(ctx, dir, firsts, err, patience) {
			yield(Record{}, readError(dir, err))
		}
	}
}

// after drops the segments that end before record from.
func after(firsts []int64, from int64) []int64 {
	i := sort.Search(len(firsts), func(i int) bool { return firsts[i] > from })
	return firsts[max(i-1, 0):]
}

// liveTail says whether a torn end is a writer at work.
func liveTail(ctx context.Context, dir string, firsts []int64, err error, wait time.Duration) bool {
	var bad *badPlace
	if !errors.As(err, &bad) || !bad.torn || bad.segment != firsts[len(firsts)-1] {
		return false
	}
	return grown(ctx, filepath.Join(dir, segmentName(bad.segment)), bad.size, wait)
}

func readError(dir string, err error) error {
	var bad *badPlace
	switch {
	case errors.As(err, &bad):
		return damaged(filepath.Join(dir, segmentName(bad.segment)), "offset %d, record %d: %s", bad.off, bad.seq, bad.reason)
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return unavailable(dir, "read the audit log", err)
}
