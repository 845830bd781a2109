package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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
const indexVersion = "index/1"

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
// a view by adding some: none of its runs is gone.
func CanFollow(rule string, sight *statement.Sight) bool { return canFollow(indexVersion, rule, sight) }

func canFollow(want, rule string, sight *statement.Sight) bool {
	version, list, _ := strings.Cut(rule, " ")
	if version != want {
		return rule == ""
	}
	now := runList(sight)
	for _, id := range strings.Split(list, ",") {
		if id != "" && !slices.Contains(now, id) {
			return false
		}
	}
	return true
}

// Follow brings an index to what the desk's view shows: of an entity what each
// run says that no earlier run under the label said, so that one name is one
// item; of a document the text that a reading brought. The index MUST be one
// that CanFollow allows.
func Follow(ctx context.Context, d *gate.Desk, x search.Index, epoch uint64) error {
	f := &follower{ctx: ctx, d: d, x: x, known: knownRuns(x.Stamp().Rule)}
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

// knownRuns are the runs that a rule names.
func knownRuns(rule string) map[string]bool {
	known := map[string]bool{}
	_, list, _ := strings.Cut(rule, " ")
	for _, id := range strings.Split(list, ",") {
		known[id] = true
	}
	return known
}

type follower struct {
	ctx   context.Context
	d     *gate.Desk
	x     search.Index
	known map[string]bool // runs that are in the index
	items []search.Item
}

func (f *follower) write(stamp *search.Stamp) error {
	b := search.Batch{Items: f.items, Stamp: stamp}
	f.items = nil
	return f.x.Write(f.ctx, f.d.Scope, b)
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
			parts = append(parts, told{info.Run.ID, info.Label, stmts[start:end]})
		}
		start = end
	}
	slices.SortStableFunc(parts, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.label.Key(), b.label.Key()), cmp.Compare(a.run, b.run))
	})
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
		if f.known[fmt.Sprint(p.run)] {
			continue
		}
		if err := f.part(p, fresh); err != nil {
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
	if schema.Name == "Reading" {
		for _, s := range fresh {
			if s.Prop == "text" {
				return f.text(p, overt.BlobID(s.Value))
			}
		}
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
func (f *follower) text(p told, id overt.BlobID) error {
	r, done, err := openReading(f.ctx, f.d, id)
	if err != nil {
		return err
	}
	err = f.pages(p, r)
	return errors.Join(err, done())
}

func (f *follower) pages(p told, r *reading.Reading) error {
	doc := documentID(r.Document)
	about, err := f.d.View.Entity(f.ctx, doc)
	if err != nil {
		return err
	}
	own := slices.DeleteFunc(slices.Clone(about), func(s statement.Statement) bool {
		info, ok := f.d.View.Sight().Info(s.Class)
		return !ok || info.Label.Key() != p.label.Key()
	})
	values := properties(own)
	schema := schemaOf(r.Type)
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
				Page: page.Number, Start: slice.Start, Text: slice.Text, Schema: schema, Type: family(r.Type),
				Language: language.Of(slice.Text), Dates: datesOf(values), Label: p.label, Run: p.run,
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

// family is the media type in a word, for people to narrow by.
func family(mediaType string) string {
	switch s := schemaOf(mediaType); s {
	case "Email":
		return "mail"
	case "Workbook", "Table":
		return "table"
	case "HyperText":
		return "web"
	case "Image", "Audio", "Video", "Package":
		return strings.ToLower(s)
	case "PlainText":
		return "text"
	}
	if mediaType == "application/pdf" {
		return "pdf"
	}
	return "document"
}
