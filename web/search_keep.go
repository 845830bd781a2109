package web

import (
	"context"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/statement"
	"overt/ui"
)

// hitsKept is how many hits of a search a case keeps: whoever opens the case has each
// looked up again.
const hitsKept = 100

// viewSearch is a search from its first hit on. Errors: invalid.
func viewSearch(how searching) (*viewing, error) {
	q := how.query()
	if q.Text == "" {
		return nil, overt.Errorf(overt.Invalid, "view", "there are no words to search for")
	}
	act := gate.Act{Action: "search", Query: q.Text, When: statement.When{KnownAt: how.q.Get("known")}}
	return &viewing{act, how.with("after", ""), func(ctx context.Context, d *gate.Desk) (*shown, error) {
		found, err := answer.PlaceHits(ctx, d, q, hitsKept)
		if err != nil {
			return nil, err
		}
		return &shown{Said: found, table: hitSheet(ctx, found), ids: found.IDs, beside: found.Labels, left: hitsLeft(ctx, found)}, nil
	}}, nil
}

// hitSheet lists hits, each with its places.
func hitSheet(ctx context.Context, found *answer.Hits) sheet {
	t := sheet{caption: ui.T(ctx, "Search for %s", found.Query), columns: columns(ctx, "Hit", "Kind", "Words", "Source")}
	for i := range found.List {
		h := &found.List[i]
		places := cited(citesChip(h.Caption, h.Places, h.Count), h.Places)
		places.uri = h.Cite
		t.rows = append(t.rows, []entry{said(h.Caption), said(schemaLabel(h.Schema)), said(h.Snippet), places})
	}
	return t
}

// hitsLeft says what is not among the hits that are kept.
func hitsLeft(ctx context.Context, found *answer.Hits) (out []string) {
	if found.More {
		out = append(out, ui.N(ctx, "more was found than the first hit, which is kept", "more was found than the first %s hits, which are kept", len(found.List)))
	}
	if found.Unread > 0 {
		out = append(out, ui.N(ctx, "%s file that could have it was not read", "%s files that could have it were not read", found.Unread))
	}
	return out
}
