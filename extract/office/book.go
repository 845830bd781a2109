package office

import (
	"encoding/xml"
	"fmt"
	"net/url"
	"path"
	"strings"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/markup"
	"overt/extract/page"
)

// bookProperties are the names of Dublin Core in the package of a book.
var bookProperties = map[string]string{
	"title": "title", "creator": "author", "contributor": "author", "language": "language", "date": "publishedAt", "publisher": "publisher",
	"description": "summary", "subject": "keywords",
}

// A chapter is a file of a book in the order it is read.
type chapter struct {
	id, part, kind string
}

// book reads an EPUB (its Open Container Format and package, EPUB 2 and 3): a
// page for each file of the spine.
func (r *reading) book() error {
	root := ""
	if err := r.part("META-INF/container.xml", func() error {
		return r.scanPart("META-INF/container.xml", func(d *scan, _ xml.StartElement) error {
			return d.all(func(e xml.StartElement) error {
				if e.Name.Local == "rootfile" && root == "" {
					root = join("", attr(e, "full-path"))
				}
				return nil
			})
		})
	}); err != nil {
		return err
	}
	if r.pack.find(root) == nil {
		return fmt.Errorf("%w: the list of the book's chapters is missing", errDamaged)
	}
	sealed, err := r.sealedFiles()
	if err != nil {
		return err
	}
	var chapters []chapter
	var contents []string
	if err := r.part(root, func() (err error) {
		chapters, contents, err = r.spine(root)
		return err
	}); err != nil {
		return err
	}
	names := map[string]string{}
	for _, part := range contents {
		if err := r.part(part, func() error { return r.contents(part, names) }); err != nil {
			return err
		}
	}
	locked := 0
	for _, c := range chapters {
		if err := r.page.Begin(names[c.part], true); err != nil {
			return err
		}
		if sealed[strings.ToLower(c.part)] {
			locked++
			if err := r.gap(c.part, errSealed); err != nil {
				return err
			}
			continue
		}
		if err := r.part(c.part, func() error { return r.chapter(c) }); err != nil {
			return err
		}
	}
	if locked > 0 && locked == len(chapters) {
		return &document.Refusal{Code: document.Protected, Reason: "the book is encrypted by its seller", Retry: "get it without digital rights management"}
	}
	return nil
}

// sealedFiles are those that are encrypted; fonts may only be obfuscated.
func (r *reading) sealedFiles() (map[string]bool, error) {
	const part = "META-INF/encryption.xml"
	out := map[string]bool{}
	if r.pack.find(part) == nil {
		return out, nil
	}
	err := r.part(part, func() error {
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			algorithm := ""
			return d.all(func(e xml.StartElement) error {
				switch e.Name.Local {
				case "EncryptionMethod":
					algorithm = attr(e, "Algorithm")
				case "CipherReference":
					if !strings.Contains(algorithm, "obfuscation") && !strings.Contains(algorithm, "pdf/enc#RC") {
						name := strings.ToLower(join("", unescape(attr(e, "URI"))))
						if r.pack.find(name) != nil {
							out[name] = true
						}
					}
				}
				return nil
			})
		})
	})
	return out, err
}

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

// spine reads the package of a book: what it says of itself, its chapters in
// order, and its tables of contents.
func (r *reading) spine(root string) (out []chapter, contents []string, err error) {
	dir, _ := path.Split(root)
	files, size := map[string]chapter{}, 0
	err = r.scanPart(root, func(d *scan, _ xml.StartElement) error {
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "item":
				c := chapter{id: attr(e, "id"), part: join(dir, unescape(attr(e, "href"))), kind: attr(e, "media-type")}
				if size += len(c.id) + len(c.part) + len(c.kind); len(files) >= r.lim.Members || size > maxRelationBytes {
					return errTooMuch
				}
				files[c.id] = c
				if c.kind == "application/x-dtbncx+xml" || strings.Contains(attr(e, "properties"), "nav") {
					contents = append(contents, c.part)
				}
			case "itemref":
				c, ok := files[attr(e, "idref")]
				if !ok {
					return r.gap("chapter "+page.Short(attr(e, "idref")), fmt.Errorf("%w: the book does not hold it", errDamaged))
				}
				if len(out) >= r.lim.Pages {
					return errTooMuch
				}
				if out = append(out, c); attr(e, "linear") == "no" {
					r.note("hidden-chapter", "%s is left out when the book is read through", c.part)
				}
			default:
				name := bookProperties[e.Name.Local]
				if name == "" || !strings.Contains(e.Name.Space, "purl.org/dc") {
					return nil
				}
				value, err := d.text(64 << 10)
				r.property(name, value)
				return err
			}
			return nil
		})
	})
	return out, contents, err
}

// contents reads the names of chapters, from the table of either version.
func (r *reading) contents(part string, names map[string]string) error {
	dir, _ := path.Split(part)
	add := func(target, name string) {
		to := join(dir, unescape(target))
		if name = page.OneLine(name); names[to] == "" && r.pack.find(to) != nil {
			names[to] = page.Shorten(name, 1<<10)
		}
	}
	if r.pack.find(part) == nil {
		return errDamaged
	}
	listed := r.read[strings.ToLower(part)]
	err := r.scanPart(part, func(d *scan, _ xml.StartElement) error {
		name := ""
		return d.all(func(e xml.StartElement) error {
			switch e.Name.Local {
			case "text":
				text, err := d.text(4 << 10)
				name = text
				return err
			case "content":
				add(attr(e, "src"), name)
			case "a":
				text, err := d.text(4 << 10)
				add(attr(e, "href"), text)
				return err
			}
			return nil
		})
	})
	r.read[strings.ToLower(part)] = listed || path.Ext(part) == ".ncx"
	return err
}

// chapter reads one file of a book.
func (r *reading) chapter(c chapter) error {
	e := r.pack.find(c.part)
	if e == nil {
		return fmt.Errorf("%w: the part is missing", errDamaged)
	}
	if strings.HasPrefix(c.kind, "image/") && c.kind != "image/svg+xml" {
		return nil // a page that is a picture; it is given as a file
	}
	r.read[strings.ToLower(c.part)] = true
	in, err := r.pack.open(e)
	if err != nil {
		return err
	}
	text, err := charset.Reader(&stoppable{r, in}, charset.UTF8, nil)
	if err != nil {
		return err
	}
	said, err := markup.Text(text, r.lim.PageText-1)
	if said != nil {
		if r.page.Label == "" {
			r.page.Label = said.Title
		}
		r.page.Put(said.Text)
		r.page.Cut = r.page.Cut || said.Cut
		for _, l := range said.Links {
			if strings.Contains(l.URL, ":") {
				r.link(page.OneLine(l.URL))
			}
		}
		for _, n := range said.Notes {
			r.note(n.Code, "%s", n.Message)
		}
	}
	return err
}
