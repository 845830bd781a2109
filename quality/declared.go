package quality

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"overt/extract"
)

// maxHead is how much of a source is read for what it says of itself: the
// count stands before the list, or in the last page's link.
const maxHead = 1 << 20

// A Declaration is how many records a source says there are.
type Declaration struct {
	Name  string // where it says so: "/meta/total", "link last"
	Count int64
	// AtLeast says that Count is the least there is, as a link to the last page
	// tells.
	AtLeast bool
}

// Declared reads the beginning of a tree for the number of records it says it
// holds: totals beside the list, counts of OpenSearch and of feeds. None for
// tables and for a source that says nothing; broken bytes end the search.
func Declared(info extract.Info, r io.Reader) []Declaration {
	head, err := io.ReadAll(io.LimitReader(r, maxHead))
	if err != nil && len(head) == 0 {
		return nil
	}
	head = bytes.TrimPrefix(head, []byte("\ufeff"))
	switch {
	case info.Format == extract.JSON:
		return declaredJSON(head)
	case info.Format == extract.XML:
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
func declaredJSON(head []byte) []Declaration {
	dec := json.NewDecoder(bytes.NewReader(head))
	dec.UseNumber()
	var out []Declaration
	var path []string // names of the open objects' current keys
	arrays, wantKey := 0, false
	var open []bool // whether each open bracket is an object
	for len(out) < maxEvidence {
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
				out = append(out, Declaration{Name: "/" + strings.Join(path, "/"), Count: c})
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
func declaredXML(head []byte) []Declaration {
	dec := xml.NewDecoder(bytes.NewReader(head))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var out []Declaration
	depth, name := 0, ""
	for len(out) < maxEvidence {
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
					out = append(out, Declaration{Name: name, Count: n})
				}
			}
		}
	}
	return out
}

func lastPage(e xml.StartElement) (Declaration, bool) {
	attr := map[string]string{}
	for _, a := range e.Attr {
		attr[a.Name.Local] = a.Value
	}
	if e.Name.Local != "link" || attr["rel"] != "last" {
		return Declaration{}, false
	}
	u, err := url.Parse(attr["href"])
	if err != nil {
		return Declaration{}, false
	}
	start, err := strconv.ParseInt(u.Query().Get("start"), 10, 64)
	if err != nil || start < 0 || start == 1<<63-1 {
		return Declaration{}, false
	}
	return Declaration{"the link to the last page", start + 1, true}, true
}

// Declare compares what the source at hand says of its size with the records
// that came, once all are read. Pages of one source are added up.
func (w *Watch) Declare(source string, said []Declaration) {
	for _, d := range said {
		i := indexOf(w.declared, d.Name)
		if i < 0 {
			w.declared = append(w.declared, declaredAt{d, source})
			continue
		}
		w.declared[i].Count = max(w.declared[i].Count, d.Count)
	}
}

// Again says that a source has the bytes of another one of the run, such as a
// page that was fetched twice: its records do not make up for those of a third.
func (w *Watch) Again(source string) { w.again = append(w.again, source) }

// A declaredAt is a declaration and the first source that made it.
type declaredAt struct {
	Declaration
	source string
}

func indexOf(list []declaredAt, name string) int {
	for i := range list {
		if list[i].Name == name {
			return i
		}
	}
	return -1
}

// declaredTotals doubts a run with fewer records than its source says there
// are. A source may hold several lists; the largest counts.
func (w *Watch) declaredTotals() {
	by := map[string]int64{}
	most := int64(0)
	for _, c := range w.counts {
		if slices.Contains(w.again, c.source) {
			continue
		}
		by[c.selector] += c.n
		most = max(most, by[c.selector])
	}
	for _, d := range w.declared {
		if most >= d.Count {
			continue
		}
		least := ""
		if d.AtLeast {
			least = "at least "
		}
		w.warn("fewer-than-declared", d.source+": "+d.Name, "the source says it has %s%d records, and %d are here; the rest stands on pages or in files that are not in this import", least, d.Count, most)
	}
}
