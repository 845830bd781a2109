package tree_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/extracttest"
	"overt/extract/tree"
)

func source(s string) extract.Source {
	return extract.Source{Name: "t", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(s)), nil
	}}
}

// dump gives each record as "place: path=text@pointer …".
func dump(t *testing.T, r extract.Reader, selector string) (lines []string, last error) {
	t.Helper()
	return extracttest.Dump(t.Context(), r, selector, func(rec extract.Record) string {
		line := fmt.Sprintf("[%s]", rec.At())
		for _, c := range rec.Columns() {
			for _, cell := range rec.Cells(c) {
				line += fmt.Sprintf(" %s=%s", c, cell.Text)
				checkFind(t, r.(*tree.Reader), cell)
			}
		}
		return line
	})
}

func checkFind(t *testing.T, r *tree.Reader, c extract.Cell) {
	t.Helper()
	texts, found, err := r.Find(t.Context(), []overt.Locator{c.At})
	if err != nil || !found[0] || texts[0] != c.Text {
		t.Errorf("find %v: %q %v %v, want %q", c.At, texts, found, err, c.Text)
	}
}

const products = `{"meta":{"n":2},"data":{"skip":[[{"x":[1,{}]}],"\"}"],"Products":[
 {"id":"F1","csp":"A/B","tags":["x","y"],"auth":[{"a":1.50},{"a":null,"b":true}],"n":1e400,"e":""},
 {"id":"F2","deep":[[1,2],[3]],"a/b":{"~":"t","*":"star","":"none"}}]}}`

const feed = `<?xml version="1.0"?><!DOCTYPE feed><!-- c -->
<feed xmlns="u:atom" xmlns:p="u:p"><title>T<![CDATA[ & U]]></title>
<entry><id>1</id><p:id>p1</p:id><who name="A&amp;B" p:name="n2">x &eacute;</who></entry>
<entry><id>2</id><tag>a</tag><tag>b</tag><empty/><mix> see <b>bold</b> text </mix></entry></feed>`

func TestRecords(t *testing.T) {
	tests := []struct {
		name, in, selector string
		format             extract.Format
		want               []string
		err                string
	}{
		{name: "selected", in: products, format: extract.JSON, selector: "/data/Products/*", want: []string{
			"[/data/Products/0] id=F1 csp=A/B tags=x tags=y auth/*/a=1.50 auth/*/b=true n=1e400 e=",
			"[/data/Products/1] id=F2 deep/*=1 deep/*=2 deep/*=3 a~1b/~0=t a~1b/~*=star a~1b/~=none"}},
		{name: "a list is its elements", in: `{"a":[{"b":1},{"b":2}]}`, format: extract.JSON, selector: "/a", want: []string{"[/a/0] b=1", "[/a/1] b=2"}},
		{name: "any", in: `{"a":{"x":1},"b":{"x":2}}`, format: extract.JSON, selector: "/*", want: []string{"[/a] x=1", "[/b] x=2"}},
		{name: "through lists", in: `[{"a":[{"b":{"c":1}},{"b":{"c":2}}]}]`, format: extract.JSON, selector: "/a/b", want: []string{"[/0/a/0/b] c=1", "[/0/a/1/b] c=2"}},
		{name: "by number", in: `{"a":[{"b":1},{"b":2}]}`, format: extract.JSON, selector: "/a/1", want: []string{"[/a/1] b=2"}},
		{name: "whole document", in: "\xef\xbb\xbf {\"b\":1} \n", format: extract.JSON, want: []string{"[] b=1"}},
		{name: "list at the top", in: `[{"b":1},null,[2,3]]`, format: extract.JSON, want: []string{"[/0] b=1", "[/2] .=2 .=3"}},
		{name: "keys twice", in: `{"x":[{"a":1,"a":2}],"x":[{"a":3}]}`, format: extract.JSON, selector: "/x/*",
			want: []string{"[/x/0] a=1 a=2", "[/x~[2]/0] a=3"}},
		{name: "escapes", in: `{"a":"\u00e9\ud83d\ude00\ud83dx\udc00\n\/","b":"` + "M\xfcller" + `"}`, format: extract.JSON, want: []string{"[] a=é😀\ufffdx\ufffd\n/ b=Müller"}},
		{name: "nothing selected", in: products, format: extract.JSON, selector: "/data/None/*"},
		{name: "cut", in: `[{"a":1},{"a":`, format: extract.JSON, want: []string{"[/0] a=1"}, err: "breaks off at byte 14"},
		{name: "wrong", in: `[{"a":1},{"a" 2}]`, format: extract.JSON, want: []string{"[/0] a=1"}, err: `'2' instead of ':' at byte 14`},
		{name: "two documents", in: "{\"a\":1}\n{\"a\":2}", format: extract.JSON, want: []string{"[] a=1"}, err: "another value follows the first at byte 8"},
		{name: "lines", in: "{\"a\":1}\n\n{\"a\":\n[{\"a\":2}]\r\n{\"a\":3} x\n{\"b\":{\"c\":4}}", format: extract.JSONL, want: []string{
			"[row 1] a=1", "! row 3: read JSON: the value breaks off at byte 5 of the line", "[row 4] */a=2",
			"! row 5: read JSON: more text after the value at byte 8 of the line", "[row 6] b/c=4"}},
		{name: "lines with selector", in: "{\"e\":{\"a\":1}}\n{}\n", format: extract.JSONL, selector: "/e", want: []string{"[row 1, /e] a=1"}},
		{name: "joined", in: "{\"a\":1}{\"a\":[2]}\n{\n\"a\":3}", format: extract.JSONL, want: []string{"[row 1] a=1", "[row 2] a=2", "[row 3] a=3"}},
		{name: "joined with selector", in: `{"e":{"a":1}}{}{"e":[{"a":2}]}`, format: extract.JSONL, selector: "/e/*", want: []string{"[row 1, /e/a] .=1", "[row 3, /e/0] a=2"}},
		{name: "joined and cut", in: `{"a":1}{"a":2}{"a":`, format: extract.JSONL, want: []string{"[row 1] a=1", "[row 2] a=2"}, err: "breaks off"},
		{name: "feed", in: feed, format: extract.XML, selector: "/feed/entry", want: []string{
			"[/feed/entry] id=1 p:id=p1 who=x é who/@name=A&B who/@p:name=n2",
			"[/feed/entry[2]] id=2 tag=a tag=b empty= mix=see bold text mix/b=bold"}},
		{name: "feed whole", in: "<a x='1'>t<b/></a>", format: extract.XML, want: []string{"[/a] .=t @x=1 b="}},
		{name: "any element", in: "<a><b>1</b><c>2</c><b>3</b></a>", format: extract.XML, selector: "/a/*", want: []string{"[/a/b] .=1", "[/a/c] .=2", "[/a/b[2]] .=3"}},
		{name: "by prefix", in: feed, format: extract.XML, selector: "/feed/entry/p:id", want: []string{"[/feed/entry/id[2]] .=p1"}},
		{name: "declared encoding", in: "<?xml version='1.0' encoding='ISO-8859-1'?><a>M\xfcller</a>", format: extract.XML, want: []string{"[/a] .=Müller"}},
		{name: "undeclared bytes", in: "<a>M\xfcller</a>", format: extract.XML, want: []string{"[/a] .=Müller"}},
		{name: "utf-16", in: "\xff\xfe<\x00a\x00>\x00\xfc\x00<\x00/\x00a\x00>\x00", format: extract.XML, want: []string{"[/a] .=ü"}},
		{name: "cut xml", in: "<a><b>1</b><b>", format: extract.XML, selector: "/a/b", want: []string{"[/a/b] .=1"}, err: "unexpected EOF"},
		{name: "entities stay", in: `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>`, format: extract.XML, err: "invalid character entity &x;"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := tree.Open(t.Context(), source(tt.in), tree.Options{Format: tt.format})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dumpOrBreak(t, r, tt.selector, tt.err != "")
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if err != nil && overt.CodeOf(err) != overt.Invalid {
				t.Errorf("code %s", overt.CodeOf(err))
			}
		})
	}
}

// dumpOrBreak finds no cell again where the document breaks.
func dumpOrBreak(t *testing.T, r *tree.Reader, selector string, breaks bool) (lines []string, last error) {
	t.Helper()
	if !breaks {
		return dump(t, r, selector)
	}
	for rec, err := range r.Records(t.Context(), selector) {
		if err != nil {
			return lines, err
		}
		line := fmt.Sprintf("[%s]", rec.At())
		for _, c := range rec.Columns() {
			for _, cell := range rec.Cells(c) {
				line += fmt.Sprintf(" %s=%s", c, cell.Text)
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func TestEach(t *testing.T) {
	one := func(format extract.Format, in, selector string) extract.Record {
		r, err := tree.Open(t.Context(), source(in), tree.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		for rec, err := range r.Records(t.Context(), selector) {
			if err != nil {
				t.Fatal(err)
			}
			return rec
		}
		t.Fatal("no record")
		return nil
	}
	texts := func(cells []extract.Cell) (out string) {
		for _, c := range cells {
			out += c.Text + "@" + c.At.Pointer + " "
		}
		return strings.TrimSpace(out)
	}
	p := one(extract.JSON, products, "/data/Products/*")
	each := p.Each("auth")
	if len(each) != 2 || each[0].At().Pointer != "/data/Products/0/auth/0" {
		t.Fatalf("got %v", each)
	}
	for _, tt := range []struct{ got, want string }{
		{texts(each[0].Cells("a")), "1.50@/data/Products/0/auth/0/a"},
		{texts(each[0].Cells("../id")), "F1@/data/Products/0/id"},
		{texts(each[0].Cells("../../id")), ""},
		{texts(each[1].Each("../tags")[1].Cells(".")), "y@/data/Products/0/tags/1"},
		{texts(p.Each("tags")[0].Cells("../n")), "1e400@/data/Products/0/n"},
		{texts(p.Cells("tags")), "x@/data/Products/0/tags/0 y@/data/Products/0/tags/1"},
		{texts(p.Cells("tags/*")), "x@/data/Products/0/tags/0 y@/data/Products/0/tags/1"},
		{texts(p.Cells("tags/1")), "y@/data/Products/0/tags/1"},
		{texts(p.Cells("auth/b")), "true@/data/Products/0/auth/1/b"},
		{texts(p.Cells("none")), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	x := one(extract.XML, feed, "/feed")
	entries := x.Each("entry")
	for _, tt := range []struct{ got, want string }{
		{texts(entries[1].Cells("tag")), "a@/feed/entry[2]/tag b@/feed/entry[2]/tag[2]"},
		{texts(entries[1].Cells("../title")), "T & U@/feed/title"},
		{texts(entries[0].Cells("who/@*")), "A&B@/feed/entry/who/@name n2@/feed/entry/who/@p:name"},
		{texts(entries[0].Cells("*")), "1@/feed/entry/id p1@/feed/entry/id[2] x é@/feed/entry/who"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestWarnings(t *testing.T) {
	r, err := tree.Open(t.Context(), source(`{"a":1,"a":2,"b":"\ud800"}`), tree.Options{Format: extract.JSON})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dump(t, r, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := dumpOrBreak(t, r, "", true); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, w := range r.Info().Warnings {
		got += fmt.Sprintf("%s %d ", w.Code, w.Count)
	}
	if want := "lone_surrogate 1 duplicate_key 1 "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBrokenStream(t *testing.T) {
	for format, in := range map[extract.Format]string{extract.JSON: `[{"a":1},`, extract.JSONL: "{\"a\":1}\n{\"a\"", extract.XML: "<a><b>1</b>"} {
		src := extract.Source{Name: "t", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(in), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
		}}
		r, err := tree.Open(t.Context(), src, tree.Options{Format: format})
		if err != nil {
			t.Fatal(err)
		}
		selector := map[extract.Format]string{extract.XML: "/a/b"}[format]
		got, err := dumpOrBreak(t, r, selector, true)
		if len(got) != 1 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %q, %v", format, got, err)
		}
	}
}

// TestRandomTrees makes documents and finds every cell again by its locator.
func TestRandomTrees(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var list []any
		for range 1 + rnd.IntN(8) {
			list = append(list, randomValue(rnd, 4))
		}
		b, err := json.MarshalIndent(map[string]any{"x": map[string]any{"list": list}}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		checkAll(t, string(b), extract.JSON, "/x/list")
		checkAll(t, "<doc>"+randomXML(rnd, 4)+randomXML(rnd, 4)+"</doc>", extract.XML, "/doc/*")
	}
}

func checkAll(t *testing.T, in string, format extract.Format, selector string) {
	t.Helper()
	r, err := tree.Open(t.Context(), source(in), tree.Options{Format: format})
	if err != nil {
		t.Fatal(err)
	}
	var ats []overt.Locator
	var want []string
	for rec, err := range r.Records(t.Context(), selector) {
		if err != nil {
			t.Fatalf("%v\n%s", err, in)
		}
		for _, c := range rec.Columns() {
			cells := rec.Cells(c)
			if len(cells) == 0 {
				t.Fatalf("no cells under the column %q\n%s", c, in)
			}
			for _, cell := range cells {
				ats, want = append(ats, cell.At), append(want, cell.Text)
			}
		}
	}
	texts, found, err := r.Find(t.Context(), ats)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ats {
		if !found[i] || texts[i] != want[i] {
			t.Fatalf("%v: %q %v, want %q\n%s", ats[i], texts[i], found[i], want[i], in)
		}
	}
}

func randomValue(rnd *rand.Rand, depth int) any {
	keys := []string{"a", "b/c", "d~e", "*", ".", "", "0", "@x", "é", "~[2]", ".."}
	switch n := rnd.IntN(6); {
	case n < 2 && depth > 0:
		m := map[string]any{}
		for range rnd.IntN(5) {
			m[keys[rnd.IntN(len(keys))]] = randomValue(rnd, depth-1)
		}
		return m
	case n < 3 && depth > 0:
		var l []any
		for range rnd.IntN(4) {
			l = append(l, randomValue(rnd, depth-1))
		}
		return l
	case n == 3:
		return rnd.IntN(1000)
	case n == 4:
		return nil
	}
	return keys[rnd.IntN(len(keys))] + "\"\\\n\u2028"
}

func randomXML(rnd *rand.Rand, depth int) string {
	names := []string{"a", "b", "p:a", "c-d"}
	n := names[rnd.IntN(len(names))]
	s := "<" + n + " xmlns:p='u'"
	if rnd.IntN(2) == 0 {
		s += " x='1' p:x=' 2&lt;'"
	}
	s += ">"
	for range rnd.IntN(4) {
		if depth > 0 {
			s += randomXML(rnd, depth-1)
		}
		s += []string{"", "\n ", "text &amp; <![CDATA[<x>]]>"}[rnd.IntN(3)]
	}
	return s + "</" + n + ">"
}
