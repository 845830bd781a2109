package audit

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	payloads := []string{"a", strings.Repeat("b", 5000), strings.Repeat("c", MaxRecord)}
	var b []byte
	for _, p := range payloads {
		b = appendFrame(b, []byte(p))
	}
	r := newFrameReader(bytes.NewReader(b), 0)
	for i, p := range payloads {
		got, err := r.next()
		if err != nil || string(got) != p {
			t.Fatalf("frame %d: %d bytes, %v", i, len(got), err)
		}
	}
	if _, err := r.next(); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if r.off != int64(len(b)) {
		t.Errorf("offset %d, want %d", r.off, len(b))
	}
}

func TestTornFrames(t *testing.T) {
	whole := appendFrame(nil, []byte("hello"))
	for n := 1; n < len(whole); n++ {
		_, err := newFrameReader(bytes.NewReader(whole[:n]), 100).next()
		var torn *tornError
		if !errors.As(err, &torn) || torn.off != 100 {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for i := range whole {
		if _, err := newFrameReader(bytes.NewReader(flip(whole, i)), 0).next(); err == nil {
			t.Errorf("byte %d flipped: not seen", i)
		}
	}
}

func TestSegmentHeader(t *testing.T) {
	b := appendSegmentHeader(nil, 77)
	if first, err := parseSegmentHeader(b); err != nil || first != 77 || len(b) != segmentHeader {
		t.Fatal(first, err)
	}
	for i := range b {
		if _, err := parseSegmentHeader(flip(b, i)); err == nil {
			t.Errorf("byte %d flipped: not seen", i)
		}
	}
	b[7] = 2
	if _, err := parseSegmentHeader(b); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Errorf("version: %v", err)
	}
}

func TestSegmentNames(t *testing.T) {
	for _, c := range []struct {
		name  string
		first int64
		ok    bool
	}{
		{"00000000000000000000.log", 0, true}, {"00000000000000001024.log", 1024, true},
		{"0.log", 0, false}, {"00000000000000000000.log.tmp", 0, false}, {"99999999999999999999.log", 0, false},
		{"+0000000000000000001.log", 0, false}, {"checkpoints", 0, false},
	} {
		if first, ok := parseSegmentName(c.name); first != c.first || ok != c.ok {
			t.Errorf("%s: %d %v", c.name, first, ok)
		}
	}
}

func FuzzFrames(f *testing.F) {
	two := appendFrame(appendFrame(nil, []byte(`{"seq":0}`)), []byte(`{"seq":1}`))
	f.Add(two)
	f.Add(two[:len(two)-3])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newFrameReader(bytes.NewReader(data), 0)
		var again []byte
		for {
			p, err := r.next()
			if err != nil {
				break
			}
			again = appendFrame(again, p)
		}
		if !bytes.HasPrefix(data, again) || r.off != int64(len(again)) {
			t.Fatalf("frames of %q are not its beginning", data)
		}
	})
}

func FuzzHistory(f *testing.F) {
	signer, v := testKeys(f)
	a, err := signCheckpoint(signer, 0, emptyRoot)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(append([]byte(nil), a.note...), '\n'))
	f.Add(a.note)
	f.Add([]byte("a\nb\nc\n\n— d\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := newHistoryReader(bytes.NewReader(data))
		for {
			entry, err := r.next()
			if err != nil {
				return
			}
			if c, err := openOwnCheckpoint(entry, v); err == nil && !bytes.Equal(entry, a.note) && c.size == 0 {
				t.Fatalf("another form of one checkpoint was taken: %q", entry)
			}
		}
	})
}
