package graph

import (
	"fmt"
	"slices"
)

// Options bound a question. The zero value of each field is its default; the
// Filter's AsOf has none (see Filter).
type Options struct {
	Filter
	MaxHops  int // longest path, in hops; default 6, at most 200
	MaxPaths int // paths listed; default 10
	MaxEdges int // edges listed per hop and kind; default 32
	MaxNodes int // nodes listed by Expand and Reach, the nearest; default 10,000
	// HubDegree is how many distinct neighbours, over edges of the filter's
	// kinds and date either way, a node may have to be passed through. Ends of
	// the question may have more. Default 5,000; below 0 = no such rule.
	HubDegree int
	Budget    int // edges looked at; default 5,000,000
	// Slack is how many hops longer than the shortest BestPaths may go: 0 = up
	// to MaxHops, below 0 = not longer.
	Slack int
	// Weight says how much n parallel edges of a kind speak for a path. Among
	// paths of as many hops, BestPaths puts the greatest sum over all kinds of
	// all hops first. nil = by ids alone.
	Weight func(kind string, n int) float64
}

func (o Options) withDefaults() Options {
	or := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
		*v = max(*v, 0)
	}
	or(&o.MaxHops, 6)
	or(&o.MaxPaths, 10)
	or(&o.MaxEdges, 32)
	or(&o.MaxNodes, 10_000)
	or(&o.Budget, 5_000_000)
	if o.HubDegree == 0 {
		o.HubDegree = 5_000
	}
	o.MaxHops = min(o.MaxHops, 200)
	return o
}

// The kinds of Limit.
const (
	LimitHub    = "hub"    // nodes that were not passed through
	LimitBudget = "budget" // edges that were not looked at
	LimitPaths  = "paths"  // paths that were not listed
	LimitHops   = "hops"   // steps that were not taken
	LimitNodes  = "nodes"  // nodes that were not listed
)

// A Limit says what an answer leaves out, counting visible things only.
type Limit struct {
	Kind  string
	Nodes []Node // hubs, ascending by id, the first 50
	Count int    // all of them
	Text  string // one sentence for people, without names
}

const listedHubs = 50

func (s *search) limitHubs() {
	if len(s.hubs) == 0 {
		return
	}
	slices.SortFunc(s.hubs, s.v.byID)
	l := Limit{Kind: LimitHub, Count: len(s.hubs)}
	for _, n := range s.hubs[:min(listedHubs, len(s.hubs))] {
		l.Nodes = append(l.Nodes, Node(n))
	}
	l.Text = fmt.Sprintf("%d entities with more than %d neighbours were not passed through", l.Count, s.opt.HubDegree)
	if l.Count == 1 {
		l.Text = fmt.Sprintf("one entity with more than %d neighbours was not passed through", s.opt.HubDegree)
	}
	s.limits = append(s.limits, l)
}

func (s *search) limitBudget() {
	s.limits = append(s.limits, Limit{Kind: LimitBudget, Text: fmt.Sprintf(
		"the search ended after looking at %d links; there may be more", s.opt.Budget)})
}

func (s *search) limitHops(hops int) {
	s.limits = append(s.limits, Limit{Kind: LimitHops, Text: fmt.Sprintf(
		"links lead on beyond the %d hops that were followed", hops)})
}

func (s *search) limitPaths(listed int) {
	s.limits = append(s.limits, Limit{Kind: LimitPaths, Text: fmt.Sprintf(
		"more paths exist than the %d listed", listed)})
}

func (s *search) limitNodes(listed, all int) {
	s.limits = append(s.limits, Limit{Kind: LimitNodes, Count: all - listed, Text: fmt.Sprintf(
		"%d of %d entities are listed, the nearest", listed, all)})
}
