package svg

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, p picture) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden holds each picture to the byte, from left to right and, but for
// maps, which are long and not mirrored, from right to left.
func TestGolden(t *testing.T) {
	for _, rtl := range []bool{false, true} {
		for name, p := range samples(Frame{RTL: rtl}) {
			if rtl && strings.HasPrefix(name, "map") {
				continue
			}
			file := filepath.Join("testdata", name+map[bool]string{false: ".svg", true: "-rtl.svg"}[rtl])
			t.Run(filepath.Base(file), func(t *testing.T) {
				got := []byte(render(t, p))
				if *update {
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Error("differs from the golden file; look at it, then run with -update")
				}
			})
		}
	}
}

// seen is what a reader of the XML finds in a picture.
type seen struct {
	ids, links []string
	role       string
	titled     bool
	width      float64
	coords     []float64
}

// allowed are the elements and attributes of a picture: no style, no script, no
// handler.
var allowed = map[string]string{
	"svg":  " xmlns class id role aria-labelledby aria-describedby viewBox width height ",
	"desc": " id ", "title": " id ", "style": " ", "defs": " ", "g": " class transform ", "a": " class href tabindex ",
	"pattern": " id width height patternUnits patternTransform ",
	"rect":    " class x y width height rx ", "circle": " class cx cy r ", "line": " class x1 y1 x2 y2 stroke-width ",
	"path": " class d fill stroke stroke-width ", "text": " class x y text-anchor ",
}

// look parses a picture as strictly as XML is, and fails on what has no place in
// it.
func look(t *testing.T, picture string) seen {
	t.Helper()
	var s seen
	d := xml.NewDecoder(strings.NewReader(picture))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return s
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		attrs, known := allowed[e.Name.Local]
		if !known {
			t.Errorf("element %s has no place in a picture", e.Name.Local)
		}
		for _, a := range e.Attr {
			name := a.Name.Local
			if !strings.Contains(attrs, " "+name+" ") {
				t.Errorf("%s has an attribute %s", e.Name.Local, name)
			}
			switch name {
			case "id":
				s.ids = append(s.ids, a.Value)
			case "href":
				s.links = append(s.links, a.Value)
			case "role":
				s.role = a.Value
			case "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "r":
				v, err := strconv.ParseFloat(a.Value, 64)
				if err != nil || math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e6 {
					t.Errorf("%s of %s is %q", name, e.Name.Local, a.Value)
				}
				if e.Name.Local == "svg" && name == "width" {
					s.width = v
				}
				if name[0] == 'x' || name == "cx" {
					s.coords = append(s.coords, v)
				}
			case "d":
				if strings.ContainsAny(a.Value, "NI") {
					t.Errorf("path %q", a.Value)
				}
			}
		}
		s.titled = s.titled || e.Name.Local == "title"
	}
}

// TestForm: every picture is sound XML without style or script, has a name, one
// id once, and shows no link that its table has not.
func TestForm(t *testing.T) {
	elsewhere := regexp.MustCompile(`^(/money\?rest=1|/t\?lane=.*)$`) // of what stands for many rows
	for _, rtl := range []bool{false, true} {
		for name, p := range samples(Frame{RTL: rtl}) {
			t.Run(fmt.Sprint(name, rtl), func(t *testing.T) {
				s := look(t, render(t, p))
				if want := map[bool]string{true: "group", false: "img"}[len(s.links) > 0]; s.role != want || !s.titled {
					t.Errorf("role %q, want %q; titled: %v", s.role, want, s.titled)
				}
				ids := slices.Sorted(slices.Values(s.ids))
				if len(slices.Compact(ids)) != len(s.ids) {
					t.Errorf("an id is given twice: %v", s.ids)
				}
				table, err := p.Table()
				if err != nil {
					t.Fatal(err)
				}
				rows := map[string]bool{}
				for _, row := range append(table.Rows, table.Head) {
					if len(row) != len(table.Head) {
						t.Fatalf("a row of %d cells under %d heads", len(row), len(table.Head))
					}
					for _, cell := range row {
						rows[cell.Href] = true
					}
				}
				for _, href := range s.links {
					if !rows[href] && !elsewhere.MatchString(href) {
						t.Errorf("link %s is not in the table", href)
					}
				}
			})
		}
	}
}

// hostile is put in the place of every text of a picture.
var hostile = []string{
	`</text></svg><script>alert(1)</script><svg onload="x">`, `"><a href="javascript:alert(1)">`, `' onclick='x`, "]]>&amp;&#0;",
	"\x00\x01\x1b[31m\xff\xfe", "\u202egnp.exe\u2066\u200f", strings.Repeat("W", 10000), strings.Repeat("\u0301", 5000), "\uffff\ufffe", "",
}

func hostilePictures(s string) map[string]picture {
	f := Frame{Title: s, Desc: s}
	return map[string]picture{
		"flow": Sankey{Frame: f, Unit: s, Nodes: []FlowNode{{ID: "a" + s, Label: s}}, Flows: []Flow{{From: "a" + s, To: "b" + s, Amount: 3, Text: s, Period: s}}},
		"net": Network{Frame: f, Kinds: [6]string{s, s, s, s, s, s}, Nodes: []Node{{ID: "a" + s, Label: s, Kind: 1}, {ID: "b", Label: s, More: 3}},
			Edges: []Edge{{From: "a" + s, To: "b", Kind: s, Directed: true}, {From: "b", To: "b", Kind: s}}},
		"path":      Paths{Frame: f, Nodes: []Node{{ID: "a", Label: s}}, Routes: []Route{{[]string{"a", "b" + s}, []Step{{Kind: s}}}, {[]string{"c"}, nil}}},
		"waterfall": Waterfall{Frame: f, Total: s, Parts: []Part{{Label: s, Note: s, Value: 1}}},
		"timeline":  Timeline{Frame: f, Lanes: []Lane{{Label: s, Events: []Event{{Label: s, Start: "2020"}}}}},
		"bars":      Bars{Frame: f, Word: s, Rows: []Bar{{Label: s, Note: s, Text: s}}},
		"spark":     Sparkline{Frame: f, Values: []float64{1}, Labels: []string{s}},
		"matrix":    Matrix{Frame: f, Rows: []Header{{Label: s, Note: s}}, Columns: []Header{{Label: s}}, Cells: [][]Reach{{{State: Found, Text: s}}}},
		"map":       Map{Frame: f, Word: s, Places: []Place{{Country: "us", Label: s, Value: 1}, {Country: "x" + s, Label: s}}},
	}
}

func TestHostileText(t *testing.T) {
	for i, s := range hostile {
		for name, p := range hostilePictures(s) {
			t.Run(fmt.Sprint(name, i), func(t *testing.T) {
				out := render(t, p)
				look(t, out)
				if len(out) > 100_000 {
					t.Errorf("%d bytes", len(out))
				}
				if strings.ContainsAny(out, "\u202e\u2066\u200f\x1b") {
					t.Error("a sign that turns the direction, or controls, came through")
				}
			})
		}
	}
}

func TestRefused(t *testing.T) {
	one := func(f Flow) Sankey { f.From, f.To = "a", "b"; return Sankey{Flows: []Flow{f}} }
	two := []Node{{ID: "a"}, {ID: "b"}}
	for name, tt := range map[string]struct {
		p    picture
		want string
	}{
		"not a number":       {one(Flow{Amount: math.NaN()}), `flow "a → b": NaN is not a number that can be drawn`},
		"without end":        {one(Flow{Amount: math.Inf(-1)}), "-Inf is not a number"},
		"script link":        {one(Flow{Href: "javascript:alert(1)"}), `"javascript:alert(1)": link is neither a path nor a web address`},
		"script link, case":  {one(Flow{Href: " JaVaScript:alert(1)"}), "neither a path"},
		"control in a link":  {one(Flow{Href: "/e/\x00"}), "neither a path"},
		"tab in a scheme":    {one(Flow{Href: "java\tscript:alert(1)"}), "neither a path"},
		"data link":          {Network{Nodes: []Node{{ID: "a", Href: "data:text/html,x"}}}, "neither a path"},
		"kind of flow":       {one(Flow{Kind: 7}), "flow 1: kind 7 is not known"},
		"missing end":        {Sankey{Flows: []Flow{{From: "a"}}}, "flow 1: an end is missing"},
		"node twice":         {Sankey{Nodes: []FlowNode{{ID: "a"}, {ID: "a"}}}, "given twice"},
		"picture id":         {Sankey{Frame: Frame{ID: `x" onload="`}}, "only letters, digits, - and _"},
		"width":              {Sankey{Frame: Frame{Width: 1e9}}, "is not between 320 and 4000"},
		"width not a number": {Sparkline{Frame: Frame{Width: math.NaN()}}, "is not between 40 and 4000"},
		"unknown node":       {Network{Nodes: two, Edges: []Edge{{From: "a", To: "c"}}}, `link 1: "a" or "c" is no node`},
		"count below 0":      {Network{Nodes: two, Edges: []Edge{{From: "a", To: "b", Count: -1}}}, "a count of -1"},
		"most":               {Network{Most: 5000}, "5000 nodes asked for, a picture shows up to 1000"},
		"steps":              {Paths{Routes: []Route{{Nodes: []string{"a"}, Steps: []Step{{}}}}}, "path 1: 1 steps do not lead over 1 nodes"},
		"loop in a path":     {Paths{Routes: []Route{{Nodes: []string{"a", "a"}, Steps: []Step{{}}}}}, "comes twice"},
		"part":               {Waterfall{Parts: []Part{{Label: "name", Value: math.NaN()}}}, `part "name": NaN`},
		"date":               {Timeline{Lanes: []Lane{{Events: []Event{{Start: "2019-02-30"}}}}}, `lane 1, event 1: date "2019-02-30" is not like`},
		"ends first":         {Timeline{Lanes: []Lane{{Events: []Event{{Start: "2020", End: "2019-05"}}}}}, "it ends 2019-05, before it starts, 2020"},
		"bound":              {Timeline{From: "soon"}, `date "soon"`},
		"interval":           {Bars{Rows: []Bar{{Label: "x", Value: 3, Low: 4, High: 5}}}, "3 is not between 4 and 5"},
		"likelihood":         {Calibration{Points: []Said{{Said: 1.2}}}, "point 1: 1.2 is not between 0 and 1"},
		"labels":             {Sparkline{Values: []float64{1}, Labels: []string{"a", "b"}}, "2 labels for 1 values"},
		"cells":              {Matrix{Cells: [][]Reach{{}}}, "1 rows of cells for 0 rows"},
		"state":              {Matrix{Rows: []Header{{}}, Columns: []Header{{}}, Cells: [][]Reach{{{State: 9}}}}, "state 9 is not known"},
		"country twice":      {Map{Places: []Place{{Country: "us"}, {Country: "us"}}}, "given twice"},
		"country below 0":    {Map{Places: []Place{{Country: "us", Value: -1}}}, "-1 is below 0"},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			err := tt.p.Render(t.Context(), &b)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if b.Len() > 0 {
				t.Errorf("%d bytes were written all the same", b.Len())
			}
			if _, again := tt.p.Table(); fmt.Sprint(again) != fmt.Sprint(err) {
				t.Errorf("the table says %v, the picture %v", again, err)
			}
		})
	}
}

// TestTooMany: what is too much for a picture is said with its number, and the
// table still has it.
func TestTooMany(t *testing.T) {
	flows, chain, edges := make([]Flow, 100_000), make([]Flow, 30), []Edge{}
	for i := range flows {
		flows[i] = Flow{From: strconv.Itoa(i % 1000), To: strconv.Itoa((i + 1) % 1000), Amount: 1}
	}
	for i := range chain {
		chain[i] = Flow{From: strconv.Itoa(i), To: strconv.Itoa(i + 1), Amount: 1}
	}
	var ring []Node
	for i := range 400 {
		ring = append(ring, Node{ID: strconv.Itoa(i)})
		edges = append(edges, Edge{From: strconv.Itoa(i), To: strconv.Itoa((i + 1) % 400)})
	}
	many := make([]Event, 50_001)
	for name, tt := range map[string]struct {
		p    picture
		want string
		rows int
	}{
		"flows":  {Sankey{Flows: flows}, "100,000 flows are too many for a picture, which shows up to 10,000: ask for", 100_000},
		"steps":  {Sankey{Flows: chain}, "31 steps are too many", 30},
		"nodes":  {Network{Nodes: ring, Edges: edges}, "400 nodes are too many for a picture, which shows up to 300", 400},
		"events": {Timeline{Lanes: []Lane{{Events: many}}}, "50,001 events are too many", 50_001},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.p.Render(t.Context(), io.Discard)
			var many *TooMany
			if !errors.As(err, &many) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			table, err := tt.p.Table()
			if err != nil || len(table.Rows) != tt.rows {
				t.Errorf("%d rows, %v; want %d", len(table.Rows), err, tt.rows)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	for _, p := range []picture{Sankey{}, Network{}, Paths{}, Waterfall{}, Timeline{}, Bars{}, Calibration{}, Sparkline{}, Matrix{}, Map{}} {
		s := look(t, render(t, p))
		if s.role != "img" {
			t.Errorf("%T: role %q", p, s.role)
		}
		if _, err := p.Table(); err != nil {
			t.Errorf("%T: %v", p, err)
		}
	}
}

// TestNarrow: what is asked for as narrow as a telephone stands inside its picture,
// which is wider where it must be.
func TestNarrow(t *testing.T) {
	for name, p := range samples(Frame{Width: 320}) {
		s := look(t, render(t, p))
		for _, x := range s.coords {
			if x < -1 || x > s.width+1 {
				t.Errorf("%s: something stands at %v of %v", name, x, s.width)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, p := range samples(Frame{}) {
		if err := p.Render(ctx, io.Discard); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAlone: a file of its own has its style, and nothing from elsewhere.
func TestAlone(t *testing.T) {
	out := render(t, sampleFlow(Frame{Title: "Flow", Alone: true}))
	look(t, out)
	if !strings.Contains(out, "<style>") || strings.Contains(Style, "http") || strings.Contains(Style, "url(") || strings.ContainsAny(Style, "<&") {
		t.Error("the style is not in it, or asks for something")
	}
}

// TestPhrases: each word of ours is in the list that catalogues hold, and each of
// the list is used.
func TestPhrases(t *testing.T) {
	literals := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "phrases.go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				literals[s] = true
			}
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if fun, is := call.Fun.(*ast.SelectorExpr); ok && is && fun.Sel.Name == "say" {
				if s, _ := strconv.Unquote(lit.Value); !slices.Contains(phrases, s) {
					t.Errorf("%s: %q is not among the phrases", name, s)
				} else if n := strings.Count(s, "%s"); n != len(call.Args)-1 {
					t.Errorf("%s: %q takes %d words and is given %d", name, s, n, len(call.Args)-1)
				}
			}
			return true
		})
	}
	for i, s := range phrases {
		if !literals[s] || slices.Contains(phrases[:i], s) {
			t.Errorf("phrase %q is not used, or listed twice", s)
		}
	}
	if len(Phrases()) < 50 {
		t.Error("the list is short")
	}
}

// TestSay: no word of ours is written but through Say.
func TestSay(t *testing.T) {
	for name, p := range samples(Frame{Say: func(phrase string, args ...string) string { return "⟦" + strings.Join(args, "|") + "⟧" }}) {
		out := render(t, p)
		for _, word := range []string{"source", "award,", "returned", "no number", "not looked"} {
			if strings.Contains(out, word) {
				t.Errorf("%s says %q by itself", name, word)
			}
		}
	}
}

func TestMirror(t *testing.T) {
	ltr, rtl := look(t, render(t, sampleFlow(Frame{}))), look(t, render(t, sampleFlow(Frame{RTL: true})))
	if len(ltr.coords) != len(rtl.coords) || slices.Equal(ltr.coords, rtl.coords) {
		t.Error("the picture is not mirrored")
	}
	a, b := render(t, sampleMap(Frame{Title: "x"}, true)), render(t, sampleMap(Frame{Title: "x", RTL: true}, true))
	dots := regexp.MustCompile(`<circle class="place dot" cx="[0-9.]+" cy="[0-9.]+"`)
	mapA, mapB := dots.FindAllString(a, 9), dots.FindAllString(b, 9)
	if len(mapA) != 9 || !slices.Equal(mapA, mapB) {
		t.Error("a map is mirrored")
	}
}
