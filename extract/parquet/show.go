package parquet

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"overt/extract"
	"overt/extract/charset"
)

// Logical types, by their numbers in the footer.
const (
	logicalString    = 1
	logicalMap       = 2
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalJSON      = 12
	logicalBSON      = 13
	logicalUUID      = 14
	logicalFloat16   = 15
	logicalInterval  = 100 // has no number there
	unitMilli        = 1
	unitMicro        = 2
)

// unify gives a leaf of old writers the logical type that its converted type
// stands for.
func (l *leaf) unify() {
	if l.logical != 0 || l.converted < 0 {
		return
	}
	switch c := l.converted; {
	case c == 0:
		l.logical = logicalString
	case c == 4:
		l.logical = logicalEnum
	case c == 5:
		l.logical = logicalDecimal
	case c == 6:
		l.logical = logicalDate
	case c == 7 || c == 8:
		l.logical, l.unit = logicalTime, c-6
	case c == 9 || c == 10:
		l.logical, l.unit = logicalTimestamp, c-8
	case c >= 11 && c <= 18:
		l.logical, l.signed = logicalInteger, c >= 15
	case c == 19:
		l.logical = logicalJSON
	case c == 20:
		l.logical = logicalBSON
	case c == 21:
		l.logical = logicalInterval
	}
}

// show writes a value exactly; a problem is why it has none.
func (l *leaf) show(raw []byte) (v extract.Value, problem string) {
	switch l.physical {
	case typeBoolean:
		return extract.Value{Text: strconv.FormatBool(raw[0] != 0)}, ""
	case typeInt32:
		return l.whole(int64(int32(binary.LittleEndian.Uint32(raw))), 32)
	case typeInt64:
		return l.whole(int64(binary.LittleEndian.Uint64(raw)), 64)
	case typeInt96:
		// A day number and nanoseconds, as Impala and Spark write moments.
		day := int64(binary.LittleEndian.Uint32(raw[8:]))
		ns := int64(binary.LittleEndian.Uint64(raw))
		return moment(time.Unix((day-2440588)*86400, ns%1e9).Add(time.Duration(ns/1e9)*time.Second), "")
	case typeFloat:
		return float(float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))), 32)
	case typeDouble:
		return float(math.Float64frombits(binary.LittleEndian.Uint64(raw)), 64)
	}
	return l.bytes(raw)
}

const noValue = "a value that is no date, time or number was left out"

func float(f float64, bits int) (extract.Value, string) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return extract.Value{None: true}, noValue
	}
	return extract.Value{Text: strconv.FormatFloat(f, 'f', -1, bits)}, ""
}

// whole writes a number, or what it counts.
func (l *leaf) whole(n int64, bits int) (extract.Value, string) {
	switch l.logical {
	case logicalDecimal:
		return extract.Value{Text: decimal(big.NewInt(n), l.scale)}, ""
	case logicalDate:
		v, problem := moment(time.Unix(n*86400, 0), "")
		v.Text, _, _ = strings.Cut(v.Text, "T")
		return v, problem
	case logicalTime:
		t := l.since(n)
		if t.Before(time.Unix(0, 0)) || !t.Before(time.Unix(86400, 0)) {
			return extract.Value{None: true}, noValue
		}
		return extract.Value{Text: t.UTC().Format("15:04:05.999999999")}, ""
	case logicalTimestamp:
		zone := ""
		if l.utc {
			zone = "Z"
		}
		return moment(l.since(n), zone)
	case logicalInteger:
		if !l.signed && bits == 32 {
			return extract.Value{Text: strconv.FormatUint(uint64(uint32(n)), 10)}, ""
		}
		if !l.signed {
			return extract.Value{Text: strconv.FormatUint(uint64(n), 10)}, ""
		}
	}
	return extract.Value{Text: strconv.FormatInt(n, 10)}, ""
}

func (l *leaf) since(n int64) time.Time {
	switch l.unit {
	case unitMilli:
		return time.UnixMilli(n)
	case unitMicro:
		return time.UnixMicro(n)
	}
	return time.Unix(n/1e9, n%1e9)
}

func moment(t time.Time, zone string) (extract.Value, string) {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return extract.Value{None: true}, noValue
	}
	return extract.Value{Text: t.Format("2006-01-02T15:04:05.999999999") + zone}, ""
}

// decimal writes n divided by ten so often, with all its digits.
func decimal(n *big.Int, scale int) string {
	s := new(big.Int).Abs(n).String()
	if scale > 0 && scale <= 1000 {
		s = strings.Repeat("0", max(0, scale+1-len(s))) + s
		s = s[:len(s)-scale] + "." + s[len(s)-scale:]
	}
	if n.Sign() < 0 {
		s = "-" + s
	}
	return s
}

func (l *leaf) bytes(raw []byte) (extract.Value, string) {
	switch {
	case l.logical == logicalDecimal && len(raw) <= 128:
		n := new(big.Int).SetBytes(raw)
		if len(raw) > 0 && raw[0]&0x80 != 0 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(raw)*8)))
		}
		return extract.Value{Text: decimal(n, l.scale)}, ""
	case l.logical == logicalUUID && len(raw) == 16:
		h := hex.EncodeToString(raw)
		return extract.Value{Text: h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]}, ""
	case l.logical == logicalFloat16 && len(raw) == 2:
		return float(half(binary.LittleEndian.Uint16(raw)), 32)
	case l.logical == logicalInterval && len(raw) == 12:
		ms := binary.LittleEndian.Uint32(raw[8:])
		return extract.Value{Text: fmt.Sprintf("P%dM%dDT%d.%03dS", binary.LittleEndian.Uint32(raw), binary.LittleEndian.Uint32(raw[4:]), ms/1000, ms%1000)}, ""
	case l.logical == logicalString, l.logical == logicalEnum, l.logical == logicalJSON:
		if utf8.Valid(raw) {
			return extract.Value{Text: string(raw)}, ""
		}
		return extract.Value{Text: charset.FromWindows1252(string(raw))}, "a text that is not valid UTF-8 was read as Windows-1252"
	case l.logical != logicalBSON && isText(raw):
		return extract.Value{Text: string(raw)}, "" // old writers do not mark their texts
	}
	return extract.Value{None: true}, "a value of bytes that are no text was left out"
}

func isText(raw []byte) bool {
	for _, c := range raw {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(raw)
}

// half gives a number of 16 bits (IEEE 754).
func half(b uint16) float64 {
	exponent, fraction := int(b>>10&31), float64(b&1023)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 31:
		return math.NaN()
	default:
		f = math.Ldexp(1024+fraction, exponent-25)
	}
	if b&0x8000 != 0 {
		f = -f
	}
	return f
}
