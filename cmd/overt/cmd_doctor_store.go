package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"overt"
	"overt/gate"
	"overt/graph"
	"overt/identity"
	"overt/ledger"
	"overt/pipeline"
)

func (d *diagnosis) runs(desk *gate.Desk) {
	undone, values := 0, int64(0)
	for _, r := range desk.Runs {
		if r.Undone != "" {
			undone++
			continue
		}
		values += r.Statements
	}
	found := fmt.Sprintf("%s, %s values", plural(len(desk.Runs)-undone, "run", "runs"), count(values))
	if undone > 0 {
		found += fmt.Sprintf(", %d taken back", undone)
	}
	d.add("statements", checkOK, found, "")
}

// ledger checks the file, then that its entries and the runs know each other.
func (d *diagnosis) ledger(ctx context.Context, h *home, desk *gate.Desk) {
	if c, ok := h.db.(interface{ Check(context.Context) error }); ok {
		if err := c.Check(ctx); err != nil {
			d.fail("ledger", err, "restore a backup; what was imported since can be imported again")
			return
		}
	}
	known := map[overt.RunID]bool{}
	for _, r := range desk.Runs {
		known[r.ID] = true
	}
	var total, failed, waiting, lost int
	for e, err := range desk.Ledger.Entries(ctx, desk.Scope, "") {
		if err != nil {
			d.fail("ledger", err, "")
			return
		}
		total++
		switch {
		case e.Verdict == ledger.Waiting:
			waiting++
		case e.Verdict == ledger.Failed && e.Undone == "":
			failed++
		case e.Run != 0 && !known[e.Run]:
			lost++
		}
	}
	found := fmt.Sprintf("intact, %s", plural(total, "file", "files"))
	switch {
	case lost > 0:
		d.add("ledger", checkFail, fmt.Sprintf("%s, %d of runs that are not there", found, lost), "restore a backup; the statements are older than the ledger")
	case waiting > 0:
		d.add("ledger", checkWarn, fmt.Sprintf("%s, %d waiting", found, waiting), "an import is under way, or its process died; the next command settles it")
	case failed > 0:
		d.add("ledger", checkOK, fmt.Sprintf("%s, %d could not be read", found, failed), "overt coverage says which, why, and how to retry")
	default:
		d.add("ledger", checkOK, found, "")
	}
}

// blobs wants the bytes of every run to be there, and with deep to be the
// bytes of their hash.
func (d *diagnosis) blobs(ctx context.Context, desk *gate.Desk, deep bool) {
	const again = "import the file again, which mends it, or restore a backup"
	var n int
	var size int64
	for _, r := range desk.Runs {
		for _, s := range r.Sources {
			info, err := desk.Blobs.Stat(ctx, s.Blob)
			if err == nil && info.Size != s.Size {
				err = fmt.Errorf("%d bytes instead of %d", info.Size, s.Size)
			}
			if err != nil {
				d.add("bytes", checkFail, fmt.Sprintf("%s of run %d, %s: %v", s.Name, r.ID, s.Blob, err), again)
				return
			}
			if s.Reading == "" {
				continue
			}
			if _, err := desk.Blobs.Stat(ctx, s.Reading); err != nil {
				d.add("bytes", checkFail, fmt.Sprintf("what was read of %s for run %d, %s: %v", s.Name, r.ID, s.Reading, err), "restore a backup")
				return
			}
		}
	}
	for info, err := range desk.Blobs.List(ctx) {
		if err == nil && deep {
			err = desk.Blobs.Verify(ctx, info.ID)
		}
		if err != nil {
			d.fail("bytes", err, again)
			return
		}
		n, size = n+1, size+info.Size
	}
	how := "all there; --deep hashes them again"
	if deep {
		how = "all hashed again"
	}
	d.add("bytes", checkOK, fmt.Sprintf("%s, %s, %s", plural(n, "file", "files"), bytesText(size), how), "")
}

// graph says whether the derived graph is of this moment. One that is not is
// no fault: the next question makes it.
func (d *diagnosis) graph(ctx context.Context, h *home) {
	pass, err := h.gate.Open(ctx, gate.Visit{Actor: identity.Worker("derive")})
	if err != nil {
		d.fail("graph", err, "")
		return
	}
	path := filepath.Join(h.dir, "derived", fmt.Sprintf("graph-%d.og", h.store.Epoch()))
	found, err := gate.Ask(ctx, pass, gate.Act{Action: "graph.check", Object: filepath.Base(path)}, false, func(_ context.Context, desk *gate.Desk) (string, error) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return "not built yet; the next question builds it", nil
		}
		g, err := graph.Open(path)
		if err != nil {
			return "", err
		}
		defer func() { _ = g.Close() }()
		if g.Stamp().Fingerprint != pipeline.DeriveStamp(desk.View.Sight()) {
			return "of another moment; the next question builds it", nil
		}
		return "current", nil
	})
	if err != nil {
		d.add("graph", checkWarn, err.Error(), "nothing is lost: the next question builds it anew")
		return
	}
	d.add("graph", checkOK, found, "")
}
