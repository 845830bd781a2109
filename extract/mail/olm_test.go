package mail

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"overt/extract/document"
)

const olmMessage = `<?xml version="1.0" encoding="UTF-8"?><emails elementVersion="1"><email xml:space="preserve">
<OPFMessageCopySubject xml:space="preserve">Invoice – March</OPFMessageCopySubject>
<OPFMessageCopyFromAddresses><emailAddress OPFContactEmailAddressAddress="zoe@quill.example" OPFContactEmailAddressName="Quill, Zoë"/></OPFMessageCopyFromAddresses>
<OPFMessageCopySenderAddress><emailAddress OPFContactEmailAddressAddress="zoe@quill.example" OPFContactEmailAddressName="Quill, Zoë"/></OPFMessageCopySenderAddress>
<OPFMessageCopyToAddresses><emailAddress OPFContactEmailAddressAddress="paula@box.example"/><emailAddress OPFContactEmailAddressAddress="crew@box.example"/></OPFMessageCopyToAddresses>
<OPFMessageCopySentTime>2024-03-04T08:15:00</OPFMessageCopySentTime>
<OPFMessageCopyMessageID>two@quill.example</OPFMessageCopyMessageID>
<OPFMessageCopyInReplyTo>&lt;one@box.example&gt;</OPFMessageCopyInReplyTo>
<OPFMessageCopyBody>Please pay.</OPFMessageCopyBody>
<OPFMessageCopyHTMLBody>&lt;p&gt;Please &lt;b&gt;pay&lt;/b&gt;.&lt;/p&gt;</OPFMessageCopyHTMLBody>
<OPFMessageCopyAttachmentList><messageAttachment OPFAttachmentName="März.csv" OPFAttachmentContentType="text/csv" OPFAttachmentURL="com.microsoft.__Attachments/1"/>
<messageAttachment OPFAttachmentName="gone.doc" OPFAttachmentURL="com.microsoft.__Attachments/2"/></OPFMessageCopyAttachmentList>
</email></emails>`

func olmFile(t testing.TB, files ...[2]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const olmInbox = "Accounts/zoe/com.microsoft.__Messages/Inbox/message_00001.xml"

func TestOLM(t *testing.T) {
	data := olmFile(t, [2]string{"com.microsoft.__Attachments/1", "Item;Sum"}, [2]string{olmInbox, olmMessage}, [2]string{"Local/Address Book/Contacts.xml", "<contacts/>"})
	d := read(t, OLM{}, string(data))
	if d.Err != nil || len(d.Members) != 2 || d.Members[0].Path != olmInbox || d.Members[1].Path != "Local/Address Book/Contacts.xml" {
		t.Fatalf("%s", d)
	}
	if len(d.Gaps) != 1 || !strings.Contains(d.Gaps[0].Where, "gone.doc") {
		t.Errorf("gaps %v", d.Gaps)
	}
	in := read(t, EML{}, string(d.Members[0].Bytes))
	if in.Get("subject") != "Invoice – March" || in.Get("from") != "Quill, Zoë <zoe@quill.example>" || len(in.All("to")) != 2 ||
		in.Get("date") != "2024-03-04T08:15:00Z" || in.Get("messageId") != "two@quill.example" || in.Get("inReplyTo") != "one@box.example" || in.Text() != "Please pay.\n" {
		t.Errorf("%s", in)
	}
	if len(in.Members) != 1 || in.Members[0].Path != "März.csv" || string(in.Members[0].Bytes) != "Item;Sum" {
		t.Errorf("members: %s", in)
	}
}

func TestOLMHostile(t *testing.T) {
	deep := "<emails><email>" + strings.Repeat("<a>", 10_000)
	laughs := `<!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><emails><email><OPFMessageCopySubject>&b;</OPFMessageCopySubject></email></emails>`
	for name, message := range map[string]string{"depth": deep, "cut": olmMessage[:400], "none": "<emails></emails>", "empty": "", "no XML": "\x00\x01<"} {
		d := read(t, OLM{}, string(olmFile(t, [2]string{olmInbox, message})))
		if d.Err != nil || len(d.Gaps) != 1 || d.Gaps[0].Code != document.Damaged {
			t.Errorf("%s: %s", name, d)
		}
	}
	if d := read(t, OLM{}, string(olmFile(t, [2]string{olmInbox, laughs}))); d.Err != nil || strings.Contains(d.String(), "haha") {
		t.Errorf("entities: %s", d)
	}
	whole := olmFile(t, [2]string{olmInbox, olmMessage})
	for i := 0; i < len(whole); i += 13 {
		if d := read(t, OLM{}, string(whole[:i])); d.Err == nil {
			t.Errorf("the first %d bytes: no error", i)
		}
	}
}

func FuzzOLM(f *testing.F) {
	f.Add([]byte(olmMessage))
	f.Fuzz(func(t *testing.T, message []byte) {
		wellFormed(t, OLM{}, olmFile(t, [2]string{olmInbox, string(message)}))
		wellFormed(t, OLM{}, message)
	})
}

func FuzzCards(f *testing.F) {
	f.Add([]byte("BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=\n a=C3=\n=A9\nPHOTO;ENCODING=b:AA\n A=\nEND:VCARD"))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;X=\"a:b\":c\\,d\\n\nEND:VEVENT\nEND:VCALENDAR"))
	f.Fuzz(func(t *testing.T, data []byte) {
		wellFormed(t, VCard{}, data)
		wellFormed(t, Calendar{}, data)
	})
}

func TestCardsHostile(t *testing.T) {
	for name, in := range map[string]string{
		"depth":      strings.Repeat("BEGIN:VEVENT\n", 1000),
		"folds":      "BEGIN:VCARD\nNOTE:a" + strings.Repeat("\n bcdefghijk", 2<<20) + "\nEND:VCARD",
		"one line":   "BEGIN:VCARD\nNOTE:" + strings.Repeat("x", 20<<20) + "\nEND:VCARD",
		"not closed": "BEGIN:VCARD\nFN:a",
		"none":       "FN:a",
		"photograph": "BEGIN:VCARD\nPHOTO;ENCODING=b:" + strings.Repeat("A", 20<<20) + "\nEND:VCARD",
	} {
		d := read(t, VCard{}, in)
		if d.Err == nil && len(d.Gaps) == 0 && len(d.Notes) == 0 {
			t.Errorf("%s: nothing is said", name)
		}
	}
	var wide []byte
	for _, c := range "\uFEFFBEGIN:VCARD\r\nFN:Zoë\r\nEND:VCARD\r\n" {
		wide = append(wide, byte(c), byte(c>>8))
	}
	if d := read(t, VCard{}, string(wide)); d.Text() != "FN\tZoë\n" {
		t.Errorf("in UTF-16: %s", d)
	}
	bad := "BEGIN:VCARD\nFN:a\n\nEND:VCARD\n"
	if d := read(t, VCard{}, strings.ToLower(bad)); len(d.Pages) != 1 {
		t.Errorf("in lower case: %s", d)
	}
}

func TestMBOX(t *testing.T) {
	// One line without end is one message, or none.
	d := read(t, MBOX{}, "From a@b Mon Jun 01 10:00:00 2009\n\n"+strings.Repeat("x", 20<<20))
	if d.Err != nil || len(d.Members) != 1 || len(d.Members[0].Bytes) != 20<<20+1 {
		t.Errorf("one line: %v", d.Err)
	}
	d = read(t, MBOX{}, strings.Repeat("x", 1<<20))
	if d.Err != nil || len(d.Gaps) != 1 {
		t.Errorf("no message: %v %v", d.Gaps, d.Err)
	}
	d = read(t, MBOX{}, "lost\n\nFrom a@b Mon Jun 01 10:00:00 2009\r\nSubject: a\r\n\r\nText\r\n\r\nFrom me to you\r\n\r\n")
	if len(d.Members) != 1 || len(d.Gaps) != 1 || string(d.Members[0].Bytes) != "Subject: a\r\n\r\nText\r\n\r\nFrom me to you\r\n" {
		t.Errorf("%s %q", d, d.Members[0].Bytes)
	}
	if d.Members[0].Modified != "2009-06-01T10:00:00" {
		t.Errorf("modified %q", d.Members[0].Modified)
	}
	d = read(t, MBOX{}, "From a@b Mon Jun 01 10:00:00 2009\nSubject: a\n\nText\nFrom - Mon Jun 01 10:00:00 2009\nSubject: b\n\nFrom here at 10:00 2009\nthe text goes on.\n")
	if len(d.Members) != 2 || !strings.HasSuffix(string(d.Members[1].Bytes), "goes on.\n") {
		t.Errorf("no line between: %s", d)
	}
	// A length that lies costs no message.
	d = read(t, MBOX{}, strings.Repeat("From a@b Mon Jun 01 10:00:00 2009\nContent-Length: 999999999\n\nText\n\n", 1000))
	if len(d.Members) != 1000 {
		t.Errorf("%d members", len(d.Members))
	}
}

// Who is named by an address is said with the name, as in mails. An address book
// names more than a document may have properties: the text has them all.
func TestPersons(t *testing.T) {
	d := read(t, Calendar{}, "BEGIN:VCALENDAR\nBEGIN:VEVENT\nORGANIZER;CN=\"Quill, Zoë\":mailto:zoe@quill.example\nATTENDEE;CN=paula@box.example:MAILTO:paula@box.example\n"+
		"ATTENDEE;CN=Bob;EMAIL=bob@box.example:urn:uuid:1\nATTENDEE;CN=Room 3:invalid:nomail\nEND:VEVENT\nEND:VCALENDAR\n")
	for name, want := range map[string]string{"organizer": "Quill, Zoë <zoe@quill.example>", "attendee": "paula@box.example|Bob <bob@box.example>", "contact": ""} {
		if got := strings.Join(d.All(name), "|"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	cards := "BEGIN:VCARD\nEMAIL:a@box.example\nFN:Ann\nEMAIL:b@box.example\nEND:VCARD\nBEGIN:VCARD\nEMAIL:c@box.example\nEND:VCARD\n"
	if got := strings.Join(read(t, VCard{}, cards).All("contact"), "|"); got != "Ann <a@box.example>|Ann <b@box.example>|c@box.example" {
		t.Errorf("contacts: %q", got)
	}
	var book strings.Builder
	for i := range 12_000 {
		fmt.Fprintf(&book, "BEGIN:VCARD\nFN:Ann\nEMAIL:a%d@box.example\nEND:VCARD\n", i)
	}
	d = read(t, VCard{}, book.String())
	if d.Err != nil || len(d.Pages) != 12_000 || len(d.Gaps) != 1 || !strings.Contains(d.Gaps[0].Reason, "too many: 4001") {
		t.Errorf("a large address book: %d pages, %v, %v", len(d.Pages), d.Gaps, d.Err)
	}
}
