package export

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"time"
)

// A field is one value of a node or an edge, by the name of its column.
type field struct{ name, value string }

// A column is declared before nodes and edges use it. Types are those of both
// formats.
type column struct{ name, typ string }

var nodeColumns = []column{{"caption", "string"}, {"schema", "string"}, {"datasets", "string"}}

var edgeColumns = []column{
	{"kind", "string"}, {"label", "string"}, {"amount", "double"}, {"currency", "string"}, {"date", "string"}, {"end", "string"},
	{"gone", "string"}, {"datasets", "string"}, {"directed", "boolean"}, {"ref", "string"},
}

func (v vertex) fields() []field {
	return []field{{"caption", line(v.caption)}, {"schema", line(v.schema)}, {"datasets", line(joined(v.datasets))}}
}

func (a arc) fields() []field {
	return []field{
		{"kind", line(a.kind)}, {"label", line(a.label)}, {"amount", a.amount}, {"currency", line(a.currency)},
		{"date", a.date}, {"end", a.end}, {"gone", a.gone}, {"datasets", line(joined(a.datasets))},
		{"directed", strconv.FormatBool(a.directed)}, {"ref", line(string(a.ref))},
	}
}

// A tagger writes XML by hand, because encoding/xml gives no way to stream
// long lists inside elements that stay open.
type tagger struct {
	w   *bufio.Writer
	buf bytes.Buffer
}

// raw adds text as it is.
func (t *tagger) raw(s string) *tagger {
	t.buf.WriteString(s)
	return t
}

// attr adds an attribute.
func (t *tagger) attr(name, value string) *tagger {
	t.raw(" " + name + `="`).text(value)
	return t.raw(`"`)
}

// text adds escaped text.
func (t *tagger) text(s string) *tagger {
	_ = xml.EscapeText(&t.buf, []byte(s)) // a buffer does not fail
	return t
}

// flush hands on what was added.
func (t *tagger) flush() error {
	_, err := t.w.Write(t.buf.Bytes())
	t.buf.Reset()
	return err
}

// graphMLLabel is what Gephi and yEd write beside a node; GEXF has a place of
// its own for it.
var graphMLLabel = column{"label", "string"}

// graphML writes GraphML 1.0. Source: graphml.graphdrawing.org.
type graphML struct{ tagger }

func newGraphML(w *bufio.Writer) *graphML { return &graphML{tagger{w: w}} }

func (g *graphML) begin() error {
	g.raw(xml.Header + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns">` + "\n")
	for _, c := range slices.Concat(nodeColumns, []column{graphMLLabel}) {
		g.key("node", c)
	}
	for _, c := range edgeColumns {
		g.key("edge", c)
	}
	return g.raw(`<graph id="overt" edgedefault="directed">` + "\n").flush()
}

// key ids are of one name space, for nodes and edges together.
func (g *graphML) key(of string, c column) {
	g.raw("<key").attr("id", of+"."+c.name).attr("for", of).attr("attr.name", c.name).attr("attr.type", c.typ).raw("/>\n")
}

func (g *graphML) data(of string, fields []field) {
	for _, f := range fields {
		if f.value != "" {
			g.raw("<data").attr("key", of+"."+f.name).raw(">").text(f.value).raw("</data>")
		}
	}
}

func (g *graphML) node(v vertex) error {
	g.raw("<node").attr("id", plainID(v.id)).raw(">")
	g.data("node", append(v.fields(), field{graphMLLabel.name, line(v.caption)}))
	return g.raw("</node>\n").flush()
}

func (g *graphML) arcs() error { return nil }

func (g *graphML) arc(a arc) error {
	g.raw("<edge").attr("id", a.id).attr("source", plainID(a.source)).attr("target", plainID(a.target)).raw(">")
	g.data("edge", a.fields())
	return g.raw("</edge>\n").flush()
}

func (g *graphML) end() error { return g.raw("</graph>\n</graphml>\n").flush() }

// gexf writes GEXF 1.2, which Gephi and networkx both read. Source:
// gexf.net, primer of version 1.2draft.
type gexf struct {
	tagger
	now string
}

func newGEXF(w *bufio.Writer, now string) *gexf { return &gexf{tagger{w: w}, now} }

func (g *gexf) begin() error {
	g.raw(xml.Header + `<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">` + "\n<meta")
	if day := g.now[:min(len(g.now), len(time.DateOnly))]; validDay(day) {
		g.attr("lastmodifieddate", day)
	}
	g.raw("><creator>Overt</creator></meta>\n" + `<graph defaultedgetype="directed" mode="static">` + "\n")
	g.columns("node", nodeColumns)
	g.columns("edge", edgeColumns)
	return g.raw("<nodes>\n").flush()
}

func validDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func (g *gexf) columns(of string, list []column) {
	g.raw("<attributes").attr("class", of).raw(">")
	for _, c := range list {
		g.raw("<attribute").attr("id", c.name).attr("title", c.name).attr("type", c.typ).raw("/>")
	}
	g.raw("</attributes>\n")
}

func (g *gexf) values(fields []field) {
	g.raw("<attvalues>")
	for _, f := range fields {
		if f.value != "" {
			g.raw("<attvalue").attr("for", f.name).attr("value", f.value).raw("/>")
		}
	}
	g.raw("</attvalues>")
}

func (g *gexf) node(v vertex) error {
	g.raw("<node").attr("id", plainID(v.id)).attr("label", line(v.caption)).raw(">")
	g.values(v.fields())
	return g.raw("</node>\n").flush()
}

func (g *gexf) arcs() error { return g.raw("</nodes>\n<edges>\n").flush() }

func (g *gexf) arc(a arc) error {
	g.raw("<edge").attr("id", a.id).attr("source", plainID(a.source)).attr("target", plainID(a.target))
	g.attr("type", "directed").attr("label", line(a.label)).raw(">")
	g.values(a.fields())
	return g.raw("</edge>\n").flush()
}

func (g *gexf) end() error { return g.raw("</edges>\n</graph>\n</gexf>\n").flush() }
