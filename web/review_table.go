package web

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/ui"
	"overt/ui/svg"
)

// verdictWords say what was decided, verdictSign by a sign beside them.
var (
	verdictWords = map[judge.Verdict]string{judge.Positive: "one", judge.Negative: "two", judge.Unsure: "not to be told yet"}
	verdictSign  = map[judge.Verdict]string{judge.Positive: "=", judge.Negative: "≠", judge.Unsure: "?"}
)

// likeClass is the class of a row by how its sides stand to each other.
func likeClass(l answer.Likeness) string {
	return map[answer.Likeness]string{answer.LikeSame: "agree", answer.LikeNear: "agree", answer.LikeNot: "differ"}[l]
}

// readAs is a value as it is read: what it refers to by its name.
func readAs(v *answer.Value) string {
	if v.Caption != "" {
		return v.Caption
	}
	return v.Value
}

// percent writes a share.
func percent(p float64) string {
	return strconv.FormatFloat(100*p, 'f', 1, 64) + " %"
}

// signedBits writes bits with their sign.
func signedBits(v float64) string {
	return strings.Replace(fmt.Sprintf("%+.1f", math.Round(v*10)/10+0), "-", "−", 1)
}

// datasets names the sources of a side.
func (p pairPage) datasets(side int) string {
	var out []string
	for _, row := range p.Rows {
		for _, v := range row.Sides[side] {
			for _, c := range v.Citations {
				if !slices.Contains(out, c.Dataset) {
					out = append(out, c.Dataset)
				}
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// query is how the pair is looked at, as an address has it.
func (p pairPage) query() string { return queryOf(p.look()) }

func queryOf(pairs []string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return q.Encode()
}

// ahead are the addresses of the pairs that come next, for them to be fetched.
func (p pairPage) ahead() string {
	out := make([]string, len(p.Next))
	for i, c := range p.Next {
		out[i] = p.path(c.Left, c.Right)
	}
	return strings.Join(out, " ")
}

// waterfall draws how the score came about.
func (p pairPage) waterfall(ctx context.Context) templ.Component {
	title := ui.T(ctx, "Why, in bits")
	w := svg.Waterfall{Frame: pictureFrame(ctx, "why", title), Places: 1, Total: "p " + resolve.Probability(p.Score.P)}
	w.Parts = append(w.Parts, svg.Part{Label: ui.T(ctx, "odds before"), Value: p.Score.Prior})
	for _, b := range p.Score.Bars {
		note := b.Level
		if b.Why != "" {
			note += ": " + b.Why
		}
		w.Parts = append(w.Parts, svg.Part{Label: ui.T(ctx, b.Of), Value: b.Bits, Note: note})
	}
	return drawn(w, title)
}

// bars is the same as a table, with the values that were compared.
func (p pairPage) bars(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "What speaks for it and against it, in bits"), Columns: columns(ctx, "What", "#Bits", "How", "A", "B")}
	bits := func(v float64) templ.Component { return ui.Bdi(signedBits(v)) }
	t.Rows = append(t.Rows, []templ.Component{ui.Bdi(ui.T(ctx, "odds before")), bits(p.Score.Prior), ui.Bdi(""), ui.Bdi(""), ui.Bdi("")})
	for _, b := range p.Score.Bars {
		how := b.Level
		if b.Why != "" {
			how += ": " + b.Why
		}
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(ui.T(ctx, b.Of)), bits(b.Bits), ui.Bdi(how), ui.Bdi(b.Left), ui.Bdi(b.Right)})
	}
	t.Foot = []templ.Component{ui.Bdi(ui.T(ctx, "total")), bits(p.Score.Bits), ui.Bdi("p " + resolve.Probability(p.Score.P)), ui.Bdi(""), ui.Bdi("")}
	return t
}

// first and next are the pages around this one.
func (l *judgementList) first() string {
	if l.q.after == 0 {
		return ""
	}
	return l.q.path("/review/judgements", 0)
}

func (l *judgementList) next() string {
	if after := l.q.after + judgementsShown; after < len(l.Judgements.Judgements) {
		return l.q.path("/review/judgements", after)
	}
	return ""
}
