package main

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/blevesearch/vellum"
	ahocorasick "github.com/petar-dambovaliev/aho-corasick"

	"overt/mention"
)

func overtNames(dir string, names []string) (func(string) int, error) {
	path := filepath.Join(dir, "names")
	_, err := mention.Build(path, func(yield func(mention.Entry) bool) {
		for _, name := range names {
			if !yield(mention.Entry{Text: name, Entity: "e"}) {
				return
			}
		}
	}, mention.Config{})
	if err != nil {
		return nil, err
	}
	n, err := mention.Open(path)
	if err != nil {
		return nil, err
	}
	return func(text string) (found int) {
		n.Find(text, func(mention.Span) { found++ })
		return found
	}, nil
}

// ahoCorasick is asked for all overlapping matches; those inside words are
// left out, as package mention does.
func ahoCorasick(_ string, names []string) (func(string) int, error) {
	builder := ahocorasick.NewAhoCorasickBuilder(ahocorasick.Opts{DFA: false, MatchKind: ahocorasick.StandardMatch})
	automaton := builder.Build(names)
	return func(text string) (found int) {
		it := automaton.IterOverlapping(text)
		for m := it.Next(); m != nil; m = it.Next() {
			if edge(text, m.Start()-1) && edge(text, m.End()) {
				found++
			}
		}
		return found
	}, nil
}

func edge(text string, i int) bool { return i < 0 || i >= len(text) || text[i] == ' ' }

// fst walks the transducer from the beginning of each word.
func fst(_ string, names []string) (func(string) int, error) {
	var file bytes.Buffer
	b, err := vellum.New(&file, nil)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := b.Insert([]byte(name), 0); err != nil {
			return nil, err
		}
	}
	if err := b.Close(); err != nil {
		return nil, err
	}
	set, err := vellum.Load(file.Bytes())
	if err != nil {
		return nil, err
	}
	return func(text string) (found int) {
		for start := 0; start < len(text); {
			state := set.Start()
			for i := start; i < len(text) && set.CanMatch(state); i++ {
				if state = set.Accept(state, text[i]); set.IsMatch(state) && edge(text, i+1) {
					found++
				}
			}
			next := strings.IndexByte(text[start:], ' ')
			if next < 0 {
				break
			}
			start += next + 1
		}
		return found
	}, nil
}
