package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// draw writes threads as "a(b(c) d)"; a missing message is "-".
func draw(heads []Head, threads []*Thread) string {
	var b strings.Builder
	for i, t := range threads {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.Message < 0 {
			b.WriteByte('-')
		} else {
			b.WriteString(heads[t.Message].ID)
		}
		if len(t.Answers) > 0 {
			b.WriteString("(" + draw(heads, t.Answers) + ")")
		}
	}
	return b.String()
}

func TestThreads(t *testing.T) {
	for _, c := range []struct {
		name  string
		heads []Head
		want  string
	}{
		{"none", nil, ""},
		{"a chain", []Head{{"a", nil, "s", "2024-01-01"}, {"b", []string{"a"}, "Re: s", "2024-01-02"}, {"c", []string{"a", "b"}, "Re: s", "2024-01-03"}}, "a(b(c))"},
		{"two answers by date", []Head{{"a", nil, "", "2024-01-01"}, {"c", []string{"a"}, "", "2024-01-03"}, {"b", []string{"a"}, "", "2024-01-02"}}, "a(b c)"},
		{"zones count", []Head{{"a", nil, "", "2024-01-01T12:00:00+10:00"}, {"b", nil, "", "2024-01-01T03:00:00Z"}}, "a b"},
		{"a message between is missing", []Head{{"a", nil, "", "2024-01-01"}, {"c", []string{"a", "b"}, "", "2024-01-03"}}, "a(c)"},
		{"the first is missing, one answer", []Head{{"b", []string{"a"}, "", "2024-01-01"}}, "b"},
		{"the first is missing, two answers", []Head{{"b", []string{"a"}, "", "2024-01-01"}, {"c", []string{"a"}, "", "2024-01-02"}}, "-(b c)"},
		{"by subject", []Head{{"a", nil, "Plan", "2024-01-01"}, {"b", nil, "RE: AW: plan", "2024-01-02"}, {"c", nil, "Plan", "2024-01-03"}}, "a(b) c"},
		{"an answer before its question", []Head{{"b", nil, "Re: plan", "2024-01-01"}, {"a", nil, "plan", "2024-01-02"}}, "b a"},
		{"a circle", []Head{{"a", []string{"b"}, "", "2024-01-01"}, {"b", []string{"a"}, "", "2024-01-02"}}, "b(a)"},
		{"itself", []Head{{"a", []string{"a"}, "", "2024-01-01"}}, "a"},
		{"the same id twice", []Head{{"a", nil, "", "2024-01-01"}, {"a", nil, "", "2024-01-02"}, {"b", []string{"a"}, "", "2024-01-03"}}, "a(b) a"},
		{"no ids", []Head{{"", nil, "", ""}, {"", nil, "", "2024-01-01"}}, " "},
		{"what comes later moves nothing", []Head{{"a", nil, "", "2024-01-01"}, {"b", []string{"a"}, "", "2024-01-02"}, {"x", []string{"z", "b"}, "", "2024-01-03"}}, "a(b(x))"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := draw(c.heads, Threads(c.heads)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			back := slices.Clone(c.heads)
			slices.Reverse(back)
			if got := draw(back, Threads(back)); got != c.want && c.name != "no ids" {
				t.Errorf("in reverse: got %q, want %q", got, c.want)
			}
		})
	}
}

// Each message stands in exactly one place, however long the chains.
func TestThreadsWhole(t *testing.T) {
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
	for stack := Threads(heads); len(stack) > 0; {
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
