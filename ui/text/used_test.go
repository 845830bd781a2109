package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// said are the functions that say a text, and whether it is one of a number: then the
// text for many is the second.
var said = map[string]bool{"T": false, "say": false, "Say": false, "columns": false, "N": true, "Count": true}

// texts gives the texts that the pages' code says, by where it first says them.
func texts(t *testing.T) (plain, many map[string]string) {
	t.Helper()
	plain, many = map[string]string{}, map[string]string{}
	var files []string
	for _, dir := range []string{"..", "../../web"} {
		found, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	set := token.NewFileSet()
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(set, f, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			counts, says := said[called(call.Fun)]
			if !says {
				return true
			}
			var words []string
			for _, a := range call.Args {
				if lit, ok := a.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					words = append(words, s)
				}
			}
			place := set.Position(call.Pos()).String()
			switch {
			case len(words) == 0:
			case counts && len(words) > 1:
				many[words[1]] = place
			case called(call.Fun) == "columns":
				for _, w := range words {
					plain[strings.TrimLeft(w, "#@")] = place
				}
			default:
				plain[words[0]] = place
			}
			return true
		})
	}
	return plain, many
}

// called is the name of what is called, without its package or type.
func called(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.IndexExpr:
		return called(f.X)
	}
	return ""
}

// Whatever a page says, it says in every language.
func TestUsedTextsHaveWords(t *testing.T) {
	plain, many := texts(t)
	if len(plain) < 300 || len(many) < 30 {
		t.Fatalf("only %d texts and %d of numbers were found in the pages' code", len(plain), len(many))
	}
	for _, l := range Languages() {
		if l == english {
			continue
		}
		for s, place := range plain {
			if l.words[s] == "" {
				t.Errorf("%s: no words for %q of %s", l.Tag, s, place)
			}
		}
		for s, place := range many {
			if l.forms[s] == nil {
				t.Errorf("%s: no forms for %q of %s", l.Tag, s, place)
			}
		}
	}
}
