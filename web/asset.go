package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"

	"overt"
	"overt/ui"
)

// An asset is a file of the bundle, packed where that makes it smaller.
type asset struct {
	ui.Asset
	packed []byte
}

// assets packs what pages load, once.
func assets() map[string]asset {
	out := map[string]asset{}
	for name, a := range ui.Assets() {
		e := asset{Asset: a}
		if !strings.HasPrefix(a.Type, "font/") {
			e.packed = packed(a.Data, gzip.BestCompression)
		}
		out[name] = e
	}
	return out
}

// packed is data as gzip has it, at a level of its own.
func packed(data []byte, level int) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, level) // a level there is
	_, _ = z.Write(data)                   // into memory
	_ = z.Close()
	return b.Bytes()
}

// packs says whether who asks takes gzip.
func (v *visit) packs() bool { return strings.Contains(v.Header.Get("Accept-Encoding"), "gzip") }

// asset serves a file of the bundle; what a name holds never changes.
func (s *Service) asset(v *visit) (response, error) {
	a, ok := s.assets[v.PathValue("name")]
	if !ok {
		return response{}, overt.Errorf(overt.NotFound, "", "there is no such file")
	}
	h, data := v.w.Header(), a.Data
	h.Set("Content-Type", a.Type)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if a.packed != nil && v.packs() {
		data = a.packed
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Length", strconv.Itoa(len(data)))
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(data) // who asked has gone
	return response{done: true}, nil
}
