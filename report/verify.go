package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/audit"
)

// Bounds of a bundle.
const (
	maxFiles = 20_000
	maxFile  = 64 << 20
	maxBytes = 512 << 20
)

// Expect is what a reader knows of a bundle from elsewhere; "" where he knows nothing.
type Expect struct {
	Key    string // that it is signed with
	LogKey string // of the audit log that has it
}

// A Problem is something wrong with one file of a bundle.
type Problem struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// A Verdict is what Verify found.
type Verdict struct {
	Report      string    `json:"report"`
	Title       string    `json:"title"`
	Version     int       `json:"version"`
	Author      string    `json:"author"`
	ApprovedBy  string    `json:"approved_by"`
	PublishedBy string    `json:"published_by"`
	Published   string    `json:"published"` // RFC 3339, as the audit log has it
	Key         string    `json:"key"`       // that the signature was checked with
	KeyKnown    bool      `json:"key_known"` // the reader named it
	LogKey      string    `json:"log_key"`
	Files       int       `json:"files"`
	Claims      int       `json:"claims"`
	Passages    int       `json:"passages"`
	Sums        int       `json:"sums"`
	Views       int       `json:"views,omitempty"`
	Problems    []Problem `json:"problems"`
	Edition     *Edition  `json:"-"` // nil when it could not be read
}

// A verifier reads one bundle.
type verifier struct {
	in   fs.FS
	read int64
	out  *Verdict
	good map[string][]byte // files that are as the manifest says
}

func (v *verifier) bad(file, format string, args ...any) {
	v.out.Problems = append(v.out.Problems, Problem{file, fmt.Sprintf(format, args...)})
}

// Verify checks a bundle with nothing but its files: signature, manifest, every file,
// that quotes stand in their passages, that sums add up, and that the audit log of the
// home has the approval and the publication of just this edition. What is wrong is no
// error but a Problem. Errors: unavailable (it cannot be read), invalid (too large).
func Verify(ctx context.Context, in fs.FS, expect Expect) (*Verdict, error) {
	v := &verifier{in: in, out: &Verdict{Problems: []Problem{}}, good: map[string][]byte{}}
	signed := v.signature(expect)
	sums := v.manifest(signed["manifest sha256"])
	if err := v.files(ctx, sums); err != nil {
		return nil, err
	}
	if raw, ok := v.good[editionName]; ok {
		v.edition(raw, signed["edition sha256"])
	}
	if expect.LogKey != "" && v.out.LogKey != expect.LogKey {
		v.bad(logKeyFile, "it is not the key that was named")
	}
	return v.out, nil
}

// small reads a file that has to be there; ok is false when it is not, or too large.
func (v *verifier) small(name string) (raw []byte, ok bool) {
	raw, err := v.file(name, 8<<20)
	if err != nil {
		v.bad(name, "it cannot be read, or is not there")
	}
	return raw, err == nil
}

func (v *verifier) file(name string, most int64) ([]byte, error) {
	f, err := v.in.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	switch v.read += int64(len(raw)); {
	case err != nil:
		return nil, err
	case int64(len(raw)) > most || v.read > maxBytes:
		return nil, errors.New("it is too large")
	}
	return raw, nil
}

// signature gives the lines that are signed, by what they begin with.
func (v *verifier) signature(expect Expect) map[string]string {
	out := map[string]string{}
	raw, ok := v.small(keyFile)
	v.out.Key = strings.TrimSuffix(string(raw), "\n")
	if expect.Key != "" {
		if v.out.Key != expect.Key && ok {
			v.bad(keyFile, "it is not the key that was named")
		}
		v.out.Key, v.out.KeyKnown = expect.Key, true
	}
	signed, ok := v.small(signatureName)
	if !ok {
		return out
	}
	text, err := audit.OpenSigned(signed, v.out.Key)
	if err != nil {
		v.bad(signatureName, "%v", err)
		return out
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] != "overt publication 1" {
		v.bad(signatureName, "it is of no publication that this program knows")
		return out
	}
	for _, l := range lines[1:] {
		for _, begins := range []string{"report", "manifest sha256", "edition sha256", "log"} {
			if rest, ok := strings.CutPrefix(l, begins+" "); ok {
				out[begins] = rest
			}
		}
	}
	v.out.LogKey = out["log"]
	return out
}

// manifest gives the hash of every file.
func (v *verifier) manifest(signed string) map[string]string {
	raw, ok := v.small(manifestName)
	if !ok {
		return nil
	}
	if Digest(raw) != signed {
		v.bad(manifestName, "it is not the one that was signed")
	}
	out := map[string]string{}
	for i, l := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		hash, name, ok := strings.Cut(l, "  ")
		if !ok || len(hash) != 64 || !fs.ValidPath(name) || out[name] != "" || len(out) > maxFiles {
			v.bad(manifestName, "line %d is none of a manifest", i+1)
			continue
		}
		out[name] = hash
	}
	return out
}

// files compares what is there with the manifest.
func (v *verifier) files(ctx context.Context, sums map[string]string) error {
	there := map[string]bool{}
	err := fs.WalkDir(v.in, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir():
			return nil
		case len(there) > maxFiles:
			return overt.Errorf(overt.Invalid, "bundle", "it has more than %d files", maxFiles)
		}
		there[name] = true
		if name == manifestName || name == signatureName {
			return nil
		}
		want, listed := sums[name]
		switch {
		case !listed:
			v.bad(name, "it is not in the manifest: it was added")
			return nil
		case !d.Type().IsRegular():
			v.bad(name, "it is no plain file")
			return nil
		}
		raw, err := v.file(name, maxFile)
		switch {
		case err != nil:
			v.bad(name, "it cannot be read: %v", err)
		case Digest(raw) != want:
			v.bad(name, "it was changed: its SHA-256 is not that of the manifest")
		default:
			v.good[name] = raw
		}
		return nil
	})
	if err != nil {
		return unread(err)
	}
	for name := range sums {
		if !there[name] {
			v.bad(name, "it is missing")
		}
	}
	v.out.Files = len(there)
	slices.SortStableFunc(v.out.Problems, func(a, b Problem) int { return strings.Compare(a.File, b.File) })
	return nil
}

func unread(err error) error {
	var ours *overt.Error
	if errors.As(err, &ours) {
		return err
	}
	return overt.Errorf(overt.Unavailable, "bundle", "read it: %w", err)
}

// edition looks at what the edition says.
func (v *verifier) edition(raw []byte, signed string) {
	e, err := ReadEdition(raw)
	if err != nil {
		v.bad(editionName, "%v", err)
		return
	}
	if Digest(raw) != signed {
		v.bad(editionName, "it is not the one that was signed")
	}
	o := v.out
	o.Edition, o.Report, o.Title, o.Version, o.Author = e, e.Report, e.Title, e.Version, e.Author
	o.Claims, o.Passages, o.Sums = len(e.Claims), len(e.Passages), len(e.Sums)
	o.Views = len(e.Views)
	v.meaning(e)
	v.proofs(e, Digest(raw))
}

// proofs checks the records of the audit log.
func (v *verifier) proofs(e *Edition, digest string) {
	key, ok := v.good[logKeyFile]
	if ok && strings.TrimSuffix(string(key), "\n") != v.out.LogKey {
		v.bad(logKeyFile, "it is not the key that was signed")
	}
	approved := v.record("approved", "case.approve", digest)
	published := v.record("published", "case.publish", digest)
	if published != nil {
		v.out.PublishedBy, v.out.Published = published.Actor, published.Time.Format(time.RFC3339)
	}
	if approved == nil {
		return
	}
	v.out.ApprovedBy = approved.Actor
	if approved.Actor == e.Author {
		v.bad("proofs/approved.leaf", "who wrote it approved it")
	}
	if published != nil && approved.Seq > published.Seq {
		v.bad("proofs/approved.leaf", "it was approved after it was published")
	}
}

// record gives one record of the audit log when its proof holds.
func (v *verifier) record(name, action, digest string) *audit.Record {
	leaf, ok := v.good["proofs/"+name+".leaf"]
	proof, ok2 := v.good["proofs/"+name+".proof"]
	if !ok || !ok2 {
		if !slices.ContainsFunc(v.out.Problems, func(p Problem) bool { return strings.HasPrefix(p.File, "proofs/"+name) }) {
			v.bad("proofs/"+name+".proof", "there is none")
		}
		return nil
	}
	seq, _, err := audit.CheckProof(proof, leaf, v.out.LogKey)
	if err != nil {
		v.bad("proofs/"+name+".proof", "the proof does not fit: %v", err)
		return nil
	}
	r, err := audit.ReadLeaf(leaf)
	switch {
	case err != nil:
		v.bad("proofs/"+name+".leaf", "%v", err)
	case r.Seq != seq || r.Action != action || r.Intent || len(r.Reasons) > 0:
		v.bad("proofs/"+name+".leaf", "it is a record of something else")
	case r.Result != digest:
		v.bad("proofs/"+name+".leaf", "it is a record of another edition")
	default:
		return &r
	}
	return nil
}
