package legacy

import (
	"io"

	"overt/internal/cfb"
)

func (r *reading) access() error { return unknown("access") }

func (r *reading) slides(root *cfb.Entry, s *io.SectionReader) error { return unknown("ppt") }
