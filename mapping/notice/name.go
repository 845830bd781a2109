package notice

import (
	"regexp"
	"strings"
)

// references finds the systems named in a sentence: each number, with the name
// that stands with it.
func references(text string) []ref {
	var out []ref
	hits := numbers(text)
	for i, h := range hits {
		from, to := 0, len(text)
		if i > 0 {
			from = hits[i-1].end
		}
		if i+1 < len(hits) {
			to = hits[i+1].start
		}
		r := ref{System{Number: h.number}, h.start, h.end}
		within := strings.Count(text[:h.start], `"`)%2 == 1
		if name, n := nameAfter(text[h.end:to], within); name != "" {
			r.Name, r.end = name, h.end+n
		} else if name, n := nameBefore(text[from:h.start]); name != "" {
			// What the number before took for its own name is not this one's too.
			if i == 0 || out[i-1].end <= h.start-n {
				r.Name, r.start = name, h.start-n
			}
		}
		out = append(out, r)
	}
	return out
}

var (
	// X-1, "Name" · X-1 titled "Name"
	quoteAfter = regexp.MustCompile(`^"?,? ?(?:(?:titled|entitled|called|named),? )?"([^"]{3,200})"`)
	// X-1, Name With Capitals · X-1: Name · within quotes: "X-1 Name"
	plainAfter = regexp.MustCompile(`^[,:]? ?-{0,2} ?((?:(?:[A-Z0-9]|[a-z]-?[A-Z])[\w.&'/()-]*|&)(?: (?:(?:\(?[A-Z0-9][\w.&'/()-]*)|of|and|the|for|in|on|to|or|by|&|-{1,2}))*)`)
	listed     = regexp.MustCompile(`^[,:]? ?-{0,2} ?[A-Z0-9][\w.&'/()-]*(?:,? (?:\(?[A-Z0-9][\w.&'/()-]*|of|and|the|for|in|on|to|or|by|&|-{1,2}))*$`)
	longAfter  = regexp.MustCompile(`^[,:]? ?-{0,2} ?[A-Z0-9][\w.&'/()-]*(?:,? (?:\(?[A-Z0-9][\w.&'/()-]*|of|and|the|for|in|on|to|or|by|&|-{1,2}))*`)
	goesOn     = regexp.MustCompile(`^, (?:and )?[A-Z]`)
	ending     = regexp.MustCompile(`(?:Systems?|Records|Files?|Database|Program|Processing|Authorization|\([A-Z]{2,}\)|-VA)$`)
	// "Name" (X-1 · "Name," X-1
	quoteBefore = regexp.MustCompile(`"([^"]{3,200})",? ?\(?(?:SORN |[Nn]umber |No\. )?$`)
	// titled Name (X-1 · System of Records, Name, X-1
	plainBefore = regexp.MustCompile(`(?:[Tt]itled|[Ee]ntitled|[Cc]alled|[Nn]amed|[Ss]ystems? of [Rr]ecords),? (?:the )?([A-Z][^";:]{2,160}?),? ?\(?$`)
	suffix      = regexp.MustCompile(`(?i)[ ,-]*\b(?:privacy act )?systems? of records?(?: notices?)?(?: \((?:SORN|SOR)\))?[ .,]*$`)
	connector   = regexp.MustCompile(`(?:[ ,]+(?:of|and|the|for|in|on|to|or|by|&|-{1,2}|as))+$`)
	numbered    = regexp.MustCompile(`(?i),? (?:systems? )?(?:no|nos|number)\.?$`)
	begins      = regexp.MustCompile(`^(?:[A-Z0-9]|[a-z]-?[A-Z])`)
	anyNumber   = regexp.MustCompile(`^[A-Z&/]+-?\d+$`)
	systemWord  = regexp.MustCompile(`(?i)^(?:systems?|notices?|SORNs?|records?)(?: of records)?(?: notices?)?$`)
)

// nameAfter gives the name behind a number; within says that the number stands
// inside quotes, so that the name goes on to their end.
func nameAfter(rest string, within bool) (string, int) {
	if i := strings.IndexByte(rest, '"'); within && i > 0 {
		return nameOf(rest[:i]), i
	}
	if m := quoteAfter.FindStringSubmatchIndex(rest); m != nil {
		return nameOf(rest[m[2]:m[3]]), m[1]
	}
	// Where semicolons part the list, commas belong to the names.
	if i := strings.IndexByte(rest, ';'); i > 0 && listed.MatchString(rest[:i]) {
		return nameOf(rest[:i]), i
	}
	m := plainAfter.FindStringSubmatchIndex(rest)
	if m == nil {
		return "", 0
	}
	name := nameOf(rest[m[2]:m[3]])
	if ending.MatchString(name) || !goesOn.MatchString(rest[m[1]:]) {
		return name, m[1]
	}
	// A comma and a capital: the name may go on, which only its end can tell.
	if w := longAfter.FindStringIndex(rest); w != nil && ending.MatchString(nameOf(rest[:w[1]])) {
		return nameOf(rest[:w[1]]), w[1]
	}
	return "", 0
}

func nameBefore(rest string) (string, int) {
	for _, re := range []*regexp.Regexp{quoteBefore, plainBefore} {
		if m := re.FindStringSubmatchIndex(rest); m != nil {
			return nameOf(rest[m[2]:m[3]]), len(rest) - m[2]
		}
	}
	return "", 0
}

// nameOf makes a name of what stands with a number: without the number, "System
// of Records" and the marks around it; "" where nothing but those was there.
func nameOf(s string) string {
	if hits := numbers(s); len(hits) > 0 && hits[0].start == 0 {
		s = s[hits[0].end:]
	}
	s = strings.Trim(s, ` .,;:-"`)
	if !systemWord.MatchString(s) {
		s = suffix.ReplaceAllString(s, "")
	}
	s = strings.Trim(connector.ReplaceAllString(strings.Trim(s, ` .,;:-"`), ""), ` .,;:-"`)
	if strings.Count(s, "(") != strings.Count(s, ")") {
		s = strings.TrimRight(s, ")")
		if i := strings.LastIndexByte(s, '('); i >= 0 && !strings.Contains(s[i:], ")") {
			s = strings.TrimRight(s[:i], " ,")
		}
	}
	s = numbered.ReplaceAllString(s, "")
	if len(s) < 3 || !begins.MatchString(s) || systemWord.MatchString(s) || anyNumber.MatchString(s) {
		return ""
	}
	return s
}

// Name gives the name in "X-1, Name" or "Name, X-1", without the number.
func Name(text string) string {
	if len(text) > MaxText {
		return ""
	}
	t := long.Replace(plainText(text))
	refs := references(t)
	if len(refs) == 0 {
		return nameOf(t)
	}
	if refs[0].Name == "" {
		return nameOf(t[:refs[0].start])
	}
	return refs[0].Name
}
