package legacy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/sheet"
)

// A value of a row.
type value struct {
	text   string
	number int64  // of whole numbers
	object []byte // of an OLE column
}

// Types of columns.
const (
	typeByte, typeShort, typeLong, typeMoney   = 2, 3, 4, 5
	typeFloat, typeDouble, typeDate, typeBytes = 6, 7, 8, 9
	typeText, typeOLE, typeMemo, typeGUID      = 10, 11, 12, 15
	typeNumeric, typeComplex, typeBig          = 16, 18, 19
)

var fixedSizes = map[int]int{typeByte: 1, typeShort: 2, typeLong: 4, typeMoney: 8, typeFloat: 4, typeDouble: 8, typeDate: 8, typeGUID: 16, typeNumeric: 17, typeComplex: 4, typeBig: 8}

// value reads a value; one that is too short for its type is empty.
func (d *database) value(c column, b []byte) value {
	if n := fixedSizes[c.kind]; len(b) < n {
		return value{}
	}
	le := binary.LittleEndian
	whole := func(n int64) value { return value{text: strconv.FormatInt(n, 10), number: n} }
	switch c.kind {
	case typeByte:
		return whole(int64(b[0]))
	case typeShort:
		return whole(int64(int16(u16(b, 0))))
	case typeLong, typeComplex:
		return whole(int64(int32(u32(b, 0))))
	case typeBig:
		return whole(int64(le.Uint64(b)))
	case typeMoney:
		return value{text: decimal(big.NewInt(int64(le.Uint64(b))), 4)}
	case typeFloat:
		return value{text: strconv.FormatFloat(float64(math.Float32frombits(le.Uint32(b))), 'f', -1, 32)}
	case typeDouble:
		return value{text: sheet.Number(strconv.FormatFloat(math.Float64frombits(le.Uint64(b)), 'G', -1, 64))}
	case typeDate:
		return value{text: dayText(math.Float64frombits(le.Uint64(b)))}
	case typeNumeric:
		return value{text: numeric(b, c.scale)}
	case typeGUID:
		return value{text: fmt.Sprintf("{%08X-%04X-%04X-%X-%X}", u32(b, 0), u16(b, 4), u16(b, 6), b[8:10], b[10:16])}
	case typeText:
		return value{text: d.text(b)}
	case typeMemo:
		return value{text: d.text(d.long(b, c.name))}
	case typeOLE:
		data := d.long(b, c.name)
		return value{text: objectText(len(data)), object: data}
	}
	return value{text: strings.ToUpper(fmt.Sprintf("%x", b))}
}

func objectText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("(object of %d bytes)", n)
}

// decimal writes a whole number with its last digits behind a point.
func decimal(n *big.Int, scale int) string {
	if scale <= 0 || scale > 38 {
		return n.String()
	}
	sign := ""
	if n.Sign() < 0 {
		sign = "-"
	}
	digits := new(big.Int).Abs(n).String()
	digits = strings.Repeat("0", max(scale+1-len(digits), 0)) + digits
	s := digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	return sign + strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// numeric reads a sign and four groups of four bytes, the highest group first.
func numeric(b []byte, scale int) string {
	var be []byte
	for i := 1; i < 17; i += 4 {
		be = append(be, b[i+3], b[i+2], b[i+1], b[i])
	}
	n := new(big.Int).SetBytes(be)
	if b[0] != 0 {
		n.Neg(n)
	}
	return decimal(n, scale)
}

// dayText gives days since 30 December 1899 as a date, a time, or both. Before
// that day the part of a day still counts forwards.
func dayText(v float64) string {
	if math.IsNaN(v) || v < -657434 || v >= 2958466 { // the years 100 to 9999
		return ""
	}
	days, part := math.Modf(v)
	t := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)).Add(time.Duration(math.Round(math.Abs(part)*86400)) * time.Second)
	switch {
	case part == 0:
		return t.Format("2006-01-02")
	case days == 0:
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02T15:04:05")
}

// text decodes a text; since Jet 4 it may be compressed: bytes, with zeros where
// that begins and ends.
func (d *database) text(b []byte) string {
	if d.old {
		return d.r.decoder(d.code)(string(b))
	}
	if len(b) < 2 || b[0] != 0xFF || b[1] != 0xFE {
		return wide(b)
	}
	out := make([]byte, 0, 2*len(b))
	packed := true
	for b = b[2:]; len(b) > 0; {
		switch {
		case b[0] == 0:
			packed = !packed
			b = b[1:]
		case packed:
			out = append(out, b[0], 0)
			b = b[1:]
		case len(b) >= 2:
			out = append(out, b[0], b[1])
			b = b[2:]
		default:
			b = nil
		}
	}
	return wide(out)
}

// Where a long value stands, by the highest bits of its length.
const (
	longHere = 0x80000000
	longOne  = 0x40000000
)

// long reads a value that may stand outside of its row. Its length sizes nothing;
// what is missing is said.
func (d *database) long(b []byte, name string) []byte {
	if len(b) < 12 {
		return nil
	}
	size, pointer := u32(b, 0), u32(b, 4)
	most := min(size&0x3FFFFFFF, d.r.lim.PageText/2)
	if size&longHere != 0 {
		return slices.Clone(b[12:min(12+most, int64(len(b)))])
	}
	var out []byte
	var err error
	for pointer != 0 && int64(len(out)) < most {
		if err = d.r.tick(); err != nil {
			return out
		}
		var row []byte
		if row, err = d.row(pointer); err != nil {
			break
		}
		if size&longOne != 0 {
			out = append(out, row...)
			break
		}
		if len(row) <= 4 {
			err = bad("a long value leads to nothing")
			break
		}
		pointer = u32(row, 0)
		out = append(out, row[4:]...)
	}
	out = out[:min(int64(len(out)), most)]
	switch {
	case err == nil && most < size&0x3FFFFFFF:
		err = errTooMuch
	case err == nil && int64(len(out)) < most:
		err = bad("a long value ends too early")
	}
	if err != nil {
		_ = d.r.gap("column "+name, err) // kept by the tap
	}
	return out
}

// objects gives what columns for objects hold.
func (t *table) objects(values []value) error {
	for i, v := range values {
		if len(v.object) == 0 {
			continue
		}
		path := fmt.Sprintf("%s/%d/%s", t.name, t.given, t.columns[i].name)
		if err := t.d.r.part("object "+path, func() error { return t.d.r.wrapped(v.object, path) }); err != nil {
			return err
		}
	}
	return nil
}

// wrapped gives an object of a column: Access puts a header of its own before
// the OLE 1.0 stream.
func (r *reading) wrapped(b []byte, path string) error {
	if head := u16(b, 2); u16(b, 0) == 0x1C15 && head >= 20 && head+12 < len(b) {
		return r.envelope(b[head:], path)
	}
	m := document.Member{Path: path, Role: document.Embedded, Size: int64(len(b))}
	return r.gave(m, bytes.NewReader(b))
}
