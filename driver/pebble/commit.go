package pebble

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/cockroachdb/pebble/v2/objstorage/objstorageprovider"
	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"

	"overt"
	"overt/internal/extsort"
	"overt/policy"
	"overt/statement"
)

// tableSize is where a table that is being written is closed and the next
// begun, in bytes of keys and values.
const tableSize = 64 << 20

// Commit writes the tables and takes them in with one atomic ingest.
func (w *writer) Commit(ctx context.Context) (statement.Run, error) {
	if w.done {
		return statement.Run{}, overt.Errorf(overt.Internal, "", "the run is closed")
	}
	defer func() { _ = w.Abort() }()
	if len(w.run.Labels) == 0 { // a source without a single row is a run too
		if _, err := w.class(policy.Label{Dataset: w.run.Dataset}); err != nil {
			return statement.Run{}, err
		}
	}
	err := w.write(ctx)
	if err == nil {
		w.db.cfg.Logger.Debug("sorted and wrote a run", "run", w.run.ID, "tables", len(w.tables))
		err = w.publish(ctx)
	}
	if err != nil {
		var ours *overt.Error
		if errors.As(err, &ours) || ctx.Err() != nil {
			return statement.Run{}, err
		}
		return statement.Run{}, &overt.Error{Code: overt.Unavailable, Op: "write a run", Where: w.db.dir, Err: err}
	}
	w.db.cfg.Logger.Debug("took a run in", "run", w.run.ID)
	run := w.run.Run
	for _, n := range w.run.Counts {
		run.Entities, run.Statements = run.Entities+n.Entities, run.Statements+n.Statements
		run.Sightings, run.New = run.Sightings+n.Sightings, run.New+n.New
	}
	return run, nil
}

func (w *writer) write(ctx context.Context) error {
	if err := w.writeEntities(ctx); err != nil {
		return err
	}
	if err := w.settleLabels(); err != nil {
		return err
	}
	for _, s := range []*extsort.Sorter{w.refs, w.looks} {
		if err := w.writeKeys(ctx, s); err != nil {
			return err
		}
	}
	w.run.Words = w.words.list
	w.listEnded()
	meta, err := json.Marshal(&w.run)
	if err != nil {
		return err
	}
	t := tableWriter{w: w}
	if err := t.set(metaKey(metaRun, w.run.ID), meta); err != nil {
		return err
	}
	return t.close()
}

// writeEntities merges the fragments of each entity into its pack.
func (w *writer) writeEntities(ctx context.Context) error {
	it, err := w.ents.Sort()
	if err != nil {
		return err
	}
	known, err := w.earlier()
	if err != nil {
		return err
	}
	defer known.close()
	t := tableWriter{w: w}
	group := fragments{w: w}
	for more := it.Next(); more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		group.begin(it.Key(), it.Value())
		for more = it.Next(); more && bytes.Equal(it.Key(), group.key); more = it.Next() {
			if err := group.join(it.Value()); err != nil {
				return err
			}
		}
		if err := w.writeEntity(&t, known, &group); err != nil {
			return err
		}
	}
	return errors.Join(it.Err(), t.close())
}

// writeEntity writes what the run says of one entity under one label, and
// counts it.
func (w *writer) writeEntity(t *tableWriter, known *earlier, group *fragments) error {
	_, class, _, _ := splitKey(group.key)
	pack, n := group.finish(), &w.run.Counts[class-w.base]
	was, err := w.replace(n, group.key)
	if err != nil {
		return err
	}
	if isGonePack(pack) {
		if !was {
			return nil // the base says nothing either
		}
		return t.set(group.key, nil)
	}
	n.Entities++
	n.Statements += group.distinct
	n.Sightings += group.sightings
	said, err := known.says(group.key, pack)
	if err != nil {
		return err
	}
	if !said {
		n.New++
	}
	return t.set(group.key, pack)
}

// writeKeys writes the keys of a sort, each once: one that is said is not gone.
func (w *writer) writeKeys(ctx context.Context, s *extsort.Sorter) error {
	it, err := s.Sort()
	if err != nil {
		return err
	}
	t := tableWriter{w: w}
	var last, value []byte
	more := it.Next()
	for n := 0; more; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		last, value = append(last[:0], it.Key()...), append(value[:0], it.Value()...)
		for more = it.Next(); more && bytes.Equal(it.Key(), last); more = it.Next() {
			if len(it.Value()) == 0 {
				value = value[:0]
			}
		}
		if err := t.set(last, value); err != nil {
			return err
		}
	}
	return errors.Join(it.Err(), t.close())
}

// publish makes the run visible: ingest, then memory, under one lock, so that
// no view sees one without the other.
func (w *writer) publish(ctx context.Context) error {
	w.db.mu.Lock()
	defer w.db.mu.Unlock()
	if err := w.db.db.Ingest(ctx, w.tables); err != nil {
		return err
	}
	r := w.run
	if err := r.settle(w.db.runs); err != nil {
		return err
	}
	w.db.runs = append(slices.Clip(w.db.runs), &r)
	w.db.epoch++
	return nil
}

// A tableWriter writes ascending keys into tables of about tableSize.
type tableWriter struct {
	w    *writer
	t    *sstable.Writer
	size int
}

func (t *tableWriter) set(key, value []byte) error {
	if t.t != nil && t.size > tableSize {
		if err := t.close(); err != nil {
			return err
		}
	}
	if t.t == nil {
		path := filepath.Join(t.w.dir, fmt.Sprintf("%06d.sst", len(t.w.tables)))
		fs := t.w.db.opts.FS
		f, err := fs.Create(path, vfs.WriteCategoryUnspecified)
		if err != nil {
			return err
		}
		t.w.tables = append(t.w.tables, path)
		t.t = sstable.NewWriter(objstorageprovider.NewFileWritable(f), t.w.db.opts.MakeWriterOptions(0, t.w.db.db.TableFormat()))
		t.size = 0
	}
	t.size += len(key) + len(value)
	return t.t.Set(key, value)
}

func (t *tableWriter) close() error {
	if t.t == nil {
		return nil
	}
	err := t.t.Close()
	t.t = nil
	return err
}
