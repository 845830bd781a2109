package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"time"
)

// A flow is an answer that is written while it is made. It begins with the first
// byte: an error before that is told like any other, one behind it breaks the
// connection, so that half an answer does not pass for a whole one. A trailer has
// the hash.
type flow struct {
	*call
	media, name string
	h           hash.Hash
	begun       bool
}

// flow makes an answer of a media type; name is that of the file it may be kept as.
func (c *call) flow(media, name string) *flow {
	return &flow{call: c, media: media, name: name, h: sha256.New()}
}

func (f *flow) begin() {
	if f.begun {
		return
	}
	f.begun = true
	h := f.w.Header()
	h.Set("Content-Type", f.media)
	h.Set("Trailer", "Repr-Digest")
	if f.name != "" {
		h.Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
	}
	f.w.WriteHeader(http.StatusOK)
}

func (f *flow) Write(p []byte) (int, error) {
	f.begin()
	f.h.Write(p)
	f.patient()
	return f.w.Write(p)
}

// patient gives what is written now its time, however long it was made.
func (c *call) patient() {
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Now().Add(patience)) // a server without deadlines has none to move
}

// body is that of a request which may take long, as long as something comes.
func (c *call) body() io.ReadCloser { return &slowBody{c.r.Body, http.NewResponseController(c.w)} }

type slowBody struct {
	io.ReadCloser
	ctl *http.ResponseController
}

func (b *slowBody) Read(p []byte) (int, error) {
	_ = b.ctl.SetReadDeadline(time.Now().Add(patience))
	return b.ReadCloser.Read(p)
}

// flush sends what was written so far.
func (f *flow) flush() error { return http.NewResponseController(f.w).Flush() }

// sum is the hash of what was written, for the log.
func (f *flow) sum() string { return hex.EncodeToString(f.h.Sum(nil)) }

// end ends the answer, whole or not.
func (f *flow) end(err error) error {
	switch {
	case err == nil:
		f.begin()
		f.patient()
		f.w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(f.h.Sum(nil))+":")
		return nil
	case !f.begun:
		return err
	}
	panic(http.ErrAbortHandler)
}
