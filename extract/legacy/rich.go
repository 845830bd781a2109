package legacy

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
)

// A rich is Rich Text being read, as the specification 1.9.1 has it; and
// [MS-OXRTFEX] where HTML is wrapped in it.
type rich struct {
	r    *reading
	in   *bufio.Reader
	left int64 // bytes not read yet

	state group
	stack []group
	deep  int // groups past what is kept
	star  bool

	page    int         // code page of the document
	fonts   map[int]int // code pages of fonts
	font    int         // the one that the table of fonts is about
	deff    int         // the font of text that names none
	colours []bool      // white ones
	colour  [3]int
	run     []byte // bytes that wait for their neighbours: a character can have two
	runPage int
	units   []uint16 // of \u that wait likewise
	skip    int      // characters that follow \u in its place

	row     richRow
	rows    []richRow // of what surrounds the aside being read
	tables  int
	gone    []byte // what a revision took away, of this paragraph
	kept    map[where][]byte
	numbers int // notes so far
	who     string
	label   string // of an entry of a list, before its text
	stamp   [6]int
	steady  bool // the section goes on on the same page
	margins []string
	html    *strings.Builder // what was wrapped; nil when nothing was
	plain   bool             // plain text was wrapped

	picture *richPicture
	objects int
}

// A where is what the text of a group is for.
type where uint8

const (
	inText where = iota
	inNothing
	inFonts
	inColours
	inInfo // the groups of it have a meaning of their own
	inTitle
	inSubject
	inAuthor
	inOperator
	inKeywords
	inComment
	inCompany
	inManager
	inGenerator
	inCreated
	inRevised
	inPropName
	inPropValue
	inCode // instruction of a field
	inCommenter
	inLabel // the number or sign of an entry of a list
	inPicture
	inObject  // what is shown in its place is text
	inObjData // its bytes
	inAside   // text that is led aside
)

// A group is what ends with its brace.
type group struct {
	to      where
	aside   string // what is led aside, where the group began that
	began   bool   // the group began what to says
	table   bool   // \intbl
	hidden  bool
	deleted bool
	white   bool
	wrapped bool // \htmlrtf: text only for readers without HTML
	tag     bool // of HTML
	after   int  // characters that stand for a \u
	page    int  // code page of the font, 0 for that of the document
}

// A richRow is a row of a table being read.
type richRow struct {
	open   bool
	cells  []string
	number int64
}

// maxGroups bounds groups in groups that are told apart.
const maxGroups = 10_000

// rtf reads Rich Text from a place on.
func (r *reading) rtf(at int64) error {
	t := &rich{
		r: r, left: r.in.Size - at, page: 1252, fonts: map[int]int{}, kept: map[where][]byte{},
		in: bufio.NewReaderSize(io.NewSectionReader(r.in, at, r.in.Size-at), 64<<10),
	}
	head, _ := t.in.Peek(4096)
	t.html, t.plain = wrappedIn(string(head))
	t.state.after = 1
	err := t.read()
	t.flush()
	for len(t.rows) > 0 { // asides that did not end
		t.endAside("")
	}
	r.page.Unwind(int(count(t.row.open)))
	t.endRow()
	t.endDeleted()
	if t.picture != nil {
		err = errors.Join(err, t.endPicture())
	}
	if err == nil && (len(t.stack) > 0 || t.deep > 0) {
		err = bad("the document ends inside of a group")
	}
	if err == nil && t.html != nil {
		err = t.unwrap()
	}
	if err != nil {
		if err = r.hold("text", r.soft(err)); err != nil {
			return err
		}
	}
	if err := r.page.End(); err != nil {
		return err
	}
	return t.finish()
}

func count(b bool) byte { return b2i(b) }

// soft gives the page so far a chance: what was read before damage stands.
func (r *reading) soft(err error) error {
	if r.over() == nil && r.page.Some() {
		if ended := r.page.End(); ended != nil {
			return ended
		}
	}
	return err
}

// finish gives what stands beside the text.
func (t *rich) finish() error {
	if len(t.margins) == 0 {
		return nil
	}
	if err := t.r.page.Begin("headers and footers", false); err != nil {
		return err
	}
	for _, s := range t.margins {
		t.r.page.Put(s)
		t.r.page.Line()
	}
	return t.r.page.End()
}

func (t *rich) next() (byte, error) {
	c, err := t.in.ReadByte()
	if err == nil {
		t.left--
	}
	return c, err
}

func (t *rich) peek() byte {
	b, _ := t.in.Peek(1)
	if len(b) == 0 {
		return 0
	}
	return b[0]
}

func (t *rich) read() error {
	for {
		if err := t.r.tick(); err != nil {
			return err
		}
		c, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '{':
			t.flush()
			t.open()
		case '}':
			t.flush()
			if t.deep == 0 && len(t.stack) == 1 {
				defer t.trailing()
				err = t.close()
				return err
			}
			err = t.close()
		case '\\':
			err = t.control()
		case '\r', '\n', 0:
		case '\t':
			t.sign("\t")
		default:
			t.char(c)
		}
		if err != nil {
			return err
		}
	}
}

// trailing says that bytes follow the document; some programs fill up.
func (t *rich) trailing() {
	b, _ := t.in.Peek(512)
	if strings.TrimLeft(string(b), "\x00\r\n \t}") != "" {
		t.r.note("trailing", "bytes follow the end of the document, which were not read")
	}
}

func (t *rich) open() {
	if len(t.stack) >= maxGroups {
		t.deep++
		return
	}
	t.stack = append(t.stack, t.state)
	t.state.began, t.state.aside = false, ""
	t.star = false
	if t.picture != nil && t.picture.w != nil {
		t.state.to = inNothing // nothing else may be said inside of a member
	}
}

func (t *rich) close() error {
	t.skip = 0
	if t.deep > 0 {
		t.deep--
		return nil
	}
	n := len(t.stack)
	if n == 0 {
		return nil
	}
	ended := t.state
	t.state, t.stack = t.stack[n-1], t.stack[:n-1]
	if ended.began {
		return t.ended(ended)
	}
	return nil
}

// control reads a control word or symbol.
func (t *rich) control() error {
	c, err := t.next()
	if err != nil {
		return nil
	}
	if c|0x20 < 'a' || c|0x20 > 'z' {
		return t.symbol(c)
	}
	word := []byte{c}
	for c = t.peek(); c|0x20 >= 'a' && c|0x20 <= 'z'; c = t.peek() {
		if len(word) < 64 {
			word = append(word, c)
		}
		_, _ = t.next()
	}
	number, has, minus := 0, false, false
	if c == '-' {
		minus = true
		_, _ = t.next()
	}
	for c = t.peek(); c >= '0' && c <= '9'; c = t.peek() {
		if has = true; number < 1<<31 {
			number = number*10 + int(c-'0')
		}
		_, _ = t.next()
	}
	if c == ' ' {
		_, _ = t.next()
	}
	number = min(number, 1<<31)
	if minus {
		number = -number
	}
	return t.word(string(word), number, has)
}

func (t *rich) symbol(c byte) error {
	switch c {
	case '\'':
		var v int
		for range 2 {
			d := hexDigit(t.peek())
			if d < 0 {
				return nil
			}
			v = v<<4 | d
			_, _ = t.next()
		}
		t.char(byte(v))
	case '*':
		t.star = true
	case '~':
		t.sign("\u00A0")
	case '_':
		t.sign("\u2011")
	case '\\', '{', '}':
		t.char(c)
	case '\r', '\n':
		return t.word("par", 0, false)
	}
	return nil
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// char adds a byte of text.
func (t *rich) char(c byte) {
	if t.skip > 0 {
		t.skip--
		return
	}
	switch t.state.to {
	case inNothing, inInfo, inCreated, inRevised:
		return
	case inColours:
		if c == ';' && len(t.colours) < 1<<16 {
			t.colours = append(t.colours, t.colour == [3]int{255, 255, 255})
			t.colour = [3]int{}
		}
		return
	case inPicture, inObjData:
		if d := hexDigit(c); d >= 0 {
			t.digit(byte(d))
		}
		return
	}
	page := t.state.page
	if page == 0 {
		page = t.page
	}
	if page != t.runPage {
		t.flush()
	}
	t.flushUnits()
	t.run, t.runPage = append(t.run, c), page
	if len(t.run) >= 32<<10 && c < 0x80 {
		t.flush()
	}
}

// sign adds text that a control word stands for.
func (t *rich) sign(s string) {
	if t.skip > 0 {
		t.skip--
		return
	}
	t.flush()
	t.put(s)
}

func (t *rich) flush() {
	t.flushBytes()
	t.flushUnits()
}

func (t *rich) flushBytes() {
	if len(t.run) > 0 {
		s := t.r.decoder(t.runPage)(string(t.run))
		t.run = t.run[:0]
		t.put(s)
	}
}

func (t *rich) flushUnits() {
	if len(t.units) > 0 {
		s := strings.Map(symbolRune, string(utf16.Decode(t.units)))
		t.units = t.units[:0]
		t.put(s)
	}
}

// put leads text to where it belongs.
func (t *rich) put(s string) {
	switch t.state.to {
	case inText, inAside, inObject:
	case inNothing, inInfo, inColours, inPicture, inObjData, inCreated, inRevised:
		return
	case inFonts:
		return
	default:
		if b := t.kept[t.state.to]; len(b) < 64<<10 {
			t.kept[t.state.to] = append(b, s...)
		}
		return
	}
	if t.html != nil || t.plain {
		t.putWrapped(s)
		return
	}
	if t.state.deleted {
		if len(t.gone) < 1<<20 {
			t.gone = append(t.gone, s...)
		}
		return
	}
	if t.label != "" { // only now is it known whether it stands in a table
		s, t.label = strings.TrimLeft(t.label, " ")+s, ""
	}
	if strings.TrimSpace(s) != "" {
		if t.state.hidden {
			t.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
		}
		if t.state.white {
			t.r.note("white-text", "the page has white text; it is part of the text")
		}
		switch {
		case t.state.table && !t.row.open:
			t.beginRow()
		case !t.state.table && t.row.open:
			t.endRow()
		}
	}
	t.r.page.Put(s)
}
