package memory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"

	"overt"
	"overt/blob"
)

var _ blob.Store = (*Blobs)(nil)

// Blobs keeps bytes in memory, and so is for tests and small demonstrations
// only. The zero value is empty and ready.
type Blobs struct {
	mu   sync.RWMutex
	kept map[overt.BlobID][]byte
}

// Put keeps the bytes of r; see blob.Store.
func (b *Blobs) Put(ctx context.Context, r io.Reader) (overt.BlobID, int64, error) {
	data, err := io.ReadAll(blob.Reader(ctx, r))
	if err != nil {
		return "", 0, err
	}
	id := idOf(data)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[overt.BlobID][]byte{}
	}
	b.kept[id] = data
	return id, int64(len(data)), nil
}

func idOf(data []byte) overt.BlobID {
	sum := sha256.Sum256(data)
	return overt.BlobID(hex.EncodeToString(sum[:]))
}

func (b *Blobs) get(id overt.BlobID) ([]byte, error) {
	if err := blob.Check(id); err != nil {
		return nil, err
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	data, ok := b.kept[id]
	if !ok {
		return nil, blob.NotFound(id)
	}
	return data, nil
}

// Open reads a blob; see blob.Store.
func (b *Blobs) Open(_ context.Context, id overt.BlobID) (io.ReadSeekCloser, error) {
	data, err := b.get(id)
	if err != nil {
		return nil, err
	}
	return reader{bytes.NewReader(data)}, nil
}

type reader struct{ io.ReadSeeker }

func (reader) Close() error { return nil }

// Stat tells the size; see blob.Store.
func (b *Blobs) Stat(_ context.Context, id overt.BlobID) (blob.Info, error) {
	data, err := b.get(id)
	if err != nil {
		return blob.Info{}, err
	}
	return blob.Info{ID: id, Size: int64(len(data))}, nil
}

// Verify hashes the bytes again; see blob.Store.
func (b *Blobs) Verify(_ context.Context, id overt.BlobID) error {
	data, err := b.get(id)
	if err != nil {
		return err
	}
	if got := idOf(data); got != id {
		return blob.Damaged(id, got)
	}
	return nil
}

// List yields the blobs; see blob.Store.
func (b *Blobs) List(ctx context.Context) iter.Seq2[blob.Info, error] {
	return func(yield func(blob.Info, error) bool) {
		b.mu.RLock()
		kept := maps.Clone(b.kept)
		b.mu.RUnlock()
		if err := ctx.Err(); err != nil {
			yield(blob.Info{}, err)
			return
		}
		for _, id := range slices.Sorted(maps.Keys(kept)) {
			if !yield(blob.Info{ID: id, Size: int64(len(kept[id]))}, nil) {
				return
			}
		}
	}
}
