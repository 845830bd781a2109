package source

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt"
)

// placeholder is a parameter's name in braces, in a name, an address or a body.
var placeholder = regexp.MustCompile(`\{([a-z][a-z0-9_]*(?:\.[a-z]+)?)\}`)

// maxValue bounds one value of a parameter, in bytes.
const maxValue = 2000

// A Plan is an entry with its values: what will be asked for, and of whom.
type Plan struct {
	Entry  *Entry
	Values map[string]string // by parameter, defaults filled in
	Asks   []Ask
}

// An Ask is the first request for one file of the entry.
type Ask struct {
	Name    string `json:"name"`
	Method  string `json:"method"`
	Address string `json:"address"`
	Body    string `json:"body,omitempty"`
}

// Plan checks the values and fills the entry in. Errors: invalid, naming the
// parameter and what it may be.
func (e *Entry) Plan(set map[string]string) (*Plan, error) {
	p := &Plan{Entry: e, Values: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if e.parameter(name) == nil {
			return nil, overt.Errorf(overt.Invalid, "--set "+name, "%s has no such parameter; %s", e.ID, e.usage())
		}
	}
	for i := range e.Parameters {
		param := &e.Parameters[i]
		v := set[param.Name]
		if v = strings.TrimSpace(v); v == "" {
			v = param.Default
		}
		if v == "" {
			if param.Optional {
				continue
			}
			return nil, overt.Errorf(overt.Invalid, "--set "+param.Name, "%s needs it: %s", e.ID, param.Usage())
		}
		if err := param.valid(v); err != nil {
			return nil, overt.Errorf(overt.Invalid, "--set "+param.Name, "%w", err)
		}
		p.Values[param.Name] = v
	}
	for i := range e.Files {
		f := &e.Files[i]
		more := map[string]any{}
		if f.Pages != nil {
			more = f.Pages.first()
		}
		a, err := p.ask(f, more)
		if err != nil {
			return nil, err
		}
		p.Asks = append(p.Asks, a)
	}
	return p, nil
}

// first are the placeholders of the first page.
func (p *Pages) first() map[string]any {
	n := 1
	if p.First != nil {
		n = *p.First
	}
	return map[string]any{"page": json.Number(strconv.Itoa(n)), "limit": json.Number(strconv.Itoa(p.Limit))}
}

// Hosts are those that the plan may connect to, sorted: the ones the entry
// names, and those of addresses that the user gave.
func (p *Plan) Hosts() []string {
	out := append(p.Entry.FixedHosts(), p.GivenHosts()...)
	slices.Sort(out)
	return slices.Compact(out)
}

// GivenHosts are the hosts of addresses that the user gave.
func (p *Plan) GivenHosts() []string {
	var out []string
	for i, f := range p.Entry.Files {
		if u, err := parseAddress(p.Asks[i].Address); err == nil && givesHost(f.Address) {
			out = append(out, u.Hostname())
		}
	}
	return out
}

// Key names the plan: the same entry with the same values has the same, 16
// hexadecimal digits.
func (p *Plan) Key() string {
	raw, err := json.Marshal(struct {
		Entry  *Entry
		Values map[string]string
	}{p.Entry, p.Values})
	if err != nil {
		raw = fmt.Append(nil, p.Entry, p.Values)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// Dataset is the name under which it is imported.
func (p *Plan) Dataset() string {
	name := cmp.Or(p.Entry.Dataset, p.Entry.ID)
	return placeholder.ReplaceAllStringFunc(name, func(s string) string { return inName(p.text(s, nil)) })
}

// Line is the plan in one line, for the audit log.
func (p *Plan) Line() string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(p.Values)) {
		out = append(out, k+"="+p.Values[k])
	}
	for _, a := range p.Asks {
		out = append(out, a.Method+" "+a.Address)
	}
	return strings.Join(out, " ")
}

// ask fills one file's request in; more holds what pages add.
func (p *Plan) ask(f *File, more map[string]any) (Ask, error) {
	a := Ask{Method: f.Method}
	a.Name = placeholder.ReplaceAllStringFunc(f.Name, func(s string) string { return inName(p.text(s, more)) })
	if givesHost(f.Address) {
		a.Address = p.text(f.Address, more)
	} else {
		a.Address = placeholder.ReplaceAllStringFunc(f.Address, func(s string) string { return escape(p.text(s, more)) })
	}
	u, err := parseAddress(a.Address)
	if err != nil {
		return a, fmt.Errorf("%s: %w", p.Entry.ID, err)
	}
	a.Address = u.String()
	if f.Body != nil {
		v, _ := p.fill(f.Body, more)
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return a, overt.Errorf(overt.Invalid, p.Entry.ID, "write the body: %w", err)
		}
		a.Body = strings.TrimSpace(b.String())
	}
	return a, nil
}

// value is what one placeholder stands for; nil when it stands for nothing.
func (p *Plan) value(name string, more map[string]any) any {
	if v, ok := more[name]; ok {
		return v
	}
	name, part, _ := strings.Cut(name, ".")
	v, ok := p.Values[name]
	if !ok {
		return nil
	}
	switch param := p.Entry.parameter(name); {
	case part != "":
		return fiscalDay(v, part)
	case param.Kind == "number" || param.Kind == "us_fiscal_year":
		if n, err := strconv.ParseInt(v, 10, 64); err == nil {
			return json.Number(strconv.FormatInt(n, 10)) // "007" is no number of JSON
		}
	}
	return v
}

func (p *Plan) text(s string, more map[string]any) string {
	v := p.value(strings.Trim(s, "{}"), more)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// fill puts the values into a body. What names a parameter without a value is
// left out: the object that holds it directly, a list that is empty thereby.
func (p *Plan) fill(v any, more map[string]any) (filled any, keep bool) {
	switch v := v.(type) {
	case string:
		return p.fillText(v, more)
	case []any:
		out := []any{}
		for _, item := range v {
			if got, keep := p.fill(item, more); keep {
				out = append(out, got)
			}
		}
		return out, len(out) > 0 || len(v) == 0
	case map[string]any:
		out := map[string]any{}
		whole := true
		for k, item := range v {
			got, keep := p.fill(item, more)
			if keep {
				out[k] = got
			} else if _, isText := item.(string); isText {
				whole = false
			}
		}
		return out, whole
	}
	return v, true
}

func (p *Plan) fillText(s string, more map[string]any) (any, bool) {
	// A placeholder by itself keeps its kind: a number stays one.
	if m := placeholder.FindStringSubmatch(s); m != nil && m[0] == s {
		v := p.value(m[1], more)
		return v, v != nil
	}
	keep := true
	out := placeholder.ReplaceAllStringFunc(s, func(m string) string {
		t := p.text(m, more)
		keep = keep && t != ""
		return t
	})
	return out, keep
}

// escape leaves letters, digits and - . _ ~ as they are, so that a value can
// be no more than a part of a path or a query.
func escape(s string) string {
	s = strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return s
}

// inName makes a value fit for the name of a file on every system.
func inName(s string) string {
	out := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
	return out[:min(len(out), 60)]
}

// givesHost says whether an address is a parameter, host and all.
func givesHost(address string) bool {
	return placeholder.FindString(address) == address && address != ""
}

// fillFor makes an address template an address, to look at its host.
func fillFor(address string) string { return placeholder.ReplaceAllString(address, "x") }

// fiscalDay is the first or last day of a fiscal year of the United States,
// which begins on 1 October of the year before.
func fiscalDay(year, part string) string {
	n, err := strconv.Atoi(year)
	if err != nil {
		return ""
	}
	if part == "start" {
		return fmt.Sprintf("%04d-10-01", n-1)
	}
	return fmt.Sprintf("%04d-09-30", n)
}

// Usage says what a parameter is and may be.
func (p *Parameter) Usage() string {
	out := p.Title
	switch {
	case len(p.Values) > 0:
		out += ": " + strings.Join(p.Values, ", ")
	case p.Example != "":
		out += ", as in --set " + p.Name + "=" + quoted(p.Example)
	}
	if p.Default != "" {
		out += " (else " + p.Default + ")"
	}
	return out
}

func quoted(s string) string {
	if strings.ContainsAny(s, " &?;'()") {
		return `"` + s + `"`
	}
	return s
}

func (e *Entry) usage() string {
	if len(e.Parameters) == 0 {
		return "it has none"
	}
	var names []string
	for _, p := range e.Parameters {
		names = append(names, p.Name)
	}
	return "it has " + strings.Join(names, ", ")
}

// valid says what is wrong with a value.
func (p *Parameter) valid(v string) error {
	if len(v) > maxValue || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd }) {
		return fmt.Errorf("the value has control characters or more than %d bytes", maxValue)
	}
	if len(p.Values) > 0 && !slices.Contains(p.Values, v) {
		return fmt.Errorf("%q is none of %s", v, strings.Join(p.Values, ", "))
	}
	if p.pattern != nil && !p.pattern.MatchString(v) {
		return fmt.Errorf("%q is not as it must be: %s", v, p.Usage())
	}
	switch p.Kind {
	case "number":
		if _, err := strconv.ParseInt(v, 10, 64); err != nil {
			return fmt.Errorf("%q is not a whole number", v)
		}
	case "date":
		if _, err := time.Parse("2006-01-02", v); err != nil {
			return fmt.Errorf("%q is not a date; write 2024-03-31", v)
		}
	case "us_fiscal_year":
		if n, err := strconv.Atoi(v); err != nil || len(v) != 4 || n < 1900 || n > 2200 {
			return fmt.Errorf("%q is not a year; write 2024", v)
		}
	case "address":
		if _, err := parseAddress(v); err != nil {
			return err
		}
	}
	return nil
}
