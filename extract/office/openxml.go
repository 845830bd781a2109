package office

import (
	"encoding/xml"
	"fmt"
	"strings"

	"overt/extract/page"
)

// openXML reads a package of Office Open XML.
func (r *reading) openXML() error {
	var root []rel
	if err := r.part("_rels/.rels", func() (err error) {
		root, err = r.relationList("")
		return err
	}); err != nil {
		return err
	}
	if err := r.aboutPackage(); err != nil {
		return err
	}
	mains := append(follow(root, "officeDocument"), follow(root, "document")...)
	mains = append(mains, "word/document.xml", "xl/workbook.xml", "xl/workbook.bin", "ppt/presentation.xml", "visio/document.xml")
	for _, main := range mains {
		if r.pack.find(main) != nil {
			return r.main(main)
		}
	}
	if fixed := follow(root, "fixedrepresentation"); len(fixed) > 0 {
		return r.xps(fixed[0])
	}
	return fmt.Errorf("%w: the main part is missing", errDamaged)
}

// main reads the main part by its root element.
func (r *reading) main(part string) error {
	if strings.HasSuffix(part, ".bin") {
		return r.workbook(part)
	}
	kind := ""
	if err := r.part(part, func() error {
		_, root, err := r.openPart(part)
		kind = root.Name.Local
		return err
	}); err != nil {
		return err
	}
	switch kind {
	case "document":
		return r.word(part)
	case "workbook":
		return r.workbook(part)
	case "presentation":
		return r.slides(part)
	case "VisioDocument":
		return r.visio(part)
	case "":
		return nil // said above
	}
	return r.part(part, func() error { return fmt.Errorf("%w: its main part is a %q", errUnknown, page.Short(kind)) })
}

// coreProperties are the names of docProps/core.xml (ECMA-376 part 2, 11).
var coreProperties = map[string]string{
	"title": "title", "creator": "author", "created": "authoredAt", "modified": "modifiedAt", "language": "language",
	"description": "summary", "subject": "keywords", "keywords": "keywords", "category": "keywords",
}

// aboutPackage reads what the document says of itself.
func (r *reading) aboutPackage() error {
	if err := r.aboutPart("docProps/core.xml", func(name, value string) {
		switch {
		case coreProperties[name] != "":
			r.property(coreProperties[name], value)
		case name == "lastModifiedBy":
			r.note("last-editor", "it was last saved by %s", page.OneLine(value))
		case name == "lastPrinted", name == "contentStatus", name == "revision", name == "version", name == "identifier":
			r.note("about", "%s: %s", name, page.OneLine(value))
		}
	}); err != nil {
		return err
	}
	program, version := "", ""
	if err := r.aboutPart("docProps/app.xml", func(name, value string) {
		switch name {
		case "Application":
			program = value
		case "AppVersion":
			version = value
		case "Company", "Manager", "Template", "HyperlinkBase":
			r.note("about", "%s: %s", strings.ToLower(name), page.OneLine(value))
		}
	}); err != nil {
		return err
	}
	r.property("generator", strings.TrimSpace(program+" "+version))
	return r.customProperties()
}

// aboutPart calls f with the children of the root of a part and their text; a
// part that is not there has none.
func (r *reading) aboutPart(part string, f func(name, value string)) error {
	if r.pack.find(part) == nil {
		return nil
	}
	return r.part(part, func() error {
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			return d.each(func(e xml.StartElement) error {
				value, err := d.text(64 << 10)
				if value = strings.TrimSpace(value); value != "" && err == nil {
					f(e.Name.Local, value)
				}
				return err
			}, nil)
		})
	})
}

// customProperties reads those that the author made up.
func (r *reading) customProperties() error {
	const part = "docProps/custom.xml"
	if r.pack.find(part) == nil {
		return nil
	}
	return r.part(part, func() error {
		return r.scanPart(part, func(d *scan, _ xml.StartElement) error {
			return d.each(func(e xml.StartElement) error {
				value, err := d.text(64 << 10)
				if value = page.OneLine(value); value != "" && err == nil {
					r.note("custom-property", "%s: %s", page.OneLine(attr(e, "name")), value)
				}
				return err
			}, nil)
		})
	})
}
