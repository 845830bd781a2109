package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// A storedReader compares the hash file with the hashes that Verify computes.
// Both come in the same order: each leaf, then the parents it completes.
type storedReader struct {
	report *Report
	f      *os.File
	r      *bufio.Reader
	index  int64 // of the next hash
	short  int64 // how many hashes a short file holds; -1 for one long enough
	done   bool  // nothing more to compare
}

func openStored(report *Report, path string) *storedReader {
	s := &storedReader{report: report, short: -1}
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		s.short, s.done = 0, true
		return s
	}
	if err != nil {
		report.problem(hashesName, "it cannot be read: %v", err)
		s.done = true
		return s
	}
	s.f, s.r = f, bufio.NewReaderSize(f, 16<<10)
	magic := make([]byte, len(hashesMagic))
	if _, err := io.ReadFull(s.r, magic); err != nil || string(magic) != hashesMagic {
		report.problem(hashesName+" offset 0", "it is no hash file of this version")
		s.done = true
	}
	return s
}

func (s *storedReader) close() {
	if s.f != nil {
		s.f.Close()
	}
}

// compare takes the next computed hash. The first difference is reported and
// ends the comparison, since every parent above it would differ, too.
func (s *storedReader) compare(want [HashSize]byte, at place) {
	if s.done {
		return
	}
	var got [HashSize]byte
	if _, err := io.ReadFull(s.r, got[:]); err != nil {
		s.short, s.done = s.index, true
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			s.report.problem(hashesName, "it cannot be read: %v", err)
		}
		return
	}
	if got != want {
		s.done = true
		s.report.problem(fmt.Sprintf("%s (%s offset %d)", at, hashesName, hashOffset(s.index)),
			"the hash file holds another hash than the record gives: one of the two was changed")
	}
	s.index++
}

// checkEnd wants the file to end where the records end, unless a live writer
// has gone on meanwhile.
func (s *storedReader) checkEnd(live func() bool) {
	if s.done {
		return
	}
	if _, err := s.r.ReadByte(); err == nil && !live() {
		s.report.problem(fmt.Sprintf("%s offset %d", hashesName, hashOffset(s.index)), "more hashes than the records give")
	}
}
