package web

import (
	"net/url"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
)

// Addresses of screens are made here and nowhere else: what is not ours is escaped by
// net/url, and leads to a path of ours whatever it says.

// address is a path with a query; pairs without a value are left out.
func address(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Add(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// entityPath is a view of an entity.
func entityPath(id ftm.EntityID, view string, pairs ...string) string {
	return address("/e/"+url.PathEscape(string(id))+"/"+view, pairs...)
}

// citationPath is where what a citation points at is shown, for good: it holds the
// hash of the source and the place in it.
func citationPath(c overt.Citation) string {
	at := c.Locator
	pairs := []string{"table", at.Table, "row", numeral(int(at.Row)), "column", at.Column, "pointer", at.Pointer, "page", numeral(at.Page)}
	if at.End > 0 {
		pairs = append(pairs, "chars", strconv.Itoa(at.Start)+"-"+strconv.Itoa(at.End))
	}
	return address("/x/"+url.PathEscape(string(c.Blob)), pairs...)
}

// documentPath is a document for reading.
func documentPath(id ftm.EntityID, pairs ...string) string {
	return address("/d/"+url.PathEscape(string(id)), pairs...)
}

// casePath is a view of a case.
func casePath(id, view string, pairs ...string) string {
	return address("/c/"+url.PathEscape(id)+"/"+view, pairs...)
}

// savedPath is a view that a case keeps.
func savedPath(id, item string) string {
	return "/c/" + url.PathEscape(id) + "/view/" + url.PathEscape(item)
}

// publishedPath is a published version of a report, or a file of its bundle.
func publishedPath(id, item string, version int, file string) string {
	return "/p/" + url.PathEscape(id+"."+item) + "/" + strconv.Itoa(version) + "/" + file
}

// picturePath is the picture of a page.
func picturePath(id ftm.EntityID, page int, near bool) string {
	pairs := []string{"p", strconv.Itoa(page)}
	if near {
		pairs = append(pairs, "near", "1")
	}
	return address("/d/"+url.PathEscape(string(id))+"/picture", pairs...)
}

// sourcePath is a dataset: what came in of it, and what became of that.
func sourcePath(dataset string, pairs ...string) string {
	return address("/sources/"+url.PathEscape(dataset), pairs...)
}

// reviewPath is a pair of a queue of reviews.
func reviewPath(queue string, left, right ftm.EntityID, pairs ...string) string {
	return address("/review/"+url.PathEscape(queue)+"/"+url.PathEscape(string(left))+"/"+url.PathEscape(string(right)), pairs...)
}

// namePath is where a person says whom a name in a document means, by the ID of a
// mention.Suggestion.
func namePath(id string, pairs ...string) string {
	document, place, _ := strings.Cut(id, ":")
	return address("/review/mentions/"+url.PathEscape(document)+"/"+url.PathEscape(place), pairs...)
}

// recordPath is one record of the audit log.
func recordPath(seq int64) string { return "/audit/" + strconv.FormatInt(seq, 10) }

// numeral writes a number; 0 is none.
func numeral(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// passagePath is where a passage of a document is shown, for good.
func passagePath(uri string) string {
	hash, _, _ := strings.Cut(strings.TrimPrefix(uri, "overt:"), "/")
	return address("/x/"+url.PathEscape(hash), "cite", uri)
}

// locator reads the place of citationPath. Errors: invalid.
func locator(q url.Values) (overt.Locator, error) {
	at := overt.Locator{Table: q.Get("table"), Column: q.Get("column"), Pointer: q.Get("pointer")}
	var err error
	number := func(name, text string) int64 {
		if text == "" {
			return 0
		}
		n, bad := strconv.ParseInt(text, 10, 32)
		if bad != nil || n < 0 {
			err = overt.Errorf(overt.Invalid, name, "%s is no number from 0 on", name)
		}
		return n
	}
	at.Row, at.Page = number("row", q.Get("row")), int(number("page", q.Get("page")))
	if chars := q.Get("chars"); chars != "" {
		start, end, _ := strings.Cut(chars, "-")
		at.Start, at.End = int(number("chars", start)), int(number("chars", end))
		if err == nil && at.End <= at.Start {
			err = overt.Errorf(overt.Invalid, "chars", "the end stands behind the start")
		}
	}
	return at, err
}
