package media_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"overt/extract/document"
)

var le, be = binary.LittleEndian, binary.BigEndian

func box(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(be.AppendUint32(nil, uint32(len(body)+8))) + kind + body
}

func chunk(kind, body string) string {
	s := kind + string(le.AppendUint32(nil, uint32(len(body)))) + body
	if len(body)%2 == 1 {
		s += "\x00"
	}
	return s
}

func id3Frame(id, body string) string {
	return id + string(be.AppendUint32(nil, uint32(len(body)))) + "\x00\x00" + body
}

func comment(values ...string) string {
	s := string(le.AppendUint32(nil, 4)) + "made" + string(le.AppendUint32(nil, uint32(len(values))))
	for _, v := range values {
		s += string(le.AppendUint32(nil, uint32(len(v)))) + v
	}
	return s
}

// ogg puts packets of less than 255 bytes on one page each.
func ogg(granule uint64, packets ...string) string {
	var s string
	for _, p := range packets {
		s += "OggS\x00\x00" + string(le.AppendUint64(nil, granule)) + strings.Repeat("\x00", 12) + "\x01" + string([]byte{byte(len(p))}) + p
	}
	return s
}

// el is an element of Matroska with a length of one byte.
func el(id string, body string) string { return id + string([]byte{0x80 | byte(len(body))}) + body }

func TestSound(t *testing.T) {
	id3 := id3Frame("TIT2", "\x00Caf\xe9") + id3Frame("TPE1", "\x01\xff\xfeA\x00d\x00a\x00") + id3Frame("TYER", "\x002019") + id3Frame("COMM", "\x03eng\x00A remark") + id3Frame("USLT", "\x03eng\x00First line\r\nSecond line")
	mp3 := "ID3\x03\x00\x00\x00\x00" + string([]byte{byte(len(id3) >> 7), byte(len(id3) & 0x7f)}) + id3 + "\xff\xfb\x90\x00" + strings.Repeat("\x00", 15996)
	old := strings.Repeat("\x00", 100) + "TAG" + "Old title" + strings.Repeat("\x00", 21) + "Ada" + strings.Repeat("\x00", 27+30) + "1999" + "remark" + strings.Repeat("\x00", 25)
	wav := "RIFF\x00\x00\x00\x00WAVE" + chunk("fmt ", "\x01\x00\x01\x00"+string(le.AppendUint32(nil, 8000))+string(le.AppendUint32(nil, 16000))+"\x02\x00\x10\x00") +
		chunk("LIST", "INFO"+chunk("INAM", "Title\x00")+chunk("IART", "Ada\x00")+chunk("ICRD", "2019-03-04")) + chunk("data", strings.Repeat("\x00", 32000))
	flac := "fLaC\x00\x00\x00\x22" + strings.Repeat("\x00", 10) + string(be.AppendUint64(nil, 44100<<44|88200)) + strings.Repeat("\x00", 16) + "\x84\x00\x00" + string([]byte{byte(len(comment("TITLE=Title", "artist=Ada", "DATE=2019", "LOCATION=here")))}) + comment("TITLE=Title", "artist=Ada", "DATE=2019", "LOCATION=here")
	opus := ogg(48000*3, "OpusHead\x01\x01", "OpusTags"+comment("TITLE=Title", "ARTIST=Ada", "DATE=2019"))
	item := func(id, value string) string { return box(id, box("data", "\x00\x00\x00\x01\x00\x00\x00\x00", value)) }
	head := "\x00\x00\x00\x00" + string(be.AppendUint32(nil, 2082844800+1_500_000_000)) + "\x00\x00\x00\x00" + string(be.AppendUint32(nil, 1000)) + string(be.AppendUint32(nil, 2500))
	mp4 := box("ftyp", "isom") + box("mdat", "xxxx") + box("moov", box("mvhd", head, strings.Repeat("\x00", 80)),
		box("udta", box("\xa9xyz", "\x00\x12\x15\xc7+10.0-020.0/"), box("meta", "\x00\x00\x00\x00", box("ilst", item("\xa9nam", "Title"), item("\xa9ART", "Ada"), item("\xa9day", "2019-03-04T05:06:07Z")))))
	mkv := el("\x1a\x45\xdf\xa3", el("\x42\x82", "matroska")) + "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + el("\x15\x49\xa9\x66", el("\x2a\xd7\xb1", "\x0f\x42\x40")+el("\x44\x89", string(be.AppendUint64(nil, math.Float64bits(1500))))+el("\x7b\xa9", "Title")) +
		el("\x12\x54\xc3\x67", el("\x73\x73", el("\x67\xc8", el("\x45\xa3", "ARTIST")+el("\x44\x87", "Ada"))))
	tests := []struct {
		name, mediaType, data                     string
		title, author, date, duration, rate, text string
		withheld                                  bool
	}{
		{"ID3", "audio/mpeg", mp3, "Café", "Ada", "2019", "1000", "44100", "First line\nSecond line", false},
		{"ID3 of old", "audio/mpeg", old, "Old title", "Ada", "1999", "", "", "", false},
		{"WAV", "audio/x-wav", wav, "Title", "Ada", "2019-03-04", "2000", "8000", "", false},
		{"FLAC", "audio/flac", flac, "Title", "Ada", "2019", "2000", "44100", "", true},
		{"Opus", "audio/ogg", opus, "Title", "Ada", "2019", "3000", "48000", "", false},
		{"MP4", "video/mp4", mp4, "Title", "Ada", "2019-03-04T05:06:07Z", "2500", "", "", true},
		{"Matroska", "video/x-matroska", mkv, "Title", "Ada", "", "1500", "", "", false},
		{"none that is read", "video/x-ms-asf", "x", "", "", "", "", "", "", false},
	}
	for _, tt := range tests {
		d := read(t, tt.mediaType, []byte(tt.data))
		got := []string{d.Get("title"), d.Get("author"), d.Get("date"), d.Get("duration"), d.Get("samplingRate"), strings.TrimSuffix(d.Text(), "\n")}
		want := []string{tt.title, tt.author, tt.date, tt.duration, tt.rate, tt.text}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: got %q, want %q", tt.name, got, want)
				break
			}
		}
		if d.Err != nil || len(d.Gaps) == 0 || d.Gaps[len(d.Gaps)-1].Code != document.Unknown || (d.Gaps[0].Code == document.Withheld) != tt.withheld {
			t.Errorf("%s: %v, %v", tt.name, d.Gaps, d.Err)
		}
		// Cut anywhere, it ends without a word too many.
		for i := 0; i < len(tt.data); i += max(1, len(tt.data)/200) {
			if d := read(t, tt.mediaType, []byte(tt.data[:i])); d.Err != nil {
				t.Errorf("%s cut at %d: %v", tt.name, i, d.Err)
			}
		}
	}
	if d := read(t, "video/mp4", []byte(mp4)); d.Get("authoredAt") != "2017-07-14T02:40:00Z" {
		t.Errorf("made at %q", d.Get("authoredAt"))
	}
}
