// Package resolve says which entities of different sources are one.
//
// Exact identity is equal identifiers of one scheme, and an agency's names as
// our own reference list gives them. It needs no judgement and explains itself.
// A link carries the classes it rests on, so that a reader who does not see the
// evidence does not see the entities joined. Beside it stand what people decided
// (judgements, which are statements) and what a matcher found for one sight
// (Result, kept by its labels): an Identity has both, as far as a view shows what
// they rest on.
package resolve

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"

	"overt/ftm"
	"overt/internal/extsort"
	"overt/statement"
)

// ReferenceDataset is the dataset whose agency names are identities: it is
// written by us and no two of its agencies share a name.
const ReferenceDataset = "reference"

// A Link says that an entity has a key, for whoever sees all classes of one of
// its alternatives: entities that meet in a key are one. The evidence of each
// stands by itself, so that it can be told when a source dropped it.
type Link struct {
	Entity       ftm.EntityID
	Key          ftm.EntityID // of the node that stands for the key, see IsKey
	Alternatives [][]statement.Class
	Reason       string // the key as people read it: "uei:ABC…"
}

// keyNode begins the id of a node that stands for a shared key. It sorts after
// every other id, so that a key is never chosen as the canonical one.
const keyNode = "\U0010FFFF"

// IsKey says whether an id stands for a shared key and not for an entity.
func IsKey(id ftm.EntityID) bool { return strings.HasPrefix(string(id), keyNode) }

// Exact gathers the keys of entities and yields the links between those that
// share one. Memory is bounded; order does not matter.
type Exact struct {
	sort  *extsort.Sorter
	model *ftm.Model
	ref   map[statement.Class]bool
	key   []byte
	val   []byte
}

// NewExact makes an Exact that spills into dir. sight tells which classes are
// of the reference list.
func NewExact(dir string, sight *statement.Sight) *Exact {
	e := &Exact{sort: extsort.New(dir, 32<<20), model: ftm.Default(), ref: map[statement.Class]bool{}}
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && info.Label.Dataset == ReferenceDataset {
			e.ref[c] = true
		}
	}
	return e
}

// Add takes the statements of one entity.
func (e *Exact) Add(stmts []statement.Statement) error {
	for i := range stmts {
		s := &stmts[i]
		key := identity(e.model, s)
		if key == "" {
			continue
		}
		e.key = append(append(append(e.key[:0], key...), 0), s.Entity...)
		e.val = binary.BigEndian.AppendUint32(e.val[:0], uint32(s.Class))
		if err := e.sort.Add(e.key, e.val); err != nil {
			return err
		}
	}
	return nil
}

// Reason is the Reason of a Link that a statement is evidence for; "" for most
// statements.
func Reason(s *statement.Statement) string {
	name, _, _ := strings.Cut(identity(ftm.Default(), s), "\x1f")
	return name
}

// identity is the key by which a statement makes its entity one with others;
// "" for most statements.
func identity(model *ftm.Model, s *statement.Statement) string {
	schema := model.Schema(s.Schema)
	if schema == nil || s.External || s.Value == "" {
		return ""
	}
	p := schema.Property(s.Prop)
	if p == nil {
		return ""
	}
	if scheme, ok := p.Scheme(); ok {
		if ftm.IsGeneric(scheme, s.Value) {
			return "" // "000000000" stands for no number
		}
		return scheme + ":" + s.Value + "\x1f" + family(schema)
	}
	if s.Prop == "piid" && wholePIID(s.Value) {
		return "piid:" + strings.ToUpper(s.Value) + "\x1f" + family(schema)
	}
	if schema.IsA("Agency") {
		if p.Type.Name == "name" {
			if name := ftm.Fold(s.Value); name != "" {
				return agencyName + name + "\x1f" + family(schema)
			}
		}
	}
	return ""
}

const agencyName = "agency name:"

// family keeps apart what can never be one entity although it shares a number:
// a person and her company, a contract and its supplier.
func family(s *ftm.Schema) string {
	for _, f := range []string{"Person", "LegalEntity", "Contract", "CloudProduct", "System", "Document"} {
		if s.IsA(f) {
			return f
		}
	}
	return s.Name
}

// wholePIID tells a procurement instrument identifier that names one contract
// by itself (13 to 17 letters and digits since FAR 4.16, and as FPDS had them
// before) from an order number such as "0001", which does so only together
// with its vehicle.
func wholePIID(s string) bool {
	letter, digit := false, false
	for _, r := range s {
		letter, digit = letter || unicode.IsLetter(r), digit || unicode.IsDigit(r)
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return letter && digit && len(s) >= 13 && len(s) <= 17
}

// A holder is one entity that has a key, and the classes that say so.
type holder struct {
	id      ftm.EntityID
	classes []statement.Class
}

// Links yields the links, in order of their keys. It ends the Exact.
func (e *Exact) Links(yield func(Link) error) (err error) {
	defer func() { err = cmp.Or(err, e.sort.Close()) }()
	it, err := e.sort.Sort()
	if err != nil {
		return err
	}
	var key string
	var group []holder
	for it.Next() {
		k, id, _ := strings.Cut(string(it.Key()), "\x00")
		c := statement.Class(binary.BigEndian.Uint32(it.Value()))
		if k != key {
			if err := e.emit(key, group, yield); err != nil {
				return err
			}
			key, group = k, group[:0]
		}
		if n := len(group); n == 0 || group[n-1].id != ftm.EntityID(id) {
			group = append(group, holder{id: ftm.EntityID(id)})
		}
		last := &group[len(group)-1]
		if !slices.Contains(last.classes, c) {
			last.classes = append(last.classes, c)
		}
	}
	if err := it.Err(); err != nil {
		return err
	}
	return e.emit(key, group, yield)
}

func (e *Exact) emit(key string, group []holder, yield func(Link) error) error {
	if len(group) < 2 {
		return nil
	}
	name, _, _ := strings.Cut(key, "\x1f")
	if strings.HasPrefix(key, agencyName) {
		return e.emitNamed(key, name, group, yield)
	}
	for _, h := range group {
		if err := yield(Link{h.id, ftm.EntityID(keyNode + key), each(h.classes), name}); err != nil {
			return err
		}
	}
	return nil
}

// emitNamed joins agencies under a name only where the reference list has that
// name: two offices that merely share one ("Office of Inspector General") stay
// two.
func (e *Exact) emitNamed(key, name string, group []holder, yield func(Link) error) error {
	var anchors []statement.Class
	for _, h := range group {
		for _, c := range h.classes {
			if e.ref[c] && !slices.Contains(anchors, c) {
				anchors = append(anchors, c)
			}
		}
	}
	if len(anchors) == 0 {
		return nil
	}
	slices.Sort(anchors)
	for _, h := range group {
		if err := yield(Link{h.id, ftm.EntityID(keyNode + key), both(h.classes, anchors), name}); err != nil {
			return err
		}
	}
	return nil
}

// both is the evidence that needs one class of each side.
func both(a, b []statement.Class) [][]statement.Class {
	var out [][]statement.Class
	for _, x := range a {
		for _, y := range b {
			pair := []statement.Class{min(x, y), max(x, y)}
			out = append(out, slices.Compact(pair))
		}
	}
	return out
}

func each(classes []statement.Class) [][]statement.Class {
	out := make([][]statement.Class, len(classes))
	for i, c := range classes {
		out[i] = []statement.Class{c}
	}
	return out
}
