package open

import (
	"bytes"
	"context"
	"io"

	"overt/extract"
	"overt/extract/charset"
	"overt/extract/outline"
)

// outlining outlines a source, read as r says.
func outlining(src extract.Source, r extract.Reader) func(context.Context, extract.Sought) (extract.Outline, error) {
	return func(ctx context.Context, sought extract.Sought) (extract.Outline, error) {
		head, err := beginning(src)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return extract.Outline{}, err
		}
		return outline.Of(r.Info().Format, head, sought)
	}
}

// beginning gives the beginning of a source as UTF-8.
func beginning(src extract.Source) ([]byte, error) {
	rc, err := src.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rc.Close() }()
	raw, err := io.ReadAll(io.LimitReader(rc, extract.HeadSize))
	if len(raw) == 0 {
		return nil, err
	}
	text, err := charset.Reader(bytes.NewReader(raw), charset.Detect(raw).Name, nil)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(text)
}
