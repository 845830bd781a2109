package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/ledger"
	"overt/mention"
	"overt/statement"
	"overt/ui"
)

// sourceViews are the views of a source, in the order of their tabs.
var sourceViews = []ui.Link{{Label: "Imports", Href: "", Key: "1"}, {Label: "Files", Href: "files", Key: "2"}, {Label: "Left out", Href: "left", Key: "3"}, {Label: "Changes", Href: "changes", Key: "4"}}

// Sizes of what is listed of a source.
const (
	filesShown   = 100
	leftShown    = 100
	leftOfFile   = 10
	changesShown = 25 // of each kind of entity and change
	doubtsShown  = 50
)

// sources lists what came in.
func (s *Service) sources(v *visit) (response, error) {
	a, err := ask(s, v, gate.Act{Action: "source.list"}, false, answer.ListSources)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Sources"), Main: sourcesScreen(s.sourceTable(v, a)), Wide: true})
}

// A sourceQuestion is what the address of a source says.
type sourceQuestion struct {
	name, view string
	verdict    ledger.Verdict // of files
	after      int            // files that were listed before
	from, to   overt.RunID    // 0, 0 for the newest two states
}

func readSource(v *visit) (sourceQuestion, error) {
	form := v.URL.Query()
	q := sourceQuestion{name: v.PathValue("id"), view: form.Get("view"), verdict: ledger.Verdict(form.Get("verdict"))}
	var err error
	number := func(name string) uint64 {
		n, bad := strconv.ParseUint(cmp.Or(form.Get(name), "0"), 10, 31)
		if bad != nil {
			err = overt.Errorf(overt.Invalid, name, "%s is no number from 0 on", name)
		}
		return n
	}
	q.after, q.from, q.to = int(number("after")), overt.RunID(number("from")), overt.RunID(number("to"))
	if err == nil && !slices.ContainsFunc(sourceViews, func(l ui.Link) bool { return l.Href == q.view }) {
		err = overt.Errorf(overt.Invalid, "view", "a source has no such view")
	}
	return q, err
}

// path is another address of the source.
func (q sourceQuestion) path(pairs ...string) string {
	return sourcePath(q.name, append([]string{"view", q.view}, pairs...)...)
}

// A sourceAnswer is what one view of a source shows.
type sourceAnswer struct {
	*answer.Source
	Diff *answer.Diff `json:"diff,omitempty"` // nil where there is only one state
}

// Records counts what the answer releases.
func (a *sourceAnswer) Records() int {
	n := a.Source.Records()
	if a.Diff != nil {
		n += a.Diff.Records()
	}
	return n
}

// source shows one dataset.
func (s *Service) source(v *visit) (response, error) {
	q, err := readSource(v)
	if err != nil {
		return response{}, err
	}
	act := gate.Act{Action: "source.read", Object: clip(q.name), Query: cmp.Or(q.view, "imports")}
	names := q.view == "changes" // of entities, by the graph
	a, err := ask(s, v, act, names, func(ctx context.Context, d *gate.Desk) (*sourceAnswer, error) {
		return readSourceView(ctx, d, &q)
	})
	if err != nil {
		return response{}, err
	}
	p := sourcePage{q: q, sourceAnswer: a, open: s.openTo(v, a.Source)}
	for _, w := range sourceViews {
		p.tabs = append(p.tabs, ui.Link{Label: v.say(w.Label), Href: sourcePath(q.name, "view", w.Href), Key: w.Key, Here: w.Href == q.view})
	}
	return show(ui.Page{Title: p.title() + " · " + v.say("Sources"), Main: sourceScreen(p), Wide: true})
}

// readSourceView answers one view of a source. It fills in which states are compared.
func readSourceView(ctx context.Context, d *gate.Desk, q *sourceQuestion) (*sourceAnswer, error) {
	left := 0
	if q.view == "left" {
		left = leftOfFile
	}
	src, err := answer.ReadSource(ctx, d, q.name, left)
	if err != nil {
		return nil, err
	}
	a := &sourceAnswer{Source: src}
	if q.view != "changes" {
		return a, nil
	}
	if q.from == 0 && q.to == 0 {
		q.from, q.to = newestStates(src)
	}
	if q.to == 0 {
		return a, nil
	}
	a.Diff, err = answer.FindDiff(ctx, d, q.name, answer.DiffOptions{From: q.from, To: q.to, Limit: changesShown})
	return a, err
}

// newestStates are the newest state that has one before it, and that one; 0, 0 where
// nothing has two.
func newestStates(src *answer.Source) (from, to overt.RunID) {
	runs := slices.Clone(src.Runs)
	slices.SortStableFunc(runs, func(a, b answer.RunLine) int { return cmp.Compare(b.Observed, a.Observed) })
	for i := range runs {
		// What a person judged is no state of a source.
		if runs[i].Format == mention.JudgementFormat {
			continue
		}
		if from = src.Before(&runs[i].Run); from != 0 {
			return from, runs[i].ID
		}
	}
	return 0, 0
}

// openTo names the purposes that a source is there for; "" for each of the home's.
func (s *Service) openTo(v *visit, src *answer.Source) string {
	if len(src.Purposes) == len(s.cfg.Purposes) {
		return v.say("every purpose")
	}
	words := make([]string, len(src.Purposes))
	for i, p := range src.Purposes {
		words[i] = string(p)
	}
	return strings.Join(words, ", ")
}

// sourcePage is what the templates of a source draw.
type sourcePage struct {
	q sourceQuestion
	*sourceAnswer
	open string
	tabs []ui.Link
}

func (p *sourcePage) title() string { return cmp.Or(p.Title, p.Name) }

// doubts are what imports and files give reason to doubt, each once.
func (p *sourcePage) doubts() []string {
	var out []string
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, r := range p.Runs {
		if r.Undone == "" {
			for _, d := range r.Run.Doubts() {
				add(d.Message)
			}
		}
	}
	for _, w := range p.Coverage.Warnings {
		add(w.Message)
	}
	return out
}

// A noticed is a notice with the run it is about.
type noticed struct {
	run overt.RunID
	statement.Notice
}

func (p *sourcePage) notices() []noticed {
	var out []noticed
	for _, r := range p.Runs {
		for _, n := range r.Notices {
			out = append(out, noticed{r.ID, n})
		}
	}
	return out
}

// verdicts are those that files have, with how many have each.
func (p *sourcePage) verdicts() []ledger.Verdict {
	var out []ledger.Verdict
	for _, w := range []ledger.Verdict{ledger.Failed, ledger.Refused, ledger.Partial, ledger.Waiting, ledger.Read} {
		if p.count(w) > 0 {
			out = append(out, w)
		}
	}
	return out
}

func (p *sourcePage) count(w ledger.Verdict) int64 {
	n := int64(0)
	for i := range p.Coverage.Files {
		if w == "" || p.Coverage.Files[i].Verdict == w {
			n++
		}
	}
	return n
}

// files are those of this page, and whether there are more.
func (p *sourcePage) files() (list []ledger.Entry, more bool) {
	for _, e := range p.Coverage.Files {
		if p.q.verdict == "" || e.Verdict == p.q.verdict {
			list = append(list, e)
		}
	}
	list = list[min(p.q.after, len(list)):]
	return list[:min(filesShown, len(list))], len(list) > filesShown
}

func (p *sourcePage) firstFiles() string {
	if p.q.after == 0 {
		return ""
	}
	return p.q.path("verdict", string(p.q.verdict))
}

func (p *sourcePage) nextFiles() string {
	if _, more := p.files(); !more {
		return ""
	}
	return p.q.path("verdict", string(p.q.verdict), "after", strconv.Itoa(p.q.after+filesShown))
}
