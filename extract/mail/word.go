package mail

import (
	"io"
	"strings"

	"overt/extract/charset"
)

// decodeWords decodes the encoded words of RFC 2047, and those that programs
// write against it: with blanks inside, within quotes, without padding, with a
// character cut between two words.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var b strings.Builder
	var run []byte // of adjacent words of one encoding
	name, inRun := "", false
	for {
		start := strings.Index(s, "=?")
		if start < 0 {
			break
		}
		word, n := encodedWord(s[start:])
		if n == 0 {
			b.WriteString(text(run, name) + s[:start+2])
			run, inRun, s = nil, false, s[start+2:]
			continue
		}
		between := s[:start]
		adjacent := inRun && strings.TrimSpace(between) == ""
		if !adjacent || !strings.EqualFold(name, word.charset) {
			b.WriteString(text(run, name))
			run = nil
		}
		if !adjacent {
			b.WriteString(between)
		}
		run, name, inRun, s = append(run, word.bytes...), word.charset, true, s[start+n:]
	}
	b.WriteString(text(run, name) + s)
	return b.String()
}

type encoded struct {
	charset string
	bytes   []byte
}

// encodedWord reads the word at the beginning of s; n is its length, 0 when it is
// none.
func encodedWord(s string) (w encoded, n int) {
	const maxName = 64
	rest := s[2:]
	name, rest, found := strings.Cut(rest, "?")
	if !found || len(name) == 0 || len(name) > maxName || strings.ContainsAny(name, " \t<>\"") || len(rest) < 2 || rest[1] != '?' {
		return w, 0
	}
	how := rest[0] | 0x20
	content := rest[2:]
	end := strings.Index(content, "?=")
	// "=?utf-8?Q?=41?=": the first "?=" may begin the content itself.
	if end == 0 && strings.HasPrefix(content, "?=") && how == 'q' && len(content) > 2 && isHex(content[2:]) {
		end = -1
	}
	if end < 0 {
		return w, 0
	}
	w.charset, _, _ = strings.Cut(name, "*") // a language may follow, RFC 2231
	body := content[:end]
	var r io.Reader
	switch how {
	case 'b':
		r = newBase64(strings.NewReader(body))
	case 'q':
		r = newQuoted(strings.NewReader(strings.ReplaceAll(body, "_", "=20")))
	default:
		return w, 0
	}
	w.bytes, _ = io.ReadAll(r)
	return w, len(s) - len(content) + end + 2
}

func isHex(s string) bool {
	return len(s) >= 2 && strings.Trim(s[:2], "0123456789ABCDEFabcdef") == ""
}

// text decodes bytes of a named encoding, or of the likeliest when nobody knows
// the name.
func text(b []byte, name string) string {
	if len(b) == 0 {
		return ""
	}
	if strings.EqualFold(name, "utf-7") {
		return utf7(string(b))
	}
	to, err := charset.Text(known(name, b))
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return to(string(b))
}

// known gives the canonical name of a declared encoding; the likeliest one where
// none is declared, where nobody knows the name, or where bytes of a text said to
// be ASCII are none.
func known(name string, head []byte) string {
	canonical, err := charset.Canonical(name)
	if err != nil || name == "" || isASCII(name) {
		return charset.Detect(head).Name
	}
	return canonical
}

func isASCII(name string) bool {
	switch strings.ToLower(name) {
	case "us-ascii", "ascii", "ansi_x3.4-1968", "x-unknown", "unknown-8bit", "unknown", "default", "7bit", "8bit":
		return true
	}
	return false
}
