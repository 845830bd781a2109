package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/media"
)

func read(t testing.TB, mediaType string, data []byte) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), media.Reader{}, data, document.Input{Type: mediaType})
}

// flag is a picture of three colours: red above, green and blue below.
func flag() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 24, 16))
	for y := range 16 {
		for x := range 24 {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case y >= 8 && x < 12:
				c = color.RGBA{0, 255, 0, 255}
			case y >= 8:
				c = color.RGBA{0, 0, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, segments ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, flag(), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	out := append([]byte{}, b.Bytes()[:2]...)
	for _, s := range segments {
		out = append(out, 0xff, s[0])
		out = binary.BigEndian.AppendUint16(out, uint16(len(s)+1))
		out = append(out, s[1:]...)
	}
	return append(out, b.Bytes()[2:]...)
}

type field struct {
	tag, kind uint16
	value     any // string, or uint32 for kinds 3 and 4
}

// tiffOf writes a directory of TIFF, little endian, and what its values point to.
func tiffOf(fields ...field) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32([]byte("II*\x00"), 8)
	out = le.AppendUint16(out, uint16(len(fields)))
	var tail []byte
	base := 8 + 2 + 12*len(fields) + 4
	for _, f := range fields {
		out = le.AppendUint16(le.AppendUint16(out, f.tag), f.kind)
		switch v := f.value.(type) {
		case uint32:
			out = le.AppendUint32(le.AppendUint32(out, 1), v)
		case string:
			v += "\x00"
			out = le.AppendUint32(out, uint32(len(v)))
			out = le.AppendUint32(out, uint32(base+len(tail)))
			tail = append(tail, v...)
		}
	}
	return append(le.AppendUint32(out, 0), tail...)
}

func at(t testing.TB, d *documenttest.Doc, x, y int) string {
	t.Helper()
	if len(d.Images) != 1 {
		t.Fatalf("%d images, %v, %v", len(d.Images), d.Gaps, d.Err)
	}
	img, err := png.Decode(bytes.NewReader(d.Images[0].PNG))
	if err != nil {
		t.Fatal(err)
	}
	r, g, b, _ := img.At(x, y).RGBA()
	switch {
	case r > g && r > b:
		return "red"
	case g > b:
		return "green"
	}
	return "blue"
}

// What was written about a picture is said, it stands upright, and where it was
// taken is withheld.
func TestEXIF(t *testing.T) {
	tests := []struct {
		turn   uint32
		w, h   int
		corner [3]string // upper left, upper right, lower left
	}{
		{1, 24, 16, [3]string{"red", "red", "green"}},
		{2, 24, 16, [3]string{"red", "red", "blue"}},
		{3, 24, 16, [3]string{"blue", "green", "red"}},
		{4, 24, 16, [3]string{"green", "blue", "red"}},
		{5, 16, 24, [3]string{"red", "green", "red"}},
		{6, 16, 24, [3]string{"green", "red", "blue"}},
		{7, 16, 24, [3]string{"blue", "red", "green"}},
		{8, 16, 24, [3]string{"red", "blue", "red"}},
	}
	for _, tt := range tests {
		exif := tiffOf(field{270, 2, "A flag of three colours"}, field{271, 2, "Examplecam"}, field{274, 3, tt.turn}, field{305, 2, "Draw 1.0"}, field{306, 2, "2020:01:02 03:04:05"},
			field{315, 2, "Ada Example"}, field{0x8825, 4, uint32(8)})
		d := read(t, "image/jpeg", jpegOf(t, "\xe1Exif\x00\x00"+string(exif), "\xfea comment"))
		if d.Err != nil || len(d.Images) != 1 || d.Images[0].Width != tt.w || d.Images[0].Height != tt.h {
			t.Fatalf("turn %d: %v", tt.turn, d)
		}
		got := [3]string{at(t, d, 1, 1), at(t, d, tt.w-2, 1), at(t, d, 1, tt.h-2)}
		if got != tt.corner {
			t.Errorf("turn %d: corners are %v, want %v", tt.turn, got, tt.corner)
		}
		if d.Get("author") != "Ada Example" || d.Get("modifiedAt") != "2020-01-02T03:04:05" || d.Get("generator") != "Draw 1.0" || strings.Join(d.All("summary"), "|") != "A flag of three colours|a comment" {
			t.Errorf("turn %d: %v", tt.turn, d.Properties)
		}
		if len(d.Gaps) != 1 || d.Gaps[0].Code != document.Withheld {
			t.Errorf("turn %d: gaps %v", tt.turn, d.Gaps)
		}
		if bytes.Contains(d.Images[0].PNG, []byte("Examplecam")) {
			t.Error("the image still holds what was written about it")
		}
		if !d.Pages[0].Sparse {
			t.Error("a picture is not sparse")
		}
	}
}

func TestPNGAndGIF(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, flag()); err != nil {
		t.Fatal(err)
	}
	chunk := func(kind, body string) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		return append(append(append(out, kind...), body...), "\x00\x00\x00\x00"...)
	}
	end := len(b.Bytes()) - 12
	data := append([]byte{}, b.Bytes()[:end]...)
	data = append(data, b.Bytes()[end:]...)
	data = append(data[:33:33], append(bytes.Join([][]byte{chunkSum(chunk("pHYs", "\x00\x00\x2e\x23\x00\x00\x2e\x23\x01")), chunkSum(chunk("tEXt", "Title\x00Caf\xe9")), chunkSum(chunk("iTXt", "Author\x00\x00\x00de\x00Autor\x00Ada Beispiel"))}, nil), data[33:]...)...)
	d := read(t, "image/png", data)
	if d.Err != nil || d.Get("title") != "Café" || d.Get("author") != "Ada Beispiel" || len(d.Images) != 1 || math.Round(float64(d.Images[0].DPI)) != 300 || math.Round(float64(d.Pages[0].Width)) != 6 {
		t.Errorf("%v", d)
	}

	frame := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White})
	b.Reset()
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame, frame, frame}, Delay: []int{1, 1, 1}}); err != nil {
		t.Fatal(err)
	}
	d = read(t, "image/gif", b.Bytes())
	if d.Err != nil || len(d.Images) != 1 || len(d.Notes) != 1 || !strings.Contains(d.Notes[0].Message, "3 frames") {
		t.Errorf("%v", d)
	}
}

// Sizes are believed by nobody.
func TestHostile(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, flag()); err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(b.Bytes())
	binary.BigEndian.PutUint32(huge[16:], 65535)
	binary.BigEndian.PutUint32(huge[20:], 65535)
	huge = append(chunkSum(huge[8:33]), huge[33:]...)
	huge = append([]byte("\x89PNG\r\n\x1a\n"), huge...)
	loop := tiffOf(field{256, 3, uint32(1)}, field{257, 3, uint32(1)})
	binary.LittleEndian.PutUint32(loop[10+24:], 8)
	tests := []struct {
		name, mediaType string
		data            []byte
		code            string
	}{
		{"65,535 × 65,535", "image/png", huge, document.TooMuch},
		{"a picture cut", "image/png", b.Bytes()[:60], document.Damaged},
		{"no picture", "image/jpeg", []byte("\xff\xd8\xff\xe0"), document.Damaged},
		{"pages that lead back", "image/tiff", loop, document.Damaged},
		{"a TIFF of 2^31 pixels", "image/tiff", tiffOf(field{256, 4, uint32(1 << 31)}, field{257, 4, uint32(1 << 31)}), document.Damaged},
		{"a TIFF of 10^9 pixels", "image/tiff", tiffOf(field{256, 4, uint32(32000)}, field{257, 4, uint32(32000)}), document.TooMuch},
		{"JPEG strips that are not there", "image/tiff", tiffOf(field{256, 4, uint32(100)}, field{257, 4, uint32(100)}, field{259, 3, uint32(7)}, field{273, 4, uint32(1 << 30)}, field{279, 4, uint32(100)}), document.Damaged},
		{"HEIC", "image/heic", []byte("\x00\x00\x00\x18ftypheic"), document.Unknown},
		{"JBIG2", "image/x-jbig2", []byte("\x97JB2\r\n\x1a\n"), document.Unknown},
	}
	for _, tt := range tests {
		d := read(t, tt.mediaType, tt.data)
		if d.Err != nil || len(d.Gaps) == 0 || d.Gaps[len(d.Gaps)-1].Code != tt.code || len(d.Images) > 0 {
			t.Errorf("%s: %v", tt.name, d)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if d := documenttest.Read(ctx, media.Reader{}, b.Bytes(), document.Input{Type: "image/png"}); !errors.Is(d.Err, context.Canceled) {
		t.Errorf("a stopped reading gave %v", d.Err)
	}
}

// chunkSum puts the checksum at the end of a chunk.
func chunkSum(b []byte) []byte {
	b = bytes.Clone(b)
	binary.BigEndian.PutUint32(b[len(b)-4:], crc(b[4:len(b)-4]))
	return b
}

func crc(b []byte) uint32 {
	c := ^uint32(0)
	for _, v := range b {
		c ^= uint32(v)
		for range 8 {
			c = c>>1 ^ 0xedb88320*(c&1)
		}
	}
	return ^c
}

// TestCorpus shows every picture of the shared documents, or says why not.
func TestCorpus(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]int{"ingest-file/multipage_tiff_example.tif": 10}
	withheld := map[string]bool{"tika/testJPEG_GEO_2.jpg": true}
	n := 0
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), name)
		if err != nil {
			t.Fatal(err)
		}
		if k.Family != kind.Image {
			continue
		}
		n++
		d := read(t, k.Type, data)
		want := max(pages[name], 1)
		gaps := 0
		for _, g := range d.Gaps {
			if g.Code != document.Withheld {
				gaps++
			}
		}
		if d.Err != nil || len(d.Images)+gaps != want {
			t.Errorf("%s: %d images, %v, %v", name, len(d.Images), d.Gaps, d.Err)
		}
		// Drawn alone, a page is what it was beside the others.
		for _, i := range d.Images {
			alone := documenttest.Draw(t.Context(), media.Reader{}, data, document.Input{Type: k.Type}, i.Page, 1<<20)
			if alone.Err != nil || len(alone.Images) != 1 || !bytes.Equal(alone.Images[0].PNG, i.PNG) || len(alone.Pages)+len(alone.Properties)+len(alone.Gaps) > 0 {
				t.Errorf("%s: page %d drawn alone differs: %v\n%s", name, i.Page, alone.Err, alone)
			}
		}
		none := documenttest.Draw(t.Context(), media.Reader{}, data, document.Input{Type: k.Type}, want+1, 100)
		if len(none.Images) > 0 || overt.CodeOf(none.Err) != overt.NotFound {
			t.Errorf("%s: page %d: %v", name, want+1, none.Err)
		}
		if withheld[name] && (len(d.Gaps) != 1 || d.Gaps[0].Code != document.Withheld) {
			t.Errorf("%s: gaps %v", name, d.Gaps)
		}
		if name == "tika/testWMF_charset.wmf" && d.Text() != "test_embedded_pac\nkage_普林斯?.rtf\n" {
			t.Errorf("%s: %q", name, d.Text())
		}
		if testing.Verbose() {
			fmt.Println(name, len(d.Images), d.Gaps, d.Notes, d.Properties)
			for _, i := range d.Images[:min(len(d.Images), 1)] {
				fmt.Println("   ", i.Width, i.Height, i.DPI, len(i.PNG), "of", len(data))
				if dir := os.Getenv("KEEP_PNG"); dir != "" {
					_ = os.WriteFile(filepath.Join(dir, filepath.Base(p)+".png"), i.PNG, 0o600)
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d pictures", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("image/jpeg", jpegOf(f, "\xe1Exif\x00\x00"+string(tiffOf(field{274, 3, uint32(6)}, field{0x8769, 4, uint32(8)}))))
	f.Add("image/tiff", tiffOf(field{256, 3, uint32(4)}, field{257, 3, uint32(4)}, field{259, 3, uint32(7)}, field{273, 4, uint32(8)}, field{279, 4, uint32(8)}))
	f.Add("image/gif", []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xfe\x01x\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"))
	f.Add("image/png", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00iTXt"))
	f.Add("image/webp", []byte("RIFF\x00\x00\x00\x00WEBPEXIF\x10\x00\x00\x00II*\x00"))
	f.Add("image/emf", []byte(emfOf(emfText(0, 0, "x", 5))))
	f.Add("image/wmf", []byte(strings.Repeat("\x00", 18)+wmfRecord(0x0521, "\x01\x00x\x00\x00\x00\x00\x00")))
	f.Add("audio/mpeg", []byte("ID3\x03\x00\x00\x00\x00\x00\x0aTIT2\x00\x00\x00\x02\x00\x00\x00x"))
	f.Add("video/mp4", []byte("\x00\x00\x00\x18ftypisom\x00\x00\x00\x00\x00\x00\x00\x08moov"))
	f.Fuzz(func(t *testing.T, mediaType string, data []byte) {
		d := documenttest.Read(t.Context(), media.Reader{}, data, document.Input{Type: mediaType, Limits: document.Limits{Pixels: 1 << 20}})
		if d.Err != nil {
			t.Error(d.Err)
		}
	})
}
