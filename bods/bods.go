// Package bods reads and writes statements of the Beneficial Ownership Data
// Standard (https://standard.openownership.org, CC BY 4.0): version 0.4, and of
// 0.1 to 0.3 what has the same meaning.
//
// It stands beside mapping: a statement becomes entities with FollowTheMoney
// properties, and the statement itself, whole, is kept with them, so that an
// export gives back what came (of versions before 0.4: what came, in the words
// of 0.4). A party that is stated to be unknown, or not
// disclosed, is a remark on the other party and never an entity with such a
// name.
package bods

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"overt"
	"overt/extract"
	"overt/ftm"
)

// Version is what is written.
const Version = "0.4"

// Statement is the property under which a statement is kept whole, as JSON.
const Statement = "@bods"

// A Value is one value of an entity, and the cell it stands in.
type Value struct {
	Prop, Text string
	Original   string // before cleaning, where that changed it
	Quote      string // the whole cell, where it is neither
	At         overt.Locator
	Made       bool // it stands in no cell: several gave it
}

// An Entity is what one statement says of one person, entity or link.
type Entity struct {
	ID     ftm.EntityID
	Schema string
	Date   string // of the statement, as it stood
	Values []Value
}

// A Problem is a value that was left out of the model's words; the statement is
// kept all the same.
type Problem struct {
	At     overt.Locator
	Reason string
}

// The types of records.
const (
	person       = "person"
	entity       = "entity"
	relationship = "relationship"
)

// kinds are the types of records in the words of all versions.
var kinds = map[string]string{
	entity: entity, person: person, relationship: relationship,
	"entityStatement": entity, "personStatement": person, "ownershipOrControlStatement": relationship,
}

// text gives the first value under the paths.
func text(rec extract.Record, paths ...string) string {
	c, _ := cell(rec, paths...)
	return strings.TrimSpace(c.Text)
}

// cell gives the first value that is not blank under the paths.
func cell(rec extract.Record, paths ...string) (extract.Cell, bool) {
	for _, p := range paths {
		for _, c := range rec.Cells(p) {
			if strings.TrimSpace(c.Text) != "" {
				return c, true
			}
		}
	}
	return extract.Cell{}, false
}

// A frame is a statement seen alike in all versions.
type frame struct {
	rec     extract.Record
	details string // path of the record's own fields, with a slash behind
	kind    string
	record  string
	date    string
	status  string // new, updated, closed
	replace []string
}

// frameOf reads what each statement has; kind is "" for what is none.
func frameOf(rec extract.Record) frame {
	if kind := kinds[text(rec, "recordType")]; kind != "" {
		return frame{
			rec: rec, details: "recordDetails/", kind: kind, record: text(rec, "recordId"), date: text(rec, "statementDate"),
			status: text(rec, "recordStatus"),
		}
	}
	f := frame{rec: rec, kind: kinds[text(rec, "statementType")], record: text(rec, "statementID"), date: text(rec, "statementDate"), status: "new"}
	for _, c := range rec.Cells("replacesStatements") {
		f.replace, f.status = append(f.replace, c.Text), "updated"
	}
	return f
}

// paths puts the path of the record's fields before each.
func (f frame) paths(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = f.details + n
	}
	return out
}

func (f frame) text(names ...string) string { return text(f.rec, f.paths(names)...) }

// party gives the record that one side of a relationship names, "" where it
// names none, and then the cell with the reason, if any.
func (f frame) party(side string) (id string, reason extract.Cell) {
	id = f.text(side, side+"/describedByEntityStatement", side+"/describedByPersonStatement")
	if id == "" {
		reason, _ = cell(f.rec, f.paths([]string{side + "/reason", side + "/unspecified/reason"})...)
	}
	return id, reason
}

func sum(parts ...string) string {
	h := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(h[:])
}
