package answer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"overt"
	"overt/casefile"
	"overt/gate"
	"overt/report"
)

// A ReportCheck is a report as the asker sees it, with what speaks against publishing
// the newest version.
type ReportCheck struct {
	Case     string               `json:"case"`
	Report   *casefile.ReportView `json:"report"`
	Findings []report.Finding     `json:"findings"`
	Open     int                  `json:"open"` // that nobody passed over

	ground *report.Ground
}

// Records counts what the answer releases.
func (c *ReportCheck) Records() int { return 1 + len(c.Findings) }

// Seen is the case as the asker sees it.
func (c *ReportCheck) Seen() *casefile.View { return c.ground.View }

// CheckReport opens all that a report rests on, and computes its check list. The desk
// must have a graph. Errors: not_found.
func CheckReport(ctx context.Context, d *gate.Desk, id, item string) (*ReportCheck, error) {
	v, err := ReadCase(ctx, d, id, true)
	if err != nil {
		return nil, err
	}
	return checkReport(ctx, d, v, item, "")
}

// CheckDraft is CheckReport while somebody writes: a draft, if there is one, stands for the
// newest text, and kept bytes are not hashed.
func CheckDraft(ctx context.Context, d *gate.Desk, id, item, draft string) (*ReportCheck, error) {
	v, err := ReadCase(ctx, d, id, false)
	if err != nil {
		return nil, err
	}
	return checkReport(ctx, d, v, item, draft)
}

func checkReport(ctx context.Context, d *gate.Desk, v *casefile.View, item, draft string) (*ReportCheck, error) {
	r, err := v.Report(item)
	if err != nil {
		return nil, err
	}
	if draft != "" {
		r.Versions = append(r.Versions, casefile.VersionView{Version: len(r.Versions) + 1, Text: draft})
	}
	g := &report.Ground{View: v, Report: r, Sources: map[overt.BlobID]report.Source{}, Around: map[string][2]string{}}
	for i := range v.Claims {
		for j := range v.Claims[i].Cites {
			if err := addGround(ctx, d, g, &v.Claims[i].Cites[j]); err != nil {
				return nil, err
			}
		}
	}
	for i := range v.Views {
		for j := 0; v.Views[i].Saved != nil && j < len(v.Views[i].Saved.Sources); j++ {
			if err := addSource(ctx, d, g, v.Views[i].Saved.Sources[j].Blob); err != nil {
				return nil, err
			}
		}
	}
	found := report.Check(g)
	return &ReportCheck{v.ID, r, found, len(report.Open(found)), g}, nil
}

// addGround looks up the source of a cite, and the words around it.
func addGround(ctx context.Context, d *gate.Desk, g *report.Ground, c *casefile.CiteView) error {
	if c.Cite == nil {
		return nil
	}
	if c.Cite.URI != "" && c.Status.Holds() {
		p, err := OpenPassage(ctx, d, c.Cite.URI)
		if err != nil {
			return err
		}
		g.Around[c.Item] = [2]string{p.Before, p.After}
	}
	return addSource(ctx, d, g, c.Cite.Blob())
}

// addSource looks up who published a source, and when it was observed.
func addSource(ctx context.Context, d *gate.Desk, g *report.Ground, blob overt.BlobID) error {
	if _, ok := g.Sources[blob]; ok {
		return nil
	}
	run, src, err := sourceOf(d, string(blob))
	if overt.CodeOf(err) == overt.NotFound {
		return nil // taken back: the check list tells it
	}
	if err != nil {
		return err
	}
	s := report.Source{Blob: blob, Name: src.Name, Dataset: run.Dataset, Address: src.Address, Run: run.ID, Observed: run.Observed}
	about, err := d.Ledger.Dataset(ctx, d.Scope, run.Dataset)
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return err
	}
	if err == nil {
		s.Title, s.Publisher, s.Licence = about.Title, about.Publisher, about.Licence
		if s.Address == "" {
			s.Address = about.Address
		}
	}
	g.Sources[blob] = s
	return nil
}

// RequestReport asks that the newest version of a report is published, when nothing
// speaks against it. What would be published is frozen with the request, in the sight of
// who asks. Errors: conflict (something speaks against it), those of the rules.
func RequestReport(ctx context.Context, p *gate.Pass, item string) (*casefile.State, error) {
	made, seen, err := freeze(ctx, p, item, false)
	if err != nil {
		return nil, err
	}
	raw, err := made.Bytes()
	if err != nil {
		return nil, err
	}
	return p.Casework(ctx, p.Case(), casefile.Event{Kind: casefile.Request, Item: item, Version: made.Version, Edition: string(raw), Seen: seen})
}

// ApproveReport and PublishReport look again, in the sight of who does it: nothing may
// speak against the report, and it must still rest on what was asked for. Errors: conflict,
// those of the rules.
func ApproveReport(ctx context.Context, p *gate.Pass, item string) (*casefile.State, error) {
	return again(ctx, p, item, casefile.Approve)
}

// PublishReport publishes what was approved; see ApproveReport.
func PublishReport(ctx context.Context, p *gate.Pass, item string) (*casefile.State, error) {
	return again(ctx, p, item, casefile.Publish)
}

func again(ctx context.Context, p *gate.Pass, item string, kind casefile.Kind) (*casefile.State, error) {
	made, seen, err := freeze(ctx, p, item, true)
	if err != nil {
		return nil, err
	}
	return p.Casework(ctx, p.Case(), casefile.Event{Kind: kind, Item: item, Version: made.Version, Seen: seen})
}

// RefuseReport takes back that a report is to be published, with a reason.
func RefuseReport(ctx context.Context, p *gate.Pass, item, reason string) (*casefile.State, error) {
	return p.Casework(ctx, p.Case(), casefile.Event{Kind: casefile.Refuse, Item: item, Reason: reason})
}

// CommentReport comments on words of the newest text of a report, or with none on all of
// it; of a comment it is an answer. Errors: invalid (the words do not stand there), those of the rules.
func CommentReport(ctx context.Context, p *gate.Pass, item, on, text string) (*casefile.State, error) {
	if on != "" {
		draft, err := gate.Ask(ctx, p, gate.Act{Action: "report.read", Object: p.Case(), Query: item}, false, func(ctx context.Context, d *gate.Desk) (string, error) {
			s, err := foldCase(ctx, d, p.Case())
			if err != nil {
				return "", err
			}
			return s.Text(item)
		})
		if err != nil {
			return nil, err
		}
		if report.Parse(draft).Find(on) == nil {
			return nil, overt.Errorf(overt.Invalid, "comment", "these words do not stand in one paragraph of the report's newest text")
		}
	}
	return p.Casework(ctx, p.Case(), casefile.Event{Kind: casefile.Note, Item: casefile.NewItem(), Of: item, On: report.Plain(on), Text: text})
}

// A frozen is what freeze asks for: an edition and the last event that it was made at.
type frozen struct {
	Edition *report.Edition
	Last    int64
}

// freeze makes the edition of the newest version, if nothing speaks against it. asked
// says that it must rest on the same as the one that was asked for.
func freeze(ctx context.Context, p *gate.Pass, item string, asked bool) (*report.Edition, int64, error) {
	f, err := gate.Ask(ctx, p, gate.Act{Action: "report.check", Object: p.Case(), Query: item}, true, func(ctx context.Context, d *gate.Desk) (*frozen, error) {
		c, err := CheckReport(ctx, d, p.Case(), item)
		if err != nil {
			return nil, err
		}
		if open := report.Open(c.Findings); len(open) > 0 {
			return nil, overt.Errorf(overt.Conflict, item, "the check list has open points (%d): %s; see overt report check", len(open), open[0].Text)
		}
		made, err := report.Freeze(c.ground)
		if err != nil || !asked {
			return &frozen{made, c.ground.View.Last}, err
		}
		return &frozen{made, c.ground.View.Last}, sameGround(ctx, d, p.Case(), made)
	})
	if err != nil {
		return nil, 0, err
	}
	return f.Edition, f.Last, nil
}

// sameGround refuses an edition that rests on something else than the one that was
// asked for.
func sameGround(ctx context.Context, d *gate.Desk, id string, now *report.Edition) error {
	s, err := foldCase(ctx, d, id)
	if err != nil {
		return err
	}
	raw := s.Requested(now.Report)
	if raw == "" {
		return nil // the rules of the case tell it
	}
	asked, err := report.ReadEdition([]byte(raw))
	if err != nil {
		return err
	}
	if asked.Text != now.Text || !sameAs(asked.Claims, now.Claims) || !sameAs(asked.Passages, now.Passages) || !sameAs(asked.Views, now.Views) {
		return overt.Errorf(overt.Conflict, now.Report, "what it rests on changed since it was asked for; ask again")
	}
	return nil
}

// sameAs compares what is written as JSON: lists that are empty are equal.
func sameAs(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

// A PublishedEdition is what was published, and when.
type PublishedEdition struct {
	Version int    `json:"version"`
	At      string `json:"at"`
	Edition string `json:"edition"`
}

// ReadEdition gives what was published as a version of a report, 0 for the newest. The
// asker is a member of its case; what was published is not parted by sight any more.
func ReadEdition(ctx context.Context, d *gate.Desk, id, item string, version int) (*PublishedEdition, error) {
	s, err := foldCase(ctx, d, id)
	if err != nil {
		return nil, err
	}
	e, err := s.Edition(item, version)
	if err != nil {
		return nil, err
	}
	return &PublishedEdition{e.Version, e.At, e.Edition}, nil
}

// OutlineReport is a first text: the confirmed claims of a case, under its headings.
func OutlineReport(ctx context.Context, d *gate.Desk, id string) (*Outlined, error) {
	v, err := ReadCase(ctx, d, id, false)
	if err != nil {
		return nil, err
	}
	return &Outlined{Title: v.Title, Text: report.Outline(v)}, nil
}

// An Outlined is a first text with the title of its case.
type Outlined struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

// EditionFile gives one file of the bundle of a published version. Only those with proofs
// need the log. Errors: not_found.
func EditionFile(ctx context.Context, p *gate.Pass, item string, version int, name string) ([]byte, error) {
	act := gate.Act{Action: "report.read", Object: p.Case(), Query: fmt.Sprintf("%s version %d", item, version)}
	e, err := gate.Ask(ctx, p, act, false, func(ctx context.Context, d *gate.Desk) (*PublishedEdition, error) {
		return ReadEdition(ctx, d, p.Case(), item, version)
	})
	if err != nil {
		return nil, err
	}
	made, err := report.ReadEdition([]byte(e.Edition))
	if err != nil {
		return nil, err
	}
	files, err := made.Files([]byte(e.Edition), e.day())
	if err != nil {
		return nil, err
	}
	at := func(f report.File) bool { return f.Name == name }
	if !slices.ContainsFunc(files, at) {
		if files, err = BundleReport(ctx, p, item, version); err != nil {
			return nil, err
		}
	}
	if i := slices.IndexFunc(files, at); i >= 0 {
		return files[i].Body, nil
	}
	return nil, overt.Errorf(overt.NotFound, "", "the bundle has no such file")
}

// day is when it was published, for the reader.
func (e *PublishedEdition) day() string { return e.At[:len("2026-01-02")] }

// BundleReport gives the files of a published version, with proofs and signature.
// Errors: not_found (it is not published), those of the log.
func BundleReport(ctx context.Context, p *gate.Pass, item string, version int) ([]report.File, error) {
	act := gate.Act{Action: "report.read", Object: p.Case(), Query: fmt.Sprintf("%s version %d", item, version)}
	e, err := gate.Ask(ctx, p, act, false, func(ctx context.Context, d *gate.Desk) (*PublishedEdition, error) {
		return ReadEdition(ctx, d, p.Case(), item, version)
	})
	if err != nil {
		return nil, err
	}
	made, err := p.Attest(ctx, report.Digest([]byte(e.Edition)), casefile.Approve, casefile.Publish)
	if err != nil {
		return nil, err
	}
	proofs := report.Proofs{LogKey: p.LogKey(), Approved: report.Attested(made[0]), Published: report.Attested(made[1])}
	key, err := p.PublicationKey()
	if err != nil {
		return nil, err
	}
	sign := report.Signer{Key: key, Sign: func(text string) ([]byte, error) { return p.Sign(ctx, text) }}
	return report.Bundle([]byte(e.Edition), e.day(), proofs, sign)
}
