package open

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/database"
	"overt/extract/sheet"
	"overt/internal/archive"
)

func (o *opener) limits() archive.Limits {
	l := o.opts.Limits
	return archive.Limits{Total: l.Total, Ratio: l.Ratio, RatioFrom: l.RatioFrom, Members: l.Members}
}

// packed is what a compressed source holds.
func (o *opener) packed(src extract.Source, unpack func(io.ReadCloser, archive.Limits) (io.ReadCloser, error)) extract.Source {
	return extract.Source{Name: src.Name, Open: func() (io.ReadCloser, error) {
		rc, err := src.Open()
		if err != nil {
			return nil, err
		}
		return unpack(rc, o.limits())
	}}
}

// spool gives random access to a source: a file as it is, anything else copied.
func (o *opener) spool(src extract.Source) (*archive.Spool, error) {
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	if s, ok := spooled(rc); ok {
		return s, nil
	}
	s, err := archive.Keep(o.ctx, rc, keepInMemory, o.opts.Scratch)
	if err := errors.Join(err, rc.Close()); err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	return s, nil
}

// spooled gives what can be read at any place as it is: a file, or a section of
// something.
func spooled(rc io.ReadCloser) (*archive.Spool, bool) {
	switch f := rc.(type) {
	case *os.File:
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return &archive.Spool{ReaderAt: f, Size: info.Size()}, true
		}
	case section:
		return &archive.Spool{ReaderAt: f, Size: f.Size()}, true
	}
	return nil, false
}

// A section is a stream over bytes that can be read at any place, and need no
// closing.
type section struct{ *io.SectionReader }

// Close has nothing to close.
func (section) Close() error { return nil }

// Section gives a source of bytes that can be read at any place.
func Section(name string, r io.ReaderAt, size int64) extract.Source {
	return extract.Source{Name: name, Size: size, Open: func() (io.ReadCloser, error) {
		return section{io.NewSectionReader(r, 0, size)}, nil
	}}
}

// zipped opens a workbook, or each member of an archive.
func (o *opener) zipped(src extract.Source, member string, depth int, found extract.Format) ([]extract.Part, error) {
	s, err := o.spool(src)
	if err != nil {
		return nil, err
	}
	list, err := archive.Members(s, o.limits())
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	switch kind := office(list, found); kind {
	case extract.XLSX, extract.ODS:
		return o.sheets(src, member, s, kind)
	case extract.ZIP:
	default:
		return nil, refuse(src.Name, kind)
	}
	return o.members(src, member, depth, list)
}

// tarred opens each member of a tar archive.
func (o *opener) tarred(src extract.Source, member string, depth int) ([]extract.Part, error) {
	s, err := o.spool(src)
	if err != nil {
		return nil, err
	}
	list, err := archive.TarMembers(s, o.limits())
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "%w", err)
	}
	return o.members(src, member, depth, list)
}

// office says which office format an archive is by its members; the head of
// the archive alone does not always show it.
func office(list []archive.Member, found extract.Format) extract.Format {
	kind := extract.ZIP
	for _, m := range list {
		switch strings.ToLower(m.Name) {
		case "xl/workbook.xml":
			return extract.XLSX
		case "word/document.xml":
			return extract.DOCX
		case "ppt/presentation.xml":
			return extract.PPTX
		case "meta-inf/container.xml":
			return extract.EPUB
		case "[content_types].xml":
			kind = extract.Office
		case "mimetype":
			kind = openDocument(m, kind)
		}
	}
	if kind == extract.ZIP && found != extract.ZIP {
		return found
	}
	return kind
}

// openDocument reads the member that says which kind of OpenDocument or EPUB an
// archive is.
func openDocument(m archive.Member, kind extract.Format) extract.Format {
	rc, err := m.Open()
	if err != nil {
		return kind
	}
	text, err := io.ReadAll(io.LimitReader(rc, 200))
	if cerr := rc.Close(); err != nil || cerr != nil {
		return kind
	}
	if f := extract.SniffMimetype(string(text)); f != extract.ZIP {
		return f
	}
	return kind
}

func (o *opener) sheets(src extract.Source, member string, s *archive.Spool, kind extract.Format) ([]extract.Part, error) {
	if f := o.opts.Format; f != "" && f != string(kind) {
		return nil, overt.Errorf(overt.Invalid, src.Name, "the source is %s and cannot be read as %s", kind.Describe(), f)
	}
	list, err := sheet.Open(o.ctx, src.Name, s, sheet.Options{
		Format: kind,
		Header: o.opts.Header, HeaderRow: o.opts.HeaderRow, Prefix: member, Limits: o.opts.Limits, Scratch: o.opts.Scratch,
	})
	if err != nil {
		return nil, err
	}
	parts := make([]extract.Part, len(list))
	for i, r := range list {
		parts[i] = extract.Part{Name: member, Reader: r}
	}
	return parts, nil
}

// database opens each table of a SQLite file, which is unpacked once for all of
// them.
func (o *opener) database(src extract.Source, member string) ([]extract.Part, error) {
	if f := o.opts.Format; f != "" && f != string(extract.SQLite) {
		return nil, overt.Errorf(overt.Invalid, src.Name, "the source is %s and cannot be read as %s", extract.SQLite.Describe(), f)
	}
	s, err := o.spool(src)
	if err != nil {
		return nil, err
	}
	list, err := database.Open(o.ctx, src.Name, s, database.Options{Table: member, Limits: o.opts.Limits})
	if err != nil {
		return nil, err
	}
	parts := make([]extract.Part, len(list))
	for i, r := range list {
		parts[i] = extract.Part{Name: r.Info().Table, Reader: r}
	}
	return parts, nil
}

func (o *opener) members(src extract.Source, member string, depth int, list []archive.Member) ([]extract.Part, error) {
	if len(list) == 0 {
		return nil, overt.Errorf(overt.Invalid, src.Name, "the archive is empty")
	}
	beside := neighbours(src.Name, list)
	var parts []extract.Part
	var firstErr error
	readable := false
	seen := map[string]int{}
	for _, m := range list {
		if _, ok := beside.table(m.Name); ok {
			continue // it is read with its table
		}
		name := m.Name
		if seen[name]++; seen[name] > 1 {
			// Two members may have one name; a locator must tell them apart.
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		if member != "" {
			name = member + "!" + name
		}
		if !o.wanted(name) {
			continue
		}
		inner := extract.Source{Name: src.Name + "!" + m.Name, Open: m.Open, Size: m.Size(), Beside: beside.of(m.Name)}
		got, err := o.layer(inner, name, depth+1)
		switch {
		case err != nil && o.ctx.Err() != nil:
			return nil, o.ctx.Err()
		case err != nil:
			firstErr = cmp.Or(firstErr, err)
			got = []extract.Part{{Name: name, Reader: refused{name, err}}}
		default:
			readable = true
		}
		parts = append(parts, got...)
	}
	if !readable && firstErr != nil {
		return nil, firstErr
	}
	return parts, nil
}

// neighbourhood finds the members of an archive that belong together, by their
// names in lower case.
type neighbourhood struct {
	archive string
	members map[string]archive.Member
}

func neighbours(name string, list []archive.Member) neighbourhood {
	n := neighbourhood{name, make(map[string]archive.Member, len(list))}
	for _, m := range list {
		n.members[strings.ToLower(m.Name)] = m
	}
	return n
}

// of gives the function that finds what stands beside a member.
func (n neighbourhood) of(name string) func(string) (extract.Source, bool) {
	return func(ending string) (extract.Source, bool) {
		m, ok := n.members[stem(name)+ending]
		return extract.Source{Name: n.archive + "!" + m.Name, Open: m.Open, Size: m.Size()}, ok
	}
}

// table gives the dBase table that a member holds the long texts, the encoding
// or the order of.
func (n neighbourhood) table(name string) (archive.Member, bool) {
	switch path.Ext(strings.ToLower(name)) {
	case ".dbt", ".fpt", ".cpg", ".mdx", ".cdx", ".ndx", ".idx":
		m, ok := n.members[stem(name)+".dbf"]
		return m, ok
	}
	return archive.Member{}, false
}

func stem(name string) string {
	name = strings.ToLower(name)
	return strings.TrimSuffix(name, path.Ext(name))
}
