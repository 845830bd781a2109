package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/money"
	"overt/statement"
	"overt/ui"
)

// traceViews are the views of a trace, in the order of their tabs.
var traceViews = []struct{ name, label, key string }{
	{"path", "Path", "p"}, {"flow", "Flow", "f"}, {"net", "Net", "g"}, {"table", "Table", "t"}, {"reach", "Reach", "d"},
}

// Bounds of what a trace asks for.
const (
	maxHops      = 6
	mostPaths    = 5
	traceLinks   = 25 // of each kind of a hop in the table
	maxOpenings  = 20
	openingSteps = 25  // more neighbours a press
	largeRows    = 500 // of the table of a large network on a page
	unseenShown  = 50
)

// A traceQuestion is what the address of a trace says.
type traceQuestion struct {
	from, to string // words or ids
	view     string
	via      string
	asOf     string
	hops     int
	hubs     bool   // pass through those with very many links
	at       string // the chain of the matrix that is shown
	open     []answer.Opening
	most     int // entities of a network
	row      int // the first of the table that is shown, of a large one
}

// readTrace reads the address. Errors: invalid.
func readTrace(q url.Values) (traceQuestion, error) {
	t := traceQuestion{
		from: strings.TrimSpace(q.Get("from")), to: strings.TrimSpace(q.Get("to")), view: q.Get("view"), via: q.Get("via"),
		asOf: q.Get("asof"), hops: maxHops, most: answer.NetNodes, hubs: q.Get("hubs") != "", at: q.Get("at"),
	}
	if t.view == "" {
		if t.view = "path"; (t.from == "") != (t.to == "") {
			t.view = "net"
		}
	}
	if !slices.ContainsFunc(traceViews, func(w struct{ name, label, key string }) bool { return w.name == t.view }) {
		return t, overt.Errorf(overt.NotFound, "", "there is no such view")
	}
	if h := q.Get("hops"); h != "" {
		n, err := strconv.Atoi(h)
		if err != nil || n < 1 || n > maxHops {
			return t, overt.Errorf(overt.Invalid, "hops", "hops are from 1 to %d", maxHops)
		}
		t.hops = n
	}
	if m := q.Get("most"); m != "" {
		n, err := strconv.Atoi(m)
		if err != nil || !slices.Contains(netSizes, n) {
			return t, overt.Errorf(overt.Invalid, "most", "a network has a size of %d, %d, %d or %d", netSizes[0], netSizes[1], netSizes[2], netSizes[3])
		}
		t.most = n
	}
	if r := q.Get("row"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n < 0 {
			return t, overt.Errorf(overt.Invalid, "row", "%q is no row of a table", clip(r))
		}
		t.row = n
	}
	if t.asOf != "" && statement.DayOf(t.asOf) == statement.NoDay {
		return t, overt.Errorf(overt.Invalid, "asof", "%q is not a date; write 2019, 2019-03 or 2019-03-31", clip(t.asOf))
	}
	for _, o := range q["open"] {
		x, err := readOpening(o)
		if err != nil {
			return t, err
		}
		if t.open = append(t.open, x); len(t.open) > maxOpenings {
			return t, overt.Errorf(overt.Invalid, "open", "a network opens %d kinds of link at most", maxOpenings)
		}
	}
	return t, nil
}

// readOpening reads what openingWord writes. Errors: invalid.
func readOpening(s string) (answer.Opening, error) {
	parts := strings.SplitN(s, "|", 4)
	if len(parts) == 4 {
		n, err := strconv.Atoi(parts[2])
		if err == nil && n > 0 && n <= answer.NetNodes && (parts[1] == "in" || parts[1] == "out") {
			return answer.Opening{ID: ftm.EntityID(parts[3]), Kind: parts[0], Inbound: parts[1] == "in", Count: n}, nil
		}
	}
	return answer.Opening{}, overt.Errorf(overt.Invalid, "open", "%q opens nothing", clip(s))
}

func openingWord(o answer.Opening) string {
	way := "out"
	if o.Inbound {
		way = "in"
	}
	return strings.Join([]string{o.Kind, way, strconv.Itoa(o.Count), string(o.ID)}, "|")
}

// path is the address of the trace, with some parameters set otherwise; "" takes one
// away.
func (t traceQuestion) path(pairs ...string) string { return t.under("/trace", pairs...) }

func (t traceQuestion) under(where string, pairs ...string) string {
	set := map[string]string{"from": t.from, "to": t.to, "view": t.view, "via": t.via, "asof": t.asOf, "at": t.at}
	if t.hops != maxHops {
		set["hops"] = strconv.Itoa(t.hops)
	}
	if t.hubs {
		set["hubs"] = "1"
	}
	if t.most != 0 && t.most != answer.NetNodes {
		set["most"] = strconv.Itoa(t.most)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		set[pairs[i]] = pairs[i+1]
	}
	var all []string
	for name, value := range set {
		all = append(all, name, value)
	}
	for _, o := range t.open {
		all = append(all, "open", openingWord(o))
	}
	return address(where, all...)
}

// opens says whether there is place for an opening.
func (t traceQuestion) opens(o answer.Opening) bool {
	return len(t.open) < maxOpenings || t.opening(o) >= 0
}

// opening is the place of an opening of the same kind of link; -1 for none.
func (t traceQuestion) opening(o answer.Opening) int {
	return slices.IndexFunc(t.open, func(x answer.Opening) bool { return x.ID == o.ID && x.Kind == o.Kind && x.Inbound == o.Inbound })
}

// opened is the trace with an opening more, or the same one wider.
func (t traceQuestion) opened(o answer.Opening) traceQuestion {
	t.open = slices.Clone(t.open)
	i := t.opening(o)
	if i < 0 {
		t.open = append(t.open, o)
	} else {
		t.open[i] = o
	}
	return t
}

// closed is the trace without its last opening.
func (t traceQuestion) closed() traceQuestion {
	t.open = t.open[:len(t.open)-1]
	return t
}

// A traceAnswer is what one view of a trace shows.
type traceAnswer struct {
	Trace *answer.Trace       `json:"trace,omitempty"`
	Flow  *answer.Flow        `json:"flow,omitempty"`
	Net   *answer.Network     `json:"net,omitempty"`
	Reach *answer.ReachMatrix `json:"reach,omitempty"`
	Tried []traceExample      `json:"tried,omitempty"`
}

// Records counts what the answer releases.
func (a *traceAnswer) Records() int {
	switch {
	case a.Trace != nil:
		return a.Trace.Records()
	case a.Flow != nil:
		return a.Flow.Records()
	case a.Net != nil:
		return a.Net.Records()
	case a.Reach != nil:
		return a.Reach.Records()
	}
	return len(a.Tried)
}

// A traceExample is a question that can be asked of the sample investigation.
type traceExample struct {
	From string `json:"from"`
	To   string `json:"to,omitempty"`
	View string `json:"view"`
	Says string `json:"-"`
}

var traceExamples = []traceExample{
	{"ICE", "Amazon Web Services", "path", "How ICE and Amazon Web Services are linked"},
	{"ICE", "Amazon Web Services", "flow", "What ICE paid to suppliers whose contracts name Amazon Web Services"},
	{"SEVIS", "", "reach", "Who can reach what SEVIS holds"},
}

// missing says why a view cannot be asked for yet; "" when it can.
func (t traceQuestion) missing() string {
	switch t.view {
	case "path", "table":
		if t.from == "" || t.to == "" {
			return "Say where the path begins and where it ends."
		}
	case "reach":
		if t.from == "" {
			return "Say which system or data set it is about."
		}
	}
	if t.from == "" && t.to == "" {
		return "Say whom it is about."
	}
	return ""
}

// ask answers the view.
func (t traceQuestion) ask(ctx context.Context, d *gate.Desk, today statement.Day, parts bool) (*traceAnswer, error) {
	a, o := &traceAnswer{}, answer.TraceOptions{Via: t.via, Hops: t.hops, Paths: mostPaths, AsOf: t.asOf, HubsToo: t.hubs, Today: today, Parts: parts}
	var err error
	if t.missing() != "" {
		for _, e := range traceExamples {
			there := true
			for _, words := range []string{e.From, e.To} {
				if words == "" {
					continue
				}
				_, err := answer.Find(ctx, d, words)
				if err != nil && overt.CodeOf(err) != overt.NotFound {
					return nil, err
				}
				there = there && err == nil
			}
			if there {
				a.Tried = append(a.Tried, e)
			}
		}
		return a, nil
	}
	switch t.view {
	case "flow":
		a.Flow, err = answer.FindFlow(ctx, d, t.from, t.to, o)
	case "net":
		words := slices.DeleteFunc([]string{t.from, t.to}, func(w string) bool { return w == "" })
		o.Most = t.most
		a.Net, err = answer.FindNetwork(ctx, d, words, t.open, o)
	case "reach":
		a.Reach, err = answer.FindReachMatrix(ctx, d, t.from, t.to, o)
	case "table":
		o.Edges = traceLinks
		fallthrough
	default:
		a.Trace, err = answer.FindTrace(ctx, d, t.from, t.to, o)
	}
	return a, err
}

// A tracePage is what the templates of a trace draw.
type tracePage struct {
	q traceQuestion
	*traceAnswer
	problem string // why there is no answer
	into    string // the case of the session
	tabs    []ui.Link
}

// trace follows links, money and data.
func (s *Service) trace(v *visit) (response, error) {
	q, err := readTrace(v.URL.Query())
	if err != nil {
		return response{}, err
	}
	p := tracePage{q: q, into: v.caseID}
	for _, w := range traceViews {
		p.tabs = append(p.tabs, ui.Link{Label: v.say(w.label), Href: q.path("view", w.name, "at", ""), Key: w.key, Here: w.name == q.view})
	}
	status := 0
	p.traceAnswer, err = s.traced(v, q, "trace."+q.view)
	if code := overt.CodeOf(err); err != nil && (code == overt.NotFound || code == overt.Invalid) {
		status, p.traceAnswer, p.problem = http.StatusNotFound, &traceAnswer{}, overt.Told(err)
		if code == overt.Invalid {
			status = http.StatusBadRequest
		}
	} else if err != nil {
		return response{}, err
	}
	title := v.say("Trace")
	if names := strings.Join(p.names(), " → "); names != "" {
		title = names + " · " + title
	}
	return response{page: ui.Page{Title: title, Main: traceScreen(p)}, status: status}, nil
}

// traced asks the question of a trace, and for what it is to be recorded.
func (s *Service) traced(v *visit, q traceQuestion, action string) (*traceAnswer, error) {
	act := gate.Act{Action: action, Query: clipQuery(v.URL.Query()), AsOf: q.asOf}
	return ask(s, v, act, true, func(ctx context.Context, d *gate.Desk) (*traceAnswer, error) {
		return q.ask(ctx, d, statement.DayAt(s.cfg.Clock()), false)
	})
}

// clipQuery is an address's query for the log.
func clipQuery(q url.Values) string {
	s := q.Encode()
	if len(s) > 1000 {
		return s[:1000] + "…"
	}
	return s
}

// saveTrace gives the table of a view as a file. It is recorded as an export.
func (s *Service) saveTrace(v *visit) (response, error) {
	q, err := readTrace(v.URL.Query())
	if err != nil {
		return response{}, err
	}
	if q.missing() != "" {
		return response{}, overt.Errorf(overt.Invalid, "", "%s", v.say(q.missing()))
	}
	a, err := s.traced(v, q, "export")
	if err != nil {
		return response{}, err
	}
	p := tracePage{q: q, traceAnswer: a}
	return s.save(v, p.sheet(ui.With(v.Context(), s.frame(v))), "trace-"+q.view)
}

// save gives a sheet as a file for spreadsheets.
func (s *Service) save(v *visit, table sheet, name string) (response, error) {
	var b bytes.Buffer
	if err := table.csv(&b); err != nil {
		return response{}, err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = v.w.Write(b.Bytes()) // who asked has gone
	return response{done: true}, nil
}

// sheet is the table of the view.
func (p tracePage) sheet(ctx context.Context) sheet {
	switch {
	case p.Flow != nil:
		return flowSheet(ctx, p.Flow, p.q.asOf)
	case p.Net != nil:
		return netSheet(ctx, p.Net, p.q.asOf)
	case p.Reach != nil:
		return reachSheet(ctx, p.Reach, p.q)
	case p.Trace != nil:
		return pathSheet(ctx, p.Trace, p.q.asOf)
	}
	return sheet{}
}

// found are whom the words were taken for, in the order of the form.
func (p tracePage) found() []*answer.Found {
	var out []*answer.Found
	switch {
	case p.Trace != nil:
		out = append(out, p.Trace.From, p.Trace.To)
	case p.Flow != nil:
		out = append(out, p.Flow.From, p.Flow.To)
	case p.Net != nil:
		out = append(out, p.Net.Around...)
	case p.Reach != nil:
		out = append(out, p.Reach.Reach.System, p.Reach.Who)
	}
	return slices.DeleteFunc(out, func(f *answer.Found) bool { return f == nil })
}

func (p tracePage) names() []string {
	var out []string
	for _, f := range p.found() {
		out = append(out, f.Caption)
	}
	return out
}

// instead is the trace with another of those that the words of a side could mean.
func (p tracePage) instead(f *answer.Found, id ftm.EntityID) string {
	side := "from"
	if list := p.found(); len(list) > 1 && list[1] == f || p.q.from == "" {
		side = "to"
	}
	return p.q.path(side, string(id), "at", "")
}

// limits are what the view leaves out.
func (p tracePage) limits() []answer.Limit {
	switch {
	case p.Trace != nil:
		return p.Trace.Limits
	case p.Flow != nil:
		return p.Flow.Limits
	case p.Net != nil:
		return p.Net.Limits
	case p.Reach != nil:
		return p.Reach.Reach.Limits
	}
	return nil
}

// unseen are the files that could have held more.
func (p tracePage) unseen() []answer.NotSeen {
	switch {
	case p.Trace != nil:
		return p.Trace.NotSeen
	case p.Flow != nil:
		return p.Flow.NotSeen
	case p.Net != nil:
		return p.Net.NotSeen
	case p.Reach != nil:
		return p.Reach.Reach.NotSeen
	}
	return nil
}

// warnings are the doubts about the sums of the paths, each once.
func (p tracePage) warnings() []money.Warning {
	var out []money.Warning
	for i := range p.Trace.Paths {
		for _, s := range p.Trace.Paths[i].Steps {
			if s.Total == nil {
				continue
			}
			for _, w := range s.Total.Warnings {
				if !slices.Contains(out, w) {
					out = append(out, w)
				}
			}
		}
	}
	return out
}

// picture is the picture of the view; nil for none.
func (p tracePage) picture(ctx context.Context) templ.Component {
	switch {
	case p.Flow != nil && len(p.Flow.Bands) > 0:
		return flowPicture(ctx, p.Flow, p.q.asOf)
	case p.Net != nil && len(p.Net.Links) > 0:
		if p.q.large() {
			return largePicture(ctx, p.Net, p.q)
		}
		return netPicture(ctx, p.Net, p.q)
	case p.Reach != nil && len(p.Reach.Columns) > 0:
		return reachPicture(ctx, p.Reach, p.q)
	case p.Trace != nil && len(p.Trace.Paths) > 0 && p.q.view == "path":
		return pathPicture(ctx, p.Trace, p.q.asOf)
	}
	return nil
}
