package office

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"unicode/utf16"

	"overt/extract/document"
	"overt/internal/cfb"
)

// An encrypted package of Office Open XML lies in a compound file ([MS-OFFCRYPTO]
// 2.3.4): how it was done in one stream, the package in another. It is decrypted
// where it is read, never as a whole.

// defaultPassword is what Excel locks workbooks with that have none ([MS-OFFCRYPTO]
// leaves it out; [MS-XLS] 2.4.191 has it for the older form).
const defaultPassword = "VelvetSweatshop"

// maxSpins bounds the rounds of a key ([MS-OFFCRYPTO] 2.3.4.10), each a hash.
const maxSpins = 10_000_000

// sealed reads a compound file that wraps an encrypted package.
func (r *reading) sealed() error {
	f, err := cfb.Open(r.in, r.in.Size)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	info, pack := f.Root.Find("EncryptionInfo"), f.Root.Find("EncryptedPackage")
	if info == nil || pack == nil || info.Storage || pack.Storage {
		return &document.Refusal{Code: document.Unknown, Reason: "the compound file is no office document of this family", Retry: "read it as a document of an older program"}
	}
	s, _, err := f.Stream(info)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	head, err := io.ReadAll(io.LimitReader(s, 1<<20))
	if err != nil {
		return err
	}
	body, _, err := f.Stream(pack)
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	var size [8]byte
	if _, err := body.ReadAt(size[:], 0); err != nil {
		return errDamaged
	}
	n := int64(binary.LittleEndian.Uint64(size[:]))
	if n < 0 || n > body.Size()-8 {
		n = max(0, (body.Size()-8)/16*16) // it ends too early, or the size is wrong
	}
	open, err := r.unlock(head)
	if err != nil {
		return err
	}
	r.note("encrypted", "the document is encrypted and was opened with a password")
	return r.packed(open(io.NewSectionReader(body, 8, body.Size()-8)), n)
}

// unlock finds the password that opens the package, and gives what decrypts it.
func (r *reading) unlock(info []byte) (func(io.ReaderAt) io.ReaderAt, error) {
	if len(info) < 8 {
		return nil, errDamaged
	}
	try := standardLock
	major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:])
	switch {
	case major == 4 && minor == 4:
		try = agileLock
	case minor != 2 || major < 2 || major > 4:
		return nil, &document.Refusal{Code: document.Unknown, Reason: fmt.Sprintf("the document is encrypted in a way that is not known (version %d.%d)", major, minor), Retry: "save it without a password"}
	}
	passwords := append([]string{"", defaultPassword}, r.in.Passwords...)
	for _, p := range passwords {
		open, err := try(r.ctx, info, utf16Bytes(p))
		if !errors.Is(err, errSealed) {
			return open, err
		}
	}
	return nil, errSealed
}

func utf16Bytes(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// agile is how a package is encrypted, in words ([MS-OFFCRYPTO] 2.3.4.10).
type agile struct {
	KeyData keyData `xml:"keyData"`
	Keys    []struct {
		Key struct {
			keyData
			Spins    string `xml:"spinCount,attr"`
			Verifier string `xml:"encryptedVerifierHashInput,attr"`
			Hash     string `xml:"encryptedVerifierHashValue,attr"`
			Value    string `xml:"encryptedKeyValue,attr"`
		} `xml:"http://schemas.microsoft.com/office/2006/keyEncryptor/password encryptedKey"`
	} `xml:"keyEncryptors>keyEncryptor"`
}

type keyData struct {
	Bits   string `xml:"keyBits,attr"`
	Cipher string `xml:"cipherAlgorithm,attr"`
	Chain  string `xml:"cipherChaining,attr"`
	Hash   string `xml:"hashAlgorithm,attr"`
	Salt   string `xml:"saltValue,attr"`
}

var errCipher = &document.Refusal{Code: document.Unknown, Reason: "the document is encrypted with a cipher that is not known", Retry: "save it without a password"}

// digest gives the hash of a name, nil for one that is not known.
func digest(name string) func() hash.Hash {
	switch name {
	case "SHA1", "SHA-1":
		return sha1.New
	case "SHA256", "SHA-256":
		return sha256.New
	case "SHA384", "SHA-384":
		return sha512.New384
	case "SHA512", "SHA-512":
		return sha512.New
	}
	return nil
}

// agileLock opens a package with a password. Errors: errSealed when it is the
// wrong one.
func agileLock(ctx context.Context, info, password []byte) (func(io.ReaderAt) io.ReaderAt, error) {
	var a agile
	if err := xml.Unmarshal(info[8:], &a); err != nil {
		return nil, fmt.Errorf("%w: how it is encrypted", errDamaged)
	}
	if len(a.Keys) == 0 {
		return nil, errSealed // with a certificate
	}
	k := a.Keys[0].Key
	sum, dataSum := digest(k.keyData.Hash), digest(a.KeyData.Hash)
	spins, err := strconv.Atoi(k.Spins)
	bits, err2 := strconv.Atoi(k.Bits)
	dataBits, err3 := strconv.Atoi(a.KeyData.Bits)
	switch {
	case errors.Join(err, err2, err3) != nil || spins < 0 || spins > maxSpins:
		return nil, fmt.Errorf("%w: how it is encrypted", errDamaged)
	case sum == nil || dataSum == nil || k.Cipher != "AES" || a.KeyData.Cipher != "AES" || k.Chain != "ChainingModeCBC" || a.KeyData.Chain != "ChainingModeCBC",
		bits != 128 && bits != 192 && bits != 256, dataBits != bits:
		return nil, errCipher
	}
	var raw [5][]byte
	for i, s := range []string{k.Salt, k.Verifier, k.keyData.Hash, k.Value, a.KeyData.Salt} {
		if i == 2 {
			s = a.Keys[0].Key.Hash
		}
		if raw[i], err = base64.StdEncoding.DecodeString(s); err != nil {
			return nil, fmt.Errorf("%w: how it is encrypted", errDamaged)
		}
	}
	base, err := spin(ctx, sum, append(raw[0], password...), spins)
	if err != nil {
		return nil, err
	}
	derive := func(block []byte, sealed []byte) []byte {
		h := sum()
		h.Write(base)
		h.Write(block)
		return cbc(fit(h.Sum(nil), bits/8), fit(raw[0], aes.BlockSize), sealed)
	}
	input := derive([]byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}, raw[1])
	value := derive([]byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}, raw[2])
	key := derive([]byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}, raw[3])
	if input == nil || value == nil || len(key) < bits/8 {
		return nil, fmt.Errorf("%w: how it is encrypted", errDamaged)
	}
	h := sum()
	h.Write(input[:min(len(input), max(len(raw[0]), aes.BlockSize))])
	if want := h.Sum(nil); len(value) < len(want) || !hmac.Equal(want, value[:len(want)]) {
		return nil, errSealed
	}
	block, err := aes.NewCipher(key[:bits/8])
	if err != nil {
		return nil, err
	}
	return func(src io.ReaderAt) io.ReaderAt {
		return &segments{src: src, block: block, sum: dataSum, salt: raw[4]}
	}, nil
}

// spin hashes again and again, each time with the number of the round.
func spin(ctx context.Context, sum func() hash.Hash, salted []byte, rounds int) ([]byte, error) {
	h := sum()
	h.Write(salted)
	out := h.Sum(nil)
	var number [4]byte
	for i := range rounds {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		binary.LittleEndian.PutUint32(number[:], uint32(i))
		h.Reset()
		h.Write(number[:])
		h.Write(out)
		out = h.Sum(out[:0])
	}
	return out, nil
}

// fit cuts a key to a length, or fills it with the byte that the standard says.
func fit(b []byte, n int) []byte {
	if len(b) >= n {
		return b[:n]
	}
	return append(b[:len(b):len(b)], bytes.Repeat([]byte{0x36}, n-len(b))...)
}

// cbc decrypts whole blocks; nil when there are none.
func cbc(key, iv, sealed []byte) []byte {
	block, err := aes.NewCipher(key)
	if n := len(sealed) % aes.BlockSize; err != nil || len(sealed) == 0 || n != 0 {
		return nil
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, sealed)
	return out
}

// segmentSize is how much of a package has one initialisation vector, in bytes.
const segmentSize = 4096

// segments decrypts a package at any place.
type segments struct {
	src   io.ReaderAt
	block cipher.Block
	sum   func() hash.Hash // nil where blocks stand alone
	salt  []byte
	held  int64 // 1 + the segment in plain, 0 for none
	plain []byte
}

// ReadAt is part of io.ReaderAt.
func (s *segments) ReadAt(p []byte, at int64) (n int, err error) {
	for n < len(p) {
		if err := s.hold((at + int64(n)) / segmentSize); err != nil {
			return n, err
		}
		from := int((at + int64(n)) % segmentSize)
		if from >= len(s.plain) {
			return n, io.EOF
		}
		n += copy(p[n:], s.plain[from:])
	}
	return n, nil
}

// hold decrypts one segment.
func (s *segments) hold(number int64) error {
	if s.held == number+1 {
		return nil
	}
	b := make([]byte, segmentSize)
	n, err := s.src.ReadAt(b, number*segmentSize)
	if err != nil && err != io.EOF {
		return err
	}
	b = b[:n/aes.BlockSize*aes.BlockSize]
	if s.sum == nil {
		for i := 0; i < len(b); i += aes.BlockSize {
			s.block.Decrypt(b[i:], b[i:])
		}
	} else if len(b) > 0 {
		h := s.sum()
		h.Write(s.salt)
		h.Write(binary.LittleEndian.AppendUint32(nil, uint32(number)))
		cipher.NewCBCDecrypter(s.block, fit(h.Sum(nil), aes.BlockSize)).CryptBlocks(b, b)
	}
	s.held, s.plain = number+1, b
	return nil
}

// standardLock opens a package of the older form ([MS-OFFCRYPTO] 2.3.4.5 to 9):
// AES, each block alone, with a key of 50,000 rounds of SHA-1.
func standardLock(ctx context.Context, info, password []byte) (func(io.ReaderAt) io.ReaderAt, error) {
	const aes128, aes192, aes256 = 0x660E, 0x660F, 0x6610
	le := binary.LittleEndian
	if len(info) < 12 {
		return nil, errDamaged
	}
	n := int64(le.Uint32(info[8:]))
	if n < 32 || 12+n+4+16+16+4+32 > int64(len(info)) {
		return nil, fmt.Errorf("%w: how it is encrypted", errDamaged)
	}
	header, verifier := info[12:12+n], info[12+n:]
	bits := le.Uint32(header[16:])
	switch algorithm := le.Uint32(header[8:]); {
	case algorithm != aes128 && algorithm != aes192 && algorithm != aes256, bits != 128 && bits != 192 && bits != 256:
		return nil, errCipher
	}
	base, err := spin(ctx, sha1.New, append(bytes.Clone(verifier[4:20]), password...), 50_000)
	if err != nil {
		return nil, err
	}
	final := sha1.Sum(append(base, 0, 0, 0, 0))
	var key []byte
	for _, fill := range []byte{0x36, 0x5C} {
		pad := bytes.Repeat([]byte{fill}, 64)
		for i, b := range final {
			pad[i] ^= b
		}
		h := sha1.Sum(pad)
		key = append(key, h[:]...)
	}
	block, err := aes.NewCipher(key[:bits/8])
	if err != nil {
		return nil, err
	}
	open := func(src io.ReaderAt) io.ReaderAt { return &segments{src: src, block: block} }
	plain := make([]byte, 48)
	copy(plain, verifier[20:36])
	copy(plain[16:], verifier[40:72])
	for i := 0; i < len(plain); i += aes.BlockSize {
		block.Decrypt(plain[i:], plain[i:])
	}
	if want := sha1.Sum(plain[:16]); !hmac.Equal(want[:], plain[16:36]) {
		return nil, errSealed
	}
	return open, nil
}
