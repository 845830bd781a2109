package document_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
)

type saying func(document.Sink) error

func (f saying) Read(_ context.Context, _ document.Input, out document.Sink) error { return f(out) }

func member(out document.Sink, m document.Member, n int, parts int) error {
	w, err := out.Member(m)
	if err != nil {
		return err
	}
	for range parts {
		if _, err := w.Write(make([]byte, n)); err != nil {
			return err
		}
	}
	return w.Close()
}

// A reader that was taken over can say anything: what cannot be is refused, and
// what is too much ends.
func TestChecked(t *testing.T) {
	page := func(p document.Page) saying {
		return func(out document.Sink) error { return out.Page(p) }
	}
	nan := float32(math.NaN())
	packed := document.Member{Path: "a", Role: document.Packed, Size: -1}
	small := document.Limits{Pages: 3, Text: 100, PageText: 50, Boxes: 2, Cells: 4, Members: 2, Unpacked: 1000, Ratio: 10, RatioFrom: 100, Pixels: 100, Properties: 2}
	tests := []struct {
		name string
		say  saying
		code string // of a Refusal, "cannot be", or "" for what is fine
	}{
		{"a page", page(document.Page{Number: 1, Text: "a\nb\tc", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 1}, {Start: 2, End: 5}}}), ""},
		{"page 0", page(document.Page{Origin: document.Letters}), "cannot be"},
		{"page -1", page(document.Page{Number: -1, Origin: document.Letters}), "cannot be"},
		{"page 4 of 3", page(document.Page{Number: 4, Origin: document.Letters}), document.TooMuch},
		{"the same page twice", func(out document.Sink) error {
			return errors.Join(out.Page(document.Page{Number: 1, Origin: document.Letters}), out.Page(document.Page{Number: 1, Origin: document.Letters}))
		}, "cannot be"},
		{"no origin", page(document.Page{Number: 1}), "cannot be"},
		{"text that is no UTF-8", page(document.Page{Number: 1, Text: "\xff", Origin: document.Letters}), "cannot be"},
		{"text with an escape", page(document.Page{Number: 1, Text: "\x1b[2J", Origin: document.Letters}), "cannot be"},
		{"too much text on a page", page(document.Page{Number: 1, Text: strings.Repeat("x", 51), Origin: document.Letters}), document.TooMuch},
		{"too much text", func(out document.Sink) error {
			for n := range 3 {
				if err := out.Page(document.Page{Number: n + 1, Text: strings.Repeat("x", 40), Origin: document.Letters}); err != nil {
					return err
				}
			}
			return nil
		}, document.TooMuch},
		{"a box past the text", page(document.Page{Number: 1, Text: "é", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 2}}}), "cannot be"},
		{"boxes that overlap", page(document.Page{Number: 1, Text: "abc", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 2}, {Start: 1, End: 3}}}), "cannot be"},
		{"a box nowhere", page(document.Page{Number: 1, Text: "abc", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 2, Left: nan}}}), "cannot be"},
		{"too many boxes", page(document.Page{Number: 1, Text: "abc", Origin: document.Letters, Boxes: []document.Box{{Start: 0, End: 1}, {Start: 1, End: 2}, {Start: 2, End: 3}}}), document.TooMuch},
		{"a page without measure", page(document.Page{Number: 1, Width: nan, Origin: document.Letters}), "cannot be"},
		{"more than sure", page(document.Page{Number: 1, Confidence: 1.5, Origin: document.Recognised}), "cannot be"},
		{"a row", func(out document.Sink) error {
			return out.Row(document.Row{Table: "t", Number: 1, Cells: []document.Cell{{Text: "x"}}})
		}, ""},
		{"row 0", func(out document.Sink) error { return out.Row(document.Row{Table: "t"}) }, "cannot be"},
		{"a cell that ends before it starts", func(out document.Sink) error {
			return out.Row(document.Row{Table: "t", Number: 1, Cells: []document.Cell{{Start: 3, End: 2}}})
		}, "cannot be"},
		{"too many cells", func(out document.Sink) error {
			return out.Row(document.Row{Table: "t", Number: 1, Cells: make([]document.Cell, 4)})
		}, document.TooMuch},
		{"a picture", func(out document.Sink) error { return out.Image(document.Image{Page: 1, Width: 10, Height: 10}) }, ""},
		{"a picture too large", func(out document.Sink) error { return out.Image(document.Image{Page: 1, Width: 10, Height: 11}) }, document.TooMuch},
		{"a picture whose size overflows", func(out document.Sink) error {
			return out.Image(document.Image{Page: 1, Width: math.MaxInt, Height: math.MaxInt})
		}, document.TooMuch},
		{"a picture without width", func(out document.Sink) error { return out.Image(document.Image{Page: 1, Height: 10}) }, "cannot be"},
		{"a member", func(out document.Sink) error { return member(out, packed, 10, 1) }, ""},
		{"a member without a role", func(out document.Sink) error { return member(out, document.Member{}, 1, 1) }, "cannot be"},
		{"too many members", func(out document.Sink) error {
			return errors.Join(member(out, packed, 1, 1), member(out, packed, 1, 1), member(out, packed, 1, 1))
		}, document.TooMuch},
		{"bytes for bytes more than is likely", func(out document.Sink) error { return member(out, packed, 50, 6) }, document.TooMuch},
		{"something within a member", func(out document.Sink) error {
			if _, err := out.Member(packed); err != nil {
				return err
			}
			return out.Property("title", "x")
		}, "cannot be"},
		{"too many properties", func(out document.Sink) error {
			return errors.Join(out.Property("a", "1"), out.Property("a", "2"), out.Property("a", "3"))
		}, document.TooMuch},
		{"a gap without a code", func(out document.Sink) error { return out.Gap(document.Gap{Reason: "x"}) }, "cannot be"},
		{"notes without end", func(out document.Sink) error {
			for {
				if err := out.Note(document.Note{Code: "macros"}); err != nil {
					return err
				}
			}
		}, document.TooMuch},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := documenttest.Read(t.Context(), tt.say, make([]byte, 20), document.Input{Limits: small})
			var refusal *document.Refusal
			switch {
			case tt.code == "":
				if d.Err != nil {
					t.Fatal(d.Err)
				}
			case tt.code == "cannot be":
				if overt.CodeOf(d.Err) != overt.Invalid || errors.As(d.Err, &refusal) {
					t.Fatalf("got %v, want what cannot be", d.Err)
				}
			case !errors.As(d.Err, &refusal) || refusal.Code != tt.code:
				t.Fatalf("got %v, want %s", d.Err, tt.code)
			}
		})
	}
}

// What a member wrote is not the next one's.
func TestMembersEnd(t *testing.T) {
	d := documenttest.Read(t.Context(), saying(func(out document.Sink) error {
		m := document.Member{Path: "a", Role: document.Packed}
		w, err := out.Member(m)
		if err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		_, err = w.Write([]byte("late"))
		return err
	}), nil, document.Input{})
	if overt.CodeOf(d.Err) != overt.Invalid || len(d.Members) != 1 || len(d.Members[0].Bytes) != 0 {
		t.Errorf("got %v, %v", d.Err, d.Members)
	}
}
