package ftm

import (
	"bufio"
	"errors"
	"io"
)

// A csvReader reads records in the unix dialect of Python's csv module, which
// the standard library's reader does not keep: it drops carriage returns
// inside quotes, and reads a quote that is never closed into memory without a
// bound.
type csvReader struct {
	r      *bufio.Reader
	line   int64 // number of the line the next byte stands on
	start  int64 // number of the line the last record began on
	size   int
	fields []string
	buf    []byte
	lastCR bool
}

func newCSVReader(r io.Reader) *csvReader {
	c := &csvReader{r: bufio.NewReaderSize(r, 64<<10), line: 1}
	if mark, err := c.r.Peek(len(byteOrderMark)); err == nil && string(mark) == string(byteOrderMark) {
		_, _ = c.r.Discard(len(byteOrderMark))
	}
	return c
}

var errUnclosedQuote = errors.New("quote is never closed")

// next gives the fields of the next record that is not a blank line; the slice
// is valid until the next call. It gives io.EOF at the end, errTooLong for a
// record beyond MaxLine (reading goes on behind the next line break), and
// errUnclosedQuote.
func (c *csvReader) next() ([]string, error) {
	for {
		c.start, c.size, c.fields, c.buf = c.line, 0, c.fields[:0], c.buf[:0]
		blank, err := c.record()
		if err != nil || !blank {
			return c.fields, err
		}
	}
}

// record reads to the end of a record and says whether it was a blank line.
func (c *csvReader) record() (blank bool, err error) {
	quoted, wasQuoted := false, false
	for {
		b, err := c.byte()
		if errors.Is(err, io.EOF) {
			return c.atEnd(quoted, wasQuoted)
		}
		if err != nil {
			return false, err
		}
		if c.size++; c.size > MaxLine {
			return false, c.skipLine()
		}
		switch {
		case quoted && b != '"':
			c.buf = append(c.buf, b)
		case quoted:
			// A second quote stands for itself; any other byte is looked at again.
			if following, err := c.r.Peek(1); err == nil && following[0] == '"' {
				_, _ = c.r.Discard(1)
				c.buf = append(c.buf, '"')
			} else {
				quoted = false
			}
		case b == '"' && len(c.buf) == 0 && !wasQuoted:
			quoted, wasQuoted = true, true
		case b == ',':
			c.endField()
			wasQuoted = false
		case b == '\n' || b == '\r':
			if b == '\r' {
				c.swallowNewline()
			}
			if len(c.fields) == 0 && len(c.buf) == 0 && !wasQuoted {
				return true, nil
			}
			c.endField()
			return false, nil
		default:
			c.buf = append(c.buf, b)
		}
	}
}

func (c *csvReader) atEnd(quoted, wasQuoted bool) (bool, error) {
	switch {
	case quoted:
		return false, errUnclosedQuote
	case len(c.fields) == 0 && len(c.buf) == 0 && !wasQuoted:
		return false, io.EOF
	}
	c.endField()
	return false, nil
}

func (c *csvReader) endField() {
	c.fields = append(c.fields, string(c.buf))
	c.buf = c.buf[:0]
}

// byte counts a line for \n and for a \r that no \n follows.
func (c *csvReader) byte() (byte, error) {
	b, err := c.r.ReadByte()
	if err != nil {
		return 0, err
	}
	if b == '\n' || c.lastCR {
		c.line++
	}
	c.lastCR = b == '\r'
	return b, nil
}

func (c *csvReader) swallowNewline() {
	if following, err := c.r.Peek(1); err == nil && following[0] == '\n' {
		_, _ = c.byte()
		return
	}
	c.lastCR = false
	c.line++
}

// skipLine moves behind the next line break, so that one endless record does
// not cost the rest of the file.
func (c *csvReader) skipLine() error {
	c.buf, c.fields = nil, nil
	for {
		b, err := c.byte()
		if errors.Is(err, io.EOF) || b == '\n' {
			return errTooLong
		}
		if err != nil {
			return err
		}
	}
}
