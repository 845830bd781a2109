package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/extract/reading"
	"overt/extract/records"
	"overt/gate"
)

func (a *app) citeCommand() *cobra.Command {
	var where overt.Locator
	var quote string
	cmd := &cobra.Command{
		Use:   "cite BLOB|DOCUMENT|CITATION",
		Short: "Open a source again at a place; cite a passage of a document",
		Long: `Reads what was kept again and prints what stands at a place.

Of a table or tree, the exact text of a cell: BLOB is the hash in a citation, or its
first 8 digits or more.

Of a document, a passage: DOCUMENT is its id (doc-…), its hash, or the name it came
under; the passage is words (--quote), characters of a page (--page --start --end) or
a page. Out comes a citation that can be kept: it begins with overt: and holds the
words, what stands beside them, page, characters and the hash of the document.

CITATION opens it again. The document's bytes are hashed, and the words looked for in
the newest reading: they are the same, moved to another place, changed (both are
shown), or lost. A document that was read again by better recognition is so compared
with what was quoted of it.`,
		Example: `  overt cite 3f2a91c04be7 --row 212 --column "Transaction Description"
  overt cite 3f2a91c04be7 --pointer /data/Products/3/csp
  overt cite terms.pdf --page 2 --quote "sails at seven"
  overt cite overt:3f2a…/page=2/chars=10-24/text=…/quote=sails%20at%20seven`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			passage := where.Page != 0 || quote != "" || reading.IsURI(args[0])
			switch table := where.Row != 0 || where.Column != "" || where.Pointer != "" || where.Table != ""; {
			case table && passage:
				return usageError{errors.New("a passage has no row, column, pointer or table")}
			case where.Page < 0 || where.Start < 0 || where.End < 0:
				return usageError{errors.New("--page, --start and --end are no less than 0")}
			case reading.IsURI(args[0]) && (where.Page != 0 || quote != "" || where.End != 0):
				return usageError{errors.New("a citation says its page and words itself")}
			case (where.Start != 0 || where.End != 0) && (where.Page == 0 || where.End <= where.Start || quote != ""):
				return usageError{errors.New("--start and --end are characters of a --page, the end behind the start, without --quote")}
			case passage && !(where.End > 0 && isHash(args[0])):
				return a.citePassage(cmd.Context(), args[0], answer.PassageQuestion{Page: where.Page, Start: where.Start, End: where.End, Quote: quote})
			}
			return a.citeCell(cmd.Context(), args[0], where)
		},
	}
	a.unconfinedFlag(cmd)
	f := cmd.Flags()
	f.Int64Var(&where.Row, "row", 0, "row, as a spreadsheet counts")
	f.StringVar(&where.Column, "column", "", "column")
	f.StringVar(&where.Pointer, "pointer", "", "JSON pointer or XML path")
	f.StringVar(&where.Table, "table", "", "sheet, or member of an archive")
	f.IntVar(&where.Page, "page", 0, "page of a document")
	f.IntVar(&where.Start, "start", 0, "character of the page that the passage begins with, from 0")
	f.IntVar(&where.End, "end", 0, "character behind its last")
	f.StringVar(&quote, "quote", "", "the `words` of a passage")
	return cmd
}

// isHash says whether a word is the hash of a blob, or how one begins.
func isHash(word string) bool {
	return len(word) >= 8 && len(word) <= 64 && strings.Trim(word, "0123456789abcdefABCDEF") == ""
}

func (a *app) citeCell(ctx context.Context, blob string, where overt.Locator) error {
	act := gate.Act{Action: "blob.read", Object: blob, Query: where.String()}
	c, err := ask(ctx, a, act, false, func(ctx context.Context, d *gate.Desk) (*answer.Cited, error) {
		var c *answer.Cited
		err := a.withRecords(func(pool *records.Pool) (err error) {
			c, err = answer.Cite(ctx, d, pool.Opener(""), blob, where)
			return err
		})
		return c, err
	})
	if err != nil {
		return err
	}
	return a.print(c, func(p *page) {
		p.line("%s", p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.String(), c.Run, c.Blob)))
		p.line("%s", p.safe(c.Quote))
		for _, b := range c.Boxes {
			p.line("%s", p.dim(fmt.Sprintf("page %d, %.0f to %.0f points from the left, %.0f to %.0f from the top", c.Locator.Page, b.Left, b.Right, b.Top, b.Bottom)))
		}
	})
}

// citePassage cites a passage, or opens a citation again.
func (a *app) citePassage(ctx context.Context, doc string, q answer.PassageQuestion) error {
	act := gate.Act{Action: "passage.read", Object: doc, Query: overt.Locator{Page: q.Page, Start: q.Start, End: q.End}.String()}
	if reading.IsURI(doc) { // the log takes no words of documents
		asked, err := reading.ParseURI(doc)
		if err != nil {
			return err
		}
		act.Object, act.Query = string(asked.Document), overt.Locator{Page: asked.Page, Start: asked.Start, End: asked.End}.String()
	}
	c, err := ask(ctx, a, act, false, func(ctx context.Context, d *gate.Desk) (*answer.Passage, error) {
		if reading.IsURI(doc) {
			return answer.OpenPassage(ctx, d, doc)
		}
		return answer.CitePassage(ctx, d, doc, q)
	})
	if err != nil {
		return err
	}
	return a.print(c, func(p *page) { passagePage(p, c) })
}

// passageStates are the states in the words of a page.
var passageStates = map[reading.State]string{
	reading.Same:    "the words stand there",
	reading.Moved:   "moved: the same words stand at another place of the newest reading",
	reading.Changed: "changed: the newest reading has nearly these words",
	reading.Lost:    "lost: the newest reading has no such words",
}

func passagePage(p *page, c *answer.Passage) {
	if c.State == reading.Lost {
		p.line("%s  %s", p.bold(c.Caption), p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.Dataset, c.Run, c.Document)))
	} else {
		p.line("%s%s  %s", p.bold(c.Caption), p.dim(fmt.Sprintf(", page %d, characters %d to %d", c.Page, c.Start, c.End)),
			p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.Dataset, c.Run, c.Document)))
	}
	if c.State == reading.Same {
		p.line("%s", p.dim(passageStates[c.State]+", and the document is as it came"))
	} else {
		p.warning(passageStates[c.State], "")
	}
	p.line("  %s%s%s", p.dim(p.safe(oneLine(c.Before))), p.bold(p.safe(oneLine(c.Quote))), p.dim(p.safe(oneLine(c.After))))
	if w := c.Was; w != nil && c.State != reading.Lost {
		p.line("%s", p.dim(fmt.Sprintf("was quoted from page %d, characters %d to %d:", w.Page, w.Start, w.End)))
		p.line("  %s%s%s", p.dim(p.safe(oneLine(w.Before))), p.bold(p.safe(oneLine(w.Quote))), p.dim(p.safe(oneLine(w.After))))
	}
	switch {
	case c.InCited == reading.Same:
		p.line("%s", p.dim("the reading that it was cited from is kept, and has it so"))
	case c.InCited != "":
		p.warning("the reading that it was cited from is kept, and does not have it so", "")
	}
	if c.State != reading.Lost {
		p.line("%s", p.safe(strings.TrimSpace(c.URI)))
	}
}
