package office

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/page"
)

// An archive is the ZIP file that a document is. It is read by code of our own
// because the standard library's keeps every entry that a directory lists,
// without bound, and gives up where the directory is missing: of a file that
// breaks off, the parts before the break are still worth reading.
type archive struct {
	r       io.ReaderAt
	size    int64
	entries []*entry          // in the directory's order
	byName  map[string]*entry // by lower-case name
	broken  bool              // the directory is missing; the parts were searched for
	more    bool              // there are more entries than are listed
	repeats int               // names that stand there twice

	lim document.Limits
	out int64 // bytes that came out so far
}

// An entry is one file of an archive.
type entry struct {
	name     string // with slashes
	method   uint16
	flags    uint16
	crc      uint32
	packed   int64 // -1 when it is found out by reading
	size     int64
	header   int64 // where its local header stands
	modified string
	// bare is a part of a package that is one file of XML: header and packed are
	// where it lies, encoded says that it does so in base64.
	bare, encoded bool
	lock          *lock // of an encrypted file of OpenDocument
}

const (
	localMagic = 0x04034b50
	entryMagic = 0x02014b50
	endMagic   = 0x06054b50
	end64Magic = 0x06064b50
	loc64Magic = 0x07064b50
)

// maxNames bounds the names of all entries, in bytes.
const maxNames = 32 << 20

var (
	errDamaged = errors.New("the bytes contradict themselves")
	errTooMuch = page.ErrTooMuch
	errSealed  = errors.New("it is protected with a password")
	errUnknown = errors.New("it is packed in an unknown way")
)

// openArchive lists the files of a ZIP archive.
func openArchive(r io.ReaderAt, size int64, lim document.Limits) (*archive, error) {
	a := &archive{r: r, size: size, lim: lim}
	if err := a.directory(); err != nil {
		if !errors.Is(err, errDamaged) {
			return nil, err
		}
		a.broken, a.entries, a.more = true, nil, false
		if err := a.search(); err != nil {
			return nil, err
		}
	}
	if len(a.entries) == 0 {
		return nil, errDamaged
	}
	a.byName = make(map[string]*entry, len(a.entries))
	for _, e := range a.entries {
		key := strings.ToLower(e.name)
		if a.byName[key] != nil {
			a.repeats++
			continue
		}
		a.byName[key] = e
	}
	return a, nil
}

// sealed says whether a file is encrypted: in the ways of ZIP, or of the programs
// of Apple, which number methods of their own.
func (e *entry) sealed() bool {
	return e.flags&1 != 0 || e.method == 99 || e.method == 0x636B || e.method == 0x636C
}

func (a *archive) find(name string) *entry { return a.byName[strings.ToLower(name)] }

// directory reads the central directory (APPNOTE 4.3.12 to 4.3.16).
func (a *archive) directory() error {
	from, err := a.directoryStart()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(a.r, from, a.size-from), 1<<16)
	head, names := make([]byte, 46), 0
	for {
		if _, err := io.ReadFull(in, head[:4]); err != nil {
			return ended(err)
		}
		if binary.LittleEndian.Uint32(head) != entryMagic {
			break
		}
		if len(a.entries) >= a.lim.Members {
			a.more = true
			break
		}
		if _, err := io.ReadFull(in, head[4:]); err != nil {
			return ended(err)
		}
		le := binary.LittleEndian
		rest := make([]byte, int(le.Uint16(head[28:]))+int(le.Uint16(head[30:]))+int(le.Uint16(head[32:])))
		if _, err := io.ReadFull(in, rest); err != nil {
			return ended(err)
		}
		name := rest[:le.Uint16(head[28:])]
		if names += len(name); names > maxNames {
			a.more = true
			break
		}
		extra := rest[len(name):][:le.Uint16(head[30:])]
		e := &entry{
			name: entryName(name), flags: le.Uint16(head[8:]), method: le.Uint16(head[10:]), crc: le.Uint32(head[16:]),
			modified: dosTime(le.Uint16(head[14:]), le.Uint16(head[12:])),
			packed:   int64(le.Uint32(head[20:])), size: int64(le.Uint32(head[24:])), header: int64(le.Uint32(head[42:])),
		}
		e.wide(extra)
		if e.header < 0 || e.header >= a.size || e.packed < 0 || e.packed > a.size {
			return errDamaged
		}
		a.entries = append(a.entries, e)
	}
	return nil
}

// wide takes sizes from the ZIP64 extra field where 32 bits do not hold them.
func (e *entry) wide(extra []byte) {
	const all = 0xFFFFFFFF
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 1 {
			continue
		}
		for _, v := range []*int64{&e.size, &e.packed, &e.header} {
			if *v == all && len(field) >= 8 {
				*v = int64(binary.LittleEndian.Uint64(field))
				field = field[8:]
			}
		}
	}
}

// directoryStart finds where the central directory begins.
func (a *archive) directoryStart() (int64, error) {
	const most = 22 + 1<<16
	n := min(a.size, most)
	tail := make([]byte, n)
	if _, err := a.r.ReadAt(tail, a.size-n); err != nil && err != io.EOF {
		return 0, err
	}
	for i := len(tail) - 22; i >= 0; i-- {
		if binary.LittleEndian.Uint32(tail[i:]) != endMagic {
			continue
		}
		size, from := int64(binary.LittleEndian.Uint32(tail[i+12:])), int64(binary.LittleEndian.Uint32(tail[i+16:]))
		end := a.size - n + int64(i)
		if from == 0xFFFFFFFF {
			if from = a.wideStart(tail[:i]); from < 0 {
				return 0, errDamaged
			}
		} else if from+size != end && a.isEntry(end-size) {
			from = end - size // bytes stand before the archive, or the offset is wrong
		}
		if from < 0 || from >= a.size || !a.isEntry(from) {
			return 0, errDamaged
		}
		return from, nil
	}
	return 0, errDamaged
}

func (a *archive) isEntry(at int64) bool {
	var b [4]byte
	if at < 0 {
		return false
	}
	_, err := a.r.ReadAt(b[:], at)
	return err == nil && binary.LittleEndian.Uint32(b[:]) == entryMagic
}

// wideStart follows the ZIP64 locator at the end of tail; -1 when there is none.
func (a *archive) wideStart(tail []byte) int64 {
	if len(tail) < 20 || binary.LittleEndian.Uint32(tail[len(tail)-20:]) != loc64Magic {
		return -1
	}
	at := int64(binary.LittleEndian.Uint64(tail[len(tail)-12:]))
	b := make([]byte, 56)
	if at < 0 || at > a.size {
		return -1
	}
	if _, err := a.r.ReadAt(b, at); err != nil || binary.LittleEndian.Uint32(b) != end64Magic {
		return -1
	}
	return int64(binary.LittleEndian.Uint64(b[48:]))
}

// search finds files by their local headers, one after the other, where there
// is no directory.
func (a *archive) search() error {
	for at, names := int64(0), 0; ; {
		e, next, err := a.localAt(at)
		if err != nil || e == nil {
			return err
		}
		if names += len(e.name); len(a.entries) >= a.lim.Members || names > maxNames {
			a.more = true
			return nil
		}
		a.entries = append(a.entries, e)
		at = next
	}
}

// localAt reads the file whose local header stands at an offset, and where the
// next stands; nil when none does.
func (a *archive) localAt(at int64) (*entry, int64, error) {
	head := make([]byte, 30)
	if _, err := a.r.ReadAt(head, at); err != nil || binary.LittleEndian.Uint32(head) != localMagic {
		return nil, 0, nil //nolint:nilerr // the end of what there is
	}
	le := binary.LittleEndian
	name := make([]byte, le.Uint16(head[26:]))
	if _, err := a.r.ReadAt(name, at+30); err != nil {
		return nil, 0, nil //nolint:nilerr // as above
	}
	e := &entry{
		name: entryName(name), flags: le.Uint16(head[6:]), method: le.Uint16(head[8:]), crc: le.Uint32(head[14:]),
		packed: int64(le.Uint32(head[18:])), size: int64(le.Uint32(head[22:])), header: at,
	}
	data := at + 30 + int64(len(name)) + int64(le.Uint16(head[28:]))
	if e.flags&8 == 0 && e.packed != 0xFFFFFFFF {
		return e, data + e.packed, nil
	}
	e.packed, e.size = -1, -1
	if e.method != 8 {
		return e, a.nextHeader(data), nil
	}
	// The end of the deflated bytes is found by reading them.
	c := &counting{r: bufio.NewReader(io.NewSectionReader(a.r, data, max(0, a.size-data)))}
	f := flate.NewReader(c)
	if _, err := io.Copy(io.Discard, &metered{a: a, r: f}); errors.Is(err, errTooMuch) {
		return nil, 0, err
	}
	return e, a.nextHeader(data + c.n), nil
}

// nextHeader finds the next local header within what a descriptor can take.
func (a *archive) nextHeader(from int64) int64 {
	b := make([]byte, 64)
	n, _ := a.r.ReadAt(b, max(0, from))
	for i := 0; i+4 <= n; i++ {
		if binary.LittleEndian.Uint32(b[i:]) == localMagic {
			return from + int64(i)
		}
	}
	return a.size
}

// counting counts the bytes that inflation takes.
type counting struct {
	r *bufio.Reader
	n int64
}

// ReadByte is what keeps inflation from reading ahead.
func (c *counting) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// Read reads on.
func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// open gives the bytes of a file. What comes out counts against the limits of
// the document.
func (a *archive) open(e *entry) (io.Reader, error) {
	switch {
	case a.full():
		return nil, errTooMuch
	case e.bare:
		return a.openBare(e), nil
	}
	head := make([]byte, 30)
	if _, err := a.r.ReadAt(head, e.header); err != nil || binary.LittleEndian.Uint32(head) != localMagic {
		return nil, errDamaged
	}
	if e.sealed() {
		return nil, errSealed
	}
	data := e.header + 30 + int64(binary.LittleEndian.Uint16(head[26:])) + int64(binary.LittleEndian.Uint16(head[28:]))
	if data > a.size {
		return nil, errDamaged
	}
	length := a.size - data
	if e.packed >= 0 {
		length = min(length, e.packed)
	}
	var r io.Reader = io.NewSectionReader(a.r, data, length)
	if e.lock != nil {
		plain, err := e.lock.open(r)
		return &metered{a: a, r: plain}, err
	}
	switch e.method {
	case 0:
	case 8:
		r = flate.NewReader(r)
	default:
		return nil, errUnknown
	}
	m := &metered{a: a, r: r}
	if e.size >= 0 {
		m.want, m.crc, m.sum = e.size, e.crc, crc32.NewIEEE()
	}
	return m, nil
}

// metered counts what comes out, and proves it at its end.
type metered struct {
	a    *archive
	r    io.Reader
	n    int64
	want int64
	crc  uint32
	sum  hash.Hash32 // nil where nothing is promised
}

// Read reads on. Errors: errTooMuch, errDamaged.
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.n += int64(n)
	if m.sum != nil {
		m.sum.Write(p[:n])
	}
	if err := m.a.spend(int64(n)); err != nil {
		return 0, err
	}
	switch {
	case err == io.EOF && m.sum != nil && (m.n != m.want || m.sum.Sum32() != m.crc):
		err = fmt.Errorf("%w: the checksum is wrong", errDamaged)
	case err != nil && err != io.EOF:
		err = fmt.Errorf("%w: %w", errDamaged, err)
	}
	return n, err
}

// spend counts bytes that came out.
func (a *archive) spend(n int64) error {
	a.out += n
	if a.full() {
		return errTooMuch
	}
	return nil
}

// full says whether as much came out as is read.
func (a *archive) full() bool {
	return a.out > a.lim.Unpacked || a.out > a.lim.RatioFrom && a.out/a.lim.Ratio > max(a.size, 1)
}

func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errDamaged
	}
	return err
}

func entryName(b []byte) string {
	s := strings.ToValidUTF8(string(b), "\ufffd")
	return strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "/")
}

// dosTime gives the day and time of an entry, without a zone; empty for the
// first day there is, which stands for none.
func dosTime(date, clock uint16) string {
	day, month, year := int(date&31), int(date>>5&15), 1980+int(date>>9)
	t := time.Date(year, time.Month(month), day, int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC)
	if month < 1 || t.Day() != day || t.Year() == 1980 {
		return ""
	}
	return t.Format("2006-01-02T15:04:05")
}
