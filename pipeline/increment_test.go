package pipeline_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

const staffCSV = `name: staff
extent: full
queries:
  - entities:
      office: {schema: PublicBody, keys: office, key_literal: o, properties: {name: office, country: {literal: us}}}
      person:
        schema: Person
        keys: [id]
        key_literal: p
        properties: {name: {column: name, split: ";"}, birthDate: born, alias: {columns: [name, office], join: " of "}}
      post:
        schema: Employment
        keys: [id, office]
        properties: {employee: {entity: person}, employer: {entity: office}, role: role, date: born}
`

// A staffer is a row, or an element, of a list that changes from one extract
// to the next.
type staffer struct{ id, name, born, office, role string }

var staffHead = []string{"id", "name", "born", "office", "role"}

func (s staffer) row() []string { return []string{s.id, s.name, s.born, s.office, s.role} }

type editor struct {
	*rand.Rand
	list []staffer
	ids  int
}

func (e *editor) one() staffer {
	e.ids++
	s := staffer{fmt.Sprint("s", e.ids), fmt.Sprintf("Ada %d; A. %d", e.IntN(30), e.IntN(9)), fmt.Sprintf("19%02d-05-0%d", e.IntN(90)+10, 1+e.IntN(9)), fmt.Sprint("Office ", e.IntN(4)), "clerk"}
	switch e.IntN(12) {
	case 0:
		s.id, s.office = "", "" // gives nothing
	case 1:
		s.born = "soon" // a value is left out
	case 2:
		s.office = fmt.Sprint("Bureau ", e.IntN(40)) // seen seldom
	}
	return s
}

// edit makes the next extract: so many edits of each kind.
func (e *editor) edit(n int) {
	for range n {
		if len(e.list) < 5 {
			e.list = append(e.list, e.one())
			continue
		}
		i, j := e.IntN(len(e.list)), e.IntN(len(e.list))
		switch e.IntN(7) {
		case 0, 1:
			e.list = slices.Insert(e.list, i, e.one())
		case 2:
			e.list = slices.Delete(e.list, i, i+1)
		case 3:
			e.list[i].role = fmt.Sprint("role ", e.IntN(5))
		case 4:
			e.list[i].office = e.list[j].office
		case 5:
			e.list[i], e.list[j] = e.list[j], e.list[i]
		case 6:
			e.list = append(e.list, e.list[i]) // a repeat
		}
	}
	if e.IntN(6) == 0 { // the first rows go: kept places run out
		e.list = e.list[min(12, len(e.list)/8):]
	}
	if e.IntN(10) == 0 {
		e.Shuffle(len(e.list), func(i, j int) { e.list[i], e.list[j] = e.list[j], e.list[i] })
	}
}

// forms write the list as a source, and give the mapping that reads it.
var staffForms = map[string]func(e *editor) (name string, text []byte, mapping string){
	"table": func(e *editor) (string, []byte, string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(staffHead)
		for i, s := range e.list {
			row := s.row()
			if i%17 == 5 {
				row = append(row, "too many") // the reader gives no record
			}
			_ = w.Write(row)
			if i%23 == 7 {
				w.Flush()
				b.WriteString("\n")
			}
		}
		w.Flush()
		return "staff.csv", b.Bytes(), staffCSV
	},
	"archive": func(e *editor) (string, []byte, string) {
		half := map[string]string{}
		for i, s := range e.list {
			name := fmt.Sprintf("%d-%d.csv", i*2/len(e.list), len(e.list)%3)
			if half[name] == "" {
				half[name] = strings.Join(staffHead, ",") + "\n"
			}
			half[name] += `"` + strings.Join(s.row(), `","`) + "\"\n"
		}
		return "staff.zip", zipped(half), staffCSV
	},
	"lines": func(e *editor) (string, []byte, string) {
		var b bytes.Buffer
		for _, s := range e.list {
			_ = json.NewEncoder(&b).Encode(map[string]string{"id": s.id, "name": s.name, "born": s.born, "office": s.office, "role": s.role})
		}
		return "staff.jsonl", b.Bytes(), staffCSV
	},
	"tree": func(e *editor) (string, []byte, string) {
		type object = map[string]any
		var people, offices []object
		for i, s := range e.list {
			people = append(people, object{"id": s.id, "name": s.name, "born": s.born, "office": s.office, "posts": []object{{"role": s.role}, {"role": "also " + s.role}}})
			if i%5 == 0 {
				offices = append(offices, object{"office": s.office, "seat": s.role})
			}
		}
		text, _ := json.Marshal(object{"data": object{"people": people, "offices": offices}})
		return "staff.json", text, `name: staff
extent: full
queries:
  - rows: /data/people/*
    entities:
      person: {schema: Person, keys: [id], key_literal: p, properties: {nationality: {literal: us}, name: {column: name, split: ";"}, birthDate: born}}
  - rows: /data/people/*
    each: posts
    entities:
      office: {schema: PublicBody, keys: ../office, key_literal: o, properties: {country: {literal: us}, name: ../office}}
      post: {schema: Employment, keys: [../id, role], properties: {employer: {entity: office}, role: role}}
  - rows: /data/offices/*
    entities:
      office: {schema: PublicBody, keys: office, key_literal: o, properties: {name: office, address: seat}}
`
	},
	"ftm": func(e *editor) (string, []byte, string) {
		var b bytes.Buffer
		for _, s := range e.list {
			_ = json.NewEncoder(&b).Encode(map[string]any{"id": s.id, "schema": "Person", "properties": map[string][]string{"name": strings.Split(s.name, "; "), "birthDate": {s.born}, "wings": {s.role}}})
		}
		return "staff.ftm.json", b.Bytes(), ""
	},
	"xml": func(e *editor) (string, []byte, string) {
		var b strings.Builder
		b.WriteString("<staff>")
		for _, s := range e.list {
			b.WriteString("<person>")
			for i, v := range s.row() {
				fmt.Fprintf(&b, "<%s>%s</%s>", staffHead[i], v, staffHead[i])
			}
			b.WriteString("</person>")
		}
		b.WriteString("</staff>")
		return "staff.xml", []byte(b.String()), strings.Replace(staffCSV, "  - entities:", "  - rows: /staff/person\n    entities:", 1)
	},
	"actions": func(e *editor) (string, []byte, string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		_ = w.Write(tenColumns)
		for _, s := range e.list {
			code := map[bool]string{true: "7012", false: "7014"}[strings.HasSuffix(s.office, "1")]
			n := strings.TrimPrefix(s.id, "s")
			_ = w.Write([]string{"ICE", "70B03C21F0000" + n, s.name, strconv.Itoa(len(s.role)*100 - len(n)), "2021-05-11", "P0000" + n[max(0, len(n)-1):], "THINGS", "MAKING", s.role, "CONT_AWD_70B03C21F0000" + n + "_" + code + "_-NONE-_-NONE-"})
		}
		w.Flush()
		return "actions.csv", b.Bytes(), ""
	},
}

// An incremental import ends in the same home as one that takes every extract
// in whole: statements, counts, spans, ledger, warnings and graph. OVERT_ROUNDS
// makes more worlds.
func TestIncrementIsWhole(t *testing.T) {
	for form, write := range staffForms {
		t.Run(form, func(t *testing.T) {
			rounds, rested := 2, 0
			if testing.Short() {
				rounds = 1
			}
			if n, err := strconv.Atoi(os.Getenv("OVERT_ROUNDS")); err == nil {
				rounds = n
			}
			for seed := range rounds {
				rested += sameAsWhole(t, uint64(seed), write)
			}
			if rested == 0 && form != "xml" {
				t.Error("no run rested on another")
			}
			t.Logf("%d runs rested on another", rested)
		})
	}
}

func sameAsWhole(t *testing.T, seed uint64, write func(*editor) (string, []byte, string)) (rested int) {
	t.Helper()
	e := &editor{Rand: rand.New(rand.NewPCG(seed, 7))}
	for range 60 + e.IntN(60) {
		e.list = append(e.list, e.one())
	}
	grown, whole := hometest.Memory(t), hometest.Memory(t)
	if seed%4 == 0 {
		grown, whole = hometest.Durable(t, t.TempDir()), hometest.Durable(t, t.TempDir())
	}
	whole.Whole = true
	for day := range 5 {
		name, text, mapping := write(e)
		req := pipeline.Request{Dataset: "staff", Observed: fmt.Sprintf("2024-0%d-01", day+1), Series: "s", Extent: statement.Full, Files: []pipeline.Embedded{{Name: fmt.Sprint(day, name), Data: text}}}
		if mapping != "" {
			req.Mapping, req.Text = "staff", []byte(mapping)
		}
		got, want := grown.Import(t, req), whole.Import(t, req)
		if d := gocmp.Diff(want, got); d != "" {
			t.Fatalf("world %d, day %d: the reports differ (-whole +incremental):\n%s", seed, day, d)
		}
		if generation(t, grown, day+1) > 0 {
			rested++
		}
		compareHomes(t, fmt.Sprintf("world %d, day %d", seed, day), grown, whole)
		if t.Failed() {
			t.FailNow()
		}
		if e.IntN(5) == 0 {
			run := got.Runs[0]
			grown.Undo(t, run)
			whole.Undo(t, run)
			compareHomes(t, fmt.Sprintf("world %d, day %d taken back", seed, day), grown, whole)
		}
		e.edit(1 + e.IntN(10))
	}
	cited(t, grown, 300)
	return rested
}

// An office is named by every row, and the rows that are cited for it go: it is
// cited from others.
func TestIncrementFindsPlaces(t *testing.T) {
	e := &editor{Rand: rand.New(rand.NewPCG(5, 7))}
	for range 90 {
		s := e.one()
		s.office = "Office 0"
		e.list = append(e.list, s)
	}
	grown, whole := hometest.Memory(t), hometest.Memory(t)
	whole.Whole = true
	for day := range 3 {
		_, text, mapping := staffForms["lines"](e)
		req := pipeline.Request{Dataset: "staff", Mapping: "staff", Text: []byte(mapping), Observed: fmt.Sprintf("2024-0%d-01", day+1), Files: []pipeline.Embedded{{Name: fmt.Sprint(day, ".jsonl"), Data: text}}}
		grown.Import(t, req)
		whole.Import(t, req)
		compareHomes(t, fmt.Sprint("day ", day), grown, whole)
		if n := generation(t, grown, day+1); n != day {
			t.Errorf("day %d: the run rests on %d others", day, n)
		}
		e.list = e.list[20:]
	}
	cited(t, grown, 500)
}

// The newest journal lost, damaged or of another program: the import is whole,
// and the same.
func TestIncrementWithoutJournal(t *testing.T) {
	e := &editor{Rand: rand.New(rand.NewPCG(3, 7))}
	for range 60 {
		e.list = append(e.list, e.one())
	}
	grown, whole := hometest.Memory(t), hometest.Memory(t)
	whole.Whole = true
	for day, harm := range []func(path string, text []byte) error{
		nil,
		func(path string, _ []byte) error { return os.Remove(path) },
		func(path string, text []byte) error { return os.WriteFile(path, text[:len(text)/2], 0o600) },
		func(path string, text []byte) error {
			return os.WriteFile(path, bytes.Replace(text, []byte("journal/"), []byte("journal/9"), 1), 0o600)
		},
		func(path string, _ []byte) error { return os.Mkdir(path+".d", 0o700) }, // harms nothing
	} {
		if harm != nil {
			path := filepath.Join(grown.Dir, "derived", fmt.Sprintf("journal-%d.oj", day))
			text, err := os.ReadFile(path)
			must(t, err)
			must(t, harm(path, text))
		}
		_, text, mapping := staffForms["table"](e)
		req := pipeline.Request{Dataset: "staff", Mapping: "staff", Text: []byte(mapping), Observed: fmt.Sprintf("2024-0%d-01", day+1), Files: []pipeline.Embedded{{Name: fmt.Sprint(day, ".csv"), Data: text}}}
		grown.Import(t, req)
		whole.Import(t, req)
		compareHomes(t, fmt.Sprint("day ", day), grown, whole)
		if n, want := generation(t, grown, day+1), map[int]int{4: 1}[day]; n != want {
			t.Errorf("day %d: the run rests on %d others, want %d", day, n, want)
		}
		e.list[day].role = "changed"
	}
	left, err := filepath.Glob(filepath.Join(grown.Dir, "derived", "journal-*.oj"))
	must(t, err)
	if len(left) != 2 {
		t.Errorf("%d journals are kept, want those of the last two runs", len(left))
	}
}

// generation tells on how many runs a run rests, by its journal.
func generation(t *testing.T, h *hometest.Home, run int) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Dir, "derived", fmt.Sprintf("journal-%d.oj", run)))
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	var head struct {
		Generation int `json:"generation"`
	}
	must(t, json.Unmarshal(line, &head))
	return head.Generation
}

// told is all that a home says, in an order of its own.
type toldHome struct {
	Statements map[string]statement.Statement
	Spans      map[string]statement.Span
	Runs       []statement.Run
	Entries    []ledger.Entry
	Left       [][]ledger.Left
	Reasons    [][]ledger.Count
	Graph      []byte
}

func tellHome(t *testing.T, h *hometest.Home) toldHome {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (toldHome, error) {
		out := toldHome{Statements: map[string]statement.Statement{}, Spans: map[string]statement.Span{}, Runs: d.Runs}
		classes := map[string][]statement.Class{}
		for stmts, err := range d.View.Entities(ctx) {
			must(t, err)
			for _, s := range stmts {
				info, _ := d.View.Sight().Info(s.Class)
				core := s
				core.Places, core.Count, core.Class = nil, 0, 0
				key := fmt.Sprintf("%+v", core)
				classes[key] = append(classes[key], s.Class)
				s.Count, s.Class = s.Sightings(), 0
				key = fmt.Sprint("run ", info.Run.ID, " ", key)
				if _, twice := out.Statements[key]; twice {
					t.Errorf("%s is said twice", key)
				}
				out.Statements[key] = s
			}
		}
		for key, list := range classes {
			out.Spans[key] = d.View.Sight().Span("", list)
		}
		for i := range out.Runs {
			out.Runs[i].Token = ""
		}
		for e, err := range d.Ledger.Entries(ctx, d.Scope, "staff") {
			must(t, err)
			left, err := d.Ledger.LeftRows(ctx, d.Scope, e.ID, 10_000, 0)
			must(t, err)
			reasons, err := d.Ledger.Reasons(ctx, d.Scope, e.ID)
			must(t, err)
			e.Token = ""
			out.Entries, out.Left, out.Reasons = append(out.Entries, e), append(out.Left, left), append(out.Reasons, reasons)
		}
		path := filepath.Join(t.TempDir(), "g.og")
		must(t, pipeline.Derive(ctx, d.View, 1, filepath.Dir(path), path))
		var err error
		out.Graph, err = os.ReadFile(path)
		return out, err
	})
}

func compareHomes(t *testing.T, what string, grown, whole *hometest.Home) {
	t.Helper()
	got, want := tellHome(t, grown), tellHome(t, whole)
	most := map[string]int{} // how often a statement was said at most, in any run
	for key, s := range want.Statements {
		_, core, _ := strings.Cut(key, "{")
		most[core] = max(most[core], s.Count)
	}
	for key, s := range got.Statements {
		_, core, _ := strings.Cut(key, "{")
		w, said := want.Statements[key]
		if said && most[core] > statement.MaxPlaces && len(s.Places) > 0 && len(s.Places) <= statement.MaxPlaces {
			s.Places = w.Places // of many places others may be kept
			got.Statements[key] = s
		}
	}
	if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-whole +incremental):\n%.4000s", what, d)
	}
}
