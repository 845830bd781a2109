package media

import (
	"strconv"
	"strings"
	"time"

	"overt/extract/document"
)

// sound says what is written about sound and film, and that nobody listened.
func (m *reading) sound(kind string) error {
	read := map[string]func(*reading) error{
		"audio/mpeg": (*reading).id3, "audio/flac": (*reading).flac, "audio/ogg": (*reading).ogg, "video/ogg": (*reading).ogg,
		"audio/x-wav": (*reading).riff, "video/x-msvideo": (*reading).riff,
		"audio/mp4": (*reading).mp4, "video/mp4": (*reading).mp4, "video/quicktime": (*reading).mp4, "video/3gpp": (*reading).mp4,
		"video/x-matroska": (*reading).matroska, "video/webm": (*reading).matroska,
	}[kind]
	if read != nil {
		if err := read(m); err != nil {
			return err
		}
	}
	return m.out.Gap(document.Gap{Where: "what is said and shown", Code: document.Unknown, Reason: "sound and film are not turned into text"})
}

// tag says a value under a name that its format gives it.
func (m *reading) tag(names map[string]string, name, value string) error {
	switch name = names[name]; name {
	case "":
		return nil
	case "date", "authoredAt":
		if value = isoDate(clean(value)); value == "" {
			return nil
		}
	case "withheld":
		return m.withheld()
	}
	return m.property(name, value)
}

// isoDate gives a date as RFC 3339 or a prefix of it, empty when it is none.
func isoDate(s string) string {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05-0700", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			if strings.Contains(layout, "Z07") || strings.Contains(layout, "-0700") {
				return t.Format(time.RFC3339)
			}
			return strings.Replace(s, " ", "T", 1)
		}
	}
	return ""
}

// duration says how long it lasts, in milliseconds as FollowTheMoney has it.
func (m *reading) duration(seconds float64) error {
	if !(seconds > 0 && seconds < 1e7) {
		return nil
	}
	return m.out.Property("duration", strconv.FormatFloat(seconds*1000, 'f', 0, 64))
}

func (m *reading) rate(hertz int64) error {
	if hertz < 100 || hertz > 1e7 {
		return nil
	}
	return m.out.Property("samplingRate", strconv.FormatInt(hertz, 10))
}

// words gives text that is longer than a value, such as that of a song, as a
// page.
func (m *reading) words(s string) error {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r < 0xa0):
			return -1
		}
		return r
	}, strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n"))
	if s = strings.TrimSpace(s); s == "" || m.said {
		return nil
	}
	m.said = true
	return m.out.Page(document.Page{Number: 1, Label: "words", Text: s, Origin: document.Letters})
}
