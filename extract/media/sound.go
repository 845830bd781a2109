package media

import "overt/extract/document"

// sound says that nobody listened.
func (m *reading) sound(string) error {
	return m.out.Gap(document.Gap{Where: "what is said and shown", Code: document.Unknown, Reason: "sound and film are not turned into text"})
}
