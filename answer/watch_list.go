package answer

import (
	"cmp"
	"context"
	"strings"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/watch"
)

// A WatchLine is one watch in a list.
type WatchLine struct {
	watch.Watch
	Title string `json:"title"` // the question in words for people
	New   int    `json:"new"`   // pieces of news that its owner has not seen
	// Elsewhere says that the watch was set for another purpose or in another case:
	// neither what it asks nor what it told is told here.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// A WatchList is what `watch list` answers.
type WatchList struct {
	Watches []WatchLine `json:"watches"` // the oldest first
	New     int         `json:"new"`
	Since   string      `json:"since,omitempty"` // when the oldest of them was told
}

// Records counts what the answer releases.
func (l *WatchList) Records() int { return len(l.Watches) }

// maxUnseen bounds how many unseen pieces of news of a watch are counted.
const maxUnseen = 1_000

// ListWatches lists the asker's watches: those set for the visit's purpose, in its case
// or in none, in full.
func ListWatches(ctx context.Context, d *gate.Desk) (*WatchList, error) {
	out := &WatchList{Watches: []WatchLine{}}
	if d.Watches == nil {
		return out, nil
	}
	all, err := d.Watches.Watches(ctx, d.Actor)
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		l := WatchLine{Watch: w, Elsewhere: !isHere(d, &w)}
		if l.Elsewhere {
			l.Question, l.Told, l.Seen, l.Items, l.Looked = watch.Question{Kind: w.Kind}, 0, 0, 0, ""
		} else if err := l.describe(ctx, d, out); err != nil {
			return nil, err
		}
		out.Watches = append(out.Watches, l)
	}
	return out, nil
}

func isHere(d *gate.Desk, w *watch.Watch) bool {
	return w.Purpose == d.Purpose && (w.Case == "" || w.Case == d.Case)
}

func (l *WatchLine) describe(ctx context.Context, d *gate.Desk, list *WatchList) error {
	var err error
	if l.Title, err = watchTitle(ctx, d, &l.Question); err != nil || l.Told == l.Seen {
		return err
	}
	news, err := d.Watches.News(ctx, d.Actor, l.ID, 0, int(min(l.Told-l.Seen, maxUnseen)))
	for i := range news {
		if !news[i].Shown(d.Scope.Sees) {
			continue
		}
		l.New++
		list.New++
		if list.Since == "" || news[i].At < list.Since {
			list.Since = news[i].At
		}
	}
	return err
}

// watchTitle is what a watch is called: its own words, and what entities are called
// that it names.
func watchTitle(ctx context.Context, d *gate.Desk, q *watch.Question) (string, error) {
	switch q.Kind {
	case watch.Search:
		return q.Words, nil
	case watch.List:
		own := q.Of
		if own == "" {
			own = strings.Join(q.Names, ", ")
		}
		return clip(own) + " × " + clip(strings.Join(q.Against, ", ")), nil
	}
	var parts []string
	for _, id := range []string{q.Words, q.To} {
		if id == "" {
			continue
		}
		members := []ftm.EntityID{ftm.EntityID(id)}
		if d.Graph != nil {
			members = Members(d.Graph, members[0])
		}
		p, err := resolve.ReadProfile(ctx, d.View, members)
		if err != nil {
			return "", err
		}
		parts = append(parts, cmp.Or(p.Caption(), id))
	}
	return strings.Join(parts, " → "), nil
}

// A Watched is what `watch show` answers: one watch, and what it told.
type Watched struct {
	WatchLine
	News   []watch.News `json:"news"`             // the newest first
	Next   int64        `json:"next,omitempty"`   // the next page is before this number
	Hidden int          `json:"hidden,omitempty"` // told, and resting on what may not be seen any more
}

// Records counts what the answer releases.
func (w *Watched) Records() int { return len(w.News) }

// ReadWatch gives a watch of the visit with a page of what it told before a number, 0 for
// the newest. Errors: not_found.
func ReadWatch(ctx context.Context, d *gate.Desk, id string, before int64, limit int) (*Watched, error) {
	list, err := ListWatches(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, l := range list.Watches {
		if l.ID != id || l.Elsewhere {
			continue
		}
		out := &Watched{WatchLine: l, News: []watch.News{}}
		news, err := d.Watches.News(ctx, d.Actor, id, before, limit)
		if err != nil {
			return nil, err
		}
		for _, n := range news {
			if n.Shown(d.Scope.Sees) {
				takenBack(d, n.Before)
				takenBack(d, n.After)
				out.News = append(out.News, n)
			} else {
				out.Hidden++
			}
		}
		if len(news) == limit && news[limit-1].Number > 1 {
			out.Next = news[limit-1].Number
		}
		return out, nil
	}
	return nil, watch.NoWatch(id)
}

// TakenBack is the doubt about what rests on an import that is not here any more.
const TakenBack = "its import was taken back"

// takenBack says of a told item that the import it was read of is gone.
func takenBack(d *gate.Desk, it *watch.Item) {
	if it != nil && len(it.Citations) > 0 && d.View.Sight().Run(it.Citations[0].Run) == nil {
		it.Doubt = TakenBack
	}
}

// SeeWatch notes that the owner has seen what a watch told, up to a number. Errors:
// not_found.
func SeeWatch(ctx context.Context, p *gate.Pass, id string, number int64) error {
	return p.Do(ctx, gate.Act{Action: "watch.seen", Object: id}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		if b.Watches == nil {
			return 0, "", watch.NoWatch(id)
		}
		return 1, "", b.Watches.See(ctx, b.Actor, id, number)
	})
}

// RemoveWatch takes a watch out. Errors: not_found.
func RemoveWatch(ctx context.Context, p *gate.Pass, id string) error {
	return p.Do(ctx, gate.Act{Action: "watch.remove", Object: id}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		if b.Watches == nil {
			return 0, "", watch.NoWatch(id)
		}
		return 1, "", b.Watches.Remove(ctx, b.Actor, id)
	})
}
