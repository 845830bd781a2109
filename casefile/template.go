package casefile

import (
	"bytes"
	"embed"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"overt"
)

//go:embed templates/*.yaml
var templates embed.FS

// A Template is how a case of some sort begins.
type Template struct {
	ID       string   `yaml:"-" json:"id"`
	Title    string   `yaml:"title" json:"title"`
	About    string   `yaml:"about" json:"about"`
	Second   bool     `yaml:"second" json:"second,omitempty"` // a second reader confirms claims
	Headings []string `yaml:"headings" json:"headings"`
	Tasks    []string `yaml:"tasks" json:"tasks"`
}

// Templates are those that the program has, by id.
func Templates() []Template {
	names, err := templates.ReadDir("templates")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	out := make([]Template, len(names))
	for i, n := range names {
		raw, err := templates.ReadFile(path.Join("templates", n.Name()))
		if err == nil {
			dec := yaml.NewDecoder(bytes.NewReader(raw))
			dec.KnownFields(true)
			err = dec.Decode(&out[i])
		}
		if err != nil {
			panic(n.Name() + ": " + err.Error()) // likewise; a test reads them all
		}
		out[i].ID = strings.TrimSuffix(n.Name(), ".yaml")
	}
	return out
}

// FindTemplate gives the template of that id; "" is the empty one. Errors: not_found,
// with the list.
func FindTemplate(id string) (Template, error) {
	if id == "" {
		id = "empty"
	}
	all := Templates()
	if i := slices.IndexFunc(all, func(t Template) bool { return t.ID == id }); i >= 0 {
		return all[i], nil
	}
	var ids []string
	for _, t := range all {
		ids = append(ids, t.ID)
	}
	return Template{}, overt.Errorf(overt.NotFound, "--template", "there is no template %q; there are %s", clip(id, 40), strings.Join(ids, ", "))
}

// Begin are the events of a new case.
func (t Template) Begin(first Event) []Event {
	first.Kind, first.Template, first.Headings = Open, t.ID, t.Headings
	first.Second = first.Second || t.Second
	out := []Event{first}
	for _, text := range t.Tasks {
		out = append(out, Event{At: first.At, Actor: first.Actor, Kind: Task, Item: NewItem(), Text: text})
	}
	return out
}
