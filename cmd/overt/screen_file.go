package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/ftm"
	"overt/mapping"
	"overt/screen"
)

// maxRequests is how many requests a file may hold: they and their answers are
// held in memory.
const maxRequests = 250_000

// A requestFile is a file of whom to screen.
type requestFile struct {
	schema  string // of a row that names none
	mapping *mapping.Mapping

	name    string
	sha256  string
	queries []screen.Query
	places  []string
	unread  []string // columns that no property is called by
	failed  []screen.Passed
}

// read reads the requests of a file. Errors: not_found, invalid, with the place.
func (r *requestFile) read(ctx context.Context, records open.Opener, path string) error {
	r.name = filepath.Base(path)
	if err := r.hash(path); err != nil {
		return err
	}
	opts := open.Options{}
	if r.mapping != nil {
		opts.Header = r.mapping.Header
	}
	parts, err := records.Open(ctx, open.File(path), opts)
	if err != nil {
		return &overt.Error{Code: overt.CodeOf(err), Op: "read requests", Where: path, Err: err}
	}
	for _, p := range parts {
		if r.mapping != nil {
			err = r.mapped(ctx, p)
		} else {
			err = r.table(ctx, p)
		}
		if err != nil {
			return &overt.Error{Code: overt.Invalid, Op: "read requests", Where: strings.TrimSuffix(path+": "+p.Name, ": "), Err: err}
		}
	}
	return nil
}

func (r *requestFile) hash(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return &overt.Error{Code: overt.NotFound, Op: "read requests", Where: path, Err: err}
	}
	defer func() { _ = f.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "read requests", Where: path, Err: err}
	}
	r.sha256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (r *requestFile) add(q screen.Query, at overt.Locator) error {
	if len(r.queries) == maxRequests {
		return fmt.Errorf("more than %d requests; split the file", maxRequests)
	}
	r.queries = append(r.queries, q)
	r.places = append(r.places, overt.Citation{Source: r.name, Locator: at}.String())
	return nil
}

// each yields the records of a part. What cannot be read ends it: who is not
// screened must not pass for one who is on no list.
func each(ctx context.Context, p extract.Part, selector string, do func(extract.Record) error) error {
	for rec, err := range p.Reader.Records(ctx, selector) {
		if err == nil {
			err = do(rec)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// table takes columns for the properties that are called like them.
func (r *requestFile) table(ctx context.Context, p extract.Part) error {
	header := p.Reader.Info().Header
	byName := map[string]string{} // column → what it is called by
	for _, c := range header {
		byName[c] = bareLabel(c)
	}
	if len(header) == 0 {
		return fmt.Errorf("no line names the columns; give a table with columns such as name, birthDate, country, or a --mapping")
	}
	props := map[string]map[string]string{}
	known := map[string]bool{}
	err := each(ctx, p, "", func(rec extract.Record) error {
		q := screen.Query{Schema: r.schema, Properties: map[string][]string{}}
		sum := sha256.New()
		texts := map[string]string{}
		for _, c := range header {
			for _, cell := range rec.Cells(c) {
				text := strings.TrimSpace(cell.Text)
				fmt.Fprintf(sum, "%d:%s%d:%s", len(c), c, len(text), text)
				if text != "" {
					texts[c] = text
				}
			}
		}
		for c, name := range byName {
			switch {
			case name == "id" && texts[c] != "":
				q.ID = texts[c]
			case name == "schema" && texts[c] != "":
				q.Schema = texts[c]
			}
		}
		of, ok := props[q.Schema]
		if !ok {
			if of = propertiesOf(q.Schema); of == nil {
				return fmt.Errorf("%s: there is no schema %q", rec.At(), short(q.Schema, 40))
			}
			props[q.Schema] = of
		}
		for _, c := range header {
			if prop := of[byName[c]]; prop != "" {
				known[c] = true
				if texts[c] != "" {
					q.Properties[prop] = append(q.Properties[prop], texts[c])
				}
			}
		}
		if q.ID == "" {
			q.ID = "row-" + hex.EncodeToString(sum.Sum(nil)[:8])
		}
		return r.add(q, rec.At())
	})
	for _, c := range header {
		if !known[c] && byName[c] != "id" && byName[c] != "schema" {
			r.unread = append(r.unread, c)
		}
	}
	if err == nil && len(known) == 0 && len(r.queries) > 0 {
		err = fmt.Errorf("no column is called like a property (name, birthDate, country, …); the columns are %s; a --mapping says what they mean", short(strings.Join(header, ", "), 200))
	}
	return err
}

// bareLabel is a name without case, blanks and signs: "Birth Date", "birth_date"
// and "birthDate" are one.
func bareLabel(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// propertiesOf gives the properties of a schema by their bare names, nil if there
// is no such schema. A name goes before a label.
func propertiesOf(schema string) map[string]string {
	s := ftm.Default().Schema(schema)
	if s == nil {
		return nil
	}
	out := map[string]string{}
	names := slices.Sorted(maps.Keys(s.Properties))
	for _, byLabel := range []bool{true, false} {
		for _, n := range names {
			if p := s.Properties[n]; p.Stub || p.Type.Name == "entity" {
				continue
			} else if byLabel {
				out[bareLabel(p.Label)] = n
			} else {
				out[bareLabel(n)] = n
			}
		}
	}
	return out
}

// mapped takes the entities that a mapping makes of the records.
func (r *requestFile) mapped(ctx context.Context, p extract.Part) error {
	model := ftm.Default()
	for _, q := range r.mapping.Queries {
		err := each(ctx, p, q.Rows, func(rec extract.Record) error {
			return r.mapping.Apply(q, rec, func(e mapping.Entity) error {
				s := model.Schema(e.Schema)
				if e.Standing || s == nil || s.Edge != nil || !s.Matchable {
					return nil
				}
				out := screen.Query{ID: string(e.ID), Schema: e.Schema, Properties: map[string][]string{}}
				for _, v := range e.Values {
					if pr := s.Property(v.Prop); pr != nil && pr.Type.Name != "entity" {
						out.Properties[v.Prop] = append(out.Properties[v.Prop], v.Clean)
					}
				}
				return r.add(out, rec.At())
			}, func(p mapping.Problem) {
				if len(r.failed) < 1000 {
					r.failed = append(r.failed, screen.Passed{Property: p.Where.String() + " " + p.Property, Reason: p.Reason})
				}
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// readMapping reads a mapping for requests.
func readMapping(path string) (*mapping.Mapping, error) {
	if path == "" {
		return nil, nil
	}
	if m := mapping.Pack(path); m != nil {
		return m, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, &overt.Error{Code: overt.NotFound, Op: "read the mapping", Where: path, Err: err}
	}
	m, err := mapping.Parse(filepath.Base(path), text)
	if err == nil && m.NeedsSQL() {
		err = overt.Errorf(overt.Invalid, path, "requests are read from files, not from databases")
	}
	return m, err
}
