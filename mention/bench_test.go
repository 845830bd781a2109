package mention

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// BenchmarkFind searches English words with names planted in them. The figures
// beside other libraries come from bench/mention.
func BenchmarkFind(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var vocabulary []string
	for range 200_000 {
		var w strings.Builder
		for range 2 + r.IntN(3) {
			w.WriteByte("bcdfghjklmnpqrstvwxz"[r.IntN(20)])
			w.WriteByte("aeiouy"[r.IntN(6)])
		}
		vocabulary = append(vocabulary, w.String())
	}
	var entries []Entry
	for i := range 1_000_000 {
		name := vocabulary[r.IntN(200_000)] + " " + vocabulary[r.IntN(200_000)]
		if i%2 == 0 {
			name += " " + vocabulary[r.IntN(200_000)]
		}
		entries = append(entries, Entry{Text: name, Entity: "e"})
	}
	everyday := strings.Fields("the of contract and for services agreement company under section with payment to a records information office plan")
	var text strings.Builder
	for text.Len() < 20<<20 {
		switch r.IntN(40) {
		case 0:
			fmt.Fprintf(&text, "%s, ", entries[r.IntN(len(entries))].Text)
		case 1, 2, 3, 4, 5, 6, 7, 8:
			text.WriteString(vocabulary[r.IntN(200_000)] + " ")
		default:
			text.WriteString(everyday[r.IntN(len(everyday))] + " ")
		}
	}
	n := built(b, entries...)
	b.SetBytes(int64(text.Len()))
	b.ResetTimer()
	for b.Loop() {
		found := 0
		n.Find(text.String(), func(Span) { found++ })
		b.ReportMetric(float64(found), "names")
	}
}
