// Command namegen makes the tables of package name that are taken from others:
// readings and variants of Chinese characters from the Unihan database, legal
// forms from the list of GLEIF. Sources and licences: resolve/name/tables/README.md.
//
//	go run ./internal/namegen -readings Unihan_Readings.txt -variants Unihan_Variants.txt -forms elf-codes.csv
package main

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

func main() {
	readings := flag.String("readings", "", "Unihan_Readings.txt")
	variants := flag.String("variants", "", "Unihan_Variants.txt")
	forms := flag.String("forms", "", "list of entity legal forms, CSV")
	out := flag.String("out", filepath.Join("resolve", "name", "tables"), "folder for the tables")
	flag.Parse()
	for _, job := range []struct {
		from, to string
		make     func(io.Reader) ([]byte, error)
	}{
		{*readings, "zz_pinyin.txt", pinyin},
		{*variants, "zz_simplified.txt", simplified},
		{*forms, "zz_forms.txt", legalForms},
	} {
		if job.from == "" {
			continue
		}
		if err := run(job.from, filepath.Join(*out, job.to), job.make); err != nil {
			fmt.Fprintln(os.Stderr, "namegen:", err)
			os.Exit(1)
		}
	}
}

func run(from, to string, make func(io.Reader) ([]byte, error)) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := make(f)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, data, 0o644)
}

// unihan yields code point and value of one field of a Unihan file.
func unihan(r io.Reader, field string, yield func(rune, string) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		cols := strings.Split(lines.Text(), "\t")
		if len(cols) != 3 || cols[1] != field {
			continue
		}
		r, err := codePoint(cols[0])
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := yield(r, cols[2]); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	return lines.Err()
}

func codePoint(s string) (rune, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(s, "U+"), 16, 21)
	return rune(n), err
}

// common says whether a character lies in the block that names are written with.
func common(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }

// pinyin has one line a syllable without tone: the syllable, a tab, its
// characters.
func pinyin(r io.Reader) ([]byte, error) {
	bySyllable := map[string][]rune{}
	err := unihan(r, "kMandarin", func(r rune, v string) error {
		if common(r) {
			s := toneless(strings.Fields(v)[0])
			bySyllable[s] = append(bySyllable[s], r)
		}
		return nil
	})
	var out strings.Builder
	for _, s := range slices.Sorted(maps.Keys(bySyllable)) {
		slices.Sort(bySyllable[s])
		fmt.Fprintf(&out, "%s\t%s\n", s, string(bySyllable[s]))
	}
	return []byte(out.String()), err
}

// toneless drops the marks of tones; ü becomes u.
func toneless(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// simplified has one line a character: traditional, then simplified.
func simplified(r io.Reader) ([]byte, error) {
	var out strings.Builder
	err := unihan(r, "kSimplifiedVariant", func(r rune, v string) error {
		to := strings.Fields(v)
		s, err := codePoint(to[0])
		if err == nil && len(to) == 1 && s != r && common(r) && common(s) {
			fmt.Fprintf(&out, "%c%c\n", r, s)
		}
		return err
	})
	return []byte(out.String()), err
}

// legalForms has one line a form and country: country, a tab, the spellings
// separated by tabs, the full name first.
func legalForms(r io.Reader) ([]byte, error) {
	table := csv.NewReader(r)
	table.FieldsPerRecord = -1
	rows, err := table.ReadAll()
	if err != nil {
		return nil, err
	}
	const country, local, latin, short, shortLatin = 2, 5, 8, 9, 10
	lines := map[string]bool{}
	for n, row := range rows {
		if n == 0 {
			continue
		}
		if len(row) <= shortLatin {
			return nil, fmt.Errorf("row %d: %d columns, want more than %d", n+1, len(row), shortLatin)
		}
		var names []string
		for _, cell := range []string{row[local], row[latin], row[short], row[shortLatin]} {
			for _, s := range strings.Split(cell, ";") {
				s = strings.Join(strings.Fields(s), " ")
				if s != "" && !slices.Contains(names, s) && !unnamed(s) {
					names = append(names, s)
				}
			}
		}
		if len(names) > 0 && row[country] != "" {
			lines[strings.ToLower(row[country])+"\t"+strings.Join(names, "\t")] = true
		}
	}
	sorted := slices.SortedFunc(maps.Keys(lines), cmp.Compare[string])
	return []byte(strings.Join(sorted, "\n") + "\n"), nil
}

// unnamed tells forms that no name ends in: branches, descriptions.
func unnamed(s string) bool { return len(s) > 120 || strings.ContainsAny(s, "()/") }
