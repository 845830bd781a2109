package quality

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/ftm"
	"overt/mapping"
	"overt/statement"
)

// A rec is a record of a test: a row of a table, or an object of a tree.
type rec struct {
	at      overt.Locator
	columns []string
	values  map[string][]string
}

func (r *rec) At() overt.Locator          { return r.at }
func (r *rec) Columns() []string          { return r.columns }
func (*rec) Each(string) []extract.Record { return nil }

func (r *rec) Cells(path string) []extract.Cell {
	var out []extract.Cell
	for _, v := range r.values[path] {
		out = append(out, extract.Cell{Text: v, At: r.at})
	}
	return out
}

// row is row n of a table, "column=value" each.
func row(n int, cells ...string) *rec {
	r := &rec{at: overt.Locator{Row: int64(n)}, values: map[string][]string{}}
	for _, c := range cells {
		name, value, _ := strings.Cut(c, "=")
		if r.values[name] == nil {
			r.columns = append(r.columns, name)
		}
		r.values[name] = append(r.values[name], value)
	}
	return r
}

func object(n int, cells ...string) *rec {
	r := row(0, cells...)
	r.at = overt.Locator{Pointer: fmt.Sprintf("/list/%d", n)}
	return r
}

// entity is "id Schema prop=value; prop=value".
func entity(line string) mapping.Entity {
	parts := strings.SplitN(line, " ", 3)
	e := mapping.Entity{ID: ftm.EntityID(parts[0]), Schema: parts[1]}
	for _, pv := range strings.Split(parts[2], ";") {
		p, v, _ := strings.Cut(strings.TrimSpace(pv), "=")
		e.Values = append(e.Values, mapping.Value{Prop: p, Clean: v})
	}
	return e
}

// A line of a test is a raw record and the entities it gave.
type line struct {
	rec    *rec
	gave   []string
	repeat bool
}

func watch(t *testing.T, cfg Config, lines []line) *Watch {
	t.Helper()
	w := New(cfg)
	info := extract.Info{Header: []string{"a", "b"}}
	if len(lines) > 0 {
		info.Header = lines[0].rec.columns
		if lines[0].rec.at.Pointer != "" {
			info.Header = nil
		}
	}
	w.Begin("file.csv", "", info, nil)
	for _, l := range lines {
		var es []mapping.Entity
		for _, g := range l.gave {
			es = append(es, entity(g))
		}
		w.Record(l.rec)
		if err := w.Add(Observe(es)); err != nil {
			t.Fatal(err)
		}
		if l.repeat {
			w.Repeat()
		}
	}
	w.End(true)
	return w
}

func codes(w *Watch) []string {
	var out []string
	for _, x := range w.Warnings() {
		out = append(out, x.Code)
	}
	return out
}

// lines makes n of them.
func lines(n int, one func(i int) line) []line {
	var out []line
	for i := range n {
		out = append(out, one(i))
	}
	return out
}

func rows(n int, cells func(i int) []string) []line {
	return lines(n, func(i int) line { return line{rec: row(i+2, cells(i)...)} })
}

func entities(n int, gave func(i int) []string) []line {
	return lines(n, func(i int) line { return line{rec: row(i+2, fmt.Sprint("a=", i), "b=x"), gave: gave(i)} })
}

func signed(contract, mod, date, amount, more string) string {
	return fmt.Sprintf("%s-%s Obligation authority=ice; contract=%s; supplier=acme; modificationNumber=%s; date=%s; amount=%s; currency=USD%s", contract, mod, contract, mod, date, amount, more)
}

func TestSensors(t *testing.T) {
	const day = "2024-05-06"
	vocabulary := []string{"alpha works", "beta works", "gamma works"}
	tests := []struct {
		name  string
		lines []line
		want  []string
	}{
		{"plain rows", rows(997, func(i int) []string { return []string{fmt.Sprint("a=", i), "b=" + vocabulary[i%3]} }), nil},
		{"a round thousand", rows(3000, func(i int) []string { return []string{fmt.Sprint("a=", i), "b=x"} }), []string{"round-count"}},
		{"a sheet full", rows(65535, func(i int) []string { return []string{"a=1", "b=x"} }), []string{"round-count"}},
		{"900 are not round enough", rows(900, func(i int) []string { return []string{fmt.Sprint("a=", i), "b=x"} }), nil},
		{"the last row is short", append(rows(20, func(i int) []string { return []string{"a=1", "b=2"} }), line{rec: row(22, "a=1")}), []string{"cut-in-row"}},
		{"many rows are short", append(rows(20, func(i int) []string { return []string{"a=1", "b=2"}[:2-i%2] }), line{rec: row(22, "a=1")}), nil},

		{"repeats with money", append(entities(50, func(i int) []string { return []string{signed(fmt.Sprint("c", i), "0", day, fmt.Sprint(100+7*i), "")} }),
			line{rec: row(60, "a=49", "b=x"), gave: []string{signed("c49", "0", day, "443", "")}, repeat: true}), []string{"exact-repeats"}},
		{"few repeats without money", append(entities(500, func(i int) []string { return nil }), line{rec: row(600, "a=1", "b=x"), repeat: true}), nil},
		{"many repeats without money", append(entities(500, func(i int) []string { return nil }), lines(30, func(i int) line { return line{rec: row(600+i, "a=1", "b=x"), repeat: true} })...), []string{"exact-repeats"}},

		{"an order under two numbers", entities(2, func(i int) []string {
			id := []string{"CONT_0001", "CONT_HSHQ_0001"}[i]
			return []string{id + " Award piid=" + []string{"HSHQ-0001", "HSHQDC15A HSHQ0001"}[i], signed(id, "P00003", day, "512.25", "")}
		}), []string{"told-twice"}},
		{"two orders of one amount", entities(2, func(i int) []string {
			id := fmt.Sprint("CONT_70B03C21F0000027", i)
			return []string{id + " Award piid=70B03C21F0000027" + fmt.Sprint(i), signed(id, "0", day, "250000.00", "")}
		}), nil},
		{"a sub-award under two reports", entities(2, func(i int) []string {
			return []string{fmt.Sprintf("s%d Subaward contract=c; subcontractor=x; date=%s; amount=1234.50; currency=USD; subawardNumber=7; reportId=%d", i, day, i)}
		}), []string{"told-twice"}},
		{"two instalments", entities(2, func(i int) []string {
			return []string{fmt.Sprintf("s%d Subaward contract=c; subcontractor=x; date=2024-0%d-01; amount=1234.50; subawardNumber=%d", i, i+1, i)}
		}), nil},

		{"cumulative amounts", entities(90, func(i int) []string {
			return []string{signed(fmt.Sprint("c", i/3), fmt.Sprint("P0000", i%3), fmt.Sprintf("2024-0%d-01", 1+i%3), fmt.Sprint(1000*(1+i%3)+i), "")}
		}), []string{"cumulative-amounts"}},
		{"differences", entities(90, func(i int) []string {
			return []string{signed(fmt.Sprint("c", i/3), fmt.Sprint("P0000", i%3), fmt.Sprintf("2024-0%d-01", 1+i%3), []string{"5000", "250", "-31"}[i%3], "")}
		}), nil},
		{"the current value as amount", entities(40, func(i int) []string {
			id := fmt.Sprint("c", i)
			return []string{fmt.Sprintf("%s Award currentValue=%d.17", id, 5000+i), signed(id, "P00002", day, fmt.Sprintf("%d.17", 5000+i), "")}
		}), []string{"cumulative-amounts"}},

		{"signed tomorrow", entities(3, func(i int) []string { return []string{signed("c", "0", "2031-01-01", "5", "")} }), []string{"impossible-dates"}},
		{"ends in ten years", entities(3, func(i int) []string {
			return []string{"c Award contractDate=2024-01-01; startDate=2024-02-01; endDate=2036-01-01"}
		}), nil},
		{"the year 201", entities(1, func(i int) []string { return []string{"c Award contractDate=0201-05-06"} }), []string{"impossible-dates"}},
		{"a filler", entities(2, func(i int) []string { return []string{"c Award endDate=9999-12-31", "p Person birthDate=1900-01-01"} }), []string{"filler-dates", "filler-dates"}},
		{"born with Unix", entities(1, func(i int) []string { return []string{"p Person birthDate=1970-01-01"} }), nil},
		{"ends before it begins", entities(1, func(i int) []string { return []string{"c Award startDate=2024-05-01; endDate=2023"} }), []string{"reversed-dates"}},
		{"begins in the year it ends", entities(1, func(i int) []string { return []string{"c Award startDate=2024-05-01; endDate=2024"} }), nil},

		{"a count below 0", entities(1, func(i int) []string { return []string{"p CloudProduct authorizationCount=-3"} }), []string{"negative-counts"}},
		{"money taken back", entities(9, func(i int) []string { return []string{signed(fmt.Sprint("c", i), "P1", day, "-100", "")} }), nil},
		{"nines", entities(1, func(i int) []string { return []string{"c Award potentialValue=999999999.99"} }), []string{"filler-amounts"}},
		{"cents", entities(100, func(i int) []string {
			return []string{fmt.Sprintf("c Award currentValue=%s", []string{"0.01", "17.25", "1200"}[i%3])}
		}), []string{"filler-amounts"}},
		{"one off its column", entities(60, func(i int) []string {
			return []string{fmt.Sprintf("c%d Award currentValue=%d", i, []int{100 + i, 990_000_000}[i/59])}
		}), []string{"outlier"}},
		{"a heavy tail", entities(60, func(i int) []string { return []string{fmt.Sprintf("c%d Award currentValue=%d", i, 3<<(i/2))} }), nil},
		{"thousands", entities(1, func(i int) []string { return []string{"c Award currentValue=1234567; potentialValue=1234567000"} }), []string{"unit-slip"}},
		{"round thousands", entities(1, func(i int) []string { return []string{"c Award currentValue=2000; potentialValue=2000000"} }), nil},

		{"UTF-8 as Windows-1252", rows(1, func(i int) []string { return []string{"a=JosÃ© PÃ©rez", "b=donâ€™t"} }), []string{"damaged-text", "damaged-text"}},
		{"Portuguese in capitals", rows(1, func(i int) []string { return []string{"a=SÃO JOÃO", "b=Âge, 20 °C"} }), nil},
		{"a lost letter", rows(1, func(i int) []string { return []string{"a=M\uFFFDller", "b=x"} }), []string{"damaged-text"}},
		{"question marks in words", rows(4, func(i int) []string { return []string{"a=Oracle?s cloud", "b=x"} }), []string{"damaged-text"}},
		{"questions and addresses", rows(9, func(i int) []string { return []string{"a=Why? Because", "b=https://a.example/x?y=1"} }), nil},
		{"entities", rows(3, func(i int) []string { return []string{"a=Smith &amp; Sons", "b=AT&T; R&D"} }), []string{"damaged-text"}},
		{"powers of ten", rows(1, func(i int) []string { return []string{"a=1.23E+11", "b=x"} }), []string{"spreadsheet-damage"}},
		{"numbers with E", rows(1, func(i int) []string { return []string{"a=70E+1", "b=12E12"} }), nil},
		{"a code as date", rows(30, func(i int) []string { return []string{"a=" + []string{"1-Mar", "MARCH1", "DEC20A"}[min(i, 2)], "b=x"} }), []string{"spreadsheet-damage"}},
		{"a column of such dates", rows(30, func(i int) []string { return []string{"a=1-Mar", "b=x"} }), nil},
		{"zeros lost", rows(30, func(i int) []string {
			return []string{"recipient_duns=" + []string{"12345678", "123456789"}[i%2], "b=x"}
		}), []string{"spreadsheet-damage"}},
		{"zeros kept", rows(30, func(i int) []string {
			return []string{"recipient_duns=" + []string{"012345678", "123456789", "7"}[i%3], "b=x"}
		}), nil},
		{"plain numbers", rows(300, func(i int) []string { return []string{fmt.Sprint("number=", i), "b=x"} }), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := watch(t, Config{Today: statement.DayOf("2026-01-01")}, tt.lines)
			if d := cmp.Diff(tt.want, codes(w)); d != "" {
				t.Errorf("doubts (-want +got):\n%s\n%v", d, w.Warnings())
			}
			if !slices.EqualFunc(w.Warnings(), w.Warnings(), func(a, b statement.Warning) bool { return a.Message == b.Message && a.Where == b.Where }) {
				t.Error("asked again, it says something else")
			}
		})
	}
}

// TestEvidence: a doubt names places and counts and never a value.
func TestEvidence(t *testing.T) {
	w := watch(t, Config{}, rows(8, func(i int) []string { return []string{"a=Secret Name?s", "b=x"} }))
	got := w.Warnings()
	if len(got) != 1 || got[0].Where != "file.csv: row 2; file.csv: row 3; file.csv: row 4; and 5 more" || !strings.Contains(got[0].Message, "8 values") {
		t.Fatalf("got %+v", got)
	}
	if strings.Contains(got[0].Message, "Secret") {
		t.Errorf("the value is told: %s", got[0].Message)
	}
}

func TestMeasures(t *testing.T) {
	w := watch(t, Config{}, entities(4, func(i int) []string {
		return []string{signed(fmt.Sprint("c", i/2), []string{"0", "P00001", "P00007", "P00008"}[i], "2024-01-01", []string{"9", "5", "1", "-2"}[i], "")}
	}))
	want := []statement.Measure{{Authority: "ice", Rows: 4, Negative: 1, Sorted: true, Awards: 2}}
	if d := cmp.Diff(want, w.Measures()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	again := watch(t, Config{}, entities(1, func(i int) []string { return []string{signed("c", "P00007", "2024-01-01", "1", "")} }))
	if m := again.Measures(); m[0].Latest != 1 {
		t.Errorf("%+v", m)
	}
}

// TestObserve: an observation is a pure function, and nothing when there is
// nothing to see.
func TestObserve(t *testing.T) {
	es := []mapping.Entity{entity("c Award piid=1; currentValue=5; startDate=2024-01-01"), entity(signed("c", "0", "2024-01-01", "5", ""))}
	if a, b := Observe(es), Observe(es); string(a) != string(b) || len(a) == 0 || len(a) > 200 {
		t.Errorf("%q, then %q", a, b)
	}
	if o := Observe([]mapping.Entity{entity("p Person name=Ada")}); o != nil {
		t.Errorf("of a name: %q", o)
	}
	if err := New(Config{}).Add([]byte{entryOrder, 200}); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("cut off: %v", err)
	}
	if err := New(Config{}).Add([]byte("?")); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("unknown: %v", err)
	}
}

func FuzzAdd(f *testing.F) {
	f.Add(Observe([]mapping.Entity{entity("c Award piid=HSHQ; currentValue=5; startDate=2024-01-01"), entity(signed("c", "0", "2024-01-01", "5", ""))}))
	f.Add(Observe([]mapping.Entity{entity("s Subaward contract=c; subcontractor=x; date=9999-12-31; amount=1e3")}))
	f.Fuzz(func(t *testing.T, obs []byte) {
		w := New(Config{})
		_ = w.Add(obs)
		w.Repeat()
		_ = w.Warnings()
		_ = w.Measures()
	})
}
