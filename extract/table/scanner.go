package table

import (
	"bytes"
	"io"

	"overt/extract"
)

// span is one field inside the bytes of its record.
type span struct {
	from, to int
	doubled  bool // holds doubled quotes
}

// trouble is a record that cannot be given.
type trouble struct {
	reason string
	raw    string
}

// scanner cuts a byte stream into records. It keeps the bytes of the current
// record, and never more than rowMax and one read.
//
// Quotes are read as RFC 4180 has them where that works. A quote inside a
// quoted field that neither closes it nor is doubled is taken literally; when
// the line then ends with the quotes even, the field was never meant to be
// quoted and its bytes are taken as they stand.
type scanner struct {
	r                 io.Reader
	buf               []byte
	start, end        int // the window: the current record begins at start
	err               error
	delim, quote, nl  byte      // delim is 0 for a table of one column
	stop              [256]bool // delimiter and line ending
	fieldMax, rowMax  int
	colMax            int
	fields            []span
	wide, full, stray bool
	open              bool // the last record ended with the stream, not with a line end
}

const firstBuffer = 64 << 10

func newScanner(r io.Reader, d extract.Dialect, lim extract.Limits) *scanner {
	s := &scanner{
		r: r, buf: make([]byte, firstBuffer),
		delim: d.Delimiter, quote: d.Quote, nl: d.Newline,
		fieldMax: int(lim.Field), rowMax: int(lim.Row), colMax: lim.Columns,
	}
	s.stop[s.nl] = true
	if s.delim != 0 {
		s.stop[s.delim] = true
	}
	return s
}

// fill reads more into the window. It says no when the stream has ended or the
// record fills all the room it may have.
func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	if s.end == len(s.buf) && !s.makeRoom() {
		s.full = true
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	s.err = io.ErrNoProgress
	return false
}

func (s *scanner) makeRoom() bool {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
		return true
	}
	if len(s.buf) >= s.rowMax {
		return false
	}
	bigger := make([]byte, min(2*len(s.buf), max(s.rowMax, firstBuffer)))
	copy(bigger, s.buf[:s.end])
	s.buf = bigger
	return true
}

// have makes sure that byte p of the record is in the window.
func (s *scanner) have(p int) bool {
	for s.start+p >= s.end {
		if !s.fill() {
			return false
		}
	}
	return true
}

func (s *scanner) at(p int) byte { return s.buf[s.start+p] }

// broken says that the stream ended in an error, not in its end.
func (s *scanner) broken() bool { return s.err != nil && s.err != io.EOF }

// next gives the bytes of the next record, whose fields are then in s.fields,
// valid until the next call. A record that is only a line ending has no bytes.
// The error is io.EOF at the end, else what broke the stream; a record the
// stream broke in is not given.
func (s *scanner) next() (rec []byte, bad *trouble, err error) {
	s.fields, s.wide, s.full, s.stray, s.open = s.fields[:0], false, false, false, false
	if !s.have(0) {
		return nil, nil, s.err
	}
	pos := 0
	for {
		stop, reason := s.field(pos)
		switch {
		case reason != nil:
			return nil, reason, nil
		case s.full:
			return nil, s.skipLine(pos, "the row is too long"), nil
		case !s.have(stop):
			if s.full {
				return nil, s.skipLine(pos, "the row is too long"), nil
			}
			if s.broken() {
				return nil, nil, s.err
			}
			s.open = true
			return s.take(stop, stop)
		case s.at(stop) == s.nl:
			return s.take(stop, stop+1)
		}
		pos = stop + 1
	}
}

// take ends the record before byte n and moves the window to past.
func (s *scanner) take(n, past int) ([]byte, *trouble, error) {
	rec := s.buf[s.start : s.start+n]
	s.start += past
	switch {
	case s.wide:
		return nil, &trouble{"the row has too many columns", extract.Raw(rec)}, nil
	case n > s.rowMax:
		return nil, &trouble{"the row is too long", extract.Raw(rec)}, nil
	}
	return rec, nil, nil
}

func (s *scanner) add(f span) {
	if len(s.fields) >= s.colMax {
		s.wide = true
		return
	}
	s.fields = append(s.fields, f)
}

// field reads one field from byte p and gives the place of what ends it: a
// delimiter, a line ending, or the end of the stream.
func (s *scanner) field(p int) (stop int, bad *trouble) {
	q := p
	for q-p < 64 && s.have(q) && s.at(q) == ' ' {
		q++
	}
	if s.have(q) && s.at(q) == s.quote {
		return s.quoted(p, q)
	}
	return s.plain(p, p)
}

// plain reads a field that is not quoted: it begins at from and is known to
// hold no delimiter before p.
func (s *scanner) plain(from, p int) (stop int, bad *trouble) {
	for {
		w := s.buf[s.start+p : s.end]
		for i, c := range w {
			if !s.stop[c] {
				continue
			}
			if p+i-from > s.fieldMax {
				return 0, s.skipLine(p+i, "a value is too long")
			}
			return s.endPlain(from, p+i, c == s.nl), nil
		}
		p += len(w)
		if p-from > s.fieldMax {
			return 0, s.skipLine(from, "a value is too long")
		}
		if !s.fill() {
			return s.endPlain(from, p, true), nil
		}
	}
}

// endPlain notes the field; a CR before the line ending belongs to the ending.
func (s *scanner) endPlain(from, to int, last bool) int {
	cut := to
	if last && s.nl == '\n' && cut > from && s.at(cut-1) == '\r' {
		cut--
	}
	s.add(span{from, cut, false})
	return to
}

// quoted reads a field that begins at from with its opening quote at open.
func (s *scanner) quoted(from, open int) (stop int, bad *trouble) {
	p, firstStray, quotes, doubled := open+1, -1, 1, false
	for {
		q, ok := s.find(p, s.quote, open)
		if !ok {
			return s.unclosed(open)
		}
		if quotes%2 == 0 {
			if m := bytes.IndexByte(s.buf[s.start+p:s.start+q], s.nl); m >= 0 {
				return s.plain(from, firstStray)
			}
		}
		if s.have(q+1) && s.at(q+1) == s.quote {
			doubled = true
			p = q + 2
			continue
		}
		if end, ok := s.closes(q); ok {
			s.add(span{open + 1, q, doubled})
			return end, nil
		}
		s.stray = true
		quotes++
		if firstStray < 0 {
			firstStray = q
		}
		p = q + 1
		if quotes%2 == 0 && s.lineEndsFirst(p, open) {
			return s.plain(from, firstStray)
		}
	}
}

// lineEndsFirst says whether a line ending comes before the next quote.
func (s *scanner) lineEndsFirst(p, open int) bool {
	for {
		w := s.buf[s.start+p : s.end]
		for _, c := range w {
			if c == s.quote {
				return false
			}
			if c == s.nl {
				return true
			}
		}
		p += len(w)
		if p-open > s.fieldMax || !s.fill() {
			return !s.full && p-open <= s.fieldMax && !s.broken()
		}
	}
}

// find gives the place of c at or after p, within the field that opened at open.
func (s *scanner) find(p int, c byte, open int) (int, bool) {
	for {
		if s.start+p < s.end {
			if i := bytes.IndexByte(s.buf[s.start+p:s.end], c); i >= 0 {
				return p + i, p+i-open <= s.fieldMax
			}
			p = s.end - s.start
		}
		if p-open > s.fieldMax || !s.fill() {
			return 0, false
		}
	}
}

// closes says whether the quote at q ends its field, and where the field's
// delimiter or line ending stands. Blanks between are passed over.
func (s *scanner) closes(q int) (end int, ok bool) {
	k := q + 1
	for k-q < 64 && s.have(k) && s.at(k) == ' ' {
		k++
	}
	switch {
	case !s.have(k):
		return k, !s.broken() && !s.full
	case s.stop[s.at(k)]:
		return k, true
	case s.nl == '\n' && s.at(k) == '\r' && (!s.have(k+1) || s.at(k+1) == '\n'):
		return k + 1, true
	}
	return 0, false
}

// unclosed reports a quote that is never closed, or not within the size of a
// value, and goes on at the line after it.
func (s *scanner) unclosed(open int) (int, *trouble) {
	switch {
	case s.broken():
		// The stream broke inside the quotes; next says so.
		return s.end - s.start, nil
	case s.err == io.EOF && !s.full && s.end-s.start-open <= s.fieldMax:
		return 0, s.skipLine(open, "a quote is opened and never closed")
	}
	return 0, s.skipLine(open, "a quoted value is too long, or its quote is never closed")
}

// skipLine moves past the first line ending at or after byte p of the record,
// keeping nothing of what it skips.
func (s *scanner) skipLine(p int, reason string) *trouble {
	bad := &trouble{reason, extract.Raw(s.buf[s.start:s.end])}
	s.start = min(s.start+p, s.end)
	s.full = false
	for {
		if i := bytes.IndexByte(s.buf[s.start:s.end], s.nl); i >= 0 {
			s.start += i + 1
			return bad
		}
		s.start, s.end = 0, 0
		if !s.fill() {
			return bad
		}
	}
}
