package mapping

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/extract"
)

// A template is text with holes: {{column}}, {{column|default}} where the
// column may be empty, {{column!}} where without it there is no value at all.
type template struct {
	parts []templatePart
}

type templatePart struct {
	literal string
	ref     int // -1 for a literal
	must    bool
	def     string
}

// holePattern takes anything but braces; FollowTheMoney also forbids brackets.
var holePattern = regexp.MustCompile(`\{\{([^{}]*)\}\}`)

func (w *queryParser) template(n *yaml.Node) *template {
	text := sanitize(w.text(n, "template"))
	t := &template{}
	at := 0
	for _, m := range holePattern.FindAllStringSubmatchIndex(text, -1) {
		t.literal(text[at:m[0]])
		hole := templatePart{}
		name := text[m[2]:m[3]]
		if i := strings.IndexByte(name, '|'); i >= 0 {
			name, hole.def = name[:i], name[i+1:]
		} else if strings.HasSuffix(name, "!") {
			name, hole.must = name[:len(name)-1], true
		}
		hole.ref = w.ref(n, name)
		t.parts = append(t.parts, hole)
		at = m[1]
	}
	t.literal(text[at:])
	if len(t.parts) == 0 && w.err == nil {
		w.fail(n, "the template is empty")
	}
	return t
}

func (t *template) literal(text string) {
	if text != "" {
		t.parts = append(t.parts, templatePart{literal: text, ref: -1})
	}
}

// fill gives the text and the cells that went in; ok is false when a required
// hole, or every hole, is empty.
func (t *template) fill(r *run, ignore *ignoreSet) (d datum, ok bool) {
	if len(t.parts) == 1 && t.parts[0].ref >= 0 && t.parts[0].def == "" {
		return r.one(t.parts[0].ref, ignore)
	}
	var b strings.Builder
	var cells []extract.Cell
	holes, filled := 0, 0
	for _, p := range t.parts {
		if p.ref < 0 {
			b.WriteString(p.literal)
			continue
		}
		holes++
		v, found := r.one(p.ref, ignore)
		switch {
		case found:
			filled++
			b.WriteString(v.text)
			cells = append(cells, v.cells...)
		case p.must:
			return datum{}, false
		default:
			b.WriteString(p.def)
		}
	}
	text := strings.TrimSpace(b.String())
	return datum{text: text, cells: cells}, text != "" && (filled > 0 || holes == 0)
}
