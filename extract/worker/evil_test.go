package worker

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/sandbox"
)

// evil are workers that were taken over: kinds by name, and what they say to any
// request.
var evil = map[string]func(say func([]byte)){
	"minus page": one(appendPage(nil, document.Page{Number: -1, Text: "x", Origin: document.Letters})),
	"page again": func(say func([]byte)) {
		for range 2 {
			say(appendPage(nil, document.Page{Number: 1, Text: "x", Origin: document.Letters}))
		}
	},
	"nan": one(appendPage(nil, document.Page{Number: 1, Width: float32(math.NaN()), Origin: document.Letters})),
	"10 GB of text": func(say func([]byte)) {
		m := []byte(strings.Repeat("x", 8<<20))
		for i := range 1280 {
			say(appendPage(nil, document.Page{Number: i + 1, Text: string(m), Origin: document.Letters}))
		}
	},
	"many boxes":   one(append(appendPage(nil, document.Page{Number: 1, Origin: document.Letters})[:20], 0xff, 0xff, 0xff, 0xff, 0x0f)),
	"many cells":   one(append(appendText([]byte{sayRow}, "t"), 2, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f)),
	"wide row":     one(appendRow(nil, document.Row{Table: "t", Number: 1, Cells: make([]document.Cell, maxCells+1)})),
	"boxed":        one(appendPage(nil, document.Page{Number: 1, Text: "x", Origin: document.Letters, Boxes: make([]document.Box, 200_001)})),
	"long text":    one([]byte{sayProperty, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
	"no word":      one([]byte{'?'}),
	"empty":        one([]byte{}),
	"half":         one([]byte{sayPage, 2}),
	"too long":     one(append(appendNote(nil, document.Note{Code: "x", Message: "y"}), 0)),
	"loose bytes":  one([]byte{sayBytes, 1}),
	"loose end":    one([]byte{sayEnd}),
	"huge picture": one(appendImage(nil, document.Image{Page: 1, Width: 60000, Height: 60000})),
	"tiny picture": one(appendInt(appendFloat(appendInt(appendInt(appendInt([]byte{sayImage}, 1), 2), 2), 72), 1<<40)),
	"cut picture": func(say func([]byte)) {
		say(appendImage(nil, document.Image{Page: 1, Width: 2, Height: 2, PNG: make([]byte, 10)}))
		say(appendNote(nil, document.Note{Code: "x"}))
	},
	"fat picture": func(say func([]byte)) {
		say(appendImage(nil, document.Image{Page: 1, Width: 2, Height: 2, PNG: make([]byte, 10)}))
		say(append([]byte{sayBytes}, make([]byte, 11)...))
	},
	"open member": func(say func([]byte)) {
		say(appendMember(nil, document.Member{Path: "a", Role: document.Packed}))
		say(appendNote(nil, document.Note{Code: "x"}))
	},
	"role":        one(appendMember(nil, document.Member{Path: "a", Role: "boss"})),
	"bad refusal": one(appendDone(nil, &document.Refusal{Code: "whatever", Reason: "x"})),
	"bad end":     one([]byte{sayDone, 9}),
	"no end":      one([]byte{sayDone}),
	"silence":     func(func([]byte)) { time.Sleep(time.Hour) },
	"never-ending": func(say func([]byte)) {
		m := append([]byte{sayBytes}, make([]byte, 1000)...)
		say(appendMember(nil, document.Member{Path: "a", Role: document.Packed}))
		for {
			say(m)
		}
	},
	"denied":     one(appendFailed([]byte{sayDone}, overt.Denied, errors.New("you may not"))),
	"hello":      one([]byte{sayDone, endWhole, 0}),
	"end, more":  func(say func([]byte)) { say([]byte{sayDone, endWhole}); say([]byte{sayDone, endWhole}) },
	"request":    one([]byte(`{"size":1}`)),
	"goes away":  func(func([]byte)) {},
	"bad string": one(appendProperty(nil, "title", "\xff")),
}

func one(m []byte) func(func([]byte)) { return func(say func([]byte)) { say(m) } }

// TestEvil: a worker that lies is ended, and nothing of its lie is let through.
func TestEvil(t *testing.T) {
	confinable(t)
	wants := map[string]string{
		"silence": "took too long", "never-ending": "more bytes inside", "10 GB of text": "more text than is read",
		"goes away": "broke down", "end, more": "something after its answer", "denied": "you may not",
	}
	for name := range evil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := New(sandbox.Config{Kind: name, Deadline: deadline(name)})
			defer p.Close()
			d := documenttest.Read(t.Context(), p.Reader("a"), []byte("x"), document.Input{
				Type: "text/lines", Limits: document.Limits{Unpacked: 1 << 20},
			})
			want := wants[name]
			if want == "" {
				want = "said what cannot be"
			}
			if d.Err == nil || !strings.Contains(d.Err.Error(), want) {
				t.Errorf("got %v, want %s", d.Err, want)
			}
			if overt.CodeOf(d.Err) == overt.Denied || overt.CodeOf(d.Err) == overt.Unavailable {
				t.Errorf("it chose its code: %s", overt.CodeOf(d.Err))
			}
		})
	}
}

func deadline(name string) time.Duration {
	if name == "silence" {
		return time.Second
	}
	return 0
}

// FuzzHear: whatever a worker says is said on or refused, and sizes nothing.
func FuzzHear(f *testing.F) {
	for name, words := range evil {
		if name == "silence" {
			continue
		}
		n := 0
		func() {
			defer func() { _ = recover() }() // of those that never end
			words(func(m []byte) {
				if n++; n > 2 || len(m) > 1<<16 {
					panic("enough")
				}
				f.Add(m)
			})
		}()
	}
	f.Add(appendPage(nil, document.Page{Number: 1, Text: "a b", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 1}}}))
	f.Add(appendRow(nil, document.Row{Table: "t", Number: 1, Cells: []document.Cell{{Text: "x"}}}))
	f.Add(appendGap(nil, document.Gap{Code: document.Damaged, Reason: "x"}))
	f.Fuzz(func(t *testing.T, m []byte) {
		limits := document.Limits{}.WithDefaults()
		h := &hearer{out: document.Checked(nowhere{}, limits, 1), limits: limits}
		_, _ = h.take(m)
		_, _ = h.take([]byte{sayBytes, 1})
		_, _ = h.take(m)
	})
}

// nowhere takes everything.
type nowhere struct{}

func (nowhere) Property(string, string) error { return nil }
func (nowhere) Page(document.Page) error      { return nil }
func (nowhere) Row(document.Row) error        { return nil }
func (nowhere) Image(document.Image) error    { return nil }
func (nowhere) Gap(document.Gap) error        { return nil }
func (nowhere) Note(document.Note) error      { return nil }
func (nowhere) Member(document.Member) (io.WriteCloser, error) {
	return nopCloser{io.Discard}, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// TestFields: each word is itself again, and no beginning of one is a word.
func TestFields(t *testing.T) {
	words := [][]byte{
		appendProperty(nil, "title", "x"),
		appendPage(nil, document.Page{Number: 1, Text: "a b", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 1}, {Start: 2, End: 3}}}),
		appendRow(nil, document.Row{Table: "t", Number: 1, Cells: []document.Cell{{Text: "x"}}}),
		appendMember(nil, document.Member{Path: "p", Role: document.Packed, Size: -1}),
		appendGap(nil, document.Gap{Code: document.Damaged, Reason: "x"}),
		appendNote(nil, document.Note{Code: "c", Message: "m"}),
		appendDone(nil, &document.Refusal{Code: document.Protected, Reason: "x"}),
	}
	limits := document.Limits{}.WithDefaults()
	for _, w := range words {
		for n := 1; n <= len(w); n++ {
			h := &hearer{out: nowhere{}, limits: limits}
			_, err := h.take(bytes.Clone(w[:n]))
			if half := err != nil && strings.Contains(err.Error(), "cannot be"); half != (n < len(w)) {
				t.Errorf("%q: %v", w[:n], err)
			}
		}
	}
}
