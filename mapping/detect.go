package mapping

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/extract"
)

// A detection says by what a pack knows its source.
type detection struct {
	formats []string            // kinds of file; empty is any
	columns []string            // must all be there
	anyOf   [][]string          // of each list one must be there
	keys    []string            // for trees: quoted keys in the head of the file
	top     []string            // for JSON: keys of the outermost object, or of the first in a list
	texts   []*regexp.Regexp    // patterns that must be found in the head of the file
	width   int                 // for files without header: number of columns
	shapes  map[int]*shapeCheck // for files without header: by column from 0
	name    *regexp.Regexp      // of the file: adds to the score, never decides
	named   *regexp.Regexp      // of the file: must match
	whole   bool                // the table has no columns but columns and anyOf
	names   []string            // for XML: names of elements in the head of the file
	native  string              // the name of what the pipeline reads itself: "ftm", "bods"
}

type shapeCheck struct{ re *regexp.Regexp }

func (p *parser) detection(n *yaml.Node) {
	d := &p.m.detect
	for _, kv := range p.pairs(n, "detect") {
		switch kv.key {
		case "formats":
			d.formats = p.texts(kv.value, kv.key)
		case "columns":
			d.columns = p.texts(kv.value, kv.key)
		case "any":
			for _, item := range p.list(kv.value) {
				d.anyOf = append(d.anyOf, p.texts(item, kv.key))
			}
		case "keys":
			d.keys = p.texts(kv.value, kv.key)
		case "top":
			d.top = p.texts(kv.value, kv.key)
		case "contains":
			for _, item := range p.list(kv.value) {
				d.texts = append(d.texts, p.regexp(item, kv.key))
			}
		case "width":
			d.width = p.number(kv.value, kv.key, 1, 16384)
		case "shapes":
			p.shapes(kv.value)
		case "filename":
			d.name = p.regexp(kv.value, kv.key)
		case "named":
			d.named = p.regexp(kv.value, kv.key)
		case "whole":
			d.whole = p.flag(kv.value, kv.key)
		case "elements":
			d.names = p.texts(kv.value, kv.key)
		case "native":
			d.native = p.text(kv.value, kv.key)
		default:
			p.fail(kv.at, "unknown key %q in detect", kv.key)
		}
	}
}

func (p *parser) shapes(n *yaml.Node) {
	p.m.detect.shapes = map[int]*shapeCheck{}
	for _, kv := range p.pairs(n, "shapes") {
		i, err := strconv.Atoi(kv.key)
		if err != nil || i < 1 || i > 16384 {
			p.fail(kv.at, "shapes are given by the number of the column, from 1")
			return
		}
		p.m.detect.shapes[i-1] = &shapeCheck{p.regexp(kv.value, "a shape")}
	}
}

// A Head is what Detect looks at: the beginning of one part of a source.
type Head struct {
	Name    string // file name, may be empty
	Info    extract.Info
	Records []extract.Record // some of the first records, for tables
	Outline extract.Outline  // of the beginning of the text, by Sought
}

// A Candidate is a mapping that may fit a source.
type Candidate struct {
	Mapping *Mapping
	// Format is what the pipeline reads without a mapping ("ftm", "bods");
	// empty for packs.
	Format    string
	Pack      *Mapping // the header of such a format; nil for packs
	Rows      string   // where the records of such a format are, as a selector
	Score     float64  // in (0,1]; above 0.5 all that the pack asks for is there
	Reason    string   // one sentence for people
	SetHeader bool     // the source has no header line; give it Mapping.Header
}

// Sought is what the embedded packs look for in the beginning of a text.
func Sought() extract.Sought {
	packs, _ := Packs() // Detect tells what is wrong with them
	s := extract.Sought{Fields: slices.Clone(fields)}
	for _, m := range packs {
		d := &m.detect
		s.Keys = append(s.Keys, d.keys...)
		s.Top = append(append(s.Top, d.top...), slices.Concat(d.anyOf...)...)
		s.Elements = append(s.Elements, d.names...)
		for _, re := range d.texts {
			s.Patterns = append(s.Patterns, re.String())
		}
	}
	for _, list := range []*[]string{&s.Keys, &s.Top, &s.Elements, &s.Patterns} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return s
}

// Detect ranks the embedded packs that may fit, best first; none when nothing
// fits. Equal scores are sorted by name.
func Detect(h Head) ([]Candidate, error) {
	packs, err := Packs()
	if err != nil {
		return nil, err
	}
	return DetectAmong(packs, h), nil
}

// DetectAmong ranks the given mappings.
func DetectAmong(packs []*Mapping, h Head) []Candidate {
	var out []Candidate
	for _, m := range packs {
		if c, ok := m.fits(h); ok {
			c.Mapping, c.Format = m, m.detect.native
			if c.Format != "" {
				c.Mapping, c.Pack = nil, m
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int { return cmp.Compare(b.Score, a.Score) })
	return out
}

func (m *Mapping) fits(h Head) (Candidate, bool) {
	d := &m.detect
	if len(d.formats) > 0 && !slices.Contains(d.formats, string(h.Info.Format)) {
		return Candidate{}, false
	}
	base := h.Name[strings.LastIndexAny(h.Name, `/\`)+1:]
	if d.named != nil && !d.named.MatchString(base) {
		return Candidate{}, false
	}
	var c Candidate
	var ok bool
	switch {
	case len(d.names) > 0:
		c, ok = d.byElements(h)
	case known[d.native] != nil:
		c, ok = known[d.native](h, m.model)
	case len(d.keys)+len(d.top)+len(d.texts) > 0 && len(h.Info.Header) == 0:
		c, ok = d.byHead(h)
	case len(d.columns)+len(d.anyOf) > 0:
		c, ok = d.byColumns(h)
		if !ok && d.width > 0 {
			c, ok = d.byShape(h)
		}
	}
	if ok && d.named != nil {
		c.Score = min(1, c.Score+0.1)
	}
	if ok && d.name != nil && d.name.MatchString(base) {
		c.Score = min(1, c.Score+0.05)
		c.Reason += ", and the file is named so"
	}
	return c, ok
}

// byColumns asks for all the columns of the pack. The score says how many of the
// source's columns the pack knows: between two packs that fit, the one that
// knows more of them wins.
func (d *detection) byColumns(h Head) (Candidate, bool) {
	have := map[string]bool{}
	for _, c := range h.Info.Header {
		have[foldColumn(c)] = true
	}
	known := 0
	for _, c := range d.columns {
		if !have[foldColumn(c)] {
			return Candidate{}, false
		}
		known++
	}
	for _, list := range d.anyOf {
		if !slices.ContainsFunc(list, func(c string) bool { return have[foldColumn(c)] }) {
			return Candidate{}, false
		}
		known++
	}
	if d.whole && known < len(have) {
		return Candidate{}, false
	}
	score := 0.6 + 0.3*float64(known)/float64(max(known, len(have)))
	return Candidate{Score: score, Reason: fmt.Sprintf("all %d columns that tell this source are there", known)}, true
}

// byHead asks for keys and texts in the head of a tree. The more a pack asks
// for, the better it fits.
func (d *detection) byHead(h Head) (Candidate, bool) {
	o := h.Outline
	if !each(d.keys, o.Keys) || !each(d.top, o.Top) {
		return Candidate{}, false
	}
	for _, list := range d.anyOf {
		if !slices.ContainsFunc(list, func(k string) bool { return slices.Contains(o.Top, k) }) {
			return Candidate{}, false
		}
	}
	for _, re := range d.texts {
		if re == nil || !slices.Contains(o.Patterns, re.String()) {
			return Candidate{}, false
		}
	}
	asked := len(d.keys) + len(d.top) + len(d.texts)
	c := Candidate{Score: 0.8 + 0.01*float64(min(asked, 10)), Reason: "the texts that tell this source are there"}
	if names := append(slices.Clone(d.top), d.keys...); len(names) > 0 {
		c.Reason = fmt.Sprintf("the keys %s are there", strings.Join(names, ", "))
	}
	return c, true
}

// each says whether all of a list stand in another.
func each(list, in []string) bool {
	return !slices.ContainsFunc(list, func(s string) bool { return !slices.Contains(in, s) })
}

// byElements asks for the start of each element in the head of an XML document,
// with or without a prefix.
func (d *detection) byElements(h Head) (Candidate, bool) {
	if h.Info.Format != extract.XML {
		return Candidate{}, false
	}
	for _, name := range d.names {
		if !slices.Contains(h.Outline.Elements, name) {
			return Candidate{}, false
		}
	}
	return Candidate{Score: 0.8, Reason: fmt.Sprintf("the elements %s are there", strings.Join(d.names, ", "))}, true
}

// byShape knows a file without header by the number of its columns and the
// shapes of some of them.
func (d *detection) byShape(h Head) (Candidate, bool) {
	if len(h.Records) == 0 || h.Info.HeaderRow != 0 {
		return Candidate{}, false
	}
	for _, rec := range h.Records {
		if len(rec.Columns()) != d.width {
			return Candidate{}, false
		}
		for i, s := range d.shapes {
			for _, cell := range rec.Cells("#" + strconv.Itoa(i+1)) {
				if !s.re.MatchString(cell.Text) {
					return Candidate{}, false
				}
			}
		}
	}
	return Candidate{Score: 0.75, SetHeader: true,
		Reason: fmt.Sprintf("no header line, but %d columns of the right shapes", d.width)}, true
}
