package kind

import "strings"

// endings are what the usual endings of names promise: the family, or for
// common types a part of the media type.
var endings = map[string]string{
	"pdf": "pdf", "docx": "wordprocessingml", "xlsx": "spreadsheetml", "pptx": "presentationml", "doc": "msword", "xls": "ms-excel", "ppt": "ms-powerpoint",
	"odt": "opendocument.text", "ods": "opendocument.spreadsheet", "odp": "opendocument.presentation", "epub": "epub", "rtf": "rtf", "msg": "outlook", "pst": "outlook-pst",
	"zip": "zip", "7z": "7z", "rar": "rar", "tar": "tar", "gz": "gzip", "tgz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd",
	"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "bmp": "bmp", "tif": "tiff", "tiff": "tiff", "webp": "webp", "heic": "hei", "psd": "photoshop",
	"mp3": "audio/mpeg", "wav": "wav", "flac": "flac", "mp4": "mp4", "mov": "quicktime", "mkv": "matroska", "avi": "msvideo",
	"csv": "text/", "txt": "text/", "html": "html", "htm": "html", "json": "json", "xml": "xml", "eml": "rfc822", "mbox": "mbox",
	"mdb": "msaccess", "accdb": "msaccess", "sqlite": "sqlite", "dbf": "dbf", "exe": "executable", "dll": "executable",
}

// protected are kinds that stand in for the one the name promises: an encrypted
// Office file is a compound file whatever was in it.
var protected = map[string]bool{"application/x-ooxml-protected": true, "application/x-empty": true}

// wrongEnding says that a name promises another format than the content is.
func wrongEnding(ending string, k Kind) string {
	want := endings[ending]
	if want == "" || strings.Contains(k.Type, want) || protected[k.Type] {
		return ""
	}
	if want == "text/" && (k.Family == Prose || k.Family == Table || k.Family == Mail) {
		return ""
	}
	if want == "xml" && strings.HasSuffix(k.Type, "ml") || want == "html" && k.Type == "application/xhtml+xml" {
		return ""
	}
	if want == "rfc822" && k.Type == "multipart/related" {
		return ""
	}
	return "the name ends in ." + ending + ", the content is " + k.Type
}
