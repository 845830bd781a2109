package extract

// A Contenter is a Record that can write what it holds and nothing of where it
// stands, so that a later extract of the same source can be compared with the
// one before, record by record.
type Contenter interface {
	// AppendContent appends bytes that are equal for two records of sources with
	// the same columns exactly when nothing but their places tells them apart.
	AppendContent(dst []byte) []byte
}
