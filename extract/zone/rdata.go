package zone

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"

	"overt/extract"
	"overt/extract/charset"
)

// The forms a field of a record's data has.
const (
	asName   = 'n' // a name, completed
	asNumber = '0' // a number
	asTime   = 't' // a number, or a time with units
	as4      = '4' // an IPv4 address
	as6      = '6' // an IPv6 address
	asWord   = 'w' // one word as it stands: algorithms are numbers or names
	asText   = 's' // one string
	asTexts  = 'S' // all strings that are left, joined
	asPieces = 'r' // all words that are left, joined: a long number cut in pieces
	asRest   = '*' // what is left, as it stands
)

// field is one column that the data of a type fills.
type field struct {
	column string
	form   byte
}

var (
	targetOnly = []field{{"target", asName}}
	preferred  = []field{{"preference", asNumber}, {"target", asName}}
	digest     = []field{{"key_tag", asNumber}, {"algorithm", asWord}, {"digest_type", asNumber}, {"digest", asPieces}}
	key        = []field{{"flags", asNumber}, {"protocol", asNumber}, {"algorithm", asWord}, {"public_key", asPieces}}
	service    = []field{{"priority", asNumber}, {"target", asName}, {"parameters", asRest}}
)

// layouts says what stands in the data of the known types (RFC 1035 and those
// that define the others).
var layouts = map[string][]field{
	"A": {{"address", as4}}, "AAAA": {{"address", as6}},
	"NS": targetOnly, "CNAME": targetOnly, "PTR": targetOnly, "DNAME": targetOnly,
	"MX": preferred, "AFSDB": preferred, "KX": preferred, "RT": preferred,
	"SRV": {{"priority", asNumber}, {"weight", asNumber}, {"port", asNumber}, {"target", asName}},
	"SOA": {{"primary", asName}, {"contact", asName}, {"serial", asNumber}, {"refresh", asTime},
		{"retry", asTime}, {"expire", asTime}, {"minimum", asTime}},
	"TXT": {{"text", asTexts}}, "SPF": {{"text", asTexts}},
	"DS": digest, "CDS": digest, "DLV": digest,
	"DNSKEY": key, "CDNSKEY": key, "KEY": key,
	"CAA":   {{"flags", asNumber}, {"tag", asText}, {"text", asText}},
	"TLSA":  {{"usage", asNumber}, {"selector", asNumber}, {"matching", asNumber}, {"digest", asPieces}},
	"SSHFP": {{"algorithm", asWord}, {"digest_type", asNumber}, {"digest", asPieces}},
	"NAPTR": {{"priority", asNumber}, {"preference", asNumber}, {"flags", asText}, {"service", asText}, {"text", asText}, {"target", asName}},
	"URI":   {{"priority", asNumber}, {"weight", asNumber}, {"target", asText}},
	"HTTPS": service, "SVCB": service,
	"RP": {{"contact", asName}, {"target", asName}},
	"RRSIG": {{"covered", asWord}, {"algorithm", asWord}, {"labels", asNumber}, {"original_ttl", asTime}, {"expiration", asWord},
		{"inception", asWord}, {"key_tag", asNumber}, {"signer", asName}, {"signature", asPieces}},
	"NSEC": {{"target", asName}, {"parameters", asRest}},
}

// columnNames gives the columns of every zone, in the same order.
func columnNames() []string {
	return []string{
		"owner", "ttl", "class", "type", "rdata",
		"target", "address", "preference", "priority", "weight", "port", "text",
		"primary", "contact", "serial", "refresh", "retry", "expire", "minimum",
		"key_tag", "algorithm", "digest_type", "digest", "flags", "protocol", "public_key",
		"tag", "usage", "selector", "matching", "service", "parameters",
		"covered", "labels", "original_ttl", "expiration", "inception", "signer", "signature",
	}
}

var columnIndex = indexColumns()

func indexColumns() map[string]int {
	out := map[string]int{}
	for i, n := range columnNames() {
		out[n] = i
	}
	return out
}

// data fills the columns of a known type; the reason says what is wrong with
// the data.
func (s *state) data(kind string, rest []token, out []extract.Value, e *entry) string {
	layout := layouts[kind]
	if layout == nil || len(rest) > 0 && rest[0].text == `\#` {
		return "" // a type without names here, or data in the form of RFC 3597
	}
	for _, f := range layout {
		many := f.form == asTexts || f.form == asPieces || f.form == asRest
		if len(rest) == 0 && f.form != asRest {
			return fmt.Sprintf("%s record: %s is missing", kind, f.column)
		}
		var v extract.Value
		wrong := ""
		if many {
			v, rest = joined(f.form, rest), nil
		} else {
			v, wrong = s.single(f.form, rest[0], e)
			rest = rest[1:]
		}
		if wrong != "" {
			return fmt.Sprintf("%s record: %s is %s", kind, f.column, wrong)
		}
		out[columnIndex[f.column]] = v
	}
	if len(rest) > 0 {
		return fmt.Sprintf("%s record: more values than it has fields", kind)
	}
	return ""
}

// single reads a field of one word; wrong says what it is not.
func (s *state) single(form byte, t token, e *entry) (v extract.Value, wrong string) {
	switch form {
	case asName:
		full, ok := s.name(t.text, e)
		if !ok {
			return v, "@, for which the file gives no origin"
		}
		return reading(full, t.text), ""
	case asNumber:
		if _, err := strconv.ParseUint(t.text, 10, 32); err != nil {
			return v, "no number"
		}
	case asTime:
		seconds, ok := inSeconds(t.text)
		if !ok {
			return v, "no time"
		}
		return reading(seconds, t.text), ""
	case as4, as6:
		a, err := netip.ParseAddr(t.text)
		if err != nil || a.Is4() != (form == as4) || a.Zone() != "" {
			return v, "no address of its kind"
		}
		return reading(a.String(), t.text), ""
	case asText:
		return reading(unescape(t.text), t.text), ""
	}
	return extract.Value{Text: t.text}, ""
}

// joined reads a field of all the words that are left.
func joined(form byte, rest []token) extract.Value {
	raw := written(rest)
	switch form {
	case asRest:
		return extract.Value{Text: raw, None: len(rest) == 0}
	case asPieces:
		return reading(strings.ReplaceAll(raw, " ", ""), raw)
	}
	var b strings.Builder
	for _, t := range rest {
		b.WriteString(unescape(t.text))
	}
	return reading(b.String(), raw)
}

// unescape resolves the escapes of a string: a backslash before a character, or
// before the three digits of a byte.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		if i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 10, 8); err == nil {
				b = append(b, byte(n))
				i += 3
				continue
			}
		}
		i++
		b = append(b, s[i])
	}
	if !utf8.Valid(b) {
		return charset.FromWindows1252(string(b))
	}
	return string(b)
}
