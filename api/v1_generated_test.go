package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/api"
	"overt/api/route"
)

// go test ./api -run TestGenerated -update writes what is made of the routes.
var update = flag.Bool("update", false, "write zz_words.json, docs/api.md and the types of the client anew")

const marker = "<!-- What follows is made of the routes: go test ./api -run TestGenerated -update -->\n"

// TestGenerated: words and page are those of the routes and of their structs.
func TestGenerated(t *testing.T) {
	surface, used := worded(t)
	words, err := json.MarshalIndent(surface.Words, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	generated(t, "zz_words.json", append(words, '\n'))
	page, err := surface.Page()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("..", "docs", "api.md")
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := bytes.Cut(old, []byte(marker))
	if !found {
		t.Fatalf("%s has lost its marker", name)
	}
	generated(t, name, slices.Concat(head, []byte(marker), []byte(page)))
	for _, key := range used {
		own := strings.HasPrefix(key, "api.") && strings.Count(key, ".") == 2
		if _, field, _ := strings.Cut(key, "."); own && surface.Words[key] == "" && !strings.HasPrefix(field, "Collection") && !strings.Contains(field, "Form.") && !selfEvident[field] {
			t.Errorf("%s says nothing of itself", key)
		}
	}
}

// worded is the surface with the words of the sources as they are now, and the keys
// that it asks for.
func worded(t *testing.T) (*route.Surface, []string) {
	t.Helper()
	surface := api.Surface("test")
	used, err := surface.Used()
	if err != nil {
		t.Fatal(err)
	}
	all := comments(t, used)
	surface.Words = map[string]string{}
	for _, key := range used {
		if all[key] != "" {
			surface.Words[key] = all[key]
		}
	}
	return surface, used
}

// selfEvident fields are said by their name.
var selfEvident = map[string]bool{
	"Problem.Title": true, "Problem.Detail": true, "LineError.Detail": true, "Dataset.Dataset": true, "Formats.Formats": true, "RunPage.Runs": true, "Undone.Undone": true,
	"Job.ID": true, "Job.Dataset": true, "Job.Ended": true, "Jobs.Imports": true, "judgeBody.Right": true, "judgeAsked.Body": true, "retractAsked.Body": true, "acceptAsked.Body": true, "rejectAsked.Body": true, "matchAsked.Body": true,
	"undoAsked.Run": true, "Why.Left": true, "Why.Right": true, "diffAsked.Dataset": true, "Bulk.Status": true, "Bulk.Reasons": true,
}

func generated(t *testing.T, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	if !*update {
		t.Errorf("%s is not what the routes say; go test ./api -run TestGenerated -update writes it", name)
		return
	}
	if err := os.WriteFile(name, want, 0o600); err != nil {
		t.Fatal(err)
	}
}

// comments gathers what the sources of some packages say of their structs.
func comments(t *testing.T, used []string) map[string]string {
	t.Helper()
	var packages []string
	for _, key := range used {
		name, _, _ := strings.Cut(key, ".")
		packages = append(packages, name)
	}
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(".."), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && p != "."):
			return fs.SkipDir
		case d.IsDir() || path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		name := path.Base(path.Dir(p))
		if name == "." {
			name = "overt"
		}
		if !slices.Contains(packages, name) {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", filepath.FromSlash(p)), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				typeComments(out, name, g)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func typeComments(out map[string]string, pkg string, g *ast.GenDecl) {
	for _, spec := range g.Specs {
		s := spec.(*ast.TypeSpec)
		name := pkg + "." + s.Name.Name
		out[name] = said(g.Doc, s.Doc, s.Comment)
		st, ok := s.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range st.Fields.List {
			for _, id := range f.Names {
				out[name+"."+id.Name] = said(f.Doc, f.Comment)
			}
		}
	}
}

// said is the first comment that says something, as one line.
func said(groups ...*ast.CommentGroup) string {
	for _, g := range groups {
		if text := strings.Join(strings.Fields(g.Text()), " "); text != "" {
			return text
		}
	}
	return ""
}

// TestDocument: every route is in the document, under a name of its own.
func TestDocument(t *testing.T) {
	surface := api.Surface("test")
	raw, err := surface.Document()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ OperationID, Summary string }
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	n, names := 0, map[string]bool{}
	for at, ops := range doc.Paths {
		for method, op := range ops {
			n++
			if names[op.OperationID] || op.OperationID == "" || op.Summary == "" {
				t.Errorf("%s %s: name %q, summary %q", method, at, op.OperationID, op.Summary)
			}
			names[op.OperationID] = true
		}
	}
	for _, r := range surface.Routes {
		if _, ok := doc.Paths[r.Path][strings.ToLower(r.Method)]; !ok {
			t.Errorf("%s is not in the document", r.Pattern())
		}
	}
	if n != len(surface.Routes) || doc.OpenAPI != "3.1.0" {
		t.Errorf("%d operations of %d routes, OpenAPI %s", n, len(surface.Routes), doc.OpenAPI)
	}
	again, err := api.Surface("test").Document()
	if err != nil || !bytes.Equal(raw, again) {
		t.Error("the document is not always the same")
	}
}
