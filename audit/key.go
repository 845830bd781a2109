package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"overt"
)

// Names in the folder.
const (
	keyName        = "key"         // signer key, mode 0600; absent if Options.Key holds it
	pubName        = "key.pub"     // verifier key; written last, so its presence means a whole log
	historyName    = "checkpoints" // every checkpoint signed, in order
	checkpointName = "checkpoint"  // the newest
	hashesName     = "hashes"      // derived
	reserveName    = "reserve"
)

// parseVerifier reads a verifier key in its one canonical form.
func parseVerifier(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("read verifier key: %w", err)
	}
	// Name and hash end before the second plus; the base64 may hold more.
	head := fmt.Sprintf("%s+%08x+", v.Name(), v.KeyHash())
	raw, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(vkey, head))
	if err != nil || head+base64.StdEncoding.EncodeToString(raw) != vkey {
		return nil, errors.New("read verifier key: not in canonical form")
	}
	return v, nil
}

// verifierKeyOf derives the public half of a signer key.
func verifierKeyOf(skey string) (string, error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return "", overt.Errorf(overt.Invalid, "key", "the signer key cannot be read")
	}
	// NewSigner has checked that the last part is base64 of algorithm and seed.
	parts := strings.SplitN(skey, "+", 5)
	raw, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", overt.Errorf(overt.Invalid, "key", "the signer key is no Ed25519 key")
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(signer.Name(), public)
}

// readVerifier reads the verifier key that lies in clear in the folder.
func readVerifier(dir string) (note.Verifier, error) {
	data, err := readSmall(filepath.Join(dir, pubName), 4096)
	if err != nil {
		return nil, err
	}
	vkey, ok := strings.CutSuffix(string(data), "\n")
	if !ok {
		return nil, errors.New("read verifier key: the line has no end")
	}
	return parseVerifier(vkey)
}

// newKey makes a key pair for a new log, or takes what Options.Key or an
// unfinished first opening left.
func newKey(dir string, opts *Options) (skey, vkey string, err error) {
	skey = opts.Key
	if skey == "" {
		if data, err := readSmall(filepath.Join(dir, keyName), 4096); err == nil {
			skey = strings.TrimSpace(string(data))
		}
	}
	if skey != "" {
		if vkey, err = verifierKeyOf(skey); err == nil || opts.Key != "" {
			return skey, vkey, err
		}
	}
	origin := opts.Origin
	if origin == "" {
		var id [8]byte
		if _, err := io.ReadFull(opts.Rand, id[:]); err != nil {
			return "", "", fmt.Errorf("make origin: %w", err)
		}
		origin = "overt/" + hex.EncodeToString(id[:]) + "/audit"
	}
	if strings.ContainsAny(origin, "+ \t\r\n") {
		return "", "", overt.Errorf(overt.Invalid, "origin", "%q contains a space or a plus", clip(origin))
	}
	return note.GenerateKey(opts.Rand, origin)
}

// loadSigner gives the signer of an existing log, checked against the verifier
// key beside it, and the key that it was made of.
func loadSigner(dir string, opts *Options, v note.Verifier) (note.Signer, string, error) {
	skey, path := opts.Key, "key given in the options"
	if skey == "" {
		path = filepath.Join(dir, keyName)
		data, err := readSmall(path, 4096)
		if errors.Is(err, os.ErrNotExist) {
			return nil, "", overt.Errorf(overt.Unavailable, path, "the private key of the audit log is missing")
		}
		if err != nil {
			return nil, "", overt.Errorf(overt.Unavailable, path, "read the private key: %w", err)
		}
		warnMode(path, opts)
		skey = strings.TrimSpace(string(data))
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, "", overt.Errorf(overt.Internal, path, "the private key of the audit log cannot be read")
	}
	if signer.Name() != v.Name() || signer.KeyHash() != v.KeyHash() {
		return nil, "", overt.Errorf(overt.Conflict, path, "the private key does not belong to the verifier key in %s", pubName)
	}
	return signer, skey, nil
}

func warnMode(path string, opts *Options) {
	info, err := os.Stat(path)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		opts.Logger.Warn("the private key of the audit log can be read by others", "file", path, "mode", info.Mode().Perm().String())
	}
}

// defaults fills what the zero Options leave open.
func (o *Options) defaults() {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if o.segmentBytes == 0 {
		o.segmentBytes = defaultSegmentBytes
	}
	if o.every == 0 {
		o.every = defaultEvery
	}
}
