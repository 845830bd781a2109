package value

import (
	"strings"
	"unicode"

	"overt/ftm"
)

// Levels of identifiers.
const (
	IdentifierEqual Level = iota + 1 // equal, and well formed in its scheme
	IdentifierWeak                   // equal, but the scheme is open or the check digit fails
	IdentifierSlip                   // one slip in a long number
	IdentifierDiffer
)

// An Identifier is a number of something in a scheme.
type Identifier struct {
	Scheme  string // the scheme of the model ("lei"), else the property ("registrationNumber")
	Value   string // upper case, without signs
	Valid   bool   // its check digits and shape hold; never for an open scheme
	Strong  bool   // equal valid values mean one entity
	Generic bool   // a filler: nobody's number
}

// ParseIdentifier reads the value of a property that holds identifiers.
func ParseIdentifier(p *ftm.Property, text string) *Identifier {
	id := &Identifier{Scheme: p.Name}
	name, strong := p.Scheme()
	if strong {
		id.Scheme, id.Strong = name, true
	}
	id.Value = bare(text)
	if clean, err := p.Clean(text, ftm.CleanOptions{}); err == nil && strong {
		id.Value, id.Valid = bare(clean), true
	}
	id.Generic = filler(id.Value) || ftm.IsGeneric(id.Scheme, id.Value)
	return id
}

// bare is a number without the signs people put between its characters.
func bare(s string) string {
	var b strings.Builder
	for _, r := range s {
		if b.Len() >= 64 {
			break
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}

// filler tells what stands in for a number: one character over and over, a
// count, words for "none".
func filler(s string) bool {
	switch s {
	case "", "NA", "NONE", "NULL", "UNKNOWN", "TEST", "NOTAVAILABLE", "NOTAPPLICABLE", "TBD", "PENDING":
		return true
	}
	return len(s) < 3 || strings.Trim(s, s[:1]) == "" || len(s) > 3 && strings.HasPrefix("12345678901234567890", s)
}

// Empty says whether there is nothing to compare.
func (id *Identifier) Empty() bool { return id.Generic || id.Value == "" }

// Norm is the identifier by which its frequency is counted.
func (id *Identifier) Norm() string { return id.Scheme + ":" + id.Value }

// Keys gives scheme and value.
func (id *Identifier) Keys(emit func(Family, string)) {
	if id.Empty() {
		return
	}
	emit(KeyWhole, id.Norm())
	if trimmed := strings.TrimLeft(id.Value, "0"); !id.Valid && len(trimmed) >= 6 {
		emit(KeyNear, trimmed) // whatever the property: sources disagree about what a number is
	}
}

// Compare says how like two identifiers are; Missing where their schemes have
// nothing to do with each other.
func (id *Identifier) Compare(o *Identifier) Result {
	if id.Empty() || o.Empty() {
		return Result{}
	}
	a, b := strings.TrimLeft(id.Value, "0"), strings.TrimLeft(o.Value, "0")
	same := id.Scheme == o.Scheme
	switch {
	case same && id.Value == o.Value && id.Valid && o.Valid:
		return Result{Level: IdentifierEqual, Norm: id.Norm(), Why: id.Scheme + " " + id.Value}
	case a == b && (same || len(a) >= 6 && !id.Strong && !o.Strong):
		return Result{Level: IdentifierWeak, Norm: id.Norm(), Why: "the number " + a}
	case !same:
		return Result{}
	case len(a) >= 7 && len(b) >= 7 && oneSlip(a, b) && !(id.Valid && o.Valid):
		return Result{Level: IdentifierSlip, Why: "one slip between " + a + " and " + b}
	}
	return Result{Level: IdentifierDiffer, Why: "other numbers: " + id.Value + " and " + o.Value}
}

// oneSlip says whether one edit makes one text the other: a letter more, less,
// another, or two neighbours exchanged.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	switch len(b) - len(a) {
	case 0:
		return oneDigit(a, b)
	case 1:
		i := 0
		for i < len(a) && a[i] == b[i] {
			i++
		}
		return a[i:] == b[i+1:]
	}
	return false
}
