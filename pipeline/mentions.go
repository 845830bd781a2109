package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"overt"
	"overt/blob"
	"overt/extract/reading"
	"overt/gate"
	"overt/mention"
	"overt/statement"
)

// mentionsVersion names what is looked for in texts and how; another one makes
// the layer anew.
const mentionsVersion = "mentions/1"

const (
	// maxNameFiles is how many files of names are searched one after the other;
	// more are made into one.
	maxNameFiles = 6
	// mentionBatch is how many pages, or names, are written in one step.
	mentionBatch = 2_000
)

// MentionsRule says what a layer of mentions of a view was made of.
func MentionsRule(sight *statement.Sight) string {
	return mentionsVersion + " " + strings.Join(runList(sight), ",")
}

// CanFollowMentions says whether a layer made by a rule can be brought to the
// runs of a view by adding some.
func CanFollowMentions(rule string, sight *statement.Sight) bool {
	return canFollow(mentionsVersion, rule, sight)
}

// FollowMentions brings a layer to what the desk's view shows. Texts that came
// are searched for all names; texts that are there for the names that came. So
// each text is searched for each name, whichever came first, and the layer is
// the same in whatever order they did. dir holds the files of names. The layer
// MUST be one that CanFollowMentions allows.
func FollowMentions(ctx context.Context, d *gate.Desk, l *mention.Layer, dir string) error {
	m := &mentionFollower{ctx: ctx, d: d, l: l, dir: dir, known: knownRuns(l.State().Rule)}
	err := m.follow()
	return errors.Join(err, m.close())
}

type mentionFollower struct {
	ctx   context.Context
	d     *gate.Desk
	l     *mention.Layer
	dir   string
	known map[overt.RunID]bool
	files []*mention.Names

	texts []mention.Text
	names []mention.Naming
	pages int
}

func (m *mentionFollower) close() error {
	var errs []error
	for _, f := range m.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func (m *mentionFollower) follow() error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "search texts for names", Where: m.dir, Err: err}
	}
	for _, name := range m.l.State().Files {
		f, err := mention.Open(filepath.Join(m.dir, name))
		if err != nil {
			return err
		}
		m.files = append(m.files, f)
	}
	fresh, err := m.build(m.newNames)
	if err != nil {
		return err
	}
	if fresh != nil {
		// What is known only now is looked for in what is there, before the names
		// count as looked for: who is interrupted looks once more.
		if err := m.again(fresh); err != nil {
			return err
		}
	}
	if err := m.gather(); err != nil {
		return err
	}
	s := m.l.State()
	s.Rule = MentionsRule(m.d.View.Sight())
	if err := m.l.SetState(m.ctx, s); err != nil {
		return err
	}
	return m.tidy()
}

// build writes a file of the names that list yields and adds it to those that
// are searched; nil when there is none.
func (m *mentionFollower) build(list func(yield func(mention.Naming) bool) error) (*mention.Names, error) {
	s := m.l.State()
	name := fmt.Sprintf("names-%d", s.Next)
	path := filepath.Join(m.dir, name)
	any, failed := false, error(nil)
	_, err := mention.Build(path, func(yield func(mention.Entry) bool) {
		failed = list(func(n mention.Naming) bool {
			any = true
			for _, e := range n.Entries() {
				if !yield(e) {
					return false
				}
			}
			return true
		})
	}, mention.Config{Fingerprint: mentionsVersion})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	if !any {
		return nil, os.Remove(path)
	}
	f, err := mention.Open(path)
	if err != nil {
		return nil, err
	}
	m.files = append(m.files, f)
	s.Files, s.Next = append(s.Files, name), s.Next+1
	return f, m.l.SetState(m.ctx, s)
}

// news yields what runs that the layer does not have say.
func (m *mentionFollower) news(each func(*statement.Statement) error) error {
	sight := m.d.View.Sight()
	for stmts, err := range m.d.View.Entities(m.ctx) {
		if err != nil {
			return err
		}
		for i := range stmts {
			info, ok := sight.Info(stmts[i].Class)
			if !ok || m.known[info.Run.ID] {
				continue
			}
			if err := each(&stmts[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// errEnough ends a walk early.
var errEnough = errors.New("enough")

// newNames yields the names that were not looked for; some more than once.
func (m *mentionFollower) newNames(yield func(mention.Naming) bool) error {
	err := m.news(func(s *statement.Statement) error {
		n, ok := mention.NamingOf(s)
		if !ok {
			return nil
		}
		looked, err := m.l.Looked(m.ctx, n)
		if err == nil && !looked && !yield(n) {
			return errEnough
		}
		return err
	})
	if errors.Is(err, errEnough) {
		return nil // Build tells why
	}
	return err
}

// again searches the texts that are there for the names of one file.
func (m *mentionFollower) again(fresh *mention.Names) error {
	for t, err := range m.l.Texts(m.ctx) {
		if err != nil {
			return err
		}
		if err := m.text(t, false, []*mention.Names{fresh}); err != nil {
			return err
		}
	}
	return m.write()
}

// gather searches the texts that came, and notes the names that were.
func (m *mentionFollower) gather() error {
	err := m.news(func(s *statement.Statement) error {
		if n, ok := mention.NamingOf(s); ok {
			if m.names = append(m.names, n); len(m.names) >= mentionBatch {
				return m.write()
			}
			return nil
		}
		if s.Schema != "Reading" || s.Prop != "text" {
			return nil
		}
		text := overt.BlobID(s.Value)
		if doc, err := m.l.Document(m.ctx, text); err != nil || doc != "" {
			return err
		}
		return m.text(mention.Text{Blob: text}, true, m.files)
	})
	if err != nil {
		return err
	}
	return m.write()
}

// text searches one reading. What is found in it is written in one step, so that
// a text is in the layer whole or not at all.
func (m *mentionFollower) text(t mention.Text, whole bool, files []*mention.Names) error {
	r, done, err := openReading(m.ctx, m.d.Blobs, t.Blob)
	if err != nil {
		return err
	}
	t.Document = documentID(r.Document)
	err = m.search(&t, r, whole, files)
	return errors.Join(err, done())
}

func (m *mentionFollower) search(t *mention.Text, r *reading.Reading, whole bool, files []*mention.Names) error {
	for page, err := range r.Text() {
		if err != nil {
			return err
		}
		if found := mention.Scan(page.Text, whole, files); len(found) > 0 {
			t.Pages = append(t.Pages, mention.Page{Number: page.Number, Found: found})
			m.pages++
		}
	}
	m.texts = append(m.texts, *t)
	if m.pages++; m.pages >= mentionBatch {
		return m.write()
	}
	return nil
}

func (m *mentionFollower) write() error {
	err := m.l.Write(m.ctx, m.texts, m.names)
	m.texts, m.names, m.pages = nil, nil, 0
	return err
}

// tidy makes one file of many, and removes those that the layer does not name.
func (m *mentionFollower) tidy() error {
	if s := m.l.State(); len(s.Files) > maxNameFiles {
		_, err := m.build(func(yield func(mention.Naming) bool) error {
			for n, err := range m.l.Namings(m.ctx, "") {
				if err != nil || !yield(n) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		s = m.l.State()
		s.Files = s.Files[len(s.Files)-1:]
		if err := m.l.SetState(m.ctx, s); err != nil {
			return err
		}
	}
	named := map[string]bool{}
	for _, name := range m.l.State().Files {
		named[name] = true
	}
	list, err := filepath.Glob(filepath.Join(m.dir, "names-*"))
	for _, path := range list {
		if !named[filepath.Base(path)] {
			_ = os.Remove(path) // derived: what stays open elsewhere goes the next time
		}
	}
	return err
}

// openReading opens a reading; what it returns is to be closed by done.
func openReading(ctx context.Context, blobs blob.Store, id overt.BlobID) (r *reading.Reading, done func() error, err error) {
	in, err := blobs.Open(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if r, err = reading.From(in); err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return r, func() error { return errors.Join(r.Close(), in.Close()) }, nil
}
