package export

import (
	"cmp"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
)

// A release is one under construction: the JSON object, and what may not be
// different in it.
type release struct {
	date    string // as the values have it
	turn    int    // of several releases of one date
	body    map[string]any
	buyer   ftm.EntityID
	payer   bool // an award of it has an authority, or none
	parties map[ftm.EntityID][]string
	tags    []string
	sources map[string]map[string]any
}

// A drawing is the work on one process.
type drawing struct {
	*ocds
	ctx      context.Context
	p        *process
	releases []*release
}

// releases draws the releases of a process, by date. An entity stands in the
// releases of the dates on which its source told of it, and each of them has
// the value of that date.
func (o *ocds) releases(ctx context.Context, p *process) ([]map[string]any, error) {
	d := &drawing{ocds: o, ctx: ctx, p: p}
	steps := []struct {
		ids  []ftm.EntityID
		draw func(*part) error
	}{{d.planning(), d.project}, {p.tenders, d.tender}, {p.awards, d.award}, {p.contracts, d.contract}}
	for _, s := range steps {
		for _, id := range s.ids {
			r, err := o.read(ctx, id)
			if err != nil {
				return nil, err
			}
			if r == nil {
				continue
			}
			o.parties[id] = true
			if err := d.place(r, s.draw); err != nil {
				return nil, err
			}
		}
	}
	slices.SortStableFunc(d.releases, func(a, b *release) int { return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.turn, b.turn)) })
	if err := d.addParties(); err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(d.releases))
	for i, r := range d.releases {
		out[i] = d.finish(r)
	}
	return out, nil
}

// planning is the project of the process: its id follows from the ocid.
func (d *drawing) planning() []ftm.EntityID {
	id := hashID("ocds-planning:" + d.p.ocid)
	if d.others[id] == "Project" {
		return []ftm.EntityID{id}
	}
	return nil
}

// hashID makes an id as the OCDS mapping does.
func hashID(text string) ftm.EntityID {
	sum := sha1.Sum([]byte(text))
	return ftm.EntityID(hex.EncodeToString(sum[:]))
}

// place puts an entity into its releases, and counts what of it none could hold.
func (d *drawing) place(r *record, draw func(*part) error) error {
	all := values(r)
	dates := all["modifiedAt"]
	if len(dates) == 0 {
		dates = all["valuesAsOf"] // what an award comes to is told anew, in a release of that day
	}
	own := len(dates)
	if own == 0 {
		_, last := d.seen(r)
		dates = []dated{{value: cmp.Or(last, d.text(r, "date"))}}
	}
	n := max(len(dates), 1)
	for prop, vs := range all {
		if single(prop) {
			n = max(n, len(vs))
		}
	}
	used := map[string]map[string]bool{}
	for i := range n {
		p := &part{d: d, r: r, all: all, date: dates[min(i, len(dates)-1)], turn: i, dates: own, used: used}
		if err := draw(p); err != nil {
			return err
		}
		p.note()
	}
	d.count.Entities++
	for prop, vs := range all {
		d.count.Statements += int64(len(vs))
		missing := int64(0)
		for _, v := range vs {
			if !used[prop][v.value] {
				missing++
			}
		}
		if !implied(prop) {
			d.leave(r.Schema, prop, "OCDS has no place for it", missing)
		}
	}
	return nil
}

// implied says whether a property says what the place of an object in OCDS says
// as well.
func implied(prop string) bool {
	switch prop {
	case "id", "awardType", "modifiedAt", "valuesAsOf", "processId", "authorityReferenceId":
		return true
	}
	return false
}

// single says whether a release holds one value of the property.
func single(prop string) bool {
	switch prop {
	case "sourceUrl", "productCode", "productDescription", "cpvCode", "keywords", "tenderers", "supplier", "procedure", "modifiedAt", "valuesAsOf":
		return false
	}
	return true
}

// release gives the release of a date in which the part may stand: there is one
// buyer, and an entity stands in it once.
func (d *drawing) release(date string, fits func(*release) bool) *release {
	turn := 0
	for _, r := range d.releases {
		if r.date != date {
			continue
		}
		if fits(r) {
			return r
		}
		turn = max(turn, r.turn+1)
	}
	r := &release{date: date, turn: turn, body: map[string]any{}, parties: map[ftm.EntityID][]string{}, sources: map[string]map[string]any{}}
	d.releases = append(d.releases, r)
	return r
}

// finish writes the head of a release.
func (d *drawing) finish(r *release) map[string]any {
	date := cmp.Or(dateTime(r.date), "1970-01-01T00:00:00Z")
	id := strings.ReplaceAll(d.p.ocid, "#", "-") + "-" + date
	if r.turn > 0 {
		id += "-" + strconv.Itoa(r.turn+1)
	}
	slices.Sort(r.tags)
	r.body["ocid"], r.body["id"], r.body["date"], r.body["initiationType"] = d.p.ocid, id, date, "tender"
	r.body["tag"] = slices.Compact(r.tags)
	var sources []map[string]any
	for _, k := range sortedKeys(r.sources) {
		sources = append(sources, r.sources[k])
	}
	if len(sources) > 0 {
		r.body["overt"] = map[string]any{"sources": sources}
	}
	return r.body
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// dateTime writes a date as OCDS wants it, midnight for a day; "" for a date
// that is less than a day.
func dateTime(date string) string {
	switch {
	case len(date) == len("2006-01-02"):
		return date + "T00:00:00Z"
	case len(date) == len("2006-01-02T15:04:05"):
		return date + "Z"
	case len(date) > len("2006-01-02T15:04:05"):
		return date
	}
	return ""
}
