package mapping

import (
	"encoding/csv"
	"strings"
	"sync"

	"overt/internal/reference"
)

// Lookup tables that every mapping has, from the reference list.
const (
	// agencyLookup: names and acronyms of US federal agencies to their codes in
	// procurement data.
	agencyLookup = "us-agency-codes"
	// operatorLookup and operatorNames: the domain of a name server, or
	// "awsdns", to the id and the name of who operates it.
	operatorLookup = "name-server-operators"
	operatorNames  = "name-server-operator-names"
)

// builtin gives a lookup table by its name, nil when there is none.
func builtin(name string) map[string]string {
	switch name {
	case agencyLookup:
		return agencyCodes()
	case operatorLookup:
		return operators("operator")
	case operatorNames:
		return operators("name")
	}
	return nil
}

// referenceTable reads an embedded table as rows by column.
func referenceTable(name string) []map[string]string {
	f, err := reference.Files().Open(name)
	if err != nil {
		panic("mapping: " + err.Error()) // it is embedded
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic("mapping: " + err.Error())
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, column := range rows[0] {
			r[column] = row[i]
		}
		out = append(out, r)
	}
	return out
}

func operators(column string) map[string]string {
	out := map[string]string{}
	for _, row := range referenceTable(reference.NameServers) {
		out[row["pattern"]] = row[column]
	}
	return out
}

// agencyCodes makes the table of agencies. A name that two agencies share is in
// it for neither; an acronym counts less than a name.
var agencyCodes = sync.OnceValue(func() map[string]string {
	full, short := map[string]string{}, map[string]string{}
	for _, row := range referenceTable(reference.Agencies) {
		code, _, _ := strings.Cut(row["agency_code"], ";")
		for _, name := range append(strings.Split(row["short_names"], ";"), row["name"]) {
			for _, form := range agencyForms(name) {
				once(full, form, code)
			}
		}
		once(short, foldValue(row["abbreviation"]), code)
	}
	out := map[string]string{}
	for _, names := range []map[string]string{full, short} {
		for name, code := range names {
			if _, taken := out[name]; !taken && code != "" {
				out[name] = code
			}
		}
	}
	return out
})

// once notes a code, and that a second one makes the name say nothing.
func once(m map[string]string, name, code string) {
	if have, ok := m[name]; name == "" || ok && have == code {
		return
	} else if ok {
		code = ""
	}
	m[name] = code
}

// agencyForms are the ways a name is written: with and without the country and
// the article.
func agencyForms(name string) []string {
	name = foldValue(name)
	for _, country := range []string{"u.s. ", "us ", "united states "} {
		name = strings.TrimPrefix(name, country)
	}
	if name == "" {
		return nil
	}
	return []string{name, "u.s. " + name, "us " + name, "united states " + name, "the " + name, "the u.s. " + name, "the united states " + name}
}
