package mail

import (
	"strings"

	"overt/extract/markup"
)

// addresses reads a list of addresses, each as "Name <address>", "address" or,
// where there is no address, the words that stand there. Groups are taken apart;
// an empty group gives its name.
func addresses(value, hint string) []string {
	var list []string
	for _, item := range items(toUTF8(value, hint)) {
		name, address := mailbox(item)
		if s := markup.Line(nameAndAddress(name, address)); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func nameAndAddress(name, address string) string {
	switch {
	case address == "" || strings.EqualFold(name, address):
		return name
	case name == "":
		return address
	}
	return name + " <" + address + ">"
}

// items cuts a list at the commas and semicolons that separate.
func items(s string) []string {
	var list []string
	start, depth, quoted, angle := 0, 0, false, false
	add := func(end int) {
		if item := strings.TrimSpace(s[start:end]); item != "" {
			list = append(list, item)
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"' && depth == 0:
			// A quote that never closes is a character.
			quoted = !quoted && closes(s[i+1:])
		case quoted:
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case depth > 0:
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case angle:
		case c == ':':
			if rest := strings.TrimSpace(s[i+1:]); rest == ";" || rest == "" {
				add(i)
			}
			start = i + 1
		case c == ',' || c == ';':
			add(i)
			start = i + 1
		}
	}
	if start < len(s) {
		add(len(s))
	}
	return list
}

// closes says whether a quote ends soon: within the longest name people have.
func closes(s string) bool { return strings.Contains(s[:min(len(s), 1000)], `"`) }

// mailbox takes an item apart.
func mailbox(item string) (name, address string) {
	if open := strings.LastIndexByte(item, '<'); open >= 0 {
		address, _, _ = strings.Cut(item[open+1:], ">")
		return unquote(item[:open]), strings.TrimSpace(address)
	}
	bare := strings.TrimSpace(withoutComments(item))
	if !strings.Contains(bare, "@") {
		return unquote(item), ""
	}
	if from, to := strings.IndexByte(item, '('), strings.LastIndexByte(item, ')'); from >= 0 && to > from {
		name = unquote(item[from+1 : to])
	}
	return name, bare
}

// unquote gives a name without quotes, decoded.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] != '"':
			b.WriteByte(s[i])
		}
	}
	name := markup.Line(decodeWords(b.String()))
	return strings.TrimSpace(strings.Trim(name, "'"))
}

// Address writes a name and an address as a header has them.
func Address(name, address string) string {
	name, address = markup.Line(name), strings.Trim(markup.Line(address), "<>")
	switch {
	case name == "" || strings.EqualFold(name, address):
		return "<" + address + ">"
	case strings.ContainsAny(name, `()<>[]:;@\,."`) || strings.HasPrefix(name, "'"):
		name = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	if address == "" {
		return name
	}
	return name + " <" + address + ">"
}

// ids gives the message ids of a field, without brackets.
func ids(value string) []string {
	var list []string
	rest := value
	for {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			break
		}
		id, tail, found := strings.Cut(after, ">")
		if !found {
			break
		}
		if id = strings.Join(strings.Fields(id), ""); id != "" {
			list = append(list, markup.Line(id))
		}
		rest = tail
	}
	if len(list) > 0 {
		return list
	}
	for _, word := range strings.Fields(markup.Clean(value)) {
		if strings.Contains(word, "@") {
			list = append(list, strings.Trim(word, "<>,;"))
		}
	}
	return list
}
