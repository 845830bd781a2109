package svg

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden holds each picture to the byte, from left to right and from right
// to left.
func TestGolden(t *testing.T) {
	for _, rtl := range []bool{false, true} {
		for name, p := range samples(Frame{RTL: rtl}) {
			file := filepath.Join("testdata", name+map[bool]string{false: ".svg", true: "-rtl.svg"}[rtl])
			t.Run(filepath.Base(file), func(t *testing.T) {
				var b bytes.Buffer
				if err := p.Render(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
				if *update {
					if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.Bytes(), want) {
					t.Error("differs from the golden file; look at it, then run with -update")
				}
			})
		}
	}
}
