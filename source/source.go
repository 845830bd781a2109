// Package source is the catalogue of public sources that have a stable
// address, and the one part of the program that opens connections. It gets the
// bytes as the publisher gives them, keeps them in a folder with a manifest of
// where and when they came from, and leaves reading them to others.
//
// It stands before extract. Its invariant: what lies under a finished fetch is
// whole, and a fetch that was cut short, by whatever, is gone on with or begun
// anew, never taken for whole. Whether a connection may be opened at all is
// decided above, by the gate; where it may lead is said by the entry.
package source

import (
	"cmp"
	"regexp"
	"slices"
	"time"
)

// An Entry is one source of the catalogue. docs/format/source.md has its form.
type Entry struct {
	ID         string      `yaml:"id"`
	Title      string      `yaml:"title"`
	Publisher  string      `yaml:"publisher"`
	Licence    string      `yaml:"licence"`
	About      string      `yaml:"about"`      // a page for people
	Dataset    string      `yaml:"dataset"`    // name under which it is imported; the id when empty
	Pack       string      `yaml:"pack"`       // mapping that reads it; "" detects
	Extent     string      `yaml:"extent"`     // full, window or delta; "" as the pack says
	Together   bool        `yaml:"together"`   // the files are one import
	Hosts      []string    `yaml:"hosts"`      // further hosts that answers may lead to
	Every      Duration    `yaml:"every"`      // least time between requests to one host; 1s
	Size       int64       `yaml:"size"`       // most bytes of one file; 16 GiB
	Parameters []Parameter `yaml:"parameters"` // what the user sets
	Files      []File      `yaml:"files"`
	Own        bool        `yaml:"-"` // from the home's folder, not ours
}

// A Parameter is a value that the user gives with --set.
type Parameter struct {
	Name     string   `yaml:"name"`
	Title    string   `yaml:"title"`
	Kind     string   `yaml:"kind"`    // text, number, date, us_fiscal_year, address; text when empty
	Pattern  string   `yaml:"pattern"` // the whole value must match
	Values   []string `yaml:"values"`  // the only ones there are
	Default  string   `yaml:"default"`
	Example  string   `yaml:"example"`
	Optional bool     `yaml:"optional"`

	pattern *regexp.Regexp
}

// A File is one request of an entry and what follows from its answer: the
// file itself, or one of pages, job and index.
type File struct {
	Name     string `yaml:"name"`
	Address  string `yaml:"address"`
	Method   string `yaml:"method"` // GET or POST
	Body     any    `yaml:"body"`   // sent as JSON
	Expect   string `yaml:"expect"` // what must come: csv, json, jsonl, xml, zip; or csv.gz and so on
	Observed string `yaml:"observed"`
	Pages    *Pages `yaml:"pages"`
	Job      *Job   `yaml:"job"`
	Index    *Index `yaml:"index"`
}

// Pages is an answer that comes in parts. All places in it are JSON pointers.
type Pages struct {
	Rows  string            `yaml:"rows"`  // the list in each page
	More  string            `yaml:"more"`  // true when there is another page
	Next  string            `yaml:"next"`  // or its address
	Total string            `yaml:"total"` // rows of all pages
	Limit int               `yaml:"limit"` // {limit}: rows of a page
	First *int              `yaml:"first"` // {page} of the first; 1
	Carry map[string]string `yaml:"carry"` // further placeholders, from the page before
	Most  int               `yaml:"most"`  // pages; 10,000
}

// Job is a file that the publisher makes on request.
type Job struct {
	Status  string   `yaml:"status"`  // in the first answer: address that tells how far it is
	State   string   `yaml:"state"`   // in its answer: the state
	Done    []string `yaml:"done"`    // states that mean the file is there
	Wait    []string `yaml:"wait"`    // states that mean it is not yet
	Message string   `yaml:"message"` // why it failed
	File    string   `yaml:"file"`    // address of the file
	Every   Duration `yaml:"every"`   // between questions; 10s
	For     Duration `yaml:"for"`     // patience; 2h
}

// Index is a list of files with their addresses.
type Index struct {
	List     string            `yaml:"list"`     // the list, or an object whose values are addresses
	Where    map[string]string `yaml:"where"`    // keys that an item must have with this value
	Address  string            `yaml:"address"`  // key of the address; "" when the item is one
	Checksum string            `yaml:"checksum"` // key of the SHA-1 or SHA-256 in hexadecimal
	Size     string            `yaml:"size"`     // key of the size in bytes
	After    string            `yaml:"after"`    // of an object: only keys that sort behind this
	Expect   string            `yaml:"expect"`
	Most     int               `yaml:"most"` // files; 1,000
}

// A Duration is a time.Duration in YAML ("1500ms", "10s", "2h").
type Duration time.Duration

// UnmarshalText reads it.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// NoPack is the pack of a source that is fetched and kept, and that nothing
// reads yet.
const NoPack = "none"

// FixedHosts are the hosts that the entry itself names, sorted: those of its
// addresses and those it lists. Addresses that a parameter gives are not
// among them.
func (e *Entry) FixedHosts() []string {
	out := slices.Clone(e.Hosts)
	for _, f := range e.Files {
		if u, err := parseAddress(fillFor(f.Address)); err == nil && !givesHost(f.Address) {
			out = append(out, u.Hostname())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Limits bound what a server may do. Zero fields are the defaults.
type Limits struct {
	Size     int64         // bytes of one file; 16 GiB
	Answer   int64         // bytes of an answer that is read here: a page, a ticket, an index; 32 MiB
	Expanded int64         // bytes behind compression; 64 GiB
	Ratio    int64         // bytes out for each byte in; 1,000
	Stall    time.Duration // within which Least bytes must come; 60s
	Least    int64         // 1,024
	Header   time.Duration // until an answer begins; 2m
	Whole    time.Duration // one fetch; 24h
	Wait     time.Duration // longest wait that a server may ask for; 10m
	Tries    int           // in a row without any progress; 6
}

func (l Limits) withDefaults() Limits {
	l.Size = cmp.Or(l.Size, 16<<30)
	l.Answer = cmp.Or(l.Answer, 32<<20)
	l.Expanded = cmp.Or(l.Expanded, 64<<30)
	l.Ratio = cmp.Or(l.Ratio, 1000)
	l.Stall = cmp.Or(l.Stall, time.Minute)
	l.Least = cmp.Or(l.Least, 1024)
	l.Header = cmp.Or(l.Header, 2*time.Minute)
	l.Whole = cmp.Or(l.Whole, 24*time.Hour)
	l.Wait = cmp.Or(l.Wait, 10*time.Minute)
	l.Tries = cmp.Or(l.Tries, 6)
	return l
}
