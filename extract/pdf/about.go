package pdf

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"overt/extract/document"
)

// infoProperties are the entries of the information dictionary, and what they
// are in the model.
var infoProperties = []struct{ entry, property string }{
	{"Title", "title"}, {"Author", "author"}, {"Subject", "summary"}, {"Keywords", "keywords"},
	{"Creator", "generator"}, {"Producer", "generator"},
	{"CreationDate", "authoredAt"}, {"ModDate", "modifiedAt"},
}

// properties says what the document says of itself, and what is odd about it.
func (r *reading) properties() error {
	type property struct{ name, value string }
	var all []property
	var notes []document.Note
	has := map[property]bool{}
	take := func(name, value string) {
		if strings.HasSuffix(name, "At") {
			value = date(value)
		}
		p := property{name, short(value, maxString)}
		if value != "" && !has[p] {
			has[p] = true
			all = append(all, p)
		}
	}
	scan := r.scan()
	failed, err := r.do(func(in *instance) error {
		for _, i := range infoProperties {
			take(i.property, in.entry("FPDF_GetMetaText", r.open.doc, i.entry))
		}
		notes = r.oddities(in, scan.script)
		return nil
	})
	if err != nil {
		return err
	}
	if failed != nil {
		notes = append(notes, document.Note{Code: "about", Message: "what the document says of itself made PDFium give up"})
	}
	for _, p := range scan.xmp {
		if (p.name == "authoredAt" || p.name == "modifiedAt") && hasName(all, p.name, func(q property) string { return q.name }) {
			continue // the information dictionary said it
		}
		take(p.name, p.value)
	}
	for _, p := range all {
		if err := r.out.Property(p.name, p.value); err != nil {
			return err
		}
	}
	for _, n := range notes {
		if err := r.out.Note(n); err != nil {
			return err
		}
	}
	return nil
}

func hasName[T any](all []T, name string, of func(T) string) bool {
	for _, p := range all {
		if of(p) == name {
			return true
		}
	}
	return false
}

// oddities are signatures, scripts and encryption.
func (r *reading) oddities(in *instance, script bool) []document.Note {
	var notes []document.Note
	note := func(code, message string) {
		notes = append(notes, document.Note{Code: code, Message: short(message, 2<<10)})
	}
	doc := r.open.doc
	if int32(in.call("FPDF_GetSecurityHandlerRevision", doc)) >= 0 {
		with := "and opens without a password"
		if r.password != "" {
			with = "and was opened with a password"
		}
		note("encrypted", "the document is encrypted "+with)
	}
	if script || int32(in.call("FPDFDoc_GetJavaScriptActionCount", doc)) > 0 {
		note("script", "the document holds JavaScript, which was not run")
	}
	for i := range min(int32(in.call("FPDF_GetSignatureCount", doc)), 100) {
		sig := in.call("FPDF_GetSignatureObject", doc, uint32(i))
		if sig == 0 {
			continue
		}
		message := "the document has a digital signature, which was not verified"
		if at := date(in.narrow("FPDFSignatureObj_GetTime", sig)); at != "" {
			message += "; it says it was made at " + at
		}
		if reason := in.wide("FPDFSignatureObj_GetReason", sig); reason != "" {
			message += fmt.Sprintf("; its reason is %q", short(reason, 1<<10))
		}
		note("signature", message)
	}
	return notes
}

var pdfDate = regexp.MustCompile(`^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:([+\-Z])(\d\d)?'?(\d\d)?'?)?`)

// date brings a date of PDF (D:20240131120000+01'00') or of XMP to RFC 3339 or a
// prefix of it; empty when it is none.
func date(s string) string {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"} { // as in XMP
		if valid(layout, s) != "" {
			return s
		}
	}
	m := pdfDate.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	switch {
	case m[2] == "":
		return m[1]
	case m[3] == "":
		return valid("2006-01", m[1]+"-"+m[2])
	case m[4] == "" || m[5] == "":
		return valid("2006-01-02", m[1]+"-"+m[2]+"-"+m[3])
	}
	at := m[1] + "-" + m[2] + "-" + m[3] + "T" + m[4] + ":" + m[5] + ":" + or(m[6], "00")
	switch m[7] {
	case "Z":
		return valid(time.RFC3339, at+"Z")
	case "+", "-":
		if zoned := valid(time.RFC3339, at+m[7]+or(m[8], "00")+":"+or(m[9], "00")); zoned != "" {
			return zoned
		}
	}
	return valid("2006-01-02T15:04:05", at)
}

func valid(layout, s string) string {
	if _, err := time.Parse(layout, s); err != nil {
		return ""
	}
	return s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
