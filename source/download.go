package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"overt"
)

// syncEvery is after how many bytes a download is made durable.
const syncEvery = 8 << 20

// A target is one file to be fetched.
type target struct {
	item, seq             int
	role, name            string
	method, address, body string
	expect                string
	most                  int64  // bytes
	sum                   string // hexadecimal, "" when nobody said
	size                  int64  // -1 when nobody said
	before                *Fetched
	beforeDir             string
}

// get fetches a file, going on with what an earlier attempt left, and enters
// it in the state. A file that is there is not fetched again.
func (r *run) get(ctx context.Context, t target) (*Fetched, error) {
	if f := r.st.find(t.item, t.seq); f != nil {
		return f, nil
	}
	var got *Fetched
	err := r.persist(ctx, func(ctx context.Context) (bool, error) {
		had := r.have(t)
		var err error
		got, err = r.once(ctx, t)
		return r.have(t) > had, err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	return got, nil
}

// have is how many bytes of a target are durable.
func (r *run) have(t target) int64 {
	if o := r.st.Open; o != nil && o.Item == t.item && o.Seq == t.seq && o.Address == t.address {
		return o.Synced
	}
	return 0
}

func (r *run) partOf(t target) string { return filepath.Join(r.dir, t.name+partEnd) }

// once makes one request for a target.
func (r *run) once(ctx context.Context, t target) (*Fetched, error) {
	x := exchange{method: t.method, address: t.address, body: t.body, header: map[string]string{}}
	from := r.have(t)
	switch {
	case from > 0:
		x.header["Range"] = fmt.Sprintf("bytes=%d-", from)
		x.header["If-Range"] = r.st.Open.validator()
	case t.before != nil:
		if v := t.before.Headers["etag"]; v != "" {
			x.header["If-None-Match"] = v
		}
		if v := t.before.Headers["last-modified"]; v != "" {
			x.header["If-Modified-Since"] = v
		}
	}
	a, err := r.do(ctx, x)
	if err != nil {
		return nil, err
	}
	defer a.close()
	switch {
	case a.StatusCode == http.StatusNotModified && from == 0 && t.before != nil:
		return r.same(t, a)
	case a.StatusCode == http.StatusOK:
		if from > 0 {
			r.warn("%s: the file changed while it was being fetched, or the server cannot go on in the middle; it was begun anew", t.name)
		}
		return r.body(t, a, 0)
	case a.StatusCode == http.StatusPartialContent && from > 0:
		if err := r.continues(a, from); err != nil {
			return nil, errors.Join(err, r.forget(t))
		}
		return r.body(t, a, from)
	case a.StatusCode == http.StatusRequestedRangeNotSatisfiable && from > 0:
		return nil, errors.Join(errAgain, r.forget(t))
	}
	return nil, &refusal{a.StatusCode, retryAfter(a.Header, r.f.Clock())}
}

func (o *open) validator() string {
	if o.ETag != "" {
		return o.ETag
	}
	return o.Modified
}

// forget drops what was fetched of the open file.
func (r *run) forget(t target) error {
	_ = os.Remove(r.partOf(t)) // what stays is written over
	r.st.Open = nil
	return r.save()
}

// continues checks that a part of a file begins where ours ends, in the same
// file.
func (r *run) continues(a *answer, from int64) error {
	o := r.st.Open
	span, ok := strings.CutPrefix(a.Header.Get("Content-Range"), "bytes ")
	ends, total, ok2 := strings.Cut(span, "/")
	first, last, ok3 := strings.Cut(ends, "-")
	start, err1 := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	size, err3 := strconv.ParseInt(total, 10, 64)
	switch {
	case !ok || !ok2 || !ok3 || err1 != nil || err2 != nil || start != from || end < start:
		return errAgain
	case total != "*" && (err3 != nil || end >= size || o.Total >= 0 && size != o.Total):
		return errAgain
	case o.ETag != "" && a.Header.Get("ETag") != "" && a.Header.Get("ETag") != o.ETag:
		return errAgain
	case a.ContentLength >= 0 && a.ContentLength != end-start+1:
		return errAgain
	}
	if total != "*" {
		o.Total = size
	}
	o.Resumed++
	return nil
}

// body takes an answer's bytes in, from a place on.
func (r *run) body(t target, a *answer, from int64) (*Fetched, error) {
	packed, err := encoding(a.Header)
	if err != nil {
		return nil, err
	}
	if from == 0 {
		r.st.Open = begin(t, a)
	}
	o := r.st.Open
	if o.Total > t.most {
		return nil, tooLarge(t.most)
	}
	if err := r.save(); err != nil {
		return nil, err
	}
	if err := r.write(t, a.Body, from); err != nil {
		if overt.CodeOf(err) == overt.Invalid {
			err = errors.Join(err, r.forget(t))
		}
		return nil, err
	}
	if err := r.finish(t, a, packed); err != nil {
		// What is wrong with the whole of it is not mended by going on.
		return nil, errors.Join(err, r.forget(t))
	}
	return r.enter(t, a, packed)
}

// begin notes what a server says of a file whose first byte is about to come.
func begin(t target, a *answer) *open {
	o := &open{Item: t.item, Seq: t.seq, Name: t.name, Address: t.address, Total: a.ContentLength}
	// Only a strong validator says that bytes are the same bytes (RFC 9110).
	if e := a.Header.Get("ETag"); strings.HasPrefix(e, `"`) && len(e) < 1000 {
		o.ETag = e
	}
	if m := a.Header.Get("Last-Modified"); m != "" {
		if at, err := http.ParseTime(m); err == nil {
			// A file changed in the very second it was sent may change again in it.
			if sent, err := http.ParseTime(a.Header.Get("Date")); err == nil && sent.Sub(at).Seconds() >= 1 {
				o.Modified = m
			}
		}
	}
	return o
}

func tooLarge(most int64) error {
	return overt.Errorf(overt.Invalid, "", "the file is larger than the %d bytes allowed", most)
}

// encoding says whether a server compressed what it was asked to leave as it is.
func encoding(h http.Header) (packed bool, err error) {
	switch e := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); e {
	case "", "identity":
		return false, nil
	case "gzip", "x-gzip":
		return true, nil
	default:
		return false, overt.Errorf(overt.Invalid, "", "the server sends in an encoding that was not asked for")
	}
}

// write copies a body to the part file, making it durable on the way.
func (r *run) write(t target, body io.Reader, from int64) (err error) {
	f, err := os.OpenFile(r.partOf(t), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unwritable(r.partOf(t), err)
	}
	o := r.st.Open
	n := from
	defer func() {
		// Whatever ended it, what came is kept for the next attempt, if the
		// server gave means to tell that it is still the same file.
		serr := f.Sync()
		if serr == nil && o.validator() != "" && t.method == http.MethodGet {
			o.Synced = n
		}
		err = errors.Join(err, wrapWrite(r.partOf(t), errors.Join(serr, f.Close())), r.save())
	}()
	if err := f.Truncate(from); err != nil {
		return unwritable(r.partOf(t), err)
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return unwritable(r.partOf(t), err)
	}
	buf := make([]byte, 128<<10)
	for last := n; ; {
		k, rerr := body.Read(buf)
		if n+int64(k) > t.most {
			return tooLarge(t.most)
		}
		if _, err := f.Write(buf[:k]); err != nil {
			return unwritable(r.partOf(t), err)
		}
		n += int64(k)
		r.say(t.name, n, o.Total, "")
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return rerr
		}
		if n-last >= syncEvery && o.validator() != "" && t.method == http.MethodGet {
			if err := f.Sync(); err != nil {
				return unwritable(r.partOf(t), err)
			}
			last, o.Synced = n, n
			if err := r.save(); err != nil {
				return err
			}
		}
	}
	if o.Total >= 0 && n != o.Total {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func wrapWrite(name string, err error) error {
	if err == nil {
		return nil
	}
	return unwritable(name, err)
}

// finish holds a whole file against what was expected of it.
func (r *run) finish(t target, a *answer, packed bool) error {
	if err := check(r.partOf(t), t.expect, packed, r.lim); err != nil {
		return err
	}
	if a.ContentLength < 0 && len(a.TransferEncoding) == 0 && t.expect == "csv" {
		r.warn("%s: the server did not say how long the file is, and its form does not tell whether it is whole", t.name)
	}
	return checkSum(r.partOf(t), t.sum, t.size)
}

// headersKept are those of an answer that say something of its origin.
var headersKept = []string{"Content-Type", "Content-Encoding", "Content-Length", "Last-Modified", "ETag", "Date"}

// enter renames a whole file and notes it; after this it is not fetched again.
func (r *run) enter(t target, a *answer, packed bool) (*Fetched, error) {
	name := t.name
	if packed {
		name += ".gz"
	}
	size, sum, err := hashFile(r.partOf(t))
	if err == nil {
		err = os.Rename(r.partOf(t), filepath.Join(r.dir, name))
	}
	if err != nil {
		return nil, unwritable(r.partOf(t), err)
	}
	f := Fetched{
		Name: name, Role: t.role, Method: t.method, Address: t.address, Body: t.body, Via: a.via, At: r.now(),
		Status: a.StatusCode, Bytes: size, SHA256: sum, Resumed: r.st.Open.Resumed, Item: t.item, Seq: t.seq, Headers: map[string]string{},
	}
	for _, k := range headersKept {
		if v := a.Header.Get(k); v != "" && len(v) < 1000 && utf8.ValidString(v) {
			f.Headers[strings.ToLower(k)] = v
		}
	}
	return r.keep(f)
}

// keep enters a file in the state. Pages are entered by their own step, with
// the cursor behind them.
func (r *run) keep(f Fetched) (*Fetched, error) {
	r.st.Files, r.st.Open = append(r.st.Files, f), nil
	if r.hold {
		return &r.st.Files[len(r.st.Files)-1], nil
	}
	return &r.st.Files[len(r.st.Files)-1], r.save()
}

// same takes the file of an earlier fetch, which the server says is unchanged.
func (r *run) same(t target, _ *answer) (*Fetched, error) {
	f := *t.before
	from, to := filepath.Join(t.beforeDir, f.Name), filepath.Join(r.dir, f.Name)
	_ = os.Remove(to)
	if err := os.Link(from, to); err != nil {
		if err := copyFile(from, to); err != nil {
			return nil, unwritable(to, err)
		}
	}
	f.Item, f.Seq, f.Checked = t.item, t.seq, r.now()
	return r.keep(f)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
