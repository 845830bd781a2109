package mapping

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt/extract"
	"overt/ftm"
)

// A detection says by what a pack knows its source.
type detection struct {
	formats []string            // kinds of file; empty is any
	columns []string            // must all be there
	anyOf   [][]string          // of each list one must be there
	keys    []string            // for trees: quoted keys in the head of the file
	width   int                 // for files without header: number of columns
	shapes  map[int]*shapeCheck // for files without header: by column from 0
	name    *regexp.Regexp      // of the file: adds to the score, never decides
	native  string              // what the pipeline reads itself: "ftm", "ftm-statements"
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
		case "width":
			d.width = p.number(kv.value, kv.key, 1, 16384)
		case "shapes":
			p.shapes(kv.value)
		case "filename":
			d.name = p.regexp(kv.value, kv.key)
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
	Bytes   []byte           // the beginning of the text, for trees; a megabyte is enough
}

// A Candidate is a mapping that may fit a source.
type Candidate struct {
	Mapping *Mapping
	// Format is what the pipeline reads without a mapping: "ftm" for entity
	// JSON lines, "ftm-statements" for the statement table; empty for packs.
	Format    string
	Score     float64 // in (0,1]; above 0.5 all that the pack asks for is there
	Reason    string  // one sentence for people
	SetHeader bool    // the source has no header line; give it Mapping.Header
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
				c.Mapping = nil
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
	var c Candidate
	var ok bool
	switch {
	case d.native == nativeEntities:
		c, ok = byEntity(h.Bytes, m.model)
	case len(d.keys) > 0 && len(h.Info.Header) == 0:
		c, ok = d.byKeys(h)
	case len(d.columns)+len(d.anyOf) > 0:
		c, ok = d.byColumns(h)
		if !ok && d.width > 0 {
			c, ok = d.byShape(h)
		}
	}
	if ok && d.name != nil && d.name.MatchString(h.Name[strings.LastIndexAny(h.Name, `/\`)+1:]) {
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
	score := 0.6 + 0.3*float64(known)/float64(max(known, len(have)))
	return Candidate{Score: score, Reason: fmt.Sprintf("all %d columns that tell this source are there", known)}, true
}

// byKeys asks for the keys in the head of a tree: quoted, or in YAML without.
func (d *detection) byKeys(h Head) (Candidate, bool) {
	for _, k := range d.keys {
		plain := h.Info.Format == extract.YAML && bytes.Contains(h.Bytes, []byte(k+":"))
		if !plain && !bytes.Contains(h.Bytes, []byte(strconv.Quote(k))) {
			return Candidate{}, false
		}
	}
	return Candidate{Score: 0.8, Reason: fmt.Sprintf("the keys %s are there", strings.Join(d.keys, ", "))}, true
}

// nativeEntities is the format name of FollowTheMoney entity lines.
const nativeEntities = "ftm"

// byEntity reads the first JSON value and asks whether it is an entity of a
// known schema.
func byEntity(head []byte, model *ftm.Model) (Candidate, bool) {
	var e struct {
		ID         string              `json:"id"`
		Schema     string              `json:"schema"`
		Properties map[string][]string `json:"properties"`
	}
	if err := json.NewDecoder(bytes.NewReader(head)).Decode(&e); err != nil || e.ID == "" || model.Schema(e.Schema) == nil || e.Properties == nil {
		return Candidate{}, false
	}
	return Candidate{Score: 0.9, Reason: "the first line is an entity with the schema " + e.Schema}, true
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

// isRowError says that reading goes on after err.
func isRowError(err error) bool {
	var row *extract.RowError
	return errors.As(err, &row)
}
