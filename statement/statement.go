// Package statement is the contract of the store that keeps who said what,
// and where: the one kept form of everything that was imported.
//
// A statement ties a value of a property of an entity to the run that brought
// it and the place it was read. Runs are immutable: a newer extract is a new
// run, and taking a run back hides it whole. What a reader sees is decided
// once per class, a pair of run and label, so that policy, withdrawn runs and
// "known at" are one bitset (Sight) that every query applies inside.
//
// Drivers live under driver/; statementtest is the suite each of them passes.
package statement

import (
	"context"
	"iter"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
)

// A Class is the number of one pair of run and label in one store. Classes are
// given in order from 1 and never reused.
type Class uint32

// A Place is one sighting of a statement inside its run.
type Place struct {
	Source  int // index into Run.Sources
	Locator overt.Locator
}

// MaxPlaces is how many places of equal statements of one run are kept; more
// are counted in Statement.Count.
const MaxPlaces = 8

// A Statement is one value of one property of one entity.
type Statement struct {
	Entity ftm.EntityID
	Schema string // schema the entity had where this was said
	Prop   string // property name; PropID marks "this entity exists" without a value
	Value  string // cleaned
	// Original is the value before cleaning, when that differs.
	Original string
	// Quote is the whole quoted cell or passage, when it is neither Value nor
	// Original (a value split out of a cell, or joined from several).
	Quote    string
	Lang     string // ISO 639-3
	Origin   string // which step said it: "" for the source itself
	External bool   // a suggestion that awaits a person

	// What a source that is itself a statement file said of these; empty for
	// others. FirstSeen and LastSeen are ISO 8601 prefixes.
	Canonical ftm.EntityID
	SourceID  string
	FirstSeen string
	LastSeen  string

	Places []Place // 1..MaxPlaces when written by an importer; empty = not cited
	Count  int     // sightings in the run, repeats included; 0 means len(Places)

	Class Class // set by the store on reading
}

// PropID is the property of the statement that an entity exists at all, as in
// FtM statement files.
const PropID = "id"

// ContextPrefix begins properties of no schema: what a source said of an entity
// beside its values ("@caption", "@extra/NAME"), or in words that the model does
// not have ("@schema", "@properties/NAME", "@bods"), as JSON. It is kept to be given
// back by exports; no question reads it, and it names no entity.
const ContextPrefix = "@"

// IsContext says whether a property holds context.
func IsContext(prop string) bool { return strings.HasPrefix(prop, ContextPrefix) }

// Sightings is how often the run says this, at least 1.
func (s *Statement) Sightings() int { return max(s.Count, len(s.Places), 1) }

// OriginMapping marks a value that no cell holds: the mapping gives it, or
// counted it. Its place is the record, and there is nothing to quote.
const OriginMapping = "mapping"

// OriginReader marks what a reader says of a whole document: that it is there,
// its title, what it is inside of. Its place is the document.
const OriginReader = "reader"

// OriginPerson marks what a person said while looking at a document; who it was
// stands in the run.
const OriginPerson = "person"

// Quoted is the text as it stood in the source; "" where no cell holds it.
func (s *Statement) Quoted() string {
	switch {
	case s.Origin == OriginMapping, s.Origin == OriginReader:
		return ""
	case s.Quote != "":
		return s.Quote
	case s.Original != "":
		return s.Original
	}
	return s.Value
}

// An Extent says what a run covers of its source, and so what absence means.
type Extent string

// The extents. Only after a Full run may a statement that is not in it any
// more be called gone, or when a run says so (Writer.End).
const (
	Full   Extent = "full"   // everything the source holds at that moment
	Window Extent = "window" // a slice (a year, a query): absence says nothing
	Delta  Extent = "delta"  // only what changed
)

// A Source is one file of a run.
type Source struct {
	Name string       `json:"name"` // as received; never used as a path
	Blob overt.BlobID `json:"blob"`
	Size int64        `json:"size"` // bytes as received
	// Header names the columns of tables that have no header line, and Encoding
	// the text's encoding where it was not detected: with them a citation into
	// the source can be read again.
	Header   []string `json:"header,omitempty"`
	Encoding string   `json:"encoding,omitempty"`
	// Reading is what was read of a document, where the rows came from it: the
	// blob in whose pages and tables places are.
	Reading overt.BlobID `json:"reading,omitempty"`
	// Address is where a fetched source came from, and Fetched when its last
	// byte came, RFC 3339 in UTC.
	Address string `json:"address,omitempty"`
	Fetched string `json:"fetched,omitempty"`
}

// RunSpec is what an importer declares before it writes.
type RunSpec struct {
	Dataset string `json:"dataset"`
	Format  string `json:"format"`  // mapping pack or format name
	Mapping string `json:"mapping"` // hexadecimal SHA-256 of the mapping text
	Extent  Extent `json:"extent"`
	// Assumed says that nobody declared the extent.
	Assumed bool     `json:"assumed,omitempty"`
	Series  string   `json:"series"` // which of the dataset's sources this is a state of; "" for the only one
	Sources []Source `json:"sources"`
	// Observed is the day the source was in this state, ISO 8601 date or time.
	Observed string `json:"observed"`
	// Imported is when it came in, RFC 3339.
	Imported string `json:"imported"`
	Token    string `json:"token"` // ties the run to its entry in the coverage ledger
	Actor    string `json:"actor"`
	// Unconfined says that its sources were read by a process that the system did
	// not confine, because the user allowed it.
	Unconfined bool `json:"unconfined,omitempty"`
	// Base is an earlier run that this one rests on: of every entity that is
	// neither added nor dropped it says what its base says, under the labels of
	// its base. 0 for a run that is written whole. Moved tells where the records
	// of the base stand in the sources of this run; what no move names stands
	// where it stood. Both say how a run is kept and not what it says, so no
	// reader is told of them: in a Run they are empty.
	Base  overt.RunID `json:"-"`
	Moved []Move      `json:"-"`
}

// A Run is one import as it is kept.
type Run struct {
	ID overt.RunID `json:"id"`
	RunSpec
	Labels     []policy.Label `json:"labels"`
	Entities   int64          `json:"entities"`
	Statements int64          `json:"statements"` // distinct
	Sightings  int64          `json:"sightings"`  // repeats included
	New        int64          `json:"new"`        // entities that this run's series had not, or had otherwise
	Undone     string         `json:"undone,omitempty"`
	Notices    []Notice       `json:"notices,omitempty"` // in the order they were entered
	Warnings   []Warning      `json:"warnings,omitempty"`
	Measures   []Measure      `json:"measures,omitempty"`
	Columns    []Column       `json:"columns,omitempty"`
}

// A Warning is a doubt about a run that travels into every total that rests
// on it.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Where   string `json:"where"`
	// Keys narrow the warning to rows with these values ("agency" → "ICE",
	// "year" → "2023"); empty = the whole run.
	Keys map[string]string `json:"keys,omitempty"`
}

// A Measure describes the amounts that a run gives for one payer, in the order
// of the source: what tells a whole list from one that was cut off.
type Measure struct {
	Authority ftm.EntityID `json:"authority"`
	Rows      int64        `json:"rows"`
	Negative  int64        `json:"negative"`
	Sorted    bool         `json:"sorted"` // amounts descend from row to row
	// Latest counts awards with one action alone that is not their first one:
	// many of them mean a list of latest states, not of all actions.
	Latest int64 `json:"latest"`
	Awards int64 `json:"awards"`
}

// A Column is a small profile of one column of a run, so that the next run of
// the series can tell whether the column moved or means something else. It
// holds no value: samples are hashes.
type Column struct {
	Rows   string `json:"rows,omitempty"` // selector of the records in a tree, "" for tables
	Name   string `json:"name"`
	Seen   int64  `json:"seen"`   // records
	Filled int64  `json:"filled"` // records with a value
	// Of the values, how many are a number, a date, a code (one word with a
	// digit) and a text.
	Number int64 `json:"number,omitempty"`
	Date   int64 `json:"date,omitempty"`
	Code   int64 `json:"code,omitempty"`
	Text   int64 `json:"text,omitempty"`
	Length int64 `json:"length,omitempty"` // bytes of all values together
	Own    int64 `json:"own,omitempty"`    // values that are the identifier of their own record
	// Sample and Pairs are the smallest hashes, of the distinct values and of
	// the pairs (identifier of the record, value).
	Sample []uint32 `json:"sample,omitempty"`
	Pairs  []uint32 `json:"pairs,omitempty"`
}

// Values is how many values of a column were seen.
func (c *Column) Values() int64 { return c.Number + c.Date + c.Code + c.Text }

// A Ref says that Source names Target in a property.
type Ref struct {
	Source ftm.EntityID
	Prop   string
	Class  Class
}

// MaxEnded bounds the entities that one run may end: the list of them is held
// in memory as long as the run is visible.
const MaxEnded = 1 << 20

// A Writer takes one run in. Nothing of it can be seen before Commit returns;
// Abort, or a crash, leaves no trace. Not safe for concurrent use.
type Writer interface {
	// Add takes statements of one entity under one label, in any order over
	// the run; equal statements are kept once with their places. Errors:
	// denied (the scope may not write the label), invalid (id with NUL, empty
	// id or property), unavailable (disk).
	//
	// In a run with a base an entity that is added is added whole: what the
	// base says of it is not taken over, under none of its labels.
	Add(label policy.Label, id ftm.EntityID, stmts []Statement) error
	// End says that all that earlier runs of the series said of the entity
	// under the label ends with this run: the source took it out, or says it
	// anew. Those statements are kept, and gone from the run's day on. Errors:
	// as those of Add, and invalid beyond MaxEnded entities.
	End(label policy.Label, id ftm.EntityID) error
	// Drop says that the run says nothing of an entity, whatever its base says.
	// Of an entity that is added too, and without a base, it changes nothing.
	// Errors: invalid (no id).
	Drop(id ftm.EntityID) error
	// Warn adds a warning to the run.
	Warn(Warning)
	// Cut says that the source was not read to its end: whatever the spec says,
	// the run is a Window, for what it lacks may have stood behind the break.
	Cut()
	// Measure adds a measure of the run's amounts.
	Measure(Measure)
	// Columns keeps the profiles of the run's columns.
	Columns([]Column)
	// Commit makes the run durable and visible at once. A run that says of
	// every entity what its series said before is still kept: it is a sighting.
	Commit(ctx context.Context) (Run, error)
	Abort() error
}

// A View reads one moment of the store inside one Scope. It is safe for
// concurrent use and must be closed.
type View interface {
	// Entity yields the statements about one source entity id, sorted by
	// class, property, value. Nothing when it is not there or not in scope.
	Entity(ctx context.Context, id ftm.EntityID) ([]Statement, error)
	// Entities yields each visible entity id once, ascending by bytes, with its
	// statements. The slice is valid until the next step.
	Entities(ctx context.Context) iter.Seq2[[]Statement, error]
	// Inbound yields who names the id in an entity property, sorted by class,
	// source, property.
	Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[Ref, error]
	// Lookup yields the entities that have this key: NameKey(name) or
	// IdentKey(scheme, value); ascending, no duplicates.
	Lookup(ctx context.Context, key string) ([]ftm.EntityID, error)
	// LookupPrefix yields up to limit distinct keys that begin with prefix,
	// ascending, each with one of its entities.
	LookupPrefix(ctx context.Context, prefix string, limit int) ([]Key, error)
	// Sight is what this view sees, and the runs behind it.
	Sight() *Sight
	// Cite turns a place of a class into a citation.
	Cite(c Class, p Place, quote string) overt.Citation
	Close() error
}

// A Batcher is a View that reads many entities cheaper than one by one.
type Batcher interface {
	// Batch yields the visible statements of each id in turn; ids MUST ascend.
	// Ids of which nothing is visible are passed over. The slice is valid until
	// the next step.
	Batch(ctx context.Context, ids []ftm.EntityID) iter.Seq2[[]Statement, error]
}

// When narrows a view in time.
type When struct {
	// KnownAt, an ISO 8601 date, hides runs observed later. "" = no limit.
	KnownAt string
}

// A Store keeps runs. It is safe for concurrent use; one Writer at a time.
type Store interface {
	// Labels lists every label of every run that is not undone, sorted by key:
	// for the policy engine alone, which decides once per label.
	Labels(ctx context.Context) ([]policy.Label, error)
	// Begin opens a writer. Errors: conflict (another writer is open); for a run
	// with a base those of CheckBase. What is new in the run is told by the runs
	// that stand when it begins.
	Begin(ctx context.Context, scope policy.Scope, spec RunSpec) (Writer, error)
	// View opens a view of this moment.
	View(ctx context.Context, scope policy.Scope, when When) (View, error)
	// Runs lists the runs of which the scope sees a label, ascending by id,
	// undone ones included and marked.
	Runs(ctx context.Context, scope policy.Scope) ([]Run, error)
	// Undo takes a run back: from the moment it returns no view opened later
	// shows it. Runs that rest on it stay whole. at is RFC 3339. Errors:
	// not_found, denied, conflict (undone already).
	Undo(ctx context.Context, scope policy.Scope, id overt.RunID, at string) error
	// Note adds a notice to a run, durably: views opened later show it, by
	// Sight and in every citation of the run. It changes no statement and no
	// Epoch. Errors: not_found (also when the run that corrects it is), denied,
	// conflict (undone), invalid (Notice.Check).
	Note(ctx context.Context, scope policy.Scope, id overt.RunID, n Notice) error
	// Epoch rises with each commit and undo.
	Epoch() uint64
	Close() error
}
