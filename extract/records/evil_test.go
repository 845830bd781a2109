package records

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/internal/sandbox"
	"overt/internal/sandbox/sandboxtest"
	"overt/internal/wire"
)

// probes tries to get out.
func probes(c *sandbox.Conn) error {
	m, err := c.Receive()
	if err != nil {
		return err
	}
	return c.Send([]byte(strings.Join(sandboxtest.Run(int(m[0])|int(m[1])<<8|int(m[2])<<16), "\n")))
}

// a worker that was taken over says these things after it was asked to open.
var evil = map[string]func(c *sandbox.Conn){
	"evil-nothing":    func(c *sandbox.Conn) { _ = c.Send() },
	"evil-word":       func(c *sandbox.Conn) { _ = c.Send([]byte("?")) },
	"evil-done":       func(c *sandbox.Conn) { _ = c.Send([]byte("d{")) },
	"evil-records":    func(c *sandbox.Conn) { _ = c.Send([]byte("r\x00")) },
	"evil-bytes":      func(c *sandbox.Conn) { _ = c.Send([]byte("yabc")) },
	"evil-columns":    func(c *sandbox.Conn) { _ = c.Send([]byte("c{}")) },
	"evil-room":       func(c *sandbox.Conn) { _ = c.Send([]byte("p\x05abc")) },
	"evil-room-name":  func(c *sandbox.Conn) { _ = c.Send([]byte("p")) },
	"evil-read":       func(c *sandbox.Conn) { _, _ = c.InputAt(7<<regionBits, 10).ReadAt(make([]byte, 10), 0) },
	"evil-read-past":  func(c *sandbox.Conn) { _, _ = c.InputAt(1000, 10).ReadAt(make([]byte, 10), 0) },
	"evil-read-wrong": func(c *sandbox.Conn) { _, _ = c.InputAt(math.MaxInt64-20, 10).ReadAt(make([]byte, 10), 0) },
	"evil-fill": func(c *sandbox.Conn) {
		_ = c.Send([]byte("k"))
		if _, err := c.Receive(); err != nil {
			return
		}
		piece := append([]byte("p\x01"), make([]byte, 200)...)
		for c.Send(piece) == nil {
		}
	},
	"evil-after": func(c *sandbox.Conn) {
		_ = c.Send([]byte("d{}"))
		_ = c.Send([]byte("d{}"))
	},
	"evil-crash":  func(*sandbox.Conn) { panic("secret") },
	"evil-silent": func(*sandbox.Conn) { time.Sleep(time.Hour) },
	"evil-memory": func(*sandbox.Conn) {
		var all [][]byte
		for {
			b := make([]byte, 64<<20)
			for i := range b {
				b[i] = 1
			}
			all = append(all, b)
			_ = all
		}
	},
}

// TestEvil: whatever a worker says, it is ended, and the error names the file and
// nothing of its contents.
func TestEvil(t *testing.T) {
	for name := range evil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pool(t, sandbox.Config{Kind: name, Patience: 2 * time.Second, Memory: 256 << 20})
			small := extract.Limits{Total: 4000, Ratio: 2, RatioFrom: 100}
			_, err := p.Opener("x").Open(t.Context(), source("f.csv", []byte("a,b\n1,2\n")), open.Options{Limits: small})
			var f *Failure
			var e *overt.Error
			if !errors.As(err, &f) || !errors.As(err, &e) || e.Where != "f.csv" || strings.Contains(err.Error(), "secret") {
				t.Fatalf("%v", err)
			}
			want := map[string]sandbox.What{
				"evil-crash": sandbox.Crashed, "evil-silent": sandbox.OverTime, "evil-memory": sandbox.OverMemory, "evil-fill": sandbox.OverOutput,
			}[name]
			if want == "" {
				want = sandbox.Garbled
			}
			if f.What != want && !(withCgo && name == "evil-memory") {
				t.Errorf("%s: %v", f.What, err)
			}
		})
	}
}

// outlines answers every question with one part, and with what the file says of it.
func outlines(c *sandbox.Conn) error {
	for {
		m, err := c.Receive()
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(m[1:], &q); err != nil {
			return err
		}
		said := make([]byte, q.Size)
		if _, err := c.InputAt(0, q.Size).ReadAt(said, 0); err != nil {
			return err
		}
		if err := c.Send([]byte(`d{"parts":[{"text":true}]`), said, []byte("}")); err != nil {
			return err
		}
	}
}

// TestEvilOutline: an answer to what was not asked, or past the bounds, is none.
func TestEvilOutline(t *testing.T) {
	o := pool(t, sandbox.Config{Kind: "outlines"}).Opener("x")
	for said, ok := range map[string]bool{
		`,"outline":{"keys":["a"],"top":["d"]}`: true,
		`,"outline":{"keys":["secret"]}`:        false, `,"outline":{"keys":["a","a"]}`: false, `,"outline":{"keys":7}`: false, ` `: false,
		`,"outline":{"paths":["/` + strings.Repeat("x", extract.MaxNamed) + `"]}`: false,
		`,"outline":{"declared":[{"count":-1}]}`:                                  false,
		`,"outline":{"first":{"fields":{"secret":{"kind":"text"}}}}`:              false,
	} {
		parts, err := o.Open(t.Context(), source("f.json", []byte(said)), open.Options{})
		if err == nil && len(parts) == 1 {
			_, err = parts[0].Outline(t.Context(), sought)
		}
		var f *Failure
		if ok != (err == nil) || !ok && (!errors.As(err, &f) || f.What != sandbox.Garbled || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%.80s: %v", said, err)
		}
	}
}

// TestProbes: a worker of this kind finds no way out.
func TestProbes(t *testing.T) {
	if withCgo {
		t.Skip("a program with cgo cannot be confined")
	}
	if f := sandbox.Doctor(t.Context(), nil)[0]; !f.OK {
		t.Skip("this system does not confine: " + f.Found)
	}
	p := sandbox.NewPool(sandbox.Config{Kind: "probes"})
	defer func() { _ = p.Close() }()
	parent := os.Getpid()
	var lines []string
	_, err := p.Do(t.Context(), "x", sandbox.Input{}, func(c *sandbox.Conn) error {
		if err := c.Send([]byte{byte(parent), byte(parent >> 8), byte(parent >> 16)}); err != nil {
			return err
		}
		m, err := c.Receive()
		lines = strings.Split(string(m), "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if out := sandboxtest.Escapes(lines, parent); len(out) > 0 {
		t.Errorf("ways out: %q", out)
	}
}

// TestKilled: a worker that ends amid the records gives an error with the place
// of the last one; what came before stands.
func TestKilled(t *testing.T) {
	var b strings.Builder
	b.WriteString("a,b\n")
	for i := range 200_000 {
		fmt.Fprintf(&b, "%d,x\n", i)
	}
	p := pool(t, sandbox.Config{Output: 1 << 20})
	parts, err := p.Opener("x").Open(t.Context(), source("f.csv", []byte(b.String())), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for rec, rerr := range parts[0].Reader.Records(t.Context(), "") {
		if err = rerr; rerr == nil {
			last = rec.At().Row
		}
	}
	var f *Failure
	if !errors.As(err, &f) || f.What != sandbox.OverOutput || !strings.Contains(err.Error(), "f.csv: it unpacks to more than is taken") ||
		!strings.HasSuffix(err.Error(), fmt.Sprintf("row %d", last)) || last < 1000 {
		t.Errorf("after row %d: %v", last, err)
	}
}

// FuzzBatch: what a worker may say of records gives records within the limits, or
// a mistake.
func FuzzBatch(f *testing.F) {
	var p packer
	cols := extract.NewColumns("t", []string{"a", "b"})
	seed, _ := p.append(nil, cols.Texts(1, []string{"x", "ä"}))
	seed, _ = p.append(seed, cols.Row(2, []extract.Value{{Text: "x", Raw: "y"}, {None: true}}))
	j := &extract.Joined{Tables: []string{"t", "u"}, Names: []string{"t.a", "u.b"}, Of: []int{0, 1}, Shown: []string{"a", "b"}}
	seed, _ = p.append(seed, j.Index().Row([]int64{1, 2}, []extract.Value{{Text: "x"}, {Text: "y"}}))
	seed = appendBad(seed, &extract.RowError{Where: overt.Locator{Row: 3}, Reason: "r", Raw: "x"})
	f.Add(seed)
	for _, text := range []string{`{"a":[1,null,{"b":"c"}]}`, `<r a="1"> x <b> y</b></r>`} {
		parts, err := open.Open(f.Context(), source("f", []byte(text)), open.Options{})
		if err != nil {
			f.Fatal(err)
		}
		for rec, err := range parts[0].Reader.Records(f.Context(), "") {
			if err != nil {
				f.Fatal(err)
			}
			b, ok := p.append(nil, rec)
			if !ok {
				f.Fatal("no form")
			}
			f.Add(b)
		}
	}
	limits := extract.Limits{Columns: 50, Subtree: 1 << 16, Depth: 20}
	f.Fuzz(func(t *testing.T, b []byte) {
		u, n := newUnpacker(limits), 0
		for r := wire.Read(b); r.More() && n < 1000; n++ {
			rec, bad := u.next(r)
			if rec == nil && bad == nil {
				if !r.Bad() {
					t.Fatal("nothing, and no mistake")
				}
				return
			}
			if rec == nil {
				continue
			}
			for _, c := range rec.Columns() {
				for _, cell := range rec.Cells(c) {
					if cell.Text != strings.ToValidUTF8(cell.Text, "") {
						t.Fatalf("%q is no text", cell.Text)
					}
				}
			}
			var q packer
			again, ok := q.append(nil, rec)
			if !ok {
				t.Fatal("it cannot be said again")
			}
			back, _ := newUnpacker(limits).next(wire.Read(again))
			if back == nil || back.At() != rec.At() {
				t.Fatalf("%v is said again as %v", rec.At(), back)
			}
		}
	})
}
