package main

import (
	"fmt"
	"strings"

	"overt/resolve/match"
)

// hostile are records that nobody would send who means well.
var hostile = map[string]records{"near": near, "generic": generic, "long": long, "bridge": bridge}

func record(entity int, more, schema string, values ...string) match.Record {
	r := match.Record{ID: idOf(uint32(entity), more), Source: "hostile", Schema: schema}
	for i := 0; i < len(values); i += 2 {
		r.Values = append(r.Values, match.Value{Prop: values[i], Text: values[i+1]})
	}
	return r
}

// near are 50,000 names that differ in a letter or two, each with a number of its
// own; every hundredth is there twice.
func near(yield func(match.Record) error) error {
	for i := range 50_000 {
		for c := range 1 + (i+1)%100/99 { // the 99th of a hundred twice
			r := record(i, fmt.Sprint(c), "Company", "name", fmt.Sprintf("Norddeutsche Holding %s Verwaltungs GmbH", letters(i)),
				"registrationNumber", fmt.Sprint(1_000_000+i*7919%9_000_000))
			if err := yield(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// letters spells a number, so that neighbours differ in one letter.
func letters(i int) string {
	var b strings.Builder
	for range 4 {
		b.WriteByte("bdfglmnr"[i%8])
		b.WriteByte("ao"[i/8%2])
		i /= 16
	}
	return b.String()
}

// generic are 100,000 companies with the telephone number, address and e-mail of
// who registered them all.
func generic(yield func(match.Record) error) error {
	for i := range 100_000 {
		r := record(i, "0", "Company", "name", strings.ToUpper(letters(i*7+1))+" "+letters(i*13+5)+letters(i/3)+" Ltd",
			"phone", "+44 20 7946 0001", "email", "office@example.com", "address", "71 Shelton Street, London WC2H 9JQ")
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// long are 2,000 names of ten thousand letters, as many of a thousand words, and as
// many records of nothing.
func long(yield func(match.Record) error) error {
	for i := range 2000 {
		var words []string
		for j := range 1250 {
			words = append(words, letters(i*7919+j*j*13))
		}
		for k, name := range []string{strings.Join(words, ""), strings.Join(words, " "), " "} {
			if err := yield(record(3*i+k, "0", "Person", "name", name, "email", "")); err != nil {
				return err
			}
		}
	}
	return nil
}

// bridge are 200 persons in a hundred records each, and between each and the next
// one record that has the names and days of both.
func bridge(yield func(match.Record) error) error {
	who := func(i int) (name, day string) {
		return "M" + letters(i*37) + " Q" + letters(i*4099+7), fmt.Sprintf("%d-%02d-%02d", 1930+i*13%70, 1+i*5%12, 1+i*11%28)
	}
	for i := range 200 {
		name, day := who(i)
		for c := range 100 {
			r := record(i, fmt.Sprint(c), "Person", "name", name, "birthDate", day, "address", fmt.Sprintf("%d %s Road", 1+c*7+i, letters(c*991+i)))
			if c == 0 {
				other, then := who(i + 1)
				r.Values = append(r.Values, match.Value{Prop: "name", Text: other}, match.Value{Prop: "birthDate", Text: then})
			}
			if err := yield(r); err != nil {
				return err
			}
		}
	}
	return nil
}
