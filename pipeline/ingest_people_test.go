package pipeline

import (
	"maps"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/ftm"
)

func TestAddressID(t *testing.T) {
	for in, want := range map[string]ftm.EntityID{
		"Ada@Council.Example.ORG": "mailto:ada@council.example.org", " <ada@council.example.org> ": "mailto:ada@council.example.org",
		"MAILTO:ada@council.example.org": "mailto:ada@council.example.org", "ada+ferry@council.example.org": "mailto:ada+ferry@council.example.org",
		"/O=Council/CN=Ada": "ex:/o=council/cn=ada", "Ada Example": "", "": "", "ada@": "", "@council.example.org": "", "a b@c.example.org": "",
		strings.Repeat("a", 300) + "@council.example.org": "",
	} {
		if got := AddressID(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestNameAddress(t *testing.T) {
	for in, want := range map[string][2]string{
		"Ada Example <ada@council.example.org>": {"Ada Example", "ada@council.example.org"},
		"ada@council.example.org":               {"", "ada@council.example.org"},
		"a < b <x@y.example.org>":               {"a < b", "x@y.example.org"},
		"<>":                                    {"", ""},
		"no end <x@y.example.org":               {"", "no end <x@y.example.org"},
	} {
		if name, address := nameAddress(in); name != want[0] || address != want[1] {
			t.Errorf("%q: %q and %q", in, name, address)
		}
	}
}

func TestRoleOf(t *testing.T) {
	for in, want := range map[string]string{
		"info@x.org": "role address", "NoReply@x.org": "role address", "ferry-announce@x.org": "mailing list", "owner-ferry@x.org": "mailing list",
		"ada@x.org": "", "information@x.org": "", "": "",
	} {
		if got := roleOf(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// A value is cited to the line in which its field begins.
func TestHeading(t *testing.T) {
	h := &had{index: &reading.Index{Properties: []reading.Property{{Name: "headers", Value: "Received: to: ada@x.org\nTo: Ada <ada@x.org>,\n  Bob <BOB@x.org>\nTo: carl@x.org\nIn-Reply-To: <m1@x>\nReferences: <m0@x>\n\t<m2@x>\n"}}}}
	g := newHeading(h)
	for _, c := range []struct {
		prop, words, column string
		row                 int64
	}{
		{"to", "ada@x.org", "To", 2}, {"to", "bob@x.org", "To", 2}, {"to", "carl@x.org", "To", 4}, {"to", "nobody", "To", 2},
		{"cc", "ada@x.org", "Cc", 0}, {"inReplyTo", "m2@x", "References", 6}, {"inReplyTo", "m1@x", "In-Reply-To", 5}, {"inReplyTo", "m9@x", "References", 6},
	} {
		if got, want := g.place(c.prop, c.words), (overt.Locator{Row: c.row, Column: c.column}); got != want {
			t.Errorf("%s %s: %v, want %v", c.prop, c.words, got, want)
		}
	}
	if got := newHeading(&had{index: &reading.Index{}}).place("from", "x"); got != (overt.Locator{Column: "From"}) {
		t.Errorf("without a header: %v", got)
	}
}

// The order of ids is kept as far as a quote is long: its end, where the answered
// message stands.
func TestChain(t *testing.T) {
	if got := chain([]string{"a", "b", "c"}); got != "a b c" {
		t.Errorf("%q", got)
	}
	long := chain([]string{strings.Repeat("x", 3000), strings.Repeat("y", 3000), "last"})
	if !strings.HasSuffix(long, " last") || strings.Contains(long, "x") || len(long) > 4<<10 {
		t.Errorf("%d bytes", len(long))
	}
}

// Those whom a calendar names stand in the first line that says so, counted in
// characters.
func TestStanding(t *testing.T) {
	lines := map[ftm.EntityID]stand{}
	text := "SUMMARY\tAsk zoë@quill.example.org\nORGANIZER (Zoë)\tMAILTO:Zoe@quill.example.org\nATTENDEE (paula@box.example.org)\turn:uuid:1\nATTENDEE\tmailto:zoe@quill.example.org\n"
	standing(document.Page{Number: 2, Text: text}, lines)
	standing(document.Page{Number: 3, Text: "EMAIL (WORK)\tbob@box.example.org\nNOTE\teve@box.example.org\nATTENDEE\tmailto:paula@box.example.org"}, lines)
	want := map[ftm.EntityID]stand{
		"mailto:zoe@quill.example.org": {overt.Locator{Page: 2, Start: 34, End: 78}, "ORGANIZER (Zoë)\tMAILTO:Zoe@quill.example.org"},
		"mailto:paula@box.example.org": {overt.Locator{Page: 2, Start: 79, End: 122}, "ATTENDEE (paula@box.example.org)\turn:uuid:1"},
		"mailto:bob@box.example.org":   {overt.Locator{Page: 3, Start: 0, End: 32}, "EMAIL (WORK)\tbob@box.example.org"},
	}
	if !maps.Equal(lines, want) {
		t.Errorf("%v", lines)
	}
}
