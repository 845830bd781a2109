package svg

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"Halden":                       "Halden",
		"  two\n\tlines  ":             "two lines",
		"a\x00b":                       "a\ufffdb",
		"\xff":                         "\ufffd",
		"exe\u202egnp":                 "exegnp",
		"شركة":                         "شركة",
		strings.Repeat("x", longest+5): strings.Repeat("x", longest) + "…",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q becomes %q, want %q", cut(in, 20), cut(got, 20), cut(want, 20))
		}
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width float64
		want  string
	}{
		{"Halden", 200, "Halden"}, {"Halden Integrators", 60, "Halden…"}, {"Halden", 3, ""}, {"", 10, ""},
		{"北門雲端有限公司", 60, "北門雲…"}, {"Halden", -5, ""},
	} {
		if got := fit(tt.in, size, tt.width); got != tt.want {
			t.Errorf("%q in %v is %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		lines int
		want  []string
	}{
		{"Border Services Directorate", 2, []string{"Border Services", "Directorate"}},
		{"Border Services Directorate of the North", 2, []string{"Border Services", "Directorate of t…"}},
		{"Verwaltungsgerichtshof", 2, []string{"Verwaltungsgeric", "htshof"}},
		{"", 2, nil},
	} {
		if got := wrap(tt.in, size, 100, tt.lines); !slices.Equal(got, tt.want) {
			t.Errorf("%q is broken into %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 12: "12", 1234: "1,234", 5216004.5: "5,216,004.50", -1234567: "−1,234,567", 999: "999", -0.001: "0.00"} {
		if got := grouped(v); got != want {
			t.Errorf("%v is written %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 999: "999", 999.9: "1 k", 1000: "1 k", 54.2e6: "54.2 m", 1.2345e9: "1.23 bn", -3.3e12: "−3.3 tn", 0.5: "0.5"} {
		if got := (Frame{}).short(v); got != want {
			t.Errorf("%v is %q in short, want %q", v, got, want)
		}
	}
}

// TestMeasured: what is measured is what the font says.
func TestMeasured(t *testing.T) {
	for r, want := range map[rune]float64{'A': 544, ' ': 200, 'ж': 743, '北': 1000, '\u0301': 0} {
		if got := letter(r); (got == 0) != (want == 0) || r < 0x80 && got != want || got > 1000 {
			t.Errorf("%q is %v wide, want about %v", r, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, 40.0)
	}
	f.Fuzz(func(t *testing.T, s string, width float64) {
		c := clean(s)
		if !utf8.ValidString(c) || strings.ContainsAny(c, "\n\x00\u202e") || utf8.RuneCountInString(c) > longest+1 {
			t.Errorf("%q becomes %q", s, c)
		}
		if clean(c) != c && utf8.RuneCountInString(c) <= longest {
			t.Errorf("cleaned twice, %q becomes %q", c, clean(c))
		}
		if w := fit(c, size, width); w != c && widthOf(w, size) > width+0.001 && w != "" {
			t.Errorf("%q is %v wide, in %v", w, widthOf(w, size), width)
		}
		wrap(c, size, width, 3)
		look(t, render(t, Bars{Frame: Frame{Title: s}, Rows: []Bar{{Label: s}}}))
	})
}

// FuzzLink: what is let through is a path or a web address, and sound XML.
func FuzzLink(f *testing.F) {
	for _, s := range append(hostile, "/e/1?a=b&c='d'", "https://example.org/", "JAVASCRIPT:x", "//example.org", "#t", "a:b", "\tjavascript:x") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, href string) {
		if checkLink(href) != nil {
			return
		}
		u, err := url.Parse(href)
		if err == nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
			t.Errorf("%q is let through as %s", href, u.Scheme)
		}
		s := look(t, render(t, Bars{Rows: []Bar{{Href: href}}}))
		if href != "" && !slices.Equal(s.links, []string{href}) {
			t.Errorf("%q becomes %q", href, s.links)
		}
	})
}

// FuzzFlow draws flows made of any bytes: four of each are ends, kind and amount.
func FuzzFlow(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x09\x01\x02\x01\x05\x02\x00\x02\x80"))
	f.Add([]byte("\x03\x03\x00\x09"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := Sankey{Most: 12}
		for len(data) >= 4 && len(s.Flows) < 200 {
			s.Flows = append(s.Flows, Flow{From: fmt.Sprint(data[0] % 40), To: fmt.Sprint(data[1] % 40), Kind: FlowKind(data[2] % 3), Amount: float64(int8(data[3])) * 1e5, Sources: int(data[2]) % 2})
			data = data[4:]
		}
		if _, err := s.layout(); err != nil {
			return // too deep
		}
		look(t, render(t, s))
	})
}

// FuzzNetwork likewise: two of each four bytes are ends.
func FuzzNetwork(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x09\x01\x02\x01\x05\x02\x00\x02\x80"))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := Network{}
		for i := range 30 {
			n.Nodes = append(n.Nodes, Node{ID: fmt.Sprint(i), Kind: i % 6})
		}
		for len(data) >= 4 && len(n.Edges) < 100 {
			n.Edges = append(n.Edges, Edge{From: fmt.Sprint(data[0] % 30), To: fmt.Sprint(data[1] % 30), Count: int(data[2]), Directed: data[3]%2 == 0})
			data = data[4:]
		}
		look(t, render(t, n))
	})
}
