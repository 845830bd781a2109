package markup

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"blocks", "<html><head><title>T</title><style>p{}</style></head><body><p>One\n two</p><p>Three<br>four</p>five<div>six</div>", "One two\nThree\nfour\nfive\nsix"},
		{"words in one line", "a<b>b</b> <i>c</i>\n d", "ab c d"},
		{"table", "<table><tr><th>A</th><th>B</th></tr><tr><td><p>1</p><td></td><td><p>2</p></td></tr></table>after", "A\tB\n1\t\t2\nafter"},
		{"empty first cell", "<table><tr><td></td><td>x</td></tr></table>", "\tx"},
		{"table in a cell", "<table><tr><td>l<table><tr><td>a</td><td>b</td></tr></table></td><td>r</td></tr></table>", "l\na\tb\tr"},
		{"lists", "<ul><li>a<li>b</ul><ol start=3><li>c</li><li>d</li></ol>", "- a\n- b\n3. c\n4. d"},
		{"kept white space", "<pre>a  b\n\tc</pre>d", "a  b\n\tc\nd"},
		{"pictures", "x<img src=cid:1 alt='a chart'>y", "x a chart y"},
		{"references", "&lt;a&gt; &amp; &#65;&nbsp;&eacute;&bogus;", "<a> & A é&bogus;"},
		{"scripts", "a<script>if(1<2)alert('</b>')</script>b<noscript><p>c</p></noscript>d<template><p>e</p></template>f", "ab\nc\ndf"},
		{"comments", "a<!-- <p>b</p> -->c", "ac"},
		{"controls", "a\x00b\x07c\x85", "abc\uFFFD"},
		{"empty lines of breaks", "a<br><br>b", "a\n\nb"},
		{"a form", "<form><input type=text value=Kate><input type=hidden value=no><select><option>x<option>y</select></form>", "Kate\nx\ny"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Text(strings.NewReader(c.in), 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != c.want {
				t.Errorf("got %q, want %q", got.Text, c.want)
			}
		})
	}
}

func TestContent(t *testing.T) {
	got, err := Text(strings.NewReader(`<title> A  title </title><meta name=Author content="Ada  Byron">
		<a href="http://evil.example/x">http://www.bank.example/</a> <a href="http://www.bank.example/a">https://bank.example</a>
		<img src="https://track.example/1.gif"><img src="data:image/png;base64,AA==">
		<span style="Display : none">secret</span><p hidden>and <b>more</b></p>open`), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if got.Title != "A title" || len(got.Meta) != 1 || got.Meta[0] != (Meta{"author", "Ada Byron"}) {
		t.Errorf("title %q, meta %v", got.Title, got.Meta)
	}
	if len(got.Links) != 2 || got.Links[0] != (Link{"http://evil.example/x", "http://www.bank.example/"}) {
		t.Errorf("links %v", got.Links)
	}
	if !strings.Contains(got.Text, "secret\nand more\nopen") {
		t.Errorf("hidden text is missing: %q", got.Text)
	}
	var codes []string
	for _, n := range got.Notes {
		codes = append(codes, n.Code+" "+n.Message[:2])
	}
	if s := strings.Join(codes, "|"); s != "hidden-text 13|remote-pictures 1 |inline-pictures 1 |misleading-links 1 " {
		t.Errorf("notes %q", s)
	}
}

func TestCharset(t *testing.T) {
	for in, want := range map[string]string{
		`<html><meta charset="koi8-r">`:                                          "koi8-r",
		`<META http-equiv=Content-Type content="text/html; charset=ISO-8859-1">`: "iso-8859-1",
		`<p>text`: "",
		strings.Repeat("<p>", 3000) + `<meta charset="late">`:                                 "",
		`<meta name=x content=y><meta http-equiv="content-type" content='t; charset="big5"'>`: "big5",
	} {
		if got := Charset([]byte(in)); got != want {
			t.Errorf("%.40q: %q, want %q", in, got, want)
		}
	}
}

func TestHostile(t *testing.T) {
	for name, in := range map[string]string{
		"depth":       strings.Repeat("<div><table><tr><td>", 100_000),
		"hidden":      strings.Repeat("<b hidden>", 100_000) + "x",
		"attributes":  "<p " + strings.Repeat("a=b ", 100_000) + ">x",
		"references":  strings.Repeat("&amp", 100_000),
		"open script": "a<script>" + strings.Repeat("<", 100_000),
		"links":       strings.Repeat("<a href=x>", 100_000),
		"lists":       strings.Repeat("<ol start=999999999999><li>", 50_000),
	} {
		got, err := Text(strings.NewReader(in), 1<<20)
		if err != nil || !utf8.ValidString(got.Text) || len(got.Text) > 1<<20 {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := Text(strings.NewReader("<p>"+strings.Repeat("word ", 100)), 50)
	if err != nil || !got.Cut || len(got.Text) > 50 {
		t.Errorf("past the limit: %+v, %v", got, err)
	}
	wrong := errors.New("wrong")
	if _, err := Text(iotest.ErrReader(wrong), 50); !errors.Is(err, wrong) {
		t.Errorf("an error of the reader: %v", err)
	}
}

func FuzzText(f *testing.F) {
	f.Add("<table><tr><td>a<td><p>b</table><ul><li>c<pre>\x00\r\n")
	f.Add("<a href=x><img alt=y><b hidden><script><title>")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := Text(strings.NewReader(in), 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		if got.Text != Clean(got.Text) || len(got.Text) > 1<<16 {
			t.Errorf("not clean: %q", got.Text)
		}
		Charset([]byte(in))
	})
}
