package ftm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
)

// StatementColumns is the header of statement CSV in its fixed order. Source:
// followthemoney/statement/serialize.py.
var StatementColumns = []string{
	"canonical_id", "entity_id", "prop", "prop_type", "schema", "value", "dataset",
	"origin", "lang", "original_value", "external", "first_seen", "last_seen", "id",
}

// requiredColumns are those a statement means nothing without.
var requiredColumns = []string{"entity_id", "prop", "schema", "value", "dataset"}

// A StatementRow is a statement and where it stands: the number of the record,
// the header being 1, and of the line it begins on, both from 1.
type StatementRow struct {
	Row, Line int64
	Statement Statement
}

// ReadStatements yields the statements of a CSV stream in order. Columns are
// found by the names in the header; unknown ones are passed over, and missing
// ones read as null. Empty text is null; an empty canonical_id is the entity
// id. A bad row comes as a *LineError and reading goes on; a header without
// the columns a statement needs, and an error of the reader, end the stream.
func ReadStatements(r io.Reader) iter.Seq2[StatementRow, error] {
	return func(yield func(StatementRow, error) bool) {
		records := newCSVReader(r)
		header, err := records.next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err == nil {
			err = checkHeader(header)
		}
		if err != nil {
			yield(StatementRow{Row: 1, Line: 1}, fmt.Errorf("read the header: %w", err))
			return
		}
		columns := slices.Clone(header)
		for number := int64(2); ; number++ {
			fields, err := records.next()
			if errors.Is(err, io.EOF) {
				return
			}
			row := StatementRow{Row: number, Line: records.start}
			ends := false
			switch {
			case errors.Is(err, errTooLong), errors.Is(err, errUnclosedQuote):
				err = &LineError{row.Line, err}
			case err != nil:
				err, ends = fmt.Errorf("read row %d: %w", number, err), true
			default:
				if err = row.Statement.fill(columns, fields); err != nil {
					row.Statement, err = Statement{}, &LineError{row.Line, err}
				}
			}
			if !yield(row, err) || ends {
				return
			}
		}
	}
}

func checkHeader(header []string) error {
	for _, name := range requiredColumns {
		if !slices.Contains(header, name) {
			return fmt.Errorf("no column %s", name)
		}
	}
	return nil
}

func (s *Statement) fill(columns, fields []string) error {
	if len(fields) != len(columns) {
		return fmt.Errorf("row has %d fields, the header %d", len(fields), len(columns))
	}
	for i, name := range columns {
		if err := s.set(name, fields[i]); err != nil {
			return err
		}
	}
	for _, name := range requiredColumns {
		if s.get(name) == "" {
			return fmt.Errorf("%s is empty", name)
		}
	}
	if s.CanonicalID == "" {
		s.CanonicalID = s.EntityID
	}
	return nil
}

func (s *Statement) set(column, value string) (err error) {
	switch column {
	case "canonical_id":
		s.CanonicalID = EntityID(value)
	case "entity_id":
		s.EntityID = EntityID(value)
	case "external":
		s.External, err = parseBool(value)
	default:
		if field := s.text(column); field != nil {
			*field = value
		}
	}
	return err
}

func (s *Statement) get(column string) string {
	switch column {
	case "canonical_id":
		return string(s.CanonicalID)
	case "entity_id":
		return string(s.EntityID)
	case "external":
		if s.External {
			return "t"
		}
		return "f"
	}
	return *s.text(column)
}

// text gives the plain text field of a column, nil for an unknown column.
func (s *Statement) text(column string) *string {
	switch column {
	case "prop":
		return &s.Prop
	case "prop_type":
		return &s.PropType
	case "schema":
		return &s.Schema
	case "value":
		return &s.Value
	case "dataset":
		return &s.Dataset
	case "origin":
		return &s.Origin
	case "lang":
		return &s.Lang
	case "original_value":
		return &s.OriginalValue
	case "first_seen":
		return &s.FirstSeen
	case "last_seen":
		return &s.LastSeen
	case "id":
		return &s.ID
	}
	return nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "t", "true", "1", "yes", "y", "on":
		return true, nil
	case "", "f", "false", "0", "no", "n", "off":
		return false, nil
	}
	return false, errors.New("external is neither true nor false")
}

// A StatementWriter writes statement CSV: every field in quotes, lines ended
// by \n, external as t or f. The header is written with the first statement or
// by Flush, so that an empty file still has one. Flush it at the end.
type StatementWriter struct {
	w       *bufio.Writer
	started bool
	buf     []byte
}

// NewStatementWriter gives a writer of statement CSV onto w.
func NewStatementWriter(w io.Writer) *StatementWriter {
	return &StatementWriter{w: bufio.NewWriterSize(w, 64<<10)}
}

// Write appends one row.
func (w *StatementWriter) Write(s *Statement) error {
	if err := w.start(); err != nil {
		return err
	}
	return w.record(s.get)
}

// Flush hands on what is still buffered.
func (w *StatementWriter) Flush() error {
	if err := w.start(); err != nil {
		return err
	}
	return w.w.Flush()
}

func (w *StatementWriter) start() error {
	if w.started {
		return nil
	}
	w.started = true
	return w.record(func(column string) string { return column })
}

func (w *StatementWriter) record(field func(column string) string) error {
	b := w.buf[:0]
	for i, column := range StatementColumns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '"')
		value := field(column)
		for {
			quote := strings.IndexByte(value, '"')
			if quote < 0 {
				break
			}
			b = append(append(b, value[:quote]...), `""`...)
			value = value[quote+1:]
		}
		b = append(append(b, value...), '"')
	}
	w.buf = append(b, '\n')
	if _, err := w.w.Write(w.buf); err != nil {
		return fmt.Errorf("write a statement: %w", err)
	}
	return nil
}
