package zone_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/extracttest"
	"overt/extract/zone"
)

func open(t testing.TB, in string, lim extract.Limits) *zone.Reader {
	t.Helper()
	src := extract.Source{Name: "t.zone", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(in)), nil }}
	r, err := zone.Open(t.Context(), src, zone.Options{Table: "m", Limits: lim})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// dump gives each record as "row: column=text(raw) …", without the data in one
// piece.
func dump(t testing.TB, r extract.Reader) (lines []string, last error) {
	t.Helper()
	return extracttest.Dump(t.Context(), r, "", func(rec extract.Record) string {
		line := fmt.Sprintf("%d:", rec.At().Row)
		for _, name := range rec.Columns() {
			for _, c := range rec.Cells(name) {
				if name == "rdata" {
					continue
				}
				line += " " + name + "=" + c.Text
				if c.Raw != "" {
					line += "(" + c.Raw + ")"
				}
			}
		}
		return line
	})
}

const sample = `; invented
$ORIGIN Example.ORG.
$TTL 1h
@  IN SOA ns1 host\.master (
      2026010100 ; serial
      2h 15M 2w 300 )
   NS  NS1
   300 NS ns.Other.net.
www 60 IN A 192.0.2.1
    AAAA 2001:DB8:0::1
    in txt "one; \"two\"" "\195\169" three
mail MX 10 Mail
_sip._tcp SRV 1 2 5060 .
sub 1d DS 12345 8 2 (ABCD
   EF01 )
odd TYPE65280 \# 2 ABCD
x CAA 0 issue "ca.example"
`

func TestRecords(t *testing.T) {
	got, err := dump(t, open(t, sample, extract.Limits{}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"4: owner=example.org(@) ttl=3600(1h) class=IN type=SOA primary=ns1.example.org(ns1) contact=host\\.master.example.org(host\\.master) serial=2026010100 refresh=7200(2h) retry=900(15M) expire=1209600(2w) minimum=300",
		"7: owner=example.org(@) ttl=3600(1h) class=IN type=NS target=ns1.example.org(NS1)",
		"8: owner=example.org(@) ttl=300 class=IN type=NS target=ns.other.net(ns.Other.net.)",
		"9: owner=www.example.org(www) ttl=60 class=IN type=A address=192.0.2.1",
		"10: owner=www.example.org(www) ttl=3600(1h) class=IN type=AAAA address=2001:db8::1(2001:DB8:0::1)",
		"11: owner=www.example.org(www) ttl=3600(1h) class=IN(in) type=TXT(txt) text=one; \"two\"éthree(\"one; \\\"two\\\"\" \"\\195\\169\" three)",
		"12: owner=mail.example.org(mail) ttl=3600(1h) class=IN type=MX target=mail.example.org(Mail) preference=10",
		"13: owner=_sip._tcp.example.org(_sip._tcp) ttl=3600(1h) class=IN type=SRV target=. priority=1 weight=2 port=5060",
		"14: owner=sub.example.org(sub) ttl=86400(1d) class=IN type=DS key_tag=12345 algorithm=8 digest_type=2 digest=ABCDEF01(ABCD EF01)",
		"16: owner=odd.example.org(odd) ttl=3600(1h) class=IN type=TYPE65280",
		"17: owner=x.example.org(x) ttl=3600(1h) class=IN type=CAA text=ca.example flags=0 tag=issue",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCases(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
		err      string
	}{
		{"data as it stands", "a. NS b. ; c\n", []string{"1: owner=a(a.) class=IN type=NS target=b(b.)"}, ""},
		{"time of the record before", "a. 5 NS b.\na. NS c.\n", []string{"1: owner=a(a.) ttl=5 class=IN type=NS target=b(b.)", "2: owner=a(a.) ttl=5 class=IN type=NS target=c(c.)"}, ""},
		{"class before time", "a. CH 5 NS b.\n", []string{"1: owner=a(a.) ttl=5 class=CH type=NS target=b(b.)"}, ""},
		{"origin of the SOA record", "z. SOA n c 1 2 3 4 5\nw NS n\n", []string{
			"1: owner=z(z.) class=IN type=SOA primary=n.z(n) contact=c.z(c) serial=1 refresh=2 retry=3 expire=4 minimum=5",
			"2: owner=w.z(w) class=IN type=NS target=n.z(n)"}, ""},
		{"the root", "$ORIGIN .\ncom NS a.net.\n. NS b\n", []string{"2: owner=com class=IN type=NS target=a.net(a.net.)", "3: owner=. class=IN type=NS target=b"}, ""},
		{"relative origin", "$ORIGIN a.\n$ORIGIN b\nc NS d\n", []string{"3: owner=c.b.a(c) class=IN type=NS target=d.b.a(d)"}, ""},
		{"an escaped dot ends no name", "$ORIGIN o.\na\\. NS b\\\\.\n", []string{"2: owner=a\\..o(a\\.) class=IN type=NS target=b\\\\(b\\\\.)"}, ""},
		{"no origin", "a NS b.\n@ NS c.\n NS d.\n", []string{"1: owner=a class=IN type=NS target=b(b.)",
			"! m, row 2: the name @ stands for an origin that the file does not give", "! m, row 3: the record has no owner, and there is none before it"}, ""},
		{"not followed", "$INCLUDE /etc/passwd\n$GENERATE 1-9 a$ A 192.0.2.$\n$BOGUS 1\na. NS b.\n", []string{
			"! m, row 1: $INCLUDE names another file; it is not followed", "! m, row 2: $GENERATE stands for a range of records; they are not made",
			"! m, row 3: an unknown directive", "4: owner=a(a.) class=IN type=NS target=b(b.)"}, ""},
		{"wrong data", "a. A 192.0.2.300\na. AAAA 192.0.2.1\na. MX b.\na. MX x b.\na. NS b. c.\na. 5\n$TTL x\n$ORIGIN\na. NS \"\na. NS )b.\na. \"NS\" b.\n", []string{
			"! m, row 1: A record: address is no address of its kind", "! m, row 2: AAAA record: address is no address of its kind",
			"! m, row 3: MX record: preference is no number", "! m, row 4: MX record: preference is no number",
			"! m, row 5: NS record: more values than it has fields", "! m, row 6: the record has no type", "! m, row 7: $TTL is no time",
			"! m, row 8: $ORIGIN has no value", "! m, row 9: a quoted string does not end on its line",
			"! m, row 10: a parenthesis is closed that was not opened", "! m, row 11: what stands where the type should is none"}, ""},
		{"never closed", "a. NS b.\na. SOA ( b.\nc. NS d.\n", []string{"1: owner=a(a.) class=IN type=NS target=b(b.)"}, "line 2: a parenthesis is never closed"},
		{"odd lines", "\r\n\t\n  ; x\na. NS b.", []string{"4: owner=a(a.) class=IN type=NS target=b(b.)"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := dump(t, open(t, tt.in, extract.Limits{}))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || overt.CodeOf(err) != overt.Invalid) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

// TestHostile: what is too long costs one row, and no memory.
func TestHostile(t *testing.T) {
	lim := extract.Limits{Field: 1 << 20, Row: 4 << 20, Columns: 1000}
	for name, tt := range map[string]struct{ in, want string }{
		"word":   {"a. TXT " + strings.Repeat("x", 32<<20) + "\nb. NS c.\n", "a value is too long"},
		"string": {"a. TXT \"" + strings.Repeat("x", 32<<20) + "\"\nb. NS c.\n", "a value is too long"},
		"record": {"a. TXT (" + strings.Repeat(strings.Repeat("x", 1<<19)+"\n", 64) + ")\nb. NS c.\n", "the record is too long"},
		"words":  {"a. TXT (" + strings.Repeat("x ", 1<<20) + ")\nb. NS c.\n", "the record has too many values"},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := dump(t, open(t, tt.in, lim))
		runtime.ReadMemStats(&after)
		if err != nil || len(got) != 2 || got[0] != "! m, row 1: "+tt.want || !strings.Contains(got[1], "owner=b(b.)") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 48<<20 {
			t.Errorf("%s: %d MiB were allocated", name, used>>20)
		}
	}
}

func FuzzZone(f *testing.F) {
	f.Add(sample)
	f.Add("$TTL 99999999999999999999\n$ORIGIN \\\n@ ( IN\n)\n\"")
	f.Add("a. TYPE1 \\# \\0\\25")
	f.Fuzz(func(t *testing.T, in string) {
		r := open(t, in, extract.Limits{Field: 200, Row: 400, Columns: 50})
		first, err := dump(t, r)
		again, err2 := dump(t, r)
		if d := cmp.Diff(first, again); d != "" || (err == nil) != (err2 == nil) {
			t.Fatalf("read twice, %v and %v: %s", err, err2, d)
		}
	})
}
