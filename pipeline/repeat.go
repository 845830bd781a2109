package pipeline

import (
	"hash/maphash"

	"overt/extract"
)

// maxSeenRows bounds how many rows of one table are remembered; later ones are
// not told from repeats any more, and counted as new.
const maxSeenRows = 20_000_000

// seenRows tells the rows of a table that stand in it more than once, cell for
// cell. It holds a hash of 64 bits for each: that two different rows share one
// is less likely than one in ten million for a million rows.
type seenRows struct {
	columns []string
	seed    maphash.Seed
	seen    map[uint64]struct{}
}

// newSeenRows remembers rows of tables; of trees, whose objects have places of
// their own, none.
func newSeenRows(info extract.Info) *seenRows {
	if info.Header == nil {
		return nil
	}
	return &seenRows{columns: info.Header, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
}

// again says whether an equal row was there before.
func (s *seenRows) again(rec extract.Record) bool {
	if s == nil {
		return false
	}
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, c := range s.columns {
		for _, cell := range rec.Cells(c) {
			_, _ = h.WriteString(cell.Text)
		}
		_ = h.WriteByte(0xff) // never a byte of UTF-8
	}
	sum := h.Sum64()
	if _, known := s.seen[sum]; known {
		return true
	}
	if len(s.seen) < maxSeenRows {
		s.seen[sum] = struct{}{}
	}
	return false
}
