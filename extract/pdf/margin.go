package pdf

import (
	"fmt"
	"strings"

	"overt/extract/document"
)

// The kinds of annotations that are told apart.
const (
	annotLink   = 2
	annotPopup  = 16
	annotFile   = 17
	annotWidget = 20
)

// The kinds of form fields, and of actions.
const (
	fieldButton   = 1
	fieldCheckBox = 2
	fieldRadio    = 3

	actionRemote = 2
	actionURI    = 3
	actionLaunch = 4
)

const (
	maxAnnotations = 10_000 // of one page
	maxLinks       = 2_000  // of a document, told as notes
	maxAttached    = 10_000
)

// A said is a line that stands beside the text of a page.
type said struct {
	text   string
	at     rect
	placed bool
}

// An attached file hangs on the document, at 0, or on a page; index is its
// number there.
type attached struct{ page, index int }

// marginalia adds to a text what form fields hold and annotations say, and
// notes where links lead.
func (r *reading) marginalia(s *sheet, t *text, p *page) {
	in := s.in
	n := min(int32(in.call("FPDFPage_GetAnnotCount", s.page)), maxAnnotations)
	var fields, remarks []said
	seen := map[string]bool{}
	for i := int32(0); i < n; i++ {
		a := in.call("FPDFPage_GetAnnot", s.page, uint32(i))
		if a == 0 {
			continue
		}
		switch in.call("FPDFAnnot_GetSubtype", a) {
		case annotWidget:
			if f := r.field(in, a); f != "" && !seen[f] {
				seen[f] = true
				fields = append(fields, s.said(a, f))
			}
		case annotLink:
			r.link(in, a, p)
		case annotPopup: // says what its parent says
		case annotFile:
			if len(r.attached) < maxAttached {
				r.attached = append(r.attached, attached{p.Number, int(i)})
			}
			fallthrough
		default:
			if remark := remarkOf(in, a); remark != "" {
				remarks = append(remarks, s.said(a, remark))
			}
		}
		in.call("FPDFPage_CloseAnnot", a)
	}
	t.section("Form fields:", fields)
	t.section("Annotations:", remarks)
}

func (t *text) section(heading string, lines []said) {
	if len(lines) == 0 {
		return
	}
	t.line(heading, rect{}, false)
	for _, l := range lines {
		t.line(l.text, l.at, l.placed)
	}
}

// said puts a line where its annotation stands.
func (s *sheet) said(a ptr, line string) said {
	if s.in.call("FPDFAnnot_GetRect", a, s.in.scratch) == 0 {
		return said{text: line}
	}
	at := s.place(s.in.floatAt(0), s.in.floatAt(3), s.in.floatAt(2), s.in.floatAt(1))
	return said{line, at, at.valid()}
}

// field gives "name = value" of a form field that holds something.
func (r *reading) field(in *instance, a ptr) string {
	form := r.open.form
	if form == 0 {
		return ""
	}
	value := ""
	switch in.call("FPDFAnnot_GetFormFieldType", form, a) {
	case fieldButton:
		return ""
	case fieldCheckBox, fieldRadio:
		state := in.entry("FPDFAnnot_GetStringValue", a, "AS")
		if in.call("FPDFAnnot_IsChecked", form, a) == 0 && (state == "" || state == "Off") {
			return ""
		}
		if value = in.wide("FPDFAnnot_GetFormFieldExportValue", form, a); value == "" {
			value = or(state, "Yes")
		}
	default:
		value = in.wide("FPDFAnnot_GetFormFieldValue", form, a)
	}
	if value == "" {
		return ""
	}
	name := in.wide("FPDFAnnot_GetFormFieldName", form, a)
	return strings.TrimSpace(name + " = " + value)
}

// remarkOf gives what an annotation says, and who.
func remarkOf(in *instance, a ptr) string {
	words := in.entry("FPDFAnnot_GetStringValue", a, "Contents")
	if words == "" {
		return ""
	}
	if author := in.entry("FPDFAnnot_GetStringValue", a, "T"); author != "" {
		return author + ": " + words
	}
	return words
}

// entry gives a string of a dictionary.
func (in *instance) entry(function string, of ptr, key string) string {
	k := in.cstring(key)
	defer in.freeLater(k)
	return in.wide(function, of, k)
}

// link notes where a link leads, once for each address.
func (r *reading) link(in *instance, a ptr, p *page) {
	l := in.call("FPDFAnnot_GetLink", a)
	if l == 0 {
		return
	}
	action := in.call("FPDFLink_GetAction", l)
	if action == 0 {
		return
	}
	switch in.call("FPDFAction_GetType", action) {
	case actionURI:
		r.leads(p, "link", in.narrow("FPDFAction_GetURIPath", r.open.doc, action))
	case actionRemote, actionLaunch:
		r.leads(p, "link-to-file", in.narrow("FPDFAction_GetFilePath", action))
	}
}

func (r *reading) leads(p *page, code, where string) {
	where = strings.Join(strings.Fields(where), " ")
	if where == "" || r.links[where] || len(r.links) >= maxLinks {
		return
	}
	r.links[where] = true
	p.notes = append(p.notes, document.Note{Page: p.Number, Code: code, Message: fmt.Sprintf("a link leads to %s", short(where, 2<<10))})
}

// judge says what is odd about the page and whether its text tells it.
func (r *reading) judge(p *page, t *text, d *drawn) {
	covered := d.coverage()
	switch {
	case t.strange > 8 && t.strange*10 > 3*(t.letters+t.strange):
		p.Sparse = true
		p.notes = append(p.notes, document.Note{Page: p.Number, Code: "no-letters", Message: "many characters of the page have no meaning outside their font"})
	case t.letters < 25 && (covered >= 0.3 || d.strokes > 2_000):
		p.Sparse = true
	case t.letters < 150 && covered >= 0.7 && d.invisible == 0: // a scan with a stamp on it
		p.Sparse = true
	case t.letters == 0 && (d.pictures > 0 || len(d.veil.texts) > 0):
		p.Sparse = true
	}
	p.notes = append(p.notes, d.notes(p.Number)...)
}
