package kind

import (
	"bytes"
	"encoding/binary"
	"strings"

	"overt/internal/cfb"
)

// streams tell compound files apart by what lies in their root.
var streams = []struct {
	name, kind string
	family     Family
}{
	{"EncryptedPackage", "application/x-ooxml-protected", Office},
	{"WordDocument", "application/msword", Legacy},
	{"Workbook", "application/vnd.ms-excel", Legacy},
	{"Book", "application/vnd.ms-excel", Legacy},
	{"PowerPoint Document", "application/vnd.ms-powerpoint", Legacy},
	{"PP40", "application/vnd.ms-powerpoint", Legacy},
	{"PP97_DUALSTORAGE", "application/vnd.ms-powerpoint", Legacy},
	{"__properties_version1.0", "application/vnd.ms-outlook", Mail},
	{"VisioDocument", "application/vnd.visio", Legacy},
	{"Quill", "application/x-mspublisher", Legacy},
	{"MatOST", "application/vnd.ms-works", Legacy},
	{"HwpSummaryInformation", "application/x-hwp", Legacy},
	{"\x05HwpSummaryInformation", "application/x-hwp", Legacy},
	{"StarWriterDocument", "application/vnd.stardivision.writer", Legacy},
	{"StarCalcDocument", "application/vnd.stardivision.calc", Legacy},
	{"Props14", "application/vnd.ms-project", Legacy},
	{"Props9", "application/vnd.ms-project", Legacy},
	{"Props", "application/vnd.ms-project", Legacy},
	{"Catalog", "application/x-windows-thumbnails", Other},
}

func oleKind(f *file) Kind {
	generic := Kind{Type: "application/x-ole-storage", Family: Legacy, Sure: 0.8}
	c, err := cfb.Open(f.r, f.size)
	if err != nil {
		return generic // damaged; the reader will say where
	}
	for _, s := range streams {
		if c.Root.Find(s.name) != nil {
			return is(s.kind, s.family)
		}
	}
	return generic
}

func lzmaKind(f *file) Kind {
	// The size that follows the dictionary's is unknown, or below 2^40.
	if h := f.head; len(h) > 13 && h[13] == 0 {
		if size := binary.LittleEndian.Uint64(h[5:]); size == 1<<64-1 || size < 1<<40 {
			return Kind{Type: "application/x-lzma", Family: Archive, Sure: 0.8}
		}
	}
	return f.sniffed()
}

func arjKind(f *file) Kind {
	if len(f.head) > 10 {
		if n := binary.LittleEndian.Uint16(f.head[2:]); n >= 20 && n <= 2600 && f.head[4] >= 20 && f.head[4] <= 60 {
			return is("application/x-arj", Archive)
		}
	}
	return f.sniffed()
}

func lhaKind(f *file) Kind {
	if len(f.head) > 21 && f.head[6] == '-' {
		return is("application/x-lzh-compressed", Archive)
	}
	return f.sniffed()
}

func bmpKind(f *file) Kind {
	h := f.head
	if h[1] == 'A' && len(h) > 16 && string(h[14:16]) == "BM" {
		return is("image/bmp", Image) // an array of OS/2
	}
	if len(h) > 30 && h[1] == 'M' {
		switch n := binary.LittleEndian.Uint32(h[14:]); n {
		case 12, 16, 40, 52, 56, 64, 108, 124:
			return is("image/bmp", Image)
		}
	}
	return f.sniffed()
}

func iconKind(f *file) Kind {
	if h := f.head; len(h) > 22 && h[5] == 0 && h[4] > 0 && h[9] == 0 {
		return is("image/x-icon", Image)
	}
	return f.sniffed()
}

func pnmKind(f *file) Kind {
	if h := f.head; len(h) > 3 && strings.IndexByte(" \t\r\n", h[2]) >= 0 && (h[3] == '#' || h[3] >= '0' && h[3] <= '9') {
		return Kind{Type: "image/x-portable-anymap", Family: Image, Sure: 0.9}
	}
	return f.sniffed()
}

func riffKind(f *file) Kind {
	if len(f.head) < 12 {
		return f.sniffed()
	}
	switch string(f.head[8:12]) {
	case "WAVE":
		return is("audio/x-wav", Sound)
	case "AVI ":
		return is("video/x-msvideo", Sound)
	case "WEBP":
		return is("image/webp", Image)
	case "CDR9", "CDRA", "CDRB", "CDRC", "CDRD", "CDRE", "CDRF":
		return is("application/vnd.corel-draw", Image)
	}
	return is("application/x-riff", Other)
}

func formKind(f *file) Kind {
	if len(f.head) > 12 && (string(f.head[8:12]) == "AIFF" || string(f.head[8:12]) == "AIFC") {
		return is("audio/x-aiff", Sound)
	}
	return f.sniffed()
}

func oggKind(f *file) Kind {
	head := f.head[:min(len(f.head), 512)]
	if bytes.Contains(head, []byte("theora")) {
		return is("video/ogg", Sound)
	}
	return is("audio/ogg", Sound)
}

// brands are the main brands of ISO media files (ISO/IEC 14496-12) that are not
// plain film.
var brands = map[string]Kind{
	"qt  ": is("video/quicktime", Sound),
	"M4A ": is("audio/mp4", Sound), "M4B ": is("audio/mp4", Sound), "M4P ": is("audio/mp4", Sound),
	"heic": is("image/heic", Image), "heix": is("image/heic", Image), "heim": is("image/heic", Image),
	"hevc": is("image/heic", Image), "mif1": is("image/heif", Image), "msf1": is("image/heif", Image),
	"avif": is("image/avif", Image), "avis": is("image/avif", Image), "crx ": is("image/x-canon-cr3", Image),
	"3gp4": is("video/3gpp", Sound), "3gp5": is("video/3gpp", Sound), "3gp6": is("video/3gpp", Sound),
}

func isoMediaKind(f *file) Kind {
	if len(f.head) < 12 {
		return f.sniffed()
	}
	if k, ok := brands[string(f.head[8:12])]; ok {
		return k
	}
	return is("video/mp4", Sound)
}

func matroskaKind(f *file) Kind {
	if bytes.Contains(f.head[:min(len(f.head), 128)], []byte("webm")) {
		return is("video/webm", Sound)
	}
	return is("video/x-matroska", Sound)
}

// mpeg goes by the frames of MPEG sound, each of which tells where the next one
// is, and by the packets of MPEG film.
func (f *file) mpeg() (Kind, bool) {
	h := f.head
	if len(h) > 377 && h[0] == 0x47 && h[188] == 0x47 && h[376] == 0x47 {
		return is("video/mp2t", Sound), true
	}
	off := 0
	for n := 0; ; n++ {
		if n == 3 {
			return Kind{Type: "audio/mpeg", Family: Sound, Sure: 0.9}, true
		}
		size := frameSize(h, off)
		if size == 0 {
			return Kind{}, false
		}
		off += size
	}
}

// frameSize is the length of the frame of MPEG sound (layers I to III) at an
// offset in bytes, 0 when there is none.
func frameSize(h []byte, off int) int {
	if off+4 > len(h) || h[off] != 0xff || h[off+1]&0xe0 != 0xe0 {
		return 0
	}
	version, layer := h[off+1]>>3&3, h[off+1]>>1&3
	rate, freq, pad := h[off+2]>>4, h[off+2]>>2&3, int(h[off+2]>>1&1)
	if version == 1 || layer == 0 || rate == 0 || rate == 15 || freq == 3 {
		return 0
	}
	kind := 0 // layer III of MPEG-1
	switch {
	case version == 3 && layer == 2:
		kind = 1
	case version == 3 && layer == 3:
		kind = 2
	case version != 3 && layer == 3:
		kind = 3
	case version != 3:
		kind = 4
	}
	bits := bitRates[kind][rate] * 1000
	hertz := []int{44100, 48000, 32000}[freq]
	switch version {
	case 2:
		hertz /= 2
	case 0:
		hertz /= 4
	}
	switch {
	case layer == 3:
		return (12*bits/hertz + pad) * 4
	case layer == 1 && version != 3:
		return 72*bits/hertz + pad
	}
	return 144*bits/hertz + pad
}

var bitRates = [5][15]int{
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// derKind tells signed and enveloped messages (RFC 5652) by their object
// identifier, and certificates.
func derKind(f *file) Kind {
	head := f.head[:min(len(f.head), 64)]
	oid := []byte("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")
	i := bytes.Index(head, oid)
	if len(head) < 20 || head[1] < 0x80 && int(head[1])+2 != len(f.head) || i < 0 || i > 12 || i+len(oid) >= len(head) {
		return f.sniffed()
	}
	switch head[i+len(oid)] {
	case 2:
		return is("application/pkcs7-mime", Archive) // signed: holds the file in the clear
	case 3:
		return is("application/x-pkcs7-enveloped", Sealed)
	}
	return is("application/pkcs7-mime", Other)
}

// pgpKind goes by the first packet (RFC 4880, section 4.2): a session key for
// a public key or a password.
func pgpKind(f *file) Kind {
	h := f.head
	var body []byte
	switch {
	case len(h) > 12 && (h[0] == 0x84 || h[0] == 0x8c):
		body = h[2:]
	case len(h) > 12 && h[0] == 0x85:
		body = h[3:]
	case len(h) > 12 && h[1] < 192:
		body = h[2:]
	case len(h) > 12 && h[1] < 224:
		body = h[3:]
	default:
		return f.sniffed()
	}
	asymmetric := h[0] == 0x84 || h[0] == 0x85 || h[0] == 0xc1
	switch {
	case asymmetric && (body[0] == 3 || body[0] == 6) && strings.IndexByte("\x01\x02\x10\x12\x16\x19", body[9]) >= 0:
		return Kind{Type: "application/pgp-encrypted", Family: Sealed, Sure: 0.8}
	case !asymmetric && body[0] == 4 && body[1] >= 1 && body[1] <= 13 && body[2] <= 3:
		return Kind{Type: "application/pgp-encrypted", Family: Sealed, Sure: 0.7}
	}
	return f.sniffed()
}

func exeKind(f *file) Kind {
	if len(f.head) > 64 && bytes.IndexByte(f.head[:64], 0) >= 0 {
		return is("application/vnd.microsoft.portable-executable", Program)
	}
	return f.sniffed()
}
