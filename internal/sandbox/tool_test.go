package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt/extract/document/documenttest"
)

// TestTools: the native tools that documents are read with do their work, and
// have no way out.
func TestTools(t *testing.T) {
	confinable(t)
	t.Run("pdftotext", func(t *testing.T) {
		var out strings.Builder
		runTool(t, "pdftotext", []string{"-q", "-", "-"}, nil, strings.NewReader(pdf("Hello from the other side")), &out)
		if !strings.Contains(out.String(), "Hello from the other side") {
			t.Errorf("got %q", out.String())
		}
	})
	t.Run("tesseract", func(t *testing.T) {
		data, _ := filepath.Glob("/usr/share/tesseract-ocr/*/tessdata")
		var out strings.Builder
		runTool(t, "tesseract", []string{"stdin", "stdout", "--psm", "7"}, data, picture("HELLO 1984"), &out)
		if !strings.Contains(out.String(), "HELLO") {
			t.Errorf("got %q", out.String())
		}
	})
	t.Run("no way out", func(t *testing.T) {
		for _, tt := range []struct{ name, file string }{{"pdftotext", "/etc/passwd"}, {"pdftotext", "/proc/self/status"}} {
			path := lookTool(t, tt.name)
			var out strings.Builder
			r, err := Tool(t.Context(), ToolSpec{Path: path, Args: []string{tt.file, "-"}, Stdout: &out})
			if err != nil || r.Exit == 0 || !strings.Contains(r.Stderr, "Couldn't open file") {
				t.Errorf("%s %s: %v %+v", tt.name, tt.file, err, r)
			}
		}
		dir := t.TempDir()
		to := filepath.Join(dir, "out.txt")
		r, err := Tool(t.Context(), ToolSpec{
			Path: lookTool(t, "pdftotext"), Args: []string{"-", to}, Stdin: strings.NewReader(pdf("x")), Stdout: io.Discard, ReadOnly: []string{dir},
		})
		if _, statErr := os.Stat(to); statErr == nil || err != nil || r.Exit == 0 {
			t.Errorf("it wrote a file: %v %+v", err, r)
		}
	})
	t.Run("limits", func(t *testing.T) {
		tests := []struct {
			name, script string
			spec         ToolSpec
			what         What
		}{
			{"output", "while :; do echo yes yes yes yes yes yes yes; done", ToolSpec{Output: 100_000}, OverOutput},
			{"time", "while :; do :; done", ToolSpec{Deadline: 500 * time.Millisecond}, OverTime},
			{"silence", "read x", ToolSpec{Deadline: 500 * time.Millisecond, Stdin: never{}}, OverTime},
		}
		for _, tt := range tests {
			var out strings.Builder
			tt.spec.Path, tt.spec.Args, tt.spec.Stdout = "/bin/sh", []string{"-c", tt.script}, &out
			if path, err := filepath.EvalSymlinks("/bin/sh"); err == nil {
				tt.spec.Path = path
			}
			r, err := Tool(t.Context(), tt.spec)
			if !isFailure(err, tt.what) {
				t.Errorf("%s: %v %+v", tt.name, err, r)
			}
		}
	})
	t.Run("no tool", func(t *testing.T) {
		for _, path := range []string{"relative", "/overt-none", "/etc/passwd"} {
			if _, err := Tool(t.Context(), ToolSpec{Path: path, Stdout: io.Discard}); !isFailure(err, NotStarted) {
				t.Errorf("%s: %v", path, err)
			}
		}
	})
}

// TestToolCorpus: of real and broken PDF files a confined tool says what it says
// unconfined.
func TestToolCorpus(t *testing.T) {
	confinable(t)
	path := lookTool(t, "pdftotext")
	files, err := filepath.Glob(filepath.Join(documenttest.Corpus(t, 2, "pdfjs"), "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no PDF file: %v", err)
	}
	data, _ := filepath.Glob("/usr/share/poppler")
	args := []string{"-l", "3", "-", "-"}
	every := max(1, len(files)/25)
	if os.Getenv("OVERT_ALL") != "" {
		every = 1
	}
	read := 0
	for i := 0; i < len(files); i += every {
		in, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		free := exec.CommandContext(ctx, path, args...)
		free.Env, free.Stdin = []string{"LC_ALL=C.UTF-8"}, bytes.NewReader(in)
		want, wantErr := free.Output()
		late := ctx.Err() != nil
		cancel()
		if late {
			t.Logf("%s: too long unconfined", files[i])
			continue
		}
		var got bytes.Buffer
		r, err := Tool(t.Context(), ToolSpec{Path: path, Args: args, Stdin: bytes.NewReader(in), Stdout: &got, ReadOnly: data})
		if !bytes.Equal(got.Bytes(), want) || (r.Exit != 0) != (wantErr != nil) || err != nil {
			t.Errorf("%s: confined %v, exit %d, %d bytes; else %v, %d bytes\n%s", files[i], err, r.Exit, got.Len(), wantErr, len(want), r.Stderr)
		}
		read++
	}
	t.Logf("%d files", read)
}

// lookTool finds a tool, or skips.
func lookTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

func runTool(t *testing.T, name string, args, readOnly []string, in io.Reader, out io.Writer) {
	t.Helper()
	r, err := Tool(t.Context(), ToolSpec{Path: lookTool(t, name), Args: args, Stdin: in, Stdout: out, ReadOnly: readOnly})
	if err != nil || r.Exit != 0 {
		t.Fatalf("%v, exit %d: %s", err, r.Exit, r.Stderr)
	}
	t.Logf("%v, %v of processor time, %d MiB", r.Wall, r.CPU, r.Peak>>20)
}

// pdf is a page with one line of text.
func pdf(text string) string {
	var b strings.Builder
	var at []int
	add := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.4\n")
	content := "BT /F 24 Tf 72 700 Td (" + text + ") Tj ET"
	add("<</Type/Catalog/Pages 2 0 R>>")
	add("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	add("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>")
	add(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content))
	add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.String()
}

// letters are five columns of seven dots, the lowest bit above.
var letters = map[rune][5]byte{
	'H': {0x7f, 0x08, 0x08, 0x08, 0x7f}, 'E': {0x7f, 0x49, 0x49, 0x49, 0x41}, 'L': {0x7f, 0x40, 0x40, 0x40, 0x40},
	'O': {0x3e, 0x41, 0x41, 0x41, 0x3e}, '1': {0x00, 0x42, 0x7f, 0x40, 0x00}, '9': {0x06, 0x49, 0x49, 0x29, 0x1e},
	'8': {0x36, 0x49, 0x49, 0x49, 0x36}, '4': {0x18, 0x14, 0x12, 0x7f, 0x10},
}

// picture is a grey picture (PGM) of a line of large letters.
func picture(text string) io.Reader {
	const dot, edge = 6, 40
	w, h := len(text)*6*dot+2*edge, 7*dot+2*edge
	pixels := bytes.Repeat([]byte{255}, w*h)
	for i, r := range text {
		for col, bits := range letters[r] {
			for row := range 7 {
				if bits>>row&1 == 0 {
					continue
				}
				for y := range dot {
					at := (edge+row*dot+y)*w + edge + (i*6+col)*dot
					copy(pixels[at:at+dot], make([]byte, dot))
				}
			}
		}
	}
	return io.MultiReader(strings.NewReader(fmt.Sprintf("P5\n%d %d\n255\n", w, h)), bytes.NewReader(pixels))
}

// never is an input that says nothing for a while.
type never struct{}

func (never) Read([]byte) (int, error) {
	time.Sleep(2 * time.Second)
	return 0, io.EOF
}
