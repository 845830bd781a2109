package dbf

import (
	"strings"

	"overt/extract/charset"
)

// languages gives the code page of the language mark in a table's header, as
// FoxPro and ESRI list them.
var languages = map[byte]string{
	0x01: "437", 0x02: "850", 0x03: "1252", 0x04: "10000", 0x08: "865", 0x09: "437", 0x0a: "850", 0x0b: "437",
	0x0d: "437", 0x0e: "850", 0x0f: "437", 0x10: "850", 0x11: "437", 0x12: "850", 0x13: "932", 0x14: "850",
	0x15: "437", 0x16: "850", 0x17: "865", 0x18: "437", 0x19: "437", 0x1a: "850", 0x1b: "437", 0x1c: "863",
	0x1d: "850", 0x1f: "852", 0x22: "852", 0x23: "852", 0x24: "860", 0x25: "850", 0x26: "866", 0x37: "850",
	0x40: "852", 0x4d: "936", 0x4e: "949", 0x4f: "950", 0x50: "874", 0x57: "1252", 0x58: "1252", 0x59: "1252",
	0x64: "852", 0x65: "866", 0x66: "865", 0x67: "861", 0x6a: "737", 0x6b: "857", 0x6c: "863", 0x78: "950",
	0x79: "949", 0x7a: "936", 0x7b: "932", 0x7c: "874", 0x7d: "1255", 0x7e: "1256", 0x86: "737", 0x87: "852",
	0x88: "857", 0x96: "10007", 0xc8: "1250", 0xc9: "1251", 0xca: "1254", 0xcb: "1253", 0xcc: "1257",
}

// pageNames are the code pages that have a name of another kind.
var pageNames = map[string]string{
	"932": "shift_jis", "936": "gbk", "949": "euc-kr", "950": "big5", "65001": "utf-8", "10000": "macintosh", "10007": "x-mac-cyrillic",
}

// pageName gives the encoding that a code page or the text of a .cpg file names
// ("1252", "ANSI 1252", "UTF-8", "ISO 88591"); "" for an unknown one.
func pageName(page string) string {
	page = strings.ToLower(strings.Trim(page, " \t\r\n\x00\ufeff\""))
	for _, prefix := range []string{"ansi", "oem", "cp", "windows-", "ibm"} {
		page = strings.Trim(strings.TrimPrefix(page, prefix), " -_")
	}
	if rest, ok := strings.CutPrefix(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(page), "iso8859"); ok {
		page = "iso-8859-" + rest
	} else if rest, ok := strings.CutPrefix(page, "8859"); ok && rest != "" {
		page = "iso-8859-" + strings.Trim(rest, "-_ ")
	}
	for _, name := range []string{pageNames[page], page, "windows-" + page, "ibm" + page} {
		if name == "" {
			continue
		}
		if found, err := charset.Canonical(name); err == nil && !charset.IsWide(found) {
			return found
		}
	}
	return ""
}
