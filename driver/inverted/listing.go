package inverted

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/internal/durable"
	"overt/search"
)

const (
	listName = "LIST"
	version  = 1
)

// A listing is one state of an index. It is immutable once it is listed.
type listing struct {
	Stamp search.Stamp
	Next  int // the last number given to a file
	parts []*part
	// numbered are the numbers of values, by field of keys, made when asked for.
	numbered map[byte]*numbering
}

// ready prepares a list for readers.
func (l *listing) ready() *listing {
	l.numbered = map[byte]*numbering{}
	for _, f := range facetKeys {
		l.numbered[f.field] = &numbering{}
	}
	return l
}

// The list as it is written: one line of JSON, and one with the checksum of it.
type listFile struct {
	Version int          `json:"version"`
	Stamp   search.Stamp `json:"stamp"`
	Next    int          `json:"next"`
	Parts   []listPart   `json:"segments"`
}

type listPart struct {
	File string `json:"file"`
	Dead string `json:"dead,omitempty"`
}

func (l *listing) hold() {
	for _, p := range l.parts {
		p.hold()
	}
}

func (l *listing) release() error {
	var errs []error
	for _, p := range l.parts {
		errs = append(errs, p.release())
	}
	return errors.Join(errs...)
}

// abandon removes what a batch made that is not listed.
func (l *listing) abandon(old *listing) error {
	var errs []error
	for _, p := range l.parts {
		if !slices.ContainsFunc(old.parts, func(q *part) bool { return q.segment == p.segment }) {
			p.dropped.Store(true)
			p.hold()
			errs = append(errs, p.release())
		}
	}
	return errors.Join(errs...)
}

// replace makes next the state of the index, durably.
func (x *Index) replace(old, next *listing) error {
	if x.dir != "" {
		if err := x.writeList(next); err != nil {
			return err
		}
	}
	for _, p := range old.parts {
		if !slices.ContainsFunc(next.parts, func(q *part) bool { return q.segment == p.segment }) {
			p.dropped.Store(true)
		}
		if p.file != "" && !slices.ContainsFunc(next.parts, func(q *part) bool { return q.file == p.file }) {
			os.Remove(filepath.Join(x.dir, p.file)) // read when opened, and swept then
		}
	}
	next.ready().hold()
	x.mu.Lock()
	x.list = next
	x.mu.Unlock()
	return old.release() // what the index itself held
}

func (x *Index) writeList(l *listing) error {
	if err := durable.SyncDir(x.dir); err != nil { // the segments' own names
		return err
	}
	file := listFile{Version: version, Stamp: l.Stamp, Next: l.Next}
	for _, p := range l.parts {
		file.Parts = append(file.Parts, listPart{p.name, p.file})
	}
	data, err := json.Marshal(file)
	if err != nil {
		return err
	}
	data = fmt.Appendf(data, "\n%08x\n", crc32.Checksum(data, castagnoli))
	err = syncFile(x.dir, listName, func(w io.Writer) error { _, err := w.Write(data); return err })
	if err != nil {
		return err
	}
	return durable.SyncDir(x.dir)
}

// readListing opens what the list names and removes other files of ours: a
// write that did not come to its end left them.
func readListing(dir string, dec *zstd.Decoder) (*listing, error) {
	path := filepath.Join(dir, listName)
	data, err := os.ReadFile(path)
	l := &listing{}
	if errors.Is(err, fs.ErrNotExist) {
		return l, sweep(dir, nil)
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "read the list of the search index: %w", err)
	}
	file, err := parseList(data)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, path, "%w; delete the index and it is built again", err)
	}
	l.Stamp, l.Next = file.Stamp, file.Next
	keep := map[string]bool{listName: true}
	for _, f := range file.Parts {
		keep[f.File], keep[f.Dead] = true, true
		p, err := openPart(dir, f, dec)
		if err != nil {
			l.hold()
			return nil, errors.Join(err, l.release())
		}
		l.parts = append(l.parts, p)
	}
	return l, sweep(dir, keep)
}

func parseList(data []byte) (f listFile, err error) {
	line, sum, _ := bytes.Cut(data, []byte("\n"))
	if string(sum) != fmt.Sprintf("%08x\n", crc32.Checksum(line, castagnoli)) {
		return f, errors.New("the list of the search index is damaged")
	}
	if err := json.Unmarshal(line, &f); err != nil {
		return f, fmt.Errorf("the list of the search index cannot be read: %w", err)
	}
	if f.Version != version {
		return f, fmt.Errorf("the search index is of version %d and not %d", f.Version, version)
	}
	for _, p := range f.Parts {
		if p.File != filepath.Base(p.File) || p.Dead != "" && p.Dead != filepath.Base(p.Dead) {
			return f, errors.New("the list of the search index names a file elsewhere")
		}
	}
	return f, nil
}

func openPart(dir string, f listPart, dec *zstd.Decoder) (*part, error) {
	s, err := openSegment(dir, f.File, dec)
	if err != nil || f.Dead == "" {
		if err != nil {
			return nil, err
		}
		return s.with(nil, ""), nil
	}
	path := filepath.Join(dir, f.Dead)
	data, err := os.ReadFile(path)
	n := len(newMask(s.meta.Items)) * 8
	if err == nil && (len(data) != n+4 || crc32.Checksum(data[:n], castagnoli) != binary.LittleEndian.Uint32(data[n:])) {
		err = errors.New("it is damaged")
	}
	if err != nil {
		return nil, errors.Join(overt.Errorf(overt.Invalid, path, "%w; delete the index and it is built again", err), s.unmap())
	}
	dead := newMask(s.meta.Items)
	for i := range dead {
		dead[i] = binary.LittleEndian.Uint64(data[i*8:])
	}
	return s.with(dead, f.Dead), nil
}

// writeDead writes which items of a part are gone.
func (x *Index) writeDead(next *listing, p *part) error {
	if x.dir == "" {
		return nil
	}
	var data []byte
	for _, w := range p.dead {
		data = binary.LittleEndian.AppendUint64(data, w)
	}
	data = binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, castagnoli))
	next.Next++
	p.file = fmt.Sprintf("%08d.dead", next.Next)
	return syncFile(x.dir, p.file, func(w io.Writer) error { _, err := w.Write(data); return err })
}

func sweep(dir string, keep map[string]bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		ours := strings.HasSuffix(name, ".seg") || strings.HasSuffix(name, ".dead") || strings.HasPrefix(name, "new-")
		if ours && !keep[name] {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return overt.Errorf(overt.Unavailable, filepath.Join(dir, name), "remove what a write left: %w", err)
			}
		}
	}
	return nil
}
