package mention

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
)

// A Place is where in the order of View.Of a suggestion stands.
type Place struct {
	Reading          overt.BlobID
	Page, Start, End int
}

func (p Place) compare(o Place) int {
	return cmp.Or(strings.Compare(string(p.Reading), string(o.Reading)), cmp.Compare(p.Page, o.Page), cmp.Compare(p.Start, o.Start), cmp.Compare(o.End, p.End))
}

// Place is where the suggestion stands.
func (s *Suggestion) Place() Place { return Place{s.Reading, s.Page, s.Start, s.End} }

// String writes the place so that ParsePlace reads it; "" for the zero one.
func (p Place) String() string {
	if p == (Place{}) {
		return ""
	}
	return placeID(string(p.Reading), p.Page, p.Start, p.End)
}

// ParsePlace reads the end of a page of answers; "" is before all. Errors:
// invalid.
func ParsePlace(text string) (Place, error) {
	if text == "" {
		return Place{}, nil
	}
	head, p, ok := parsePlace(text)
	p.Reading = overt.BlobID(head)
	if _, err := rawBlob(p.Reading); !ok || err != nil {
		return Place{}, overt.Errorf(overt.Invalid, "--after", "this is not what a page before ended with")
	}
	return p, nil
}

// ID is how people name the suggestion: document, page, first character, and the
// one behind the last.
func (s *Suggestion) ID() string { return placeID(string(s.Document), s.Page, s.Start, s.End) }

// ParseID reads an ID: a suggestion of which no more is known. Errors: invalid.
func ParseID(id string) (Suggestion, error) {
	doc, p, ok := parsePlace(id)
	if !ok {
		return Suggestion{}, overt.Errorf(overt.Invalid, fmt.Sprintf("%.80q", id), "this is no mention; they are written like doc-…:3:120-131")
	}
	return Suggestion{Document: ftm.EntityID(doc), Page: p.Page, Found: Found{Start: p.Start, End: p.End}}, nil
}

func placeID(head string, page, start, end int) string {
	return fmt.Sprintf("%s:%d:%d-%d", head, page, start, end)
}

func parsePlace(text string) (head string, p Place, ok bool) {
	parts := strings.Split(text, ":")
	n := len(parts)
	if n < 3 {
		return "", p, false
	}
	from, to, _ := strings.Cut(parts[n-1], "-")
	var errs [3]error
	p.Page, errs[0] = strconv.Atoi(parts[n-2])
	p.Start, errs[1] = strconv.Atoi(from)
	p.End, errs[2] = strconv.Atoi(to)
	head = strings.Join(parts[:n-2], ":")
	return head, p, errs == [3]error{} && head != "" && p.Page >= 0 && p.Start >= 0 && p.End > p.Start && p.Page < 1<<31
}
