package reading

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"overt"
)

// MaxQuote is how many characters a citation quotes.
const MaxQuote = 2000

// maxURI bounds the text of a citation in bytes: each character of its texts is
// at most four bytes, each of three characters.
const maxURI = 12*(MaxQuote+2*context) + 512

// URI writes a cite as one word that can be kept anywhere and be opened again:
//
//	overt:HASH/page=3/chars=10-24/text=VERSION/quote=…/before=…/after=…
//
// It holds the words themselves, so that they are found in a reading that counts
// characters otherwise, in any home that has the document. Boxes are left out.
// Its characters mean nothing to a shell. Errors: invalid (the quote is longer
// than MaxQuote, or the cite is none).
func (c Cite) URI() (string, error) {
	if err := c.check(); err != nil {
		return "", err
	}
	return c.uri(), nil
}

func (c Cite) uri() string {
	esc := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	out := fmt.Sprintf("overt:%s/page=%d/chars=%d-%d/text=%s/quote=%s", c.Document, c.Page, c.Start, c.End, c.Version, esc(c.Quote))
	if c.Before != "" {
		out += "/before=" + esc(c.Before)
	}
	if c.After != "" {
		out += "/after=" + esc(c.After)
	}
	return out
}

func (c Cite) check() error {
	n := utf8.RuneCountInString(c.Quote)
	switch {
	case n > MaxQuote:
		return overt.Errorf(overt.Invalid, "quote", "it has %d characters, and a citation quotes up to %d: name a part of it", n, MaxQuote)
	case !isHash(string(c.Document)), !isHash(c.Version), c.Page < 1, c.Start < 0, c.End-c.Start != n, strings.TrimSpace(c.Quote) == "",
		utf8.RuneCountInString(c.Before) > context, utf8.RuneCountInString(c.After) > context,
		!utf8.ValidString(c.Quote), !utf8.ValidString(c.Before), !utf8.ValidString(c.After):
		return overt.Errorf(overt.Invalid, "citation", "it is none; take it whole, as it was given")
	}
	return nil
}

func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// IsURI says whether a text is meant to be a citation of a passage.
func IsURI(text string) bool { return strings.HasPrefix(text, "overt:") }

// ParseURI reads what URI wrote. Errors: invalid, for any other text.
func ParseURI(text string) (Cite, error) {
	bad := overt.Errorf(overt.Invalid, "citation", "it is none; take it whole, as it was given")
	rest, ok := strings.CutPrefix(text, "overt:")
	if !ok || len(text) > maxURI {
		return Cite{}, bad
	}
	var c Cite
	hash, rest, _ := strings.Cut(rest, "/")
	c.Document = overt.BlobID(hash)
	for part := range strings.SplitSeq(rest, "/") {
		key, value, _ := strings.Cut(part, "=")
		var err error
		switch key {
		case "page":
			c.Page, err = strconv.Atoi(value)
		case "chars":
			from, to, _ := strings.Cut(value, "-")
			if c.Start, err = strconv.Atoi(from); err == nil {
				c.End, err = strconv.Atoi(to)
			}
		case "text":
			c.Version = value
		case "quote":
			c.Quote, err = url.PathUnescape(value)
		case "before":
			c.Before, err = url.PathUnescape(value)
		case "after":
			c.After, err = url.PathUnescape(value)
		}
		if err != nil {
			return Cite{}, bad
		}
	}
	if err := c.check(); err != nil {
		return Cite{}, err
	}
	if c.uri() != text { // one cite is written in one way
		return Cite{}, bad
	}
	return c, nil
}
