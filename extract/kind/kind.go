// Package kind says what a file is: its media type, found by its content, and
// which family of readers it belongs to.
//
// It stands before the readers of documents. Names prove nothing: a name decides
// between kinds of text that look alike, and a wrong ending is a Note.
//
// The invariant: what is read is bounded, whatever the size of the file, and no
// number of the file sizes anything.
package kind

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"overt/extract"
	"overt/extract/charset"
	"overt/extract/document"
)

// A Family is the set of formats that one reader serves.
type Family string

// The families.
const (
	PDF     Family = "pdf"
	Office  Family = "office"  // Office Open XML, OpenDocument, EPUB
	Legacy  Family = "legacy"  // Office before 2007, RTF, Access
	Mail    Family = "mail"    // messages, mailboxes, saved pages, cards, calendars
	Archive Family = "archive" // files packed together, or one file compressed
	Prose   Family = "prose"   // text, with or without markup
	Table   Family = "table"   // rows and columns, or trees of records
	Image   Family = "image"
	Sound   Family = "sound"   // sound and film
	Sealed  Family = "sealed"  // encrypted as a whole; nothing else is known
	Program Family = "program" // what machines run
	Font    Family = "font"
	Other   Family = "other" // known, and nothing that people read
	None    Family = "none"  // empty, or of no known kind
)

// A Kind is what a file is.
type Kind struct {
	Type   string // media type: "application/pdf"
	Family Family
	Sure   float64 // in [0,1]
	// Notes say what is odd: a wrong ending ("ending"), bytes that are several
	// formats at once ("polyglot").
	Notes []document.Note
}

// headSize is how much of a file's beginning is looked at, in bytes; tailSize of
// its end.
const (
	headSize = 256 << 10
	tailSize = 64<<10 + 22
)

// unknown is the type of bytes that say nothing.
const unknown = "application/octet-stream"

// Detect says what the size bytes of r are; name is a last hint between kinds of
// text. Errors: those of r.
func Detect(r io.ReaderAt, size int64, name string) (Kind, error) {
	f := &file{r: r, size: size, ending: ending(name)}
	f.head = f.at(0, headSize)
	k := f.detect()
	if f.err != nil {
		return Kind{Type: unknown, Family: None}, f.err
	}
	if s := polyglot(f, k); s != "" {
		k.Notes = append(k.Notes, document.Note{Code: "polyglot", Message: s})
	}
	if s := wrongEnding(f.ending, k); s != "" {
		k.Notes = append(k.Notes, document.Note{Code: "ending", Message: s})
	}
	return k, nil
}

// ending is the part of a name behind its last dot, in lower case.
func ending(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(strings.ReplaceAll(name, "\\", "/")), "."))
}

// A file is bytes that are being looked at.
type file struct {
	r      io.ReaderAt
	size   int64
	ending string
	head   []byte
	err    error // the first of r
}

// at gives up to n bytes from off, fewer where the file ends.
func (f *file) at(off int64, n int) []byte {
	if f.err != nil || off < 0 || off >= f.size {
		return nil
	}
	b := make([]byte, min(int64(n), f.size-off))
	n, err := f.r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = fmt.Errorf("read what kind of file it is: %w", err)
	}
	return b[:n]
}

func (f *file) tail() []byte { return f.at(max(0, f.size-tailSize), tailSize) }

// is makes a sure Kind.
func is(mediaType string, family Family) Kind {
	return Kind{Type: mediaType, Family: family, Sure: 1}
}

func (f *file) detect() Kind {
	if len(f.head) == 0 {
		return is("application/x-empty", None)
	}
	for _, m := range magics {
		if m.fits(f.head) {
			if m.then != nil {
				return m.then(f)
			}
			return is(m.kind, m.family)
		}
	}
	return f.sniffed()
}

// sniffed is for files whose first bytes are no mark.
func (f *file) sniffed() Kind {
	if k, ok := f.far(); ok {
		return k
	}
	switch format := extract.Sniff(f.head); format {
	case extract.PDF:
		return is("application/pdf", PDF)
	case extract.TAR:
		return is("application/x-tar", Archive)
	case extract.DBF:
		return Kind{Type: "application/x-dbf", Family: Table, Sure: 0.9}
	case extract.Binary:
		return f.binary()
	default:
		return f.text(format)
	}
}

// far looks for marks that stand far from the beginning.
func (f *file) far() (Kind, bool) {
	if string(f.at(0x8001, 5)) == "CD001" || string(f.at(0x8001, 5)) == "BEA01" {
		return is("application/x-iso9660-image", Archive), true
	}
	if string(f.at(f.size-512, 4)) == "koly" {
		return is("application/x-apple-diskimage", Other), true
	}
	if string(f.at(f.size-512, 8)) == "conectix" {
		return is("application/x-virtualbox-vhd", Other), true
	}
	return Kind{}, false
}

// binary is for bytes that no mark names.
func (f *file) binary() Kind {
	if k, ok := f.mpeg(); ok {
		return k
	}
	if charset.Detect(f.head).Name == charset.EBCDIC {
		return Kind{Type: "text/plain", Family: Prose, Sure: 0.6}
	}
	switch f.ending {
	case "br":
		return Kind{Type: "application/x-brotli", Family: Archive, Sure: 0.4}
	case "lzma":
		if len(f.head) > 13 && f.head[0] < 225 {
			return Kind{Type: "application/x-lzma", Family: Archive, Sure: 0.5}
		}
	case "hc", "tc":
		if f.size%512 == 0 && even(f.head) {
			return Kind{Type: "application/x-veracrypt", Family: Sealed, Sure: 0.5}
		}
	}
	return Kind{Type: unknown, Family: None, Sure: 0.5}
}

// even says whether bytes occur about equally often, as in encrypted ones.
func even(b []byte) bool {
	var n [256]int
	for _, c := range b {
		n[c]++
	}
	var chi float64
	want := float64(len(b)) / 256
	for _, v := range n {
		chi += (float64(v) - want) * (float64(v) - want) / want
	}
	return len(b) >= 64<<10 && chi < 400 // 255 degrees of freedom: one in 10^8 random heads is above
}

// polyglot says which formats a file is besides its kind. Files of families that
// hold others in the clear are none for that.
func polyglot(f *file, k Kind) string {
	var also []string
	head := f.head[:min(len(f.head), 1<<10)]
	mark := bytes.Index(head, []byte("%PDF-"))
	switch k.Family {
	case Image, Sound, Program, Font:
		if mark >= 0 {
			also = append(also, "a PDF document")
		}
	case PDF:
		switch before := extract.Sniff(head[:max(mark, 0)]); before {
		case extract.HTML, extract.ZIP, extract.Image, extract.GZIP:
			also = append(also, before.Describe())
		}
	}
	switch k.Family {
	case PDF, Image, Sound, Program, Font, Table:
		if d, ok := f.zipDirectory(); ok && len(d) > 0 {
			also = append(also, "a ZIP archive")
		}
	}
	if k.Family == PDF || k.Family == Image {
		if low := bytes.ToLower(head); bytes.Contains(low, []byte("<html")) || bytes.Contains(low, []byte("<script")) {
			also = append(also, "an HTML page")
		}
	}
	if len(also) == 0 {
		return ""
	}
	return "the bytes are also " + strings.Join(also, " and ") + "; they are read as " + k.Type
}
