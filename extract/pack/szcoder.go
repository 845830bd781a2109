package pack

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/stangelandcl/ppmd"
	"github.com/ulikunitz/xz/lzma"
)

// The coders of 7z (Methods.txt of 7-Zip).
const (
	szCopy, szDelta, szLZMA2  = 0x00, 0x03, 0x21
	szLZMA, szPPMd            = 0x030101, 0x030401
	szX86, szX86Old           = 0x04, 0x03030103
	szDeflate, szBzip2, szZst = 0x040108, 0x040202, 0x04f71101
	szAES                     = 0x06f10701
)

func (f *szPack) encrypted() bool {
	for _, c := range f.coders {
		if c.id == szAES {
			return true
		}
	}
	return false
}

// open gives what comes out of a folder.
func (z *sz) open(s *szStreams, f *szPack, password string) (io.Reader, error) {
	return z.stream(s, f, password, f.last(), 0)
}

// stream gives what comes out of a coder, and asks for what goes in.
func (z *sz) stream(s *szStreams, f *szPack, password string, coder, depth int) (io.Reader, error) {
	if depth > maxCoders || coder >= len(f.coders) || coder >= len(f.sizes) {
		return nil, damaged("the steps of unpacking lead in a circle")
	}
	c := f.coders[coder]
	if c.in != 1 {
		return nil, fmt.Errorf("%w (coder %x)", errUnread, c.id)
	}
	in := 0
	for _, before := range f.coders[:coder] {
		in += before.in
	}
	if from, bound := f.bind[in]; bound {
		r, err := z.stream(s, f, password, from, depth+1)
		if err != nil {
			return nil, err
		}
		return z.decode(c, r, f.sizes[coder], password)
	}
	for i, at := range f.packed {
		if at == in && f.first+i < len(s.packed) {
			off := 32 + s.from
			for _, n := range s.packed[:f.first+i] {
				if off += n; off < 0 {
					return nil, damaged("packed bytes are said to lie past its end")
				}
			}
			return z.decode(c, z.section(off, s.packed[f.first+i]), f.sizes[coder], password)
		}
	}
	return nil, damaged("the header says of nothing where it is packed")
}

// decode gives the bytes behind one coder. size is what is said to come out.
func (z *sz) decode(c szCoder, r io.Reader, size int64, password string) (io.Reader, error) {
	switch c.id {
	case szCopy:
		return r, nil
	case szLZMA:
		return lzmaReader(c.props, r, size)
	case szLZMA2:
		if len(c.props) != 1 || c.props[0] > 40 {
			return nil, damaged("the setting of LZMA2 is none")
		}
		dict := int64(1) << 32
		if n := c.props[0]; n < 40 {
			dict = int64(2|n&1) << (n/2 + 11)
		}
		if dict = min(dict, max(size, lzma.MinDictCap)); dict > maxDictionary {
			return nil, errDictionary(dict)
		}
		return lzma.Reader2Config{DictCap: int(dict)}.NewReader2(r)
	case szPPMd:
		return ppmdReader(c.props, r, size)
	case szDeflate:
		return flate.NewReader(r), nil
	case szBzip2:
		return bzip2.NewReader(r), nil
	case szZst:
		return zstdReader(r)
	case szDelta:
		if len(c.props) != 1 {
			return nil, damaged("the setting of a filter is none")
		}
		return &delta{r: r, distance: int(c.props[0]) + 1}, nil
	case szX86, szX86Old:
		return &x86{r: r}, nil
	case szAES:
		return z.aes(c.props, r, password)
	}
	return nil, fmt.Errorf("%w (coder %x)", errUnread, c.id)
}

// maxDictionary bounds what unpacking remembers, in bytes. 7-Zip's strongest
// setting asks for as much.
const maxDictionary = 256 << 20

func errDictionary(n int64) error {
	return fmt.Errorf("%w: it needs a dictionary of %d bytes, and %d is the most that is given", errUnread, n, maxDictionary)
}

// lzmaReader reads LZMA with five bytes of properties; size is -1 when a mark
// ends it.
func lzmaReader(props []byte, r io.Reader, size int64) (io.Reader, error) {
	if len(props) < 5 {
		return nil, damaged("the setting of LZMA is none")
	}
	dict := int64(binary.LittleEndian.Uint32(props[1:]))
	if size >= 0 {
		dict = min(dict, max(size, lzma.MinDictCap))
	}
	if dict > maxDictionary {
		return nil, errDictionary(dict)
	}
	head := binary.LittleEndian.AppendUint32([]byte{props[0]}, uint32(dict))
	head = binary.LittleEndian.AppendUint64(head, uint64(size))
	return lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(io.MultiReader(bytes.NewReader(head), r))
}

func ppmdReader(props []byte, r io.Reader, size int64) (out io.Reader, err error) {
	defer func() {
		if x := recover(); x != nil {
			out, err = nil, damaged("PPMd: %v", x)
		}
	}()
	if len(props) != 5 {
		return nil, damaged("the setting of PPMd is none")
	}
	order, memory := int(props[0]), int64(binary.LittleEndian.Uint32(props[1:]))
	if order < 2 || order > 64 || memory < 1<<11 {
		return nil, damaged("the setting of PPMd is none")
	}
	if memory > maxDictionary {
		return nil, errDictionary(memory)
	}
	p, err := ppmd.NewH7zReader(r, order, int(memory), int(size))
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func zstdReader(r io.Reader) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
}

// delta adds to each byte the one so many before it.
type delta struct {
	r        io.Reader
	distance int
	past     [256]byte
	at       byte
}

func (d *delta) Read(b []byte) (int, error) {
	n, err := d.r.Read(b)
	for i := range n {
		b[i] += d.past[d.at-byte(d.distance)]
		d.past[d.at] = b[i]
		d.at++
	}
	return n, err
}

// aes decrypts a stream: AES-256 in CBC, its key the SHA-256 of salt, password
// and a counter, 2^cycles times.
func (z *sz) aes(props []byte, r io.Reader, password string) (io.Reader, error) {
	if len(props) < 2 {
		return nil, damaged("the setting of the encryption is none")
	}
	cycles := props[0] & 0x3f
	saltSize, ivSize := int(props[0]>>7&1)+int(props[1]>>4), int(props[0]>>6&1)+int(props[1]&15)
	if cycles > 24 || len(props) != 2+saltSize+ivSize || ivSize > aes.BlockSize {
		return nil, damaged("the setting of the encryption is none")
	}
	salt := props[2 : 2+saltSize]
	name := string([]byte{cycles}) + string(salt) + "\x00" + password
	key := z.keys[name]
	if key == nil {
		seed := append([]byte{}, salt...)
		for _, u := range utf16.Encode([]rune(password)) {
			seed = binary.LittleEndian.AppendUint16(seed, u)
		}
		h := sha256.New()
		for i := range uint64(1) << cycles {
			if i&0xffff == 0 && z.ctx.Err() != nil {
				return nil, z.ctx.Err()
			}
			h.Write(binary.LittleEndian.AppendUint64(seed, i))
		}
		key = h.Sum(nil)
		z.keys[name] = key
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	iv := make([]byte, aes.BlockSize)
	copy(iv, props[2+saltSize:])
	return &blocks{r: r, mode: cipher.NewCBCDecrypter(block, iv)}, nil
}

// blocks decrypts whole blocks; what is left at the end is none.
type blocks struct {
	r     io.Reader
	mode  cipher.BlockMode
	ready []byte
	buf   [4096]byte
}

func (c *blocks) Read(b []byte) (int, error) {
	if len(c.ready) == 0 {
		n, err := io.ReadFull(c.r, c.buf[:])
		if n -= n % aes.BlockSize; n == 0 {
			if err == io.ErrUnexpectedEOF || err == nil {
				err = io.EOF
			}
			return 0, err
		}
		c.mode.CryptBlocks(c.buf[:n], c.buf[:n])
		c.ready = c.buf[:n]
	}
	n := copy(b, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}
