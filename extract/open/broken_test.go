package open

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"overt/extract"
)

// TestBrokenOffSmall: a stream that breaks inside the head that is looked at is
// opened all the same; what came before the break is given, then the break with
// its place.
func TestBrokenOffSmall(t *testing.T) {
	for name, text := range map[string]string{
		"csv":   "id,name\n1,Ada\n2,Bob\n3,Cyd Somebody With A Name\n",
		"json":  `[{"id":"1","name":"Ada"},{"id":"2","name":"Bob"},{"id":"3","name":"Cyd Somebody"}]`,
		"jsonl": "{\"id\":\"1\"}\n{\"id\":\"2\"}\n{\"id\":\"3 or more\"}\n",
		"xml":   "<a><b>1</b><b>2</b><b>and three</b></a>",
	} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		for _, lost := range []int{20, 8, 1} {
			data := packed.Bytes()[:packed.Len()-lost]
			src := extract.Source{Name: "in.gz", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
			parts, err := Open(t.Context(), src, Options{})
			if err != nil {
				t.Errorf("%s without its last %d bytes: %v", name, lost, err)
				continue
			}
			rows, selector := 0, ""
			if name == "xml" {
				selector = "/a/b"
			}
			var last error
			for _, err := range parts[0].Reader.Records(t.Context(), selector) {
				if last = err; err == nil {
					rows++
				}
			}
			if rows < 2 || last == nil || !strings.HasPrefix(last.Error(), "in.gz: ") {
				t.Errorf("%s without its last %d bytes: %d rows, then %v", name, lost, rows, last)
			}
		}
	}
}
