package report

import (
	"bytes"
	"fmt"
	"html/template"
	"slices"

	bcp47 "golang.org/x/text/language"

	"overt"
	"overt/casefile"
	"overt/internal/language"
)

// style is for screens and paper: the reader's browser prints it, on his paper.
const style = `:root{color-scheme:light dark;background:light-dark(#fff,#15181c);color:light-dark(#14171a,#e8eaed)}
body{font:1.05rem/1.55 Georgia,"Noto Serif",serif;max-width:42rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{line-height:1.2;break-after:avoid}
a{color:light-dark(#0b4f9e,#9cc7ff)}
sup a{text-decoration:none}
blockquote{margin:1rem 0;padding-inline-start:1rem;border-inline-start:.2rem solid}
figure{margin:1.2rem 0}
figure img{max-width:100%;height:auto;background:#fff}
figcaption,caption{font-size:.86rem;text-align:start;padding-block:.3rem}
.grid{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.35}
th,td{padding:.25rem .5rem .25rem 0;text-align:start;vertical-align:top;border-block-end:1px solid #8886;overflow-wrap:break-word}
.num{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
.meta,.notes{font-size:.86rem}
.notes li{margin:.5rem 0;overflow-wrap:anywhere;break-inside:avoid}
.notes code{font-size:.78rem}
@page{margin:20mm 18mm;@bottom-center{content:counter(page) " / " counter(pages)}}
@media print{:root{background:#fff}body{max-width:none;margin:0;padding:0;font-size:10.5pt;color:#000;background:#fff}.grid{overflow:visible}table{font-size:8pt}thead{display:table-header-group}tr,figure.picture{break-inside:avoid}a{color:#000}}
`

// A note is a numbered note of the printed page: what stands where in which source.
type note struct {
	N      int
	Quote  string
	Words  string // source and place
	Blob   overt.BlobID
	File   string // of the bundle, that has all of it
	More   int    // places that only the file has
	Source Source
}

// A leaf is a span with the numbers of the notes that it leads to.
type leaf struct {
	Span
	Notes []int
}

type part struct {
	Kind   string // of a block; grid for the rows of a table
	Leaves []leaf
	Head   [][]leaf
	Rows   [][][]leaf
	Number []bool // columns that are set by their ends
	View   *View
}

type page struct {
	*Edition
	Published string
	Language  string // of the text, as HTML has it; "" where that is not sure. What stands around it is English
	Parts     []part
	Notes     []note
}

var pageForm = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'">
<meta name="referrer" content="no-referrer">
<title>{{.Title}}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main dir="auto">
<h1><bdi>{{.Title}}</bdi></h1>
<p class="meta">Version {{.Version}}, published {{.Published}}. <a href="claims.jsonld">Claims</a>, <a href="sources.json">sources</a> and <a href="MANIFEST">manifest</a> lie beside this page; <code>overt verify</code> proves them.</p>
<div{{with .Language}} lang="{{.}}"{{end}}>
{{range .Parts}}{{if eq .Kind "h2"}}<h2>{{template "line" .}}</h2>
{{else if eq .Kind "h3"}}<h3>{{template "line" .}}</h3>
{{else if eq .Kind "li"}}<ul><li>{{template "line" .}}</li></ul>
{{else if eq .Kind "grid"}}{{template "grid" .}}
{{else if eq .Kind "table"}}<figure id="view-{{.View.Item}}">{{template "grid" .}}{{range .View.Left}}<p class="meta"><bdi>{{.}}</bdi></p>{{end}}</figure>
{{else if eq .Kind "picture"}}<figure class="picture"><img src="{{.View.File ".svg"}}" alt="{{.View.Title}}"><figcaption><bdi>{{.View.Title}}</bdi>{{template "when" .View}} <a href="{{.View.File ".json"}}">Its rows</a> {{template "line" .}}</figcaption></figure>
{{else if eq .Kind "quote"}}<blockquote>{{template "line" .}}</blockquote>
{{else}}<p>{{template "line" .}}</p>
{{end}}{{end}}</div>
{{if .Notes}}<section class="notes" aria-labelledby="notes">
<h2 id="notes">Notes</h2>
<ol>
{{range .Notes}}<li id="note-{{.N}}">{{with .Quote}}“<bdi>{{.}}</bdi>” {{end}}<bdi>{{.Words}}</bdi>{{with .More}} and {{.}} more{{end}}{{with .Source}}, {{if .Title}}<bdi>{{.Title}}</bdi>{{else}}<bdi>{{.Dataset}}</bdi>{{end}}{{with .Publisher}}, <bdi>{{.}}</bdi>{{end}}, observed {{.Observed}}{{with .Licence}}, licence <bdi>{{.}}</bdi>{{end}}{{end}}. <code>sha256 {{.Blob}}</code> <a href="{{.File}}">{{.File}}</a></li>
{{end}}</ol>
</section>{{end}}
{{if .Replies}}<section class="notes" aria-labelledby="replies">
<h2 id="replies">Those who are named</h2>
<ul>
{{range .Replies}}<li><bdi>{{.Who}}</bdi>: {{.State}}{{with .Date}}, {{.}}{{end}}{{with .Reason}}: <bdi>{{.}}</bdi>{{end}}</li>
{{end}}</ul>
</section>{{end}}
</main>
</body>
</html>
{{define "when"}}{{with .AsOf}}, as of {{.}}{{end}}, as it was on {{slice .Kept 0 10}}.{{end}}
{{define "grid"}}{{$p := .}}<div class="grid"><table>{{with .View}}<caption><bdi>{{.Title}}</bdi>{{template "when" .}}</caption>{{end}}
{{with .Head}}<thead><tr>{{range $i, $c := .}}{{if $c}}<th scope="col"{{if index $p.Number $i}} class="num"{{end}}>{{template "leaves" $c}}</th>{{else}}<td></td>{{end}}{{end}}</tr></thead>{{end}}
<tbody>{{range .Rows}}
<tr>{{range $i, $c := .}}<td{{if index $p.Number $i}} class="num"{{end}}><bdi>{{template "leaves" $c}}</bdi></td>{{end}}</tr>{{end}}
</tbody></table></div>{{end}}
{{define "line"}}{{template "leaves" .Leaves}}{{end}}
{{define "leaves"}}{{range .}}{{if .Notes}}{{range .Notes}}<sup><a href="#note-{{.}}">[{{.}}]</a></sup>{{end}}{{else if .Strong}}<strong>{{.Text}}</strong>{{else if .Em}}<em>{{.Text}}</em>{{else}}{{.Text}}{{end}}{{end}}{{end}}`))

// Page is the report as one page of HTML without script, with numbered notes.
// published is the day, for the reader.
func (e *Edition) Page(published string) ([]byte, error) {
	p := page{Edition: e, Published: published, Language: languageOf(e.Text)}
	at := map[string]int{} // number of a note by passage
	for _, b := range Parse(e.Text).Blocks {
		if b.Kind == "head" || b.Kind == "row" {
			p.row(at, &b)
			continue
		}
		out := part{Kind: b.Kind}
		if b.View != "" {
			if out.View = e.view(b.View); out.View == nil {
				continue
			}
			p.place(at, &out)
		}
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

// languageOf tells the language of a text by its tag.
func languageOf(text string) string {
	code := language.Of(text)
	if code == "" {
		return ""
	}
	return bcp47.Make(code).String()
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
			x := p.passage(item)
			p.note(note{N: at[item], Quote: x.Quote, Words: x.Words, Blob: x.Blob, File: "passages/" + item + ".json"})
		}
		out = append(out, at[item])
	}
	return out
}

// note adds a note with its source.
func (p *page) note(n note) {
	if src := p.source(n.Blob); src != nil {
		n.Source = *src
	}
	p.Notes = append(p.Notes, n)
}

// row adds a row to the table before it, or begins one.
func (p *page) row(at map[string]int, b *Block) {
	cells := [][]leaf{}
	for _, s := range b.Sentences[0].Spans {
		if s.Cell {
			cells = append(cells, nil)
			continue
		}
		last := len(cells) - 1
		cells[last] = append(cells[last], leaf{s, p.notes(at, s)})
	}
	if n := len(p.Parts); b.Kind == "head" || n == 0 || p.Parts[n-1].Kind != "grid" {
		p.Parts = append(p.Parts, part{Kind: "grid"})
	}
	grid := &p.Parts[len(p.Parts)-1]
	for len(grid.Number) < len(cells) {
		grid.Number = append(grid.Number, false)
	}
	if b.Kind == "head" {
		grid.Head = cells
	} else {
		grid.Rows = append(grid.Rows, cells)
	}
}

// place sets the table or the picture of a view, with a note for each row, or for each
// source of the picture.
func (p *page) place(at map[string]int, out *part) {
	v := out.View
	if out.Kind == "picture" {
		for i := range v.Sources {
			out.Leaves = append(out.Leaves, p.viewNote(at, v, fmt.Sprintf("source %d", i), []casefile.SavedCite{{Source: i}}, 0))
		}
		return
	}
	says := v.says()
	for i, c := range v.Columns {
		if says[i] {
			out.Head, out.Number = append(out.Head, []leaf{{Span: Span{Text: c.Label}}}), append(out.Number, c.Number)
		}
	}
	out.Head, out.Number = append(out.Head, nil), append(out.Number, false) // of the notes
	for i := range v.Rows {
		r := &v.Rows[i]
		var cells [][]leaf
		for i, c := range r.Cells {
			if says[i] {
				cells = append(cells, []leaf{{Span: Span{Text: c}}})
			}
		}
		cites, more := r.Cites, r.More
		if r.Sum != nil && len(r.Sum.Parts) > len(cites) {
			more = len(r.Sum.Parts) - len(cites)
		}
		var notes []leaf
		if len(cites) > 0 {
			notes = []leaf{p.viewNote(at, v, fmt.Sprintf("row %d", i), cites, more)}
		}
		out.Rows = append(out.Rows, append(cells, notes))
	}
}

// says tells of each column whether it has anything but zeros: paper is narrow, and the
// file has them all.
func (v *View) says() []bool {
	out := make([]bool, len(v.Columns))
	for i := range v.Rows {
		for k, c := range v.Rows[i].Cells {
			out[k] = out[k] || c != "" && c != "0"
		}
	}
	return out
}

// viewNote numbers what a row of a view rests on: its first place stands in the note, and
// all are in the file.
func (p *page) viewNote(at map[string]int, v *View, of string, cites []casefile.SavedCite, more int) leaf {
	key := v.Item + " " + of
	if at[key] == 0 {
		at[key] = len(p.Notes) + 1
		c := &cites[0]
		src := &v.Sources[c.Source]
		words := overt.Citation{Source: src.Name, Locator: c.Place}
		p.note(note{N: at[key], Quote: c.Quote, Words: words.String(), Blob: src.Blob, File: v.File(".json"), More: more + len(cites) - 1})
	}
	return leaf{Notes: []int{at[key]}}
}

func (e *Edition) view(item string) *View {
	for i := range e.Views {
		if e.Views[i].Item == item {
			return &e.Views[i]
		}
	}
	return nil
}
