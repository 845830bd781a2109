package audit

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"overt"
)

// MaxSigned bounds a text that Sign signs and OpenSigned opens.
const MaxSigned = 8 << 10

// signing gives the key that signs texts of one use. It is made of the log's key by
// HKDF, so that nothing more has to be kept, and is another key, so that no text can be
// taken for a checkpoint.
func signing(skey, use string) (private, public string, err error) {
	parts := strings.SplitN(skey, "+", 5) // NewSigner has read it when the log was opened
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if len(parts) != 5 || err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", "", overt.Errorf(overt.Internal, keyName, "the private key of the audit log cannot be read")
	}
	seed, err := hkdf.Key(sha256.New, raw[1:], nil, "overt "+use, ed25519.SeedSize)
	if err != nil {
		return "", "", err
	}
	name := strings.TrimSuffix(parts[2], "/audit") + "/" + use
	public, err = note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return "", "", err
	}
	hash, _, _ := strings.Cut(strings.TrimPrefix(public, name+"+"), "+")
	return "PRIVATE+KEY+" + name + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append(raw[:1:1], seed...)), public, nil
}

// SigningKey is the verifier key of what Sign signs for one use, a lower-case word such
// as "publication". Errors: internal (the private key).
func (l *Log) SigningKey(use string) (string, error) {
	_, public, err := signing(l.skey, use)
	return public, err
}

// Sign signs a text, which ends with a line feed, for one use; what comes is a signed
// note (c2sp.org/signed-note). Errors: invalid, internal (the private key).
func (l *Log) Sign(use, text string) ([]byte, error) {
	if len(text) > MaxSigned || !strings.HasSuffix(text, "\n") {
		return nil, overt.Errorf(overt.Invalid, "sign", "a text of up to %d bytes that ends with a line feed is signed", MaxSigned)
	}
	private, _, err := signing(l.skey, use)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, overt.Errorf(overt.Internal, "sign", "the key cannot be used: %w", err)
	}
	return note.Sign(&note.Note{Text: text}, signer)
}

// OpenSigned gives the text that was signed with a verifier key. Errors: invalid.
func OpenSigned(signed []byte, key string) (string, error) {
	v, err := parseVerifier(key)
	if err != nil {
		return "", overt.Errorf(overt.Invalid, "key", "%w", err)
	}
	if len(signed) > 2*MaxSigned {
		return "", overt.Errorf(overt.Invalid, "signature", "it is longer than %d bytes", 2*MaxSigned)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return "", overt.Errorf(overt.Invalid, "signature", "it is not signed with the key %s+%08x", v.Name(), v.KeyHash())
	}
	again, err := note.Sign(n)
	for _, sig := range n.Sigs { // base64 has bits that a check alone does not see
		if err == nil {
			_, err = base64.StdEncoding.Strict().DecodeString(sig.Base64)
		}
	}
	if err != nil || string(again) != string(signed) {
		return "", overt.Errorf(overt.Invalid, "signature", "it is not as it was written")
	}
	return n.Text, nil
}
