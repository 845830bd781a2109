package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/policy"
	"overt/resolve"
	"overt/resolve/match"
	"overt/statement"
)

// SureMerge is the likelihood from which entities are taken for one without a
// person's word.
const SureMerge = 0.99

// A Resolution asks who is who.
type Resolution struct {
	Datasets []string // only entities and statements of these; nil for all
	Threads  int      // 0 for all processors
}

// A Resolver is a built matcher of what a desk shows.
type Resolver struct {
	*match.Matcher
	Head     resolve.Head
	Identity *resolve.Identity // what people decided
	Exact    *graph.View       // joined without a resolver
	Compared int               // candidate pairs that had to be compared: none when all was kept
	Divided  int               // sets of entities that had to be divided, once it resolved
	limits   match.Constraints
	view     statement.View
	sight    *statement.Sight
	kept     *resolve.Kept
	scope    policy.Scope
	anew     bool // nothing was kept
}

// NewResolver compares the entities that a desk with a graph shows, unless the desk
// keeps what came of it when they were the same. Errors: not_found (a dataset of
// which nothing is shown), those of reading, unavailable.
func NewResolver(ctx context.Context, d *gate.Desk, q Resolution) (*Resolver, error) {
	sight := d.View.Sight()
	if q.Datasets != nil {
		sight = sight.Only(func(l policy.Label) bool { return slices.Contains(q.Datasets, l.Dataset) })
	}
	r := &Resolver{Head: resolve.HeadOf(sight), view: d.View, sight: sight, kept: d.Kept, scope: d.Scope}
	for _, want := range q.Datasets {
		if !slices.ContainsFunc(r.Head.Labels, func(l policy.Label) bool { return l.Dataset == want }) {
			return nil, overt.Errorf(overt.NotFound, want, "there is no dataset %q", want)
		}
	}
	var err error
	if r.Exact, r.Identity, err = d.Under(ctx, sight); err != nil {
		return nil, err
	}
	if err := r.match(ctx, match.Config{Merge: SureMerge, Threads: q.Threads}); err != nil {
		return nil, err
	}
	r.bind()
	return r, nil
}

// match takes the matcher that was kept, or builds it, of what was kept of other
// imports if there is any.
func (r *Resolver) match(ctx context.Context, cfg match.Config) (err error) {
	if r.kept != nil {
		saved, err := r.kept.Work(&r.Head)
		if err != nil {
			return err
		}
		if r.Matcher, err = match.Load(cfg, saved); err == nil {
			return nil
		}
	}
	if r.Matcher, err = match.New(cfg); err != nil {
		return err
	}
	if err := r.fill(ctx); err != nil {
		return err
	}
	if r.kept != nil {
		before, err := r.kept.Before(&r.Head, r.scope)
		if err != nil {
			return err
		}
		if before != nil {
			_ = r.Reuse(before) // of another program, it is of no use
		}
	}
	if err := r.Build(ctx); err != nil {
		return err
	}
	r.anew, r.Compared = true, r.Counts().Compared
	return nil
}

// keep keeps what was found out, if it was not kept already.
func (r *Resolver) keep() error {
	if r.kept == nil || !r.anew {
		return nil
	}
	saved, err := r.Save()
	if err != nil {
		return err
	}
	return r.kept.PutWork(&r.Head, saved)
}

// fill adds a record for each entity that is compared.
func (r *Resolver) fill(ctx context.Context) error {
	for stmts, err := range r.view.Entities(ctx) {
		if err != nil {
			return fmt.Errorf("read statements to resolve: %w", err)
		}
		rec, ok := record(stmts, r.sight)
		if !ok {
			continue
		}
		if err := r.Add(rec); err != nil {
			return fmt.Errorf("take %s to be resolved: %w", statement.ShowID(stmts[0].Entity), err)
		}
	}
	return nil
}

// holds says whether an entity is compared.
func (r *Resolver) holds(id ftm.EntityID) bool { return r.Has(string(id)) }

// Between explains two entities that the resolver holds, as a view shows them that
// sees no less than the resolver. Errors: those of reading.
func (r *Resolver) Between(ctx context.Context, view statement.View, a, b ftm.EntityID) (x match.Explanation, err error) {
	var recs [2]match.Record
	for i, id := range []ftm.EntityID{a, b} {
		stmts, err := view.Entity(ctx, id)
		if err != nil {
			return x, err
		}
		if len(stmts) > 0 {
			recs[i], _ = record(stmts, r.sight)
		}
	}
	if x, err = r.Matcher.Between(recs[0], recs[1]); err != nil {
		return x, &overt.Error{Code: overt.Internal, Op: "explain", Err: err}
	}
	return x, nil
}

// record is an entity as a sight shows it; ok is false for what is compared with
// nothing. Of several datasets that speak of it the first by name is its source.
func record(stmts []statement.Statement, sight *statement.Sight) (rec match.Record, ok bool) {
	model := ftm.Default()
	var values []match.Value
	for i := range stmts {
		s := &stmts[i]
		info, sees := sight.Info(s.Class)
		if !sees {
			continue
		}
		switch {
		case rec.Schema == "":
			rec.Schema = s.Schema
		case rec.Schema != s.Schema:
			if common, err := model.Common(rec.Schema, s.Schema); err == nil {
				rec.Schema = common
			}
		}
		if rec.Source == "" || info.Label.Dataset < rec.Source {
			rec.Source = info.Label.Dataset
		}
		if s.External || s.Value == "" || s.Prop == statement.PropID || statement.IsContext(s.Prop) {
			continue
		}
		values = append(values, match.Value{Prop: s.Prop, Text: s.Value})
	}
	schema := model.Schema(rec.Schema)
	if schema == nil || !schema.Matchable || schema.Edge != nil {
		return rec, false
	}
	rec.ID, rec.Values = string(stmts[0].Entity), eachOnce(values)
	return rec, true
}

// eachOnce drops equal values; several classes say most of them.
func eachOnce(values []match.Value) []match.Value {
	slices.SortFunc(values, func(a, b match.Value) int {
		if a.Prop != b.Prop {
			return strings.Compare(a.Prop, b.Prop)
		}
		return strings.Compare(a.Text, b.Text)
	})
	return slices.Compact(values)
}

// bind makes what is known already a limit of the matcher: entities that are one
// by equal identifiers or by people's word, and those that people hold apart.
// The graph has settled where these contradict each other.
func (r *Resolver) bind() {
	for _, text := range r.IDs() {
		id := ftm.EntityID(text)
		n, ok := r.Exact.Find(id)
		if !ok {
			continue
		}
		members := slices.DeleteFunc(r.Exact.Members(n), func(m ftm.EntityID) bool { return !r.holds(m) })
		if len(members) < 2 || members[0] != id {
			continue // each cluster once
		}
		for _, m := range members[1:] {
			r.limits.Bound = append(r.limits.Bound, [2]string{string(id), string(m)})
		}
	}
	slices.SortFunc(r.limits.Bound, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	for _, p := range r.Identity.Cannots() {
		if r.holds(p[0]) && r.holds(p[1]) {
			r.limits.Apart = append(r.limits.Apart, [2]string{string(p[0]), string(p[1])})
		}
	}
	r.Head.Bound = append(r.Head.Bound, r.Identity.Musts()...)
}

// Resolve finds who is who.
func (r *Resolver) Resolve(ctx context.Context, at time.Time) (*resolve.Result, error) {
	found, err := r.Run(ctx, r.limits)
	if err != nil {
		return nil, err
	}
	r.Divided = found.Counts.Divided
	out := &resolve.Result{Head: r.Head}
	out.Made = at.UTC().Format(time.RFC3339)
	c := &out.Counts
	c.Entities, c.Candidates, c.Clusters, c.Review, c.Refused = found.Counts.Records, found.Counts.Pairs, len(found.Clusters), len(found.Review), []string{}
	for _, cl := range found.Clusters {
		group := make([]ftm.EntityID, len(cl.Members))
		for i, m := range cl.Members {
			group[i] = ftm.EntityID(m)
		}
		out.Groups = append(out.Groups, group)
		c.Merged += len(group)
		if cl.Fragile {
			c.Fragile++
		}
	}
	for _, e := range found.Edges {
		if e.Outcome == match.Related {
			c.Related++
		}
		out.Pairs = append(out.Pairs, resolve.Pair{A: ftm.EntityID(e.A), B: ftm.EntityID(e.B), P: e.P, Outcome: e.Outcome})
	}
	for _, m := range found.Model {
		if m.Refused != "" {
			c.Refused = append(c.Refused, m.Family+": "+m.Refused)
		}
	}
	return out, nil
}

// A Resolved says what was found.
type Resolved struct {
	Datasets []string `json:"datasets"`
	resolve.Counts
	// What had to be done for it, the rest being kept from before: pairs compared,
	// and sets of entities divided into clusters.
	Compared int `json:"compared"`
	Divided  int `json:"divided"`
}

// Records counts what the answer releases.
func (r *Resolved) Records() int { return 1 }

// Resolve finds who is who among what a desk with a graph shows, and keeps it for
// those who see the same. Errors: those of NewResolver; unavailable.
func Resolve(ctx context.Context, d *gate.Desk, q Resolution, kept *resolve.Kept, at time.Time) (*Resolved, error) {
	r, err := NewResolver(ctx, d, q)
	if err != nil {
		return nil, err
	}
	result, err := r.Resolve(ctx, at)
	if err != nil {
		return nil, err
	}
	if err := kept.Put(result); err != nil {
		return nil, err
	}
	if err := r.keep(); err != nil {
		return nil, err
	}
	out := &Resolved{Datasets: []string{}, Counts: result.Counts, Compared: r.Compared, Divided: r.Divided}
	for _, l := range result.Labels {
		if !slices.Contains(out.Datasets, l.Dataset) {
			out.Datasets = append(out.Datasets, l.Dataset)
		}
	}
	return out, nil
}
