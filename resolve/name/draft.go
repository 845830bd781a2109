package name

import (
	"slices"
	"strings"
)

func parseThing(text string) *Form                { return draft(text, Thing) }
func parseOrganisation(text string, h Hint) *Form { return draft(text, Organisation) }
func parsePerson(text string, h Hint) *Form       { return draft(text, Person) }

// PersonOf reads the names of a person that a source keeps apart.
func PersonOf(p Parts) *Form {
	return draft(strings.Join([]string{p.First, p.Middle, p.Father, p.Mother, p.Last}, " "), Person)
}

func draft(text string, k Kind) *Form {
	f := &Form{Text: text, Kind: k}
	var norms []string
	for _, p := range cut(text) {
		t := pieceToken(p)
		f.Tokens = append(f.Tokens, t)
		norms = append(norms, t.Norm)
	}
	f.joined = strings.Join(norms, "")
	slices.Sort(norms)
	f.full, f.key = strings.Join(norms, ""), strings.Join(norms, " ")
	return f
}

func compareForms(a, b *Form, f Frequencies) Result {
	last := Level(len(Levels(a.Kind)) - 1)
	switch {
	case a.Empty() || b.Empty():
		return Result{Kind: a.Kind}
	case a.key == b.key:
		return Result{Kind: a.Kind, Level: 1, Norm: a.key, Why: "equal"}
	}
	return Result{Kind: a.Kind, Level: last, Why: "differ"}
}

func bestOfAlternates(r Result, a, b *Form, f Frequencies) Result { return r }
