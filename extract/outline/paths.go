package outline

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"overt/extract"
)

// maxDepth bounds the steps of a path.
const maxDepth = 12

// decoderXML reads a head, which is UTF-8 whatever it says of itself.
func decoderXML(head []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(head))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}

func paths(format extract.Format, head []byte) []string {
	switch format {
	case extract.JSON:
		return pathsJSON(head)
	case extract.XML:
		return pathsXML(head)
	}
	return nil
}

// pathsJSON ends where the head breaks off or is no JSON.
func pathsJSON(head []byte) (paths []string) {
	d := json.NewDecoder(bytes.NewReader(head))
	type level struct {
		list bool
		key  string // the step that leads to the next value
		open bool   // an object's key was read, its value is due
	}
	var at []level
	for len(paths) < extract.MaxPaths && len(at) <= maxDepth {
		token, err := d.Token()
		if err != nil {
			return paths
		}
		var top *level
		if len(at) > 0 {
			top = &at[len(at)-1]
		}
		if key, ok := token.(string); ok && top != nil && !top.list && !top.open {
			top.key, top.open = key, true
			continue
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			if top != nil {
				top.open = false
			}
			at = append(at, level{list: token == json.Delim('['), key: "*"})
		case json.Delim('}'), json.Delim(']'):
			at = at[:len(at)-1]
		default:
			path := ""
			for _, l := range at {
				path += "/" + l.key
			}
			if top != nil {
				top.open = false
			}
			if path = named(path); path != "" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// pathsXML names elements without their namespaces.
func pathsXML(head []byte) (paths []string) {
	d := decoderXML(head)
	var at []string
	add := func(path string) {
		if path = named(path); len(paths) < extract.MaxPaths && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for len(paths) < extract.MaxPaths && len(at) <= maxDepth {
		token, err := d.RawToken()
		if err != nil {
			return paths
		}
		switch e := token.(type) {
		case xml.StartElement:
			at = append(at, e.Name.Local)
			for _, a := range e.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					add("/" + strings.Join(at, "/") + "/@" + a.Name.Local)
				}
			}
		case xml.EndElement:
			at = at[:max(len(at)-1, 0)]
		case xml.CharData:
			if len(bytes.TrimSpace(e)) > 0 && len(at) > 0 {
				add("/" + strings.Join(at, "/"))
			}
		}
	}
	return paths
}
