package overt_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// outside are the packages under extract/ that our own process runs: the two ends
// of the pipes, and what stands on what was read. The others run in confined
// processes, where foreign files are parsed (ADR 0020).
var outside = []string{"extract", "extract/document", "extract/paper", "extract/reading", "extract/recognised", "extract/records", "extract/worker"}

// parsing is what is parsed in our own process, and where: nothing that came from a
// file somebody else made, but for what fetching looks at.
var parsing = map[string]string{
	"account/":                   "our own users; what passkeys answer, bounded in bytes, by the library that checks it",
	"answer/show.go":             "an entity that it wrote itself",
	"api/":                       "requests of callers, bounded in bytes and time",
	"client/":                    "answers of a service of ours, in programs of others",
	"audit/event.go":             "our own log",
	"cmd/overt/home.go":          "our own home",
	"driver/inverted/":           "our own index",
	"driver/pebble/":             "our own store",
	"driver/sqlite/":             "our own ledger",
	"export/":                    "statements of our own store",
	"ftm/":                       "entities that this program wrote",
	"mapping/packs_like.go":      "packs that the program carries",
	"mapping/tables.go":          "tables that the program carries",
	"mapping/yaml.go":            "mappings of the user's own",
	"mention/layer.go":           "our own layer",
	"pipeline/pipeline.go":       "files that the program carries, opened here",
	"pipeline/jobs.go":           "our own notes of imports",
	"extract/sniff.go":           "the beginning of a source, for extract/open",
	"extract/reading/read.go":    "our own readings",
	"extract/records/":           "our own messages; in the worker, the source",
	"extract/worker/":            "our own messages",
	"pipeline/increment_file.go": "our own journal",
	"policy/engine/":             "the user's own policy",
	"casefile/template.go":       "templates that the program carries",
	"report/":                    "bundles, by the same hands that check their signature; JSON of our own shapes",
	"cmd/overt/cmd_verify.go":    "bundles, without a home or anything to lose",
	"resolve/":                   "judgements and known answers that the user brings",
	"search/cursor.go":           "a place in results that this program gave",
	"source/parse.go":            "the catalogue",
	"source/manifest.go":         "our own manifest",
	"source/check.go":            "answers of publishers, while they are fetched (ADR 0020)",
	"internal/":                  "what the program carries, its own files and messages, tools of developers; archives for extract and source",
	"bench/":                     "benchmarks",
}

// parsers are packages that parse, and their functions that begin it.
var parsers = map[string][]string{
	"encoding/json":  {"Unmarshal", "NewDecoder"},
	"encoding/xml":   {"Unmarshal", "NewDecoder", "NewTokenDecoder"},
	"encoding/csv":   {"NewReader"},
	"encoding/gob":   {"NewDecoder"},
	"archive/zip":    {"NewReader", "OpenReader"},
	"archive/tar":    {"NewReader"},
	"compress/gzip":  {"NewReader"},
	"compress/flate": {"NewReader", "NewReaderDict"},
	"compress/zlib":  {"NewReader"},
	"compress/bzip2": {"NewReader"},
	"net/mail":       {"ReadMessage"},

	"go.yaml.in/yaml/v3":    {"Unmarshal", "NewDecoder"},
	"golang.org/x/net/html": {"Parse", "NewTokenizer"},
	// Our own readers.
	"overt/extract":          {"Sniff", "SniffMimetype"},
	"overt/extract/outline":  {"Of"},
	"overt/extract/charset":  {"Reader", "Text", "Detect"},
	"overt/extract/open":     {"Open", "FetchAll", "Here"},
	"overt/internal/archive": {"Gunzip", "Unzstd", "Bunzip2", "Unxz", "Members"},
}

// parsed gives the calls of a file that parse.
func parsed(f *ast.File) (calls []string) {
	of := map[string]string{} // package by the name it has in the file
	for _, imp := range f.Imports {
		p, _ := strconv.Unquote(imp.Path.Value)
		if parsers[p] == nil {
			continue
		}
		name := path.Base(p)
		if name == "v3" {
			name = "yaml"
		}
		if imp.Name != nil {
			name = imp.Name.Name
		}
		of[name] = p
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && slices.Contains(parsers[of[x.Name]], s.Sel.Name) {
			calls = append(calls, x.Name+"."+s.Sel.Name)
		}
		return true
	})
	return calls
}

// parses says why a file may parse, "" when it may not.
func parses(file string) string {
	for _, p := range slices.Sorted(maps.Keys(parsing)) {
		if file == p || strings.HasSuffix(p, "/") && strings.HasPrefix(file, p) {
			return parsing[p]
		}
	}
	return ""
}

// TestParsers: in our own process nothing parses but what is listed; and all that is
// listed does.
func TestParsers(t *testing.T) {
	used := map[string]bool{}
	for _, name := range goFiles(t) {
		pkg := path.Dir(name)
		inside := strings.HasPrefix(pkg, "extract/") && !slices.Contains(outside, pkg)
		if inside || strings.HasSuffix(name, "_test.go") || forTests(pkg) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		calls := parsed(f)
		why := parses(name)
		if used[why] = used[why] || len(calls) > 0; why == "" && len(calls) > 0 {
			t.Errorf("%s calls %s: foreign bytes are parsed by a confined worker (ADR 0020)", name, strings.Join(calls, ", "))
		}
	}
	for p, why := range parsing {
		if !used[why] {
			t.Errorf("%s parses nothing any more: take it out", p)
		}
	}
}

// TestParsed proves the rule itself.
func TestParsed(t *testing.T) {
	for src, want := range map[string]string{
		`import "encoding/json"; var _ = json.Unmarshal`:                             "[json.Unmarshal]",
		`import x "encoding/xml"; func f() { x.NewDecoder(nil) }`:                    "[x.NewDecoder]",
		`import "go.yaml.in/yaml/v3"; func f() { yaml.Unmarshal(nil, nil) }`:         "[yaml.Unmarshal]",
		`import "encoding/json"; func f() { json.Marshal(nil) }`:                     "[]",
		`import "overt/extract/outline"; func f() { _, _ = outline.Of("", nil, s) }`: "[outline.Of]",
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(parsed(f)); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}
