package pipeline

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"overt"
	"overt/statement"
)

// The file of a journal is drawn in docs/format/journal.md: its head as one
// line of JSON, the lists deflated, the SHA-256 of both.
const (
	maxJournalFile = 1 << 30 // bytes
	maxJournalBody = 2 << 30 // bytes, inflated
)

var errJournal = errors.New("the journal is damaged")

// write makes the file: beside its place first, so that it is there whole or
// not at all.
func (j *journal) write(path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "journal-*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if err := errors.Join(j.writeTo(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func (j *journal) writeTo(f io.Writer) error {
	h := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(f, h), 1<<20)
	head, err := json.Marshal(j.head)
	if err != nil {
		return err
	}
	_, _ = out.Write(append(head, '\n'))
	z, err := flate.NewWriter(out, flate.BestSpeed)
	if err != nil {
		return err
	}
	var b []byte
	b = binary.AppendUvarint(b, uint64(len(j.lists)))
	for _, l := range j.lists {
		b = l.appendHead(b)
		before := int64(0)
		for i := range l.entries {
			e := &l.entries[i]
			b = e.append(b, before)
			before = e.n
			if len(b) > 64<<10 {
				if _, err := z.Write(b); err != nil {
					return err
				}
				b = b[:0]
			}
		}
	}
	if _, err := z.Write(b); err != nil {
		return err
	}
	if err := errors.Join(z.Close(), out.Flush()); err != nil {
		return err
	}
	_, err = f.Write(h.Sum(nil))
	return err
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (l *journalList) appendHead(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(l.key.source))
	b = binary.AppendUvarint(b, uint64(l.key.part))
	b = append(appendText(b, l.key.selector), l.way[:]...)
	b = binary.AppendUvarint(b, uint64(len(l.groups)))
	for _, g := range l.groups {
		b = binary.AppendUvarint(b, uint64(g.Source))
		b = appendText(appendText(b, g.Table), g.Array)
	}
	b = binary.AppendUvarint(b, uint64(len(l.odd)))
	for _, o := range l.odd {
		b = binary.AppendVarint(appendText(b, o.Table), o.Row)
		b = appendText(b, o.Pointer)
	}
	return binary.AppendUvarint(b, uint64(len(l.entries)))
}

const ( // flags of an entry
	entryGave = 1 << iota
	entryLeft
)

func (e *entry) append(b []byte, before int64) []byte {
	flags := byte(0)
	if e.gave {
		flags |= entryGave
	}
	if e.left {
		flags |= entryLeft
	}
	b = append(append(b, flags), e.sum[:]...)
	b = binary.AppendUvarint(b, uint64(e.group+1))
	b = binary.AppendVarint(b, e.n-before)
	return append(binary.AppendUvarint(b, uint64(len(e.seen))), e.seen...)
}

// readJournal reads the journal of a run. Errors: it is not there, damaged, of
// another run or another program.
func readJournal(path string, run *statement.Run) (*journal, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxJournalFile {
		return nil, errJournal
	}
	all, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	n := len(all) - sha256.Size
	if n < 0 || sha256.Sum256(all[:n]) != [sha256.Size]byte(all[n:]) {
		return nil, errJournal
	}
	line, body, ok := bytes.Cut(all[:n], []byte("\n"))
	j := &journal{}
	if !ok || json.Unmarshal(line, &j.head) != nil || !j.of(run) {
		return nil, errJournal
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(body)), maxJournalBody))
	if err != nil {
		return nil, fmt.Errorf("read a journal: %w", err)
	}
	return j, j.decode(text)
}

// of says whether the journal is that of a run, as this program reads it.
func (j *journal) of(run *statement.Run) bool {
	return j.head.Version == journalVersion && j.head.Program == program() && j.head.Run == run.ID && j.head.Token == run.Token &&
		j.head.Mapping == run.Mapping && slices.EqualFunc(j.head.Blobs, run.Sources, func(b overt.BlobID, s statement.Source) bool { return b == s.Blob })
}

// A journalReader takes the body of a journal apart.
type journalReader struct {
	b   []byte
	bad bool
}

func (r *journalReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *journalReader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func (r *journalReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *journalReader) text() string { return string(r.take(r.uvarint())) }

// count reads how many of something follow, each of at least size bytes.
func (r *journalReader) count(size int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/size) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (j *journal) decode(body []byte) error {
	r := journalReader{b: body}
	for range r.count(1) {
		l := r.list()
		j.lists = append(j.lists, l)
		if j.records += len(l.entries); r.bad || j.records > maxJournal {
			return errJournal
		}
	}
	if r.bad || len(r.b) > 0 {
		return errJournal
	}
	return nil
}

func (r *journalReader) list() *journalList {
	l := &journalList{key: listKey{source: int(r.uvarint()), part: int(r.uvarint()), selector: r.text()}}
	copy(l.way[:], r.take(sha256.Size))
	for range r.count(3) {
		l.groups = append(l.groups, statement.Spot{Source: int(r.uvarint()), Table: r.text(), Array: r.text()})
	}
	for range r.count(3) {
		l.odd = append(l.odd, overt.Locator{Table: r.text(), Row: r.varint(), Pointer: r.text()})
	}
	l.entries = make([]entry, r.count(1+len(sum{})+3))
	before := int64(0)
	for i := range l.entries {
		e := &l.entries[i]
		var flags [1]byte
		copy(flags[:], r.take(1))
		e.gave, e.left = flags[0]&entryGave != 0, flags[0]&entryLeft != 0
		copy(e.sum[:], r.take(uint64(len(e.sum))))
		e.group = int32(r.uvarint()) - 1
		e.n = before + r.varint()
		before = e.n
		e.seen = r.take(r.uvarint())
		if int(e.group) >= len(l.groups) || e.group < -1 || e.group < 0 && (e.n < 0 || e.n >= int64(len(l.odd))) {
			r.bad = true
		}
	}
	return l
}
