// Package ledger is the contract of the coverage ledger: what was received,
// what became of it, and why. Search, sums and reports read it to say what
// they could not see.
//
// Every file gets an entry before anything else happens to it. The entry waits
// until the import settles it, and a process that died in between is told
// from one that finished by the run its token names. Counts add up: what was
// received was read or left out, and what was left out has a reason.
//
// The importer writes the ledger about its own work, as it writes the audit
// log; reading is bounded by the scope. Outside the scope an entry is
// not_found, in the same words as one that does not exist.
//
// Drivers live under driver/; ledgertest is the suite each of them passes.
package ledger

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"overt"
	"overt/policy"
)

// A Verdict says what became of a file.
type Verdict string

// The verdicts. Waiting is the only one that may change, but for documents that
// are to be read again (Store.Reopen).
const (
	Waiting Verdict = "waiting" // received, not finished
	Read    Verdict = "read"    // all of it
	Partial Verdict = "partial" // some rows or values were left out; each has a reason
	Failed  Verdict = "failed"  // nothing was kept; Retry says what to do
	Refused Verdict = "refused" // we will not read such a thing
)

// MaxLeft is how many left-out rows of an entry are kept; more are counted.
const MaxLeft = 10_000

// MaxReasons is how many distinct reasons of an entry are counted apart; rows
// with later ones are counted under OtherReasons.
const MaxReasons = 1_000

// OtherReasons stands for the reasons beyond MaxReasons.
const OtherReasons = "other reasons"

// A Warning is a doubt about a file that travels into every total.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Where   string `json:"where"`
}

// An Outcome is what an import knows of a file at its end.
type Outcome struct {
	Verdict Verdict     `json:"verdict"`
	Reason  string      `json:"reason,omitempty"` // why not all of it; one sentence
	Retry   string      `json:"retry,omitempty"`  // what the user can do
	Run     overt.RunID `json:"run,omitempty"`    // 0 when nothing was kept
	// Rows: Received = Read + LeftOut. A row that gave at least one entity is
	// read, even when a value of it was left out. Repeats are those of the rows
	// read that said nothing new.
	Received int64     `json:"received"`
	Read     int64     `json:"read"`
	LeftOut  int64     `json:"left_out"`
	Repeats  int64     `json:"repeats"`
	Warnings []Warning `json:"warnings,omitempty"`
	// Blob, Size, Format and Mapping replace those of the entry when not empty:
	// they may not be known yet when a file is received.
	Blob    overt.BlobID `json:"blob,omitempty"`
	Size    int64        `json:"size,omitempty"`    // bytes
	Format  string       `json:"format,omitempty"`  // mapping pack or format name
	Mapping string       `json:"mapping,omitempty"` // hexadecimal SHA-256 of the mapping text
	CPU     int64        `json:"cpu_ms,omitempty"`  // milliseconds of processor time of a document's reader
	// Members are the files inside a document. Settling it receives them.
	Members []Member `json:"-"`
}

// Spent is what was made of a received file: the files inside of it, at any depth,
// and what it took to read all of them. Taking back and reading again do not
// lessen the files and bytes: they are there.
type Spent struct {
	Files int64 `json:"files"`
	Bytes int64 `json:"bytes"`  // of the files, unpacked
	CPU   int64 `json:"cpu_ms"` // milliseconds of processor time
}

// A Member is a file inside a document.
type Member struct {
	Source string       `json:"source"` // names from the received file inwards: "mails.zip!a.eml!b.doc"
	Blob   overt.BlobID `json:"blob"`
	Size   int64        `json:"size"` // bytes
}

// An Entry is one file as it was received.
type Entry struct {
	ID      int64  `json:"id"`    // given in order from 1
	Token   string `json:"token"` // ties the entry to its run; files of one run share it
	Dataset string `json:"dataset"`
	Source  string `json:"source"` // file name or address as received; never used as a path
	At      string `json:"at"`     // when it was received, RFC 3339
	Undone  string `json:"undone,omitempty"`
	// Document entries wait for a reader of documents. They outlive the process
	// that received them, and each attempt of a reader is counted.
	Document bool `json:"document,omitempty"`
	Attempts int  `json:"attempts,omitempty"`
	// Parent is the entry of the document that this one is inside of, 0 for a
	// file that came by itself.
	Parent int64 `json:"parent,omitempty"`
	// Root is the entry of the received file that this one is inside of, at any
	// depth; 0 for a file that came by itself.
	Root int64 `json:"root,omitempty"`
	// Spent is kept with a file that came by itself.
	Spent Spent `json:"spent,omitzero"`
	Outcome
}

// A Left is a row, or a value of a row, that was left out.
type Left struct {
	Where  overt.Locator `json:"where"`
	Column string        `json:"column,omitempty"`
	Reason string        `json:"reason"` // no contents of the row
	Fatal  bool          `json:"fatal"`  // the row gave nothing at all
}

// A Count is how often one reason was given for an entry.
type Count struct {
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
	Fatal  int64  `json:"fatal"` // how many of Rows gave nothing
}

// A Dataset says who publishes what we import under one name.
type Dataset struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	Licence   string `json:"licence"`
	Address   string `json:"address"`
	Class     string `json:"class"`
}

// Licences takes apart what a dataset says of its licence: sources that came under one
// name may come under several.
func (d Dataset) Licences() []string {
	if d.Licence == "" {
		return nil
	}
	return strings.Split(d.Licence, andLicence)
}

// andLicence stands between licences.
const andLicence = " · "

// With is the dataset with what another source of it says: what is known stays, what is
// not is taken over, and a further licence stands beside those before.
func (d Dataset) With(o Dataset) Dataset {
	d.Title, d.Publisher = cmp.Or(d.Title, o.Title), cmp.Or(d.Publisher, o.Publisher)
	d.Address, d.Class = cmp.Or(d.Address, o.Address), cmp.Or(d.Class, o.Class)
	all := d.Licences()
	for _, l := range o.Licences() {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	d.Licence = strings.Join(all, andLicence)
	return d
}

// A Sum adds up the entries of one dataset that have one verdict and were not taken back:
// documents, or files of records.
type Sum struct {
	Dataset                 string
	Document                bool
	Verdict                 Verdict
	Entries                 int
	Received, Read, LeftOut int64
	Warnings                []Warning // of all, in the order of the entries
}

// A Store keeps the ledger. It is safe for concurrent use. Any method may give
// unavailable (the disk, or a lock that is not released).
type Store interface {
	// Receive makes an entry durable with the verdict waiting, whatever verdict
	// it came with; ID and Undone are given by the store. Errors: invalid (no
	// token, no dataset, At is not RFC 3339).
	Receive(ctx context.Context, e Entry) (id int64, err error)
	// Leave adds rows that were left out: MaxLeft of an entry are kept, all are
	// counted. Errors: not_found, conflict (settled already), invalid (no
	// reason).
	Leave(ctx context.Context, id int64, rows []Left) error
	// Prepare keeps the outcome that will be true once the run is committed;
	// the entry goes on waiting. Called just before the commit, so that
	// Reconcile knows the counts if the process dies between. Errors: as Settle.
	Prepare(ctx context.Context, id int64, o Outcome) error
	// Settle gives a waiting entry its verdict, in one transaction, in which its
	// members are received, and both are counted with its root. Errors:
	// not_found, conflict (settled already), invalid (Outcome.Check, or it does
	// not fit what was left out).
	Settle(ctx context.Context, id int64, o Outcome) error
	// Undone marks the entries of a run that was taken back. at is RFC 3339.
	// Marking twice keeps the first time; a run without entries is no error.
	Undone(ctx context.Context, run overt.RunID, at string) error
	// Reconcile settles what a dead process left waiting, and is called before
	// anything else. committed tells the run of a token. With one, the entry
	// gets its prepared outcome, or a verdict from its left-out rows and the
	// warning CountsLost; without, it has failed as Interrupted says, and a
	// document waits again for whoever takes it. It reports how many entries it
	// settled.
	Reconcile(ctx context.Context, committed func(token string) (overt.RunID, bool)) (int, error)

	// Take hands out up to n documents that wait and that nobody has, to be read
	// under token, which Reconcile will ask about: of each dataset the first
	// received, then of each the second, and so on, so that no dataset waits for
	// another's end. Only the datasets named are looked at. What an earlier
	// attempt left with an entry (an outcome prepared, rows left out) is
	// forgotten. Errors: invalid (no token).
	Take(ctx context.Context, token string, n int, datasets []string) ([]Entry, error)
	// Knows says whether a document of the dataset that was not taken back has these
	// bytes, whatever became of it.
	Knows(ctx context.Context, dataset string, blob overt.BlobID) (bool, error)
	// Waiting is how many documents of the datasets wait, those taken counted.
	Waiting(ctx context.Context, datasets []string) (int64, error)
	// Inside gives the documents inside an entry as they were received, in that
	// order, without those taken back. Of no entry there are none.
	Inside(ctx context.Context, id int64) ([]Member, error)
	// Release gives back what was taken under a token and is not settled; the
	// attempt does not count.
	Release(ctx context.Context, token string) error
	// Reopen has a settled document wait again, its attempts at 0; what reading it
	// cost is no longer counted with its root. Errors:
	// not_found, conflict (it waits), invalid (no document), denied (its dataset
	// may not be written).
	Reopen(ctx context.Context, scope policy.Scope, id int64) error

	// Entry is one entry. Errors: not_found.
	Entry(ctx context.Context, scope policy.Scope, id int64) (Entry, error)
	// Entries yields the entries of a dataset, of all when it is "", ascending
	// by id. Entries settled meanwhile may show either state.
	Entries(ctx context.Context, scope policy.Scope, dataset string) iter.Seq2[Entry, error]
	// Gaps yields, ascending by id, the entries that were not read, or not wholly, and not
	// taken back, without those of whose bytes the dataset has another entry that was
	// read. How long it takes rests on how many there are, not on the ledger's length.
	Gaps(ctx context.Context, scope policy.Scope) iter.Seq2[Entry, error]
	// Sums adds up all entries that were not taken back: by dataset, files of records
	// before documents, verdict.
	Sums(ctx context.Context, scope policy.Scope) ([]Sum, error)
	// LeftRows gives up to limit kept rows of an entry in the order they were
	// left, without the first offset. Errors: not_found, invalid (negative).
	LeftRows(ctx context.Context, scope policy.Scope, id int64, limit, offset int) ([]Left, error)
	// Reasons counts the left-out rows of an entry by reason, most first, equal
	// counts by reason. Errors: not_found.
	Reasons(ctx context.Context, scope policy.Scope, id int64) ([]Count, error)

	// Names lists the datasets of all entries and of PutDataset, sorted, no
	// duplicates: for the policy engine alone, which decides once per label.
	Names(ctx context.Context) ([]string, error)

	// PutDataset keeps or replaces a dataset. Errors: invalid (name), denied.
	PutDataset(ctx context.Context, scope policy.Scope, d Dataset) error
	// Dataset is one dataset. Errors: not_found.
	Dataset(ctx context.Context, scope policy.Scope, name string) (Dataset, error)
	// Datasets lists them, sorted by name.
	Datasets(ctx context.Context, scope policy.Scope) ([]Dataset, error)
}
