package mention

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"overt/statement"
)

// identKeys are the schemes under which identifiers of a kind are looked up.
var identKeys = map[Kind][]string{
	LEI: {"lei"}, UEI: {"uei"}, CAGE: {"cage"}, DUNS: {"duns"}, IMO: {"imo"}, VAT: {"vatCode"},
	Contract: {"piid"}, Register: {"documentNumber"}, Records: {"systemId"},
}

// keys are the lookup keys of entities that have what was found for an
// identifier.
func (f *Found) keys() []string {
	var out []string
	for _, scheme := range identKeys[f.Kind] {
		out = append(out, statement.IdentKey(scheme, f.Value))
	}
	return out
}

// isProposed says whether nobody knows the name.
func (f *Found) isProposed() bool { return f.Kind == Organization || f.Kind == Person }

const (
	knownTerm    = "k" // naming
	identTerm    = "i" // lookup key
	proposedTerm = "u" // kind, colon, group key
)

// terms are what a page is found by.
func (f *Found) terms() []string {
	var out []string
	switch {
	case f.Kind == Known:
		for _, n := range f.Names {
			out = append(out, knownTerm+n)
		}
	case f.isProposed():
		if g := GroupKey(f.Text); g != "" {
			out = append(out, proposedTerm+string(f.Kind)+":"+g)
		}
	default:
		for _, k := range f.keys() {
			out = append(out, identTerm+k)
		}
	}
	return out
}

// maxText bounds a mention in bytes: what is longer is no name, and would be a
// key of a store.
const maxText = 2048

// Scan gives all that a page's text shows, ready to be kept: by shape and as
// proposals where whole is set, and what each file knows.
func Scan(text string, whole bool, files []*Names) []Found {
	var out []Found
	add := func(s Span) {
		if len(s.Text) > maxText {
			return
		}
		f := Found{Kind: s.Kind, Start: s.Start, End: s.End, Text: s.Text, Value: s.Value, Currency: s.Currency, Doubt: s.Doubt}
		for _, c := range s.Candidates {
			f.Names = append(f.Names, string(c.Entity))
		}
		out = append(out, f)
	}
	if whole {
		Patterns(text, Options{}, add)
		Propose(text, add)
	}
	for _, n := range files {
		n.Find(text, add)
	}
	return merged(out)
}

// merged sorts what was found, and makes one of what is found twice.
func merged(list []Found) []Found {
	slices.SortFunc(list, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Value, b.Value))
	})
	out := list[:0]
	for _, f := range list {
		if n := len(out); n > 0 && out[n-1].Start == f.Start && out[n-1].End == f.End && out[n-1].Kind == f.Kind && out[n-1].Value == f.Value {
			out[n-1].Names = append(out[n-1].Names, f.Names...)
			continue
		}
		out = append(out, f)
	}
	for i := range out {
		slices.Sort(out[i].Names)
		out[i].Names = slices.Compact(out[i].Names)
	}
	return out
}

// kinds are numbered by their place in a record; new ones are added behind.
var kinds = []Kind{
	Known, Organization, Person, Email, URL, Phone, IBAN, LEI, UEI, CAGE, DUNS, Contract, Register, Records, VAT, IMO, Amount, Date,
}

// encodePage writes what was found on a page.
func encodePage(list []Found) []byte {
	b := binary.AppendUvarint(nil, uint64(len(list)))
	last := 0
	for i := range list {
		f := &list[i]
		b = append(b, byte(slices.Index(kinds, f.Kind)))
		b = binary.AppendUvarint(b, uint64(f.Start-last))
		b = binary.AppendUvarint(b, uint64(f.End-f.Start))
		last = f.Start
		for _, s := range []string{f.Text, f.Value, f.Currency, f.Doubt} {
			b = appendString(b, s)
		}
		b = binary.AppendUvarint(b, uint64(len(f.Names)))
		for _, n := range f.Names {
			b = appendString(b, n)
		}
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A decoder reads a record; bad holds once something in it could not be.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) number(limit int) int {
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > uint64(limit) {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return int(v)
}

func (d *decoder) text() string {
	n := d.number(len(d.b))
	if n > len(d.b) {
		d.bad, d.b = true, nil
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

// decodePage reads what encodePage wrote. Errors: internal.
func decodePage(raw []byte) ([]Found, error) {
	d := &decoder{b: raw}
	const far = 1 << 31
	n := d.number(len(raw))
	out := make([]Found, 0, n)
	last := 0
	for range n {
		if len(d.b) == 0 || int(d.b[0]) >= len(kinds) {
			return nil, damaged("a page")
		}
		f := Found{Kind: kinds[d.b[0]]}
		d.b = d.b[1:]
		f.Start = last + d.number(far)
		f.End = f.Start + d.number(far)
		last = f.Start
		for _, s := range []*string{&f.Text, &f.Value, &f.Currency, &f.Doubt} {
			*s = d.text()
		}
		for k := d.number(len(d.b)); k > 0 && !d.bad; k-- {
			f.Names = append(f.Names, d.text())
		}
		out = append(out, f)
	}
	if d.bad || len(d.b) > 0 {
		return nil, damaged("a page")
	}
	return out, nil
}
