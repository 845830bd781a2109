package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"overt"
	"overt/driver/inverted"
	"overt/driver/pebble"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/mention"
	"overt/pipeline"
	"overt/search"
	"overt/similar"
	"overt/statement"
)

// graph gives the derived graph of this moment, building it when there is none
// or when it is of another moment. The worker that builds comes through the
// gate like anybody.
func (h *home) graph(ctx context.Context, a *app) (*graph.Graph, error) {
	if h.current != nil && h.current.Stamp().Epoch == h.store.Epoch() {
		return h.current, nil
	}
	dir := filepath.Join(h.dir, "derived")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "build the graph", Where: dir, Err: err}
	}
	path := filepath.Join(dir, fmt.Sprintf("graph-%d.og", h.store.Epoch()))
	pass, err := h.gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "graph.derive", Object: filepath.Base(path)}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if g, err := graph.Open(path); err == nil {
			if g.Stamp().Fingerprint == pipeline.DeriveStamp(d.View.Sight()) {
				h.use(g)
				return "current", nil
			}
			_ = g.Close()
		}
		stop := a.working("linking what was imported")
		err := pipeline.Derive(ctx, d.View, h.store.Epoch(), dir, path)
		stop()
		if err != nil {
			return "", err
		}
		g, err := graph.Open(path)
		if err != nil {
			return "", err
		}
		h.use(g)
		dropOld(dir, path)
		return "built", nil
	})
	return h.current, err
}

// index gives the index of passages and names of this moment. It follows the
// statements: runs that came are added; when one was taken back, or the index
// is damaged, it is made again.
func (h *home) index(ctx context.Context, a *app) (search.Index, error) {
	dir := filepath.Join(h.dir, "derived", "search")
	pass, err := h.gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "search.derive", Object: "search"}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if err := h.openIndex(dir, d.View.Sight()); err != nil {
			return "", err
		}
		if h.searched.Stamp().Rule == pipeline.IndexRule(d.View.Sight()) {
			return "current", nil
		}
		stop := a.working("making what was taken in searchable")
		defer stop()
		return "followed", pipeline.Follow(ctx, d, h.searched, h.store.Epoch())
	})
	return h.searched, err
}

// similar gives the sketches of texts of this moment.
func (h *home) similar(ctx context.Context, a *app) (*similar.File, error) {
	path := filepath.Join(h.dir, "derived", "similar.os")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Where: path, Err: err}
	}
	pass, err := h.gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "similar.derive", Object: filepath.Base(path)}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if h.sketches == nil {
			if h.sketches, err = similar.Open(path); err != nil {
				return "", err
			}
		}
		stop := a.working("comparing texts that were taken in")
		defer stop()
		return "followed", pipeline.FollowSimilar(ctx, d, h.sketches)
	})
	return h.sketches, err
}

// openIndex opens an index that can follow the sight, an empty one if need be.
func (h *home) openIndex(dir string, sight *statement.Sight) error {
	if h.searched == nil {
		x, err := inverted.Open(dir, inverted.Config{})
		if err != nil && overt.CodeOf(err) != overt.Invalid {
			return err
		}
		h.searched = x
		if err == nil && pipeline.CanFollow(x.Stamp().Rule, sight) {
			return nil
		}
	} else if pipeline.CanFollow(h.searched.Stamp().Rule, sight) {
		return nil
	}
	if h.searched != nil {
		if err := h.searched.Close(); err != nil {
			return err
		}
		h.searched = nil
	}
	if err := discard(dir); err != nil {
		return err
	}
	x, err := inverted.Open(dir, inverted.Config{})
	if err != nil {
		return err
	}
	h.searched = x
	return nil
}

// mentions gives what documents name at this moment, like index.
func (h *home) mentions(ctx context.Context, a *app) (*mention.Layer, error) {
	dir := filepath.Join(h.dir, "derived", "mentions")
	pass, err := h.gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		return nil, err
	}
	_, err = gate.Ask(ctx, pass, gate.Act{Action: "mention.derive", Object: "mentions"}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
		if err := h.openMentions(ctx, dir, d.View.Sight()); err != nil {
			return "", err
		}
		if h.named.State().Rule == pipeline.MentionsRule(d.View.Sight()) {
			return "current", nil
		}
		stop := a.working("looking for names in documents")
		defer stop()
		err := pipeline.FollowMentions(ctx, d, h.named, dir)
		if code := overt.CodeOf(err); code != overt.Invalid && code != overt.NotFound {
			return "followed", err
		}
		// A file of names is gone or damaged: all of it is made again.
		if err := h.anewMentions(ctx, dir); err != nil {
			return "", err
		}
		return "followed", pipeline.FollowMentions(ctx, d, h.named, dir)
	})
	return h.named, err
}

// openMentions opens a layer that can follow the sight, an empty one if need be.
func (h *home) openMentions(ctx context.Context, dir string, sight *statement.Sight) error {
	if h.named == nil {
		if err := h.openLayer(ctx, dir); err != nil && overt.CodeOf(err) != overt.Invalid {
			return err
		}
	}
	if h.named != nil && pipeline.CanFollowMentions(h.named.State().Rule, sight) {
		return nil
	}
	return h.anewMentions(ctx, dir)
}

func (h *home) anewMentions(ctx context.Context, dir string) error {
	if h.named != nil {
		if err := h.named.Close(); err != nil {
			return err
		}
		h.named = nil
	}
	if err := discard(dir); err != nil {
		return err
	}
	return h.openLayer(ctx, dir)
}

func (h *home) openLayer(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &overt.Error{Code: overt.Unavailable, Where: dir, Err: err}
	}
	store, err := pebble.OpenSorted(filepath.Join(dir, "kv"), pebble.Config{})
	if err != nil {
		return err
	}
	l, err := mention.NewLayer(ctx, store)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	h.named = l
	return nil
}

// goneName is behind the name of a folder of something derived that is being removed.
const goneName = ".gone"

// discard removes a folder of something derived. Of one that was killed in the midst of
// it, the folder is there whole or not at all; what is left is swept when the home is
// opened.
func discard(dir string) error {
	gone := dir + goneName
	err := os.RemoveAll(gone)
	if err == nil {
		if err = os.Rename(dir, gone); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	if err = errors.Join(err, os.RemoveAll(gone)); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "make it again", Where: dir, Err: err}
	}
	return nil
}

// sweep removes what discards left that were cut off. What cannot be removed takes room
// and does no harm: the next discard says why.
func (h *home) sweep() {
	list, _ := filepath.Glob(filepath.Join(h.dir, "derived", "*"+goneName))
	for _, p := range list {
		_ = os.RemoveAll(p)
	}
}

func (h *home) use(g *graph.Graph) { h.graphs, h.current = append(h.graphs, g), g }

// dropOld removes graphs of other moments: derived things can be made again.
func dropOld(dir, keep string) {
	list, _ := filepath.Glob(filepath.Join(dir, "graph-*.og"))
	for _, p := range list {
		if p != keep {
			_ = os.Remove(p)
		}
	}
}
