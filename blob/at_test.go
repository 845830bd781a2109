package blob

import (
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// onlySeeks hides that a reader can read at offsets.
type onlySeeks struct{ io.ReadSeeker }

func TestAt(t *testing.T) {
	const text = "0123456789"
	if r := strings.NewReader(text); At(r) != io.ReaderAt(r) {
		t.Error("what reads at offsets itself was wrapped")
	}
	at := At(onlySeeks{strings.NewReader(text)})
	if err := iotest.TestReader(io.NewSectionReader(at, 0, int64(len(text))), []byte(text)); err != nil {
		t.Error(err)
	}
	if n, err := at.ReadAt(make([]byte, 4), 8); n != 2 || !errors.Is(err, io.EOF) {
		t.Errorf("over the end: %d, %v", n, err)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			b := make([]byte, 1)
			for range 200 {
				if _, err := at.ReadAt(b, int64(i)); err != nil || b[0] != text[i] {
					t.Errorf("at %d: %q, %v", i, b, err)
					return
				}
			}
		})
	}
	all.Wait()
}
