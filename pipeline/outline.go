package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"overt/extract"
	"overt/extract/open"
)

// Bounds on what an outline tells.
const (
	maxParts = 5  // parts of a source
	maxNames = 12 // columns or paths of one
	maxPaths = 500
	maxDepth = 12
)

// holds tells what a source has that a mapping could name: the columns of a
// table, the paths of a tree.
func holds(info extract.Info, columns []string, head []byte) string {
	if len(columns) > 0 {
		return "its columns (" + listed(columns) + ")"
	}
	if paths := outline(info.Format, head); len(paths) > 0 {
		return "its paths (" + listed(paths) + ")"
	}
	return "what it holds"
}

// partsHold tells it of the parts of a workbook or an archive.
func partsHold(ctx context.Context, parts []extract.Part) string {
	var out []string
	for _, p := range parts[:min(len(parts), maxParts)] {
		sample, _ := firstRecords(ctx, p.Reader) // what cannot be read is told elsewhere
		head, _ := open.Head(p, headSize)
		out = append(out, cmp.Or(p.Reader.Info().Table, p.Name)+" with "+holds(p.Reader.Info(), columnsOf(p.Reader, sample), head))
	}
	if n := len(parts) - maxParts; n > 0 {
		out = append(out, fmt.Sprintf("and %d more", n))
	}
	return strings.Join(out, "; ")
}

func listed(names []string) string {
	out := strings.Join(names[:min(len(names), maxNames)], ", ")
	if n := len(names) - maxNames; n > 0 {
		out += fmt.Sprintf(", and %d more", n)
	}
	return out
}

// outline lists the paths of values in the head of a tree, in the order they
// come, each once; "*" is any item of a list.
func outline(format extract.Format, head []byte) []string {
	switch format {
	case extract.JSON:
		return outlineJSON(json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))))
	case extract.XML:
		return outlineXML(xml.NewDecoder(bytes.NewReader(head)))
	}
	return nil
}

// outlineJSON ends where the head breaks off or is no JSON.
func outlineJSON(d *json.Decoder) (paths []string) {
	type level struct {
		list bool
		key  string // the step that leads to the next value
		open bool   // an object's key was read, its value is due
	}
	var at []level
	for len(paths) < maxPaths && len(at) <= maxDepth {
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
			if path != "" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// outlineXML names elements without their namespaces.
func outlineXML(d *xml.Decoder) (paths []string) {
	var at []string
	add := func(path string) {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	for len(paths) < maxPaths && len(at) <= maxDepth {
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
