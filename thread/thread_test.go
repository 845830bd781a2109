package thread

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// draw writes threads as "a(b(c) d)"; of what is missing its ids as "<x y>", of a
// message that is there more than once "a×2", of a guess "?a".
func draw(heads []Head, threads []*Thread) string {
	var b strings.Builder
	for i, t := range threads {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.Guess {
			b.WriteByte('?')
		}
		if t.Message < 0 {
			b.WriteString("<" + strings.Join(t.Missing, " ") + ">")
		} else {
			b.WriteString(heads[t.Message].ID)
		}
		if len(t.Copies) > 0 {
			fmt.Fprintf(&b, "×%d", len(t.Copies)+1)
		}
		if len(t.Answers) > 0 {
			b.WriteString("(" + draw(heads, t.Answers) + ")")
		}
	}
	return b.String()
}

func mail(id string, day int, answers ...string) Head {
	return Head{ID: id, InReplyTo: answers, Date: fmt.Sprintf("2024-01-%02d", day)}
}

func subject(id string, day int, subject string) Head {
	h := mail(id, day)
	h.Subject = subject
	return h
}

func TestBuild(t *testing.T) {
	for _, c := range []struct {
		name  string
		heads []Head
		want  string
	}{
		{"none", nil, ""},
		{"a chain", []Head{mail("a", 1), mail("b", 2, "a"), mail("c", 3, "a", "b")}, "a(b(c))"},
		{"two answers by date", []Head{mail("a", 1), mail("c", 3, "a"), mail("b", 2, "a")}, "a(b c)"},
		{"zones count", []Head{{ID: "a", Date: "2024-01-01T12:00:00+10:00"}, {ID: "b", Date: "2024-01-01T03:00:00Z"}}, "a b"},
		{"a message between is missing", []Head{mail("a", 1), mail("c", 3, "a", "b")}, "a(<b>(c))"},
		{"several are missing", []Head{mail("d", 1, "a", "b", "c")}, "<a b c>(d)"},
		{"two answers of a missing one", []Head{mail("b", 1, "a"), mail("c", 2, "a")}, "<a>(b c)"},
		{"a missing branch nobody answers", []Head{mail("a", 1), mail("b", 2, "a"), mail("c", 3, "x", "b"), mail("d", 4, "y", "x", "b")}, "a(b(c d))"},
		{"by subject", []Head{subject("a", 1, "Plan"), subject("b", 2, "RE: AW: plan"), subject("c", 3, "Plan")}, "a(?b) c"},
		{"ids go before subjects", []Head{subject("a", 1, "Plan"), {ID: "b", InReplyTo: []string{"x"}, Subject: "Re: plan", Date: "2024-01-02"}}, "a <x>(b)"},
		{"an answer before its question", []Head{subject("b", 1, "Re: plan"), subject("a", 2, "plan")}, "b a"},
		{"a circle", []Head{mail("a", 1, "b"), mail("b", 2, "a")}, "b(a)"},
		{"a circle of three", []Head{mail("a", 1, "c"), mail("b", 2, "a"), mail("c", 3, "b")}, "c(a(b))"},
		{"itself", []Head{mail("a", 1, "a")}, "a"},
		{"the same message twice", []Head{mail("a", 1), mail("a", 1), mail("b", 3, "a")}, "a×2(b)"},
		{"two messages under one id", []Head{mail("a", 1), mail("a", 2), mail("b", 3, "a")}, "a(b) a"},
		{"no ids", []Head{{}, {Date: "2024-01-01"}}, " "},
		{"empty ids are none", []Head{mail("a", 1), mail("b", 2, "a", "")}, "a(b)"},
		{"what comes later moves nothing", []Head{mail("a", 1), mail("b", 2, "a"), mail("x", 3, "z", "b")}, "a(b(x))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := draw(c.heads, Build(c.heads)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			back := slices.Clone(c.heads)
			slices.Reverse(back)
			if got := draw(back, Build(back)); got != c.want && c.name != "no ids" {
				t.Errorf("in reverse: got %q, want %q", got, c.want)
			}
		})
	}
}

// Each message stands in exactly one place, however long the chains.
func TestBuildWhole(t *testing.T) {
	var heads []Head
	for i := range 20_000 {
		h := Head{ID: fmt.Sprint(i), Date: fmt.Sprintf("2024-01-01T%02d:%02d:%02d", i/3600, i/60%60, i%60)}
		if i > 0 {
			h.InReplyTo = []string{fmt.Sprint(i - 1)}
		}
		if i%1000 == 0 {
			h.InReplyTo = []string{fmt.Sprint((i + 5000) % 20_000), "missing"}
		}
		heads = append(heads, h)
	}
	seen := make([]int, len(heads))
	for stack := Build(heads); len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1], n.Answers...)
		if n.Message >= 0 {
			seen[n.Message]++
		}
	}
	for i, n := range seen {
		if n != 1 {
			t.Fatalf("message %d stands in %d places", i, n)
		}
	}
}

func TestSubject(t *testing.T) {
	for in, want := range map[string]string{
		"Re: a": "a", "RE[2]: Fwd: a  b": "a b", "Re^3: a": "a", "Regards: a": "regards: a", "Antw: AW: x": "x", "回复: x": "x", "re:": "",
	} {
		if got, _ := Subject(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
