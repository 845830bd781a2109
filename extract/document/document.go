// Package document says what it means to read a document: a file whose text,
// tables, parts and properties people read, as against a table or tree of
// records, which extract.Reader reads.
//
// It stands beside extract, between a file and its text. The nouns are here; the
// readers live in packages beside this one, one for each family of formats, and
// each runs in a confined process. What they say is taken in by a Sink outside,
// which checks every number of it (see Checked).
//
// The invariant: a reader says all that it saw and all that it could not see.
// Text that cannot be read is a Gap with a reason, never an empty page.
package document

import (
	"context"
	"io"

	"overt"
)

// A Reader reads the documents of one family of formats. It keeps nothing
// between calls and serves one goroutine at a time.
type Reader interface {
	// Read says to out what the document holds, in the order of the document. It
	// MUST end when ctx does, and MUST keep within in.Limits whatever the bytes
	// are. An error means that the document could not be read to its end; what
	// was said before it stands. Errors: *Refusal, when the document cannot be
	// read as it is and the user can do something about it; invalid (damaged, or
	// past a limit); what out gave, unchanged.
	Read(ctx context.Context, in Input, out Sink) error
}

// An Input is one document as it came. Its bytes can be read at any offset and
// more than once.
type Input struct {
	io.ReaderAt
	Size int64  // bytes
	Name string // as received: data, never a path, and no proof of a format
	Type string // media type, found by content: "application/pdf"
	// Charset is what is known of the text's encoding from outside (a mail's
	// Content-Type), a WHATWG name; empty when nothing is.
	Charset string
	// Passwords are tried in order where the document is protected, after the
	// empty one.
	Passwords []string
	Limits    Limits
}

// Limits bound what one document can cost. Zero fields take the default.
type Limits struct {
	Pages    int   // pages; 50,000
	Text     int64 // bytes of text of all pages; 256 MiB
	PageText int64 // bytes of text of one page; 8 MiB
	Boxes    int   // boxes of one page; 200,000
	Cells    int64 // cells of all tables; 20,000,000
	Members  int   // members, those of members not counted; 100,000
	Unpacked int64 // bytes of all members; 16 GiB
	Ratio    int64 // bytes of members for each byte in, past RatioFrom; 200
	// RatioFrom is how many bytes of members come out before Ratio counts;
	// 64 MiB.
	RatioFrom  int64
	Pixels     int64 // of one page image; 50,000,000
	Properties int   // values of properties; 20,000
	Depth      int   // nesting of what is inside one document: tags, parts; 256
}

// WithDefaults gives l with its zero fields filled.
func (l Limits) WithDefaults() Limits {
	fill(&l.Pages, 50_000)
	fill(&l.Text, 256<<20)
	fill(&l.PageText, 8<<20)
	fill(&l.Boxes, 200_000)
	fill(&l.Cells, 20_000_000)
	fill(&l.Members, 100_000)
	fill(&l.Unpacked, 16<<30)
	fill(&l.Ratio, 200)
	fill(&l.RatioFrom, 64<<20)
	fill(&l.Pixels, 50_000_000)
	fill(&l.Properties, 20_000)
	fill(&l.Depth, 256)
	return l
}

func fill[N int | int64](field *N, otherwise N) {
	if *field == 0 {
		*field = otherwise
	}
}

// A Drawer is a Reader that can give the picture of one page without reading the
// rest.
type Drawer interface {
	Reader
	// Draw says to out the Image of a page, counted from 1, and nothing else.
	// width is how many pixels it should have across; a page that is a picture
	// with fewer keeps its own. Errors: not_found, where there is no such page or
	// nothing to see on it; those of Read.
	Draw(ctx context.Context, in Input, page, width int, out Sink) error
}

// A Sink takes what a reader says. An error of a method ends the reading.
type Sink interface {
	// Property says something of the whole document: a property of the
	// FollowTheMoney schema that Kind names, and its value as it stands there
	// ("title", "author", "authoredAt", "messageId", "from").
	Property(name, value string) error
	// Page gives a page. Numbers ascend; those left out have a Gap.
	Page(Page) error
	// Row gives a row of a table; rows of one table follow each other.
	Row(Row) error
	// Image gives the picture of a page, for the eye and for the recognition of
	// text that a page has not as letters.
	Image(Image) error
	// Member begins a file that is inside this one. Its bytes are written before
	// the next call; closing it tells whether they were all there.
	Member(Member) (io.WriteCloser, error)
	// Gap says what could not be read.
	Gap(Gap) error
	// Note says what is odd and cost nothing: macros that are there and were not
	// run, a wrong ending of the name, remote pictures that were not fetched.
	Note(Note) error
}

// A Page is the text of one page: of a paged document as printed, else of a
// sheet, a slide, a message, or the whole.
type Page struct {
	Number int    // from 1
	Label  string // as the document calls it ("iv", a sheet's name); may be empty
	// Text is valid UTF-8, lines end with "\n", form feeds and other controls are
	// gone. A citation's offsets count its characters (Unicode code points).
	Text string
	// Width and Height are in points, zero where there is no paper.
	Width, Height float32
	Boxes         []Box
	// Origin is how the text came about.
	Origin Origin
	// Confidence of recognised text, in [0,1]; 0 for Letters.
	Confidence float32
	// Sparse says that the page shows more than its text tells: hardly a letter,
	// and a picture over most of it, or letters without meaning. Recognition is
	// worth its cost there.
	Sparse bool
}

// An Origin is how the text of a page came about.
type Origin string

// The origins.
const (
	Letters    Origin = "letters"    // the document holds it as text
	Recognised Origin = "recognised" // read from a picture
)

// A Box is where a word of a page's text stands on paper.
type Box struct {
	Start, End int // characters of Page.Text, End exclusive; ascending over a page
	// Left, Top, Right, Bottom are points from the page's upper left corner.
	Left, Top, Right, Bottom float32
}

// A Row is one row of a table inside a document.
type Row struct {
	Table string // name of the table, unique in the document: a sheet, "page 3, table 1"
	// Number is the row's, from 1; in a sheet as a spreadsheet program shows it.
	Number int64
	Page   int // the page it stands on; 0 for a sheet
	Hidden bool
	Cells  []Cell
}

// A Cell is one value of a row. Cells stand at their column: an empty one holds
// its place.
type Cell struct {
	Text string
	// Start and End are the characters of the page's text where the cell stands,
	// both 0 in a sheet.
	Start, End int
}

// An Image is the picture of a page, or of an image file.
type Image struct {
	Page          int
	Width, Height int // pixels
	DPI           float32
	PNG           []byte
}

// A Member is a file inside a document: of an archive, an attachment, an
// embedded object.
type Member struct {
	// Path is its name inside, levels separated by "/". It is data: it may be
	// absolute, climb, repeat, or be empty.
	Path string `json:"path"`
	// Raw is the name's bytes, where they are no valid UTF-8.
	Raw     []byte `json:"raw,omitempty"`
	Type    string `json:"type,omitempty"`    // media type as declared; empty when nothing declares one
	Charset string `json:"charset,omitempty"` // of its text, as declared
	// Modified is RFC 3339 or a prefix of it; empty when not known.
	Modified string `json:"modified,omitempty"`
	Role     Role   `json:"role"`
	// Size is as declared, -1 when nothing declares it. It sizes nothing.
	Size int64 `json:"declared"`
}

// A Role is what a member is to the document that holds it.
type Role string

// The roles.
const (
	Packed   Role = "packed"   // a file of an archive or folder
	Attached Role = "attached" // attached to a message or a PDF
	Embedded Role = "embedded" // an object or picture in the text
	Message  Role = "message"  // one message of a mailbox
)

// A Gap is a part of a document that was not read.
type Gap struct {
	Page   int    `json:"page,omitempty"`  // 0 when it is not a page
	Where  string `json:"where,omitempty"` // the place in words, when it is no page: "member a/b.doc"
	Code   string `json:"code"`            // stable, for programs: one of the codes below
	Reason string `json:"reason"`          // one sentence for people, without contents
}

// The codes of gaps and refusals.
const (
	Damaged   = "damaged"   // the bytes contradict themselves or end too early
	Protected = "protected" // a password is needed, or right ones were not given
	TooMuch   = "too-much"  // past a limit
	Unknown   = "unknown"   // a form of the format that is not read
	Withheld  = "withheld"  // policy leaves it out
)

// A Note is an oddity that cost nothing.
type Note struct {
	Page    int    `json:"page,omitempty"`
	Code    string `json:"code"`    // stable, for programs: "macros"
	Message string `json:"message"` // one sentence for people
}

// A Refusal says why a document cannot be read as it is.
type Refusal struct {
	Code   string // one of the codes of gaps
	Reason string // one sentence
	Retry  string // what the user can do: "give its password in a file, with --passwords"
}

// Error gives the reason.
func (r *Refusal) Error() string { return r.Reason }

// Unwrap gives the same as an overt.Error with code invalid.
func (r *Refusal) Unwrap() error { return overt.Errorf(overt.Invalid, "", "%s", r.Reason) }
