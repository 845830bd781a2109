package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve"
	"overt/resolve/judge"
)

// A reviewer is one person at a terminal, or lines in place of one.
type reviewer struct {
	*app
	h      *home
	pass   *gate.Pass
	review *pipeline.Review
	keys   func() (string, error)
	page   *page
	blind  bool
	said   []saidOf // what was decided, the last at the end
}

type saidOf struct {
	pair    pipeline.Candidate
	verdict judge.Verdict
	runs    []overt.RunID
}

const reviewHelp = "y one · n two · u not to be told · s skip · z take the last back · q end; a reason may follow"

func (a *app) reviewPairs(ctx context.Context, q pipeline.Resolution, blind bool) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	act := gate.Act{Action: "entity.resolve", Object: strings.Join(q.Datasets, " "), Query: "review"}
	rev, err := gate.Ask(ctx, pass, act, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Review, error) {
		stop := a.working("comparing entities")
		defer stop()
		return pipeline.NewReview(ctx, d, q, a.clock())
	})
	if err != nil {
		return err
	}
	r := &reviewer{app: a, h: h, pass: pass, review: rev, blind: blind, keys: a.readKeys(), page: &page{w: a.out, color: a.color}}
	a.printed = true
	r.page.line("%s to decide; %s", plural(rev.Open, "pair", "pairs"), reviewHelp)
	if err := r.loop(ctx); err != nil {
		return err
	}
	r.page.line("%s", r.estimate())
	r.page.line("%s decided; overt resolve works with them", plural(len(r.said), "pair", "pairs"))
	return r.page.err
}

func (r *reviewer) loop(ctx context.Context) error {
	for {
		c, ok := r.review.Next()
		if !ok {
			r.page.line("Nothing is left to decide.")
			return nil
		}
		if err := r.show(ctx, c); err != nil {
			return err
		}
		goOn, err := r.hear(ctx, c)
		if err != nil || !goOn {
			return err
		}
	}
}

// hear takes a person's word on a pair; goOn is false when he ends.
func (r *reviewer) hear(ctx context.Context, c pipeline.Candidate) (goOn bool, err error) {
	for {
		line, err := r.keys()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		key, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "y", "n", "u":
			err = r.decide(ctx, c, map[string]judge.Verdict{"y": judge.Positive, "n": judge.Negative, "u": judge.Unsure}[key], strings.TrimSpace(reason))
			if overt.CodeOf(err) == overt.Conflict {
				r.page.warning(err.Error(), "")
				continue
			}
			return err == nil, err
		case "s":
			return true, nil
		case "q":
			return false, nil
		case "z":
			if err := r.takeBack(ctx); err != nil {
				return false, err
			}
		default:
			r.page.line("%s", r.page.dim(reviewHelp))
		}
	}
}

func (r *reviewer) decide(ctx context.Context, c pipeline.Candidate, v judge.Verdict, reason string) error {
	done, err := c.Decide(ctx, r.pass, v, reason, r.blind, r.clock)
	if err != nil {
		return err
	}
	r.said = append(r.said, saidOf{c, v, done.Runs})
	if v != judge.Unsure {
		r.review.Said(c, v == judge.Positive)
	}
	if e := r.review.Estimate(); e.Samples > 0 {
		r.page.line("%s", r.page.dim(r.estimate()))
	}
	return nil
}

// takeBack undoes the last decision of this session; its pair comes again.
func (r *reviewer) takeBack(ctx context.Context) error {
	if len(r.said) == 0 {
		r.page.line("Nothing was decided yet.")
		return nil
	}
	last := r.said[len(r.said)-1]
	for _, id := range slices.Backward(last.runs) {
		if err := r.pass.Undo(ctx, id); err != nil {
			return err
		}
	}
	r.said = r.said[:len(r.said)-1]
	r.review.Reopen(last.pair, last.verdict != judge.Unsure, last.verdict == judge.Positive)
	r.page.line("taken back: %s and %s", r.page.bold(string(last.pair.Left)), r.page.bold(string(last.pair.Right)))
	return nil
}

func (r *reviewer) estimate() string {
	e := r.review.Estimate()
	if e.Samples == 0 {
		return "no random pair was decided: how well entities are resolved cannot be told"
	}
	return fmt.Sprintf("by %s of what was compared: precision %.2f to %.2f, recall %.2f to %.2f",
		plural(e.Samples, "random pair", "random pairs"), e.Precision[0], e.Precision[1], e.Recall[0], e.Recall[1])
}

// show lays both sides beside each other, and what speaks for and against it.
func (r *reviewer) show(ctx context.Context, c pipeline.Candidate) error {
	act := gate.Act{Action: "entity.read", Object: string(c.Left) + " · " + string(c.Right), Query: "review"}
	var score *pipeline.Score
	both, err := gate.Ask(ctx, r.pass, act, false, func(ctx context.Context, d *gate.Desk) ([2]*resolve.Profile, error) {
		var out [2]*resolve.Profile
		for i, id := range []ftm.EntityID{c.Left, c.Right} {
			var err error
			if out[i], err = resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id}); err != nil {
				return out, err
			}
		}
		var err error
		score, err = r.review.Explain(ctx, d.View, c)
		return out, err
	})
	if err != nil {
		return err
	}
	r.page.gap()
	r.page.line("%s %s %s", r.page.bold(both[0].Caption()), r.page.dim("and"), r.page.bold(both[1].Caption()))
	sideBySide(r.page, both)
	waterfall(r.page, score, !r.blind)
	return r.page.err
}

// shownValues is how many values of a property stand beside those of the other.
const shownValues = 3

func sideBySide(p *page, both [2]*resolve.Profile) {
	t := &table{heads: []string{"", string(both[0].ID), string(both[1].ID)}}
	var props []string
	for _, side := range both {
		for _, v := range side.Values {
			if v.Prop != "id" && v.Value != "" && !slices.Contains(props, v.Prop) {
				props = append(props, v.Prop)
			}
		}
	}
	slices.Sort(props)
	for _, prop := range props {
		left, right := both[0].Get(prop), both[1].Get(prop)
		for i := range min(shownValues, max(len(left), len(right))) {
			row := []string{"", "", ""}
			if i == 0 {
				row[0] = prop
			}
			for k, list := range [][]resolve.Value{left, right} {
				if i < len(list) {
					row[k+1] = short(oneLine(list[i].Value), 60)
				}
			}
			t.add(row...)
		}
	}
	p.table(t)
}

// readKeys reads one key a time from a terminal, and lines from anything else.
func (a *app) readKeys() func() (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		lines := bufio.NewScanner(a.in)
		return func() (string, error) {
			if !lines.Scan() {
				if err := lines.Err(); err != nil {
					return "", &overt.Error{Code: overt.Unavailable, Op: "read what you say", Err: err}
				}
				return "", io.EOF
			}
			return lines.Text(), nil
		}
	}
	return func() (string, error) {
		state, err := term.MakeRaw(int(f.Fd()))
		if err != nil {
			return "", &overt.Error{Code: overt.Unavailable, Op: "read keys", Err: err}
		}
		var b [1]byte
		_, err = f.Read(b[:])
		if back := term.Restore(int(f.Fd()), state); err == nil {
			err = back
		}
		if b[0] == 3 || b[0] == 4 { // Ctrl-C, Ctrl-D
			return "q", err
		}
		return string(b[:]), err
	}
}
