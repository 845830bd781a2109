package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const segmentSuffix = ".log"

// segmentName names a segment by its first sequence number, so that the order
// of names is the order of records.
func segmentName(first int64) string { return fmt.Sprintf("%020d%s", first, segmentSuffix) }

// parseSegmentName is the inverse of segmentName.
func parseSegmentName(name string) (int64, bool) {
	digits, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok || len(digits) != 20 {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || first > math.MaxInt64 || segmentName(int64(first)) != name {
		return 0, false
	}
	return int64(first), true
}

// listSegments gives the first sequence numbers of the segments of a folder,
// ascending.
func listSegments(dir string) ([]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var firsts []int64
	for _, e := range entries {
		if first, ok := parseSegmentName(e.Name()); ok {
			firsts = append(firsts, first)
		}
	}
	slices.Sort(firsts)
	return firsts, nil
}

// A place is where a record stands.
type place struct {
	segment int64 // its first sequence number
	off     int64 // of the record's frame
	seq     int64
}

func (p place) String() string {
	return fmt.Sprintf("%s offset %d record %d", segmentName(p.segment), p.off, p.seq)
}

// A badPlace says where a segment stops being readable and why.
type badPlace struct {
	place
	reason string
	torn   bool  // an interrupted write can look like this
	size   int64 // of the segment when it was read
}

func (b *badPlace) Error() string { return b.place.String() + ": " + b.reason }

// A walk reads the records of a segment in order.
type walk struct {
	segment int64
	seq     int64 // of the next record
	off     int64 // where the last record stands
	size    int64 // of the segment when the walk began
	frames  *frameReader
}

// startWalk checks the header of a segment that must begin with record first.
func startWalk(r io.Reader, first int64) (*walk, error) {
	head := make([]byte, segmentHeader)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	got, err := parseSegmentHeader(head[:n])
	if err == nil && got != first {
		err = fmt.Errorf("header says first record %d", got)
	}
	if err != nil {
		return nil, &badPlace{place: place{segment: first, seq: first}, reason: err.Error()}
	}
	return &walk{segment: first, seq: first, off: segmentHeader, frames: newFrameReader(r, segmentHeader)}, nil
}

// next gives the bytes of the next record, valid until the next call; io.EOF
// at a clean end, a *badPlace where there is no record of the right number.
func (w *walk) next() ([]byte, error) {
	w.off = w.frames.off
	payload, err := w.frames.next()
	var torn *tornError
	switch {
	case errors.As(err, &torn):
		return nil, &badPlace{place{w.segment, torn.off, w.seq}, torn.reason, true, w.size}
	case err != nil:
		return nil, err
	case !hasSeq(payload, w.seq):
		return nil, &badPlace{place{w.segment, w.off, w.seq}, "the record there carries another sequence number", false, w.size}
	}
	w.seq++
	return payload, nil
}

func hasSeq(leaf []byte, seq int64) bool {
	return bytes.HasPrefix(leaf, leafBytes(seq, []byte{','}))
}

// A visitor gets each record in order. The bytes are valid until it returns.
type visitor func(at place, leaf []byte) error

// scan reads the segments firsts in order. It ends with the walk of the last
// segment it could begin, and if it stopped early with the reason, a *badPlace
// where the bytes are at fault.
func scan(ctx context.Context, dir string, firsts []int64, visit visitor) (*walk, error) {
	var w *walk
	for _, first := range firsts {
		if w != nil && w.seq != first {
			return w, &badPlace{place{w.segment, w.frames.off, w.seq}, fmt.Sprintf("the segment ends there, the next begins with record %d", first), false, w.size}
		}
		next, err := scanSegment(ctx, filepath.Join(dir, segmentName(first)), first, visit)
		if next != nil {
			w = next
		}
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

// scanSegment reads one segment as long as it is now.
func scanSegment(ctx context.Context, path string, first int64, visit visitor) (*walk, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	w, err := startWalk(io.LimitReader(f, info.Size()), first)
	if err != nil {
		return nil, err
	}
	w.size = info.Size()
	for {
		if w.seq&0xff == 0 && ctx.Err() != nil {
			return w, ctx.Err()
		}
		leaf, err := w.next()
		if err == io.EOF {
			return w, nil
		}
		if err != nil {
			return w, err
		}
		if err := visit(place{w.segment, w.off, w.seq - 1}, leaf); err != nil {
			return w, err
		}
	}
}

// patience is how long the end of a file may stand still in the middle of a
// frame before it counts as torn rather than as a write going on.
const patience = 100 * time.Millisecond

// grown says whether a file is longer than it was, now or within wait: a live
// writer was in the middle of a write when its end was looked at.
func grown(ctx context.Context, path string, size int64, wait time.Duration) bool {
	for deadline := time.Now().Add(wait); ; {
		info, err := os.Stat(path)
		if err == nil && info.Size() > size {
			return true
		}
		if !time.Now().Before(deadline) || ctx.Err() != nil {
			return false
		}
		time.Sleep(min(wait, 10*time.Millisecond))
	}
}
