package mail

import (
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/markup"
)

// unflow joins the lines that a program broke for transport (RFC 3676).
func unflow(text string, delSpace bool) string {
	var b strings.Builder
	depth, joins, begun := 0, false, false
	for l := range strings.SplitSeq(text, "\n") {
		quotes := len(l) - len(strings.TrimLeft(l, ">"))
		words := strings.TrimPrefix(l[quotes:], " ")
		flows := strings.HasSuffix(words, " ") && words != "-- "
		if !joins || quotes != depth || words == "-- " {
			if begun {
				b.WriteByte('\n')
			}
			if quotes > 0 {
				b.WriteString(l[:quotes] + " ")
			}
		}
		if flows && delSpace {
			words = words[:len(words)-1]
		}
		b.WriteString(words)
		depth, joins, begun = quotes, flows, true
	}
	return b.String()
}

// uuencoded takes files out of a text into which they were written, as programs
// did before MIME.
func (r *reading) uuencoded(text string) string {
	const most = 100 // of one text
	for range most {
		start := 0
		if !isBegin([]byte(firstLine(text))) {
			at := nextBegin(text)
			if at < 0 {
				return text
			}
			start = at
		}
		after := text[start:]
		length := strings.Index(after, "\nend")
		if length < 0 {
			return text
		}
		first := firstLine(after)
		_, name, _ := strings.Cut(strings.TrimPrefix(first, "begin "), " ")
		block := after[:length+len("\nend")]
		if !looksUU(block[len(first)+1:]) {
			return text
		}
		f := Part{Open: func() (io.Reader, error) { return newUU(strings.NewReader(block)), nil }}
		f.Path, f.Role, f.Size = markup.Line(name), document.Attached, -1
		r.m.Parts = append(r.m.Parts, f)
		text = text[:start] + strings.TrimPrefix(after[len(block):], "\n")
	}
	return text
}

func firstLine(s string) string {
	l, _, _ := strings.Cut(s, "\n")
	return l
}

// nextBegin finds a line that begins uuencoded data, after the first line.
func nextBegin(text string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], "\nbegin ")
		if at < 0 {
			return -1
		}
		from += at + 1
		if isBegin([]byte(firstLine(text[from:]))) {
			return from
		}
	}
}

// looksUU says whether the first line is uuencoded: as long as it says.
func looksUU(s string) bool {
	l := strings.TrimRight(firstLine(s), "\r")
	if l == "" {
		return false
	}
	want := (int(l[0]-' ')&0x3F + 2) / 3 * 4
	return len(l)-1 >= want-3 && len(l)-1 <= want+2
}
