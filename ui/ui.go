// Package ui has the parts that every page of the desk is made of: the frame
// around it, source chips, values, tables, forms, and what is said when there is
// nothing, when something failed, and when it may not be seen. It knows nothing of
// entities or cases: words, addresses and numbers go in, HTML comes out.
//
// Everything that is not our own text goes through Bdi. No part writes HTML that it
// was given, and none needs a script: where one is there, links marked as beside
// open their page next to what is being read.
//
// Style, script and fonts are built from island, css and third_party into dist,
// which is kept beside them and is part of the program.
package ui

import (
	"context"

	"github.com/a-h/templ"

	"overt/ui/text"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate
//go:generate go run ./internal/bundle

// A Link leads somewhere. Href is made by code, never of user data alone.
type Link struct {
	Label string
	Href  string
	Here  bool // it is where the reader is
	Above bool // the reader is on a page of what it leads to
	Key   string
	Class string
}

// A Frame is what all pages of a request have in common.
type Frame struct {
	Language *text.Language
	Theme    string // light, dark, or "" for what the system says
	Compact  bool
	NoKeys   bool   // single keys are switched off
	Token    string // stands in every form, so that no other site can send it
	Actor    string
	Purpose  string
	Case     string
	Here     string // path and query of this page
	Query    string // what stands in the search box
	Nav      []Link
	Inside   bool // there is a session: who asks is known
}

// A Page is one screen.
type Page struct {
	Title string
	Main  templ.Component
	Aside templ.Component // beside it; nil for an empty place that links can fill
	Wide  bool            // without a place beside it
}

type frameKey struct{}

// With gives components the frame they are drawn in.
func With(ctx context.Context, f *Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// In is the frame of a context; an empty one in English where there is none.
func In(ctx context.Context) *Frame {
	if f, ok := ctx.Value(frameKey{}).(*Frame); ok {
		return f
	}
	return &Frame{Language: text.In("en")}
}

// T says a text of ours in the reader's language.
func T(ctx context.Context, english string, values ...any) string {
	return In(ctx).Language.Say(english, values...)
}

// N says how many there are; each text has one %s, for the number.
func N[I int | int64](ctx context.Context, one, many string, n I) string {
	return In(ctx).Language.Count(one, many, int64(n))
}

// Number writes a whole number.
func Number[I int | int64](n I) string { return text.Number(int64(n)) }
