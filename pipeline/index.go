package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/internal/language"
	"overt/mention"
	"overt/policy"
	"overt/search"
	"overt/statement"
)

// indexVersion names how items are made of statements.
const indexVersion = "index/2"

// indexBatch is how many items are written in one step.
const indexBatch = 10_000

// IndexRule says what an index of a view was made of: the rule and the runs.
// Follow compares it.
func IndexRule(sight *statement.Sight) string {
	return indexVersion + " " + strings.Join(runList(sight), ",")
}

// runList are the runs that bring names or texts: all but people's judgements,
// so that to take one back costs nothing.
func runList(sight *statement.Sight) []string {
	runs := map[overt.RunID]bool{}
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && info.Run.Format != mention.JudgementFormat {
			runs[info.Run.ID] = true
		}
	}
	var out []string
	for _, id := range slices.Sorted(maps.Keys(runs)) {
		out = append(out, fmt.Sprint(id))
	}
	return out
}

// CanFollow says whether an index made by a rule can be brought to the runs of
// a view by adding some: none of its runs is gone, and none came in before one
// of them, by the day it was observed.
func CanFollow(rule string, sight *statement.Sight) bool {
	if !canFollow(indexVersion, rule, sight) {
		return false
	}
	known := knownRuns(rule)
	last := map[string]statement.Day{} // by label
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok && known[info.Run.ID] {
			last[info.Label.Key()] = max(last[info.Label.Key()], statement.DayOf(info.Run.Observed))
		}
	}
	return !slices.ContainsFunc(sight.Classes(), func(c statement.Class) bool {
		info, ok := sight.Info(c)
		day, there := last[info.Label.Key()]
		return ok && there && !known[info.Run.ID] && statement.DayOf(info.Run.Observed) < day
	})
}

// canFollow says whether what follows statements by a version of its rule can
// be brought to a view: none of its runs is gone.
func canFollow(want, rule string, sight *statement.Sight) bool {
	version, _, _ := strings.Cut(rule, " ")
	if version != want {
		return rule == ""
	}
	gone := knownRuns(rule)
	for _, c := range sight.Classes() {
		if info, ok := sight.Info(c); ok {
			delete(gone, info.Run.ID)
		}
	}
	return len(gone) == 0
}

// knownRuns are the runs that a rule names.
func knownRuns(rule string) map[overt.RunID]bool {
	_, list, _ := strings.Cut(rule, " ")
	out := map[overt.RunID]bool{}
	for _, text := range strings.Split(list, ",") {
		if id, err := strconv.ParseUint(text, 10, 32); err == nil {
			out[overt.RunID(id)] = true
		}
	}
	return out
}

// Follow brings an index to what the desk's view shows: of an entity what each
// run says that no earlier run under the label said, so that one name is one
// item; of a document the text of its newest reading. Earlier is what was
// observed on an earlier day: who sees only what was known by some day sees the
// run that a name is found by, if he sees any that says it. The index MUST be
// one that CanFollow allows.
func Follow(ctx context.Context, d *gate.Desk, x search.Index, epoch uint64) (err error) {
	f := &follower{ctx: ctx, d: d, x: x, known: knownRuns(x.Stamp().Rule)}
	defer func() { err = cmp.Or(err, f.written()) }()
	for stmts, err := range d.View.Entities(ctx) {
		if err != nil {
			return err
		}
		if err := f.entity(slices.Clone(stmts)); err != nil {
			return err
		}
	}
	return f.write(&search.Stamp{Epoch: epoch, Rule: IndexRule(d.View.Sight())})
}

type follower struct {
	ctx   context.Context
	d     *gate.Desk
	x     search.Index
	known map[overt.RunID]bool // runs that are in the index
	items []search.Item
	// writing gives what became of the batch that is being written, while the next is
	// read; nil for none.
	writing chan wrote
}

// wrote is the end of a write.
type wrote struct {
	err   error
	panic any
}

func (f *follower) write(stamp *search.Stamp) error {
	if err := f.written(); err != nil {
		return err
	}
	b := search.Batch{Items: f.items, Stamp: stamp}
	f.items = nil
	writing := make(chan wrote, 1)
	f.writing = writing
	go func() {
		var w wrote
		defer func() {
			w.panic = recover() // for whoever waits, as if he had written himself
			writing <- w
		}()
		w.err = f.x.Write(f.ctx, f.d.Scope, b)
	}()
	return nil
}

// written waits for the batch that is being written.
func (f *follower) written() error {
	if f.writing == nil {
		return nil
	}
	w := <-f.writing
	f.writing = nil
	if w.panic != nil {
		panic(w.panic)
	}
	return w.err
}

func (f *follower) add(it search.Item) error {
	if err := it.Check(); err != nil {
		return nil // what an index cannot keep (an id of kilobytes) is found by its id
	}
	if f.items = append(f.items, it); len(f.items) < indexBatch {
		return nil
	}
	return f.write(nil)
}

// A told part is what one run says of an entity under one label.
type told struct {
	run   overt.RunID
	day   statement.Day // when it was observed
	label policy.Label
	stmts []statement.Statement
}

// entity makes the items of what is said of one entity.
func (f *follower) entity(stmts []statement.Statement) error {
	sight := f.d.View.Sight()
	var parts []told
	for start := 0; start < len(stmts); {
		end := start + 1
		for end < len(stmts) && stmts[end].Class == stmts[start].Class {
			end++
		}
		if info, ok := sight.Info(stmts[start].Class); ok {
			parts = append(parts, told{info.Run.ID, statement.DayOf(info.Run.Observed), info.Label, stmts[start:end]})
		}
		start = end
	}
	slices.SortStableFunc(parts, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.label.Key(), b.label.Key()), cmp.Compare(a.day, b.day), cmp.Compare(a.run, b.run))
	})
	if len(stmts) > 0 && stmts[0].Schema == "Reading" {
		return f.readings(parts)
	}
	seen := map[string]bool{}
	for _, p := range parts {
		fresh := slices.DeleteFunc(slices.Clone(p.stmts), func(s statement.Statement) bool {
			k := p.label.Key() + "\x00" + s.Prop + "\x00" + s.Value
			if seen[k] {
				return true
			}
			seen[k] = true
			return false
		})
		if f.known[p.run] {
			continue
		}
		if err := f.part(p, fresh); err != nil {
			return err
		}
	}
	return nil
}

// readings makes the items of the readings of one document. A later one takes
// the place of an earlier one under its label, also of one that is there already.
func (f *follower) readings(parts []told) error {
	type brought struct {
		told
		text overt.BlobID
	}
	var all []brought
	for _, p := range parts {
		i := slices.IndexFunc(p.stmts, func(s statement.Statement) bool { return s.Prop == "text" })
		if i < 0 {
			continue
		}
		b := brought{p, overt.BlobID(p.stmts[i].Value)}
		if n := len(all); n == 0 || all[n-1].text != b.text || all[n-1].label.Key() != b.label.Key() {
			all = append(all, b)
		}
	}
	for i, b := range all {
		until := overt.RunID(0)
		if i+1 < len(all) && all[i+1].label.Key() == b.label.Key() {
			until = all[i+1].run
		}
		if f.known[b.run] && (until == 0 || f.known[until]) {
			continue
		}
		if err := f.text(b.told, b.text, until); err != nil {
			return err
		}
	}
	return nil
}

// part makes the items of what a run says first of an entity.
func (f *follower) part(p told, fresh []statement.Statement) error {
	model := ftm.Default()
	schema := model.Schema(p.stmts[0].Schema)
	if schema == nil {
		return nil
	}
	if schema.Edge != nil {
		return nil
	}
	it := search.Item{
		ID: string(p.stmts[0].Entity), Kind: search.Entity, Document: p.stmts[0].Entity, Schema: schema.Name,
		Label: p.label, Run: p.run,
	}
	for _, s := range fresh {
		prop := schema.Property(s.Prop)
		switch {
		case prop == nil || s.External:
		case prop.Type.Name == "name" || isTitle(schema, s.Prop):
			it.Names = append(it.Names, s.Value)
		case prop.Type.Name == "identifier":
			it.IDs = append(it.IDs, s.Value)
		case prop.Type.Name == "date":
			it.Dates = append(it.Dates, s.Value)
		case prop.Type.Name == "entity":
			it.Entities = append(it.Entities, ftm.EntityID(s.Value))
		}
	}
	if len(it.Names)+len(it.IDs) == 0 {
		return nil
	}
	return f.add(it)
}

// isTitle says whether people know a document by the property.
func isTitle(s *ftm.Schema, prop string) bool {
	return s.IsA("Document") && (prop == "fileName" || prop == "title" || prop == "subject")
}

func properties(stmts []statement.Statement) map[string][]string {
	out := map[string][]string{}
	for _, s := range stmts {
		out[s.Prop] = append(out[s.Prop], s.Value)
	}
	return out
}

// text makes the items of the passages of a reading.
func (f *follower) text(p told, id overt.BlobID, until overt.RunID) error {
	r, done, err := openReading(f.ctx, f.d.Blobs, id)
	if err != nil {
		return err
	}
	err = f.pages(p, r, until)
	return errors.Join(err, done())
}

func (f *follower) pages(p told, r *reading.Reading, until overt.RunID) error {
	doc := documentID(r.Document)
	about, err := f.d.View.Entity(f.ctx, doc)
	if err != nil {
		return err
	}
	// What another run says of the document is not shown to whoever sees this one.
	own := slices.DeleteFunc(slices.Clone(about), func(s statement.Statement) bool {
		info, ok := f.d.View.Sight().Info(s.Class)
		return !ok || info.Run.ID != p.run || info.Label.Key() != p.label.Key()
	})
	values := properties(own)
	schema := reading.SchemaOf(r.Type)
	for page, err := range r.Text() {
		if err != nil {
			return err
		}
		for _, slice := range search.Cut(page.Text) {
			if strings.TrimSpace(slice.Text) == "" {
				continue
			}
			// What the document is called is found once, with its entity, and not with
			// each of its pages.
			err := f.add(search.Item{
				ID: fmt.Sprintf("%s/%d/%d", doc, page.Number, slice.Start), Kind: search.Passage, Document: doc, Blob: r.Document, Version: r.Version,
				Page: page.Number, Start: slice.Start, Text: slice.Text, Schema: schema, Type: reading.FamilyOf(r.Type),
				Language: language.Of(slice.Text), Dates: datesOf(values), Label: p.label, Run: p.run, Until: until,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func datesOf(values map[string][]string) []string {
	for _, prop := range []string{"date", "authoredAt", "publishedAt", "modifiedAt"} {
		if len(values[prop]) > 0 {
			return values[prop]
		}
	}
	return nil
}
