package web

import (
	"bytes"
	"net/http"
	"path"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/report"
)

// publishedPolicy is for what is published: no script at all.
const publishedPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// published leads to the page of a published version, so that the files beside it are
// found by their names.
func (s *Service) published(v *visit) (response, error) {
	id, item, version, err := publication(v)
	if err != nil {
		return response{}, err
	}
	return seeOther(publishedPath(id, item, version, ""))
}

// publication reads which version an address names.
func publication(v *visit) (id, item string, version int, err error) {
	id, item, ok := strings.Cut(v.PathValue("slug"), ".")
	version, bad := strconv.Atoi(v.PathValue("version"))
	if !ok || bad != nil || version < 1 {
		err = overt.Errorf(overt.NotFound, "", "there is no such publication")
	}
	return id, item, version, err
}

// publishedFile gives a file of the bundle of a published version, or all of it.
func (s *Service) publishedFile(v *visit) (response, error) {
	id, item, version, err := publication(v)
	if err != nil {
		return response{}, err
	}
	pass, err := s.openIn(v, id)
	if err != nil {
		return response{}, err
	}
	name := v.PathValue("file")
	if name == "bundle.zip" {
		files, err := answer.BundleReport(v.Context(), pass, item, version)
		if err != nil {
			return response{}, err
		}
		var b bytes.Buffer
		if err := report.WriteZip(&b, files); err != nil {
			return response{}, err
		}
		v.w.Header().Set("Content-Disposition", `attachment; filename="`+item+"-"+strconv.Itoa(version)+`.zip"`)
		writeFile(v.w, "application/zip", b.Bytes())
		return response{done: true}, nil
	}
	if name == "" {
		name = "index.html"
	}
	body, err := answer.EditionFile(v.Context(), pass, item, version, name)
	if err != nil {
		return response{}, err
	}
	if path.Ext(name) == ".svg" {
		writePicture(v.w, string(body))
		return response{done: true}, nil
	}
	kind := "text/plain; charset=utf-8"
	switch path.Ext(name) {
	case ".html":
		kind = "text/html; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".json", ".jsonld":
		kind = "application/json"
	}
	writeFile(v.w, kind, body)
	return response{done: true}, nil
}

func writeFile(w http.ResponseWriter, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Security-Policy", publishedPolicy)
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // who asked has gone
}
