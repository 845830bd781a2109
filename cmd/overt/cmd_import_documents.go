package main

import (
	"cmp"
	"context"
	"fmt"

	"overt"
	"overt/ledger"
	"overt/pipeline"
)

// An importedDocuments is what import says of tables and forms of documents.
type importedDocuments struct {
	Ingest *ingestAnswer `json:"ingest,omitempty"` // of files that were named
	*pipeline.Report
}

// importDocuments takes in tables and forms of documents. Files that are named
// are ingested first; what was read before is not read again.
func (a *app) importDocuments(ctx context.Context, req pipeline.Request) error {
	if req.Dataset = cmp.Or(req.Dataset, req.Documents); req.Dataset == "" {
		return usageError{fmt.Errorf("say under which --dataset the documents are kept")}
	}
	req.Documents = cmp.Or(req.Documents, req.Dataset)
	if len(req.Paths) == 0 {
		h, err := a.open(ctx)
		if err != nil {
			return err
		}
		defer h.close(a)
		return a.takeDocuments(ctx, h, req, nil)
	}
	return a.withIngester(ctx, usualReading, func(h *home, in *pipeline.Ingester) error {
		received, err := in.Receive(ctx, req.Documents, req.Paths)
		if err != nil {
			return err
		}
		work, err := in.Work(ctx, []string{req.Documents})
		if err != nil {
			return err
		}
		return a.takeDocuments(ctx, h, req, &ingestAnswer{Received: received, Work: work})
	})
}

func (a *app) takeDocuments(ctx context.Context, h *home, req pipeline.Request, in *ingestAnswer) error {
	if err := a.importReference(ctx, h); err != nil {
		return err
	}
	rep, err := a.importInto(ctx, h, req)
	if err != nil {
		return err
	}
	err = a.print(&importedDocuments{in, rep}, func(p *page) {
		if in != nil {
			for _, f := range in.Files {
				p.line("%s  %s  %s", p.bold(f.Source), p.dim(string(f.Verdict)), p.safe(bare(f.Reason, f.Source)))
			}
		}
		importPage(p, rep)
	})
	if err != nil {
		return err
	}
	if in != nil {
		for _, f := range append(in.Received.Failed, in.Files...) {
			if f.Verdict != ledger.Partial {
				return overt.Errorf(overt.Invalid, f.Source, "it could not be read: %s", bare(f.Reason, f.Source))
			}
		}
	}
	return failures(req, rep)
}
