package reading

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"iter"
	"sort"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/blob"
	"overt/extract/document"
)

// A Reading is one that was written. It is safe for concurrent use when what it
// reads from is.
type Reading struct {
	Index
	in     io.ReaderAt
	unpack *zstd.Decoder
}

// Open reads the index of a reading. Errors: internal, when the bytes are not
// those of a reading; what in gave.
func Open(in io.ReaderAt, size int64) (*Reading, error) {
	if size < int64(len(magic)+trailerSize) {
		return nil, damaged("it has %d bytes", size)
	}
	tail := make([]byte, trailerSize)
	if _, err := in.ReadAt(tail, size-int64(trailerSize)); err != nil && err != io.EOF {
		return nil, err
	}
	if string(tail[28:]) != magic {
		return nil, damaged("its end is missing")
	}
	at := span{
		Offset: int64(binary.LittleEndian.Uint64(tail)), Length: int64(binary.LittleEndian.Uint64(tail[8:])),
		Size: int64(binary.LittleEndian.Uint64(tail[16:])), Sum: binary.LittleEndian.Uint32(tail[24:]),
	}
	unpack, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return nil, err
	}
	r := &Reading{in: in, unpack: unpack}
	b, err := r.block(at, size)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &r.Index); err != nil {
		return nil, damaged("its index: %v", err)
	}
	return r, nil
}

// From reads the index of a reading that can be sought in.
func From(in io.ReadSeeker) (*Reading, error) {
	size, err := in.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	return Open(blob.At(in), size)
}

// block gives the bytes of a block. within is the size of the file, or 0 when
// the span comes from the index, whose sum was right.
func (r *Reading) block(s span, within int64) ([]byte, error) {
	if s.Offset < 0 || s.Length < 0 || s.Size < 0 || s.Size > maxIndex || s.Length > maxIndex || within > 0 && s.Offset > within-s.Length {
		return nil, damaged("a block of %d bytes at %d", s.Length, s.Offset)
	}
	packed := make([]byte, s.Length)
	if _, err := r.in.ReadAt(packed, s.Offset); err != nil && err != io.EOF {
		return nil, err
	}
	if crc32.Checksum(packed, castagnoli) != s.Sum {
		return nil, damaged("the sum of the block at %d", s.Offset)
	}
	b, err := r.unpack.DecodeAll(packed, make([]byte, 0, s.Size))
	if err != nil || int64(len(b)) != s.Size {
		return nil, damaged("the block at %d: %v", s.Offset, err)
	}
	return b, nil
}

// Page gives a page by its number. Errors: not_found, when the reading has none
// of that number; internal.
func (r *Reading) Page(number int) (document.Page, error) {
	i := sort.Search(len(r.Pages), func(i int) bool { return r.Pages[i].Number >= number })
	if i == len(r.Pages) || r.Pages[i].Number != number {
		return document.Page{}, overt.Errorf(overt.NotFound, "", "the document has no page %d that was read", number)
	}
	b, err := r.block(r.Pages[i].At, 0)
	if err != nil {
		return document.Page{}, err
	}
	d := decoder{b: b}
	p := d.page()
	return p, d.err
}

// Text yields the pages in their order.
func (r *Reading) Text() iter.Seq2[document.Page, error] {
	return func(yield func(document.Page, error) bool) {
		for i := range r.Pages {
			p, err := r.Page(r.Pages[i].Number)
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// Rows yields the rows of a table in their order. Errors: not_found.
func (r *Reading) Rows(table string) iter.Seq2[document.Row, error] {
	return func(yield func(document.Row, error) bool) {
		for i := range r.Tables {
			if r.Tables[i].Name == table {
				r.rows(&r.Tables[i], yield)
				return
			}
		}
		yield(document.Row{}, overt.Errorf(overt.NotFound, "", "the document has no table %q", table))
	}
}

func (r *Reading) rows(t *TableInfo, yield func(document.Row, error) bool) {
	for _, s := range t.Blocks {
		b, err := r.block(s, 0)
		if err != nil {
			yield(document.Row{}, err)
			return
		}
		for d := (decoder{b: b}); len(d.b) > 0; {
			row := d.row(t)
			if !yield(row, d.err) || d.err != nil {
				return
			}
		}
	}
}

// Close gives back what the reading holds; its source stays open.
func (r *Reading) Close() error {
	r.unpack.Close()
	return nil
}
