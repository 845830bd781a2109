package pack_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/pack"
)

// TestCorpus reads every archive of the shared documents: each gives files, or
// says why not.
func TestCorpus(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	// Members, and the code of the gaps and the refusal; the others of the corpus
	// have neither.
	want := map[string]string{
		"format-corpus/file-archive__arj__MAPS.ARJ": "0 unknown", "tika/testChm_oom.chm": "0 unknown", "tika/testZ_oom.Z": "0 damaged",
		"tika/full_encrypted.7z": "0 protected", "ingest-file/7z_password.7z": "0 protected", "tika/testZipEncrypted.zip": "1 protected",
		"tika/test7Z_protected_passTika.7z": "1", "ingest-file/badtar.tar": "0", "tika/testPagesPwdProtected.pages": "0 unknown",
		"ingest-file/test-documents.rar": "9", "ingest-file/test-documents.tar": "9", "ingest-file/test-documents.zip": "9",
		"tika/quine.gz": "1", "tika/testZip_with_DataDescriptor.zip": "5", "tika/testZip_with_DataDescriptor2.zip": "4", "tika/testTAR_no_magic.tar": "3",
		"tika/testPKCS17Sig.xml.p7m": "1", "tika/testPKCS17Sig-v2.xml.p7m": "1", "tika/testZipEntryNameCharsetShiftSJIS.zip": "2",
	}
	n := 0
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), name)
		if err != nil {
			t.Fatal(err)
		}
		if k.Family != kind.Archive {
			continue
		}
		d := documenttest.Read(t.Context(), pack.Reader{}, data, document.Input{Name: filepath.Base(p), Type: k.Type, Passwords: []string{"wrong", "Tika", "tika"}})
		n++
		if got, want := verdict(d), want[name]; want != "" && got != want || want == "" && (len(d.Members) == 0 || len(d.Gaps) > 0 || d.Err != nil) {
			t.Errorf("%s: got %q, want %q: %v, %v", name, got, want, d.Gaps, d.Err)
		}
		if name == "tika/test7Z_protected_passTika.7z" && (len(d.Members) == 0 || d.Members[0].Path != "text.txt" || len(d.Members[0].Bytes) != 124) {
			t.Errorf("%s: %v", name, d.Members)
		}
	}
	if n < 35 {
		t.Errorf("only %d archives", n)
	}
}

// verdict is how many members there are, and the code of what was not read.
func verdict(d *documenttest.Doc) string {
	code := ""
	var refusal *document.Refusal
	switch {
	case errors.As(d.Err, &refusal):
		code = " " + refusal.Code
	case d.Err != nil:
		code = " " + document.Damaged
	case len(d.Gaps) > 0:
		code = " " + d.Gaps[0].Code
	}
	return fmt.Sprint(len(d.Members)) + code
}
