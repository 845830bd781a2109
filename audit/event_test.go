package audit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestRecordForm(t *testing.T) {
	e := Event{
		Time: testTime, Actor: "a", OnBehalfOf: "b", Purpose: "p", Case: "c", Action: "run.import", Object: "o",
		Query: "q\"\\\n\x00\x7f<&>é\u2028", Scope: "s", Policy: "h", Decision: "allow", Reasons: []string{"x", ""},
		Count: 7, Result: strings.Repeat("0f", 32), Intent: true, Ref: "r",
	}
	want := `{"seq":3,"time":"2025-03-04T05:06:07.000000800Z","actor":"a","on_behalf_of":"b","purpose":"p","case":"c",` +
		`"action":"run.import","object":"o","query":"q\"\\\u000a\u0000\u007f<&>é` + "\u2028" + `","scope":"s","policy":"h",` +
		`"decision":"allow","reasons":["x",""],"count":7,"result":"` + e.Result + `","intent":true,"ref":"r"}`
	got := string(leafBytes(3, encodeBody(&e)))
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r, err := decodeRecord([]byte(got))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Record{Seq: 3, Event: e, Leaf: []byte(got)}, r); d != "" {
		t.Error(d)
	}
}

func TestRecordRefused(t *testing.T) {
	const ok = `{"seq":1,"time":"2025-03-04T05:06:07.000000000Z","action":"a"}`
	if _, err := decodeRecord([]byte(ok)); err != nil {
		t.Fatal(err)
	}
	for name, leaf := range map[string]string{
		"empty":           ``,
		"not json":        `{`,
		"white space":     strings.Replace(ok, ":1", ": 1", 1),
		"key twice":       strings.Replace(ok, `"action":"a"`, `"action":"b","action":"a"`, 1),
		"unknown key":     strings.Replace(ok, `"action":"a"`, `"action":"a","more":1`, 1),
		"key case":        strings.Replace(ok, `"action"`, `"Action"`, 1),
		"order":           `{"time":"2025-03-04T05:06:07.000000000Z","seq":1,"action":"a"}`,
		"short time":      strings.Replace(ok, ".000000000Z", "Z", 1),
		"no time":         `{"seq":1,"action":"a"}`,
		"empty field":     strings.Replace(ok, `"action":"a"`, `"action":"a","ref":""`, 1),
		"no action":       `{"seq":1,"time":"2025-03-04T05:06:07.000000000Z"}`,
		"negative seq":    strings.Replace(ok, ":1", ":-1", 1),
		"escaped letter":  strings.Replace(ok, `"a"`, `"\u0061"`, 1),
		"bytes follow":    ok + " ",
		"over the limit":  ok + strings.Repeat(" ", MaxRecord),
		"empty reasons":   strings.Replace(ok, `"action":"a"`, `"action":"a","reasons":[]`, 1),
		"intent is false": strings.Replace(ok, `"action":"a"`, `"action":"a","intent":false`, 1),
	} {
		if r, err := decodeRecord([]byte(leaf)); err == nil {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}

func TestLongFieldsAreCut(t *testing.T) {
	long := strings.Repeat("é\x00", 100_000)
	reasons := make([]string, 5000)
	for i := range reasons {
		reasons[i] = fmt.Sprintf("reason %d %s", i, strings.Repeat("\"", i))
	}
	e := Event{
		Time: testTime, Actor: long, OnBehalfOf: long, Purpose: long, Case: long, Action: "search", Object: long,
		Query: long, Scope: long, Policy: long, Decision: "allow", Reasons: reasons, Count: 1 << 62,
		Result: strings.Repeat("00", 32), Intent: true, Ref: long,
	}
	leaf := leafBytes(1<<62, encodeBody(&e))
	if len(leaf) > MaxRecord {
		t.Fatalf("record of %d bytes", len(leaf))
	}
	r, err := decodeRecord(leaf)
	if err != nil {
		t.Fatal(err)
	}
	marker := fmt.Sprintf("…[cut, %d bytes, sha256 %x]", len(long), sha256.Sum256([]byte(long)))
	for name, s := range map[string]string{"query": r.Query, "actor": r.Actor, "ref": r.Ref} {
		kept, ok := strings.CutSuffix(s, marker)
		if !ok || !strings.HasPrefix(long, kept) || !utf8.ValidString(kept) {
			t.Errorf("%s ends with %q", name, s[max(0, len(s)-120):])
		}
	}
	if len(r.Query) < 5000 {
		t.Errorf("only %d bytes of the query are left", len(r.Query))
	}
	last := r.Reasons[len(r.Reasons)-1]
	if want := fmt.Sprintf("…[cut, %d reasons, sha256 ", len(reasons)-len(r.Reasons)+1); !strings.HasPrefix(last, want) {
		t.Errorf("last reason %q, want %q", last, want)
	}
	exact := strings.Repeat("x", limitField)
	if got := string(appendCut(nil, exact, limitField)); got != exact {
		t.Errorf("a field of exactly the limit was cut")
	}
}

func FuzzDecodeRecord(f *testing.F) {
	f.Add([]byte(`{"seq":1,"time":"2025-03-04T05:06:07.000000000Z","action":"a"}`))
	f.Add([]byte(`{"seq":0,"time":"2025-03-04T05:06:07.000000000Z","actor":"\u0000é","action":"a.b","reasons":["x",""],"count":3,"intent":true}`))
	f.Add([]byte(`{"seq":-1}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, leaf []byte) {
		r, err := decodeRecord(leaf)
		if err != nil {
			return
		}
		if again := leafBytes(r.Seq, encodeBody(&r.Event)); string(again) != string(leaf) {
			t.Fatalf("read %q, written again %q", leaf, again)
		}
	})
}

// FuzzEncodeEvent records whatever text is asked for, and wants it whole.
func FuzzEncodeEvent(f *testing.F) {
	f.Add("anna", "cloud", "why", int64(3))
	f.Add("\xff\xfe", strings.Repeat("\x00", 30000), "\u202e", int64(0))
	f.Fuzz(func(t *testing.T, actor, query, reason string, count int64) {
		e := Event{Time: testTime, Actor: actor, Query: query, Action: "search", Reasons: []string{reason, actor}, Count: max(count, 0)}
		leaf := leafBytes(9, encodeBody(&e))
		if len(leaf) > MaxRecord || !utf8.Valid(leaf) || !json.Valid(leaf) {
			t.Fatalf("bad record of %d bytes", len(leaf))
		}
		r, err := decodeRecord(leaf)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(query, "\uFFFD"); len(query) < 1000 && utf8.ValidString(query) && r.Query != want {
			t.Fatalf("query %q became %q", query, r.Query)
		}
	})
}
