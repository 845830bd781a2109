package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/a-h/templ"

	"overt/ftm"
	"overt/ui"
	"overt/ui/svg"
)

// pictureFrame is what pictures of a page have in common.
func pictureFrame(ctx context.Context, id, title string) svg.Frame {
	language := ui.In(ctx).Language
	return svg.Frame{ID: id, Title: title, RTL: language.RTL, Alone: alone(ctx), Say: func(phrase string, args ...string) string {
		values := make([]any, len(args))
		for i, a := range args {
			values[i] = a
		}
		return language.Say(phrase, values...)
	}}
}

type aloneKey struct{}

// standing asks that pictures stand alone, as files of their own.
func standing(ctx context.Context) context.Context { return context.WithValue(ctx, aloneKey{}, true) }

func alone(ctx context.Context) bool { return ctx.Value(aloneKey{}) != nil }

// drawn is a picture in its place; one that would hold too much is told as that, for
// its table has all.
func drawn(picture templ.Component, label string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		var b bytes.Buffer
		if err := picture.Render(ctx, &b); err != nil {
			return tooMany(ctx, w, err)
		}
		if alone(ctx) {
			_, err := w.Write(b.Bytes())
			return err
		}
		return pictureFound(label, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, err := w.Write(b.Bytes())
			return err
		})).Render(ctx, w)
	})
}

// tooMany tells that there is too much for a picture, and gives other errors back.
func tooMany(ctx context.Context, w io.Writer, err error) error {
	var many *svg.TooMany
	if errors.As(err, &many) {
		if alone(ctx) {
			return nil // its table has all
		}
		return pictureMissing(many.Error()).Render(ctx, w)
	}
	return err
}

// shapes are the schemata of which each kind of node is, with descendants; the first
// is of all others.
var shapes = [6][]string{{}, {"Company", "Organization"}, {"PublicBody", "Agency"}, {"Person"}, {"Contract", "Award", "Document", "Notice"}, {"System", "CloudProduct", "UseCase", "Domain"}}

// shapeNames are the words for the kinds of nodes.
var shapeNames = [6]string{"other", "company", "public body", "person", "contract or document", "system"}

// shapeOf is the kind of node of a schema.
func shapeOf(schema string) int {
	s := ftm.Default().Schema(schema)
	if s == nil {
		return 0
	}
	for _, kind := range []int{2, 1, 3, 4, 5} { // public bodies are organizations
		if slices.ContainsFunc(shapes[kind], func(name string) bool { return name == schema || s.IsA(name) }) {
			return kind
		}
	}
	return 0
}

func shapeWords(ctx context.Context) [6]string {
	out := shapeNames
	for i := range out {
		out[i] = ui.T(ctx, out[i])
	}
	return out
}
