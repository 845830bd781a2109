package mention

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// Of yields where documents seem to name one of some entities: by reading, page
// and place, behind a place. The zero Place is before all.
func (v *View) Of(ctx context.Context, ids []ftm.EntityID, after Place) iter.Seq2[Suggestion, error] {
	return func(yield func(Suggestion, error) bool) {
		terms, err := v.termsOf(ctx, ids)
		if err != nil {
			yield(Suggestion{}, err)
			return
		}
		for at, err := range v.pagesWith(ctx, terms, after) {
			var list []Suggestion
			if err == nil {
				list, err = v.at(ctx, at)
			}
			if err != nil {
				yield(Suggestion{}, err)
				return
			}
			for _, s := range list {
				meant := slices.ContainsFunc(s.Candidates, func(c ftm.EntityID) bool { return slices.Contains(ids, c) })
				if meant && after.compare(s.Place()) < 0 && !yield(s, nil) {
					return
				}
			}
		}
	}
}

// At gives what a page of the reading that is shown of a document names.
func (v *View) At(ctx context.Context, doc ftm.EntityID, page int) ([]Suggestion, error) {
	s, ok, err := v.Reading(ctx, doc)
	if err != nil || !ok {
		return nil, err
	}
	return v.at(ctx, Posting{Text: overt.BlobID(s.Value), Page: page})
}

func (v *View) at(ctx context.Context, p Posting) ([]Suggestion, error) {
	doc, ok, err := v.shows(ctx, p.Text)
	if err != nil || !ok {
		return nil, err
	}
	found, err := v.layer.Page(ctx, p.Text, p.Page)
	if err != nil {
		return nil, err
	}
	return v.page(ctx, doc, p.Text, Page{p.Page, found})
}

// termsOf are the terms of all names and identifiers of entities.
func (v *View) termsOf(ctx context.Context, ids []ftm.EntityID) ([]string, error) {
	var terms []string
	keyer := statement.NewKeyer()
	for _, id := range ids {
		stmts, err := v.view.Entity(ctx, id)
		if err != nil {
			return nil, err
		}
		for i := range stmts {
			s := &stmts[i]
			if n, ok := NamingOf(s); ok {
				terms = append(terms, knownTerm+n.String())
			}
			if prop := ftm.Default().Schema(s.Schema).Property(s.Prop); prop != nil && prop.Type.Name == "identifier" && !s.External {
				terms = append(terms, identTerm+keyer.Key(s.Schema, s.Prop, s.Value))
			}
		}
	}
	for _, id := range ids {
		more, err := v.acceptedTerms(ctx, id)
		if err != nil {
			return nil, err
		}
		terms = append(terms, more...)
	}
	slices.Sort(terms)
	return slices.Compact(terms), nil
}

// acceptedTerms are those of the proposed names by which people say an entity is
// meant somewhere.
func (v *View) acceptedTerms(ctx context.Context, id ftm.EntityID) ([]string, error) {
	var terms []string
	if !v.judged {
		return nil, nil
	}
	for ref, err := range v.view.Inbound(ctx, id) {
		if err != nil {
			return nil, err
		}
		if ref.Prop != "entity" {
			continue
		}
		stmts, err := v.view.Entity(ctx, ref.Source)
		if err != nil {
			return nil, err
		}
		if said, ok := acceptance(stmts); ok && said.group != "" {
			terms = append(terms, proposedTerm+string(Organization)+":"+said.group, proposedTerm+string(Person)+":"+said.group)
		}
	}
	return terms, nil
}

// pagesWith yields the pages that have one of the terms, each once, from the
// page of a place on.
func (v *View) pagesWith(ctx context.Context, terms []string, after Place) iter.Seq2[Posting, error] {
	return func(yield func(Posting, error) bool) {
		type head struct {
			at   Posting
			next func() (Posting, error, bool)
		}
		var heads []head
		for _, term := range terms {
			var from *Posting
			if after.Reading != "" {
				from = &Posting{Term: term, Text: after.Reading, Page: after.Page}
			}
			next, stop := iter.Pull2(v.layer.Postings(ctx, term+"\x00", from))
			defer stop()
			heads = append(heads, head{next: next})
		}
		step := func(i int) bool { // drops a list that is through; false after an error
			at, err, ok := heads[i].next()
			switch heads[i].at = at; {
			case err != nil:
				yield(Posting{}, err)
				return false
			case !ok:
				heads = slices.Delete(heads, i, i+1)
			}
			return true
		}
		for i := len(heads) - 1; i >= 0; i-- {
			if !step(i) {
				return
			}
		}
		for len(heads) > 0 {
			first := heads[0].at
			for _, h := range heads[1:] {
				if comparePages(h.at, first) < 0 {
					first = h.at
				}
			}
			if !yield(first, nil) {
				return
			}
			for i := len(heads) - 1; i >= 0; i-- {
				if comparePages(heads[i].at, first) == 0 && !step(i) {
					return
				}
			}
		}
	}
}

func comparePages(a, b Posting) int {
	return cmp.Or(strings.Compare(string(a.Text), string(b.Text)), cmp.Compare(a.Page, b.Page))
}

// An Unknown is a name that is proposed and that nobody is called by.
type Unknown struct {
	Kind      Kind
	Group     string // GroupKey of how it is written
	Documents int    // in which it stands
	Example   Suggestion
}

// Rank orders unknown names: those of most documents first.
func (u *Unknown) Rank(o *Unknown) int {
	return cmp.Or(cmp.Compare(o.Documents, u.Documents), strings.Compare(string(u.Kind), string(o.Kind)), strings.Compare(u.Group, o.Group))
}

// Unknown gives the first names of a kind ("" for both) that are proposed and
// that no entity is called by, behind one in the order of Rank; nil is before
// all. All names are counted for it, one at a time.
func (v *View) Unknown(ctx context.Context, kind Kind, after *Unknown, limit int) ([]Unknown, error) {
	prefix := proposedTerm
	if kind != "" {
		prefix += string(kind) + ":"
	}
	var best []Unknown
	var now Unknown
	var last overt.BlobID
	settle := func() error {
		if now.Documents == 0 || after != nil && after.Rank(&now) >= 0 || len(best) == limit && best[limit-1].Rank(&now) <= 0 {
			return nil
		}
		if known, err := v.isKnown(ctx, now.Group); err != nil || known {
			return err
		}
		at, _ := slices.BinarySearchFunc(best, &now, func(u Unknown, t *Unknown) int { return u.Rank(t) })
		best = slices.Insert(best, at, now)
		best = best[:min(len(best), limit)]
		return nil
	}
	for p, err := range v.layer.Postings(ctx, prefix, nil) {
		if err != nil {
			return nil, err
		}
		k, group, _ := strings.Cut(p.Term[len(proposedTerm):], ":")
		if string(now.Kind) != k || now.Group != group {
			if err := settle(); err != nil {
				return nil, err
			}
			now, last = Unknown{Kind: Kind(k), Group: group}, ""
		}
		if p.Text == last {
			continue
		}
		last = p.Text
		doc, ok, err := v.shows(ctx, p.Text)
		if err != nil {
			return nil, err
		}
		if ok && v.judged {
			if ok, err = v.open(ctx, doc, group); err != nil {
				return nil, err
			}
		}
		if ok {
			if now.Documents++; now.Documents == 1 {
				now.Example = Suggestion{Document: doc, Reading: p.Text, Page: p.Page}
			}
		}
	}
	if err := settle(); err != nil {
		return nil, err
	}
	for i := range best {
		if err := v.example(ctx, &best[i]); err != nil {
			return nil, err
		}
	}
	return best, nil
}

// open says whether nobody judged a name in a document.
func (v *View) open(ctx context.Context, doc ftm.EntityID, group string) (bool, error) {
	no, err := v.Rejected(ctx, &Suggestion{Found: Found{Text: group}, Document: doc}, "")
	if err != nil || no {
		return false, err
	}
	accepted, err := v.accepted(ctx, doc)
	return len(accepted[group]) == 0, err
}

// example finds how an unknown name is written where it stands first.
func (v *View) example(ctx context.Context, u *Unknown) error {
	found, err := v.layer.Page(ctx, u.Example.Reading, u.Example.Page)
	for _, f := range found {
		if f.Kind == u.Kind && GroupKey(f.Text) == u.Group {
			f.Names = nil
			u.Example.Found = f
			return err
		}
	}
	return err
}
