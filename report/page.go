package report

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"
)

// style is for screens and paper: the reader's browser prints it, on his paper.
const style = `:root{color-scheme:light dark}
body{font:1.05rem/1.55 Georgia,"Noto Serif",serif;max-width:42rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{line-height:1.2;break-after:avoid}
sup a{text-decoration:none}
blockquote{margin:1rem 0;padding-inline-start:1rem;border-inline-start:.2rem solid}
.meta,.notes{font-size:.86rem}
.notes li{margin:.5rem 0;overflow-wrap:anywhere;break-inside:avoid}
.notes code{font-size:.78rem}
@page{margin:20mm 18mm;@bottom-center{content:counter(page) " / " counter(pages)}}
@media print{body{max-width:none;margin:0;padding:0;font-size:10.5pt;color:#000;background:#fff}a{color:#000}}
`

// A note is a numbered note of the printed page: a passage and its source.
type note struct {
	N int
	Passage
	Source Source
}

// A leaf is a span with the numbers of the notes that it leads to.
type leaf struct {
	Span
	Notes []int
}

type part struct {
	Kind   string
	Leaves []leaf
}

type page struct {
	*Edition
	Published string
	Parts     []part
	Notes     []note
}

var pageForm = template.Must(template.New("page").Parse(`<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'">
<meta name="referrer" content="no-referrer">
<title>{{.Title}}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main dir="auto">
<h1><bdi>{{.Title}}</bdi></h1>
<p class="meta">Version {{.Version}}, published {{.Published}}. <a href="claims.jsonld">Claims</a>, <a href="sources.json">sources</a> and <a href="MANIFEST">manifest</a> lie beside this page; <code>overt verify</code> proves them.</p>
{{range .Parts}}{{if eq .Kind "h2"}}<h2>{{template "line" .}}</h2>
{{else if eq .Kind "h3"}}<h3>{{template "line" .}}</h3>
{{else if eq .Kind "li"}}<ul><li>{{template "line" .}}</li></ul>
{{else if eq .Kind "quote"}}<blockquote>{{template "line" .}}</blockquote>
{{else}}<p>{{template "line" .}}</p>
{{end}}{{end}}</main>
{{if .Notes}}<section class="notes">
<h2>Notes</h2>
<ol>
{{range .Notes}}<li id="note-{{.N}}">“<bdi>{{.Quote}}</bdi>” <bdi>{{.Words}}</bdi>{{with .Source}}, {{if .Title}}<bdi>{{.Title}}</bdi>{{else}}<bdi>{{.Dataset}}</bdi>{{end}}{{with .Publisher}}, <bdi>{{.}}</bdi>{{end}}, observed {{.Observed}}{{with .Licence}}, licence <bdi>{{.}}</bdi>{{end}}{{end}}. <code>sha256 {{.Blob}}</code> <a href="passages/{{.Item}}.json">passages/{{.Item}}.json</a></li>
{{end}}</ol>
</section>{{end}}
{{if .Replies}}<section class="notes">
<h2>Those who are named</h2>
<ul>
{{range .Replies}}<li><bdi>{{.Who}}</bdi>: {{.State}}{{with .Date}}, {{.}}{{end}}{{with .Reason}}: <bdi>{{.}}</bdi>{{end}}</li>
{{end}}</ul>
</section>{{end}}
</body>
</html>
{{define "line"}}{{range .Leaves}}{{if .Notes}}{{range .Notes}}<sup><a href="#note-{{.}}">[{{.}}]</a></sup>{{end}}{{else if .Strong}}<strong>{{.Text}}</strong>{{else if .Em}}<em>{{.Text}}</em>{{else}}{{.Text}}{{end}}{{end}}{{end}}`))

// Page is the report as one page of HTML without script, with numbered notes.
// published is the day, for the reader.
func (e *Edition) Page(published string) ([]byte, error) {
	p := page{Edition: e, Published: published}
	at := map[string]int{} // number of a note by passage
	for _, b := range Parse(e.Text).Blocks {
		out := part{Kind: b.Kind}
		for i := range b.Sentences {
			if i > 0 {
				out.Leaves = append(out.Leaves, leaf{Span: Span{Text: " "}})
			}
			for _, s := range b.Sentences[i].Spans {
				out.Leaves = append(out.Leaves, leaf{s, p.notes(at, s)})
			}
		}
		p.Parts = append(p.Parts, out)
	}
	var b bytes.Buffer
	if err := pageForm.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	return b.Bytes(), nil
}

// notes numbers the passages that a cite leads to.
func (p *page) notes(at map[string]int, s Span) (out []int) {
	i := slices.IndexFunc(p.Claims, func(c Claim) bool { return s.Claim != "" && c.Item == s.Claim })
	if i < 0 {
		return nil
	}
	for _, item := range p.Claims[i].Passages {
		if s.Cite != "" && item != s.Cite {
			continue
		}
		if at[item] == 0 {
			at[item] = len(p.Notes) + 1
			n := note{N: at[item], Passage: *p.passage(item)}
			if src := p.source(n.Blob); src != nil {
				n.Source = *src
			}
			p.Notes = append(p.Notes, n)
		}
		out = append(out, at[item])
	}
	return out
}
