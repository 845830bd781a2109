package answer

import (
	"cmp"
	"context"
	"slices"

	"overt"
	"overt/extract/reading"
	"overt/gate"
	"overt/ledger"
	"overt/search"
)

// NotSearched tells of the files that could hold hits and that nobody has read,
// or not all of them.
type NotSearched struct {
	Files   int `json:"files"` // of which Waiting, Failed, Refused and Partial are kinds
	Waiting int `json:"waiting"`
	Failed  int `json:"failed"`
	Refused int `json:"refused"`
	Partial int `json:"partial"`
	Pages   int `json:"pages"` // that were not read, of the partly read documents
	// List has the first MaxNotSearched of them, by dataset and name.
	List []NotSearchedFile `json:"list"`
	More int               `json:"more,omitempty"` // that are not in List
	// Datasets are those of all of them, for who keeps the answer.
	Datasets []string `json:"-"`
}

// MaxNotSearched is how many files are named.
const MaxNotSearched = 100

// A NotSearchedFile is one of them.
type NotSearchedFile struct {
	NotSeen
	Retry string `json:"retry,omitempty"`
	// Pages are those that were not read, or not all of them, where that is known.
	Pages []int `json:"pages,omitempty"`

	entry ledger.Entry
}

// notSearched lists the files of the ledger that the scope shows, whose text or
// rows are not all known, and in which the query might find something.
func notSearched(ctx context.Context, d *gate.Desk, plan *search.Plan) (NotSearched, error) {
	out := NotSearched{List: []NotSearchedFile{}}
	read := map[readBlob]bool{}
	var poor []ledger.Entry
	for e, err := range d.Ledger.Gaps(ctx, d.Scope) {
		switch {
		case err != nil:
			return out, err
		case searched(e):
			read[blobOf(e)] = true
		default:
			poor = append(poor, e)
		}
	}
	var list []NotSearchedFile
	told := map[readBlob]bool{} // files of the same bytes, for which there is one document
	for _, e := range poor {
		if e.Blob != "" && (read[blobOf(e)] || told[blobOf(e)]) {
			continue
		}
		f, could, err := couldHold(ctx, d, plan, e)
		if err != nil {
			return out, err
		}
		if !could {
			continue
		}
		told[blobOf(e)] = e.Blob != ""
		out.count(f)
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b NotSearchedFile) int {
		return cmp.Or(cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(a.Source, b.Source))
	})
	for i := range list {
		if d := list[i].Dataset; len(out.Datasets) == 0 || out.Datasets[len(out.Datasets)-1] != d {
			out.Datasets = append(out.Datasets, d)
		}
	}
	n := min(len(list), MaxNotSearched)
	out.List, out.More = append(out.List, list[:n]...), len(list)-n
	for i := range out.List {
		f := &out.List[i]
		if f.entry.Document && f.Verdict == ledger.Partial {
			var err error
			if f.Pages, err = unreadPages(ctx, d, f.entry); err != nil {
				return out, err
			}
		}
	}
	return out, nil
}

// searched says whether a file that was not read wholly counts as searched: a table of
// which no more was left out than a row in a hundred.
func searched(e ledger.Entry) bool {
	return !e.Document && e.Verdict == ledger.Partial && e.Retry == "" && e.LeftOut*100 <= e.Received
}

func (n *NotSearched) count(f NotSearchedFile) {
	n.Files++
	if f.entry.Document && f.Verdict == ledger.Partial {
		n.Pages += int(f.entry.LeftOut)
	}
	switch f.Verdict {
	case ledger.Waiting:
		n.Waiting++
	case ledger.Failed:
		n.Failed++
	case ledger.Refused:
		n.Refused++
	case ledger.Partial:
		n.Partial++
	}
}

// couldHold says whether what was not read of a file could match.
func couldHold(ctx context.Context, d *gate.Desk, plan *search.Plan, e ledger.Entry) (f NotSearchedFile, could bool, err error) {
	f = NotSearchedFile{NotSeen: NotSeen{e.Dataset, e.Source, e.Verdict, e.Reason}, Retry: e.Retry, entry: e}
	u := search.Unread{Dataset: e.Dataset}
	partly := e.Verdict == ledger.Partial
	switch {
	case e.Document && e.Blob != "":
		u.Document = reading.DocumentID(e.Blob)
		fallthrough
	case e.Document:
		if e.Format != "" && e.Format != "application/octet-stream" { // bytes of no kind that is known
			u.Type, u.Schema = reading.FamilyOf(e.Format), reading.SchemaOf(e.Format)
		}
		// What a document is called is known from the pages that were read.
		if partly && plan.Kind == search.Entity {
			return f, false, nil
		}
	case plan.Kind == search.Passage:
		return f, false, nil // rows make no passages
	}
	if e.Document && partly && plan.Asks(search.FieldPage) {
		if u.Pages, err = unreadPages(ctx, d, e); err != nil {
			return f, false, err
		}
	}
	return f, plan.Could(u), nil
}

// unreadPages gives the pages for which a gap is told; nil when something was
// lost whose page is not known.
func unreadPages(ctx context.Context, d *gate.Desk, e ledger.Entry) ([]int, error) {
	rows, err := d.Ledger.LeftRows(ctx, d.Scope, e.ID, ledger.MaxLeft, 0)
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return nil, err
	}
	var pages []int
	for _, r := range rows {
		if r.Where.Page == 0 {
			return nil, nil
		}
		pages = append(pages, r.Where.Page)
	}
	slices.Sort(pages)
	return slices.Compact(pages), nil
}
