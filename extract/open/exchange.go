package open

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/tree"
	"overt/internal/archive"
)

// Recorded exchanges over HTTP are archives of their answers: HAR as browsers
// write it, and the cassettes of VCR and its kin, in YAML or JSON. Of a request
// nothing is read but its address, of an answer nothing but its body; headers
// and cookies are not looked at.

// tape is where a form of recording keeps its exchanges.
type tape struct {
	selector string
	format   extract.Format
	sign     *regexp.Regexp // in the head of such a file
}

var tapes = []tape{
	{"/log/entries/*", extract.JSON, regexp.MustCompile(`^\s*\{\s*"log"\s*:\s*\{[\s\S]*"(creator|entries)"\s*:`)},
	{"/http_interactions/*", extract.JSON, regexp.MustCompile(`"http_interactions"\s*:\s*\[[\s\S]*"request"\s*:`)},
	{"/interactions/*", extract.JSON, regexp.MustCompile(`"interactions"\s*:\s*\[[\s\S]*"request"\s*:`)},
	{"/http_interactions/*", extract.YAML, regexp.MustCompile(`(?m)^http_interactions:\s*(#.*)?$[\s\S]*^\s*(- )?\s*request:`)},
	{"/interactions/*", extract.YAML, regexp.MustCompile(`(?m)^interactions:\s*(#.*)?$[\s\S]*^\s*(- )?\s*request:`)},
}

// exchanges opens the answers of a recording. It is not ok where the source is
// none, or is to be read as the tree it is.
func (o *opener) exchanges(src extract.Source, member string, depth int, found extract.Format, head []byte) (parts []extract.Part, ok bool, err error) {
	if found != extract.JSON && found != extract.YAML || o.opts.Format == string(found) {
		return nil, false, nil
	}
	for _, t := range tapes {
		if t.format != found || !t.sign.Match(head) {
			continue
		}
		list, err := o.answers(src, t)
		if err != nil {
			return nil, true, err
		}
		if len(list) > 0 {
			parts, err := o.members(src, member, depth, list)
			return parts, true, err
		}
	}
	return nil, false, nil
}

// answers keeps the bodies of a recording, which are read more than once.
func (o *opener) answers(src extract.Source, t tape) ([]archive.Member, error) {
	r, err := tree.Open(o.ctx, src, tree.Options{Format: t.format, Encoding: o.opts.Encoding, Limits: o.opts.Limits})
	if err != nil {
		return nil, err
	}
	bundle := archive.NewBundle(keepInMemory, o.opts.Scratch)
	n := 0
	for rec, err := range r.Records(o.ctx, t.selector) {
		var bad *extract.RowError
		n++
		switch {
		case errors.As(err, &bad):
			bundle.Fail(fmt.Sprintf("(exchange %d)", n), err)
			continue
		case err != nil && o.ctx.Err() != nil:
			return nil, err
		case err != nil:
			bundle.Fail("(the rest)", err)
		case n > o.opts.Limits.Members:
			return nil, overt.Errorf(overt.Invalid, src.Name, "more than %d exchanges", o.opts.Limits.Members)
		default:
			if body := bodyOf(rec); len(body) > 0 {
				if err := bundle.Add(cmp.Or(addressOf(rec), fmt.Sprintf("(exchange %d)", n)), body); err != nil {
					return nil, overt.Errorf(overt.Unavailable, src.Name, "%w", err)
				}
			}
		}
	}
	if bundle.Len() == 0 {
		return nil, nil
	}
	return bundle.Members(), nil
}

// bodyOf gives the body of an answer; nil when there is none.
func bodyOf(rec extract.Record) []byte {
	for _, path := range []string{"response/content/text", "response/body/string", "response/body"} {
		b, ok := tree.Bytes(rec, path)
		if !ok {
			continue
		}
		if c := rec.Cells("response/content/encoding"); len(c) == 1 && strings.EqualFold(c[0].Text, "base64") {
			return unpack64(b)
		}
		return b
	}
	if b, ok := tree.Bytes(rec, "response/body/base64_string"); ok {
		return unpack64(b)
	}
	return nil
}

// unpack64 gives the bytes behind base64; what is none stays as it is.
func unpack64(b []byte) []byte {
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(b)), ""))
	if err != nil {
		return b
	}
	return out
}

// secrets are parameters of addresses whose values open doors.
var secrets = regexp.MustCompile(`(?i)^(x[-_])?(api[-_]?key|key|(access|auth|id|refresh|session|csrf)?[-_]?token|auth|authorization|password|passwd|pwd|secret|client[-_]?secret|signature|sig|session[-_]?id|jwt)$`)

// maxAddress is how much of an address names a member, in bytes.
const maxAddress = 1000

// addressOf gives the address of a request without the user, the fragment and
// the values of parameters that are secrets.
func addressOf(rec extract.Record) string {
	for _, path := range []string{"request/uri", "request/url"} {
		cells := rec.Cells(path)
		if len(cells) == 0 {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(cells[0].Text))
		if err != nil {
			continue
		}
		u.User, u.Fragment, u.RawFragment = nil, "", ""
		u.RawQuery = withoutSecrets(u.RawQuery)
		s := strings.ToValidUTF8(u.String(), "\ufffd")
		return s[:min(len(s), maxAddress)]
	}
	return ""
}

func withoutSecrets(query string) string {
	pairs := strings.Split(query, "&")
	for i, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); err == nil && value != "" && secrets.MatchString(plain) {
			pairs[i] = name + "=***"
		}
	}
	return strings.Join(pairs, "&")
}
