package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A model holds both halves in the published JSON form.
type model struct {
	Schemata map[string]*schema `json:"schemata"`
	Types    map[string]*typ    `json:"types"`
}

type schema struct {
	Label          string               `json:"label" yaml:"label"`
	Plural         string               `json:"plural" yaml:"plural"`
	Description    string               `json:"description" yaml:"description"`
	Extends        []string             `json:"extends" yaml:"extends"`
	Featured       []string             `json:"featured" yaml:"featured"`
	Required       []string             `json:"required" yaml:"required"`
	Caption        []string             `json:"caption" yaml:"caption"`
	Edge           *edge                `json:"edge" yaml:"edge"`
	TemporalExtent extent               `json:"temporalExtent" yaml:"temporalExtent"`
	Matchable      bool                 `json:"matchable" yaml:"matchable"`
	Abstract       bool                 `json:"abstract" yaml:"abstract"`
	Hidden         bool                 `json:"hidden" yaml:"hidden"`
	Generated      bool                 `json:"generated" yaml:"generated"`
	Deprecated     bool                 `json:"deprecated" yaml:"deprecated"`
	Properties     map[string]*property `json:"properties" yaml:"-"`
}

type edge struct {
	Source   string   `json:"source" yaml:"source"`
	Target   string   `json:"target" yaml:"target"`
	Label    string   `json:"label" yaml:"label"`
	Directed bool     `json:"directed" yaml:"directed"`
	Caption  []string `json:"caption" yaml:"caption"`
}

type extent struct {
	Start []string `json:"start" yaml:"start"`
	End   []string `json:"end" yaml:"end"`
}

type property struct {
	Name        string `json:"name"`
	Label       string `json:"label"`
	Description string `json:"description"`
	Type        string `json:"type"`
	Range       string `json:"range"`
	Reverse     string `json:"reverse"`
	Format      string `json:"format"`
	Matchable   bool   `json:"matchable"`
	Hidden      bool   `json:"hidden"`
	Stub        bool   `json:"stub"`
	Deprecated  bool   `json:"deprecated"`
	MaxLength   int    `json:"maxLength"`
}

type typ struct {
	Label       string            `json:"label"`
	Plural      string            `json:"plural"`
	Description string            `json:"description"`
	Group       string            `json:"group"`
	Matchable   bool              `json:"matchable"`
	Pivot       bool              `json:"pivot"`
	MaxLength   int               `json:"maxLength"`
	Values      map[string]string `json:"values"`
}

// An ownSchema is one YAML file of ours; what is absent there follows the
// property's type, hence the pointers.
type ownSchema struct {
	schema     `yaml:",inline"`
	Properties map[string]ownProperty `yaml:"properties"`
}

type ownProperty struct {
	Label       string  `yaml:"label"`
	Description string  `yaml:"description"`
	Type        string  `yaml:"type"`
	Range       string  `yaml:"range"`
	Reverse     reverse `yaml:"reverse"`
	Format      string  `yaml:"format"`
	Matchable   *bool   `yaml:"matchable"`
	Hidden      bool    `yaml:"hidden"`
	MaxLength   int     `yaml:"maxLength"`
}

type reverse struct {
	Name   string `yaml:"name"`
	Label  string `yaml:"label"`
	Hidden bool   `yaml:"hidden"`
}

func parsePublished(data []byte) (*model, error) {
	var m model
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, err
	}
	if len(m.Schemata) == 0 || len(m.Types) == 0 {
		return nil, fmt.Errorf("no schemata or no types in it")
	}
	return &m, nil
}

// addOwn reads dir/*.yaml in name order, adds each schema, then the reverse
// properties of all, then checks that every name refers to something.
func (m *model) addOwn(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	var added []string
	reverses := map[string]reverse{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		own := map[string]*ownSchema{}
		decoder := yaml.NewDecoder(strings.NewReader(string(data)))
		decoder.KnownFields(true)
		if err := decoder.Decode(&own); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		for _, name := range sortedKeys(own) {
			if err := m.addSchema(name, own[name], reverses); err != nil {
				return fmt.Errorf("read %s: %w", file, err)
			}
			added = append(added, name)
		}
	}
	for _, name := range added {
		if err := m.addReverses(name, reverses); err != nil {
			return err
		}
	}
	for _, name := range added {
		if err := m.check(name); err != nil {
			return err
		}
	}
	return nil
}

var propertyName = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

func (m *model) addSchema(name string, own *ownSchema, reverses map[string]reverse) error {
	if m.Schemata[name] != nil {
		return fmt.Errorf("schema %s exists already", name)
	}
	s := &own.schema
	s.Properties = map[string]*property{}
	for _, prop := range sortedKeys(own.Properties) {
		spec := own.Properties[prop]
		if !propertyName.MatchString(prop) {
			return fmt.Errorf("%s:%s is no property name", name, prop)
		}
		p := &property{
			Name: prop, Label: spec.Label, Description: spec.Description, Type: spec.Type,
			Range: spec.Range, Reverse: spec.Reverse.Name, Format: spec.Format, Hidden: spec.Hidden, MaxLength: spec.MaxLength,
		}
		if p.Type == "" {
			p.Type = "string"
		}
		t := m.Types[p.Type]
		if t == nil {
			return fmt.Errorf("%s:%s has unknown type %q", name, prop, p.Type)
		}
		p.Matchable = t.Matchable
		if spec.Matchable != nil {
			p.Matchable = *spec.Matchable
		}
		if p.MaxLength == 0 {
			p.MaxLength = t.MaxLength
		}
		if p.Label == "" {
			p.Label = prop
		}
		s.Properties[prop] = p
		reverses[name+":"+prop] = spec.Reverse
	}
	m.Schemata[name] = s
	return nil
}

// addReverses puts onto the range of each entity property of a schema the stub
// that points back, as FollowTheMoney does when it loads its own.
func (m *model) addReverses(name string, reverses map[string]reverse) error {
	s := m.Schemata[name]
	for _, prop := range sortedKeys(s.Properties) {
		p := s.Properties[prop]
		if p.Type != "entity" || p.Stub {
			continue
		}
		target := m.Schemata[p.Range]
		if target == nil {
			return fmt.Errorf("%s:%s has unknown range %q", name, prop, p.Range)
		}
		if p.Reverse == "" {
			continue
		}
		if m.find(p.Range, p.Reverse) != nil {
			return fmt.Errorf("%s:%s: reverse %s:%s exists already", name, prop, p.Range, p.Reverse)
		}
		back := reverses[name+":"+prop]
		label := back.Label
		if label == "" {
			label = back.Name
		}
		target.Properties[p.Reverse] = &property{
			Name: p.Reverse, Label: label, Type: "entity", Range: name, Reverse: prop,
			Matchable: m.Types["entity"].Matchable, MaxLength: m.Types["entity"].MaxLength,
			Hidden: back.Hidden || p.Hidden, Stub: true,
		}
	}
	return nil
}

// find gives a property of a schema or of what it extends, nil if none.
func (m *model) find(name, prop string) *property {
	s := m.Schemata[name]
	if s == nil {
		return nil
	}
	if p := s.Properties[prop]; p != nil {
		return p
	}
	for _, parent := range s.Extends {
		if p := m.find(parent, prop); p != nil {
			return p
		}
	}
	return nil
}

func (m *model) check(name string) error {
	s := m.Schemata[name]
	for _, parent := range s.Extends {
		if m.Schemata[parent] == nil {
			return fmt.Errorf("%s extends unknown %q", name, parent)
		}
	}
	named := slices.Concat(s.Featured, s.Required, s.Caption, s.TemporalExtent.Start, s.TemporalExtent.End)
	if s.Edge != nil {
		named = append(append(named, s.Edge.Source, s.Edge.Target), s.Edge.Caption...)
		for _, end := range []string{s.Edge.Source, s.Edge.Target} {
			if p := m.find(name, end); p == nil || p.Type != "entity" {
				return fmt.Errorf("%s: edge end %q is no entity property", name, end)
			}
		}
	}
	for _, prop := range named {
		if m.find(name, prop) == nil {
			return fmt.Errorf("%s names unknown property %q", name, prop)
		}
	}
	for _, prop := range s.Caption {
		if m.find(name, prop).Type == "entity" {
			return fmt.Errorf("%s: caption %q is an entity property", name, prop)
		}
	}
	return nil
}
