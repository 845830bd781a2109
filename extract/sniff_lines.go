package extract

import (
	"regexp"
	"strings"
)

var (
	zoneDirective = regexp.MustCompile(`^\$(?i:ORIGIN|TTL|GENERATE|INCLUDE)[ \t]`)
	zoneStart     = regexp.MustCompile(`^[^\s,;"]*[ \t]+(\d\w*[ \t]+)?(?i:(IN|CH|HS)[ \t]+)?(\d\w*[ \t]+)?(?i:SOA)[ \t]+[^\s,;"]+[ \t]+[^\s,;"]+([ \t(]|$)`)
)

// isZone goes by the first line that is neither blank nor a comment: a zone
// begins with a directive or the SOA record (RFC 1035, section 5).
func isZone(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(strings.TrimPrefix(line, "\ufeff"), " \t\r")
		if line == "" || strings.TrimLeft(line, " \t")[0] == ';' {
			continue
		}
		return zoneDirective.MatchString(line) || zoneStart.MatchString(line)
	}
	return false
}

var yamlLine = regexp.MustCompile(`^(- |-$|\? |[\]})]|&|!|["'][^"']*["'][ \t]*:([ \t]|$)|[^\s"'#:,|][^#:,|]*:([ \t]|$))`)

// isYAML is sure of documents that begin with a directive or with "---" and
// whose lines at the margin go on as YAML; text of other kinds, a letter or
// front matter before a page, does not. YAML without that is told by its name.
func isYAML(text string) bool {
	marked, lines, fit := false, 0, 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text, "\ufeff"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		switch {
		case line == "" || line[0] == '#':
			continue
		case !marked && (strings.HasPrefix(line, "%YAML ") || strings.HasPrefix(line, "%TAG ")):
			continue
		case line == "---" || strings.HasPrefix(line, "--- "):
			marked = true
			continue
		case !marked:
			return false
		case line == "..." || line[0] == ' ' || line[0] == '\t':
			continue
		}
		if lines++; yamlLine.MatchString(line) {
			fit++
		}
	}
	return marked && lines > 0 && fit*20 >= lines*19
}
