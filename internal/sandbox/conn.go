package sandbox

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

// A frame is four bytes of length, least first, one of type, and the payload;
// the length counts type and payload.
const (
	frameHello   = 'H' // worker: its attestation
	frameMessage = 'M' // both: a message
	frameRead    = 'R' // worker: 8 bytes offset, 4 bytes length: what it wants of the input
	frameBytes   = 'B' // parent: those bytes, fewer at the end of the input
	frameNoBytes = 'E' // parent: the input cannot be read there
)

const (
	frameHead = 5
	maxRead   = 1 << 20  // bytes asked for at once
	maxHello  = 64 << 10 // bytes of an attestation
	minFrame  = maxRead + frameHead
	step      = 64 << 10 // bytes that a claimed length is believed for
)

// A Conn is one end of the two pipes between parent and worker. A worker may use
// its end from several goroutines. What is sent waits in a buffer until the end
// waits for the other one, or Flush.
type Conn struct {
	mu  sync.Mutex
	r   *bufio.Reader
	w   *bufio.Writer
	max int    // bytes of a frame, type and payload
	buf []byte // of the frame that was read last
	// waiting are messages that came to a worker while it waited for input.
	waiting [][]byte

	parent *parentEnd // nil in a worker
}

// parentEnd is what only the parent's end has.
type parentEnd struct {
	input  Input
	err    error // that reading the input gave
	answer []byte
	left   int64  // bytes that may still come in this call
	output int64  // of which so many
	clock  *clock // of the call; nil before the first
}

// A timed pipe runs the clock of the call while the parent waits for the worker.
type timed struct {
	r io.Reader
	w io.Writer
	p *parentEnd
}

func (t timed) Read(b []byte) (int, error) {
	t.p.clock.run()
	defer t.p.clock.rest()
	return t.r.Read(b)
}

func (t timed) Write(b []byte) (int, error) {
	t.p.clock.run()
	defer t.p.clock.rest()
	return t.w.Write(b)
}

// An Input is what a worker may read during a call.
type Input struct {
	io.ReaderAt
	Size int64 // bytes
}

func newConn(r io.Reader, w io.Writer, frame int, p *parentEnd) *Conn {
	if p != nil {
		r, w = timed{r: r, p: p}, timed{w: w, p: p}
	}
	return &Conn{r: bufio.NewReaderSize(r, step), w: bufio.NewWriterSize(w, step), max: frame, parent: p}
}

// Send sends a message, whose parts are joined. Parts can be used again at once.
func (c *Conn) Send(parts ...[]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write(frameMessage, parts...)
}

// Flush sends what waits.
func (c *Conn) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flush()
}

func (c *Conn) flush() error {
	if err := c.w.Flush(); err != nil {
		return ended(err)
	}
	return nil
}

// Receive waits for the next message. It can be used until the next call of the
// connection. In the parent it serves meanwhile what the worker reads of the
// input. Errors: io.EOF in a worker whose parent has no more work; a *Failure.
func (c *Conn) Receive() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.flush(); err != nil {
		return nil, err
	}
	if len(c.waiting) > 0 {
		m := c.waiting[0]
		c.waiting = c.waiting[1:]
		return m, nil
	}
	for {
		t, payload, err := c.read(c.max)
		if err != nil {
			return nil, err
		}
		switch {
		case t == frameMessage:
			return payload, nil
		case t == frameRead && c.parent != nil:
			if err := c.serve(payload); err != nil {
				return nil, err
			}
		default:
			return nil, garbled("a frame of type %q", t)
		}
	}
}

// write puts one frame into the buffer.
func (c *Conn) write(t byte, parts ...[]byte) error {
	n := 1
	for _, p := range parts {
		if n += len(p); n > c.max {
			return &Failure{What: TooLarge, Reason: fmt.Sprintf("a message of more than %d bytes", c.max-1)}
		}
	}
	var head [frameHead]byte
	binary.LittleEndian.PutUint32(head[:], uint32(n))
	head[4] = t
	if _, err := c.w.Write(head[:]); err != nil {
		return ended(err)
	}
	for _, p := range parts {
		if _, err := c.w.Write(p); err != nil {
			return ended(err)
		}
	}
	return nil
}

// read takes one frame of at most so many bytes. Memory grows with what comes,
// not with what is claimed.
func (c *Conn) read(most int) (byte, []byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(c.r, head[:]); err != nil {
		if err == io.EOF && c.parent == nil {
			return 0, nil, io.EOF
		}
		return 0, nil, ended(err)
	}
	size, t := binary.LittleEndian.Uint32(head[:]), head[4]
	if size < 1 || uint64(size) > uint64(most) {
		return 0, nil, garbled("a frame of %d bytes, where %d are allowed", size, most)
	}
	if p := c.parent; p != nil {
		if p.left -= int64(size) + frameHead - 1; p.left < 0 {
			return 0, nil, &Failure{What: OverOutput, Reason: fmt.Sprintf("it said more than %d bytes", p.output)}
		}
	}
	n := int(size) - 1
	if cap(c.buf) > step && cap(c.buf) > 4*n {
		c.buf = nil // one large frame is not kept for ever
	}
	c.buf = c.buf[:0]
	for len(c.buf) < n {
		at := len(c.buf)
		next := min(n-at, max(at, step))
		c.buf = slices.Grow(c.buf, next)[:at+next]
		if _, err := io.ReadFull(c.r, c.buf[at:]); err != nil {
			return 0, nil, ended(err)
		}
	}
	return t, c.buf, nil
}

// serve answers one read of the input.
func (c *Conn) serve(ask []byte) error {
	p := c.parent
	if len(ask) != 12 {
		return garbled("a wish to read of %d bytes", len(ask))
	}
	off, n := int64(binary.LittleEndian.Uint64(ask)), binary.LittleEndian.Uint32(ask[8:])
	if off < 0 || off > p.input.Size || n > maxRead || p.input.ReaderAt == nil {
		return garbled("a wish to read %d bytes at %d of an input of %d", n, off, p.input.Size)
	}
	want := int(min(int64(n), p.input.Size-off))
	if cap(p.answer) < want {
		p.answer = make([]byte, max(want, step))
	}
	got, err := p.input.ReadAt(p.answer[:want], off)
	if got < want && err == nil || errors.Is(err, io.EOF) && got < want {
		err = io.ErrUnexpectedEOF
	}
	if got < want {
		p.err = err
		if err := c.write(frameNoBytes); err != nil {
			return err
		}
		return c.flush()
	}
	if err := c.write(frameBytes, p.answer[:want]); err != nil {
		return err
	}
	return c.flush()
}

// attest sends what holds of a worker.
func (c *Conn) attest(a Attestation) error {
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := c.write(frameHello, text); err != nil {
		return err
	}
	return c.flush()
}

// attestation takes the first frame of a worker.
func (c *Conn) attestation() (a Attestation, err error) {
	t, payload, err := c.read(maxHello)
	if err != nil {
		return a, err
	}
	if t != frameHello {
		return a, garbled("a frame of type %q before its attestation", t)
	}
	if err := json.Unmarshal(payload, &a); err != nil {
		return a, garbled("an attestation that is none")
	}
	return a, nil
}

// begin makes the parent's end ready for a call.
func (c *Conn) begin(in Input, output int64) {
	p := c.parent
	p.input, p.err, p.left, p.output = in, nil, output, output
}

// silent says whether nothing came after the last message: a worker speaks only
// when it is asked.
func (c *Conn) silent() bool { return c.r.Buffered() == 0 }
