package overt_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A place puts a package on a floor. A path that ends in "/..." stands for all
// packages below that folder, the folder itself not counted; the longest path
// that fits decides.
type place struct {
	path  string
	floor int
}

// floors is the order of the house: a package imports from lower floors only.
// internal/... lies under everything. The reasons for the places that differ
// from a plain reading of the flow stand in DESIGN.md.
var floors = []place{
	{"internal/...", 0}, {"policy/internal/...", 0}, {"ui/internal/...", 0}, {"source/internal/...", 0}, {"ftm", 0},
	{".", 1},
	{"ui/text", 1}, {"ui/svg", 1},
	{"policy", 2}, {"client", 2}, {"extract/charset", 2},
	{"audit", 3}, {"blob", 3}, {"identity", 3}, {"job", 3}, {"ledger", 3}, {"source", 3}, {"extract", 3}, {"extract/document", 3},
	{"mapping", 4}, {"identity/oidc", 4}, {"bods", 4}, {"resolve/judge", 4}, {"resolve/name", 4}, {"resolve/value", 4}, {"mapping/notice", 3}, {"extract/reading", 4}, {"extract/markup", 4}, {"extract/page", 4},
	{"statement", 5},
	{"resolve/match", 5},
	{"quality", 6}, {"resolve", 6}, {"resolve/evaluate", 6}, {"mention", 6}, {"thread", 6},
	{"graph", 7}, {"search", 7},
	{"ui", 8},
	{"casefile", 8}, {"export", 8}, {"money", 8}, {"screen", 8}, {"similar", 8}, {"watch", 8},
	{"report", 9},
	{"policy/engine", 10}, {"extract/...", 10}, {"driver/...", 10},
	{"gate", 11},
	{"pipeline", 12}, {"answer", 12}, {"account", 12},
	{"api", 13}, {"web", 13}, {"api/route", 12},
	{"cmd/...", 14}, {"bench", 14}, {"bench/...", 14},
}

// A door says who alone may import a package; the first that fits decides.
// Benchmarks, on the top floor beside the commands, may open each of them.
type door struct {
	path string
	by   []string
	why  string
}

var doors = []door{
	{"extract/charset", []string{"extract", "extract/..."}, "encodings are told apart while a format is read"},
	{"extract/open", []string{"extract/records", "pipeline", "answer", "web", "internal/hometest", "cmd/..."}, "material is opened where the stages run, and where quotes are proved"},
	{"extract/records", []string{"cmd/..."}, "how foreign bytes are read is chosen where things are wired"},
	{"extract/tree", []string{"extract/open", "extract/records", "extract/parquet", "cmd/..."}, "formats are chosen in one list"},
	{"extract/database", []string{"extract/open", "extract/records", "pipeline"}, "what a mapping asks of a database is asked where the stages run"},
	{"extract/mail", []string{"extract/readers", "extract/mapi", "cmd/..."}, "formats are chosen in one list, and Outlook's items are mail"},
	{"extract/page", []string{"extract/office", "extract/legacy"}, "text in its order goes on pages"},
	{"extract/sheet", []string{"extract/open", "extract/office", "extract/legacy", "cmd/..."}, "formats are chosen in one list"},
	{"extract/markup", []string{"extract/..."}, "formats that hold HTML are read below"},
	{"extract/document", []string{"*"}, "what documents hold is said everywhere above"},
	{"extract/reading", []string{"*"}, "text is asked for everywhere above"},
	{"extract/paper", []string{"pipeline", "answer"}, "tables and forms of documents are taken where the stages run, and quotes proved"},
	{"extract/worker", []string{"pipeline", "cmd/..."}, "documents are read where the stages run, in a confined process"},
	{"extract/readers", []string{"cmd/..."}, "what a worker can read is chosen where things are wired"},
	{"extract/...", []string{"extract/open", "extract/readers", "extract/tabular", "cmd/..."}, "formats are chosen in one list"},
	{"driver/...", []string{"cmd/..."}, "technologies are chosen where things are wired"},
	{"policy/engine", []string{"gate", "cmd/..."}, "only the gate asks for a right"},
	{"audit", []string{"gate", "driver/...", "report", "cmd/..."}, "only the gate records; report checks proofs"},
	{"gate", []string{"pipeline", "answer", "account", "api", "web", "cmd/..."}, "the door stands above what it guards"},
	{"source/internal/...", []string{"source"}, "what leads a fetch elsewhere is not to be had"},
	{"source", []string{"cmd/..."}, "connections are opened where the gate was asked"},
	{"client", nil, "it is for programs of others"},
	{"identity/oidc", []string{"account", "cmd/..."}, "issuers are asked where the gate recorded it"},
}

// online are the packages of the standard library that open connections, and
// the folders that may import them. net/url and net/netip only read.
var online = []guest{
	{"net", []string{"source", "source/internal/...", "extract/database", "api", "api/route", "client", "web", "identity/oidc", "bench/desk", "bench/screens"}}, // bench: readers of a desk that it began
	{"net/http", []string{"source", "api", "api/route", "client", "web", "identity/oidc", "bench/desk", "bench/screens"}},
	{"net/rpc", nil},
	{"net/smtp", nil},
	{"net/textproto", nil},
	{"crypto/tls", []string{"source", "extract/database", "api", "web", "identity/oidc", "cmd/..."}},
	{"log/syslog", nil},
}

// level lists the imports between packages of one floor that are wanted.
var level = []struct{ from, to string }{
	{"extract/open", "extract/..."},
	{"extract/readers", "extract/..."},
	{"extract/records", "extract/..."},  // what is opened elsewhere
	{"extract/parquet", "extract/tree"}, // a record with lists is a tree
	{"extract/mapi", "extract/mail"},    // what Outlook keeps is told as mail
	{"extract/office", "extract/sheet"}, // a cell is shown in one way
	{"extract/legacy", "extract/sheet"},
	{"extract/tabular", "extract/..."}, // tables are read as import reads them
	{"resolve/value", "resolve/name"},  // words of values are folded as names are
}

// A guest is a package from outside this module, with all below it, and the
// folders that may import it. "*" is everywhere. Tests are bound too, and have
// guests of their own besides.
type guest struct {
	path string
	in   []string
}

var guests = []guest{
	{"golang.org/x/mod/sumdb/note", []string{"audit"}},
	{"golang.org/x/mod/sumdb/tlog", []string{"audit"}},
	{"go.yaml.in/yaml/v3", []string{"mapping", "policy/engine", "source", "internal/modelgen", "extract/tree", "resolve/evaluate", "casefile"}},
	{"github.com/klauspost/compress", []string{"extract/...", "internal/...", "driver/..."}},
	{"github.com/andybalholm/brotli", []string{"extract/parquet", "extract/pack"}},
	{"github.com/nwaples/rardecode/v2", []string{"extract/pack"}},
	{"github.com/ulikunitz/xz/lzma", []string{"extract/pack"}},
	{"github.com/stangelandcl/ppmd", []string{"extract/pack"}},
	{"github.com/pierrec/lz4/v4", []string{"extract/pack"}},
	{"github.com/xi2/xz", []string{"internal/archive"}},
	{"github.com/tetratelabs/wazero", []string{"extract/pdf"}},
	{"github.com/xuri/excelize/v2", []string{"extract/..."}},
	{"golang.org/x/image", []string{"extract/media", "internal/svggen"}},
	{"golang.org/x/net", []string{"extract/..."}},
	{"golang.org/x/net/bpf", []string{"internal/sandbox"}},
	{"golang.org/x/text", []string{"extract/...", "internal/svggen"}},
	{"golang.org/x/text/unicode/norm", []string{"mapping", "resolve/name", "internal/namegen"}},
	{"golang.org/x/text/language", []string{"report"}},
	{"golang.org/x/sys", []string{"internal/...", "extract/...", "driver/...", "cmd/..."}},
	{"github.com/cespare/xxhash/v2", []string{"driver/..."}},
	{"github.com/cockroachdb/pebble/v2", []string{"driver/pebble"}},
	{"github.com/jackc/pgx/v5", []string{"extract/database"}},
	{"github.com/go-sql-driver/mysql", []string{"extract/database"}},
	{"modernc.org/sqlite/vfs", []string{"extract/database"}},
	{"zombiezen.com/go/sqlite", []string{"driver/sqlite", "extract/database", "bench/..."}}, // bench: the peer that driver/pebble is measured beside
	{"github.com/spf13/cobra", []string{"cmd/..."}},
	{"github.com/a-h/templ", []string{"ui", "web", "report"}},
	{"github.com/evanw/esbuild", []string{"ui/internal/bundle"}},
	{"golang.org/x/term", []string{"cmd/..."}},
	{"github.com/go-webauthn/webauthn", []string{"account"}},
	{"github.com/coreos/go-oidc/v3/oidc", []string{"identity/oidc"}},
	{"golang.org/x/oauth2", []string{"identity/oidc"}},
	{"github.com/chromedp", []string{"bench/screens"}},
}

var testGuests = []guest{
	{"github.com/google/go-cmp", []string{"*"}},
	{"github.com/rogpeppe/go-internal", []string{"cmd/..."}},
	{"github.com/chromedp", []string{"web/webtest", "web"}},
	{"github.com/transparency-dev/merkle", []string{"audit"}},
	{"go.yaml.in/yaml/v3", []string{"internal/..."}},
	{"zombiezen.com/go/sqlite", []string{"pipeline", "extract/open", "extract/records", "cmd/..."}}, // files to read
	{"golang.org/x/sys", []string{"*"}},                                                             // processor time and memory of what is measured
}

// vague names say nothing of what a package is for.
var vague = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "types", "manager", "impl"}

// under says whether a package is the pattern, or for "x/..." stands below x.
func under(pattern, pkg string) bool {
	dir, tree := strings.CutSuffix(pattern, "...")
	return pattern == "*" || pkg == pattern || tree && strings.HasPrefix(pkg, dir)
}

func anyUnder(patterns []string, p string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return under(pattern, p) })
}

func floorOf(pkg string) (floor int, ok bool) {
	best := -1
	for _, f := range floors {
		if under(f.path, pkg) && len(f.path) > best {
			best, floor = len(f.path), f.floor
		}
	}
	return floor, best >= 0
}

// forTests says whether a package exists for tests alone (statementtest).
func forTests(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

// violations checks the imports of each file of a tree, paths with slashes
// relative to the root, and tells what breaks the plan, sorted.
func violations(files map[string][]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		pkg := path.Dir(file)
		if !seen[pkg] {
			seen[pkg] = true
			out = append(out, misplaced(pkg)...)
		}
		for _, imp := range files[file] {
			if why := refused(file, pkg, imp); why != "" {
				out = append(out, fmt.Sprintf("%s imports %s: %s", file, imp, why))
			}
		}
	}
	return out
}

func misplaced(pkg string) []string {
	var out []string
	if _, ok := floorOf(pkg); !ok && !forTests(pkg) {
		out = append(out, fmt.Sprintf("package %s has no floor: give it one in arch_test.go and DESIGN.md", pkg))
	}
	if slices.Contains(vague, path.Base(pkg)) {
		out = append(out, fmt.Sprintf("package %s: the name says nothing; call it by what it holds", pkg))
	}
	return out
}

// refused says why a file may not import something, "" when it may.
func refused(file, pkg, imp string) string {
	test := strings.HasSuffix(file, "_test.go") || forTests(pkg)
	if imp == "overt" || strings.HasPrefix(imp, "overt/") {
		own := strings.TrimPrefix(strings.TrimPrefix(imp, "overt"), "/")
		if own == "" {
			own = "."
		}
		return refusedOwn(pkg, own, test)
	}
	first, _, _ := strings.Cut(imp, "/")
	if !strings.Contains(first, ".") {
		if imp == "C" {
			return "cgo is not used: the sandboxed reader needs CGO_ENABLED=0"
		}
		if imp != "net/url" && imp != "net/netip" && !test {
			return offline(pkg, imp)
		}
		return "" // the standard library
	}
	list := guests
	if test {
		list = slices.Concat(guests, testGuests)
	}
	known := false
	for _, g := range list {
		if imp != g.path && !strings.HasPrefix(imp, g.path+"/") {
			continue
		}
		known = true
		if anyUnder(g.in, pkg) {
			return ""
		}
	}
	if known {
		return "this dependency is kept to other folders"
	}
	return "a dependency that arch_test.go does not know: name it there and in docs/dependencies.md"
}

// offline says why a package may not import something that opens connections.
func offline(pkg, imp string) string {
	for _, g := range online {
		if (imp == g.path || strings.HasPrefix(imp, g.path+"/")) && !anyUnder(g.in, pkg) {
			return "only source opens connections"
		}
	}
	return ""
}

// refusedOwn is refused for packages of this module. What ships is bound;
// tests may look up and down, so far as the compiler allows.
func refusedOwn(pkg, imp string, test bool) string {
	switch {
	case test:
		return ""
	case forTests(imp):
		return "packages for tests are imported by tests alone"
	case under("internal/...", imp):
		return ""
	}
	from, ok := floorOf(pkg)
	to, known := floorOf(imp)
	if !ok || !known {
		return "" // said once, for the package
	}
	side := slices.ContainsFunc(level, func(l struct{ from, to string }) bool { return under(l.from, pkg) && under(l.to, imp) })
	if to >= from && !side {
		return fmt.Sprintf("floor %d may not look at floor %d", from, to)
	}
	if anyUnder([]string{"bench", "bench/..."}, pkg) {
		return ""
	}
	for _, d := range doors {
		if under(d.path, imp) {
			if anyUnder(d.by, pkg) {
				return ""
			}
			return d.why
		}
	}
	return ""
}

// goFiles yields the Go files of this module below the working directory.
func goFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if p != "." && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || isModule(p)) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(p, ".go") {
			out = append(out, filepath.ToSlash(p))
		}
		return nil
	})
	if err != nil {
		t.Fatalf("walk the tree: %v", err)
	}
	return out
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// TestFloors reads the files itself: a test that asks the go command would be
// answered from its cache and miss edits.
func TestFloors(t *testing.T) {
	files := map[string][]string{}
	for _, name := range goFiles(t) {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Errorf("parse: %v", err)
			continue
		}
		files[name] = []string{}
		for _, imp := range f.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				t.Errorf("%s: import %s: %v", name, imp.Path.Value, err)
			}
			files[name] = append(files[name], p)
		}
	}
	if len(files) < 10 {
		t.Fatalf("only %d files found: the test does not stand at the root", len(files))
	}
	for _, v := range violations(files) {
		t.Error(v)
	}
}

// TestPackageDocs holds that each package says what it is for once, in the
// file named like it (main.go for a command).
func TestPackageDocs(t *testing.T) {
	docs := map[string][]string{} // package folder → files with a package comment
	want := map[string]string{}
	for _, name := range goFiles(t) {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_templ.go") {
			continue // what templ writes begins with its version
		}
		dir := path.Dir(name)
		want[dir] = path.Join(dir, f.Name.Name+".go")
		if f.Doc != nil && f.Doc.Text() != "" { // directives alone are no text
			docs[dir] = append(docs[dir], name)
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(want)) {
		if diff := cmp.Diff([]string{want[dir]}, docs[dir]); diff != "" {
			t.Errorf("package %s: where its comment stands (-want +got):\n%s", dir, diff)
		}
	}
}

// TestViolations is the test of the test: one bad line of each kind.
func TestViolations(t *testing.T) {
	tests := []struct {
		name, file, imp, want string
	}{
		{"down is fine", "statement/statement.go", "overt/ftm", ""},
		{"root is fine", "policy/policy.go", "overt", ""},
		{"standard library is fine", "graph/graph.go", "encoding/json/jsontext", ""},
		{"internal lies under ftm", "ftm/ftm.go", "overt/internal/decimal", ""},
		{"mapping reads records", "mapping/mapping.go", "overt/extract", ""},
		{"open knows the formats", "extract/open/open.go", "overt/extract/table", ""},
		{"pipeline opens", "pipeline/pipeline.go", "overt/extract/open", ""},
		{"format uses charset", "extract/tree/tree.go", "overt/extract/charset", ""},
		{"audit's exception", "audit/audit.go", "golang.org/x/mod/sumdb/tlog", ""},
		{"tests compare", "graph/graph_test.go", "github.com/google/go-cmp/cmp", ""},
		{"tests open drivers", "graph/graph_test.go", "overt/driver/memory", ""},
		{"suites serve tests", "driver/memory/memory_test.go", "overt/statement/statementtest", ""},
		{"suites use suites", "statement/statementtest/suite.go", "overt/policy/policytest", ""},
		{"source connects", "source/source.go", "net/http", ""},
		{"addresses are no connections", "ftm/ftm.go", "net/netip", ""},
		{"tests connect", "cmd/overt/fetch_test.go", "net/http", ""},
		{"bench opens every door", "bench/load/main.go", "overt/driver/pebble", ""},
		{"command wires", "cmd/overt/main.go", "overt/driver/pebble", ""},

		{"up", "statement/statement.go", "overt/graph", "floor 5 may not look at floor 7"},
		{"sideways", "graph/graph.go", "overt/search", "floor 7 may not look at floor 7"},
		{"graph counts no money", "graph/graph.go", "overt/money", "floor 7 may not look at floor 8"},
		{"root stays alone", "overt.go", "overt/policy", "floor 1 may not look at floor 2"},
		{"internal stays below", "internal/demo/demo.go", "overt/mapping", "floor 0 may not look at floor 4"},
		{"format beside format", "extract/sheet/sheet.go", "overt/extract/table", "floor 10 may not look at floor 10"},
		{"answer and a worker", "answer/answer.go", "overt/extract/worker", "documents are read where the stages run, in a confined process"},
		{"pipeline and a format", "pipeline/pipeline.go", "overt/extract/table", "formats are chosen in one list"},
		{"gate and a driver", "gate/gate.go", "overt/driver/pebble", "technologies are chosen where things are wired"},
		{"api and the engine", "api/api.go", "overt/policy/engine", "only the gate asks for a right"},
		{"money records", "money/money.go", "overt/audit", "only the gate records; report checks proofs"},
		{"driver and the gate", "driver/disk/disk.go", "overt/gate", "floor 10 may not look at floor 11"},
		{"suite in the product", "cmd/overt/main.go", "overt/policy/policytest", "packages for tests are imported by tests alone"},
		{"database outside driver", "statement/statement.go", "github.com/cockroachdb/pebble/v2", "this dependency is kept to other folders"},
		{"database of another driver", "driver/sqlite/sqlite.go", "github.com/cockroachdb/pebble/v2/vfs", "this dependency is kept to other folders"},
		{"half of a module", "audit/audit.go", "golang.org/x/mod/semver", "a dependency that arch_test.go does not know: name it there and in docs/dependencies.md"},
		{"unknown module", "graph/graph_test.go", "example.org/new/thing", "a dependency that arch_test.go does not know: name it there and in docs/dependencies.md"},
		{"test guest ships", "audit/verify.go", "github.com/transparency-dev/merkle/proof", "a dependency that arch_test.go does not know: name it there and in docs/dependencies.md"},
		{"gate and the network", "gate/gate.go", "net", "only source opens connections"},
		{"command and the network", "cmd/overt/main.go", "net/http/httputil", "only source opens connections"},
		{"pipeline fetches", "pipeline/pipeline.go", "overt/source", "connections are opened where the gate was asked"},
		{"command leads astray", "cmd/overt/main.go", "overt/source/internal/wire", "what leads a fetch elsewhere is not to be had"},
		{"cgo", "driver/disk/disk.go", "C", "cgo is not used: the sandboxed reader needs CGO_ENABLED=0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			if tt.want != "" {
				want = []string{tt.file + " imports " + tt.imp + ": " + tt.want}
			}
			if diff := cmp.Diff(want, violations(map[string][]string{tt.file: {tt.imp}})); diff != "" {
				t.Errorf("violations differ (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlaces: a package that nobody placed, or that has no name of its own.
func TestPlaces(t *testing.T) {
	got := violations(map[string][]string{
		"attic/attic.go":           {"overt/gate", "fmt"},
		"attic/box.go":             {},
		"internal/util/util.go":    {},
		"ledger/ledgertest/all.go": {},
	})
	want := []string{
		"package attic has no floor: give it one in arch_test.go and DESIGN.md",
		"package internal/util: the name says nothing; call it by what it holds",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("violations differ (-want +got):\n%s", diff)
	}
}
