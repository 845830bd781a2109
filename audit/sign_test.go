package audit

import (
	"strings"
	"testing"

	"overt"
)

func TestSignedTextOpensWithItsKeyAlone(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	l, err := Open(ctx, dir, Options{Origin: "overt/h1/audit"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	text := "manifest 12ab\n"
	signed, err := l.Sign("publication", text)
	if err != nil {
		t.Fatal(err)
	}
	key, err := l.SigningKey("publication")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenSigned(signed, key); err != nil || got != text {
		t.Fatalf("opened %q, %v", got, err)
	}
	if !strings.HasPrefix(key, "overt/h1/publication+") || key == l.Key() {
		t.Errorf("the key is %s", key)
	}
	again, err := l.Sign("publication", text)
	if err != nil || string(again) != string(signed) {
		t.Errorf("signed again it differs: %v", err)
	}
	if other, _ := l.SigningKey("other"); other == key {
		t.Error("two uses have one key")
	}
	if _, err := OpenSigned(signed, l.Key()); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("the log's own key opens it: %v", err)
	}
	for i := range signed {
		bad := []byte(string(signed))
		bad[i] ^= 1
		if got, err := OpenSigned(bad, key); err == nil {
			t.Fatalf("byte %d of the signed text was changed, and it opens as %q", i, got)
		}
	}
	for _, text := range []string{"no end", strings.Repeat("x", MaxSigned) + "\n"} {
		if _, err := l.Sign("publication", text); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("a text of %d bytes: %v", len(text), err)
		}
	}
}
