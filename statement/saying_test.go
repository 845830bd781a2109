package statement_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"overt"
	"overt/statement"
)

func TestSaying(t *testing.T) {
	full := statement.Statement{
		Schema: "Person", Prop: "name", Value: "v", Original: "o", Quote: "q", Lang: "eng", Origin: "mapping",
		External: true, Canonical: "c", SourceID: "s", FirstSeen: "2020", LastSeen: "2021",
	}
	if got := full.Saying().Statement(); !reflect.DeepEqual(got, full) {
		t.Errorf("got %+v", got)
	}
	// Each field tells two sayings apart, unless it is of the entity or a place.
	apart := map[string]bool{"Entity": true, "Places": true, "Count": true, "Class": true}
	for i, f := range reflect.VisibleFields(reflect.TypeFor[statement.Statement]()) {
		other := full
		reflect.ValueOf(&other).Elem().Field(i).SetZero()
		if got := other.Saying() != full.Saying(); got == apart[f.Name] {
			t.Errorf("%s: tells apart: %v", f.Name, got)
		}
	}
}

func TestFirstPlaces(t *testing.T) {
	at := func(source int, l overt.Locator) statement.Place { return statement.Place{Source: source, Locator: l} }
	sorted := []statement.Place{
		at(0, overt.Locator{}),
		at(0, overt.Locator{Page: 1, Start: 2, End: 3}),
		at(0, overt.Locator{Page: 1, Start: 2, End: 4}),
		at(0, overt.Locator{Page: 2, Start: 1, End: 2}),
		at(0, overt.Locator{Row: 1, Column: "b"}),
		at(0, overt.Locator{Row: 1, Pointer: "/a", Column: "a"}),
		at(0, overt.Locator{Row: 2}),
		at(0, overt.Locator{Table: "t", Row: 1}),
		at(1, overt.Locator{}),
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		places := slices.Concat(sorted, sorted)
		r.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		if got := statement.FirstPlaces(places); !slices.Equal(got, sorted[:statement.MaxPlaces]) {
			t.Fatalf("got %+v", got)
		}
	}
}
