package ftm

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A moment is a point in time with a precision: fields that are not known are
// -1, and so are all after them.
type moment struct{ year, month, day, hour, minute, second int }

var noMoment = moment{-1, -1, -1, -1, -1, -1}

// Years outside are sentinels (0001-01-01) or slips, not dates of records;
// 9999 stays, as registers write it for "until further notice".
const minYear, maxYear = 1000, 9999

// check gives the ISO 8601 prefix, or what is wrong with the date.
func (m moment) check() (string, error) {
	switch {
	case m.year < minYear || m.year > maxYear:
		return "", fmt.Errorf("year is not between %d and %d", minYear, maxYear)
	case m.month == -1:
		return fmt.Sprintf("%04d", m.year), nil
	case m.month < 1 || m.month > 12:
		return "", fmt.Errorf("there is no month %d", m.month)
	case m.day == -1:
		return fmt.Sprintf("%04d-%02d", m.year, m.month), nil
	case m.day < 1 || m.day > daysIn(m.year, m.month):
		return "", fmt.Errorf("month %d of %d has no day %d", m.month, m.year, m.day)
	case m.hour == -1:
		return fmt.Sprintf("%04d-%02d-%02d", m.year, m.month, m.day), nil
	case m.hour > 23 || m.minute > 59 || m.second > 59:
		return "", errors.New("there is no such time of day")
	case m.minute == -1:
		return fmt.Sprintf("%04d-%02d-%02dT%02d", m.year, m.month, m.day, m.hour), nil
	case m.second == -1:
		return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d", m.year, m.month, m.day, m.hour, m.minute), nil
	}
	return fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02d", m.year, m.month, m.day, m.hour, m.minute, m.second), nil
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// in moves a moment written with an offset from UTC, in minutes, to UTC. A
// moment without minutes cannot be moved.
func (m moment) in(offset int) moment {
	if offset == 0 || m.minute == -1 {
		return m
	}
	second := max(m.second, 0)
	t := time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute-offset, second, 0, time.UTC)
	moved := moment{t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second()}
	if m.second == -1 {
		moved.second = -1
	}
	return moved
}

func cleanDate(_ *Type, value string, opts CleanOptions) (string, error) {
	value = squash(value)
	if value == "" {
		return "", errEmpty
	}
	if opts.Format != "" {
		return cleanDateFormats(value, opts.Format)
	}
	m, offset, err := parseISO(value)
	if err != nil && opts.Fuzzy {
		if fuzzy, fuzzyErr := parseFuzzyDate(value); fuzzyErr == nil {
			return fuzzy.check()
		} else if errors.Is(fuzzyErr, errAmbiguous) {
			err = fuzzyErr
		}
	}
	if err != nil {
		return "", err
	}
	return checkOffset(m, offset)
}

func checkOffset(m moment, offset int) (string, error) {
	if text, err := m.check(); err != nil || offset == 0 {
		return text, err
	}
	return m.in(offset).check()
}

func cleanDateFormats(value, formats string) (string, error) {
	var first error
	for format := range strings.SplitSeq(formats, "|") {
		m, offset, err := parseLayout(value, format)
		if err == nil {
			var text string
			if text, err = checkOffset(m, offset); err == nil {
				return text, nil
			}
		}
		if first == nil {
			first = err
		}
	}
	return "", first
}

var errNotISO = errors.New("neither YYYY, YYYY-MM, YYYY-MM-DD nor that with a time")

// parseISO reads YYYY[-M[-D[(T| )H[:M[:S[.f]]][zone]]]]. A month or day of 00
// behind a real year means that it is not known.
func parseISO(s string) (m moment, offset int, err error) {
	m = noMoment
	sc := scanner{s: s}
	if m.year, err = sc.digits(4, 4); err != nil {
		return m, 0, errNotISO
	}
	if m.year == 0 {
		return m, 0, errors.New("year 0 is no date")
	}
	if sc.done() {
		return m, 0, nil
	}
	if !sc.take('-') {
		return m, 0, errNotISO
	}
	if m.month, err = sc.digits(1, 2); err != nil {
		return m, 0, errNotISO
	}
	if sc.take('-') {
		if m.day, err = sc.digits(1, 2); err != nil {
			return m, 0, errNotISO
		}
	}
	if m.day != -1 && !sc.done() {
		if !sc.take('T') && !sc.take('t') && !sc.take(' ') {
			return m, 0, errNotISO
		}
		if offset, err = sc.clock(&m); err != nil {
			return m, 0, err
		}
	}
	if !sc.done() {
		return m, 0, errNotISO
	}
	if m.month == 0 || m.day == 0 {
		m.hour, m.minute, m.second, offset = -1, -1, -1, 0
	}
	if m.day == 0 {
		m.day = -1
	}
	if m.month == 0 {
		if m.day != -1 {
			return m, 0, errors.New("a day without a month")
		}
		m.month = -1
	}
	return m, offset, nil
}

// clock reads H[:M[:S[.f]]] and a zone, whose offset it gives in minutes.
// Fractions of a second are dropped.
func (sc *scanner) clock(m *moment) (offset int, err error) {
	if m.hour, err = sc.digits(1, 2); err != nil {
		return 0, errNotISO
	}
	if sc.take(':') {
		if m.minute, err = sc.digits(2, 2); err != nil {
			return 0, errNotISO
		}
		if sc.take(':') {
			if m.second, err = sc.digits(2, 2); err != nil {
				return 0, errNotISO
			}
			if sc.take('.') || sc.take(',') {
				if _, err = sc.digits(1, 9); err != nil {
					return 0, errNotISO
				}
			}
		}
	}
	return sc.zone()
}

// zone reads Z, UTC, GMT, ±HH, ±HHMM or ±HH:MM, or nothing.
func (sc *scanner) zone() (offset int, err error) {
	sc.take(' ')
	for _, utc := range []string{"Z", "z", "UTC", "GMT"} {
		if rest, ok := strings.CutPrefix(sc.s, utc); ok {
			sc.s = rest
			return 0, nil
		}
	}
	sign := 1
	switch {
	case sc.take('-'):
		sign = -1
	case !sc.take('+'):
		return 0, nil
	}
	hours, err := sc.digits(2, 2)
	if err != nil {
		return 0, errNotISO
	}
	minutes := 0
	if sc.take(':') || !sc.done() {
		if minutes, err = sc.digits(2, 2); err != nil {
			return 0, errNotISO
		}
	}
	if hours > 15 || minutes > 59 {
		return 0, errors.New("no such offset from UTC")
	}
	return sign * (hours*60 + minutes), nil
}

// A scanner eats a text from the front.
type scanner struct{ s string }

func (sc *scanner) done() bool { return sc.s == "" }

func (sc *scanner) take(c byte) bool {
	if sc.s == "" || sc.s[0] != c {
		return false
	}
	sc.s = sc.s[1:]
	return true
}

// digits reads a number of least to most digits, as many as there are.
func (sc *scanner) digits(least, most int) (int, error) {
	n := 0
	for n < len(sc.s) && n < most && sc.s[n] >= '0' && sc.s[n] <= '9' {
		n++
	}
	if n < least {
		return -1, errors.New("too few digits")
	}
	number, err := strconv.Atoi(sc.s[:n])
	sc.s = sc.s[n:]
	return number, err
}

// letters reads as many ASCII letters as there are, in lower case.
func (sc *scanner) letters() string {
	n := 0
	for n < len(sc.s) && (sc.s[n]|0x20 >= 'a' && sc.s[n]|0x20 <= 'z') {
		n++
	}
	word := strings.ToLower(sc.s[:n])
	sc.s = sc.s[n:]
	return word
}

// CutDay cuts the time of day off an ISO 8601 date.
func CutDay(date string) string { return date[:min(len(date), len("2006-01-02"))] }
