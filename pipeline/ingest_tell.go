package pipeline

import (
	"path"
	"strconv"
	"strings"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/ledger"
	"overt/policy"
	"overt/statement"
)

// A teller says what was read of documents in statements. Documents of the same
// bytes are one entity, whatever they are called and wherever they are.
type teller struct {
	label policy.Label
	w     statement.Writer
	when  string // RFC 3339
	open  func(overt.BlobID) (r *reading.Reading, done func() error, err error)
}

func documentID(b overt.BlobID) ftm.EntityID { return reading.DocumentID(b) }
func readingID(b overt.BlobID) ftm.EntityID  { return reading.EntityID(b) }

// tell says one document, and its reading.
func (t *teller) tell(h *had) error {
	schema := ftm.Default().Schema(reading.SchemaOf(h.index.Type))
	d := telling{t: t, h: h, schema: schema}
	d.own(statement.PropID, string(documentID(h.Blob)))
	d.clean("fileName", h.name)
	d.clean("contentHash", string(h.Blob))
	d.clean("fileSize", strconv.FormatInt(h.Size, 10))
	if ext := strings.TrimPrefix(path.Ext(h.name), "."); ext != "" {
		d.clean("extension", ext)
	}
	for _, p := range h.index.Properties {
		// A header is lines of text, which the reading keeps and values are cited
		// to; FollowTheMoney's property of the name is JSON.
		if p.Name != "headers" {
			d.clean(p.Name, p.Value)
		}
	}
	if err := t.named(h, &d); err != nil {
		return err
	}
	if err := t.w.Add(t.label, documentID(h.Blob), d.stmts); err != nil {
		return err
	}
	for _, m := range h.index.Members {
		if err := t.inside(h, m); err != nil {
			return err
		}
	}
	return t.reading(h)
}

// named says whom the document names.
func (t *teller) named(h *had, d *telling) error {
	if !d.schema.IsA("Email") {
		return t.attending(h)
	}
	d.header()
	head := newHeading(h)
	return t.people(h, parties, d, func(prop, address string) stand { return stand{where: head.place(prop, address)} })
}

// inside says of a member what holds it.
func (t *teller) inside(h *had, m reading.Member) error {
	d := telling{t: t, h: h, schema: ftm.Default().Schema("Document")}
	d.own(statement.PropID, string(documentID(m.Blob)))
	d.clean("parent", string(documentID(h.Blob)))
	return t.w.Add(t.label, documentID(m.Blob), d.stmts)
}

func (t *teller) reading(h *had) error {
	d := telling{t: t, h: h, schema: ftm.Default().Schema("Reading")}
	id := readingID(h.Blob)
	d.own(statement.PropID, string(id))
	d.clean("document", string(documentID(h.Blob)))
	d.clean("reader", h.index.Reader)
	d.clean("version", h.index.Version)
	d.clean("text", string(h.text))
	recognised := 0
	for _, p := range h.index.Pages {
		if p.Origin != "letters" {
			recognised++
		}
	}
	for _, c := range []struct {
		prop string
		n    int
	}{{"pages", len(h.index.Pages)}, {"unread", int(h.gaps())}, {"tables", len(h.index.Tables)}, {"recognised", recognised}, {"inside", len(h.index.Members)}} {
		if c.n > 0 || c.prop == "pages" {
			d.clean(c.prop, strconv.Itoa(c.n))
		}
	}
	return t.w.Add(t.label, id, d.stmts)
}

// A telling is the statements of one entity.
type telling struct {
	t      *teller
	h      *had
	schema *ftm.Schema
	stmts  []statement.Statement
}

// clean adds a value, if it is one. What a document says of itself is often
// none ("0000-00-00"); it is in the reading, and told as left out.
func (d *telling) clean(prop, value string) {
	p := d.schema.Property(prop)
	if p == nil || p.Stub || value == "" {
		return
	}
	v, err := p.Clean(value, ftm.CleanOptions{})
	if err != nil {
		d.h.odd = append(d.h.odd, ledger.Warning{Code: "odd-property", Message: err.Error(), Where: d.h.Source})
		return
	}
	s := d.own(prop, v)
	if v != value {
		s.Original = value
	}
}

func (d *telling) own(prop, value string) *statement.Statement {
	d.stmts = append(d.stmts, statement.Statement{
		Schema: d.schema.Name, Prop: prop, Value: value, Origin: statement.OriginReader,
		Places: []statement.Place{{Source: d.h.source}},
	})
	return &d.stmts[len(d.stmts)-1]
}
