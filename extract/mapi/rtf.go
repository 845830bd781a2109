package mapi

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf16"

	"overt/extract/charset"
)

// dictionary is what compression begins with, [MS-OXRTFCP] 2.1.2.1.
const dictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// decompress undoes the compression of an RTF body, [MS-OXRTFCP]. What was read
// before an error is given beside it.
func decompress(in []byte) ([]byte, error) {
	if len(in) < 16 {
		return nil, bad("compressed RTF of %d bytes", len(in))
	}
	size, kind := binary.LittleEndian.Uint32(in[4:]), string(in[8:12])
	body := in[16:]
	switch kind {
	case "MELA": // not compressed
		return body[:min(int64(size), int64(len(body)))], nil
	case "LZFu":
	default:
		return nil, bad("RTF that is compressed in an unknown way")
	}
	var window [4096]byte
	at := copy(window[:], dictionary)
	// A byte gives 17 at most.
	limit := min(int64(size), maxBody, 17*int64(len(body)))
	out := make([]byte, 0, min(limit, 1<<20))
	put := func(c byte) {
		out = append(out, c)
		window[at] = c
		at = (at + 1) % len(window)
	}
	for i := 0; i < len(body); {
		flags := body[i]
		i++
		for bit := 0; bit < 8; bit++ {
			if i >= len(body) || int64(len(out)) >= limit {
				return out, nil
			}
			if flags>>bit&1 == 0 {
				put(body[i])
				i++
				continue
			}
			if i+2 > len(body) {
				return out, bad("compressed RTF ends too early")
			}
			reference := binary.BigEndian.Uint16(body[i:])
			i += 2
			from, length := int(reference>>4), int(reference&15)+2
			if from == at {
				return out, nil // the end
			}
			for j := range length {
				put(window[(from+j)%len(window)])
			}
		}
	}
	return out, nil
}

// The kinds of RTF, [MS-OXRTFEX].
const (
	richRTF  = "rtf"
	richText = "text"
	richHTML = "html"
)

// unwrap gives the text of RTF, and the HTML or plain text that was wrapped in it
// as it was.
func unwrap(in []byte) (text, kind string) {
	r := &rich{in: in, kind: richRTF, page: charset.Windows1252, fonts: map[int]string{}}
	head := in[:min(len(in), 4096)]
	switch {
	case bytes.Contains(head, []byte(`\fromhtml`)):
		r.kind = richHTML
	case bytes.Contains(head, []byte(`\fromtext`)):
		r.kind = richText
	}
	r.read()
	return r.out.String(), r.kind
}

// A rich is RTF being read.
type rich struct {
	in    []byte
	at    int
	kind  string
	page  string         // encoding of bytes
	fonts map[int]string // encodings of fonts
	out   strings.Builder
	run   []byte   // bytes that wait for their neighbours: a character can have two
	runIn string   // their encoding
	units []uint16 // of \u that wait likewise
	state group
	stack []group
	deep  int // groups past what is kept
	skip  int // characters that follow \u in its place
	defs  int // font that the table of fonts is about
}

// A group is what ends with its brace.
type group struct {
	quiet   bool // its text is none
	wrapped bool // \htmlrtf: text only for readers without HTML
	tag     bool // of HTML, \htmltag
	fonts   bool // the table of fonts
	star    bool // begins with \*
	after   int  // characters that stand for a \u
	page    string
}

func (r *rich) read() {
	const maxStack = 10_000
	r.state.after = 1
	for r.at < len(r.in) && r.out.Len() < maxBody {
		c := r.in[r.at]
		r.at++
		switch c {
		case '{':
			r.flush()
			if len(r.stack) >= maxStack {
				r.deep++
				continue
			}
			r.stack = append(r.stack, r.state)
			r.state.star = false
		case '}':
			r.flush()
			if r.deep > 0 {
				r.deep--
			} else if n := len(r.stack); n > 0 {
				r.state, r.stack = r.stack[n-1], r.stack[:n-1]
			}
			r.skip = 0
		case '\\':
			r.control()
		case '\r', '\n', 0:
		default:
			r.char(c)
		}
	}
	r.flush()
}

// control reads a control word or symbol.
func (r *rich) control() {
	if r.at >= len(r.in) {
		return
	}
	c := r.in[r.at]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		r.at++
		r.symbol(c)
		return
	}
	start := r.at
	for r.at < len(r.in) && r.in[r.at]|0x20 >= 'a' && r.in[r.at]|0x20 <= 'z' {
		r.at++
	}
	word := string(r.in[start:min(r.at, start+64)])
	start = r.at
	if r.at < len(r.in) && r.in[r.at] == '-' {
		r.at++
	}
	for r.at < len(r.in) && r.in[r.at] >= '0' && r.in[r.at] <= '9' {
		r.at++
	}
	number, err := strconv.Atoi(string(r.in[start:min(r.at, start+12)]))
	if r.at < len(r.in) && r.in[r.at] == ' ' {
		r.at++
	}
	r.word(word, number, err == nil)
}

func (r *rich) symbol(c byte) {
	switch c {
	case '\'':
		if r.at+2 > len(r.in) {
			return
		}
		n, err := strconv.ParseUint(string(r.in[r.at:r.at+2]), 16, 8)
		r.at += 2
		if err == nil {
			r.char(byte(n))
		}
	case '*':
		r.state.star = true
	case '~':
		r.put("\u00A0")
	case '_':
		r.put("\u2011")
	case '\\', '{', '}':
		r.char(c)
	case '\r', '\n':
		r.put("\n")
	}
}

// hushed are the destinations whose text is not part of the text.
var hushed = map[string]bool{
	"colortbl": true, "stylesheet": true, "info": true, "pict": true, "object": true, "objdata": true, "filetbl": true, "listtable": true,
	"listoverridetable": true, "revtbl": true, "rsidtbl": true, "generator": true, "themedata": true, "latentstyles": true, "datastore": true,
	"xmlnstbl": true, "fldinst": true, "mhtmltag": true, "pntext": false,
}

// signs are the control words that stand for characters.
var signs = map[string]string{
	"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "nestcell": "\t", "nestrow": "\n",
	"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "emspace": " ", "enspace": " ",
}

func (r *rich) word(word string, number int, has bool) {
	if sign, is := signs[word]; is {
		r.put(sign)
		return
	}
	switch word {
	case "u":
		if !r.silent() {
			r.flushBytes()
			r.units = append(r.units, uint16(number))
		}
		r.skip = r.state.after
	case "uc":
		r.state.after = max(min(number, 10), 0)
	case "bin":
		r.at += max(min(number, len(r.in)-r.at), 0)
	case "ansicpg":
		if name, err := charset.Canonical(codePage(int64(number))); err == nil && codePage(int64(number)) != "" {
			r.page = name
		}
	case "fonttbl":
		r.state.fonts, r.state.quiet = true, true
	case "f":
		if r.state.fonts {
			r.defs = number
		} else {
			r.flush()
			r.state.page = r.fonts[number]
		}
	case "fcharset":
		if name, err := charset.Canonical(fontPage(number)); r.state.fonts && err == nil && len(r.fonts) < 10_000 {
			r.fonts[r.defs] = name
		}
	case "plain":
		r.flush()
		r.state.page = ""
	case "htmlrtf":
		r.flush()
		r.state.wrapped = !has || number != 0
	case "htmltag":
		r.flush()
		r.state.tag, r.state.quiet = true, false
	default:
		if hushed[word] || r.state.star && !hushedLater(word) {
			r.flush()
			r.state.quiet = true
		}
	}
	r.state.star = false
}

// hushedLater are the starred destinations whose text is wanted all the same.
func hushedLater(word string) bool {
	switch word {
	case "htmltag", "footnote", "annotation", "shptxt", "fldrslt":
		return true
	}
	return false
}

// fontPage gives the encoding of a font's character set ([MS-RTF], \fcharset).
func fontPage(n int) string {
	pages := map[int]int64{0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250}
	if page, found := pages[n]; found && n != 0 {
		return codePage(page)
	}
	return ""
}

// silent says whether text is none here: in a hushed group, and in HTML outside
// of what was HTML.
func (r *rich) silent() bool {
	return r.state.quiet || r.kind != richRTF && r.state.wrapped
}

// char adds a byte of text.
func (r *rich) char(c byte) {
	if r.skip > 0 {
		r.skip--
		return
	}
	if r.silent() {
		return
	}
	page := r.page
	if r.state.page != "" {
		page = r.state.page
	}
	if page != r.runIn {
		r.flush()
	}
	r.flushUnits()
	r.run, r.runIn = append(r.run, c), page
	if len(r.run) >= 64<<10 && c < 0x80 {
		r.flush()
	}
}

func (r *rich) put(s string) {
	if r.silent() {
		return
	}
	r.flush()
	r.out.WriteString(s)
}

func (r *rich) flush() {
	r.flushBytes()
	r.flushUnits()
}

func (r *rich) flushBytes() {
	if len(r.run) == 0 {
		return
	}
	if to, err := charset.Text(r.runIn); err == nil {
		r.out.WriteString(to(string(r.run)))
	} else {
		r.out.WriteString(strings.ToValidUTF8(string(r.run), "\uFFFD"))
	}
	r.run = r.run[:0]
}

func (r *rich) flushUnits() {
	if len(r.units) > 0 {
		r.out.WriteString(string(utf16.Decode(r.units)))
		r.units = r.units[:0]
	}
}
