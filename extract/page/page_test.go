package page_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/page"
)

// sink keeps what it is given as lines; the n-th call fails when n is set.
type sink struct {
	said []string
	fail int
}

var errSink = errors.New("the disk is full")

func (s *sink) say(format string, args ...any) error {
	if s.said = append(s.said, fmt.Sprintf(format, args...)); len(s.said) == s.fail {
		return errSink
	}
	return nil
}

func (s *sink) Property(name, value string) error { return s.say("%s=%s", name, value) }
func (s *sink) Page(p document.Page) error        { return s.say("page %d %q %q", p.Number, p.Label, p.Text) }
func (s *sink) Gap(g document.Gap) error          { return s.say("gap %d %s", g.Page, g.Code) }
func (s *sink) Image(i document.Image) error      { return s.say("image %d", i.Page) }
func (s *sink) Note(n document.Note) error        { return s.say("note %s", n.Code) }

func (s *sink) Row(r document.Row) error {
	return s.say("row %d of %s on %d %v", r.Number, r.Table, r.Page, r.Cells)
}

func (s *sink) Member(m document.Member) (io.WriteCloser, error) {
	return nil, s.say("member %s", m.Path)
}

func write(t *testing.T, lim document.Limits, do func(w *page.Writer) error) []string {
	t.Helper()
	var s sink
	w := page.New(page.NewTap(t.Context(), &s), lim.WithDefaults())
	if err := errors.Join(do(w), w.End()); err != nil {
		t.Fatal(err)
	}
	return s.said
}

func TestWriter(t *testing.T) {
	for name, c := range map[string]struct {
		lim  document.Limits
		do   func(w *page.Writer) error
		want []string
	}{
		"nothing":    {do: func(*page.Writer) error { return nil }},
		"only white": {do: func(w *page.Writer) error { w.Put(" \n"); return nil }},
		"pinned":     {do: func(w *page.Writer) error { return w.Begin("Slide\n1", true) }, want: []string{`page 1 "Slide 1" ""`}},
		"lines": {do: func(w *page.Writer) error {
			w.Line()
			w.Put("a")
			w.Line()
			w.Line()
			w.Put("b\r\nc\x00")
			return nil
		}, want: []string{`page 1 "" "a\nb\nc"`}},
		"foot":       {do: func(w *page.Writer) error { w.Under("note %d", 1); w.Put("text\n\n"); return nil }, want: []string{`page 1 "" "text\nnote 1"`}},
		"foot alone": {do: func(w *page.Writer) error { w.Under("note"); return nil }, want: []string{`page 1 "" "note"`}},
		"aside":      {do: func(w *page.Writer) error { w.Lead(); w.Put("x\n"); s := w.Back(); w.Put("[" + s + "]"); return nil }, want: []string{`page 1 "" "[x]"`}},
		"row": {do: func(w *page.Writer) error {
			w.Put("é")
			w.Row("t", 7, []string{"a\n", "b\nc"})
			w.Row("t", 8, []string{"", ""})
			return nil
		}, want: []string{`page 1 "" "é\na\tb c"`, "row 7 of t on 1 [{a 2 3} {b c 4 7}]"}},
		"row at end": {do: func(w *page.Writer) error { w.Row("t", 1, []string{"a", ""}); return nil }, want: []string{`page 1 "" "a"`, "row 1 of t on 1 [{a 0 1} { 1 1}]"}},
		"no table":   {do: func(w *page.Writer) error { w.Row("", 1, []string{"a", "b"}); return nil }, want: []string{`page 1 "" "a\tb"`}},
		"too much":   {lim: document.Limits{PageText: 8}, do: func(w *page.Writer) error { w.Put("12345"); w.Put("6789"); w.Under("more"); return nil }, want: []string{"gap 1 too-much", `page 1 "" "12345"`}},
		"grown":      {lim: document.Limits{PageText: 8}, do: func(w *page.Writer) error { w.Put("1234"); err := w.Full(); w.Put("5"); return err }, want: []string{`page 1 "" "1234"`, `page 2 "" "5"`}},
		"grown, aside": {lim: document.Limits{PageText: 8}, do: func(w *page.Writer) error {
			w.Put("1234")
			w.Lead()
			err := w.Full()
			w.Put("x")
			w.Put(w.Back())
			return err
		}, want: []string{`page 1 "" "1234x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := write(t, c.lim, c.do); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestAway: what a failed reading left aside does not swallow the rest.
func TestAway(t *testing.T) {
	got := write(t, document.Limits{}, func(w *page.Writer) error {
		s, err := w.Away(func() error { w.Put("kept"); w.Lead(); w.Put("lost"); return errSink })
		if !errors.Is(err, errSink) || s != "kept" || w.Aside() != 0 {
			t.Errorf("%q, %v, %d deep", s, err, w.Aside())
		}
		w.Put("after")
		return nil
	})
	if len(got) != 1 || got[0] != `page 1 "" "after"` {
		t.Error(got)
	}
}

func TestTooManyPages(t *testing.T) {
	var s sink
	w := page.New(page.NewTap(t.Context(), &s), document.Limits{Pages: 1}.WithDefaults())
	w.Put("a")
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	w.Put("b")
	if err := w.End(); !errors.Is(err, page.ErrTooMuch) {
		t.Error(err)
	}
}

// TestTap: the first error of a sink ends the reading, and stays.
func TestTap(t *testing.T) {
	s := sink{fail: 2}
	tap := page.NewTap(t.Context(), &s)
	if err := tap.Property("a", "b"); err != nil || tap.Err() != nil {
		t.Fatal(err, tap.Err())
	}
	if err := tap.Note(document.Note{Code: "x"}); !errors.Is(err, errSink) {
		t.Error(err)
	}
	if err := tap.Gap(document.Gap{}); err != nil || !errors.Is(tap.Err(), errSink) {
		t.Error(err, tap.Err())
	}
	if _, err := tap.Member(document.Member{Path: strings.Repeat("é", 4000)}); err != nil || len(s.said[3]) > 2<<10+16 || tap.Members != 1 {
		t.Error(err, len(s.said[3]), tap.Members)
	}
}
