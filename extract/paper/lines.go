package paper

import (
	"fmt"
	"iter"

	"overt/extract/document"
	"overt/extract/reading"
)

// maxTextTables bounds the tables that are seen in the lines of one document.
const maxTextTables = 100_000

// linesOf yields stretches of two lines or more with tabs: so the text of a
// document tells its tables, a row a line.
func linesOf(r *reading.Reading) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		n, before := 0, piece{} // the last one, when it ends its page
		for page, err := range r.Text() {
			if err != nil {
				yield(piece{}, err)
				return
			}
			text := []rune(page.Text)
			found := stretches(text, page.Number)
			for i := range found {
				p := found[i]
				p.first = i == 0 && onlyBlank(text[:p.start]) && before.page == page.Number-1
				if n++; n > maxTextTables || !yield(p, nil) {
					return
				}
			}
			before = piece{}
			if last := len(found) - 1; last >= 0 && onlyBlank(text[found[last].end:]) {
				before = found[last]
			}
		}
	}
}

func onlyBlank(text []rune) bool {
	for _, r := range text {
		if r != ' ' && r != '\n' && r != '\t' {
			return false
		}
	}
	return true
}

// stretches gives the lines of a page that are tables.
func stretches(text []rune, page int) (out []piece) {
	open := piece{start: -1}
	closed := func(end int) {
		if open.start >= 0 && open.rows > 1 {
			open.end, open.page, open.name = end, page, fmt.Sprintf("page %d, table %d", page, len(out)+1)
			out = append(out, open)
		}
		open = piece{start: -1}
	}
	for at := 0; at < len(text); {
		end, tabs := at, false
		for end < len(text) && text[end] != '\n' {
			tabs = tabs || text[end] == '\t'
			end++
		}
		if tabs {
			if open.start < 0 {
				open.start = at
			}
			open.rows++
		} else {
			closed(at)
		}
		at = end + 1
	}
	closed(len(text))
	return out
}

// tabbed yields the rows of lines of text, whose cells are between tabs.
func tabbed(text []rune, start, end int) iter.Seq[document.Row] {
	return func(yield func(document.Row) bool) {
		var row document.Row
		number, from := int64(1), start
		end = min(end, len(text))
		for i := start; i <= end; i++ {
			if i < end && text[i] != '\t' && text[i] != '\n' {
				continue
			}
			row.Cells = append(row.Cells, document.Cell{Text: string(text[from:i]), Start: from, End: i})
			from = i + 1
			if i < end && text[i] == '\t' {
				continue
			}
			if i == end && len(row.Cells) == 1 && row.Cells[0].Text == "" {
				return // behind the last line feed
			}
			row.Number = number
			if !yield(row) {
				return
			}
			row, number = document.Row{}, number+1
		}
	}
}
