package mapping

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"overt/extract"
	"overt/ftm"
)

// Classes of refused columns. The first two are refused absolutely, the others
// unless the mapping names a legal basis (Basis).
const (
	ClassBiometric   = "biometric template"
	ClassTrack       = "position track"
	ClassImmigration = "immigration status"
	ClassHealth      = "health"
	ClassReligion    = "religion"
	ClassEthnicity   = "ethnicity"
	ClassUnion       = "union membership"
	ClassSexuality   = "sexuality"
)

// A Refusal is a column that is left out because of what it holds about
// persons.
type Refusal struct {
	Column   string // as the source names it
	Class    string // one of the Class constants
	Reason   string
	Absolute bool // no legal basis lets it in
}

// Screen looks at a source's columns and at some of its records, and says which
// columns may not be kept. It gives each column once, sorted by name. Apply
// refuses by name on its own; what only the values show, it needs to be told
// with Mapping.Refuse.
func Screen(columns []string, sample []extract.Record) []Refusal {
	found := map[string]Refusal{}
	seen := map[string]bool{}
	look := func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if r, ok := refuse(name); ok {
			found[name] = r
		}
	}
	for _, c := range columns {
		look(c)
	}
	for _, rec := range sample {
		for _, c := range rec.Columns() {
			look(c)
			if _, ok := found[c]; !ok {
				if r, ok := refuseValues(c, rec.Cells(c)); ok {
					found[c] = r
				}
			}
		}
		addTracks(found, rec.Columns())
	}
	addTracks(found, columns)
	out := make([]Refusal, 0, len(found))
	for _, r := range found {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b Refusal) int { return cmp.Compare(a.Column, b.Column) })
	return out
}

func addTracks(found map[string]Refusal, columns []string) {
	for c := range trackColumns(columns) {
		found[c] = Refusal{c, ClassTrack, "coordinates beside a time and the number of a person or a device are a track", true}
	}
}

// Refuse gives a mapping that also leaves out the columns of rs. A sensitive
// column for which the mapping names a legal basis stays.
func (m *Mapping) Refuse(rs []Refusal) *Mapping {
	out := m.Only(m.Queries...)
	out.refused = map[string]Refusal{}
	for k, r := range m.refused {
		out.refused[k] = r
	}
	for _, r := range rs {
		if r.Absolute || !hasBasis(m.Sensitive, r.Column) {
			out.refused[foldColumn(r.Column)] = r
		}
	}
	return out
}

// maxWords is how long a column name may be to be judged by words inside it: a
// whole question as a header speaks about things, it does not hold them.
const maxWords = 6

// refuse judges a column, or the last parts of a path, by its name.
func refuse(name string) (Refusal, bool) {
	for _, words := range readings(name) {
		if class, ok := classOf(words); ok {
			absolute := class == ClassBiometric || class == ClassTrack
			return Refusal{name, class, reasons[class], absolute}, true
		}
	}
	return Refusal{}, false
}

// readings gives the words of the last part of a path, of the last two, and of
// what follows each dot: neither the alias of a table nor the object that a
// column was taken out of hides what it holds.
func readings(name string) [][]string {
	segments := pathSegments(name)
	var out [][]string
	for n := 1; n <= 2 && n <= len(segments); n++ {
		out = append(out, wordsOf(strings.Join(segments[len(segments)-n:], " ")))
	}
	if len(segments) == 0 {
		return nil
	}
	return append(out, afterDots(segments[len(segments)-1])...)
}

// afterDots gives the words of what follows each dot of a name.
func afterDots(name string) (out [][]string) {
	_, rest, dotted := strings.Cut(name, ".")
	for dotted {
		out = append(out, wordsOf(rest))
		_, rest, dotted = strings.Cut(rest, ".")
	}
	return out
}

// pathSegments gives the named parts of a relative path.
func pathSegments(name string) []string {
	var out []string
	for s := range strings.SplitSeq(name, "/") {
		if s = strings.TrimPrefix(s, "@"); s != "" && s != "*" && s != "." && s != ".." {
			out = append(out, s)
		}
	}
	return out
}

// wordsOf cuts a name at blanks, signs and changes of case, and folds it.
func wordsOf(name string) []string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	words := strings.Fields(ftm.Fold(b.String()))
	for i, w := range words {
		words[i] = singular(w)
	}
	return words
}

func singular(w string) string {
	if len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is") {
		return w[:len(w)-1]
	}
	return w
}

// classOf finds the class of a name by its words. Attributes of organisations
// ("minority owned business") are not about persons.
func classOf(words []string) (string, bool) {
	if len(words) == 0 || len(words) > maxWords {
		return "", false
	}
	line := " " + strings.Join(words, " ") + " "
	organisation := slices.ContainsFunc(words, func(w string) bool { return organisationWords[w] })
	for _, p := range refusedNames() {
		if p.whole && p.line != line || !p.inside && !strings.Contains(line, p.line) || p.inside && !strings.Contains(line, strings.TrimSpace(p.line)) {
			continue
		}
		if organisation && p.class != ClassBiometric && p.class != ClassTrack {
			continue
		}
		return p.class, true
	}
	return "", false
}

// isAmbiguous says that a name may stand for a biometric template or for
// something harmless, such as the fingerprint of a certificate.
func isAmbiguous(name string) bool {
	segments := pathSegments(name)
	if len(segments) == 0 {
		return false
	}
	return slices.ContainsFunc(readings(segments[len(segments)-1]), func(words []string) bool {
		return len(words) <= 4 && slices.ContainsFunc(words, func(w string) bool { return ambiguousWords[w] })
	})
}

// refuseValues judges a column by some of its values.
func refuseValues(name string, cells []extract.Cell) (Refusal, bool) {
	ambiguous := isAmbiguous(name)
	for _, c := range cells {
		text := strings.TrimSpace(c.Text)
		if isEncodedTemplate(text) {
			return Refusal{name, ClassBiometric, "its values begin like biometric records of ISO/IEC 19794", true}, true
		}
		if ambiguous && looksLikeTemplate(text) {
			return Refusal{name, ClassBiometric, "its values are long vectors or encoded bytes under a name used for biometric templates", true}, true
		}
	}
	return Refusal{}, false
}

// isEncodedTemplate knows the first bytes of the biometric data records of
// ISO/IEC 19794 (finger minutiae FMR, finger image FIR, face FAC, iris IIR, each
// with a zero byte), in base64 and in hexadecimal.
func isEncodedTemplate(text string) bool {
	if len(text) < 64 {
		return false
	}
	switch text[:5] {
	case "Rk1SA", "RklSA", "RkFDA", "SUlSA":
		return true
	}
	switch strings.ToLower(text[:8]) {
	case "464d5200", "46495200", "46414300", "49495200":
		return true
	}
	return false
}

// looksLikeTemplate says that a value is a vector of 32 numbers or more, or
// encoded bytes longer than any common hash.
func looksLikeTemplate(text string) bool {
	if len(text) < 64 {
		return false
	}
	numbers, digits, plain := 0, false, true
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits = true
		case c == ',' || c == ' ' || c == ';' || c == '\n':
			if digits {
				numbers++
			}
			digits, plain = false, false
		case c == '.' || c == '[' || c == ']' || c == 'e' && digits:
			plain = plain && c == 'e'
		case c == '-':
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '+' || c == '/' || c == '=' || c == '_':
			if numbers > 0 {
				return false
			}
		default:
			return false
		}
	}
	if digits {
		numbers++
	}
	return numbers >= 32 || plain && len(text) > 128
}

// trackColumns finds coordinates that make a track: latitude and longitude
// beside a time and the number of a person or a device. Ships and aircraft carry
// numbers of their own and stay.
func trackColumns(columns []string) map[string]bool {
	var lat, lon []string
	timed, person := false, false
	for _, c := range columns {
		for _, words := range append([][]string{wordsOf(c)}, afterDots(c)...) {
			if len(words) > maxWords {
				continue
			}
			line := " " + strings.Join(words, " ") + " "
			switch {
			case containsAny(line, latitudeNames):
				lat = append(lat, c)
			case containsAny(line, longitudeNames):
				lon = append(lon, c)
			case containsAny(line, timeNames):
				timed = true
			case containsAny(line, carrierNames):
				person = true
			}
		}
	}
	if len(lat) == 0 || len(lon) == 0 || !timed || !person {
		return nil
	}
	out := map[string]bool{}
	for _, c := range append(lat, lon...) {
		out[c] = true
	}
	return out
}

// containsAny looks for names in a line of words; one with = in front must be
// the whole line.
func containsAny(line string, names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool {
		if whole, ok := strings.CutPrefix(n, "="); ok {
			return line == " "+whole+" "
		}
		return strings.Contains(line, " "+n+" ")
	})
}
