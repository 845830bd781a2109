// Package recognised reads the text that a program found on a picture.
//
// It stands behind the readers that give pictures of pages: Args is how tesseract
// is called, picture in and table out, by whoever runs tools; Page is what its
// answer means. The program saw foreign bytes, so that its answer is not believed
// either.
//
// The invariant: a page says that it was recognised and how surely. No word is
// dropped for being doubtful.
package recognised

import (
	"bufio"
	"errors"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/extract/document"
)

var language = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{1,30}(/[A-Za-z][A-Za-z0-9_]{1,30})?$`)

// Orientation, among the languages, asks for pages that lie on their side to be
// turned; its data must be installed like that of a language.
const Orientation = "osd"

// Args are the arguments that make tesseract read a PNG from its input and write
// a table of words to its output. Languages have its names ("eng", "deu",
// "script/Cyrillic"), the likeliest first; dpi is 0 when not known. Errors:
// invalid, for no language or a name that is none.
func Args(languages []string, dpi float32) ([]string, error) {
	mode, names := "3", []string{}
	for _, l := range languages {
		switch {
		case l == Orientation:
			mode = "1"
		case !language.MatchString(l):
			return nil, overt.Errorf(overt.Invalid, "", "no language for the recognition of text is named %q", l)
		case !slices.Contains(names, l):
			names = append(names, l)
		}
	}
	if len(names) == 0 {
		return nil, overt.Errorf(overt.Invalid, "", "no language is named for the recognition of text")
	}
	args := []string{"stdin", "stdout", "-l", strings.Join(names, "+"), "--psm", mode}
	if dpi >= 50 && dpi <= 2400 {
		args = append(args, "--dpi", strconv.Itoa(int(math.Round(float64(dpi)))))
	}
	return append(args, "-c", "tessedit_create_tsv=1"), nil
}

// maxLine bounds a line of the table, in bytes.
const maxLine = 64 << 10

// Page reads the table of tesseract for the picture of a page. It gives the page
// with text, boxes in points and a confidence, the mean of its words by
// their characters. Where the page has no measure, the picture's density gives
// it, and without one a pixel is a point. Errors: those of r; invalid, where the
// table is none or past a limit.
func Page(r io.Reader, page document.Page, image document.Image, limits document.Limits) (document.Page, error) {
	limits = limits.WithDefaults()
	if image.Width < 1 || image.Height < 1 {
		return page, overt.Errorf(overt.Invalid, "", "the picture of page %d has no size", page.Number)
	}
	p := &table{page: page, image: image, limits: limits}
	p.scale()
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 4<<10), maxLine)
	for n := 1; lines.Scan(); n++ {
		if n == 1 && strings.HasPrefix(lines.Text(), "level\t") {
			continue
		}
		if err := p.line(lines.Text()); err != nil {
			return page, overt.Errorf(overt.Invalid, "", "line %d of the recognised text: %w", n, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return page, overt.Errorf(overt.Invalid, "", "a line of the recognised text has more than %d bytes", maxLine)
	} else if err != nil {
		return page, err
	}
	return p.end(), nil
}

// A table is one answer of tesseract.
type table struct {
	page   document.Page
	image  document.Image
	limits document.Limits

	xScale, yScale float32
	text           strings.Builder
	runes          int
	boxes          []document.Box
	sum            float64 // confidence times characters
	weight         int
	last           [3]int // block, paragraph, line
}

func (t *table) scale() {
	w, h := float32(t.image.Width), float32(t.image.Height)
	if t.page.Width <= 0 || t.page.Height <= 0 {
		t.page.Width, t.page.Height = w, h
		if t.image.DPI > 0 {
			t.page.Width, t.page.Height = w*72/t.image.DPI, h*72/t.image.DPI
		}
	}
	t.xScale, t.yScale = t.page.Width/w, t.page.Height/h
}

// line reads one row: level, page, block, paragraph, line, word, left, top, width,
// height, confidence, text. Words are of level 5.
func (t *table) line(s string) error {
	if s == "" {
		return nil
	}
	cells := strings.SplitN(s, "\t", 12)
	if len(cells) < 11 {
		return errors.New("it has too few columns")
	}
	var n [10]int
	for i := range n {
		v, err := strconv.Atoi(cells[i])
		if err != nil || v < -1 || v > 1<<24 {
			return errors.New("column " + strconv.Itoa(i+1) + " is no number that can be")
		}
		n[i] = v
	}
	if n[1] > 1 {
		return errors.New("it speaks of a second page")
	}
	confidence, err := strconv.ParseFloat(cells[10], 64)
	if err != nil || !(confidence >= -1 && confidence <= 100.5) {
		return errors.New("the confidence is none")
	}
	if n[0] != 5 || len(cells) < 12 {
		return nil
	}
	return t.word(clean(cells[11]), [3]int{n[2], n[3], n[4]}, n[6], n[7], n[8], n[9], confidence/100)
}

// clean gives a word as a page may hold it.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != ' ' && (unicode.IsControl(r) || r == '\u2028' || r == '\u2029') {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}

func (t *table) word(s string, at [3]int, left, top, width, height int, confidence float64) error {
	if s == "" {
		return nil
	}
	before := " "
	switch {
	case t.runes == 0:
		before = ""
	case at[0] != t.last[0]:
		before = "\n\n"
	case at != t.last:
		before = "\n"
	}
	t.last = at
	if int64(t.text.Len()+len(before)+len(s)) > t.limits.PageText || len(t.boxes) >= t.limits.Boxes {
		return errors.New("the page has more words than are read")
	}
	t.text.WriteString(before + s)
	start, n := t.runes+len(before), utf8.RuneCountInString(s)
	t.runes = start + n
	right, bottom := min(left+width, t.image.Width), min(top+height, t.image.Height)
	left, top = min(max(left, 0), t.image.Width), min(max(top, 0), t.image.Height)
	t.boxes = append(t.boxes, document.Box{
		Start: start, End: t.runes,
		Left: float32(left) * t.xScale, Top: float32(top) * t.yScale, Right: float32(max(right, left)) * t.xScale, Bottom: float32(max(bottom, top)) * t.yScale,
	})
	t.sum += min(max(confidence, 0), 1) * float64(n)
	t.weight += n
	return nil
}

func (t *table) end() document.Page {
	p := t.page
	p.Text, p.Boxes, p.Origin, p.Sparse = t.text.String(), t.boxes, document.Recognised, false
	if p.Confidence = 0; t.weight > 0 {
		p.Confidence = float32(t.sum / float64(t.weight))
	}
	return p
}
