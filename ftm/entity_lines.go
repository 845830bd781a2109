package ftm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
)

// MaxLine is the longest line, and the longest CSV record, that is read, in
// bytes.
const MaxLine = 64 << 20

// A Line is an entity and the line it stands on, from 1.
type Line struct {
	Number int64
	Entity *Entity
}

// A LineError says what is wrong with one line or record. Reading goes on
// after it; any other error ends the stream.
type LineError struct {
	Line int64 // number of the line in the file, from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap gives the cause.
func (e *LineError) Unwrap() error { return e.Err }

var errTooLong = fmt.Errorf("longer than %d MiB", MaxLine>>20)

// ReadEntities yields the entities of a stream with one JSON object per line,
// in order. Blank lines are passed over. A line that is no entity comes as a
// *LineError (the Line then holds the number alone) and reading goes on; an
// error of the reader comes last. Memory is bounded by MaxLine.
func ReadEntities(r io.Reader) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		lines := newLineReader(r)
		for {
			data, err := lines.next()
			if errors.Is(err, io.EOF) {
				return
			}
			line := Line{Number: lines.number}
			switch {
			case errors.Is(err, errTooLong):
				err = &LineError{lines.number, err}
			case err != nil:
				yield(line, fmt.Errorf("read line %d: %w", lines.number, err))
				return
			case len(data) == 0:
				continue
			default:
				line.Entity, err = parseLine(data, lines.number)
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

func parseLine(data []byte, number int64) (*Entity, error) {
	e := new(Entity)
	if err := json.Unmarshal(data, e); err != nil {
		return nil, &LineError{number, err}
	}
	return e, nil
}

// An EntityWriter writes entities as JSON lines. Flush it at the end.
type EntityWriter struct{ w *bufio.Writer }

// NewEntityWriter gives a writer of JSON lines onto w.
func NewEntityWriter(w io.Writer) *EntityWriter { return &EntityWriter{bufio.NewWriterSize(w, 64<<10)} }

// Write appends one line.
func (w *EntityWriter) Write(e *Entity) error {
	data, err := e.MarshalJSON()
	if err != nil {
		return err
	}
	if _, err := w.w.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("write entity %s: %w", e.ID, err)
	}
	return nil
}

// Flush hands on what is still buffered.
func (w *EntityWriter) Flush() error { return w.w.Flush() }

// A lineReader gives trimmed lines and counts them. The returned bytes are
// valid until the next call.
type lineReader struct {
	r      *bufio.Reader
	number int64
	buf    []byte
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: bufio.NewReaderSize(r, 64<<10)}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func (l *lineReader) next() ([]byte, error) {
	l.buf = l.buf[:0]
	l.number++
	tooLong := false
	for {
		part, err := l.r.ReadSlice('\n')
		if len(l.buf)+len(part) > MaxLine {
			tooLong, l.buf = true, l.buf[:0]
		}
		if !tooLong {
			l.buf = append(l.buf, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(l.buf) > 0 || tooLong):
		case err != nil:
			return nil, err
		}
		break
	}
	if tooLong {
		return nil, errTooLong
	}
	data := l.buf
	if l.number == 1 {
		data = bytes.TrimPrefix(data, byteOrderMark)
	}
	return bytes.TrimSpace(data), nil
}
