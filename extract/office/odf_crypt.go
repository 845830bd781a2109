package office

import (
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"overt/extract/document"
)

// A lock is how one file of an OpenDocument package is encrypted (ISO 26300 part
// 3, 3.4): deflated, then AES in the mode CBC. The older form, with Blowfish,
// and the newer, with Argon2, are said and not opened.
type lock struct {
	algorithm, start, derive string
	vector, salt             []byte
	rounds, bytes            int
	size                     int64
	key                      []byte
}

// maxRounds bounds those of PBKDF2; LibreOffice takes 100,000.
const maxRounds = 10_000_000

// unlockODF finds the password of a package that has one.
func (r *reading) unlockODF() error {
	const manifest = "META-INF/manifest.xml"
	if r.pack.find(manifest) == nil {
		return nil
	}
	locks := map[string]*lock{}
	if err := r.part(manifest, func() error {
		return r.scanPart(manifest, func(d *scan, _ xml.StartElement) error { return readLocks(d, locks) })
	}); err != nil {
		return err
	}
	l := locks["content.xml"]
	if l == nil {
		return nil
	}
	if !strings.Contains(l.algorithm, "aes") || !strings.Contains(strings.ToLower(l.derive), "pbkdf2") {
		return &document.Refusal{Code: document.Protected, Reason: "the document is protected with a password, in a way that is not opened here", Retry: "save it without a password"}
	}
	for _, p := range append([]string{""}, r.in.Passwords...) {
		if err := r.over(); err != nil {
			return err
		}
		if !r.opens(l, p) {
			continue
		}
		for name, l := range locks {
			if e := r.pack.find(name); e != nil && strings.Contains(l.algorithm, "aes") {
				l.derived(p)
				e.lock = l
			}
		}
		r.note("encrypted", "the document is encrypted and was opened with a password")
		return nil
	}
	return errSealed
}

// maxLocks bounds the files of a package that are encrypted: each has a key of
// its own, which takes time to derive.
const maxLocks = 2000

func readLocks(d *scan, locks map[string]*lock) error {
	return d.each(func(e xml.StartElement) error {
		if e.Name.Local != "file-entry" {
			return nil
		}
		name := attr(e, "full-path")
		size, err := strconv.ParseInt(attr(e, "size"), 10, 64)
		if err != nil {
			size = -1
		}
		return d.each(func(e xml.StartElement) error {
			if e.Name.Local != "encryption-data" {
				return nil
			}
			l := &lock{size: size, start: "sha1", bytes: 16}
			if len(locks) >= maxLocks {
				return errTooMuch
			}
			locks[name] = l
			return d.each(func(e xml.StartElement) (err error) {
				switch e.Name.Local {
				case "algorithm":
					l.algorithm = strings.ToLower(attr(e, "algorithm-name"))
					l.vector, err = base64.StdEncoding.DecodeString(attr(e, "initialisation-vector"))
				case "key-derivation":
					l.derive = attr(e, "key-derivation-name")
					l.rounds, _ = strconv.Atoi(attr(e, "iteration-count"))
					if n, err := strconv.Atoi(attr(e, "key-size")); err == nil {
						l.bytes = n
					}
					l.salt, err = base64.StdEncoding.DecodeString(attr(e, "salt"))
				case "start-key-generation":
					l.start = strings.ToLower(attr(e, "start-key-generation-name"))
				}
				if err != nil {
					err = errDamaged
				}
				return err
			}, nil)
		}, nil)
	}, nil)
}

// derived makes the key of a password.
func (l *lock) derived(password string) bool {
	if l.rounds < 1 || l.rounds > maxRounds || l.bytes != 16 && l.bytes != 24 && l.bytes != 32 || len(l.vector) != aes.BlockSize {
		return false
	}
	var start []byte
	if strings.HasSuffix(l.start, "sha256") {
		h := sha256.Sum256([]byte(password))
		start = h[:]
	} else {
		h := sha1.Sum([]byte(password))
		start = h[:]
	}
	key, err := pbkdf2.Key(sha1.New, string(start), l.salt, l.rounds, l.bytes)
	l.key = key
	return err == nil
}

// opens says whether a password is the right one: only then is what comes out
// XML.
func (r *reading) opens(l *lock, password string) bool {
	e := r.pack.find("content.xml")
	if e == nil || !l.derived(password) {
		return false
	}
	trial := *e
	trial.lock = l
	in, err := r.pack.open(&trial)
	if err != nil {
		return false
	}
	head := make([]byte, 5)
	_, err = io.ReadFull(in, head)
	return err == nil && (string(head) == "<?xml" || string(head) == "<offi")
}

// open gives the bytes behind the lock.
func (l *lock) open(sealed io.Reader) (io.Reader, error) {
	block, err := aes.NewCipher(l.key)
	if err != nil {
		return nil, errSealed
	}
	return flate.NewReader(&chained{in: sealed, mode: cipher.NewCBCDecrypter(block, l.vector)}), nil
}

// chained decrypts a stream block by block. What fills the last block is left
// for inflation to pass over.
type chained struct {
	in   io.Reader
	mode cipher.BlockMode
	buf  [4096]byte
	rest []byte
}

// Read reads on.
func (c *chained) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		n, err := io.ReadFull(c.in, c.buf[:])
		if n = n / aes.BlockSize * aes.BlockSize; n == 0 {
			if errors.Is(err, io.ErrUnexpectedEOF) || err == nil {
				err = io.EOF
			}
			return 0, err
		}
		c.rest = c.buf[:n]
		c.mode.CryptBlocks(c.rest, c.rest)
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
