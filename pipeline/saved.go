package pipeline

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"overt"
	"overt/mapping"
)

// A SavedMapping is one that somebody made here, kept for the next file of its kind
// under the name of its dataset.
type SavedMapping struct {
	Name    string
	Text    string
	Mapping *mapping.Mapping // nil where the text is none
	Err     error            // why
}

// savedName is a name that is a file of its own on every system.
var savedName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}@ ._-]{0,99}$`)

const savedEnding = ".yaml"

// SavedMappings reads those of a folder, by name. Errors: unavailable.
func SavedMappings(dir string) ([]SavedMapping, error) {
	list, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read mappings", Err: pathCause(err)}
	}
	var out []SavedMapping
	for _, d := range list {
		name, ok := strings.CutSuffix(d.Name(), savedEnding)
		if !ok || !d.Type().IsRegular() || !savedName.MatchString(name) {
			continue
		}
		s := SavedMapping{Name: name}
		info, err := d.Info()
		switch {
		case err != nil:
			continue // it went meanwhile
		case info.Size() > maxMapping:
			s.Err = overt.Errorf(overt.Invalid, d.Name(), "it is larger than %d bytes", maxMapping)
		default:
			raw, err := os.ReadFile(filepath.Join(dir, d.Name()))
			if err != nil {
				return nil, &overt.Error{Code: overt.Unavailable, Op: "read mappings", Where: d.Name(), Err: pathCause(err)}
			}
			s.Text = string(raw)
			s.Mapping, s.Err = mapping.Parse(d.Name(), raw)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b SavedMapping) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// SaveMapping keeps a mapping under a name, in place of one before, and gives its path.
// Errors: invalid (the name, the text), unavailable.
func SaveMapping(dir, name, text string) (string, error) {
	if !savedName.MatchString(name) || strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
		return "", overt.Errorf(overt.Invalid, "name", "a mapping is kept under letters, digits, points and hyphens, a hundred at most")
	}
	if len(text) > maxMapping {
		return "", overt.Errorf(overt.Invalid, name, "it is larger than %d bytes", maxMapping)
	}
	if _, err := mapping.Parse(name+savedEnding, []byte(text)); err != nil {
		return "", err
	}
	path := filepath.Join(dir, name+savedEnding)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		if err = os.WriteFile(path+".part", []byte(text), 0o600); err == nil {
			err = os.Rename(path+".part", path)
		}
	}
	if err != nil {
		return "", &overt.Error{Code: overt.Unavailable, Op: "keep a mapping", Where: name, Err: pathCause(err)}
	}
	return path, nil
}
