package mapping

import (
	"embed"
	"slices"
	"strings"
	"sync"
)

//go:embed packs/*.yaml
var packFiles embed.FS

// Packs gives the embedded mappings of public sources, sorted by name. They are
// parsed once and shared.
func Packs() ([]*Mapping, error) { return parsedPacks() }

var parsedPacks = sync.OnceValues(func() ([]*Mapping, error) {
	files, err := packFiles.ReadDir("packs")
	if err != nil {
		return nil, err
	}
	var out []*Mapping
	for _, f := range files {
		text, err := readPack(f.Name())
		if err != nil {
			return nil, err
		}
		m, err := Parse(f.Name(), text)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *Mapping) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
})

// Pack gives an embedded mapping by its name, nil when there is none.
func Pack(name string) *Mapping {
	packs, err := Packs()
	if err != nil {
		return nil
	}
	for _, m := range packs {
		if m.Name == name {
			return m
		}
	}
	return nil
}
