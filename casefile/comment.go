package casefile

import "overt"

// remark makes a note a comment when it is on a report: it is of the newest version, and
// open until somebody settles it. What is said to a comment is an answer.
func (s *State) remark(it *item) error {
	of := s.items[it.Of]
	it.State, it.Version = "", 0
	switch {
	case of != nil && of.Kind == ReportKind:
		last, ok := of.report.last()
		if !ok && it.On != "" {
			return overt.Errorf(overt.Invalid, it.Of, "the report has no text yet")
		}
		it.State, it.Version = Todo, last.Version
	case it.On != "":
		return overt.Errorf(overt.Invalid, it.Item, "only comments of reports are on words")
	case of != nil && of.Kind == Note && of.State == "":
		return overt.Errorf(overt.Invalid, it.Of, "only comments of reports are answered")
	}
	return nil
}

// Text is the newest text of a report, "" while it has none. Errors: not_found.
func (s *State) Text(report string) (string, error) {
	it, err := s.held(report, ReportKind)
	if err != nil {
		return "", err
	}
	last, _ := it.report.last()
	return last.Text, nil
}

// A CommentView is what a member said of a report, with what was answered.
type CommentView struct {
	Item    string     `json:"item"`
	On      string     `json:"on,omitempty"`      // words as they stood in the text; "" for all of it
	Version int        `json:"version,omitempty"` // the newest when it was said
	Text    string     `json:"text"`
	State   string     `json:"state"` // open or done
	Reason  string     `json:"reason,omitempty"`
	By      string     `json:"by"`
	At      string     `json:"at"`
	Answers []NoteView `json:"answers"`
	Changed int64      `json:"changed"` // number of the last event about it
}

// comments are those on a report, in the order they were made.
func (s *State) comments(report string) []CommentView {
	out := []CommentView{}
	for _, it := range s.of(Note, report) {
		out = append(out, CommentView{it.Item, it.On, it.Version, it.Text, it.State, it.Reason, it.Actor, it.At, s.notes(it.Item), it.changed})
	}
	return out
}
