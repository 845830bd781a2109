package legacy

import (
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"io"
	"math/bits"
	"unicode/utf16"
)

// A cover is what encryption lies over a stream; open takes it off bytes that
// stand at an offset of it.
type cover interface {
	open(b []byte, off int64)
}

// opened is a stream whose cover is taken off, but for its first bytes.
type opened struct {
	src   io.ReaderAt
	cover cover
	plain int64 // bytes at the beginning that are not encrypted
}

// ReadAt implements io.ReaderAt.
func (o *opened) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.src.ReadAt(p, off)
	skip := min(max(o.plain-off, 0), int64(n))
	o.cover.open(p[skip:n], off+skip)
	return n, err
}

// passwords are those to try, first the empty one and those that Excel and
// PowerPoint take where the user gave none.
func (r *reading) passwords() []string {
	return append([]string{"", "VelvetSweatshop", "/01Hannes Ruescher/01"}, r.in.Passwords...)
}

// rc4Cover is RC4 with a key for each block, [MS-OFFCRYPTO] 2.3.6 and 2.3.5.
type rc4Cover struct {
	key   func(block uint32) []byte
	size  int64 // bytes of a block
	state *rc4.Cipher
	at    int64 // where state stands
}

func (c *rc4Cover) open(b []byte, off int64) {
	for len(b) > 0 {
		n := min(int64(len(b)), c.size-off%c.size)
		if c.state == nil || c.at != off || off%c.size == 0 {
			c.state = block(c.key, uint32(off/c.size))
			skip(c.state, off%c.size)
		}
		c.state.XORKeyStream(b[:n], b[:n])
		b, off = b[n:], off+n
		c.at = off
	}
}

func block(key func(uint32) []byte, n uint32) *rc4.Cipher {
	state, err := rc4.NewCipher(key(n))
	if err != nil {
		panic(err) // keys have 5 to 16 bytes
	}
	return state
}

func skip(c *rc4.Cipher, n int64) {
	var b [512]byte
	for n > 0 {
		m := min(n, int64(len(b)))
		c.XORKeyStream(b[:m], b[:m])
		n -= m
	}
}

// rc4Key finds the key of what an encryption header describes. Errors:
// errSealed, when no password fits; errUnknown.
func (r *reading) rc4Key(head []byte) (func(block uint32) []byte, error) {
	major, minor := u16(head, 0), u16(head, 2)
	switch {
	case major == 1 && minor == 1 && len(head) >= 52:
		for _, p := range r.passwords() {
			key := plainKey(p, head[4:20])
			if verifies(key, head[20:36], head[36:52], func(b []byte) []byte { s := md5.Sum(b); return s[:] }) {
				return key, nil
			}
		}
		return nil, errSealed
	case minor == 2 && major >= 2 && major <= 4:
		return r.apiKey(head)
	}
	return nil, unknown("encryption of version %d.%d", major, minor)
}

// apiKey reads the header of CryptoAPI encryption, [MS-OFFCRYPTO] 2.3.5.1.
func (r *reading) apiKey(head []byte) (func(uint32) []byte, error) {
	size := u32(head, 8)
	if size < 32 || size > int64(len(head)-12-4-16-16-4-20) {
		return nil, bad("the header of its encryption is cut short")
	}
	if algorithm := u32(head, 12+8); algorithm != 0x6801 && algorithm != 0 {
		return nil, unknown("encryption with algorithm %#x", algorithm)
	}
	keyBits := u32(head, 12+16)
	if keyBits == 0 {
		keyBits = 40
	}
	if keyBits < 40 || keyBits > 128 || keyBits%8 != 0 {
		return nil, unknown("a key of %d bits", keyBits)
	}
	v := head[12+size:]
	if u32(v, 0) != 16 {
		return nil, unknown("a salt of %d bytes", u32(v, 0))
	}
	for _, p := range r.passwords() {
		key := cryptoKey(p, v[4:20], int(keyBits/8))
		if verifies(key, v[20:36], v[40:60], func(b []byte) []byte { s := sha1.Sum(b); return s[:] }) {
			return key, nil
		}
	}
	return nil, errSealed
}

func verifies(key func(uint32) []byte, verifier, hash []byte, sum func([]byte) []byte) bool {
	state := block(key, 0)
	v, h := make([]byte, len(verifier)), make([]byte, len(hash))
	state.XORKeyStream(v, verifier)
	state.XORKeyStream(h, hash)
	return subtle.ConstantTimeCompare(sum(v), h) == 1
}

func wideBytes(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func plainKey(password string, salt []byte) func(uint32) []byte {
	first := md5.Sum(wideBytes(password))
	var b []byte
	for range 16 {
		b = append(append(b, first[:5]...), salt...)
	}
	base := md5.Sum(b)
	return func(n uint32) []byte {
		key := md5.Sum(binary.LittleEndian.AppendUint32(append([]byte(nil), base[:5]...), n))
		return key[:]
	}
}

func cryptoKey(password string, salt []byte, size int) func(uint32) []byte {
	base := sha1.Sum(append(append([]byte(nil), salt...), wideBytes(password)...))
	return func(n uint32) []byte {
		key := sha1.Sum(binary.LittleEndian.AppendUint32(append([]byte(nil), base[:]...), n))
		if size == 5 { // 40 bits stand in 128
			return append(key[:5:5], make([]byte, 11)...)
		}
		return key[:size]
	}
}

// xorArray gives what the bytes of an obfuscated document are combined with,
// where a password fits the key and hash of its header, [MS-OFFCRYPTO] 2.3.7.
func (r *reading) xorArray(key, hash uint16, turn int) (array [16]byte, err error) {
	for _, p := range r.passwords() {
		b := r.narrow(p)
		if len(b) > 15 {
			b = b[:15]
		}
		if xorKey(b) != key || xorHash(b) != hash {
			continue
		}
		fill := "\xBB\xFF\xFF\xBA\xFF\xFF\xB9\x80\x00\xBE\x0F\x00\xBF\x0F\x00\x00"
		copy(array[:], append(append([]byte(nil), b...), fill...))
		for i := range array {
			array[i] = bits.RotateLeft8(array[i]^byte(key>>(8*(i&1))), turn)
		}
		return array, nil
	}
	return array, errSealed
}

// narrow gives a password in bytes of Western Europe.
func (r *reading) narrow(s string) []byte {
	var b []byte
	for _, c := range s {
		b = append(b, byte(c))
	}
	return b
}

func xorKey(b []byte) uint16 {
	if len(b) == 0 {
		return 0
	}
	key, base, end := uint16(0), uint16(0x8000), uint16(0xFFFF)
	turn := func(v uint16) uint16 {
		if v = bits.RotateLeft16(v, 1); v&1 != 0 {
			v ^= 0x1020
		}
		return v
	}
	for i := len(b) - 1; i >= 0; i-- {
		c := b[i] & 0x7F
		for range 8 {
			base = turn(base)
			if c&1 != 0 {
				key ^= base
			}
			c >>= 1
			end = turn(end)
		}
	}
	return key ^ end
}

func xorHash(b []byte) uint16 {
	hash := uint16(len(b))
	if len(b) > 0 {
		hash ^= 0xCE4B
	}
	for i, c := range b {
		n := (i + 1) % 15
		v := uint16(c)
		hash ^= (v<<n | v>>(15-n)) & 0x7FFF
	}
	return hash
}

// wordXor is the obfuscation of Word: zeros stay, and nothing becomes zero.
type wordXor [16]byte

func (x wordXor) open(b []byte, off int64) {
	for i, c := range b {
		if v := c ^ x[(off+int64(i))&15]; c != 0 && v != 0 {
			b[i] = v
		}
	}
}
