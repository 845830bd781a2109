package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
)

// versions are texts of which many are nearly another.
func versions(r *rand.Rand) map[string]map[string]string {
	out := map[string]map[string]string{}
	var words []string
	for i := range 40 {
		words = append(words, fmt.Sprintf("word%d", i))
	}
	for i := range 14 {
		switch r.IntN(4) {
		case 0: // something else
			for k := range words {
				words[k] = fmt.Sprintf("w%d-%d", i, k)
			}
		default: // a step away from the one before: the ends of a chain are unlike
			words[r.IntN(len(words))] = fmt.Sprintf("new%d", i)
			words[r.IntN(len(words))] = fmt.Sprintf("other%d", i)
		}
		dataset := []string{"open", "open", "shut"}[r.IntN(3)]
		if out[dataset] == nil {
			out[dataset] = map[string]string{}
		}
		out[dataset][fmt.Sprintf("f%02d.txt", i)] = "page " + strings.Join(words[:20], " ") + "\npage " + strings.Join(words[20:], " ")
	}
	return out
}

// asked is everything that is said of near copies, without the numbers of runs.
func asked(t *testing.T, h *hometest.Home, files map[string]map[string]string) string {
	t.Helper()
	pass, err := h.Pass(t.Context())
	must(t, err)
	var b strings.Builder
	say := func(what string, x any, err error) {
		raw, _ := json.Marshal(x)
		fmt.Fprintln(&b, what, string(raw), err)
	}
	g, err := gate.Ask(t.Context(), pass, gate.Act{Action: "similar.read"}, true, func(ctx context.Context, d *gate.Desk) (*answer.SimilarGroups, error) {
		return answer.GroupSimilar(ctx, d, 0.5, 0)
	})
	say("groups", g, err)
	for _, dataset := range slices.Sorted(maps.Keys(files)) {
		for _, name := range slices.Sorted(maps.Keys(files[dataset])) {
			s, err := gate.Ask(t.Context(), pass, gate.Act{Action: "similar.read"}, true, func(ctx context.Context, d *gate.Desk) (*answer.Similars, error) {
				s, err := answer.FindSimilar(ctx, d, name, 0.5)
				if s != nil {
					s.Taken = nil
				}
				return s, err
			})
			say(name, s, err)
		}
	}
	return b.String()
}

// What is told of near copies is what a home with only what may be seen tells: a
// hidden version between two joins them not. The order in which documents came in
// decides nothing, nor whether sketches were made run by run.
func TestSimilarScope(t *testing.T) {
	joined := 0
	for seed := range uint64(12) {
		files := versions(rand.New(rand.NewPCG(seed, 3)))
		both, alone := hometest.Memory(t), hometest.Memory(t)
		for i, dataset := range []string{"open", "shut"} {
			s := &script{reads: map[string]int{}}
			if len(files[dataset]) == 0 {
				continue
			}
			ingest(t, ingester(both, s), dataset, folder(t, files[dataset]))
			if i == 0 {
				if seed%2 == 0 {
					asked(t, both, files)
				}
				ingest(t, ingester(alone, s), dataset, folder(t, files[dataset]))
			}
		}
		all := asked(t, both, files)
		both.Hide(t, "shut")
		got, want := asked(t, both, files), asked(t, alone, files)
		if got != want {
			t.Fatalf("seed %d: with hidden documents\n%s\nwithout them\n%s", seed, got, want)
		}
		if all != got {
			joined++
		}
	}
	if joined == 0 {
		t.Error("hidden documents never made a difference to one who may see them")
	}
}

// Sketches follow: the same at once as step by step; what was taken back is told no
// more; a file that is damaged or of another home is made again.
func TestFollowSimilar(t *testing.T) {
	files := versions(rand.New(rand.NewPCG(40, 3)))
	all := map[string]string{}
	for _, f := range files {
		maps.Copy(all, f)
	}
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	runs := ingest(t, in, "open", folder(t, all)).Runs
	first := asked(t, h, files)
	if !strings.Contains(first, "near copy") {
		t.Fatalf("no text is similar: %s", first)
	}
	path := filepath.Join(h.Dir, "derived", "similar.os")
	whole, err := os.ReadFile(path)
	must(t, err)

	other := hometest.Memory(t)
	must(t, os.WriteFile(filepath.Join(other.Dir, "derived", "similar.os"), whole, 0o600))
	ingest(t, ingester(other, &script{reads: map[string]int{}}), "open", folder(t, map[string]string{"x.txt": files["open"][slices.Sorted(maps.Keys(files["open"]))[0]]}))
	if got := asked(t, other, nil); !strings.Contains(got, `"documents":1,`) {
		t.Errorf("sketches of another home are told: %s", got)
	}

	h.Undo(t, runs[0])
	if got := asked(t, h, files); got == first {
		t.Error("what was taken back is told")
	}
}
