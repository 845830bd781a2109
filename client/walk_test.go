package client_test

import (
	"bytes"
	"strings"
	"testing"

	"overt"
	"overt/client"
	"overt/ftm"
	"overt/internal/hometest"
	"overt/web/webtest"
)

// A walker asks a client for everything.
type walker struct {
	*testing.T
	h    *hometest.Home
	c    *client.Client
	told func(name string, given any, err error)
}

// ask tells what a method gave, and gives it.
func ask[T any](w *walker, name string) func(T, error) T {
	return func(given T, err error) T {
		w.Helper()
		w.told(name, given, err)
		return given
	}
}

// listed is ask for a list, which must have something in it.
func listed[T any](w *walker, name string) func([]T, error) []T {
	return func(given []T, err error) []T {
		w.Helper()
		if err == nil && len(given) == 0 {
			w.Errorf("%s: the list is empty", name)
		}
		return ask[[]T](w, name)(given, err)
	}
}

// done is ask for a change that gives nothing.
func (w *walker) done(name string, err error) {
	w.Helper()
	w.told(name, nil, err)
}

// later is a day that all sources of the home were observed by, and after which all
// that is valid is so.
var later = client.When{AsOf: "2020-01-01", KnownAt: "2026-12-01"}

// read asks all that changes nothing.
func (w *walker) read() {
	c, ctx := w.c, w.Context()
	q := client.Query{Text: "hosting", In: "passage", Facets: []string{"dataset", "named"}, Stem: true, Fuzzy: true, Translit: true, Fold: true, Limit: 1, KnownAt: later.KnownAt}
	ask[*client.Hits](w, "Search")(c.Search(ctx, q, ""))
	hits := listed[client.Hit](w, "SearchAll")(all(c.SearchAll(ctx, q)))
	listed[client.Hit](w, "StreamHits")(all(c.StreamHits(ctx, q)))
	ask[*client.Passage](w, "Open")(c.Open(ctx, hits[0].Cite))
	ask[*client.Passage](w, "Cite")(c.Cite(ctx, "task order.txt", "hosting capacity", overt.Locator{Page: 2}))
	ask[*client.Passage](w, "Cite")(c.Cite(ctx, "task order.txt", "", overt.Locator{Page: 2, Start: 1, End: 9}))
	p := ask[*client.Profile](w, "Show")(c.Show(ctx, "Four Points Technology", -1, later))
	ask[*client.Profile](w, "Statements")(c.Statements(ctx, string(p.ID), -1, later))
	at := p.Values[0].Citations[0]
	ask[*client.Cited](w, "Cell")(c.Cell(ctx, at))
	// Parts of other kinds of places are asked for, and not found in this file.
	for _, place := range []overt.Locator{{Table: "x", Row: 1, Column: "y"}, {Pointer: "/x"}, {Page: 1, Start: 1, End: 2}} {
		other := at
		other.Locator = place
		if _, err := c.Cell(ctx, other); err == nil {
			w.Errorf("the file has %+v", place)
		}
	}
	ask[*client.Conflicts](w, "Conflicts")(c.Conflicts(ctx, client.Disagreement{Of: "demo", Kind: "value", Citations: -1}, later))
	ask[*client.Trace](w, "Trace")(c.Trace(ctx, "ICE", "Amazon Web Services", client.Paths{Via: "any", Hops: 3, Paths: 2, Shortest: true, ThroughHubs: true, Links: 2}, later))
	ask[*client.Money](w, "Money")(c.Money(ctx, client.Payment{From: "ICE", To: "Four Points Technology", Kind: "stated", By: "year", Citations: -1}, later))
	ask[*client.Reach](w, "Reach")(c.Reach(ctx, "ICM", client.Chains{Direction: "both", Via: "hosting", Hops: 3}, later))
	ask[*client.Screened](w, "Match")(c.Match(ctx, client.Matching{
		Queries: []client.Example{{ID: "1", Schema: "Company", Properties: map[string][]string{"name": {"Four Points Technology"}}}},
		Against: []string{"demo"}, Algorithm: "best", Threshold: .5, Cutoff: .2, Limit: 3,
	}))
	ask[*client.Mentions](w, "Mentions")(c.Mentions(ctx, "task order.txt", later.KnownAt))
	ask[*client.Conversation](w, "Thread")(c.Thread(ctx, "mail-2"))
	ask[*client.Tree](w, "Tree")(c.Tree(ctx, "minutes.txt"))
	ask[*client.Similars](w, "Similar")(c.Similar(ctx, "first.txt", .3))
	ask[*client.SimilarGroups](w, "SimilarGroups")(c.SimilarGroups(ctx, .3, 5))
	listed[client.Dataset](w, "Datasets")(c.Datasets(ctx))
	listed[client.Format](w, "Formats")(c.Formats(ctx))
	ask[*client.Coverage](w, "Coverage")(c.Coverage(ctx, "papers", 5))
	listed[client.Run](w, "Runs")(all(c.Runs(ctx, "papers")))
	ask[*client.NamedWhere](w, "EntityMentions")(c.EntityMentions(ctx, "Four Points Technology", 1, "", later.KnownAt))
	listed[client.NamedIn](w, "AllEntityMentions")(all(c.AllEntityMentions(ctx, "Four Points Technology", later.KnownAt)))
	ask[*client.Why](w, "Why")(c.Why(ctx, "Amazon Web Services", "Four Points Technology"))
	var file bytes.Buffer
	w.done("Export", c.Export(ctx, &file, "ftm", client.Choice{Schemata: []string{"Company"}, Datasets: []string{"demo"}, Entities: []string{string(p.ID)}, Raw: true, KnownAt: later.KnownAt}))
	if !strings.Contains(file.String(), string(p.ID)) {
		w.Errorf("the export is %s", &file)
	}
}

// change says and takes back all that can be said.
func (w *walker) change() {
	c, ctx := w.c, w.Context()
	d := ask[*client.Decided](w, "Judge")(c.Judge(ctx, "Amazon Web Services", "Four Points Technology", "different", "another seat", "judge"))
	ask[*client.Judgements](w, "Judgements")(c.Judgements(ctx, "Four Points Technology"))
	ask[*client.Decided](w, "Retract")(c.Retract(ctx, d.Judgements[0].ID, "a slip", "retract"))
	w.done("Undo", c.Undo(ctx, d.Runs[0], "undo"))
	places := listed[client.NamedIn](w, "AllEntityMentions")(all(c.AllEntityMentions(ctx, "Four Points Technology", "")))
	ask[*client.Judged](w, "AcceptMentions")(c.AcceptMentions(ctx, client.Acceptance{Mentions: []string{places[0].ID}, As: "Four Points Technology", Reason: "no other is meant"}, "accept"))
	ask[*client.Judged](w, "RejectMentions")(c.RejectMentions(ctx, client.Rejection{Mentions: []string{places[1].ID}, As: "Four Points Technology", Reason: "another is meant"}, "reject"))
	names := listed[client.UnknownName](w, "UnknownNames")(all(c.UnknownNames(ctx, "organization", later.KnownAt)))
	ask[*client.Judged](w, "RejectMentions")(c.RejectMentions(ctx, client.Rejection{Mentions: []string{names[0].Example}, Everywhere: true, Reason: "a heading"}, ""))

	const mapping = "name: ports\nqueries:\n  - entities:\n      company:\n        schema: Company\n        keys: [id]\n        properties:\n          name: {column: name}\n"
	port := func(observed, table string) client.Import {
		return client.Import{
			Dataset: "ports", Observed: observed, Extent: "full", Series: "quays", Encoding: "utf-8",
			Mapping: strings.NewReader(mapping), Files: []client.File{{Name: "ports.csv", Data: strings.NewReader(table)}},
		}
	}
	w.taken(port("2024-05-01", "id,name\n1,Northmoor Quay Ltd\n2,Northmoor Slip Ltd\n"))
	w.taken(port("2024-06-01", "id,name\n1,Northmoor Quays Ltd\n3,Northmoor Pier Ltd\n"))
	runs := listed[client.Run](w, "Runs")(all(c.Runs(ctx, "ports")))
	diff := ask[*client.Diff](w, "Diff")(c.Diff(ctx, "ports", client.States{From: runs[0].ID, To: runs[1].ID, Schema: "Company", Limit: 10, KnownAt: later.KnownAt}))
	if len(diff.Entities) != 3 {
		w.Errorf("the diff has %+v", diff.Entities)
	}
	w.taken(client.Import{Dataset: "list", Format: "ftm", Files: []client.File{{Name: "list.ftm.json", Data: strings.NewReader(mails[0])}}})
	last := w.taken(client.Import{Dataset: "papers", Documents: true, Files: []client.File{{Name: "letter.txt", Data: strings.NewReader("title Letter\nThe quay is let.")}}})
	listed[client.Job](w, "Imports")(c.Imports(ctx))
	ask[*client.Job](w, "Job")(c.Job(ctx, last.ID))
	ask[*client.Job](w, "Cancel")(c.Cancel(ctx, last.ID, "cancel"))
}

// taken has files taken in, to the end.
func (w *walker) taken(im client.Import) *client.Job {
	w.Helper()
	job := ask[*client.Job](w, "Begin")(w.c.Begin(w.Context(), im, im.Dataset+im.Observed))
	steps := listed[*client.Job](w, "Follow")(all(w.c.Follow(w.Context(), job.ID)))
	last := steps[len(steps)-1]
	if last.State != "done" {
		w.Fatalf("the import of %s ended as %+v", im.Dataset, last)
	}
	return last
}

// watch sets a watch of each kind, reads its news, and takes it out.
func (w *walker) watch() {
	c, ctx := w.c, w.Context()
	var ids []string
	for _, q := range []client.WatchQuestion{
		{Kind: "search", Words: "westmoor", In: "entity", Wide: true},
		{Kind: "entity", Words: "Four Points Technology"},
		{Kind: "list", Names: []string{"Westmoor Weaving Ltd"}, Against: []string{"demo"}},
		{Kind: "list", Of: "ports", Against: []string{"demo"}},
		{Kind: "trace", Words: "ICE", To: "Amazon Web Services", Via: "any"},
	} {
		ids = append(ids, ask[*client.Watch](w, "AddWatch")(c.AddWatch(ctx, q, "watch "+q.Kind+q.Of)).ID)
	}
	webtest.Entities(w, w.h, "westmoor", `{"id":"wm-1","schema":"Company","properties":{"name":["Westmoor Weaving Ltd"]}}`, `{"id":"wm-2","schema":"Company","properties":{"name":["Westmoor Spinning Ltd"]}}`)
	if err := looked(w.h); err != nil {
		w.Fatal(err)
	}
	if list := ask[*client.WatchList](w, "Watches")(c.Watches(ctx)); list.New != 2 {
		w.Errorf("%d are new", list.New)
	}
	news := listed[client.News](w, "News")(all(c.News(ctx, ids[0])))
	if len(news) != 2 || news[0].Number != 2 || news[0].After == nil {
		w.Errorf("the news are %+v", news)
	}
	ask[*client.Watched](w, "Watch")(c.Watch(ctx, ids[0], 2, 1))
	w.done("SeeWatch", c.SeeWatch(ctx, ids[0], news[0].Number, "seen"))
	if list := ask[*client.WatchList](w, "Watches")(c.Watches(ctx)); list.New != 0 {
		w.Errorf("%d are new after all were seen", list.New)
	}
	w.done("RemoveWatch", c.RemoveWatch(ctx, ids[0], "remove"))
}

// aleph asks what Aleph's programs ask.
func (w *walker) aleph() {
	c, ctx := w.c, w.Context()
	ask[*client.Collections](w, "Collections")(c.Collections(ctx, "", 2, 1))
	ask[*client.Collections](w, "Collections")(c.Collections(ctx, "demo", 0, 0))
	ask[*client.Collection](w, "Collection")(c.Collection(ctx, "demo"))
	ask[*client.Collection](w, "CreateCollection")(c.CreateCollection(ctx, "crews", "create"))
	whom := &ftm.Entity{ID: "crew-1", Schema: "Person", Properties: map[string][]string{"name": {"Ada Mole"}}}
	ask[*client.Bulk](w, "Bulk")(c.Bulk(ctx, "crews", []*ftm.Entity{whom}))
	if list := listed[*ftm.Entity](w, "Entities")(all(c.Entities(ctx, "crews", "Person"))); len(list) != 1 || list[0].First("name") != "Ada Mole" {
		w.Errorf("the crews are %+v", list)
	}
	listed[*ftm.Entity](w, "Entities")(all(c.Entities(ctx, "", "LegalEntity")))
}
