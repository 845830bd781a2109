package ftm

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A layoutReading is what the directives of a layout have found so far.
type layoutReading struct {
	moment
	offset int
	pm     int // 0 none, 1 am, 2 pm
	yday   int
	hour12 bool
}

// parseLayout reads s by strptime directives: %Y %y %m %d %e %b %B %h %H %I %M
// %S %f %p %j %a %A %z %Z %T %R %D %F %n %t %%. As there, numbers may lack
// their leading zero and a blank stands for any blanks. The precision of the
// result is that of the finest directive. %y below 69 is 20yy (POSIX).
func parseLayout(s, layout string) (moment, int, error) {
	r := layoutReading{moment: noMoment, yday: -1}
	sc := scanner{s: s}
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		switch {
		case c == ' ':
			sc.s = strings.TrimLeft(sc.s, " ")
		case c != '%':
			if !sc.take(c) {
				return noMoment, 0, fmt.Errorf("does not follow the format %s", layout)
			}
		case i+1 == len(layout):
			return noMoment, 0, errors.New("format ends in %")
		default:
			i++
			known, ok := r.directive(layout[i], &sc)
			if !known {
				return noMoment, 0, fmt.Errorf("format has the unknown directive %%%c", layout[i])
			}
			if !ok {
				return noMoment, 0, fmt.Errorf("does not follow the format %s", layout)
			}
		}
	}
	if !sc.done() {
		return noMoment, 0, fmt.Errorf("goes on behind the format %s", layout)
	}
	return r.finish()
}

// directive reads one; known is false for a letter strptime does not have.
func (r *layoutReading) directive(letter byte, sc *scanner) (known, ok bool) {
	number := func(into *int, least, most int) bool {
		n, err := sc.digits(least, most)
		*into = n
		return err == nil
	}
	var ignored int
	switch letter {
	case 'Y':
		return true, number(&r.year, 4, 4)
	case 'y':
		ok = number(&r.year, 2, 2)
		if r.year += 1900; r.year < 1969 {
			r.year += 100
		}
		return true, ok
	case 'm':
		return true, number(&r.month, 1, 2)
	case 'd', 'e':
		sc.s = strings.TrimLeft(sc.s, " ")
		return true, number(&r.day, 1, 2)
	case 'b', 'B', 'h':
		r.month = monthByName(sc.letters())
		sc.take('.')
		return true, r.month > 0
	case 'H':
		return true, number(&r.hour, 1, 2)
	case 'I':
		r.hour12 = true
		return true, number(&r.hour, 1, 2)
	case 'M':
		return true, number(&r.minute, 1, 2)
	case 'S':
		return true, number(&r.second, 1, 2)
	case 'f':
		return true, number(&ignored, 1, 9)
	case 'j':
		return true, number(&r.yday, 1, 3)
	case 'p':
		r.pm = map[string]int{"am": 1, "pm": 2}[sc.letters()]
		return true, r.pm != 0
	case 'a', 'A':
		return true, isWeekday(sc.letters())
	case 'z', 'Z':
		offset, err := sc.zone()
		r.offset = offset
		return true, err == nil
	case 'T':
		return true, r.sequence("H:M:S", sc)
	case 'R':
		return true, r.sequence("H:M", sc)
	case 'D':
		return true, r.sequence("m/d/y", sc)
	case 'F':
		return true, r.sequence("Y-m-d", sc)
	case 'n', 't':
		sc.s = strings.TrimLeft(sc.s, " ")
		return true, true
	case '%':
		return true, sc.take('%')
	}
	return false, false
}

// sequence reads directives that stand alternately with one separator each.
func (r *layoutReading) sequence(parts string, sc *scanner) bool {
	for i := range len(parts) {
		if i%2 == 1 {
			if !sc.take(parts[i]) {
				return false
			}
		} else if _, ok := r.directive(parts[i], sc); !ok {
			return false
		}
	}
	return true
}

func (r *layoutReading) finish() (moment, int, error) {
	m := r.moment
	if r.yday != -1 {
		if r.yday < 1 || m.year < minYear || r.yday > 337+daysIn(m.year, 2) {
			return noMoment, 0, errors.New("there is no such day of the year")
		}
		t := time.Date(m.year, 1, r.yday, 0, 0, 0, 0, time.UTC)
		m.month, m.day = int(t.Month()), t.Day()
	}
	if r.hour12 {
		if m.hour < 1 || m.hour > 12 {
			return noMoment, 0, errors.New("there is no such hour on a twelve-hour clock")
		}
		m.hour %= 12
		if r.pm == 2 {
			m.hour += 12
		}
	}
	switch {
	case m.year == -1:
		return noMoment, 0, errors.New("format has no year")
	case m.month == -1 && m.day != -1, m.day == -1 && m.hour != -1, m.hour == -1 && m.minute != -1, m.minute == -1 && m.second != -1:
		return noMoment, 0, errors.New("format leaves out a part between year and the finest one")
	}
	return m, r.offset, nil
}
