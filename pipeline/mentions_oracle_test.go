package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/driver/memory"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// A namedWorld is a few documents that several sources have read, entities that
// several sources name, and what people judged of them.
type namedWorld struct {
	*world
	docs     []overt.BlobID
	readings [][]byte
}

var (
	worldNames = []string{
		"Quorvex", "Quorvex Wexley", "Quorvex Wexley Holding", "Wexley Holding, Inc.", "Wexley Holding", "Blomstrand Ltd", "QUORVEX", "Holding Trust",
	}
	worldTexts = []string{
		"Quorvex Wexley Holding paid Blomstrand Ltd.", "The Quorvex report of Wexley Holding Inc., and QVX.", "QVX and Qvx; UEI HJ1TKAEJ8XM7.",
		"Ada Example of Blomstrand Ltd met Holding Trust on 3 May 2021.", "Wexley Holding Trust owes 100 USD.", "nothing at all",
	}
	worldEntities = []ftm.EntityID{"e1", "e2", "e3"}
)

func newNamedWorld(t testing.TB, seed uint64) *namedWorld {
	base := newWorld(seed)
	base.runs = nil
	w := &namedWorld{world: base}
	for i := range 3 {
		sum := sha256.Sum256([]byte{byte(i)})
		w.docs = append(w.docs, overt.BlobID(hex.EncodeToString(sum[:])))
	}
	for i := range 4 + w.IntN(7) {
		w.namedRun(t, i)
	}
	return w
}

func (w *namedWorld) namedRun(t testing.TB, i int) {
	label := pick(w.Rand, w.labels)
	content := fmt.Sprint("run ", i)
	sum := sha256.Sum256([]byte(content))
	r := worldRun{undone: w.IntN(7) == 0, content: content, spec: statement.RunSpec{
		Dataset: label.Dataset, Format: "documents", Mapping: strings.Repeat("0", 64), Token: fmt.Sprint("t", i), Actor: "local:tester",
		Observed: pick(w.Rand, worldDays), Imported: "2026-01-02T03:04:05Z", Extent: statement.Window,
		Sources: []statement.Source{{Name: "file", Blob: overt.BlobID(hex.EncodeToString(sum[:])), Size: int64(len(content))}},
	}}
	if i > 2 && w.IntN(4) == 0 {
		r.spec.Format = mention.JudgementFormat
	}
	for range 2 + w.IntN(5) {
		switch {
		case r.spec.Format == mention.JudgementFormat:
			r.adds = append(r.adds, w.judgement()...)
		case w.IntN(2) == 0:
			r.adds = append(r.adds, w.document(t, label))
		default:
			id := pick(w.Rand, worldEntities)
			r.adds = append(r.adds, worldAdd{label, id, w.statements("Company", string(id), w.called())})
		}
	}
	w.runs = append(w.runs, r)
}

func (w *namedWorld) called() []string {
	switch w.IntN(6) {
	case 0:
		return []string{"uniqueEntityId", "HJ1TKAEJ8XM7"}
	case 1:
		return []string{"abbreviation", pick(w.Rand, []string{"QVX", "Qvx"})}
	}
	return []string{"name", pick(w.Rand, worldNames)}
}

// document makes a reading of one of the documents.
func (w *namedWorld) document(t testing.TB, label policy.Label) worldAdd {
	doc := pick(w.Rand, w.docs)
	var b bytes.Buffer
	out, err := reading.NewWriter(&b, reading.Head{Document: doc, Type: "text/plain", Reader: "world/1"})
	must(t, err)
	for n := range 1 + w.IntN(2) {
		must(t, out.Page(document.Page{Number: n + 1, Text: pick(w.Rand, worldTexts), Origin: document.Letters}))
	}
	_, err = out.Close()
	must(t, err)
	w.readings = append(w.readings, b.Bytes())
	sum := sha256.Sum256(b.Bytes())
	id := readingID(doc)
	return worldAdd{label, id, w.statements("Reading", string(id), []string{"document", string(documentID(doc)), "text", hex.EncodeToString(sum[:])})}
}

// judgement makes a person's word, whose halves stand where they may.
func (w *namedWorld) judgement() []worldAdd {
	doc, name, e := documentID(pick(w.Rand, w.docs)), pick(w.Rand, append([]string{"Ada Example"}, worldNames...)), pick(w.Rand, worldEntities)
	person := func(label policy.Label, id ftm.EntityID, schema string, props ...string) worldAdd {
		stmts := w.statements(schema, string(id), props)
		for i := range stmts {
			stmts[i].Origin, stmts[i].External = statement.OriginPerson, false
		}
		return worldAdd{label, id, stmts}
	}
	if w.IntN(2) == 0 {
		about := pick(w.Rand, []ftm.EntityID{"", e})
		if w.IntN(4) == 0 {
			doc, about = "", ""
		}
		return []worldAdd{person(pick(w.Rand, w.labels), mention.RejectedID(doc, name, about), "Rejection", "quote", name)}
	}
	id := mention.AcceptedID(doc, name, e)
	return []worldAdd{
		person(pick(w.Rand, w.labels), id, "Names", "document", string(doc), "quote", name),
		person(pick(w.Rand, w.labels), id, "Names", "entity", string(e)),
	}
}

// A namedStore is a filled world with its layer.
type namedStore struct {
	*filled
	w     *namedWorld
	dir   string
	kept  *memory.Sorted
	layer *mention.Layer
}

// A flaky store fails for good after some writes.
type flaky struct {
	mention.Sorted
	writes int
}

func (f *flaky) Write(ctx context.Context, pairs []mention.Pair) error {
	if f.writes--; f.writes < 0 {
		return errors.New("the disk is full")
	}
	return f.Sorted.Write(ctx, pairs)
}

func (w *namedWorld) empty(t testing.TB, dir string) *namedStore {
	s := &namedStore{filled: &filled{tokens: map[string]string{}}, w: w, dir: dir}
	for _, raw := range w.readings {
		_, _, err := s.blobs.Put(t.Context(), bytes.NewReader(raw))
		must(t, err)
	}
	s.anew(t)
	return s
}

func (s *namedStore) anew(t testing.TB) {
	t.Helper()
	s.kept = &memory.Sorted{}
	s.open(t, s.kept)
	must(t, os.RemoveAll(s.dir))
}

func (s *namedStore) open(t testing.TB, kept mention.Sorted) {
	t.Helper()
	var err error
	s.layer, err = mention.NewLayer(t.Context(), kept)
	must(t, err)
}

// follow does what the home does when mentions are asked for, now and then
// interrupted at first.
func (s *namedStore) follow(t testing.TB) {
	t.Helper()
	view, err := s.store.View(t.Context(), policytest.ReadOnly(s.w.labels...), statement.When{})
	must(t, err)
	if !CanFollowMentions(s.layer.State().Rule, view.Sight()) {
		s.anew(t)
	}
	d := &gate.Desk{View: view, Blobs: &s.blobs}
	for s.w.IntN(2) == 0 {
		s.open(t, &flaky{s.kept, s.w.IntN(5)})
		_ = FollowMentions(t.Context(), d, s.layer, s.dir) // it fails, or has little to write
		s.open(t, s.kept)
	}
	must(t, FollowMentions(t.Context(), d, s.layer, s.dir))
	must(t, view.Close())
}

// fill takes runs in, in an order, and follows where between says so and at the
// end.
func (s *namedStore) fill(t testing.TB, order []int, shows func(policy.Label) bool, between func() bool) {
	t.Helper()
	may := policytest.Scope(s.w.labels...)
	for _, i := range order {
		r := &s.w.runs[i]
		kept := slices.DeleteFunc(slices.Clone(r.adds), func(a worldAdd) bool { return !shows(a.label) })
		if len(kept) == 0 {
			continue
		}
		id := s.write(t, may, r, kept, nil)
		if between() {
			s.follow(t)
		}
		if r.undone {
			must(t, s.store.Undo(t.Context(), may, id, "2026-02-02T00:00:00Z"))
		}
	}
	s.follow(t)
}

// tellMentions writes down all that a view tells of mentions.
func (w *namedWorld) tellMentions(ctx context.Context, v *mention.View) (string, error) {
	var b strings.Builder
	tell := func(list iter.Seq2[mention.Suggestion, error]) error {
		for s, err := range list {
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "  %s %s %q %q %s could be %v, is %v\n", s.ID(), s.Kind, s.Text, s.Value, s.Reading[:6], s.Candidates, s.Accepted)
		}
		return nil
	}
	for _, doc := range w.docs {
		fmt.Fprintf(&b, "%s\n", documentID(doc))
		if err := tell(v.Document(ctx, documentID(doc))); err != nil {
			return "", err
		}
	}
	for _, e := range worldEntities {
		fmt.Fprintf(&b, "of %s\n", e)
		if err := tell(v.Of(ctx, []ftm.EntityID{e}, mention.Place{})); err != nil {
			return "", err
		}
	}
	var after *mention.Unknown
	for {
		list, err := v.Unknown(ctx, "", after, 2)
		if err != nil {
			return "", err
		}
		for _, u := range list {
			fmt.Fprintf(&b, "unknown %s %q in %d, as %q in %s\n", u.Kind, u.Group, u.Documents, u.Example.Text, u.Example.ID())
		}
		if len(list) < 2 {
			return b.String(), nil
		}
		after = &list[1]
	}
}

// namedHidden compares what is told over everything with what is told over what
// may be seen alone; "" when they are equal. tamper makes the view leak.
func namedHidden(t testing.TB, dir string, seed uint64, tamper func(scoped, all statement.View) statement.View) string {
	t.Helper()
	ctx := t.Context()
	w := newNamedWorld(t, seed)
	whole := w.empty(t, dir+"/whole")
	whole.fill(t, w.Perm(len(w.runs)), func(policy.Label) bool { return true }, func() bool { return w.IntN(2) == 0 })
	all, err := whole.store.View(ctx, policytest.ReadOnly(w.labels...), statement.When{})
	must(t, err)
	felt := ""
	for range scopes {
		scope, when := w.scope(), statement.When{KnownAt: pick(w.Rand, []string{"", "", "2024-01-01"})}
		cut := w.empty(t, dir+"/cut")
		cut.fill(t, w.order(), scope.Sees, func() bool { return false })
		var told [2]string
		for i, s := range []*namedStore{cut, whole} {
			view, err := s.store.View(ctx, scope, when)
			must(t, err)
			seen := view
			if i == 1 && tamper != nil {
				seen = tamper(view, all)
			}
			told[i], err = w.tellMentions(ctx, mention.In(s.layer, seen))
			must(t, errors.Join(err, view.Close()))
		}
		if felt = cmp.Diff(told[0], told[1]); felt != "" {
			break
		}
	}
	must(t, all.Close())
	return felt
}

// TestMentionsOracle: what is told of mentions over everything under a scope is
// what is told over a store that holds only what the scope shows, in whatever
// order runs came and however often the layer followed.
func TestMentionsOracle(t *testing.T) {
	dir := memoryDir(t)
	for seed := range worlds(250, 30) {
		if felt := namedHidden(t, dir, uint64(seed), nil); felt != "" {
			t.Fatalf("world %d: a hidden thing is felt (-as if absent +with it):\n%s", seed, felt)
		}
	}
}

// An overheard view asks some things of everything.
type overheard struct {
	statement.View
	lookup, entity, inbound statement.View
}

func (v overheard) Lookup(ctx context.Context, key string) ([]ftm.EntityID, error) {
	return v.lookup.Lookup(ctx, key)
}

func (v overheard) Entity(ctx context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	return v.entity.Entity(ctx, id)
}

func (v overheard) Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[statement.Ref, error] {
	return v.inbound.Inbound(ctx, id)
}

// The worlds are such that a leak is felt.
func TestMentionsOracleFeels(t *testing.T) {
	dir := memoryDir(t)
	for name, tamper := range map[string]func(scoped, all statement.View) statement.View{
		"names are read from everything":            func(s, all statement.View) statement.View { return overheard{s, all, all, s} },
		"readings are read from everything":         func(s, all statement.View) statement.View { return overheard{s, s, all, all} },
		"everything is told but of what runs it is": func(s, all statement.View) statement.View { return overheard{s, all, all, all} },
	} {
		felt := false
		for seed := uint64(0); seed < 60 && !felt; seed++ {
			felt = namedHidden(t, dir, seed, tamper) != ""
		}
		if !felt {
			t.Errorf("nobody feels it when %s", name)
		}
	}
}
