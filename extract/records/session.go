package records

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"sync"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/internal/archive"
	"overt/internal/sandbox"
)

// A session is the parent's end of one source, over all calls about it.
type session struct {
	opener *opener
	key    string
	src    extract.Source
	opts   options
	number uint64
	ctx    context.Context // of Open: what is read of a part without one ends with it

	mu    sync.Mutex
	spool *archive.Spool // of a source that is a stream
	// regions are what workers read of besides the source, by worker.
	regions map[*sandbox.Conn][]*region
}

// A region is a room that a worker filled, or a file beside the source.
type region struct {
	room   archive.Room
	size   int64
	beside *extract.Source
}

// source opens the source for a call.
func (s *session) source(ctx context.Context) (r io.ReaderAt, size int64, end func(), err error) {
	s.mu.Lock()
	kept := s.spool
	s.mu.Unlock()
	if kept != nil {
		return kept, kept.Size, func() {}, nil
	}
	rc, err := s.src.Open()
	if err != nil {
		return nil, 0, nil, open.Failed(s.src.Name, err)
	}
	if at, size, ok := anywhere(rc); ok {
		return at, size, func() { _ = rc.Close() }, nil // it was only read
	}
	kept, err = archive.Keep(ctx, rc, keepInMemory, nil)
	if err = errors.Join(err, rc.Close()); err != nil {
		return nil, 0, nil, overt.Errorf(overt.Invalid, s.src.Name, "%w", err)
	}
	s.mu.Lock()
	s.spool = kept
	s.mu.Unlock()
	return kept, kept.Size, func() {}, nil
}

// keepInMemory is up to which size a stream is held in memory, in bytes.
const keepInMemory = 16 << 20

// anywhere gives what can be read at any place, and its size.
func anywhere(rc io.ReadCloser) (io.ReaderAt, int64, bool) {
	if f, ok := rc.(*os.File); ok {
		info, err := f.Stat()
		return f, sizeOf(info, err), err == nil && info.Mode().IsRegular()
	}
	r, ok := rc.(interface {
		io.ReaderAt
		Size() int64
	})
	if !ok {
		return nil, 0, false
	}
	return r, r.Size(), true
}

func sizeOf(info os.FileInfo, err error) int64 {
	if err != nil {
		return 0
	}
	return info.Size()
}

// A call is one question to a worker, from its request to its done.
type call struct {
	*session
	conn *sandbox.Conn
	ctx  context.Context
	file io.ReaderAt
	size int64
	hear hearer
	ends []func()
	open map[int]io.ReaderAt // regions that are files
	last extract.Record      // that came; nil when none did
}

// A hearer takes what comes before the done.
type hearer interface {
	// hear takes a message that is its own, and says whether more is wanted.
	// ok is false when it knows no such message.
	hear(c *call, m []byte) (more, ok bool, err error)
}

// call asks a worker. Errors: those of the source, as the worker said them; what
// h gave; *Failure; the cause of ctx.
func (s *session) call(ctx context.Context, q request, h hearer) (done, error) {
	c := &call{session: s, ctx: ctx, hear: h, open: map[int]io.ReaderAt{}}
	var end func()
	var err error
	if c.file, c.size, end, err = s.source(ctx); err != nil {
		return done{}, err
	}
	c.ends = append(c.ends, end)
	defer func() {
		for _, end := range c.ends {
			end()
		}
	}()
	q.Session, q.Name, q.Size, q.Options, q.Beside = s.number, []byte(s.src.Name), c.size, s.opts, s.src.Beside != nil
	var d done
	u, err := s.opener.pool.workers.Do(ctx, s.key, sandbox.Input{ReaderAt: c, Size: math.MaxInt64}, func(conn *sandbox.Conn) (err error) {
		c.conn = conn
		if err := send(conn, askWork, q); err != nil {
			return err
		}
		d, err = c.talk()
		return err
	})
	if u.Attestation.System != "" && !u.Attestation.Confined() {
		s.opener.pool.unconfined.Store(true)
	}
	if err == nil {
		return d, d.Err.err()
	}
	var f *sandbox.Failure
	if errors.As(err, &f) {
		return d, failure(err, s.src.Name, place(c.last))
	}
	return d, err
}

func send(conn *sandbox.Conn, what byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return conn.Send([]byte{what}, text)
}

// talk hears the worker until it is done.
func (c *call) talk() (d done, err error) {
	wanted := true
	for {
		m, err := c.conn.Receive()
		if err != nil {
			return d, err
		}
		if len(m) == 0 {
			return d, garbled("a message without a word")
		}
		switch m[0] {
		case sayDone:
			if err := json.Unmarshal(m[1:], &d); err != nil {
				return d, garbled("an outcome that is none")
			}
			return d, nil
		case sayFresh:
			c.mu.Lock()
			delete(c.regions, c.conn)
			c.mu.Unlock()
		case sayRoom, sayBeside:
			err = send(c.conn, askAnswer, c.region(m))
		case sayKeep:
			err = c.keep(m[1:])
		default:
			wanted, err = c.heard(m, wanted)
		}
		if err != nil {
			return d, err
		}
	}
}

// heard hands a message to the hearer, while it wants any, and tells the worker.
func (c *call) heard(m []byte, wanted bool) (more bool, err error) {
	if !wanted {
		return false, nil // it came before the worker was told to stop
	}
	ok := false
	if c.hear != nil {
		more, ok, err = c.hear.hear(c, m)
	}
	switch {
	case err != nil:
		return false, err
	case !ok:
		return false, garbled("a message that was not asked for")
	case m[0] == sayColumns:
		return true, nil // it was answered
	case more:
		return true, c.conn.Send([]byte{askMore})
	}
	return false, c.conn.Send([]byte{askStop})
}

// maxRegions is how many rooms and files beside it a source may have.
const maxRegions = 100_000

// region gives the worker a room, or a file beside the source.
func (c *call) region(m []byte) answer {
	r, name := &region{}, ""
	if m[0] == sayRoom {
		room, err := archive.TempFile()
		if err != nil {
			return answer{Failed: err.Error()}
		}
		r.room = room
	} else {
		var ending string
		if json.Unmarshal(m[1:], &ending) != nil || c.src.Beside == nil {
			return answer{}
		}
		src, ok := c.src.Beside(ending)
		if !ok {
			return answer{}
		}
		s := &session{src: src}
		file, size, end, err := s.source(c.ctx)
		if err != nil {
			return answer{Region: -1, Name: []byte(src.Name), Failed: err.Error()}
		}
		end()
		if s.spool != nil {
			src = open.Section(src.Name, file, size)
		}
		r.beside, r.size, name = &src, size, src.Name
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.regions == nil {
		c.regions = map[*sandbox.Conn][]*region{}
	}
	list := append(c.regions[c.conn], r)
	if len(list) > maxRegions {
		return answer{Failed: "more is asked for than a source can need"}
	}
	c.regions[c.conn] = list
	return answer{Region: len(list), Size: r.size, Name: []byte(name)}
}

// at gives a region of the worker's.
func (c *call) at(n int64) *region {
	c.mu.Lock()
	defer c.mu.Unlock()
	if list := c.regions[c.conn]; n > 0 && n <= int64(len(list)) {
		return list[n-1]
	}
	return nil
}

// keep puts bytes into a room: never more than the limits let be unpacked of a
// source of its size.
func (c *call) keep(m []byte) error {
	n, k := binary.Uvarint(m)
	if k <= 0 || n > maxRegions {
		return garbled("bytes for no room")
	}
	r := c.at(int64(n))
	if r == nil || r.room == nil {
		return garbled("bytes for no room")
	}
	l := c.opts.Limits
	most := l.Total
	if past := max(c.size, 1); past < l.Total/l.Ratio {
		most = max(l.RatioFrom, past*l.Ratio)
	}
	c.mu.Lock()
	sum := int64(len(m))
	for _, other := range c.regions[c.conn] {
		sum += other.size
	}
	c.mu.Unlock()
	if sum > most*int64(1+l.Nesting) {
		return &sandbox.Failure{What: sandbox.OverOutput, Reason: "more is unpacked than the limits allow"}
	}
	if _, err := r.room.Write(m[k:]); err != nil {
		return overt.Errorf(overt.Unavailable, c.src.Name, "keep in temporary file: %w", err)
	}
	r.size += int64(len(m) - k)
	return nil
}

// ReadAt reads of the region that an offset means.
func (c *call) ReadAt(p []byte, off int64) (int, error) {
	n, at := off>>regionBits, off&(1<<regionBits-1)
	from, size := c.file, c.size
	if n > 0 {
		r := c.at(n)
		if r == nil {
			return 0, garbled("a wish to read of nothing")
		}
		size = r.size
		if from = r.room; r.room == nil {
			var err error
			if from, err = c.beside(n, r); err != nil {
				return 0, err
			}
		}
	}
	if at > size || int64(len(p)) > size-at {
		return 0, garbled("a wish to read past an end")
	}
	return from.ReadAt(p, at)
}

// beside opens a file beside the source, once for the call.
func (c *call) beside(n int64, r *region) (io.ReaderAt, error) {
	if f := c.open[int(n)]; f != nil {
		return f, nil
	}
	s := &session{src: *r.beside}
	f, size, end, err := s.source(c.ctx)
	if err != nil {
		return nil, err
	}
	c.ends = append(c.ends, end)
	if size < r.size {
		return nil, io.ErrUnexpectedEOF
	}
	c.open[int(n)] = f
	return f, nil
}
