package legacy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// endings are those of the formats that this package reads or knows by name.
var endings = map[string]bool{
	".doc": true, ".dot": true, ".xls": true, ".xlt": true, ".ppt": true, ".pps": true, ".rtf": true, ".mdb": true, ".accdb": true,
	".pub": true, ".vsd": true, ".mpp": true,
}

// known are what files of the corpora are to give: what the reader says of each
// holds all of these.
var known = map[string][]string{
	"testWORD.doc":                                  {"Sample Word Document Title", "That’s it!", `"headers and footers"`, "This is the header for our document", `"Keith Bennett"`, "2010-11-12T16:22:00Z", "note link page 1: a link leads to http://poi.apache.org/", `row 3 of "table 1", page 1 | "The table has things in it"`},
	"testWORD_embeded.doc":                          {`"objects/_1345470949" application/vnd.ms-excel`, `"objects/_1345471035" application/vnd.ms-powerpoint`, "image/png 4444 bytes"},
	"testWORD_3imgs.doc":                            {`"pictures/2.jpg" image/jpeg`, `"pictures/3.png" image/png`},
	"testWORD_features.doc":                         {"This is hidden text.", "Deleted: bibendum", "Comment by Kyle Reese: This is another comment", "note hidden-text"},
	"testWORD_macros.doc":                           {`"macros/NewMacros.bas" text/plain`, "note macros"},
	"testWORD_protected_passtika.doc":               {"This is an encrypted Word 2007 File."},
	"testWORD_numbered_list.doc":                    {"| 1)\tThis\n", "| iii)\tList\n", "| e.\tseven e\n", "| II.\tbar\n"},
	"testWORD_override_list_numbering.doc":          {"1st"},
	"testWORD_phonetic.doc":                         {"とうきょう 東京"},
	"testOptionalHyphen.doc":                        {"optionalhyphen"},
	"testWPSAttachment.doc":                         {`"objects/_1234567890/TXT.txt"  11 bytes`, `"objects/_1234567891/PDF.pdf"  22987 bytes`},
	"testEXCEL.xls":                                 {"Sample Excel Worksheet"},
	"testEXCEL_4.xls":                               {"Money amounts are in thousands of dollars", "168184400\t815057"},
	"testEXCEL_5.xls":                               {"Sample Excel Worksheet"},
	"testEXCEL-formats.xls":                         {`| "2009-10-03"`, `| "2008-01-19T04:35:01"`, `| "-1599.99"`},
	"testEXCEL_1img.xls":                            {`row 8 of "Sheet1" | "A" | "B" | "AB"`, "image/png 4444 bytes"},
	"testEXCEL_extra_metadata.xls":                  {`row 1 of "very-hidden-sheet" | "very hidden sheet"`, `row 2 of "hidden-columns-and-hidden-rows", hidden | "4" | "5" | "6"`, "Comment on A1 by Unknown Author: This is a comment"},
	"testEXCEL_textbox.xls":                         {"Text box: this is some autoshape text"},
	"testWPSAttachment.xls":                         {"/PDF.pdf\"  22987 bytes"},
	"testPPT_groups.ppt":                            {"Text box5 tika link", "WordArt1", "a link leads to http://tika.apache.org/"},
	"testPPT_comment.ppt":                           {"Comment by Allison, Timothy B.: I'm afraid"},
	"testPPT_macros.ppt":                            {`"macros/Module1.bas"`},
	"testPPT_masterFooter.ppt":                      {"Master footer is here"},
	"testPPT_masterText.ppt":                        {`"masters"`, "Text that I added to the master slide"},
	"testPPT_protected_passtika.ppt":                {"This is an encrypted PowerPoint 2007 slide."},
	"testWPSAttachment.ppt":                         {"/PDF.pdf\"  22987 bytes"},
	"testComment.rtf":                               {"Comment by Michael McCandless: Here is a comment"},
	"testRTFTIKA_1713.rtf":                          {"Part of bigger picture (to be developed)", "REDACTED.pptx\t(1.2 MB)"},
	"testRTFJapanese.rtf":                           {"ゾルゲの処刑記録"},
	"testFontAfterBufferedText.rtf":                 {"Уважаемый клиент"},
	"testRTFWindowsCodepage1250.rtf":                {"zażółć gęślą jaźń"},
	"testRTFUmlautSpaces2.rtf":                      {"Übersicht"},
	"Books_be.mdb":                                  {`row 4 of "Books" | "14" | "3" | "A Mid-Summer Nights Dream" | "1595-06-06"`},
	"testAccess2_2000.mdb":                          {"普林斯顿大学", `"6.23" | "2015-06-24" | "true" | "red and brown"`, `"Table1/2/OLEObject"  99389 bytes`},
	"office-examples__Old_Access_files2__acc95.mdb": {`row 2 of "Table1" | "data"`},
	"office-examples__Old_Access__reviews.mdb":      {`row 298 of "Reviews"`, "Miaskovsky"},
	"testPUBLISHER.pub":                             {"Microsoft Publisher"},
	"testVISIO.vsd":                                 {"Microsoft Visio"},
	"testPROJECT2003.mpp":                           {"Microsoft Project"},
}

// TestCorpus reads all files of these formats: each ends in pages, or in a
// refusal that says why.
func TestCorpus(t *testing.T) {
	for _, folder := range []string{"tika", "format-corpus", "ingest-file"} {
		dir := documenttest.Corpus(t, 2, folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !endings[strings.ToLower(filepath.Ext(file.Name()))] {
				continue
			}
			t.Run(file.Name(), func(t *testing.T) { corpusFile(t, filepath.Join(dir, file.Name())) })
		}
	}
}

func corpusFile(t *testing.T, path string) {
	d := documenttest.ReadFile(t, Reader{}, path, document.Input{Passwords: []string{"tika"}})
	var refusal *document.Refusal
	switch {
	case errors.As(d.Err, &refusal):
	case d.Err != nil:
		t.Errorf("neither read nor refused: %v", d.Err)
	case len(d.Pages) == 0 && len(d.Members) == 0:
		t.Error("nothing came out, and nothing says why")
	}
	for _, g := range d.Gaps {
		t.Errorf("gap %s %s: %s", g.Code, g.Where, g.Reason)
	}
	said := d.String()
	for _, want := range known[filepath.Base(path)] {
		if !strings.Contains(said, want) {
			t.Errorf("nothing says %q", want)
		}
	}
}
