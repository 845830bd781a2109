package audit

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/tlog"
)

// hashesMagic opens the hash file, version in the last byte. The hashes follow
// in the order of tlog.StoredHashIndex, 32 bytes each.
const hashesMagic = "OVHASH\x00\x01"

func hashOffset(index int64) int64 { return int64(len(hashesMagic)) + index*HashSize }

// storedHashes is the derived file of tree hashes. One goroutine adds; any
// number may read hashes below a size that was flushed.
type storedHashes struct {
	f       diskFile
	records int64       // leaves added
	stored  int64       // hashes in the file
	pending []tlog.Hash // hashes after those
}

// openHashes opens or makes the hash file; what it holds is not looked at
// beyond the magic.
func openHashes(d disk, dir string) (*storedHashes, error) {
	f, err := d.OpenFile(filepath.Join(dir, hashesName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &storedHashes{f: f}, nil
}

// sound says whether the file holds the tree of size records with that root.
func (s *storedHashes) sound(size int64, root [HashSize]byte) bool {
	info, err := s.f.Stat()
	if err != nil || info.Size() < hashOffset(tlog.StoredHashCount(size)) {
		return false
	}
	var magic [len(hashesMagic)]byte
	if _, err := s.f.ReadAt(magic[:], 0); err != nil || string(magic[:]) != hashesMagic {
		return false
	}
	s.records, s.stored, s.pending = size, tlog.StoredHashCount(size), nil
	got, err := tlog.TreeHash(size, s)
	return err == nil && got == tlog.Hash(root)
}

// keep cuts the file down to the hashes of size records.
func (s *storedHashes) keep(size int64) error {
	s.records, s.stored, s.pending = size, tlog.StoredHashCount(size), nil
	if err := s.f.Truncate(hashOffset(s.stored)); err != nil {
		return err
	}
	if size == 0 {
		_, err := s.f.WriteAt([]byte(hashesMagic), 0)
		return err
	}
	return nil
}

// add takes the leaf hash of the next record.
func (s *storedHashes) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(s.records, leaf, s)
	if err != nil {
		return fmt.Errorf("hash record %d: %w", s.records, err)
	}
	s.pending = append(s.pending, hashes...)
	s.records++
	if len(s.pending) >= 1<<15 {
		return s.flush()
	}
	return nil
}

// flush writes what add left in memory.
func (s *storedHashes) flush() error {
	if len(s.pending) == 0 {
		return nil
	}
	buf := make([]byte, 0, len(s.pending)*HashSize)
	for i := range s.pending {
		buf = append(buf, s.pending[i][:]...)
	}
	if _, err := s.f.WriteAt(buf, hashOffset(s.stored)); err != nil {
		return fmt.Errorf("write hashes: %w", err)
	}
	s.stored += int64(len(s.pending))
	s.pending = s.pending[:0]
	return nil
}

// ReadHashes is for the goroutine that adds: it also sees what is pending.
func (s *storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if x >= s.stored {
			out[i] = s.pending[x-s.stored]
			continue
		}
		if _, err := s.f.ReadAt(out[i][:], hashOffset(x)); err != nil {
			return nil, fmt.Errorf("read hash %d: %w", x, err)
		}
	}
	return out, nil
}

// flushed reads hashes from the file alone and is safe for concurrent use.
type flushed struct{ f io.ReaderAt }

func (r flushed) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if _, err := r.f.ReadAt(out[i][:], hashOffset(x)); err != nil {
			return nil, fmt.Errorf("read hash %d: %w", x, err)
		}
	}
	return out, nil
}
