package export

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"maps"
	"slices"

	"overt/ftm"
)

// A Left counts what a format has no place for: values of a property, or whole
// entities where Prop is empty.
type Left struct {
	Schema string `json:"schema"`
	Prop   string `json:"property,omitempty"`
	Reason string `json:"reason"`
	Count  int64  `json:"count"`
}

// ownURN begins the ids that we give where OCDS wants one and the source had
// none; read back, they are the entity's own id.
const ownURN = "urn:overt:"

// An ocds writes one release package of OCDS 1.1
// (standard.open-contracting.org/1.1): the processes one after the other, each
// as releases in the order of their dates. What it has no place for is counted
// and listed at the end of the package.
type ocds struct {
	*exporter
	processes map[string]*process
	awards    map[ftm.EntityID]string // process by award and contract
	left      map[Left]int64
	parties   map[ftm.EntityID]bool // written as parties
	others    map[ftm.EntityID]string
	known     map[ftm.EntityID]*known // organizations, which many processes name
}

// maxKnown bounds how many organizations are kept in memory.
const maxKnown = 4096

// A known organization, and its values as they are sorted for writing.
type known struct {
	r   *record
	all map[string][]dated
}

// organization gathers one entity that stands in many processes; nil if nothing
// of it is in the choice.
func (o *ocds) organization(ctx context.Context, id ftm.EntityID) (*known, error) {
	if k, ok := o.known[id]; ok {
		return k, nil
	}
	r, err := o.read(ctx, id)
	if err != nil {
		return nil, err
	}
	var k *known
	if r != nil {
		k = &known{r, values(r)}
	}
	if len(o.known) >= maxKnown {
		clear(o.known)
	}
	o.known[id] = k
	return k, nil
}

// A process is what belongs to one ocid, as ids alone.
type process struct {
	ocid                       string
	tenders, awards, contracts []ftm.EntityID
	payments                   map[ftm.EntityID][]ftm.EntityID // by contract
}

// ocdsPackage writes the package.
func (x *exporter) ocdsPackage(ctx context.Context, w *bufio.Writer) error {
	o := &ocds{exporter: x, processes: map[string]*process{}, awards: map[ftm.EntityID]string{}, left: map[Left]int64{},
		parties: map[ftm.EntityID]bool{}, others: map[ftm.EntityID]string{}, known: map[ftm.EntityID]*known{}}
	if err := o.index(ctx); err != nil {
		return err
	}
	if _, err := io.WriteString(w, `{"version":"1.1","uri":"urn:overt:export","publisher":{"name":"Overt"},"releases":[`); err != nil {
		return err
	}
	latest, first := "", true
	for _, ocid := range slices.Sorted(maps.Keys(o.processes)) {
		releases, err := o.releases(ctx, o.processes[ocid])
		if err != nil {
			return err
		}
		for _, r := range releases {
			latest = max(latest, r["date"].(string))
			if err := writeJSON(w, r, first); err != nil {
				return err
			}
			first = false
		}
	}
	for id, schema := range o.others {
		if !o.parties[id] {
			o.leave(schema, "", "no contracting process names it", 1)
		}
	}
	left := o.list()
	if x.opts.Left != nil {
		x.opts.Left(left)
	}
	tail, err := encoded(map[string]any{"publishedDate": cmp.Or(dateTime(x.opts.Now), latest, "1970-01-01T00:00:00Z"), "overt": map[string]any{"notHeld": left}})
	if err != nil {
		return err
	}
	_, err = w.WriteString("\n]," + string(tail[1:]) + "\n")
	return err
}

func writeJSON(w *bufio.Writer, v any, first bool) error {
	text, err := encoded(v)
	if err != nil {
		return err
	}
	between := ",\n"
	if first {
		between = "\n"
	}
	_, err = w.WriteString(between + string(text))
	return err
}

func encoded(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

func (o *ocds) leave(schema, prop, reason string, n int64) {
	if n > 0 {
		o.left[Left{Schema: schema, Prop: prop, Reason: reason}] += n
	}
}

func (o *ocds) list() []Left {
	out := []Left{}
	for l, n := range o.left {
		l.Count = n
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Prop, b.Prop), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// index goes over all entities once and sorts those that OCDS can hold into
// processes, by their ids.
func (o *ocds) index(ctx context.Context) error {
	type payment struct{ id, contract ftm.EntityID }
	type signed struct{ id, award ftm.EntityID }
	var payments []payment
	var contracts []signed
	for r, err := range o.records(ctx) {
		if err != nil {
			return err
		}
		id, schema := r.ID, o.model.Schema(r.Schema)
		switch {
		case schema == nil:
			o.leave(r.Schema, "", "OCDS has no place for it", 1)
		case schema.IsA("CallForTenders"):
			p := o.process(cmp.Or(o.text(r, "authorityReferenceId"), ownURN+string(id)))
			p.tenders = append(p.tenders, id)
		case schema.IsA("Award") && o.isContract(r):
			award := o.ref(r, "awardedBy")
			o.awards[id] = o.text(r, "processId")
			contracts = append(contracts, signed{id, award})
		case schema.IsA("Award"):
			o.awards[id] = cmp.Or(o.text(r, "processId"), ownURN+string(id))
			if o.isStub(r) {
				o.others[id] = r.Schema // the contract that names it says all there is
				continue
			}
			p := o.process(o.awards[id])
			p.awards = append(p.awards, id)
		case schema.Name == "Payment":
			payments = append(payments, payment{id, o.ref(r, "contract")})
		case schema.IsA("LegalEntity"), schema.Name == "Project":
			o.others[id] = r.Schema
		default:
			o.leave(r.Schema, "", "OCDS has no place for it", 1)
		}
	}
	for _, c := range contracts {
		if c.award == "" {
			o.leave("Award", "", "a contract of which no award is known", 1)
			delete(o.awards, c.id)
			continue
		}
		o.awards[c.id] = cmp.Or(o.awards[c.id], o.awards[c.award], ownURN+string(c.award))
		p := o.process(o.awards[c.id])
		p.contracts = append(p.contracts, c.id)
		o.parties[c.award] = true
	}
	for _, pay := range payments {
		p := o.processes[o.awards[pay.contract]]
		if p == nil || !slices.Contains(p.contracts, pay.contract) {
			o.leave("Payment", "", "a payment without a contract of a process", 1)
			continue
		}
		p.payments[pay.contract] = append(p.payments[pay.contract], pay.id)
	}
	return nil
}

func (o *ocds) process(ocid string) *process {
	if o.processes[ocid] == nil {
		o.processes[ocid] = &process{ocid: ocid, payments: map[ftm.EntityID][]ftm.EntityID{}}
	}
	return o.processes[ocid]
}

// isContract tells a signed contract from an award, for both are Awards.
func (o *ocds) isContract(r *record) bool {
	return o.ref(r, "awardedBy") != "" || o.text(r, "awardType") == "contract"
}

// isStub says whether nothing but ids is known of an award.
func (o *ocds) isStub(r *record) bool {
	for i := range r.Values {
		switch r.Values[i].Prop {
		case "id", "piid", "awardKey", "processId":
		default:
			return false
		}
	}
	return true
}

// text is the most said value of a property.
func (o *ocds) text(r *record, prop string) string {
	if v := r.Get(prop); len(v) > 0 {
		return v[0].Value
	}
	return ""
}

// ref is the entity that a property names.
func (o *ocds) ref(r *record, prop string) ftm.EntityID {
	if v := o.text(r, prop); v != "" {
		return o.own(ftm.EntityID(v))
	}
	return ""
}

// own is the id under which an entity is written.
func (o *ocds) own(id ftm.EntityID) ftm.EntityID {
	if o.opts.Raw {
		return id
	}
	return o.canonical(id)
}

// read gathers one entity by its id; nil if nothing of it is in the choice.
func (o *ocds) read(ctx context.Context, id ftm.EntityID) (*record, error) {
	members := []ftm.EntityID{id}
	if !o.opts.Raw {
		members = o.members(id)
	}
	for _, m := range members {
		stmts, err := o.entity(ctx, m)
		if err != nil {
			return nil, err
		}
		if len(stmts) > 0 {
			return o.gather(ctx, stmts, nil)
		}
	}
	return nil, nil
}
