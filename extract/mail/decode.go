package mail

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode/utf16"
)

// decoded gives the bytes of a part by its Content-Transfer-Encoding. An unknown
// encoding is none.
func decoded(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case "base64":
		return newBase64(r)
	case "quoted-printable":
		return newQuoted(r)
	case "x-uuencode", "uuencode", "x-uue", "uue":
		return newUU(r)
	}
	return r
}

// isEncoding says whether a Content-Transfer-Encoding is known.
func isEncoding(encoding string) bool {
	switch encoding {
	case "", "7bit", "8bit", "binary", "base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue", "uue":
		return true
	}
	return false
}

// A base64Reader decodes base64 as it is found in mail: with line ends and stray
// characters inside, several pieces after each other, padding missing.
type base64Reader struct {
	r       *bufio.Reader
	quantum [4]byte
	n       int
	out     []byte
	buf     [3]byte
}

func newBase64(r io.Reader) io.Reader { return &base64Reader{r: bufio.NewReaderSize(r, 32<<10)} }

func (b *base64Reader) Read(p []byte) (int, error) {
	total := 0
	for total < len(p) {
		if len(b.out) > 0 {
			n := copy(p[total:], b.out)
			b.out, total = b.out[n:], total+n
			continue
		}
		c, err := b.r.ReadByte()
		if err != nil {
			if b.flush(); len(b.out) > 0 {
				continue
			}
			if total > 0 {
				return total, nil
			}
			return 0, err
		}
		switch {
		case c == '=':
			b.flush()
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			b.quantum[b.n] = c
			if b.n++; b.n == 4 {
				b.flush()
			}
		}
	}
	return total, nil
}

// flush decodes what is whole of the last characters.
func (b *base64Reader) flush() {
	n, _ := base64.RawStdEncoding.Decode(b.buf[:], b.quantum[:b.n])
	b.out, b.n = b.buf[:n], 0
}

// A quotedReader decodes quoted-printable. What is no code stands for itself.
type quotedReader struct {
	r     *bufio.Reader
	out   []byte
	buf   []byte
	carry []byte // the beginning of a code that a full buffer cut
	err   error
}

func newQuoted(r io.Reader) io.Reader { return &quotedReader{r: bufio.NewReaderSize(r, 4<<10)} }

func (q *quotedReader) Read(p []byte) (int, error) {
	for len(q.out) == 0 {
		if q.err != nil {
			return 0, q.err
		}
		q.fill()
	}
	n := copy(p, q.out)
	q.out = q.out[n:]
	return n, nil
}

// fill decodes a line, or as much of one as fits.
func (q *quotedReader) fill() {
	in, err := q.r.ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull {
		q.err = err
	}
	if len(q.carry) > 0 {
		in = append(q.carry, in...)
		q.carry = nil
	}
	if err == bufio.ErrBufferFull {
		if i := bytes.LastIndexByte(in, '='); i >= len(in)-3 && i >= 0 {
			in, q.carry = in[:i], bytes.Clone(in[i:])
		}
	}
	q.buf = q.buf[:0]
	body := in
	if err == nil {
		body = bytes.TrimRight(in, " \t\r\n") // blanks at the end are of the transport
		if bytes.HasSuffix(body, []byte("=")) {
			q.codes(body[:len(body)-1])
			q.out = q.buf
			return
		}
	} else if err == io.EOF && bytes.HasSuffix(body, []byte("=")) {
		body = body[:len(body)-1]
	}
	q.codes(body)
	if err == nil {
		if bytes.HasSuffix(in, []byte("\r\n")) {
			q.buf = append(q.buf, '\r')
		}
		q.buf = append(q.buf, '\n')
	}
	q.out = q.buf
}

func (q *quotedReader) codes(in []byte) {
	for i := 0; i < len(in); i++ {
		if in[i] == '=' && i+2 < len(in) {
			if hi, lo := hex(in[i+1]), hex(in[i+2]); hi >= 0 && lo >= 0 {
				q.buf = append(q.buf, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		q.buf = append(q.buf, in[i])
	}
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// A uuReader decodes uuencoded lines from the line "begin" to the line "end".
type uuReader struct {
	r     *bufio.Reader
	begun bool
	out   []byte
}

func newUU(r io.Reader) io.Reader { return &uuReader{r: bufio.NewReaderSize(r, 4<<10)} }

func (u *uuReader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		in, err := u.r.ReadSlice('\n')
		if len(in) == 0 {
			if err == nil || err == bufio.ErrBufferFull {
				continue
			}
			return 0, err
		}
		in = bytes.TrimRight(in, "\r\n")
		switch {
		case !u.begun:
			u.begun = isBegin(in)
		case string(in) == "end":
			return 0, io.EOF
		default:
			u.out = uuLine(in)
		}
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// isBegin says whether a line begins uuencoded data: "begin 644 name".
func isBegin(in []byte) bool {
	rest, found := bytes.CutPrefix(in, []byte("begin "))
	mode, name, _ := strings.Cut(string(rest), " ")
	return found && len(mode) >= 3 && len(mode) <= 4 && strings.Trim(mode, "01234567") == "" && strings.TrimSpace(name) != ""
}

func uuLine(in []byte) []byte {
	if len(in) == 0 {
		return nil
	}
	want := int(in[0]-' ') & 0x3F
	in = in[1:]
	out := make([]byte, 0, want+3)
	at := func(i int) byte {
		if i < len(in) {
			return (in[i] - ' ') & 0x3F
		}
		return 0
	}
	for i := 0; len(out) < want && i < len(in); i += 4 {
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		out = append(out, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	return out[:min(want, len(out))]
}

// utf7 decodes UTF-7 (RFC 2152), which old mail programs wrote.
func utf7(s string) string {
	var b strings.Builder
	for s != "" {
		plain, rest, found := strings.Cut(s, "+")
		b.WriteString(plain)
		if !found {
			break
		}
		n := 0
		for n < len(rest) && (rest[n] == '+' || rest[n] == '/' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
			n++
		}
		if n == 0 {
			b.WriteByte('+')
		} else {
			raw, _ := io.ReadAll(newBase64(strings.NewReader(rest[:n])))
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			b.WriteString(string(utf16.Decode(units)))
		}
		s = strings.TrimPrefix(rest[n:], "-")
	}
	return b.String()
}
