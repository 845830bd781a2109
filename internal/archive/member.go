package archive

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// A Member is one file of an archive.
type Member struct {
	Name string // cleaned, with slashes; never absolute, never above the archive
	size int64
	open func() (io.ReadCloser, error)
}

// Size is the size the archive states, in bytes; it may lie.
func (m *Member) Size() int64 { return m.size }

// Open gives the contents of the member under the limits of its archive.
func (m *Member) Open() (io.ReadCloser, error) { return m.open() }

// Part gives some bytes of a spool as a member.
func Part(name string, s *Spool, from, size int64) Member {
	return Member{Name: name, size: size, open: func() (io.ReadCloser, error) {
		return io.NopCloser(&exact{r: io.NewSectionReader(s, from, size), left: size}), nil
	}}
}

// exact says so when fewer bytes come than were stated.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if e.left -= int64(n); err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Members lists the files of a ZIP archive sorted by name, the archive's own
// order kept among equals. Folders and what file managers leave behind
// (__MACOSX, .DS_Store, Thumbs.db) are left out.
func Members(s *Spool, lim Limits) ([]Member, error) {
	z, err := zip.NewReader(s, s.Size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("open zip: %w", err)
	}
	if len(z.File) > lim.Members {
		return nil, fmt.Errorf("%w: %d members, at most %d are read", ErrBomb, len(z.File), lim.Members)
	}
	var out []Member
	for _, f := range z.File {
		name := clean(f.Name)
		if f.FileInfo().IsDir() || isLitter(name) {
			continue
		}
		out = append(out, Member{Name: name, size: int64(f.UncompressedSize64), open: func() (io.ReadCloser, error) {
			return openZipped(f, lim)
		}})
	}
	sortMembers(out)
	return out, nil
}

func openZipped(f *zip.File, lim Limits) (io.ReadCloser, error) {
	if f.Flags&1 != 0 {
		return nil, errors.New("the member is encrypted")
	}
	rc, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open member: %w", err)
	}
	packed := int64(f.CompressedSize64)
	return &meter{r: rc, in: func() int64 { return packed }, lim: lim, close: rc.Close}, nil
}

// TarMembers lists the files of a tar archive as Members does. Links and
// devices are members that cannot be opened; so is what follows where the
// archive breaks off.
func TarMembers(s *Spool, lim Limits) ([]Member, error) {
	r := io.NewSectionReader(s, 0, s.Size)
	t := tar.NewReader(r)
	var out []Member
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			err = fmt.Errorf("the archive breaks off after %d members: %w", n, err)
			if len(out) == 0 {
				return nil, err
			}
			out = append(out, unread("(the rest)", err))
			break
		}
		if n == lim.Members {
			return nil, fmt.Errorf("%w: more than %d members", ErrBomb, lim.Members)
		}
		name := clean(h.Name)
		if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader || isLitter(name) {
			continue
		}
		// A reader of tar stands at the first byte of the member it has come to.
		from, err := r.Seek(0, io.SeekCurrent)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read tar: %w", err)
		case sparse(h):
			out = append(out, unread(name, errors.New("the member is stored with holes (sparse); such members are not read")))
		case h.Typeflag != tar.TypeReg:
			out = append(out, unread(name, errors.New("the member is a link or device; such members are not followed")))
		default:
			out = append(out, Part(name, s, from, h.Size))
		}
	}
	sortMembers(out)
	return out, nil
}

func sparse(h *tar.Header) bool {
	for k := range h.PAXRecords {
		if strings.HasPrefix(k, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
}

func unread(name string, err error) Member {
	return Member{Name: name, open: func() (io.ReadCloser, error) { return nil, err }}
}

func sortMembers(list []Member) {
	slices.SortStableFunc(list, func(a, b Member) int { return cmp.Compare(a.Name, b.Name) })
}

func clean(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\\", "/"), "\ufffd")
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

func isLitter(name string) bool {
	base := path.Base(name)
	return name == "" || strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "._") ||
		base == ".DS_Store" || base == "Thumbs.db"
}
