package sheet

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Format is what a number format shows of a number.
type Format struct {
	date, clock, elapsed bool
}

// readStyles finds out which cell styles show dates.
func (wb *workbook) readStyles(part string) error {
	custom := map[string]string{}
	inCells := false
	return wb.each(part, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inCells = false
		case "xf":
			if inCells {
				wb.formats = append(wb.formats, Styled(attr(e, "numFmtId"), custom))
			}
		}
		return nil
	})
}

// Styled gives the format that a style names: one that the workbook spells out in
// custom, else one that it need not. A name that is neither shows plain numbers.
func Styled(id string, custom map[string]string) Format {
	if code, ok := custom[id]; ok {
		return ParseFormat(code)
	}
	n, err := strconv.Atoi(id)
	if err != nil {
		return Format{}
	}
	return Builtin(n)
}

// Builtin gives the number formats that a workbook need not spell out
// (ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 are dates in East Asian
// versions).
func Builtin(n int) Format {
	switch {
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n == 57 || n == 58:
		return Format{date: true}
	case n >= 18 && n <= 21, n == 32 || n == 33, n == 45, n == 47:
		return Format{clock: true}
	case n == 22:
		return Format{date: true, clock: true}
	case n == 46:
		return Format{elapsed: true}
	}
	return Format{}
}

// ParseFormat looks for the letters of dates and times in the first section of
// a format code, outside of quoted text, escapes and brackets. An m is a month
// unless hours or seconds stand beside it, and these say enough.
func ParseFormat(code string) (f Format) {
	months := false
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == ';':
			i = len(code)
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				n = len(code)
			}
			i += n + 1
		case code[i] == '[':
			n := strings.IndexByte(code[i:], ']')
			if n < 0 {
				return f
			}
			inner := strings.ToLower(code[i+1 : i+n])
			if inner != "" && strings.Trim(inner, "hms") == "" {
				f.elapsed = true
			}
			i += n
		case c == 'g' && strings.HasPrefix(strings.ToLower(code[i:]), "general"):
			i += len("general") - 1
		case c == 'e' && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			i++
		case c == 'y' || c == 'd':
			f.date = true
		case c == 'h' || c == 's':
			f.clock = true
		case c == 'm':
			months = true
		}
	}
	if months && !f.clock && !f.elapsed {
		f.date = true
	}
	return f
}

// Show writes a stored number the way its cell is read: as a date, a time, or
// a plain decimal number.
func (f Format) Show(raw string, epoch1904 bool) string {
	if !f.date && !f.clock && !f.elapsed {
		return Number(raw)
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsNaN(v) || v < 0 || v >= 2958466 { // the day after 9999-12-31
		return Number(raw)
	}
	if f.elapsed {
		s := int64(math.Round(v * 86400))
		return strconv.FormatInt(s/3600, 10) + time.Unix(s%3600, 0).UTC().Format(":04:05")
	}
	t := fromSerial(v, epoch1904)
	switch {
	case f.date && f.clock:
		return t.Format("2006-01-02T15:04:05")
	case f.clock && v < 1:
		return t.Format("15:04:05")
	case f.clock:
		return t.Format("2006-01-02T15:04:05")
	}
	return t.Format("2006-01-02")
}

// fromSerial turns days since the epoch into a time, to the second. The day
// numbers of the 1900 system count a 29 February 1900 that never was, so that
// the days before it are one ahead.
func fromSerial(v float64, epoch1904 bool) time.Time {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case epoch1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case v < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	days, part := math.Modf(v)
	return epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round(part*86400)) * time.Second)
}

// Number writes a stored number without an exponent. Workbooks store
// binary fractions with up to 17 digits, of which spreadsheet programs show 15;
// so does this. Whole numbers stay as they are.
func Number(raw string) string {
	raw = strings.TrimSpace(raw)
	if !strings.ContainsAny(raw, ".eE") {
		return raw
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return raw
	}
	s := strconv.FormatFloat(v, 'e', -1, 64)
	if mantissa, _, _ := strings.Cut(s, "e"); len(strings.Trim(mantissa, "-."))-strings.Count(mantissa, ".") > 15 {
		s = strconv.FormatFloat(v, 'e', 14, 64)
		if v, err = strconv.ParseFloat(s, 64); err != nil {
			return raw
		}
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
