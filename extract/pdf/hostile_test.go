package pdf

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// spaces gives a zlib stream of n × 1 MiB of spaces, without making them all.
func spaces(n int) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = w.Flush()
	head := b.Len()
	_, _ = w.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = w.Flush()
	again := bytes.Clone(b.Bytes()[head:])
	return append(b.Bytes()[:head], bytes.Repeat(again, n-1)...)
}

func deflated(p []byte) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(p)
	_ = w.Close()
	return b.String()
}

// bombs are small files that ask for very much.
func bombs() map[string][]byte {
	out := map[string][]byte{}
	cycle := letter("", nil)
	cycle.objects[1] = "<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R>>"
	out["page tree that is its own child"] = cycle.bytes()

	count := letter("", nil, leaf{content: at(72, 700, 12, "one")})
	count.objects[1] = strings.Replace(count.objects[1], "/Count 1", "/Count 100000000", 1)
	out["hundred million pages"] = count.bytes()

	twice := letter("", nil, leaf{})
	twice.objects[4] = stream("/Filter [/FlateDecode /FlateDecode]", deflated(spaces(4096)))
	out["deflated twice, 4 GiB"] = twice.bytes()

	once := letter("", nil, leaf{})
	once.objects[4] = stream("/Filter /FlateDecode", string(spaces(4096)))
	out["deflated, 4 GiB"] = once.bytes()

	many := letter("", nil, leaf{})
	many.objects[4] = stream("/Filter /FlateDecode", deflated([]byte("BT /F1 9 Tf "+strings.Repeat("(a) Tj 9 0 Td ", 8_000_000)+"ET")))
	out["eight million pieces of text"] = many.bytes()

	form := "<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 5 0 R /Y 6 0 R>>>> /Length 12>>\nstream\n/X Do /Y Do \nendstream"
	out["forms that draw themselves"] = letter("", []string{form, form}, leaf{content: "/X Do /Y Do", more: "/XObject <</X 5 0 R /Y 6 0 R>>"}).bytes()

	huge := letter("", nil, leaf{content: at(72, 700, 12, "one"), extra: "/MediaBox [0 0 1e30 1e30]"})
	out["a page as large as the sky"] = huge.bytes()

	picture := fmt.Sprintf("<</Type /XObject /Subtype /Image /Width 65535 /Height 65535 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", len(spaces(64)), spaces(64))
	out["a picture of four thousand million pixels"] = letter("", []string{picture}, leaf{content: "q 612 0 0 792 0 0 cm /P Do Q", more: "/XObject <</P 5 0 R>>"}).bytes()

	nested := letter("", nil, leaf{content: strings.Repeat("[", 1_000_000)})
	out["a million brackets"] = nested.bytes()

	whole := letter("", nil, leaf{content: at(72, 700, 12, "one")}).bytes()
	out["half of a file"] = whole[:len(whole)/2]
	out["nothing"] = nil
	out["a header alone"] = []byte("%PDF-1.7\n")
	return out
}

func stream(dict, data string) string {
	return fmt.Sprintf("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

// TestBombs holds that each ends when its time does, or before, and says why,
// and that the document after it reads well.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("each bomb gets a second: in the full run only")
	}
	e := loaded(t, Config{Cache: cache, Interruptible: true, Memory: 256 << 20})
	e.Images, e.DPI = AllImages, 72
	good := letter("", nil, leaf{content: at(72, 700, 12, "all is well")}).bytes()
	for name, data := range bombs() {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			d := documenttest.Read(ctx, e, data, document.Input{})
			t.Logf("%v; %d pages, %d gaps %+v", d.Err, len(d.Pages), len(d.Gaps), d.Gaps[:min(1, len(d.Gaps))])
			if d.Err != nil && !errors.Is(d.Err, context.DeadlineExceeded) && overt.CodeOf(d.Err) != overt.Invalid {
				t.Errorf("an error of another kind: %v", d.Err)
			}
			if d.Err == nil && len(d.Pages)+len(d.Gaps) == 0 {
				t.Error("neither pages nor gaps nor an error")
			}
			if size := len(e.memory.all); size > 256<<20 {
				t.Errorf("%d bytes of memory", size)
			}
			after := documenttest.Read(t.Context(), e, good, document.Input{})
			if after.Err != nil || after.Text() != "all is well\n" {
				t.Errorf("the document after it: %v %q", after.Err, after.Text())
			}
		})
	}
	if err := e.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestPasswords opens a file that the user's password opens, and none else.
func TestPasswords(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "pdfplumber")
	path := dir + "/password-example.pdf"
	var refused *document.Refusal
	for _, tt := range []struct {
		passwords []string
		want      string
	}{{nil, document.Protected}, {[]string{"wrong"}, document.Protected}, {[]string{"wrong", "test"}, ""}} {
		d := documenttest.ReadFile(t, engine(t), path, document.Input{Passwords: tt.passwords})
		code := ""
		if errors.As(d.Err, &refused) {
			code = refused.Code
		}
		if code != tt.want || tt.want == "" && (d.Err != nil || len(d.Pages) == 0 || len(d.Notes) == 0) {
			t.Errorf("%q: %v, want %q", tt.passwords, d.Err, tt.want)
		}
	}
}

// FuzzRead reads changed papers of our own.
func FuzzRead(f *testing.F) {
	for _, p := range []*paper{about(), form(), remarks(), attachments(), scan()} {
		f.Add(p.bytes())
	}
	for name, data := range bombs() {
		if len(data) < 4<<10 && name != "forms that draw themselves" { // its kin take all the time they get
			f.Add(data)
		}
	}
	e := loaded(f, Config{Cache: cache, Interruptible: true, Memory: 64 << 20}) // here: a fuzzed call may take ten seconds
	e.Images, e.DPI = AllImages, 20
	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		d := documenttest.Read(ctx, e, data, document.Input{})
		if d.Err != nil && !errors.Is(d.Err, context.DeadlineExceeded) && overt.CodeOf(d.Err) != overt.Invalid {
			t.Error(d.Err)
		}
		if strings.Contains(d.String(), "what cannot be") {
			t.Errorf("said to the sink what cannot be: %s", d)
		}
	})
}
