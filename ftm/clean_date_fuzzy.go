package ftm

import (
	"errors"
	"strconv"
	"strings"
)

var (
	errAmbiguous = errors.New("day and month could be either way round")
	errNotDate   = errors.New("not a date")
)

// monthByName knows English names and their beginnings of three letters or
// more; 0 is none.
func monthByName(word string) int {
	if len(word) < 3 {
		return 0
	}
	for i, name := range []string{
		"january", "february", "march", "april", "may", "june",
		"july", "august", "september", "october", "november", "december",
	} {
		if strings.HasPrefix(name, word) {
			return i + 1
		}
	}
	return 0
}

func isWeekday(word string) bool {
	if len(word) < 3 {
		return false
	}
	for _, name := range []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"} {
		if strings.HasPrefix(name, word) {
			return true
		}
	}
	return false
}

// parseFuzzyDate reads the common long forms (27 March 2014, Mar 27th, 2014,
// March 2014), numbers apart by / . or - whose order is certain, eight digits
// in a row, and a year with a word for "about" before it. A time of day behind
// the date is dropped.
func parseFuzzyDate(s string) (moment, error) {
	s = strings.ToLower(s)
	for _, about := range []string{"circa ", "ca. ", "ca ", "c. ", "approximately ", "about ", "in "} {
		s = strings.TrimPrefix(s, about)
	}
	m := noMoment
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		n, err := strconv.Atoi(s)
		m.year, m.month, m.day = n/10000, n/100%100, n%100
		return m, err
	}
	parts := strings.FieldsFunc(dropTime(s), func(r rune) bool { return strings.ContainsRune(" ,/.-", r) })
	if len(parts) > 0 && isWeekday(parts[0]) {
		parts = parts[1:]
	}
	var numbers []int
	word := -1 // where in numbers the month's name stood
	for _, part := range parts {
		if month := monthByName(part); month > 0 && m.month == -1 {
			m.month, word = month, len(numbers)
			continue
		}
		part = trimOrdinal(part)
		n, err := strconv.Atoi(part)
		if err != nil || len(part) > 4 || len(part) == 3 || part[0] == '+' {
			return m, errNotDate
		}
		if len(part) == 4 && m.year == -1 {
			m.year = n
			// The year's place tells the order of what is left.
			if word == -1 && len(numbers) == 0 && len(parts) == 3 {
				return yearFirst(n, parts[1:])
			}
			continue
		}
		numbers = append(numbers, n)
	}
	return m.place(numbers)
}

func yearFirst(year int, rest []string) (moment, error) {
	m := noMoment
	m.year = year
	month, err := strconv.Atoi(rest[0])
	if err != nil {
		if month = monthByName(rest[0]); month == 0 {
			return m, errNotDate
		}
	}
	day, err := strconv.Atoi(trimOrdinal(rest[1]))
	if err != nil {
		return m, errNotDate
	}
	m.month, m.day = month, day
	return m, nil
}

// place gives the numbers that are not the year their meaning.
func (m moment) place(numbers []int) (moment, error) {
	switch {
	case m.year == -1:
		return m, errNotDate
	case len(numbers) == 0:
		return m, nil
	case len(numbers) == 1 && m.month != -1:
		m.day = numbers[0]
		return m, nil
	case len(numbers) == 1:
		m.month = numbers[0]
		return m, nil
	case len(numbers) == 2 && m.month == -1:
		a, b := numbers[0], numbers[1]
		switch {
		case a == b || a > 12:
			m.day, m.month = a, b
		case b > 12:
			m.month, m.day = a, b
		default:
			return m, errAmbiguous
		}
		return m, nil
	}
	return m, errNotDate
}

func trimOrdinal(s string) string {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if cut, ok := strings.CutSuffix(s, suffix); ok && cut != "" && strings.Trim(cut, "0123456789") == "" {
			return cut
		}
	}
	return s
}

// dropTime cuts a time of day, which a colon gives away.
func dropTime(s string) string {
	colon := strings.IndexByte(s, ':')
	if colon < 0 {
		return s
	}
	if start := strings.LastIndexAny(s[:colon], " t"); start > 0 {
		return s[:start]
	}
	return s
}
