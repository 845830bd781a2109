// Package reading keeps all that a reader said of one document, in one file:
// pages with their text and boxes, rows of tables, properties, what is inside,
// and what could not be read. docs/format/reading.md draws the bytes.
//
// It stands between extract/document, whose nouns it writes and reads back, and
// whatever asks for text later: search, mentions, citations, tables to be mapped.
// A reading is a version of a document's text. It never changes, and its Version
// names it: offsets of a citation count in the text of that version and in no
// other.
package reading

import (
	"hash/crc32"

	"overt"
	"overt/extract/document"
)

// Head says of what, by what and how a reading was made.
type Head struct {
	Document overt.BlobID `json:"document"`
	Type     string       `json:"type"`   // media type that was read
	Reader   string       `json:"reader"` // name and version of the reader: "pdf/1 pdfium-6721"
	// Languages are those that recognition was told to look for; empty when
	// nothing was recognised.
	Languages []string `json:"languages,omitempty"`
}

// A PageInfo is what the index knows of a page.
type PageInfo struct {
	Number     int             `json:"number"`
	Label      string          `json:"label,omitempty"`
	Chars      int             `json:"chars"` // characters of its text
	Origin     document.Origin `json:"origin"`
	Confidence float32         `json:"confidence,omitempty"`
	Sparse     bool            `json:"sparse,omitempty"`
	At         span            `json:"at"`
}

// A TableInfo is what the index knows of a table.
type TableInfo struct {
	Name   string `json:"name"`
	Page   int    `json:"page,omitempty"` // where it begins; 0 for a sheet
	Hidden bool   `json:"hidden,omitempty"`
	Rows   int64  `json:"rows"`
	Blocks []span `json:"blocks"`
}

// A Member is a file inside, and where its bytes are kept.
type Member struct {
	document.Member
	Blob overt.BlobID `json:"blob"`
	Size int64        `json:"size"` // bytes that were there
}

// An Index is a reading without its text.
type Index struct {
	Head
	Version    string          `json:"version"` // hexadecimal SHA-256 of what was said
	Properties []Property      `json:"properties,omitempty"`
	Pages      []PageInfo      `json:"pages,omitempty"`
	Tables     []TableInfo     `json:"tables,omitempty"`
	Members    []Member        `json:"members,omitempty"`
	Gaps       []document.Gap  `json:"gaps,omitempty"`
	Notes      []document.Note `json:"notes,omitempty"`
}

// A Property is something said of the whole document.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Values are the values of a property, in the order they were said.
func (x *Index) Values(name string) []string {
	var all []string
	for _, p := range x.Properties {
		if p.Name == name {
			all = append(all, p.Value)
		}
	}
	return all
}

// A span is where a block lies in the file.
type span struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"` // bytes, packed
	Size   int64  `json:"size"`   // bytes, unpacked
	Sum    uint32 `json:"sum"`    // CRC-32C of the packed bytes
}

const (
	magic       = "overt reading 1\n"
	trailerSize = 8 + 8 + 8 + 4 + len(magic) // offset, length and size of the index, its sum
	blockSize   = 64 << 10                   // rows are packed by about so many bytes
	maxIndex    = 1 << 30
	maxBlock    = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func damaged(format string, args ...any) error {
	return overt.Errorf(overt.Internal, "", "the reading of a document is damaged: "+format, args...)
}
