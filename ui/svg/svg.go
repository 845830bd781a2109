// Package svg draws the pictures of the desk and of reports: money flow, network,
// paths, reach, timeline, map, and the charts of resolution. Numbers and words go
// in, SVG comes out; it asks nothing and knows no store.
//
// Each picture is a struct. Render writes it and is what templ asks of a
// component; Table gives the same data as rows, so that a page and its picture
// cannot differ. Both refuse data that is not sound, in the same words, before
// anything is written. A picture that would hold too much is refused with a
// TooMany, and the table still shows it.
//
// What holds for all:
//
//   - The same data gives the same bytes, whatever the order of nodes and links.
//   - No style attributes and no script. Colours are classes; the page links
//     Style, or the picture stands alone and carries it (Frame.Alone).
//   - What has a link is reached by keyboard, and shows its focus. A picture with
//     links is a group with a name: an image would hide them from a screen reader.
//   - Text fits, by the widths of Source Sans 3 and cautious guesses for other
//     scripts; what was cut is whole in the title. Names are isolated, so that no
//     direction of theirs moves what stands beside them.
//   - Kinds differ by shape, pattern or mark, not by colour alone.
//   - For a right-to-left page pictures are mirrored, maps are not.
package svg

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Style is the style sheet of all pictures. It stands on the page's tokens and
// brings a light and a dark set of its own for where there are none.
//
//go:embed svg.css
var Style string

// A Frame is what every picture has.
type Frame struct {
	ID    string // names the picture on its page: letters, digits, - and _; "picture" when empty
	Title string
	Desc  string  // said to those who do not see it; made from the data when empty
	Width float64 // in CSS pixels, 320 to 4000; 960 when 0
	RTL   bool
	Alone bool // the picture is a file of its own and carries its style

	// Say writes a phrase of ours in the reader's language, each %s of it an
	// argument; as it stands when nil. All that it is asked are in Phrases.
	Say func(phrase string, args ...string) string
	// Number writes a number for people; digits in threes when nil.
	Number func(float64) string
}

// A Table is a picture as rows.
type Table struct {
	Caption string
	Head    []Cell
	Rows    [][]Cell
}

// heads are cells of words.
func heads(words ...string) []Cell {
	out := make([]Cell, len(words))
	for i, w := range words {
		out[i].Text = w
	}
	return out
}

// A Cell is one entry of a Table. Text is data: a page isolates its direction.
type Cell struct {
	Text   string
	Href   string
	Number bool // set by its end, in tabular figures
}

// TooMany says that the data are more than a picture shows. The table is not
// bounded by it.
type TooMany struct {
	What       string // "flows"
	Have, Most int
	Do         string // what would help
}

func (e *TooMany) Error() string {
	return fmt.Sprintf("%s %s are too many for a picture, which shows up to %s: %s",
		grouped(float64(e.Have)), e.What, grouped(float64(e.Most)), e.Do)
}

// errLink is of a target that is neither on this site nor on the web.
var errLink = errors.New("link is neither a path nor a web address")

func (f Frame) id() string {
	if f.ID == "" {
		return "picture"
	}
	return f.ID
}

func (f Frame) width() float64 {
	if f.Width == 0 {
		return 960
	}
	return f.Width
}

func (f Frame) check() error { return f.within(320) }

// within checks the frame of a picture that is at least so wide.
func (f Frame) within(least float64) error {
	for _, r := range f.ID {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
			return fmt.Errorf("picture id %q: only letters, digits, - and _", cut(f.ID, 40))
		}
	}
	if w := f.width(); !(w >= least && w <= 4000) {
		return fmt.Errorf("picture %s: width %v is not between %v and 4000", f.id(), w, least)
	}
	return nil
}

func (f Frame) say(phrase string, args ...string) string {
	if f.Say != nil {
		return f.Say(phrase, args...)
	}
	parts := strings.Split(phrase, "%s")
	var b strings.Builder
	for i, p := range parts {
		b.WriteString(p)
		if i < len(args) && i < len(parts)-1 {
			b.WriteString(args[i])
		}
	}
	return b.String()
}

func (f Frame) number(v float64) string {
	if f.Number != nil {
		return f.Number(v)
	}
	return grouped(v)
}

// count writes a whole number.
func (f Frame) count(n int) string { return f.number(float64(n)) }

// orNumber is the text that the caller wrote for a number, or ours.
func (f Frame) orNumber(text string, v float64) string {
	if text != "" {
		return text
	}
	return f.number(v)
}

// render writes a picture: check has passed, body draws and gives the height.
func (f Frame) render(ctx context.Context, w io.Writer, kind, desc string, body func(*canvas) float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &canvas{frame: f, width: f.width()}
	height := body(c)
	if c.err != nil {
		return fmt.Errorf("picture %s: %w", f.id(), c.err)
	}
	if f.Desc != "" {
		desc = f.Desc
	}
	_, err := w.Write(c.whole(kind, desc, height))
	return err
}

// checkLink holds that a target stays here or is on the web: javascript: and its
// like are refused. The same is asked wherever a caller gives a target.
func checkLink(href string) error {
	odd := func(r rune) bool { return unicode.IsControl(r) || r >= 0xfffe && r <= 0xffff || r == utf8.RuneError }
	if strings.ContainsFunc(href, odd) {
		return fmt.Errorf("%q: %w", cut(href, 60), errLink)
	}
	scheme, _, ok := strings.Cut(href, ":")
	if !ok || strings.ContainsAny(scheme, "/?#") {
		return nil
	}
	if s := strings.ToLower(scheme); s == "https" || s == "http" {
		return nil
	}
	return fmt.Errorf("%q: %w", cut(href, 60), errLink)
}

// finite refuses what is no number.
func finite(what, name string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.Abs(v) > 1e18 {
			return fmt.Errorf("%s %q: %v is not a number that can be drawn", what, cut(name, 60), v)
		}
	}
	return nil
}
