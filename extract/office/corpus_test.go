package office_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/office"
)

var family = regexp.MustCompile(`(?i)\.(do[ct][xm]|xl[st][xmb]|xlam|pp[tsa][xm]|pot[xm]|od[tspgf]|ot[tsp]|fod[tspg]|epub|vs[dst][xm]|xps|pages|numbers|key)$`)

// TestCorpus: every file ends with text, or with a stated gap or refusal.
func TestCorpus(t *testing.T) {
	for _, folder := range []string{"tika", "format-corpus", "ingest-file"} {
		dir := documenttest.Corpus(t, 2, folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !family.MatchString(f.Name()) {
				continue
			}
			t.Run(f.Name(), func(t *testing.T) {
				d := documenttest.ReadFile(t, office.Reader{}, filepath.Join(dir, f.Name()), document.Input{Passwords: []string{"tika"}})
				if d.Err != nil {
					var refusal *document.Refusal
					if !errors.As(d.Err, &refusal) && overt.CodeOf(d.Err) != overt.Invalid {
						t.Fatalf("an error of another kind: %v", d.Err)
					}
					t.Log(d.Err)
				}
				for _, g := range d.Gaps {
					t.Log(g)
				}
				if len(d.Pages) == 0 && len(d.Members) == 0 && len(d.Gaps) == 0 && d.Err == nil {
					t.Errorf("nothing came out, and nothing was said")
				}
				for _, m := range d.Members {
					if !m.Whole {
						t.Errorf("member %s is not whole", m.Path)
					}
				}
			})
		}
	}
}

// TestProtected: what has a password that was not given is refused as such.
func TestProtected(t *testing.T) {
	for _, file := range []string{"tika/testWORD_protected_passtika.docx", "tika/testPPT_protected_passtika.pptx", "tika/testEXCEL_protected_passtika.xlsx",
		"ingest-file/password_protected.xlsx", "tika/testPagesPwdProtected.pages"} {
		d := documenttest.ReadFile(t, office.Reader{}, filepath.Join(documenttest.Corpus(t, 2, ""), file), document.Input{})
		if refusal := new(document.Refusal); !errors.As(d.Err, &refusal) || refusal.Code != document.Protected || len(d.Pages) > 0 {
			t.Errorf("%s: %s", file, d)
		}
	}
}

// TestKnown: what the files themselves, or the README beside them, say is in
// them.
func TestKnown(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "tika")
	for _, tt := range []struct {
		file    string
		text    []string // of all pages, one after the other
		pages   int      // 0 where it is not asked
		members []string
		notes   []string // codes
	}{
		{"testWORD_protected_passtika.docx", []string{"This is an encrypted Word 2007 File"}, 1, nil, []string{"encrypted"}},
		{"testPPT_protected_passtika.pptx", []string{"This is an encrypted PowerPoint 2007 slide."}, 1, nil, nil},
		{"testEXCEL_protected_passtika.xlsx", []string{"This is an Encrypted Excel spreadsheet."}, 3, nil, nil},
		{"protect.xlsx", []string{"Office 2007"}, 3, nil, []string{"encrypted", "write-protected"}},
		{"testWORD_override_list_numbering.docx", []string{"1st 1st", "1st.2.1someText 1st.2.1someText", "2.b 2.b", "2.18.2.1 2.18.2.1", "B B\nC C\nA A\nB B\n4 4"}, 0, nil, nil},
		{"testWORD_numbered_list.docx", []string{"1) This\na) Is\ni) A multi\nii) Level", "6. six\n7. seven", "2. 2.\n2.1. 2.1"}, 0, nil, nil},
		{"testWORD_various.docx", []string{"This is the header text.", "Footnote appears here[2]", "Row 1 Col 1\tRow 1 Col 2", "𐌲𐌿𐍄𐌹𐍃𐌺", "This is the footer text.", "[2] This is a footnote."}, 1, nil, []string{"link"}},
		{"testWORD_2006ml.docx", []string{"Deleted (Allison, Timothy B., 2016-11-22T13:45:00Z): frog"}, 0, nil, []string{"deleted-text", "inserted-text"}},
		{"testWORD_embeded.docx", []string{"The quick brown fox jumps over the lazy dog"}, 0, []string{"word/embeddings/Microsoft_Office_Excel_Worksheet1.xlsx", "word/media/image2.jpeg"}, nil},
		{"test_recursive_embedded_npe.docx", []string{"embed_0"}, 1, []string{"word/embeddings/embed1.zip"}, []string{"source-path"}},
		{"testEXCEL_various.xlsb", []string{"date\t2017-03-09", "test textbox", "myChartTitle", "OddLeftHeader OddCenterHeader", "Comment on C8 (Allison, Timothy B.)"}, 0, []string{"xl/vbaProject.bin"}, []string{"macros", "comments"}},
		{"testEXCEL.xlsb", nil, 3, nil, nil},
		{"testPPT_groups.pptx", []string{"smart1"}, 0, nil, nil},
		{"testPPT_masterText.pptx", []string{"Text that I added to the master slide"}, 0, nil, nil},
		{"testMasterFooter.odp", []string{"Master footer is here"}, 0, nil, nil},
		{"testODFwithOOo3.odt", []string{"This is a rather[1] difficult test document", "Deleted (Bart Hanssens, 2009-10-05T19:09:00): complex", "Number\tName"}, 3, nil, []string{"deleted-text", "comments"}},
		{"testODSMacro.fods", nil, 1, []string{"Basic/test1.bas"}, []string{"macros"}},
		{"testFODS_embeddedChart.fods", []string{"A\n1"}, 0, nil, nil},
		{"testEPUB.epub", []string{"This is the text for chapter One", "This is the text for chapter Two"}, 4, []string{"OPS/CoverDesign.jpg"}, nil},
		{"testVISIO.vsdx", []string{"This is a test."}, 1, nil, nil},
		{"testPagesLayout.pages", []string{"text box 1 - here is some text", "text inside of a green circle"}, 0, nil, nil},
		{"testNumbers.numbers", []string{"Transactions", "Rent"}, 0, nil, nil},
		{"testBulletPoints.key", []string{"bullet point 1\nbullet point 2\nbullet point 3"}, 2, nil, nil},
		{"testPPT.xps", []string{"Attachment Test", "Kumar Nistala.", "Black Panther"}, 3, nil, nil},
	} {
		t.Run(tt.file, func(t *testing.T) {
			d := documenttest.ReadFile(t, office.Reader{}, filepath.Join(dir, tt.file), document.Input{Passwords: []string{"tika"}})
			text := d.Text()
			for _, want := range tt.text {
				_, after, ok := strings.Cut(text, want)
				if !ok {
					t.Errorf("the text has no %q, or not in this order", want)
					continue
				}
				text = after
			}
			if tt.pages != 0 && len(d.Pages) != tt.pages {
				t.Errorf("%d pages, want %d", len(d.Pages), tt.pages)
			}
			for _, want := range tt.members {
				if !slices.ContainsFunc(d.Members, func(m *documenttest.Member) bool { return m.Path == want }) {
					t.Errorf("no member %s", want)
				}
			}
			for _, want := range tt.notes {
				if !slices.ContainsFunc(d.Notes, func(n document.Note) bool { return n.Code == want }) {
					t.Errorf("no note %s", want)
				}
			}
			if d.Err != nil || len(d.Gaps) > 0 {
				t.Errorf("error %v, gaps %v", d.Err, d.Gaps)
			}
		})
	}
}
