package web

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/ui"
	"overt/watch"
)

// newsShown is how many pieces of news a page has.
const newsShown = 30

// watchPath is a watch and what it told.
func watchPath(id string, pairs ...string) string {
	return address("/watches/"+id, pairs...)
}

// A watchesPage is the list of watches, with what a new one can be made of.
type watchesPage struct {
	*answer.WatchList
	Datasets []string `json:"datasets"`
}

func (s *Service) watches(v *visit) (response, error) {
	p, err := ask(s, v, gate.Act{Action: "watch.list"}, true, func(ctx context.Context, d *gate.Desk) (*watchesPage, error) {
		p := &watchesPage{}
		for i := range d.Runs {
			if r := &d.Runs[i]; r.Undone == "" && !slices.Contains(p.Datasets, r.Dataset) {
				p.Datasets = append(p.Datasets, r.Dataset)
			}
		}
		slices.Sort(p.Datasets)
		var err error
		p.WatchList, err = answer.ListWatches(ctx, d)
		return p, err
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Watches"), Main: watchesScreen(p), Wide: true})
}

func (s *Service) watch(v *visit) (response, error) {
	id := v.PathValue("id")
	at, err := wholeNumber("before", v.URL.Query().Get("before"))
	if err != nil {
		return response{}, err
	}
	w, err := ask(s, v, gate.Act{Action: "watch.read", Object: clip(id)}, true, func(ctx context.Context, d *gate.Desk) (*answer.Watched, error) {
		return answer.ReadWatch(ctx, d, id, at, newsShown)
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: w.Title + " · " + v.say("Watches"), Main: watchScreen(w), Wide: true})
}

// newWatch sets a watch that a form says.
func (s *Service) newWatch(v *visit) (response, error) {
	q := watch.Question{Kind: watch.Kind(v.field("kind")), Words: v.field("words"), To: v.field("to"), In: v.field("in"), Via: v.field("via"), Wide: v.field("wide") != "", Of: v.field("of"), Against: v.PostForm["against"]}
	for line := range strings.Lines(v.field("names")) {
		if line = strings.TrimSpace(line); line != "" {
			q.Names = append(q.Names, line)
		}
	}
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	w, err := answer.AddWatch(v.Context(), pass, q, s.cfg.Clock())
	if err != nil {
		return response{}, err
	}
	return seeOther(watchPath(w.ID))
}

// lookAgain has the watches of the session asked again now.
func (s *Service) lookAgain(v *visit) (response, error) {
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	if _, err := answer.RunMine(v.Context(), pass, s.cfg.Clock()); err != nil {
		return response{}, err
	}
	return seeOther("/watches")
}

// changeWatch says that what a watch told is seen, or takes it out.
func (s *Service) changeWatch(v *visit) (response, error) {
	id, to := v.PathValue("id"), "/watches"
	pass, err := s.open(v)
	if err != nil {
		return response{}, err
	}
	switch v.PathValue("deed") {
	case "seen":
		var number int64
		if number, err = wholeNumber("number", v.field("number")); err == nil {
			err = answer.SeeWatch(v.Context(), pass, id, number)
		}
		if v.field("stay") != "" {
			to = watchPath(id)
		}
	case "remove":
		err = answer.RemoveWatch(v.Context(), pass, id)
	default:
		return s.nothing(v)
	}
	if err != nil {
		return response{}, err
	}
	return seeOther(to)
}

// watchAsks is where what a watch asks can be asked now; "" where no page does.
func watchAsks(q *watch.Question) string {
	switch q.Kind {
	case watch.Search:
		wide := ""
		if q.Wide {
			wide = "1"
		}
		return address("/search", "q", q.Words, "kind", q.In, "wide", wide)
	case watch.Entity:
		return entityPath(ftm.EntityID(q.Words), "facts")
	case watch.Trace:
		return traceQuestion{from: q.Words, to: q.To, via: q.Via, view: "path", hops: maxHops}.path()
	}
	return ""
}

// watchKinds are what watches of each kind are called.
var watchKinds = map[watch.Kind]string{watch.Search: "Search", watch.Entity: "Entity", watch.List: "Names on lists", watch.Trace: "Trace"}

// newsPath is where an item opens: a hit at its passage, all else at what is said of the
// entity.
func newsPath(it *watch.Item) string {
	view := "facts"
	switch word, _, _ := strings.Cut(it.What, " "); {
	case it.Open == "":
		return ""
	case it.Cite != "":
		return passagePath(it.Cite)
	case word == "link":
		view = "links"
	case word == "sum" || word == "step":
		view = "money"
	}
	return entityPath(it.Open, view)
}

// newsGroups puts news of one moment that became the same of one kind of thing together.
func newsGroups(all []watch.News) (out [][]watch.News) {
	for i, n := range all {
		if i > 0 && all[i-1].At == n.At && all[i-1].Change == n.Change && all[i-1].Item().Label == n.Item().Label {
			out[len(out)-1] = append(out[len(out)-1], n)
		} else {
			out = append(out, []watch.News{n})
		}
	}
	return out
}

// itemChip is the chip of what an item says.
func itemChip(it *watch.Item) ui.Chip {
	if it.Cite != "" {
		c := ui.Chip{Of: it.Label, Count: 1, Href: passagePath(it.Cite)}
		if it.Doubt != "" {
			c.State = ui.Doubted
		}
		return c
	}
	c := citesChip(it.Label, it.Citations, it.Cited)
	if word, _, _ := strings.Cut(it.What, " "); word == "sum" || word == "step" {
		c.State = ui.Computed
	}
	if it.Doubt == answer.TakenBack {
		c.Href, c.State = "", ui.Doubted
	}
	return c
}

// watch is what the watch of a search asks.
func (s searching) watch() watch.Question {
	q := s.query()
	return watch.Question{Kind: watch.Search, Words: q.Text, In: string(q.Kind), Wide: q.Stem}
}

// itemText is what an item says, with its amount as amounts are written.
func itemText(it *watch.Item) string {
	if amount, currency, ok := it.Sum(); ok {
		return grouped(amount) + " " + currency
	}
	return it.Text
}

// watch is what the watch of a trace asks.
func (p tracePage) watch() (watch.Question, bool) {
	found := p.found()
	if len(found) != 2 {
		return watch.Question{}, false
	}
	return watch.Question{Kind: watch.Trace, Words: string(found[0].ID), To: string(found[1].ID), Via: p.q.via}, true
}

// newIn are the watches that have something new, and how many tell at all.
func newIn(l *answer.WatchList) (fresh []answer.WatchLine, all int) {
	for _, w := range l.Watches {
		if w.Elsewhere {
			continue
		}
		if all++; w.New > 0 {
			fresh = append(fresh, w)
		}
	}
	slices.SortStableFunc(fresh, func(a, b answer.WatchLine) int { return cmp.Compare(b.New, a.New) })
	return fresh, all
}

// wholeNumber reads a number from 0 on; "" is 0. Errors: invalid.
func wholeNumber(name, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, overt.Errorf(overt.Invalid, name, "%s is no number from 0 on", name)
	}
	return n, nil
}

// olderNews is the page of what a watch told before; "" on the last.
func olderNews(w *answer.Watched) string {
	if w.Next == 0 {
		return ""
	}
	return watchPath(w.ID, "before", strconv.FormatInt(w.Next, 10))
}
