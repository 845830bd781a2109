// Package documenttest helps tests of readers of documents: it reads a file as
// the confined process would, behind the same checks, and compares what was said
// with a golden file.
package documenttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
)

var update = flag.Bool("update", false, "rewrite golden files")

// Update says whether golden files are to be written anew.
func Update() bool { return *update }

// A Doc is all that a reader said of a document.
type Doc struct {
	Properties [][2]string
	Pages      []document.Page
	Rows       []document.Row
	Images     []document.Image
	Members    []*Member
	Gaps       []document.Gap
	Notes      []document.Note
	Err        error // what Read gave
}

// A Member is a file inside, with its bytes.
type Member struct {
	document.Member
	Bytes []byte
	Whole bool // its writer was closed
}

// Read reads bytes with a reader behind document.Checked. in gives what the
// test wants other than the bytes and their size.
func Read(ctx context.Context, r document.Reader, data []byte, in document.Input) *Doc {
	in.ReaderAt, in.Size = bytes.NewReader(data), int64(len(data))
	in.Limits = in.Limits.WithDefaults()
	d := &Doc{}
	d.Err = r.Read(ctx, in, document.Checked(sink{d}, in.Limits, in.Size))
	return d
}

// Draw is Read of the picture of one page.
func Draw(ctx context.Context, r document.Drawer, data []byte, in document.Input, page, width int) *Doc {
	return Read(ctx, drawing{r, page, width}, data, in)
}

type drawing struct {
	document.Drawer
	page, width int
}

func (d drawing) Read(ctx context.Context, in document.Input, out document.Sink) error {
	return d.Draw(ctx, in, d.page, d.width, out)
}

// ReadFile is Read of a file, under its base name.
func ReadFile(t testing.TB, r document.Reader, path string, in document.Input) *Doc {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if in.Name == "" {
		in.Name = filepath.Base(path)
	}
	return Read(t.Context(), r, data, in)
}

// Text is the text of all pages, a line feed after each.
func (d *Doc) Text() string {
	var b strings.Builder
	for _, p := range d.Pages {
		b.WriteString(p.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// Get is the first value of a property, empty when there is none.
func (d *Doc) Get(name string) string {
	for _, p := range d.Properties {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// All are the values of a property.
func (d *Doc) All(name string) []string {
	var all []string
	for _, p := range d.Properties {
		if p[0] == name {
			all = append(all, p[1])
		}
	}
	return all
}

// String writes what was said, for people and golden files. Boxes are counted;
// bytes of members are named by their hash.
func (d *Doc) String() string {
	var b strings.Builder
	for _, p := range d.Properties {
		fmt.Fprintf(&b, "property %s: %q\n", p[0], p[1])
	}
	for _, p := range d.Pages {
		fmt.Fprintf(&b, "page %d", p.Number)
		if p.Label != "" {
			fmt.Fprintf(&b, " %q", p.Label)
		}
		if p.Width != 0 {
			fmt.Fprintf(&b, ", %.4g × %.4g pt", p.Width, p.Height)
		}
		if len(p.Boxes) > 0 {
			fmt.Fprintf(&b, ", %d boxes", len(p.Boxes))
		}
		if p.Origin != document.Letters {
			fmt.Fprintf(&b, ", %s %.2f", p.Origin, p.Confidence)
		}
		if p.Sparse {
			b.WriteString(", sparse")
		}
		b.WriteByte('\n')
		for line := range strings.Lines(p.Text) {
			b.WriteString("    | " + strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	for _, r := range d.Rows {
		fmt.Fprintf(&b, "row %d of %q", r.Number, r.Table)
		if r.Page > 0 {
			fmt.Fprintf(&b, ", page %d", r.Page)
		}
		if r.Hidden {
			b.WriteString(", hidden")
		}
		for _, c := range r.Cells {
			fmt.Fprintf(&b, " | %q", c.Text)
		}
		b.WriteByte('\n')
	}
	for _, i := range d.Images {
		fmt.Fprintf(&b, "image of page %d: %d × %d\n", i.Page, i.Width, i.Height)
	}
	for _, m := range d.Members {
		fmt.Fprintf(&b, "member %s %q %s %d bytes %x", m.Role, m.Path, m.Type, len(m.Bytes), sha256.Sum256(m.Bytes))
		if !m.Whole {
			b.WriteString(" not whole")
		}
		b.WriteByte('\n')
	}
	for _, g := range d.Gaps {
		fmt.Fprintf(&b, "gap %s page %d %s: %s\n", g.Code, g.Page, g.Where, g.Reason)
	}
	for _, n := range d.Notes {
		fmt.Fprintf(&b, "note %s page %d: %s\n", n.Code, n.Page, n.Message)
	}
	if d.Err != nil {
		fmt.Fprintf(&b, "error: %v\n", d.Err)
	}
	return b.String()
}

// Golden compares what was said with a golden file; go test -update rewrites it.
func (d *Doc) Golden(t testing.TB, path string) {
	t.Helper()
	got := d.String()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// Corpus gives the folder of the shared test data below data/documents; it skips
// the test, saying so, when that is not there. depth is how many folders lie
// between the test's package and the repository's root.
func Corpus(t testing.TB, depth int, folder string) string {
	t.Helper()
	root := os.Getenv("OVERT_SHARED")
	if root == "" {
		root = filepath.Join(strings.Repeat("../", depth+1), "shared")
	}
	dir := filepath.Join(root, "data", "documents", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the shared documents are not there (%s); set OVERT_SHARED", dir)
	}
	return dir
}

type sink struct{ d *Doc }

func (s sink) Property(name, value string) error {
	s.d.Properties = append(s.d.Properties, [2]string{name, value})
	return nil
}

func (s sink) Page(p document.Page) error {
	s.d.Pages = append(s.d.Pages, p)
	return nil
}

func (s sink) Row(r document.Row) error {
	s.d.Rows = append(s.d.Rows, r)
	return nil
}

func (s sink) Image(i document.Image) error {
	s.d.Images = append(s.d.Images, i)
	return nil
}

func (s sink) Member(m document.Member) (io.WriteCloser, error) {
	kept := &Member{Member: m}
	s.d.Members = append(s.d.Members, kept)
	return kept, nil
}

func (s sink) Gap(g document.Gap) error {
	s.d.Gaps = append(s.d.Gaps, g)
	return nil
}

func (s sink) Note(n document.Note) error {
	s.d.Notes = append(s.d.Notes, n)
	return nil
}

// Write keeps bytes of the member.
func (m *Member) Write(p []byte) (int, error) {
	m.Bytes = append(m.Bytes, p...)
	return len(p), nil
}

// Close marks the member as whole.
func (m *Member) Close() error {
	m.Whole = true
	return nil
}
