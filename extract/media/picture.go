package media

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	scale "golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"overt/extract/document"
)

// A decoder reads one kind of picture.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// about reads what is written about the picture. It may be nil.
	about func(*reading) (meta, error)
}

var pictures = map[string]*decoder{
	"image/png":  {png.DecodeConfig, png.Decode, (*reading).pngAbout},
	"image/jpeg": {jpeg.DecodeConfig, jpeg.Decode, (*reading).jpegAbout},
	"image/gif":  {gif.DecodeConfig, gif.Decode, (*reading).gifAbout},
	"image/bmp":  {bmp.DecodeConfig, bmp.Decode, nil},
	"image/webp": {webp.DecodeConfig, webp.Decode, (*reading).webpAbout},
}

// meta is what is written about a picture and matters for showing it.
type meta struct {
	turn        int     // of EXIF: 1 to 8, 0 when not said
	dpi         float32 // 0 when not said
	progressive bool    // a JPEG that is decoded as a whole
}

// picture reads a file that is one picture.
func (m *reading) picture(kind string) error {
	d := pictures[kind]
	var about meta
	if d.about != nil {
		var err error
		if about, err = d.about(m); err != nil {
			return err
		}
	}
	source := func() io.Reader { return io.NewSectionReader(m.in, 0, m.in.Size) }
	return m.show(1, about, func() (image.Config, error) { return d.config(source()) }, func() (image.Image, error) { return d.decode(source()) })
}

// show gives one picture as a page and its image. What cannot be decoded, and
// what is too large, is a gap.
func (m *reading) show(page int, about meta, config func() (image.Config, error), decode func() (image.Image, error)) error {
	if err := m.stopped(); err != nil {
		return err
	}
	if m.only > 0 && m.only != page {
		return nil
	}
	c, err := guarded(config)
	if err != nil {
		return m.undecoded(page, err)
	}
	if c.Width < 1 || c.Height < 1 {
		return m.gap(page, document.Damaged, fmt.Sprintf("the picture is said to have %d × %d pixels", c.Width, c.Height))
	}
	if int64(c.Width) > m.in.Limits.Pixels/int64(c.Height) || memory(c, about) > maxMemory {
		return m.gap(page, document.TooMuch, fmt.Sprintf("the picture has %d × %d pixels; that is more than is decoded", c.Width, c.Height))
	}
	img, err := guarded(decode)
	if err != nil {
		return m.undecoded(page, err)
	}
	img = upright(img, about.turn)
	if w := img.Bounds().Dx(); m.only > 0 && w > m.width {
		img = narrowed(img, m.width)
		about.dpi *= float32(m.width) / float32(w)
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := enc.Encode(&b, plainest(img)); err != nil {
		return m.undecoded(page, err)
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	p := document.Page{Number: page, Origin: document.Letters, Sparse: true}
	if dpi := about.dpi; dpi >= 30 && dpi <= 2400 {
		p.Width, p.Height = float32(w)*72/dpi, float32(h)*72/dpi
	} else {
		about.dpi = 0
	}
	if err := m.out.Page(p); err != nil {
		return err
	}
	return m.out.Image(document.Image{Page: page, Width: w, Height: h, DPI: about.dpi, PNG: b.Bytes()})
}

// narrowed gives a picture with fewer pixels across.
func narrowed(img image.Image, width int) image.Image {
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, width, max(1, b.Dy()*width/b.Dx())))
	scale.ApproxBiLinear.Scale(out, out.Bounds(), img, b, scale.Src, nil)
	return out
}

// maxMemory bounds what decoding may need, in bytes, of the memory a worker has.
const maxMemory = 600 << 20

// memory is what decoding needs, in bytes: the picture, a copy of it that is
// turned, and for progressive JPEG all coefficients of three colours.
func memory(c image.Config, about meta) int64 {
	px := int64(c.Width) * int64(c.Height)
	size := int64(4)
	switch c.ColorModel {
	case color.GrayModel:
		size = 1
	case color.YCbCrModel:
		size = 3
	case color.RGBA64Model, color.NRGBA64Model:
		size = 8
	}
	if _, ok := c.ColorModel.(color.Palette); ok {
		size = 1
	}
	if about.turn > 1 {
		size += 4
	}
	if about.progressive {
		size += 12
	}
	return px * size
}

func (m *reading) undecoded(page int, err error) error {
	code := document.Damaged
	if s := err.Error(); bytes.Contains([]byte(s), []byte("unsupported")) || bytes.Contains([]byte(s), []byte("not supported")) {
		code = document.Unknown
	}
	return m.gap(page, code, "the picture cannot be decoded: "+clean(err.Error()))
}

// guarded calls a decoder that others wrote: a panic of it is damage.
func guarded[T any](f func() (T, error)) (out T, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("the decoder failed: %v", x)
		}
	}()
	return f()
}

// plainest gives a picture in a form that is encoded without asking for each
// pixel. Two-coloured pages stay small.
func plainest(img image.Image) image.Image {
	switch img.(type) {
	case *image.Gray, *image.NRGBA, *image.RGBA, *image.Paletted, *image.Gray16, *image.NRGBA64, *image.RGBA64:
		return img
	}
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	return out
}

// upright turns a picture as EXIF says it was held (tag 0x0112): 2 to 4 keep
// width and height, 5 to 8 swap them.
func upright(img image.Image, turn int) image.Image {
	if turn < 2 || turn > 8 {
		return img
	}
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	if turn >= 5 {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	src := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()))
	draw.Draw(src, src.Bounds(), img, from.Min, draw.Src)
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch turn {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, w-1-x
			case 7:
				sx, sy = h-1-y, w-1-x
			case 8:
				sx, sy = h-1-y, x
			}
			out.SetRGBA(x, y, src.RGBAAt(sx, sy))
		}
	}
	return out
}
