package audit

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"

	"overt"
	"overt/internal/durable"
)

// Tiles are 256 hashes wide: c2sp.org/tlog-tiles.
const (
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// tilePath gives the path of a tile relative to the prefix: level is its
// number or "entries", width 256 for a full tile.
func tilePath(level string, n int64, width int) string {
	index := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		index = fmt.Sprintf("x%03d/%s", n%1000, index)
	}
	path := "tile/" + level + "/" + index
	if width < tileWidth {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

// Publish writes the log to folder as static files after c2sp.org/tlog-tiles:
// tiles and entry bundles first, the checkpoint last, so that a reader of the
// folder never misses what the checkpoint promises. What is there already and
// whole is left alone. It returns the published size.
//
// The entries are the records in clear: whoever gets the folder reads who
// asked what. Errors: conflict, if folder holds another log or another history
// of this one; unavailable, if a file cannot be written.
func (l *Log) Publish(ctx context.Context, folder string) (int64, error) {
	l.publish.Lock()
	defer l.publish.Unlock()
	signed, err := l.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	c, err := openCheckpoint(signed, l.verifier)
	if err != nil {
		return 0, damaged(l.dir, "%w", err)
	}
	if err := l.checkPublished(folder, c); err != nil {
		return 0, err
	}
	if err := l.publishTiles(ctx, folder, c.size); err != nil {
		return 0, unavailable(folder, "publish tiles", err)
	}
	if err := l.publishEntries(ctx, folder, c.size); err != nil {
		return 0, unavailable(folder, "publish entries", err)
	}
	err = publishFile(folder, "checkpoint", signed)
	if err == nil {
		err = durable.SyncDir(folder)
	}
	if err != nil {
		return 0, unavailable(folder, "publish the checkpoint", err)
	}
	return c.size, nil
}

// checkPublished refuses a folder that shows something else than an earlier
// state of this log.
func (l *Log) checkPublished(folder string, now checkpoint) error {
	data, err := readSmall(filepath.Join(folder, "checkpoint"), maxNote)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unavailable(folder, "read the published checkpoint", err)
	}
	old, err := openCheckpoint(data, l.verifier)
	if err != nil {
		return overt.Errorf(overt.Conflict, folder, "the folder holds something else: %w", err)
	}
	if old.size > now.size {
		return overt.Errorf(overt.Conflict, folder, "%d records are published, but the log has only %d", old.size, now.size)
	}
	root, err := tlog.TreeHash(old.size, flushed{l.hashes.f})
	if err != nil {
		return unavailable(l.path(hashesName), "compare with the published checkpoint", err)
	}
	if root != tlog.Hash(old.root) {
		return overt.Errorf(overt.Conflict, folder, "the %d records published are not the first of this log", old.size)
	}
	return nil
}

func (l *Log) publishTiles(ctx context.Context, folder string, size int64) error {
	for level := 0; size>>(tileHeight*level) > 0; level++ {
		count := size >> (tileHeight * level)
		for n := int64(0); n*tileWidth < count; n++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			width := int(min(count-n*tileWidth, tileWidth))
			path := tilePath(fmt.Sprint(level), n, width)
			info, err := os.Stat(filepath.Join(folder, path))
			if err == nil && info.Size() == int64(width)*HashSize {
				continue
			}
			data, err := tlog.ReadTileData(tlog.Tile{H: tileHeight, L: level, N: n, W: width}, flushed{l.hashes.f})
			if err != nil {
				return err
			}
			if err := publishFile(folder, path, data); err != nil {
				return err
			}
		}
	}
	return nil
}

// publishEntries reads the records from the first bundle that is missing.
func (l *Log) publishEntries(ctx context.Context, folder string, size int64) error {
	from := int64(0)
	for from < size {
		width := int(min(size-from, tileWidth))
		info, err := os.Stat(filepath.Join(folder, tilePath("entries", from/tileWidth, width)))
		if err != nil || info.Size() == 0 {
			break
		}
		from += int64(width)
	}
	if from >= size {
		return nil
	}
	l.mu.RLock()
	firsts := after(l.firsts, from)
	l.mu.RUnlock()
	var bundle []byte
	_, err := scan(ctx, l.dir, firsts, func(at place, leaf []byte) error {
		seq := at.seq
		if seq < from {
			return nil
		}
		bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(leaf)))
		bundle = append(bundle, leaf...)
		if width := int(seq%tileWidth) + 1; width == tileWidth || seq+1 == size {
			if err := publishFile(folder, tilePath("entries", seq/tileWidth, width), bundle); err != nil {
				return err
			}
			bundle = bundle[:0]
		}
		if seq+1 == size {
			return errEnough
		}
		return nil
	})
	switch {
	case errors.Is(err, errEnough):
		return nil
	case err != nil:
		return readError(l.dir, err)
	}
	return damaged(l.dir, "it ends before record %d", size)
}

// publishFile writes one file whole. Anyone may read what is published.
func publishFile(folder, path string, data []byte) error {
	full := filepath.Join(folder, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return replaceFile(osDisk{}, full, data, 0o644)
}
