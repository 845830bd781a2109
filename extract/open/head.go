package open

import (
	"bytes"
	"io"

	"overt/extract"
	"overt/extract/charset"
)

// Head gives the beginning of a part as UTF-8 without its byte order mark, of
// at most n bytes before decoding; nil for a part that has no bytes of its
// own. A stream that breaks off gives what there is. Errors: what opening it
// gave, or reading when there is nothing.
func Head(p extract.Part, n int64) ([]byte, error) {
	if p.Bytes == nil {
		return nil, nil
	}
	r, err := p.Bytes()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	raw, err := io.ReadAll(io.LimitReader(r, n))
	if len(raw) == 0 {
		return nil, err
	}
	text, err := charset.Reader(bytes.NewReader(raw), charset.Detect(raw).Name, nil)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(text)
}
