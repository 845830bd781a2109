package office

import (
	"encoding/xml"
	"strings"

	"overt/extract/page"
)

// A field is one whose instruction or result is being read.
type field struct {
	code   strings.Builder
	result bool
}

// link says where words lead.
func (f *flow) link(e xml.StartElement) {
	if to, ok := f.rels[relation(e, "id")]; ok && to.external {
		f.r.link(to.target)
	}
}

func (r *reading) link(target string) {
	const most = 10_000
	if r.links++; r.links <= most && target != "" {
		r.note("link", "a link leads to %s", target)
	}
}

func (f *flow) fieldChar(kind string) {
	switch n := len(f.fields); {
	case kind == "begin" && n < 64:
		f.fields = append(f.fields, &field{})
	case kind == "separate" && n > 0 && !f.fields[n-1].result:
		f.fields[n-1].result = true
		f.instruction(f.fields[n-1].code.String())
	case kind == "end" && n > 0:
		if !f.fields[n-1].result {
			f.instruction(f.fields[n-1].code.String())
		}
		f.fields = f.fields[:n-1]
	}
}

func (f *flow) instructionText() error {
	text, err := f.d.text(8 << 10)
	if n := len(f.fields); n > 0 && f.fields[n-1].code.Len() < 8<<10 {
		f.fields[n-1].code.WriteString(text)
	}
	return err
}

// instruction says what a field would fetch or run.
func (f *flow) instruction(code string) {
	words := strings.Fields(code)
	if len(words) < 2 {
		return
	}
	switch kind := strings.ToUpper(words[0]); kind {
	case "HYPERLINK":
		if target := strings.Trim(words[1], `"`); !strings.HasPrefix(target, `\`) {
			f.r.link(target)
		}
	case "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "LINK", "IMPORT", "INCLUDE", "DATABASE", "RD":
		code := "external"
		if strings.HasPrefix(kind, "DDE") {
			code = "dde"
		}
		f.r.note(code, "a field asks for something outside the document, which was not fetched: %s", page.OneLine(strings.Join(words, " ")))
	}
}
