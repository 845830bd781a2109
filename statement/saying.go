package statement

import (
	"cmp"
	"slices"
	"strings"

	"overt/ftm"
)

// A Saying is what makes two statements about an entity equal: everything but
// where and how often they were seen. It can be a key of a map.
type Saying struct {
	schema, prop, value, original, quote, lang, origin string
	external                                           bool
	canonical                                          ftm.EntityID
	sourceID, first, last                              string
}

// Saying gives what s says.
func (s *Statement) Saying() Saying {
	return Saying{
		s.Schema, s.Prop, s.Value, s.Original, s.Quote, s.Lang, s.Origin,
		s.External, s.Canonical, s.SourceID, s.FirstSeen, s.LastSeen,
	}
}

// Statement gives a statement that says k, of no entity and without a place.
func (k Saying) Statement() Statement {
	return Statement{
		Schema: k.schema, Prop: k.prop, Value: k.value, Original: k.original, Quote: k.quote, Lang: k.lang, Origin: k.origin,
		External: k.external, Canonical: k.canonical, SourceID: k.sourceID, FirstSeen: k.first, LastSeen: k.last,
	}
}

// ComparePlaces orders places as they follow one another in the sources of a
// run. It is 0 for equal places alone.
func ComparePlaces(a, b Place) int {
	if a.Source != b.Source {
		return a.Source - b.Source
	}
	x, y := &a.Locator, &b.Locator
	if d := strings.Compare(x.Table, y.Table); d != 0 {
		return d
	}
	if x.Row != y.Row {
		return cmp.Compare(x.Row, y.Row)
	}
	if d := strings.Compare(x.Pointer, y.Pointer); d != 0 {
		return d
	}
	if d := strings.Compare(x.Column, y.Column); d != 0 {
		return d
	}
	return cmp.Or(x.Page-y.Page, x.Start-y.Start, x.End-y.End)
}

// FirstPlaces sorts places and gives the first MaxPlaces of them, each once. It
// works in place.
func FirstPlaces(places []Place) []Place {
	slices.SortFunc(places, ComparePlaces)
	places = slices.Compact(places)
	return places[:min(len(places), MaxPlaces)]
}
