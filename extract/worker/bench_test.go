package worker

import (
	"strconv"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/internal/sandbox"
)

// BenchmarkPages sends pages of 3,055 characters with 509 boxes each through
// pipe, codec and checks.
//
//	CGO_ENABLED=0 go test ./extract/worker -run '^$' -bench . -count 6
func BenchmarkPages(b *testing.B) {
	p := pool(b, sandbox.Config{})
	const n = 1000
	for b.Loop() {
		_, err := p.Read(b.Context(), "a", document.Input{
			Type: "test/pages", Name: strconv.Itoa(n), ReaderAt: strings.NewReader(""),
		}, nowhere{})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}

// BenchmarkMembers unpacks members through the pipe.
func BenchmarkMembers(b *testing.B) {
	p := pool(b, sandbox.Config{})
	const size = 256 << 20
	b.SetBytes(size)
	for b.Loop() {
		_, err := p.Read(b.Context(), "a", document.Input{
			Type: "test/members", ReaderAt: strings.NewReader(""), Limits: document.Limits{Unpacked: size, RatioFrom: 2 * size},
		}, nowhere{})
		if err == nil {
			b.Fatal("no end")
		}
	}
}
