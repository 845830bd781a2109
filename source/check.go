package source

import (
	"bufio"
	"bytes"
	"crypto/sha1" // publishers name it; it guards against mistakes, not against them
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"overt"
	"overt/internal/archive"
)

// headSize is how much of an answer is looked at to see what it is, in bytes.
const headSize = 4096

// check says whether a fetched file is what was expected, and whole so far as
// its form tells: servers answer with a page of words and the status 200, and
// end an answer early. packed is whether the server compressed it on the way.
func check(name, expect string, packed bool, l Limits) error {
	f, err := os.Open(name)
	if err != nil {
		return unwritable(name, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return unwritable(name, err)
	}
	if info.Size() == 0 {
		return overt.Errorf(overt.Invalid, "", "the answer is empty; %s was expected", expect)
	}
	var r io.ReadCloser = f
	inner, gz := strings.CutSuffix(expect, ".gz")
	for _, zipped := range []bool{packed, gz} {
		if !zipped {
			continue
		}
		if r, err = unzip(r, l); err != nil {
			return err
		}
	}
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return broken(expect, err)
	}
	if err := recognise(head, inner); err != nil {
		return err
	}
	if inner == "zip" && !packed && !gz {
		_, err := archive.Members(&archive.Spool{ReaderAt: f, Size: info.Size()}, l.archive())
		return broken(expect, err)
	}
	return broken(expect, whole(in, inner))
}

func (l Limits) archive() archive.Limits {
	return archive.Limits{Total: l.Expanded, Ratio: l.Ratio, RatioFrom: min(256<<20, l.Expanded), Members: 100_000}
}

// unzip opens gzip, of which the beginning tells whether it is any.
func unzip(r io.ReadCloser, l Limits) (io.ReadCloser, error) {
	b := bufio.NewReader(r)
	head, _ := b.Peek(headSize)
	if !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return nil, instead(head, "gzip")
	}
	z, err := archive.Gunzip(struct {
		io.Reader
		io.Closer
	}{b, r}, l.archive())
	if err != nil {
		return nil, broken("gzip", err)
	}
	return z, nil
}

func broken(expect string, err error) error {
	if err == nil {
		return nil
	}
	return overt.Errorf(overt.Invalid, "", "the answer is no whole %s: %w", expect, err)
}

// instead says what came in place of what was expected.
func instead(head []byte, expect string) error {
	what := "something else"
	t := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	switch {
	case bytes.HasPrefix(t, []byte("<!doctype html")), bytes.HasPrefix(t, []byte("<html")), bytes.Contains(t[:min(len(t), 1024)], []byte("<html")):
		what = "a web page"
	case bytes.HasPrefix(t, []byte("<")):
		what = "XML"
	case bytes.HasPrefix(t, []byte("{")), bytes.HasPrefix(t, []byte("[")):
		what = "JSON"
	}
	return overt.Errorf(overt.Invalid, "", "the server answered with %s in place of %s; it was not kept", what, expect)
}

// recognise looks at the beginning of what was expected.
func recognise(head []byte, expect string) error {
	t := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	starts := func(s string) bool { return bytes.HasPrefix(t, []byte(s)) }
	ok := false
	switch expect {
	case "json":
		ok = starts("{") || starts("[")
	case "jsonl":
		ok = starts("{")
	case "xml":
		low := bytes.ToLower(t)
		ok = starts("<") && !bytes.HasPrefix(low, []byte("<!doctype html")) && !bytes.HasPrefix(low, []byte("<html"))
	case "zip":
		ok = starts("PK\x03\x04") || starts("PK\x05\x06")
	case "csv":
		ok = len(t) > 0 && !starts("<") && !starts("{") && !starts("[") && !starts("PK\x03\x04") && !starts("\x1f\x8b") && !starts("%PDF-")
	}
	if !ok {
		return instead(head, expect)
	}
	return nil
}

// whole reads to the end and says whether it is one. Of JSON it follows
// brackets and quotes, in memory that does not grow.
func whole(r io.Reader, expect string) error {
	if expect != "json" && expect != "jsonl" {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	var depth, values int64
	var text, escaped bool
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			switch {
			case text && escaped:
				escaped = false
			case text:
				text, escaped = c != '"', c == '\\'
			case c == '"':
				text = true
			case c == '{' || c == '[':
				if depth++; depth == 1 {
					values++
				}
			case c == '}' || c == ']':
				if depth--; depth < 0 {
					return errors.New("a bracket closes that was not opened")
				}
			}
		}
		switch {
		case errors.Is(err, io.EOF) && (depth > 0 || text):
			return errors.New("it ends too early")
		case errors.Is(err, io.EOF) && expect == "json" && values > 1:
			return errors.New("it is more than one value")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// checkSum compares a file with what an index says of it.
func checkSum(name, want string, size int64) error {
	if size < 0 && want == "" {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return unwritable(name, err)
	}
	if size >= 0 && info.Size() != size {
		return overt.Errorf(overt.Invalid, "", "the file has %d bytes, and the index says %d", info.Size(), size)
	}
	var h hash.Hash
	switch len(want) {
	case 0:
		return nil
	case sha1.Size * 2:
		h = sha1.New()
	case sha256.Size * 2:
		h = sha256.New()
	default:
		return overt.Errorf(overt.Invalid, "", "the index gives a checksum that is neither SHA-1 nor SHA-256")
	}
	f, err := os.Open(name)
	if err != nil {
		return unwritable(name, err)
	}
	defer func() { _ = f.Close() }()
	if _, err := io.Copy(h, f); err != nil {
		return unwritable(name, err)
	}
	if got := hex.EncodeToString(h.Sum(nil)); !strings.EqualFold(got, want) {
		return overt.Errorf(overt.Invalid, "", "the file's checksum is not the one in the index")
	}
	return nil
}

// decodeFile reads a small fetched answer as JSON.
func decodeFile(name string, packed bool, l Limits) (any, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unwritable(name, err)
	}
	defer func() { _ = f.Close() }()
	var r io.ReadCloser = f
	if packed {
		if r, err = unzip(f, l); err != nil {
			return nil, err
		}
	}
	raw, err := io.ReadAll(io.LimitReader(r, l.Answer+1))
	if err != nil {
		return nil, broken("json", err)
	}
	if int64(len(raw)) > l.Answer {
		return nil, overt.Errorf(overt.Invalid, "", "the answer has more than %d bytes", l.Answer)
	}
	return decode(raw)
}

func decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the answer is no JSON that can be read")
	}
	return v, nil
}

// at follows a JSON pointer (RFC 6901); nil when there is nothing there.
func at(v any, pointer string) any {
	if pointer == "" {
		return v
	}
	for _, key := range strings.Split(pointer[1:], "/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// textAt is a text or number at a place, "" when there is none.
func textAt(v any, pointer string) string {
	switch t := at(v, pointer).(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	}
	return ""
}

// countAt is a whole number at a place.
func countAt(v any, pointer string) (int64, error) {
	n, err := strconv.ParseInt(textAt(v, pointer), 10, 64)
	if err != nil || n < 0 || n > math.MaxInt32 {
		return 0, fmt.Errorf("there is no number of rows at %s", pointer)
	}
	return n, nil
}
