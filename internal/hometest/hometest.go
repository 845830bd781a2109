// Package hometest opens a whole home for a test, wired as the command wires
// one: stores, ledger, blobs, a real audit log, the default policy, the gate
// and an importer. Memory forgets everything at the test's end; Durable keeps
// it in a folder of the test, with the drivers that ship.
package hometest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"overt/audit"
	"overt/blob"
	"overt/casefile"
	"overt/driver/disk"
	"overt/driver/memory"
	"overt/driver/pebble"
	"overt/driver/sqlite"
	"overt/extract"
	"overt/extract/open"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/internal/demo"
	"overt/internal/reference"
	"overt/ledger"
	"overt/mention"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/engine"
	"overt/resolve"
	"overt/search"
	"overt/similar"
	"overt/statement"
	"overt/watch"
)

// A Home is everything that is kept, with its door. It is closed when the test
// ends.
type Home struct {
	Dir        string // for derived files; of a durable home the home itself
	Actor      identity.Actor
	Engine     *engine.Engine
	Log        *audit.Log
	Statements statement.Store
	Ledger     ledger.Store
	Blobs      blob.Store
	Cases      casefile.Store
	Users      identity.Users
	Tokens     identity.Tokens
	Watches    watch.Store
	Gate       *gate.Gate
	Limits     extract.Limits // of the importer; zero fields are the defaults
	Whole      bool           // newer extracts are taken in as if they were the first

	seconds atomic.Int64
	// What is derived is made when it is asked for, which pages of one reader do at
	// once: each has its turn.
	linking, naming, indexing, comparing sync.Mutex

	current  *graph.Graph
	graphs   []*graph.Graph
	named    *mention.Layer
	searched *memory.Index
	sketches *similar.File
}

// Owner is who owns a test's home.
var Owner = identity.Actor{ID: "local:tester", Name: "tester"}

// Memory opens an empty home that no disk stands behind but for its audit log
// and the derived graph.
func Memory(t testing.TB) *Home {
	t.Helper()
	h := &Home{Statements: &memory.Store{}, Ledger: &memory.Ledger{}, Blobs: &memory.Blobs{}, Cases: &memory.Cases{}, Users: &memory.Users{}, Tokens: &memory.Tokens{}, Watches: &memory.Watches{}}
	h.open(t, t.TempDir())
	return h
}

// Durable opens the home in a folder, empty at first, with the drivers of the
// embedded form. The stores are closed after the test.
func Durable(t testing.TB, dir string) *Home {
	t.Helper()
	ctx := context.Background()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	store, err := pebble.Open(ctx, filepath.Join(dir, "statements"), pebble.Config{Logger: quiet})
	must(t, err)
	closing(t, store)
	db, err := sqlite.Open(ctx, filepath.Join(dir, "ledger.db"), sqlite.Config{})
	must(t, err)
	closing(t, db)
	blobs, err := disk.Open(ctx, filepath.Join(dir, "blobs"), disk.Config{})
	must(t, err)
	h := &Home{Statements: store, Ledger: db.Ledger(), Blobs: blobs, Cases: db.Cases(), Users: db.Users(), Tokens: db.Tokens(), Watches: db.Watches()}
	h.open(t, dir)
	return h
}

func (h *Home) open(t testing.TB, dir string) {
	t.Helper()
	h.Dir, h.Actor = dir, Owner
	text, err := engine.Default(h.Actor.ID).Marshal()
	must(t, err)
	h.Engine, err = engine.Parse("policy.yaml", text)
	must(t, err)
	h.Log, err = audit.Open(context.Background(), filepath.Join(dir, "audit"), audit.Options{
		Origin: "overt/test/audit", Clock: h.Clock, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	must(t, err)
	closing(t, h.Log)
	must(t, os.MkdirAll(filepath.Join(dir, "derived"), 0o700))
	h.Gate = gate.New(gate.Config{
		Statements: h.Statements, Ledger: h.Ledger, Blobs: h.Blobs, Log: h.Log, Engine: h.Engine, Clock: h.Clock, Graph: h.graph, Mentions: h.mentions, Similar: h.similar,
		Index:    h.index,
		Resolved: h.Kept(), Cases: h.Cases, Watches: h.Watches,
	})
	t.Cleanup(func() {
		for _, g := range h.graphs {
			must(t, g.Close())
		}
		if h.sketches != nil {
			must(t, h.sketches.Close())
		}
	})
}

func closing(t testing.TB, c io.Closer) {
	t.Cleanup(func() { must(t, c.Close()) })
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Clock begins on 2026-12-01, after every source that tests read, and is a second later each time it is asked.
func (h *Home) Clock() time.Time {
	return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(h.seconds.Add(1)) * time.Second)
}

// graph builds the derived graph when the statements are of another moment.
func (h *Home) graph(ctx context.Context) (*graph.Graph, error) {
	h.linking.Lock()
	defer h.linking.Unlock()
	if h.current != nil && h.current.Stamp().Epoch == h.Statements.Epoch() {
		return h.current, nil
	}
	pass, err := h.Gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(h.Dir, "derived")
	path := filepath.Join(dir, fmt.Sprintf("graph-%d.og", h.Statements.Epoch()))
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "graph.derive"}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if err := pipeline.Derive(ctx, d.View, h.Statements.Epoch(), dir, path); err != nil {
			return "", err
		}
		g, err := graph.Open(path)
		if err == nil {
			h.graphs, h.current = append(h.graphs, g), g
		}
		return "built", err
	})
	return h.current, err
}

// Kept is where results of resolution are kept.
func (h *Home) Kept() *resolve.Kept {
	return resolve.NewKept(filepath.Join(h.Dir, "derived", "resolved"))
}

// index brings the index of passages and names, held in memory, to this moment.
func (h *Home) index(ctx context.Context) (search.Index, error) {
	h.indexing.Lock()
	defer h.indexing.Unlock()
	pass, err := h.Gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	return gate.Ask(ctx, pass, gate.Act{Action: "search.derive"}, false, func(ctx context.Context, d *gate.Desk) (search.Index, error) {
		if h.searched == nil || !pipeline.CanFollow(h.searched.Stamp().Rule, d.View.Sight()) {
			h.searched = &memory.Index{}
		}
		if h.searched.Stamp().Rule == pipeline.IndexRule(d.View.Sight()) {
			return h.searched, nil
		}
		return h.searched, pipeline.Follow(ctx, d, h.searched, h.Statements.Epoch())
	})
}

// similar brings the sketches of texts to this moment.
func (h *Home) similar(ctx context.Context) (*similar.File, error) {
	h.comparing.Lock()
	defer h.comparing.Unlock()
	pass, err := h.Gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	return gate.Ask(ctx, pass, gate.Act{Action: "similar.derive"}, false, func(ctx context.Context, d *gate.Desk) (*similar.File, error) {
		if h.sketches == nil {
			if h.sketches, err = similar.Open(filepath.Join(h.Dir, "derived", "similar.os")); err != nil {
				return nil, err
			}
		}
		return h.sketches, pipeline.FollowSimilar(ctx, d, h.sketches)
	})
}

// Hide narrows datasets to a purpose that the owner does not declare here: from
// now on he does not see them, and no others are hidden.
func (h *Home) Hide(t testing.TB, datasets ...string) {
	t.Helper()
	h.rule(t, func(file *engine.File) {
		file.Datasets = map[string]engine.Rule{}
		for _, d := range datasets {
			file.Datasets[d] = engine.Rule{Purposes: []policy.Purpose{file.Purposes[1].ID}}
		}
	})
}

// Admit lets an account read datasets, for the purpose that is declared by default.
func (h *Home) Admit(t testing.TB, account string, datasets ...string) {
	t.Helper()
	h.rule(t, func(file *engine.File) {
		file.People = map[string]engine.Person{account: {Purposes: []policy.Purpose{file.Purposes[0].ID}, Read: datasets}}
	})
}

// Admin lets somebody look after users, and nobody else come in.
func (h *Home) Admin(t testing.TB, who string) {
	t.Helper()
	h.rule(t, func(file *engine.File) { file.People = map[string]engine.Person{who: {Admin: true}} })
}

// AskSecond asks for two people wherever an entity of datasets is taken for another,
// and lets an account read and judge in those.
func (h *Home) AskSecond(t testing.TB, account string, datasets ...string) {
	t.Helper()
	h.rule(t, func(file *engine.File) {
		file.SecondPerson.Datasets = datasets
		file.People = map[string]engine.Person{account: {Purposes: []policy.Purpose{file.Purposes[0].ID}, Read: datasets, Write: datasets}}
	})
}

// rule puts changed default rules in the place of those that hold.
func (h *Home) rule(t testing.TB, change func(*engine.File)) {
	t.Helper()
	file := engine.Default(h.Actor.ID)
	change(&file)
	text, err := file.Marshal()
	must(t, err)
	e, err := engine.Parse("policy.yaml", text)
	must(t, err)
	*h.Engine = *e
}

// mentions gives the layer of mentions of the moment, held in memory.
func (h *Home) mentions(ctx context.Context) (*mention.Layer, error) {
	h.naming.Lock()
	defer h.naming.Unlock()
	pass, err := h.Gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(h.Dir, "derived", "mentions")
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "mention.derive"}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if h.named == nil || !pipeline.CanFollowMentions(h.named.State().Rule, d.View.Sight()) {
			if err := os.RemoveAll(dir); err != nil {
				return "", err
			}
			var err error
			if h.named, err = mention.NewLayer(ctx, &memory.Sorted{}); err != nil {
				return "", err
			}
		}
		return "followed", pipeline.FollowMentions(ctx, d, h.named, dir)
	})
	return h.named, err
}

// Pass comes in as the owner, who also means to write the given labels.
func (h *Home) Pass(ctx context.Context, writes ...policy.Label) (*gate.Pass, error) {
	return h.Gate.Open(ctx, gate.Visit{Actor: h.Actor, Writes: writes})
}

// OpenCase opens a case of the owner's and gives its id.
func (h *Home) OpenCase(t testing.TB, title string) string {
	t.Helper()
	id := casefile.NewID()
	pass, err := h.Pass(t.Context(), policy.CaseLabel(id))
	must(t, err)
	_, err = pass.Casework(t.Context(), id, casefile.Event{Kind: casefile.Open, Text: title})
	must(t, err)
	return id
}

// Importer imports as the owner.
func (h *Home) Importer() *pipeline.Importer {
	im := &pipeline.Importer{Clock: h.Clock, Limits: h.Limits, Records: open.Here{}, Open: func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) {
		return h.Pass(ctx, labels...)
	}}
	if !h.Whole {
		im.Derived = filepath.Join(h.Dir, "derived")
	}
	return im
}

// Import takes a request in and fails the test when the import as a whole
// fails; what is wrong with a file stands in the report.
func (h *Home) Import(t testing.TB, req pipeline.Request) *pipeline.Report {
	t.Helper()
	rep, err := h.Importer().Import(t.Context(), req)
	if err != nil {
		t.Fatalf("import %s: %v", strings.Join(req.Paths, ", "), err)
	}
	return rep
}

// ImportReference keeps the program's own reference list, as each home does.
func (h *Home) ImportReference(t testing.TB) {
	t.Helper()
	h.importEmbedded(t, reference.Files(), reference.Mapping, reference.Dataset)
}

// ImportDemo takes the example of overt demo in.
func (h *Home) ImportDemo(t testing.TB) {
	t.Helper()
	h.ImportReference(t)
	h.importEmbedded(t, demo.Files(), demo.Mapping, demo.Dataset)
}

func (h *Home) importEmbedded(t testing.TB, files fs.FS, mapping, dataset string) {
	t.Helper()
	req := pipeline.Request{Dataset: dataset, Mapping: mapping, Extent: statement.Window}
	must(t, fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		switch {
		case path.Base(name) == mapping:
			req.Text = data
		case strings.HasSuffix(name, ".csv"):
			req.Files = append(req.Files, pipeline.Embedded{Name: path.Base(name), Data: data})
		}
		return err
	}))
	for _, f := range h.Import(t, req).Files {
		if f.Verdict != ledger.Read {
			t.Fatalf("%s: %s is %s: %s", dataset, f.Source, f.Verdict, f.Reason)
		}
	}
}

// Undo takes a run back.
func (h *Home) Undo(t testing.TB, run pipeline.RunReport) {
	t.Helper()
	pass, err := h.Pass(t.Context())
	must(t, err)
	must(t, pass.Undo(t.Context(), run.Run))
}

// Ask answers a question as the owner, through the gate, the graph included.
func Ask[T any](t testing.TB, h *Home, answer func(context.Context, *gate.Desk) (T, error)) (T, error) {
	t.Helper()
	pass, err := h.Pass(t.Context())
	must(t, err)
	return gate.Ask(t.Context(), pass, gate.Act{Action: "test"}, true, answer)
}

// Known is Ask for a question that must have an answer.
func Known[T any](t testing.TB, h *Home, answer func(context.Context, *gate.Desk) (T, error)) T {
	t.Helper()
	got, err := Ask(t, h, answer)
	must(t, err)
	return got
}
