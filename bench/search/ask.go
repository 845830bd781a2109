package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"overt/search"
)

// A kind of question, made anew for each call.
type kind struct {
	name   string
	facets []string
	text   func(c *corpus, r *rand.Rand, n int) string
}

var kinds = []kind{
	{"a word of any frequency", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.ranked(r) }},
	{"a word as frequent as in text", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.word(r) }},
	{"two words, both", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.ranked(r) + " " + c.ranked(r) }},
	{"two words, either", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.ranked(r) + " OR " + c.ranked(r) }},
	{"a name, as a phrase", nil, func(c *corpus, r *rand.Rand, _ int) string { return `"` + c.names[r.IntN(nameCount)] + `"` }},
	{"two words that follow one another in text", nil, func(c *corpus, r *rand.Rand, n int) string {
		words := strings.Fields(c.passage(r.IntN(n)).Text)
		i := r.IntN(len(words) - 1)
		return `"` + words[i] + " " + words[i+1] + `"`
	}},
	{"one letter may differ", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.words[r.IntN(vocabularySize)] + "~" }},
	{"two letters may differ", nil, func(c *corpus, r *rand.Rand, _ int) string { return c.words[r.IntN(vocabularySize)] + "~2" }},
	{"the first five letters", nil, func(c *corpus, r *rand.Rand, _ int) string {
		w := c.words[r.IntN(vocabularySize)]
		return w[:min(5, len(w))] + "*"
	}},
	{"a wildcard inside", nil, func(c *corpus, r *rand.Rand, _ int) string {
		w := c.words[r.IntN(vocabularySize)]
		return w[:len(w)/2] + "*" + w[len(w)-1:]
	}},
	{"a wildcard in front", nil, func(c *corpus, r *rand.Rand, _ int) string {
		w := c.words[r.IntN(vocabularySize)]
		return "*" + w[len(w)/2:]
	}},
	{"a regular expression", nil, func(c *corpus, r *rand.Rand, _ int) string {
		w := c.words[r.IntN(vocabularySize)]
		return "/" + w[:len(w)/2] + ".[a-m]+/"
	}},
	{"a word, six facets", search.FacetNames(), func(c *corpus, r *rand.Rand, _ int) string { return c.ranked(r) }},
	{"two words, six facets", search.FacetNames(), func(c *corpus, r *rand.Rand, _ int) string { return c.ranked(r) + " " + c.ranked(r) }},
	{"everything, six facets", search.FacetNames(), func(*corpus, *rand.Rand, int) string { return "*" }},
}

var scopes = []struct {
	share  string
	labels int
}{{"1 %", 1}, {"50 %", 2}, {"100 %", 3}}

// ask measures every kind of question under every scope.
func (j job) ask(ctx context.Context, out io.Writer, index search.Index, c *corpus) error {
	fmt.Fprintf(out, "### Questions, ten hits with snippets, %d of each line, warm (ms)\n\n", j.queries)
	fmt.Fprintln(out, "| question | scope shows | p50 | p99 | max | cpu p50 | cpu p99 | hits, mean |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|")
	for _, k := range kinds {
		if !strings.Contains(k.name, j.only) {
			continue
		}
		for _, s := range scopes {
			v, err := viewOf(s.labels)
			if err != nil {
				return err
			}
			r := rand.New(rand.NewPCG(7, 7))
			var took, cpu []time.Duration
			var hits int64
			for i := range j.queries + j.queries/10 {
				q := search.Query{Text: k.text(c, r, j.n), Facets: k.facets}
				began, spent := time.Now(), cpuTime()
				p, err := index.Search(ctx, v, q)
				if err != nil {
					return fmt.Errorf("%s: %w", q.Text, err)
				}
				if i >= j.queries/10 { // the first ones warm up
					took = append(took, time.Since(began))
					cpu = append(cpu, cpuTime()-spent)
					hits += p.Total
				}
			}
			slices.Sort(took)
			slices.Sort(cpu)
			fmt.Fprintf(out, "| %s | %s | %.2f | %.2f | %.2f | %.2f | %.2f | %d |\n", k.name, s.share,
				at(took, 0.5), at(took, 0.99), at(took, 1), at(cpu, 0.5), at(cpu, 0.99), hits/int64(len(took)))
		}
	}
	return nil
}

// at is a quantile of sorted times, in milliseconds.
func at(times []time.Duration, share float64) float64 {
	return float64(times[int(share*float64(len(times)-1))]) / 1e6
}
