package web

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/mapping"
	"overt/pipeline"
	"overt/policy"
)

// An importDraft is what somebody says of files before they are taken in. It is replaced,
// never changed.
type importDraft struct {
	mapping.Draft
	sights   []*pipeline.Sight
	paper    map[string]bool // files that are read as documents, where a person said so
	template string          // name of a format, or of a mapping kept here; "" maps columns
	own      bool            // the template is one kept here
	byHand   bool            // the mapping is yaml
	yaml     string
	accepted bool // a person confirmed the guesses
	observed string
}

// drafts are those of the service, by import: they go with their files.
type drafts struct {
	mu   sync.Mutex
	list map[string]*importDraft
}

func (d *drafts) get(id string) *importDraft {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.list[id]
}

// put keeps a draft, and forgets those of imports that are not there any more.
func (d *drafts) put(id string, to *importDraft, there func(id string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.list == nil {
		d.list = map[string]*importDraft{}
	}
	for k := range d.list {
		if !there(k) {
			delete(d.list, k)
		}
	}
	d.list[id] = to
}

func (s *Service) keepDraft(id string, d *importDraft) {
	s.drafts.put(id, d, s.cfg.Jobs.Has)
}

// draft is what was said of an import so far; of a new one, what its files look like.
func (s *Service) draft(v *visit, j pipeline.Job) (*importDraft, error) {
	if d := s.drafts.get(j.ID); d != nil {
		return d, nil
	}
	saved, err := ask(s, v, gate.Act{Action: "mapping.list"}, false, func(_ context.Context, d *gate.Desk) (*importList, error) {
		list, err := s.saved(d)
		return &importList{saved: list}, err
	})
	if err != nil {
		return nil, err
	}
	var own []*mapping.Mapping
	for _, m := range saved.saved {
		if m.Mapping != nil {
			own = append(own, m.Mapping)
		}
	}
	d := &importDraft{paper: map[string]bool{}}
	for _, name := range j.Files {
		sight, err := pipeline.Look(v.Context(), s.cfg.Records, j.Path(name), own)
		if err != nil {
			return nil, err
		}
		d.sights = append(d.sights, sight)
	}
	if _, part := d.mapped(); part != nil {
		d.Draft = part.Proposed
	}
	d.Name, d.Class = datasetName(j.Files), "public"
	if f := d.fits(); f != nil {
		d.describe(f)
	}
	s.keepDraft(j.ID, d)
	return d, nil
}

// datasetName makes a name of a dataset of the first file's.
func datasetName(files []string) string {
	name, _, _ := strings.Cut(files[0], ".")
	name = strings.ReplaceAll(ftm.Fold(name), " ", "-")
	return cmp.Or(strings.Trim(name, "-"), "files")
}

// isPaper says whether a file is read as a document.
func (d *importDraft) isPaper(s *pipeline.Sight) bool {
	if said, ok := d.paper[s.Name]; ok && len(s.Parts) > 0 {
		return said
	}
	return s.Paper
}

// mapped is the first part whose columns are shown, or that a format fits; nil for none.
func (d *importDraft) mapped() (*pipeline.Sight, *pipeline.SeenPart) {
	for _, s := range d.sights {
		if !d.isPaper(s) {
			for i := range s.Parts {
				if len(s.Parts[i].Columns)+len(s.Parts[i].Candidates) > 0 {
					return s, &s.Parts[i]
				}
			}
		}
	}
	return nil, nil
}

// fits is the format or mapping that fits best; nil for none.
func (d *importDraft) fits() *mapping.Candidate {
	for _, s := range d.sights {
		if !d.isPaper(s) {
			for i := range s.Parts {
				if c := s.Parts[i].Candidates; len(c) > 0 {
					return &c[0]
				}
			}
		}
	}
	return nil
}

// describe takes over what a format says of its source, where nothing is said yet.
func (d *importDraft) describe(c *mapping.Candidate) {
	m := cmp.Or(c.Mapping, c.Pack)
	d.Title, d.Publisher, d.Licence = cmp.Or(d.Title, m.Title), cmp.Or(d.Publisher, m.Publisher), cmp.Or(d.Licence, m.Licence)
	d.Address = cmp.Or(d.Address, m.Address)
	if c.Format != "" { // its header tells of the form, not of the source
		d.Title = ""
	}
}

// text is the mapping as it is written.
func (d *importDraft) text() (string, error) {
	if d.byHand {
		return d.yaml, nil
	}
	raw, err := d.YAML()
	return string(raw), err
}

// written is the mapping that a person makes, read as an import will read it.
func (d *importDraft) written() (*mapping.Mapping, error) {
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	return mapping.Parse(d.Name+".yaml", []byte(text))
}

// chosen is the mapping to try; nil where a file tells how it is read.
func (s *Service) chosen(d *importDraft) (*mapping.Mapping, error) {
	switch {
	case d.template == "":
		return d.written()
	case d.own:
		list, err := pipeline.SavedMappings(s.cfg.Mappings)
		for _, m := range list {
			if m.Name == d.template {
				return m.Mapping, cmp.Or(err, m.Err)
			}
		}
		if err == nil {
			err = overt.Errorf(overt.Invalid, d.template, "the mapping is not kept here any more")
		}
		return nil, err
	}
	return mapping.Pack(d.template), nil
}

// take takes over what the form says of a draft.
func (d *importDraft) take(v *visit) (*importDraft, error) {
	out := *d
	out.Name, out.Title, out.Publisher = cmp.Or(v.field("dataset"), d.Name), v.field("title"), v.field("publisher")
	out.Licence, out.Address, out.Class = v.field("licence"), v.field("address"), v.field("class")
	out.Extent, out.observed = v.field("extent"), v.field("observed")
	if out.Extent == "" {
		out.Extent = d.Extent
	}
	if d.byHand {
		out.yaml = v.field("yaml") + "\n"
	}
	if v.PostFormValue("columns") == "" {
		return &out, nil
	}
	out.Dates, out.Comma, out.Currency = v.field("dates"), v.field("comma") != "", strings.ToUpper(v.field("currency"))
	out.Things, out.Columns = nil, slices.Clone(d.Columns)
	for i := range maxThings {
		at := strconv.Itoa(i)
		t := mapping.DraftThing{Name: v.field("n" + at), Schema: v.field("s" + at), From: v.field("f" + at), To: v.field("t" + at)}
		if t.Name != "" {
			out.Things = append(out.Things, t)
		}
	}
	for i := range out.Columns {
		at := strconv.Itoa(i)
		c := &out.Columns[i]
		c.Thing, c.Prop, _ = strings.Cut(v.field("c"+at), ".")
		c.Key = v.field("k"+at) != "" && c.Thing != ""
		if c.Thing != "" && !slices.ContainsFunc(out.Things, func(t mapping.DraftThing) bool { return t.Name == c.Thing }) {
			return &out, overt.Errorf(overt.Invalid, c.Column, "it becomes part of %q, which is none of the things above", c.Thing)
		}
	}
	return &out, nil
}

// maxThings is how many things one row can name in the form; files have no such bound.
const maxThings = 8

// doImport does what a form of an import asks for.
func (s *Service) doImport(v *visit) (response, error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	id, deed := v.PathValue("import"), v.PathValue("deed")
	j, err := s.job(v, "import.read", id)
	if err != nil {
		return response{}, err
	}
	if j.State != pipeline.JobReceived || deed == "drop" {
		return s.doJob(v, j, deed)
	}
	d, err := s.draft(v, j)
	if err != nil {
		return response{}, err
	}
	d, err = d.take(v)
	if err == nil {
		err = s.doDraft(v, j, d, deed)
	}
	switch overt.CodeOf(err) {
	case "":
	case overt.Invalid, overt.Denied, overt.Conflict:
		return s.importScreen(v, d, err.Error())
	default:
		return response{}, err
	}
	return seeOther(importPath(id, "row", v.URL.Query().Get("row")))
}

// doDraft does one deed to a draft that has what the form said.
func (s *Service) doDraft(v *visit, j pipeline.Job, d *importDraft, deed string) error {
	switch deed {
	case "map", "accept":
		d.accepted = true
	case "template":
		return s.useTemplate(v, j, d)
	case "columns":
		d.template, d.own, d.byHand = "", false, false
	case "yaml":
		text, err := d.text()
		if err != nil {
			return err
		}
		d.template, d.own, d.byHand, d.yaml = "", false, true, text
	case "paper", "records":
		d.paper = map[string]bool{}
		for _, x := range d.sights {
			d.paper[x.Name] = d.isPaper(x)
		}
		d.paper[v.URL.Query().Get("file")] = deed == "paper"
		if _, part := d.mapped(); part != nil && len(d.Columns) == 0 {
			proposed := part.Proposed
			d.Rows, d.Dates, d.Comma, d.Currency, d.Things, d.Columns = proposed.Rows, proposed.Dates, proposed.Comma, proposed.Currency, proposed.Things, proposed.Columns
		}
	case "start":
		return s.start(v, j, d)
	default:
		return overt.Errorf(overt.NotFound, "", "there is no such address")
	}
	s.keepDraft(j.ID, d)
	return nil
}

// useTemplate has a format that fits read the files.
func (s *Service) useTemplate(v *visit, j pipeline.Job, d *importDraft) error {
	name := v.URL.Query().Get("name")
	for _, x := range d.sights {
		for i := range x.Parts {
			for k := range x.Parts[i].Candidates {
				if c := &x.Parts[i].Candidates[k]; candidateName(c) == name {
					d.template, d.own, d.byHand = name, c.Mapping != nil && mapping.Pack(name) == nil, false
					if d.own {
						d.Name = name
					}
					d.describe(c)
					s.keepDraft(j.ID, d)
					return nil
				}
			}
		}
	}
	return overt.Errorf(overt.Invalid, "name", "none of the files is of this format")
}

// candidateName is how a format is asked for.
func candidateName(c *mapping.Candidate) string {
	if c.Mapping != nil {
		return c.Mapping.Name
	}
	return c.Pack.Name
}

// start has an import begin. Nothing was written before.
func (s *Service) start(v *visit, j pipeline.Job, d *importDraft) error {
	if d.observed != "" {
		if _, err := time.Parse(time.DateOnly, d.observed); err != nil {
			return overt.Errorf(overt.Invalid, "observed", "%q is not a date; write 2024-03-31", d.observed)
		}
	}
	label := policy.Label{Dataset: d.Name}
	if err := label.Validate(); err != nil {
		return err
	}
	order := pipeline.Order{Dataset: d.Name}
	about := ledger.Dataset{Name: d.Name, Title: d.Title, Publisher: d.Publisher, Licence: d.Licence, Address: d.Address, Class: d.Class}
	var records []string
	for _, x := range d.sights {
		if d.isPaper(x) {
			order.Papers = append(order.Papers, j.Path(x.Name))
		} else {
			records = append(records, j.Path(x.Name))
		}
	}
	if len(records) > 0 {
		order.Records = &pipeline.Request{Paths: records, Dataset: d.Name, About: about, Observed: d.observed}
	}
	pass, err := s.cfg.Gate.Open(v.Context(), v.visit(label))
	if err != nil {
		return err
	}
	act := gate.Act{Action: "import.begin", Object: clip(d.Name), Query: clip(strings.Join(j.Files, " "))}
	return pass.Do(v.Context(), act, func(_ context.Context, b *gate.Bench) (int64, string, error) {
		if !b.Scope.Writes(label) {
			return 0, "", overt.Errorf(overt.Denied, d.Name, "you may not write this dataset")
		}
		if order.Records != nil {
			if err := s.readBy(d, order.Records); err != nil {
				return 0, "", err
			}
		}
		if len(order.Papers) > 0 {
			order.About = about
		}
		_, err := s.cfg.Jobs.Begin(v.visit(), j.ID, order)
		return int64(len(j.Files)), "", err
	})
}

// readBy says how the records of an import are read. A mapping that a person made is
// kept for the next time.
func (s *Service) readBy(d *importDraft, req *pipeline.Request) (err error) {
	switch {
	case d.own:
		req.Mapping = filepath.Join(s.cfg.Mappings, d.template+".yaml")
		return nil
	case d.template != "":
		if f := d.fits(); candidateName(f) != d.template {
			req.Format = d.template
		} // else each file tells by its content
		return nil
	case !d.accepted && !d.byHand:
		return overt.Errorf(overt.Conflict, "", "what the columns become is guessed; confirm it, or change it")
	}
	text, err := d.text()
	if err == nil {
		req.Mapping, err = pipeline.SaveMapping(s.cfg.Mappings, d.Name, text)
	}
	req.Extent = "" // the mapping says it
	return err
}
