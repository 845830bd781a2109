package ledgertest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"overt"
	"overt/ledger"
	"overt/policy"
)

// testGaps: what is asked of the entries that were not read, or of all added up, is what
// all entries say, in every scope.
func testGaps(t *testing.T, s ledger.Store) {
	fill(t, s)
	for name, scope := range map[string]policy.Scope{"both": both, "one": onlyA, "zero": {}} {
		all := slices.DeleteFunc(entries(t, s, scope, ""), func(e ledger.Entry) bool { return e.Undone != "" })
		read := map[[2]string]bool{}
		sums := map[string]*ledger.Sum{}
		for _, e := range all {
			if e.Verdict == ledger.Read {
				read[[2]string{e.Dataset, string(e.Blob)}] = true
			}
			key := fmt.Sprint(e.Dataset, e.Document, e.Verdict)
			if sums[key] == nil {
				sums[key] = &ledger.Sum{Dataset: e.Dataset, Document: e.Document, Verdict: e.Verdict}
			}
			x := sums[key]
			x.Entries++
			x.Received, x.Read, x.LeftOut, x.Warnings = x.Received+e.Received, x.Read+e.Read, x.LeftOut+e.LeftOut, append(x.Warnings, e.Warnings...)
		}
		var gaps, wantGaps []ledger.Entry
		for _, e := range all {
			if e.Verdict != ledger.Read && (e.Blob == "" || !read[[2]string{e.Dataset, string(e.Blob)}]) {
				wantGaps = append(wantGaps, e)
			}
		}
		for e, err := range s.Gaps(t.Context(), scope) {
			must(t, err)
			gaps = append(gaps, e)
		}
		diff(t, name+": gaps", gaps, wantGaps)
		var want []ledger.Sum
		for _, k := range slices.Sorted(maps.Keys(sums)) { // false stands before true
			want = append(want, *sums[k])
		}
		got, err := s.Sums(t.Context(), scope)
		must(t, err)
		diff(t, name+": sums", got, want)
		if name == "both" && (len(gaps) < 600 || len(gaps) == len(all)) {
			t.Errorf("%d gaps of %d entries show nothing", len(gaps), len(all))
		}
	}
}

// fill receives files of all verdicts at random, some of the same bytes, and takes some
// back.
func fill(t *testing.T, s ledger.Store) {
	rng := rand.New(rand.NewPCG(3, 4))
	outcomes := []ledger.Outcome{
		{Verdict: ledger.Read, Received: 3, Read: 3}, {Verdict: ledger.Partial, Received: 5, Read: 3, LeftOut: 2}, {Verdict: ledger.Failed, Reason: "damaged"},
		{Verdict: ledger.Refused, Reason: "a bomb"}, {Verdict: ledger.Partial, Received: 2, Read: 2, Warnings: []ledger.Warning{{Code: "cut", Message: "m", Where: "w"}}},
	}
	for i := range 1_500 {
		dataset, id := string("ab"[rng.IntN(2)]), int64(0)
		if rng.IntN(2) == 0 {
			id = document(t, s, dataset, "d")
		} else {
			id = receive(t, s, dataset, "t")
		}
		n := rng.IntN(len(outcomes) + 1)
		if n == len(outcomes) {
			continue // it waits
		}
		o := outcomes[n]
		if rng.IntN(4) > 0 {
			o.Blob = overt.BlobID(fmt.Sprint("blob", rng.IntN(1_200)))
		}
		if o.Verdict == ledger.Read || o.Verdict == ledger.Partial {
			o.Run = overt.RunID(i + 1)
		}
		if o.LeftOut > 0 {
			must(t, s.Leave(t.Context(), id, []ledger.Left{{Reason: "no name", Fatal: true}, {Reason: "no name", Fatal: true}}))
		}
		if must(t, s.Settle(t.Context(), id, o)); rng.IntN(5) == 0 && o.Run != 0 {
			must(t, s.Undone(t.Context(), o.Run, at))
		}
	}
}
