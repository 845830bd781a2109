package statementtest

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"

	"overt"
	"overt/ftm"
	"overt/policy/policytest"
	"overt/statement"
)

var limits = []testCase{
	{"ids that are refused", testRefusedIDs},
	{"ids that are prefixes of each other", testPrefixIDs},
	{"long ids", testLongIDs},
	{"values without text", testEmptyValues},
	{"values with any byte", testAnyByte},
	{"a value of 16 MiB", testBigValue},
	{"a refused add adds nothing", testRefusedAdd},
}

var reading = []testCase{
	{"order of statements", testOrder},
	{"order of entities", testOrderOfEntities},
	{"inbound", testInbound},
	{"lookup", testLookup},
	{"lookup by prefix", testLookupPrefix},
	{"references and keys are scoped", testScopedIndex},
	{"cite", testCite},
	{"one moment", testOneMoment},
	{"answers belong to the asker", testOwnAnswers},
	{"an ended context", testEndedContext},
	{"views beside a writer", testConcurrent},
}

func testRefusedIDs(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	for _, id := range []ftm.EntityID{"", "a\x00", "\x00", "a\x00b", "\xff", "a\xc3", ftm.EntityID(strings.Repeat("a", 4097))} {
		wantCode(t, fmt.Sprintf("id %.10q", id), w.Add(plain, id, []statement.Statement{named("A", 1)}), overt.Invalid)
	}
	wantCode(t, "no property", w.Add(plain, "a", []statement.Statement{{Schema: "Person", Value: "A"}}), overt.Invalid)
	bad := []statement.Statement{says("Ownership", "owner", "b\x00", 1)}
	wantCode(t, "a reference to no id", w.Add(plain, "a", bad), overt.Invalid)
	people := commit(t, w)
	if people.Statements != 0 {
		t.Errorf("%d statements were taken", people.Statements)
	}
}

// traps are ids that naive keys confuse or sort wrongly, ascending by bytes.
var traps = []ftm.EntityID{
	" ", "\"", "%", "0", "10", "2", "A", "Z", "a", "a\x01", "a ", "a/", "a/b", "a:", "aa", "aaa", "ab", "b", "e-1", "\x7f", "e\u0301", "\u00e9", "ア", "\uFFFD", "😀", "😁",
}

func testPrefixIDs(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	for i := len(traps) - 1; i >= 0; i-- {
		target := traps[(i+1)%len(traps)]
		must(t, w.Add(plain, traps[i], []statement.Statement{named(string(traps[i]), int64(i)), says("Ownership", "owner", string(target), 1)}))
	}
	commit(t, w)
	v := view(t, s, all)
	for i, id := range traps {
		if got := entity(t, v, id); len(got) != 2 || got[0].Value != string(id) || got[0].Entity != id {
			t.Errorf("%q: %v", id, got)
		}
		if refs := inbound(t, v, traps[(i+1)%len(traps)]); len(refs) != 1 || refs[0].Source != id {
			t.Errorf("%q is named by %v, want %q", traps[(i+1)%len(traps)], refs, id)
		}
	}
	got := ids(t, v)
	want := sortedIDs(traps)
	diff(t, "ascending by bytes", got, want)
}

func testLongIDs(t *testing.T, s statement.Store) {
	long := strings.Repeat("x", 4095)
	a, b := ftm.EntityID(long+"a"), ftm.EntityID(long+"b")
	write(t, s, spec("t1"),
		add{plain, b, []statement.Statement{named("B", 1), says("Ownership", "owner", string(a), 1)}},
		add{plain, a, []statement.Statement{named("A", 1)}},
		add{plain, ftm.EntityID(long), []statement.Statement{named("short", 1)}},
	)
	v := view(t, s, all)
	diff(t, "entities", ids(t, v), []ftm.EntityID{ftm.EntityID(long), a, b})
	if refs := inbound(t, v, a); len(refs) != 1 || refs[0].Source != b {
		t.Errorf("inbound of a long id: %d refs", len(refs))
	}
}

func testEmptyValues(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"),
		add{plain, "a", []statement.Statement{says("Person", statement.PropID, "", 1), says("Person", "notes", "", 2)}},
	)
	v := view(t, s, all)
	diff(t, "values", values(entity(t, v, "a")), []string{"id=", "notes="})
	diff(t, "entities", ids(t, v), []ftm.EntityID{"a"})
}

func testAnyByte(t *testing.T, s statement.Store) {
	var stmts []statement.Statement
	want := []string{"", "\x00", "a", "a\x00", "a\x00b", "a\x01", "a\nb", "b", "é", "\xfe", "\xff\xff"}
	for i := len(want) - 1; i >= 0; i-- {
		stmts = append(stmts, says("Person", "notes", want[i], int64(i)))
	}
	write(t, s, spec("t1"), add{plain, "a", stmts})
	var got []string
	for _, st := range entity(t, view(t, s, all), "a") {
		got = append(got, st.Value)
	}
	diff(t, "ascending by bytes", got, want)
}

func testBigValue(t *testing.T, s statement.Store) {
	big := strings.Repeat("0123456789abcdef", 1<<20)
	st := says("Person", "notes", big, 1)
	st.Original = big[1:]
	r := write(t, s, spec("t1"), add{plain, "a", []statement.Statement{st, named("A", 1)}})
	got := entity(t, view(t, s, all), "a")
	if len(got) != 2 || got[1].Value != big || got[1].Original != big[1:] {
		t.Errorf("%d statements came back, or the value differs", len(got))
	}
	if again := write(t, s, spec("t2"), add{plain, "a", []statement.Statement{st, named("A", 1)}}); r.New != 1 || again.New != 0 {
		t.Errorf("%d new, then %d", r.New, again.New)
	}
}

func testRefusedAdd(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	half := []statement.Statement{named("Half", 1), says("Ownership", "owner", "b", 1), {Schema: "Person"}}
	wantCode(t, "a batch with a bad statement", w.Add(plain, "a", half), overt.Invalid)
	must(t, w.Add(plain, "c", []statement.Statement{named("C", 1)}))
	commit(t, w)
	v := view(t, s, all)
	diff(t, "entities", ids(t, v), []ftm.EntityID{"c"})
	if n := len(inbound(t, v, "b")); n != 0 {
		t.Errorf("%d references of a refused add", n)
	}
	if n := len(lookup(t, v, statement.NameKey("Half"))); n != 0 {
		t.Errorf("%d keys of a refused add", n)
	}
}

func testOrder(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"),
		add{plain, "a", []statement.Statement{named("b", 1), says("Person", "alias", "z", 1), named("B", 1), named("a", 1)}},
		add{marked, "a", []statement.Statement{says("Person", "alias", "y", 1)}},
	)
	people(t, s, spec("t2"), "a")
	v := view(t, s, all)
	got := entity(t, v, "a")
	if odd := disorder(got); odd != "" {
		t.Error(odd)
	}
	for stmts, err := range v.Entities(t.Context()) {
		must(t, err)
		diff(t, "Entities and Entity", stmts, got)
	}
}

func testOrderOfEntities(t *testing.T, s statement.Store) {
	people(t, s, spec("t1"), "b", "d", "a", "z")
	people(t, s, spec("t2"), "c", "a", "e")
	write(t, s, spec("t3"), add{marked, "aa", []statement.Statement{named("AA", 1)}}, add{plain, "d", []statement.Statement{named("D", 1)}})
	diff(t, "all", ids(t, view(t, s, all)), []ftm.EntityID{"a", "aa", "b", "c", "d", "e", "z"})
	diff(t, "in scope", ids(t, view(t, s, policytest.Scope(marked))), []ftm.EntityID{"aa"})
	for range view(t, s, all).Entities(t.Context()) {
		break // a reader may stop early
	}
}

func testInbound(t *testing.T, s statement.Store) {
	owns := func(rows ...int64) statement.Statement { return says("Ownership", "owner", "x", rows...) }
	other := owns(4)
	other.Quote = "the owner is x"
	write(t, s, spec("t1"),
		add{plain, "o2", []statement.Statement{owns(1), says("Ownership", "asset", "x", 1), says("Ownership", "role", "x", 1)}},
		add{plain, "o1", []statement.Statement{owns(2, 3), other}},
		add{marked, "o0", []statement.Statement{owns(5)}},
		add{plain, "p", []statement.Statement{named("x", 6), says("Nonsense", "owner", "x", 6)}},
	)
	write(t, s, spec("t2"), add{plain, "o1", []statement.Statement{owns(2)}})
	v := view(t, s, all)
	var got []string
	for _, ref := range inbound(t, v, "x") {
		info, _ := v.Sight().Info(ref.Class)
		got = append(got, fmt.Sprintf("%s %d %s.%s", info.Run.Token, len(info.Label.Marks), ref.Source, ref.Prop))
	}
	diff(t, "refs", got, []string{"t1 0 o1.owner", "t1 0 o2.asset", "t1 0 o2.owner", "t1 1 o0.owner", "t2 0 o1.owner"})
	for range v.Inbound(t.Context(), "x") {
		break
	}
	if n := len(inbound(t, v, "nobody")); n != 0 {
		t.Errorf("%d name nobody", n)
	}
}

func testLookup(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"),
		add{plain, "p2", []statement.Statement{named("Ada  LOVELACE!", 1), named("ada lovelace", 2)}},
		add{plain, "p1", []statement.Statement{says("Person", "alias", "Ada Lovelace", 3), says("Person", "notes", "Only Noted", 3)}},
		add{plain, "p3", []statement.Statement{named("…", 4)}},
		add{plain, "c1", []statement.Statement{says("Company", "leiCode", "5493001KJTIIGC8Y1R12", 5), says("Company", "registrationNumber", "HRB 1", 5)}},
	)
	people(t, s, spec("t2"), "ada lovelace")
	v := view(t, s, all)
	for key, want := range map[string][]ftm.EntityID{
		statement.NameKey("ADA LOVELACE"):                       {"ada lovelace", "p1", "p2"},
		statement.NameKey("ada"):                                nil,
		statement.NameKey("Only Noted"):                         nil,
		statement.IdentKey("lei", "5493001KJTIIGC8Y1R12"):       {"c1"},
		statement.IdentKey("registrationNumber", "HRB 1"):       {"c1"},
		statement.IdentKey("lei", "5493001KJTIIGC8Y1R1"):        nil,
		statement.IdentKey("registrationNumber", "HRB 1 or so"): nil,
		statement.IdentKey("registrationNumber", "HRB"):         nil,
		"":   nil,
		"n:": nil,
	} {
		diff(t, fmt.Sprintf("lookup %q", key), lookup(t, v, key), want)
	}
}

func testLookupPrefix(t *testing.T, s statement.Store) {
	people(t, s, spec("t1"), "ann", "anna", "bob", "an")
	write(t, s, spec("t2"),
		add{plain, "x", []statement.Statement{named("Ann", 1)}},
		add{marked, "y", []statement.Statement{named("Annabel", 1)}},
	)
	n := statement.NameKey
	for _, c := range []struct {
		prefix string
		limit  int
		want   []string
	}{
		{n("an"), 10, []string{n("an"), n("ann"), n("anna"), n("annabel")}},
		{n("an"), 2, []string{n("an"), n("ann")}},
		{n("ann"), 2, []string{n("ann"), n("anna")}},
		{n("zoe"), 10, nil},
		{n("an"), 0, nil},
		{n("annabels"), 10, nil},
		{"", 10, []string{n("an"), n("ann"), n("anna"), n("annabel"), n("bob")}},
	} {
		diff(t, fmt.Sprintf("%q limit %d", c.prefix, c.limit), prefixes(t, view(t, s, all), c.prefix, c.limit), c.want)
	}
	diff(t, "in scope", prefixes(t, view(t, s, policytest.Scope(plain)), n("an"), 10), []string{n("an"), n("ann"), n("anna")})
}

// prefixes wants each key's entity to be one that has the key.
func prefixes(t *testing.T, v statement.View, prefix string, limit int) []string {
	t.Helper()
	list, odd := prefixKeys(t, v, prefix, limit)
	for _, o := range odd {
		t.Error(o)
	}
	return list
}

func testScopedIndex(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"),
		add{marked, "secret", []statement.Statement{named("Same Name", 1), says("Ownership", "owner", "x", 1)}},
		add{plain, "open", []statement.Statement{named("Same Name", 2), says("Ownership", "owner", "x", 2)}},
	)
	v := view(t, s, policytest.Scope(plain))
	diff(t, "lookup", lookup(t, v, statement.NameKey("same name")), []ftm.EntityID{"open"})
	keys, err := v.LookupPrefix(t.Context(), "n:same", 5)
	must(t, err)
	diff(t, "prefix", keys, []statement.Key{{Key: statement.NameKey("same name"), Entity: "open"}})
	if refs := inbound(t, v, "x"); len(refs) != 1 || refs[0].Source != "open" {
		t.Errorf("inbound = %v", refs)
	}
}

func testCite(t *testing.T, s statement.Store) {
	r := write(t, s, spec("t1"), add{marked, "a", []statement.Statement{named("A", 7)}})
	v := view(t, s, all)
	class := entity(t, v, "a")[0].Class
	where := overt.Locator{Row: 7, Column: "name"}
	for i, want := range []overt.Citation{
		{Dataset: "d1", Run: r.ID, Source: "one.csv", Blob: blobOne, Locator: where, Quote: "q"},
		{Dataset: "d1", Run: r.ID, Source: "two.csv", Blob: blobTwo, Locator: where, Quote: "q"},
		{Dataset: "d1", Run: r.ID, Locator: where, Quote: "q"}, // no such source
	} {
		diff(t, fmt.Sprint("source ", i), v.Cite(class, statement.Place{Source: i, Locator: where}, "q"), want)
	}
	v.Cite(class, statement.Place{Source: -1}, "")
	v.Cite(class+1_000, statement.Place{}, "")
}

func testOneMoment(t *testing.T, s statement.Store) {
	first := people(t, s, spec("t1"), "a", "b")
	old := view(t, s, all)
	walk, stop := iter.Pull2(old.Entities(t.Context()))
	defer stop()
	walk()
	before := tell(t, s, old, all, false)
	write(t, s, spec("t2"), add{plain, "b", []statement.Statement{named("New", 1)}}, add{plain, "c", []statement.Statement{named("A", 1)}})
	must(t, s.Undo(t.Context(), all, first.ID, undoneAt))
	after := tell(t, s, old, all, false)
	diff(t, "an open view after a commit and an undo", after, before)
	if stmts, err, ok := walk(); !ok || err != nil || stmts[0].Entity != "b" || len(stmts) != 1 {
		t.Errorf("a walk under way gives %v, %v, %v", stmts, err, ok)
	}
	if run := old.Sight().Run(first.ID); run == nil || run.Undone != "" {
		t.Errorf("the run behind an open view is %v", run)
	}
	diff(t, "a new view", ids(t, view(t, s, all)), []ftm.EntityID{"b", "c"})
}

func testOwnAnswers(t *testing.T, s statement.Store) {
	write(t, s, spec("t1"), add{plain, "a", []statement.Statement{named("A", 1, 2)}})
	v := view(t, s, all)
	mine := entity(t, v, "a")
	mine[0].Value, mine[0].Places[0].Locator.Row = "changed", 99
	if l := runs(t, s, all)[0].Labels; len(l) == 1 {
		l[0].Dataset = "changed"
	}
	diff(t, "after the asker changed an answer", entity(t, v, "a")[0].Places, named("A", 1, 2).Places)
	diff(t, "value", values(entity(t, v, "a")), []string{"name=A"})
	diff(t, "labels", labelKeys(runs(t, s, all)[0].Labels), []string{plain.Key()})
}

func testEndedContext(t *testing.T, s statement.Store) {
	w := begin(t, s, spec("t1"))
	for i := range 5_000 {
		must(t, w.Add(plain, numbered(i), []statement.Statement{says("Ownership", "owner", "x", 1)}))
	}
	commit(t, w)
	v := view(t, s, all)
	ended(t, "entities", func(ctx context.Context) func(func([]statement.Statement, error) bool) { return v.Entities(ctx) })
	ended(t, "inbound", func(ctx context.Context) func(func(statement.Ref, error) bool) { return v.Inbound(ctx, "x") })
}

// testConcurrent wants every view to show whole runs only.
func testConcurrent(t *testing.T, s statement.Store) {
	const rounds, size = 12, 40
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					checkWhole(t, s, size)
				}
			}
		})
	}
	for i := range rounds {
		var list []ftm.EntityID
		for j := range size {
			list = append(list, numbered(j))
		}
		r := people(t, s, spec(fmt.Sprint("t", i)), list...)
		if i%3 == 2 {
			must(t, s.Undo(t.Context(), all, r.ID, undoneAt))
		}
	}
	close(done)
	wg.Wait()
	if n := len(entity(t, view(t, s, all), numbered(0))); n != rounds-rounds/3 {
		t.Errorf("%d statements, want one of each of %d runs", n, rounds-rounds/3)
	}
}

func checkWhole(t *testing.T, s statement.Store, size int) {
	v, err := s.View(t.Context(), all, statement.When{})
	if err != nil {
		t.Error(err)
		return
	}
	defer v.Close()
	seen := map[statement.Class]int{}
	for stmts, err := range v.Entities(t.Context()) {
		if err != nil {
			t.Error(err)
			return
		}
		for _, st := range stmts {
			seen[st.Class]++
		}
	}
	for class, n := range seen {
		if n != size || !v.Sight().Sees(class) {
			t.Errorf("a view shows %d of %d entities of class %d", n, size, class)
		}
	}
	if len(seen) != len(v.Sight().Classes()) {
		t.Errorf("a view shows %d of %d classes", len(seen), len(v.Sight().Classes()))
	}
	if _, err := s.Runs(t.Context(), all); err != nil {
		t.Error(err)
	}
}
