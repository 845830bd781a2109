package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/driver/memory"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
	"overt/thread"
)

// A letter is a message of a random mailbox, told under some datasets.
type letter struct {
	doc  ftm.EntityID
	head thread.Head
	told []string
}

// randomMailbox makes a mailbox in which ids repeat, lead in circles, to messages that
// are not there and to hidden ones.
func randomMailbox(r *rand.Rand) []letter {
	var out []letter
	for i := range 3 + r.IntN(10) {
		l := letter{doc: ftm.EntityID(fmt.Sprintf("doc-%02d", i))}
		l.head = thread.Head{
			ID: fmt.Sprintf("m%d", r.IntN(10)), From: []string{"ada@a.example.org", "bob@b.example.org"}[r.IntN(2)],
			Subject: []string{"plan", "Re: plan", "AW: Re[2]: Plan", "ferry"}[r.IntN(4)], Date: fmt.Sprintf("2024-01-%02d", 1+r.IntN(20)),
		}
		for range r.IntN(4) {
			if id := fmt.Sprintf("m%d", r.IntN(13)); !slices.Contains(l.head.InReplyTo, id) {
				l.head.InReplyTo = append(l.head.InReplyTo, id)
			}
		}
		if r.IntN(6) == 0 {
			l.head.ID = ""
		}
		for _, d := range []string{"a", "b", "c"} {
			if r.IntN(2) == 0 || d == "c" && l.told == nil {
				l.told = append(l.told, d)
			}
		}
		out = append(out, l)
	}
	return out
}

func (l *letter) statements() []statement.Statement {
	h := l.head
	out := []statement.Statement{{Prop: statement.PropID, Value: string(l.doc)}, {Prop: "from", Value: h.From}, {Prop: "subject", Value: h.Subject}, {Prop: "date", Value: h.Date}}
	if h.ID != "" {
		out = append(out, statement.Statement{Prop: "messageId", Value: h.ID})
	}
	for i, id := range h.InReplyTo {
		s := statement.Statement{Prop: "inReplyTo", Value: id}
		if i > 0 && i+1 == len(h.InReplyTo) {
			s.Quote = strings.Join(h.InReplyTo, " ")
		}
		out = append(out, s)
	}
	for i := range out {
		out[i].Schema = "Email"
	}
	return out
}

func keepLetters(t *testing.T, store statement.Store, all []letter) {
	t.Helper()
	for _, dataset := range []string{"a", "b", "c"} {
		spec := statement.RunSpec{
			Dataset: dataset, Format: "documents", Mapping: strings.Repeat("0", 64), Extent: statement.Window, Observed: "2024-02-01",
			Imported: "2024-02-01T00:00:00Z", Token: dataset, Actor: "test",
		}
		w, err := store.Begin(t.Context(), policytest.Datasets(dataset), spec)
		must(t, err)
		for _, l := range all {
			if slices.Contains(l.told, dataset) {
				must(t, w.Add(policy.Label{Dataset: dataset}, l.doc, l.statements()))
			}
		}
		_, err = w.Commit(t.Context())
		must(t, err)
	}
}

// expected is the conversation of a message among those that may be seen, found by
// putting all of them together.
func expected(seen []letter, doc ftm.EntityID) string {
	heads := make([]thread.Head, len(seen))
	for i, l := range seen {
		heads[i] = l.head
	}
	var b strings.Builder
	var write func(t *thread.Thread, depth int) bool
	write = func(t *thread.Thread, depth int) (found bool) {
		var docs []string
		for _, i := range append([]int{t.Message}, t.Copies...) {
			if i >= 0 {
				docs, found = append(docs, string(seen[i].doc)), found || seen[i].doc == doc
			}
		}
		fmt.Fprintln(&b, depth, docs, t.Missing, t.Guess)
		for _, a := range t.Answers {
			found = write(a, depth+1) || found
		}
		return found
	}
	for _, t := range thread.Build(heads) {
		b.Reset()
		if write(t, 0) {
			return b.String()
		}
	}
	return ""
}

func outlined(c *answer.Conversation) string {
	var b strings.Builder
	for _, m := range c.Messages {
		var docs []string
		if m.Document != nil {
			docs = append(docs, string(m.Document.ID))
		}
		for _, e := range m.Copies {
			docs = append(docs, string(e.ID))
		}
		fmt.Fprintln(&b, m.Depth, docs, m.Missing, m.Guess)
	}
	return b.String()
}

// What is told of a conversation is what would be told if only what may be seen
// were there: hidden messages join nothing, and are missing at most by an id that
// a visible one names.
func TestThreadScope(t *testing.T) {
	for seed := range uint64(100) {
		all := randomMailbox(rand.New(rand.NewPCG(seed, 7)))
		store := &memory.Store{}
		keepLetters(t, store, all)
		worker, err := store.View(t.Context(), policytest.Datasets("a", "b", "c"), statement.When{})
		must(t, err)
		path := filepath.Join(t.TempDir(), "graph")
		must(t, pipeline.Derive(t.Context(), worker, store.Epoch(), t.TempDir(), path))
		g, err := graph.Open(path)
		must(t, err)
		for _, scope := range [][]string{{"a"}, {"b"}, {"a", "b"}, {"a", "c"}, {"a", "b", "c"}} {
			view, err := store.View(t.Context(), policytest.Datasets(scope...), statement.When{})
			must(t, err)
			desk := &gate.Desk{View: view, Graph: g.View(view.Sight()), Scope: policytest.Datasets(scope...)}
			seen := slices.DeleteFunc(slices.Clone(all), func(l letter) bool {
				return !slices.ContainsFunc(l.told, func(d string) bool { return slices.Contains(scope, d) })
			})
			for _, l := range all {
				c, err := answer.ReadThread(t.Context(), desk, string(l.doc))
				if !slices.ContainsFunc(seen, func(s letter) bool { return s.doc == l.doc }) {
					if overt.CodeOf(err) != overt.NotFound {
						t.Fatalf("seed %d, scope %v: %s is hidden, and the answer is %v", seed, scope, l.doc, err)
					}
					continue
				}
				must(t, err)
				if got, want := outlined(c), expected(seen, l.doc); got != want {
					t.Fatalf("seed %d, scope %v, thread of %s:\n%s\nwant\n%s", seed, scope, l.doc, got, want)
				}
			}
			must(t, view.Close())
		}
		must(t, g.Close())
	}
}
