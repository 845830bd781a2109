// Package thread puts mails together into conversations. It works on what messages
// say of themselves and reads no bytes; whoever asks gives the messages that may be
// seen, and others do not exist.
package thread

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Head is what a message says of its place in a conversation.
type Head struct {
	ID string // Message-ID without brackets; may be empty, and may repeat
	// InReplyTo are the ids it follows: oldest first, the one it answers last.
	InReplyTo []string
	From      string // who wrote it, in any form that is equal for equal senders
	Subject   string
	Date      string // RFC 3339 or a prefix; empty when not known
}

// A Thread is a message and what answers it.
type Thread struct {
	// Message is the index of a head; -1 for messages that others answer and
	// that are not there.
	Message int
	// Copies are heads that are the same message once more: the same id, sender,
	// date and subject. Ascending.
	Copies []int
	// Missing are the ids of messages that are not there, each the answer to the
	// one before; empty where Message is one.
	Missing []string
	// Guess says that its subject alone put it here: no id did.
	Guess   bool
	Answers []*Thread // by date, those without one last
}

// Build puts messages together into conversations: each message stands in one
// thread, threads are sorted by their earliest date. What a message says it
// answers decides; messages that say nothing are joined by a subject that begins
// with "Re:", as a guess. The answer does not depend on the order of heads but
// where messages have the same id and date: then the first is answered.
//
// The method is Jamie Zawinski's (https://www.jwz.org/doc/threading.html), also
// RFC 5256, REFERENCES. It takes time in proportion to the ids that are named.
func Build(heads []Head) []*Thread {
	t := &threading{heads: heads, byID: map[string]*node{}, dates: make([]string, len(heads))}
	order := make([]int, len(heads))
	for i, h := range heads {
		order[i], t.dates[i] = i, sortDate(h.Date)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(t.dates[a], t.dates[b]), cmp.Compare(heads[a].ID, heads[b].ID))
	})
	// What a message says it answers itself goes before what others say of that,
	// and an earlier message's word before a later one's, so that one that was
	// forged later moves nothing.
	var placed []*node
	for _, i := range order {
		placed = append(placed, t.place(i))
	}
	for at, i := range order {
		if placed[at] != nil {
			t.answer(placed[at], heads[i])
		}
	}
	for _, i := range order {
		t.chain(heads[i])
	}
	return t.build(t.bySubject(t.roots()))
}

// sortDate is a date as one that sorts: in UTC, and past all others when there is
// none.
func sortDate(date string) string {
	if when, err := time.Parse(time.RFC3339, date); err == nil {
		return when.UTC().Format("2006-01-02T15:04:05")
	}
	return cmp.Or(date, "~")
}

type node struct {
	id       string
	message  int
	copies   []int
	guess    bool
	parent   *node
	children []*node
	tree     *node // towards a node that stands for the whole tree
}

// whole gives the node that stands for n's tree. Trees only grow together, so
// that a circle is seen without walking up to the root.
func (n *node) whole() *node {
	for n.tree != n {
		n.tree = n.tree.tree
		n = n.tree
	}
	return n
}

type threading struct {
	heads []Head
	dates []string // as they sort
	byID  map[string]*node
	all   []*node
}

func (t *threading) add(id string, message int) *node {
	n := &node{id: id, message: message}
	n.tree = n
	t.all = append(t.all, n)
	return n
}

// get gives the node of an id, an empty one where no message is known yet.
func (t *threading) get(id string) *node {
	n := t.byID[id]
	if n == nil {
		n = t.add(id, -1)
		t.byID[id] = n
	}
	return n
}

// place gives a message its node; nil for a copy, which has none of its own.
func (t *threading) place(i int) *node {
	h := t.heads[i]
	if h.ID == "" {
		return t.add("", i)
	}
	have := t.get(h.ID)
	switch {
	case have.message < 0:
		have.message = i
		return have
	case t.same(have.message, i):
		have.copies = append(have.copies, i)
		return nil
	}
	return t.add("", i) // another message under the same id, beside the first
}

func (t *threading) same(a, b int) bool {
	return t.dates[a] == t.dates[b] && t.heads[a].From == t.heads[b].From && t.heads[a].Subject == t.heads[b].Subject
}

// answer puts a message under the one it says it answers.
func (t *threading) answer(n *node, h Head) {
	for _, id := range slices.Backward(h.InReplyTo) {
		if id != "" && id != h.ID {
			link(t.get(id), n)
			return
		}
	}
}

// chain links the messages that a message follows, as far as they say nothing
// themselves.
func (t *threading) chain(h Head) {
	var last *node
	for _, id := range h.InReplyTo {
		if id == "" || id == h.ID {
			continue
		}
		n := t.get(id)
		if last != nil {
			link(last, n)
		}
		last = n
	}
}

// link makes n an answer of parent, unless it is one already or that closed a
// circle.
func link(parent, n *node) {
	if n.parent != nil || n.whole() == parent.whole() {
		return
	}
	n.parent = parent
	parent.children = append(parent.children, n)
	n.whole().tree = parent.whole()
}

// roots are the messages that answer none, without branches in which there is
// no message at all.
func (t *threading) roots() []*node {
	var order []*node
	for _, n := range t.all {
		if n.parent == nil {
			order = append(order, n)
		}
	}
	for i := 0; i < len(order); i++ {
		order = append(order, order[i].children...)
	}
	for _, n := range slices.Backward(order) {
		n.children = slices.DeleteFunc(n.children, func(c *node) bool { return c.message < 0 && len(c.children) == 0 })
	}
	return slices.DeleteFunc(order, func(n *node) bool { return n.parent != nil || n.message < 0 && len(n.children) == 0 })
}

// bySubject joins threads whose first message answers by its subject alone.
func (t *threading) bySubject(roots []*node) []*node {
	first := map[string]*node{}
	for _, n := range t.sorted(roots) {
		if subject, answer := t.subject(n); subject != "" && !answer && first[subject] == nil {
			first[subject] = n
		}
	}
	var kept []*node
	for _, n := range roots {
		subject, answer := t.subject(n)
		if to := first[subject]; answer && to != nil && !t.answers(n) && t.date(to) <= t.date(n) {
			link(to, n)
			n.guess = true
			continue
		}
		kept = append(kept, n)
	}
	return kept
}

// answers says whether a message names what it answers.
func (t *threading) answers(n *node) bool {
	h := t.heads[n.message]
	return slices.ContainsFunc(h.InReplyTo, func(id string) bool { return id != "" && id != h.ID })
}

func (t *threading) subject(n *node) (base string, answer bool) {
	if n.message < 0 {
		return "", false
	}
	return Subject(t.heads[n.message].Subject)
}

// Subject gives a subject without the signs that it is an answer or was passed
// on, in lower case; answer says whether there was one.
func Subject(s string) (base string, answer bool) {
	s = strings.ToLower(strings.Join(strings.Fields(s), " "))
	for {
		prefix, rest, found := strings.Cut(s, ":")
		if prefix, _, _ = strings.Cut(prefix, "["); !found || !isAnswer(strings.TrimRight(prefix, "0123456789^ ")) {
			return s, answer
		}
		s, answer = strings.TrimSpace(rest), true
	}
}

func isAnswer(prefix string) bool { return slices.Contains(signs, prefix) }

// signs are those of the languages whose mail programs write their own.
var signs = []string{
	"re", "fw", "fwd", "aw", "wg", "antw", "sv", "vs", "vb", "ref", "rv", "tr", "odp", "pd", "ynt", "ilt", "enc", "res", "rif", "r", "i", "doorst", "отв", "пер", "回复", "转发", "答复", "回覆", "轉寄",
}

// Signs are the words by which subjects say that they answer or pass on, in lower
// case.
func Signs() []string { return slices.Clone(signs) }

// date is the earliest of a thread, "~" when no message has one.
func (t *threading) date(n *node) string {
	for n.message < 0 && len(n.children) == 1 {
		n = n.children[0]
	}
	if n.message >= 0 {
		return t.dates[n.message]
	}
	date := "~"
	for _, c := range n.children {
		if c.message >= 0 {
			date = min(date, t.dates[c.message])
		}
	}
	return date
}

func (t *threading) sorted(nodes []*node) []*node {
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b *node) int {
		return cmp.Or(cmp.Compare(t.date(a), t.date(b)), cmp.Compare(t.id(a), t.id(b)), cmp.Compare(a.message, b.message))
	})
	return nodes
}

func (t *threading) id(n *node) string {
	if n.message >= 0 {
		return t.heads[n.message].ID
	}
	return n.id
}

func (t *threading) build(roots []*node) []*Thread {
	top := &Thread{}
	type todo struct {
		from []*node
		to   *Thread
	}
	for stack := []todo{{roots, top}}; len(stack) > 0; {
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, n := range t.sorted(next.from) {
			thread := &Thread{Message: n.message, Copies: n.copies, Guess: n.guess}
			for n.message < 0 {
				thread.Missing = append(thread.Missing, n.id)
				if len(n.children) != 1 || n.children[0].message >= 0 {
					break
				}
				n = n.children[0]
			}
			slices.Sort(thread.Copies)
			next.to.Answers = append(next.to.Answers, thread)
			if len(n.children) > 0 {
				stack = append(stack, todo{n.children, thread})
			}
		}
	}
	return top.Answers
}
