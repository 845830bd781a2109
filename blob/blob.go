// Package blob is the contract of the store that keeps bytes as they came,
// under the hash of their content. Everything a citation points at lies here.
//
// Bytes are written once and never changed: the same bytes give the same id,
// and an id that is there means that all of its bytes are there, durably. A
// blob carries no label of its own. What may be opened is decided by the
// labels of the statements and exhibits that name it, before Open is called.
//
// Drivers live under driver/; blobtest is the suite each of them passes.
package blob

import (
	"context"
	"io"
	"iter"

	"overt"
)

// Info is what a store knows of one blob without reading it.
type Info struct {
	ID   overt.BlobID
	Size int64 // bytes
}

// A Store keeps blobs. It is safe for concurrent use.
type Store interface {
	// Put keeps all bytes of r and tells their id and number. It MUST stream:
	// memory does not grow with the length of r. When it returns without an
	// error the bytes are durable; with one, nothing of them can be seen.
	// Putting the same bytes again changes nothing. Errors: unavailable (disk);
	// an error of r or ctx is passed on in the chain.
	Put(ctx context.Context, r io.Reader) (overt.BlobID, int64, error)
	// Open reads a blob from its first byte. Errors: invalid (not an id),
	// not_found, unavailable.
	Open(ctx context.Context, id overt.BlobID) (io.ReadSeekCloser, error)
	// Stat tells size without reading. Errors as for Open.
	Stat(ctx context.Context, id overt.BlobID) (Info, error)
	// Verify hashes the bytes again. Errors: as for Open, and internal when the
	// bytes are not those of the id.
	Verify(ctx context.Context, id overt.BlobID) error
	// List yields every blob once, ascending by id. What is put or vanishes
	// meanwhile may be missed.
	List(ctx context.Context) iter.Seq2[Info, error]
}

// Check refuses what is no id: anything but 64 lower-case hexadecimal digits.
// Errors: invalid.
func Check(id overt.BlobID) error {
	if len(id) != 64 {
		return overt.Errorf(overt.Invalid, "blob", "an id has 64 hexadecimal digits, not %d characters", len(id))
	}
	for i := range len(id) {
		if c := id[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return overt.Errorf(overt.Invalid, "blob", "%q has a character at %d that is no lower-case hexadecimal digit", id, i+1)
		}
	}
	return nil
}

// NotFound is the error of an id that is not there, the same in every driver.
func NotFound(id overt.BlobID) error {
	return overt.Errorf(overt.NotFound, "blob "+string(id), "there is no such blob")
}

// Damaged is the error of bytes that are not those of their id.
func Damaged(id, got overt.BlobID) error {
	return overt.Errorf(overt.Internal, "blob "+string(id), "the bytes have changed: they hash to %s", got)
}

// Reader stops reading r when ctx ends.
func Reader(ctx context.Context, r io.Reader) io.Reader { return &reader{ctx, r} }

type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
