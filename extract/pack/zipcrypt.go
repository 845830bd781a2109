package pack

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"strconv"
	"unicode/utf8"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func isUTF8(s string) bool { return utf8.ValidString(s) }

// zipDecrypt gives the bytes of a file decrypted; it says no when the password
// is certainly wrong.
func (p *packed) zipDecrypt(e *zipEntry, password string) (io.Reader, bool) {
	if e.aes != nil {
		return p.aesDecrypt(e, password)
	}
	if e.packed < 12 {
		return nil, false
	}
	k := newZipKeys(password)
	head, ok := p.at(e.data, 12)
	if !ok {
		return nil, false
	}
	k.decrypt(head)
	check := byte(e.crc >> 24)
	if e.flags&zipBehind != 0 {
		check = byte(e.time >> 8)
	}
	if head[11] != check && head[11] != byte(e.crc>>24) {
		return nil, false
	}
	return &zipCipher{p.section(e.data+12, e.packed-12), k}, true
}

// zipKeys is the traditional encryption of ZIP (APPNOTE.TXT 6.1).
type zipKeys [3]uint32

func newZipKeys(password string) *zipKeys {
	k := &zipKeys{0x12345678, 0x23456789, 0x34567890}
	for i := range len(password) {
		k.update(password[i])
	}
	return k
}

func (k *zipKeys) update(c byte) {
	step := func(crc uint32, c byte) uint32 { return crc32.IEEETable[byte(crc)^c] ^ crc>>8 }
	k[0] = step(k[0], c)
	k[1] = (k[1]+k[0]&0xff)*134775813 + 1
	k[2] = step(k[2], byte(k[1]>>24))
}

func (k *zipKeys) decrypt(b []byte) {
	for i, c := range b {
		t := k[2] | 2
		b[i] = c ^ byte(t*(t^1)>>8)
		k.update(b[i])
	}
}

type zipCipher struct {
	r io.Reader
	k *zipKeys
}

func (z *zipCipher) Read(b []byte) (int, error) {
	n, err := z.r.Read(b)
	z.k.decrypt(b[:n])
	return n, err
}

// aesExtra is how a file is encrypted with AES (WinZip, "AES Encryption
// Information", AE-1 and AE-2).
type aesExtra struct {
	version  uint16
	strength byte // 1 to 3: 128, 192, 256 bits
}

func (p *packed) aesDecrypt(e *zipEntry, password string) (io.Reader, bool) {
	if e.aes.strength < 1 || e.aes.strength > 3 {
		return nil, false
	}
	key := 8 + 8*int(e.aes.strength)
	salt := key / 2
	head, ok := p.at(e.data, salt+2)
	if !ok || e.packed < int64(salt+12) {
		return nil, false
	}
	derived, err := pbkdf2.Key(sha1.New, password, head[:salt], 1000, 2*key+2)
	if err != nil || derived[2*key] != head[salt] || derived[2*key+1] != head[salt+1] {
		return nil, false
	}
	block, err := aes.NewCipher(derived[:key])
	if err != nil {
		return nil, false
	}
	size := e.packed - int64(salt) - 12
	sum, ok := p.at(e.data+int64(salt)+2+size, 10)
	if !ok {
		return nil, false
	}
	return &aesReader{r: p.section(e.data+int64(salt)+2, size), block: block, mac: hmac.New(sha1.New, derived[key:2*key]), want: sum}, true
}

// aesReader decrypts with a counter that grows from its first byte on, unlike
// cipher.NewCTR, and checks the sum at the end.
type aesReader struct {
	r       io.Reader
	block   cipher.Block
	counter [aes.BlockSize]byte
	stream  [aes.BlockSize]byte
	used    int
	started bool
	mac     hash.Hash
	want    []byte
}

var errMAC = errors.New("the authentication code does not fit: the bytes were changed")

func (a *aesReader) Read(b []byte) (int, error) {
	n, err := a.r.Read(b)
	a.mac.Write(b[:n])
	for i := range n {
		if !a.started || a.used == aes.BlockSize {
			for j := range a.counter {
				if a.counter[j]++; a.counter[j] != 0 {
					break
				}
			}
			a.block.Encrypt(a.stream[:], a.counter[:])
			a.started, a.used = true, 0
		}
		b[i] ^= a.stream[a.used]
		a.used++
	}
	if err == io.EOF && !hmac.Equal(a.mac.Sum(nil)[:10], a.want) {
		err = errMAC
	}
	return n, err
}
