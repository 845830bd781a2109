package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/audit"
	"overt/driver/disk"
	"overt/driver/inverted"
	"overt/driver/pebble"
	"overt/driver/sqlite"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/ledger"
	"overt/mention"
	"overt/policy/engine"
	"overt/search"
	"overt/similar"
	"overt/watch"
)

// homeVersion is the form of the home folder; a newer one is refused.
const homeVersion = 1

// A format file stands at the top of a home and says what it is.
type homeFormat struct {
	Overt int    `json:"overt"` // version of the folder's form
	ID    string `json:"id"`    // names the home in its audit log
}

// A home is everything that is kept, opened by one process at a time.
type home struct {
	dir    string
	actor  identity.Actor
	gate   *gate.Gate
	log    *audit.Log
	store  *pebble.DB
	db     io.Closer
	ledger ledger.Store
	tokens identity.Tokens
	users  identity.Users
	engine *engine.Engine
	graphs []*graph.Graph
	// searched is the index; nil until it is asked for.
	searched *inverted.Index
	// named is what documents name; nil until it is asked for.
	named    *mention.Layer
	sketches *similar.File // nil until they are asked for
	current  *graph.Graph
	deriving *deriving
	// watches are asked again when what is kept is no longer of the epoch looked; noted
	// says that something was changed that has no epoch.
	watches watch.Store
	looked  uint64
	noted   bool
	again   func() error
}

// open opens the home, making it when it is not there.
func (a *app) open(ctx context.Context) (h *home, err error) {
	dir, err := a.homeDir()
	if err != nil {
		return nil, err
	}
	actor, err := whoAsks()
	if err != nil {
		return nil, err
	}
	format, err := homeFolder(dir)
	if err != nil {
		return nil, err
	}
	h = &home{dir: dir, actor: actor, deriving: newDeriving()}
	defer func() {
		if err != nil {
			h.closeAll()
			h = nil
		}
	}()
	if h.engine, err = readPolicy(filepath.Join(dir, "policy.yaml"), actor); err != nil {
		return h, err
	}
	logger := slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if h.log, err = audit.Open(ctx, filepath.Join(dir, "audit"), audit.Options{Origin: "overt/" + format.ID + "/audit", Clock: a.clock, Logger: logger}); err != nil {
		return h, busy(err)
	}
	if h.store, err = pebble.Open(ctx, filepath.Join(dir, "statements"), pebble.Config{Logger: logger, Fatal: a.dies(dir)}); err != nil {
		return h, err
	}
	return h, h.openRest(ctx, a)
}

// dies ends the process when the statements cannot be written on: what was
// acknowledged is durable, what was not leaves no trace.
func (a *app) dies(dir string) func(reason string) {
	return func(reason string) {
		a.report(overt.Errorf(overt.Unavailable, dir, "the statements cannot be written (%s); what was acknowledged is kept; make room and try again", reason))
		os.Exit(exitFailed)
	}
}

func (h *home) openRest(ctx context.Context, a *app) error {
	db, err := sqlite.Open(ctx, filepath.Join(h.dir, "ledger.db"), sqlite.Config{})
	if err != nil {
		return err
	}
	h.db, h.ledger, h.tokens, h.users, h.watches = db, db.Ledger(), db.Tokens(), db.Users(), db.Watches()
	blobs, err := disk.Open(ctx, filepath.Join(h.dir, "blobs"), disk.Config{})
	if err != nil {
		return err
	}
	if err := h.reconcile(ctx); err != nil {
		return err
	}
	h.sweep()
	h.gate = gate.New(gate.Config{
		Statements: h.store, Ledger: h.ledger, Blobs: blobs, Log: h.log, Engine: h.engine, Clock: a.clock,
		Graph:    inTurn(h.deriving, func(ctx context.Context) (*graph.Graph, error) { return h.graph(ctx, a) }),
		Index:    inTurn(h.deriving, func(ctx context.Context) (search.Index, error) { return h.index(ctx, a) }),
		Mentions: inTurn(h.deriving, func(ctx context.Context) (*mention.Layer, error) { return h.mentions(ctx, a) }),
		Similar:  inTurn(h.deriving, func(ctx context.Context) (*similar.File, error) { return h.similar(ctx, a) }),
		Resolved: keptResults(h.dir),
		Cases:    db.Cases(),
		Watches:  h.watches,
	})
	h.looked, h.again = h.store.Epoch(), func() error { return h.lookAgain(ctx, a) }
	return nil
}

// reconcile tells the ledger what the statements know and it does not: imports
// that a dead process left waiting, and runs taken back just before one died.
func (h *home) reconcile(ctx context.Context) error {
	if _, err := h.ledger.Reconcile(ctx, h.store.RunOf); err != nil {
		return err
	}
	for id, at := range h.store.Undone() {
		if err := h.ledger.Undone(ctx, id, at); err != nil {
			return err
		}
	}
	return nil
}

// busy says in words that another process has the home.
func busy(err error) error {
	if overt.CodeOf(err) == overt.Unavailable && strings.Contains(err.Error(), "is in use by") {
		return &overt.Error{Code: overt.Unavailable, Message: "another process has this home open; wait for it to end", Err: err}
	}
	return err
}

func (h *home) close(a *app) {
	if err := h.again(); err != nil { // set whenever the home was opened whole
		fmt.Fprintf(a.err, "overt: what is watched could not be looked at again: %s\n", audit.Safe(err.Error()))
	}
	if err := h.closeAll(); err != nil {
		fmt.Fprintf(a.err, "overt: closing the home: %s\n", audit.Safe(err.Error()))
	}
}

func (h *home) closeAll() error {
	h.deriving.stop()
	var errs []error
	for _, g := range h.graphs {
		errs = append(errs, g.Close())
	}
	if h.searched != nil {
		errs = append(errs, h.searched.Close())
	}
	if h.named != nil {
		errs = append(errs, h.named.Close())
	}
	if h.sketches != nil {
		errs = append(errs, h.sketches.Close())
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.log != nil {
		errs = append(errs, h.log.Close())
	}
	return errors.Join(errs...)
}

// homeFolder makes the folder and reads what form it has.
func homeFolder(dir string) (homeFormat, error) {
	path := filepath.Join(dir, "FORMAT")
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return newHome(dir, path)
	}
	if err != nil {
		return homeFormat{}, &overt.Error{Code: overt.Unavailable, Op: "open the home", Where: path, Err: err}
	}
	var f homeFormat
	if err := json.Unmarshal(raw, &f); err != nil || f.Overt == 0 || f.ID == "" {
		return f, overt.Errorf(overt.Invalid, path, "this is not the FORMAT file of a home of ours")
	}
	if f.Overt > homeVersion {
		return f, overt.Errorf(overt.Invalid, path, "this home was made by a newer overt (form %d; this one knows %d)", f.Overt, homeVersion)
	}
	return f, nil
}

func newHome(dir, path string) (homeFormat, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return homeFormat{}, &overt.Error{Code: overt.Unavailable, Op: "make the home", Where: dir, Err: err}
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return homeFormat{}, &overt.Error{Code: overt.Unavailable, Op: "make the home", Where: dir, Err: err}
	}
	// What writeFile left when its process died is no other thing.
	list = slices.DeleteFunc(list, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), ".new-") && os.Remove(filepath.Join(dir, e.Name())) == nil
	})
	if len(list) > 0 {
		return homeFormat{}, overt.Errorf(overt.Invalid, dir, "this folder holds other things and is no home; name an empty or a new one")
	}
	f := homeFormat{Overt: homeVersion, ID: randomID()}
	raw, err := json.Marshal(f)
	if err != nil {
		return f, err
	}
	return f, writeFile(path, append(raw, '\n'))
}

// readPolicy reads the home's rules, writing those of a new home first.
func readPolicy(path string, owner identity.Actor) (*engine.Engine, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		// Rules are made once, before anything was ever recorded: whoever comes
		// by later does not become the owner by their absence.
		if _, used := os.Stat(filepath.Join(filepath.Dir(path), "audit")); used == nil {
			return nil, overt.Errorf(overt.Denied, path, "the home's policy file is gone; put it back from a backup, for without it nobody may enter")
		}
		if text, err = engine.Default(owner.ID).Marshal(); err == nil {
			err = writeFile(path, text)
		}
	}
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read the policy", Where: path, Err: err}
	}
	return engine.Parse(path, text)
}

// writeFile writes a small file whole or not at all.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "write", Where: path, Err: err}
	}
	_, err = io.Copy(f, bytes.NewReader(data))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return &overt.Error{Code: overt.Unavailable, Op: "write", Where: path, Err: err}
	}
	return nil
}
