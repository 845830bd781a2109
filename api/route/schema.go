package route

import (
	"encoding"
	"encoding/json"
	"path"
	"reflect"
	"strings"
)

// A Schema describes a value in JSON Schema 2020-12, as far as answers need it.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or names
	Description string             `json:"description,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Values      *Schema            `json:"additionalProperties,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Format      string             `json:"format,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	MinLength   int                `json:"minLength,omitempty"`
	MediaType   string             `json:"contentMediaType,omitempty"`
}

// Words are the descriptions of types ("answer.Found") and of their fields
// ("answer.Found.How").
type Words map[string]string

// A describer makes schemata of types. Structs that have a name become components,
// each once.
type describer struct {
	words Words
	// forms stand for types that write themselves: what they write is what the
	// form would.
	forms      map[reflect.Type]reflect.Type
	components map[string]*Schema
	used       map[string]bool // words that were asked for
}

// NameOf is the name of a type in documents: its package and its own.
func NameOf(t reflect.Type) string {
	name := path.Base(t.PkgPath()) + "." + t.Name()
	return strings.NewReplacer("[", "_", "]", "", "/", "_").Replace(name)
}

var (
	textType = reflect.TypeFor[encoding.TextMarshaler]()
	jsonType = reflect.TypeFor[json.Marshaler]()
)

// schema describes what json.Marshal writes of a type. null says that a nil value
// is written too.
func (d *describer) schema(t reflect.Type, null bool) *Schema {
	if form := d.forms[t]; form != nil {
		return d.component(t, form)
	}
	switch {
	case t.Kind() == reflect.Pointer && null:
		return &Schema{AnyOf: []*Schema{d.schema(t.Elem(), false), {Type: "null"}}}
	case t.Kind() == reflect.Pointer:
		return d.schema(t.Elem(), false)
	case t.Implements(textType):
		return &Schema{Type: "string"}
	case t.Implements(jsonType):
		return &Schema{}
	}
	switch t.Kind() {
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.Interface:
		return &Schema{}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &Schema{Type: "string"}
		}
		return &Schema{Type: orNull("array", null), Items: d.schema(t.Elem(), true)}
	case reflect.Map:
		return &Schema{Type: orNull("object", null), Values: d.schema(t.Elem(), true)}
	case reflect.Struct:
		if t.Name() == "" {
			return d.object(t)
		}
		return d.component(t, t)
	}
	return &Schema{Type: "integer"}
}

// orNull names a type that may be null.
func orNull(name string, null bool) any {
	if null {
		return []string{name, "null"}
	}
	return name
}

// component describes a struct once, by its form, and refers to it.
func (d *describer) component(t, form reflect.Type) *Schema {
	name := NameOf(t)
	if d.components[name] == nil {
		d.components[name] = &Schema{} // so that one that holds itself ends
		s := d.object(form)
		s.Description = d.word(name)
		d.components[name] = s
	}
	return &Schema{Ref: "#/components/schemas/" + name}
}

func (d *describer) word(key string) string {
	d.used[key] = true
	return d.words[key]
}

// object describes the fields of a struct as encoding/json writes them.
func (d *describer) object(t reflect.Type) *Schema {
	s := &Schema{Type: "object", Properties: map[string]*Schema{}}
	d.fields(s, t)
	return s
}

func (d *describer) fields(s *Schema, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && tag == "":
			at := f.Type
			if at.Kind() == reflect.Pointer {
				at = at.Elem()
			}
			if form := d.forms[at]; form != nil {
				at = form
			}
			d.fields(s, at)
			continue
		case tag == "":
			tag = f.Name
		}
		optional := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
		p := d.schema(f.Type, !optional)
		p.Description = d.word(NameOf(t) + "." + f.Name)
		s.Properties[tag] = p
		if !optional {
			s.Required = append(s.Required, tag)
		}
	}
}
