package mail

import (
	"strconv"
	"strings"
	"time"
)

// A moment is a date as a header has it.
type moment struct {
	time.Time
	zoned bool // it says its zone
}

// String is RFC 3339, without a zone where none is said.
func (m moment) String() string {
	if m.zoned {
		return m.Format("2006-01-02T15:04:05Z07:00")
	}
	return m.Format("2006-01-02T15:04:05")
}

// parseDate reads a date by what its words are, whatever their order: RFC 5322
// and its elders, asctime, dates of JavaScript, ISO 8601. ok is false where day,
// month, year or time are missing or cannot be.
func parseDate(s string) (m moment, ok bool) {
	s = strings.TrimSpace(withoutComments(s))
	if len(s) > 200 {
		return m, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil && plausible(t.Year()) {
			return moment{t, strings.ContainsAny(layout[10:], "Z-")}, true
		}
	}
	d := dateWords{zone: -1}
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		d.word(w)
	}
	return d.moment()
}

func plausible(year int) bool { return year >= 1900 && year < 2200 }

type dateWords struct {
	day, month, year  int
	hour, minute, sec int
	timed, zoned      bool
	zone              int // seconds east of Greenwich
}

func (d *dateWords) word(w string) {
	switch {
	case strings.Contains(w, ":"):
		d.clock(w)
	case d.setZone(w):
	case strings.EqualFold(w, "pm") && d.timed && d.hour < 12:
		d.hour += 12
	case strings.EqualFold(w, "am") && d.timed && d.hour == 12:
		d.hour = 0
	case strings.Contains(w, "-") && len(w) > 6: // 09-Jun-2009
		for _, part := range strings.Split(w, "-") {
			d.word(part)
		}
	default:
		d.number(w)
	}
}

func (d *dateWords) number(w string) {
	w = strings.Trim(w, ".")
	n, err := strconv.Atoi(w)
	if err != nil {
		if len(w) >= 3 && d.month == 0 {
			if i := strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(w[:3])); i >= 0 && i%3 == 0 {
				d.month = i/3 + 1
			}
		}
		return
	}
	switch {
	case n < 0:
	case d.day == 0 && n >= 1 && n <= 31 && len(w) <= 2:
		d.day = n
	case d.year == 0 && len(w) == 4:
		d.year = n
	case d.year == 0 && len(w) <= 3: // RFC 5322, 4.3
		d.year = n + 1900
		if n < 50 {
			d.year = n + 2000
		}
	}
}

func (d *dateWords) clock(w string) {
	if sign := strings.IndexAny(w, "+-"); sign > 0 { // 13:40:00+0100
		d.setZone(w[sign:])
		w = w[:sign]
	}
	if z := strings.TrimRight(w, "Zz"); z != w {
		d.setZone("Z")
		w = z
	}
	parts := strings.Split(w, ":")
	if d.timed || len(parts) < 2 || len(parts) > 3 {
		return
	}
	var n [3]int
	for i, p := range parts {
		p, _, _ = strings.Cut(p, ".")
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return
		}
		n[i] = v
	}
	d.hour, d.minute, d.sec, d.timed = n[0], n[1], n[2], true
}

// zones are the names of RFC 5322, 4.3, and those that programs write all the
// same and that mean one thing. Others say no zone.
var zones = map[string]int{
	"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
	"PST": -8, "PDT": -7, "WET": 0, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9,
}

func (d *dateWords) setZone(w string) bool {
	if hours, is := zones[strings.ToUpper(w)]; is {
		d.zone, d.zoned = hours*3600, true
		return true
	}
	for _, prefix := range []string{"GMT", "UTC"} {
		if len(w) > 3 && strings.EqualFold(w[:3], prefix) {
			w = w[3:]
		}
	}
	if len(w) < 3 || w[0] != '+' && w[0] != '-' {
		return false
	}
	digits := strings.ReplaceAll(w[1:], ":", "")
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) != 4 || n%100 > 59 || n > 1459 {
		return len(digits) == 4 && err == nil // a zone that cannot be is none, and no year either
	}
	d.zone, d.zoned = (n/100*60+n%100)*60, true
	if w[0] == '-' {
		d.zone = -d.zone
	}
	return true
}

func (d *dateWords) moment() (moment, bool) {
	if !d.timed || d.day == 0 || d.month == 0 || !plausible(d.year) || d.hour > 23 || d.minute > 59 || d.sec > 60 {
		return moment{}, false
	}
	zone := time.UTC
	if d.zoned && d.zone != 0 {
		zone = time.FixedZone("", d.zone)
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, min(d.sec, 59), 0, zone)
	if t.Day() != d.day {
		return moment{}, false
	}
	return moment{t, d.zoned}, true
}

// Date writes a date as a header has it.
func Date(t time.Time) string {
	return t.Format("Mon, 02 Jan 2006 15:04:05 -0700")
}
