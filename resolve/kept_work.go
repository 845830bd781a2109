package resolve

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"overt"
	"overt/policy"
	"overt/statement"
)

// workMagic begins what a matcher found out; docs/format/resolved.md draws the rest.
const workMagic = "overt matched 1\n"

// workName is the file of what a matcher found out under a set of labels.
func (k *Kept) workName(h *Head) string {
	return strings.TrimSuffix(k.name(h.Labels), suffix) + ".om"
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
	path := k.workName(h)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read what was resolved", Where: path, Err: err}
	}
	head, err := workHead(h)
	body, whole := bytes.CutPrefix(data, head)
	if err != nil || !whole || len(body) < sha256.Size {
		return nil, err
	}
	saved := body[:len(body)-sha256.Size]
	if sum := sha256.Sum256(data[:len(data)-sha256.Size]); !bytes.Equal(sum[:], body[len(saved):]) {
		return nil, nil
	}
	return saved, nil
}
