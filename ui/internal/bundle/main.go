// Command bundle builds style, script and fonts of the desk into ui/dist, by
// esbuild and without Node. What it writes depends on what it reads and on nothing
// else. It is run by go generate in ui.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	if err := build("."); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

// build bundles the tree of ui at dir.
func build(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	out := filepath.Join(abs, "dist")
	r := api.Build(api.BuildOptions{
		AbsWorkingDir: abs, Outdir: "dist",
		EntryPoints: []string{"island/app.ts", "island/graph.ts", "css/app.css", "css/icon.svg"}, EntryNames: "[name]-[hash]", AssetNames: "[name]-[hash]",
		NodePaths: []string{filepath.Join(abs, "third_party", "npm")},
		Bundle:    true, MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone,
		Loader: map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderCopy},
	})
	for _, m := range r.Errors {
		return fmt.Errorf("%s: %s", place(m), m.Text)
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, f := range r.OutputFiles {
		if err := os.WriteFile(f.Path, f.Contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func place(m api.Message) string {
	if m.Location == nil {
		return "esbuild"
	}
	return fmt.Sprintf("%s:%d", m.Location.File, m.Location.Line)
}
