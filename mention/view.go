package mention

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"slices"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// JudgementFormat marks the runs in which people's judgements of mentions are
// kept.
const JudgementFormat = "judgement"

// A View is a layer as one reader sees it: what a gate hands out. A name is
// shown where the reading is the newest of its document that he sees, and he
// sees a statement that gives an entity the name; what is hidden from him has
// no effect, neither as a name nor by covering a shorter one. It is not safe for
// concurrent use.
type View struct {
	layer  *Layer
	view   statement.View
	judged bool // the reader sees judgements

	called  map[string][]ftm.EntityID // by naming, or lookup key
	current map[ftm.EntityID]overt.BlobID
	meant   map[ftm.EntityID]map[string][]ftm.EntityID
}

// remembered bounds what a View keeps of what it asked.
const remembered = 100_000

// In narrows a layer to a view of statements, of the same moment or a later one.
func In(l *Layer, v statement.View) *View {
	out := &View{layer: l, view: v, called: map[string][]ftm.EntityID{}, current: map[ftm.EntityID]overt.BlobID{}, meant: map[ftm.EntityID]map[string][]ftm.EntityID{}}
	for _, c := range v.Sight().Classes() {
		if info, ok := v.Sight().Info(c); ok && info.Run.Format == JudgementFormat {
			out.judged = true
			break
		}
	}
	return out
}

// A Suggestion is what a page seems to name.
type Suggestion struct {
	Found
	Document ftm.EntityID
	Reading  overt.BlobID
	Page     int
	// Candidates are the entities that are called so, ascending; none is chosen.
	Candidates []ftm.EntityID
	// Accepted are those of which a person says that they are meant.
	Accepted []ftm.EntityID
}

// Reading is the newest reading of a document: the statement that names its
// blob. ok is false when the view shows none.
func (v *View) Reading(ctx context.Context, doc ftm.EntityID) (s statement.Statement, ok bool, err error) {
	sight := v.view.Sight()
	var ids []ftm.EntityID
	for ref, err := range v.view.Inbound(ctx, doc) {
		if err != nil {
			return s, false, err
		}
		if ref.Prop == "document" && !slices.Contains(ids, ref.Source) {
			ids = append(ids, ref.Source)
		}
	}
	for _, id := range ids {
		stmts, err := v.view.Entity(ctx, id)
		if err != nil {
			return s, false, err
		}
		for _, t := range stmts {
			if t.Schema != "Reading" || t.Prop != "text" {
				continue
			}
			if !ok || cmp.Or(sight.Age(s.Class, t.Class), cmp.Compare(s.Value, t.Value)) < 0 {
				s, ok = t, true
			}
		}
	}
	return s, ok, nil
}

// shows says whether a reading is the one that the view shows of its document.
func (v *View) shows(ctx context.Context, text overt.BlobID) (doc ftm.EntityID, ok bool, err error) {
	doc, err = v.layer.Document(ctx, text)
	if err != nil || doc == "" {
		return doc, false, err
	}
	now, known := v.current[doc]
	if !known {
		s, _, err := v.Reading(ctx, doc)
		if err != nil {
			return doc, false, err
		}
		now = overt.BlobID(s.Value)
		if len(v.current) >= remembered {
			clear(v.current)
		}
		v.current[doc] = now
	}
	return doc, now == text, nil
}

// Document yields what a document names, in the order of its text.
func (v *View) Document(ctx context.Context, doc ftm.EntityID) iter.Seq2[Suggestion, error] {
	return func(yield func(Suggestion, error) bool) {
		s, ok, err := v.Reading(ctx, doc)
		if err != nil {
			yield(Suggestion{}, err)
		}
		if err != nil || !ok {
			return
		}
		for p, err := range v.layer.Pages(ctx, overt.BlobID(s.Value)) {
			var list []Suggestion
			if err == nil {
				list, err = v.page(ctx, doc, overt.BlobID(s.Value), p)
			}
			if err != nil {
				yield(Suggestion{}, err)
				return
			}
			for _, s := range list {
				if !yield(s, nil) {
					return
				}
			}
		}
	}
}

// page tells what a page names as the reader may see it.
func (v *View) page(ctx context.Context, doc ftm.EntityID, text overt.BlobID, p Page) ([]Suggestion, error) {
	var list []Suggestion
	covered, numbered := 0, map[[2]int]int{}
	for _, f := range p.Found {
		s := Suggestion{Found: f, Document: doc, Reading: text, Page: p.Number}
		keep, err := v.judge(ctx, &s)
		if err != nil {
			return nil, err
		}
		at := [2]int{s.Start, s.End}
		switch s.Names = nil; {
		case !keep:
		case s.Kind == Known:
			if s.End > covered { // else a longer name is meant
				list = append(list, s)
			}
			covered = max(covered, s.End)
		case s.isProposed():
			if s.End > covered {
				list = append(list, s)
			}
		default:
			numbered[at] = len(list)
			list = append(list, s)
		}
	}
	return slices.DeleteFunc(list, func(s Suggestion) bool { return s.Kind == Known && merge(list, numbered, &s) }), nil
}

// merge adds the candidates of a known identifier to what was found there by
// its shape.
func merge(list []Suggestion, numbered map[[2]int]int, s *Suggestion) bool {
	i, ok := numbered[[2]int{s.Start, s.End}]
	if !ok || len(identKeys[list[i].Kind]) == 0 {
		return false
	}
	list[i].Candidates = sortedUnion(list[i].Candidates, s.Candidates)
	list[i].Accepted = sortedUnion(list[i].Accepted, s.Accepted)
	return true
}

func sortedUnion(a, b []ftm.EntityID) []ftm.EntityID {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// judge fills in who may be meant, without those that a person rejected. keep is
// false for what the reader is not to be shown.
func (v *View) judge(ctx context.Context, s *Suggestion) (keep bool, err error) {
	if s.isProposed() {
		if known, err := v.isKnown(ctx, GroupKey(s.Text)); err != nil || known {
			return false, err
		}
	}
	if s.Candidates, err = v.candidates(ctx, &s.Found); err != nil || s.Kind == Known && len(s.Candidates) == 0 {
		return false, err
	}
	if !v.judged {
		return true, nil
	}
	if keep, err = v.said(ctx, s); err != nil || !keep {
		return false, err
	}
	return s.Kind != Known || len(s.Candidates) > 0, nil
}

// said takes out of the candidates those that a person rejected, and fills in those that
// were accepted. keep is false where the name was rejected altogether.
func (v *View) said(ctx context.Context, s *Suggestion) (keep bool, err error) {
	if no, err := v.Rejected(ctx, s, ""); err != nil || no {
		return false, err
	}
	left := s.Candidates[:0:0]
	for _, c := range s.Candidates {
		no, err := v.Rejected(ctx, s, c)
		if err != nil {
			return false, err
		}
		if !no {
			left = append(left, c)
		}
	}
	accepted, err := v.accepted(ctx, s.Document)
	if err != nil {
		return false, err
	}
	s.Accepted = accepted[GroupKey(s.Text)]
	s.Candidates = sortedUnion(left, s.Accepted)
	return true, nil
}

// candidates are the entities that the view shows under what was found.
func (v *View) candidates(ctx context.Context, f *Found) ([]ftm.EntityID, error) {
	var out []ftm.EntityID
	for _, name := range f.Names {
		n, ok := parseNaming(name)
		if !ok {
			return nil, damaged("a name")
		}
		ids, err := v.who(ctx, n.Key, name)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	for _, k := range f.keys() {
		ids, err := v.who(ctx, k, "")
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	return sortedUnion(out, nil), nil
}

// who are the entities with a lookup key that are called just so; with "" all
// that are no links.
func (v *View) who(ctx context.Context, key, naming string) ([]ftm.EntityID, error) {
	id := key + "\x00" + naming
	if out, ok := v.called[id]; ok {
		return out, nil
	}
	ids, err := v.view.Lookup(ctx, key)
	if err != nil {
		return nil, err
	}
	var out []ftm.EntityID
	for _, e := range ids {
		stmts, err := v.view.Entity(ctx, e)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(stmts, func(s statement.Statement) bool { return gives(&s, key, naming) }) {
			out = append(out, e)
		}
	}
	if len(v.called) >= remembered {
		clear(v.called)
	}
	v.called[id] = out
	return out, nil
}

// gives says whether a statement gives its entity a naming, or the key alone.
func gives(s *statement.Statement, key, naming string) bool {
	if naming != "" {
		n, ok := NamingOf(s)
		return ok && n.String() == naming
	}
	schema := ftm.Default().Schema(s.Schema)
	return schema != nil && schema.Edge == nil && !s.External && statement.NewKeyer().Key(s.Schema, s.Prop, s.Value) == key
}

// isKnown says whether an entity that the view shows is called so, in whatever
// case and legal form.
func (v *View) isKnown(ctx context.Context, group string) (bool, error) {
	if group == "" {
		return true, nil
	}
	for n, err := range v.layer.Namings(ctx, group) {
		if err != nil {
			return false, err
		}
		ids, err := v.who(ctx, n.Key, n.String())
		if err != nil || len(ids) > 0 {
			return len(ids) > 0, err
		}
	}
	return false, nil
}

// AcceptedID is the entity that says a document means an entity by a name, and
// RejectedID the one that says it does not: by "" none, and with no document in
// any. Whoever knows what was judged can ask for it, and nobody else.
func AcceptedID(doc ftm.EntityID, text string, candidate ftm.EntityID) ftm.EntityID {
	return judgementID("names-", doc, text, candidate)
}

// RejectedID is the entity of a rejection; see AcceptedID.
func RejectedID(doc ftm.EntityID, text string, candidate ftm.EntityID) ftm.EntityID {
	return judgementID("rejected-", doc, text, candidate)
}

func judgementID(head string, doc ftm.EntityID, text string, candidate ftm.EntityID) ftm.EntityID {
	h := sha256.New()
	for _, s := range []string{string(doc), GroupKey(text), string(candidate)} {
		h.Write(appendString(nil, s))
	}
	return ftm.EntityID(head + hex.EncodeToString(h.Sum(nil))[:40])
}

// Rejected says whether the view shows a rejection of what was suggested, for
// one candidate or, with "", for all.
func (v *View) Rejected(ctx context.Context, s *Suggestion, candidate ftm.EntityID) (bool, error) {
	docs := []ftm.EntityID{s.Document}
	if candidate == "" {
		docs = append(docs, "")
	}
	for _, doc := range docs {
		stmts, err := v.view.Entity(ctx, RejectedID(doc, s.Text, candidate))
		if err != nil || len(stmts) > 0 {
			return len(stmts) > 0, err
		}
	}
	return false, nil
}

// accepted are the entities that a document means by a name, as people say, by
// the name's group key.
func (v *View) accepted(ctx context.Context, doc ftm.EntityID) (map[string][]ftm.EntityID, error) {
	if out, ok := v.meant[doc]; ok {
		return out, nil
	}
	out := map[string][]ftm.EntityID{}
	for ref, err := range v.view.Inbound(ctx, doc) {
		if err != nil {
			return nil, err
		}
		if ref.Prop != "document" {
			continue
		}
		stmts, err := v.view.Entity(ctx, ref.Source)
		if err != nil {
			return nil, err
		}
		if said, ok := acceptance(stmts); ok && said.document == doc {
			out[said.group] = sortedUnion(out[said.group], []ftm.EntityID{said.entity})
		}
	}
	if len(v.meant) >= remembered {
		clear(v.meant)
	}
	v.meant[doc] = out
	return out, nil
}

// An accepting is a person's word that a document means an entity by a name.
type accepting struct {
	document, entity ftm.EntityID
	group            string
}

// acceptance reads the statements of one; ok is false unless both halves of it
// are there.
func acceptance(stmts []statement.Statement) (a accepting, ok bool) {
	for _, s := range stmts {
		if s.Schema != "Names" || s.Origin != statement.OriginPerson {
			continue
		}
		switch s.Prop {
		case "document":
			a.document = ftm.EntityID(s.Value)
		case "entity":
			a.entity = ftm.EntityID(s.Value)
		case "quote":
			a.group = GroupKey(s.Value)
		}
	}
	return a, a.document != "" && a.entity != ""
}
