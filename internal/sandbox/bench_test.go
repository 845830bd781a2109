package sandbox

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"
	"time"
)

//	go test ./internal/sandbox -run '^$' -bench . -count 6
//
// with CGO_ENABLED=0.

// BenchmarkStart starts a worker, has it attest, and ends it; the median is until
// it attested. OVERT_BENCH_PROGRAM names the command to start.
func BenchmarkStart(b *testing.B) {
	confinable(b)
	c := Config{Kind: kindNothing}.withDefaults()
	program := os.Getenv("OVERT_BENCH_PROGRAM") // this test's when empty
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		p, err := spawn(program, c.Kind, job{Memory: c.Memory, CPU: c.processorTime(), Frame: c.Frame})
		if err != nil {
			b.Fatal(err)
		}
		if err := p.attested(b.Context(), false); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		p.end()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkCall is a call of a worker that is there: two messages.
func BenchmarkCall(b *testing.B) {
	confinable(b)
	p := NewPool(Config{Kind: "echo", Calls: 1 << 30})
	defer p.Close()
	for b.Loop() {
		if _, err := p.Do(b.Context(), "", Input{}, ask("hello", nil)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInput reads 64 MiB on and on, in pieces of 4 KiB, through the parent.
func BenchmarkInput(b *testing.B) {
	confinable(b)
	const size = 64 << 20
	p := NewPool(Config{Kind: "count"})
	defer p.Close()
	b.SetBytes(size)
	m := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint64(nil, size), 4<<10)
	for b.Loop() {
		if _, err := p.Do(b.Context(), "", Input{zeros{}, size}, ask(string(m), nil)); err != nil {
			b.Fatal(err)
		}
	}
}

// zeros is an input that costs nothing.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) { return len(p), nil }
