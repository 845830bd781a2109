package pdf

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// shared is the engine of this process: compiling it takes seconds.
var shared *Engine

// TestMain keeps the compiled code for the tests of one run.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pdfium")
	if err != nil {
		panic(err)
	}
	cache = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var cache string

func engine(t testing.TB) *Engine {
	t.Helper()
	if shared == nil {
		shared = loaded(t, Config{Cache: cache})
	}
	shared.Images, shared.DPI = NoImages, 0
	return shared
}

func loaded(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := Load(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func read(t testing.TB, data []byte) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), engine(t), data, document.Input{})
}

// TestGoldens reads papers of our own.
func TestGoldens(t *testing.T) {
	tests := []struct {
		name  string
		paper *paper
	}{
		{"lines", letter("", nil,
			leaf{content: at(72, 700, 12, "Minutes of the harbour board") + at(72, 680, 12, "The vote was carried by investi-") + at(72, 666, 12, "gators, without self-") + at(72, 652, 12, "Interest.")},
			leaf{content: at(72, 700, 12, "turned"), extra: "/Rotate 90"},
			leaf{content: at(172, 700, 12, "cropped"), extra: "/CropBox [100 100 500 750]"})},
		{"about", about()},
		{"labels", letter("/PageLabels <</Nums [0 <</S /r>> 1 <</S /D /P (A-) /St 7>>]>>", nil, leaf{content: at(72, 700, 12, "preface")}, leaf{content: at(72, 700, 12, "body")})},
		{"form", form()},
		{"remarks", remarks()},
		{"attached", attachments()},
		{"hidden", letter("", nil, leaf{content: at(72, 700, 12, "painted") + "3 Tr " + at(72, 680, 12, "not painted")},
			leaf{content: at(72, 700, 12, "the name is") + at(150, 700, 12, "Anna") + "0 g 148 695 40 16 re f\n"},
			leaf{content: "1 g " + at(72, 700, 12, "white on white")},
			leaf{content: "0 0 0.5 rg 60 690 300 30 re f 1 g " + at(72, 700, 12, "white on blue")})},
		{"scan", scan()},
		{"ruled", letter("", nil, leaf{content: ruledTable()})},
		{"plain", letter("", nil, leaf{content: plainTable()})},
		{"prose", letter("", nil, leaf{content: proseColumns()})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			read(t, tt.paper.bytes()).Golden(t, "testdata/"+tt.name+".golden")
		})
	}
}

func about() *paper {
	p := letter("", nil, leaf{content: at(72, 700, 12, "text")})
	n := p.add("<</Title (Harbour \\(new\\)) /Author (\xfe\xff\x00A\x00n\x00n\x00a) /Subject (Dues) /Keywords (port, dues) /Creator (Writer) /Producer (Printer) /CreationDate (D:20240229093000+01'00') /ModDate (D:2024)>>")
	p.trailer = "/Info " + ref(n)
	p.stream("/Type /Metadata /Subtype /XML", `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmp:CreateDate="2019-01-01" pdf:Producer="Printer">
<dc:creator><rdf:Seq><rdf:li>Anna</rdf:li><rdf:li>Bert</rdf:li></rdf:Seq></dc:creator><dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>`)
	return p
}

func ref(n int) string { return strconv.Itoa(n) + " 0 R" }

func form() *paper {
	return letter("/AcroForm <</Fields [5 0 R 6 0 R 7 0 R] /DA (/F1 12 Tf) /DR <</Font <</F1 3 0 R>>>>>>", []string{
		"<</Type /Annot /Subtype /Widget /FT /Tx /T (vessel) /V (Maria Stern) /Rect [72 600 300 620]>>",
		"<</Type /Annot /Subtype /Widget /FT /Btn /T (insured) /V /Yes /AS /Yes /AP <</N <</Yes 8 0 R /Off 8 0 R>>>> /Rect [72 570 90 590]>>",
		"<</Type /Annot /Subtype /Widget /FT /Tx /T (empty) /Rect [72 540 300 560]>>",
		"<</Type /XObject /Subtype /Form /BBox [0 0 10 10] /Length 0>>\nstream\n\nendstream",
	}, leaf{content: at(72, 700, 12, "Declaration"), extra: "/Annots [5 0 R 6 0 R 7 0 R]"})
}

func remarks() *paper {
	return letter("", []string{
		"<</Type /Annot /Subtype /Text /T (Clerk) /Contents (see the letter of May) /Rect [400 700 420 720]>>",
		"<</Type /Annot /Subtype /Link /A <</S /URI /URI (https://harbour.example/dues)>> /Rect [72 600 300 620]>>",
		"<</Type /Annot /Subtype /Link /A <</S /Launch /F (\\\\\\\\server\\\\run.exe)>> /Rect [72 600 300 620]>>",
	}, leaf{content: at(72, 700, 12, "Dues"), extra: "/Annots [5 0 R 6 0 R 7 0 R]"})
}

func attachments() *paper {
	return letter("/Names <</EmbeddedFiles <</Names [(dues.csv) 5 0 R]>>>> /OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>", []string{
		"<</Type /Filespec /F (dues.csv) /UF (dues.csv) /EF <</F 6 0 R>>>>",
		"<</Type /EmbeddedFile /Subtype /text#2Fcsv /Params <</ModDate (D:20240301) /Size 9>> /Length 9>>\nstream\nship,dues\nendstream",
		"<</Type /Annot /Subtype /FileAttachment /Contents (the list) /FS 8 0 R /Rect [400 700 420 720]>>",
		"<</Type /Filespec /F (..\\\\list.txt) /EF <</F 9 0 R>>>>",
		"<</Type /EmbeddedFile /Length 4>>\nstream\nlist\nendstream",
	}, leaf{content: at(72, 700, 12, "With files"), extra: "/Annots [7 0 R]"})
}

// scan is a page that is a picture, with a layer of recognised text on the
// second one.
func scan() *paper {
	pic := "<</Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 4>>\nstream\n\x00\xff\xff\x00\nendstream"
	draw, more := "q 612 0 0 792 0 0 cm /P Do Q\n", "/XObject <</P 5 0 R>>"
	return letter("", []string{pic}, leaf{content: draw, more: more},
		leaf{content: draw + "3 Tr " + at(72, 700, 12, "Recognised words of a letter to the harbour board"), more: more})
}

// TestUnicode reads text that a ToUnicode map spells: beyond the basic plane,
// ligatures, right to left.
func TestUnicode(t *testing.T) {
	cmap := "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n1 begincodespacerange <00> <ff> endcodespacerange\n3 beginbfchar <41> <d83ddea2> <42> <006600660069> <43> <fb03> endbfchar\nendcmap end end"
	p := letter("", []string{
		"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode 6 0 R>>",
		"<</Length " + strconv.Itoa(len(cmap)) + ">>\nstream\n" + cmap + "\nendstream",
	}, leaf{content: "BT /F9 12 Tf 72 700 Td (A o) Tj 0 -20 Td (oB) Tj 0 -20 Td (oC) Tj ET", more: "/Font <</F9 5 0 R>>"})
	d := read(t, p.bytes())
	if got, want := d.Text(), "🚢 o\noffi\noffi\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if b := d.Pages[0].Boxes; len(b) != 4 || b[1].Start != 2 {
		t.Errorf("boxes %+v", b)
	}
}

// TestImages draws a page, as asked and as coarse as the limit wants.
func TestImages(t *testing.T) {
	e := engine(t)
	for _, tt := range []struct {
		images Images
		want   int
	}{{NoImages, 0}, {SparseImages, 1}, {AllImages, 2}} {
		e.Images, e.DPI = tt.images, 36
		d := documenttest.Read(t.Context(), e, scan().bytes(), document.Input{})
		if len(d.Images) != tt.want || d.Err != nil {
			t.Errorf("%v: %d pictures, want %d; %v", tt.images, len(d.Images), tt.want, d.Err)
		}
	}
	data := letter("", nil, leaf{content: "0.5 g 0 0 612 396 re f\n"}).bytes()
	draw := func(page, width int, limits document.Limits) *documenttest.Doc {
		d := documenttest.Draw(t.Context(), e, data, document.Input{Limits: limits}, page, width)
		if len(d.Pages)+len(d.Properties)+len(d.Gaps)+len(d.Notes) > 0 || (d.Err == nil) != (len(d.Images) == 1) {
			t.Fatalf("page %d: a picture was asked for:\n%s%v", page, d, d.Err)
		}
		return d
	}
	img := draw(1, 612, document.Limits{}).Images[0]
	pic, err := png.Decode(bytes.NewReader(img.PNG))
	if err != nil || img.Page != 1 || img.Width != 612 || img.Height != 792 || img.DPI != 72 {
		t.Fatalf("%d × %d at %v: %v", img.Width, img.Height, img.DPI, err)
	}
	up, _, _, _ := pic.At(300, 100).RGBA()
	low, _, _, _ := pic.At(300, 700).RGBA()
	if up != 0xffff || low < 0x7000 || low > 0x9000 {
		t.Errorf("the upper half is %x, the lower %x", up, low)
	}
	if img = draw(1, 2500, document.Limits{Pixels: 1000}).Images[0]; img.Width*img.Height > 1000 || img.Width < 20 {
		t.Errorf("%d × %d", img.Width, img.Height)
	}
	for _, page := range []int{-1, 0, 2} {
		if d := draw(page, 72, document.Limits{}); overt.CodeOf(d.Err) != overt.NotFound {
			t.Errorf("page %d: %v", page, d.Err)
		}
	}
}

// TestFlippedByte changes one byte of PDFium.
func TestFlippedByte(t *testing.T) {
	for _, i := range []int{len(blob) / 2, len(blob) - 10} {
		b := bytes.Clone(blob)
		b[i] ^= 1
		if _, err := unpack(b); err == nil {
			t.Errorf("byte %d was changed, and the engine loads", i)
		}
	}
	code, err := unpack(blob)
	if err != nil || len(code) != blobSize {
		t.Fatalf("%d bytes: %v", len(code), err)
	}
}

// TestBrokenCache changes a byte of the compiled code in the cache: it is not
// run.
func TestBrokenCache(t *testing.T) {
	engine(t)
	dir := filepath.Join(t.TempDir(), "cache")
	if err := os.CopyFS(dir, os.DirFS(cache)); err != nil {
		t.Fatal(err)
	}
	var changed int
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) < 1<<20 {
			return err
		}
		data[len(data)/2] ^= 1
		changed++
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil || changed == 0 {
		t.Fatalf("%d files: %v", changed, err)
	}
	if _, err := Load(t.Context(), Config{Cache: dir}); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a changed cache: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	var r *document.Refusal
	d := read(t, nil)
	if overt.CodeOf(d.Err) != overt.Invalid || errors.As(d.Err, &r) {
		t.Errorf("empty: %v", d.Err)
	}
	d = documenttest.Read(t.Context(), engine(t), letter("", nil, leaf{}, leaf{}).bytes(), document.Input{Limits: document.Limits{Pages: 1}})
	if len(d.Pages) != 1 || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch || d.Err != nil {
		t.Errorf("one page of two: %s", d)
	}
	d = documenttest.Read(t.Context(), engine(t), letter("", nil, leaf{content: at(0, 0, 9, strings.Repeat("word ", 100))}).bytes(), document.Input{Limits: document.Limits{PageText: 40}})
	if len(d.Pages) != 1 || len(d.Pages[0].Text) > 40 || len(d.Gaps) != 1 || d.Err != nil {
		t.Errorf("a long page: %s", d)
	}
}

// TestBrokenDisk fails while the document is read: that is no fault of its own.
func TestBrokenDisk(t *testing.T) {
	data := letter("", nil, leaf{content: at(72, 700, 12, "text")}).bytes()
	broken := errors.New("the disk is gone")
	var d documenttest.Doc
	err := engine(t).Read(t.Context(), document.Input{ReaderAt: failing{broken}, Size: int64(len(data))}, document.Checked(nil, document.Limits{}, 1))
	if !errors.Is(err, broken) {
		t.Errorf("got %v %s", err, d.String())
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestDate(t *testing.T) {
	tests := []struct{ in, want string }{
		{"D:20240229093000+01'00'", "2024-02-29T09:30:00+01:00"},
		{"D:20240229093000Z00'00'", "2024-02-29T09:30:00Z"},
		{"D:20240229093000", "2024-02-29T09:30:00"},
		{"20240229", "2024-02-29"}, {"D:202402", "2024-02"}, {"D:2024", "2024"},
		{"D:20240231", ""}, {"D:20241399", ""}, {"soon", ""}, {"", ""},
		{"2008-11-27T13:46:42+01:00", "2008-11-27T13:46:42+01:00"},
		{"2019-01-01", "2019-01-01"}, {"2019-01-01T10:00:00", "2019-01-01T10:00:00"},
	}
	for _, tt := range tests {
		if got := date(tt.in); got != tt.want {
			t.Errorf("date(%q) is %q, want %q", tt.in, got, tt.want)
		}
	}
}
