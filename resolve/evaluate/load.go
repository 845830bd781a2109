package evaluate

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"overt/resolve/match"
)

// data is a set as loaded.
type data struct {
	records  []match.Record
	unique   []string
	entity   map[string]string // of records, by id, where the tables say it
	pairs    [][2]string       // of one entity
	labelled []labelled
	requests map[string]bool // sources
}

// A labelled pair is two records and whether they are one.
type labelled struct {
	a, b  string
	match bool
	group string
}

func (d *Description) load(root string) (*data, error) {
	out := &data{entity: map[string]string{}, requests: map[string]bool{}}
	for i := range d.Tables {
		t := &d.Tables[i]
		if t.Unique {
			out.unique = append(out.unique, t.Source)
		}
		if err := out.loadTable(root, t); err != nil {
			return nil, fmt.Errorf("%s: %w", t.File, err)
		}
	}
	if d.Screen != nil {
		for _, s := range d.Screen.Requests {
			out.requests[s] = true
		}
	}
	for _, a := range []*Answers{d.Truth.Rows, d.Truth.Clusters, d.Truth.Pairs} {
		if a == nil {
			continue
		}
		if err := out.loadAnswers(root, a, a == d.Truth.Rows); err != nil {
			return nil, fmt.Errorf("%s: %w", a.File, err)
		}
	}
	return out, nil
}

func (o *data) loadTable(root string, t *Table) error {
	pattern := regexp.MustCompile(t.Pattern)
	return rows(root, form{t.File, t.Format, t.Separator, t.Columns, t.Empty}, t.wanted(), func(n int, row map[string]string) error {
		schema := t.Schema.fill(row)
		if as, ok := t.Schemata[schema]; ok {
			schema = as
		}
		id := t.ID.fill(row)
		if t.ID == "" {
			id = strconv.Itoa(n)
		}
		id = t.Source + ":" + id
		if t.Left != nil {
			a := match.Record{ID: id + ":left", Source: t.Source + ":left", Schema: schema, Values: fillAll(t.Left, row)}
			b := match.Record{ID: id + ":right", Source: t.Source + ":right", Schema: schema, Values: fillAll(t.Right, row)}
			o.records = append(o.records, a, b)
			o.labelled = append(o.labelled, labelled{a.ID, b.ID, slices.Contains(t.Match, t.Label.fill(row)), t.Group.fill(row)})
			return nil
		}
		o.records = append(o.records, match.Record{ID: id, Source: t.Source, Schema: schema, Values: fillAll(t.Values, row)})
		if entity := t.Entity.fill(row); entity != "" {
			if t.Pattern != "" {
				found := pattern.FindStringSubmatch(entity)
				if len(found) < 2 {
					return fmt.Errorf("record %d: %q does not have the pattern %s", n, entity, t.Pattern)
				}
				entity = found[1]
			}
			o.entity[id] = entity
		}
		return nil
	})
}

func fillAll(values map[string]templates, row map[string]string) []match.Value {
	var out []match.Value
	for _, prop := range slices.Sorted(maps.Keys(values)) {
		for _, t := range values[prop] {
			if text := t.fill(row); text != "" {
				out = append(out, match.Value{Prop: prop, Text: text})
			}
		}
	}
	return out
}

func (o *data) loadAnswers(root string, a *Answers, byRow bool) error {
	wanted := slices.Concat(a.Record.columns(), a.Entity.columns(), a.Left.columns(), a.Right.columns())
	known := map[string]bool{}
	for i := range o.records {
		known[o.records[i].ID] = true
	}
	return rows(root, form{File: a.File, Separator: a.Separator, Columns: a.Columns}, wanted, func(n int, row map[string]string) error {
		switch {
		case byRow && n > len(o.records):
			return fmt.Errorf("row %d answers for no record", n)
		case byRow:
			o.entity[o.records[n-1].ID] = a.Entity.fill(row)
		case a.Left != "":
			l, r := a.Left.fill(row), a.Right.fill(row)
			if !known[l] || !known[r] {
				return fmt.Errorf("row %d names a record that is not there: %s, %s", n, l, r)
			}
			o.pairs = append(o.pairs, [2]string{l, r})
		default:
			rec := a.Record.fill(row)
			if !known[rec] {
				return fmt.Errorf("row %d names a record that is not there: %s", n, rec)
			}
			o.entity[rec] = a.Entity.fill(row)
		}
		return nil
	})
}

// rowNumber is the column that every table has: the number of the row, from 1.
const rowNumber = "#"

// A form is where a table lies and how it is written.
type form struct {
	File, Format, Separator string
	Columns, Empty          []string
}

// rows reads a table row by row, from 1, with the columns by name.
func rows(root string, in form, wanted []string, do func(n int, row map[string]string) error) error {
	f, err := os.Open(filepath.Join(root, filepath.FromSlash(in.File)))
	if err != nil {
		return err
	}
	defer f.Close()
	var r io.Reader = bufio.NewReaderSize(f, 1<<16)
	if strings.HasSuffix(in.File, ".gz") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		defer z.Close()
		r = z
	}
	if in.Format == "col-val" {
		return colVal(r, do)
	}
	c := csv.NewReader(r)
	c.LazyQuotes, c.FieldsPerRecord = true, -1
	c.TrimLeadingSpace = true
	if in.Separator != "" {
		c.Comma, _ = utf8.DecodeRuneInString(in.Separator)
		c.TrimLeadingSpace = c.Comma != '\t'
	}
	header := in.Columns
	if header == nil {
		if header, err = c.Read(); err != nil {
			return fmt.Errorf("header: %w", err)
		}
		for i := range header {
			header[i] = strings.TrimSpace(strings.TrimPrefix(header[i], "\ufeff"))
		}
	}
	for _, w := range wanted {
		if w != rowNumber && !slices.Contains(header, w) {
			return fmt.Errorf("there is no column %q", w)
		}
	}
	for n := 1; ; n++ {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := make(map[string]string, len(header)+1)
		row[rowNumber] = strconv.Itoa(n)
		for i, v := range fields {
			if v = strings.TrimSpace(v); i < len(header) && !slices.Contains(in.Empty, v) {
				row[header[i]] = v
			}
		}
		if err := do(n, row); err != nil {
			return err
		}
	}
}

// colVal reads pairs as "COL name VAL x COL addr VAL y", tab, the same, tab, label.
// The columns are named left.name, right.name and label. Source of the form: Ditto.
func colVal(r io.Reader, do func(n int, row map[string]string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for n := 1; s.Scan(); n++ {
		sides := strings.Split(s.Text(), "\t")
		if len(sides) != 3 {
			return fmt.Errorf("line %d has %d parts: want two records and a label", n, len(sides))
		}
		row := map[string]string{"label": strings.TrimSpace(sides[2])}
		for i, at := range []string{"left.", "right."} {
			for col := range strings.SplitSeq(sides[i], "COL ") {
				if name, value, ok := strings.Cut(col, " VAL "); ok {
					row[at+strings.TrimSpace(name)] = strings.Trim(value, " '`")
				}
			}
		}
		if err := do(n, row); err != nil {
			return err
		}
	}
	return s.Err()
}

// entities gives the number of the entity of each record, by its place: records
// that no answer names are alone.
func (o *data) entities() []int {
	at := make(map[string]int, len(o.records))
	root := make([]int, len(o.records))
	for i := range o.records {
		at[o.records[i].ID], root[i] = i, i
	}
	find := func(i int) int {
		for root[i] != i {
			root[i] = root[root[i]]
			i = root[i]
		}
		return i
	}
	first := map[string]int{}
	for i := range o.records {
		if e, ok := o.entity[o.records[i].ID]; ok {
			if f, ok := first[e]; ok {
				root[find(i)] = find(f)
			} else {
				first[e] = i
			}
		}
	}
	for _, p := range o.pairs {
		root[find(at[p[0]])] = find(at[p[1]])
	}
	for i := range root {
		root[i] = find(i)
	}
	return root
}
