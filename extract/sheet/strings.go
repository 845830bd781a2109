package sheet

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"overt/internal/archive"
)

// stringTable is the strings that cells point at, by number. Past memoryLimit
// they lie in a room.
type stringTable struct {
	ends []int64
	text []byte
	file archive.Room
}

const (
	memoryLimit = 64 << 20   // bytes
	maxStrings  = 10_000_000 // 80 MB of offsets
)

// get gives string number n.
func (t *stringTable) get(n int) (string, error) {
	if n < 0 || n >= len(t.ends) {
		return "", fmt.Errorf("a cell points at shared string %d of %d", n, len(t.ends))
	}
	from := int64(0)
	if n > 0 {
		from = t.ends[n-1]
	}
	if t.file == nil {
		return string(t.text[from:t.ends[n]]), nil
	}
	b := make([]byte, t.ends[n]-from)
	if _, err := t.file.ReadAt(b, from); err != nil {
		return "", fmt.Errorf("read shared string %d: %w", n, err)
	}
	return string(b), nil
}

// needStrings reads the shared strings once for all sheets.
func (wb *workbook) needStrings(ctx context.Context) (err error) {
	wb.mu.Lock()
	defer wb.mu.Unlock()
	if wb.strings == nil {
		wb.strings, err = wb.readStrings(ctx)
	}
	return err
}

// readStrings reads the shared strings; a workbook need not have any.
func (wb *workbook) readStrings(ctx context.Context) (*stringTable, error) {
	t := &stringTable{}
	if wb.strPath == "" || wb.members[strings.ToLower(wb.strPath)] == nil {
		return t, nil
	}
	d, err := wb.open(wb.strPath)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var out *bufio.Writer
	size := int64(0)
	for {
		tok, err := d.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		e, ok := tok.(xml.StartElement)
		if !ok || e.Name.Local != "si" {
			continue
		}
		s, over, err := d.strung()
		switch {
		case err != nil:
			return nil, err
		case over:
			return nil, fmt.Errorf("string %d is too long", len(t.ends))
		case len(t.ends) >= maxStrings:
			return nil, fmt.Errorf("more than %d strings", maxStrings)
		case len(t.ends)%4096 == 0 && ctx.Err() != nil:
			return nil, ctx.Err()
		}
		size += int64(len(s))
		t.ends = append(t.ends, size)
		if out == nil && size > memoryLimit {
			if out, err = t.spill(wb.scratch); err != nil {
				return nil, err
			}
		}
		if out == nil {
			t.text = append(t.text, s...)
		} else if _, err := out.WriteString(s); err != nil {
			return nil, fmt.Errorf("write temporary file: %w", err)
		}
	}
	if out == nil {
		return t, nil
	}
	if err := out.Flush(); err != nil {
		return nil, fmt.Errorf("write temporary file: %w", err)
	}
	return t, nil
}

// spill moves what is in memory to a room.
func (t *stringTable) spill(scratch archive.Scratch) (*bufio.Writer, error) {
	if scratch == nil {
		scratch = archive.TempFile
	}
	var err error
	if t.file, err = scratch(); err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(t.file, 1<<20)
	_, err = out.Write(t.text)
	t.text = nil
	return out, err
}
