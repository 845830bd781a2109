package tree_test

import (
	"errors"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"overt/extract"
	"overt/extract/tree"
)

// stream repeats a piece between a head and a tail.
func stream(head, piece string, times int, tail string) extract.Source {
	return extract.Source{Name: "hostile", Open: func() (io.ReadCloser, error) {
		big := strings.Repeat(piece, max(1, 64<<10/len(piece)))
		return io.NopCloser(io.MultiReader(strings.NewReader(head),
			&again{big, 0, times * len(piece) / len(big)}, strings.NewReader(tail))), nil
	}}
}

type again struct {
	piece    string
	at, left int
}

func (a *again) Read(p []byte) (int, error) {
	if a.left == 0 {
		return 0, io.EOF
	}
	n := copy(p, a.piece[a.at:])
	if a.at += n; a.at == len(a.piece) {
		a.at = 0
		a.left--
	}
	return n, nil
}

func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("reads gigabytes: in the full run only")
	}
	tests := []struct {
		name     string
		src      extract.Source
		format   extract.Format
		selector string
		good     int
		bad      string // reason of the row error
		err      string
	}{
		{"json a million deep", stream("[", "[", 1<<20, ""), extract.JSON, "", 0, "", "nesting of more than 512 levels at byte 51"},
		{"json a million deep, skipped", stream(`{"a":`, `{"a":`, 1<<20, ""), extract.JSON, "/b", 0, "", "nesting of more than 512 levels"},
		{"json a million deep below a selector", stream(`[`, `[`, 1<<20, ""), extract.JSON, "/b", 0, "", "nesting of more than 512 levels"},
		{"json string of 256 MiB", stream(`[{"a":"1"},{"a":"`, "xxxxxxxx", 1<<25, `"},{"a":"2"}]`), extract.JSON, "", 2, "a value is too long", ""},
		{"json number of 64 MiB", stream(`[{"a":1},{"a":`, "11111111", 1<<23, `},{"a":2}]`), extract.JSON, "", 2, "a value is too long", ""},
		{"json record of empty lists", stream(`[{"a":1},[`, "[],", 1<<24, `[]],{"a":2}]`), extract.JSON, "", 2, "the record is too large", ""},
		{"json many records", stream(`[`, `{"a":[1,{"b":"c"}]},`, 1<<18, `{}]`), extract.JSON, "", 262_081, "", ""},
		{"json line too long", stream("{\"a\":1}\n", "xxxxxxxx", 1<<26, "\n{\"a\":2}\n"), extract.JSONL, "", 2, "the line is too long", ""},
		{"xml a million deep", stream("", "<a>", 1<<20, ""), extract.XML, "/a/b", 0, "", "nesting of more than 512 levels"},
		{"xml text of 512 MiB", stream("<a><b>1</b><b>", "xxxxxxxx", 1<<26, "</b></a>"), extract.XML, "/a/b", 1, "", "too long"},
		{"xml record too large", stream("<a><b>1</b><b>", "<c/>", 1<<21, "</b><b>2</b></a>"), extract.XML, "/a/b", 2, "the record is too large", ""},
		{"xml attribute of 512 MiB", stream("<a><b>1</b><b c='", "xxxxxxxx", 1<<26, "'/></a>"), extract.XML, "/a/b", 1, "", "too long"},
		{"xml comment of 512 MiB", stream("<a><b>1</b><!--", "<x></x>>", 1<<26, "--></a>"), extract.XML, "/a/b", 1, "", "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			debug.FreeOSMemory()
			began := time.Now()
			r, err := tree.Open(t.Context(), tt.src, tree.Options{Format: tt.format})
			if err != nil {
				t.Fatal(err)
			}
			good, reason, last := 0, "", error(nil)
			for _, err := range r.Records(t.Context(), tt.selector) {
				var bad *extract.RowError
				switch {
				case errors.As(err, &bad):
					reason = bad.Reason
				case err != nil:
					last = err
				default:
					good++
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if good != tt.good || reason != tt.bad {
				t.Errorf("%d records and %q, want %d and %q", good, reason, tt.good, tt.bad)
			}
			if tt.err == "" && last != nil || tt.err != "" && (last == nil || !strings.Contains(last.Error(), tt.err)) {
				t.Errorf("error %v, want %q", last, tt.err)
			}
			if used := m.HeapSys - m.HeapReleased; used > 256<<20 {
				t.Errorf("%d MiB in use", used>>20)
			}
			t.Logf("%v, %d MiB", time.Since(began).Round(time.Millisecond), (m.HeapSys-m.HeapReleased)>>20)
		})
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"\ud800"}]}`, "{\"a\":1}\n[2]\n", products, `[1e400,-0,"\u00`, `{"a":1,"a":2}`} {
		f.Add(s, "/a/*", false)
		f.Add(s, "", true)
	}
	f.Fuzz(func(t *testing.T, in, selector string, lines bool) {
		format := extract.JSON
		if lines {
			format = extract.JSONL
		}
		fuzzTree(t, in, selector, format)
	})
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{feed, "<a x='1'>t<b/></a>", "<a><p:a xmlns:p='u'/></a>", "<?xml version='1.0' encoding='koi8-r'?><a>\xc1</a>", "<a>&#x0;"} {
		f.Add(s, "/a/*")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, in, selector string) { fuzzTree(t, in, selector, extract.XML) })
}

func fuzzTree(t *testing.T, in, selector string, format extract.Format) {
	r, err := tree.Open(t.Context(), source(in), tree.Options{Format: format,
		Limits: extract.Limits{Field: 200, Row: 400, Depth: 20, Subtree: 20_000}})
	if err != nil {
		return
	}
	var cells []extract.Cell
	for rec, err := range r.Records(t.Context(), selector) {
		var bad *extract.RowError
		switch {
		case errors.As(err, &bad):
		case err != nil:
			return // the cells of a broken document need not be found again
		default:
			for _, c := range rec.Columns() {
				got := rec.Cells(c)
				if len(got) == 0 {
					t.Fatalf("%q: no cells under the column %q", in, c)
				}
				cells = append(cells, got...)
			}
		}
	}
	for _, c := range cells[:min(len(cells), 10)] {
		checkFind(t, r, c)
	}
}
