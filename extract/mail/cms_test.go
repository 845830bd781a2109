package mail

import (
	"bytes"
	"compress/zlib"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// tlv writes an element; one of length -1 has no end but two zeros.
func tlv(tag byte, open bool, content ...string) string {
	all := strings.Join(content, "")
	switch n := len(all); {
	case open:
		return string([]byte{tag, 0x80}) + all + "\x00\x00"
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + all
	default:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + all
	}
}

func cms(kind string, open bool, octets string) string {
	inner := tlv(0x30, open, tlv(0x06, false, "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), octets)
	return tlv(0x30, open, tlv(0x06, false, kind), tlv(0xA0, open, tlv(0x30, open, tlv(0x02, false, "\x01"), tlv(0x31, false), inner)))
}

func TestCMS(t *testing.T) {
	const entity = "Content-Type: text/plain\r\n\r\nThe text.\r\n"
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write([]byte(entity))
	_ = w.Close()
	for name, in := range map[string]string{
		"definite":  cms(oidSigned, false, tlv(0xA0, false, tlv(0x04, false, entity))),
		"in pieces": cms(oidSigned, true, tlv(0xA0, true, tlv(0x24, true, tlv(0x04, false, entity[:10]), tlv(0x24, false, tlv(0x04, false, entity[10:20]), tlv(0x04, false, entity[20:]))))),
		"packed":    cms(oidCompressed, true, tlv(0xA0, true, tlv(0x24, true, tlv(0x04, false, packed.String())))),
	} {
		d := documenttest.Read(t.Context(), CMS{}, []byte(in), document.Input{Name: "smime.p7m"})
		if d.Err != nil || len(d.Members) != 1 || string(d.Members[0].Bytes) != entity || d.Members[0].Type != "message/rfc822" || d.Members[0].Path != "smime" {
			t.Errorf("%s: %s", name, d)
		}
		for i := range in {
			wellFormed(t, CMS{}, []byte(in[:i]))
		}
	}
	if d := read(t, CMS{}, cms(oidSigned, false, "")); d.Err != nil || len(d.Members) != 0 || len(d.Notes) != 2 {
		t.Errorf("a signature alone: %s", d)
	}
	var refusal *document.Refusal
	if d := read(t, CMS{}, cms(oidEnveloped, false, "")); !errors.As(d.Err, &refusal) || refusal.Code != document.Protected {
		t.Errorf("encrypted: %v", d.Err)
	}
	for name, in := range map[string]string{
		"empty": "", "text": "Subject: a", "depth": strings.Repeat("\x30\x80", 100_000),
		"pieces in pieces": cms(oidSigned, true, tlv(0xA0, true, strings.Repeat("\x24\x80", 100_000))),
		"a length of 2^63": "\x30\x88\x7f\xff\xff\xff\xff\xff\xff\xff\x06\x00",
	} {
		if d := read(t, CMS{}, in); d.Err == nil && len(d.Gaps) == 0 {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestCorpusCMS(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "tika")
	for _, name := range []string{"testPKCS17Sig.xml.p7m", "testPKCS17Sig-v2.xml.p7m"} {
		d := documenttest.ReadFile(t, CMS{}, filepath.Join(dir, name), document.Input{})
		if d.Err != nil || len(d.Members) != 1 || !bytes.Contains(d.Members[0].Bytes[:min(200, len(d.Members[0].Bytes))], []byte("<?xml")) {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func FuzzCMS(f *testing.F) {
	f.Add([]byte(cms(oidSigned, true, tlv(0xA0, true, tlv(0x24, true, tlv(0x04, false, "x"))))))
	f.Add([]byte(cms(oidEnveloped, false, "")))
	f.Fuzz(func(t *testing.T, data []byte) { wellFormed(t, CMS{}, data) })
}
