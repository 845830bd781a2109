package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"overt"
)

// sealed is how many bytes of the HMAC a cursor begins with.
const sealed = 16

// mac binds a place in a list to who asks, what for, what he sees, and the question.
func (d *desk) mac(place string) []byte {
	v := d.visit
	bound, err := json.Marshal([]string{v.Actor.ID, string(v.Purpose), v.Case, d.Scope.Fingerprint(), d.question()})
	if err != nil {
		panic(err) // texts always can be written
	}
	m := hmac.New(sha256.New, d.cfg.Key)
	m.Write(append(bound, place...))
	return m.Sum(nil)[:sealed]
}

// seal makes a cursor of a place, "" of none.
func (d *desk) seal(place string) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(d.mac(place), place...))
}

// place opens a cursor. Errors: invalid, in the same words whatever is wrong.
func (d *desk) place(cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(raw) > sealed && hmac.Equal(raw[:sealed], d.mac(string(raw[sealed:]))) {
		return string(raw[sealed:]), nil
	}
	return "", overt.Errorf(overt.Invalid, "cursor", "it does not belong to this question: take it as the part before gave it, or begin again")
}

// keyset gives the part of a sorted list behind a place, and the place of its end.
// after says whether an element lies behind a place, key what its place is.
func keyset[T any](list []T, place string, limit int, after func(T, string) bool, key func(T) string) (part []T, next string) {
	part = []T{}
	for i := range list {
		if place != "" && !after(list[i], place) {
			continue
		}
		if len(part) == limit {
			return part, key(part[limit-1])
		}
		part = append(part, list[i])
	}
	return part, ""
}
