package web_test

import (
	"testing"

	"overt/web/webtest"
)

// What people come for takes no more presses than was promised, and none of it needs a
// pointer. The others of the list are tried where their screens are: T4 the import, T5
// the review, T10 the report.
func TestPresses(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	ice, sevis, order := s.Entity(t, "ICE"), s.Entity(t, "SEVIS"), s.Entity(t, "Task order 0017")
	begun(t, s)
	b := s.Browse(t)
	key := func(k, shows string) func(*webtest.Browser) {
		return func(b *webtest.Browser) {
			b.Key(k)
			b.Wait("html[data-ready] " + shows)
		}
	}
	claim := func(b *webtest.Browser) {
		b.Wait("html[data-ready] #into-text")
		b.Key("c")
		b.Until(`document.activeElement.id == "into-text"`)
		b.Type("Four Points Technology is the contractor")
	}
	reach := func(b *webtest.Browser) {
		b.Key("5")
		b.Wait(`html[data-ready] #main p a[data-key="d"]`)
		b.Key("d")
		b.Wait("#chain")
	}
	path := func(b *webtest.Browser) {
		b.Key("t")
		b.Until(`document.documentElement.hasAttribute("data-ready") && document.activeElement.id == "to"`)
		b.Type("Amazon Web Services")
		b.Key("Enter")
		b.Wait("#main .picture svg")
	}
	webtest.Presses(t, b,
		// Of the six, two are for bringing the file in and opening it: TestImportPresses.
		webtest.Task{Name: "T1 from a document to a finding", From: "/d/" + order + "?p=2", Goal: 4, Keyed: 32,
			Do: func(b *webtest.Browser) {
				b.Drag(".text span", "hosting capacity")
				b.Until(`document.querySelector("input[name=span]").value`)
				b.Key("c")
				claim(b)
				b.Click(`button[value="claim"]`)
				b.Wait("html[data-ready] [data-claim] h1")
			},
			Keys: func(b *webtest.Browser) {
				b.Tab("#quote")
				b.Type("shall provide hosting capacity")
				b.Tab("form[data-cite] button")
				b.Key("Enter")
				claim(b)
				b.Tab(`button[value="claim"]`)
				b.Key("Enter")
				b.Wait("html[data-ready] [data-claim] h1")
			}},
		webtest.Task{Name: "T2 from a value to its passage", From: "/e/" + ice + "/facts", Goal: 1, Keyed: 30,
			Do: func(b *webtest.Browser) {
				b.Click(".facts a.chip")
				b.Wait("#aside mark, #aside q")
			},
			Keys: func(b *webtest.Browser) {
				b.Tab(".facts a.chip")
				b.Key("Enter")
				b.Wait("#aside mark, #aside q")
				b.Until(`document.activeElement.tagName == "H2"`)
				b.Key("Escape")
				b.Until(`document.activeElement.matches(".facts a.chip")`)
			}},
		webtest.Task{Name: "T3 from a hit to its passage", From: "/search?q=capacity", Goal: 1, Keyed: 2,
			Do: func(b *webtest.Browser) {
				b.Click(".hit h2 a")
				b.Wait("html[data-ready] mark#quote-here")
			},
			Keys: func(b *webtest.Browser) {
				b.Key("j")
				b.Key("Enter")
				b.Wait("html[data-ready] mark#quote-here")
			}},
		webtest.Task{Name: "T6 first picture of links", From: "/e/" + ice + "/facts", Goal: 1, Keyed: 1,
			Do:   func(b *webtest.Browser) { b.Click(`.tabs [data-key="2"]`); b.Wait("#main .picture svg") },
			Keys: key("2", "#main .picture svg")},
		webtest.Task{Name: "T7 path between two", From: "/e/" + ice + "/facts", Goal: 3, Keyed: 2, Do: path, Keys: path},
		webtest.Task{Name: "T8 money in and out", From: "/e/" + ice + "/facts", Goal: 1, Keyed: 1,
			Do:   func(b *webtest.Browser) { b.Click(`.tabs [data-key="3"]`); b.Wait("#main .picture svg") },
			Keys: key("3", "#main .picture svg")},
		webtest.Task{Name: "T9 who can reach a data set", From: "/e/" + sevis + "/facts", Goal: 2, Keyed: 2, Do: reach, Keys: reach},
		webtest.Task{Name: "T11 who opened it and why", From: "/d/" + order + "?p=2", Goal: 2, Keyed: 3,
			Do: func(b *webtest.Browser) {
				b.Click(`[data-key="w"]`)
				b.Wait("html[data-ready] table tbody a")
				b.Click("table tbody a")
				b.Wait("#aside dl")
			},
			Keys: func(b *webtest.Browser) {
				b.Key("w")
				b.Wait("html[data-ready] table tbody a")
				b.Key("j")
				b.Key("Enter")
				b.Wait("#aside dl, #main h1")
			}},
	)
}
