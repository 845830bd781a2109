package match_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/resolve/match"
)

func person(id, first, last, born string, more ...match.Value) match.Record {
	r := match.Record{ID: id, Source: "register", Schema: "Person", Values: more}
	for _, v := range []match.Value{{Prop: "firstName", Text: first}, {Prop: "lastName", Text: last}, {Prop: "birthDate", Text: born}} {
		if v.Text != "" {
			r.Values = append(r.Values, v)
		}
	}
	return r
}

func matcher(t testing.TB, cfg match.Config, records []match.Record) *match.Matcher {
	t.Helper()
	m, err := match.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := m.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func run(t testing.TB, cfg match.Config, cs match.Constraints, records []match.Record) (*match.Matcher, *match.Result) {
	t.Helper()
	m := matcher(t, cfg, records)
	res, err := m.Run(t.Context(), cs)
	if err != nil {
		t.Fatal(err)
	}
	return m, res
}

func members(res *match.Result) [][]string {
	var out [][]string
	for _, c := range res.Clusters {
		out = append(out, c.Members)
	}
	return out
}

// crowd makes up persons of whom each third has a second record with a slip.
func crowd(n int) []match.Record {
	r := rand.New(rand.NewPCG(7, 7))
	syllables := strings.Fields("ba du ko ri mel tan vor quil sta ned pol wex hin jor lum")
	word := func() string {
		w := ""
		for range 3 + r.IntN(2) {
			w += syllables[r.IntN(len(syllables))]
		}
		return w
	}
	var out []match.Record
	for i := range n {
		first, last, born := word(), word(), fmt.Sprintf("19%02d-%02d-%02d", r.IntN(90)+10, 1+r.IntN(12), 1+r.IntN(28))
		address := match.Value{Prop: "address", Text: fmt.Sprintf("%d %s Street, %s", 1+r.IntN(99), word(), word())}
		out = append(out, person(fmt.Sprintf("p%05d", i), first, last, born, address))
		if i%3 == 0 {
			at := 1 + r.IntN(len(last)-2)
			out = append(out, person(fmt.Sprintf("q%05d", i), first, last[:at]+last[at+1:], born, address))
		}
	}
	return out
}

func TestRunFindsCopies(t *testing.T) {
	_, res := run(t, match.Config{}, match.Constraints{}, crowd(600))
	right := 0
	for _, c := range res.Clusters {
		if len(c.Members) == 2 && c.Members[0][1:] == c.Members[1][1:] {
			right++
		}
	}
	if right < 195 || len(res.Clusters) > 200 {
		t.Errorf("%d of 200 pairs found among %d clusters", right, len(res.Clusters))
	}
	if m := res.Model[0]; m.Family != "person" || m.Refused != "" || m.Matches < 150 || m.Matches > 260 {
		t.Errorf("model: %s, %v matches, refused %q", m.Family, m.Matches, m.Refused)
	}
}

// The order of records and of their values, and the number of threads, change
// nothing: not the last bit of a score.
func TestRunIsTheSame(t *testing.T) {
	records := crowd(400)
	_, want := run(t, match.Config{Threads: 1}, match.Constraints{}, records)
	for _, threads := range []int{2, 5} {
		turned := slices.Clone(records)
		rand.New(rand.NewPCG(1, uint64(threads))).Shuffle(len(turned), func(i, j int) { turned[i], turned[j] = turned[j], turned[i] })
		for i := range turned {
			turned[i].Values = slices.Clone(turned[i].Values)
			slices.Reverse(turned[i].Values)
		}
		_, got := run(t, match.Config{Threads: threads}, match.Constraints{}, turned)
		got.Counts.Times, want.Counts.Times = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%d threads (-want +got):\n%s", threads, diff)
		}
	}
}

func TestExplainAddsUp(t *testing.T) {
	m, res := run(t, match.Config{}, match.Constraints{}, crowd(300))
	for _, e := range res.Edges {
		x, err := m.Explain(e.B, e.A)
		if err != nil {
			t.Fatal(err)
		}
		sum := x.Prior
		for _, b := range x.Bars {
			if b.Bits != b.Weight+b.Rarity+b.Graded+b.Capped {
				t.Errorf("%s %s: the parts of %s do not add up", e.A, e.B, b.Slot)
			}
			sum += b.Bits
		}
		if sum != x.Bits || x.Bits != e.Bits || x.A != e.A || !x.Compared || x.Outcome != e.Outcome {
			t.Fatalf("%s %s: bars give %v, explanation %v, edge %v", e.A, e.B, sum, x.Bits, e.Bits)
		}
	}
	if _, err := m.Explain("p00000", "nobody"); err == nil || !strings.Contains(err.Error(), "no record nobody") {
		t.Errorf("unknown record: %v", err)
	}
	x, err := m.Explain("p00000", "q00000")
	if err != nil || len(x.Keys) == 0 || x.Keys[0].Records != 2 {
		t.Errorf("keys that led to the pair: %v %v", x.Keys, err)
	}
}

func TestConstraints(t *testing.T) {
	records := crowd(300)
	_, res := run(t, match.Config{}, match.Constraints{Apart: [][2]string{{"q00000", "p00000"}}, Bound: [][2]string{{"p00001", "p00002"}, {"gone", "p00004"}}}, records)
	got := members(res)
	for _, c := range got {
		if slices.Contains(c, "p00000") && slices.Contains(c, "q00000") {
			t.Error("records kept apart were joined")
		}
	}
	if !slices.ContainsFunc(got, func(c []string) bool { return slices.Contains(c, "p00001") && slices.Contains(c, "p00002") }) {
		t.Error("records bound were not joined")
	}
	m := matcher(t, match.Config{}, records)
	_, err := m.Run(t.Context(), match.Constraints{Apart: [][2]string{{"p00001", "p00003"}}, Bound: [][2]string{{"p00001", "p00002"}, {"p00002", "p00003"}}})
	if err == nil || !strings.Contains(err.Error(), "p00001 and p00003 are to be kept apart") {
		t.Errorf("contradiction: %v", err)
	}
}

// More equal records than a key may lead to are one cluster, if the pair is one.
func TestEqualRecords(t *testing.T) {
	others := crowd(3300)
	copies := func(n int, first, last, born string) []match.Record {
		out := slices.Clone(others)
		for i := range n {
			out = append(out, person(fmt.Sprintf("x%03d", i), first, last, born))
		}
		return out
	}
	_, res := run(t, match.Config{}, match.Constraints{}, copies(230, "Wilhelmina", "Quastenberg", "1961-04-17"))
	if c := res.Clusters[len(res.Clusters)-1]; len(c.Members) != 230 || c.Members[0] != "x000" {
		t.Errorf("the last cluster has %d members", len(c.Members))
	}
	// A given name alone makes nobody one, however often it stands.
	_, res = run(t, match.Config{}, match.Constraints{}, copies(500, "Anna", "", ""))
	for _, c := range res.Clusters {
		if c.Members[0][0] == 'x' {
			t.Errorf("%d records of a given name alone are one", len(c.Members))
		}
	}
}

// Two pairs that one edge holds together are for people to look at, as is what was
// not joined although it scores well.
func TestReview(t *testing.T) {
	_, res := run(t, match.Config{}, match.Constraints{Apart: [][2]string{{"p00000", "q00000"}}}, crowd(300))
	if len(res.Review) == 0 || res.Review[0].P < match.DefaultReview {
		t.Fatalf("review: %v", res.Review)
	}
	if !slices.ContainsFunc(res.Review, func(e match.Edge) bool { return e.A == "p00000" && e.B == "q00000" && e.Outcome == match.Same }) {
		t.Error("a pair kept apart that scores as the same is not listed")
	}
	for _, c := range res.Clusters {
		if !(c.Weakest > 0) {
			t.Errorf("%v holds by %v bits", c.Members, c.Weakest)
		}
	}
}

// A source that holds each entity once is never joined with itself.
func TestUnique(t *testing.T) {
	records := crowd(200)
	_, res := run(t, match.Config{Unique: []string{"register"}}, match.Constraints{}, records)
	if len(res.Clusters) != 0 || res.Counts.Pairs != 0 {
		t.Errorf("%d clusters, %d pairs", len(res.Clusters), res.Counts.Pairs)
	}
}

// Two valid identifiers of a scheme that one entity has once are two entities,
// whatever else agrees.
func TestVeto(t *testing.T) {
	company := func(id, lei string) match.Record {
		return match.Record{ID: id, Source: "r", Schema: "Company", Values: []match.Value{
			{Prop: "name", Text: "Quastenberg Anlagenbau GmbH"}, {Prop: "address", Text: "12 Lindenweg, 10115 Berlin"}, {Prop: "phone", Text: "+49 30 5556677"}, {Prop: "leiCode", Text: lei}}}
	}
	m, res := run(t, match.Config{}, match.Constraints{}, []match.Record{company("a", "529900T8BM49AURSDO55"), company("b", "5493001KJTIIGC8Y1R12")})
	x, err := m.Explain("a", "b")
	if err != nil || len(res.Clusters) != 0 || x.P != 0 || !strings.Contains(x.Veto, "identifier") || x.Outcome != match.Different {
		t.Errorf("%v clusters, explanation %+v, %v", members(res), x, err)
	}
}

func TestScreen(t *testing.T) {
	records := crowd(400)
	m, _ := run(t, match.Config{}, match.Constraints{}, records)
	ask := records[0]
	ask.ID = "request"
	hits, err := m.Screen(ask, 3)
	if err != nil || len(hits) == 0 || hits[0].ID[1:] != records[0].ID[1:] || hits[0].Outcome != match.Same {
		t.Fatalf("hits %v, %v", hits, err)
	}
	none, err := m.Screen(person("x", "Zyx", "Wvutsrqp", "1901-01-02"), 3)
	if err != nil || len(none) > 0 && none[0].Outcome == match.Same {
		t.Errorf("a stranger was found: %v %v", none, err)
	}
	if _, err := m.Screen(match.Record{Schema: "Ownership"}, 1); err == nil {
		t.Error("a link was screened")
	}
	done := make(chan []match.Hit)
	for range 4 {
		go func() {
			h, _ := m.Screen(ask, 3)
			done <- h
		}()
	}
	for range 4 {
		if diff := cmp.Diff(hits, <-done); diff != "" {
			t.Errorf("parallel requests differ:\n%s", diff)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, cfg := range []match.Config{{Merge: 1}, {Merge: -1}, {Review: .9}, {Candidates: -1}, {Threads: -1}} {
		if _, err := match.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
	m := matcher(t, match.Config{}, nil)
	for _, tt := range []struct {
		rec  match.Record
		want string
	}{
		{match.Record{ID: "a", Schema: "Nothing"}, `unknown schema "Nothing"`},
		{match.Record{ID: "a", Schema: "Ownership"}, "a link between entities"},
	} {
		if err := m.Add(tt.rec); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt.rec, err)
		}
	}
	m = matcher(t, match.Config{}, []match.Record{person("a", "A", "B", ""), person("a", "C", "D", "")})
	if _, err := m.Run(t.Context(), match.Constraints{}); err == nil || !strings.Contains(err.Error(), "two records have the id a") {
		t.Errorf("twice: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := matcher(t, match.Config{}, crowd(10)).Run(ctx, match.Constraints{}); err == nil {
		t.Error("a run went on after it was called off")
	}
}

// Whoever shares little with a record is compared with it though many share more of
// one thing: eight spellings of one surname are one reason, and not eight.
func TestFewReasonsOfMany(t *testing.T) {
	records := append(crowd(3000), person("x1", "Angelbert", "Olsdonk", "1938-03-13"), person("x2", "A.", "Oldsonk", "1938-03-13"))
	for i := range 150 { // who share the surname, letter for letter
		records = append(records, person(fmt.Sprintf("y%03d", i), "B"+records[2*i].Values[0].Text, "Olsdonk", fmt.Sprintf("19%02d-01-02", i%90)))
	}
	m, _ := run(t, match.Config{}, match.Constraints{}, records)
	if x, err := m.Explain("x1", "x2"); err != nil || !x.Compared {
		t.Errorf("compared %v, %v; keys %v", x.Compared, err, x.Keys)
	}
}

// A word that too many have leads with the first letter of another.
func TestJoinedFirstLetter(t *testing.T) {
	records := crowd(3000)
	for i := range 400 { // surname and given names are common, and no two are together
		records = append(records, person(fmt.Sprintf("y%03d", i), string("DGKLN"[i%5])+records[2*i].Values[0].Text, "Morrison", ""))
	}
	records = append(records, person("x1", "Bolko", "Morrison", ""), person("x2", "Banti", "Morrison", ""))
	m, res := run(t, match.Config{}, match.Constraints{}, records)
	x, err := m.Explain("x1", "x2")
	if err != nil || !x.Compared || res.Counts.Joined == 0 {
		t.Errorf("compared %v, %d joined, %v; keys %v", x.Compared, res.Counts.Joined, err, x.Keys)
	}
	for _, k := range x.Keys {
		if k.Leads && k.Kin != "first letter" {
			t.Errorf("%s %q leads by itself: the test shows nothing", k.Kin, k.Text)
		}
	}
}

// One record that has the names and days of two persons joins them not, however many
// records they have.
func TestBridge(t *testing.T) {
	records := crowd(300)
	for i := range 60 {
		records = append(records,
			person(fmt.Sprintf("x%03d", i), "Wilhelmina", "Quastenberg", "1961-04-17", match.Value{Prop: "address", Text: fmt.Sprintf("%d Mill Road, Oxley", i)}),
			person(fmt.Sprintf("y%03d", i), "Bartholomew", "Trenkwalder", "1944-11-02", match.Value{Prop: "address", Text: fmt.Sprintf("%d Abbey Lane, Tarn", i)}))
	}
	records = append(records, match.Record{ID: "z", Source: "register", Schema: "Person", Values: []match.Value{
		{Prop: "name", Text: "Wilhelmina Quastenberg"}, {Prop: "birthDate", Text: "1961-04-17"}, {Prop: "name", Text: "Bartholomew Trenkwalder"}, {Prop: "birthDate", Text: "1944-11-02"}}})
	_, res := run(t, match.Config{}, match.Constraints{}, records)
	for _, c := range members(res) {
		if slices.Contains(c, "x000") && (len(c) < 60 || slices.Contains(c, "y000")) {
			t.Errorf("a cluster of %d: %v", len(c), c)
		}
	}
}

// What nobody would send: it is bounded, and glues nobody together.
func TestHostile(t *testing.T) {
	var records []match.Record
	for i := range 3000 { // one telephone number, and names of one letter apart
		records = append(records, match.Record{ID: fmt.Sprintf("n%05d", i), Source: "s", Schema: "Company",
			Values: []match.Value{{Prop: "name", Text: fmt.Sprintf("Holding No %d Ltd", i)}, {Prop: "phone", Text: "+49 30 1234321"}}})
	}
	for i := range 50 {
		records = append(records, match.Record{ID: fmt.Sprintf("e%05d", i), Source: "s", Schema: "Company", Values: []match.Value{{Prop: "name", Text: " "}, {Prop: "email", Text: ""}}})
	}
	long := strings.Repeat("Wort ", 2000) + "\x1f\xff\x00"
	many := match.Record{ID: "many", Source: "s", Schema: "Company", Values: []match.Value{{Prop: "name", Text: long}}}
	for i := range 5000 {
		many.Values = append(many.Values, match.Value{Prop: "alias", Text: fmt.Sprintf("Alias %d", i)})
	}
	records = append(records, many, match.Record{ID: "long", Source: "s", Schema: "Person", Values: []match.Value{{Prop: "name", Text: long}, {Prop: "birthDate", Text: long}, {Prop: "idNumber", Text: long}}})
	_, res := run(t, match.Config{}, match.Constraints{}, records)
	if len(res.Clusters) != 0 {
		t.Errorf("joined: %.200v", members(res)[0])
	}
	if res.Counts.Cut == 0 {
		t.Error("5001 names of one record were all taken")
	}
	if res.Counts.Pairs > 8*match.DefaultCandidates*len(records) {
		t.Errorf("%d pairs of %d records", res.Counts.Pairs, len(records))
	}
	_, none := run(t, match.Config{}, match.Constraints{}, nil)
	_, one := run(t, match.Config{}, match.Constraints{}, records[:1])
	if none.Clusters != nil || one.Clusters != nil {
		t.Error("clusters of nothing")
	}
}
