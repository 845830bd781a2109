package account_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// A device keeps one passkey, as WebAuthn has it, and says yes to whatever it is asked.
type device struct {
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	// What it says otherwise than it should, in tests.
	origin, rp string
	silent     bool // nobody was there to say who he is
}

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{key: key, id: id, origin: "https://desk.example.org", rp: "desk.example.org"}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// asked reads the options of a challenge.
func asked(t *testing.T, options string) (challenge string, user []byte) {
	t.Helper()
	var o struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
		}
	}
	if err := json.Unmarshal([]byte(options), &o); err != nil {
		t.Fatal(err)
	}
	user, err := base64.RawURLEncoding.DecodeString(o.PublicKey.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	return o.PublicKey.Challenge, user
}

func (d *device) client(kind, challenge string) []byte {
	raw, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return raw
}

// data is what the device says of itself: whom it answers, whether somebody was there,
// and how often it was used.
func (d *device) data(flags byte) []byte {
	rp := sha256.Sum256([]byte(d.rp))
	if flags |= 1; !d.silent {
		flags |= 4
	}
	d.count++
	return binary.BigEndian.AppendUint32(append(rp[:], flags), d.count)
}

func (d *device) answer(response map[string]string) string {
	raw, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(raw)
}

// create makes the passkey.
func (d *device) create(t *testing.T, options string) string {
	t.Helper()
	challenge, user := asked(t, options)
	d.handle = user
	point, err := d.key.PublicKey.Bytes() // 4, then both coordinates
	if err != nil {
		t.Fatal(err)
	}
	cose := slices.Concat([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32}, point[1:33], []byte{0x22, 0x58, 32}, point[33:])
	auth := slices.Concat(d.data(64), make([]byte, 16), []byte{0, byte(len(d.id))}, d.id, cose)
	object := slices.Concat([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), []byte{byte(len(auth))}, auth)
	return d.answer(map[string]string{"clientDataJSON": b64(d.client("webauthn.create", challenge)), "attestationObject": b64(object)})
}

// get signs a challenge.
func (d *device) get(t *testing.T, options string) string {
	t.Helper()
	challenge, _ := asked(t, options)
	client, auth := d.client("webauthn.get", challenge), d.data(0)
	sum := sha256.Sum256(client)
	whole := sha256.Sum256(append(slices.Clone(auth), sum[:]...))
	signed, err := ecdsa.SignASN1(rand.Reader, d.key, whole[:])
	if err != nil {
		t.Fatal(err)
	}
	return d.answer(map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(signed), "userHandle": b64(d.handle)})
}
