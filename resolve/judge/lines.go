package judge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
)

// MaxLine bounds a line of nomenklatura's form in bytes.
const MaxLine = 1 << 20

// Unjudged is the word for a suggestion that nobody decided.
const unjudged = "no_judgement"

// Foreign is what a file in nomenklatura's form held.
type Foreign struct {
	Judgements []Judgement
	// Suggestions are lines that nobody decided; they are left out.
	Suggestions int
	// Alone are lines about a canonical id that stands for no entity of a
	// source; nothing can be said of them.
	Alone int
}

// ReadLines reads judgements in nomenklatura's form: a JSON array a line of
// target, source, judgement, score, user and time. Its canonical ids (NK-…, and
// Wikidata's) are names of clusters and no entities of a source: a judgement
// about one is given as one about the smallest entity that it stands for.
// entity says which ids are entities; nil takes all but NK-….
//
// Lines without a user or a time get those that are given. Ids of judgements
// are made of the line, so that the same file read twice gives the same.
// Errors: invalid, with the line.
func ReadLines(r io.Reader, entity func(ftm.EntityID) bool, user string, at time.Time) (*Foreign, error) {
	if entity == nil {
		entity = func(id ftm.EntityID) bool { return !strings.HasPrefix(string(id), "NK-") }
	}
	out := new(Foreign)
	var lines []Judgement
	s := bufio.NewScanner(r)
	s.Buffer(nil, MaxLine)
	for n := 1; s.Scan(); n++ {
		line := bytes.TrimSpace(s.Bytes())
		if len(line) == 0 {
			continue
		}
		j, err := readLine(line, user, at)
		if err != nil {
			return nil, overt.Errorf(overt.Invalid, "", "line %d: %v", n, err)
		}
		if j.Verdict == unjudged {
			out.Suggestions++
			continue
		}
		lines = append(lines, j)
	}
	if err := s.Err(); err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "read judgements: %v", err)
	}
	out.ground(lines, entity)
	return out, nil
}

func readLine(line []byte, user string, at time.Time) (Judgement, error) {
	var f []json.RawMessage
	if err := json.Unmarshal(line, &f); err != nil {
		return Judgement{}, fmt.Errorf("not a JSON array: %v", err)
	}
	if len(f) < 3 || len(f) > 7 {
		return Judgement{}, fmt.Errorf("%d fields instead of target, source, judgement, score, user, time", len(f))
	}
	var text [7]string
	var score *float64
	for i, raw := range f {
		var err error
		switch {
		case bytes.Equal(raw, []byte("null")):
		case i == 3:
			err = json.Unmarshal(raw, &score)
		default:
			err = json.Unmarshal(raw, &text[i])
		}
		if err != nil {
			return Judgement{}, fmt.Errorf("field %d: %v", i+1, err)
		}
	}
	j := Judgement{Verdict: Verdict(text[2]), Author: text[4], At: at}
	j.Left, j.Right = Pair(ftm.EntityID(text[0]), ftm.EntityID(text[1]))
	if score != nil {
		j.Score = *score
	}
	if j.Author == "" {
		j.Author = user
	}
	if text[5] != "" {
		var err error
		if j.At, err = parseTime(text[5]); err != nil {
			return Judgement{}, err
		}
	}
	j.ID = fmt.Sprintf("%s|%s|%s|%s|%s", j.Left, j.Right, j.Verdict, j.Author, j.At.UTC().Format(time.RFC3339Nano))
	if j.Verdict == unjudged {
		return j, nil
	}
	if j.Verdict == Retract {
		return Judgement{}, fmt.Errorf("%q is no verdict: positive, negative, unsure or no_judgement", j.Verdict)
	}
	return j, j.Check()
}

// parseTime reads the moments that nomenklatura writes: ISO 8601, with a blank
// or T, fractions and zone as they come; without a zone they are UTC.
func parseTime(s string) (time.Time, error) {
	t := strings.Replace(s, " ", "T", 1)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if at, err := time.Parse(layout, t); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time", s)
}

// ground replaces ids of clusters by entities that they stand for.
func (f *Foreign) ground(lines []Judgement, entity func(ftm.EntityID) bool) {
	all := newForest()
	for i := range lines {
		if lines[i].Verdict == Positive {
			all.join(&lines[i])
		}
	}
	smallest := map[ftm.EntityID]ftm.EntityID{} // by root
	for i := range lines {
		for _, id := range []ftm.EntityID{lines[i].Left, lines[i].Right} {
			root := all.root(id)
			if old, ok := smallest[root]; entity(id) && (!ok || id < old) {
				smallest[root] = id
			}
		}
	}
	grounded := func(id ftm.EntityID) ftm.EntityID {
		if entity(id) {
			return id
		}
		return smallest[all.root(id)]
	}
	for _, j := range lines {
		l, r := grounded(j.Left), grounded(j.Right)
		switch {
		case l == "" || r == "":
			f.Alone++
		case l != r:
			j.Left, j.Right = Pair(l, r)
			f.Judgements = append(f.Judgements, j)
		case j.Verdict != Positive:
			f.Alone++ // a cluster apart from itself
		}
	}
}

// WriteLines writes what stands of each pair in nomenklatura's form, ordered by
// pair. Judgements that wait for a second person or were set aside are left
// out.
func (b *Book) WriteLines(w io.Writer) error {
	aside := map[*Judgement]bool{}
	for _, c := range b.aside {
		aside[c.Judgement] = true
	}
	var lines []*Judgement
	for _, s := range b.states {
		if last := s.By[len(s.By)-1]; !s.Waiting && !aside[last] {
			lines = append(lines, last)
		}
	}
	slices.SortFunc(lines, func(x, y *Judgement) int {
		return strings.Compare(string(x.Left)+"\x00"+string(x.Right), string(y.Left)+"\x00"+string(y.Right))
	})
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for _, j := range lines {
		var score any
		if j.Score != 0 {
			score = j.Score
		}
		if err := enc.Encode([]any{j.Right, j.Left, j.Verdict, score, j.Author, j.At.UTC().Format(time.RFC3339Nano)}); err != nil {
			return err
		}
	}
	return out.Flush()
}
