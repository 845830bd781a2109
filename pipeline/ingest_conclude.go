package pipeline

import (
	"errors"
	"fmt"
	"maps"

	"overt"
	"overt/extract/document"
	"overt/extract/worker"
	"overt/ledger"
)

// conclude makes the outcome of what was read. Counted are pages: those read,
// and those for which a gap says why not.
func (h *had) conclude() {
	o := ledger.Outcome{Verdict: ledger.Read, Blob: h.Blob, Size: h.Size, Format: h.kind, CPU: h.cpu.Milliseconds()}
	var refusal *document.Refusal
	if h.err != nil {
		o.Reason, o.Retry = describe(h.err), retries[document.Damaged]
		var failure *worker.Failure
		switch {
		case errors.As(h.err, &refusal):
			o.Reason, o.Retry = refusal.Reason, refusal.Retry
		case errors.As(h.err, &failure):
			o.Reason, o.Retry = failure.Reason, failure.Retry
		}
	}
	if h.index == nil || len(h.index.Pages)+len(h.index.Tables)+len(h.index.Members) == 0 && h.err != nil {
		h.index = nil
		o.Verdict = ledger.Failed
		if refusal != nil && refusal.Code == document.Withheld {
			o.Verdict = ledger.Refused
		}
		h.outcome, h.left = o, nil
		return
	}
	o.Format = h.index.Type
	lost := h.gaps()
	o.Read = int64(len(h.index.Pages))
	o.LeftOut = lost
	o.Received = o.Read + o.LeftOut
	for _, n := range h.index.Notes {
		o.Warnings = append(o.Warnings, ledger.Warning{Code: n.Code, Message: n.Message, Where: where(h.Source, n.Page)})
	}
	o.Warnings = append(o.Warnings, h.odd...)
	// What was inside of the same bytes was received already: an archive that
	// holds itself ends here.
	before := maps.Clone(h.before)
	for _, m := range h.index.Members {
		name := h.Source + "!" + m.Path
		if h.there[m.Blob] || before.take(name+"\x00"+string(m.Blob)) {
			continue
		}
		o.Members = append(o.Members, ledger.Member{Source: name, Blob: m.Blob, Size: m.Size})
	}
	switch {
	case h.err != nil:
		o.Verdict = ledger.Partial
	case len(h.left) > 0:
		o.Verdict, o.Retry, o.Reason = ledger.Partial, retries[h.index.Gaps[0].Code], h.left[0].Reason
		if h.tooMany {
			o.Retry = moreBudget
		}
		if len(h.left) > 1 {
			o.Reason = fmt.Sprintf("%s; and %d more", o.Reason, len(h.left)-1)
		}
	}
	h.outcome = o
}

// retries are what a user can do about gaps by their code.
var retries = map[string]string{
	document.Damaged:   "get it again from where it came from, or mend it, and ingest it",
	document.Protected: "overt retry with --passwords",
	document.TooMuch:   "take out of it what is needed and ingest that",
	document.Unknown:   "overt retry, when a newer version or another tool reads it",
	document.Withheld:  "the policy of this home leaves it out",
}

// gaps are the pages and places that were not read. A page counts once.
func (h *had) gaps() (pages int64) {
	h.left = h.left[:0]
	seen := map[int]bool{}
	for _, p := range h.index.Pages {
		seen[p.Number] = true
	}
	for _, g := range h.index.Gaps {
		l := ledger.Left{Where: overt.Locator{Page: g.Page}, Column: g.Where, Reason: g.Reason}
		if g.Page > 0 && !seen[g.Page] {
			seen[g.Page], l.Fatal = true, true
			pages++
		}
		h.left = append(h.left, l)
	}
	return pages
}

func where(source string, page int) string {
	if page == 0 {
		return source
	}
	return fmt.Sprintf("%s, page %d", source, page)
}
