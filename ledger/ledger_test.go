package ledger

import (
	"strings"
	"testing"
	"unicode/utf8"

	"overt"
)

func TestCut(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"short", "abc", "abc"},
		{"at the limit", "0123456789", "0123456789"},
		{"over it", "0123456789a", "0123456…"},
		{"inside a character", "012345é789a", "012345…"},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		if got := cut(c.in, 10); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("abc")
	f.Add(strings.Repeat("é", 600))
	f.Add("\xff\xfe\x80")
	f.Fuzz(func(t *testing.T, s string) {
		got := cut(s, 64)
		if len(got) > 64 || !utf8.ValidString(got) {
			t.Errorf("%q became %q of %d bytes", s, got, len(got))
		}
	})
}

func TestApplyKeepsTheSize(t *testing.T) {
	e := Entry{Outcome: Outcome{Blob: "ab", Size: 5, Format: "csv"}}
	e.Apply(Outcome{Verdict: Read})
	if e.Blob != "ab" || e.Size != 5 || e.Format != "csv" {
		t.Errorf("blob %q, size %d, format %q", e.Blob, e.Size, e.Format)
	}
	e.Apply(Outcome{Verdict: Read, Blob: "cd", Size: 3})
	if e.Blob != "cd" || e.Size != 3 {
		t.Errorf("blob %q, size %d", e.Blob, e.Size)
	}
}

// Every verdict that is made here must be one that Settle would take.
func TestMadeOutcomesAreTrue(t *testing.T) {
	e := Entry{Source: "x.csv", Outcome: Outcome{Verdict: Waiting, Received: 5, Read: 4, LeftOut: 1}}
	if err := Interrupted(e).Check(); err != nil {
		t.Errorf("interrupted: %v", err)
	}
	e.Outcome = Outcome{Verdict: Waiting}
	for _, c := range []struct{ left, fatal int64 }{{0, 0}, {3, 0}, {3, 2}} {
		o := Recovered(e, "", overt.RunID(1), c.left, c.fatal)
		if err := o.Check(); err != nil {
			t.Errorf("%d left, %d fatal: %v", c.left, c.fatal, err)
		}
		if err := o.Fits(c.left, c.fatal); err != nil {
			t.Errorf("%d left, %d fatal: %v", c.left, c.fatal, err)
		}
	}
}
