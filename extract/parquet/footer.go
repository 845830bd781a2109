package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"overt/internal/archive"
)

// maxFooter bounds the metadata at the end of a file, in bytes.
const maxFooter = 64 << 20

// element is one node of the schema as the footer lists it.
type element struct {
	name      string
	physical  int // a type, -1 for a group
	length    int // of fixed_len_byte_array
	repeated  int // 0 required, 1 optional, 2 repeated
	children  int
	converted int // the old kind of logical type, -1 for none
	logical   int // the new kind, 0 for none
	unit      int // of logical times: 1 ms, 2 µs, 3 ns
	signed    bool
	utc       bool
	scale     int
}

// chunk is one column of one row group.
type chunk struct {
	codec  int
	values int64
	start  int64
	size   int64
	sealed bool
}

type group struct {
	rows   int64
	chunks []chunk
}

type footer struct {
	schema []element
	rows   int64
	groups []group
	writer string
	kept   int
}

// readFooter reads the metadata at the end of a file.
func readFooter(s *archive.Spool) (*footer, error) {
	var tail [8]byte
	if s.Size < 12 {
		return nil, errors.New("it breaks off")
	}
	if _, err := s.ReadAt(tail[:], s.Size-8); err != nil {
		return nil, fmt.Errorf("read its end: %w", err)
	}
	switch string(tail[4:]) {
	case "PAR1":
	case "PARE":
		return nil, errors.New("its metadata is encrypted")
	default:
		return nil, errors.New("it breaks off: its end is not there")
	}
	size := int64(binary.LittleEndian.Uint32(tail[:]))
	if size > maxFooter || size > s.Size-12 {
		return nil, fmt.Errorf("metadata of %d bytes is impossible in a file of %d", size, s.Size)
	}
	b := make([]byte, size)
	if _, err := s.ReadAt(b, s.Size-8-size); err != nil {
		return nil, fmt.Errorf("read its metadata: %w", err)
	}
	f := &footer{}
	t := &thrift{b: b}
	t.fields(func(id int, kind byte) {
		switch id {
		case 2:
			t.list(func(byte) { f.element(t) })
		case 3:
			f.rows = t.int()
		case 4:
			t.list(func(byte) { f.group(t) })
		case 6:
			f.writer = string(t.binary())
		default:
			t.skip(kind, 0)
		}
	})
	return f, t.err
}

func (f *footer) element(t *thrift) {
	e := element{physical: -1, converted: -1, utc: true}
	t.fields(func(id int, kind byte) {
		switch id {
		case 1:
			e.physical = t.int32()
		case 2:
			e.length = t.int32()
		case 3:
			e.repeated = t.int32()
		case 4:
			e.name = string(t.binary())
		case 5:
			e.children = t.int32()
		case 6:
			e.converted = t.int32()
		case 7:
			e.scale = t.int32()
		case 10:
			e.readLogical(t)
		default:
			t.skip(kind, 0)
		}
	})
	if f.schema = append(f.schema, e); len(f.schema) > maxSchema {
		t.fail()
	}
}

// readLogical reads a union: the number of its one field is the kind.
func (e *element) readLogical(t *thrift) {
	t.fields(func(id int, _ byte) {
		e.logical = id
		t.fields(func(field int, kind byte) {
			switch {
			case id == logicalDecimal && field == 1:
				e.scale = t.int32()
			case (id == logicalTime || id == logicalTimestamp) && field == 1:
				e.utc = kind == thriftTrue
			case (id == logicalTime || id == logicalTimestamp) && field == 2:
				t.fields(func(unit int, kind byte) {
					e.unit = unit
					t.skip(kind, 0)
				})
			case id == logicalInteger && field == 2:
				e.signed = kind == thriftTrue
			default:
				t.skip(kind, 0)
			}
		})
	})
}

func (f *footer) group(t *thrift) {
	var g group
	t.fields(func(id int, kind byte) {
		switch id {
		case 1:
			t.list(func(byte) {
				g.chunks = append(g.chunks, readChunk(t))
				if f.kept++; f.kept > maxChunks {
					t.fail()
				}
			})
		case 3:
			g.rows = t.int()
		default:
			t.skip(kind, 0)
		}
	})
	f.groups = append(f.groups, g)
	if f.kept++; f.kept > maxChunks {
		t.fail()
	}
}

func readChunk(t *thrift) chunk {
	var c chunk
	data, dictionary := int64(0), int64(0)
	t.fields(func(id int, kind byte) {
		if id != 3 {
			c.sealed = c.sealed || id == 1 || id == 8 // in another file, or encrypted
			t.skip(kind, 0)
			return
		}
		t.fields(func(id int, kind byte) {
			switch id {
			case 4:
				c.codec = t.int32()
			case 5:
				c.values = t.int()
			case 7:
				c.size = t.int()
			case 9:
				data = t.int()
			case 11:
				dictionary = t.int()
			default:
				t.skip(kind, 0)
			}
		})
	})
	c.start = data
	if dictionary > 0 && dictionary < data {
		c.start = dictionary
	}
	return c
}
