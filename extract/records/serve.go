package records

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/extract/open"
	"overt/internal/archive"
	"overt/internal/sandbox"
)

// Sizes of batches: the first ones are small, because who looks at a source to
// recognise it wants few records.
const (
	firstBatch = 4 << 10
	fullBatch  = 64 << 10
	// ahead is how many batches may be under way: both sides work meanwhile, and
	// neither far ahead of the other.
	ahead = 4
)

// regionBits is how much of an offset tells the place in a region of the input;
// what is above is its number. Region 0 is the source.
const regionBits = 44

// serve is the worker's end.
func serve(c *sandbox.Conn) error {
	s := &server{conn: c}
	for {
		m, err := c.Receive()
		if err != nil {
			return err
		}
		if len(m) > 0 && (m[0] == askMore || m[0] == askStop) {
			continue // to work that was done by then
		}
		var q request
		if len(m) == 0 || m[0] != askWork {
			return errors.New("no request")
		}
		if err := json.Unmarshal(m[1:], &q); err != nil {
			return fmt.Errorf("what to read: %w", err)
		}
		s.under = nil
		d, err := s.do(q)
		if err != nil {
			return err
		}
		if err := s.say(sayDone, d); err != nil {
			return err
		}
	}
}

// A server does what is asked. It keeps the source that was opened last, because
// mostly the next request is about the same.
type server struct {
	conn   *sandbox.Conn
	opened *opened
	under  *stream // what is being sent
	broken error   // of the connection: the worker ends
}

type opened struct {
	session uint64
	size    int64
	parts   []extract.Part
}

// do does one request. The error is the connection's; what is wrong with the
// source is in the done.
func (s *server) do(q request) (done, error) {
	ctx := context.Background() // the parent ends it with the process
	var d done
	var err error
	switch q.Work {
	case workFetch:
		if err = s.fresh(); err == nil {
			d.Texts, err = open.FetchAll(ctx, s.source(q), s.options(q), q.Ats)
		}
	case workOpen:
		s.opened = nil
		if err = s.open(ctx, q); err == nil {
			d.Parts = s.describe()
		}
	default:
		err = s.read(ctx, q, &d)
	}
	d.Err = sayError(err)
	return d, s.broken
}

func (s *server) fresh() error {
	s.opened = nil
	return s.say(sayFresh, nil)
}

func (s *server) open(ctx context.Context, q request) error {
	if s.opened != nil && s.opened.session == q.Session && s.opened.size == q.Size {
		return nil
	}
	if err := s.fresh(); err != nil {
		return err
	}
	parts, err := open.Open(ctx, s.source(q), s.options(q))
	if err != nil {
		return err
	}
	s.opened = &opened{q.Session, q.Size, parts}
	return nil
}

func (s *server) describe() []part {
	out := make([]part, len(s.opened.parts))
	books := map[database.Asked]int{} // the first part of each
	for i, p := range s.opened.parts {
		out[i] = part{Name: p.Name, Info: p.Reader.Info(), Text: p.Outline != nil}
		r, ok := p.Reader.(database.Asked)
		if !ok {
			continue
		}
		out[i].Book = i + 1
		for other, first := range books {
			if other.Beside(r) {
				out[i].Book = first
			}
		}
		if out[i].Book == i+1 {
			books[r] = i + 1
		}
	}
	return out
}

// read does what is asked of one part.
func (s *server) read(ctx context.Context, q request, d *done) error {
	if err := s.open(ctx, q); err != nil {
		return err
	}
	if q.Part < 0 || q.Part >= len(s.opened.parts) {
		return overt.Errorf(overt.Unavailable, string(q.Name), "it changed while it was read")
	}
	p := s.opened.parts[q.Part]
	if q.Work == workOutline {
		return outline(ctx, p, q, d)
	}
	r := p.Reader
	if q.Query != nil {
		var err error
		if r, err = s.query(r, q); err != nil {
			return err
		}
	}
	if q.Work == workRecords {
		if err := s.records(ctx, r, q.Select); err != nil {
			return err
		}
	}
	info := r.Info()
	d.Info = &info
	return nil
}

func (s *server) query(r extract.Reader, q request) (extract.Reader, error) {
	book, ok := r.(database.Asked)
	if !ok {
		return nil, overt.Errorf(overt.Unavailable, string(q.Name), "it changed while it was read")
	}
	dq := database.Query{Tables: q.Query.Tables, Joins: q.Query.Joins, Filters: q.Query.Filters}
	if q.Work == workQuery {
		dq.Columns = asking{s}
	} else {
		dq.Columns = known{q.Query}
	}
	return book.Query(dq)
}

// A stream sends batches as long as they are wanted.
type stream struct {
	s       *server
	kind    byte
	buf     []byte
	most    int // bytes of a batch
	credit  int
	stopped bool
}

func (s *server) stream(kind byte) *stream {
	s.under = &stream{s: s, kind: kind, buf: []byte{kind}, most: firstBatch, credit: ahead}
	return s.under
}

// told takes what the parent says about the batches.
func (t *stream) told(m []byte) {
	switch {
	case len(m) == 1 && m[0] == askMore:
		t.credit++
	case len(m) == 1 && m[0] == askStop:
		t.stopped = true
	}
}

// flush sends what there is, and says whether more is wanted.
func (t *stream) flush() (more bool) {
	if len(t.buf) == 1 || t.stopped || t.s.broken != nil {
		return !t.stopped && t.s.broken == nil
	}
	for t.credit == 0 {
		m, err := t.s.conn.Receive()
		if err != nil {
			t.s.broken = err
			return false
		}
		if t.told(m); t.stopped {
			return false
		}
	}
	t.credit--
	t.s.broken = t.s.conn.Send(t.buf)
	if t.s.broken == nil {
		t.s.broken = t.s.conn.Flush()
	}
	t.most = min(2*t.most, fullBatch)
	if cap(t.buf) > 16*fullBatch { // one large record is not kept for ever
		t.buf = nil
	}
	t.buf = append(t.buf[:0], t.kind)
	return t.s.broken == nil
}

// tooLarge is why a record cannot be given that fits no message.
const tooLarge = "the record is too large"

// records sends the records of a reader. What ends it early, after what came
// before.
func (s *server) records(ctx context.Context, r extract.Reader, selector string) error {
	t, p := s.stream(sayRecords), &packer{}
	for rec, err := range r.Records(ctx, selector) {
		var bad *extract.RowError
		before := len(t.buf)
		switch {
		case errors.As(err, &bad):
			t.buf = appendBad(t.buf, bad)
		case err != nil:
			t.flush()
			return err
		default:
			var ok bool
			if t.buf, ok = p.append(t.buf, rec); !ok {
				return overt.Errorf(overt.Internal, rec.At().String(), "a record of a kind that cannot be handed on (%T)", rec)
			}
			if len(t.buf)-before > maxRecord {
				t.buf = appendBad(t.buf[:before], &extract.RowError{Where: rec.At(), Reason: tooLarge})
			}
		}
		if len(t.buf) >= t.most && !t.flush() {
			return s.broken
		}
	}
	t.flush()
	return s.broken
}

// outline tells what the beginning of a part shows.
func outline(ctx context.Context, p extract.Part, q request, d *done) error {
	if p.Outline == nil || q.Sought == nil {
		return overt.Errorf(overt.Internal, string(q.Name), "the part has no text of its own")
	}
	o, err := p.Outline(ctx, *q.Sought)
	d.Outline = &o
	return err
}

// source is what the parent holds, read through it.
func (s *server) source(q request) extract.Source {
	src := open.Section(string(q.Name), s.conn.InputAt(0, q.Size), q.Size)
	if !q.Beside {
		return src
	}
	src.Beside = func(ending string) (extract.Source, bool) {
		a, err := s.ask(sayBeside, ending)
		if err != nil || a.Region == 0 {
			return extract.Source{}, false
		}
		if a.Failed != "" {
			return extract.Source{Name: string(a.Name), Open: func() (io.ReadCloser, error) { return nil, errors.New(a.Failed) }}, true
		}
		return open.Section(string(a.Name), s.conn.InputAt(int64(a.Region)<<regionBits, a.Size), a.Size), true
	}
	return src
}

func (s *server) options(q request) open.Options {
	o := q.Options.open()
	o.Scratch = func() (archive.Room, error) {
		a, err := s.ask(sayRoom, nil)
		switch {
		case err != nil:
			return nil, err
		case a.Failed != "":
			return nil, errors.New(a.Failed)
		}
		return &room{s: s, region: a.Region}, nil
	}
	return o
}

// say sends a message with its text in JSON; none for nil.
func (s *server) say(what byte, v any) error {
	m := []byte{what}
	if v != nil {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		m = append(m, text...)
	}
	if err := s.conn.Send(m); err != nil {
		s.broken = err
		return err
	}
	return nil
}

// ask asks the parent.
func (s *server) ask(what byte, v any) (a answer, err error) {
	if err := s.say(what, v); err != nil {
		return a, err
	}
	for {
		m, err := s.conn.Receive()
		if err != nil {
			s.broken = err
			return a, err
		}
		if len(m) > 0 && m[0] == askAnswer {
			return a, json.Unmarshal(m[1:], &a)
		}
		if s.under != nil {
			s.under.told(m)
		}
	}
}

// A room is a file of the parent's: a worker has none.
type room struct {
	s      *server
	region int
	size   int64
	read   io.ReaderAt
	seen   int64 // the size when read was made
}

// Write keeps bytes.
func (r *room) Write(p []byte) (int, error) {
	const piece = 1 << 20
	n := 0
	for n < len(p) {
		k := min(len(p)-n, piece)
		head := binary.AppendUvarint([]byte{sayKeep}, uint64(r.region))
		if err := r.s.conn.Send(head, p[n:n+k]); err != nil {
			r.s.broken = err
			return n, err
		}
		n += k
		r.size += int64(k)
	}
	return n, nil
}

// ReadAt gives bytes that were kept.
func (r *room) ReadAt(p []byte, off int64) (int, error) {
	if r.read == nil || r.seen != r.size {
		r.read, r.seen = r.s.conn.InputAt(int64(r.region)<<regionBits, r.size), r.size
	}
	return r.read.ReadAt(p, off)
}

// asking are columns of a query that the parent knows the meaning of.
type asking struct{ s *server }

func (c asking) Wanted(header []string) []string {
	a, _ := c.s.ask(sayColumns, columnsAsked{Header: header})
	return a.Wanted
}

func (c asking) Find(header []string, name string) string {
	a, _ := c.s.ask(sayColumns, columnsAsked{Header: header, Find: &name})
	return a.Found
}

func (c asking) Refused(header []string, column string) bool {
	a, err := c.s.ask(sayColumns, columnsAsked{Header: header, Refuse: &column})
	return a.Refused || err != nil
}

// known are columns that the parent was asked about before.
type known struct{ q *query }

func (c known) Wanted([]string) []string               { return c.q.Wanted }
func (c known) Find(_ []string, name string) string    { return c.q.Found[name] }
func (c known) Refused(_ []string, column string) bool { return c.q.Refused[column] }
