package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"

	"overt"
	"overt/extract/document"
)

// Draw implements document.Drawer.
func (e *Engine) Draw(ctx context.Context, in document.Input, page, width int, out document.Sink) (err error) {
	r, err := e.begin(ctx, in, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.end(err)) }()
	if page < 1 || page > r.pages {
		return overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", page), "the document has %d pages", r.pages)
	}
	var drawn *document.Image
	failed, err := r.do(func(in *instance) error {
		if s, ok := in.load(r.open.doc, page); ok {
			if w, _ := s.size(); w >= 1 {
				drawn = r.picture(s, float32(float64(width)*72/w))
			}
			s.close()
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case failed != nil:
		return r.explain(failed)
	case drawn == nil:
		return overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", page), "it cannot be drawn")
	}
	drawn.Page = page
	return out.Image(*drawn)
}

// draw gives the picture of a page, nil with a gap when there is none.
func (r *reading) draw(s *sheet, p *page) *document.Image {
	dpi := r.e.DPI
	if !(dpi > 0) {
		dpi = 200
	}
	img := r.picture(s, dpi)
	if img == nil {
		p.gaps = append(p.gaps, document.Gap{Page: p.Number, Code: document.Damaged, Reason: "the page cannot be drawn"})
	}
	return img
}

const (
	bitmapBGRA   = 4
	drawAnnots   = 1
	reverseOrder = 0x10 // red first
)

// picture draws a page as PNG. A page without size has none.
func (r *reading) picture(s *sheet, dpi float32) *document.Image {
	width, height := s.size()
	if width < 1 || height < 1 || !(dpi > 0) {
		return nil
	}
	scale := float64(dpi) / 72
	most := min(float64(r.in.Limits.Pixels), float64(r.e.limit)/12) // four bytes each, in a third of the memory
	if n := width * height * scale * scale; n > most {
		scale *= math.Sqrt(most / n)
	}
	w, h := int(width*scale), int(height*scale)
	if w < 1 || h < 1 {
		return nil
	}
	in := s.in
	bitmap := in.call("FPDFBitmap_CreateEx", uint32(w), uint32(h), bitmapBGRA, 0, 0)
	if bitmap == 0 {
		return nil
	}
	in.call("FPDFBitmap_FillRect", bitmap, 0, 0, uint32(w), uint32(h), math.MaxUint32)
	in.call("FPDF_RenderPageBitmap", bitmap, s.page, 0, 0, uint32(w), uint32(h), 0, drawAnnots|reverseOrder)
	if form := r.open.form; form != 0 {
		in.call("FORM_OnAfterLoadPage", s.page, form)
		in.call("FPDF_FFLDraw", form, bitmap, s.page, 0, 0, uint32(w), uint32(h), 0, drawAnnots|reverseOrder)
		in.call("FORM_OnBeforeClosePage", s.page, form)
	}
	stride := int(in.call("FPDFBitmap_GetStride", bitmap))
	at := in.call("FPDFBitmap_GetBuffer", bitmap)
	data, err := encode(&image.RGBA{Pix: in.view(at, uint32(stride*h)), Stride: stride, Rect: image.Rect(0, 0, w, h)})
	in.call("FPDFBitmap_Destroy", bitmap)
	if err != nil {
		return nil // it does not: the sizes are sane and the buffer takes all
	}
	return &document.Image{Page: s.number, Width: w, Height: h, DPI: float32(scale * 72), PNG: data}
}

// encode writes a picture as PNG, quickly, and without colours when it has none.
func encode(img *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	if grey := greyOf(img); grey != nil {
		err := e.Encode(&out, grey)
		return out.Bytes(), err
	}
	err := e.Encode(&out, img)
	return out.Bytes(), err
}

// greyOf gives the same picture in one channel, nil when it has colours.
func greyOf(img *image.RGBA) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	grey := image.NewGray(img.Rect)
	for y := range h {
		row, out := img.Pix[y*img.Stride:], grey.Pix[y*grey.Stride:]
		for x := range w {
			p := row[4*x : 4*x+3 : 4*x+3]
			if p[0] != p[1] || p[1] != p[2] {
				return nil
			}
			out[x] = p[0]
		}
	}
	return grey
}
