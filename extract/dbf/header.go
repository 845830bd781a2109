package dbf

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// field is one column as the header describes it.
type field struct {
	name     string // bytes in the table's encoding
	kind     byte
	from, to int // bytes of the record
	decimals int
	null     int // bit of the null flags that says it has no value; -1 for none
	short    int // bit that says the last byte is the length; -1 for none
}

// header is what stands before the records.
type header struct {
	version  byte
	changed  string // day as ISO 8601, as far as it is one
	records  int64
	length   int // bytes of the header
	size     int // bytes of a record
	language byte
	fields   []field
	flags    field // of the field that says which others have no value
}

func (h *header) visual() bool { return h.version >= 0x30 && h.version <= 0x32 }

func (h *header) seven() bool { return h.version == 0x04 || h.version == 0x8c }

// foxpro says whether memos stand in the form of FoxPro.
func (h *header) foxpro() bool { return h.visual() || h.version == 0xf5 || h.version == 0xfb }

func (h *header) kind() string {
	switch {
	case h.visual():
		return "a table of Visual FoxPro"
	case h.seven():
		return "a table of dBase 7"
	case h.version == 0xf5:
		return "a table of FoxPro with memos"
	case h.version == 0xfb:
		return "a table of FoxBASE with memos"
	case h.version == 0x83:
		return "a table of dBase III with memos"
	case h.version == 0x8b, h.version == 0x8e, h.version == 0xcb, h.version == 0x7b:
		return "a table of dBase IV with memos"
	}
	return fmt.Sprintf("a dBase table (version %#02x)", h.version)
}

// readHeader reads the header, all of it: what r gives next is the first record.
func readHeader(r *bufio.Reader) (*header, error) {
	var fixed [32]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return nil, fmt.Errorf("it breaks off: %w", err)
	}
	h := &header{
		version:  fixed[0],
		changed:  changedDay(fixed[1:4]),
		records:  int64(binary.LittleEndian.Uint32(fixed[4:])),
		length:   int(binary.LittleEndian.Uint16(fixed[8:])),
		size:     int(binary.LittleEndian.Uint16(fixed[10:])),
		language: fixed[29],
	}
	if h.length < len(fixed)+1 || h.size < 2 {
		return nil, fmt.Errorf("a header of %d bytes and records of %d are impossible", h.length, h.size)
	}
	rest := make([]byte, h.length-len(fixed)) // at most 64 KiB
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, fmt.Errorf("it breaks off: %w", err)
	}
	step, at := 32, 0
	if h.seven() {
		step, at = 48, 36
	}
	if at > len(rest) {
		return nil, errors.New("it is too short for its version")
	}
	return h, h.readFields(rest[at:], step)
}

// changedDay reads a day whose year has two digits, or is counted from 1900.
func changedDay(b []byte) string {
	year := 1900 + int(b[0])
	if b[0] < 70 {
		year += 100
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, b[1], b[2])
}

func (h *header) readFields(b []byte, step int) error {
	at, bits := 1, 0
	for ; len(b) >= step && b[0] != '\r'; b = b[step:] {
		f := field{null: -1, short: -1, from: at}
		var width int
		flags := byte(0)
		if step == 48 {
			f.name, f.kind, width, f.decimals = cutZero(b[:32]), b[32], int(b[33]), int(b[34])
		} else {
			f.name, f.kind, width, f.decimals = cutZero(b[:11]), b[11], int(b[16]), int(b[17])
			flags = b[18]
		}
		if f.kind == 'C' && f.decimals > 0 && !h.visual() {
			width |= f.decimals << 8 // long texts of Clipper and FoxPro
		}
		if at += width; at > h.size {
			return fmt.Errorf("its %d fields take more than the %d bytes of a record", len(h.fields)+1, h.size)
		}
		f.to = at
		if h.visual() {
			if f.kind == 'V' || f.kind == 'Q' {
				f.short = bits
				bits++
			}
			if flags&2 != 0 && f.kind != '0' {
				f.null = bits
				bits++
			}
			if f.kind == '0' {
				h.flags = f
				continue
			}
		}
		h.fields = append(h.fields, f)
	}
	if len(h.fields) == 0 {
		return errors.New("it names no field")
	}
	return nil
}

func cutZero(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(bytes.TrimSpace(b))
}

// bit says whether a bit of the null flags of a record is set.
func (h *header) bit(record []byte, n int) bool {
	i := h.flags.from + n/8
	return n >= 0 && i < h.flags.to && record[i]&(1<<(n%8)) != 0
}
