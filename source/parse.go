package source

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"overt"
)

//go:embed catalogue/*.yaml
var embedded embed.FS

// Limits of an entry's file. Ours are well under a tenth of them.
const (
	maxText   = 256 << 10
	maxFiles  = 64
	maxParams = 32
	maxDepth  = 24
	maxOwn    = 1000 // entries of a home
)

var (
	idPattern    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	paramPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	// A name begins with letters of ours, so that no value makes it a name that
	// a system keeps for itself.
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*[-.]([A-Za-z0-9._-]|\{[a-z0-9_.]+\})*$`)
	expects     = []string{"csv", "json", "jsonl", "xml", "zip"}
	kinds       = []string{"text", "number", "date", "us_fiscal_year", "address"}
)

// A Catalogue is the sources that can be fetched, sorted by id.
type Catalogue []*Entry

// Find gives an entry. Errors: not_found.
func (c Catalogue) Find(id string) (*Entry, error) {
	for _, e := range c {
		if e.ID == id {
			return e, nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, id, "there is no such source; overt fetch --list shows them")
}

// Load gives our entries and those in a folder of the user's (dir may be
// missing, or "" for none). Errors: invalid, with the file, for an entry that
// is not understood or has the id of another.
func Load(dir string) (Catalogue, error) {
	var out Catalogue
	sub, err := fs.Sub(embedded, "catalogue")
	if err != nil {
		return nil, err
	}
	if out, err = out.add(sub, "catalogue", false); err != nil || dir == "" {
		return out, err
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	return out.add(os.DirFS(dir), dir, true)
}

func (c Catalogue) add(files fs.FS, dir string, own bool) (Catalogue, error) {
	list, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read sources", Where: dir, Err: err}
	}
	for _, d := range list {
		if ext := path.Ext(d.Name()); d.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		where := filepath.Join(dir, d.Name())
		text, err := readSmall(files, d.Name())
		if err != nil {
			return nil, &overt.Error{Code: overt.Invalid, Op: "read source", Where: where, Err: err}
		}
		e, err := Parse(where, text)
		if err != nil {
			return nil, err
		}
		if _, err := c.Find(e.ID); err == nil {
			return nil, overt.Errorf(overt.Invalid, where, "there is a source %q already", e.ID)
		}
		e.Own = own
		if c = append(c, e); len(c) > maxOwn {
			return nil, overt.Errorf(overt.Invalid, dir, "more than %d sources", maxOwn)
		}
	}
	slices.SortFunc(c, func(a, b *Entry) int { return cmp.Compare(a.ID, b.ID) })
	return c, nil
}

func readSmall(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("this is not a file"))
	}
	text, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if len(text) > maxText {
		return nil, fmt.Errorf("a source may have %d bytes", maxText)
	}
	return text, err
}

// Parse reads one entry; name is its place in errors. Errors: invalid.
func Parse(name string, text []byte) (*Entry, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	e := &Entry{}
	if err := dec.Decode(e); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, overt.Errorf(overt.Invalid, name, "the file is empty")
		}
		return nil, overt.Errorf(overt.Invalid, name, "read the source: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, overt.Errorf(overt.Invalid, name, "a file holds one source, and there is more behind it")
	}
	if err := e.check(); err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "%w", err)
	}
	return e, nil
}

func (e *Entry) check() error {
	if !idPattern.MatchString(e.ID) || len(e.ID) > 64 {
		return fmt.Errorf("id: %q is not lower-case words with hyphens", e.ID)
	}
	if e.Title == "" || e.Publisher == "" {
		return errors.New("a source needs a title and a publisher")
	}
	if !slices.Contains([]string{"", "full", "window", "delta"}, e.Extent) {
		return fmt.Errorf("extent: %q is not full, window or delta", e.Extent)
	}
	for _, h := range e.Hosts {
		if !hostPattern.MatchString(h) {
			return fmt.Errorf("hosts: %q is not the name of a host", h)
		}
	}
	if e.Size < 0 || e.Every < 0 || time.Duration(e.Every) > time.Hour {
		return errors.New("size and every are not negative, and every is an hour at most")
	}
	if len(e.Parameters) > maxParams {
		return fmt.Errorf("more than %d parameters", maxParams)
	}
	known := map[string]bool{}
	for i := range e.Parameters {
		p := &e.Parameters[i]
		if known[p.Name] {
			return fmt.Errorf("parameter %s stands there twice", p.Name)
		}
		known[p.Name] = true
		if err := p.check(); err != nil {
			return fmt.Errorf("parameter %s: %w", p.Name, err)
		}
	}
	if len(e.Files) == 0 || len(e.Files) > maxFiles {
		return fmt.Errorf("a source has between 1 and %d files", maxFiles)
	}
	names := map[string]bool{}
	for i := range e.Files {
		f := &e.Files[i]
		if err := f.check(e); err != nil {
			return fmt.Errorf("file %d: %w", i+1, err)
		}
		if names[strings.ToLower(f.Name)] {
			return fmt.Errorf("file %d: there is a file %s already", i+1, f.Name)
		}
		names[strings.ToLower(f.Name)] = true
	}
	return nil
}

func (p *Parameter) check() error {
	p.Kind = cmp.Or(p.Kind, "text")
	switch {
	case !paramPattern.MatchString(p.Name) || slices.Contains([]string{"page", "limit"}, p.Name):
		return errors.New("its name is not a lower-case word, or one that pages use")
	case p.Title == "":
		return errors.New("it needs a title")
	case !slices.Contains(kinds, p.Kind):
		return fmt.Errorf("kind: %q is none of %s", p.Kind, strings.Join(kinds, ", "))
	}
	if p.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + p.Pattern + `)$`)
		if err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
		p.pattern = re
	}
	for _, v := range []string{p.Default, p.Example} {
		if v != "" {
			if err := p.valid(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *File) check(e *Entry) error {
	f.Method, f.Expect = cmp.Or(f.Method, "GET"), cmp.Or(f.Expect, "json")
	if !namePattern.MatchString(f.Name) || len(f.Name) > 100 {
		return fmt.Errorf("name: %q does not begin with lower-case letters and a hyphen or point", f.Name)
	}
	if err := checkExpect(f.Expect); err != nil {
		return err
	}
	if f.Method != "GET" && f.Method != "POST" || f.Body != nil && f.Method != "POST" {
		return errors.New("the method is GET or POST, and only POST has a body")
	}
	u, err := parseAddress(fillFor(f.Address))
	if err != nil && !givesHost(f.Address) {
		return fmt.Errorf("address: %w", err)
	}
	// The same with something else in the places must be the same host.
	if v, err := parseAddress(placeholder.ReplaceAllString(f.Address, "y")); !givesHost(f.Address) && (err != nil || v.Host != u.Host) {
		return errors.New("address: a parameter is a part of the path or query, or the whole address, not of the host")
	}
	if givesHost(f.Address) {
		p := e.parameter(strings.Trim(f.Address, "{}"))
		if p == nil || p.Kind != "address" {
			return fmt.Errorf("address: %s is not a parameter of kind address", f.Address)
		}
	}
	var follows int
	for _, there := range []bool{f.Pages != nil, f.Job != nil, f.Index != nil} {
		if there {
			follows++
		}
	}
	if follows > 1 {
		return errors.New("only one of pages, job and index can follow from an answer")
	}
	if err := f.checkFollow(); err != nil {
		return err
	}
	return f.checkPlaceholders(e)
}

func checkExpect(s string) error {
	if !slices.Contains(expects, strings.TrimSuffix(s, ".gz")) {
		return fmt.Errorf("expect: %q is none of %s, each also with .gz", s, strings.Join(expects, ", "))
	}
	return nil
}

func (f *File) checkFollow() error {
	pointers := []string{f.Observed}
	switch {
	case f.Pages != nil:
		p := f.Pages
		if p.Rows == "" || (p.More == "") == (p.Next == "") {
			return errors.New("pages: say where the rows are, and one of more and next")
		}
		if f.Expect != "json" || p.Limit < 0 || p.Most < 0 {
			return errors.New("pages are JSON, and their limit and most are not negative")
		}
		p.Most = cmp.Or(p.Most, 10_000)
		pointers = append(pointers, p.Rows, p.More, p.Next, p.Total)
		for k, v := range p.Carry {
			if !paramPattern.MatchString(k) {
				return fmt.Errorf("pages: carry: %q is not a lower-case word", k)
			}
			pointers = append(pointers, v)
		}
	case f.Job != nil:
		j := f.Job
		if j.Status == "" || j.State == "" || j.File == "" || len(j.Done) == 0 {
			return errors.New("job: say where status, state and file are, and which states are done")
		}
		j.Every, j.For = cmp.Or(j.Every, Duration(10*time.Second)), cmp.Or(j.For, Duration(2*time.Hour))
		if j.Every < 0 || j.For < 0 || time.Duration(j.For) > 24*time.Hour {
			return errors.New("job: every and for are not negative, and for is a day at most")
		}
		pointers = append(pointers, j.Status, j.State, j.File, j.Message)
	case f.Index != nil:
		x := f.Index
		x.Expect, x.Most = cmp.Or(x.Expect, "json"), cmp.Or(x.Most, 1000)
		if err := checkExpect(x.Expect); err != nil || x.Most < 0 {
			return errors.Join(err, errors.New("index: what is expected, and how many at most"))
		}
		pointers = append(pointers, x.List)
	}
	for _, p := range pointers {
		if p != "" && !strings.HasPrefix(p, "/") {
			return fmt.Errorf("%q is no JSON pointer: it does not begin with /", p)
		}
	}
	return nil
}

func (e *Entry) parameter(name string) *Parameter {
	for i := range e.Parameters {
		if e.Parameters[i].Name == name {
			return &e.Parameters[i]
		}
	}
	return nil
}

// checkPlaceholders holds that each placeholder has something to stand for.
func (f *File) checkPlaceholders(e *Entry) error {
	texts := []string{f.Name, f.Address, e.Dataset}
	if f.Index != nil {
		texts = append(texts, f.Index.After)
	}
	if err := walkBody(f.Body, 0, func(s string) { texts = append(texts, s) }); err != nil {
		return err
	}
	for _, t := range texts {
		for _, m := range placeholder.FindAllStringSubmatch(t, -1) {
			name, part, _ := strings.Cut(m[1], ".")
			p := e.parameter(name)
			carried := false
			if f.Pages != nil {
				_, carried = f.Pages.Carry[name]
				carried = carried || m[1] == "page" || m[1] == "limit" && f.Pages.Limit > 0
			}
			switch {
			case carried && p == nil:
			case p == nil:
				return fmt.Errorf("{%s} is no parameter", m[1])
			case part != "" && (p.Kind != "us_fiscal_year" || part != "start" && part != "end"):
				return fmt.Errorf("{%s}: only a fiscal year has .start and .end", m[1])
			case p.Optional && p.Default == "" && (t == f.Name || t == f.Address || t == e.Dataset):
				return fmt.Errorf("{%s} may be empty, and then the name, address or dataset would be another", m[1])
			}
		}
	}
	return nil
}

func walkBody(v any, depth int, visit func(string)) error {
	if depth > maxDepth {
		return fmt.Errorf("body: more than %d levels", maxDepth)
	}
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, item := range v {
			if err := walkBody(item, depth+1, visit); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, item := range v {
			if err := walkBody(item, depth+1, visit); err != nil {
				return err
			}
		}
	case map[any]any:
		return errors.New("body: keys are texts")
	}
	return nil
}
