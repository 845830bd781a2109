package legacy

import (
	"bytes"
	"testing"
)

// The tables of [MS-OFFCRYPTO] 2.3.7.2 are what this key is computed from: the
// first codes stand for passwords of zeros, a set bit adds an entry of the matrix.
func TestXorKey(t *testing.T) {
	for _, c := range []struct {
		password string
		want     uint16
	}{
		{"", 0},
		{"\x00", 0xE1F0},
		{"\x00\x00", 0x1D0F},
		{string(make([]byte, 15)), 0x4EC3},
		{"\x40", 0xE1F0 ^ 0x48C4},
		{"\x01", 0xE1F0 ^ 0x1021},
	} {
		if got := xorKey([]byte(c.password)); got != c.want {
			t.Errorf("key of %q: got %#x, want %#x", c.password, got, c.want)
		}
	}
}

// The hash is the one that protects sheets; its values for these words are well
// known.
func TestXorHash(t *testing.T) {
	for password, want := range map[string]uint16{"password": 0x83AF, "test": 0xCBEB, "": 0} {
		if got := xorHash([]byte(password)); got != want {
			t.Errorf("hash of %q: got %#x, want %#x", password, got, want)
		}
	}
}

// Bytes come out the same however they are read.
func TestRC4Offsets(t *testing.T) {
	want := bytes.Repeat([]byte("some text that is long enough "), 100)
	lay := func() *rc4Cover { return &rc4Cover{key: plainKey("secret", make([]byte, 16)), size: 512} }
	sealed := bytes.Clone(want)
	lay().open(sealed, 0)
	o := &opened{src: bytes.NewReader(sealed), cover: lay()}
	for _, off := range []int64{0, 1, 511, 512, 513, 2000, 5, 1024} {
		for _, n := range []int{1, 3, 512, 900} {
			b := make([]byte, n)
			if _, err := o.ReadAt(b, off); err != nil || !bytes.Equal(b, want[off:off+int64(n)]) {
				t.Fatalf("%d bytes at %d: error %v or other bytes", n, off, err)
			}
		}
	}
}
