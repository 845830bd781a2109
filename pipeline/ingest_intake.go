package pipeline

import (
	"context"
	"errors"
	"io"

	"overt"
	"overt/blob"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ledger"
)

// A storeError is what our own stores gave while a document was read: it is
// nothing that can be said of the document.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }

// An intake keeps what a reader says: the reading and the bytes of members as
// blobs. It is behind document.Checked.
type intake struct {
	ctx    context.Context
	blobs  blob.Store
	doc    overt.BlobID
	text   *put
	packer *reading.Packer
	w      *reading.Writer
	head   reading.Head
	early  []reading.Property // said before the type was known
	open   *inside            // a member that is not whole yet

	purse    *purse
	before   rest   // paths of members that were paid for at an earlier reading
	source   string // of the document, as the ledger names it
	unopened int    // members that were past the budget
}

// MimeType and AgentProperty are the properties in which a reader says, before
// anything else, as what it reads the document, and by which version.
const (
	typeProperty  = "mimeType"
	agentProperty = "processingAgent"
)

func newIntake(ctx context.Context, blobs blob.Store, doc overt.BlobID, packer *reading.Packer) *intake {
	return &intake{ctx: ctx, blobs: blobs, doc: doc, packer: packer, head: reading.Head{Document: doc}}
}

// A put is a blob that is being written.
type put struct {
	*io.PipeWriter
	done chan struct{}
	id   overt.BlobID
	size int64
	err  error
}

func newPut(ctx context.Context, blobs blob.Store) *put {
	r, w := io.Pipe()
	p := &put{PipeWriter: w, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.id, p.size, p.err = blobs.Put(ctx, r)
		_ = r.CloseWithError(errors.Join(p.err, io.ErrClosedPipe))
	}()
	return p
}

// end waits for the blob; with a cause nothing of it is kept.
func (p *put) end(cause error) error {
	if cause != nil {
		_ = p.CloseWithError(cause)
	} else {
		_ = p.Close()
	}
	<-p.done
	return p.err
}

func (s *intake) begin() error {
	if s.w != nil {
		return nil
	}
	s.text = newPut(s.ctx, s.blobs)
	w, err := s.packer.NewWriter(s.text, s.head)
	if err != nil {
		return s.ours(err)
	}
	s.w = w
	for _, p := range s.early {
		if err := w.Property(p.Name, p.Value); err != nil {
			return s.ours(err)
		}
	}
	return nil
}

// ours marks an error of our stores. One of the reader's own is no such thing.
func (s *intake) ours(err error) error {
	if err == nil || overt.CodeOf(err) == overt.Invalid {
		return err
	}
	return &storeError{err}
}

func (s *intake) Property(name, value string) error {
	if s.w == nil {
		switch name {
		case typeProperty:
			s.head.Type = value
		case agentProperty:
			s.head.Reader = value
		}
		s.early = append(s.early, reading.Property{Name: name, Value: value})
		return nil
	}
	return s.ours(s.w.Property(name, value))
}

func (s *intake) Page(p document.Page) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ours(s.w.Page(p))
}

func (s *intake) Row(r document.Row) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ours(s.w.Row(r))
}

// Image is passed over: recognition is asked for by the reader of pictures.
func (s *intake) Image(document.Image) error { return s.begin() }

func (s *intake) Gap(g document.Gap) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ours(s.w.Gap(g))
}

func (s *intake) Note(n document.Note) error {
	if err := s.begin(); err != nil {
		return err
	}
	return s.ours(s.w.Note(n))
}

// Member keeps the bytes of a file inside. One that breaks off is not kept.
func (s *intake) Member(m document.Member) (io.WriteCloser, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	free := s.before.take(s.source + "!" + m.Path)
	i := &inside{s: s, m: m, free: free}
	if !free && !s.purse.pay(ledger.Spent{Files: 1}) {
		s.unopened++
		return i, nil
	}
	i.put = newPut(s.ctx, s.blobs)
	s.open = i
	return i, nil
}

type inside struct {
	s    *intake
	m    document.Member
	put  *put // nil when its bytes are not kept
	free bool
	paid int64 // bytes
}

func (i *inside) Write(p []byte) (int, error) {
	switch n := int64(len(p)); {
	case i.put == nil:
		return len(p), nil
	case i.free:
	case !i.s.purse.pay(ledger.Spent{Bytes: n}):
		i.s.purse.pay(ledger.Spent{Files: -1, Bytes: -i.paid})
		_ = i.put.end(io.ErrUnexpectedEOF)
		i.put, i.s.open = nil, nil
		i.s.unopened++
		return len(p), nil
	default:
		i.paid += n
	}
	n, err := i.put.Write(p)
	if err != nil {
		<-i.put.done
		return n, i.s.ours(errors.Join(i.put.err, err))
	}
	return n, nil
}

func (i *inside) Close() error {
	if i.put == nil {
		return nil
	}
	i.s.open = nil
	if err := i.put.end(nil); err != nil {
		return i.s.ours(err)
	}
	return i.s.ours(i.s.w.Member(reading.Member{Member: i.m, Blob: i.put.id, Size: i.put.size}))
}

// close ends the reading. With a cause what was said before it is kept, and the
// cause as a gap. Nothing said is no reading.
func (s *intake) close(cause error) (*reading.Index, overt.BlobID, error) {
	if s.open != nil {
		_ = s.open.put.end(errors.Join(cause, io.ErrUnexpectedEOF))
	}
	var ours *storeError
	if s.w == nil && cause != nil || errors.As(cause, &ours) || s.ctx.Err() != nil {
		if s.text != nil {
			_ = s.text.end(errors.Join(cause, io.ErrUnexpectedEOF))
		}
		return nil, "", nil
	}
	if err := s.begin(); err != nil {
		return nil, "", err
	}
	if s.unopened > 0 {
		if err := s.w.Gap(s.purse.unopened(s.unopened)); err != nil {
			return nil, "", err
		}
	}
	if cause != nil {
		if err := s.w.Gap(gapOf(cause)); err != nil {
			return nil, "", err
		}
	}
	index, err := s.w.Close()
	if err := errors.Join(err, s.text.end(err)); err != nil {
		return nil, "", err
	}
	return index, s.text.id, nil
}

// gapOf is what ended a reading early, as a gap.
func gapOf(cause error) document.Gap {
	g := document.Gap{Where: "the rest", Code: document.Damaged, Reason: describe(cause)}
	var refusal *document.Refusal
	if errors.As(cause, &refusal) {
		g.Code, g.Reason = refusal.Code, refusal.Reason
	}
	return g
}
