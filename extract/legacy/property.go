package legacy

import (
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// maxSet bounds a stream of properties, in bytes.
const maxSet = 8 << 20

// summaries reads what the document says of itself: two streams of property
// sets, [MS-OLEPS].
func (r *reading) summaries(root *cfb.Entry) {
	for _, name := range []string{"\x05SummaryInformation", "\x05DocumentSummaryInformation"} {
		e := root.Find(name)
		if e == nil || e.Storage {
			continue
		}
		err := r.part("stream "+name[1:], func() error {
			b, err := r.small(e, maxSet)
			if err != nil {
				return err
			}
			return r.propertySets(b, name[1] == 'S')
		})
		if err != nil {
			return // kept by the tap
		}
	}
}

// small reads a stream that has to be small.
func (r *reading) small(e *cfb.Entry, most int64) ([]byte, error) {
	s, err := r.stream(e)
	if err != nil {
		return nil, err
	}
	return within(s, most)
}

// within reads all of a stream that has no more than most bytes.
func within(s *io.SectionReader, most int64) ([]byte, error) {
	if s.Size() > most {
		return nil, errTooMuch
	}
	b := make([]byte, s.Size())
	n, err := s.ReadAt(b, 0)
	if err == io.EOF && n == len(b) {
		err = nil
	}
	return b[:n], err
}

// The properties of the first set of each stream, [MS-OLEPS] 3.1.2 and 3.1.3.
var (
	summaryNames = map[int64]string{
		2: "title", 3: "keywords", 4: "author", 5: "keywords", 6: "summary", 7: "template", 8: "last-editor", 9: "revision",
		11: "printed", 12: "authoredAt", 13: "modifiedAt", 18: "generator",
	}
	documentNames = map[int64]string{2: "keywords", 14: "manager", 15: "company"}
)

func (r *reading) propertySets(b []byte, summary bool) error {
	sets := u32(b, 24)
	if u16(b, 0) != 0xFFFE || sets < 1 {
		return bad("a property set that is none")
	}
	for i := range int(min(sets, 2)) {
		at := u32(b, 28+20*i+16)
		if at < 48 || at > int64(len(b)) {
			return bad("a property set lies outside of its stream")
		}
		names := documentNames
		if summary {
			names = summaryNames
		}
		if i > 0 {
			names = nil // the user's own
		}
		r.propertySet(b[at:], names)
	}
	return nil
}

// propertySet says the properties of a set; nil names stand for a set with its
// own dictionary.
func (r *reading) propertySet(b []byte, names map[int64]string) {
	count := min(u32(b, 4), int64(len(b)/8), 10_000)
	code := 1252
	var dictionary []byte
	for i := range int(count) {
		id, at := u32(b, 8+8*i), u32(b, 12+8*i)
		if at >= int64(len(b)) {
			continue
		}
		switch id {
		case 1:
			code = u16(b, int(at)+4)
		case 0:
			dictionary = b[at:]
		}
	}
	custom := r.dictionary(dictionary, code)
	for i := range int(count) {
		id, at := u32(b, 8+8*i), u32(b, 12+8*i)
		if id < 2 || at >= int64(len(b)) {
			continue
		}
		value := page.OneLine(r.variant(b[at:], code))
		if value == "" {
			continue
		}
		if names == nil {
			if name := custom[id]; name != "" && !strings.HasPrefix(name, "_PID_") {
				r.note("custom-property", "%s: %s", name, value)
			}
			continue
		}
		r.about(names[id], value)
	}
}

func (r *reading) about(name, value string) {
	switch name {
	case "":
	case "last-editor":
		r.note(name, "it was last saved by %s", value)
	case "template", "revision", "printed", "manager", "company":
		r.note("about", "%s: %s", name, value)
	default:
		r.property(name, value)
	}
}

// dictionary reads the names of a user's properties.
func (r *reading) dictionary(b []byte, code int) map[int64]string {
	names := map[int64]string{}
	n := min(u32(b, 0), 10_000)
	at := 4
	for range n {
		if at+8 > len(b) {
			break
		}
		id, length := u32(b, at), u32(b, at+4)
		at += 8
		size := length
		if code == 1200 {
			size = (2*length + 3) &^ 3
		}
		if size > int64(len(b)-at) {
			break
		}
		names[id] = page.OneLine(r.decoder(code)(string(b[at : at+int(size)])))
		at += int(size)
	}
	return names
}

// variant gives a typed value as text; empty for types that say nothing here.
func (r *reading) variant(b []byte, code int) string {
	kind := u16(b, 0)
	if len(b) < 8 {
		return ""
	}
	switch v := b[4:]; kind {
	case 2:
		return strconv.Itoa(int(int16(u16(v, 0))))
	case 3:
		return strconv.Itoa(int(int32(u32(v, 0))))
	case 5:
		if len(v) >= 8 {
			return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(v)), 'f', -1, 64)
		}
	case 11:
		return strconv.FormatBool(u16(v, 0) != 0)
	case 30:
		return r.decoder(code)(string(upToZeroIn(v[4:], u32(v, 0), code == 1200)))
	case 31:
		n := u32(v, 0)
		if n > int64(len(v)-4)/2 {
			n = int64(len(v)-4) / 2
		}
		return wideZ(v[4 : 4+2*n])
	case 64:
		if len(v) >= 8 {
			return fileTime(binary.LittleEndian.Uint64(v))
		}
	}
	return ""
}

// upToZeroIn cuts n bytes of b at their zero; those of UTF-16 at the wide one.
func upToZeroIn(b []byte, n int64, wide bool) []byte {
	b = b[:min(n, int64(len(b)))]
	if !wide {
		return upToZero(b)
	}
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return b[:i]
		}
	}
	return b
}

// fileTime gives 100 nanoseconds since 1601 as RFC 3339; empty when there are
// none, or a duration stands there.
func fileTime(n uint64) string {
	const epoch = 11644473600
	secs := int64(n / 1e7)
	if secs < epoch/2 || secs > epoch*3 {
		return ""
	}
	return time.Unix(secs-epoch, 0).UTC().Format(time.RFC3339)
}

// gave gives a member's bytes; that they break off is a gap.
func (r *reading) gave(m document.Member, from io.Reader) error {
	w, err := r.out.Member(m)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, from)
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	if closed := w.Close(); closed != nil {
		return closed
	}
	if err != nil {
		return r.gap("member "+m.Path, err)
	}
	return nil
}
