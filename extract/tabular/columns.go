package tabular

import "strings"

// parseColumns reads the names of the columns that are stored, as the statement
// that made a table has them. alias is the column that is the row's number, -1
// for none; rowid says whether rows have one.
func parseColumns(sql string) (columns []string, alias int, rowid bool) {
	alias, rowid = -1, true
	tokens := tokenize(sql)
	open := 0
	for open < len(tokens) && tokens[open].text != "(" {
		open++
	}
	depth, from := 0, open+1
	var key string // of "PRIMARY KEY (name)"
	types := map[string]bool{}
	for i := open; i < len(tokens); i++ {
		switch t := tokens[i]; {
		case t.quoted:
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		}
		end := depth == 0 && tokens[i].text == ")" && !tokens[i].quoted
		if end || depth == 1 && tokens[i].text == "," && !tokens[i].quoted {
			c := column(tokens[from:i])
			switch {
			case c.constraint:
				if c.key != "" {
					key = c.key
				}
			case c.name != "" && c.stored:
				if c.alias {
					alias = len(columns)
				}
				types[strings.ToLower(c.name)] = c.integer
				columns = append(columns, c.name)
			}
			from = i + 1
		}
		if end {
			for j := i + 1; j+1 < len(tokens); j++ {
				if tokens[j].is("without") && tokens[j+1].is("rowid") {
					rowid = false
				}
			}
			break
		}
	}
	if alias < 0 && types[strings.ToLower(key)] {
		for i, c := range columns {
			if strings.EqualFold(c, key) {
				alias = i
			}
		}
	}
	return columns, alias, rowid
}

type definition struct {
	name       string
	key        string // the one column of a primary key
	constraint bool
	stored     bool
	integer    bool
	alias      bool
}

// column reads the definition of a column, or a constraint of the table.
func column(tokens []token) definition {
	d := definition{stored: true}
	if len(tokens) == 0 {
		return d
	}
	first := tokens[0]
	for _, word := range []string{"constraint", "primary", "unique", "check", "foreign"} {
		d.constraint = d.constraint || first.is(word)
	}
	primary, descending, generated, stored := -1, false, false, false
	depth := 0
	for i, t := range tokens {
		switch {
		case t.text == "(" && !t.quoted:
			depth++
		case t.text == ")" && !t.quoted:
			depth--
		case depth > 0:
		case t.is("primary"):
			primary = i
		case t.is("desc"):
			descending = true
		case t.is("as") && i+1 < len(tokens) && tokens[i+1].text == "(":
			generated = true
		case t.is("stored"):
			stored = true
		}
	}
	if d.constraint {
		if primary >= 0 && primary+4 < len(tokens) && tokens[primary+4].text == ")" {
			d.key = tokens[primary+3].text
		}
		return d
	}
	d.name = first.text
	d.integer = len(tokens) > 1 && tokens[1].is("integer") && (len(tokens) == 2 || !word(tokens[2]))
	d.alias = d.integer && primary >= 0 && !descending
	d.stored = !generated || stored
	return d
}

// word says whether a token goes on with the type of a column.
func word(t token) bool {
	for _, end := range []string{"primary", "not", "null", "unique", "check", "default", "collate", "references", "generated", "as", "constraint", "(", ")"} {
		if t.is(end) || t.text == end {
			return false
		}
	}
	return true
}

// A token is a word, a quoted name or text, or one other character.
type token struct {
	text   string
	quoted bool
}

func (t token) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

// tokenize cuts SQL into tokens; comments are none.
func tokenize(s string) []token {
	var out []token
	for s != "" && len(out) < 1<<20 {
		c := s[0]
		switch {
		case c <= ' ':
			s = s[1:]
		case strings.HasPrefix(s, "--"):
			_, s, _ = strings.Cut(s, "\n")
		case strings.HasPrefix(s, "/*"):
			_, s, _ = strings.Cut(s[2:], "*/")
		case c == '"' || c == '\'' || c == '`' || c == '[':
			var t string
			t, s = quoted(s)
			out = append(out, token{t, true})
		case isWord(c):
			n := 1
			for n < len(s) && isWord(s[n]) {
				n++
			}
			out = append(out, token{s[:n], false})
			s = s[n:]
		default:
			out = append(out, token{s[:1], false})
			s = s[1:]
		}
	}
	return out
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// quoted reads a quoted name, in which a doubled quote stands for one.
func quoted(s string) (text, rest string) {
	end := s[0]
	if end == '[' {
		text, rest, _ = strings.Cut(s[1:], "]")
		return text, rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] == end {
			if i+1 < len(s) && s[i+1] == end {
				i++
			} else {
				return b.String(), s[i+1:]
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
