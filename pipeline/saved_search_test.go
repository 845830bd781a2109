package pipeline_test

import (
	"context"
	"fmt"
	"testing"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/policy"
	"overt/search"
)

// TestPlaceHitsUnread: a search that is kept counts all files that were not read, and
// rests on the labels of all of them, also of those that an answer does not list.
func TestPlaceHitsUnread(t *testing.T) {
	h := hometest.Memory(t)
	ingest(t, ingester(h, &script{reads: map[string]int{}}), "letters", folder(t, map[string]string{"a.txt": "page Northmoor Ferry"}))
	for i := range answer.MaxNotSearched + 20 {
		dataset := "a"
		if i >= answer.MaxNotSearched { // "z" stands behind all that are listed
			dataset = "z"
		}
		e := ledger.Entry{Token: "t", Dataset: dataset, Source: fmt.Sprintf("%d.pdf", i), At: "2026-02-03T04:05:06Z", Document: true}
		e.Blob = overt.BlobID(fmt.Sprintf("%064d", i))
		id, err := h.Ledger.Receive(t.Context(), e)
		if err == nil {
			err = h.Ledger.Settle(t.Context(), id, ledger.Outcome{Verdict: ledger.Failed, Reason: "damaged"})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	hits, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "search"}, true, func(ctx context.Context, d *gate.Desk) (*answer.Hits, error) {
		return answer.PlaceHits(ctx, d, search.Query{Text: "ferry"}, 10)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []policy.Label{{Dataset: "a"}, {Dataset: "z"}}
	if len(hits.List) != 1 || hits.Unread != answer.MaxNotSearched+20 || fmt.Sprint(hits.Labels) != fmt.Sprint(want) {
		t.Errorf("%d hits, %d files unread, of %v", len(hits.List), hits.Unread, hits.Labels)
	}
}
