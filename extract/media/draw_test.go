package media_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/media"
)

// TestDraw: a picture is made narrower, and never wider.
func TestDraw(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, flag()); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ ask, width, height int }{{24, 24, 16}, {5000, 24, 16}, {12, 12, 8}, {1, 1, 1}} {
		d := documenttest.Draw(t.Context(), media.Reader{}, b.Bytes(), document.Input{Type: "image/png"}, 1, tt.ask)
		if d.Err != nil || len(d.Images) != 1 {
			t.Fatalf("%d across: %v", tt.ask, d.Err)
		}
		img, err := png.Decode(bytes.NewReader(d.Images[0].PNG))
		if err != nil || img.Bounds().Dx() != tt.width || img.Bounds().Dy() != tt.height || d.Images[0].Width != tt.width {
			t.Errorf("%d across: %v, %v", tt.ask, img.Bounds(), err)
		}
		if r, g, _, _ := img.At(tt.width/4, tt.height/4).RGBA(); tt.ask > 1 && (r < 0xf000 || g > 0x1000) {
			t.Errorf("%d across: the upper half is no more red", tt.ask)
		}
	}
}

// TestDrawNothing: why there is no picture is said.
func TestDrawNothing(t *testing.T) {
	for _, tt := range []struct {
		typ, want string
		page      int
	}{
		{"image/png", "page 1: the picture cannot be decoded", 1},
		{"image/png", "page 0: the document has no picture of it", 0},
		{"audio/mpeg", "page 1: the document has no picture of it", 1},
	} {
		d := documenttest.Draw(t.Context(), media.Reader{}, []byte("no picture"), document.Input{Type: tt.typ}, tt.page, 100)
		if len(d.Images) > 0 || overt.CodeOf(d.Err) != overt.NotFound || !strings.HasPrefix(d.Err.Error(), tt.want) {
			t.Errorf("%s, page %d: %v", tt.typ, tt.page, d.Err)
		}
	}
}
