package legacy

import (
	"io"

	"overt/internal/cfb"
)

func (r *reading) rtf(at int64) error                                { return unknown("rtf") }
func (r *reading) access() error                                     { return unknown("access") }
func (r *reading) slides(root *cfb.Entry, s *io.SectionReader) error { return unknown("ppt") }
