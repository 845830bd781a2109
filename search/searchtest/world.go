package searchtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/statement"
)

// A world is a small set of items under labels and runs, one reader, and what
// he asks. It is made from its seed alone.
type world struct {
	*rand.Rand
	labels  []policy.Label
	runs    []*statement.Run
	knownAt string
	scope   policy.Scope // of the reader
	items   []search.Item
}

var vocabulary = strings.Fields(`bank Bank BANK naïve naive Zürich zurich Путин Putin putin Ελλάδα ellada 東京都 東京 ไทย
	the the the of of a an company companies Co. limited O'Brien o'brien obrien 1,234,567.89 1.234.567,89 1234567.89 12.05.2019 2019
	3.14 NL-123 x report reports reported shell shells Shell harbour harbor money moneys Северный severny`)

var values = struct{ schemata, types, languages, dates, ids []string }{
	[]string{"Document", "Email", "Company", "Person", ""}, []string{"pdf", "email", "table", ""}, []string{"eng", "deu", "rus", ""},
	[]string{"2019", "2019-05", "2019-05-31", "2020-01-01T10:00:00Z", "2021"}, []string{"NL 123.456", "nl123456", "GB-7", "7"},
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 30))}
	marks := []string{"sealed", "source"}
	for d := range 2 + w.IntN(3) {
		for m := range 4 {
			l := policy.Label{Dataset: fmt.Sprintf("set-%d", d)}
			for i, mark := range marks {
				if m>>i&1 == 1 {
					l.Marks = append(l.Marks, mark)
				}
			}
			if m == 0 || w.IntN(3) == 0 {
				w.labels = append(w.labels, l)
			}
		}
	}
	for id := range 1 + w.IntN(4) {
		r := &statement.Run{ID: overt.RunID(id + 1)}
		r.Observed = fmt.Sprintf("2020-0%d-01", 1+w.IntN(5))
		if w.IntN(5) == 0 {
			r.Undone = "2021-01-01T00:00:00Z"
		}
		w.runs = append(w.runs, r)
	}
	if w.IntN(4) == 0 {
		w.knownAt = "2020-03-15"
	}
	w.decide()
	for range 3 + w.IntN(25) {
		w.items = append(w.items, w.item())
	}
	return w
}

// decide grants datasets and marks, as rules do.
func (w *world) decide() {
	var granted []string
	for _, m := range []string{"sealed", "source"} {
		if w.IntN(2) == 0 {
			granted = append(granted, m)
		}
	}
	var seen []policy.Label
	for _, l := range w.labels {
		all := !slices.ContainsFunc(l.Marks, func(m string) bool { return !slices.Contains(granted, m) })
		if all && w.IntN(4) > 0 {
			seen = append(seen, l)
		}
	}
	w.scope = policytest.ReadOnly(seen...)
}

func pick[T any](w *world, list []T) T { return list[w.IntN(len(list))] }

func (w *world) text(n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(pick(w, vocabulary))
		b.WriteString(pick(w, []string{" ", " ", " ", ", ", "\n", "-"}))
	}
	return b.String()
}

func (w *world) item() search.Item {
	it := search.Item{
		ID: fmt.Sprintf("item-%d", w.IntN(20)), Kind: pick(w, []search.Kind{search.Passage, search.Entity}),
		Document: ftm.EntityID(fmt.Sprintf("doc-%d", w.IntN(4))), Page: w.IntN(4), Start: w.IntN(3),
		Schema: pick(w, values.schemata), Type: pick(w, values.types), Language: pick(w, values.languages),
		Label: pick(w, w.labels), Run: pick(w, w.runs).ID, Text: w.text(w.IntN(14)),
	}
	if n := len(it.ID); it.ID[n-1] >= '7' { // one item is always taken the place of by one run
		if last := w.runs[len(w.runs)-1].ID; it.Run < last {
			it.Until = last
		}
	}
	if w.IntN(10) == 0 {
		it.Text = w.text(150) // several snippets
	}
	if w.IntN(3) == 0 {
		it.Title = w.text(1 + w.IntN(3))
	}
	for range w.IntN(3) {
		it.Names = append(it.Names, strings.TrimSpace(w.text(1+w.IntN(2))))
		it.Dates = append(it.Dates, pick(w, values.dates))
		it.IDs = append(it.IDs, pick(w, values.ids))
	}
	for range w.IntN(4) {
		it.Entities = append(it.Entities, ftm.EntityID(fmt.Sprintf("entity-%d", w.IntN(6))))
	}
	return it
}

// classes gives every pair of run and label, as a store tells them.
func (w *world) classes() []statement.ClassInfo {
	var out []statement.ClassInfo
	for _, r := range w.runs {
		for _, l := range w.labels {
			out = append(out, statement.ClassInfo{Class: statement.Class(len(out) + 1), Run: r, Label: l})
		}
	}
	return out
}

func (w *world) view() search.View {
	return search.NewView(statement.NewSight(w.scope, statement.When{KnownAt: w.knownAt}, w.classes()))
}

// word is one word of a query, sometimes with an operator.
func (w *world) word() string {
	v := pick(w, vocabulary)
	plain := strings.ToLower(strings.Trim(v, ".'"))
	switch w.IntN(16) {
	case 0:
		return `"` + v + " " + pick(w, vocabulary) + `"`
	case 1:
		return fmt.Sprintf(`"%s %s"~%d`, v, pick(w, vocabulary), w.IntN(5))
	case 2:
		return string([]rune(plain)[:1]) + "*"
	case 3:
		return "?" + string([]rune(plain + "a")[1:2]) + "*"
	case 4:
		if !strings.ContainsAny(plain, "-.,'") {
			return plain + pick(w, []string{"~", "~2"})
		}
	case 5:
		return pick(w, []string{"/b.nk/", "/[0-9]+/", "/(the|of)/", "/.*or/", "/ре.*|с.*/"})
	case 6:
		if !strings.ContainsAny(v, "-.,'東ไ") {
			return "=" + v
		}
	case 7:
		return pick(w, []string{"title:", "name:", "text:"}) + v
	case 8:
		return pick(w, []string{"type:pdf", "type:EMAIL", "language:eng", "schema:company", "dataset:set-0", "dataset:set-1", "dataset:none"})
	case 9:
		return pick(w, []string{"date:2019", "date:2019-05-15..2020", "date:..2019", "date:2020..", "page:1", "page:1..2"})
	case 10:
		return pick(w, []string{"entity:entity-1", "entity:entity-2", "entity:gone", "id:item-3", "id:doc-1", "id:NL-123456", "id:7", "id:x"})
	case 11:
		return `"` + v + " " + v + `"~3`
	}
	return v
}

func (w *world) query() search.Query {
	parts := []string{w.word()}
	for range w.IntN(3) {
		parts = append(parts, pick(w, []string{" ", " ", " OR ", " -", " NOT "}), w.word())
	}
	text := strings.Join(parts, "")
	switch w.IntN(12) {
	case 0:
		text = "(" + text + ") OR " + w.word()
	case 1:
		text = ""
	case 2:
		text = "-" + w.word()
	case 3:
		text += pick(w, []string{" (", ` "`, " fild:x", " title:"})
	}
	q := search.Query{Text: text, Limit: 1 + w.IntN(4), Values: 1 + w.IntN(4), Facets: search.FacetNames()}
	switch w.IntN(8) {
	case 0:
		q.Stem = true
	case 1:
		q.Fuzzy = true
	case 2:
		q.Translit = true
	case 3:
		q.Kind = pick(w, []search.Kind{search.Passage, search.Entity})
	}
	return q
}
