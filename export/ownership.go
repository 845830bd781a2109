package export

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"

	"overt/bods"
	"overt/ftm"
	"overt/internal/extsort"
	"overt/statement"
)

// ownershipMemory is how much of a file of ownership statements is sorted in
// memory, in bytes.
const ownershipMemory = 64 << 20

// An ownership gathers statements in the order the standard asks for: what is
// referred to stands before what refers to it.
type ownership struct {
	x    *exporter
	sort *extsort.Sorter
}

// ownership writes statements of the Beneficial Ownership Data Standard as one
// JSON list. Statements that came in leave as they came; of other persons,
// entities and links between them, new ones are made.
func (x *exporter) ownership(ctx context.Context, w io.Writer) (err error) {
	o := &ownership{x: x, sort: extsort.New(x.opts.Dir, ownershipMemory)}
	defer func() {
		if cerr := o.sort.Close(); err == nil {
			err = cerr
		}
	}()
	for r, err := range x.records(ctx) {
		if err != nil {
			return err
		}
		if err := o.record(ctx, r); err != nil {
			return err
		}
	}
	return o.write(w)
}

func (o *ownership) write(w io.Writer) error {
	it, err := o.sort.Sort()
	if err != nil {
		return err
	}
	lead := "[\n"
	var last []byte
	for it.Next() {
		if bytes.Equal(it.Key(), last) {
			continue // several runs brought it
		}
		last = append(last[:0], it.Key()...)
		if _, err := fmt.Fprintf(w, "%s%s", lead, it.Value()); err != nil {
			return err
		}
		lead = ",\n"
		o.x.count.Statements++
	}
	if err := it.Err(); err != nil {
		return err
	}
	if lead == "[\n" {
		_, err = io.WriteString(w, "[]\n")
	} else {
		_, err = io.WriteString(w, "\n]\n")
	}
	return err
}

// record adds what is to be said of one entity or link.
func (o *ownership) record(ctx context.Context, r *record) error {
	self := false
	for i := range r.Context {
		s := &r.Context[i]
		if s.Prop != bods.Statement {
			continue
		}
		own, err := o.add([]byte(s.Value))
		if err != nil {
			return err
		}
		self = self || own == string(s.Entity)
	}
	if self || o.stated(r) {
		return nil
	}
	e := o.x.ftmEntity(r)
	party, subject, isLink := bods.Ends(e.Schema)
	if isLink {
		return o.links(ctx, e, r, party, subject)
	}
	if line := bods.Party(e, o.meta(e, r)); line != nil {
		o.x.count.Entities++
		_, err := o.add(line)
		return err
	}
	return nil
}

// stated says whether all that counts of a record comes from statements of the
// standard, which are written as they are.
func (o *ownership) stated(r *record) bool {
	for s := range r.statements() {
		if info, ok := o.x.view.Sight().Info(s.Class); !ok || info.Run.Format != "bods" {
			return false
		}
	}
	return true
}

// links writes a statement for each pair of ends of a link.
func (o *ownership) links(ctx context.Context, e *ftm.Entity, r *record, party, subject string) error {
	for _, s := range e.Properties[subject] {
		about, err := o.recordID(ctx, ftm.EntityID(s))
		if err != nil {
			return err
		}
		if about == "" {
			continue // an interest in what is no entity of the standard
		}
		for _, p := range e.Properties[party] {
			by, err := o.recordID(ctx, ftm.EntityID(p))
			if err != nil {
				return err
			}
			one := *e
			if len(e.Properties[subject]) > 1 || len(e.Properties[party]) > 1 {
				one.ID = ftm.EntityID(strings.Join([]string{string(e.ID), s, p}, " "))
			}
			o.x.count.Edges++
			if _, err := o.add(bods.Relationship(&one, about, by, o.meta(e, r))); err != nil {
				return err
			}
		}
	}
	return nil
}

// recordID is the id under which a party stands in the file: that of its own
// statement where it came with one, else its canonical id; "" where it is none
// of the standard's, or the view does not show it.
func (o *ownership) recordID(ctx context.Context, id ftm.EntityID) (string, error) {
	canon := o.x.canonical(id)
	members := []ftm.EntityID{id}
	if !o.x.opts.Raw {
		members = o.x.members(canon)
	} else {
		canon = id
	}
	found := ""
	for _, m := range members {
		stmts, err := o.x.entity(ctx, m)
		if err != nil {
			return "", err
		}
		for i := range stmts {
			if stmts[i].Prop == bods.Statement && recordOf([]byte(stmts[i].Value)).RecordID == string(m) {
				return string(m), nil
			}
			if s := o.x.model.Schema(stmts[i].Schema); s != nil && s.IsA("LegalEntity") {
				found = string(canon)
			}
		}
	}
	return found, nil
}

func (o *ownership) meta(e *ftm.Entity, r *record) bods.Meta {
	m := bods.Meta{Publisher: strings.Join(e.Datasets, ", ")}
	if m.Publisher == "" {
		m.Publisher = strings.Join(o.x.labels(r), ", ")
	}
	for s := range r.statements() {
		m.Date = max(m.Date, o.x.observed(s.Class))
	}
	return m
}

// A header is what places a statement in the file.
type header struct {
	StatementID   string `json:"statementId"`
	StatementDate string `json:"statementDate"`
	RecordID      string `json:"recordId"`
	RecordType    string `json:"recordType"`
	Details       struct {
		IsComponent bool `json:"isComponent"`
	} `json:"recordDetails"`
}

func recordOf(line []byte) (h header) {
	_ = json.Unmarshal(line, &h) // what is not of 0.4 has no header
	return h
}

// add adds one statement and tells its record.
func (o *ownership) add(line []byte) (record string, err error) {
	h := recordOf(line)
	if h.RecordType == "" || h.RecordID == "" {
		return "", nil
	}
	rank := "0"
	switch {
	case h.RecordType == "relationship" && h.Details.IsComponent:
		rank = "1"
	case h.RecordType == "relationship":
		rank = "2"
	}
	key := strings.Join([]string{rank, h.RecordID, h.StatementDate, h.StatementID}, "\x00")
	return h.RecordID, o.sort.Add([]byte(key), line)
}

// labels are the datasets of a record as we name them.
func (x *exporter) labels(r *record) []string {
	classes := map[statement.Class]bool{}
	for s := range r.statements() {
		classes[s.Class] = true
	}
	return x.datasetsOf(maps.Keys(classes))
}
