package report

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"overt"
)

// Names in a bundle.
const (
	manifestName  = "MANIFEST"
	signatureName = "SIGNATURE"
	keyFile       = "KEY"
	logKeyFile    = "proofs/log.key"
	editionName   = "edition.json"
)

// A File is one file of a bundle.
type File struct {
	Name string // with slashes
	Body []byte
}

// An Attested is a record of the audit log with the proof that it is in it.
type Attested struct {
	Leaf  []byte // the record's bytes
	Proof []byte // audit.Log.Proof
}

// Proofs show when an edition was approved and published, and by whom.
type Proofs struct {
	LogKey              string // verifier key of the audit log
	Approved, Published Attested
}

// A Signer signs texts for a verifier key.
type Signer struct {
	Key  string
	Sign func(text string) ([]byte, error)
}

// Bundle gives the files of a published edition, the bytes of Edition.Bytes. The same
// edition, proofs and key give the same bytes. Errors: invalid, those of the signer.
func Bundle(edition []byte, published string, proofs Proofs, sign Signer) ([]File, error) {
	e, err := ReadEdition(edition)
	if err != nil {
		return nil, err
	}
	files, err := e.Files(edition, published)
	if err != nil {
		return nil, err
	}
	files = append(files, []File{
		{keyFile, []byte(sign.Key + "\n")}, {logKeyFile, []byte(proofs.LogKey + "\n")},
		{"proofs/approved.leaf", proofs.Approved.Leaf}, {"proofs/approved.proof", proofs.Approved.Proof},
		{"proofs/published.leaf", proofs.Published.Leaf}, {"proofs/published.proof", proofs.Published.Proof},
	}...)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	var manifest strings.Builder
	for _, f := range files {
		fmt.Fprintf(&manifest, "%s  %s\n", Digest(f.Body), f.Name)
	}
	signed, err := sign.Sign(signedText(e, []byte(manifest.String()), edition, proofs.LogKey))
	return append(files, File{manifestName, []byte(manifest.String())}, File{signatureName, signed}), err
}

// Files are those of a bundle that need neither proof nor signature.
func (e *Edition) Files(edition []byte, published string) ([]File, error) {
	page, err := e.Page(published)
	if err != nil {
		return nil, err
	}
	return e.addParts([]File{{"index.html", page}, {"style.css", []byte(style)}, {editionName, edition}})
}

// signedText is what the signature is over.
func signedText(e *Edition, manifest, edition []byte, logKey string) string {
	return fmt.Sprintf("overt publication 1\nreport %s version %d\nmanifest sha256 %s\nedition sha256 %s\nlog %s\n", e.Report, e.Version, Digest(manifest), Digest(edition), logKey)
}

// Digest is the lower-case hex SHA-256 of bytes, as manifests and the audit log have it.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// addParts adds what is made of the edition for other programs.
func (e *Edition) addParts(files []File) ([]File, error) {
	parts := map[string]any{"claims.jsonld": e.linked(), "sources.json": e.Sources, "sums.json": e.Sums}
	for i := range e.Passages {
		parts["passages/"+e.Passages[i].Item+".json"] = &e.Passages[i]
	}
	for i := range e.Views {
		v := &e.Views[i]
		parts[v.File(".json")] = v
		if v.Picture != "" {
			files = append(files, File{v.File(".svg"), []byte(v.Picture)})
		}
	}
	for name, v := range parts {
		body, err := plainJSON(v)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
		files = append(files, File{name, body})
	}
	return files, nil
}

// File is the name of a file of the view in a bundle.
func (v *View) File(ending string) string { return "views/" + v.Item + ending }

// linked are the claims in the words of schema.org.
func (e *Edition) linked() any {
	type object = map[string]any
	claims := []object{}
	for _, c := range e.Claims {
		quotes := []object{}
		for _, item := range c.Passages {
			p := e.passage(item)
			from := object{"@type": "CreativeWork", "identifier": "sha256:" + string(p.Blob)}
			if s := e.source(p.Blob); s != nil {
				from["name"], from["license"], from["isPartOf"] = s.Name, s.Licence, object{"@type": "Dataset", "name": firstWord(s.Title, s.Dataset), "publisher": s.Publisher}
			}
			quotes = append(quotes, object{"@type": "Quotation", "@id": "passages/" + item + ".json", "text": p.Quote, "isPartOf": from})
		}
		claims = append(claims, object{"@type": "Claim", "@id": "#" + c.Item, "text": c.Text, "creativeWorkStatus": c.State, "citation": quotes})
	}
	return object{"@context": "https://schema.org", "@type": "Report", "name": e.Title, "version": e.Version, "hasPart": claims}
}

func firstWord(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func (e *Edition) passage(item string) *Passage {
	i := slices.IndexFunc(e.Passages, func(p Passage) bool { return p.Item == item })
	if i < 0 {
		return nil
	}
	return &e.Passages[i]
}

func (e *Edition) source(blob overt.BlobID) *Source {
	i := slices.IndexFunc(e.Sources, func(s Source) bool { return s.Blob == blob })
	if i < 0 {
		return nil
	}
	return &e.Sources[i]
}

// WriteZip writes the files as an archive, with one time for all.
func WriteZip(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		out, err := z.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			_, err = out.Write(f.Body)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// WriteFolder writes the files to a new folder, which gets its name when it is whole.
// Errors: conflict (there is something of that name), unavailable.
func WriteFolder(target string, files []File) error {
	if _, err := os.Lstat(target); err == nil {
		return overt.Errorf(overt.Conflict, target, "there is something of that name already")
	}
	failed := func(err error) error {
		return &overt.Error{Code: overt.Unavailable, Op: "write", Where: target, Err: err}
	}
	dir, err := os.MkdirTemp(filepath.Dir(target), ".overt-new-*")
	if err != nil {
		return failed(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, f := range files {
		at := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return failed(err)
		}
		if err := os.WriteFile(at, f.Body, 0o644); err != nil {
			return failed(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return failed(err)
	}
	if err := os.Rename(dir, target); err != nil {
		return failed(err)
	}
	return nil
}
