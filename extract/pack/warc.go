package pack

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"overt/extract/document"
)

// maxFields bounds the fields before a record or an answer, in bytes.
const maxFields = 64 << 10

// warc reads archives of the web (ISO 28500): the answers of servers and other
// resources, each under its address. What was asked, and records of the crawl
// itself, are not files; they are counted.
func (p *packed) warc() error {
	other := 0
	for off := int64(0); off < p.in.Size; {
		b, ok := p.at(off, int(min(maxFields, p.in.Size-off)))
		if !ok || !bytes.HasPrefix(b, []byte("WARC/")) {
			if err := p.gap("the rest of the archive", document.Damaged, "no record begins at byte "+itoa(off)); err != nil {
				return err
			}
			break
		}
		fields, n := readFields(b)
		size, err := strconv.ParseInt(fields["content-length"], 10, 64)
		if n == 0 || err != nil || size < 0 || size > p.in.Size {
			if err := p.gap("the rest of the archive", document.Damaged, "the record at byte "+itoa(off)+" has no length"); err != nil {
				return err
			}
			break
		}
		from := off + int64(n)
		off = from + size
		for c, ok := p.at(off, 1); ok && (c[0] == '\r' || c[0] == '\n'); c, ok = p.at(off, 1) {
			off++
		}
		switch fields["warc-type"] {
		case "response", "resource", "conversion":
			if err := p.record(fields, from, size); err != nil {
				return err
			}
		default:
			other++
		}
	}
	if other > 0 {
		return p.note("records", "%d records of the crawl (requests and the like) are no files", other)
	}
	return nil
}

// record says the body of one answer.
func (p *packed) record(fields map[string]string, from, size int64) error {
	m := document.Member{Path: strings.Trim(fields["warc-target-uri"], "<>"), Modified: fields["warc-date"], Type: fields["content-type"], Size: size}
	if strings.HasPrefix(m.Type, "application/http") {
		if b, ok := p.at(from, int(min(maxFields, size))); ok {
			answer, n := readFields(b)
			m.Type, m.Size = answer["content-type"], size-int64(n)
			from, size = from+int64(n), size-int64(n)
			if e := answer["content-encoding"] + answer["transfer-encoding"]; e != "" {
				if err := p.note("encoding", "%s was sent as %s and is given as it was sent", m.Path, e); err != nil {
					return err
				}
			}
		}
	}
	m.Type, m.Charset = mediaType(m.Type)
	m.Path, _ = new(names).text(m.Path)
	m.Modified = clipTo(m.Modified, 40)
	return p.emit(m, p.section(from, size))
}

// arc reads archives of the web in the form that was before WARC: a line with
// address, host, date, type and length before each answer.
func (p *packed) arc() error {
	for off := int64(0); off < p.in.Size; {
		b, ok := p.at(off, int(min(maxFields, p.in.Size-off)))
		end := bytes.IndexByte(b, '\n')
		if ok && end == 0 {
			off++
			continue
		}
		fields := strings.Fields(string(b[:max(end, 0)]))
		size := int64(-1)
		if len(fields) >= 5 {
			if n, err := strconv.ParseInt(fields[len(fields)-1], 10, 64); err == nil && n >= 0 && n <= p.in.Size {
				size = n
			}
		}
		if !ok || size < 0 {
			return p.gap("the rest of the archive", document.Damaged, "no record begins at byte "+itoa(off))
		}
		from := off + int64(end) + 1
		off = from + size
		if strings.HasPrefix(fields[0], "filedesc:") {
			continue // of the archive itself
		}
		date := ""
		if t, err := time.Parse("20060102150405", fields[2]); err == nil {
			date = stamp(t)
		}
		kind := "application/http"
		if h, ok := p.at(from, 5); !ok || string(h) != "HTTP/" {
			kind = fields[3]
		}
		if err := p.record(map[string]string{"warc-target-uri": fields[0], "warc-date": date, "content-type": kind}, from, size); err != nil {
			return err
		}
	}
	return nil
}

// mediaType parts a type from its charset.
func mediaType(s string) (kind, charset string) {
	s = strings.ToValidUTF8(clipTo(s, 200), "")
	kind, rest, _ := strings.Cut(s, ";")
	if _, c, ok := strings.Cut(strings.ToLower(rest), "charset="); ok {
		charset = strings.Trim(clipTo(c, 40), ` "'`)
	}
	return strings.TrimSpace(kind), charset
}

// readFields reads lines of "name: value" up to an empty one, the first line left
// aside; n is where what follows begins, 0 when there is no empty line.
func readFields(b []byte) (fields map[string]string, n int) {
	fields = map[string]string{}
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return fields, 0
		}
		line := strings.TrimRight(string(b[at:at+i]), "\r")
		at += i + 1
		if line == "" {
			return fields, at
		}
		if name, value, ok := strings.Cut(line, ":"); ok {
			fields[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		}
	}
}
