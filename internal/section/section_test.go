package section

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

var form = Form{Magic: "TESTFILE", Version: 3, Count: 3, What: "a test"}

// memory is a file; writing fails once it would be longer than most, if most is set.
type memory struct {
	b    []byte
	most int
}

var errFull = errors.New("full")

func (m *memory) Write(p []byte) (int, error) {
	if m.most > 0 && len(m.b)+len(p) > m.most {
		return 0, errFull
	}
	m.b = append(m.b, p...)
	return len(p), nil
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) { return copy(m.b[off:], p), nil }

func write(m *memory) error {
	w := NewWriter(m, form)
	w.Section(0, func() { w.Put([]byte("words")) })
	w.Section(1, func() {})
	w.Section(2, func() {
		for i := range uint32(100_000) { // more than is held
			w.Words(i)
			w.Longs(uint64(i))
		}
	})
	return w.Finish()
}

func TestRoundTrip(t *testing.T) {
	var m memory
	if err := write(&m); err != nil {
		t.Fatal(err)
	}
	sec, err := form.Decode(m.b)
	if err != nil {
		t.Fatal(err)
	}
	if string(sec[0]) != "words" || len(sec[1]) != 0 || len(sec[2]) != 1_200_000 {
		t.Fatalf("%q, %d, %d", sec[0], len(sec[1]), len(sec[2]))
	}
	words := InPlace[uint32](sec[2])
	if words[3*7] != 7 || words[3*7+1] != 7 || words[3*7+2] != 0 {
		t.Error(words[21:24])
	}
	// What is not aligned is copied, and reads the same.
	shifted := append(make([]byte, 1), sec[2]...)[1:]
	if !slices.Equal(InPlace[uint64](sec[2]), InPlace[uint64](shifted)) || !slices.Equal(words, InPlace[uint32](shifted)) {
		t.Error("numbers differ by where they lie")
	}
}

func TestDamage(t *testing.T) {
	var m memory
	if err := write(&m); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		harm func([]byte) []byte
		want string
	}{
		"empty":     {func([]byte) []byte { return nil }, "this is not a test"},
		"magic":     {func(b []byte) []byte { b[0]++; return b }, "this is not a test"},
		"version":   {func(b []byte) []byte { b[8] = 9; return b }, "version 9"},
		"count":     {func(b []byte) []byte { b[12]++; return b }, "cut off"},
		"header":    {func(b []byte) []byte { b[33]++; return b }, "header has a wrong checksum"},
		"short":     {func(b []byte) []byte { return b[:len(b)-1] }, "cut off or has more"},
		"long":      {func(b []byte) []byte { return append(b, 0) }, "cut off or has more"},
		"content":   {func(b []byte) []byte { b[len(b)-1]++; return b }, "section 2 has a wrong checksum"},
		"outside":   {func(b []byte) []byte { b[headerFixed+8+7] = 1; return form.Reseal(b) }, "section 0 lies outside"},
		"unaligned": {func(b []byte) []byte { b[headerFixed+8]++; return form.Reseal(b) }, "section 0 lies outside"},
	} {
		_, err := form.Decode(c.harm(bytes.Clone(m.b)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	m.b[len(m.b)-1]++
	if _, err := form.Decode(form.Reseal(m.b)); err != nil {
		t.Error("resealed:", err)
	}
}

func TestFullDisk(t *testing.T) {
	for most := 1; most < 1_200_000; most += 150_001 {
		if err := write(&memory{most: most}); !errors.Is(err, errFull) {
			t.Fatalf("at %d bytes: %v", most, err)
		}
	}
}
