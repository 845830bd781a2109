package ui_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"overt/ui"
	"overt/ui/text"
)

func drawn(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A chip tells its state by its words and its shape, and leads to the passage beside
// and by itself.
func TestChip(t *testing.T) {
	for _, tt := range []struct {
		chip ui.Chip
		want []string
	}{
		{ui.Chip{Count: 4, Href: "/x/1", Of: "Name"}, []string{`class="chip `, `href="/x/1"`, `hx-get="/x/1"`, `aria-label="4 sources: Name"`, ">4</a>"}},
		{ui.Chip{State: ui.Unsourced}, []string{`class="chip none"`, ">no source</span>"}},
		{ui.Chip{State: ui.Disputed, Count: 1, Against: 2, Href: "/y"}, []string{`class="chip disputed"`, ">1 vs 2</a>", "disputed"}},
		{ui.Chip{State: ui.Computed, Count: 11, Href: "/z"}, []string{`class="chip computed"`, ">Σ 11</a>", "11 parts"}},
		{ui.Chip{State: ui.Doubted, Count: 1, Href: "/z"}, []string{`class="chip doubt"`, ">1 ?</a>", "withdrawn"}},
	} {
		got := drawn(t, ui.SourceChip(tt.chip))
		for _, w := range tt.want {
			if !strings.Contains(got, w) {
				t.Errorf("%+v has no %s: %s", tt.chip, w, got)
			}
		}
	}
}

// What is not ours is escaped, kept apart in direction, and leads nowhere by itself.
func TestForeign(t *testing.T) {
	evil := `"><script>alert(1)</script>`
	got := drawn(t, ui.Facts([]ui.Fact{{Label: "Name", Values: []ui.Value{{Text: evil, Href: "javascript:alert(1)", Chip: ui.Chip{Of: evil, Count: 1, Href: "/x"}}}}, {Label: "Missing", Ask: "/search"}}))
	if strings.Contains(got, "<script") || strings.Contains(got, "javascript:") || !strings.Contains(got, "<bdi>&#34;&gt;&lt;script") {
		t.Errorf("drawn as %s", got)
	}
	if !strings.Contains(got, "not stated by any source here") {
		t.Error("a missing value is not told")
	}
}

func TestFormHasToken(t *testing.T) {
	var b bytes.Buffer
	ctx := ui.With(context.Background(), &ui.Frame{Language: text.In("en"), Token: "tok-1"})
	if err := ui.Form("/case").Render(ctx, &b); err != nil || !strings.Contains(b.String(), `name="token" value="tok-1"`) || !strings.Contains(b.String(), `method="post"`) {
		t.Errorf("%v %s", err, b.String())
	}
}

// What others wrote is what they published.
func TestThirdParty(t *testing.T) {
	sums, err := os.ReadFile("third_party/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want[name] = sum
	}
	tree := os.DirFS("third_party")
	err = fs.WalkDir(tree, "npm", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != want[name] {
			t.Errorf("%s is not as listed: %s", name, got)
		}
		delete(want, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		t.Errorf("%s is listed and not there", name)
	}
}

// Building again changes nothing: what is committed is of the sources beside it.
func TestGenerated(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(t.TempDir(), "bundle.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", bundle, "./internal/bundle").CombinedOutput(); err != nil {
		t.Fatalf("build the bundler: %v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), bundle)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	same(t, filepath.Join(dir, "dist"), "dist")
	same(t, "dist", filepath.Join(dir, "dist"))
}

// same says which files of a folder another has not, or has otherwise.
func same(t *testing.T, a, b string) {
	t.Helper()
	list, err := os.ReadDir(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		x, errX := os.ReadFile(filepath.Join(a, e.Name()))
		y, errY := os.ReadFile(filepath.Join(b, e.Name()))
		if errX != nil || errY != nil || !bytes.Equal(x, y) {
			t.Errorf("%s is not what go generate ./ui makes", e.Name())
		}
	}
}

// Templates make the Go beside them, by the version that the directives name.
func TestTemplates(t *testing.T) {
	if testing.Short() {
		t.Skip("the generator is built for it: in the full run only")
	}
	dir := t.TempDir()
	for _, pkg := range []string{"ui", "web"} {
		if err := os.CopyFS(filepath.Join(dir, pkg), os.DirFS(filepath.Join("..", pkg))); err != nil {
			t.Fatal(err)
		}
	}
	source, err := os.ReadFile("ui.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(source), "//go:generate go run ")
	tool, _, _ := strings.Cut(rest, " ")
	bin := t.TempDir()
	install := exec.CommandContext(t.Context(), "go", "install", tool)
	install.Env = append(os.Environ(), "GOBIN="+bin)
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("templ cannot be had here, so what it makes is not compared: %s", out)
	}
	list, err := os.ReadDir(bin)
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %d programs", err, len(list))
	}
	for _, pkg := range []string{"ui", "web"} {
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, list[0].Name()), "generate")
		cmd.Dir = filepath.Join(dir, pkg)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		made, err := filepath.Glob(filepath.Join(dir, pkg, "*_templ.go"))
		if err != nil || len(made) == 0 {
			t.Fatalf("%s: %d files, %v", pkg, len(made), err)
		}
		for _, name := range made {
			a, errA := os.ReadFile(name)
			b, errB := os.ReadFile(filepath.Join("..", pkg, filepath.Base(name)))
			if errA != nil || errB != nil || !bytes.Equal(a, b) {
				t.Errorf("%s/%s is not what go generate ./%s makes", pkg, filepath.Base(name), pkg)
			}
		}
	}
}
