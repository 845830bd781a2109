package audit

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// A checkpoint is a signed statement that the log had size records with the
// Merkle root root, in the form of c2sp.org/tlog-checkpoint.
type checkpoint struct {
	size int64
	root [HashSize]byte
	note []byte // the signed note
}

// maxNote bounds a checkpoint: three lines and a signature, with room for the
// signatures of witnesses.
const maxNote = 16 << 10

func signCheckpoint(signer note.Signer, size int64, root [HashSize]byte) (checkpoint, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return checkpoint{}, fmt.Errorf("sign checkpoint: %w", err)
	}
	return checkpoint{size: size, root: root, note: signed}, nil
}

// openCheckpoint checks the signature of v and reads the text. Signatures of
// others are allowed and not looked at.
func openCheckpoint(msg []byte, v note.Verifier) (checkpoint, error) {
	if len(msg) > maxNote {
		return checkpoint{}, fmt.Errorf("checkpoint of %d bytes, at most %d allowed", len(msg), maxNote)
	}
	n, err := note.Open(msg, note.VerifierList(v))
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		return checkpoint{}, fmt.Errorf("checkpoint carries no signature of %s+%08x", v.Name(), v.KeyHash())
	}
	if err != nil {
		return checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	c, err := parseCheckpointText(n.Text, v.Name())
	c.note = msg
	return c, err
}

// openOwnCheckpoint is openCheckpoint for the files this package writes: one
// signature, and no byte other than we would have written it. Base64 has
// unused bits that a signature check alone does not see.
func openOwnCheckpoint(msg []byte, v note.Verifier) (checkpoint, error) {
	c, err := openCheckpoint(msg, v)
	if err != nil {
		return checkpoint{}, err
	}
	head, sig, _ := bytes.Cut(msg, []byte("\n\n"))
	name, b64, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(string(sig), "— "), "\n"), " ")
	raw, err := base64.StdEncoding.DecodeString(b64)
	if err != nil || len(raw) < 4 || binary.BigEndian.Uint32(raw) != v.KeyHash() {
		return checkpoint{}, errors.New("checkpoint is not as it was written: its signature line differs")
	}
	want := fmt.Sprintf("%s\n\n— %s %s\n", head, name, base64.StdEncoding.EncodeToString(raw))
	if string(msg) != want {
		return checkpoint{}, errors.New("checkpoint is not as it was written: its signature line differs")
	}
	return c, nil
}

// parseCheckpointText reads origin, size and root; the size in canonical
// decimal, no extension lines.
func parseCheckpointText(text, origin string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, errors.New("checkpoint has not exactly three lines")
	}
	if lines[0] != origin {
		return checkpoint{}, fmt.Errorf("checkpoint is of log %q, not of %q", clip(lines[0]), origin)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return checkpoint{}, errors.New("checkpoint has no proper size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != HashSize {
		return checkpoint{}, errors.New("checkpoint has no proper root")
	}
	return checkpoint{size: size, root: [HashSize]byte(root)}, nil
}

// historyLines is the number of lines of one entry of the history: three of
// text, an empty one, the signature, and an empty one to part it from the next.
const historyLines = 6

// A historyReader reads the entries of the file of all checkpoints.
type historyReader struct {
	r   *bufio.Reader
	off int64 // of the next entry
}

func newHistoryReader(r io.Reader) *historyReader {
	return &historyReader{r: bufio.NewReaderSize(r, maxNote)}
}

// next gives the next entry's note; io.EOF after the last, a *tornError where
// the bytes have not the shape of an entry. It checks no signature.
func (h *historyReader) next() ([]byte, error) {
	var entry []byte
	for i := range historyLines {
		line, err := h.r.ReadSlice('\n')
		switch {
		case err == io.EOF && i == 0 && len(line) == 0:
			return nil, io.EOF
		case err == io.EOF:
			return nil, &tornError{h.off, "entry ends in its middle"}
		case errors.Is(err, bufio.ErrBufferFull) || len(entry)+len(line) > maxNote:
			return nil, &tornError{h.off, "entry is too long"}
		case err != nil:
			return nil, err
		}
		if empty := i == 3 || i == 5; empty != (len(line) == 1) {
			return nil, &tornError{h.off, fmt.Sprintf("line %d of the entry is out of place", i+1)}
		}
		entry = append(entry, line...)
	}
	h.off += int64(len(entry))
	return entry[:len(entry)-1], nil
}
