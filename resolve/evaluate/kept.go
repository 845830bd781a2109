package evaluate

import (
	_ "embed"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"overt"
)

// A Published is how well we do on a public set, as docs/resolution.md has it.
type Published struct {
	Set     string
	Records int `json:",omitempty"`
	Truth   int `json:",omitempty"` // pairs of one entity
	Pairs   int `json:",omitempty"` // labelled pairs, where the set is of those
	Rates
}

//go:embed published.json
var published []byte

// OnPublicSets are our figures on public sets: what is shown where a home has no
// labels of its own.
func OnPublicSets() []Published {
	var out []Published
	if err := json.Unmarshal(published, &out); err != nil {
		panic(err) // it is part of the program, and a test reads it
	}
	return out
}

// A Kept is the result of one run of overt evaluate --json that somebody kept.
type Kept struct {
	File string
	Sets []*Report
	Why  string // why it could not be read; "" when it was
}

// Bounds of what is kept.
const (
	maxKept     = 50
	maxKeptSize = 8 << 20
)

// ReadKept reads the *.json files of a folder, by name; none where there is no such
// folder. What errors there were, with the values of the records, is left out.
// Errors: unavailable.
func ReadKept(dir string) ([]Kept, error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read evaluations", Where: dir, Err: err}
	}
	var out []Kept
	for _, e := range list {
		if !strings.HasSuffix(e.Name(), ".json") || !e.Type().IsRegular() || len(out) == maxKept {
			continue
		}
		out = append(out, readKept(dir, e))
	}
	return out, nil
}

func readKept(dir string, e fs.DirEntry) Kept {
	k := Kept{File: e.Name()}
	if info, err := e.Info(); err != nil || info.Size() > maxKeptSize {
		k.Why = "it is larger than 8 MB, or gone"
		return k
	}
	raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
	if err != nil {
		k.Why = "it cannot be read"
		return k
	}
	var f struct{ Sets []*Report }
	if err := json.Unmarshal(raw, &f); err != nil || len(f.Sets) == 0 {
		k.Why = "it is not what overt evaluate --json writes"
		return k
	}
	for _, r := range f.Sets {
		if r != nil {
			r.Errors, r.Model = nil, nil
			k.Sets = append(k.Sets, r)
		}
	}
	return k
}
