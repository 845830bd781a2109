package mail

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Head is what a message says of its place in a conversation.
type Head struct {
	ID string // Message-ID without brackets; may be empty, and may repeat
	// InReplyTo are the ids it follows, as the property has them: oldest first,
	// the one it answers last.
	InReplyTo []string
	Subject   string
	Date      string // RFC 3339 or a prefix; empty when not known
}

// A Thread is a message and what answers it.
type Thread struct {
	// Message is the index of a head; -1 for a message that others answer and
	// that is not there.
	Message int
	Answers []*Thread // by date, those without one last
}

// Threads puts messages together into conversations: each message stands in one
// thread, threads are sorted by their earliest date. What a message says it
// answers decides; messages that say nothing are joined by a subject that begins
// with "Re:". The answer does not depend on the order of heads but where two have
// the same id: then the first is answered.
//
// The method is Jamie Zawinski's (https://www.jwz.org/doc/threading.html), also
// RFC 5256, REFERENCES.
func Threads(heads []Head) []*Thread {
	t := &threading{heads: heads, byID: map[string]*node{}, dates: make([]string, len(heads))}
	order := make([]int, len(heads))
	for i, h := range heads {
		order[i], t.dates[i] = i, sortDate(h.Date)
	}
	// A later message's word about its ancestors yields to an earlier one's, so
	// that one that was forged later moves nothing.
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(t.dates[a], t.dates[b]), cmp.Compare(heads[a].ID, heads[b].ID))
	})
	for _, i := range order {
		t.place(i)
	}
	return t.build(t.bySubject(t.prune(t.roots())))
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
	message  int
	parent   *node
	children []*node
}

type threading struct {
	heads []Head
	dates []string // as they sort
	byID  map[string]*node
	all   []*node
}

func (t *threading) add(message int) *node {
	n := &node{message: message}
	t.all = append(t.all, n)
	return n
}

// get gives the node of an id, an empty one where no message is known yet.
func (t *threading) get(id string) *node {
	n := t.byID[id]
	if n == nil {
		n = t.add(-1)
		t.byID[id] = n
	}
	return n
}

// place links a message to its ancestors.
func (t *threading) place(i int) {
	h := t.heads[i]
	var n *node
	switch have := t.byID[h.ID]; {
	case h.ID == "":
		n = t.add(i)
	case have == nil:
		n = t.get(h.ID)
		n.message = i
	case have.message < 0:
		n = have
		n.message = i
	default: // a second copy: a message of its own, beside the first
		n = t.add(i)
	}
	var last *node
	for _, id := range h.InReplyTo {
		if id == h.ID || id == "" {
			continue
		}
		ancestor := t.get(id)
		if last != nil && ancestor.parent == nil {
			link(last, ancestor)
		}
		last = ancestor
	}
	if last != nil && n.parent != last && !under(n, last) {
		unlink(n)
		link(last, n)
	}
}

// link makes n an answer of parent unless that closed a circle.
func link(parent, n *node) {
	if n != parent && !under(n, parent) {
		n.parent = parent
		parent.children = append(parent.children, n)
	}
}

func unlink(n *node) {
	if n.parent != nil {
		n.parent.children = slices.DeleteFunc(n.parent.children, func(c *node) bool { return c == n })
		n.parent = nil
	}
}

// under says whether low is top, or answers it however far below.
func under(top, low *node) bool {
	if len(top.children) == 0 {
		return top == low
	}
	for ; low != nil; low = low.parent {
		if low == top {
			return true
		}
	}
	return false
}

func (t *threading) roots() []*node {
	var roots []*node
	for _, n := range t.all {
		if n.parent == nil {
			roots = append(roots, n)
		}
	}
	return roots
}

// prune drops messages that are not there and that nobody answers, and lets the
// only answer of one at the top stand for it.
func (t *threading) prune(roots []*node) []*node {
	var kept []*node
	for _, root := range roots {
		t.pruneBelow(root)
		switch {
		case root.message >= 0:
			kept = append(kept, root)
		case len(root.children) == 1:
			only := root.children[0]
			only.parent = nil
			kept = append(kept, only)
		case len(root.children) > 1:
			kept = append(kept, root)
		}
	}
	return kept
}

// pruneBelow lets the answers of a missing message stand in its place. It walks
// without recursion: chains can be as long as a header's references are many.
func (t *threading) pruneBelow(root *node) {
	var order []*node
	for stack := []*node{root}; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1], n.children...)
		order = append(order, n)
	}
	for _, n := range slices.Backward(order) {
		var children []*node
		for _, c := range n.children {
			if c.message >= 0 {
				children = append(children, c)
				continue
			}
			for _, below := range c.children {
				below.parent = n
				children = append(children, below)
			}
		}
		n.children = children
	}
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
		if to := first[subject]; answer && to != nil && to != n && n.message >= 0 && !t.answers(n) && t.date(to) <= t.date(n) {
			link(to, n)
			continue
		}
		kept = append(kept, n)
	}
	return kept
}

// answers says whether a message names what it answers.
func (t *threading) answers(n *node) bool {
	return len(t.heads[n.message].InReplyTo) > 0
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

// isAnswer knows the signs of the languages whose mail programs write their own.
func isAnswer(prefix string) bool {
	switch prefix {
	case "re", "fw", "fwd", "aw", "wg", "antw", "sv", "vs", "vb", "ref", "rv", "tr", "odp", "pd", "ynt", "ilt", "enc", "res", "rif", "r", "i", "doorst", "отв", "пер", "回复", "转发", "答复", "回覆", "轉寄":
		return true
	}
	return false
}

// date is the earliest of a thread, "~" when no message has one.
func (t *threading) date(n *node) string {
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

func (t *threading) id(n *node) string {
	if n.message >= 0 {
		return t.heads[n.message].ID
	}
	return ""
}

func (t *threading) sorted(nodes []*node) []*node {
	nodes = slices.Clone(nodes)
	slices.SortStableFunc(nodes, func(a, b *node) int {
		return cmp.Or(cmp.Compare(t.date(a), t.date(b)), cmp.Compare(t.id(a), t.id(b)), cmp.Compare(a.message, b.message))
	})
	return nodes
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
			thread := &Thread{Message: n.message}
			next.to.Answers = append(next.to.Answers, thread)
			if len(n.children) > 0 {
				stack = append(stack, todo{n.children, thread})
			}
		}
	}
	return top.Answers
}
