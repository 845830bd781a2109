package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/statement"
	"overt/thread"
)

// A Conversation is what `thread` answers: the messages that belong together, as
// far as the scope shows them.
type Conversation struct {
	Taken *Found `json:"taken"`
	// Messages stand each before its answers, answers by date.
	Messages     []Message     `json:"messages"`
	Participants []Participant `json:"participants"` // who took part, the busiest first
	First        string        `json:"first,omitempty"`
	Last         string        `json:"last,omitempty"`
	Missing      int           `json:"missing"` // messages that others answer and that are not here
	Limits       []Limit       `json:"limits"`
}

// Records counts what the answer releases.
func (c *Conversation) Records() int { return len(c.Messages) }

// A Message is one of a conversation; one with Missing is known by its id alone.
type Message struct {
	Depth   int      `json:"depth"`             // 0 for the first
	Answers int      `json:"answers"`           // place in Messages of what it answers, -1 for the first
	Missing []string `json:"missing,omitempty"` // ids, each the answer to the one before
	// Guess says that the subject alone put it here.
	Guess bool `json:"guess,omitempty"`
	// Twice says that another message has the same id and says otherwise.
	Twice       bool             `json:"twice,omitempty"`
	Document    *Entity          `json:"document,omitempty"`
	Copies      []Entity         `json:"copies,omitempty"` // the same message, kept in other bytes
	MessageID   string           `json:"message_id,omitempty"`
	Date        string           `json:"date,omitempty"`
	From        []string         `json:"from,omitempty"`
	To          []string         `json:"to,omitempty"`
	Cc          []string         `json:"cc,omitempty"`
	Bcc         []string         `json:"bcc,omitempty"`
	Subject     string           `json:"subject,omitempty"`
	Attachments []Entity         `json:"attachments,omitempty"`
	Datasets    []string         `json:"datasets,omitempty"`
	Citations   []overt.Citation `json:"citations,omitempty"`
}

// A Participant wrote or was written to.
type Participant struct {
	Entity
	Sent     int `json:"sent"`
	Received int `json:"received"`
}

// maxThread is how many messages are put together for one answer, and maxSubjects
// how many subjects that begin with one sign of an answer are looked through.
const (
	maxThread   = 200_000
	maxSubjects = 1_000_000
)

// ReadThread gives the conversation that a message belongs to. words name it as in
// Find, or by its Message-ID. Errors: not_found; invalid (no message).
func ReadThread(ctx context.Context, d *gate.Desk, words string) (*Conversation, error) {
	f, err := findMessage(ctx, d, words)
	if err != nil {
		return nil, err
	}
	g := &gathering{d: d, at: map[ftm.EntityID]int{}, asked: map[string]bool{}, read: map[ftm.EntityID]thread.Head{}}
	if err := g.grow(ctx, []ftm.EntityID{f.ID}); err != nil {
		return nil, err
	}
	if _, ok := g.at[f.ID]; !ok {
		return nil, overt.Errorf(overt.Invalid, "", "%q is no message, but a %s", clip(f.Caption), f.Schema)
	}
	if err := g.guess(ctx, f.ID); err != nil {
		return nil, err
	}
	top, _ := g.thread(f.ID)
	out := &Conversation{Taken: f, Messages: []Message{}, Participants: []Participant{}, Limits: g.limits}
	if out.Limits == nil {
		out.Limits = []Limit{}
	}
	return out, g.tell(ctx, top, out)
}

// findMessage takes a Message-ID before all other words.
func findMessage(ctx context.Context, d *gate.Desk, words string) (*Found, error) {
	id := strings.Trim(strings.TrimSpace(words), "<>")
	ids, err := d.View.Lookup(ctx, statement.IdentKey("messageId", id))
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 && id != "" {
		return take(ctx, d, "message id", ids)
	}
	return find(ctx, d, words, []string{"Email"})
}

// A gathering collects the messages that ids or a subject tie together.
type gathering struct {
	d      *gate.Desk
	heads  []thread.Head
	docs   []ftm.EntityID
	at     map[ftm.EntityID]int // place of a document in heads
	asked  map[string]bool      // ids of messages that were looked up
	read   map[ftm.EntityID]thread.Head
	limits []Limit
}

// grow adds messages, and all that name one of them or are named by one, step by
// step. A step is taken in the order of ids, so that the limit cuts by what is seen
// alone.
func (g *gathering) grow(ctx context.Context, docs []ftm.EntityID) error {
	for len(docs) > 0 {
		var ids []string
		for _, doc := range unique(docs) {
			if _, known := g.at[doc]; known {
				continue
			}
			if len(g.docs) == maxThread {
				g.limit("messages", fmt.Sprintf("the conversation has more than %d messages; later ones are left out", maxThread))
				return nil
			}
			head, ok, err := g.head(ctx, doc)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			g.at[doc] = len(g.docs)
			g.docs, g.heads = append(g.docs, doc), append(g.heads, head)
			ids = append(append(ids, head.ID), head.InReplyTo...)
		}
		docs = nil
		for _, id := range unique(ids) {
			if id == "" || g.asked[id] {
				continue
			}
			g.asked[id] = true
			for _, prop := range []string{"messageId", "inReplyTo"} {
				found, err := g.d.View.Lookup(ctx, statement.IdentKey(prop, id))
				if err != nil {
					return err
				}
				docs = append(docs, found...)
			}
		}
	}
	return nil
}

func (g *gathering) limit(kind, text string) {
	if !slices.ContainsFunc(g.limits, func(l Limit) bool { return l.Kind == kind }) {
		g.limits = append(g.limits, Limit{Kind: kind, Text: text})
	}
}

// head reads what a document says of its place; ok is false for one that is no
// message.
func (g *gathering) head(ctx context.Context, doc ftm.EntityID) (h thread.Head, ok bool, err error) {
	if h, ok = g.read[doc]; ok {
		return h, true, nil
	}
	stmts, err := g.d.View.Entity(ctx, doc)
	if err != nil {
		return h, false, err
	}
	said, chain := map[string][]string{}, ""
	for _, s := range stmts {
		schema := ftm.Default().Schema(s.Schema)
		ok = ok || schema != nil && schema.IsA("Email")
		said[s.Prop] = append(said[s.Prop], s.Value)
		if s.Prop == "inReplyTo" {
			chain = max(chain, s.Quote)
		}
	}
	for prop := range said {
		said[prop] = unique(said[prop])
	}
	h = thread.Head{
		ID: first(said["messageId"]), From: strings.Join(said["from"], "\n"), Subject: first(said["subject"]), Date: first(said["date"]),
		InReplyTo: inOrder(said["inReplyTo"], strings.Fields(chain)),
	}
	if ok {
		g.read[doc] = h
	}
	return h, ok, nil
}

// inOrder gives ids in the order of a chain, those it lacks before.
func inOrder(ids, chain []string) []string {
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(slices.Index(chain, a), slices.Index(chain, b)) })
	return ids
}

// guess adds what no id joins and a subject may: messages that answer by their
// subject alone belong to the earliest thread that begins with it. Of others with
// the subject nothing depends.
func (g *gathering) guess(ctx context.Context, of ftm.EntityID) error {
	_, top := g.thread(of)
	if top.Message < 0 {
		return nil
	}
	root := g.docs[top.Message]
	base, answer := thread.Subject(g.heads[top.Message].Subject)
	begins, answers, err := g.subject(ctx, base)
	if err != nil {
		return err
	}
	for _, doc := range begins {
		if err := g.grow(ctx, []ftm.EntityID{doc}); err != nil {
			return err
		}
		if _, ok := g.at[doc]; !ok {
			return nil // past the limit
		}
		if t, _ := g.thread(doc); t.Message != g.at[doc] && !slices.Contains(t.Copies, g.at[doc]) {
			continue // others say that it answers something
		}
		if answer || doc == root {
			return g.grow(ctx, answers)
		}
		return nil
	}
	return nil
}

// subject finds the messages whose subject is base: those that begin with it, in
// the order of threads, and those that answer it and name no message.
func (g *gathering) subject(ctx context.Context, base string) (begins, answers []ftm.EntityID, err error) {
	keys, err := g.subjects(ctx, base)
	if err != nil {
		return nil, nil, err
	}
	heads := map[ftm.EntityID]thread.Head{}
	for _, k := range keys {
		found, err := g.d.View.Lookup(ctx, k)
		if err != nil {
			return nil, nil, err
		}
		for _, doc := range found {
			h, ok, err := g.head(ctx, doc)
			if err != nil {
				return nil, nil, err
			}
			same, answer := thread.Subject(h.Subject)
			switch {
			case !ok || same != base:
			case !answer:
				begins, heads[doc] = append(begins, doc), h
			case !slices.ContainsFunc(h.InReplyTo, func(id string) bool { return id != "" && id != h.ID }):
				answers = append(answers, doc)
			}
		}
	}
	begins = unique(begins)
	slices.SortStableFunc(begins, func(a, b ftm.EntityID) int {
		return cmp.Or(cmp.Compare(cmp.Or(heads[a].Date, "~"), cmp.Or(heads[b].Date, "~")), cmp.Compare(heads[a].ID, heads[b].ID))
	})
	return begins, answers, nil
}

// subjects are the keys of subjects that may be base behind signs of an answer.
func (g *gathering) subjects(ctx context.Context, base string) ([]string, error) {
	key := statement.NameKey(base)
	if key == "" {
		return nil, nil
	}
	keys := []string{key}
	for _, sign := range thread.Signs() {
		begin := statement.NameKey(sign)
		if begin == "" {
			continue
		}
		some, err := g.d.View.LookupPrefix(ctx, begin+" ", maxSubjects)
		if err != nil {
			return nil, err
		}
		if len(some) == maxSubjects {
			g.limit("subjects", fmt.Sprintf("more than %d subjects begin with %q; not all were compared", maxSubjects, sign))
		}
		for _, k := range some {
			// A key that was cut ends earlier; what the message says decides.
			if rest := k.Key[len(begin):]; strings.HasSuffix(rest, strings.TrimPrefix(key, "n:")) || len(k.Key) > 400 {
				keys = append(keys, k.Key)
			}
		}
	}
	return unique(keys), nil
}

// thread gives the conversation that holds a document, and the first message of the
// part of it that ids put together. Messages are put together
// in the order of their entities, which no hidden one can change.
func (g *gathering) thread(doc ftm.EntityID) (top, byIDs *thread.Thread) {
	slices.Sort(g.docs)
	heads := make([]thread.Head, len(g.docs))
	for i, d := range g.docs {
		heads[i] = g.heads[g.at[d]]
	}
	for i, d := range g.docs {
		g.at[d] = i
	}
	g.heads = heads
	type todo struct{ t, byIDs *thread.Thread }
	for _, top := range thread.Build(heads) {
		for stack := []todo{{top, top}}; len(stack) > 0; {
			next := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if next.t.Guess {
				next.byIDs = next.t
			}
			if next.t.Message == g.at[doc] || slices.Contains(next.t.Copies, g.at[doc]) {
				return top, next.byIDs
			}
			for _, a := range next.t.Answers {
				stack = append(stack, todo{a, next.byIDs})
			}
		}
	}
	return nil, nil // each message stands in a thread
}

// tell writes a thread out, each message before its answers.
func (g *gathering) tell(ctx context.Context, top *thread.Thread, out *Conversation) error {
	ids := map[string]int{}
	for _, h := range g.heads {
		ids[h.ID]++
	}
	people := map[ftm.EntityID]*Participant{}
	type todo struct {
		t             *thread.Thread
		depth, answer int
	}
	for stack := []todo{{top, 0, -1}}; len(stack) > 0; {
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		m := Message{Depth: next.depth, Answers: next.answer, Missing: next.t.Missing, Guess: next.t.Guess}
		if next.t.Message >= 0 {
			if err := g.message(ctx, next.t, &m, people); err != nil {
				return err
			}
			m.Twice = m.MessageID != "" && ids[m.MessageID] > 1+len(m.Copies)
			if m.Date != "" && (out.First == "" || m.Date < out.First) {
				out.First = m.Date
			}
			out.Last = max(out.Last, m.Date)
		}
		out.Missing += len(m.Missing)
		out.Messages = append(out.Messages, m)
		for _, a := range slices.Backward(next.t.Answers) {
			stack = append(stack, todo{a, next.depth + 1, len(out.Messages) - 1})
		}
	}
	for id, p := range people {
		said, schema, err := values(ctx, g.d, id)
		if err != nil {
			return err
		}
		p.Entity = Entity{id, cmp.Or(ftm.Default().Caption(schema, said), string(id)), schema}
		out.Participants = append(out.Participants, *p)
	}
	slices.SortFunc(out.Participants, func(a, b Participant) int {
		return cmp.Or(cmp.Compare(b.Sent+b.Received, a.Sent+a.Received), cmp.Compare(b.Sent, a.Sent), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

// message fills in what a message says of itself and what is attached to it.
func (g *gathering) message(ctx context.Context, t *thread.Thread, m *Message, people map[ftm.EntityID]*Participant) error {
	doc := g.docs[t.Message]
	stmts, err := g.d.View.Entity(ctx, doc)
	if err != nil {
		return err
	}
	said, schema := valuesOf(stmts)
	m.Document = &Entity{doc, cmp.Or(ftm.Default().Caption(schema, said), string(doc)), schema}
	m.MessageID, m.Date, m.Subject = first(said["messageId"]), first(said["date"]), first(said["subject"])
	m.From, m.To, m.Cc, m.Bcc = said["from"], said["to"], said["cc"], said["bcc"]
	for i := range stmts {
		if info, ok := g.d.View.Sight().Info(stmts[i].Class); ok && !slices.Contains(m.Datasets, info.Label.Dataset) {
			m.Datasets = append(m.Datasets, info.Label.Dataset)
		}
	}
	slices.Sort(m.Datasets)
	m.Citations = cite(g.d.View, slices.DeleteFunc(stmts, func(s statement.Statement) bool { return s.Prop != "messageId" && s.Prop != "from" }), 1)
	for _, c := range t.Copies {
		e, err := g.name(ctx, g.docs[c])
		if err != nil {
			return err
		}
		m.Copies = append(m.Copies, e)
	}
	for _, who := range []struct {
		prop  string
		count func(*Participant)
	}{{"emitters", func(p *Participant) { p.Sent++ }}, {"recipients", func(p *Participant) { p.Received++ }}} {
		for _, id := range said[who.prop] {
			p := people[ftm.EntityID(id)]
			if p == nil {
				p = &Participant{}
				people[ftm.EntityID(id)] = p
			}
			who.count(p)
		}
	}
	m.Attachments, err = g.attached(ctx, doc)
	return err
}

// attached are the files that a message holds.
func (g *gathering) attached(ctx context.Context, doc ftm.EntityID) ([]Entity, error) {
	var ids []ftm.EntityID
	for ref, err := range g.d.View.Inbound(ctx, doc) {
		if err != nil {
			return nil, err
		}
		if ref.Prop == "parent" {
			ids = append(ids, ref.Source)
		}
	}
	var out []Entity
	for _, id := range unique(ids) {
		e, err := g.name(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (g *gathering) name(ctx context.Context, id ftm.EntityID) (Entity, error) {
	said, schema, err := values(ctx, g.d, id)
	return Entity{id, cmp.Or(ftm.Default().Caption(schema, said), string(id)), schema}, err
}
