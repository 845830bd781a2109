package prose

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/markup"
)

// maxHTML bounds the text of one HTML document, which is held in memory, in
// bytes.
const maxHTML = 64 << 20

// html reads a page of the web.
func (t *text) html(r io.Reader) error {
	limit := min(t.in.Limits.Text, maxHTML)
	content, err := markup.Text(r, limit)
	if err != nil {
		return err
	}
	if err := t.property("title", content.Title); err != nil {
		return err
	}
	for _, m := range content.Meta {
		if err := t.meta(m); err != nil {
			return err
		}
	}
	if err := t.opening(); err != nil {
		return err
	}
	t.notes = append(t.notes, content.Notes...)
	t.links(content.Links)
	if err := t.pages.puts(content.Text); err != nil {
		return err
	}
	if content.Cut {
		t.pages.cut, t.pages.limit = true, limit
	}
	return nil
}

// metas are names of meta elements, of Dublin Core and of Open Graph, and the
// properties they say.
var metas = map[string]string{
	"author": "author", "dc.creator": "author", "dcterms.creator": "author", "article:author": "author", "citation_author": "author", "byl": "author",
	"description": "summary", "og:description": "summary", "dc.description": "summary", "dcterms.abstract": "summary",
	"keywords": "keywords", "news_keywords": "keywords", "article:tag": "keywords", "dc.subject": "keywords",
	"generator": "generator", "progid": "generator", "dc.title": "title", "og:title": "title", "citation_title": "title",
	"dc.language": "language", "og:locale": "language", "content-language": "language",
	"og:url": "sourceUrl", "og:site_name": "publisher", "dc.publisher": "publisher",
	"date": "date", "dc.date": "date", "dcterms.date": "date", "citation_date": "date", "created": "authoredAt", "dcterms.created": "authoredAt", "dc.date.created": "authoredAt",
	"article:published_time": "publishedAt", "datepublished": "publishedAt", "pubdate": "publishedAt", "dcterms.issued": "publishedAt", "dc.date.issued": "publishedAt",
	"article:modified_time": "modifiedAt", "last-modified": "modifiedAt", "datemodified": "modifiedAt", "og:updated_time": "modifiedAt", "dcterms.modified": "modifiedAt",
}

func (t *text) meta(m markup.Meta) error {
	name := metas[m.Name]
	switch name {
	case "":
		return nil
	case "date", "authoredAt", "publishedAt", "modifiedAt":
		return t.date(name, m.Content)
	case "keywords":
		for word := range strings.SplitSeq(m.Content, ",") {
			if err := t.property(name, word); err != nil {
				return err
			}
		}
		return nil
	}
	return t.property(name, m.Content)
}

// layouts are how pages write dates; RFC 3339 and its prefixes stay as they are.
var layouts = []string{
	time.RFC1123Z, time.RFC1123, time.RFC850, time.ANSIC, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02T15:04:05-0700", "2006-01-02 15:04",
	"2006/01/02", "20060102", "January 2, 2006", "Jan 2, 2006", "2 January 2006", "2 Jan 2006",
}

// date says a date as RFC 3339 or a prefix of it; one that cannot be read is
// noted.
func (t *text) date(name, value string) error {
	value = markup.Line(value)
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, value); err == nil {
			return t.property(name, value)
		}
	}
	for _, layout := range layouts {
		d, err := time.Parse(layout, value)
		if err != nil {
			continue
		}
		as := time.RFC3339
		switch {
		case !strings.Contains(layout, "15"):
			as = time.DateOnly
		case !strings.Contains(layout, "07") && !strings.Contains(layout, "MST"):
			as = "2006-01-02T15:04:05"
		}
		return t.property(name, d.Format(as))
	}
	t.note("date", fmt.Sprintf("a date (%s) is in no known form: %.60q", name, value))
	return nil
}

// opening reads what the beginning of a page says in elements that are no text:
// its language and its address.
func (t *text) opening() error {
	head, err := charset.Reader(bytes.NewReader(t.head), t.charset, nil)
	if err != nil {
		return err
	}
	for z := html.NewTokenizer(head); ; {
		switch z.Next() {
		case html.ErrorToken:
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			values := map[string]string{}
			for _, a := range token.Attr {
				values[a.Key] = a.Val
			}
			var err error
			switch token.DataAtom {
			case atom.Html:
				err = t.property("language", cmp.Or(values["lang"], values["xml:lang"]))
			case atom.Link:
				if strings.EqualFold(values["rel"], "canonical") {
					err = t.property("sourceUrl", values["href"])
				}
			case atom.Meta:
				if equiv := strings.ToLower(values["http-equiv"]); equiv != "" && metas[equiv] != "" {
					err = t.meta(markup.Meta{Name: equiv, Content: values["content"]})
				}
			case atom.Body:
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
}

// files are endings of addresses that lead to files rather than pages.
var files = map[string]bool{
	".pdf": true, ".doc": true, ".docx": true, ".xls": true, ".xlsx": true, ".ppt": true, ".pptx": true, ".odt": true, ".ods": true, ".odp": true, ".rtf": true,
	".csv": true, ".tsv": true, ".json": true, ".xml": true, ".zip": true, ".7z": true, ".rar": true, ".gz": true, ".txt": true, ".eml": true, ".msg": true,
	".mp3": true, ".mp4": true, ".mov": true, ".wav": true, ".sqlite": true, ".mdb": true,
}

// maxFileLinks bounds how many links to files are noted.
const maxFileLinks = 500

// links notes links that lead to files: what a page offers is often the point of
// it.
func (t *text) links(list []markup.Link) {
	seen := map[string]bool{}
	for _, l := range list {
		u, err := url.Parse(l.URL)
		if err != nil || u.Scheme == "mailto" || u.Scheme == "javascript" || !files[strings.ToLower(path.Ext(u.Path))] || seen[l.URL] {
			continue
		}
		if len(seen) == maxFileLinks {
			t.note("links", "there are more links to files; they are not listed")
			return
		}
		seen[l.URL] = true
		t.notes = append(t.notes, document.Note{Code: "link", Message: "the page links to a file, which was not fetched: " + markup.Line(l.URL)})
	}
}
