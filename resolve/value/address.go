package value

// Levels of addresses.
const (
	AddressEqual    Level = iota + 1 // the same words
	AddressPostcode                  // the same postcode and number
	AddressNumber                    // the same street and number
	AddressStreet                    // the same street, a number missing
	AddressPlace                     // the same city or postcode
	AddressWords                     // some words shared
	AddressOther                     // the same street or place with other numbers
	AddressDiffer
)

// An Address is a postal address.
type Address struct {
	Words    []string // folded, abbreviations written out, sorted, no duplicates
	Numbers  []string // of houses, floors and boxes, sorted
	Postcode string   // "" if none is seen
	norm     string
}

// ParseAddress reads an address in one text.
func ParseAddress(text string, countries []string) *Address {
	t := ParseText(text)
	return &Address{Words: t.Words, norm: t.norm}
}

// Empty says whether there is nothing to compare.
func (a *Address) Empty() bool { return len(a.Words) == 0 }

// Keys gives postcode with number, street with number, and rare words.
func (a *Address) Keys(emit func(Family, string)) {
	if !a.Empty() {
		emit(KeyWhole, a.norm)
	}
}

// Compare says how like two addresses are.
func (a *Address) Compare(b *Address, f Frequencies) Result {
	if a.Empty() || b.Empty() {
		return Result{}
	}
	if a.norm == b.norm {
		return Result{Level: AddressEqual, Norm: a.norm, Why: "the same address"}
	}
	return Result{Level: AddressDiffer, Why: "other addresses"}
}
