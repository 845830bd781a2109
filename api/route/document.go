package route

import (
	"cmp"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"overt"
)

// A Surface is a list of routes with what is said of all of them.
type Surface struct {
	Title, Version, Description string
	Routes                      []Route
	Words                       Words
	// Forms says of types that write themselves as what struct they do it.
	Forms map[reflect.Type]reflect.Type
	// Shared are parameters that the page names without saying what they are.
	Shared []string
	// Problem is the struct of an error.
	Problem reflect.Type
	// Always are codes that every route may give.
	Always []overt.Code
}

// The parts of an OpenAPI document that are filled here.
type (
	parameter struct {
		Name        string  `json:"name"`
		In          string  `json:"in"`
		Description string  `json:"description,omitempty"`
		Required    bool    `json:"required,omitempty"`
		Schema      *Schema `json:"schema"`
	}
	content struct {
		Schema *Schema `json:"schema"`
	}
	body struct {
		Required bool               `json:"required"`
		Content  map[string]content `json:"content"`
	}
	header struct {
		Description string  `json:"description"`
		Schema      *Schema `json:"schema"`
	}
	response struct {
		Description string             `json:"description"`
		Headers     map[string]header  `json:"headers,omitempty"`
		Content     map[string]content `json:"content,omitempty"`
	}
	operation struct {
		ID         string              `json:"operationId"`
		Tags       []string            `json:"tags"`
		Summary    string              `json:"summary"`
		Parameters []parameter         `json:"parameters,omitempty"`
		Body       *body               `json:"requestBody,omitempty"`
		Responses  map[string]response `json:"responses"`
	}
)

// Document writes the OpenAPI 3.1 document of a surface. The same surface gives
// the same bytes.
func (s *Surface) Document() ([]byte, error) {
	raw, _, err := s.document()
	return raw, err
}

// Used lists the words that the document asks for, ascending: every struct and
// field that is in it.
func (s *Surface) Used() ([]string, error) {
	_, d, err := s.document()
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(d.used))
	for key := range d.used {
		out = append(out, key)
	}
	slices.Sort(out)
	return out, nil
}

func (s *Surface) document() ([]byte, *describer, error) {
	d := &describer{words: s.Words, forms: s.Forms, components: map[string]*Schema{}, used: map[string]bool{}}
	paths := map[string]map[string]operation{}
	for i := range s.Routes {
		r := &s.Routes[i]
		if paths[r.Path] == nil {
			paths[r.Path] = map[string]operation{}
		}
		paths[r.Path][strings.ToLower(r.Method)] = s.operation(d, r)
	}
	raw, err := json.MarshalIndent(map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": s.Title, "version": s.Version, "description": s.Description},
		"servers":  []map[string]string{{"url": "/"}},
		"security": []map[string][]string{{"token": {}}, {}},
		"paths":    paths,
		"components": map[string]any{
			"schemas":         d.components,
			"securitySchemes": map[string]any{"token": map[string]string{"type": "http", "scheme": "bearer"}},
		},
	}, "", " ")
	return raw, d, err
}

func (s *Surface) operation(d *describer, r *Route) operation {
	op := operation{ID: r.Name, Tags: []string{r.Group}, Summary: r.Summary, Responses: map[string]response{}}
	form := &Schema{Type: "object", Properties: map[string]*Schema{}}
	for _, f := range fieldsOf(r.In) {
		p := d.value(&f)
		switch f.place {
		case "body":
			media, schema := f.name, d.schema(f.Type, false)
			if media == "json" {
				media = "application/json"
			}
			op.Body = &body{true, map[string]content{media: {schema}}}
		case "form":
			form.Properties[f.name] = p.Schema
			p.Schema.Description = p.Description
			if p.Required {
				form.Required = append(form.Required, f.name)
			}
		default:
			op.Parameters = append(op.Parameters, p)
		}
	}
	if len(form.Properties) > 0 {
		op.Body = &body{true, map[string]content{"multipart/form-data": {form}}}
	}
	op.Responses[strconv.Itoa(r.Status)] = s.success(d, r)
	problem := map[string]content{"application/problem+json": {d.schema(s.Problem, false)}}
	for status, codes := range s.failures(r) {
		op.Responses[strconv.Itoa(status)] = response{Description: codes, Content: problem}
	}
	if r.Method == http.MethodGet && r.Media == "" {
		op.Responses[strconv.Itoa(http.StatusNotModified)] = response{Description: "the answer is the one that If-None-Match names"}
	}
	return op
}

func (s *Surface) success(d *describer, r *Route) response {
	out := response{Description: http.StatusText(r.Status)}
	media := cmp.Or(r.Media, "application/json")
	switch {
	case r.Out == nil && r.Media == "":
		return out
	case r.Out == nil:
		out.Content = map[string]content{media: {&Schema{}}}
	case media == "text/event-stream":
		out.Content = map[string]content{media: {&Schema{Description: "data of each event: " + d.schema(r.Out, false).Ref}}}
	default:
		out.Content = map[string]content{media: {d.schema(r.Out, false)}}
	}
	if r.Method == http.MethodGet && r.Media == "" {
		out.Headers = map[string]header{"ETag": {"hash of the answer, for If-None-Match", &Schema{Type: "string"}}}
	}
	return out
}

// failures tells the statuses that a route may give, and what they say.
func (s *Surface) failures(r *Route) map[int]string {
	out := map[int]string{
		http.StatusUnauthorized: "it was not said who asks", http.StatusInternalServerError: codeWords[overt.Internal],
	}
	for _, c := range append(slices.Clone(s.Always), r.Errors...) {
		out[Status(c)] = codeWords[c]
	}
	if r.Writes {
		out[http.StatusRequestEntityTooLarge] = "the body is too large"
	}
	return out
}

var codeWords = map[overt.Code]string{
	overt.Invalid: "the request is wrong", overt.NotFound: "not there, or not shown", overt.Conflict: "it contradicts what is kept",
	overt.Denied: "the policy refuses", overt.Unavailable: "not now; ask again", overt.Internal: "it could not be answered",
}

// A field is one of a request.
type field struct {
	reflect.StructField
	place, name, word string // word: where its description stands
}

func fieldsOf(t reflect.Type) []field {
	var out []field
	for _, f := range reflect.VisibleFields(t) {
		if place, name := placeOf(&f); place != "" {
			out = append(out, field{f, place, name, NameOf(ownerOf(t, f.Index)) + "." + f.Name})
		}
	}
	return out
}

// ownerOf is the struct that a field is declared in.
func ownerOf(t reflect.Type, index []int) reflect.Type {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t
}

// value describes a field that is a single value.
func (d *describer) value(f *field) parameter {
	p := parameter{Name: f.name, In: f.place, Description: d.word(f.word), Required: f.place == "path" || f.Tag.Get("need") == "true"}
	if f.place == "body" {
		return p
	}
	if f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Uint8 { // a file
		p.Schema = &Schema{MediaType: "application/octet-stream"}
		return p
	}
	p.Schema = d.schema(f.Type, false)
	at := p.Schema
	if at.Items != nil {
		at = at.Items
	}
	at.Enum, at.Minimum, at.Maximum = enum(&f.StructField), bound(&f.StructField, "min"), bound(&f.StructField, "max")
	if at.Type == "string" && at.Enum == nil {
		at.Pattern = cmp.Or(patterns[f.Tag.Get("pattern")], "^[^\\u0000]*$")
		if p.Required {
			at.MinLength = 1
		}
	}
	if text, ok := f.Tag.Lookup("default"); ok {
		p.Schema.Default = fallback(f.Type.Kind(), text)
	}
	return p
}

// patterns describe texts of a kind; what they are is checked by who reads them.
var patterns = map[string]string{
	"day":      "^([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?)?$",
	"citation": "^overt:",
}

// fallback is a default as JSON.
func fallback(k reflect.Kind, text string) any {
	if k == reflect.String {
		return text
	}
	return json.RawMessage(text)
}

// Page writes what docs/api.md has: a table of routes a group, with the
// parameters of each, and the fields of every answer.
func (s *Surface) Page() (string, error) {
	_, d, err := s.document()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	group := ""
	for i := range s.Routes {
		r := &s.Routes[i]
		if r.Group != group {
			group = r.Group
			b.WriteString("\n## " + group + "\n\n| route | | answer |\n|---|---|---|\n")
		}
		b.WriteString("| `" + r.Pattern() + "` | " + r.Summary + s.given(d, r) + " | " + answerOf(r) + " |\n")
	}
	b.WriteString("\n## Objects\n\nA field with `?` may be left out.\n\n| object | fields |\n|---|---|\n")
	names := make([]string, 0, len(d.components))
	for name := range d.components {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString("| `" + name + "` | " + fieldList(d.components[name]) + " |\n")
	}
	return b.String(), nil
}

// given lists the parameters of a route in words.
func (s *Surface) given(d *describer, r *Route) string {
	var parts []string
	for _, f := range fieldsOf(r.In) {
		if f.place == "path" || f.place == "header" {
			continue
		}
		name := "`" + f.name + "`"
		if f.place == "body" {
			name = "the body"
			if t := f.Type; t.Kind() == reflect.Struct {
				name += " `" + NameOf(t) + "`"
			}
		}
		if word := d.word(f.word); word != "" && !s.shared(&f) {
			name += ": " + cell(word)
		}
		if choices := enum(&f.StructField); len(choices) > 0 {
			name += " (" + strings.Join(choices, ", ") + ")"
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return ""
	}
	return "<br>" + strings.Join(parts, "; ")
}

// shared says whether a parameter is one of several routes, which the page tells once.
func (s *Surface) shared(f *field) bool { return slices.Contains(s.Shared, f.name) }

func answerOf(r *Route) string {
	t := r.Out
	switch {
	case t == nil:
		return cmp.Or(r.Media, "nothing")
	case t.Kind() == reflect.Pointer:
		t = t.Elem()
	}
	name := "`" + NameOf(t) + "`"
	if r.Media != "" {
		name += " as " + r.Media
	}
	return name
}

func fieldList(s *Schema) string {
	var parts []string
	for name := range s.Properties {
		mark := "?"
		if slices.Contains(s.Required, name) {
			mark = ""
		}
		parts = append(parts, "`"+name+"`"+mark)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// cell makes a text fit for a cell of a table.
func cell(s string) string {
	return strings.ReplaceAll(strings.TrimSuffix(s, "."), "|", "\\|")
}
