package media_test

import (
	"strings"
	"testing"

	"overt/extract/document"
)

func emfOf(records ...string) string {
	head := "\x01\x00\x00\x00" + string(le.AppendUint32(nil, 88)) + strings.Repeat("\x00", 80)
	return head + strings.Join(records, "") + "\x0e\x00\x00\x00\x14\x00\x00\x00" + strings.Repeat("\x00", 12)
}

// emfText writes words at a place, each of their letters so wide.
func emfText(x, y uint32, words string, step uint32) string {
	var wide, steps []byte
	for _, r := range words {
		wide = le.AppendUint16(wide, uint16(r))
		steps = le.AppendUint32(steps, step)
	}
	for len(wide)%4 > 0 {
		wide = append(wide, 0)
	}
	r := le.AppendUint32([]byte(strings.Repeat("\x00", 28)), x)
	r = le.AppendUint32(r, y)
	r = le.AppendUint32(r, uint32(len(steps)/4))
	r = le.AppendUint32(r, 76)
	r = append(r, strings.Repeat("\x00", 20)...)
	r = le.AppendUint32(r, uint32(76+len(wide)))
	r = append(append(r, wide...), steps...)
	return "\x54\x00\x00\x00" + string(le.AppendUint32(nil, uint32(len(r)+8))) + string(r)
}

func wmfRecord(function uint16, body string) string {
	r := le.AppendUint32(nil, uint32(len(body)+6)/2)
	return string(le.AppendUint16(r, function)) + body
}

// Words of drawings are read in their lines and encodings; the drawing is a gap.
func TestDrawings(t *testing.T) {
	emf := emfOf(emfText(10, 100, "Grüße", 8), emfText(50, 100, "!", 8), emfText(80, 101, "alle", 8), emfText(10, 130, "Ende", 8))
	font := func(charset byte) string {
		return wmfRecord(0x02fb, strings.Repeat("\x00", 13)+string([]byte{charset})+strings.Repeat("\x00", 8))
	}
	wmf := "\xd7\xcd\xc6\x9a" + strings.Repeat("\x00", 18+18) + wmfRecord(0x02fa, strings.Repeat("\x00", 10)) + font(204) + font(0) +
		wmfRecord(0x012d, "\x01\x00") + wmfRecord(0x0521, "\x03\x00\xcc\xe8\xf0\x00\x0a\x00\x05\x00") +
		wmfRecord(0x012d, "\x02\x00") + wmfRecord(0x0a32, "\x28\x00\x05\x00\x04\x00\x00\x00K\xf6ln") + wmfRecord(0, "")
	for mediaType, tt := range map[string][2]string{
		"image/emf": {emf, "Grüße! alle\nEnde\n"},
		"image/wmf": {wmf, "Мир\nKöln\n"},
	} {
		d := read(t, mediaType, []byte(tt[0]))
		if d.Err != nil || d.Text() != tt[1] || len(d.Gaps) != 1 || d.Gaps[0].Code != document.Unknown {
			t.Errorf("%s: %v", mediaType, d)
		}
		for i := range tt[0] {
			bad := []byte(tt[0])
			bad[i] ^= 0xff
			if d := read(t, mediaType, bad); d.Err != nil {
				t.Errorf("%s changed at %d: %v", mediaType, i, d.Err)
			}
			if d := read(t, mediaType, bad[:i]); d.Err != nil {
				t.Errorf("%s cut at %d: %v", mediaType, i, d.Err)
			}
		}
	}
}
