package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/driver/memory"
	"overt/ftm"
	"overt/ledger"
	"overt/policy"
	"overt/policy/policytest"
	"overt/resolve"
	"overt/search"
	"overt/statement"
)

// A world is what a few offices have published about the same agencies,
// suppliers, awards and systems: runs under several labels, some of them taken
// back. It is filled into a store whole, or cut to what a scope shows.
type world struct {
	*rand.Rand
	labels []policy.Label
	runs   []worldRun
	row    int64
	docs   *rand.Rand
}

type worldRun struct {
	spec     statement.RunSpec
	adds     []worldAdd
	docs     []worldDoc
	warnings []statement.Warning
	measures []statement.Measure
	undone   bool
	verdict  ledger.Verdict // of its file, "" when the ledger knows nothing of it
	content  string
}

type worldAdd struct {
	label policy.Label
	id    ftm.EntityID
	stmts []statement.Statement
}

var (
	worldDays  = []string{"2023-02-21", "2023-10-20", "2024-06-20", "2025-01-17"}
	codes      = []string{"7012", "7014", "7001"}
	agencies   = []string{"U.S. Immigration and Customs Enforcement", "ICE", "Customs and Border Protection", "CBP", "Office of Inspector General"}
	companies  = []string{"Four Points Technology, L.L.C.", "FOUR POINTS TECHNOLOGY LLC", "Amazon Web Services, Inc.", "Amazon Web Services", "Amazon", "AWS", "Palantir Technologies"}
	ueis       = []string{"HJ1TKAEJ8XM7", "ZQGGHJH74DW7"}
	duns       = []string{"003184462", "136659032", "000000000"}
	piids      = []string{"70CTD019FR0000012", "HSHQDC15A00017X", "0001"}
	awardKeys  = []string{"CONT_AWD_70CTD019FR0000012_7012", "CONT_AWD_0001_7012_HSHQ", "CONT_IDV_HSHQDC15A00017_7001"}
	amounts    = []string{"100.00", "100.00", "250.10", "-50.25", "1000000.01", "n/a", "0.10"}
	texts2     = []string{"AMAZON WEB SERVICES CLOUD HOSTING", "AWS cloud and Palantir Technologies support", "cloud through Four Points Technology", "amazon", "office chairs"}
	products   = []string{"AWS GovCloud", "Palantir Federal Cloud Service"}
	systems    = []string{"Investigative Case Management", "ICM", "SEVIS"}
	dates      = []string{"2019-03-01", "2021-10-02", "2023-05-05", "2024", ""}
	currencies = []string{"USD", "USD", "USD", "EUR", ""}
)

// words are what the questions ask for: names, ids, identifiers and nonsense,
// hidden or not as the scope has it.
var words = slices.Concat(agencies, companies, codes, ueis, duns, piids, products, systems, []string{
	"ag1", "ag2", "sup1", "sup2", "sup3", "aw1", "aw2", "ob1", "sys1", "sys2", "prod1", "nobody at all", "tech", "amazon web", "immigration", "p",
})

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// newWorld makes 2–4 datasets beside the reference list, and 3–9 runs.
func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 0x6f7665727431))}
	for i := range 3 + w.IntN(3) {
		l := policy.Label{Dataset: fmt.Sprint("d", i)}
		if i == 0 {
			l.Dataset = resolve.ReferenceDataset
		}
		w.labels = append(w.labels, l)
		for n := w.IntN(3); n > 0; n-- {
			l.Marks = append(slices.Clone(l.Marks), fmt.Sprint("m", n))
			w.labels = append(w.labels, l)
		}
	}
	for i := range 3 + w.IntN(7) {
		w.run(i)
	}
	w.documents(seed)
	return w
}

func (w *world) run(i int) {
	label := pick(w.Rand, w.labels)
	r := worldRun{undone: w.IntN(6) == 0, content: fmt.Sprintf("a,b\nrun %d,x\n", i)}
	sum := sha256.Sum256([]byte(r.content))
	r.spec = statement.RunSpec{
		Dataset: label.Dataset, Format: "csv", Mapping: strings.Repeat("0", 64), Token: fmt.Sprint("t", i), Actor: "local:tester",
		Observed: pick(w.Rand, worldDays), Imported: "2026-01-02T03:04:05Z",
		Extent: pick(w.Rand, []statement.Extent{statement.Full, statement.Full, statement.Window}),
		Sources: []statement.Source{{
			Name: fmt.Sprintf("file-%d.csv", i), Blob: overt.BlobID(hex.EncodeToString(sum[:])), Size: int64(len(r.content)),
		}},
	}
	// The ledger tells of a file to whoever sees its plain label, whatever the
	// labels of what was in it: only files of one label are told here.
	two := w.IntN(5) == 0
	if len(label.Marks) == 0 && !two {
		r.verdict = pick(w.Rand, []ledger.Verdict{ledger.Read, ledger.Partial, ledger.Failed})
	}
	for range 3 + w.IntN(8) {
		l := label
		if two && w.IntN(2) == 0 {
			l = pick(w.Rand, w.labels)
		}
		r.adds = append(r.adds, w.add(l))
	}
	if w.IntN(3) == 0 {
		r.warnings = append(r.warnings, statement.Warning{Code: pick(w.Rand, []string{"odd", "fewer-than-declared"}), Message: fmt.Sprintf("run %d is odd", i), Where: r.spec.Sources[0].Name})
	}
	if w.IntN(2) == 0 {
		r.measures = append(r.measures, statement.Measure{
			Authority: ftm.EntityID(fmt.Sprint("ag", 1+w.IntN(3))), Rows: 300, Sorted: w.IntN(3) > 0, Negative: int64(w.IntN(2)), Awards: 25, Latest: int64(w.IntN(26)),
		})
	}
	w.runs = append(w.runs, r)
}

func (w *world) ref(kind string, n int) string { return fmt.Sprint(kind, 1+w.IntN(n)) }

// add makes one entity as one run tells of it.
func (w *world) add(label policy.Label) worldAdd {
	var schema, id string
	var props []string // pairs
	say := func(prop, value string) {
		if value != "" && w.IntN(8) > 0 {
			props = append(props, prop, value)
		}
	}
	switch w.IntN(17) {
	case 0, 1:
		schema, id = "Agency", w.ref("ag", 4)
		say("name", pick(w.Rand, agencies))
		say("agencyCode", pick(w.Rand, codes))
		say("abbreviation", pick(w.Rand, []string{"ICE", "CBP", "OIG"}))
	case 2, 3:
		schema, id = pick(w.Rand, []string{"Company", "Organization"}), w.ref("sup", 5)
		say("name", pick(w.Rand, companies))
		say("alias", pick(w.Rand, companies))
		say("uniqueEntityId", pick(w.Rand, ueis))
		say("dunsCode", pick(w.Rand, duns))
	case 4, 5:
		schema, id = "Award", w.ref("aw", 5)
		w.award(say)
	case 6, 7, 8:
		schema, id = "Obligation", w.ref("ob", 8)
		w.obligation(say)
	case 9:
		schema, id = "Ownership", w.ref("own", 3)
		say("owner", w.ref("sup", 5))
		say("asset", w.ref("sup", 5))
		say("startDate", pick(w.Rand, dates))
		say("endDate", pick(w.Rand, dates))
		say("percentage", pick(w.Rand, []string{"100", "50", "", ""}))
	case 10:
		schema, id = "Subaward", w.ref("sub", 4)
		say("prime", w.ref("sup", 5))
		say("subcontractor", w.ref("sup", 5))
		say("contract", w.ref("aw", 5))
		say("amount", pick(w.Rand, amounts))
		say("description", pick(w.Rand, texts2))
	case 11:
		schema, id = pick(w.Rand, []string{"Payment", "StatedPayment"}), w.ref("pay", 4)
		say("payer", pick(w.Rand, []string{w.ref("ag", 4), w.ref("sup", 5)}))
		say("beneficiary", w.ref("sup", 5))
		say("amount", pick(w.Rand, amounts))
		say("currency", pick(w.Rand, currencies))
		say("date", pick(w.Rand, dates))
		if schema == "StatedPayment" {
			say("period", pick(w.Rand, []string{"month", "total", ""}))
			say("precision", pick(w.Rand, []string{"about", "exact", ""}))
		}
	case 12, 13, 14:
		schema, id = w.notice(say)
	default:
		schema, id = w.cloud(say)
	}
	if schema == "Obligation" || schema == "Award" {
		say("currency", pick(w.Rand, currencies))
	}
	return worldAdd{label, ftm.EntityID(id), w.statements(schema, id, props)}
}

func (w *world) award(say func(prop, value string)) {
	say("piid", pick(w.Rand, piids))
	say("awardKey", pick(w.Rand, awardKeys))
	say("authority", w.ref("ag", 4))
	say("supplier", w.ref("sup", 5))
	say("vehicle", w.ref("aw", 5))
	say("description", pick(w.Rand, texts2))
	for _, p := range []string{"obligatedTotal", "currentValue", "potentialValue", "outlayedTotal"} {
		say(p, pick(w.Rand, amounts))
	}
	say("valuesAsOf", pick(w.Rand, dates))
}

func (w *world) obligation(say func(prop, value string)) {
	say("authority", w.ref("ag", 4))
	say("supplier", w.ref("sup", 5))
	say("contract", w.ref("aw", 5))
	say("amount", pick(w.Rand, amounts))
	say("date", pick(w.Rand, dates))
	say("fiscalYear", pick(w.Rand, []string{"2023", "2024", ""}))
	say("modificationNumber", pick(w.Rand, []string{"0", "P00001", "P00002"}))
	say("transactionNumber", pick(w.Rand, []string{"0", "00", ""}))
	say("description", pick(w.Rand, texts2))
}

func (w *world) cloud(say func(prop, value string)) (schema, id string) {
	switch w.IntN(6) {
	case 0:
		schema, id = "CloudProduct", w.ref("prod", 3)
		say("name", pick(w.Rand, products))
		say("provider", w.ref("sup", 5))
		say("fedrampId", pick(w.Rand, []string{"F1603047866", "FR1234567890"}))
		say("authorizationCount", pick(w.Rand, []string{"41", "37"}))
		say("listedAuthorizations", "37")
		say("status", pick(w.Rand, []string{"Authorized", "In Process"}))
	case 1:
		schema, id = "Leverages", w.ref("lev", 3)
		say("product", w.ref("prod", 3))
		say("platform", w.ref("prod", 3))
		say("startDate", pick(w.Rand, dates))
	case 2:
		schema, id = "CloudAuthorization", w.ref("auth", 3)
		say("agency", w.ref("ag", 4))
		say("product", w.ref("prod", 3))
	case 3:
		schema, id = "System", w.ref("sys", 3)
		say("name", pick(w.Rand, systems))
		say("operator", w.ref("ag", 4))
		say("builder", w.ref("sup", 5))
		say("systemId", pick(w.Rand, []string{"DHS/ICE-016", "DHS/ICE-018", ""}))
		say("category", pick(w.Rand, []string{"system of records", "database", ""}))
	case 4:
		schema, id = pick(w.Rand, []string{"DataFlow", "Hosting"}), w.ref("flow", 4)
		if schema == "Hosting" {
			say("hosted", w.ref("sys", 3))
			say("host", w.ref("prod", 3))
			break
		}
		say("source", w.ref("sys", 3))
		say("target", w.ref("sys", 3))
	default:
		schema, id = "UseCase", w.ref("case", 2)
		say("name", "Translation")
		say("agency", w.ref("ag", 4))
		say("contract", w.ref("aw", 5))
		say("description", pick(w.Rand, texts2))
	}
	return schema, id
}

// notice makes what stands beside a system's chains.
func (w *world) notice(say func(prop, value string)) (schema, id string) {
	switch w.IntN(6) {
	case 0:
		schema, id = pick(w.Rand, []string{"Notice", "Document"}), w.ref("doc", 4)
		say("title", pick(w.Rand, []string{"Notice of ICM", "Notice of SEVIS"}))
		say("date", pick(w.Rand, dates))
	case 1, 2:
		schema, id = "Records", w.ref("rec", 6)
		say("notice", w.ref("doc", 4))
		say("system", w.ref("sys", 3))
		say("action", pick(w.Rand, []string{"new", "rescinded"}))
		say("sentence", "it says so")
		say("date", pick(w.Rand, dates))
	case 3:
		schema, id = "SystemSuccession", w.ref("suc", 3)
		say("successor", w.ref("sys", 3))
		say("predecessor", w.ref("sys", 3))
		say("date", pick(w.Rand, dates))
	case 4:
		schema, id = "RoutineUse", w.ref("use", 4)
		say("name", "To Congress")
		say("recipientClass", "Congress")
		say("recipientName", pick(w.Rand, []string{"", "", "Department of Justice"}))
		say("letter", pick(w.Rand, []string{"a", "b"}))
		say("text", "To Congress.")
		say("system", w.ref("sys", 3))
	default:
		if schema, id = "NameService", w.ref("ns", 3); w.IntN(2) == 0 {
			schema, id = "Domain", w.ref("dom", 2)
			say("name", "ice.example")
			say("holder", w.ref("ag", 4))
			break
		}
		say("domain", w.ref("dom", 2))
		say("provider", w.ref("sup", 5))
		say("basis", "NS record")
	}
	return schema, id
}

func (w *world) statements(schema, id string, props []string) []statement.Statement {
	w.row++
	out := []statement.Statement{{Schema: schema, Prop: statement.PropID, Value: id, Places: []statement.Place{{Locator: overt.Locator{Row: w.row}}}}}
	for i := 0; i < len(props); i += 2 {
		s := statement.Statement{Schema: schema, Prop: props[i], Value: props[i+1]}
		for k := range 1 + w.IntN(5)/4 {
			s.Places = append(s.Places, statement.Place{Locator: overt.Locator{Row: w.row + int64(k)*1000, Column: s.Prop}})
		}
		s.External = w.IntN(40) == 0
		out = append(out, s)
	}
	return out
}

// scope reads a random part of the labels.
func (w *world) scope() policy.Scope {
	var in []policy.Label
	for _, l := range w.labels {
		if w.IntN(3) > 0 {
			in = append(in, l)
		}
	}
	return policytest.ReadOnly(in...)
}

// A filled store is a world, or part of one, as the drivers keep it.
type filled struct {
	store  memory.Store
	ledger memory.Ledger
	blobs  memory.Blobs
	index  search.Index
	tokens map[string]string // number of a run → its token
}

// fill imports what shows keeps, in the given order of runs. A run of which it
// keeps nothing never was.
func (w *world) fill(t testing.TB, order []int, shows func(policy.Label) bool) *filled {
	t.Helper()
	return w.fillWith(t, order, shows, nil)
}

// fillWith is fill, and looks now and then what can be searched, so that the index
// follows step by step; open makes it, nil for never.
func (w *world) fillWith(t testing.TB, order []int, shows func(policy.Label) bool, open func() search.Index) *filled {
	t.Helper()
	f := &filled{tokens: map[string]string{}}
	may := policytest.Scope(w.labels...)
	for n, i := range order {
		r := &w.runs[i]
		kept := slices.DeleteFunc(slices.Clone(r.adds), func(a worldAdd) bool { return !shows(a.label) })
		docs := slices.DeleteFunc(slices.Clone(r.docs), func(d worldDoc) bool { return !shows(d.label) })
		var id overt.RunID
		if len(kept) > 0 || slices.ContainsFunc(docs, func(d worldDoc) bool { return d.index != nil }) {
			id = f.write(t, may, r, kept, docs)
		}
		if shows(policy.Label{Dataset: r.spec.Dataset}) && r.verdict != "" && id != 0 {
			f.enter(t, r, id)
		}
		for k := range docs {
			if len(docs[k].label.Marks) == 0 {
				f.enterDocument(t, &docs[k], id)
			}
		}
		if open != nil && n%2 == 0 {
			f.searchable(t, may, open)
		}
		if r.undone && id != 0 {
			must(t, f.store.Undo(t.Context(), may, id, "2026-02-02T00:00:00Z"))
			must(t, f.ledger.Undone(t.Context(), id, "2026-02-02T00:00:00Z"))
		}
	}
	return f
}

func (w *world) all() policy.Scope { return policytest.ReadOnly(w.labels...) }

func (f *filled) write(t testing.TB, may policy.Scope, r *worldRun, adds []worldAdd, docs []worldDoc) overt.RunID {
	t.Helper()
	writer, err := f.store.Begin(t.Context(), may, r.spec)
	must(t, err)
	for _, a := range adds {
		must(t, writer.Add(a.label, a.id, a.stmts))
	}
	for i := range docs {
		if docs[i].index != nil {
			f.tell(t, writer, &docs[i])
		}
	}
	for _, x := range r.warnings {
		writer.Warn(x)
	}
	for _, m := range r.measures {
		writer.Measure(m)
	}
	run, err := writer.Commit(t.Context())
	must(t, err)
	f.tokens[fmt.Sprint(run.ID)] = r.spec.Token
	_, _, err = f.blobs.Put(t.Context(), strings.NewReader(r.content))
	must(t, err)
	return run.ID
}

// enter tells the ledger of the run's file, and of one beside it that failed.
func (f *filled) enter(t testing.TB, r *worldRun, run overt.RunID) {
	t.Helper()
	ctx := context.Background()
	id, err := f.ledger.Receive(ctx, ledger.Entry{Token: r.spec.Token, Dataset: r.spec.Dataset, Source: r.spec.Sources[0].Name, At: r.spec.Imported})
	must(t, err)
	o := ledger.Outcome{Verdict: r.verdict, Run: run, Received: int64(len(r.adds)), Read: int64(len(r.adds))}
	switch r.verdict {
	case ledger.Partial:
		must(t, f.ledger.Leave(ctx, id, []ledger.Left{{Where: overt.Locator{Row: 9}, Reason: "not a date in " + r.spec.Token, Fatal: true}}))
		o.Read, o.LeftOut = o.Read-1, 1
	case ledger.Failed:
		o = ledger.Outcome{Verdict: ledger.Failed, Reason: "broken: " + r.spec.Token}
	}
	must(t, f.ledger.Settle(ctx, id, o))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// memoryDir is a folder that no disk stands behind, where the system has one:
// a graph is synced when it is written, and these are written by the thousand.
func memoryDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "overt-oracle-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
