package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/statement"
)

// A Mention is something that a document seems to name: a suggestion until a
// person accepts it. Being named is not a payment, a contract or an identity.
type Mention struct {
	ID string `json:"id"` // of its first place, for accept and reject
	// Kind is known (the name of an entity), organization or person (proposed names),
	// the kind of a number or address (email, iban, lei, contract, …), amount or date.
	// The last two mean nobody, and are neither accepted nor rejected.
	Kind     mention.Kind `json:"kind"`
	Text     string       `json:"text"`  // as it is written there
	Value    string       `json:"value"` // of a number, amount or date, cleaned
	Currency string       `json:"currency,omitempty"`
	Doubt    string       `json:"doubt,omitempty"`
	Count    int          `json:"count"` // how often the document names it
	Pages    []int        `json:"pages"` // on which, ascending
	// Candidates are all entities that are called so; Accepted those that a
	// person says are meant.
	Candidates []Entity       `json:"candidates"`
	Accepted   []Entity       `json:"accepted"`
	Citation   overt.Citation `json:"citation"` // of its first place
}

// Mentions is what a document names.
type Mentions struct {
	Document *Found       `json:"document"`
	Reading  overt.BlobID `json:"reading"` // "" for a document that was not read
	Mentions []*Mention   `json:"mentions"`
}

// Records counts what the answer releases.
func (m *Mentions) Records() int { return len(m.Mentions) }

// ReadMentions tells what a document names: known names first, then what has a
// number, then proposed names, amounts and dates; of one sort in the order of the
// text. Errors: not_found; invalid, when the words stand for no document.
func ReadMentions(ctx context.Context, d *gate.Desk, words string) (*Mentions, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	out := &Mentions{Document: f, Mentions: []*Mention{}}
	if s := ftm.Default().Schema(f.Schema); s == nil || !s.IsA("Document") {
		return nil, overt.Errorf(overt.Invalid, "", "%s is a %s and no document; ask for the documents that name it instead", clip(f.Caption), f.Schema)
	}
	v, err := d.Mentions(ctx)
	if err != nil {
		return nil, err
	}
	s, ok, err := v.Reading(ctx, f.ID)
	if err != nil || !ok {
		return out, err
	}
	out.Reading = overt.BlobID(s.Value)
	by := map[string]*Mention{}
	for g, err := range v.Document(ctx, f.ID) {
		if err != nil {
			return nil, err
		}
		key := groupOf(&g)
		m := by[key]
		if m == nil {
			if m, err = mentionOf(ctx, d, &g, &s); err != nil {
				return nil, err
			}
			by[key], out.Mentions = m, append(out.Mentions, m)
		}
		if m.Count++; !slices.Contains(m.Pages[max(0, len(m.Pages)-1):], g.Page) {
			m.Pages = append(m.Pages, g.Page)
		}
	}
	slices.SortStableFunc(out.Mentions, func(a, b *Mention) int { return cmp.Compare(order(a.Kind), order(b.Kind)) })
	return out, nil
}

// groupOf is equal for suggestions of one document that say the same.
func groupOf(s *mention.Suggestion) string {
	what := s.Value + "\x00" + s.Currency
	if s.Value == "" {
		what = mention.GroupKey(s.Text)
	}
	return fmt.Sprintf("%s\x00%s\x00%s\x00%q\x00%q", s.Kind, what, s.Doubt, s.Candidates, s.Accepted)
}

// order puts the kinds in a row.
func order(k mention.Kind) int {
	switch k {
	case mention.Known:
		return 0
	case mention.Organization:
		return 2
	case mention.Person:
		return 3
	case mention.Amount:
		return 4
	case mention.Date:
		return 5
	}
	return 1
}

// mentionOf describes a suggestion in a reading, given the statement of that.
func mentionOf(ctx context.Context, d *gate.Desk, s *mention.Suggestion, text *statement.Statement) (*Mention, error) {
	m := &Mention{
		ID: s.ID(), Kind: s.Kind, Text: s.Text, Value: s.Value, Currency: s.Currency, Doubt: s.Doubt, Pages: []int{},
		Citation: citeMention(d, s, text),
	}
	var err error
	if m.Candidates, err = namesOf(ctx, d, s.Candidates); err != nil {
		return nil, err
	}
	m.Accepted, err = namesOf(ctx, d, s.Accepted)
	return m, err
}

func citeMention(d *gate.Desk, s *mention.Suggestion, text *statement.Statement) overt.Citation {
	place := statement.Place{Locator: overt.Locator{Page: s.Page, Start: s.Start, End: s.End}}
	if len(text.Places) > 0 {
		place.Source = text.Places[0].Source
	}
	return d.View.Cite(text.Class, place, s.Text)
}

// namesOf names the entities that some ids belong to, each once.
func namesOf(ctx context.Context, d *gate.Desk, ids []ftm.EntityID) ([]Entity, error) {
	out := []Entity{}
	for _, id := range clusters(d, ids) {
		e, err := Name(ctx, d, id)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// A NamedIn is a place where a document names an entity.
type NamedIn struct {
	ID         string         `json:"id"` // for accept and reject
	Document   Entity         `json:"document"`
	Page       int            `json:"page"`
	Text       string         `json:"text"`
	Kind       mention.Kind   `json:"kind"`
	Candidates []Entity       `json:"candidates"` // others that it may mean, and the one
	Accepted   bool           `json:"accepted"`
	Citation   overt.Citation `json:"citation"`
}

// NamedWhere is a page of the places where documents name an entity.
type NamedWhere struct {
	Entity *Found    `json:"entity"`
	Places []NamedIn `json:"places"`
	Next   string    `json:"next,omitempty"` // asks for the next part: --after, or cursor
}

// Records counts what the answer releases.
func (n *NamedWhere) Records() int { return len(n.Places) }

// FindMentions tells which documents name an entity, place by place, behind the
// place that after names. Errors: not_found, invalid (after).
func FindMentions(ctx context.Context, d *gate.Desk, words, after string, limit int) (*NamedWhere, error) {
	f, err := Find(ctx, d, words)
	if err != nil {
		return nil, err
	}
	v, err := d.Mentions(ctx)
	if err != nil {
		return nil, err
	}
	from, err := mention.ParsePlace(after)
	if err != nil {
		return nil, err
	}
	out := &NamedWhere{Entity: f, Places: []NamedIn{}}
	for s, err := range v.Of(ctx, f.Members, from) {
		if err != nil {
			return nil, err
		}
		if len(out.Places) == limit {
			out.Next = from.String()
			break
		}
		n, err := namedIn(ctx, d, v, &s, f.Members)
		if err != nil {
			return nil, err
		}
		out.Places = append(out.Places, n)
		from = mention.Place{Reading: s.Reading, Page: s.Page, Start: s.Start, End: s.End}
	}
	return out, nil
}

func namedIn(ctx context.Context, d *gate.Desk, v *mention.View, s *mention.Suggestion, members []ftm.EntityID) (n NamedIn, err error) {
	text, _, err := v.Reading(ctx, s.Document)
	if err != nil {
		return n, err
	}
	n = NamedIn{ID: s.ID(), Page: s.Page, Text: s.Text, Kind: s.Kind, Citation: citeMention(d, s, &text)}
	n.Accepted = slices.ContainsFunc(s.Accepted, func(id ftm.EntityID) bool { return slices.Contains(members, id) })
	if n.Document, err = Name(ctx, d, s.Document); err != nil {
		return n, err
	}
	n.Candidates, err = namesOf(ctx, d, s.Candidates)
	return n, err
}

// An UnknownName is a name that is proposed and that nobody is called by.
type UnknownName struct {
	Kind      mention.Kind   `json:"kind"`
	Text      string         `json:"text"`
	Documents int            `json:"documents"`
	Example   string         `json:"example"` // id of a place
	Citation  overt.Citation `json:"citation"`
}

// UnknownNames is a page of them, those of most documents first.
type UnknownNames struct {
	Names []UnknownName `json:"names"`
	Next  string        `json:"next,omitempty"`
}

// Records counts what the answer releases.
func (u *UnknownNames) Records() int { return len(u.Names) }

// FindUnknown lists organisations and persons ("" for both) that documents seem
// to name and no entity is called by. Errors: invalid (after).
func FindUnknown(ctx context.Context, d *gate.Desk, kind mention.Kind, after string, limit int) (*UnknownNames, error) {
	v, err := d.Mentions(ctx)
	if err != nil {
		return nil, err
	}
	from, err := parseUnknown(after)
	if err != nil {
		return nil, err
	}
	list, err := v.Unknown(ctx, kind, from, limit+1)
	if err != nil {
		return nil, err
	}
	out := &UnknownNames{Names: []UnknownName{}}
	for i, u := range list {
		if i == limit {
			last := list[i-1]
			out.Next = fmt.Sprintf("%d:%s:%s", last.Documents, last.Kind, last.Group)
			break
		}
		text, _, err := v.Reading(ctx, u.Example.Document)
		if err != nil {
			return nil, err
		}
		out.Names = append(out.Names, UnknownName{
			Kind: u.Kind, Text: u.Example.Text, Documents: u.Documents, Example: u.Example.ID(), Citation: citeMention(d, &u.Example, &text),
		})
	}
	return out, nil
}

func parseUnknown(text string) (*mention.Unknown, error) {
	if text == "" {
		return nil, nil
	}
	parts := strings.SplitN(text, ":", 3)
	n, err := strconv.Atoi(parts[0])
	if err != nil || len(parts) != 3 {
		return nil, overt.Errorf(overt.Invalid, "--after", "this is not what a page before ended with")
	}
	return &mention.Unknown{Documents: n, Kind: mention.Kind(parts[1]), Group: parts[2]}, nil
}
