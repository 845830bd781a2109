package casefile

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/policy"
)

// A Saved is a view of the desk as somebody saw it when he put it into the case: where
// it is, its table with what each row rests on, and its picture. It is never changed.
type Saved struct {
	Address string `json:"address"` // path and query of the desk
	AsOf    string `json:"as_of,omitempty"`
	// Labels are those of all that it shows. Who does not see each sees nothing of it.
	Labels  []policy.Label `json:"labels,omitempty"`
	Columns []SavedColumn  `json:"columns"`
	Rows    []SavedRow     `json:"rows"`
	Sources []SavedSource  `json:"sources"`           // that cites are of
	Picture string         `json:"picture,omitempty"` // SVG that stands alone; "" for none
	Left    []string       `json:"left,omitempty"`    // what the view leaves out, in sentences
}

// A SavedColumn is a column of a saved table.
type SavedColumn struct {
	Label  string `json:"label"`
	Number bool   `json:"number,omitempty"`
}

// A SavedRow is a row of a saved table, with the places that it rests on.
type SavedRow struct {
	Cells []string    `json:"cells"` // one of each column
	Cites []SavedCite `json:"cites,omitempty"`
	More  int         `json:"more,omitempty"` // places that are not kept with it
	Sum   *SavedSum   `json:"sum,omitempty"`
}

// A SavedSource is a file that came in.
type SavedSource struct {
	Blob    overt.BlobID `json:"sha256"`
	Name    string       `json:"name"`
	Dataset string       `json:"dataset"`
	Run     overt.RunID  `json:"run"` // that brought it
}

// A SavedCite is a place in one of the sources, with what stands there, or a passage.
type SavedCite struct {
	Source int           `json:"source"` // place in Saved.Sources
	Place  overt.Locator `json:"place"`
	Quote  string        `json:"quote,omitempty"`
	URI    string        `json:"uri,omitempty"`
}

// A SavedSum is an amount of a row that is added up from parts.
type SavedSum struct {
	Column int         `json:"column"` // that shows it
	Amount string      `json:"amount"` // exact, as decimals are written
	Parts  []SavedPart `json:"parts"`  // all of them
}

// A SavedPart is one summand, with its place where its source tells one.
type SavedPart struct {
	Amount string     `json:"amount"`
	Cite   *SavedCite `json:"cite,omitempty"`
}

// Bounds of a saved view.
const (
	MaxSaved     = 1 << 20 // bytes of all its words
	MaxSavedRows = 2000
	MaxParts     = 4000 // of all its sums
)

// Check refuses what is no view of the desk. Errors: invalid.
func (s *Saved) Check() error {
	bad := func(format string, args ...any) error { return overt.Errorf(overt.Invalid, "view", format, args...) }
	if !strings.HasPrefix(s.Address, "/") || strings.ContainsAny(s.Address, "\\\n") || strings.HasPrefix(s.Address, "//") || len(s.Address) > MaxText {
		return bad("it has no address of the desk")
	}
	if len(s.Columns) == 0 || len(s.Columns) > 50 || len(s.Rows) > MaxSavedRows {
		return bad("it has no rows that can be kept, or more than %d", MaxSavedRows)
	}
	size := 0
	count := func(all ...string) bool {
		good := true
		for _, w := range all {
			size, good = size+len(w), good && utf8.ValidString(w)
		}
		return good
	}
	parts := 0
	ok := count(s.AsOf, s.Picture) && count(s.Left...)
	for _, c := range s.Columns {
		ok = count(c.Label) && ok
	}
	for _, src := range s.Sources {
		ok = count(src.Name, src.Dataset) && len(src.Blob) == 64 && ok
	}
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Sum != nil {
			parts += len(r.Sum.Parts)
		}
		ok = len(r.Cells) == len(s.Columns) && count(r.Cells...) && (r.Sum == nil || r.Sum.Column >= 0 && r.Sum.Column < len(s.Columns)) && ok
		for _, c := range r.all() {
			ok = c.Source >= 0 && c.Source < len(s.Sources) && count(c.Quote, c.URI, c.Place.Table, c.Place.Column, c.Place.Pointer) && ok
		}
	}
	switch {
	case !ok:
		return bad("its rows do not fit its columns or its sources, or are no text")
	case size > MaxSaved || parts > MaxParts:
		return bad("it holds more than a case keeps of one view; narrow it")
	}
	return nil
}

// all are the places of a row and of what it adds up.
func (r *SavedRow) all() []SavedCite {
	out := r.Cites
	if r.Sum != nil {
		for _, p := range r.Sum.Parts {
			if p.Cite != nil {
				out = append(out[:len(out):len(out)], *p.Cite)
			}
		}
	}
	return out
}

// A SavedView is a saved view as it opens for who looks. Of one that he may not see
// there is nothing but that it is there.
type SavedView struct {
	Item   string     `json:"item"`
	Title  string     `json:"title,omitempty"`
	By     string     `json:"by"`
	At     string     `json:"at"`
	Status Status     `json:"status"` // the worst of what it rests on
	Saved  *Saved     `json:"saved,omitempty"`
	Told   []ToldOf   `json:"told"` // what happened to what it rests on
	Notes  []NoteView `json:"notes"`
}

// A ToldOf is what happened to a source since a view of it was saved.
type ToldOf struct {
	Source string      `json:"source"`
	Run    overt.RunID `json:"run,omitempty"`
	Why    string      `json:"why"` // one sentence
}

// ranks are the statuses from the best on.
var ranks = map[Status]int{Same: 0, Moved: 1, Changed: 2, Lost: 3, Withdrawn: 4, Restricted: 5}

// saved opens a view: each source once, and each passage.
func (w *viewer) saved(it *item) SavedView {
	v := SavedView{Item: it.Item, By: it.Actor, At: it.At, Status: Restricted, Told: []ToldOf{}, Notes: w.notes(it.Item)}
	for _, l := range it.Saved.Labels {
		if w.err == nil && !w.eye.Sees(l) {
			return v
		}
	}
	v.Status, v.Title, v.Saved = Same, it.Text, it.Saved
	see := func(c Cite, name string) {
		if w.err != nil {
			return
		}
		var o Opened
		if o, w.err = w.eye.Open(w.ctx, c); w.err != nil {
			return
		}
		if ranks[o.Status] > ranks[v.Status] {
			v.Status = o.Status
		}
		for _, why := range []string{o.Doubt, o.Failed} {
			if why != "" {
				v.Told = append(v.Told, ToldOf{name, o.Run, why})
			}
		}
		if o.Status != Same {
			v.Told = append(v.Told, ToldOf{name, o.Run, cmp.Or(o.Why, sentences[o.Status])})
		}
	}
	for i := range it.Saved.Sources {
		src := &it.Saved.Sources[i]
		see(Cite{Label: it.Saved.Labels[0], Place: &overt.Citation{Blob: src.Blob, Source: src.Name}}, src.Name)
	}
	for i := range it.Saved.Rows {
		for _, c := range it.Saved.Rows[i].Cites {
			if c.URI != "" {
				see(Cite{Label: it.Saved.Labels[0], URI: c.URI}, it.Saved.Sources[c.Source].Name)
			}
		}
	}
	return v
}

// SavedView finds a saved view of the case; nil for none.
func (v *View) SavedView(item string) *SavedView {
	for i := range v.Views {
		if v.Views[i].Item == item {
			return &v.Views[i]
		}
	}
	return nil
}

// Saved are the views that the case keeps.
func (s *State) Saved() (out []*Saved) {
	for _, it := range s.all(Keep) {
		out = append(out, it.Event.Saved)
	}
	return out
}
