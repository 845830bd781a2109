package mapi

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/mail"
)

// What the messages of the corpus say.
func TestCorpusMSG(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "tika")
	for _, c := range []struct{ file, subject, from, to, text, member string }{
		{"testMSG.msg", "MIME registry use cases", "Jukka Zitting <jukka.zitting@gmail.com>", "tika-dev@lucene.apache.org", "working on making the type detection code more", ""},
		{"test-outlook.msg", "Microsoft Outlook Express 6", "L'Équipe Microsoft Outlook Express <msoe@microsoft.com>", "Nouvel utilisateur de Outlook Express", "La réponse à vos attentes en matière de messagerie", ""},
		{"testMSG_att_doc.msg", "test pièce jointe 1", "Nicolas1 23456 <nicolas1.23456@free.fr>", "nicolas1.23456@free.fr", "contenu", "test-unicode.doc"},
		{"testMSG_chinese.msg", "Alfresco MSG format testing ( MSG 格式測試 )", "Tests Chang@FT (張毓倫) </O=FT GROUP/OU=FT/CN=RECIPIENTS/CN=LYDIACHANG>", "Tests Chang@FT (張毓倫) <tests.chang@fengttt.com>", "高票當選雲林縣總工會", ""},
		{"testMSG_forwarded.msg", "FW: Testing", "Paul Allan Hill <paul@metajure.com>", "Paul Allan Hill <paul@metajure.com>", "Original Body", ""},
		{"testMSG_Appointment.msg", "Quick brown fox", "", "Allison, Timothy B. <tallison@mitre.org>", "Location\tunder lazy dog", ""},
		{"testMSG_Task.msg", "Must jump over the lazy dog", "", "", "Due\t2017-03-10T00:00:00Z", "body.rtf"},
		{"testMSG_StickyNote.msg", "This is a note about the quick brown fox", "", "", "quick brown fox", ""},
		{"testMSG_Post.msg", "QuickBrownFox", "", "", "Is going to jump over the lazy brown dog!!!", ""},
	} {
		d := documenttest.ReadFile(t, MSG{}, filepath.Join(dir, c.file), document.Input{})
		if d.Err != nil || len(d.Gaps) > 0 {
			t.Errorf("%s: %v %v", c.file, d.Err, d.Gaps)
		}
		if d.Get("subject") != c.subject || c.from != "" && d.Get("from") != c.from || c.to != "" && d.Get("to") != c.to || !strings.Contains(d.Text(), c.text) {
			t.Errorf("%s: %s", c.file, d)
		}
		if c.member != "" && (len(d.Members) == 0 || d.Members[0].Path != c.member) {
			t.Errorf("%s: members %v", c.file, d.Members)
		}
	}
	if d := documenttest.ReadFile(t, MSG{}, filepath.Join(dir, "testWORD.doc"), document.Input{}); d.Err == nil {
		t.Error("a Word file is no message")
	}
}

// The items of the corpus' mailboxes, checked against readpst 0.6.76: the same
// messages, subjects and bodies.
func TestCorpusPST(t *testing.T) {
	for _, c := range []struct {
		folder, file, path string
		subjects           []string
	}{
		{"tika", "testPST_variousBodyTypes.pst", "Top of Outlook data file/Inbox/tmp/", []string{"simple plain", "simple html", "simple rtf", "plain"}},
		{"ingest-file", "testPST.pst", "Début du fichier de données Outlook/", nil},
	} {
		file := filepath.Join(documenttest.Corpus(t, 2, c.folder), c.file)
		d := documenttest.ReadFile(t, PST{}, file, document.Input{})
		if d.Err != nil || len(d.Gaps) > 0 {
			t.Fatalf("%s: %v %v", c.file, d.Err, d.Gaps)
		}
		for _, m := range d.Members {
			if !m.Whole || !strings.HasPrefix(m.Path, c.path) {
				t.Errorf("%s: member %q", c.file, m.Path)
			}
			in := documenttest.Read(t.Context(), mail.EML{}, m.Bytes, document.Input{})
			if in.Err != nil || in.Get("subject") == "" || strings.TrimSpace(in.Text()) == "" && len(in.Members) == 0 {
				t.Errorf("%s: %s", m.Path, in)
			}
			t.Logf("%s: %q from %q, %d members", m.Path, in.Get("subject"), in.Get("from"), len(in.Members))
		}
	}
}

// Every prefix of a real mailbox ends with what it has and says that it is cut.
func TestCorpusCut(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(documenttest.Corpus(t, 2, "tika"), "testPST_variousBodyTypes.pst"))
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(data); n += 5003 {
		d := documenttest.Read(t.Context(), PST{}, data[:n], document.Input{})
		if d.Err == nil && len(d.Gaps) == 0 && n < len(data)*9/10 && len(d.Members) != 4 {
			t.Errorf("%d bytes: %d members and no gap", n, len(d.Members))
		}
	}
}
