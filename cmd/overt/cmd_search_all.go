package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"overt"
	"overt/answer"
	"overt/export"
	"overt/gate"
	"overt/search"
	"overt/statement"
)

// A searchAll is how all hits of a search are written.
type searchAll struct {
	on, csv, force bool
	out            string
}

func (s *searchAll) check(a *app, limited bool) error {
	switch {
	case !s.on && (s.csv || s.out != "-" || s.force):
		return usageError{errors.New("--csv, --out and --force go with --all")}
	case s.on && limited:
		return usageError{errors.New("--all has no --limit")}
	case s.csv && a.json:
		return usageError{errors.New("--csv or --json, not both")}
	}
	return nil
}

// searchAll writes every hit, to the output or to a file that is there whole or
// not at all.
func (a *app) searchAll(ctx context.Context, q search.Query, how searchAll) error {
	if err := a.checkDates(); err != nil {
		return err
	}
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if how.out != "-" {
		if inside(h.dir, how.out) {
			return overt.Errorf(overt.Invalid, how.out, "the home takes no other files; name one elsewhere")
		}
		if err := checkTarget(how.out, how.force); err != nil {
			return err
		}
	}
	n := int64(0)
	act := gate.Act{Action: "search.all", Object: how.out, Query: q.Text, When: statement.When{KnownAt: a.knownAt}}
	err = pass.Stream(ctx, act, false, func(ctx context.Context, d *gate.Desk) (int64, string, error) {
		var sum string
		var err error
		n, sum, err = a.writeHits(ctx, d, q, how)
		return n, sum, err
	})
	if err == nil && (how.out != "-" || how.csv) {
		fmt.Fprintf(a.err, "%s written\n", plural(int(n), "hit", "hits"))
	}
	return err
}

// writeHits gives how many hits were written and the hash of the bytes.
func (a *app) writeHits(ctx context.Context, d *gate.Desk, q search.Query, how searchAll) (int64, string, error) {
	if how.out == "-" {
		sum := sha256.New()
		out := bufio.NewWriterSize(&hashing{a.out, sum}, 1<<16)
		n, err := a.eachHit(ctx, d, q, how, out)
		return n, hex.EncodeToString(sum.Sum(nil)), errors.Join(err, out.Flush())
	}
	f, err := createNew(how.out)
	if err != nil {
		return 0, "", err
	}
	defer f.drop()
	n, err := a.eachHit(ctx, d, q, how, f)
	if err == nil {
		err = f.ready()
	}
	if err != nil {
		return 0, "", err
	}
	return n, f.SHA256, f.name()
}

func (a *app) eachHit(ctx context.Context, d *gate.Desk, q search.Query, how searchAll, out io.Writer) (n int64, err error) {
	var w hitWriter
	switch {
	case how.csv:
		w = &csvHits{csv.NewWriter(out), a}
	case a.json:
		w = &jsonHits{w: out}
	default:
		w = &pageHits{p: &page{w: out, color: a.color && how.out == "-"}}
	}
	err = answer.SearchAll(ctx, d, q, func(s *answer.SearchAnswer) error {
		a.printed = a.printed || how.out == "-"
		return w.begin(s)
	}, func(h *answer.SearchHit) error { n++; return w.hit(h) })
	if err != nil {
		return n, err
	}
	return n, w.end()
}

// A hitWriter writes an answer whose hits come one after the other.
type hitWriter interface {
	begin(*answer.SearchAnswer) error
	hit(*answer.SearchHit) error
	end() error
}

type pageHits struct {
	p *page
	s *answer.SearchAnswer
}

func (w *pageHits) begin(s *answer.SearchAnswer) error {
	w.s = s
	w.p.line("%s", w.p.bold(plural(int(s.Total), "hit", "hits")))
	return w.p.err
}

func (w *pageHits) hit(h *answer.SearchHit) error {
	hitLines(w.p, h)
	return w.p.err
}

func (w *pageHits) end() error {
	besideHits(w.p, w.s)
	return w.p.err
}

// jsonHits writes the object that a page of hits is, a hit a line.
type jsonHits struct {
	w    io.Writer
	tail []byte
	n    int
}

func (w *jsonHits) begin(s *answer.SearchAnswer) error {
	raw, err := json.Marshal(struct {
		Query string `json:"query"`
		Total int64  `json:"total"`
	}{s.Query, s.Total})
	if err != nil {
		return err
	}
	w.tail, err = json.Marshal(struct {
		Facets      []search.Facet     `json:"facets"`
		NotSearched answer.NotSearched `json:"not_searched"`
	}{s.Facets, s.NotSearched})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.w, "%s,\"hits\":[", raw[:len(raw)-1])
	return err
}

func (w *jsonHits) hit(h *answer.SearchHit) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	comma := ","
	if w.n == 0 {
		comma = ""
	}
	w.n++
	_, err = fmt.Fprintf(w.w, "%s\n%s", comma, raw)
	return err
}

func (w *jsonHits) end() error {
	_, err := fmt.Fprintf(w.w, "],\n%s\n", w.tail[1:])
	return err
}

// csvHits writes a table. What was not searched is said beside it.
type csvHits struct {
	w *csv.Writer
	a *app
}

func (w *csvHits) begin(s *answer.SearchAnswer) error {
	notSearchedLines(&page{w: w.a.err}, &s.NotSearched)
	return w.w.Write([]string{"kind", "id", "caption", "schema", "dataset", "run", "page", "start", "end", "snippet", "score", "cite"})
}

func (w *csvHits) hit(h *answer.SearchHit) error {
	number := func(n int) string {
		if h.Page == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return w.w.Write([]string{
		string(h.Kind), export.Cell(string(h.ID)), export.Cell(h.Caption), h.Schema, export.Cell(h.Dataset), strconv.FormatUint(uint64(h.Run), 10),
		number(h.Page), number(h.Start), number(h.End), export.Cell(h.Snippet), strconv.FormatFloat(h.Score, 'f', -1, 64), h.Cite,
	})
}

func (w *csvHits) end() error {
	w.w.Flush()
	return w.w.Error()
}
