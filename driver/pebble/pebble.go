// Package pebble keeps statements in a Pebble store: one run is sorted
// outside, written as finished tables and taken in by one atomic ingest, so
// that a run is there whole or not at all, and loading costs one sequential
// write.
//
// Keys are by entity, so that everything about one entity is one short range;
// the class (run and label) stands in the key, so that a scope, a withdrawn
// run or a "known at" skips what it must not show without decoding it.
package pebble

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/sstable/block"
	"github.com/cockroachdb/pebble/v2/vfs"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

var _ statement.Store = (*DB)(nil)

// Config says how a store is opened. The zero value works.
type Config struct {
	// Cache is the block cache in bytes; 0 means 128 MiB.
	Cache int64
	// Memory is the sort memory of a writer in bytes; 0 means 96 MiB.
	Memory int
	// FS is the file system of the store, for fault tests; nil means the disk's.
	FS     vfs.FS
	Logger *slog.Logger
	// Fatal is told why the store can go on no more: its own log of versions
	// could not be written, mostly for want of room. It runs on a goroutine of
	// the store's and MUST end the process; what was acknowledged is there when
	// the store is opened again. nil, and returning, mean panic.
	Fatal func(reason string)
}

// A DB is an open store. It is safe for concurrent use.
type DB struct {
	dir    string
	db     *pebble.DB
	cfg    Config
	opts   *pebble.Options
	mu     sync.RWMutex
	runs   []*record // ascending by id, gaps where a number was not used
	epoch  uint64
	writer bool
}

// A record is a run as it is kept under its meta key.
type record struct {
	statement.Run
	Words   []string          `json:"words"`
	Classes []statement.Class `json:"classes"` // by index of Run.Labels
	Counts  []counts          `json:"counts"`  // by index of Run.Labels
	// Ended are the entities that the run ends, ascending, by index of
	// Run.Labels; nil when there is none under any label.
	Ended [][]ftm.EntityID `json:"ended,omitempty"`
	// Under is the run's base, Moves where its records stand (readMoves).
	Under overt.RunID `json:"base,omitempty"`
	Moves []byte      `json:"moves,omitempty"`
	// Spent is the last class that was given to the run and is not in Classes:
	// keys may have it, so no other run may.
	Spent statement.Class `json:"spent,omitempty"`

	bases []statement.Class // by index of Run.Labels; 0 where the base has none
	mover *statement.Mover
}

// counts are what a run holds under one label.
type counts struct {
	Entities   int64 `json:"entities"`
	Statements int64 `json:"statements"`
	Sightings  int64 `json:"sightings"`
	New        int64 `json:"new"`
}

// seen is the run as a scope shows it: its labels, and the sums over them.
// ok is false when it shows none.
func (r *record) seen(scope policy.Scope) (run statement.Run, ok bool) {
	run = r.Run
	run.Labels, run.Entities, run.Statements, run.Sightings, run.New = nil, 0, 0, 0, 0
	for i, l := range r.Labels {
		if scope.Sees(l) {
			run.Labels = append(run.Labels, l)
			c := r.Counts[i]
			run.Entities, run.Statements = run.Entities+c.Entities, run.Statements+c.Statements
			run.Sightings, run.New = run.Sightings+c.Sightings, run.New+c.New
		}
	}
	return run, len(run.Labels) > 0
}

// Open opens the store in dir, creating it when it is not there. A second
// process gets unavailable. Errors: unavailable (lock, disk), internal
// (damaged).
func Open(_ context.Context, dir string, cfg Config) (*DB, error) {
	cfg = cfg.filled()
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return nil, unavailable(dir, err)
	}
	db := &DB{dir: dir, cfg: cfg, opts: options(cfg)}
	var err error
	if db.db, err = openKV(filepath.Join(dir, "kv"), db.opts); err != nil {
		return nil, unavailable(dir, err)
	}
	if err := db.load(); err != nil {
		return nil, errors.Join(err, db.db.Close())
	}
	db.clean()
	return db, nil
}

// openKV opens Pebble's files. On a disk that runs full Pebble can panic while it
// puts away what it had opened, and so loses the reason, which it has logged.
func openKV(dir string, o *pebble.Options) (kv *pebble.DB, err error) {
	heard := &hearing{Logger: o.Logger}
	o.Logger = heard
	defer func() {
		if r := recover(); r != nil {
			kv, err = nil, errors.Join(fmt.Errorf("%v", r), heard.last())
		}
	}()
	return pebble.Open(dir, o)
}

// hearing remembers the last error that Pebble logged.
type hearing struct {
	pebble.Logger
	mu   sync.Mutex
	text string
}

func (h *hearing) Errorf(f string, args ...any) {
	h.hear(f, args...)
	h.Logger.Errorf(f, args...)
}

func (h *hearing) Fatalf(f string, args ...any) {
	h.hear(f, args...)
	h.Logger.Fatalf(f, args...)
}

func (h *hearing) hear(f string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = fmt.Sprintf(f, args...)
}

func (h *hearing) last() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.text == "" {
		return nil
	}
	return errors.New(h.text)
}

// filled is the config with what stands for its zeros.
func (cfg Config) filled() Config {
	if cfg.Cache == 0 {
		cfg.Cache = 128 << 20
	}
	if cfg.Memory == 0 {
		cfg.Memory = 96 << 20
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg
}

func options(cfg Config) *pebble.Options {
	o := &pebble.Options{
		CacheSize:          cfg.Cache,
		FS:                 cfg.FS,
		FormatMajorVersion: pebble.FormatNewest,
		Logger:             quiet{cfg.Logger, cfg.Fatal},
		// One entity's range fits a small block: a cold lookup decompresses
		// 16 KiB, not 32.
		Levels: [7]pebble.LevelOptions{},
		// Pebble ends the program over a damaged block unless it is heard. Whoever reads
		// the block gets the error, and nobody else is ended by it.
		EventListener: &pebble.EventListener{DataCorruption: func(info pebble.DataCorruptionInfo) {
			cfg.Logger.Error("a file of a store is damaged", "file", info.Path, "error", info.Details.Error())
		}},
	}
	for i := range o.Levels {
		o.Levels[i].BlockSize = 16 << 10
		o.Levels[i].Compression = func() *sstable.CompressionProfile { return block.FastestCompression }
	}
	o.EnsureDefaults()
	return o
}

// quiet passes Pebble's log on, without its routine chatter.
type quiet struct {
	log   *slog.Logger
	fatal func(string)
}

func (q quiet) Infof(string, ...any)         {}
func (q quiet) Errorf(f string, args ...any) { q.log.Error(fmt.Sprintf(f, args...)) }
func (q quiet) Fatalf(f string, args ...any) {
	reason := fmt.Sprintf(f, args...)
	if q.fatal != nil {
		q.fatal(reason)
	}
	panic(reason)
}

func unavailable(where string, err error) error {
	msg := "the statement store cannot be opened"
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EACCES) && strings.Contains(err.Error(), "LOCK"):
		msg = "another process has this home open"
	case strings.Contains(err.Error(), "lock held"):
		msg = "another process has this home open"
	}
	return &overt.Error{Code: overt.Unavailable, Op: "open statements", Where: where, Message: msg, Err: err}
}

// load reads the runs into memory.
func (db *DB) load() error {
	it, err := db.db.NewIter(&pebble.IterOptions{LowerBound: []byte{metaKeys}, UpperBound: []byte{metaKeys + 1}})
	if err != nil {
		return unavailable(db.dir, err)
	}
	undone := map[overt.RunID]string{}
	notices := map[overt.RunID][]statement.Notice{}
	for it.First(); it.Valid(); it.Next() {
		key := it.Key()
		if len(key) != 6 {
			continue
		}
		id := overt.RunID(binary.BigEndian.Uint32(key[2:]))
		switch key[1] {
		case metaUndo:
			undone[id] = string(it.Value())
		case metaNotices:
			var list []statement.Notice
			if err := json.Unmarshal(it.Value(), &list); err != nil {
				_ = it.Close()
				return overt.Errorf(overt.Internal, fmt.Sprintf("%s, run %d", db.dir, id), "read the notices of a run: %w", err)
			}
			notices[id] = list
		case metaRun:
			r := &record{}
			if err := json.Unmarshal(it.Value(), r); err != nil {
				_ = it.Close()
				return overt.Errorf(overt.Internal, fmt.Sprintf("%s, run %d", db.dir, id), "read the record of a run: %w", err)
			}
			db.runs = append(db.runs, r)
		}
	}
	for _, r := range db.runs {
		r.Undone, r.Notices = undone[r.ID], notices[r.ID]
		if err := r.settle(db.runs); err != nil {
			return errors.Join(err, it.Close())
		}
	}
	db.epoch = uint64(len(db.runs) + len(undone))
	return it.Close()
}

// clean removes what a crashed writer left in the scratch folder. Nothing
// there was ever acknowledged.
func (db *DB) clean() {
	left, _ := os.ReadDir(filepath.Join(db.dir, "tmp"))
	for _, e := range left {
		_ = os.RemoveAll(filepath.Join(db.dir, "tmp", e.Name()))
	}
}

// Close ends the store. Views must be closed before.
func (db *DB) Close() error {
	if err := db.db.Close(); err != nil {
		return fmt.Errorf("close statements: %w", err)
	}
	return nil
}

// Epoch rises with each commit and undo.
func (db *DB) Epoch() uint64 {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.epoch
}

// Labels lists every label of runs that are not undone, sorted by key.
func (db *DB) Labels(context.Context) ([]policy.Label, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	seen := map[string]policy.Label{}
	for _, r := range db.runs {
		for _, l := range r.Labels {
			if r.Undone == "" {
				seen[l.Key()] = l
			}
		}
	}
	labels := make([]policy.Label, 0, len(seen))
	for _, l := range seen {
		labels = append(labels, l)
	}
	slices.SortFunc(labels, func(a, b policy.Label) int { return strings.Compare(a.Key(), b.Key()) })
	return labels, nil
}

// Runs lists the runs of which the scope sees a label, ascending by id.
func (db *DB) Runs(_ context.Context, scope policy.Scope) ([]statement.Run, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	var out []statement.Run
	for _, r := range db.runs {
		if run, ok := r.seen(scope); ok {
			out = append(out, run)
		}
	}
	return out, nil
}

// Undo hides a run from every view opened after it returns.
func (db *DB) Undo(_ context.Context, scope policy.Scope, id overt.RunID, at string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	i, err := db.mine(scope, id)
	if err != nil {
		return err
	}
	if err := db.db.Set(metaKey(metaUndo, id), []byte(at), pebble.Sync); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "undo", Where: fmt.Sprintf("run %d", id), Err: err}
	}
	// Views that are open hold the old record; a new one replaces it.
	changed := *db.runs[i]
	changed.Undone = at
	db.runs = slices.Clone(db.runs)
	db.runs[i] = &changed
	db.epoch++
	return nil
}

// Note adds a notice to a run.
func (db *DB) Note(_ context.Context, scope policy.Scope, id overt.RunID, n statement.Notice) error {
	if err := n.Check(id); err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	i, err := db.mine(scope, id)
	if err == nil && n.By != 0 {
		_, err = db.mine(scope, n.By)
	}
	if err != nil {
		return err
	}
	changed := *db.runs[i]
	changed.Notices = append(slices.Clone(changed.Notices), n)
	value, err := json.Marshal(changed.Notices)
	if err != nil {
		return err
	}
	if err := db.db.Set(metaKey(metaNotices, id), value, pebble.Sync); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "note", Where: fmt.Sprintf("run %d", id), Err: err}
	}
	// Views that are open hold the old record; a new one replaces it.
	db.runs = slices.Clone(db.runs)
	db.runs[i] = &changed
	return nil
}

// mine finds a run that the scope may change and that is not undone. The
// caller holds the lock. Errors: not_found, denied, conflict.
func (db *DB) mine(scope policy.Scope, id overt.RunID) (int, error) {
	where := fmt.Sprintf("run %d", id)
	i, ok := slices.BinarySearchFunc(db.runs, id, func(r *record, id overt.RunID) int { return int(r.ID) - int(id) })
	if !ok || !slices.ContainsFunc(db.runs[i].Labels, scope.Sees) {
		return 0, overt.Errorf(overt.NotFound, where, "there is no such run")
	}
	r := db.runs[i]
	for _, l := range r.Labels {
		if !scope.Writes(l) {
			return 0, overt.Errorf(overt.Denied, where, "you may not change dataset %s", r.Dataset)
		}
	}
	if r.Undone != "" {
		return 0, overt.Errorf(overt.Conflict, where, "it was taken back already, on %s", r.Undone)
	}
	return i, nil
}

// classes lists what is known of every class, each run as the scope shows it.
// The caller holds the lock.
func (db *DB) classes(scope policy.Scope) []statement.ClassInfo {
	var out []statement.ClassInfo
	for _, r := range db.runs {
		run, _ := r.seen(scope)
		for i, c := range r.Classes {
			info := statement.ClassInfo{Class: c, Run: &run, Label: r.Labels[i]}
			if i < len(r.Ended) {
				info.Ended = r.Ended[i]
			}
			out = append(out, info)
		}
	}
	return out
}

// Undone tells the runs that were taken back, and when.
func (db *DB) Undone() map[overt.RunID]string {
	db.mu.RLock()
	defer db.mu.RUnlock()
	out := map[overt.RunID]string{}
	for _, r := range db.runs {
		if r.Undone != "" {
			out[r.ID] = r.Undone
		}
	}
	return out
}

// RunOf tells the run that carries a token, undone or not: what the coverage
// ledger asks when it finds an import that did not end.
func (db *DB) RunOf(token string) (overt.RunID, bool) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	for _, r := range db.runs {
		if r.Token == token {
			return r.ID, true
		}
	}
	return 0, false
}
