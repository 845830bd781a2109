package resolve

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/policy"
	"overt/statement"
)

// workMagic begins what a matcher found out; docs/format/resolved.md draws the rest.
const workMagic = "overt matched 1\n"

const workSuffix = ".om"

// workName is the file of what a matcher found out under a set of labels.
func (k *Kept) workName(h *Head) string {
	return strings.TrimSuffix(k.name(h.Labels), suffix) + workSuffix
}

// workHead says what it was found out about: what people judged has no part in it.
func workHead(h *Head) ([]byte, error) {
	head, err := json.Marshal(struct {
		Labels  []policy.Label
		Classes []statement.Class
	}{h.Labels, h.Classes})
	return append(append([]byte(workMagic), head...), '\n'), err
}

// PutWork keeps what a matcher found out (match.Matcher.Save) about what a head
// names, in place of what was kept under the same labels. Errors: unavailable.
func (k *Kept) PutWork(h *Head, saved []byte) error {
	head, err := workHead(h)
	if err != nil {
		return err
	}
	return k.put(k.workName(h), func(w io.Writer) error {
		sum := sha256.New()
		_, err := io.MultiWriter(w, sum).Write(head)
		if err == nil {
			_, err = io.MultiWriter(w, sum).Write(saved)
		}
		if err == nil {
			_, err = w.Write(sum.Sum(nil))
		}
		return err
	})
}

// Work gives what was kept of the very labels and classes of a head; nil where there
// is nothing, or what is there is damaged. Errors: unavailable.
func (k *Kept) Work(h *Head) ([]byte, error) {
	head, err := workHead(h)
	if err != nil {
		return nil, err
	}
	return readWork(k.workName(h), head)
}

// readWork gives what follows a head in a file that is whole; nil if it is not, or has
// another head.
func readWork(path string, head []byte) ([]byte, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	body, whole := bytes.CutPrefix(data, head)
	if !whole || len(body) < sha256.Size {
		return nil, nil
	}
	saved := body[:len(body)-sha256.Size]
	if sum := sha256.Sum256(data[:len(data)-sha256.Size]); !bytes.Equal(sum[:], body[len(saved):]) {
		return nil, nil
	}
	return saved, nil
}

func unreadable(path string, err error) error {
	return &overt.Error{Code: overt.Unavailable, Op: "read what was resolved", Where: path, Err: err}
}

// Before gives what was kept of other classes than those of a head, to be used again
// (match.Matcher.Reuse): of the files whose labels a scope shows, that which has the
// most classes of the head, then the fewest others. It is nil where there is none, or
// that is damaged. Errors: unavailable.
func (k *Kept) Before(h *Head, scope policy.Scope) ([]byte, error) {
	list, err := os.ReadDir(k.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unreadable(k.dir, err)
	}
	var path string
	var head []byte
	shared, others := 0, 0
	for _, e := range list { // by name
		if !strings.HasSuffix(e.Name(), workSuffix) {
			continue
		}
		at := filepath.Join(k.dir, e.Name())
		raw, of, err := readWorkHead(at)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(of.Labels, func(l policy.Label) bool { return !scope.Sees(l) }) {
			continue
		}
		n := 0
		for _, c := range of.Classes {
			if _, ok := slices.BinarySearch(h.Classes, c); ok {
				n++
			}
		}
		if more := len(of.Classes) - n; n > shared || n == shared && n > 0 && more < others {
			path, head, shared, others = at, raw, n, more
		}
	}
	if path == "" {
		return nil, nil
	}
	return readWork(path, head)
}

// readWorkHead gives the head of a file, as it stands there and as it is read; none of
// what is no such file.
func readWorkHead(path string) (raw []byte, h Head, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, h, unreadable(path, err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	for range 2 { // the magic and the JSON, a line each
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil, h, nil
		}
		if err != nil {
			return nil, h, unreadable(path, err)
		}
		if raw = append(raw, line...); len(raw) == len(line) && string(raw) != workMagic {
			return nil, h, nil
		}
	}
	if json.Unmarshal(raw[len(workMagic):], &h) != nil {
		return nil, Head{}, nil
	}
	return raw, h, nil
}
