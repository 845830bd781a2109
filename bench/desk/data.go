package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

const (
	pagesOfFile = 100
	// perGroup entities are made together: five companies, one that owns another, three
	// contract actions and the award they are of.
	perGroup       = 10
	groupsOfFile   = 50_000
	companiesGroup = 5
)

var syllables = []string{"ar", "bel", "cor", "dan", "el", "fen", "gor", "hal", "is", "jor", "kel", "lum", "mar", "nor", "os", "pel", "quin", "ros", "sel", "tor", "ul", "ven", "wes", "yar", "zel"}

// word is the nth word of a language that nobody speaks.
func word(n int) string {
	out := syllables[n%len(syllables)]
	for n /= len(syllables); n > 0; n /= len(syllables) {
		out += syllables[n%len(syllables)]
	}
	return out
}

// company is the name of the nth company: two words that many have, and one of its own.
func company(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	return fmt.Sprintf("%s %s %s Ltd", word(625+n), word(r.IntN(300)), []string{"Hosting", "Bleaching", "Holdings", "Works"}[r.IntN(4)])
}

func companyID(n int) string { return fmt.Sprintf("co-%d", n) }

// agencies pay for everything.
const agencies = 20

// makeFiles writes all entities and documents, the same on every machine.
func (j *job) makeFiles(dir string) error {
	for _, d := range []string{"entities", "papers"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return err
		}
	}
	groups := j.entities / perGroup
	for from := 0; from < groups; from += groupsOfFile {
		err := write(filepath.Join(dir, "entities", fmt.Sprintf("%05d.ftm.json", from/groupsOfFile)), func(w *bufio.Writer) {
			if from == 0 {
				for a := range agencies {
					fmt.Fprintf(w, `{"id":"ag-%d","schema":"Agency","properties":{"name":["Office of %s %s"]}}`+"\n", a, word(a), word(a+30))
				}
			}
			for g := from; g < min(groups, from+groupsOfFile); g++ {
				group(w, g, groups)
			}
		})
		if err != nil {
			return err
		}
	}
	for n := 0; n < j.passages; n += pagesOfFile {
		r := rand.New(rand.NewPCG(uint64(n), 2))
		sub := filepath.Join(dir, "papers", fmt.Sprintf("%03d", n/pagesOfFile/1000))
		err := errors.Join(os.MkdirAll(sub, 0o700), write(filepath.Join(sub, fmt.Sprintf("paper-%d.txt", n/pagesOfFile)), func(w *bufio.Writer) {
			for p := range min(pagesOfFile, j.passages-n) {
				if p > 0 {
					_ = w.WriteByte('\f')
				}
				page(w, r, groups)
			}
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

func write(name string, fill func(*bufio.Writer)) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	fill(w) // its errors stay with w
	return errors.Join(w.Flush(), f.Close())
}

func group(w *bufio.Writer, g, groups int) {
	r := rand.New(rand.NewPCG(uint64(g), 3))
	for c := range companiesGroup {
		n := g*companiesGroup + c
		fmt.Fprintf(w, `{"id":%q,"schema":"Company","properties":{"name":[%q],"registrationNumber":["NM%08d"],"country":["gb"],"incorporationDate":["20%02d"]}}`+"\n", companyID(n), company(n), n, r.IntN(25))
	}
	any := func() string { return companyID(r.IntN(groups * companiesGroup)) }
	fmt.Fprintf(w, `{"id":"own-%d","schema":"Ownership","properties":{"owner":[%q],"asset":[%q],"startDate":["2020-01-01"]}}`+"\n", g, any(), companyID(g*companiesGroup))
	supplier, agency := companyID(g*companiesGroup+r.IntN(companiesGroup)), r.IntN(agencies)
	fmt.Fprintf(w, `{"id":"aw-%d","schema":"Award","properties":{"piid":["NMA%09d"],"authority":["ag-%d"],"supplier":[%q]}}`+"\n", g, g, agency, supplier)
	for a := range 3 {
		fmt.Fprintf(w, `{"id":"ob-%d-%d","schema":"Obligation","properties":{"authority":["ag-%d"],"supplier":[%q],"contract":["aw-%d"],"amount":["%d.%02d"],"currency":["USD"],"date":["202%d-0%d-1%d"],"description":["%s through %s"]}}`+"\n",
			g, a, agency, supplier, g, r.IntN(1_000_000)-50_000, r.IntN(100), r.IntN(5), 1+r.IntN(9), r.IntN(10), word(r.IntN(300)), company(r.IntN(groups*companiesGroup)))
	}
}

// page is a page of some words, of which few are often, that names a company and a sum.
func page(w *bufio.Writer, r *rand.Rand, groups int) {
	words := rand.NewZipf(r, 1.2, 8, 60_000)
	n := 80 + r.IntN(120)
	at := r.IntN(n)
	for i := range n {
		switch {
		case i == at:
			fmt.Fprintf(w, "%s asked for $%d.00 on %d March 20%02d", company(r.IntN(groups*companiesGroup)), r.IntN(1_000_000), 1+r.IntN(28), r.IntN(25))
		default:
			_, _ = w.WriteString(word(int(words.Uint64())))
		}
		_ = w.WriteByte([]byte(" \n")[min(1, max(0, i%12-10))])
	}
}
