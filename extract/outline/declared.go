package outline

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"overt/extract"
)

func declared(format extract.Format, head []byte) []extract.Declared {
	switch format {
	case extract.JSON:
		return declaredJSON(head)
	case extract.XML:
		return declaredXML(head)
	}
	return nil
}

// totals are the names under which sources state their size, in lower case
// without blanks, underscores and hyphens.
var totals = map[string]bool{
	"total": true, "count": true, "totalcount": true, "totalresults": true, "totalrecords": true, "totalhits": true, "totalitems": true,
	"numfound": true, "recordcount": true, "resultcount": true, "itemcount": true, "recordstotal": true, "totalelements": true,
}

func isTotal(name string) bool {
	return totals[strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))]
}

// maxDeclaredDepth is how deep a total may stand: /meta/results/total,
// /hits/total/value.
const maxDeclaredDepth = 3

// declaredJSON walks the objects around the list; what stands in an array is of
// a record and not of the source.
func declaredJSON(head []byte) []extract.Declared {
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.UseNumber()
	var out []extract.Declared
	var path []string // names of the open objects' current keys
	arrays, wantKey := 0, false
	var open []bool // whether each open bracket is an object
	for len(out) < extract.MaxDeclared {
		tok, err := dec.Token()
		if err != nil {
			return out
		}
		if d, ok := tok.(json.Delim); ok {
			switch d {
			case '{':
				open, path, wantKey = append(open, true), append(path, ""), true
				continue
			case '[':
				open, arrays = append(open, false), arrays+1
				wantKey = false
				continue
			case '}':
				path = path[:len(path)-1]
			case ']':
				arrays--
			}
			open = open[:len(open)-1]
			wantKey = len(open) > 0 && open[len(open)-1]
			continue
		}
		if wantKey {
			path[len(path)-1], _ = tok.(string)
			wantKey = false
			continue
		}
		wantKey = len(open) > 0 && open[len(open)-1]
		if n, ok := tok.(json.Number); ok && arrays == 0 && totalAt(path) {
			if c, err := strconv.ParseInt(n.String(), 10, 64); err == nil && c >= 0 {
				out = append(out, extract.Declared{Name: named("/" + strings.Join(path, "/")), Count: c})
			}
		}
	}
	return out
}

// envelopes are the objects in which sources speak of themselves. A total
// elsewhere counts something else.
var envelopes = []string{"meta", "metadata", "page_metadata", "pagination", "paging", "page", "pageinfo", "response", "responseheader", "result", "results", "hits", "info", "header", "summary"}

func totalAt(path []string) bool {
	n := len(path)
	if n > 1 && path[n-1] == "value" { // OpenSearch: {"total":{"value":5}}
		n--
	}
	if n == 0 || n > maxDeclaredDepth || !isTotal(path[n-1]) {
		return false
	}
	return !slices.ContainsFunc(path[:n-1], func(name string) bool { return !slices.Contains(envelopes, strings.ToLower(name)) })
}

// declaredXML looks at elements near the root, and at the link to the last
// page of a feed, whose start says how many come before it.
func declaredXML(head []byte) []extract.Declared {
	dec := decoderXML(head)
	var out []extract.Declared
	depth, name := 0, ""
	for len(out) < extract.MaxDeclared {
		tok, err := dec.RawToken()
		if err != nil {
			return out
		}
		switch t := tok.(type) {
		case xml.StartElement:
			depth++
			name = t.Name.Local
			if d, ok := lastPage(t); ok && depth <= maxDeclaredDepth {
				out = append(out, d)
			}
		case xml.EndElement:
			depth--
			name = ""
		case xml.CharData:
			if depth > 1 && depth <= maxDeclaredDepth && isTotal(name) {
				if n, err := strconv.ParseInt(strings.TrimSpace(string(t)), 10, 64); err == nil && n >= 0 {
					out = append(out, extract.Declared{Name: named(name), Count: n})
				}
			}
		}
	}
	return out
}

func lastPage(e xml.StartElement) (extract.Declared, bool) {
	attr := map[string]string{}
	for _, a := range e.Attr {
		attr[a.Name.Local] = a.Value
	}
	if e.Name.Local != "link" || attr["rel"] != "last" {
		return extract.Declared{}, false
	}
	u, err := url.Parse(attr["href"])
	if err != nil {
		return extract.Declared{}, false
	}
	start, err := strconv.ParseInt(u.Query().Get("start"), 10, 64)
	if err != nil || start < 0 || start == 1<<63-1 {
		return extract.Declared{}, false
	}
	return extract.Declared{Name: "the link to the last page", Count: start + 1, AtLeast: true}, true
}
