// Package mention finds in text what it names: known entities by their names
// (Names), identifiers, amounts and dates by their shape (Patterns), and names
// that nobody knows yet by how names are written (Propose).
//
// It stands between the text of documents and the graph. What is found is kept
// in a Layer, which the pipeline fills, and told through a View, which shows of
// it what a reader may see.
//
// The invariant: everything found is a suggestion with a place. A Span says
// which characters of the text it rests on, and its Text is what stands there.
// A name in text is a mention and never a payment, a contract or an identity;
// several entities of one name are all given, and none is chosen.
package mention

import "overt/ftm"

// A Kind says what a span is.
type Kind string

// The kinds of spans.
const (
	Known        Kind = "known"        // a name of the names file
	Organization Kind = "organization" // proposed
	Person       Kind = "person"       // proposed; a name and nothing more

	Email    Kind = "email"
	URL      Kind = "url"
	Phone    Kind = "phone"
	IBAN     Kind = "iban"
	LEI      Kind = "lei"
	UEI      Kind = "uei"
	CAGE     Kind = "cage"
	DUNS     Kind = "duns"
	Contract Kind = "contract" // number of a procurement instrument
	Register Kind = "register" // document of the Federal Register, "2022-02323"
	Records  Kind = "records"  // system of records, "DHS/ICE-018"
	VAT      Kind = "vat"
	IMO      Kind = "imo"
	Amount   Kind = "amount"
	Date     Kind = "date"
)

// A Span is something found in a text.
type Span struct {
	Kind Kind
	// Start and End are places in the text, in characters (Unicode code
	// points), from 0; End is behind the last one.
	Start, End int
	// Text is what stands there.
	Text string
	// Value is the cleaned value: of identifiers by the rules of their scheme,
	// of dates an ISO 8601 prefix, of amounts an exact decimal; "" of a name.
	Value string
	// Currency of an amount, as ISO 4217.
	Currency string
	// Doubt says what is not sure about the reading, "" if nothing is.
	Doubt string
	// Inside holds for a known name that lies within a longer known name.
	Inside bool
	// Candidates are all known entities of that name, sorted, no duplicates.
	Candidates []Candidate
}

// A Candidate is an entity that a span may mean.
type Candidate struct {
	Entity ftm.EntityID
	Kind   NameKind
}

// A NameKind says what an entity has a name as.
type NameKind uint8

// The kinds of names.
const (
	Name NameKind = iota
	Alias
	Acronym    // found in the case it is written in alone
	Identifier // a code or number
	nameKinds
)

func (k NameKind) String() string {
	if k >= nameKinds {
		return "unknown"
	}
	return [...]string{"name", "alias", "acronym", "identifier"}[k]
}

// An Entry is one name of one entity, as it goes into a names file.
type Entry struct {
	Text   string
	Entity ftm.EntityID
	Kind   NameKind
}
