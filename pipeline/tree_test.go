package pipeline_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
)

// tree is what is told of a document's place, as JSON.
func tree(t *testing.T, h *hometest.Home, words string) (*answer.Tree, string) {
	t.Helper()
	got := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Tree, error) {
		return answer.ReadTree(ctx, d, words)
	})
	raw, err := json.Marshal(got)
	must(t, err)
	return got, string(raw)
}

// What holds a document is told as far as it may be seen; an archive that holds
// itself ends; a part that could not be read is there by its name.
func TestTree(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	ingest(t, ingester(h, s), "open", folder(t, map[string]string{
		"letter.txt": "page the ferry", "outer.zip": "inside inner.zip;inside lost.doc;gap\nitself again.zip\ninside bad.doc;refuse",
	}))
	ingest(t, ingester(h, s), "shut", folder(t, map[string]string{"secret.zip": "inside copy.txt;page the ferry"}))

	got, _ := tree(t, h, "outer.zip")
	var names []string
	for _, p := range got.Parts {
		names = append(names, strings.Repeat(" ", p.Depth)+p.Name+" "+string(p.Verdict))
	}
	want := "again.zip read| inner.zip partial|  lost.doc read| again.zip read| bad.doc failed"
	if text := strings.Join(names, "|"); text != want {
		t.Errorf("inside:\n%s\nwant\n%s", text, want)
	}
	if !got.Parts[3].Again {
		t.Error("the archive that holds itself is told anew")
	}
	letter, all := tree(t, h, "letter.txt")
	if len(letter.Above) != 2 || len(letter.Above[0]) != 0 || letter.Above[1][0].Name != "secret.zip" {
		t.Errorf("ways to the letter: %s", all)
	}
	h.Hide(t, "shut")
	letter, seen := tree(t, h, "letter.txt")
	if len(letter.Above) != 1 || len(letter.Above[0]) != 0 || strings.Contains(seen, "secret") {
		t.Errorf("what is hidden is told: %s", seen)
	}
}
