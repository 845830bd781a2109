package resolve

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/resolve/judge"
	"overt/resolve/match"
	"overt/statement"
)

// An Identity is what is known of who is who to one sight, beside equal
// identifiers: what people decided, and what a resolver found. The nil Identity
// knows nothing.
type Identity struct {
	Book   *judge.Book
	Result *Result // nil where nothing was resolved, or what was is void
	// Notes say in a sentence each what stands between this and the truth of the
	// moment.
	Notes []string

	groups [][]ftm.EntityID // of Result, as far as they stand
	pairs  map[ftm.EntityID][]int
	err    error // of reading what the rule for a second person asks
}

// ReadIdentity reads what a view shows; kept is nil where nothing is resolved.
// Errors: those of reading.
func ReadIdentity(ctx context.Context, view statement.View, scope policy.Scope, second *Second, kept *Kept) (*Identity, error) {
	id, err := JudgedIdentity(ctx, view, view.Sight(), second)
	if err != nil || kept == nil {
		return id, err
	}
	r, void, damaged, err := kept.For(scope, view.Sight())
	if err != nil {
		return nil, err
	}
	if damaged {
		id.note("what overt resolve kept is damaged; run it again")
	}
	if void {
		id.note("what overt resolve found is void, because an import it rested on was taken back; run it again")
	}
	if r != nil {
		id.take(r, view.Sight())
	}
	return id, nil
}

// JudgedIdentity is what people decided, as far as a sight shows it, and as far as
// it needs no second person who did not say it yet.
func JudgedIdentity(ctx context.Context, view statement.View, sight *statement.Sight, second *Second) (*Identity, error) {
	list, err := ReadJudgements(ctx, view, sight)
	if err != nil {
		return nil, err
	}
	id := &Identity{}
	id.Book = judge.New(list, second.rule(ctx, view, sight, &id.err))
	return id, id.err
}

// Waits says whether a judgement, kept, would wait for a second person; again,
// whether its person said so before. Errors: those of reading.
func (id *Identity) Waits(j *judge.Judgement) (waits, again bool, err error) {
	waits, again = id.Book.Waits(j)
	return waits, again, id.err
}

func (id *Identity) note(format string, args ...any) {
	id.Notes = append(id.Notes, fmt.Sprintf(format, args...))
}

// take takes a result over, but for the groups that rest on a judgement which
// does not stand any more.
func (id *Identity) take(r *Result, sight *statement.Sight) {
	id.Result, id.pairs = r, map[ftm.EntityID][]int{}
	fallen := map[ftm.EntityID]bool{}
	for _, p := range r.Bound {
		if !id.Book.Same(p[0], p[1]) {
			fallen[p[0]], fallen[p[1]] = true, true
		}
	}
	dropped := 0
	for _, g := range r.Groups {
		if len(fallen) > 0 && slices.ContainsFunc(g, func(m ftm.EntityID) bool { return fallen[m] }) {
			dropped++
			continue
		}
		id.groups = append(id.groups, g)
	}
	for i, p := range r.Pairs {
		if p.Outcome == match.Same {
			id.pairs[p.A] = append(id.pairs[p.A], i)
		}
	}
	if dropped > 0 {
		id.note("a judgement was taken back; %d found clusters that held its entities wait for overt resolve", dropped)
	}
	newer := map[overt.RunID]bool{}
	for _, c := range sight.Classes() {
		info, _ := sight.Info(c)
		if _, in := slices.BinarySearch(r.Classes, c); !in && info.Run.Format != JudgementFormat {
			newer[info.Run.ID] = true
		}
	}
	if n := len(newer); n > 0 {
		id.note("overt resolve did not see %s; run it again", plural(n, "import", "imports"))
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n, " ", many)
}

// Musts are the pairs decided to be one.
func (id *Identity) Musts() [][2]ftm.EntityID {
	if id == nil || id.Book == nil {
		return nil
	}
	return sides(id.Book.Musts())
}

// Cannots are the pairs decided to be two.
func (id *Identity) Cannots() [][2]ftm.EntityID {
	if id == nil || id.Book == nil {
		return nil
	}
	return sides(id.Book.Cannots())
}

func sides(list []*judge.Judgement) [][2]ftm.EntityID {
	out := make([][2]ftm.EntityID, len(list))
	for i, j := range list {
		out[i] = [2]ftm.EntityID{j.Left, j.Right}
	}
	return out
}

// Groups are the clusters that a resolver found, as far as they stand.
func (id *Identity) Groups() [][]ftm.EntityID {
	if id == nil {
		return nil
	}
	return id.groups
}

// Reasons say why the members of a cluster are one, beside equal identifiers:
// judgements first, oldest first, then what was found, the least likely first.
func (id *Identity) Reasons(members []ftm.EntityID) []string {
	if id == nil || id.Book == nil || len(members) < 2 {
		return nil
	}
	in := map[ftm.EntityID]bool{}
	for _, m := range members {
		in[m] = true
	}
	var out []string
	for _, j := range id.Book.Musts() {
		if in[j.Left] && in[j.Right] {
			out = append(out, Judged(j))
		}
	}
	for _, g := range id.groups {
		if !in[g[0]] && !in[g[1]] {
			continue
		}
		if p, ok := id.least(g, in); ok {
			out = append(out, "resolved, p "+Probability(p))
		}
	}
	return out
}

// least is the likelihood by which the weakest member of a group hangs on: of
// each member its best pair, and of those the least.
func (id *Identity) least(group []ftm.EntityID, in map[ftm.EntityID]bool) (float64, bool) {
	best := map[ftm.EntityID]float64{}
	own := map[ftm.EntityID]bool{}
	for _, m := range group {
		own[m] = in[m]
	}
	for _, m := range group {
		for _, i := range id.pairs[m] {
			p := &id.Result.Pairs[i]
			if own[p.A] && own[p.B] {
				best[p.A], best[p.B] = max(best[p.A], p.P), max(best[p.B], p.P)
			}
		}
	}
	least, ok := 1.0, false
	for _, p := range best {
		least, ok = min(least, p), true
	}
	return least, ok
}

// Judged says who judged, when and why.
func Judged(j *judge.Judgement) string {
	out := "judged by " + j.Author + ", " + j.At.UTC().Format("2006-01-02")
	if j.Reason != "" {
		out += ": " + j.Reason
	}
	return out
}

// Probability writes a likelihood for people: never 1 and never 0.
func Probability(p float64) string {
	switch {
	case p >= 0.999:
		return ">0.999"
	case p < 0.001:
		return "<0.001"
	}
	return strings.TrimRight(fmt.Sprintf("%.3f", p), "0")
}
