package recognised_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/media"
	"overt/extract/recognised"
	"overt/internal/figures"
)

func TestArgs(t *testing.T) {
	tests := []struct {
		languages []string
		dpi       float32
		want      string // empty for an error
	}{
		{[]string{"eng", "deu", "eng"}, 300, "stdin stdout -l eng+deu --psm 3 --dpi 300 -c tessedit_create_tsv=1"},
		{[]string{"script/Cyrillic", "osd"}, 0, "stdin stdout -l script/Cyrillic --psm 1 -c tessedit_create_tsv=1"},
		{[]string{"eng"}, 1e9, "stdin stdout -l eng --psm 3 -c tessedit_create_tsv=1"},
		{nil, 300, ""},
		{[]string{"osd"}, 300, ""},
		{[]string{"--user-words"}, 300, ""},
		{[]string{"../eng"}, 300, ""},
		{[]string{"eng+deu"}, 300, ""},
	}
	for _, tt := range tests {
		got, err := recognised.Args(tt.languages, tt.dpi)
		if strings.Join(got, " ") != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%v: got %q, %v", tt.languages, got, err)
		}
	}
}

const head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

const two = head +
	"1\t1\t0\t0\t0\t0\t0\t0\t1000\t500\t-1\t\n" +
	"5\t1\t1\t1\t1\t1\t100\t50\t200\t40\t90\tGrüße\n" +
	"5\t1\t1\t1\t1\t2\t310\t50\t2000\t40\t40\tan\n" +
	"5\t1\t1\t1\t2\t1\t100\t100\t50\t40\t-1\talle\n" +
	"5\t1\t1\t1\t2\t2\t160\t100\t50\t40\t95\t \n" +
	"5\t1\t2\t1\t1\t1\t100\t300\t50\t40\t100\tEnde\n"

func TestPage(t *testing.T) {
	img := document.Image{Page: 3, Width: 1000, Height: 500, DPI: 144}
	p, err := recognised.Page(strings.NewReader(two), document.Page{Number: 3, Label: "iii", Sparse: true}, img, document.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Text != "Grüße an\nalle\n\nEnde" || p.Number != 3 || p.Label != "iii" || p.Origin != document.Recognised || p.Sparse || p.Width != 500 || p.Height != 250 {
		t.Errorf("got %+v", p)
	}
	if want := (90*5 + 40*2 + 0*4 + 100*4) / 100. / 15; math.Abs(float64(p.Confidence)-want) > 1e-6 {
		t.Errorf("confidence is %g, want %g", p.Confidence, want)
	}
	want := []document.Box{{Start: 0, End: 5, Left: 50, Top: 25, Right: 150, Bottom: 45}, {Start: 6, End: 8, Left: 155, Top: 25, Right: 500, Bottom: 45}, {Start: 9, End: 13, Left: 50, Top: 50, Right: 75, Bottom: 70}, {Start: 15, End: 19, Left: 50, Top: 150, Right: 75, Bottom: 170}}
	if !slices.Equal(p.Boxes, want) {
		t.Errorf("boxes are %v", p.Boxes)
	}
	// The measure of the page goes before the picture's density.
	p, err = recognised.Page(strings.NewReader(two), document.Page{Number: 1, Width: 100, Height: 50}, img, document.Limits{})
	if err != nil || p.Boxes[0].Left != 10 || p.Width != 100 {
		t.Errorf("got %v, %v", p.Boxes, err)
	}
	p, err = recognised.Page(strings.NewReader(head), document.Page{Number: 1}, document.Image{Width: 10, Height: 20}, document.Limits{})
	if err != nil || p.Text != "" || p.Confidence != 0 || p.Width != 10 {
		t.Errorf("an empty page: %+v, %v", p, err)
	}
}

func TestBadTables(t *testing.T) {
	row := "5\t1\t1\t1\t1\t1\t100\t50\t200\t40\t90\tword\n"
	for name, in := range map[string]string{
		"few columns":       "5\t1\t1\n",
		"no number":         strings.Replace(row, "100", "1e9", 1),
		"a huge number":     strings.Replace(row, "100", "99999999999", 1),
		"no confidence":     strings.Replace(row, "90", "NaN", 1),
		"a second page":     strings.Replace(row, "5\t1", "5\t2", 1),
		"a line too long":   strings.Replace(row, "word", strings.Repeat("x", 1<<17), 1),
		"too many words":    strings.Repeat(row, 20),
		"words of an error": "Error in pixReadStream\n",
	} {
		_, err := recognised.Page(strings.NewReader(in), document.Page{Number: 1}, document.Image{Width: 1000, Height: 500}, document.Limits{Boxes: 10})
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// recognise runs tesseract on a picture of the shared documents.
func recognise(t *testing.T, path string, languages ...string) document.Page {
	t.Helper()
	tool, err := exec.LookPath("tesseract")
	if err != nil {
		t.Skip("tesseract is not installed")
	}
	installed, err := exec.Command(tool, "--list-langs").Output()
	if err != nil {
		t.Skipf("tesseract lists no languages: %v", err)
	}
	for _, l := range languages {
		if !slices.Contains(strings.Fields(string(installed)), l) {
			t.Skipf("tesseract has no data for %s", l)
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), path)
	if err != nil {
		t.Fatal(err)
	}
	d := documenttest.Read(t.Context(), media.Reader{}, data, document.Input{Type: k.Type})
	if len(d.Images) == 0 {
		t.Fatalf("%s: %v", path, d)
	}
	args, err := recognised.Args(languages, d.Images[0].DPI)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Stdin = bytes.NewReader(d.Images[0].PNG)
	cmd.Env = append(os.Environ(), "OMP_THREAD_LIMIT=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tesseract: %v", err)
	}
	p, err := recognised.Page(bytes.NewReader(out), d.Pages[0], d.Images[0], document.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, b := range p.Boxes {
		if b.Left < 0 || b.Top < 0 || b.Right > p.Width+0.01 || b.Bottom > p.Height+0.01 || b.Right < b.Left {
			t.Errorf("%s: a box is %+v on %g × %g", path, b, p.Width, p.Height)
		}
	}
	return p
}

// found is the share of wanted words that were recognised, each as often as it
// is wanted.
func found(got, want string) float64 {
	left := map[string]int{}
	for _, w := range strings.Fields(got) {
		left[w]++
	}
	words := strings.Fields(want)
	n := 0
	for _, w := range words {
		if left[w] > 0 {
			left[w]--
			n++
		}
	}
	return float64(n) / float64(len(words))
}

// TestAccuracy compares with what is known to stand on pictures.
func TestAccuracy(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	euro, err := os.ReadFile(filepath.Join(dir, "tesseract-test", "eurotext.txt"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path, want string
		languages  []string
		least      float64
	}{
		{"tesseract-test/eurotext.tif", string(euro), []string{"eng", "deu"}, 0.85},
		{"tika/testOCR.png", "This file contains some words.", []string{"eng"}, 1},
		{"ingest-file/multipage_tiff_example.tif", "Multipage TIFF Example Page 1", []string{"eng"}, 1},
		{"ocrmypdf/crom.png", "Covfefe is a perfectly cromulent word.", []string{"eng"}, 1},
		{"tesseract-test/phototest-rotated-L.png", "This is a lot of 12 point text to test the", []string{"eng", "osd"}, 0.9},
	}
	for _, tt := range tests {
		p := recognise(t, filepath.Join(dir, tt.path), tt.languages...)
		share := found(p.Text, tt.want)
		if len(tt.languages) == 2 && tt.languages[1] == "deu" {
			f := figures.Figure{What: "words of a scan", Against: "its text, in six languages"}
			f.Add(tt.want, p.Text)
			figures.Hold(t, f, documenttest.Update())
		}
		t.Logf("%s: %.3f of the words, confidence %.3f, %d boxes: %.120q", tt.path, share, p.Confidence, len(p.Boxes), p.Text)
		if share < tt.least {
			t.Errorf("%s: %.3f of the words, want %.2f: %q", tt.path, share, tt.least, p.Text)
		}
	}
}

// TestAccuracyOfPrint recognises pages that were printed to pictures, and compares
// the words with those that were printed.
func TestAccuracyOfPrint(t *testing.T) {
	if testing.Short() {
		t.Skip("recognises some pages: in the full run only")
	}
	draw, err := exec.LookPath("pdftoppm")
	text, err2 := exec.LookPath("pdftotext")
	if err != nil || err2 != nil {
		t.Skip("pdftoppm and pdftotext are not installed")
	}
	dir := documenttest.Corpus(t, 2, "icdar2013-tables")
	f := figures.Figure{What: "words of pages recognised on pictures", Against: "the same pages before they were printed at 200 dpi"}
	for _, name := range []string{"us-001.pdf", "eu-001.pdf"} {
		path, picture := filepath.Join(dir, name), filepath.Join(t.TempDir(), "page")
		if err := exec.CommandContext(t.Context(), draw, "-r", "200", "-png", "-singlefile", "-f", "1", "-l", "1", path, picture).Run(); err != nil {
			t.Fatal(err)
		}
		want, err := exec.CommandContext(t.Context(), text, "-enc", "UTF-8", "-f", "1", "-l", "1", path, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		f.Add(string(want), recognise(t, picture+".png", "eng").Text)
	}
	figures.Hold(t, f, documenttest.Update())
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(two), 1000, 500, float32(300))
	f.Add([]byte("5\t1\t1\t1\t1\t1\t-1\t-1\t-1\t-1\t100\t\x00\xffx\n"), 1, 1, float32(0))
	f.Fuzz(func(t *testing.T, data []byte, w, h int, dpi float32) {
		if w < 1 || h < 1 || w > 1<<16 || h > 1<<16 || !(dpi >= 0 && dpi < 1e4) || dpi > 0 && dpi < 1 {
			return // no size that a picture has
		}
		p, err := recognised.Page(bytes.NewReader(data), document.Page{Number: 1}, document.Image{Page: 1, Width: w, Height: h, DPI: dpi}, document.Limits{})
		if err != nil {
			return
		}
		d := documenttest.Read(t.Context(), page(p), nil, document.Input{})
		if d.Err != nil {
			t.Error(d.Err)
		}
	})
}

// page is a reader that says one page, so that it passes the checks of all.
type page document.Page

func (p page) Read(_ context.Context, _ document.Input, out document.Sink) error {
	return out.Page(document.Page(p))
}
