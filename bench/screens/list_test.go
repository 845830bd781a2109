package main

import (
	"slices"
	"strings"
	"testing"
)

func TestScreens(t *testing.T) {
	var names []string
	for _, s := range screens {
		if slices.Contains(names, s.name) || !strings.HasSuffix(s.says, ".") {
			t.Errorf("%s is there twice, or says no sentence", s.name)
		}
		names = append(names, s.name)
	}
	for at, patterns := range map[string][2]string{ // shown, and not
		"/":                           {"/{$}", "/search"},
		"/e/{e:Ferry & Sons}/facts":   {"/e/{id}/{view}", "/e/{id}/value"},
		"/c/{case}/board":             {"/c/{case}/{view}", "/cases"},
		"/d/{e:order.pdf}?p=1&span=4": {"/d/{id}", "/d/{id}/cite"},
	} {
		if s := (screen{at: at}); !s.shows(patterns[0]) || s.shows(patterns[1]) {
			t.Errorf("%s: of %s %v, of %s %v", at, patterns[0], s.shows(patterns[0]), patterns[1], s.shows(patterns[1]))
		}
	}
	t.Chdir("../..")
	missing, err := unseen()
	if err != nil {
		t.Fatal(err)
	}
	t.Log("no picture of", missing)
}
