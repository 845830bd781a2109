// Package legacy reads the documents of older office programs: Word 6 to 2003
// ([MS-DOC]), Excel 2 to 2003 ([MS-XLS]), PowerPoint 97 to 2003 ([MS-PPT]), Rich
// Text Format, and the databases of Access.
//
// It is a family of readers of documents (see extract/document) and is made to
// run in the confined process: it streams, keeps one page or one sheet, runs no
// macro and fetches nothing.
//
// What a page is: of a text, what stands between page breaks that its author
// made, for these formats do not keep others; of a workbook a sheet, of a
// presentation a slide. A page that grows past its limit goes on in a further
// one. A table of a database is a page too, and its first row has the names of its
// columns.
//
// What stands beside the text (notes, comments, deleted words, texts of pictures)
// comes at the foot of the page where it belongs, on lines that say what they
// are. Headers and footers have a page of their own at the end.
//
// The invariant: each part of a document comes out as text, row, property or
// member, or as a gap with a reason; what only says how things look is left out.
package legacy

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"overt"
	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// Reader reads older office documents. It goes by the bytes alone.
type Reader struct{}

var _ document.Reader = Reader{}

// Why something is not read; each is a code of document.
var (
	errSealed  = errors.New("it is protected with a password")
	errTooMuch = page.ErrTooMuch
	errUnknown = errors.New("a form of the format that is not read")
)

func bad(format string, args ...any) error { return fmt.Errorf(format, args...) }

func unknown(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errUnknown}, args...)...)
}

// Read is part of document.Reader.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	r := &reading{ctx: ctx, in: in, lim: in.Limits, out: page.NewTap(ctx, out), said: map[string]bool{}, codes: map[int]func(string) string{}}
	r.page = page.New(r.out, r.lim)
	err := r.read()
	if err == nil || r.over() == nil && r.page.Some() {
		if ended := r.page.End(); err == nil {
			err = ended
		}
	}
	if err == nil && !r.page.Given && r.out.Members == 0 { // an empty document
		err = r.page.Begin("", true)
		if err == nil {
			err = r.page.End()
		}
	}
	return r.verdict(err)
}

// reading is one call of Read.
type reading struct {
	ctx   context.Context
	in    document.Input
	lim   document.Limits
	out   *page.Tap
	page  *page.Writer
	said  map[string]bool             // notes and properties, so that each stands there once
	codes map[int]func(string) string // decoders by code page
	file  *cfb.File                   // nil outside of a compound file
	steps int
	drawn int // pictures given
}

func (r *reading) read() error {
	head := make([]byte, 512)
	n, err := r.in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	switch {
	case bytes.HasPrefix(head, []byte(cfb.Magic)):
		return r.compound()
	case bytes.HasPrefix(text, []byte(`{\rt`)):
		return r.rtf(int64(n - len(text)))
	case n > 20 && (string(head[4:19]) == "Standard Jet DB" || string(head[4:19]) == "Standard ACE DB"):
		return r.access()
	case n > 6 && head[0] == 9 && strings.IndexByte("\x00\x02\x04\x08", head[1]) >= 0 && u16(head, 2) <= 16 && u16(head, 2) >= 4:
		return r.workbook(nil, r.in.ReaderAt, r.in.Size)
	}
	switch u16(head, 0) {
	case 0xA5DC, 0xA5EC, 0xA5DB, 0xA59B, 0xA59C, 0xA697, 0xA699:
		return r.word(nil, io.NewSectionReader(r.in, 0, r.in.Size))
	case 0xBE31, 0xBE32:
		return unknown("a document of Microsoft Write")
	case 0xFE37:
		return unknown("a document of Word for DOS or the Macintosh")
	}
	if u32(head, 0) == 0x0BADDEED || u32(head, 0) == 0xEDDEAD0B {
		return unknown("a presentation from before PowerPoint 95")
	}
	return unknown("it is no document of an older office program")
}

// compound reads a compound file by what it holds.
func (r *reading) compound() error {
	f, err := cfb.Open(r.in, r.in.Size)
	if err != nil {
		return err
	}
	r.file = f
	root := f.Root
	if dual := root.Find("PP97_DUALSTORAGE"); dual != nil && dual.Storage && root.Find("PowerPoint Document") == nil {
		root = dual // for PowerPoint 95 beside
	}
	for _, kind := range []struct {
		name string
		read func(*cfb.Entry, *io.SectionReader) error
	}{
		{"WordDocument", r.word},
		{"Workbook", func(root *cfb.Entry, s *io.SectionReader) error { return r.workbook(root, s, s.Size()) }},
		{"Book", func(root *cfb.Entry, s *io.SectionReader) error { return r.workbook(root, s, s.Size()) }},
		{"PowerPoint Document", r.slides},
	} {
		e := root.Find(kind.name)
		if e == nil || e.Storage {
			continue
		}
		r.summaries(root)
		s, err := r.stream(e)
		if err != nil {
			return err
		}
		if err := r.hold(kind.name, kind.read(root, s)); err != nil {
			return err
		}
		if err := r.page.End(); err != nil {
			return err
		}
		return r.macros(root)
	}
	return r.other(root)
}

// others are the documents that are known by a stream of theirs, and not read.
var others = []struct{ stream, what string }{
	{"EncryptedPackage", "an encrypted document of Office Open XML"},
	{"__properties_version1.0", "a message of Outlook"},
	{"Quill", "a publication of Microsoft Publisher"},
	{"VisioDocument", "a drawing of Microsoft Visio"},
	{"PP40", "a presentation of PowerPoint 95"},
	{"PowerPoint", "a presentation from before PowerPoint 95"},
	{"MatOST", "a document of Microsoft Works"},
	{"WksSSWorkBook", "a sheet of Microsoft Works"},
	{"HwpSummaryInformation", "a document of Hangul"},
	{"\x05HwpSummaryInformation", "a document of Hangul"},
	{"Equation Native", "a formula of the equation editor"},
}

// other reads a compound file that is no document of ours: an object may wrap
// another file.
func (r *reading) other(root *cfb.Entry) error {
	r.summaries(root)
	if u32(root.Class[:], 0) == 0x74B78F3A {
		return unknown("a project of Microsoft Project")
	}
	for _, o := range others {
		if root.Find(o.stream) != nil {
			return unknown("%s", o.what)
		}
	}
	for _, name := range []string{"Package", "\x01Ole10Native", "CONTENTS"} {
		if e := root.Find(name); e != nil && !e.Storage {
			return r.object(root, "object")
		}
	}
	return unknown("a compound file that holds no document")
}

// stream opens a stream; that it is cut short is said.
func (r *reading) stream(e *cfb.Entry) (*io.SectionReader, error) {
	s, cut, err := r.file.Stream(e)
	if err == nil && cut {
		err = r.say(document.Gap{Where: "stream " + e.Name, Code: document.Damaged, Reason: "the stream ends before its stated size"})
	}
	return s, err
}

// hold takes an error of a main part: with text before it, it is a gap.
func (r *reading) hold(where string, err error) error {
	if err == nil || r.over() != nil || !r.page.Given || errors.Is(err, errSealed) {
		return err
	}
	return r.gap(where, err)
}

// part reads one part; what is wrong with it is a gap, and reading goes on.
func (r *reading) part(where string, f func() error) error {
	err := f()
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	if err == nil {
		return nil
	}
	return r.gap(where, err)
}

func code(err error) string {
	switch {
	case errors.Is(err, errTooMuch):
		return document.TooMuch
	case errors.Is(err, errSealed):
		return document.Protected
	case errors.Is(err, errUnknown):
		return document.Unknown
	}
	return document.Damaged
}

func (r *reading) gap(where string, err error) error {
	return r.say(document.Gap{Page: r.page.At(), Where: where, Code: code(err), Reason: "the part is not read to its end: " + err.Error()})
}

// maxSaid bounds notes, and gaps, of one document.
const maxSaid = 20_000

// say gives a gap.
func (r *reading) say(g document.Gap) error {
	g.Where, g.Reason = page.Short(page.OneLine(g.Where)), page.Short(page.OneLine(g.Reason))
	key := fmt.Sprint("gap", g)
	if r.said[key] || len(r.said) > 2*maxSaid {
		return nil
	}
	r.said[key] = true
	return r.out.Gap(g)
}

// note says what is odd, once for each page.
func (r *reading) note(code, format string, args ...any) {
	n := document.Note{Page: r.page.At(), Code: code, Message: page.Short(page.OneLine(fmt.Sprintf(format, args...)))}
	key := fmt.Sprint(n.Page, code, n.Message)
	if r.said[key] || len(r.said) > maxSaid || r.over() != nil {
		return
	}
	if r.said[key] = true; len(r.said) == maxSaid {
		n.Code, n.Message = "notes", "there are more oddities than are told"
	}
	_ = r.out.Note(n) // kept by the tap
}

// property says something of the document, once.
func (r *reading) property(name, value string) {
	value = page.OneLine(value)
	key := "property " + name + " " + value
	if value == "" || r.said[key] || len(r.said) > maxSaid || r.over() != nil {
		return
	}
	r.said[key] = true
	_ = r.out.Property(name, page.Shorten(value, 64<<10)) // kept by the tap
}

// over gives the error that ends the reading, if there is one.
func (r *reading) over() error { return r.out.Err() }

// tick is over, asked now and then; loops over foreign bytes call it.
func (r *reading) tick() error {
	if r.steps++; r.steps%4096 != 0 {
		return nil
	}
	return r.over()
}

// verdict turns an error of the bytes into what document.Reader promises.
func (r *reading) verdict(err error) error {
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	var refusal *document.Refusal
	var known *overt.Error
	switch {
	case err == nil, errors.As(err, &refusal), errors.As(err, &known):
		return err
	case errors.Is(err, errSealed):
		return &document.Refusal{Code: document.Protected, Reason: "the document is protected with a password", Retry: "give its password in a file, with --passwords"}
	case errors.Is(err, errTooMuch):
		return &document.Refusal{Code: document.TooMuch, Reason: "more comes out of the document than is read", Retry: "raise the limit, or split the document"}
	case errors.Is(err, errUnknown):
		return &document.Refusal{Code: document.Unknown, Reason: err.Error(), Retry: "save it in a newer format with the program that made it"}
	}
	return overt.Errorf(overt.Invalid, "", "read the document: %w", err)
}

// u16 and u32 read little-endian numbers; past the end there are zeros.
func u16(b []byte, at int) int {
	if at < 0 || at+2 > len(b) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(b[at:]))
}

func u32(b []byte, at int) int64 {
	if at < 0 || at+4 > len(b) {
		return 0
	}
	return int64(binary.LittleEndian.Uint32(b[at:]))
}

// decoder gives the decoder of a Windows code page; that of Western Europe where
// the number is none.
func (r *reading) decoder(page int) func(string) string {
	if d := r.codes[page]; d != nil {
		return d
	}
	d, err := charset.Text(codePage(page))
	if err != nil {
		d = charset.FromWindows1252
	}
	if page == 1200 {
		d = func(s string) string { return wide([]byte(s)) }
	}
	if len(r.codes) < 1000 {
		r.codes[page] = d
	}
	return d
}

// codePage names a Windows code page as package charset does.
func codePage(n int) string {
	switch n {
	case 932, 10001:
		return "shift_jis"
	case 936, 10008:
		return "gbk"
	case 949, 1361, 10003:
		return "euc-kr"
	case 950, 10002:
		return "big5"
	case 874:
		return "windows-874"
	case 866:
		return "ibm866"
	case 20866:
		return "koi8-r"
	case 21866:
		return "koi8-u"
	case 10007, 10017:
		return "x-mac-cyrillic"
	case 10000, 32768, 10006, 10029, 10079, 10081, 10082:
		return "macintosh"
	case 54936:
		return "gb18030"
	case 65001:
		return charset.UTF8
	case 1250, 1251, 1253, 1254, 1255, 1256, 1257, 1258:
		return fmt.Sprintf("windows-%d", n)
	case 437, 850, 852, 855, 858, 860, 862, 863, 865:
		return fmt.Sprintf("ibm%d", n)
	}
	if n >= 28592 && n <= 28606 {
		return fmt.Sprintf("iso-8859-%d", n-28590)
	}
	return charset.Windows1252
}
