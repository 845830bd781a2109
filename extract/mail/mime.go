package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
)

// maxParts bounds the parts of one message.
const maxParts = 10_000

// A part is a part of a message and where it lies.
type part struct {
	header   *header
	kind     string // media type in lower case: "text/plain"
	params   map[string]string
	encoding string // Content-Transfer-Encoding in lower case
	section  string // as IMAP numbers parts: "1.2"; empty for the message itself
	digest   bool   // it lies in a digest, where messages are the rule

	start, end int64 // its bytes, without the header
	parts      []*part
	// outside are the ranges before the first part and after the last.
	outside [][2]int64
	seen    bool // its boundary was
	closed  bool // its last boundary was
}

func (p *part) multipart() bool { return strings.HasPrefix(p.kind, "multipart/") }

// A scan finds the parts of a message in one pass.
type scan struct {
	l     *lines
	root  *part
	open  []*part // multiparts, outermost first
	depth int
	count int
	gaps  []document.Gap
}

// scanParts reads the structure of a message that lies at start to end.
func scanParts(ctx context.Context, src io.ReaderAt, start, end int64, depth int) (*scan, error) {
	s := &scan{l: newLines(ctx, src, start, end), depth: depth}
	if err := s.skipBlank(start); err != nil {
		return nil, err
	}
	h, err := readHeader(s.l, maxHeader)
	if err != nil {
		return nil, err
	}
	s.root = newPart(h, "", false)
	s.root.start, s.root.end = s.l.at, end
	s.enter(s.root)
	if len(s.open) == 0 {
		return s, nil
	}
	return s, s.lines(end)
}

// skipBlank passes over a byte order mark and empty lines before a header, where
// one follows that no text would begin with.
func (s *scan) skipBlank(start int64) error {
	from := start
	if mark, _ := s.l.r.Peek(3); string(mark) == "\xef\xbb\xbf" {
		from += 3
		s.l.seek(from)
	}
	for range 100 {
		got, err := s.l.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(got.text)) > 0 {
			if n := fieldName(got.text); n > 0 && isKnownField(string(got.text[:n])) {
				from = got.start
			}
			break
		}
	}
	s.l.seek(from)
	return nil
}

func isKnownField(name string) bool {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "from", "to", "subject", "date", "received", "return-path", "message-id", "mime-version", "content-type", "delivered-to", "reply-to":
		return true
	}
	return false
}

func newPart(h *header, section string, digest bool) *part {
	p := &part{header: h, section: section, digest: digest}
	p.kind, p.params = params(h.get("Content-Type"), "")
	if !strings.Contains(p.kind, "/") {
		p.kind = "text/plain"
		if digest {
			p.kind = "message/rfc822"
		}
	}
	p.encoding = strings.ToLower(strings.Trim(strings.TrimSpace(withoutComments(h.get("Content-Transfer-Encoding"))), `";`))
	return p
}

// enter begins to look for the parts of a multipart.
func (s *scan) enter(p *part) {
	if !p.multipart() {
		return
	}
	if len(s.open) >= s.depth {
		s.gap(p, document.TooMuch, "parts lie too deep inside each other")
		p.kind = "application/octet-stream"
		return
	}
	p.outside = [][2]int64{{p.start, p.end}}
	s.open = append(s.open, p)
}

func (s *scan) gap(p *part, code, reason string) {
	where := "the message"
	if p.section != "" {
		where = "part " + p.section
	}
	s.gaps = append(s.gaps, document.Gap{Where: where, Code: code, Reason: reason})
}

// lines looks for boundaries up to the end.
func (s *scan) lines(end int64) error {
	text := s.root.start // the end of the last line's text
	for {
		got, err := s.l.next()
		if err == io.EOF {
			s.leave(0, end)
			return nil
		}
		if err != nil {
			return err
		}
		if got.first && got.last && bytes.HasPrefix(got.text, []byte("--")) {
			if level, last := s.boundary(got.text); level >= 0 {
				if full, err := s.cross(level, last, text, got); err != nil || full {
					return err
				}
				text = s.l.at
				continue
			}
		}
		text = got.end
	}
}

// boundary gives the multipart whose boundary a line is, -1 when it is none. A
// multipart that names no boundary takes the first line that can be one.
func (s *scan) boundary(text []byte) (level int, last bool) {
	found := bytes.TrimRight(text[2:], " \t")
	for i := len(s.open) - 1; i >= 0; i-- {
		p := s.open[i]
		name := p.params["boundary"]
		if name == "" && len(found) > 0 && !bytes.ContainsAny(found, " \t") {
			name = string(found)
			p.params["boundary"] = name
		}
		switch {
		case name == "":
		case string(found) == name:
			return i, false
		case len(found) == len(name)+2 && string(found[:len(name)]) == name && string(found[len(name):]) == "--":
			return i, true
		}
	}
	return -1, false
}

// cross ends what was open below a multipart and begins its next part. full says
// that no more parts are read.
func (s *scan) cross(level int, last bool, text int64, got line) (full bool, err error) {
	s.leave(level+1, text)
	p := s.open[level]
	s.endPart(p, text)
	p.seen = true
	if last {
		p.closed = true
		p.outside = append(p.outside, [2]int64{got.next, p.end})
		s.open = s.open[:level]
		return len(s.open) == 0, nil // what follows is outside
	}
	if s.count++; s.count > maxParts {
		s.gap(p, document.TooMuch, fmt.Sprintf("there are more than %d parts; what lies after byte %d was not read", maxParts, got.start))
		s.leave(0, got.start)
		return true, nil
	}
	h, err := readHeader(s.l, maxPartHeader)
	if err != nil {
		return false, err
	}
	section := fmt.Sprint(len(p.parts) + 1)
	if p.section != "" {
		section = p.section + "." + section
	}
	child := newPart(h, section, p.kind == "multipart/digest")
	child.start, child.end = s.l.at, p.end
	p.parts = append(p.parts, child)
	s.enter(child)
	return false, nil
}

// leave closes all multiparts from a level on, innermost first.
func (s *scan) leave(level int, text int64) {
	for i := len(s.open) - 1; i >= level; i-- {
		s.endPart(s.open[i], text)
		s.open[i].end = text
		s.open = s.open[:i]
	}
}

// endPart ends the last part of a multipart that is open, or what stands before
// the first.
func (s *scan) endPart(p *part, text int64) {
	if n := len(p.parts); n > 0 && !p.closed {
		child := p.parts[n-1]
		child.end = max(min(child.end, text), child.start)
	} else if n == 0 && len(p.outside) > 0 {
		p.outside[0][1] = max(text, p.outside[0][0])
	}
}
