package quality

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
)

// after watches a run and then another with the columns of the first.
func after(t *testing.T, first, second []line) *Watch {
	t.Helper()
	return watch(t, Config{Columns: watch(t, Config{}, first).Columns(), Previous: "the extract of 2024-01-01"}, second)
}

func objects(n int, cells func(i int) []string) []line {
	return lines(n, func(i int) line { return line{rec: object(i, cells(i)...)} })
}

func TestDrift(t *testing.T) {
	code := func(i int) string { return fmt.Sprintf("C%03d-%d", i, i%7) }
	name := func(i int) string { return fmt.Sprintf("Office of %c%c", 'A'+i%26, 'a'+i/26) }
	town := func(i int) string { return "Town of " + string(rune('K'+i%9)) }
	plain := rows(60, func(i int) []string { return []string{"id=" + code(i), "name=" + name(i), "town=" + town(i)} })
	list := func(of func(i int) int) []line {
		return objects(60, func(i int) []string {
			return []string{"id=" + code(i), "runs_on/*/id=" + code(of(i)), "name=" + name(i)}
		})
	}
	next := func(i int) int { return (i*7 + 3) % 60 }
	back := map[int]int{}
	for i := range 60 {
		back[next(i)] = i
	}
	self := list(func(i int) int { return i })
	tests := []struct {
		name          string
		first, second []line
		want          []string
	}{
		{"the same", plain, plain, nil},
		{"other rows of the same kind", plain, rows(60, func(i int) []string { return []string{"id=" + code(i+300), "name=" + name(i+70), "town=" + town(i)} }), nil},
		{"renamed", plain, rows(60, func(i int) []string { return []string{"id=" + code(i), "title=" + name(i), "town=" + town(i)} }), []string{"column-renamed"}},
		{"gone", plain, rows(60, func(i int) []string { return []string{"id=" + code(i), "name=" + name(i)} }), []string{"column-gone"}},
		{"emptied", plain, rows(60, func(i int) []string { return []string{"id=" + code(i), "name=" + name(i), "town=#N/A"} }), []string{"column-emptied"}},
		{"one column more", plain, rows(60, func(i int) []string {
			return []string{"id=" + code(i), "name=" + name(i), "town=" + town(i), fmt.Sprint("n=", i)}
		}), nil},
		{"ids, then names", plain, rows(60, func(i int) []string { return []string{"id=" + name(i+200), "name=" + name(i), "town=" + town(i)} }), []string{"column-kind"}},
		{"swapped", plain, rows(60, func(i int) []string { return []string{"id=" + name(i), "name=" + code(i), "town=" + town(i)} }), []string{"columns-swapped"}},
		{"too few to say", plain[:10], rows(10, func(i int) []string { return []string{"id=" + name(i)} }), nil},
		{"a list the same", list(next), list(next), nil},
		{"a list turned round", list(next), list(func(i int) int { return back[i] }), []string{"direction-reversed"}},
		{"a list of itself", list(next), self, []string{"own-list"}},
		{"slipped by one", objects(60, func(i int) []string { return []string{"id=" + code(i), "uei=U" + code(i*3)} }),
			objects(60, func(i int) []string { return []string{"id=" + code(i), "uei=U" + code((i+1)%60*3)} }), []string{"column-shifted"}},
		{"other records with the same codes", objects(60, func(i int) []string { return []string{"id=" + code(i), "class=K" + code(i%20)} }),
			objects(60, func(i int) []string { return []string{"id=" + code(i+100), "class=K" + code(i%20)} }), nil},
		{"no more of itself", self, list(next), []string{"column-meaning"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := after(t, tt.first, tt.second)
			if d := cmp.Diff(tt.want, codes(w)); d != "" {
				t.Errorf("doubts (-want +got):\n%s\n%v", d, w.Warnings())
			}
		})
	}
}

// TestRefusedColumn: of a column that may not be read nothing is kept.
func TestRefusedColumn(t *testing.T) {
	w := New(Config{})
	w.Begin("f", "", extract.Info{Header: []string{"a", "face_template"}}, func(c string) bool { return c == "face_template" })
	w.Record(row(2, "a=1", "face_template=JosÃ©"))
	w.End(true)
	if c := w.Columns(); len(c) != 1 || c[0].Name != "a" {
		t.Errorf("columns %+v", c)
	}
	if x := w.Warnings(); x != nil {
		t.Errorf("doubts %v", x)
	}
}

// TestWide: a hostile width does not grow the profile.
func TestWide(t *testing.T) {
	var cells []string
	for i := range 5000 {
		cells = append(cells, fmt.Sprintf("c%d=v", i))
	}
	w := watch(t, Config{}, rows(2, func(int) []string { return cells }))
	if n := len(w.Columns()); n != maxColumns {
		t.Errorf("%d columns", n)
	}
}

func TestKindOf(t *testing.T) {
	for text, want := range map[string]byte{
		"12": 'n', "-3.50": 'n', "1,200": 'n', "2024-05-06": 'd', "2024-05-06T20:00:00.000Z": 'd', "3/4/2021": 'd', "12-FEB-2007": 'd', "31/12/17 00:00": 'd',
		"22-001": 'c', "22-014-02": 'c', "F1603047866": 'c', "CONT_AWD_1_2": 'c', "Department of State": 't', "x": 't', "https://a.example/1": 't', "70CTD024FC0000017": 'c',
	} {
		if got := kindOf(text); got != want {
			t.Errorf("%q is %c, want %c", text, got, want)
		}
	}
}
