package answer

import (
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/money"
	"overt/resolve"
	"overt/statement"
)

// A Coverage says what was received and what became of it.
type Coverage struct {
	Datasets []DatasetCoverage `json:"datasets"`
}

// Records counts what the answer releases.
func (c *Coverage) Records() int {
	n := 0
	for _, d := range c.Datasets {
		n += len(d.Files)
	}
	return n
}

// A DatasetCoverage adds up the files of one dataset, the rows of its tables and
// the pages of its documents. Received = Read + Partial + number of Failed +
// Mended + Refused + Waiting, in files; RowsReceived = RowsRead + RowsLeft, and
// Pages = PagesRead + PagesLeft. Of a document that failed no pages are known.
type DatasetCoverage struct {
	Dataset      string           `json:"dataset"`
	Runs         []overt.RunID    `json:"runs"`
	Received     int              `json:"received"`
	Read         int              `json:"read"`
	Partial      int              `json:"partial"`
	Refused      int              `json:"refused"`
	Waiting      int              `json:"waiting"`
	Mended       int              `json:"mended"` // failed at first, read since
	Failed       []FailedFile     `json:"failed"`
	RowsReceived int64            `json:"rows_received"`
	RowsRead     int64            `json:"rows_read"`
	RowsLeft     int64            `json:"rows_left"`
	Pages        int64            `json:"pages"`
	PagesRead    int64            `json:"pages_read"`
	PagesLeft    int64            `json:"pages_left"`
	PartsLeft    int64            `json:"parts_left"` // of documents: files inside, pictures, what is no page
	Files        []ledger.Entry   `json:"files"`
	Reasons      []ledger.Count   `json:"reasons"`
	Left         []LeftRow        `json:"left,omitempty"`
	Warnings     []ledger.Warning `json:"warnings"`
}

// A FailedFile is a file of which nothing is kept.
type FailedFile struct {
	Where  string `json:"where"`
	Reason string `json:"reason"`
	Retry  string `json:"retry"`
}

// A LeftRow is one row or value that was left out, or one page or part of a
// document.
type LeftRow struct {
	Source string `json:"source"`
	ledger.Left
}

// ReadCoverage tells the ledger of one dataset, or of all when it is empty.
// left is how many left-out rows each file lists.
func ReadCoverage(ctx context.Context, d *gate.Desk, dataset string, left int) (*Coverage, error) {
	per := map[string]*DatasetCoverage{}
	var order []string
	for e, err := range d.Ledger.Entries(ctx, d.Scope, dataset) {
		if err != nil {
			return nil, err
		}
		if e.Undone != "" {
			continue
		}
		c := per[e.Dataset]
		if c == nil {
			c = newCoverage(e.Dataset)
			per[e.Dataset] = c
			order = append(order, e.Dataset)
		}
		if err := c.add(ctx, d, e, left); err != nil {
			return nil, err
		}
	}
	if dataset != "" && len(order) == 0 {
		return nil, overt.Errorf(overt.NotFound, "", "there is no dataset called %q", dataset)
	}
	out := &Coverage{Datasets: []DatasetCoverage{}}
	slices.Sort(order)
	for _, name := range order {
		per[name].mended()
		per[name].doubts(ctx, d)
		out.Datasets = append(out.Datasets, *per[name])
	}
	return out, nil
}

// SumCoverage tells the ledger of all datasets added up: as ReadCoverage, without what
// is of single files (Files, Left, Runs, Reasons, PartsLeft). Files that were read are
// counted by the ledger, and not read one by one. Errors: those of the ledger.
func SumCoverage(ctx context.Context, d *gate.Desk) (*Coverage, error) {
	sums, err := d.Ledger.Sums(ctx, d.Scope)
	if err != nil {
		return nil, err
	}
	out := &Coverage{Datasets: []DatasetCoverage{}}
	for _, s := range sums {
		n := len(out.Datasets)
		if n == 0 || out.Datasets[n-1].Dataset != s.Dataset {
			out.Datasets = append(out.Datasets, *newCoverage(s.Dataset))
			n++
		}
		out.Datasets[n-1].sum(s)
	}
	var failed []ledger.Entry
	since := map[readBlob]bool{}
	for e, err := range d.Ledger.Gaps(ctx, d.Scope) {
		if err != nil {
			return nil, err
		}
		since[blobOf(e)] = since[blobOf(e)] || e.Run != 0
		if e.Verdict == ledger.Failed {
			failed = append(failed, e)
		}
	}
	for i := range out.Datasets {
		c := &out.Datasets[i]
		for _, e := range failed {
			if e.Dataset == c.Dataset && (e.Blob == "" || !since[blobOf(e)]) {
				c.Failed = append(c.Failed, FailedFile{e.Source, e.Reason, e.Retry})
			}
		}
		c.Mended -= len(c.Failed)
		c.doubts(ctx, d)
	}
	return out, nil
}

func newCoverage(dataset string) *DatasetCoverage {
	return &DatasetCoverage{Dataset: dataset, Runs: []overt.RunID{}, Failed: []FailedFile{}, Warnings: []ledger.Warning{}, Reasons: []ledger.Count{}}
}

// sum counts files of one verdict. Those that failed are counted as mended, until it is
// known which were not.
func (c *DatasetCoverage) sum(s ledger.Sum) {
	c.Received += s.Entries
	switch s.Verdict {
	case ledger.Read:
		c.Read += s.Entries
	case ledger.Partial:
		c.Partial += s.Entries
	case ledger.Refused:
		c.Refused += s.Entries
	case ledger.Waiting:
		c.Waiting += s.Entries
	case ledger.Failed:
		c.Mended += s.Entries
	}
	if s.Document {
		c.Pages, c.PagesRead, c.PagesLeft = c.Pages+s.Received, c.PagesRead+s.Read, c.PagesLeft+s.LeftOut
	} else {
		c.RowsReceived, c.RowsRead, c.RowsLeft = c.RowsReceived+s.Received, c.RowsRead+s.Read, c.RowsLeft+s.LeftOut
	}
	c.Warnings = append(c.Warnings, s.Warnings...)
}

func (c *DatasetCoverage) add(ctx context.Context, d *gate.Desk, e ledger.Entry, left int) error {
	c.sum(ledger.Sum{Document: e.Document, Verdict: e.Verdict, Entries: 1, Received: e.Received, Read: e.Read, LeftOut: e.LeftOut, Warnings: e.Warnings})
	if e.Verdict == ledger.Failed {
		c.Failed = append(c.Failed, FailedFile{e.Source, e.Reason, e.Retry})
	}
	c.Files = append(c.Files, e)
	if e.Run != 0 && !slices.Contains(c.Runs, e.Run) {
		c.Runs = append(c.Runs, e.Run)
	}
	reasons, err := d.Ledger.Reasons(ctx, d.Scope, e.ID)
	if err != nil {
		return err
	}
	for _, r := range reasons {
		c.count(r)
		if e.Document {
			c.PartsLeft += r.Rows - r.Fatal
		}
	}
	if left == 0 || len(reasons) == 0 {
		return nil
	}
	rows, err := d.Ledger.LeftRows(ctx, d.Scope, e.ID, left, 0)
	if err != nil {
		return err
	}
	for _, r := range rows {
		c.Left = append(c.Left, LeftRow{e.Source, r})
	}
	return nil
}

// mended takes a failed file off the list when the same bytes were read since,
// as they are when the user comes back with a mapping. The file stays counted,
// and its own line says what became of it.
func (c *DatasetCoverage) mended() {
	since := map[overt.BlobID]string{}
	for _, e := range c.Files {
		if e.Run != 0 {
			since[e.Blob] = fmt.Sprintf("read since, as run %d; first: ", e.Run)
		} else if e.Verdict == ledger.Read && since[e.Blob] == "" {
			since[e.Blob] = "read since; first: "
		}
	}
	var left []FailedFile
	at := 0
	for i := range c.Files {
		e := &c.Files[i]
		if e.Verdict != ledger.Failed {
			continue
		}
		f := c.Failed[at]
		at++
		if how := since[e.Blob]; e.Blob != "" && how != "" {
			e.Reason, e.Retry = how+e.Reason, ""
			continue
		}
		left = append(left, f)
	}
	c.Mended, c.Failed = c.Mended-len(left), append([]FailedFile{}, left...)
}

func (c *DatasetCoverage) count(r ledger.Count) {
	i := slices.IndexFunc(c.Reasons, func(o ledger.Count) bool { return o.Reason == r.Reason })
	if i < 0 {
		c.Reasons = append(c.Reasons, r)
		return
	}
	c.Reasons[i].Rows += r.Rows
	c.Reasons[i].Fatal += r.Fatal
}

// doubts adds what the measures of the dataset's runs say.
func (c *DatasetCoverage) doubts(ctx context.Context, d *gate.Desk) {
	name := func(id ftm.EntityID) string {
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{id})
		if err != nil {
			return string(id)
		}
		return p.Caption()
	}
	for _, w := range money.Doubts(d.View.Sight(), c.Dataset, name) {
		c.Warnings = append(c.Warnings, ledger.Warning{Code: w.Code, Message: w.Message, Where: w.Where})
	}
}

// A RunList is what `runs` answers.
type RunList struct {
	Runs []RunLine `json:"runs"`
}

// Records counts what the answer releases.
func (l *RunList) Records() int { return len(l.Runs) }

// A RunLine is one run.
type RunLine struct {
	statement.Run
	Doubts []string `json:"doubts,omitempty"`
}

// ListRuns lists the runs of a dataset, or of all when it is empty.
func ListRuns(d *gate.Desk, dataset string) *RunList {
	out := &RunList{Runs: []RunLine{}}
	for _, r := range d.Runs {
		if dataset == "" || r.Dataset == dataset {
			line := RunLine{Run: r}
			line.Columns = nil // profiles for the next import, not for people
			for _, w := range r.Doubts() {
				line.Doubts = append(line.Doubts, fmt.Sprintf("%s: %s", w.Code, w.Message))
			}
			out.Runs = append(out.Runs, line)
		}
	}
	return out
}
