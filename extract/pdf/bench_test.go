//go:build unix

package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// BenchmarkPages reads the longer shared documents, and lets pdftotext read them
// beside: pages for each second of processor time.
//
//	OVERT_SHARED=… go test ./extract/pdf -run '^$' -bench Pages -benchtime 3x
func BenchmarkPages(b *testing.B) {
	var files []string
	for _, folder := range []string{"pdfplumber", "icdar2013-tables", "ice-award-pdfs"} {
		more, err := filepath.Glob(filepath.Join(documenttest.Corpus(b, 2, folder), "*.pdf"))
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, more...)
	}
	e := engine(b)
	for _, mode := range []struct {
		name   string
		images Images
	}{{"text", NoImages}, {"text and pictures of 100 dpi", AllImages}} {
		b.Run(mode.name, func(b *testing.B) {
			e.Images, e.DPI = mode.images, 100
			perSecond(b, unix.RUSAGE_SELF, files, func(f string) int {
				data, err := os.ReadFile(f)
				if err != nil {
					b.Fatal(err)
				}
				return len(documenttest.Read(b.Context(), e, data, document.Input{}).Pages)
			})
		})
	}
	for _, args := range [][]string{nil, {"-bbox"}} {
		b.Run("pdftotext"+join(args), func(b *testing.B) {
			peer, err := exec.LookPath("pdftotext")
			if err != nil {
				b.Skip("pdftotext is not installed")
			}
			perSecond(b, unix.RUSAGE_CHILDREN, files, func(f string) int {
				out, err := exec.CommandContext(b.Context(), peer, append(args, f, "-")...).Output()
				if err != nil {
					return 0
				}
				return max(bytes.Count(out, []byte("\f")), bytes.Count(out, []byte("<page ")))
			})
		})
	}
}

func join(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// perSecond reports pages for each second of processor time.
func perSecond(b *testing.B, who int, files []string, pages func(string) int) {
	b.Helper()
	used := func() time.Duration {
		var r unix.Rusage
		if err := unix.Getrusage(who, &r); err != nil {
			b.Fatal(err)
		}
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	begin, n := used(), 0
	for b.Loop() {
		for _, f := range files {
			n += pages(f)
		}
	}
	b.ReportMetric(float64(n)/(used()-begin).Seconds(), "pages/cpu-s")
}
