package mail

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// params reads a value with parameters ("text/plain; charset=utf-8"): the value
// in lower case, and the parameters decoded by RFC 2231, or by RFC 2047 as many
// programs write them. What is not quoted may hold anything but a semicolon.
func params(value, hint string) (main string, values map[string]string) {
	main, rest, _ := strings.Cut(value, ";")
	main = strings.ToLower(strings.TrimSpace(withoutComments(main)))
	values = map[string]string{}
	pieces := map[string][]piece{}
	for rest != "" && len(values) < 64 && len(pieces) < 64 {
		var key, val string
		key, val, rest = param(rest)
		if key == "" {
			continue
		}
		if name, number, coded, is := continued(key); is {
			pieces[name] = append(pieces[name], piece{number, coded, val})
			continue
		}
		if _, twice := values[key]; !twice {
			values[key] = decode(val, hint)
		}
	}
	for name, list := range pieces {
		values[name] = join(list)
	}
	return main, values
}

// param reads one parameter.
func param(s string) (key, val, rest string) {
	eq := strings.IndexByte(s, '=')
	semi := strings.IndexByte(s, ';')
	if eq < 0 || semi >= 0 && semi < eq {
		_, rest, _ = strings.Cut(s, ";")
		return "", "", rest
	}
	key = strings.ToLower(strings.TrimSpace(s[:eq]))
	s = strings.TrimLeft(s[eq+1:], " \t\r\n")
	if !strings.HasPrefix(s, `"`) {
		val, rest, _ = strings.Cut(s, ";")
		return key, strings.TrimSpace(val), rest
	}
	var b strings.Builder
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
	}
	_, rest, _ = strings.Cut(s[min(i+1, len(s)):], ";")
	return key, b.String(), rest
}

// A piece is a part of a value that RFC 2231 let continue.
type piece struct {
	number int
	coded  bool
	text   string
}

// continued takes a name of RFC 2231 apart: "name*0*", "name*1", "name*".
func continued(key string) (name string, number int, coded, is bool) {
	name, rest, found := strings.Cut(key, "*")
	if !found || name == "" {
		return "", 0, false, false
	}
	digits := strings.TrimSuffix(rest, "*")
	coded = rest == "" || digits != rest
	if digits != "" {
		n, err := strconv.Atoi(digits)
		if err != nil || n < 0 || n > 1000 {
			return "", 0, false, false
		}
		number = n
	}
	return name, number, coded, true
}

func join(list []piece) string {
	slices.SortStableFunc(list, func(a, b piece) int { return a.number - b.number })
	charset := ""
	var b strings.Builder
	for i, p := range list {
		if !p.coded {
			b.WriteString(p.text)
			continue
		}
		s := p.text
		if i == 0 {
			if name, rest, found := strings.Cut(s, "'"); found {
				if _, value, found := strings.Cut(rest, "'"); found {
					charset, s = name, value
				}
			}
		}
		b.WriteString(percent(s))
	}
	return decode(text([]byte(b.String()), charset), "")
}

// percent decodes %XX; a sign that begins no code stands for itself.
func percent(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && isHex(s[i+1:]) {
			b.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// withoutComments drops what stands in parentheses, outside of quotes.
func withoutComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			if depth == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			depth++
			continue
		case c == ')' && !quoted && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
