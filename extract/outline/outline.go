// Package outline tells what the beginning of a text shows: which of the words
// that tell sources apart are there, the paths of its values, its first record,
// and how many records it says it holds.
//
// It stands between extract/open and the formats, and runs where foreign bytes
// are read. Its invariant: what it gives is within the bounds of extract.Outline,
// whatever the bytes are; broken bytes end the search and are no error.
package outline

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

// Of outlines the beginning of a text, in UTF-8. Errors: internal, when a pattern
// sought is none.
func Of(format extract.Format, head []byte, sought extract.Sought) (extract.Outline, error) {
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	o := extract.Outline{
		Keys: having(sought.Keys, func(k string) bool {
			return format == extract.YAML && bytes.Contains(head, []byte(k+":")) || bytes.Contains(head, []byte(strconv.Quote(k)))
		}),
	}
	for _, p := range sought.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return o, overt.Errorf(overt.Internal, "", "a pattern that is none: %w", err)
		}
		if re.Match(head) {
			o.Patterns = append(o.Patterns, p)
		}
	}
	if len(sought.Top) > 0 {
		top := topKeys(head)
		o.Top = having(sought.Top, func(k string) bool { return top[k] })
	}
	if len(sought.Fields) > 0 {
		o.First = first(head, sought.Fields)
	}
	if format == extract.XML {
		o.Elements = having(sought.Elements, func(name string) bool { return hasElement(head, name) })
	}
	if sought.Paths {
		o.Paths = paths(format, head)
	}
	if sought.Declared {
		o.Declared = declared(format, head)
	}
	return o, nil
}

func having(names []string, has func(string) bool) (out []string) {
	for _, n := range names {
		if has(n) {
			out = append(out, n)
		}
	}
	return out
}

// hasElement finds the start of an element.
func hasElement(head []byte, name string) bool {
	for i := 0; name != ""; {
		at := bytes.Index(head[i:], []byte(name))
		if at < 0 {
			return false
		}
		at += i
		i = at + len(name)
		if at > 0 && (head[at-1] == '<' || head[at-1] == ':') && i < len(head) && strings.IndexByte(" \t\r\n/>", head[i]) >= 0 {
			return true
		}
	}
	return false
}

// named makes a text one of an outline: valid, and not too long.
func named(s string) string {
	if len(s) > extract.MaxNamed {
		s = s[:extract.MaxNamed-4]
	}
	return strings.ToValidUTF8(s, "")
}
