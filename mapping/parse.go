package mapping

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt"
	"overt/ftm"
)

// Options of Parse. The zero value is the form without environment.
type Options struct {
	// Env holds the names that ${NAME} and $NAME in addresses may stand for.
	// Other names stay as they are written: a mapping file never reads the
	// environment of the process.
	Env map[string]string
	// KeyPrefix goes into the ids of entities with keys, before key_literal, as
	// FollowTheMoney's key_prefix does. A key_prefix in the file comes after it.
	KeyPrefix string
	// Model is the model of the schemata; nil is the published one with ours.
	Model *ftm.Model
}

// Parse reads a mapping file; name is used in errors and, without its folder
// and ending, as the dataset of a file that names none. Errors: invalid, with
// file, line and column.
func Parse(name string, text []byte) (*Mapping, error) {
	return ParseWith(name, text, Options{})
}

// ParseWith is Parse with options.
func ParseWith(name string, text []byte, opts Options) (*Mapping, error) {
	root, err := parseYAML(name, text)
	if err != nil {
		return nil, err
	}
	if opts.Model == nil {
		opts.Model = ftm.Default()
	}
	p := &parser{decoder: decoder{name: name}, opts: opts}
	p.m = &Mapping{digest: digestOf(text), model: opts.Model, date: opts.Model.Type("date")}
	p.file(root)
	if p.err != nil {
		return nil, p.err
	}
	if len(p.m.Queries) == 0 && p.m.detect.native == "" {
		return nil, overt.Errorf(overt.Invalid, name, "the mapping has no queries")
	}
	return p.m, nil
}

// A parser holds what is known while one file is read.
type parser struct {
	decoder
	opts    Options
	m       *Mapping
	lookups map[string]map[string]string
	ignore  *ignoreSet
	formats string // date formats, joined with |
	prefix  string // key_prefix
}

// packKeys are the keys that make the top of a file a pack, or one dataset,
// and not a list of datasets by name.
var packKeys = map[string]bool{"name": true, "queries": true, "query": true, "entities": true}

func (p *parser) file(root *yaml.Node) {
	top := p.pairs(root, "the mapping")
	if p.err != nil {
		return
	}
	for _, kv := range top {
		if packKeys[kv.key] {
			p.dataset("", root, top)
			if p.m.Name == "" {
				p.m.Name = baseName(p.name)
			}
			return
		}
	}
	for _, kv := range top {
		p.lookups, p.ignore, p.formats, p.prefix = nil, nil, "", ""
		p.dataset(kv.key, kv.value, p.pairs(kv.value, "dataset "+kv.key))
	}
	if len(top) == 1 && p.m.Name == "" {
		p.m.Name = top[0].key
	}
	if p.m.Name == "" {
		p.m.Name = baseName(p.name)
	}
}

func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		name = name[:i]
	}
	return name
}

// dataset reads a header and its queries. Tables and rules that queries use are
// read first, wherever they stand.
func (p *parser) dataset(id string, n *yaml.Node, pairs []pair) {
	var rest []pair
	for _, kv := range pairs {
		if !p.shared(kv) {
			rest = append(rest, kv)
		}
	}
	var bare []pair
	for _, kv := range rest {
		if p.err != nil {
			return
		}
		switch kv.key {
		case "queries", "query":
			for _, item := range p.list(kv.value) {
				p.query(id, item, p.pairs(item, "a query"))
			}
		default:
			if !p.header(kv) {
				bare = append(bare, kv)
			}
		}
	}
	for _, kv := range bare {
		if kv.key == "entities" {
			p.query(id, n, bare)
			return
		}
	}
	if len(bare) > 0 {
		p.fail(bare[0].at, "unknown key %q", bare[0].key)
	}
}

// shared reads the keys that queries depend on.
func (p *parser) shared(kv pair) bool {
	switch kv.key {
	case "lookups":
		p.lookups = map[string]map[string]string{}
		for _, t := range p.pairs(kv.value, "lookups") {
			p.lookups[t.key] = p.table(t.value, "lookup "+t.key)
		}
	case "ignore":
		p.ignore = p.ignoring(kv.value)
	case "date_formats":
		p.formats = p.dateFormats(kv.value)
	case "key_prefix":
		p.prefix = p.text(kv.value, kv.key)
	default:
		return false
	}
	return true
}

// header reads one key of a pack header.
func (p *parser) header(kv pair) bool {
	m := p.m
	switch kv.key {
	case "name":
		m.Name = p.text(kv.value, kv.key)
	case "title", "label":
		m.Title = p.text(kv.value, kv.key)
	case "publisher":
		m.Publisher = p.text(kv.value, kv.key)
	case "licence", "license":
		m.Licence = p.text(kv.value, kv.key)
	case "address", "info_url":
		m.Address = p.text(kv.value, kv.key)
	case "class":
		m.Class = p.text(kv.value, kv.key)
	case "series":
		m.Series = p.text(kv.value, kv.key)
	case "pages":
		if m.Pages = p.text(kv.value, kv.key) == "folder"; !m.Pages {
			p.fail(kv.value, "pages must be folder: the files of one folder are one source")
		}
	case "labels":
		m.Labels = p.texts(kv.value, kv.key)
	case "header":
		m.Header = p.texts(kv.value, kv.key)
	case "extent":
		m.Extent = p.text(kv.value, kv.key)
		if m.Extent != Full && m.Extent != Window && m.Extent != Delta {
			p.fail(kv.value, "extent must be full, window or delta")
		}
	case "observed":
		p.observed(kv.value)
	case "detect":
		p.detection(kv.value)
	case "sensitive":
		for _, item := range p.list(kv.value) {
			p.basis(item)
		}
	default:
		return false
	}
	return true
}

// basis reads one entry of the sensitive list.
func (p *parser) basis(n *yaml.Node) {
	var b Basis
	for _, kv := range p.pairs(n, "an entry of sensitive") {
		switch kv.key {
		case "column":
			b.Column = p.text(kv.value, kv.key)
		case "basis":
			b.Basis = p.text(kv.value, kv.key)
		case "approved":
			b.Approved = p.text(kv.value, kv.key)
		case "until":
			b.Until = p.text(kv.value, kv.key)
			if !isDay(b.Until) {
				p.fail(kv.value, "until must be a date as YYYY-MM-DD")
			}
		default:
			p.fail(kv.at, "sensitive: unknown key %q", kv.key)
		}
	}
	if p.err != nil {
		return
	}
	if b.Column == "" || b.Basis == "" || b.Approved == "" || b.Until == "" {
		p.fail(n, "sensitive needs column, basis, approved and until")
		return
	}
	if r, ok := refuse(b.Column); ok && r.Absolute {
		p.fail(n, "sensitive: column %q is refused absolutely: %s", b.Column, r.Reason)
		return
	}
	p.m.Sensitive = append(p.m.Sensitive, b)
}

var dayShape = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)

func isDay(s string) bool { return dayShape.MatchString(s) }

// table reads a lookup table. Its keys match without regard to case and blanks.
func (p *parser) table(n *yaml.Node, what string) map[string]string {
	out := map[string]string{}
	for _, kv := range p.pairs(n, what) {
		out[foldValue(kv.key)] = p.text(kv.value, what)
	}
	return out
}

// dateFormats reads a list of date layouts. They are checked where they are
// used, by cleaning; here only that none holds the separator.
func (p *parser) dateFormats(n *yaml.Node) string {
	formats := p.texts(n, "date_formats")
	for _, f := range formats {
		if strings.Contains(f, "|") {
			p.fail(n, "a date format may not hold |")
		}
	}
	return strings.Join(formats, "|")
}

// pattern compiles a regular expression with at most one group.
func (p *parser) regexp(n *yaml.Node, what string) *regexp.Regexp {
	text := p.text(n, what)
	if p.err != nil {
		return nil
	}
	if len(text) > maxPattern {
		p.fail(n, "%s is longer than %d bytes", what, maxPattern)
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		p.fail(n, "%s: %v", what, err)
		return nil
	}
	if re.NumSubexp() > 1 {
		p.fail(n, "%s may have one group, this one has %d: use (?:…) for the others", what, re.NumSubexp())
		return nil
	}
	return re
}
