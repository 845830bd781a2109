package dbf

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"time"

	"overt"
	"overt/extract"
)

// values reads the fields of a record; bad says why it cannot be given.
func (r *Reader) values(record []byte, where overt.Locator) (out []extract.Value, bad string) {
	out = make([]extract.Value, len(r.head.fields))
	for i := range r.head.fields {
		f := &r.head.fields[i]
		where.Column = r.columns.Names[i]
		if r.head.bit(record, f.null) {
			out[i].None = true
			continue
		}
		b := record[f.from:f.to]
		if r.head.bit(record, f.short) && len(b) > 0 {
			b = b[:min(int(b[len(b)-1]), len(b)-1)]
		}
		if f.kind == 'M' {
			if out[i], bad = r.long(f, b, where); bad != "" {
				return nil, bad
			}
			continue
		}
		out[i] = r.value(f, b, where)
	}
	return out, ""
}

// none leaves a value out and says why.
func (r *Reader) none(code, message string, where overt.Locator) extract.Value {
	r.tally.Add(code, message, where)
	return extract.Value{None: true}
}

func (r *Reader) value(f *field, b []byte, where overt.Locator) extract.Value {
	switch f.kind {
	case 'C', 'V':
		return extract.Value{Text: r.text(strings.TrimRight(string(b), " \x00"))}
	case 'N', 'F':
		s := strings.Trim(string(b), " \x00")
		if strings.Trim(s, "*") == "" && s != "" {
			return r.none("overflow", "a number was too long for its field and was not stored", where)
		}
		return extract.Value{Text: r.text(s)}
	case 'L':
		return r.logical(b, where)
	case 'D':
		return r.date(string(b), where)
	case 'T':
		return r.moment(b, where)
	case 'I', '+', 'B', 'O', 'Y':
		return r.binary(f, b, where)
	}
	return r.none("unread_field", "a field holds pictures, objects or bytes of a kind that is not read", where)
}

func (r *Reader) logical(b []byte, where overt.Locator) extract.Value {
	s := strings.Trim(string(b), " \x00?")
	switch s {
	case "":
		return extract.Value{}
	case "T", "t", "Y", "y":
		return extract.Value{Text: "TRUE", Raw: s}
	case "F", "f", "N", "n":
		return extract.Value{Text: "FALSE", Raw: s}
	}
	return r.none("bad_value", "what stands in a field is no value of its type", where)
}

func (r *Reader) date(s string, where overt.Locator) extract.Value {
	s = strings.Trim(s, " \x00")
	if strings.Trim(s, "0") == "" {
		return extract.Value{}
	}
	t, err := time.Parse("20060102", s)
	if err != nil {
		return r.none("bad_value", "what stands in a field is no value of its type", where)
	}
	return extract.Value{Text: t.Format(time.DateOnly), Raw: s}
}

// julianZero is the day number of 1970-01-01.
const julianZero = 2440588

// moment reads a day number and milliseconds; zero is no value.
func (r *Reader) moment(b []byte, where overt.Locator) extract.Value {
	if len(bytes.Trim(b, " \x00")) == 0 {
		return extract.Value{}
	}
	if len(b) == 14 { // as text, of FoxPro's kin
		if t, err := time.Parse("20060102150405", string(b)); err == nil {
			return extract.Value{Text: t.Format("2006-01-02T15:04:05"), Raw: string(b)}
		}
	}
	if len(b) != 8 {
		return r.none("bad_value", "what stands in a field is no value of its type", where)
	}
	day, ms := int64(int32(binary.LittleEndian.Uint32(b))), int64(binary.LittleEndian.Uint32(b[4:]))
	t := time.Unix((day-julianZero)*86400, 0).UTC().Add(time.Duration(ms) * time.Millisecond)
	if ms >= 86400_000+1000 || t.Year() < 1 || t.Year() > 9999 {
		return r.none("bad_value", "what stands in a field is no value of its type", where)
	}
	// Visual FoxPro stores seconds with a millisecond too little or too much.
	return extract.Value{Text: t.Round(10 * time.Millisecond).Format("2006-01-02T15:04:05.999")}
}

// binary reads whole numbers, doubles and amounts of money with four decimals.
func (r *Reader) binary(f *field, b []byte, where overt.Locator) extract.Value {
	switch {
	case (f.kind == 'I' || f.kind == '+') && len(b) == 4 && r.head.seven():
		// dBase 7 turns the sign bit so that the bytes sort.
		return extract.Value{Text: strconv.FormatInt(int64(int32(binary.BigEndian.Uint32(b)^1<<31)), 10)}
	case (f.kind == 'I' || f.kind == '+') && len(b) == 4:
		return extract.Value{Text: strconv.FormatInt(int64(int32(binary.LittleEndian.Uint32(b))), 10)}
	case f.kind == 'Y' && len(b) == 8:
		return extract.Value{Text: money(int64(binary.LittleEndian.Uint64(b)))}
	case f.kind == 'B' && len(b) == 8 && r.head.visual():
		return r.double(binary.LittleEndian.Uint64(b), where)
	case f.kind == 'O' && len(b) == 8:
		bits := binary.BigEndian.Uint64(b)
		if bits&(1<<63) != 0 {
			bits ^= 1 << 63
		} else {
			bits = ^bits
		}
		return r.double(bits, where)
	}
	return r.none("unread_field", "a field holds pictures, objects or bytes of a kind that is not read", where)
}

func (r *Reader) double(bits uint64, where overt.Locator) extract.Value {
	v := math.Float64frombits(bits)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return r.none("bad_value", "what stands in a field is no value of its type", where)
	}
	return extract.Value{Text: strconv.FormatFloat(v, 'f', -1, 64)}
}

// money writes ten-thousandths exactly, "-12.5" for -125000.
func money(v int64) string {
	sign, u := "", uint64(v)
	if v < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u/10000, 10)
	if rest := u % 10000; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatUint(10000+rest, 10)[1:], "0")
	}
	return sign + s
}

// long reads the text that a memo field points at.
func (r *Reader) long(f *field, b []byte, where overt.Locator) (v extract.Value, bad string) {
	block, ok := blockOf(b)
	switch {
	case !ok:
		return r.none("bad_value", "what stands in a field is no value of its type", where), ""
	case block == 0:
		return extract.Value{}, ""
	case r.memo == nil:
		return r.none("memo_missing", "the file with the long texts (memos) is not beside the table; the value is left out", where), ""
	}
	s, err := r.memo.read(block, r.opts.Limits.Field)
	switch {
	case err == errLong:
		return v, "a value is too long"
	case err == errPicture:
		return r.none("unread_field", "a field holds pictures, objects or bytes of a kind that is not read", where), ""
	case err != nil:
		return r.none("memo_broken", "the file with the long texts (memos) does not have what the table points at; the value is left out", where), ""
	}
	return extract.Value{Text: r.text(s)}, ""
}

// blockOf reads a block number: four bytes in Visual FoxPro, digits elsewhere.
func blockOf(b []byte) (int64, bool) {
	if len(b) == 4 {
		return int64(binary.LittleEndian.Uint32(b)), true
	}
	s := strings.Trim(string(b), " \x00")
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return int64(n), err == nil
}
