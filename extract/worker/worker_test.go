package worker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/sandbox"
	"overt/internal/sandbox/sandboxtest"
)

// TestMain makes the test's program a worker.
func TestMain(m *testing.M) {
	kinds := Kinds(func([]string) (map[string]document.Reader, error) { return testReaders, nil })
	for name, words := range evil {
		kinds[name] = sandbox.Kind{Serve: func(c *sandbox.Conn) error {
			if _, err := c.Receive(); err != nil {
				return err
			}
			words(func(m []byte) { _ = c.Send(m) })
			return c.Flush()
		}}
	}
	sandbox.Main(kinds)
	os.Exit(m.Run())
}

// A readFunc is a reader.
type readFunc func(ctx context.Context, in document.Input, out document.Sink) error

func (f readFunc) Read(ctx context.Context, in document.Input, out document.Sink) error {
	return f(ctx, in, out)
}

// A drawFunc is a reader that draws.
type drawFunc func(page, width int, out document.Sink) error

func (f drawFunc) Read(context.Context, document.Input, document.Sink) error {
	return errors.New("it was to be drawn")
}

func (f drawFunc) Draw(_ context.Context, _ document.Input, page, width int, out document.Sink) error {
	return f(page, width, out)
}

const pngMagic = "\x89PNG\r\n\x1a\n"

var testReaders = map[string]document.Reader{
	"test/drawn": drawFunc(func(page, width int, out document.Sink) error {
		return out.Image(document.Image{Page: page, Width: width, Height: 9, PNG: []byte(pngMagic + strings.Repeat("x", 300_000))})
	}),
	"test/drawn-other": drawFunc(func(page, width int, out document.Sink) error {
		return out.Image(document.Image{Page: page + 1, Width: width, Height: 9, PNG: []byte(pngMagic)})
	}),
	"test/drawn-script": drawFunc(func(page, width int, out document.Sink) error {
		return out.Image(document.Image{Page: page, Width: width, Height: 9, PNG: []byte("<svg onload=alert(1)>")})
	}),
	"test/drawn-words": drawFunc(func(int, int, document.Sink) error { return nil }),
	"test/drawn-twice": drawFunc(func(page, width int, out document.Sink) error {
		i := document.Image{Page: page, Width: width, Height: 9, PNG: []byte(pngMagic)}
		return errors.Join(out.Image(i), out.Image(i))
	}),
	"text/lines":   readFunc(lines),
	"test/random":  readFunc(random),
	"test/probes":  readFunc(probes),
	"test/input":   readFunc(input),
	"test/panic":   readFunc(func(context.Context, document.Input, document.Sink) error { panic("secret") }),
	"test/spin":    readFunc(func(context.Context, document.Input, document.Sink) error { time.Sleep(time.Hour); return nil }),
	"test/wide":    readFunc(wide),
	"test/refuse":  readFunc(refuse),
	"test/fail":    readFunc(fail),
	"test/left":    readFunc(left),
	"test/hungry":  readFunc(hungry),
	"test/pages":   readFunc(pages),
	"test/members": readFunc(members),
}

// lines is an example of a reader: a page for each line of a text.
func lines(_ context.Context, in document.Input, out document.Sink) error {
	text, err := io.ReadAll(io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if err := out.Page(document.Page{Number: i + 1, Text: line, Origin: document.Letters}); err != nil {
			return err
		}
	}
	return nil
}

func text(r *rand.Rand, most int) string {
	var b strings.Builder
	for range r.IntN(most + 1) {
		b.WriteRune([]rune("abc xyzäß漢\n\t")[r.IntN(12)])
	}
	return b.String()
}

// random says anything that may be said, by the bytes of the document.
func random(_ context.Context, in document.Input, out document.Sink) error {
	seed := make([]byte, 32)
	if _, err := in.ReadAt(seed[:in.Size], 0); err != nil {
		return err
	}
	r := rand.New(rand.NewChaCha8([32]byte(seed)))
	page := 0
	for range r.IntN(60) {
		var err error
		switch r.IntN(7) {
		case 0:
			err = out.Property("title", text(r, 300))
		case 1:
			page += 1 + r.IntN(3)
			p := document.Page{
				Number: page, Label: text(r, 5), Text: text(r, 4000), Width: r.Float32() * 600, Height: 1e5,
				Origin: document.Recognised, Confidence: r.Float32(), Sparse: r.IntN(2) == 0,
			}
			at, n := 0, len([]rune(p.Text))
			for at+9 < n {
				from := at + r.IntN(4)
				at = from + 1 + r.IntN(4)
				p.Boxes = append(p.Boxes, document.Box{Start: from, End: at, Left: -r.Float32(), Top: 1, Right: r.Float32() * 1e5, Bottom: 3})
			}
			err = out.Page(p)
		case 2:
			row := document.Row{Table: text(r, 9), Number: 1 + r.Int64N(1<<40), Page: r.IntN(9), Hidden: r.IntN(2) == 0}
			for range r.IntN(20) {
				row.Cells = append(row.Cells, document.Cell{Text: text(r, 40), Start: 5, End: 5 + r.IntN(500)})
			}
			err = out.Row(row)
		case 3:
			png := make([]byte, r.IntN(700_000))
			for i := range png {
				png[i] = byte(r.Uint32())
			}
			if r.IntN(4) == 0 {
				png = nil
			}
			err = out.Image(document.Image{Page: 1 + r.IntN(9), Width: 900, Height: 1 + r.IntN(900), DPI: 150, PNG: png})
		case 4:
			var w io.WriteCloser
			m := document.Member{
				Path: text(r, 30), Type: "text/plain", Charset: "utf-8", Modified: "2026-01", Role: document.Attached, Size: r.Int64N(99) - 1,
			}
			if r.IntN(2) == 0 {
				m.Raw = []byte{0xff, byte(r.Uint32())}
			}
			if w, err = out.Member(m); err == nil {
				for range r.IntN(4) {
					if _, err := w.Write(make([]byte, r.IntN(600_000))); err != nil {
						return err
					}
				}
				err = w.Close()
			}
		case 5:
			err = out.Gap(document.Gap{Page: r.IntN(3), Where: text(r, 9), Code: document.Damaged, Reason: "a stream ends early"})
		case 6:
			err = out.Note(document.Note{Page: r.IntN(3), Code: "macros", Message: text(r, 99)})
		}
		if err != nil {
			return err
		}
	}
	switch r.IntN(4) {
	case 0:
		return &document.Refusal{Code: document.Protected, Reason: "it is locked", Retry: "give its password"}
	case 1:
		return overt.Errorf(overt.Invalid, "object 7", "it ends too early")
	}
	return nil
}

func probes(_ context.Context, in document.Input, out document.Sink) error {
	var parent int
	if _, err := fmt.Sscan(in.Name, &parent); err != nil {
		return err
	}
	for _, line := range sandboxtest.Run(parent) {
		if err := out.Property("title", line); err != nil {
			return err
		}
	}
	return nil
}

// input says what it was given.
func input(_ context.Context, in document.Input, out document.Sink) error {
	return out.Property("title", fmt.Sprintf("%q %q %q %q %d %d", in.Name, in.Type, in.Charset, in.Passwords, in.Size, in.Limits.Pages))
}

func wide(_ context.Context, _ document.Input, out document.Sink) error {
	cells := make([]document.Cell, 5)
	for i := range cells {
		cells[i].Text = strings.Repeat("x", 4<<20)
	}
	return out.Row(document.Row{Table: "t", Number: 1, Cells: cells})
}

func refuse(context.Context, document.Input, document.Sink) error {
	return fmt.Errorf("open: %w", &document.Refusal{Code: document.Protected, Reason: "it is\nlocked", Retry: "give its password"})
}

func fail(context.Context, document.Input, document.Sink) error {
	return fmt.Errorf("stream: %w", overt.Errorf(overt.Invalid, "object 7", "ends \x1b[31mearly"))
}

// left leaves something behind that goes on speaking.
func left(_ context.Context, _ document.Input, out document.Sink) error {
	go func() {
		for out.Property("title", "still here") == nil {
			runtime.Gosched()
		}
	}()
	return nil
}

func hungry(context.Context, document.Input, document.Sink) error {
	var kept [][]byte
	for {
		kept = append(kept, []byte(strings.Repeat("x", 1<<20)))
		if len(kept) > 1<<20 {
			return nil
		}
	}
}

func pages(_ context.Context, in document.Input, out document.Sink) error {
	var n int
	if _, err := fmt.Sscan(in.Name, &n); err != nil {
		return err
	}
	p := document.Page{Text: strings.Repeat("A page of three thousand characters in words. ", 65), Width: 595, Height: 842, Origin: document.Letters}
	for at := 0; at+6 < len(p.Text); at += 6 {
		p.Boxes = append(p.Boxes, document.Box{Start: at, End: at + 5, Left: 10, Top: 20, Right: 30, Bottom: 40})
	}
	for i := range n {
		p.Number = i + 1
		if err := out.Page(p); err != nil {
			return err
		}
	}
	return nil
}

func members(_ context.Context, _ document.Input, out document.Sink) error {
	w, err := out.Member(document.Member{Path: "zeros", Role: document.Packed, Size: -1})
	zeros := make([]byte, 1<<20)
	for err == nil {
		_, err = w.Write(zeros)
	}
	return err
}

func confinable(t testing.TB) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("nothing confines a process on this system")
	}
	if withCgo {
		t.Skip("a worker needs a program without cgo: CGO_ENABLED=0")
	}
}

func pool(t testing.TB, cfg sandbox.Config) *Pool {
	t.Helper()
	confinable(t)
	p := New(cfg)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// TestRoundTrip: what a reader says through a worker is what it says here.
func TestRoundTrip(t *testing.T) {
	p := pool(t, sandbox.Config{})
	for i := range 40 {
		data := fmt.Appendf(nil, "document %d", i)
		want := documenttest.Read(t.Context(), testReaders["test/random"], data, document.Input{})
		got := documenttest.Read(t.Context(), p.Reader("k"), data, document.Input{Type: "test/random"})
		if want.String() != got.String() {
			t.Fatalf("document %d: got\n%s\nwant\n%s", i, got, want)
		}
		for j := range want.Pages {
			if fmt.Sprint(want.Pages[j]) != fmt.Sprint(got.Pages[j]) {
				t.Fatalf("document %d: page %d differs", i, j)
			}
		}
		for j := range want.Images {
			if string(want.Images[j].PNG) != string(got.Images[j].PNG) {
				t.Fatalf("document %d: image %d differs", i, j)
			}
		}
	}
}

// TestExample: the example reads its input through the pipe; another dataset has
// another worker.
func TestExample(t *testing.T) {
	p := pool(t, sandbox.Config{Workers: 2})
	for _, key := range []string{"a", "b", "a"} {
		d := documenttest.Read(t.Context(), p.Reader(key), []byte("one\ntwo"), document.Input{Type: "text/lines"})
		if d.Err != nil || d.Text() != "one\ntwo\n" {
			t.Errorf("got %s", d)
		}
	}
	d := documenttest.Read(t.Context(), p.Reader("a"), []byte("x"), document.Input{
		Type: "test/input", Name: "a\xff\n.pdf", Charset: "utf-8", Passwords: []string{"p\xfe", ""}, Limits: document.Limits{Pages: 7},
	})
	if want := `"a\xff\n.pdf" "test/input" "utf-8" ["p\xfe" ""] 1 7`; d.Get("title") != want {
		t.Errorf("got %s, want %s", d.Get("title"), want)
	}
}

// TestDraw: of one page a picture comes, or a word why not, and nothing else.
func TestDraw(t *testing.T) {
	p := pool(t, sandbox.Config{})
	draw := func(typ string, page int) (document.Image, error) {
		return p.Draw(t.Context(), "a", document.Input{ReaderAt: strings.NewReader(""), Type: typ}, page, 700)
	}
	if i, err := draw("test/drawn", 7); err != nil || i.Page != 7 || i.Width != 700 || len(i.PNG) != 300_000+len(pngMagic) {
		t.Errorf("page %d, %d across, %d bytes: %v", i.Page, i.Width, len(i.PNG), err)
	}
	for _, tt := range []struct {
		typ  string
		page int
		code overt.Code
		want string
	}{
		{"text/lines", 1, overt.NotFound, "pages of text/lines are not drawn"},
		{"test/drawn", 0, overt.Invalid, "page 0"},
		{"test/drawn-other", 1, overt.Invalid, "said what cannot be"},
		{"test/drawn-script", 1, overt.Invalid, "said what cannot be"},
		{"test/drawn-words", 1, overt.Invalid, "said what cannot be"},
		{"test/drawn-twice", 1, overt.Invalid, "two pictures"},
	} {
		if i, err := draw(tt.typ, tt.page); overt.CodeOf(err) != tt.code || !strings.Contains(fmt.Sprint(err), tt.want) || len(i.PNG) > len(pngMagic)+20 {
			t.Errorf("%s: %v", tt.typ, err)
		}
	}
}

// TestProbes: no way out of a reader.
func TestProbes(t *testing.T) {
	p := pool(t, sandbox.Config{})
	d := documenttest.Read(t.Context(), p.Reader("a"), nil, document.Input{Type: "test/probes", Name: fmt.Sprint(os.Getpid())})
	if got := sandboxtest.Escapes(d.All("title"), os.Getpid()); len(got) > 0 || d.Err != nil {
		t.Errorf("%v; not refused:\n%s", d.Err, strings.Join(got, "\n"))
	}
}

// TestEndings: each way a reading can end is told from the others, and the next
// document is read.
func TestEndings(t *testing.T) {
	p := pool(t, sandbox.Config{Memory: 256 << 20, Deadline: 3 * time.Second})
	tests := []struct {
		typ  string
		code overt.Code
		want string
	}{
		{"test/none", overt.Invalid, "no reader knows test/none"},
		{"test/refuse", overt.Invalid, "it is locked"},
		{"test/fail", overt.Invalid, "stream: object 7: ends  [31mearly"},
		{"test/panic", overt.Internal, "its reader broke down (it ended before its answer (exit status 2))"},
		{"test/wide", overt.Invalid, "one page or row of it is larger than is taken"},
		{"test/hungry", overt.Invalid, "reading it needs more memory than a reader may have (it needed more memory than it may have)"},
		{"test/members", overt.Invalid, "the document has more bytes inside than is read"},
		{"test/spin", overt.Invalid, "reading it took too long (it took longer than 3s)"},
	}
	for _, tt := range tests {
		d := documenttest.Read(t.Context(), p.Reader("a"), []byte("x"), document.Input{Type: tt.typ, Limits: document.Limits{Unpacked: 8 << 20}})
		if d.Err == nil || d.Err.Error() != tt.want || overt.CodeOf(d.Err) != tt.code {
			t.Errorf("%s: got %v (%s), want %s", tt.typ, d.Err, overt.CodeOf(d.Err), tt.want)
		}
		if strings.Contains(fmt.Sprint(d.Err), "secret") {
			t.Errorf("%s: the error holds what was read", tt.typ)
		}
	}
	var r *document.Refusal
	d := documenttest.Read(t.Context(), p.Reader("a"), nil, document.Input{Type: "test/refuse"})
	if !errors.As(d.Err, &r) || r.Code != document.Protected || r.Retry != "give its password" {
		t.Errorf("got %#v", d.Err)
	}
	for range 20 {
		left := documenttest.Read(t.Context(), p.Reader("a"), nil, document.Input{Type: "test/left"})
		d := documenttest.Read(t.Context(), p.Reader("a"), []byte("sound"), document.Input{Type: "text/lines"})
		if left.Err == nil && (d.Err != nil || d.Text() != "sound\n" || len(d.Properties) > 0) {
			t.Errorf("after one that was left: %s", d)
		}
	}
}

// TestStops: what the Sink and the context say ends the reading.
func TestStops(t *testing.T) {
	p := pool(t, sandbox.Config{})
	mine := errors.New("the disk is full")
	_, err := p.Read(t.Context(), "a", document.Input{
		Type: "test/pages", Name: "1000000", ReaderAt: strings.NewReader(""),
	}, stopper{document.Sink(nil), mine})
	if err != mine {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = p.Read(ctx, "a", document.Input{Type: "test/spin", ReaderAt: strings.NewReader("")}, nil)
	if err != context.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}

type stopper struct {
	document.Sink
	err error
}

func (s stopper) Page(document.Page) error { return s.err }

// TestNotConfined: a system that confines nothing reads no document.
func TestNotConfined(t *testing.T) {
	if !withCgo && runtime.GOOS == "linux" {
		t.Skip("this program can be confined")
	}
	p := New(sandbox.Config{})
	defer p.Close()
	d := documenttest.Read(t.Context(), p.Reader("a"), []byte("x"), document.Input{Type: "text/lines"})
	var f *Failure
	if !errors.As(d.Err, &f) || f.What != sandbox.NotConfined || overt.CodeOf(d.Err) != overt.Unavailable {
		t.Errorf("got %v", d.Err)
	}
}
