package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/search"
)

const (
	vocabularySize = 300_000
	nameCount      = 100_000
)

// A corpus makes passages. The frequency of a word falls with its rank, as
// Zipf's law has it (exponent 1.05).
type corpus struct {
	words []string
	below []float64 // share of all words up to each rank
	names []string
}

var syllables = strings.Fields("ba be bi bo bu ca ce co da de di do du fa fe fi ga ge go ha he hi ka ke ki la le li lo lu ma me mi mo mu na ne ni no nu pa pe pi po ra re ri ro ru sa se si so su ta te ti to tu va ve vi wa we za zo al an ar el en er in ir on or ul un ur st tr kr pl")

func newCorpus() *corpus {
	c := &corpus{}
	r := rand.New(rand.NewPCG(1, 1))
	seen := map[string]bool{}
	for len(c.words) < vocabularySize {
		n := 1 + int(math.Log10(float64(len(c.words)+3)))/2 + r.IntN(3)
		var b strings.Builder
		for range n {
			b.WriteString(syllables[r.IntN(len(syllables))])
		}
		if w := b.String(); !seen[w] {
			seen[w] = true
			c.words = append(c.words, w)
		}
	}
	sum := 0.0
	for i := range c.words {
		sum += math.Pow(float64(i+1), -1.05)
		c.below = append(c.below, sum)
	}
	for range nameCount {
		a, b := c.words[1000+r.IntN(50_000)], c.words[1000+r.IntN(50_000)]
		c.names = append(c.names, capital(a)+" "+capital(b))
	}
	return c
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// word draws a word by its frequency.
func (c *corpus) word(r *rand.Rand) string {
	want := r.Float64() * c.below[len(c.below)-1]
	low, high := 0, len(c.below)-1
	for low < high {
		if mid := (low + high) / 2; c.below[mid] < want {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return c.words[low]
}

// ranked draws a word so that each order of magnitude of ranks is as likely.
func (c *corpus) ranked(r *rand.Rand) string {
	return c.words[int(math.Pow(vocabularySize, r.Float64()))-1]
}

var families = []string{"pdf", "email", "text", "table", "slides"}
var languages = []string{"eng", "deu", "rus", "fra", "spa", "por"}

// passage makes passage number i: one in a hundred is of the small data set,
// half of all of it or of the next one.
func (c *corpus) passage(i int) search.Item {
	r := rand.New(rand.NewPCG(uint64(i), 2))
	it := search.Item{
		ID: fmt.Sprintf("doc-%d:%d", i/8, i%8), Kind: search.Passage, Document: ftm.EntityID("doc-" + strconv.Itoa(i/8)),
		Version: "1", Page: 1 + i%8, Schema: "Document", Type: families[i/8%len(families)], Language: languages[i/64%len(languages)],
		Dates: []string{strconv.Itoa(1995 + r.IntN(30))}, Run: 1, Label: labels[2],
	}
	if n := i % 100; n == 0 {
		it.Label = labels[0]
	} else if n < 50 {
		it.Label = labels[1]
	}
	size := 500 + r.IntN(1000)
	var b strings.Builder
	for b.Len() < size {
		switch n := r.IntN(60); n {
		case 0, 1:
			name := r.IntN(1 + r.IntN(nameCount)) // some are in the news
			it.Entities = append(it.Entities, ftm.EntityID("person-"+strconv.Itoa(name)))
			b.WriteString(c.names[name])
		case 2:
			fmt.Fprintf(&b, "%d,%03d.%02d", 1+r.IntN(999), r.IntN(1000), r.IntN(100))
		case 3:
			b.WriteString(capital(c.word(r)) + ".")
		default:
			b.WriteString(c.word(r))
		}
		b.WriteByte(' ')
	}
	it.Text = b.String()
	return it
}
