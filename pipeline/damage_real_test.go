package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// damagedSources are public files of every shape that is read; of tables only
// so many rows are taken, for time.
var damagedSources = []struct {
	path string
	rows int
}{
	{"procurement/cbp-ice-transactions/CBP_ICE_FY2021_Contract_Obligations.csv.gz", 300},
	{"procurement/usaspending-ice-fy13-17/fy13.csv.gz", 60},
	{"procurement/usaspending-awards-mn/Contracts_PrimeAwardSummaries_2025-03-21_H19M57S23_1.csv.gz", 40},
	{"procurement/fsrs-ice-2011-2018/all_contracts_subawards_1.csv", 60},
	{"procurement/reference/psc_codes.csv.gz", 200},
	{"federal-systems/ai-use-cases/2023_consolidated_ai_inventory_raw.csv.gz", 100},
	{"federal-systems/ai-use-cases/2025_consolidated_COTS_AI_use_cases.csv.gz", 100},
	{"fedramp/data.2023-02-21.json.gz", 0},
	{"fedramp/data.2025-09-17.json.gz", 0},
	{"ftm/yente-fixtures/zala.entities.ftm.json", 0},
}

// TestDamagedReal spoils real files the way files are spoiled on their way to
// a user. Each must end with a verdict that is true: nothing invented, nothing
// lost in silence, nothing half-loaded.
func TestDamagedReal(t *testing.T) {
	dir := sharedtest.Path(t)
	if testing.Short() {
		t.Skip("real data is imported in the full run only")
	}
	verdicts, done := map[string]int{}, 0
	for i, src := range damagedSources {
		path := filepath.Join(dir, filepath.FromSlash(src.path))
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s is not among the shared data", src.path)
			continue
		}
		whole := spoil{name: strings.TrimSuffix(filepath.Base(path), ".gz"), data: firstRows(t, unpacked(t, path), src.rows)}
		said := whole.take(t)
		for k, way := range spoilings {
			r := rand.New(rand.NewPCG(uint64(i), uint64(k)))
			s := spoil{name: whole.name, data: bytes.Clone(whole.data), table: strings.HasSuffix(whole.name, ".csv")}
			if way.do(r, &s); s.skip {
				continue
			}
			done++
			t.Run(whole.name+" "+way.name, func(t *testing.T) {
				got := s.take(t)
				verdicts[way.name+": "+string(got.file.Verdict)]++
				way.check(t, &s, said, got)
			})
		}
	}
	t.Logf("%d damaged inputs; %v", done, verdicts)
	if done < 100 {
		t.Errorf("only %d damaged inputs", done)
	}
}

// A spoil is one damaged file.
type spoil struct {
	name  string
	data  []byte
	table bool
	skip  bool // this way does not fit this file
	n     int64
}

// taken is what an import made of it.
type takenIn struct {
	file   pipeline.FileReport
	values map[string]bool // entity, property and value
	names  int
}

func (s *spoil) take(t *testing.T) takenIn {
	t.Helper()
	path := filepath.Join(t.TempDir(), s.name)
	must(t, os.WriteFile(path, s.data, 0o600))
	h := hometest.Memory(t)
	rep := h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d"})
	addsUp(t, h, rep)
	got := takenIn{file: rep.Files[0], values: map[string]bool{}}
	if failed := got.file.Verdict == ledger.Failed || got.file.Verdict == ledger.Refused; failed == (len(rep.Runs) > 0) {
		t.Errorf("it is %s with %d runs", got.file.Verdict, len(rep.Runs))
	}
	if got.file.Verdict != ledger.Read && got.file.Reason == "" {
		t.Errorf("it is %s without a reason", got.file.Verdict)
	}
	labels, err := h.Statements.Labels(t.Context())
	must(t, err)
	view, err := h.Statements.View(t.Context(), policytest.Scope(append(labels, policy.Label{Dataset: "d"})...), statement.When{})
	must(t, err)
	defer func() { must(t, view.Close()) }()
	for stmts, err := range view.Entities(t.Context()) {
		must(t, err)
		got.names++
		for _, st := range stmts {
			got.values[string(st.Entity)+" "+st.Prop+" "+st.Value] = true
		}
	}
	return got
}

// doubted says that the import told of something.
func (g takenIn) doubted() bool {
	return strings.Contains(strings.Join(g.file.Notes, " "), "no line end") || g.file.Verdict != ledger.Read || len(g.file.Warnings) > 0 || g.file.LeftOut > 0 || len(g.file.Reasons) > 0
}

// A spoiling is one way to damage a file, and what must be true afterwards.
type spoiling struct {
	name  string
	do    func(*rand.Rand, *spoil)
	check func(t *testing.T, s *spoil, whole, got takenIn)
}

var spoilings = []spoiling{
	{"cut somewhere", func(r *rand.Rand, s *spoil) { s.data = s.data[:1+r.IntN(len(s.data)-1)] }, lessOrEqual},
	{"cut near the end", func(r *rand.Rand, s *spoil) { s.data = s.data[:len(s.data)-2-r.IntN(60)] }, lessOrEqual},
	{"cut gzip", func(r *rand.Rand, s *spoil) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(s.data)
		_ = z.Close()
		s.data, s.name = b.Bytes()[:b.Len()/2+r.IntN(b.Len()/2)], s.name+".gz"
	}, cutGzip},
	{"empty", func(_ *rand.Rand, s *spoil) { s.data = nil }, failed},
	{"shuffled columns", shuffleColumns, equal},
	{"one column lost", loseColumn, said},
	{"doubled rows", doubleRows, doubled},
	{"doubled file", func(_ *rand.Rand, s *spoil) {
		if !s.table && !strings.HasSuffix(s.name, ".ftm.json") {
			s.skip = true // two JSON documents in one file are broken, below
			return
		}
		s.data = append(s.data, s.data...)
	}, saidTwice},
	{"two documents", func(_ *rand.Rand, s *spoil) {
		if s.skip = s.table || strings.HasSuffix(s.name, ".ftm.json"); !s.skip {
			s.data = append(s.data, s.data...)
		}
	}, lessOrEqual},
	{"UTF-16 with a mark", func(_ *rand.Rand, s *spoil) { s.data = append([]byte{0xff, 0xfe}, utf16LE(s.data)...) }, equal},
	{"UTF-16 without a mark", func(_ *rand.Rand, s *spoil) { s.data = utf16LE(s.data) }, equal},
	{"UTF-8 with a mark", func(_ *rand.Rand, s *spoil) {
		s.data = append([]byte{0xef, 0xbb, 0xbf}, bytes.TrimPrefix(s.data, []byte{0xef, 0xbb, 0xbf})...)
	}, equal},
	{"bytes of another encoding", func(r *rand.Rand, s *spoil) {
		at := bytes.IndexByte(s.data[len(s.data)/2:], ' ') + len(s.data)/2
		s.data = slices.Concat(s.data[:at+1], []byte("M\xfcnchen \xe9t\xe9 "), s.data[at+1:])
	}, likely},
	{"line ends of Windows", func(_ *rand.Rand, s *spoil) {
		s.data = bytes.ReplaceAll(bytes.ReplaceAll(s.data, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}, sameRows},
}

// equal wants every value as in the whole file.
func equal(t *testing.T, _ *spoil, whole, got takenIn) {
	for v := range whole.values {
		if !got.values[v] {
			t.Fatalf("lost: %.300s (%s: %s)", v, got.file.Verdict, got.file.Reason)
		}
	}
	lessOrEqual(t, nil, whole, got)
}

// lessOrEqual wants nothing invented; where the last record is cut, a value of
// it may be, and then it is told.
func lessOrEqual(t *testing.T, _ *spoil, whole, got takenIn) {
	invented := 0
	for v := range got.values {
		if !whole.values[v] {
			invented++
		}
	}
	if invented > 0 && !got.doubted() {
		t.Errorf("%d of %d values are not in the whole file, and nothing is said", invented, len(got.values))
	}
	if len(got.values) < len(whole.values) && got.names < whole.names && !got.doubted() && got.file.Received == whole.file.Received {
		t.Errorf("%d values of %d, and nothing is said", len(got.values), len(whole.values))
	}
}

func cutGzip(t *testing.T, s *spoil, whole, got takenIn) {
	if got.file.Verdict == ledger.Read {
		t.Error("a file that breaks off is read")
	}
	lessOrEqual(t, s, whole, got)
}

func failed(t *testing.T, _ *spoil, _, got takenIn) {
	if got.file.Verdict != ledger.Failed || got.names != 0 {
		t.Errorf("it is %s with %d entities", got.file.Verdict, got.names)
	}
}

// said wants a lost column told, or nothing changed by it.
func said(t *testing.T, _ *spoil, whole, got takenIn) {
	for v := range got.values {
		if !whole.values[v] && !got.doubted() && got.names > 0 {
			t.Fatalf("invented without a word: %.200s", v)
		}
	}
}

// doubled wants each repeat counted and nothing else changed.
func doubled(t *testing.T, s *spoil, whole, got takenIn) {
	equal(t, s, whole, got)
	if s.table && got.file.Repeats < whole.file.Repeats+s.n-got.file.LeftOut {
		t.Errorf("%d repeats are told, %d rows were doubled", got.file.Repeats, s.n)
	}
}

func saidTwice(t *testing.T, s *spoil, whole, got takenIn) {
	for v := range whole.values {
		if !got.values[v] {
			t.Fatalf("lost: %.200s", v)
		}
	}
	if got.file.Received < 2*whole.file.Received {
		t.Errorf("%d records of twice %d", got.file.Received, whole.file.Received)
	}
}

// likely wants all but a value or two, and the odd bytes told or taken for
// what they most likely are.
func likely(t *testing.T, _ *spoil, whole, got takenIn) {
	lost := 0
	for v := range whole.values {
		if !got.values[v] {
			lost++
		}
	}
	if lost > len(whole.values)/10+60 && !got.doubted() {
		t.Errorf("%d of %d values lost, and nothing is said (%s)", lost, len(whole.values), got.file.Verdict)
	}
}

func sameRows(t *testing.T, _ *spoil, whole, got takenIn) {
	if got.file.Received != whole.file.Received || got.file.LeftOut != whole.file.LeftOut || got.names != whole.names {
		t.Errorf("%d records and %d entities, want %d and %d", got.file.Received, got.names, whole.file.Received, whole.names)
	}
}

func utf16LE(b []byte) []byte {
	b = bytes.TrimPrefix(b, []byte{0xef, 0xbb, 0xbf})
	out := make([]byte, 0, 2*len(b))
	for _, u := range utf16.Encode([]rune(string(b))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// tableOf reads a table whose bytes are UTF-8; ok is false for other files.
func (s *spoil) tableOf() (rows [][]string, ok bool) {
	if !s.table || !utf8.Valid(s.data) {
		return nil, false
	}
	r := csv.NewReader(bytes.NewReader(s.data))
	rows, err := r.ReadAll()
	return rows, err == nil && len(rows) > 2
}

func (s *spoil) write(rows [][]string) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows)
	s.data = b.Bytes()
}

// shuffleColumns gives tables their columns, and objects their keys, in
// another order.
func shuffleColumns(r *rand.Rand, s *spoil) {
	rows, ok := s.tableOf()
	switch {
	case ok:
		order := r.Perm(len(rows[0]))
		for i, row := range rows {
			next := make([]string, len(row))
			for j, k := range order {
				next[j] = row[k]
			}
			rows[i] = next
		}
		s.write(rows)
	case strings.HasSuffix(s.name, ".ftm.json"):
		lines := strings.Split(strings.TrimSpace(string(s.data)), "\n")
		for i, l := range lines {
			var m map[string]any
			if json.Unmarshal([]byte(l), &m) == nil {
				b, _ := json.Marshal(m) // keys in the order of the alphabet
				lines[i] = string(b)
			}
		}
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		s.data = []byte(strings.Join(lines, "\n"))
	default:
		s.skip = true
	}
}

func loseColumn(r *rand.Rand, s *spoil) {
	rows, ok := s.tableOf()
	if s.skip = !ok; !ok {
		return
	}
	k := r.IntN(len(rows[0]))
	for i := range rows {
		rows[i] = slices.Delete(rows[i], k, k+1)
	}
	s.write(rows)
}

func doubleRows(r *rand.Rand, s *spoil) {
	rows, ok := s.tableOf()
	if s.skip = !ok; !ok {
		return
	}
	for range 5 {
		i := 1 + r.IntN(len(rows)-1)
		rows = slices.Insert(rows, i, rows[i])
		s.n++
	}
	s.write(rows)
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	if !strings.HasSuffix(path, ".gz") {
		return b
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	must(t, err)
	b, err = io.ReadAll(z)
	must(t, err)
	return b
}

// firstRows cuts a table after so many records.
func firstRows(t *testing.T, b []byte, n int) []byte {
	t.Helper()
	if n == 0 {
		return b
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	for range n + 1 {
		_, err := r.Read()
		must(t, err)
	}
	return b[:r.InputOffset()]
}
