// Package worker reads documents in confined processes. It has both ends: in the
// process the list of readers, which say what they find into a pipe; in the
// parent a Pool, which takes it from there through document.Checked.
//
// It stands between what received the files and the readers of their formats,
// which nothing else calls.
//
// The invariant: what comes out of Read was said by a confined process and
// checked outside it, or Read gives an error that says why not.
package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"overt"
	"overt/extract/document"
	"overt/internal/sandbox"
)

// Kind is the name of the workers that read documents.
const Kind = "document"

// Kinds gives what sandbox.Main needs to make this program a worker. prepare
// gives the readers by the media type of what they read; it is called in the
// worker alone, with the Arguments of its Config, before the worker is confined.
func Kinds(prepare func(arguments []string) (map[string]document.Reader, error)) map[string]sandbox.Kind {
	return map[string]sandbox.Kind{Kind: {Prepare: func(arguments []string) (sandbox.Serve, error) {
		readers, err := prepare(arguments)
		return func(c *sandbox.Conn) error { return serve(c, readers) }, err
	}}}
}

// A request is what the parent wants read.
type request struct {
	Size      int64           `json:"size"`
	Name      []byte          `json:"name"` // bytes, because it need not be UTF-8
	Type      string          `json:"type"`
	Charset   string          `json:"charset,omitempty"`
	Passwords [][]byte        `json:"passwords,omitempty"`
	Limits    document.Limits `json:"limits"`
	// Draw is the page of which a picture is wanted, Width pixels across, and
	// nothing else; 0 for all that is said of the document.
	Draw  int `json:"draw,omitempty"`
	Width int `json:"width,omitempty"`
}

// serve is the worker's end.
func serve(c *sandbox.Conn, readers map[string]document.Reader) error {
	for {
		text, err := c.Receive()
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(text, &q); err != nil {
			return fmt.Errorf("what to read: %w", err)
		}
		out := &wire{conn: c}
		err = read(c, readers, q, out)
		out.over.Store(true)
		if err := c.Send(appendDone(nil, err)); err != nil {
			return err
		}
	}
}

func read(c *sandbox.Conn, readers map[string]document.Reader, q request, out document.Sink) error {
	reader := readers[q.Type]
	if reader == nil {
		return &document.Refusal{Code: document.Unknown, Reason: "no reader knows " + q.Type, Retry: "a newer version may read it"}
	}
	in := document.Input{
		ReaderAt: c.Input(q.Size), Size: q.Size, Name: string(q.Name), Type: q.Type, Charset: q.Charset, Limits: q.Limits,
	}
	for _, p := range q.Passwords {
		in.Passwords = append(in.Passwords, string(p))
	}
	ctx := context.Background() // the parent ends it with the process
	if q.Draw == 0 {
		return reader.Read(ctx, in, out)
	}
	if d, ok := reader.(document.Drawer); ok {
		return d.Draw(ctx, in, q.Draw, q.Width, out)
	}
	return overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", q.Draw), "pages of %s are not drawn", q.Type)
}

// A Pool reads documents in workers. It is safe for concurrent use.
type Pool struct {
	workers    *sandbox.Pool
	unconfined atomic.Bool
}

// New makes a pool. Nothing is started before there is a document; Close ends it.
// The kind of cfg is Kind when it is empty.
func New(cfg sandbox.Config) *Pool {
	if cfg.Kind == "" {
		cfg.Kind = Kind
	}
	return &Pool{workers: sandbox.NewPool(cfg)}
}

// Close ends the workers; calls under way come to their end before.
func (p *Pool) Close() error { return p.workers.Close() }

// Read reads one document in a worker and says to out what the worker said,
// behind document.Checked. key is the dataset: a worker never serves two. in.Type
// chooses the reader. What was said before an error stands. Errors:
// *document.Refusal; *Failure, when the worker had to be ended or cannot be had;
// invalid, when the document is damaged or the worker said what cannot be; what
// out and in gave, unchanged; the cause of ctx.
func (p *Pool) Read(ctx context.Context, key string, in document.Input, out document.Sink) (sandbox.Usage, error) {
	return p.read(ctx, key, in, request{}, out)
}

// Draw gives the picture of one page of a document, width pixels across, as Read
// gives a reading. Errors: those of Read; not_found, where there is no such page or
// no picture of it.
func (p *Pool) Draw(ctx context.Context, key string, in document.Input, page, width int) (document.Image, error) {
	var out drawn
	if page < 1 || width < 1 {
		return document.Image{}, overt.Errorf(overt.Invalid, fmt.Sprintf("page %d", page), "%d pixels across are no picture", width)
	}
	_, err := p.read(ctx, key, in, request{Draw: page, Width: width}, &out)
	if err == nil && (out.image.Page != page || !bytes.HasPrefix(out.image.PNG, []byte("\x89PNG\r\n\x1a\n"))) {
		err = bad("a picture that is none")
	}
	return out.image, err
}

func (p *Pool) read(ctx context.Context, key string, in document.Input, q request, out document.Sink) (sandbox.Usage, error) {
	in.Limits = in.Limits.WithDefaults()
	q.Size, q.Name, q.Type, q.Charset, q.Limits = in.Size, []byte(in.Name), in.Type, in.Charset, in.Limits
	for _, w := range in.Passwords {
		q.Passwords = append(q.Passwords, []byte(w))
	}
	text, err := json.Marshal(q)
	if err != nil {
		return sandbox.Usage{}, err
	}
	u, err := p.workers.Do(ctx, key, sandbox.Input{ReaderAt: in.ReaderAt, Size: in.Size}, func(c *sandbox.Conn) error {
		if err := c.Send(text); err != nil {
			return err
		}
		return hear(c, &hearer{out: document.Checked(out, in.Limits, in.Size), limits: in.Limits})
	})
	if u.Attestation.System != "" && !u.Attestation.Confined() {
		p.unconfined.Store(true)
	}
	return u, failure(err)
}

// Unconfined says whether a worker that nothing confined has read something.
func (p *Pool) Unconfined() bool { return p.unconfined.Load() }

// A Reader is a pool as a reader of documents of one key.
type Reader interface {
	document.Reader
	// Measured is Read, and says what it cost.
	Measured(ctx context.Context, in document.Input, out document.Sink) (sandbox.Usage, error)
}

// drawn keeps the picture of a page; nothing else is said of one.
type drawn struct{ image document.Image }

func (d *drawn) Image(i document.Image) error {
	if d.image.PNG != nil {
		return bad("two pictures")
	}
	d.image = i
	return nil
}

func (d *drawn) Property(string, string) error { return bad("words beside a picture") }
func (d *drawn) Page(document.Page) error      { return bad("words beside a picture") }
func (d *drawn) Row(document.Row) error        { return bad("words beside a picture") }
func (d *drawn) Gap(document.Gap) error        { return bad("words beside a picture") }
func (d *drawn) Note(document.Note) error      { return bad("words beside a picture") }

func (d *drawn) Member(document.Member) (io.WriteCloser, error) {
	return nil, bad("a file beside a picture")
}

// Reader gives the pool as a reader of documents of one key.
func (p *Pool) Reader(key string) Reader { return keyed{p, key} }

type keyed struct {
	pool *Pool
	key  string
}

func (k keyed) Read(ctx context.Context, in document.Input, out document.Sink) error {
	_, err := k.Measured(ctx, in, out)
	return err
}

// Measured is Read, and says what it cost.
func (k keyed) Measured(ctx context.Context, in document.Input, out document.Sink) (sandbox.Usage, error) {
	return k.pool.Read(ctx, k.key, in, out)
}

// hear takes what the worker says until it is done.
func hear(c *sandbox.Conn, h *hearer) error {
	for {
		m, err := c.Receive()
		if err != nil {
			return err
		}
		done, err := h.take(m)
		if done || err != nil {
			return err
		}
	}
}

// A Failure is a document whose worker had to be ended, or could not be had. The
// rest of what came in is not touched by it.
type Failure struct {
	What   sandbox.What // which limit, or what else
	Reason string       // one sentence, without contents
	Retry  string       // what the user can do
	err    *overt.Error
}

// Error gives the reason.
func (f *Failure) Error() string { return f.Reason }

// Unwrap gives an overt.Error: unavailable when it may be tried again unchanged,
// invalid past a limit, else internal; and in its chain the *sandbox.Failure with
// what the worker wrote to its standard error.
func (f *Failure) Unwrap() error { return f.err }

// endings says for people what ended a worker, and what to do.
var endings = map[sandbox.What]struct {
	code          overt.Code
	reason, retry string
}{
	sandbox.OverTime:    {overt.Invalid, "reading it took too long", "allow it more time with --time, or split the document"},
	sandbox.OverMemory:  {overt.Invalid, "reading it needs more memory than a reader may have", "allow readers more with --memory, or split the document"},
	sandbox.OverOutput:  {overt.Invalid, "it unpacks to more than is taken", "split the document"},
	sandbox.TooLarge:    {overt.Invalid, "one page or row of it is larger than is taken", "split the document"},
	sandbox.Garbled:     {overt.Internal, "its reader said what cannot be and was ended", "report it, and treat the file with care: it may be made to attack who reads it"},
	sandbox.Crashed:     {overt.Internal, "its reader broke down", "report it; other documents are not touched"},
	sandbox.Killed:      {overt.Unavailable, "its reader was killed from outside", "try again; if it repeats, the machine has too little memory"},
	sandbox.NotStarted:  {overt.Unavailable, "no reader could be started", "see overt doctor, and try again"},
	sandbox.NotConfined: {overt.Unavailable, "this system does not confine readers, and documents are not read without that", "see overt doctor"},
}

// failure puts what ended a worker in words.
func failure(err error) error {
	var f *sandbox.Failure
	if !errors.As(err, &f) {
		return err
	}
	e, ok := endings[f.What]
	if !ok {
		return err
	}
	return &Failure{
		What: f.What, Reason: e.reason + " (" + f.Reason + ")", Retry: e.retry,
		err: &overt.Error{Code: e.code, Op: "read a document", Err: f},
	}
}

// wire is the Sink in the worker.
type wire struct {
	conn *sandbox.Conn
	buf  []byte
	over atomic.Bool // the reader returned: nothing it left behind may speak
}

var errOver = errors.New("the document was read")

func (w *wire) send(m []byte) error {
	if w.over.Load() {
		return errOver
	}
	err := w.conn.Send(m)
	if cap(m) <= 1<<20 { // one large page is not kept for ever
		w.buf = m[:0]
	} else {
		w.buf = nil
	}
	var f *sandbox.Failure
	if errors.As(err, &f) && f.What == sandbox.TooLarge {
		return &document.Refusal{Code: document.TooMuch, Reason: "one page or row of it is larger than is taken", Retry: "split the document"}
	}
	return err
}

func (w *wire) Property(name, value string) error {
	return w.send(appendProperty(w.buf, name, value))
}
func (w *wire) Page(p document.Page) error { return w.send(appendPage(w.buf, p)) }

func (w *wire) Row(r document.Row) error {
	if len(r.Cells) > maxCells {
		return &document.Refusal{Code: document.TooMuch, Reason: "a row of it has more cells than are taken", Retry: "split the document"}
	}
	return w.send(appendRow(w.buf, r))
}

func (w *wire) Gap(g document.Gap) error   { return w.send(appendGap(w.buf, g)) }
func (w *wire) Note(n document.Note) error { return w.send(appendNote(w.buf, n)) }

func (w *wire) Image(i document.Image) error {
	if err := w.send(appendImage(w.buf, i)); err != nil {
		return err
	}
	_, err := w.bytes(i.PNG)
	return err
}

func (w *wire) Member(m document.Member) (io.WriteCloser, error) {
	if err := w.send(appendMember(w.buf, m)); err != nil {
		return nil, err
	}
	return (*wireMember)(w), nil
}

// bytes sends the bytes of an image or member.
func (w *wire) bytes(p []byte) (int, error) {
	n := 0
	for part := range slices.Chunk(p, maxPart) {
		if w.over.Load() {
			return n, errOver
		}
		if err := w.conn.Send([]byte{sayBytes}, part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

type wireMember wire

func (m *wireMember) Write(p []byte) (int, error) { return (*wire)(m).bytes(p) }
func (m *wireMember) Close() error                { return (*wire)(m).send(append(m.buf, sayEnd)) }

// sentence makes a text from a worker one that people can be shown.
func sentence(s string) string {
	const most = 2 << 10
	s = strings.ToValidUTF8(s[:min(len(s), most)], "")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
