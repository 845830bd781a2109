package mapping_test

import (
	"errors"
	"strings"
	"testing"

	"overt/extract/open"
	"overt/mapping"
)

func TestDeriveRefused(t *testing.T) {
	const entities = "\n    entities: {a: {schema: System, key: $number}}"
	for derive, want := range map[string]string{
		"derive: tides":                                    "derive must be one of",
		"derive: {name: system_changes}":                   "reads columns, named in from",
		"derive: {name: system_notices, from: [abstract]}": "reads columns, named in from",
		"derive: {name: routine_uses, of: x}":              "unknown key",
		"name: none":                                       "nothing that the query derives",
	} {
		_, err := mapping.Parse("m.yaml", []byte("name: m\nqueries:\n  - "+derive+entities))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", derive, err, want)
		}
	}
	if _, err := mapping.Parse("m.yaml", []byte("name: m\nqueries:\n  - derive: routine_uses\n    entities: {a: {schema: System, key: $sentence}}")); err == nil {
		t.Error("a column of another derivation is taken")
	}
}

// TestDeriveHostile reads notices that are no notices, and a text that is too
// long.
func TestDeriveHostile(t *testing.T) {
	m := mapping.Pack("federal-register-xml")
	deep := strings.Repeat("<A>", 400) + "<HD>SYSTEM NAME:</HD><P>X-1, Deep.</P>" + strings.Repeat("</A>", 400)
	for _, body := range []string{"", "<HD/>", "<P>text before any heading</P>", "<HD>SYSTEM NAME:</HD>", "<HD>SYSTEM NAME:</HD><HD>ROUTINE USES:</HD><P/>", deep} {
		text := "<NOTICE><PREAMB><SUBJECT>Privacy Act of 1974</SUBJECT><HD>AGENCY:</HD></PREAMB>" + body + "</NOTICE>"
		parts, err := open.Open(t.Context(), textSource("n.xml", text), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := newResult()
		r.apply(t, m, parts[0].Reader)
		if len(r.of("Notice")) != 1 {
			t.Errorf("%.60s: %d notices", body, len(r.of("Notice")))
		}
	}

	m = mapping.Pack("federal-register-notices")
	long := strings.Repeat("The agency rescinds the system of records EPA-1. ", 10_000)
	parts, err := open.Open(t.Context(), textSource("n.csv", "document_number,publication_date,title,abstract\n1,2031-01-01,T,"+long+"\n"), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := newResult()
	r.apply(t, m, parts[0].Reader)
	if len(r.of("System")) != 0 || len(r.problems) == 0 || !strings.Contains(r.problems[0].Reason, "too long") {
		t.Errorf("a text that is too long: %d systems, %+v", len(r.of("System")), r.problems)
	}

	// What emit says ends the record.
	stop := errors.New("stop")
	parts, err = open.Open(t.Context(), textSource("n.csv", "document_number,publication_date,title,abstract\n1,2031-01-01,T,The agency rescinds the system of records EPA-1.\n"), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range parts[0].Reader.Records(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range m.Queries[:2] {
			if err := m.Apply(q, rec, func(mapping.Entity) error { return stop }, nil); !errors.Is(err, stop) {
				t.Errorf("%s: %v", q.Name, err)
			}
		}
	}
}
