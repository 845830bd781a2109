package web_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	"overt/web/webtest"
)

// paged are the routes of pages, where TestEveryPage went through them; known tells of
// which an address is.
var (
	paged = map[string]bool{}
	known *roam
)

// TestMain runs the tests and, when they were all, finds routes of pages that none of
// them gave to Screens, to be looked at in both directions, themes and widths.
func TestMain(m *testing.M) {
	code := m.Run()
	all := code == 0 && known != nil && !testing.Short()
	for _, name := range []string{"test.run", "test.skip", "test.fuzz"} {
		all = all && flag.Lookup(name).Value.String() == ""
	}
	if all {
		for _, path := range webtest.Looked {
			route, _ := known.route(path)
			delete(paged, route)
		}
		for _, route := range slices.Sorted(maps.Keys(paged)) {
			fmt.Printf("no test gives a page of route %s to Screens\n", route)
			code = 1
		}
	}
	os.Exit(code)
}
