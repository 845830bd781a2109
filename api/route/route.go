// Package route describes an HTTP surface once: a list of routes, each with the
// structs of its request and its answer. From it come the reading of requests,
// the OpenAPI 3.1 document and the page of the documentation, so that none of
// them says anything that another does not.
package route

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"overt"
)

// A Route is one way in. Fields of In are tagged by where they stand:
//
//	path:"NAME" query:"NAME" header:"NAME" form:"NAME"    a text, a number, a truth, texts
//	body:"json"                                           the body, read by Read
//	body:"MEDIA TYPE"                                     the body, read by the handler
//
// and by what they may be: min, max, default, enum (between commas), need ("true"),
// pattern ("day", "citation"; for the document alone).
// Embedded structs are read as if their fields stood in In.
type Route struct {
	Method, Path string
	Name         string // of the operation, a word
	Group        string // heading it stands under
	Summary      string // one sentence
	In           reflect.Type
	Out          reflect.Type // of the answer; nil for none
	Status       int          // of success
	Media        string       // of the answer; "" is application/json
	Errors       []overt.Code // beside those that every route may give
	Paged        bool
	Writes       bool
}

// Pattern is the route as net/http writes it.
func (r *Route) Pattern() string { return r.Method + " " + r.Path }

// Status is the HTTP status of a code.
func Status(c overt.Code) int {
	switch c {
	case overt.Invalid:
		return http.StatusBadRequest
	case overt.NotFound:
		return http.StatusNotFound
	case overt.Conflict:
		return http.StatusConflict
	case overt.Denied:
		return http.StatusForbidden
	case overt.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// places are the tags of fields that are single values, in the order of pages.
var places = []string{"path", "query", "header", "form"}

// placeOf says where a field stands in a request, and under which name.
func placeOf(f *reflect.StructField) (place, name string) {
	for _, p := range places {
		if n, ok := f.Tag.Lookup(p); ok {
			return p, n
		}
	}
	if media, ok := f.Tag.Lookup("body"); ok {
		return "body", media
	}
	return "", ""
}

// Read fills a request struct. What is sent and not known is refused: a name with
// a slip in it must not pass for a question without it. Errors: invalid, with the
// name of the field; those of reading the body.
func Read(r *http.Request, into any) error {
	query := r.URL.Query()
	v := reflect.ValueOf(into).Elem()
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(v.Type()) {
		place, name := placeOf(&f)
		var given []string
		switch place {
		case "path":
			given = []string{r.PathValue(name)}
		case "query":
			known[name], given = true, query[name]
		case "header":
			given = r.Header.Values(name)
		case "body":
			if name == "json" {
				if err := readJSON(r, v.FieldByIndex(f.Index).Addr().Interface()); err != nil {
					return err
				}
			}
			continue
		default:
			continue
		}
		if err := set(v.FieldByIndex(f.Index), &f, name, given); err != nil {
			return err
		}
	}
	for name := range query {
		if !known[name] {
			return overt.Errorf(overt.Invalid, clip(name), "there is no such parameter")
		}
	}
	return nil
}

// SetForm fills the field of a form. Errors: invalid.
func SetForm(into any, name, value string) error {
	v := reflect.ValueOf(into).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if place, n := placeOf(&f); place == "form" && n == name {
			return set(v.FieldByIndex(f.Index), &f, name, []string{value})
		}
	}
	return overt.Errorf(overt.Invalid, clip(name), "there is no such field")
}

// maxText bounds one value of a parameter, in bytes.
const maxText = 8 << 10

// set fills one field with what was given for it, or with what it is without.
func set(v reflect.Value, f *reflect.StructField, name string, given []string) error {
	if len(given) == 0 {
		if f.Tag.Get("need") == "true" {
			return overt.Errorf(overt.Invalid, name, "it is to be said")
		}
		fallback, ok := f.Tag.Lookup("default")
		if !ok {
			return nil
		}
		given = []string{fallback}
	}
	if v.Kind() == reflect.Slice {
		for _, text := range given {
			if text == "" {
				continue
			}
			if err := fits(f, name, text); err != nil {
				return err
			}
			one := reflect.New(v.Type().Elem()).Elem()
			one.SetString(text)
			v.Set(reflect.Append(v, one))
		}
		return nil
	}
	if len(given) > 1 {
		return overt.Errorf(overt.Invalid, name, "it is said more than once")
	}
	return setOne(v, f, name, given[0])
}

func setOne(v reflect.Value, f *reflect.StructField, name, text string) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return fits(f, name, text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return overt.Errorf(overt.Invalid, name, "it is true or false")
		}
		v.SetBool(b)
		return nil
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(n) || !within(f, n) {
			return outside(f, name)
		}
		v.SetFloat(n)
		return nil
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil || !within(f, float64(n)) {
			return outside(f, name)
		}
		v.SetInt(n)
		return nil
	case reflect.Uint32:
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || !within(f, float64(n)) {
			return outside(f, name)
		}
		v.SetUint(n)
		return nil
	}
	panic("a field of a request that is no value: " + f.Name)
}

// within says whether a number keeps the bounds of its field.
func within(f *reflect.StructField, n float64) bool {
	low, high := bound(f, "min"), bound(f, "max")
	return (low == nil || n >= *low) && (high == nil || n <= *high)
}

func bound(f *reflect.StructField, tag string) *float64 {
	n, err := strconv.ParseFloat(f.Tag.Get(tag), 64)
	if err != nil {
		return nil
	}
	return &n
}

func outside(f *reflect.StructField, name string) error {
	low, high := f.Tag.Get("min"), f.Tag.Get("max")
	switch {
	case low != "" && high != "":
		return overt.Errorf(overt.Invalid, name, "it is a number from %s to %s", low, high)
	case low != "":
		return overt.Errorf(overt.Invalid, name, "it is a number, %s or more", low)
	}
	return overt.Errorf(overt.Invalid, name, "it is a number")
}

// fits checks a text against the bounds of its field.
func fits(f *reflect.StructField, name, text string) error {
	if len(text) > maxText {
		return overt.Errorf(overt.Invalid, name, "it is longer than %d bytes", maxText)
	}
	if strings.ContainsRune(text, 0) {
		return overt.Errorf(overt.Invalid, name, "it has a character that no text has")
	}
	if choices := enum(f); len(choices) > 0 && text != "" && !slices.Contains(choices, text) {
		return overt.Errorf(overt.Invalid, name, "it is one of %s", strings.Join(choices, ", "))
	}
	if text == "" && f.Tag.Get("need") == "true" {
		return overt.Errorf(overt.Invalid, name, "it is to be said")
	}
	return nil
}

func enum(f *reflect.StructField) []string {
	if list := f.Tag.Get("enum"); list != "" {
		return strings.Split(list, ",")
	}
	return nil
}

// readJSON reads a body whole. Errors: invalid; those of reading.
func readJSON(r *http.Request, into any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return overt.Errorf(overt.Invalid, "", "the body is to be application/json")
	}
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more behind it")
		}
	}
	var large *http.MaxBytesError
	if err == nil || errors.As(err, &large) {
		return err
	}
	return overt.Errorf(overt.Invalid, "", "the body cannot be read: %s", strings.TrimPrefix(err.Error(), "json: "))
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
