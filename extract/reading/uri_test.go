package reading

import (
	"strings"
	"testing"

	"overt"
)

var hashA, hashB = strings.Repeat("a1", 32), strings.Repeat("b2", 32)

func aCite() Cite {
	return Cite{Document: overt.BlobID(hashA), Version: hashB, Page: 3, Start: 10, End: 21, Quote: "sails at 7\n", Before: "Die Fähre/=", After: " & 100 % +"}
}

func TestURI(t *testing.T) {
	c := aCite()
	text, err := c.URI()
	want := "overt:" + hashA + "/page=3/chars=10-21/text=" + hashB + "/quote=sails%20at%207%0A/before=Die%20F%C3%A4hre%2F%3D/after=%20%26%20100%20%25%20%2B"
	if err != nil || text != want {
		t.Fatalf("%s, %v\nwant %s", text, err, want)
	}
	back, err := ParseURI(text)
	if err != nil || back.Quote != c.Quote || back.Before != c.Before || back.After != c.After || back.Start != c.Start || back.Document != c.Document {
		t.Errorf("%+v, %v", back, err)
	}
	c.Quote, c.End = strings.Repeat("ü", MaxQuote), c.Start+MaxQuote
	if text, err = c.URI(); err != nil {
		t.Fatal(err)
	}
	if _, err := ParseURI(text); err != nil {
		t.Errorf("the longest: %v", err)
	}
	c.Quote, c.End = c.Quote+"x", c.End+1
	if _, err := c.URI(); overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "2001 characters") {
		t.Errorf("a quote of 2,001 characters: %v", err)
	}
}

func TestParseURIRefuses(t *testing.T) {
	good, err := aCite().URI()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "another scheme": "http://example.org", "no page": strings.Replace(good, "page=3", "page=x", 1),
		"page 0": strings.Replace(good, "page=3", "page=0", 1), "a hash cut": strings.Replace(good, "a1", "", 1),
		"a span that is not the quote's": strings.Replace(good, "10-21", "10-22", 1), "twice": good + "/page=3",
		"another key": good + "/x=1", "an escape cut": good + "%", "a sign": strings.Replace(good, "chars=10", "chars=+10", 1),
		"an escape that none is needed for": strings.Replace(good, "sails", "%73ails", 1), "not UTF-8": strings.Replace(good, "sails", "%ffails", 1),
		"a quote cut": good[:strings.Index(good, "ls%20")], "far too long": good + strings.Repeat("x", maxURI),
	} {
		if _, err := ParseURI(text); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseURI(f *testing.F) {
	good, _ := aCite().URI()
	f.Add(good)
	f.Add("overt:" + hashA + "/page=1/chars=0-1/text=" + hashB + "/quote=x")
	f.Add("overt:/quote=%")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseURI(text)
		if err != nil {
			return
		}
		if again, err := c.URI(); err != nil || again != text {
			t.Errorf("%q is written as %q, %v", text, again, err)
		}
	})
}

func TestKinds(t *testing.T) {
	for mediaType, want := range map[string][2]string{
		"application/pdf": {"Pages", "pdf"}, "message/rfc822": {"Email", "mail"}, "text/csv": {"Table", "table"}, "text/html": {"HyperText", "web"},
		"text/plain": {"PlainText", "text"}, "image/png": {"Image", "image"}, "application/msword": {"Pages", "document"}, "": {"Document", "document"},
	} {
		if got := [2]string{SchemaOf(mediaType), FamilyOf(mediaType)}; got != want {
			t.Errorf("%s: %v, want %v", mediaType, got, want)
		}
	}
}
