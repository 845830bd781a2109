package extract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The shapes a value can have; enough to tell a header from data.
const (
	shapeEmpty = 'e'
	shapeNum   = 'n'
	shapeDate  = 'd'
	shapeText  = 't'
)

// shapeOf classes a value as empty, number, date or text.
func shapeOf(s string) byte {
	s = strings.TrimSpace(s)
	if s == "" {
		return shapeEmpty
	}
	if len(s) > 40 {
		return shapeText
	}
	digits, letters, other, seps := 0, 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' || c == ',':
		case c == '-' || c == '/' || c == ':':
			seps++
		case c == '+' || c == '$' || c == '%' || c == '(' || c == ')' || c == ' ':
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			letters++
		default:
			other++
		}
	}
	leadMinus := s[0] == '-'
	switch {
	case digits == 0 || other > 0:
		return shapeText
	case letters == 0 && (seps == 0 || seps == 1 && leadMinus):
		return shapeNum
	case isDate(s, digits, letters, seps):
		return shapeDate
	}
	return shapeText
}

// isDate takes 2021-03-04 with or without a time, 03/04/2021 and 12-FEB-2007.
func isDate(s string, digits, letters, seps int) bool {
	if seps < 2 || digits < 3 || s[0] < '0' || s[0] > '9' {
		return false
	}
	if letters == 0 {
		return digits <= 20
	}
	if letters <= 2 && strings.ContainsAny(s, "TZ") {
		return true
	}
	return letters == 3 && digits >= 3 && digits <= 6
}

// A HeaderGuess says whether the first record of a table names its columns.
type HeaderGuess struct {
	Present bool
	Sure    float64 // in [0,1]
	Why     string  // a sentence for people
}

// GuessHeader looks at the first records of a table. The first is taken for a
// header unless it looks like the data below it: the same numbers and dates in
// the same columns, or values that come again.
func GuessHeader(rows [][]string) HeaderGuess {
	if len(rows) < 2 {
		return HeaderGuess{Present: true, Sure: 0.5, Why: "the only line is taken for the header"}
	}
	first := rows[0]
	below := make([][]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		// A header may be repeated further down where files were joined.
		if !slices.Equal(r, first) {
			below = append(below, r)
		}
	}
	forData, forHeader := 0, 0
	for j, v := range first {
		switch voteColumn(v, j, below) {
		case 'd':
			forData++
		case 'h':
			forHeader++
		}
	}
	votes := float64(forData + forHeader)
	if forData > forHeader {
		return HeaderGuess{Sure: 0.5 + 0.5*float64(forData)/(votes+1),
			Why: fmt.Sprintf("no header: %d of %d values of the first line look like the data below them", forData, len(first))}
	}
	sure := 0.7
	if forHeader > 0 {
		sure = 0.5 + 0.5*float64(forHeader)/(votes+1)
	}
	return HeaderGuess{Present: true, Sure: sure, Why: "the first line is the header"}
}

// maxTitles is how many rows may stand above a header.
const maxTitles = 20

// Titles says how many of the first records of a table stand above its header:
// titles, remarks and names of groups of columns, as tables made for printing
// have them. The header is the first record that has names in at least three
// columns, in twice as many as any record above it has values, and that is no
// wider than what stands below: half of those records fill more than half of its
// columns. Where there is no such record there are no titles.
func Titles(rows [][]string) int {
	above := 0 // values of the fullest record so far
	for k, row := range rows[:min(len(rows), maxTitles+1)] {
		n := filled(row)
		if k > 0 && n >= 3 && n >= 2*above && areNames(row) && mostlyFilled(rows[k+1:], n) && GuessHeader(rows[k:]).Present {
			return k
		}
		above = max(above, n)
	}
	return 0
}

func filled(row []string) int {
	n := 0
	for _, v := range row {
		if strings.TrimSpace(v) != "" {
			n++
		}
	}
	return n
}

// areNames says whether the values of a record could name columns: texts or
// years, more of them different than not.
func areNames(row []string) bool {
	seen := map[string]bool{}
	for _, v := range row {
		v = strings.TrimSpace(v)
		if v == "" {
			continue
		}
		if shapeOf(v) != shapeText && !isYear(v) {
			return false
		}
		seen[v] = true
	}
	return 2*len(seen) > filled(row)
}

// mostlyFilled says whether half of the records or more have values in more
// than half of n columns.
func mostlyFilled(rows [][]string, n int) bool {
	full := 0
	for _, r := range rows {
		if 2*filled(r) > n {
			full++
		}
	}
	return full > 0 && 2*full >= len(rows)
}

// voteColumn compares one value of the first record with its column: 'd' when
// it looks like data, 'h' when it looks like a name, 0 when it says nothing.
func voteColumn(v string, j int, below [][]string) byte {
	var shapes [256]int
	filled, again := 0, false
	for _, r := range below {
		if j >= len(r) {
			continue
		}
		if s := shapeOf(r[j]); s != shapeEmpty {
			shapes[s]++
			filled++
			again = again || r[j] == v
		}
	}
	own := shapeOf(v)
	if filled == 0 || own == shapeEmpty {
		return 0
	}
	typed := shapes[shapeNum] + shapes[shapeDate]
	switch {
	case own == shapeText && again:
		return 'd'
	case own == shapeText && typed*5 >= filled*4:
		return 'h'
	case own == shapeText:
		return 0
	case isYear(v) && !again:
		// Years are favourite column names of tables over time.
		return 0
	case shapes[own]*5 >= filled*4:
		return 'd'
	}
	return 0
}

func isYear(v string) bool {
	n, err := strconv.Atoi(strings.TrimSpace(v))
	return err == nil && n >= 1800 && n <= 2100
}

// HeaderNames makes column names of the values of a header line: surrounding
// blanks are cut, an empty name becomes its number "#3", and the second of two
// equal names gets " (2)". The result is as long as width, at least, and has no
// duplicates.
func HeaderNames(values []string, width int) []string {
	names := make([]string, max(len(values), width))
	used := make(map[string]bool, len(names))
	next := make(map[string]int) // the number to try, so that equal names cost linear time
	for i := range names {
		base := ""
		if i < len(values) {
			base = strings.TrimSpace(values[i])
		}
		if base == "" {
			base = "#" + strconv.Itoa(i+1)
		}
		name := base
		for used[name] {
			next[base] = max(next[base], 1) + 1
			name = fmt.Sprintf("%s (%d)", base, next[base])
		}
		used[name] = true
		names[i] = name
	}
	return names
}

// ColumnNumber reads "#3" as index 2, for tables of width columns.
func ColumnNumber(path string, width int) (int, bool) {
	if !strings.HasPrefix(path, "#") {
		return 0, false
	}
	n, err := strconv.Atoi(path[1:])
	return n - 1, err == nil && n >= 1 && n <= width
}
