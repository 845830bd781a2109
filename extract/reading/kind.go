package reading

import (
	"slices"
	"strings"

	"overt"
	"overt/ftm"
)

// schemata are those of documents by their media type; the first that fits.
// A type ends with "/" where all below it are meant.
var schemata = []struct {
	schema string
	types  []string
}{
	{"Email", []string{"message/rfc822", "application/vnd.ms-outlook", "text/rfc822-headers", "multipart/related"}},
	{"Pages", []string{"application/pdf", "application/msword", "application/rtf", "text/rtf", "application/vnd.openxmlformats-officedocument.wordprocessingml", "application/vnd.openxmlformats-officedocument.presentationml", "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.graphics", "application/vnd.ms-powerpoint", "application/epub+zip", "image/tiff"}},
	{"Workbook", []string{"application/vnd.openxmlformats-officedocument.spreadsheetml", "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.ms-excel", "application/x-msaccess", "application/vnd.sqlite3", "application/x-sqlite3"}},
	{"Table", []string{"text/csv", "text/tab-separated-values", "application/x-dbf", "application/vnd.dbf", "application/vnd.apache.parquet"}},
	{"HyperText", []string{"text/html", "application/xhtml+xml", "text/xml", "application/xml", "image/svg+xml"}},
	{"Package", []string{"application/zip", "application/x-7z-compressed", "application/vnd.rar", "application/x-tar", "application/gzip", "application/x-bzip2", "application/x-xz", "application/zstd", "application/mbox", "application/vnd.ms-outlook-pst", "application/vnd.ms-tnef", "application/x-archive", "application/x-cpio", "application/x-compress"}},
	{"Image", []string{"image/"}},
	{"Audio", []string{"audio/"}},
	{"Video", []string{"video/"}},
	{"PlainText", []string{"text/"}},
}

// SchemaOf is the schema of documents of a media type.
func SchemaOf(mediaType string) string {
	for _, s := range schemata {
		if slices.ContainsFunc(s.types, func(t string) bool {
			return mediaType == t || strings.HasPrefix(mediaType, t+".") || strings.HasSuffix(t, "/") && strings.HasPrefix(mediaType, t)
		}) {
			return s.schema
		}
	}
	return "Document"
}

// FamilyOf is a media type in a word, for people to narrow by.
func FamilyOf(mediaType string) string {
	switch s := SchemaOf(mediaType); s {
	case "Email":
		return "mail"
	case "Workbook", "Table":
		return "table"
	case "HyperText":
		return "web"
	case "Image", "Audio", "Video", "Package":
		return strings.ToLower(s)
	case "PlainText":
		return "text"
	}
	if mediaType == "application/pdf" {
		return "pdf"
	}
	return "document"
}

// DocumentID is the entity of the documents of some bytes: of the same bytes
// there is one, whatever it is called.
func DocumentID(b overt.BlobID) ftm.EntityID { return ftm.EntityID("doc-" + b[:min(40, len(b))]) }

// EntityID is the entity that says what was read of a document; its property
// text names the blobs of the readings.
func EntityID(b overt.BlobID) ftm.EntityID { return ftm.EntityID("reading-" + b[:min(40, len(b))]) }
