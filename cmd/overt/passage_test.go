package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/internal/sandbox"
)

// pdfOf makes a PDF of pages with a line each.
func pdfOf(lines ...string) string {
	var b strings.Builder
	var at []int
	object := func(text string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), text)
	}
	b.WriteString("%PDF-1.4\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	var kids []string
	for i := range lines {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	object(fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 595 842]>>", len(lines), strings.Join(kids, " ")))
	object("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	for i, line := range lines {
		object(fmt.Sprintf("<</Type/Page/Parent 2 0 R/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		text := "BT /F 12 Tf 72 700 Td (" + line + ") Tj ET"
		object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(text), text))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.String()
}

// zipOf packs files, given as name and text.
func zipOf(t *testing.T, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: parts[i], Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const (
	wordTypes  = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	wordRels   = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	letterBody = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>A letter of the council.</w:t></w:r></w:p><w:p><w:r><w:t>The bridge was painted </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>vermilion by Brandt</w:t></w:r><w:r><w:t> in May.</w:t></w:r></w:p></w:body></w:document>`
	sheetBody  = `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="First"><table:table-row><table:table-cell><text:p>nothing</text:p></table:table-cell></table:table-row></table:table><table:table table:name="Second"><table:table-row><table:table-cell><text:p>The invoice of Quellwasser Ltd</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`
)

// TestPassagesOfFormats: a search for a phrase opens the right page and span in
// files of six formats, and its citation gives the passage again.
func TestPassagesOfFormats(t *testing.T) {
	if all := sandbox.Doctor(t.Context(), nil); len(all) == 0 || !all[0].OK {
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	dir, home := t.TempDir(), filepath.Join(t.TempDir(), "home")
	files := []struct {
		name, text, phrase string
		page               int
	}{
		{"report.pdf", pdfOf("The first page.", "On the second the heron sleeps at noon."), "heron sleeps at noon", 2},
		{"letter.docx", zipOf(t, "[Content_Types].xml", wordTypes, "_rels/.rels", wordRels, "word/document.xml", letterBody), "vermilion by Brandt", 1},
		{"sums.ods", zipOf(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", sheetBody), "invoice of Quellwasser", 2},
		{"mail.eml", "From: a@example.org\nTo: b@example.org\nSubject: Terms\nDate: Tue, 02 Mar 2021 10:00:00 +0100\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nDie F=C3=A4hre legt um sieben ab.\n", "Fähre legt um sieben", 1},
		{"news.html", "<html><head><title>News</title></head><body><p>First.</p><p>The <b>lighthouse &amp; keeper</b> retire.</p></body></html>", "lighthouse & keeper retire", 1},
		{"note.rtf", `{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0 A caf\'e9 opens on the quay.\par It sells tea.\par}`, "café opens on the quay", 1},
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.name), []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, errs := overtIn(t, home, "ingest", dir, "--dataset", "quay"); code != exitOK || !strings.Contains(out, "6 read") {
		t.Fatalf("ingest: exit %d\n%s%s", code, out, errs)
	}
	type passage struct {
		Cite, State, Quote, Caption, ID string
		Page, Start, End                int
		Total                           int
		Hits                            []passage `json:",omitempty"`
	}
	ask := func(args ...string) (p passage) {
		t.Helper()
		code, out, errs := overtIn(t, home, append([]string{"--json"}, args...)...)
		if code != exitOK || json.Unmarshal([]byte(out), &p) != nil {
			t.Fatalf("%v: exit %d\n%s%s", args, code, out, errs)
		}
		return p
	}
	for _, f := range files {
		found := ask("search", `"`+f.phrase+`"`)
		if found.Total != 1 || len(found.Hits) != 1 {
			t.Errorf("%s: %d hits", f.name, found.Total)
			continue
		}
		hit := found.Hits[0]
		if hit.Page != f.page || hit.Cite == "" {
			t.Errorf("%s: page %d, want %d; citation %q", f.name, hit.Page, f.page, hit.Cite)
		}
		for _, again := range []passage{
			ask("cite", hit.Cite),
			ask("cite", hit.ID, "--page", fmt.Sprint(hit.Page), "--start", fmt.Sprint(hit.Start), "--end", fmt.Sprint(hit.End)),
			ask("cite", f.name, "--quote", f.phrase), ask("cite", f.name, "--page", fmt.Sprint(f.page), "--quote", f.phrase),
		} {
			if again.State != "same" || again.Page != f.page || again.Quote != f.phrase || again.Cite != hit.Cite {
				t.Errorf("%s: %+v\nwant %q, cited as %s", f.name, again, f.phrase, hit.Cite)
			}
		}
	}
}
