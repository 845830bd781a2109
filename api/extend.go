package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
)

// maxExtended is how many properties are asked for at once, and how many entities of
// one property are named.
const maxExtended = 100

// An extension asks for values of entities: data-extension-query.json of 0.2.
type extension struct {
	IDs        []ftm.EntityID `json:"ids"`
	Properties []struct {
		ID       string `json:"id"`
		Settings struct {
			Limit float64 `json:"limit"`
		} `json:"settings"`
	} `json:"properties"`
}

type extendedMeta struct {
	ID   string     `json:"id"`
	Name string     `json:"name"`
	Type *reconType `json:"type,omitempty"` // of the entities that are its values
}

// An extendedValue is a text, or an entity that has a name.
type extendedValue struct {
	Str  string       `json:"str,omitempty"`
	ID   ftm.EntityID `json:"id,omitempty"`
	Name string       `json:"name,omitempty"`
}

type extended struct {
	Meta []extendedMeta                              `json:"meta"`
	Rows map[ftm.EntityID]map[string][]extendedValue `json:"rows"`
}

// Records counts what the answer releases.
func (e *extended) Records() int { return len(e.Rows) }

// extend gives values of entities. Of what is not there it gives none.
func (s *Service) extend(r *http.Request, raw string) (any, error) {
	var q extension
	if err := json.Unmarshal([]byte(raw), &q); err != nil {
		return nil, overt.Errorf(overt.Invalid, "extend", "it cannot be read: %v", err)
	}
	if len(q.IDs) > MaxQueries || len(q.Properties) > maxExtended {
		return nil, overt.Errorf(overt.Invalid, "extend", "%d entities and %d properties: at most %d and %d at once", len(q.IDs), len(q.Properties), MaxQueries, maxExtended)
	}
	out := &extended{Meta: []extendedMeta{}, Rows: map[ftm.EntityID]map[string][]extendedValue{}}
	for _, p := range q.Properties {
		prop := propertyOf(p.ID)
		if prop == nil {
			return nil, overt.Errorf(overt.Invalid, "extend", "there is no property %q", cut(p.ID, 60))
		}
		meta := extendedMeta{ID: p.ID, Name: prop.Label}
		if prop.Range != "" {
			t := typeOf(prop.Range)
			meta.Type = &t
		}
		out.Meta = append(out.Meta, meta)
	}
	datasets := datasetsOf(r.PathValue("dataset"))
	act := gate.Act{Action: "entity.read", Object: cut(r.PathValue("dataset"), 200), Query: cut(raw, 4000)}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (*extended, error) {
		for _, id := range q.IDs {
			e, err := screen.ReadEntity(ctx, d.View, datasets, id)
			if overt.CodeOf(err) == overt.NotFound {
				e, err = &ftm.Entity{}, nil
			}
			row := map[string][]extendedValue{}
			for _, p := range q.Properties {
				if err == nil {
					row[p.ID], err = values(ctx, d, datasets, e, bare(p.ID), p.Settings.Limit)
				}
			}
			if err != nil {
				return nil, err
			}
			out.Rows[id] = row
		}
		return out, nil
	})
}

// values gives those of a property; entities of which nothing is shown are left out.
func values(ctx context.Context, d *gate.Desk, datasets []string, e *ftm.Entity, prop string, limit float64) ([]extendedValue, error) {
	out := []extendedValue{}
	s := ftm.Default().Schema(e.Schema)
	for _, text := range e.Properties[prop] {
		if (limit >= 1 && len(out) >= int(min(limit, 1e6))) || len(out) == maxExtended {
			break
		}
		if p := s.Property(prop); p == nil || p.Type.Name != "entity" {
			out = append(out, extendedValue{Str: text})
			continue
		}
		other, err := screen.ReadEntity(ctx, d.View, datasets, ftm.EntityID(text))
		if overt.CodeOf(err) == overt.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, extendedValue{ID: other.ID, Name: nameOf(other)})
	}
	return out, nil
}

// nameOf names an entity; 0.2 wants no name empty.
func nameOf(e *ftm.Entity) string {
	if e.Caption == "" {
		return string(e.ID)
	}
	return e.Caption
}

// bare is a property without its schema.
func bare(pid string) string { return pid[strings.LastIndexByte(pid, ':')+1:] }

// propertyOf finds a property by its name, with or without a schema; nil if there is
// none.
func propertyOf(pid string) *ftm.Property {
	schemata := ftm.Default().Schemata()
	if schema, _, ok := strings.Cut(pid, ":"); ok {
		schemata = []*ftm.Schema{ftm.Default().Schema(schema)}
	}
	for _, s := range schemata {
		if s == nil {
			continue
		}
		if p := s.Property(bare(pid)); p != nil && !p.Stub {
			return p
		}
	}
	return nil
}

// propose lists the properties that entities of a type can be extended by.
func (s *Service) propose(_ http.ResponseWriter, r *http.Request) (any, error) {
	v := r.URL.Query()
	name := v.Get("type")
	if name == "" {
		name = screen.DefaultSchema
	}
	schema := ftm.Default().Schema(name)
	if schema == nil {
		return nil, overt.Errorf(overt.NotFound, "type", "there is no type %q", cut(name, 60))
	}
	limit, err := number(v, "limit")
	if err != nil {
		return nil, err
	}
	properties := []reconType{}
	for _, p := range schema.SortedProperties() {
		if !p.Stub && !p.Hidden && (limit == 0 || len(properties) < int(limit)) {
			properties = append(properties, reconType{p.Name, p.Label})
		}
	}
	return map[string]any{"type": schema.Name, "limit": int(limit), "properties": properties}, nil
}

// markup is an answer in HTML.
type markup []byte

// A preview shows an entity in a frame of other programs. Its style is all that its
// policy lets in (previewPolicy).
var preview = template.Must(template.New("preview").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{{.Caption}}</title>
<style>` + previewStyle + `</style>
` + previewBody + `
</html>
`))

const previewStyle = `body{font:14px sans-serif;margin:8px}h1{font-size:16px;margin:0}p{margin:2px 0 6px;color:#555}dt{font-weight:bold}dd{margin:0 0 2px}`

// previewPolicy lets nothing into a preview but its own style.
var previewPolicy = func() string {
	sum := sha256.Sum256([]byte(previewStyle))
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}()

const previewBody = `{{define "body"}}<h1><bdi>{{.Caption}}</bdi></h1><p>{{.Type}} · {{.Datasets}} · <bdi>{{.ID}}</bdi></p>
<dl>{{range .Values}}<dt>{{.Label}}</dt>{{range .Texts}}<dd><bdi>{{.}}</bdi></dd>{{end}}{{end}}</dl>{{end}}{{template "body" .}}`

// Of a preview, how wide and high it is, and how much it shows.
const (
	previewWidth, previewHeight = 420, 260
	previewValues               = 5
)

type previewed struct {
	ID                      ftm.EntityID
	Caption, Type, Datasets string
	Values                  []previewedValue
}

type previewedValue struct {
	Label string
	Texts []string
}

// previewOf reads what is shown of an entity; part names the template.
func (s *Service) previewOf(r *http.Request, id, part string) (markup, error) {
	act := gate.Act{Action: "entity.read", Object: cut(id, 200), Query: "preview"}
	return ask(r.Context(), s, act, false, func(ctx context.Context, d *gate.Desk) (markup, error) {
		e, err := screen.ReadEntity(ctx, d.View, datasetsOf(r.PathValue("dataset")), ftm.EntityID(id))
		if err != nil {
			return nil, err
		}
		out := previewed{ID: e.ID, Caption: nameOf(e), Type: typeOf(e.Schema).Name, Datasets: strings.Join(e.Datasets, ", ")}
		schema := ftm.Default().Schema(e.Schema)
		for _, name := range slices.Sorted(maps.Keys(e.Properties)) {
			p := schema.Property(name)
			if p == nil || p.Hidden || p.Type.Name == "entity" {
				continue
			}
			texts := e.Properties[name]
			v := previewedValue{Label: p.Label}
			for _, text := range texts[:min(len(texts), previewValues)] {
				v.Texts = append(v.Texts, cut(text, 200))
			}
			if n := len(texts) - previewValues; n > 0 {
				v.Texts = append(v.Texts, "and "+strconv.Itoa(n)+" more")
			}
			out.Values = append(out.Values, v)
		}
		var b bytes.Buffer
		err = preview.ExecuteTemplate(&b, part, out)
		return b.Bytes(), err
	})
}

// preview answers with a page for a frame.
func (s *Service) preview(w http.ResponseWriter, r *http.Request) (any, error) {
	page, err := s.previewOf(r, r.URL.Query().Get("id"), "preview")
	if err == nil {
		w.Header().Set("Content-Security-Policy", previewPolicy+"; frame-ancestors "+strings.Join(append([]string{"'self'"}, s.cfg.Origins...), " "))
	}
	return page, err
}

// flyout answers with the same within JSON, for whoever types.
func (s *Service) flyout(_ http.ResponseWriter, r *http.Request) (any, error) {
	id := r.URL.Query().Get("id")
	page, err := s.previewOf(r, id, "body")
	return map[string]string{"id": id, "html": string(page)}, err
}
