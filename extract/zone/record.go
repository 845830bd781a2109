package zone

import (
	"regexp"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

// state is what one entry leaves behind for the next.
type state struct {
	reader *Reader
	origin string // as names are given: lower case, no last dot; "." is the root
	known  bool   // an origin was given
	owner  extract.Value
	ttl    extract.Value // of $TTL, else of the last record that had one
	fixed  bool          // ttl came from $TTL
	class  string
}

var (
	timePattern = regexp.MustCompile(`^(?i:\d+|(\d+[wdhms])+)$`)
	typePattern = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)
)

// read gives the values of an entry by column, nil for a directive, or the
// reason why it cannot be had.
func (s *state) read(e *entry) (values []extract.Value, reason string) {
	switch {
	case e.bad != "":
		return nil, e.bad
	case !e.indent && strings.HasPrefix(e.tokens[0].text, "$") && !e.tokens[0].quoted:
		return nil, s.directive(e)
	}
	return s.record(e)
}

func (s *state) directive(e *entry) string {
	name := strings.ToUpper(e.tokens[0].text)
	switch name {
	case "$INCLUDE":
		return "$INCLUDE names another file; it is not followed"
	case "$GENERATE":
		return "$GENERATE stands for a range of records; they are not made"
	case "$ORIGIN", "$TTL":
	default:
		return "an unknown directive"
	}
	if len(e.tokens) < 2 {
		return name + " has no value"
	}
	value := e.tokens[1].text
	if name == "$ORIGIN" {
		full, _ := s.name(value, e)
		s.origin, s.known = full, true
		return ""
	}
	seconds, ok := inSeconds(value)
	if !ok {
		return "$TTL is no time"
	}
	s.ttl, s.fixed = reading(seconds, value), true
	return ""
}

// record reads: owner, then time and class in either order or not at all, then
// type and data.
func (s *state) record(e *entry) ([]extract.Value, string) {
	rest := e.tokens
	if !e.indent {
		full, ok := s.name(rest[0].text, e)
		if !ok {
			s.owner = extract.Value{None: true}
			return nil, "the name @ stands for an origin that the file does not give"
		}
		s.owner = reading(full, rest[0].text)
		rest = rest[1:]
	} else if s.owner.None || s.owner.Text == "" {
		return nil, "the record has no owner, and there is none before it"
	}
	ttl, class := s.ttl, extract.Value{Text: s.class}
	rest, ttl, class = s.prefix(rest, ttl, class)
	if len(rest) == 0 {
		return nil, "the record has no type"
	}
	kind := strings.ToUpper(rest[0].text)
	if rest[0].quoted || !typePattern.MatchString(kind) {
		return nil, "what stands where the type should is none"
	}
	if kind == "SOA" && !s.known {
		// What a zone is called is where its names are relative to.
		s.origin, s.known = s.owner.Text, true
	}
	out := make([]extract.Value, len(columnIndex))
	for i := range out {
		out[i].None = true
	}
	out[0], out[1], out[2] = s.owner, ttl, class
	out[3] = reading(kind, rest[0].text)
	out[4] = extract.Value{Text: written(rest[1:])}
	return out, s.data(kind, rest[1:], out, e)
}

// prefix reads the time and the class of a record. What is not stated is that
// of the record before, of $TTL, and IN.
func (s *state) prefix(rest []token, ttl, class extract.Value) ([]token, extract.Value, extract.Value) {
	if ttl.Text == "" {
		ttl.None = true
	}
	if class.Text == "" {
		class.Text = "IN"
	}
	timed, classed := false, false
	for len(rest) > 0 && !rest[0].quoted {
		word := rest[0].text
		upper := strings.ToUpper(word)
		seconds, isTime := inSeconds(word)
		switch {
		case isTime && !timed:
			timed, ttl = true, reading(seconds, word)
			if !s.fixed {
				s.ttl = ttl
			}
		case !classed && (upper == "IN" || upper == "CH" || upper == "HS" || upper == "CS" || strings.HasPrefix(upper, "CLASS")):
			classed, class = true, reading(upper, word)
			s.class = upper
		default:
			return rest, ttl, class
		}
		rest = rest[1:]
	}
	return rest, ttl, class
}

// reading is a value that was written in another way.
func reading(text, raw string) extract.Value {
	if raw == text {
		raw = ""
	}
	return extract.Value{Text: text, Raw: raw}
}

// name completes a name. It is not ok for "@" where there is no origin.
func (s *state) name(word string, e *entry) (full string, ok bool) {
	lower := strings.ToLower(word)
	switch {
	case word == "@":
		return s.origin, s.known
	case lower == ".":
		return ".", true
	case strings.HasSuffix(lower, ".") && !endsEscaped(lower[:len(lower)-1]):
		return lower[:len(lower)-1], true
	case !s.known:
		s.reader.tally.Add("no_origin", "a relative name stands before any origin; it is given as written",
			overt.Locator{Table: s.reader.opts.Table, Row: e.line})
		return lower, true
	case s.origin == ".":
		return lower, true
	}
	return lower + "." + s.origin, true
}

// endsEscaped says whether the byte after s is escaped by a backslash.
func endsEscaped(s string) bool {
	n := len(s) - len(strings.TrimRight(s, `\`))
	return n%2 == 1
}

// inSeconds reads a time: a number, or numbers with units as in "1h30m".
func inSeconds(word string) (string, bool) {
	if !timePattern.MatchString(word) {
		return "", false
	}
	total, n := uint64(0), uint64(0)
	for _, c := range strings.ToLower(word) {
		switch {
		case c >= '0' && c <= '9':
			if n = n*10 + uint64(c-'0'); n > 1<<32 {
				return "", false
			}
			continue
		case c == 'w':
			n *= 7 * 86400
		case c == 'd':
			n *= 86400
		case c == 'h':
			n *= 3600
		case c == 'm':
			n *= 60
		}
		total, n = total+n, 0
	}
	return strconv.FormatUint(total+n, 10), true
}
