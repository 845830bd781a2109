package pipeline

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"overt"
)

// walk lists the files of files and folders in a stable order. What cannot be
// looked at, and links, which are not followed, are files with an error.
func walk(paths []string, hidden bool) ([]*file, error) {
	var out []*file
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, &overt.Error{Code: overt.NotFound, Where: p, Message: "there is no such file or folder", Err: pathCause(err)}
		}
		switch {
		case info.Mode().IsRegular():
			out = append(out, &file{name: filepath.Base(p), path: p, size: info.Size()})
			continue
		case !info.IsDir():
			return nil, overt.Errorf(overt.Invalid, p, "it is neither a file nor a folder, but a %s", kindOf(info.Mode()))
		}
		err = filepath.WalkDir(p, func(path string, d os.DirEntry, err error) error {
			rel, _ := filepath.Rel(p, path)
			f := &file{name: filepath.ToSlash(rel)}
			switch {
			case err != nil: // one folder that cannot be read is told and the rest goes on
				f.path, f.err = path, pathCause(err)
				out = append(out, f)
				return filepath.SkipDir
			case strings.HasPrefix(d.Name(), ".") && path != p && !hidden:
				if d.IsDir() {
					return filepath.SkipDir
				}
				return nil
			case d.IsDir():
				return nil
			case d.Type().IsRegular():
				info, err := d.Info()
				if err != nil {
					return err
				}
				f.path, f.size = path, info.Size()
			case d.Type()&os.ModeSymlink != 0:
				f.err = errors.New("it is a link, and links in a folder are not followed")
			default:
				f.err = errors.New("it is a " + kindOf(d.Type()))
			}
			out = append(out, f)
			return nil
		})
		if err != nil {
			return nil, &overt.Error{Code: overt.Unavailable, Op: "walk folder", Where: p, Err: err}
		}
	}
	if len(out) == 0 {
		return nil, overt.Errorf(overt.Invalid, strings.Join(paths, " "), "there is no file there")
	}
	return out, nil
}
