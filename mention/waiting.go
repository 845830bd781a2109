package mention

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Waiting is a name of a document of which nobody has said yet whom it means: its
// first place there, with the candidates.
type Waiting struct {
	Suggestion
	Pages     int // of the document that have it
	Documents int // in which the name waits
}

// Waiting lists the names that wait for a person, up to a limit: those of the fewest
// documents first, then those on the most pages. more says that there are others. All
// documents are gone through for it.
func (v *View) Waiting(ctx context.Context, limit int) (out []*Waiting, more bool, err error) {
	documents := map[string]int{} // by group
	for t, err := range v.layer.Texts(ctx) {
		if err != nil {
			return nil, false, err
		}
		doc, ok, err := v.shows(ctx, t.Blob)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			continue
		}
		if more = len(out) >= limit; more {
			break
		}
		from := len(out)
		at, last := map[string]int{}, map[string]int{}
		for p, err := range v.layer.Pages(ctx, t.Blob) {
			var list []Suggestion
			if err == nil {
				list, err = v.page(ctx, doc, t.Blob, p)
			}
			if err != nil {
				return nil, false, err
			}
			for _, s := range list {
				if len(s.Candidates) == 0 || len(s.Accepted) > 0 {
					continue
				}
				key := fmt.Sprintf("%s\x00%q", GroupKey(s.Text), s.Candidates)
				i, ok := at[key]
				if !ok {
					i = len(out)
					at[key], out = i, append(out, &Waiting{Suggestion: s})
				}
				if last[key] != p.Number {
					last[key] = p.Number
					out[i].Pages++
				}
			}
		}
		groups := map[string]bool{}
		for _, w := range out[from:] {
			groups[GroupKey(w.Text)] = true
		}
		for g := range groups {
			documents[g]++
		}
	}
	for _, w := range out {
		w.Documents = documents[GroupKey(w.Text)]
	}
	slices.SortFunc(out, func(a, b *Waiting) int {
		return cmp.Or(cmp.Compare(a.Documents, b.Documents), cmp.Compare(b.Pages, a.Pages), strings.Compare(string(a.Document), string(b.Document)), a.Place().compare(b.Place()))
	})
	return out, more, nil
}

// Waits says whether a suggestion that was found before still waits for a person, as
// the view shows it.
func (v *View) Waits(ctx context.Context, s Suggestion) (bool, error) {
	if !v.judged {
		return true, nil
	}
	keep, err := v.said(ctx, &s)
	return keep && len(s.Candidates) > 0 && len(s.Accepted) == 0, err
}
