package legacy

import (
	"fmt"
	"strings"

	"overt/extract/page"
)

// readAsides reads the notes and comments, and where the text points at them.
func (w *word) readAsides() error {
	var authors []string
	b, err := w.tab(tabAuthors)
	if err != nil {
		return err
	}
	for len(b) >= 2 && len(authors) < 10_000 {
		n, size := int(b[0]), 1
		if !w.old {
			n, size = 2*u16(b, 0), 2
		}
		if size+n > len(b) {
			break
		}
		name := string(b[size : size+n])
		if w.old {
			name = w.r.decoder(w.page)(name)
		} else {
			name = wide([]byte(name))
		}
		authors, b = append(authors, page.OneLine(name)), b[size+n:]
	}
	for _, kind := range []struct {
		refs, texts, part, extra int
		mark                     func(n int, extra []byte) string
	}{
		{tabFootRef, tabFootText, partFoot, 2, func(n int, _ []byte) string { return fmt.Sprintf("[%d]", n) }},
		{tabEndRef, tabEndText, partEnd, 2, func(n int, _ []byte) string { return fmt.Sprintf("[E%d]", n) }},
		{tabCommentRef, tabCommentText, partComments, w.commentSize(), func(_ int, extra []byte) string { return w.commentMark(extra, authors) }},
	} {
		if kind.refs == tabEndRef && w.old { // they stand elsewhere in its header
			continue
		}
		if err := w.readAside(kind.refs, kind.texts, kind.part, kind.extra, kind.mark); err != nil {
			return err
		}
	}
	return nil
}

func (w *word) commentSize() int {
	if w.old {
		return 20
	}
	return 30
}

func (w *word) commentMark(extra []byte, authors []string) string {
	at := 20
	if w.old {
		at = 10
	}
	if n := u16(extra, at); n < len(authors) && authors[n] != "" {
		return "Comment by " + authors[n] + ":"
	}
	if n := u16(extra, 0); !w.old && n > 0 && n < 10 {
		return "Comment by " + wide(extra[2:2+2*n]) + ":"
	}
	return "Comment:"
}

func (w *word) readAside(refs, texts, part, extra int, mark func(int, []byte) string) error {
	ref, err := w.tab(refs)
	if err != nil {
		return err
	}
	txt, err := w.tab(texts)
	if err != nil || len(ref) < 4 {
		return err
	}
	from, to := w.span(part)
	n := (len(ref) - 4) / (4 + extra)
	for i := range n {
		a, z := u32(txt, 4*i), u32(txt, 4*i+4)
		if 4*i+8 > len(txt) || a >= z || from+z > to || len(w.about) > 100_000 {
			continue
		}
		w.r.page.Lead()
		err := w.text(from+a, from+z, false)
		w.r.page.Unwind(1)
		s := strings.TrimSpace(w.r.page.Back())
		if err != nil {
			return err
		}
		at := 4*(n+1) + extra*i
		w.about[u32(ref, 4*i)] = aside{mark(i+1, ref[at:at+extra]), s}
	}
	return nil
}

// point puts the note or comment that the text points at under its page.
func (w *word) point(cp int64) {
	a, ok := w.about[cp]
	if !ok {
		return
	}
	delete(w.about, cp)
	if strings.HasPrefix(a.mark, "[") {
		w.r.page.Put(a.mark)
	} else {
		w.r.note("comments", "the page has comments; they stand at the foot")
	}
	w.r.page.Under("%s %s", a.mark, a.text)
}
