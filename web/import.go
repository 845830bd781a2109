package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"overt"
	"overt/gate"
	"overt/pipeline"
	"overt/policy"
	"overt/ui"
)

// importList is the first page of imports.
type importList struct {
	jobs  []pipeline.Job
	saved []pipeline.SavedMapping
}

// Records counts what the answer releases.
func (l *importList) Records() int { return len(l.jobs) + len(l.saved) }

// imports lists the imports of the session, and takes files.
func (s *Service) imports(v *visit) (response, error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	l, err := ask(s, v, gate.Act{Action: "import.list"}, false, func(_ context.Context, d *gate.Desk) (*importList, error) {
		saved, err := s.saved(d)
		return &importList{s.cfg.Jobs.Of(v.visit()), saved}, err
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Import"), Main: importsScreen(l), Wide: true})
}

// saved are the mappings of datasets that the asker sees: one of a hidden dataset would
// tell of it.
func (s *Service) saved(d *gate.Desk) ([]pipeline.SavedMapping, error) {
	all, err := pipeline.SavedMappings(s.cfg.Mappings)
	var out []pipeline.SavedMapping
	for _, m := range all {
		if d.Scope.Sees(policy.Label{Dataset: m.Name}) {
			out = append(out, m)
		}
	}
	return out, err
}

// Bounds of a stream: how long one side may be silent, and how often an import is told of.
const (
	silent = 2 * time.Minute
	beat   = 15 * time.Second
	often  = 250 * time.Millisecond
)

// slow is a body that may take as long as it keeps coming.
type slow struct {
	io.ReadCloser
	ctl *http.ResponseController
}

func (b *slow) Read(p []byte) (int, error) {
	_ = b.ctl.SetReadDeadline(time.Now().Add(silent))
	return b.ReadCloser.Read(p)
}

// upload takes files in a form as they come. The token comes before them.
func (s *Service) upload(v *visit) (res response, err error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	body := &slow{v.Body, http.NewResponseController(v.w)}
	v.Body = http.MaxBytesReader(v.w, body, pipeline.MaxUpload)
	form, err := v.MultipartReader()
	if err != nil {
		return response{}, overt.Errorf(overt.Invalid, "", "the files are sent by a form")
	}
	up, err := s.received(v, func() (string, string, io.Reader, error) {
		part, err := form.NextPart()
		if err != nil {
			return "", "", nil, err
		}
		return part.FormName(), part.FileName(), part, nil
	})
	if err != nil {
		return response{}, err
	}
	pass, err := s.open(v)
	if err == nil {
		act := gate.Act{Action: "import.receive", Query: clip(strings.Join(up.Names, " "))}
		err = pass.Do(v.Context(), act, func(context.Context, *gate.Bench) (int64, string, error) {
			j, err := s.cfg.Jobs.Receive(v.visit(), up)
			res.to = importPath(j.ID)
			return int64(len(up.Names)), "", err
		})
	}
	if err != nil {
		return response{}, errors.Join(err, up.Remove())
	}
	return res, nil
}

// received writes the files that next gives into a folder of their own.
func (s *Service) received(v *visit, next func() (name, file string, from io.Reader, err error)) (up *pipeline.Upload, err error) {
	known := false
	defer func() {
		if err != nil && up != nil {
			err = errors.Join(err, up.Remove())
		}
	}()
	for {
		name, file, from, end := next()
		switch {
		case errors.Is(end, io.EOF) && up != nil && len(up.Names) > 0:
			return up, nil
		case errors.Is(end, io.EOF):
			return up, overt.Errorf(overt.Invalid, "file", "choose at least one file")
		case end != nil:
			return up, unsent(end)
		case name == "token":
			word, err := io.ReadAll(io.LimitReader(from, 1000))
			if err != nil {
				return up, unsent(err)
			}
			known = v.sent(string(word))
		case !known:
			return up, notOfSession()
		case name == "file" && file != "":
			if up == nil {
				if up, err = s.cfg.Jobs.NewUpload(); err != nil {
					return nil, err
				}
			}
			if err := up.Add(file, from); err != nil {
				return up, unsent(err)
			}
		}
	}
}

// unsent is an error of a form that did not come whole.
func unsent(err error) error {
	var large *http.MaxBytesError
	var ours *overt.Error
	if errors.As(err, &large) {
		return overt.Errorf(overt.Invalid, "file", "one upload has %d GiB at most", pipeline.MaxUpload>>30)
	}
	if errors.As(err, &ours) {
		return err
	}
	return overt.Errorf(overt.Invalid, "file", "the files did not come whole; send them again")
}

func notOfSession() error {
	return overt.Errorf(overt.Denied, "", "this form is not of your session; open its page anew")
}

// showImport is an import: what its files become, or how far it is.
func (s *Service) showImport(v *visit) (response, error) {
	return s.importScreen(v, nil, "")
}

// importScreen shows an import; no is why a form was refused, of what it said.
func (s *Service) importScreen(v *visit, said *importDraft, no string) (response, error) {
	if s.cfg.Jobs == nil {
		return s.nothing(v)
	}
	id := v.PathValue("import")
	j, err := s.job(v, "import.read", id)
	if err != nil {
		return response{}, err
	}
	if j.State != pipeline.JobReceived {
		p, err := s.jobPage(v, j, no)
		if err != nil {
			return response{}, err
		}
		return show(ui.Page{Title: v.say("Import"), Main: jobScreen(p), Wide: true})
	}
	d := said
	if d == nil {
		if d, err = s.draft(v, j); err != nil {
			return response{}, err
		}
	}
	p, err := s.draftPage(v, j, d)
	if err != nil {
		return response{}, err
	}
	p.no = cmp.Or(no, p.no)
	return show(ui.Page{Title: v.say("Import"), Main: draftScreen(p)})
}

// job is an import of the session, asked for at the gate.
func (s *Service) job(v *visit, action, id string) (pipeline.Job, error) {
	return ask(s, v, gate.Act{Action: action, Object: clip(id)}, false, func(context.Context, *gate.Desk) (pipeline.Job, error) {
		j, _, err := s.cfg.Jobs.Find(v.visit(), id)
		return j, err
	})
}

// importPath is an import.
func importPath(id string, pairs ...string) string {
	return address("/import/"+url.PathEscape(id), pairs...)
}

// mappingPath is a mapping that somebody made.
func mappingPath(name string) string { return "/mappings/" + url.PathEscape(name) }

// savedMapping shows a mapping that was kept, as it is written.
func (s *Service) savedMapping(v *visit) (response, error) { return s.mappingScreen(v, "", "") }

func (s *Service) mappingScreen(v *visit, said, no string) (response, error) {
	name := v.PathValue("name")
	m, err := ask(s, v, gate.Act{Action: "mapping.read", Object: clip(name)}, false, func(_ context.Context, d *gate.Desk) (*pipeline.SavedMapping, error) {
		list, err := s.saved(d)
		for i := range list {
			if list[i].Name == name {
				return &list[i], err
			}
		}
		if err == nil {
			err = overt.Errorf(overt.NotFound, "", "there is no such mapping")
		}
		return nil, err
	})
	if err != nil {
		return response{}, err
	}
	if no == "" && m.Err != nil {
		no = m.Err.Error()
	}
	return show(ui.Page{Title: name, Main: mappingScreen(name, cmp.Or(said, m.Text), no), Wide: true})
}

// saveMapping keeps what was written of a mapping.
func (s *Service) saveMapping(v *visit) (response, error) {
	name, text := v.PathValue("name"), strings.ReplaceAll(v.PostFormValue("yaml"), "\r\n", "\n")
	if _, err := s.mappingScreen(v, "", ""); err != nil { // what is hidden is not there
		return response{}, err
	}
	pass, err := s.cfg.Gate.Open(v.Context(), v.visit(policy.Label{Dataset: name}))
	if err != nil {
		return response{}, err
	}
	err = pass.Do(v.Context(), gate.Act{Action: "mapping.save", Object: clip(name)}, func(_ context.Context, b *gate.Bench) (int64, string, error) {
		if !b.Scope.Writes(policy.Label{Dataset: name}) {
			return 0, "", overt.Errorf(overt.Denied, name, "you may not write this dataset")
		}
		_, err := pipeline.SaveMapping(s.cfg.Mappings, name, text)
		return 1, "", err
	})
	if c := overt.CodeOf(err); c == overt.Invalid || c == overt.Denied {
		return s.mappingScreen(v, text, err.Error())
	}
	if err != nil {
		return response{}, err
	}
	return seeOther("/import")
}
