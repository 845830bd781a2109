package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/statement"
)

// A Decision says who is who, or takes back what was said.
type Decision struct {
	Left, Right ftm.EntityID // source ids, in any order; none for Retracts
	Verdict     judge.Verdict
	Retracts    string // id of a judgement; Verdict is Retract then
	Reason      string
	Score       float64 // that was shown; 0 when none was
	Model       string  // that gave it
	Sample      string  // of what the pair was drawn at random, see Candidate.Sample
}

// A Decided says what was kept.
type Decided struct {
	Runs       []overt.RunID `json:"runs"` // that hold it; undone, it is as if it had never been said
	Judgements []JudgedPair  `json:"judgements"`
	Refused    []string      `json:"refused"` // of an import: what cannot stand beside the rest
	Known      int           `json:"known"`   // of an import: what was there before
	Unknown    int           `json:"unknown"` // of an import: about entities that are not here
	Left       int           `json:"left"`    // of an import: lines that decide nothing here
}

// A JudgedPair is one judgement as it was kept.
type JudgedPair struct {
	ID      string        `json:"id"`
	Left    ftm.EntityID  `json:"left"`
	Right   ftm.EntityID  `json:"right"`
	Verdict judge.Verdict `json:"verdict"`
	Waiting bool          `json:"waiting"` // for a second person to say the same
}

// An opinion is a judgement, and under which labels it is kept: one, or two of
// which each gets a half.
type opinion struct {
	judge.Judgement
	labels []policy.Label
	waits  bool
}

// Decide keeps one decision, in runs of the series "judgements of" its author.
// Errors: not_found (an entity or a judgement), invalid, conflict (it contradicts
// what stands; both chains are told), denied.
func Decide(ctx context.Context, p *gate.Pass, q Decision, clock func() time.Time) (*Decided, error) {
	act := gate.Act{Action: "entity.judge", Object: strings.TrimSpace(fmt.Sprintf("%s %s %s", q.Left, q.Right, q.Retracts)), Query: string(q.Verdict) + ": " + q.Reason}
	at := clock().UTC()
	var op opinion
	_, err := gate.Ask(ctx, p, readJudgements(act), false, func(ctx context.Context, d *gate.Desk) (int, error) {
		known, err := d.Judged(ctx)
		if err != nil {
			return 0, err
		}
		op, err = decide(ctx, d, known, q, p.Actor().ID, at)
		return 1, err
	})
	if err != nil {
		return nil, err
	}
	return keep(ctx, p, act, []opinion{op}, at)
}

// DecideAll keeps many decisions that were made alike, in one act. What contradicts
// what stands, or the others, is left out and told. Errors: those of Decide, but for
// conflicts.
func DecideAll(ctx context.Context, p *gate.Pass, act gate.Act, list []Decision, clock func() time.Time) (*Decided, error) {
	at := clock().UTC()
	var ops []opinion
	refused := []string{}
	_, err := gate.Ask(ctx, p, readJudgements(act), false, func(ctx context.Context, d *gate.Desk) (int, error) {
		stand, err := resolve.ReadJudgements(ctx, d.View, d.View.Sight())
		if err != nil {
			return 0, err
		}
		known, err := d.Judged(ctx)
		if err != nil {
			return 0, err
		}
		for _, q := range list {
			op, err := decide(ctx, d, known, q, p.Actor().ID, at)
			if overt.CodeOf(err) == overt.Conflict {
				refused = append(refused, err.Error())
				continue
			}
			if err != nil {
				return 0, err
			}
			ops, stand = append(ops, op), append(stand, op.Judgement)
		}
		var aside []string
		ops, aside = beside(ops, stand)
		refused = append(refused, aside...)
		return len(ops), nil
	})
	if err != nil || len(ops) == 0 {
		return &Decided{Runs: []overt.RunID{}, Judgements: []JudgedPair{}, Refused: refused}, err
	}
	out, err := keep(ctx, p, act, ops, at)
	if err == nil {
		out.Refused = refused
	}
	return out, err
}

// beside leaves out of a list what contradicts what stands, the list with it, and
// tells of that.
func beside(list []opinion, stand []judge.Judgement) (left []opinion, refused []string) {
	refused = []string{}
	aside := map[string]bool{}
	for _, c := range judge.New(stand, judge.Rule{}).Aside() {
		aside[c.Judgement.ID] = true
		if slices.ContainsFunc(list, func(o opinion) bool { return o.ID == c.Judgement.ID }) {
			refused = append(refused, resolve.Refusal(&c).Error())
		}
	}
	return slices.DeleteFunc(list, func(o opinion) bool { return aside[o.ID] }), refused
}

// readJudgements is the act of reading what stands before something is added.
func readJudgements(act gate.Act) gate.Act {
	act.Action = "judgement.read"
	return act
}

func decide(ctx context.Context, d *gate.Desk, known *resolve.Identity, q Decision, author string, at time.Time) (op opinion, err error) {
	book := known.Book
	j := judge.Judgement{ID: resolve.NewJudgementID(), Verdict: q.Verdict, Retracts: q.Retracts, Author: author, At: at, Reason: q.Reason, Score: q.Score, Model: q.Model, Sample: q.Sample}
	if q.Verdict == judge.Retract {
		was, ok := book.Live(q.Retracts)
		if !ok {
			return op, overt.Errorf(overt.NotFound, q.Retracts, "no judgement %s stands here", q.Retracts)
		}
		j.Left, j.Right = was.Left, was.Right
		labels, err := labelsAbout(ctx, d, ftm.EntityID(q.Retracts))
		return opinion{j, labels, false}, err
	}
	j.Left, j.Right = judge.Pair(q.Left, q.Right)
	if err := j.Check(); err != nil {
		return op, err
	}
	if c := book.Try(&j); c != nil {
		return op, resolve.Refusal(c)
	}
	waits, again, err := known.Waits(&j)
	if err != nil {
		return op, err
	}
	if waits && again {
		return op, overt.Errorf(overt.Conflict, "", "%s and %s: you said so already; it waits for a second person to say the same", j.Left, j.Right)
	}
	labels, err := labelsOfPair(ctx, d, j.Left, j.Right)
	if err != nil {
		return op, err
	}
	j.Evidence, err = evidence(ctx, d, j.Left, j.Right)
	return opinion{j, labels, waits}, err
}

// labelsAbout are the labels under which statements about an entity are shown to
// who may add to them, ascending. Errors: not_found.
func labelsAbout(ctx context.Context, d *gate.Desk, id ftm.EntityID) ([]policy.Label, error) {
	stmts, err := d.View.Entity(ctx, id)
	if err != nil {
		return nil, err
	}
	seen := map[string]policy.Label{}
	for i := range stmts {
		if info, ok := d.View.Sight().Info(stmts[i].Class); ok && d.Scope.Writes(info.Label) {
			seen[info.Label.Key()] = info.Label
		}
	}
	if len(seen) == 0 {
		return nil, overt.Errorf(overt.NotFound, string(id), "there is no entity %s to which you may add", statement.ShowID(id))
	}
	var out []policy.Label
	for _, k := range slices.Sorted(maps.Keys(seen)) {
		out = append(out, seen[k])
	}
	return out, nil
}

// labelsOfPair is a label that both entities have, else one of each.
func labelsOfPair(ctx context.Context, d *gate.Desk, left, right ftm.EntityID) ([]policy.Label, error) {
	a, err := labelsAbout(ctx, d, left)
	if err != nil {
		return nil, err
	}
	b, err := labelsAbout(ctx, d, right)
	if err != nil {
		return nil, err
	}
	for _, l := range a {
		if slices.ContainsFunc(b, func(o policy.Label) bool { return o.Key() == l.Key() }) {
			return []policy.Label{l}, nil
		}
	}
	return []policy.Label{a[0], b[0]}, nil
}

// evidence is the hash of what both sides say.
func evidence(ctx context.Context, d *gate.Desk, ids ...ftm.EntityID) (string, error) {
	h := sha256.New()
	out := json.NewEncoder(h)
	for _, id := range ids {
		stmts, err := d.View.Entity(ctx, id)
		if err != nil {
			return "", err
		}
		var lines [][2]string
		for i := range stmts {
			lines = append(lines, [2]string{stmts[i].Prop, stmts[i].Value})
		}
		slices.SortFunc(lines, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
		if err := out.Encode(slices.Compact(lines)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keep writes judgements, in one run for each label.
func keep(ctx context.Context, p *gate.Pass, act gate.Act, list []opinion, at time.Time) (*Decided, error) {
	out := &Decided{Runs: []overt.RunID{}, Judgements: []JudgedPair{}, Refused: []string{}}
	byLabel := map[string][]saying{}
	labels := map[string]policy.Label{}
	for i := range list {
		op := &list[i]
		out.Judgements = append(out.Judgements, JudgedPair{op.ID, op.Left, op.Right, op.Verdict, op.waits})
		halves := [][]statement.Statement{resolve.JudgementStatements(&op.Judgement)}
		if len(op.labels) == 2 {
			left, right, err := resolve.JudgementShares(&op.Judgement)
			if err != nil {
				return nil, err
			}
			halves = [][]statement.Statement{left, right}
		}
		for k, half := range halves {
			key := op.labels[k].Key()
			labels[key] = op.labels[k]
			byLabel[key] = append(byLabel[key], saying{ftm.EntityID(op.ID), half})
		}
	}
	err := p.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		for _, key := range slices.Sorted(maps.Keys(labels)) {
			run, err := writeOpinions(ctx, b, labels[key], byLabel[key], at)
			if err != nil {
				return int64(len(out.Runs)), "", err
			}
			out.Runs = append(out.Runs, run)
		}
		return int64(len(list)), "", nil
	})
	return out, err
}

// A saying is what a judgement says under one label.
type saying struct {
	id    ftm.EntityID
	stmts []statement.Statement
}

func writeOpinions(ctx context.Context, b *gate.Bench, label policy.Label, list []saying, at time.Time) (overt.RunID, error) {
	w, err := b.Statements.Begin(ctx, b.Scope, judgementRun(b, label, at))
	if err != nil {
		return 0, err
	}
	defer func() { _ = w.Abort() }()
	for _, t := range list {
		if err := w.Add(label, t.id, t.stmts); err != nil {
			return 0, err
		}
	}
	run, err := w.Commit(ctx)
	return run.ID, err
}

// decided is what makes two judgements of files the same.
func decided(j *judge.Judgement) string {
	return strings.Join([]string{string(j.Left), string(j.Right), string(j.Verdict), j.Author, j.At.UTC().Format(time.RFC3339Nano)}, "\x00")
}

// ImportDecisions keeps judgements in nomenklatura's form that lines holds: those
// about entities that are here and that are not here already. What contradicts
// the rest is left out and told. Errors: those of judge.ReadLines, denied.
func ImportDecisions(ctx context.Context, p *gate.Pass, foreign *judge.Foreign, clock func() time.Time) (*Decided, error) {
	act := gate.Act{Action: "entity.judge", Object: fmt.Sprintf("%d judgements", len(foreign.Judgements)), Query: "import"}
	at := clock().UTC()
	var list []opinion
	count := Decided{Refused: []string{}, Left: foreign.Suggestions + foreign.Alone}
	_, err := gate.Ask(ctx, p, readJudgements(act), false, func(ctx context.Context, d *gate.Desk) (int, error) {
		stand, err := resolve.ReadJudgements(ctx, d.View, d.View.Sight())
		if err != nil {
			return 0, err
		}
		known, err := d.Judged(ctx)
		if err != nil {
			return 0, err
		}
		here := map[string]bool{}
		for i := range stand {
			here[decided(&stand[i])] = true
		}
		for _, j := range foreign.Judgements {
			if here[decided(&j)] {
				count.Known++
				continue
			}
			here[decided(&j)] = true
			j.ID = resolve.NewJudgementID() // its own would name both sides to who sees one
			j.Keeper = p.Actor().ID
			labels, err := labelsOfPair(ctx, d, j.Left, j.Right)
			if overt.CodeOf(err) == overt.NotFound {
				count.Unknown++
				continue
			}
			if err != nil {
				return 0, err
			}
			if err := j.Check(); err != nil {
				return 0, err
			}
			waits, _, err := known.Waits(&j)
			if err != nil {
				return 0, err
			}
			stand = append(stand, j)
			list = append(list, opinion{j, labels, waits})
		}
		list, count.Refused = beside(list, stand)
		return len(list), nil
	})
	if err != nil {
		return nil, err
	}
	out := &Decided{Runs: []overt.RunID{}, Judgements: []JudgedPair{}}
	if len(list) > 0 {
		if out, err = keep(ctx, p, act, list, at); err != nil {
			return nil, err
		}
	}
	out.Refused, out.Known, out.Unknown, out.Left = count.Refused, count.Known, count.Unknown, count.Left
	return out, nil
}
