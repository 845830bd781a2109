package mention

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"iter"
	"strings"

	"overt"
	"overt/ftm"
)

// A Sorted keeps pairs of a key and a value, ascending by the bytes of the key:
// what a Layer stands on.
type Sorted interface {
	// Get gives the value of a key, nil when it is not there.
	Get(ctx context.Context, key []byte) ([]byte, error)
	// Scan yields the pairs whose key begins with prefix and is not below from,
	// ascending. It MUST show one moment. The slices are valid until the next
	// step.
	Scan(ctx context.Context, prefix, from []byte) iter.Seq2[Pair, error]
	// Write puts pairs in, all of them or none, over those of the same keys.
	// The last of two with one key counts.
	Write(ctx context.Context, pairs []Pair) error
	Close() error
}

// A Pair is a key with its value.
type Pair struct{ Key, Value []byte }

// A Layer keeps what was found in readings, page by page, and which names were
// looked for. It is derived from readings and from all names that statements
// give, whoever may see them: whoever asks is answered through a View. What it
// holds does not depend on the order in which it was written.
// docs/format/mentions.md draws its keys.
type Layer struct {
	store Sorted
	state State
}

// A State says what a layer was made from.
type State struct {
	Rule  string   `json:"rule"`            // of what it was made, and the runs
	Files []string `json:"files,omitempty"` // of names; each name is in one of them or more
	Next  int      `json:"next"`            // number of the next file
}

// A Text is what was found in a reading, or on some of its pages.
type Text struct {
	Blob     overt.BlobID // the reading
	Document ftm.EntityID // that was read
	Pages    []Page
}

// A Page is what was found on a page: by start, the longest first.
type Page struct {
	Number int
	Found  []Found
}

// A Found is a span as it is kept. Places are characters of the page's text.
type Found struct {
	Kind       Kind
	Start, End int
	Text       string
	Value      string
	Currency   string
	Doubt      string
	Names      []string // of a known name: each Naming that is written so
}

// A Posting says that a page has a term.
type Posting struct {
	Term string
	Text overt.BlobID
	Page int
}

const (
	stateKey   = "s"
	namesUnder = "n" // group key, NUL, naming
	textsUnder = "t" // reading
	pagesUnder = "d" // reading, page
	termsUnder = "p" // term, NUL, reading, page
)

// NewLayer makes the layer that a store holds. Errors: invalid, when what is
// there is no layer.
func NewLayer(ctx context.Context, store Sorted) (*Layer, error) {
	l := &Layer{store: store}
	raw, err := store.Get(ctx, []byte(stateKey))
	if err != nil || raw == nil {
		return l, err
	}
	if err := json.Unmarshal(raw, &l.state); err != nil {
		return nil, overt.Errorf(overt.Invalid, "mentions", "its state cannot be read: %w", err)
	}
	return l, nil
}

// Close closes the store.
func (l *Layer) Close() error { return l.store.Close() }

// State says what the layer was made from.
func (l *Layer) State() State { return l.state }

// SetState says what it is made from now.
func (l *Layer) SetState(ctx context.Context, s State) error {
	raw, err := json.Marshal(s)
	if err == nil {
		err = l.store.Write(ctx, []Pair{{[]byte(stateKey), raw}})
	}
	if err == nil {
		l.state = s
	}
	return err
}

// Write adds what was found and the names that were looked for in all texts of
// the layer. What is there of a page stays.
func (l *Layer) Write(ctx context.Context, texts []Text, names []Naming) error {
	var pairs []Pair
	for i := range texts {
		t := &texts[i]
		blob, err := rawBlob(t.Blob)
		if err != nil {
			return err
		}
		pairs = append(pairs, Pair{key(textsUnder, blob), []byte(t.Document)})
		for _, p := range t.Pages {
			if pairs, err = l.page(ctx, pairs, blob, p); err != nil {
				return err
			}
		}
	}
	for _, n := range names {
		pairs = append(pairs, Pair{nameKey(n), nil})
	}
	return l.store.Write(ctx, pairs)
}

func (l *Layer) page(ctx context.Context, pairs []Pair, blob string, p Page) ([]Pair, error) {
	if len(p.Found) == 0 {
		return pairs, nil
	}
	at := key(pagesUnder, blob, pageKey(p.Number))
	raw, err := l.store.Get(ctx, at)
	if err != nil {
		return nil, err
	}
	if raw != nil {
		was, err := decodePage(raw)
		if err != nil {
			return nil, err
		}
		p.Found = append(p.Found, was...)
	}
	p.Found = merged(p.Found)
	pairs = append(pairs, Pair{at, encodePage(p.Found)})
	for i := range p.Found {
		for _, term := range p.Found[i].terms() {
			pairs = append(pairs, Pair{key(termsUnder, term, "\x00", blob, pageKey(p.Number)), nil})
		}
	}
	return pairs, nil
}

// Looked says whether a name was looked for in all texts of the layer.
func (l *Layer) Looked(ctx context.Context, n Naming) (bool, error) {
	raw, err := l.store.Get(ctx, nameKey(n))
	return raw != nil, err
}

// Namings yields the names with a group key that were looked for, ascending;
// of all keys for "".
func (l *Layer) Namings(ctx context.Context, group string) iter.Seq2[Naming, error] {
	prefix := namesUnder
	if group != "" {
		prefix += group + "\x00"
	}
	return func(yield func(Naming, error) bool) {
		for p, err := range l.store.Scan(ctx, []byte(prefix), nil) {
			if err != nil {
				yield(Naming{}, err)
				return
			}
			_, name, _ := strings.Cut(string(p.Key[1:]), "\x00")
			n, ok := parseNaming(name)
			if !ok {
				yield(n, damaged("a name"))
				return
			}
			if !yield(n, nil) {
				return
			}
		}
	}
}

// Document tells of which document a reading in the layer is; "" for one that
// is not in it.
func (l *Layer) Document(ctx context.Context, text overt.BlobID) (ftm.EntityID, error) {
	blob, err := rawBlob(text)
	if err != nil {
		return "", err
	}
	raw, err := l.store.Get(ctx, key(textsUnder, blob))
	return ftm.EntityID(raw), err
}

// Texts yields the readings in the layer, ascending, with their documents.
func (l *Layer) Texts(ctx context.Context) iter.Seq2[Text, error] {
	return func(yield func(Text, error) bool) {
		for p, err := range l.store.Scan(ctx, []byte(textsUnder), nil) {
			if err != nil || !yield(Text{Blob: overt.BlobID(hex.EncodeToString(p.Key[1:])), Document: ftm.EntityID(p.Value)}, nil) {
				if err != nil {
					yield(Text{}, err)
				}
				return
			}
		}
	}
}

// Pages yields the pages of a reading on which something was found, in order.
func (l *Layer) Pages(ctx context.Context, text overt.BlobID) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		blob, err := rawBlob(text)
		if err != nil {
			yield(Page{}, err)
			return
		}
		for p, err := range l.store.Scan(ctx, key(pagesUnder, blob), nil) {
			var page Page
			if err == nil {
				page.Number = numberOf(p.Key)
				page.Found, err = decodePage(p.Value)
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// Page gives what was found on one page.
func (l *Layer) Page(ctx context.Context, text overt.BlobID, page int) ([]Found, error) {
	blob, err := rawBlob(text)
	if err != nil {
		return nil, err
	}
	raw, err := l.store.Get(ctx, key(pagesUnder, blob, pageKey(page)))
	if err != nil || raw == nil {
		return nil, err
	}
	return decodePage(raw)
}

// Postings yields where terms with a prefix stand: by term, reading and page,
// each once. from, if set, is the first that is wanted.
func (l *Layer) Postings(ctx context.Context, prefix string, from *Posting) iter.Seq2[Posting, error] {
	return func(yield func(Posting, error) bool) {
		var first []byte
		if from != nil {
			blob, err := rawBlob(from.Text)
			if err != nil {
				yield(Posting{}, err)
				return
			}
			first = key(termsUnder, from.Term, "\x00", blob, pageKey(from.Page))
		}
		for p, err := range l.store.Scan(ctx, key(termsUnder, prefix), first) {
			var out Posting
			if n := len(p.Key) - 4 - blobSize - 1; err == nil && n < 1 {
				err = damaged("a posting")
			} else if err == nil {
				out = Posting{string(p.Key[1:n]), overt.BlobID(hex.EncodeToString(p.Key[n+1 : len(p.Key)-4])), numberOf(p.Key)}
			}
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

const blobSize = 32

func key(parts ...string) []byte { return []byte(strings.Join(parts, "")) }

func nameKey(n Naming) []byte { return key(namesUnder, GroupKey(n.Value), "\x00", n.String()) }

// pageKey writes a page so that pages sort.
func pageKey(page int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(page))) }

func numberOf(key []byte) int { return int(binary.BigEndian.Uint32(key[len(key)-4:])) }

func rawBlob(b overt.BlobID) (string, error) {
	raw, err := hex.DecodeString(string(b))
	if err != nil || len(raw) != blobSize {
		return "", overt.Errorf(overt.Invalid, string(b), "this is no hash of a reading")
	}
	return string(raw), nil
}

func damaged(what string) error {
	return overt.Errorf(overt.Internal, "mentions", "%s in it is damaged; delete the folder derived/mentions, and it is made again", what)
}
