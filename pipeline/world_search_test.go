package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/driver/inverted"
	"overt/driver/memory"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/gate"
	"overt/ledger"
	"overt/policy"
	"overt/search"
	"overt/statement"
)

// A worldDoc is a document as one run brought it: the same bytes may come again,
// under other labels, called otherwise, read better or worse.
type worldDoc struct {
	label   policy.Label
	token   string
	name    string
	blob    overt.BlobID
	index   *reading.Index
	text    []byte // the reading
	verdict ledger.Verdict
}

var (
	docWords = strings.Fields("ferry Ferry ferries council Brandt contract cloud cloud Amazon the the of harbour Fähre паром 12,500 2021")
	docNames = []string{"terms.txt", "Report.pdf", "mail.eml", "Four Points.docx"}
	docTypes = []string{"text/plain", "application/pdf", "message/rfc822"}
	docDates = []string{"2019-03-01", "2021-10-02", ""}
)

// documents gives some runs documents. It draws from a source of its own, so that
// the rest of a world is what it was.
func (w *world) documents(seed uint64) {
	w.docs = rand.New(rand.NewPCG(seed, 0x646f6373))
	for i := range w.runs {
		for range w.docs.IntN(4) {
			w.runs[i].docs = append(w.runs[i].docs, w.document(len(w.runs[i].docs), i))
		}
	}
}

func (w *world) document(n, run int) worldDoc {
	r := w.docs
	content := sha256.Sum256([]byte(fmt.Sprint("document ", r.IntN(6))))
	d := worldDoc{
		label: pick(r, w.labels), token: fmt.Sprintf("doc-%d-%d", run, n), name: pick(r, docNames), blob: overt.BlobID(hex.EncodeToString(content[:])),
		verdict: pick(r, []ledger.Verdict{ledger.Read, ledger.Read, ledger.Partial, ledger.Failed, ledger.Waiting}),
	}
	if d.verdict == ledger.Failed || d.verdict == ledger.Waiting {
		d.name = fmt.Sprintf("unread-%d-%d", run, n)
		other := sha256.Sum256([]byte(d.name))
		d.blob = overt.BlobID(hex.EncodeToString(other[:]))
		return d
	}
	var b bytes.Buffer
	out, err := reading.NewWriter(&b, reading.Head{Document: d.blob, Type: pick(r, docTypes), Reader: pick(r, []string{"a/1", "a/2"})})
	say := func(err error) {
		if err != nil {
			panic(err) // of a buffer
		}
	}
	say(err)
	for _, p := range []struct {
		name   string
		values []string
	}{{"title", []string{"Terms of the ferry", "Cloud contract", ""}}, {"authoredAt", docDates}, {"messageId", []string{"m-1", ""}}} {
		if v := pick(r, p.values); v != "" {
			say(out.Property(p.name, v))
		}
	}
	for page := range 1 + r.IntN(2) {
		var words []string
		for range 1 + r.IntN(12) {
			words = append(words, pick(r, docWords))
		}
		say(out.Page(document.Page{Number: page + 1, Text: strings.Join(words, " "), Origin: document.Letters}))
	}
	if d.verdict == ledger.Partial {
		say(out.Gap(document.Gap{Page: 9, Code: document.Damaged, Reason: "the page is damaged"}))
	}
	d.index, err = out.Close()
	say(err)
	d.text = b.Bytes()
	return d
}

// tell says a document in a run's statements.
func (f *filled) tell(t testing.TB, w statement.Writer, d *worldDoc) {
	t.Helper()
	text, _, err := f.blobs.Put(t.Context(), bytes.NewReader(d.text))
	must(t, err)
	h := &had{Entry: ledger.Entry{Source: d.name, Outcome: ledger.Outcome{Blob: d.blob, Size: 10}}, name: d.name, index: d.index, text: text}
	must(t, (&teller{label: d.label, w: w, when: "2026-01-02T03:04:05Z"}).tell(h))
}

// enterDocument tells the ledger of a document. Its bytes are never asked for.
func (f *filled) enterDocument(t testing.TB, d *worldDoc, run overt.RunID) {
	t.Helper()
	ctx := context.Background()
	id, err := f.ledger.Receive(ctx, ledger.Entry{
		Token: d.token, Dataset: d.label.Dataset, Source: d.name, At: "2026-01-02T03:04:05Z", Document: true,
		Outcome: ledger.Outcome{Blob: d.blob, Size: 10},
	})
	must(t, err)
	o := ledger.Outcome{Verdict: d.verdict, Blob: d.blob, Run: run}
	switch d.verdict {
	case ledger.Waiting:
		return
	case ledger.Failed:
		o.Run, o.Reason, o.Retry = 0, "it is of no kind that is known", "overt retry"
	case ledger.Partial:
		must(t, f.ledger.Leave(ctx, id, []ledger.Left{{Where: overt.Locator{Page: 9}, Reason: "the page is damaged", Fatal: true}}))
		o.Received, o.Read, o.LeftOut, o.Reason, o.Retry, o.Format = 2, 1, 1, "the page is damaged", "overt retry", "application/pdf"
	default:
		o.Received, o.Read, o.Format = 1, 1, "text/plain"
	}
	must(t, f.ledger.Settle(ctx, id, o))
}

// searchable brings the index of what is filled up to the moment, as a home does.
func (f *filled) searchable(t testing.TB, all policy.Scope, open func() search.Index) {
	t.Helper()
	view, err := f.store.View(t.Context(), all, statement.When{})
	must(t, err)
	defer func() { must(t, view.Close()) }()
	if f.index == nil || !CanFollow(f.index.Stamp().Rule, view.Sight()) {
		f.index = open()
	}
	must(t, Follow(t.Context(), &gate.Desk{View: view, Blobs: &f.blobs, Scope: all}, f.index, f.store.Epoch()))
}

func inMemory() search.Index { return &memory.Index{} }

// onDisk gives the driver that ships, in a folder of its own each time.
func onDisk(t testing.TB, dir string) func() search.Index {
	n := 0
	return func() search.Index {
		n++
		x, err := inverted.Open(filepath.Join(dir, fmt.Sprintf("index-%d-%d", n, rand.Uint32())), inverted.Config{})
		must(t, err)
		t.Cleanup(func() { _ = x.Close() })
		return x
	}
}

// searches picks some questions of a search.
func (w *world) searches(n int) []question {
	var out []question
	for range n {
		out = append(out, w.search())
	}
	prefix := pick(w.docs, []string{"a", "four", "fo", "te", "pal", "i"})
	return append(out, question{"suggest " + prefix, func(ctx context.Context, d *gate.Desk) (any, error) {
		s, err := d.Search(ctx)
		if err != nil {
			return nil, err
		}
		return s.Suggest(ctx, prefix, 3)
	}})
}

func (w *world) searchWord() string {
	r := w.docs
	if r.IntN(3) == 0 {
		return `"` + pick(r, words) + `"`
	}
	a, b := strings.ToLower(pick(r, docWords)), pick(r, docWords)
	dataset := pick(r, w.labels).Dataset
	return pick(r, []string{
		a, a, a, `"` + a + " " + b + `"`, `"` + a + " " + b + `"~4`, "fer*", "f?rry", "=Ferry", "/c.*/", "name:" + a, "dataset:" + dataset, "-dataset:" + dataset,
		"type:pdf", "-type:mail", "date:2021", "date:..2019", "page:2", "page:9", "schema:company", "language:eng", "id:m-1", "*", "-" + a, "entity:sup1",
	})
}

// A searched answer is all that is told of a search.
type searched struct {
	Pages []*answer.SearchAnswer `json:"pages"`
	Next  []string               `json:"next_pages"`
	Count int64                  `json:"count"`
	All   []answer.SearchHit     `json:"all"`
}

func (w *world) search() question {
	r := w.docs
	text := w.searchWord()
	for range r.IntN(3) {
		text += pick(r, []string{" ", " OR "}) + w.searchWord()
	}
	q := search.Query{
		Text: text, Limit: 1 + r.IntN(4), Values: 1 + r.IntN(3), Facets: search.FacetNames(), Kind: pick(r, []search.Kind{"", "", search.Passage, search.Entity}),
		Stem: r.IntN(6) == 0, Fuzzy: r.IntN(6) == 0, Translit: r.IntN(6) == 0,
	}
	return question{fmt.Sprintf("search %+v", q), func(ctx context.Context, d *gate.Desk) (any, error) { return searchWhole(ctx, d, q) }}
}

// searchWhole asks for every page, and for all hits at once.
func searchWhole(ctx context.Context, d *gate.Desk, q search.Query) (*searched, error) {
	out := &searched{}
	s, err := d.Search(ctx)
	if err != nil {
		return nil, err
	}
	if out.Count, err = s.Count(ctx, q); err != nil {
		return nil, err
	}
	if err := answer.SearchAll(ctx, d, q, func(*answer.SearchAnswer) error { return nil }, func(h *answer.SearchHit) error {
		out.All = append(out.All, *h)
		return nil
	}); err != nil {
		return nil, err
	}
	for range 30 {
		page, err := answer.Search(ctx, d, q)
		if err != nil {
			return nil, err
		}
		q.After = page.Next
		page.Next = ""
		out.Pages = append(out.Pages, page)
		if q.After == "" {
			break
		}
		out.Next = append(out.Next, place(q.After))
	}
	return out, nil
}

// place is what a cursor holds, but for the number of a run, which its hit shows.
func place(cursor string) string {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	var c map[string]any
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return err.Error()
	}
	delete(c, "r")
	return fmt.Sprint(c)
}

// known are the runs of some that came to be known by a day and were not
// taken back.
func (w *world) known(order []int, day string) []int {
	limit := statement.LastDayOf(day)
	return slices.DeleteFunc(slices.Clone(order), func(i int) bool {
		return w.runs[i].undone || limit != statement.NoDay && statement.DayOf(w.runs[i].spec.Observed) > limit
	})
}

// TestSearchThen: what is found as of what was known on a day, and without what
// was taken back, is what is found where nothing else ever was.
func TestSearchThen(t *testing.T) {
	dir, hits := memoryDir(t), 0
	for seed := range worlds(800, 100) {
		w := newWorld(uint64(seed))
		all, scope := w.all(), w.scope()
		when := statement.When{KnownAt: pick(w.Rand, append([]string{""}, worldDays...))}
		open := inMemory
		if seed%25 == 0 {
			open = onDisk(t, dir)
		}
		order := w.Perm(len(w.runs))
		whole := w.fillWith(t, order, func(policy.Label) bool { return true }, open)
		few := w.fillWith(t, w.known(order, when.KnownAt), scope.Sees, inMemory)
		whole.searchable(t, all, open)
		few.searchable(t, all, inMemory)
		got, want := whole.lay(t, nil, scope, when), few.lay(t, nil, scope, statement.When{})
		for _, q := range w.searches(6) {
			g, c := unread(t, whole.told(t, q, got)), unread(t, few.told(t, q, want))
			if g != c {
				t.Fatalf("world %d, known at %q, %s (-if it never was +with it):\n%s", seed, when.KnownAt, q.text, differ(c, g))
			}
			hits += strings.Count(g, `"snippets"`)
		}
		_ = got.View.Close()
		_ = want.View.Close()
	}
	if hits < 1_000 {
		t.Errorf("only %d hits were compared", hits)
	}
}

// unread leaves out what the ledger tells, which is of today.
func unread(t testing.TB, text string) string {
	t.Helper()
	var s map[string]any
	if json.Unmarshal([]byte(text), &s) != nil {
		return text
	}
	pages, _ := s["pages"].([]any)
	for _, p := range pages {
		delete(p.(map[string]any), "not_searched")
	}
	raw, err := json.Marshal(s)
	must(t, err)
	return string(raw)
}
