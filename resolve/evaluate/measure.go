package evaluate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode"

	"overt/resolve/match"
)

func rates(right, found, wanted float64) Rates {
	r := Rates{Precision: 1, Recall: 1}
	if found > 0 {
		r.Precision = right / found
	}
	if wanted > 0 {
		r.Recall = right / wanted
	}
	if r.Precision+r.Recall > 0 {
		r.F1 = 2 * r.Precision * r.Recall / (r.Precision + r.Recall)
	}
	return r
}

func pairsOf(n int) float64 { return float64(n) * float64(n-1) / 2 }

// clusterOf gives the number of the cluster of each record, those alone included.
func clusterOf(clusters []match.Cluster, records []match.Record) []int {
	at := make(map[string]int, len(records))
	for i := range records {
		at[records[i].ID] = i
	}
	out := make([]int, len(records))
	for i := range out {
		out[i] = i
	}
	for _, c := range clusters {
		for _, m := range c.Members {
			out[at[m]] = at[c.Members[0]]
		}
	}
	return out
}

func (r *Report) measureClusters(clusters []match.Cluster, records []match.Record, entity []int) {
	cluster := clusterOf(clusters, records)
	both := map[[2]int]int{}
	found, wanted := map[int]int{}, map[int]int{}
	for i := range records {
		both[[2]int{cluster[i], entity[i]}]++
		found[cluster[i]]++
		wanted[entity[i]]++
	}
	var right, foundPairs, wantedPairs, bp, br, whole, splits float64
	for k, n := range both { // sums of whole numbers, and of fractions sorted below
		right += pairsOf(n)
		if n == found[k[0]] && n == wanted[k[1]] {
			whole++
		}
	}
	var ps, rs []float64
	for k, n := range both {
		ps = append(ps, float64(n)*float64(n)/float64(found[k[0]]))
		rs = append(rs, float64(n)*float64(n)/float64(wanted[k[1]]))
	}
	for _, x := range []struct {
		from []float64
		to   *float64
	}{{ps, &bp}, {rs, &br}} {
		slices.Sort(x.from)
		for _, v := range x.from {
			*x.to += v
		}
	}
	for _, n := range found {
		foundPairs += pairsOf(n)
	}
	for _, n := range wanted {
		wantedPairs += pairsOf(n)
	}
	// Generalised merge distance with a cost of one for each split and each merge:
	// clusters are split into what is of one entity, and those parts merged.
	splits = float64(len(both)-len(found)) + float64(len(both)-len(wanted))
	pair, exact := rates(right, foundPairs, wantedPairs), rates(whole, float64(len(found)), float64(len(wanted)))
	n := float64(len(records))
	b := Rates{Precision: bp / n, Recall: br / n}
	b.F1 = 2 * b.Precision * b.Recall / (b.Precision + b.Recall)
	r.Pairwise, r.BCubed, r.Exact, r.MergeCost, r.Truth = &pair, &b, &exact, splits/n, int(wantedPairs)
}

// measureCandidates looks at the pairs that were compared, and what was made of
// them before clustering.
func (r *Report) measureCandidates(m *match.Matcher, data *data, entity []int) {
	at := make(map[string]int, len(data.records))
	sources := map[string]int{}
	for i := range data.records {
		at[data.records[i].ID] = i
		sources[data.records[i].Source]++
	}
	var scored []decided
	hit := 0
	for e := range m.Compared() {
		yes := entity[at[e.A]] == entity[at[e.B]]
		if yes {
			hit++
		}
		scored = append(scored, decided{e.P, yes})
	}
	all := pairsOf(len(data.records))
	for _, s := range data.unique {
		all -= pairsOf(sources[s])
	}
	r.Candidate = &Candidates{Pairs: len(scored), Complete: 1, Reduction: 1 - float64(len(scored))/max(1, all)}
	if r.Truth > 0 {
		r.Candidate.Complete = float64(hit) / float64(r.Truth)
	}
	r.curve(scored, r.Truth)
}

// A decided pair has a probability and an answer.
type decided struct {
	p   float64
	yes bool
}

// curve gives average precision, Brier score and points of the curve. wanted is how
// many pairs are right, those that were not compared included.
func (r *Report) curve(scored []decided, wanted int) {
	slices.SortFunc(scored, func(a, b decided) int {
		return cmp.Or(cmp.Compare(b.p, a.p), cmp.Compare(number(a.yes), number(b.yes)))
	})
	right, average, brier := 0, 0.0, 0.0
	thresholds := []float64{.999, .99, .95, .9, .8, .7, .5, .3, .2, .1}
	next := 0
	point := func(n int) {
		q := rates(float64(right), float64(n), float64(wanted))
		r.Points = append(r.Points, Point{thresholds[next], q.Precision, q.Recall})
		next++
	}
	for i, s := range scored {
		for next < len(thresholds) && s.p < thresholds[next] {
			point(i)
		}
		if s.yes {
			right++
			average += float64(right) / float64(i+1)
		}
		brier += (s.p - number(s.yes)) * (s.p - number(s.yes))
	}
	for next < len(thresholds) {
		point(len(scored))
	}
	if wanted > 0 {
		r.Average = average / float64(wanted)
	}
	if len(scored) > 0 {
		r.Brier = brier / float64(len(scored))
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// slices measures pairs by schema and by script of the first name. A pair is of the
// slice of its first record.
func (r *Report) slices(clusters []match.Cluster, data *data, entity []int) {
	cluster := clusterOf(clusters, data.records)
	for _, by := range []struct {
		name string
		of   func(match.Record) string
	}{{"schema", func(rec match.Record) string { return rec.Schema }}, {"script", scriptOf}} {
		parts := map[string]map[[2]int]int{}
		for i, rec := range data.records {
			of := by.of(rec)
			if parts[of] == nil {
				parts[of] = map[[2]int]int{}
			}
			parts[of][[2]int{cluster[i], entity[i]}]++
		}
		if len(parts) < 2 {
			continue
		}
		for of, both := range parts {
			found, wanted := map[int]int{}, map[int]int{}
			var right, f, w float64
			for k, n := range both {
				right += pairsOf(n)
				found[k[0]] += n
				wanted[k[1]] += n
			}
			for _, n := range found {
				f += pairsOf(n)
			}
			for _, n := range wanted {
				w += pairsOf(n)
			}
			r.By = append(r.By, Slice{by.name, of, int(w), rates(right, f, w)})
		}
	}
	slices.SortFunc(r.By, func(a, b Slice) int { return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Of, b.Of)) })
}

// scriptOf names the script most letters of the names of a record are in.
func scriptOf(rec match.Record) string {
	texts := make([]string, len(rec.Values))
	for i, v := range rec.Values {
		texts[i] = v.Text
	}
	return Script(texts)
}

// Script names the script that most letters of texts are in.
func Script(texts []string) string {
	counts := map[string]int{}
	for _, text := range texts {
		for _, c := range text {
			if !unicode.IsLetter(c) {
				continue
			}
			for _, name := range []string{"Latin", "Cyrillic", "Arabic", "Han", "Greek", "Hebrew", "Hangul", "Armenian", "Georgian", "Thai", "Devanagari"} {
				if unicode.Is(unicode.Scripts[name], c) {
					counts[name]++
				}
			}
		}
	}
	best, most := "none", 0
	for name, n := range counts {
		if n > most || n == most && name < best {
			best, most = name, n
		}
	}
	return best
}

// explainErrors tells why pairs are wrong, the worst first, missed and joined in
// turn.
func (r *Report) explainErrors(m *match.Matcher, res *match.Result, data *data, entity []int, most int) error {
	cluster := clusterOf(res.Clusters, data.records)
	groups := map[int][]int{}
	for i := range data.records {
		groups[cluster[i]] = append(groups[cluster[i]], i)
	}
	members := map[int][]int{}
	for i := range data.records {
		members[entity[i]] = append(members[entity[i]], i)
	}
	wrong := func(groups map[int][]int, differ []int, kind string) error {
		var out []Mistake
		for _, g := range groups {
			for x := 1; x < min(len(g), 50); x++ {
				for y := range x {
					if differ[g[x]] == differ[g[y]] || len(out) > 20*most {
						continue
					}
					e, err := m.Explain(data.records[g[x]].ID, data.records[g[y]].ID)
					if err != nil {
						return err
					}
					out = append(out, Mistake{kind, e})
				}
			}
		}
		slices.SortFunc(out, func(a, b Mistake) int {
			return cmp.Or(cmp.Compare(math.Abs(b.Bits), math.Abs(a.Bits)), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
		})
		r.Errors = append(r.Errors, out[:min(most, len(out))]...)
		return nil
	}
	if err := wrong(groups, entity, "joined"); err != nil {
		return err
	}
	return wrong(members, cluster, "missed")
}

// differ says where two results differ, "" if nowhere.
func differ(a, b *match.Result) string {
	switch {
	case len(a.Clusters) != len(b.Clusters):
		return fmt.Sprintf("%d and %d clusters", len(a.Clusters), len(b.Clusters))
	case len(a.Edges) != len(b.Edges):
		return fmt.Sprintf("%d and %d edges", len(a.Edges), len(b.Edges))
	}
	for i := range a.Clusters {
		if !slices.Equal(a.Clusters[i].Members, b.Clusters[i].Members) {
			return "the cluster of " + a.Clusters[i].Members[0]
		}
	}
	for i := range a.Edges {
		if a.Edges[i] != b.Edges[i] {
			return "the edge of " + a.Edges[i].A + " and " + a.Edges[i].B
		}
	}
	return ""
}
